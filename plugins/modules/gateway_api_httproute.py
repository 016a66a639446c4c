#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_httproute
short_description: Manage HTTPRoutes of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an C(HTTPRoute), which says where the HTTP requests that a gateway takes go, and how
    they are changed on the way. Attached to a service it holds for the calls within the mesh.
notes:
  - With O(wait=true) the task waits until every parent has taken the route as it was declared now, with all that it
    refers to. It ends at once when a parent refuses it for good (a listener that does not allow it, a host that does
    not fit, a reference that nobody granted). A parent that has not answered, or a service that is not there yet, is
    waited for.
  - A second run is unchanged without a write, although the API server adds defaults to what was declared.
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
  - module: meshops.lifecycle.gateway_api_grpcroute
  - module: meshops.lifecycle.gateway_api_referencegrant
  - module: meshops.lifecycle.istio_virtualservice
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
        description:
          - What is done with the requests. Of all matches the most exact one counts, not the first. Without any, all
            requests match and are answered with 404 or 500, because nothing says where they go.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the rule, unique in the route, for policies and logs.
            type: str
          matches:
            description:
              - Which requests the rule is for. It is for those that meet one entry, and within an entry all conditions.
                Without any, all requests.
            type: list
            elements: dict
            suboptions:
              path:
                description: The path of the request. Every path when it is not given.
                type: dict
                suboptions:
                  type:
                    description:
                      - V(PathPrefix), the default, compares whole elements of the path, V(Exact) the path, and
                        V(RegularExpression) in the dialect of the controller, RE2 with Istio.
                    type: str
                    choices: [Exact, PathPrefix, RegularExpression]
                  value:
                    description: What the path is compared with. V(/) when it is not given.
                    type: str
              headers:
                description: Headers of the request, all of which have to fit.
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
              query_params:
                description: Query parameters of the request, all of which have to fit.
                type: list
                elements: dict
                aliases: [queryParams]
                suboptions:
                  name:
                    description: Name of the parameter.
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
              method:
                description: Method of the request.
                type: str
                choices: [GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH]
          filters:
            description:
              - What is done with the requests that match, and with their answers. O(spec.rules[].filters[].type) says
                what, and the option of that name says how.
            type: list
            elements: dict
            suboptions: &filters
              type:
                description: What the filter does. One of each type is enough for a rule, and more are refused.
                type: str
                required: true
                choices:
                  - RequestHeaderModifier
                  - ResponseHeaderModifier
                  - RequestMirror
                  - RequestRedirect
                  - URLRewrite
                  - ExtensionRef
                  - CORS
              request_header_modifier:
                description: Changes to the headers of the request, for the type V(RequestHeaderModifier).
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
                  - Sends a copy of the requests to one more target, whose answers are ignored, for the type
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
                    description:
                      - Part of the requests that are copied, in whole percent. All of them when nothing is given.
                    type: int
                  fraction:
                    description: Part of the requests that are copied, as a fraction. Excludes the percent.
                    type: dict
                    suboptions:
                      numerator:
                        description: The upper number.
                        type: int
                        required: true
                      denominator:
                        description: The lower number. V(100) when it is not given.
                        type: int
              request_redirect:
                description: Answers with a redirect instead of sending the request on, for the type V(RequestRedirect).
                type: dict
                aliases: [requestRedirect]
                suboptions:
                  scheme:
                    description: New scheme of the URL. That of the request when it is not given.
                    type: str
                    choices: [http, https]
                  hostname:
                    description: New host of the URL. That of the request when it is not given.
                    type: str
                  path:
                    description: New path of the URL. That of the request when it is not given.
                    type: dict
                    suboptions: &path_modifier
                      type:
                        description: V(ReplaceFullPath) or V(ReplacePrefixMatch).
                        type: str
                        required: true
                        choices: [ReplaceFullPath, ReplacePrefixMatch]
                      replace_full_path:
                        description: The new path as a whole, for V(ReplaceFullPath).
                        type: str
                        aliases: [replaceFullPath]
                      replace_prefix_match:
                        description:
                          - What takes the place of the prefix that the rule matched, for V(ReplacePrefixMatch). The
                            rule has to have one match, by prefix.
                        type: str
                        aliases: [replacePrefixMatch]
                  port:
                    description:
                      - New port of the URL. Without it, the usual one of the new scheme, or else that of the listener.
                    type: int
                  status_code:
                    description: Status code of the answer. V(302) when it is not given.
                    type: int
                    aliases: [statusCode]
                    choices: [301, 302, 303, 307, 308]
              url_rewrite:
                description: Changes host and path of the request before it is sent on, for the type V(URLRewrite).
                type: dict
                aliases: [urlRewrite]
                suboptions:
                  hostname:
                    description: New value of the Host header.
                    type: str
                  path:
                    description: New path of the request.
                    type: dict
                    suboptions: *path_modifier
              cors:
                description: Answers browsers that ask for other origins, for the type V(CORS).
                type: dict
                suboptions:
                  allow_origins:
                    description:
                      - Origins that may read the answers, as scheme, host and port. A wildcard may stand for the first
                        label of the host, or alone for all.
                    type: list
                    elements: str
                    aliases: [allowOrigins]
                  allow_methods:
                    description: Methods that may be used, or an asterisk alone for all.
                    type: list
                    elements: str
                    aliases: [allowMethods]
                    choices: [GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH, "*"]
                  allow_headers:
                    description: Headers that may be sent, or an asterisk alone for all.
                    type: list
                    elements: str
                    aliases: [allowHeaders]
                  expose_headers:
                    description: Headers of the answer that scripts may read, or an asterisk alone for all.
                    type: list
                    elements: str
                    aliases: [exposeHeaders]
                  allow_credentials:
                    description: Whether requests with cookies and the like are allowed.
                    type: bool
                    aliases: [allowCredentials]
                  max_age:
                    description: How many seconds a browser may keep the answer. V(5) when it is not given.
                    type: int
                    aliases: [maxAge]
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
              - Where the requests go, split by weight. Requests for a target that is not there are answered with 500.
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
                  - Share of the requests, in proportion to the sum of all weights of the rule. V(1) when it is not
                    given, V(0) sends none.
                type: int
              filters:
                description:
                  - The same as O(spec.rules[].filters), for what goes to this target alone. Controllers need not
                    support it.
                type: list
                elements: dict
                suboptions: *filters
          timeouts:
            description: Time limits.
            type: dict
            suboptions:
              request:
                description:
                  - Time until the whole answer has to be there, retries included, for example V(5s). V(0s) is no limit.
                type: str
              backend_request:
                description: Time for one try. It must not be longer than O(spec.rules[].timeouts.request).
                type: str
                aliases: [backendRequest]
"""

EXAMPLES = r"""
---
- name: Split the requests for the shop 90 to 10, and wait until the gateway has the route
  meshops.lifecycle.gateway_api_httproute:
    name: reviews
    namespace: shop
    spec:
      parent_refs:
        - name: public
          namespace: istio-ingress
          section_name: https
      hostnames: [reviews.example.com]
      rules:
        - backend_refs:
            - {name: reviews-v1, port: 9080, weight: 90}
            - {name: reviews-v2, port: 9080, weight: 10}
    wait: true

- name: Send plain HTTP to HTTPS
  meshops.lifecycle.gateway_api_httproute:
    name: to-https
    namespace: shop
    spec:
      parent_refs:
        - {name: public, namespace: istio-ingress, section_name: http}
      rules:
        - filters:
            - type: RequestRedirect
              request_redirect:
                scheme: https
                status_code: 301

- name: Paths, headers, a rewrite, a time limit and CORS
  meshops.lifecycle.gateway_api_httproute:
    name: storefront
    namespace: shop
    spec:
      parent_refs:
        - {name: public, namespace: istio-ingress}
      hostnames: [shop.example.com]
      rules:
        - name: api
          matches:
            - path: {value: /api}
              method: GET
            - path: {value: /api}
              headers:
                - {name: x-tester, value: "yes"}
          filters:
            - type: URLRewrite
              url_rewrite:
                path: {type: ReplacePrefixMatch, replace_prefix_match: /}
            - type: CORS
              cors:
                allow_origins: [https://www.example.com]
                allow_methods: [GET, POST]
            - type: ResponseHeaderModifier
              response_header_modifier:
                set:
                  - {name: cache-control, value: no-store}
                remove: [server]
          backend_refs:
            - {name: api, port: 8080}
          timeouts:
            request: 5s
        - backend_refs:
            - {name: storefront, port: 8080}

- name: A route within the mesh, for everybody who calls the service
  meshops.lifecycle.gateway_api_httproute:
    name: ratings
    namespace: shop
    spec:
      parent_refs:
        - {group: "", kind: Service, name: ratings, port: 9080}
      rules:
        - matches:
            - headers:
                - {name: x-version, value: v2}
          backend_refs:
            - {name: ratings-v2, port: 9080}
        - backend_refs:
            - {name: ratings-v1, port: 9080}

- name: Remove a route
  meshops.lifecycle.gateway_api_httproute:
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
    kind: HTTPRoute
    metadata:
      name: reviews
      namespace: shop
    spec:
      parentRefs:
        - {group: gateway.networking.k8s.io, kind: Gateway, name: public, namespace: istio-ingress}
      hostnames: [reviews.example.com]
      rules:
        - matches:
            - path: {type: PathPrefix, value: /}
          backendRefs:
            - {group: "", kind: Service, name: reviews-v1, port: 9080, weight: 1}
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
    - kind: HTTPRoute
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.httproute import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_httproute import ARGUMENTS

ENTRY = Entry("gateway_api_httproute", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
