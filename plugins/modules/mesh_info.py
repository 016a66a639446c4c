#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_info
short_description: Read objects of any kind
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads objects of Istio, the Gateway API, Argo CD, the Prometheus operator, Kubernetes itself, or any other kind that
    the cluster serves. Objects can be selected by name, by label and by namespace.
  - Long lists are read page by page. If nothing matches, the result is an empty list, not an error.
options:
  kind:
    description:
      - The kind to read, such as V(VirtualService).
    type: str
    required: true
  api_version:
    description:
      - API version of the kind. Required for kinds that this collection has no module for, and for kinds that exist in
        two APIs, such as V(Gateway).
    type: str
  name:
    description:
      - Read only the object with this name.
    type: str
  namespace:
    description:
      - Read only objects of this namespace. Without it, objects of all namespaces are read.
    type: str
  label_selectors:
    description:
      - Read only objects with these labels, each as V(key=value), V(key!=value), V(key) or V(key in (a,b)).
    type: list
    elements: str
  field_selectors:
    description:
      - Read only objects with these values of fields, each as V(field=value) or V(field!=value). The API server selects, so what
        does not match is not transferred.
      - Which fields can be selected by depends on the kind. All kinds have C(metadata.name) and C(metadata.namespace), pods for
        example also C(status.phase) and C(spec.nodeName).
    type: list
    elements: str
  query:
    description:
      - A JMESPath expression over the list of objects. Its result is returned as RV(result).
    type: str
  wait:
    description:
      - Whether to wait until there is an object that is selected, and all that are selected are ready, as their kind defines it. An
        object that has failed for good ends the wait at once, and a time-out says what was missing.
      - In check mode nothing is waited for, because what earlier tasks would have written is not there.
    type: bool
    default: false
  wait_timeout:
    description:
      - The time to wait, in seconds.
    type: int
    default: 120
  wait_for:
    description:
      - A JMESPath expression over each object that must evaluate to true, in addition to the kind's own readiness. It takes effect
        with O(wait=true).
    type: str
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes_info
"""

EXAMPLES = r"""
- name: Pods of the mesh that do not run
  meshops.lifecycle.mesh_info:
    kind: Pod
    label_selectors: [security.istio.io/tlsMode=istio]
    field_selectors: [status.phase!=Running]
    query: "[].metadata.name"

- name: Wait until the gateway that somebody else installs is up, and has an address
  meshops.lifecycle.mesh_info:
    kind: Service
    namespace: istio-ingress
    name: istio-ingressgateway
    wait: true
    wait_timeout: 300
    wait_for: status.loadBalancer.ingress[0]

- name: Every route of the mesh, as host and name
  meshops.lifecycle.mesh_info:
    kind: VirtualService
    query: "[].{host: spec.hosts[0], name: metadata.name, namespace: metadata.namespace}"

- name: The gateways of Istio's own API in one namespace
  meshops.lifecycle.mesh_info:
    kind: Gateway
    api_version: networking.istio.io/v1
    namespace: istio-ingress

- name: Namespaces whose pods get a sidecar
  meshops.lifecycle.mesh_info:
    kind: Namespace
    label_selectors:
      - istio-injection=enabled
    query: "[].metadata.name"
"""

RETURN = r"""
resources:
  description: The objects, without managed fields, with the values of Secrets masked.
  returned: when O(query) is not given
  type: list
  elements: dict
result:
  description: The result of O(query).
  returned: when O(query) is given
  type: raw
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_info import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_info import ARGUMENTS

ENTRY = Entry("mesh_info", ARGUMENTS, run)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
