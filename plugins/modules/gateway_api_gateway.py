#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_gateway
short_description: Manage Gateways of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(Gateway) of the Kubernetes Gateway API, which opens ports and says which hosts and
    certificates they serve. The controller of its class runs the proxy.
  - A waypoint of an ambient mesh is a Gateway of the class C(istio-waypoint).
  - This is the kind of C(gateway.networking.k8s.io), not Istio's own of C(networking.istio.io).
notes:
  - With O(wait=true) the task waits until the controller has accepted and programmed what was declared now, with every
    listener. A listener that is wrong for good (a conflict, a protocol that the controller does not know, a reference
    that nobody allowed) ends the wait; a certificate or an address that is not there yet is waited for.
  - The definitions of the Gateway API are no part of Kubernetes. Without them the task says that the kind is not
    served.
  - Fields of the experimental channel reach the server by O(definition) or O(spec_extra).
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.gateway_api_httproute
  - module: meshops.lifecycle.gateway_api_referencegrant
  - module: meshops.lifecycle.istio_gateway
  - name: Reference of the Gateway API
    description: The API's own description of every field.
    link: https://gateway-api.sigs.k8s.io/reference/spec/
options:
  spec:
    description: The specification of the Gateway, every field of the API's standard channel.
    type: dict
    suboptions:
      gateway_class_name:
        description:
          - Name of the GatewayClass, which says what controller serves the Gateway. Istio brings V(istio) for gateways
            and V(istio-waypoint) for waypoints. The API requires it.
        type: str
        aliases: [gatewayClassName]
      listeners:
        description: The ports that are opened, with their hosts and certificates. The API requires at least one.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the listener, unique in the Gateway. Routes choose a listener by it.
            type: str
            required: true
          hostname:
            description:
              - Host that is served, of which the first label may be a wildcard. Without it, all hosts. Not for V(TCP)
                and V(UDP).
            type: str
          port:
            description: Number of the port.
            type: int
            required: true
          protocol:
            description:
              - What is spoken on the port, V(HTTP), V(HTTPS), V(TLS), V(TCP), V(UDP), or a protocol of the controller's
                own, such as V(HBONE) of Istio's waypoints.
            type: str
            required: true
          tls:
            description: Certificates of the port. Needed for V(HTTPS) and V(TLS), refused for the others.
            type: dict
            suboptions:
              mode:
                description:
                  - V(Terminate), the default, ends TLS here and needs a certificate. V(Passthrough) leaves TLS to the
                    service behind, which a TLSRoute chooses by the name that the client asks for.
                type: str
                choices: [Terminate, Passthrough]
              certificate_refs:
                description: Where certificate and key are kept.
                type: list
                elements: dict
                aliases: [certificateRefs]
                suboptions:
                  group:
                    description:
                      - API group of what holds certificate and key. The core group, V(""), when it is not given.
                    type: str
                  kind:
                    description: Kind of what holds certificate and key. V(Secret) when it is not given.
                    type: str
                  name:
                    description:
                      - Name of what holds certificate and key, as a rule a Secret of type C(kubernetes.io/tls).
                    type: str
                    required: true
                  namespace:
                    description:
                      - Its namespace. Without it, that of the Gateway. Another one has to allow the reference by a
                        ReferenceGrant.
                    type: str
              options:
                description: Further settings that a controller defines, by name. The values are text.
                type: dict
          allowed_routes:
            description: What routes may attach to the listener. Without it, those of the namespace of the Gateway.
            type: dict
            aliases: [allowedRoutes]
            suboptions:
              namespaces:
                description: Namespaces that the routes may come from.
                type: dict
                suboptions:
                  from:
                    description:
                      - V(Same), the default, is the namespace of the Gateway, V(All) any, and V(Selector) those that
                        O(spec.listeners[].allowed_routes.namespaces.selector) chooses.
                    type: str
                    choices: [All, Selector, Same]
                  selector:
                    description: Chooses namespaces by their labels, for V(Selector).
                    type: dict
                    suboptions: &namespace_selector
                      match_labels:
                        description: Labels that a namespace has to have, all of them.
                        type: dict
                        aliases: [matchLabels]
                      match_expressions:
                        description: Conditions on labels that a namespace has to meet, all of them.
                        type: list
                        elements: dict
                        aliases: [matchExpressions]
                        suboptions:
                          key:
                            description: The label.
                            type: str
                            required: true
                          operator:
                            description: V(In), V(NotIn), V(Exists) or V(DoesNotExist).
                            type: str
                            required: true
                          values:
                            description: Values for V(In) and V(NotIn), none for the others.
                            type: list
                            elements: str
              kinds:
                description: Kinds of routes. Without it, those that fit the protocol.
                type: list
                elements: dict
                suboptions:
                  group:
                    description: API group of the kind. The group of the Gateway API when it is not given.
                    type: str
                  kind:
                    description: Kind of the route, for example V(HTTPRoute).
                    type: str
                    required: true
      addresses:
        description:
          - Addresses that are asked for. Without them the controller chooses. For Istio, an address of type V(Hostname)
            names the service of a gateway that was installed by hand, and no proxy is started.
        type: list
        elements: dict
        suboptions:
          type:
            description: V(IPAddress), the default, V(Hostname), V(NamedAddress), or a type of the controller's own.
            type: str
          value:
            description: The address. Without it the controller chooses one of that type.
            type: str
      infrastructure:
        description:
          - What the controller gives to the Deployment, the Service and the like that it makes for the Gateway.
        type: dict
        suboptions:
          labels:
            description: Labels for what the controller makes.
            type: dict
          annotations:
            description: Annotations for what the controller makes, for example those that choose a load balancer.
            type: dict
          parameters_ref:
            description:
              - An object with further settings. For Istio a ConfigMap in the namespace of the Gateway, with overlays of
                the Deployment, the Service and the like.
            type: dict
            aliases: [parametersRef]
            suboptions:
              group:
                description: API group of the object, V("") for a ConfigMap.
                type: str
                required: true
              kind:
                description: Kind of the object.
                type: str
                required: true
              name:
                description: Name of the object.
                type: str
                required: true
      allowed_listeners:
        description: What ListenerSets may add listeners to the Gateway. Without it, none.
        type: dict
        aliases: [allowedListeners]
        suboptions:
          namespaces:
            description: Namespaces that the ListenerSets may come from.
            type: dict
            suboptions:
              from:
                description:
                  - V(None), the default, is no namespace, V(Same) that of the Gateway, V(All) any, and V(Selector)
                    those that O(spec.allowed_listeners.namespaces.selector) chooses.
                type: str
                choices: [All, Selector, Same, None]
              selector:
                description: Chooses namespaces by their labels, for V(Selector).
                type: dict
                suboptions: *namespace_selector
      tls:
        description: TLS of the Gateway as a whole, towards clients and towards services.
        type: dict
        suboptions:
          backend:
            description: TLS towards the services.
            type: dict
            suboptions:
              client_certificate_ref:
                description: The certificate that the Gateway shows to services that ask for one.
                type: dict
                aliases: [clientCertificateRef]
                suboptions:
                  group:
                    description:
                      - API group of what holds certificate and key. The core group, V(""), when it is not given.
                    type: str
                  kind:
                    description: Kind of what holds certificate and key. V(Secret) when it is not given.
                    type: str
                  name:
                    description:
                      - Name of what holds certificate and key, as a rule a Secret of type C(kubernetes.io/tls).
                    type: str
                    required: true
                  namespace:
                    description:
                      - Its namespace. Without it, that of the Gateway. Another one has to allow the reference by a
                        ReferenceGrant.
                    type: str
          frontend:
            description: TLS towards the clients, on the ports that end TLS.
            type: dict
            suboptions:
              default:
                description: What holds for every port that O(spec.tls.frontend.per_port) does not name.
                type: dict
                required: true
                suboptions: &frontend
                  validation:
                    description: Checks of client certificates. Without it, no client certificate is asked for.
                    type: dict
                    suboptions:
                      ca_certificate_refs:
                        description:
                          - Authorities that client certificates are checked against, as a rule a ConfigMap with
                            C(ca.crt).
                        type: list
                        elements: dict
                        required: true
                        aliases: [caCertificateRefs]
                        suboptions:
                          group:
                            description: API group of what holds the authorities, V("") for a ConfigMap.
                            type: str
                            required: true
                          kind:
                            description: Kind of what holds the authorities.
                            type: str
                            required: true
                          name:
                            description: Name of what holds the authorities.
                            type: str
                            required: true
                          namespace:
                            description:
                              - Its namespace. Without it, that of the Gateway. Another one has to allow the reference
                                by a ReferenceGrant.
                            type: str
                      mode:
                        description:
                          - V(AllowValidOnly), the default, refuses clients without a valid certificate.
                            V(AllowInsecureFallback) lets them in.
                        type: str
                        choices: [AllowValidOnly, AllowInsecureFallback]
              per_port:
                description: What holds for single ports instead.
                type: list
                elements: dict
                aliases: [perPort]
                suboptions:
                  port:
                    description: Number of the port.
                    type: int
                    required: true
                  tls:
                    description: TLS of the port.
                    type: dict
                    required: true
                    suboptions: *frontend
"""

EXAMPLES = r"""
---
- name: Open the edge for the shop, HTTP and HTTPS
  meshops.lifecycle.gateway_api_gateway:
    name: public
    namespace: istio-ingress
    spec:
      gateway_class_name: istio
      listeners:
        - name: http
          hostname: "*.example.com"
          port: 80
          protocol: HTTP
          allowed_routes:
            namespaces: {from: All}
        - name: https
          hostname: "*.example.com"
          port: 443
          protocol: HTTPS
          tls:
            certificate_refs:
              - name: example-com-certificate
          allowed_routes:
            namespaces:
              from: Selector
              selector:
                match_labels: {exposed: "true"}
    wait: true

- name: A waypoint for the services of a namespace of an ambient mesh, and wait until it is programmed
  meshops.lifecycle.gateway_api_gateway:
    name: waypoint
    namespace: shop
    labels:
      istio.io/waypoint-for: service
    spec:
      gateway_class_name: istio-waypoint
      listeners:
        - name: mesh
          port: 15008
          protocol: HBONE
    wait: true
    wait_timeout: 180

- name: Listeners for the gateway that a Helm chart installed, instead of a proxy of their own
  meshops.lifecycle.gateway_api_gateway:
    name: by-hand
    namespace: istio-ingress
    spec:
      gateway_class_name: istio
      addresses:
        - type: Hostname
          value: istio-ingressgateway.istio-ingress.svc.cluster.local
      listeners:
        - name: postgres
          port: 5432
          protocol: TCP
        - name: passed-through
          hostname: vault.example.com
          port: 8443
          protocol: TLS
          tls: {mode: Passthrough}

- name: Apply a document as it was pasted
  meshops.lifecycle.gateway_api_gateway:
    namespace: shop
    definition:
      apiVersion: gateway.networking.k8s.io/v1beta1
      kind: Gateway
      metadata:
        name: internal
      spec:
        gatewayClassName: istio
        infrastructure:
          annotations:
            networking.istio.io/service-type: ClusterIP
        listeners:
          - name: http
            port: 80
            protocol: HTTP

- name: Remove a Gateway, and wait until it is gone
  meshops.lifecycle.gateway_api_gateway:
    name: internal
    namespace: shop
    state: absent
    wait: true
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
    kind: Gateway
    metadata:
      name: waypoint
      namespace: shop
    spec:
      gatewayClassName: istio-waypoint
      listeners:
        - name: mesh
          port: 15008
          protocol: HBONE
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
    - kind: Gateway
      namespace: shop
      name: waypoint
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.gateway import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_gateway import ARGUMENTS

ENTRY = Entry("gateway_api_gateway", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
