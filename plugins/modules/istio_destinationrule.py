#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_destinationrule
short_description: Manage Istio DestinationRules
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(DestinationRule), which names the subsets of a service and says how
    clients connect to it, with which load balancing, limits, health checks and TLS.
  - What the task states is what the cluster has. A field that a later run no longer states is removed, fields that
    others own stay as they are.
notes:
  - A subset has to be known to every proxy before a route names it, and no route may name it any more when it is
    removed. Apply the C(DestinationRule) first and wait for it, remove it last. M(meshops.lifecycle.mesh_apply) keeps
    that order by itself.
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
  - module: meshops.lifecycle.istio_virtualservice
  - module: meshops.lifecycle.istio_serviceentry
  - module: meshops.lifecycle.peer_authentication
  - name: DestinationRule reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/destination-rule/
options:
  spec:
    description: The specification of the DestinationRule, every field of the API.
    type: dict
    suboptions:
      host:
        description:
          - Name of the service in the registry, a Kubernetes service or a host of a ServiceEntry. A short name is
            read in the namespace of this object. Wildcards such as V(*.shop.svc.cluster.local) are allowed. The API
            requires it.
        type: str
      traffic_policy:
        description: How clients connect to every subset that does not say otherwise.
        type: dict
        aliases: [trafficPolicy]
        suboptions: &traffic_policy
          load_balancer:
            description: How an endpoint is chosen.
            type: dict
            aliases: [loadBalancer]
            suboptions: &load_balancer
              simple:
                description:
                  - A plain algorithm. V(LEAST_REQUEST), which is Istio's default, V(ROUND_ROBIN), V(RANDOM), or
                    V(PASSTHROUGH) to the address the client asked for. V(LEAST_CONN) is the old name of
                    V(LEAST_REQUEST).
                type: str
                choices: [UNSPECIFIED, LEAST_CONN, RANDOM, PASSTHROUGH, ROUND_ROBIN, LEAST_REQUEST]
              consistent_hash:
                description:
                  - Sends requests with the same property to the same endpoint. Exactly one property has to be stated.
                type: dict
                aliases: [consistentHash]
                suboptions:
                  http_header_name:
                    description: Name of the header that is hashed.
                    type: str
                    aliases: [httpHeaderName]
                  http_cookie:
                    description:
                      - Cookie that is hashed. With a
                        O(spec.traffic_policy.load_balancer.consistent_hash.http_cookie.ttl) the proxy sets it where
                        it is missing.
                    type: dict
                    aliases: [httpCookie]
                    suboptions:
                      name:
                        description: Name of the cookie.
                        type: str
                        required: true
                      path:
                        description: Path that the cookie is set for.
                        type: str
                      ttl:
                        description: How long the cookie lives, for example V(3600s). V(0s) makes it a session cookie.
                        type: str
                      attributes:
                        description: Further attributes that the cookie is set with, such as C(SameSite) or C(Secure).
                        type: list
                        elements: dict
                        suboptions:
                          name:
                            description: Name of the attribute.
                            type: str
                            required: true
                          value:
                            description: Value of the attribute. An attribute like C(Secure) has none.
                            type: str
                  use_source_ip:
                    description: Whether the client's address is hashed. It works for TCP as well as for HTTP.
                    type: bool
                    aliases: [useSourceIp]
                  http_query_parameter_name:
                    description: Name of the query parameter that is hashed.
                    type: str
                    aliases: [httpQueryParameterName]
                  ring_hash:
                    description: Hashes on a ring, which moves few requests when endpoints come and go.
                    type: dict
                    aliases: [ringHash]
                    suboptions:
                      minimum_ring_size:
                        description:
                          - Least number of places on the ring. More places spread the load more evenly. Istio uses
                            1024.
                        type: int
                        aliases: [minimumRingSize]
                  maglev:
                    description:
                      - Hashes with a Maglev table, which is faster to look up than a ring and moves more requests
                        when endpoints come and go.
                    type: dict
                    suboptions:
                      table_size:
                        description: Size of the table, a prime number. Istio uses 65537.
                        type: int
                        aliases: [tableSize]
                  minimum_ring_size:
                    description:
                      - Least number of places on the ring. Deprecated, use
                        O(spec.traffic_policy.load_balancer.consistent_hash.ring_hash).
                    type: int
                    aliases: [minimumRingSize]
              locality_lb_setting:
                description:
                  - Prefers endpoints by where they are. It takes the place of the setting of the mesh. Failover needs
                    O(spec.traffic_policy.outlier_detection), or the proxy cannot tell a failed endpoint.
                type: dict
                aliases: [localityLbSetting]
                suboptions:
                  enabled:
                    description: Whether locality counts. It takes the place of the setting of the mesh.
                    type: bool
                  distribute:
                    description: Spreads the load over localities by weight. Excludes failover and failover priority.
                    type: list
                    elements: dict
                    suboptions:
                      from:
                        description:
                          - Locality of the client as V(region/zone/sub-zone), wildcards allowed, for example
                            V(eu-west/*).
                        type: str
                      to:
                        description: Weights by locality of the endpoints. They have to sum to 100.
                        type: dict
                  failover:
                    description: Where the load goes when the endpoints of a region fail. Excludes distribute.
                    type: list
                    elements: dict
                    suboptions:
                      from:
                        description: Region of the client.
                        type: str
                      to:
                        description: Region that takes over.
                        type: str
                  failover_priority:
                    description:
                      - Labels, in order, by which endpoints are ranked. The more of the first labels an endpoint
                        shares with the client, the higher its rank. An entry V(label=value) compares with that value
                        instead of the client's.
                    type: list
                    elements: str
                    aliases: [failoverPriority]
              warmup:
                description:
                  - Brings a new endpoint to its full share of the load step by step. It works with V(ROUND_ROBIN) and
                    V(LEAST_REQUEST).
                type: dict
                suboptions:
                  duration:
                    description: Time until a new endpoint gets its full share, for example V(60s).
                    type: str
                    required: true
                  minimum_percent:
                    description:
                      - Share that a new endpoint starts with, in percent of its full share. Istio starts at 10.
                    type: float
                    aliases: [minimumPercent]
                  aggression:
                    description:
                      - Shape of the increase. V(1.0), the default, is a straight line, more is faster at the
                        beginning.
                    type: float
              warmup_duration_secs:
                description:
                  - Time until a new endpoint gets its full share. Deprecated, use
                    O(spec.traffic_policy.load_balancer.warmup).
                type: str
                aliases: [warmupDurationSecs]
              zone_aware_lb_setting:
                description:
                  - Keeps requests in the zone of the client as far as the zones' capacities allow, and spreads the
                    rest.
                type: dict
                aliases: [zoneAwareLbSetting]
                suboptions:
                  enabled:
                    description: Whether zones count. It takes the place of the setting of the mesh.
                    type: bool
                  min_cluster_size:
                    description: Least number of endpoints in the client's region, below which zones are ignored.
                    type: int
                    aliases: [minClusterSize]
                  failover:
                    description: Where the load goes when the endpoints of a region fail.
                    type: list
                    elements: dict
                    suboptions:
                      from:
                        description: Region of the client.
                        type: str
                      to:
                        description: Region that takes over.
                        type: str
                  failover_priority:
                    description: Labels, in order, by which endpoints are ranked.
                    type: list
                    elements: str
                    aliases: [failoverPriority]
          connection_pool:
            description: Limits on connections and requests.
            type: dict
            aliases: [connectionPool]
            suboptions: &connection_pool
              tcp:
                description: Limits that count for HTTP and TCP alike.
                type: dict
                suboptions:
                  max_connections:
                    description: Most connections of HTTP/1.1 and TCP to the destination.
                    type: int
                    aliases: [maxConnections]
                  connect_timeout:
                    description: Time to establish a connection, for example V(30ms). Istio uses V(10s).
                    type: str
                    aliases: [connectTimeout]
                  tcp_keepalive:
                    description: Sends TCP keepalive probes on idle connections.
                    type: dict
                    aliases: [tcpKeepalive]
                    suboptions:
                      probes:
                        description:
                          - Unanswered probes after which a connection counts as dead. Without it, the operating
                            system's value.
                        type: int
                      time:
                        description: Idle time before the first probe. Without it, the operating system's value.
                        type: str
                      interval:
                        description: Time between probes. Without it, the operating system's value.
                        type: str
                  max_connection_duration:
                    description: Longest life of a connection, after which it is closed. Without it there is no limit.
                    type: str
                    aliases: [maxConnectionDuration]
                  idle_timeout:
                    description:
                      - Time without any bytes after which a TCP connection is closed. Envoy uses V(1h), V(0s) turns
                        it off.
                    type: str
                    aliases: [idleTimeout]
              http:
                description: Limits for HTTP.
                type: dict
                suboptions:
                  http1_max_pending_requests:
                    description: Most requests that wait for a connection. For HTTP/2 too, despite the name.
                    type: int
                    aliases: [http1MaxPendingRequests]
                  http2_max_requests:
                    description: Most requests at the same time. For HTTP/1.1 too, despite the name.
                    type: int
                    aliases: [http2MaxRequests]
                  max_requests_per_connection:
                    description: Most requests on one connection. V(1) turns keep-alive off, V(0) means no limit.
                    type: int
                    aliases: [maxRequestsPerConnection]
                  max_retries:
                    description: Most retries at the same time to all endpoints of the destination.
                    type: int
                    aliases: [maxRetries]
                  idle_timeout:
                    description: Time without a request after which a connection is closed. Istio uses V(1h).
                    type: str
                    aliases: [idleTimeout]
                  h2_upgrade_policy:
                    description:
                      - Whether HTTP/1.1 is changed to HTTP/2 towards the destination. V(DEFAULT) follows the mesh.
                    type: str
                    aliases: [h2UpgradePolicy]
                    choices: [DEFAULT, DO_NOT_UPGRADE, UPGRADE]
                  use_client_protocol:
                    description:
                      - Whether the protocol of the client is kept towards the destination. It excludes the upgrade to
                        HTTP/2.
                    type: bool
                    aliases: [useClientProtocol]
                  max_concurrent_streams:
                    description: Most streams at the same time on one HTTP/2 connection.
                    type: int
                    aliases: [maxConcurrentStreams]
                  http2_keep_alive:
                    description: Sends HTTP/2 PING frames on connections to the destination.
                    type: dict
                    aliases: [http2KeepAlive]
                    suboptions:
                      interval:
                        description: Time between two PING frames.
                        type: str
                      timeout:
                        description: Time for the answer, after which the connection is closed.
                        type: str
          outlier_detection:
            description: Takes endpoints that keep failing out of the load balancing for a while.
            type: dict
            aliases: [outlierDetection]
            suboptions: &outlier_detection
              consecutive_5xx_errors:
                description:
                  - Failures with a 5xx status in a row after which an endpoint is taken out. Failed connections and
                    time-outs count as 5xx. V(0) turns it off, Istio uses 5.
                type: int
                aliases: [consecutive5xxErrors]
              consecutive_gateway_errors:
                description: The same for 502, 503 and 504 only. V(0), the default, turns it off.
                type: int
                aliases: [consecutiveGatewayErrors]
              consecutive_local_origin_failures:
                description:
                  - The same for failures on the client's side, such as time-outs and resets, when
                    O(spec.traffic_policy.outlier_detection.split_external_local_origin_errors) is set.
                type: int
                aliases: [consecutiveLocalOriginFailures]
              split_external_local_origin_errors:
                description:
                  - Whether failures on the client's side are counted apart from errors that the endpoint answers.
                type: bool
                aliases: [splitExternalLocalOriginErrors]
              interval:
                description: Time between two checks. Istio uses V(10s).
                type: str
              base_ejection_time:
                description:
                  - Time that an endpoint stays out, multiplied by how often it was taken out before. Istio uses
                    V(30s).
                type: str
                aliases: [baseEjectionTime]
              max_ejection_percent:
                description: Most endpoints that may be out at the same time, in percent. Istio uses 10.
                type: int
                aliases: [maxEjectionPercent]
              min_health_percent:
                description:
                  - Least healthy endpoints, in percent, below which nothing is taken out any more and requests go to
                    all of them.
                type: int
                aliases: [minHealthPercent]
              outlier_detection_http_error_codes:
                description: HTTP status codes that count as failures, in the place of 5xx.
                type: list
                elements: int
                aliases: [outlierDetectionHttpErrorCodes]
              consecutive_errors:
                description:
                  - Failures in a row after which an endpoint is taken out. Deprecated, use the options for 5xx or
                    gateway errors.
                type: int
                aliases: [consecutiveErrors]
          tls:
            description:
              - TLS of connections to the destination. With automatic mutual TLS it is needed only for services
                outside of the mesh.
            type: dict
            suboptions: &client_tls
              mode:
                description:
                  - V(DISABLE) sends plain text, V(SIMPLE) TLS, V(MUTUAL) TLS with a client certificate stated here,
                    V(ISTIO_MUTUAL) TLS with the certificate that Istio gives the workload.
                type: str
                choices: [DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL]
              client_certificate:
                description: Path of the client certificate in the proxy, for V(MUTUAL).
                type: str
                aliases: [clientCertificate]
              private_key:
                description: Path of the client's private key in the proxy, for V(MUTUAL).
                type: str
                aliases: [privateKey]
              ca_certificates:
                description:
                  - Path of the authorities that the server's certificate is checked against. Without it the operating
                    system's authorities are used.
                type: str
                aliases: [caCertificates]
              ca_crl:
                description: Path of the revocation list that the server's certificate is checked against.
                type: str
                aliases: [caCrl]
              credential_name:
                description:
                  - Name of a Secret in the namespace of the client that holds certificate, key and authorities. It
                    takes the place of the paths. Sidecars read it only when this object selects workloads.
                type: str
                aliases: [credentialName]
              subject_alt_names:
                description: Names of which the server's certificate has to carry one.
                type: list
                elements: str
                aliases: [subjectAltNames]
              sni:
                description: Server name that is sent in the handshake. Without it, the host that the request is for.
                type: str
              insecure_skip_verify:
                description: Whether the server's certificate is accepted without a check of its authority and name.
                type: bool
                aliases: [insecureSkipVerify]
          port_level_settings:
            description:
              - Policies for single ports. A port that is listed takes nothing from the policy of the destination,
                what it leaves out has Istio's default.
            type: list
            elements: dict
            aliases: [portLevelSettings]
            suboptions:
              port:
                description: The port of the destination that the entry is for.
                type: dict
                suboptions: &port_selector
                  number:
                    description: Number of the port.
                    type: int
              load_balancer:
                description: How an endpoint is chosen.
                type: dict
                aliases: [loadBalancer]
                suboptions: *load_balancer
              connection_pool:
                description: Limits on connections and requests.
                type: dict
                aliases: [connectionPool]
                suboptions: *connection_pool
              outlier_detection:
                description: Takes endpoints that keep failing out of the load balancing for a while.
                type: dict
                aliases: [outlierDetection]
                suboptions: *outlier_detection
              tls:
                description: TLS of connections to the port.
                type: dict
                suboptions: *client_tls
          tunnel:
            description:
              - Sends TCP to the destination through a tunnel of another proxy, which is the host of this object.
            type: dict
            suboptions:
              protocol:
                description: How the tunnel is asked for, V(CONNECT), the default, or V(POST).
                type: str
              target_host:
                description: Host that the tunnel leads to, a name or an address.
                type: str
                aliases: [targetHost]
                required: true
              target_port:
                description: Port that the tunnel leads to.
                type: int
                aliases: [targetPort]
                required: true
          proxy_protocol:
            description:
              - Puts a PROXY protocol header before connections, so that the destination learns the client's address.
            type: dict
            aliases: [proxyProtocol]
            suboptions:
              version:
                description: Version of the PROXY protocol. V(V1), the default, is text, V(V2) is binary.
                type: str
                choices: [V1, V2]
          retry_budget:
            description:
              - Limits retries in proportion to the requests that are under way. It takes the place of a fixed limit
                on retries.
            type: dict
            aliases: [retryBudget]
            suboptions:
              percent:
                description:
                  - Most retries at the same time, in percent of the requests that run or wait. Istio uses 20.
                type: float
              budget_interval:
                description:
                  - Time over which requests are counted for the budget. Without it, only the requests of the moment
                    count.
                type: str
                aliases: [budgetInterval]
              min_retry_concurrency:
                description:
                  - Retries that are always allowed at the same time, however few requests there are. Istio uses 3.
                type: int
                aliases: [minRetryConcurrency]
      subsets:
        description:
          - Named groups of the endpoints of the host. Routes choose them by name, as a rule one for each version.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the subset.
            type: str
            required: true
          labels:
            description: Labels that an endpoint of the subset has to have, all of them.
            type: dict
          traffic_policy:
            description: How clients connect to this subset, over the policy of the destination.
            type: dict
            aliases: [trafficPolicy]
            suboptions: *traffic_policy
      export_to:
        description:
          - Namespaces that may use this object. V(.) is its own namespace, V(*) is all of them, which is the default
            unless the mesh configuration says otherwise.
        type: list
        elements: str
        aliases: [exportTo]
      workload_selector:
        description: Client workloads, in the namespace of this object, that it counts for. Without it, all clients.
        type: dict
        aliases: [workloadSelector]
        suboptions:
          match_labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
            aliases: [matchLabels]
"""

EXAMPLES = r"""
---
- name: Name the versions of a service
  meshops.lifecycle.istio_destinationrule:
    name: reviews-destination
    namespace: shop
    spec:
      host: reviews
      subsets:
        - name: v1
          labels:
            version: v1
        - name: v2
          labels:
            version: v2
    wait: true

- name: Protect a service from overload and from endpoints that fail
  meshops.lifecycle.istio_destinationrule:
    name: checkout
    namespace: shop
    spec:
      host: checkout.shop.svc.cluster.local
      traffic_policy:
        connection_pool:
          tcp:
            max_connections: 200
            connect_timeout: 250ms
          http:
            http1_max_pending_requests: 100
            max_requests_per_connection: 50
        outlier_detection:
          consecutive_5xx_errors: 5
          interval: 10s
          base_ejection_time: 30s
          max_ejection_percent: 50

- name: Keep a client on one endpoint, and warm new ones up slowly
  meshops.lifecycle.istio_destinationrule:
    name: cart
    namespace: shop
    spec:
      host: cart.shop.svc.cluster.local
      traffic_policy:
        load_balancer:
          consistent_hash:
            http_cookie:
              name: cart-session
              ttl: 1h
        port_level_settings:
          - port: {number: 9090}
            load_balancer:
              simple: ROUND_ROBIN
              warmup:
                duration: 60s

- name: Prefer the client's own region, and name one to fall back on
  meshops.lifecycle.istio_destinationrule:
    name: catalogue
    namespace: shop
    spec:
      host: catalogue.shop.svc.cluster.local
      trafficPolicy:
        loadBalancer:
          localityLbSetting:
            enabled: true
            failover:
              - from: eu-west
                to: eu-north
        outlierDetection:
          consecutive5xxErrors: 3

- name: Speak TLS to a service outside of the mesh
  meshops.lifecycle.istio_destinationrule:
    name: payments
    namespace: shop
    spec:
      host: api.payments.example.com
      traffic_policy:
        tls:
          mode: SIMPLE
          sni: api.payments.example.com
          subject_alt_names: [api.payments.example.com]
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
    kind: DestinationRule
    metadata:
      name: reviews-destination
      namespace: shop
    spec:
      host: reviews
      subsets:
        - name: v1
          labels: {version: v1}
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
    - kind: DestinationRule
      namespace: shop
      name: reviews-destination
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.destinationrule import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_destinationrule import ARGUMENTS

ENTRY = Entry("istio_destinationrule", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
