#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_envoyfilter
short_description: Manage Istio EnvoyFilters
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(EnvoyFilter), which patches the configuration that Istio makes for its
    proxies.
  - An object without selector and targets counts for its whole namespace, and in Istio's root namespace for the whole
    mesh.
notes:
  - A patch depends on the inner form of the configuration, which changes between Istio's versions. Look at every
    EnvoyFilter before an upgrade, and use another kind wherever one does the job.
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
  - module: meshops.lifecycle.istio_wasmplugin
  - module: meshops.lifecycle.istio_trafficextension
  - name: EnvoyFilter reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/envoy-filter/
options:
  spec:
    description: The specification of the EnvoyFilter, every field of the API.
    type: dict
    suboptions:
      workload_selector:
        description: Workloads that the object is for. Excludes O(spec.target_refs).
        type: dict
        aliases: [workloadSelector]
        suboptions:
          labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
      target_refs:
        description:
          - Gateways, services and the like that the object is for, waypoints included. They have to be in the same
            namespace. Excludes O(spec.workload_selector).
        type: list
        elements: dict
        aliases: [targetRefs]
        suboptions:
          group:
            description:
              - API group of the target, for example V(gateway.networking.k8s.io). An empty string is the core group.
            type: str
          kind:
            description: Kind of the target, for example V(Gateway).
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          namespace:
            description: Namespace of the target. The API does not take a value here yet.
            type: str
      priority:
        description:
          - Place among the EnvoyFilters of the same scope. Lower numbers are applied first, 0 is the default, and
            among equals the older object comes first.
        type: int
      config_patches:
        description: Patches, applied in the order written.
        type: list
        elements: dict
        aliases: [configPatches]
        suboptions:
          apply_to:
            description: What is patched.
            type: str
            aliases: [applyTo]
            choices:
              - INVALID
              - LISTENER
              - FILTER_CHAIN
              - NETWORK_FILTER
              - HTTP_FILTER
              - ROUTE_CONFIGURATION
              - VIRTUAL_HOST
              - HTTP_ROUTE
              - CLUSTER
              - EXTENSION_CONFIG
              - BOOTSTRAP
              - LISTENER_FILTER
          match:
            description: Where the patch applies. Without it, wherever O(spec.config_patches[].apply_to) is found.
            type: dict
            suboptions:
              context:
                description:
                  - Proxies and direction. V(ANY), the default, V(SIDECAR_INBOUND), V(SIDECAR_OUTBOUND), V(GATEWAY) or
                    V(WAYPOINT).
                type: str
                choices: [ANY, SIDECAR_INBOUND, SIDECAR_OUTBOUND, GATEWAY, WAYPOINT]
              proxy:
                description: Properties of the proxy.
                type: dict
                suboptions:
                  proxy_version:
                    description:
                      - Regular expression in Go syntax for the version of the proxy, for example V(^1\\.3[01].*).
                    type: str
                    aliases: [proxyVersion]
                  metadata:
                    description: Metadata of the proxy's node, by name, all of which has to be equal.
                    type: dict
              listener:
                description: Listener to match. Excludes route configuration, cluster and waypoint.
                type: dict
                suboptions:
                  name:
                    description: Name of the listener.
                    type: str
                  port_number:
                    description: Port of the listener's service or gateway.
                    type: int
                    aliases: [portNumber]
                  port_name:
                    description: Name of the port. In the schema, but not implemented by Istio.
                    type: str
                    aliases: [portName]
                  filter_chain:
                    description: Filter chain of the listener.
                    type: dict
                    aliases: [filterChain]
                    suboptions:
                      name:
                        description: Name of the filter chain.
                        type: str
                      sni:
                        description: Server name that the chain is for.
                        type: str
                      transport_protocol:
                        description: Transport that the chain is for, V(raw_buffer) or V(tls). For V(SIDECAR_INBOUND).
                        type: str
                        aliases: [transportProtocol]
                      application_protocols:
                        description: Application protocols that the chain is for, joined by commas. For sidecars.
                        type: str
                        aliases: [applicationProtocols]
                      destination_port:
                        description: Destination port that the chain is for.
                        type: int
                        aliases: [destinationPort]
                      filter:
                        description: Network filter of the chain.
                        type: dict
                        suboptions:
                          name:
                            description:
                              - Name of the filter, for example V(envoy.filters.network.http_connection_manager).
                            type: str
                          sub_filter:
                            description: Filter inside of this one.
                            type: dict
                            aliases: [subFilter]
                            suboptions:
                              name:
                                description: Name of the inner filter, for example V(envoy.filters.http.router).
                                type: str
                  listener_filter:
                    description: Name of the listener filter.
                    type: str
                    aliases: [listenerFilter]
              route_configuration:
                description: HTTP route configuration to match. Excludes listener, cluster and waypoint.
                type: dict
                aliases: [routeConfiguration]
                suboptions:
                  name:
                    description: Name of the route configuration.
                    type: str
                  gateway:
                    description: Gateway that the routes are for, as V(namespace/name). For V(GATEWAY).
                    type: str
                  port_number:
                    description: Port of the service or gateway.
                    type: int
                    aliases: [portNumber]
                  port_name:
                    description: Name of the gateway's port. For V(GATEWAY).
                    type: str
                    aliases: [portName]
                  vhost:
                    description: Virtual host of the configuration.
                    type: dict
                    suboptions:
                      name:
                        description: Name of the virtual host, as V(host:port).
                        type: str
                      domain_name:
                        description: A domain that the virtual host serves.
                        type: str
                        aliases: [domainName]
                      route:
                        description: Route of the virtual host.
                        type: dict
                        suboptions:
                          name:
                            description:
                              - Name of the route. Routes of a VirtualService carry the name given there, others are
                                called V(default).
                            type: str
                          action:
                            description: What the route does. V(ANY) is the default.
                            type: str
                            choices: [ANY, ROUTE, REDIRECT, DIRECT_RESPONSE]
              cluster:
                description:
                  - Cluster, which is Envoy's word for a destination, to match. Excludes listener, route configuration
                    and waypoint.
                type: dict
                suboptions:
                  name:
                    description: Name of the cluster. It makes the other conditions needless.
                    type: str
                  service:
                    description: Full name of the service.
                    type: str
                  subset:
                    description: Subset of the service.
                    type: str
                  port_number:
                    description: Port of the service. For inbound clusters, the port of the workload.
                    type: int
                    aliases: [portNumber]
              waypoint:
                description: Part of a waypoint to match. Needed with V(WAYPOINT), and only there.
                type: dict
                suboptions:
                  port_number:
                    description: Port of the service.
                    type: int
                    aliases: [portNumber]
                  filter:
                    description: Filter of the waypoint.
                    type: dict
                    suboptions:
                      name:
                        description: Name of the filter.
                        type: str
                      sub_filter:
                        description: Filter inside of this one.
                        type: dict
                        aliases: [subFilter]
                        suboptions:
                          name:
                            description: Name of the inner filter.
                            type: str
                  route:
                    description: Route of the waypoint.
                    type: dict
                    suboptions:
                      name:
                        description: Name of the route.
                        type: str
          patch:
            description: What is done.
            type: dict
            suboptions:
              operation:
                description:
                  - How the patch is applied. V(MERGE) merges with what is there, V(ADD) appends, V(REMOVE) removes,
                    V(REPLACE) replaces a filter, V(MERGE_AND_REPLACE_LIST) merges but replaces lists. The
                    V(INSERT_FIRST), V(INSERT_BEFORE) and V(INSERT_AFTER) are for lists in which order counts.
                type: str
                choices:
                  - INVALID
                  - MERGE
                  - ADD
                  - REMOVE
                  - INSERT_BEFORE
                  - INSERT_AFTER
                  - INSERT_FIRST
                  - REPLACE
                  - MERGE_AND_REPLACE_LIST
              value:
                description: The piece of Envoy configuration, as Envoy's API has it. It is sent as it is written.
                type: dict
              filter_class:
                description: Stage of the filter chain to insert a filter into, for V(ADD) of HTTP filters.
                type: str
                aliases: [filterClass]
                choices: [UNSPECIFIED, AUTHN, AUTHZ, STATS]
"""

EXAMPLES = r"""
---
- name: Add a header to every answer of the gateway, with Lua
  meshops.lifecycle.istio_envoyfilter:
    name: shop-headers
    namespace: istio-ingress
    spec:
      workload_selector:
        labels:
          istio: ingressgateway
      config_patches:
        - apply_to: HTTP_FILTER
          match:
            context: GATEWAY
            listener:
              filter_chain:
                filter:
                  name: envoy.filters.network.http_connection_manager
                  sub_filter:
                    name: envoy.filters.http.router
          patch:
            operation: INSERT_BEFORE
            value:
              name: envoy.filters.http.lua
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                default_source_code:
                  inline_string: |
                    function envoy_on_response(handle)
                      handle:headers():add("x-served-by", "shop")
                    end

- name: Let gateway connections idle for ten minutes
  meshops.lifecycle.istio_envoyfilter:
    name: gateway-idle
    namespace: istio-ingress
    spec:
      config_patches:
        - apply_to: NETWORK_FILTER
          match:
            context: GATEWAY
            listener:
              filter_chain:
                filter:
                  name: envoy.filters.network.http_connection_manager
          patch:
            operation: MERGE
            value:
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                common_http_protocol_options:
                  idle_timeout: 600s

- name: Apply a document as it was pasted
  meshops.lifecycle.istio_envoyfilter:
    namespace: shop
    definition:
      apiVersion: networking.istio.io/v1alpha3
      kind: EnvoyFilter
      metadata:
        name: reviews-no-delay
      spec:
        configPatches:
          - applyTo: CLUSTER
            match:
              context: SIDECAR_OUTBOUND
              cluster:
                service: reviews.shop.svc.cluster.local
            patch:
              operation: MERGE
              value:
                connect_timeout: 1s
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
    apiVersion: networking.istio.io/v1alpha3
    kind: EnvoyFilter
    metadata:
      name: shop-headers
      namespace: istio-ingress
    spec:
      configPatches:
        - applyTo: HTTP_FILTER
          patch: {operation: INSERT_BEFORE}
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
    - kind: EnvoyFilter
      namespace: istio-ingress
      name: shop-headers
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.envoyfilter import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_envoyfilter import ARGUMENTS

ENTRY = Entry("istio_envoyfilter", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
