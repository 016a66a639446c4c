#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_grpcroute
short_description: Manage GRPCRoutes of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(GRPCRoute), which says where the gRPC calls that a gateway takes go, by service and
    method. Attached to a service it holds for the calls within the mesh.
notes:
  - With O(wait=true) the task waits until every parent has taken the route as it was declared now, with all that it
    refers to. It ends at once when a parent refuses it for good (a listener that does not allow it, a host that does
    not fit, a reference that nobody granted). A parent that has not answered, or a service that is not there yet, is
    waited for.
  - A host that a GRPCRoute of a listener serves must not be served by an HTTPRoute of that listener, too.
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
  - module: meshops.lifecycle.gateway_api_httproute
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
          - Hosts that the route is for, without port. The first label may be a wildcard. Without any, all hosts of the
            listener. For a route within the mesh they have no effect.
        type: list
        elements: str
      rules:
        description: What is done with the calls. Of all matches the most exact one counts, not the first.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the rule, unique in the route, for policies and logs.
            type: str
          matches:
            description:
              - Which calls the rule is for. It is for those that meet one entry, and within an entry all conditions.
                Without any, all calls.
            type: list
            elements: dict
            suboptions:
              method:
                description: The gRPC service and method. Every call when it is not given.
                type: dict
                suboptions:
                  type:
                    description:
                      - How names are compared, V(Exact), the default, or V(RegularExpression) in the dialect of the
                        controller.
                    type: str
                    choices: [Exact, RegularExpression]
                  service:
                    description:
                      - The service with its package, for example V(shop.v1.Reviews). At least this or the method.
                    type: str
                  method:
                    description: The method of the service.
                    type: str
              headers:
                description: Headers of the call, all of which have to fit.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Name of the header, in any case.
                    type: str
                    required: true
                  type:
                    description: How values are compared. V(Exact) when it is not given.
                    type: str
                    choices: [Exact, RegularExpression]
                  value:
                    description: What the value is compared with.
                    type: str
                    required: true
          filters:
            description:
              - What is done with the calls that match, and with their answers. O(spec.rules[].filters[].type) says
                what, and the option of that name says how.
            type: list
            elements: dict
            suboptions: &filters
              type:
                description: What the filter does.
                type: str
                required: true
                choices: [ResponseHeaderModifier, RequestHeaderModifier, RequestMirror, ExtensionRef]
              request_header_modifier:
                description: Changes to the headers of the call, for the type V(RequestHeaderModifier).
                type: dict
                aliases: [requestHeaderModifier]
                suboptions: &headers
                  set:
                    description: Headers to set. An existing value is replaced.
                    type: list
                    elements: dict
                    suboptions: &header
                      name:
                        description: Name of the header, in any case.
                        type: str
                        required: true
                      value:
                        description: Value of the header.
                        type: str
                        required: true
                  add:
                    description: Headers to add. An existing value stays beside the new one.
                    type: list
                    elements: dict
                    suboptions: *header
                  remove:
                    description: Names of headers to remove.
                    type: list
                    elements: str
              response_header_modifier:
                description: Changes to the headers of the answer, for the type V(ResponseHeaderModifier).
                type: dict
                aliases: [responseHeaderModifier]
                suboptions: *headers
              request_mirror:
                description:
                  - Sends a copy of the calls to one more target, whose answers are ignored, for the type
                    V(RequestMirror).
                type: dict
                aliases: [requestMirror]
                suboptions:
                  backend_ref:
                    description: The target of the copies.
                    type: dict
                    required: true
                    aliases: [backendRef]
                    suboptions:
                      group:
                        description: API group of the target. The core group, V(""), when it is not given.
                        type: str
                      kind:
                        description: Kind of the target. V(Service) when it is not given.
                        type: str
                      namespace:
                        description:
                          - Namespace of the target. Without it, that of the route. Another one has to allow the
                            reference by a ReferenceGrant.
                        type: str
                      name:
                        description: Name of the target.
                        type: str
                        required: true
                      port:
                        description: Port of the target. A Service needs it.
                        type: int
                  percent:
                    description: Part of the calls that are copied, in whole percent. All of them when nothing is given.
                    type: int
                  fraction:
                    description: Part of the calls that are copied, as a fraction. Excludes the percent.
                    type: dict
                    suboptions:
                      numerator:
                        description: The upper number.
                        type: int
                        required: true
                      denominator:
                        description: The lower number. V(100) when it is not given.
                        type: int
              extension_ref:
                description: A filter that the controller defines itself, for the type V(ExtensionRef).
                type: dict
                aliases: [extensionRef]
                suboptions:
                  group:
                    description: API group of the filter's kind.
                    type: str
                    required: true
                  kind:
                    description: Kind of the filter.
                    type: str
                    required: true
                  name:
                    description: Name of the filter, in the namespace of the route.
                    type: str
                    required: true
          backend_refs:
            description:
              - Where the calls go, split by weight. Calls to a target that is not there end with C(UNAVAILABLE).
            type: list
            elements: dict
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
                  - Share of the calls, in proportion to the sum of all weights of the rule. V(1) when it is not given,
                    V(0) sends none.
                type: int
              filters:
                description:
                  - The same as O(spec.rules[].filters), for what goes to this target alone. Controllers need not
                    support it.
                type: list
                elements: dict
                suboptions: *filters
"""

EXAMPLES = r"""
---
- name: One method to the new version, the rest of the service to the old one
  meshops.lifecycle.gateway_api_grpcroute:
    name: reviews
    namespace: shop
    spec:
      parent_refs:
        - {name: public, namespace: istio-ingress, section_name: https}
      hostnames: [grpc.example.com]
      rules:
        - matches:
            - method: {service: shop.v1.Reviews, method: List}
          filters:
            - type: RequestHeaderModifier
              request_header_modifier:
                set:
                  - {name: x-canary, value: "true"}
          backend_refs:
            - {name: reviews-v2, port: 9090}
        - matches:
            - method: {service: shop.v1.Reviews}
          backend_refs:
            - {name: reviews-v1, port: 9090}
    wait: true

- name: Copy one call in a hundred to a service under test, within the mesh
  meshops.lifecycle.gateway_api_grpcroute:
    name: ratings
    namespace: shop
    spec:
      parent_refs:
        - {group: "", kind: Service, name: ratings}
      rules:
        - filters:
            - type: RequestMirror
              request_mirror:
                backend_ref: {name: ratings-test, port: 9090}
                percent: 1
          backend_refs:
            - {name: ratings, port: 9090}

- name: Remove a route
  meshops.lifecycle.gateway_api_grpcroute:
    name: ratings
    namespace: shop
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
    kind: GRPCRoute
    metadata:
      name: reviews
      namespace: shop
    spec:
      parentRefs:
        - {group: gateway.networking.k8s.io, kind: Gateway, name: public, namespace: istio-ingress}
      rules:
        - matches:
            - method: {type: Exact, service: shop.v1.Reviews}
          backendRefs:
            - {group: "", kind: Service, name: reviews-v1, port: 9090, weight: 1}
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
    - kind: GRPCRoute
      namespace: shop
      name: reviews
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.grpcroute import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_grpcroute import ARGUMENTS

ENTRY = Entry("gateway_api_grpcroute", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
