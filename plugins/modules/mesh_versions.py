#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_versions
short_description: Read which versions of Istio run in a cluster
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads every control plane, revision tag, webhook, injected namespace, proxy, node agent and custom resource definition
    of Istio in a cluster, with its version, and reports what is wrong with them.
  - For each workload it says which proxy its pods have, and which one they would have after a restart. Native sidecars
    (init containers) and gateways are included.
  - Pods are compared with what is connected to the control planes. A proxy that no istiod knows gets no configuration,
    whatever its pod looks like.
options:
  namespaces:
    description:
      - Read only workloads and namespaces with these names. Without it, those of all namespaces are read.
    type: list
    elements: str
  connections:
    description:
      - Whether to ask each replica of istiod which proxies are connected to it, through the API server's port-forward.
      - It needs the verb C(list) on C(pods) and the verbs C(get) and C(create) on C(pods/portforward) in
        O(istiod_namespace). An istiod that does not answer is an error, because its proxies would be missing.
    type: bool
    default: true
  outdated_only:
    description:
      - Whether C(workloads) of the result lists only those that a restart would change, and those of a revision that has no
        control plane any more; at most 500. The result then does not grow with the mesh. The counts and C(problems) are
        about all workloads.
    type: bool
    default: false
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.attributes_info
seealso:
  - module: meshops.lifecycle.workload_restart
  - module: meshops.lifecycle.mesh_info
"""

EXAMPLES = r"""
---
- name: Read the versions of the mesh
  meshops.lifecycle.mesh_versions:
  register: versions

- name: Nothing is wrong with them, and every proxy is up to date
  ansible.builtin.assert:
    that:
      - versions.problems | length == 0
      - versions.proxies.outdated == 0
    fail_msg: "{{ versions.problems }}"
"""

RETURN = r"""
---
changed:
  description: Always V(false).
  returned: always
  type: bool
  sample: false
control_planes:
  description: The istiods, each Deployment with its revision.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: Namespace of the Deployment.
      type: str
      returned: always
    name:
      description: Name of the Deployment.
      type: str
      returned: always
    revision:
      description: Its revision, V(default) if it has none.
      type: str
      returned: always
    version:
      description: Tag of its image.
      type: str
      returned: always
    replicas:
      description: Number of replicas that are wanted.
      type: int
      returned: always
    ready:
      description: Number of replicas that are ready.
      type: int
      returned: always
    updated:
      description: Number of replicas of the Deployment's present template that are available.
      type: int
      returned: always
    proxies:
      description: Number of proxies connected to its replicas; null with O(connections=false).
      type: int
      returned: always
injectors:
  description: What new pods get, each with a C(revision) and its C(version).
  returned: success
  type: list
  elements: dict
tags:
  description: The revision tags, each with C(tag) and the C(revision) that it points to.
  returned: success
  type: list
  elements: dict
webhooks:
  description:
    - Istio's webhook configurations, each with C(kind), C(name), C(revision), C(tag), C(service), C(failure_policy) and
      C(has_ca).
  returned: success
  type: list
  elements: dict
namespaces:
  description:
    - Namespaces that are injected or have proxies. C(selects) is the revision or tag that the labels select, C(revision)
      and C(version) are what it means; the version is null if there is no such control plane.
  returned: success
  type: list
  elements: dict
workloads:
  description: Everything whose pods have a proxy, or with O(outdated_only) a part of it.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind, such as V(Deployment), V(StatefulSet), V(Job), or V(Pod) for a pod that nothing owns.
      type: str
      returned: always
    namespace:
      description: Namespace.
      type: str
      returned: always
    name:
      description: Name.
      type: str
      returned: always
    gateway:
      description: Whether it is a gateway.
      type: bool
      returned: always
    pods:
      description: Number of its pods that run or are about to.
      type: int
      returned: always
    revisions:
      description: Revisions that have injected its pods.
      type: list
      elements: str
      returned: always
    versions:
      description: Versions of the proxies, by their images.
      type: list
      elements: str
      returned: always
    expected_revision:
      description: Revision that would inject a new pod; null if none would.
      type: str
      returned: always
    expected_version:
      description: Version that a new pod would get; null if no control plane would inject it.
      type: str
      returned: always
    outdated:
      description: Number of pods that a restart would give another proxy.
      type: int
      returned: always
    unconnected:
      description: Number of pods whose proxy no istiod knows; null with O(connections=false).
      type: int
      returned: always
proxies:
  description: The numbers of C(pods) with a proxy, of those C(outdated) and C(unconnected), and of C(connected) proxies.
  returned: success
  type: dict
nodes:
  description: The DaemonSets of the CNI plugin and of ztunnel, each with C(version), C(wanted) and C(ready).
  returned: success
  type: list
  elements: dict
crds:
  description:
    - Istio's custom resource definitions, each with the versions that are C(served), the C(storage) version, and the
      versions in which objects may be C(stored).
  returned: success
  type: list
  elements: dict
problems:
  description: What is wrong, one line each. Outdated proxies are not among them, because they are usual during an upgrade.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_versions import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_versions import ARGUMENTS

ENTRY = Entry("mesh_versions", ARGUMENTS, run)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
