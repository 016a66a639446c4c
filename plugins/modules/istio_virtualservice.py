#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_virtualservice
short_description: Manage Istio VirtualServices
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(VirtualService), which says how requests to a host are matched, changed,
    split and routed.
  - What the task states is what the cluster has. A field that a later run no longer states is removed, fields that
    others own stay as they are.
notes:
  - A route that names a subset which the proxies do not know yet answers 503. Apply the C(DestinationRule) with the
    subset first, wait for it, then apply the route. Remove them in the opposite order.
    M(meshops.lifecycle.mesh_apply) keeps that order by itself.
  - Istio does not ask for weights that sum to 100. They are proportions, and only a sum of zero is refused.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.proxies
  - meshops.lifecycle.istiod
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.istio_destinationrule
  - module: meshops.lifecycle.istio_gateway
  - module: meshops.lifecycle.istio_serviceentry
  - name: VirtualService reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/virtual-service/
options:
  spec:
    description: The specification of the VirtualService, every field of the API.
    type: dict
    suboptions:
      hosts:
        description:
          - Hosts whose traffic these routes handle. A short name means a service in the namespace of the
            VirtualService, so V(reviews.shop.svc.cluster.local) is safer than V(reviews). Wildcards such as
            V(*.example.com) are allowed.
          - Leave it out in a VirtualService that others delegate to.
        type: list
        elements: str
      gateways:
        description:
          - Where the routes apply. A gateway is named V(name) or V(namespace/name), the reserved word V(mesh) means
            the sidecars. Without it the routes apply to V(mesh) only.
        type: list
        elements: str
      export_to:
        description:
          - Namespaces that may see this VirtualService. V(.) is its own namespace, V(*) is all of them, which is the
            default unless the mesh configuration says otherwise.
        type: list
        elements: str
        aliases: [exportTo]
      http:
        description:
          - Routes for HTTP/1.1, HTTP/2 and gRPC, tried in the order written. The first one that matches is used.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the route. It shows in access logs and in the names of the proxy's routes.
            type: str
          match:
            description:
              - Conditions of the route. It is used when any one of the entries is met, and an entry is met when all
                that it states is. Without conditions the route takes every request.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the match, joined to the name of the route in access logs.
                type: str
              uri:
                description: How the path of the request has to look.
                type: dict
                suboptions: &string_match
                  exact:
                    description: The whole value, character by character.
                    type: str
                  prefix:
                    description: What the value begins with.
                    type: str
                  regex:
                    description: A regular expression in RE2 syntax that has to match the whole value.
                    type: str
              scheme:
                description: How the scheme of the request, V(http) or V(https), has to look.
                type: dict
                suboptions: *string_match
              method:
                description: How the HTTP method has to look. Methods are written in capitals.
                type: dict
                suboptions: *string_match
              authority:
                description: How the Host or C(:authority) header has to look.
                type: dict
                suboptions: *string_match
              headers:
                description:
                  - Conditions on headers, by header name in lower case. Each value is a dictionary with one of
                    C(exact), C(prefix) or C(regex). An empty dictionary asks only that the header is there.
                type: dict
              without_headers:
                description:
                  - Like O(spec.http[].match[].headers), but the condition is met when the header does not match.
                type: dict
                aliases: [withoutHeaders]
              query_params:
                description:
                  - Conditions on query parameters, by name. Each value is a dictionary with one of C(exact),
                    C(prefix) or C(regex).
                type: dict
                aliases: [queryParams]
              ignore_uri_case:
                description:
                  - Whether O(spec.http[].match[].uri) with C(exact) or C(prefix) ignores upper and lower case.
                type: bool
                aliases: [ignoreUriCase]
              port:
                description: Port of the host that the request is addressed to.
                type: int
              source_labels:
                description:
                  - Labels of the client workload. Only sidecars know them, so the condition needs V(mesh) among the
                    gateways.
                type: dict
                aliases: [sourceLabels]
              source_namespace:
                description: Namespace of the client workload.
                type: str
                aliases: [sourceNamespace]
              gateways:
                description: Gateways this match is for. It takes the place of O(spec.gateways).
                type: list
                elements: str
              stat_prefix:
                description:
                  - Prefix for the route's own statistics in the proxy. Without it no statistics are kept for a single
                    route.
                type: str
                aliases: [statPrefix]
          route:
            description:
              - Destinations that the request is forwarded to, split by weight. Excludes O(spec.http[].redirect) and
                O(spec.http[].direct_response).
            type: list
            elements: dict
            suboptions:
              destination:
                description: The service, and its subset, that gets the traffic.
                type: dict
                required: true
                suboptions: &destination
                  host:
                    description:
                      - Name of the service in the registry, a Kubernetes service or a host of a ServiceEntry. A short
                        name is read in the namespace of this object, not of the client.
                    type: str
                    required: true
                  subset:
                    description: Name of a subset that a DestinationRule for the host defines.
                    type: str
                  port:
                    description: Port of the service. Needed when the service has more than one.
                    type: dict
                    suboptions: &port_selector
                      number:
                        description: Number of the port.
                        type: int
              weight:
                description:
                  - Share of the requests, in proportion to the sum of all weights of the route. A single destination
                    may leave it out.
                type: int
              headers:
                description: Changes to headers for this destination alone.
                type: dict
                suboptions: &headers
                  request:
                    description: Changes to the request before it is forwarded.
                    type: dict
                    suboptions: &header_operations
                      set:
                        description: Headers to set, by name. An existing value is replaced.
                        type: dict
                      add:
                        description: Headers to add, by name. An existing value stays beside the new one.
                        type: dict
                      remove:
                        description: Names of headers to remove.
                        type: list
                        elements: str
                  response:
                    description: Changes to the response before it is returned to the client.
                    type: dict
                    suboptions: *header_operations
          redirect:
            description: Answers with a redirect instead of forwarding the request.
            type: dict
            suboptions:
              uri:
                description:
                  - New path of the URL. The whole path is replaced, even where the match was a prefix. Excludes
                    O(spec.http[].redirect.prefix_rewrite).
                type: str
              prefix_rewrite:
                description:
                  - Replaces only the prefix that the route matched and keeps the rest of the path. The match has to
                    be a prefix.
                type: str
                aliases: [prefixRewrite]
              authority:
                description: New host of the URL.
                type: str
              scheme:
                description: New scheme of the URL, V(http) or V(https).
                type: str
              port:
                description: New port of the URL. Excludes O(spec.http[].redirect.derive_port).
                type: int
              derive_port:
                description:
                  - Takes the port from the scheme, 80 or 443, or from the request. Excludes
                    O(spec.http[].redirect.port).
                type: str
                aliases: [derivePort]
                choices: [FROM_PROTOCOL_DEFAULT, FROM_REQUEST_PORT]
              redirect_code:
                description: Status code of the answer. Istio uses 301 when it is not given.
                type: int
                aliases: [redirectCode]
          direct_response:
            description: Answers at once with a fixed response, without any destination.
            type: dict
            aliases: [directResponse]
            suboptions:
              status:
                description: HTTP status code of the response.
                type: int
                required: true
              body:
                description: Content of the response. Without it the response has none.
                type: dict
                suboptions:
                  string:
                    description: The content as text.
                    type: str
                  bytes:
                    description: The content as base64.
                    type: str
          delegate:
            description:
              - Hands the requests of this match to the routes of another VirtualService, which then has no hosts of
                its own. The route may state match, rewrite and the like, but no destination.
            type: dict
            suboptions:
              name:
                description: Name of the other VirtualService.
                type: str
              namespace:
                description: Namespace of the other VirtualService. Without it, the namespace of this one.
                type: str
          rewrite:
            description:
              - Changes path and host of the request before it is forwarded. Excludes O(spec.http[].redirect).
            type: dict
            suboptions:
              uri:
                description: Replaces the path, or, where the match was a prefix, that prefix only.
                type: str
              authority:
                description: Replaces the Host header.
                type: str
              uri_regex_rewrite:
                description:
                  - Replaces the part of the path that a regular expression matches. Excludes
                    O(spec.http[].rewrite.uri).
                type: dict
                aliases: [uriRegexRewrite]
                suboptions:
                  match:
                    description: Regular expression in RE2 syntax.
                    type: str
                  rewrite:
                    description:
                      - What takes the place of the match. V(\\1) to V(\\9) stand for capture groups, V(\\0) for all
                        that matched.
                    type: str
          timeout:
            description:
              - Time until the whole answer has to be there, retries included, for example V(5s). Without it there is
                no limit.
            type: str
          retries:
            description:
              - When and how often a failed request is tried again. Without it the mesh default applies, as a rule two
                retries on failures to connect and on refused or unavailable streams.
            type: dict
            suboptions:
              attempts:
                description: Number of tries after the first one. V(0) turns retries off.
                type: int
              per_try_timeout:
                description:
                  - Time for one try, the first included. Without it, the O(spec.http[].timeout) of the route.
                type: str
                aliases: [perTryTimeout]
              retry_on:
                description:
                  - What counts as a failure, Envoy's conditions joined by commas, for example
                    V(connect-failure,refused-stream,503).
                type: str
                aliases: [retryOn]
              retry_remote_localities:
                description: Whether a retry may go to another locality.
                type: bool
                aliases: [retryRemoteLocalities]
              retry_ignore_previous_hosts:
                description: Whether a retry passes over the hosts that were tried before. Istio does so by default.
                type: bool
                aliases: [retryIgnorePreviousHosts]
              backoff:
                description: Shortest pause before a retry. Envoy begins with 25ms and doubles it with each try.
                type: str
          fault:
            description:
              - Injects failures on purpose, to test how callers cope. Timeouts and retries of the route do not apply
                to injected failures.
            type: dict
            suboptions:
              delay:
                description: Delays requests.
                type: dict
                suboptions:
                  fixed_delay:
                    description: How long a request is held back, for example V(5s). At least V(1ms).
                    type: str
                    aliases: [fixedDelay]
                  percentage:
                    description: Part of the requests that are delayed. Without it, none.
                    type: dict
                    suboptions: &percent
                      value:
                        description: A percentage from 0 to 100, fractions allowed.
                        type: float
                  percent:
                    description:
                      - Part of the requests in whole percent. Deprecated, use O(spec.http[].fault.delay.percentage).
                    type: int
                  exponential_delay:
                    description:
                      - Mean of an exponentially distributed delay. In the schema, but not implemented by Istio.
                    type: str
                    aliases: [exponentialDelay]
              abort:
                description: Answers requests with an error and does not forward them.
                type: dict
                suboptions:
                  http_status:
                    description: HTTP status code of the error.
                    type: int
                    aliases: [httpStatus]
                  grpc_status:
                    description: Status of the error for gRPC, by name, for example V(UNAVAILABLE).
                    type: str
                    aliases: [grpcStatus]
                  http2_error:
                    description: Error of the HTTP/2 stream. In the schema, but not implemented by Istio.
                    type: str
                    aliases: [http2Error]
                  percentage:
                    description: Part of the requests that are aborted. Without it, none.
                    type: dict
                    suboptions: *percent
          mirror:
            description: Sends a copy of each request to one more destination and ignores its answer.
            type: dict
            suboptions: *destination
          mirror_percentage:
            description: Part of the requests that O(spec.http[].mirror) copies. Without it, all of them.
            type: dict
            aliases: [mirrorPercentage]
            suboptions: *percent
          mirror_percent:
            description:
              - Part of the requests to copy, in whole percent. Deprecated, use O(spec.http[].mirror_percentage). The
                API also has it under the name C(mirror_percent), which is sent as C(mirrorPercent).
            type: int
            aliases: [mirrorPercent]
          mirrors:
            description:
              - Sends copies of each request to several destinations and ignores their answers. Excludes
                O(spec.http[].mirror).
            type: list
            elements: dict
            suboptions:
              destination:
                description: Where the copy goes.
                type: dict
                required: true
                suboptions: *destination
              percentage:
                description: Part of the requests to copy. Without it, all of them.
                type: dict
                suboptions: *percent
          cors_policy:
            description: What browsers may do across origins (CORS). The proxy answers the preflight requests.
            type: dict
            aliases: [corsPolicy]
            suboptions:
              allow_origins:
                description:
                  - Origins that may call. The origin of an allowed request is echoed in
                    C(Access-Control-Allow-Origin).
                type: list
                elements: dict
                aliases: [allowOrigins]
                suboptions: *string_match
              allow_origin:
                description:
                  - Origins that may call, exact values only. Deprecated, use
                    O(spec.http[].cors_policy.allow_origins).
                type: list
                elements: str
                aliases: [allowOrigin]
              allow_methods:
                description: HTTP methods that may be used.
                type: list
                elements: str
                aliases: [allowMethods]
              allow_headers:
                description: Request headers that may be sent.
                type: list
                elements: str
                aliases: [allowHeaders]
              expose_headers:
                description: Response headers that scripts may read.
                type: list
                elements: str
                aliases: [exposeHeaders]
              max_age:
                description: How long a browser may remember the answer to a preflight request, for example V(24h).
                type: str
                aliases: [maxAge]
              allow_credentials:
                description: Whether cookies and other credentials may be sent with the actual request.
                type: bool
                aliases: [allowCredentials]
              unmatched_preflights:
                description:
                  - Whether a preflight request from an origin that is not allowed is forwarded to the destination or
                    answered by the proxy. Istio forwards it when this is not given.
                type: str
                aliases: [unmatchedPreflights]
                choices: [UNSPECIFIED, FORWARD, IGNORE]
          headers:
            description: Changes to headers for every destination of the route.
            type: dict
            suboptions: *headers
      tls:
        description:
          - Routes for TLS that passes through without being terminated, chosen by the server name (SNI) of the
            connection. They apply to ports of protocol HTTPS and TLS, and on a gateway to servers with TLS mode
            C(PASSTHROUGH).
        type: list
        elements: dict
        suboptions:
          match:
            description: Conditions of the route. It is used when any one of the entries is met.
            type: list
            elements: dict
            required: true
            suboptions:
              sni_hosts:
                description:
                  - Server names (SNI) to match. They have to be covered by O(spec.hosts). A wildcard such as
                    V(*.example.com) may be used.
                type: list
                elements: str
                aliases: [sniHosts]
                required: true
              destination_subnets:
                description: Addresses or subnets (CIDR) that the connection is addressed to.
                type: list
                elements: str
                aliases: [destinationSubnets]
              port:
                description: Port of the host that the connection is addressed to.
                type: int
              source_labels:
                description: Labels of the client workload. The condition needs V(mesh) among the gateways.
                type: dict
                aliases: [sourceLabels]
              gateways:
                description: Gateways this match is for. It takes the place of O(spec.gateways).
                type: list
                elements: str
              source_namespace:
                description: Namespace of the client workload.
                type: str
                aliases: [sourceNamespace]
          route:
            description: Destinations that the connection is forwarded to, split by weight.
            type: list
            elements: dict
            suboptions: &l4_route
              destination:
                description: The service, and its subset, that gets the connection.
                type: dict
                required: true
                suboptions: *destination
              weight:
                description: Share of the connections, in proportion to the sum of all weights of the route.
                type: int
      tcp:
        description:
          - Routes for plain TCP, tried in the order written. They apply to ports that are neither HTTP nor TLS.
        type: list
        elements: dict
        suboptions:
          match:
            description:
              - Conditions of the route. It is used when any one of the entries is met. Without conditions the route
                takes every connection.
            type: list
            elements: dict
            suboptions:
              destination_subnets:
                description: Addresses or subnets (CIDR) that the connection is addressed to.
                type: list
                elements: str
                aliases: [destinationSubnets]
              port:
                description: Port of the host that the connection is addressed to.
                type: int
              source_subnet:
                description: Address or subnet of the client. In the schema, but not implemented by Istio.
                type: str
                aliases: [sourceSubnet]
              source_labels:
                description: Labels of the client workload. The condition needs V(mesh) among the gateways.
                type: dict
                aliases: [sourceLabels]
              gateways:
                description: Gateways this match is for. It takes the place of O(spec.gateways).
                type: list
                elements: str
              source_namespace:
                description: Namespace of the client workload.
                type: str
                aliases: [sourceNamespace]
          route:
            description: Destinations that the connection is forwarded to, split by weight.
            type: list
            elements: dict
            suboptions: *l4_route
"""

EXAMPLES = r"""
---
- name: Send the old catalogues to version 2, under the new path
  meshops.lifecycle.istio_virtualservice:
    name: reviews-route
    namespace: prod
    spec:
      hosts:
        - reviews.prod.svc.cluster.local
      http:
        - match:
            - uri:
                prefix: /wpcatalog
            - uri:
                prefix: /consumercatalog
          rewrite:
            uri: /newcatalog
          route:
            - destination:
                host: reviews.prod.svc.cluster.local
                subset: v2

- name: Split traffic 90 to 10 and wait until every proxy has the route
  meshops.lifecycle.istio_virtualservice:
    name: reviews
    namespace: shop
    annotations:
      argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true
    spec:
      hosts: [reviews]
      http:
        - route:
            - destination: {host: reviews, subset: v1}
              weight: 90
            - destination: {host: reviews, subset: v2}
              weight: 10
    wait: true

- name: Expose a shop at the edge, with a time limit, retries and CORS
  meshops.lifecycle.istio_virtualservice:
    name: storefront
    namespace: shop
    spec:
      hosts: [shop.example.com]
      gateways: [istio-ingress/public]
      http:
        - name: api
          match:
            - uri: {prefix: /api/}
              method: {regex: GET|POST}
          timeout: 5s
          retries:
            attempts: 3
            per_try_timeout: 1500ms
            retry_on: connect-failure,refused-stream,503
          cors_policy:
            allow_origins:
              - exact: https://www.example.com
            allow_methods: [GET, POST]
            max_age: 24h
          route:
            - destination:
                host: storefront
                port: {number: 8080}
        - name: old-pages
          match:
            - uri: {prefix: /legacy}
          redirect:
            uri: /
            redirect_code: 308

- name: Break one in ten requests of the testers, and of nobody else
  meshops.lifecycle.istio_virtualservice:
    name: ratings
    namespace: shop
    spec:
      hosts: [ratings]
      http:
        - match:
            - headers:
                x-tester:
                  exact: "yes"
          fault:
            abort:
              http_status: 503
              percentage: {value: 10}
            delay:
              fixed_delay: 2s
              percentage: {value: 50}
          route:
            - destination: {host: ratings, subset: v1}
        - route:
            - destination: {host: ratings, subset: v1}

- name: Apply a document as it was pasted
  meshops.lifecycle.istio_virtualservice:
    namespace: shop
    definition:
      apiVersion: networking.istio.io/v1beta1
      kind: VirtualService
      metadata:
        name: mongo
      spec:
        hosts: [mongo.shop.svc.cluster.local]
        tcp:
          - match:
              - port: 27017
            route:
              - destination:
                  host: mongo.backup.svc.cluster.local
                  port:
                    number: 5555

- name: Remove a route
  meshops.lifecycle.istio_virtualservice:
    name: reviews
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
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: reviews
      namespace: shop
    spec:
      hosts: [reviews]
      http:
        - route:
            - destination: {host: reviews, subset: v1}
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
    - kind: VirtualService
      namespace: shop
      name: reviews
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.virtualservice import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS

ENTRY = Entry("istio_virtualservice", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
