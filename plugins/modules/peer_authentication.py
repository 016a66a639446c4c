#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: peer_authentication
short_description: Manage Istio PeerAuthentications
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(PeerAuthentication), which says whether workloads accept mutual TLS only,
    plain text too, or no mutual TLS at all.
  - An object without a selector counts for its whole namespace, and in Istio's root namespace for the whole mesh.
notes:
  - Going from V(DISABLE) to V(STRICT) in one step drops the traffic of clients that still send plain text. Go through
    V(PERMISSIVE), and on to V(STRICT) when every client uses mutual TLS.
  - The narrowest policy wins, a port before a workload, a workload before a namespace, a namespace before the mesh.
    Of two policies of the same scope Istio uses the older one.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.proxies
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.plain_text
  - meshops.lifecycle.istiod
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.istio_destinationrule
  - module: meshops.lifecycle.authorization_policy
  - module: meshops.lifecycle.request_authentication
  - name: PeerAuthentication reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/security/peer_authentication/
options:
  spec:
    description:
      - The specification of the PeerAuthentication, every field of the API. An empty dictionary is a policy that
        inherits everything.
    type: dict
    suboptions:
      selector:
        description: Workloads that the policy is for. Without it, all of the namespace.
        type: dict
        suboptions:
          match_labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
            aliases: [matchLabels]
      mtls:
        description: Mutual TLS of the selected workloads.
        type: dict
        suboptions:
          mode:
            description:
              - V(STRICT) accepts mutual TLS only, V(PERMISSIVE) plain text as well, V(DISABLE) plain text only.
                V(UNSET), like an option left out, inherits from the wider policy, and Istio's own default is
                V(PERMISSIVE).
            type: str
            choices: [UNSET, DISABLE, PERMISSIVE, STRICT]
      port_level_mtls:
        description:
          - Mutual TLS for single ports of the workload, by port number. The ports are those of the container, not of
            the service. Each value is a dictionary with C(mode). It needs a O(spec.selector) with labels, as Istio
            refuses it for a whole namespace.
        type: dict
        aliases: [portLevelMtls]
"""

EXAMPLES = r"""
---
- name: Accept nothing but mutual TLS in a namespace
  meshops.lifecycle.peer_authentication:
    name: default
    namespace: production
    spec:
      mtls:
        mode: STRICT

- name: Let clients without a sidecar in while they are being moved
  meshops.lifecycle.peer_authentication:
    name: default
    namespace: production
    spec:
      mtls:
        mode: PERMISSIVE

- name: Be strict for one workload, except on its metrics port
  meshops.lifecycle.peer_authentication:
    name: checkout
    namespace: shop
    spec:
      selector:
        match_labels:
          app: checkout
      mtls:
        mode: STRICT
      port_level_mtls:
        "9090":
          mode: PERMISSIVE

- name: Set the default of the whole mesh
  meshops.lifecycle.peer_authentication:
    name: default
    namespace: istio-system
    spec:
      mtls: {mode: STRICT}

- name: Apply a document as it was pasted
  meshops.lifecycle.peer_authentication:
    definition:
      apiVersion: security.istio.io/v1beta1
      kind: PeerAuthentication
      metadata:
        name: default
        namespace: production
      spec:
        mtls:
          mode: STRICT

- name: Require mutual TLS, and refuse where metrics show that somebody sent plain text in the last week
  meshops.lifecycle.peer_authentication:
    name: default
    namespace: shop
    spec:
      mtls: {mode: STRICT}
    plain_text: refuse
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
    plain_text_history: 604800
"""

RETURN = r"""
---
changed:
  description:
    - Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description:
    - The live object after the task, without server-managed fields.
    - In check mode, the server's answer to the dry run. Empty when the object is absent.
  returned: success
  type: dict
  sample:
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata:
      name: default
      namespace: production
    spec:
      mtls: {mode: STRICT}
resources:
  description:
    - The action for each object; for this module, one entry.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
    namespace:
      description: The namespace of the object.
      type: str
      returned: always
    name:
      description: The name of the object.
      type: str
      returned: always
    action:
      description:
        - The action, one of V(created), V(changed), V(deleted) or V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
    foreign_fields:
      description: Undeclared fields of C(spec) that others have set and that stay, each with who has set it.
      type: list
      elements: str
      returned: when there are any, unless O(foreign_fields) is V(ignore)
  sample:
    - kind: PeerAuthentication
      namespace: production
      name: default
      action: changed
unresolved:
  description: References to objects that do not exist, one sentence each, as O(references) finds them.
  returned: when there are any, unless O(references) is V(ignore)
  type: list
  elements: str
diff:
  description:
    - The object before and after the change, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: dict
validated:
  description:
    - Whether the API server validated the objects, including schema and admission webhooks.
    - V(false) in check mode when the kind or the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
proxies:
  description: Number of proxies that have acknowledged the configuration.
  returned: when something was written and O(wait_proxies) took effect
  type: int
  sample: 7
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.propagation import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.peerauthentication import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.peer_authentication import ARGUMENTS

ENTRY = Entry(
    "peer_authentication", ARGUMENTS, manage(KIND, CONVERSATION), secrets=SECRETS, roles=Roles(addresses=ADDRESSES)
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
