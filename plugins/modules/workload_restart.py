#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: workload_restart
short_description: Restart workloads whose proxy is outdated
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Restarts Deployments, StatefulSets and DaemonSets, a few at a time, and only those whose pods would get another proxy
    of Istio, after an upgrade or when a namespace selects another revision.
  - After each batch it waits until the workloads are rolled out, checks that the new pods have the proxy that they were
    to get, and that istiod knows these proxies. When that fails, nothing further is restarted.
  - A restart is an annotation of the pod template, C(meshops.lifecycle/restarted-for), with the revision and the version
    as its value, not a time. So a second run restarts nothing, and a run after one that was interrupted continues with
    what is left.
  - With O(token) all workloads are restarted, whatever their proxy is.
  - Bare pods, Jobs, Rollouts of Argo, workloads that are paused or have the update strategy V(OnDelete), and those with the
    annotation C(meshops.lifecycle/restart=skip) are not restarted. They are reported as RV(not_restarted) and in a warning.
  - Gateways come first.
options:
  namespaces:
    description:
      - Namespaces whose workloads are restarted. This or O(workloads) is required.
    type: list
    elements: str
  workloads:
    description:
      - Single workloads.
    type: list
    elements: dict
    suboptions:
      kind:
        description:
          - Kind of the workload.
        type: str
        choices: [Deployment, StatefulSet, DaemonSet]
        default: Deployment
      namespace:
        description:
          - Namespace of the workload.
        type: str
        required: true
      name:
        description:
          - Name of the workload.
        type: str
        required: true
  gateways:
    description:
      - Whether gateways are restarted too, or only they. It has no effect with O(token).
    type: str
    choices: [include, exclude, only]
    default: include
  token:
    description:
      - Restart each workload once for this token, such as the checksum of a configuration, whatever its proxy is.
    type: str
  at_once:
    description:
      - How many workloads are restarted together, a number such as V(5) or a share of those to be restarted such as V(25%).
    type: str
    default: "1"
  wait_timeout:
    description:
      - The time for each batch to come up, in seconds.
    type: int
    default: 300
  connections:
    description:
      - Whether to check that istiod knows the new proxies, through the API server's port-forward. It has no effect with
        O(token).
      - It needs the verb C(list) on C(pods) and the verbs C(get) and C(create) on C(pods/portforward) in
        O(istiod_namespace).
    type: bool
    default: true
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.mesh_versions
"""

EXAMPLES = r"""
---
- name: Bring the proxies of two namespaces to the version of their control plane, a quarter of the workloads at a time
  meshops.lifecycle.workload_restart:
    namespaces: [production, shop]
    at_once: 25%

- name: Restart the gateways first, one after the other
  meshops.lifecycle.workload_restart:
    namespaces: [istio-ingress]
    gateways: only

- name: Restart a workload when its settings change
  meshops.lifecycle.workload_restart:
    workloads:
      - {namespace: shop, name: web}
    token: "{{ settings | to_json | hash('sha256') }}"
  vars:
    settings: {colour: blue}
"""

RETURN = r"""
---
resources:
  description:
    - The workloads, each with C(kind), C(namespace), C(name) and C(action). V(unchanged) are those that an earlier run has
      restarted and this one has waited for.
  returned: always
  type: list
  elements: dict
not_restarted:
  description: The workloads that were not restarted though they should be, each with the C(reason).
  returned: success
  type: list
  elements: dict
remaining:
  description: The workloads that a failed task has not begun with.
  returned: failure
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.workload_restart import ARGUMENTS

ENTRY = Entry("workload_restart", ARGUMENTS, run, required_one_of=[("namespaces", "workloads")])


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
