#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_referencegrant
short_description: Manage ReferenceGrants of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(ReferenceGrant), by which the owner of a namespace allows routes, Gateways and the
    like of other namespaces to refer to its services, certificates and authorities.
notes:
  - It is a permission, and takes effect by itself. It has no status, so that it is ready once it is stored.
  - Clusters that serve C(v1beta1) alone work as well.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.gateway_api_gateway
  - module: meshops.lifecycle.gateway_api_httproute
  - name: Reference of the Gateway API
    description: The API's own description of every field.
    link: https://gateway-api.sigs.k8s.io/reference/spec/
options:
  spec:
    description: The specification of the grant, every field of the API.
    type: dict
    suboptions:
      from:
        description: What may refer, each by kind and namespace. The API requires at least one.
        type: list
        elements: dict
        suboptions:
          group:
            description: API group of what refers, for example V(gateway.networking.k8s.io).
            type: str
            required: true
          kind:
            description: Kind of what refers, for example V(HTTPRoute) or V(Gateway).
            type: str
            required: true
          namespace:
            description: Namespace of what refers.
            type: str
            required: true
      to:
        description: What may be referred to, in the namespace of the ReferenceGrant. The API requires at least one.
        type: list
        elements: dict
        suboptions:
          group:
            description: API group of what is referred to, V("") for Services and Secrets.
            type: str
            required: true
          kind:
            description: Kind of what is referred to, for example V(Service) or V(Secret).
            type: str
            required: true
          name:
            description: One object of the kind alone. Without it, all of them.
            type: str
"""

EXAMPLES = r"""
---
- name: Let routes of the shop send to the services of this namespace
  meshops.lifecycle.gateway_api_referencegrant:
    name: from-shop
    namespace: payments
    spec:
      from:
        - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}
        - {group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: shop}
      to:
        - {group: "", kind: Service}

- name: Let the gateway at the edge use one certificate of this namespace
  meshops.lifecycle.gateway_api_referencegrant:
    name: certificate
    namespace: certificates
    spec:
      from:
        - {group: gateway.networking.k8s.io, kind: Gateway, namespace: istio-ingress}
      to:
        - {group: "", kind: Secret, name: example-com-certificate}

- name: Withdraw a permission
  meshops.lifecycle.gateway_api_referencegrant:
    name: from-shop
    namespace: payments
    state: absent
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
    apiVersion: gateway.networking.k8s.io/v1
    kind: ReferenceGrant
    metadata:
      name: from-shop
      namespace: payments
    spec:
      from:
        - {group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}
      to:
        - {group: "", kind: Service}
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
  sample:
    - kind: ReferenceGrant
      namespace: payments
      name: from-shop
      action: changed
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
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.referencegrant import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_referencegrant import ARGUMENTS

ENTRY = Entry("gateway_api_referencegrant", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
