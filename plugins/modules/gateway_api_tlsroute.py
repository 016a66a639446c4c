#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_tlsroute
short_description: Manage TLSRoutes of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(TLSRoute), which says where TLS connections go, by the name that the client asks
    for. As a rule TLS is not ended on the way, so that the service shows its own certificate.
notes:
  - With O(wait=true) the task waits until every parent has taken the route as it was declared now, with all that it
    refers to. It ends at once when a parent refuses it for good (a listener that does not allow it, a host that does
    not fit, a reference that nobody granted). A parent that has not answered, or a service that is not there yet, is
    waited for.
  - Clusters with Gateway API before 1.5 serve the kind as C(v1alpha2) or C(v1alpha3) of the experimental channel, which
    works as well.
  - Fields of the experimental channel reach the server by O(definition).
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.gateway_api_gateway
  - module: meshops.lifecycle.gateway_api_tcproute
  - module: meshops.lifecycle.gateway_api_referencegrant
  - name: Reference of the Gateway API
    description: The API's own description of every field.
    link: https://gateway-api.sigs.k8s.io/reference/spec/
options:
  spec:
    description: The specification of the route, every field of the API's standard channel.
    type: dict
    suboptions:
      parent_refs:
        description:
          - What the route is attached to, as a rule Gateways. For traffic within the mesh it is a service, whose own
            waypoint or clients then follow the route. Without any, the route has no effect.
        type: list
        elements: dict
        aliases: [parentRefs]
        suboptions:
          group:
            description:
              - API group of the parent. The group of the Gateway API when it is not given, V("") for a Service.
            type: str
          kind:
            description: Kind of the parent. V(Gateway) when it is not given.
            type: str
          namespace:
            description:
              - Namespace of the parent. Without it, that of the route. A Gateway of another namespace has to allow the
                route by C(allowedRoutes).
            type: str
          name:
            description: Name of the parent.
            type: str
            required: true
          section_name:
            description:
              - One part of the parent alone, of a Gateway a listener by its name, of a Service a port by its name.
            type: str
            aliases: [sectionName]
          port:
            description: One port of the parent alone, for all listeners on it.
            type: int
      hostnames:
        description:
          - Names that clients ask for when they begin TLS (SNI). The first label may be a wildcard. The API requires at
            least one.
        type: list
        elements: str
      rules:
        description: Where the connections go. The API takes one rule.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the rule, unique in the route, for policies and logs.
            type: str
          backend_refs:
            description: Targets of the connections, split by weight. Connections to one that is not there are reset.
            type: list
            elements: dict
            required: true
            aliases: [backendRefs]
            suboptions:
              group:
                description: API group of the target. The core group, V(""), when it is not given.
                type: str
              kind:
                description: Kind of the target. V(Service) when it is not given.
                type: str
              namespace:
                description:
                  - Namespace of the target. Without it, that of the route. Another one has to allow the reference by a
                    ReferenceGrant.
                type: str
              name:
                description: Name of the target.
                type: str
                required: true
              port:
                description: Port of the target. A Service needs it.
                type: int
              weight:
                description:
                  - Share of the connections, in proportion to the sum of all weights of the rule. V(1) when it is not
                    given, V(0) sends none.
                type: int
"""

EXAMPLES = r"""
---
- name: Pass TLS through to the vault, by the name that the client asks for
  meshops.lifecycle.gateway_api_tlsroute:
    name: vault
    namespace: vault
    spec:
      parent_refs:
        - {name: public, namespace: istio-ingress, section_name: passed-through}
      hostnames: [vault.example.com]
      rules:
        - backend_refs:
            - {name: vault, port: 8200}
    wait: true

- name: Send names of the outside through the egress gateway
  meshops.lifecycle.gateway_api_tlsroute:
    name: partners
    namespace: egress
    spec:
      parent_refs:
        - {group: networking.istio.io, kind: ServiceEntry, name: partners}
      hostnames: ["*.partner.example.com"]
      rules:
        - backend_refs:
            - {name: egress-gateway, port: 443}

- name: Remove a route
  meshops.lifecycle.gateway_api_tlsroute:
    name: partners
    namespace: egress
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
    kind: TLSRoute
    metadata:
      name: vault
      namespace: vault
    spec:
      parentRefs:
        - {group: gateway.networking.k8s.io, kind: Gateway, name: public, namespace: istio-ingress}
      hostnames: [vault.example.com]
      rules:
        - backendRefs:
            - {group: "", kind: Service, name: vault, port: 8200, weight: 1}
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
    - kind: TLSRoute
      namespace: vault
      name: vault
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.tlsroute import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_tlsroute import ARGUMENTS

ENTRY = Entry("gateway_api_tlsroute", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
