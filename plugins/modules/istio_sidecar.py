#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_sidecar
short_description: Manage Istio Sidecars
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(Sidecar), which says what a workload's proxy listens on and which hosts it
    knows. Proxies that know fewer hosts need less memory and get their configuration sooner.
  - An object without a selector counts for its whole namespace, and in Istio's root namespace for every namespace
    without one of its own.
notes:
  - A namespace may have one Sidecar without a selector, and a workload may be selected by one only.
  - A proxy cannot reach a host that its Sidecar leaves out, or reaches it without the routes of the mesh, as
    O(spec.outbound_traffic_policy) says. List the hosts before you narrow them.
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
  - module: meshops.lifecycle.istio_serviceentry
  - module: meshops.lifecycle.istio_destinationrule
  - name: Sidecar reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/sidecar/
options:
  spec:
    description: The specification of the Sidecar, every field of the API.
    type: dict
    suboptions:
      workload_selector:
        description: Workloads that the object is for. Without it, all of the namespace.
        type: dict
        aliases: [workloadSelector]
        suboptions:
          labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
      egress:
        description: What the proxy knows about other services. Without it, all of them.
        type: list
        elements: dict
        suboptions:
          hosts:
            description:
              - Hosts as V(namespace/host). Of the namespace, V(.) is that of the workload, V(*) is any and V(~) is
                none. Of the host, V(*) is any, and a wildcard may stand for the first label.
            type: list
            elements: str
            required: true
          port:
            description:
              - Port of the listener. Without it, the ports of the services are used. An entry without a port has to
                be the last one.
            type: dict
            suboptions:
              number:
                description: Number of the port.
                type: int
              name:
                description: Name of the port.
                type: str
              protocol:
                description:
                  - What is spoken on the port, one of V(HTTP), V(HTTPS), V(GRPC), V(HTTP2), V(MONGO), V(TCP) or
                    V(TLS).
                type: str
              target_port:
                description: Port of the endpoints. Deprecated and not used.
                type: int
                aliases: [targetPort]
          bind:
            description:
              - Address that the listener is opened on, an IP or a Unix domain socket as V(unix:///path) or
                V(unix://@name). It needs a O(spec.egress[].port).
            type: str
          capture_mode:
            description:
              - How traffic gets to the listener. V(DEFAULT) is as the mesh is set up, V(IPTABLES) is by redirection,
                V(NONE) is by the application, which connects to the listener itself.
            type: str
            aliases: [captureMode]
            choices: [DEFAULT, IPTABLES, NONE]
      ingress:
        description:
          - What the proxy listens on for the workload. Without it, everything that the workload's services and ports
            need.
        type: list
        elements: dict
        suboptions:
          port:
            description: Port of the listener.
            type: dict
            required: true
            suboptions:
              number:
                description: Number of the port.
                type: int
              name:
                description: Name of the port.
                type: str
              protocol:
                description:
                  - What is spoken on the port, one of V(HTTP), V(HTTPS), V(GRPC), V(HTTP2), V(MONGO), V(TCP) or
                    V(TLS).
                type: str
              target_port:
                description: Port of the workload. Deprecated and not used, state O(spec.ingress[].default_endpoint).
                type: int
                aliases: [targetPort]
          bind:
            description: Address that the listener is opened on, an IP.
            type: str
          capture_mode:
            description: How traffic gets to the listener, as in O(spec.egress[].capture_mode).
            type: str
            aliases: [captureMode]
            choices: [DEFAULT, IPTABLES, NONE]
          default_endpoint:
            description:
              - Where the workload itself listens, as V(127.0.0.1:8080), V(0.0.0.0:8080), V([::1]:8080), V([::]:8080)
                or V(unix:///path). Without it, the port of the listener at the workload's address.
            type: str
            aliases: [defaultEndpoint]
          tls:
            description:
              - Ends TLS of clients that are not in the mesh at the proxy. Mutual TLS of the mesh has to be off for
                the port.
            type: dict
            suboptions:
              mode:
                description:
                  - V(SIMPLE) is TLS with a server certificate, V(MUTUAL) also asks for a client certificate,
                    V(OPTIONAL_MUTUAL) takes one if there is one. Istio refuses V(ISTIO_MUTUAL) and
                    V(AUTO_PASSTHROUGH) here.
                type: str
                choices: [PASSTHROUGH, SIMPLE, MUTUAL, AUTO_PASSTHROUGH, ISTIO_MUTUAL, OPTIONAL_MUTUAL]
              server_certificate:
                description: Path of the certificate in the proxy.
                type: str
                aliases: [serverCertificate]
              private_key:
                description: Path of the private key in the proxy.
                type: str
                aliases: [privateKey]
              ca_certificates:
                description: Path of the authorities, in the proxy, that client certificates are checked against.
                type: str
                aliases: [caCertificates]
              ca_crl:
                description: Path of the revocation list, in the proxy, that client certificates are checked against.
                type: str
                aliases: [caCrl]
              credential_name:
                description: Name of a Secret that holds certificate and key. Istio refuses it here, state the paths.
                type: str
                aliases: [credentialName]
              credential_names:
                description:
                  - Names of Secrets that hold certificates and keys. Istio refuses them here, state the paths.
                type: list
                elements: str
                aliases: [credentialNames]
              ca_cert_credential_name:
                description: Name of a Secret or ConfigMap with the authorities for client certificates.
                type: str
                aliases: [caCertCredentialName]
              tls_certificates:
                description: Several pairs of paths. Istio refuses them here, state the single paths.
                type: list
                elements: dict
                aliases: [tlsCertificates]
                suboptions:
                  server_certificate:
                    description: Path of the certificate in the proxy.
                    type: str
                    aliases: [serverCertificate]
                  private_key:
                    description: Path of the private key in the proxy.
                    type: str
                    aliases: [privateKey]
                  ca_certificates:
                    description:
                      - Path of the authorities in the proxy. Not used, state O(spec.ingress[].tls.ca_certificates)
                        instead.
                    type: str
                    aliases: [caCertificates]
              subject_alt_names:
                description: Names of which the client's certificate has to carry one. Istio refuses them here.
                type: list
                elements: str
                aliases: [subjectAltNames]
              insecure_skip_verify:
                description: Whether a client is let in although the check of its certificate fails.
                type: bool
                aliases: [insecureSkipVerify]
              verify_certificate_spki:
                description: Hashes of the public keys of allowed client certificates, SHA-256 in base64.
                type: list
                elements: str
                aliases: [verifyCertificateSpki]
              verify_certificate_hash:
                description: Hashes of allowed client certificates, SHA-256 in hexadecimal.
                type: list
                elements: str
                aliases: [verifyCertificateHash]
              min_protocol_version:
                description: Oldest TLS version that is accepted. Istio uses TLS 1.2.
                type: str
                aliases: [minProtocolVersion]
                choices: [TLS_AUTO, TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3]
              max_protocol_version:
                description: Newest TLS version that is accepted.
                type: str
                aliases: [maxProtocolVersion]
                choices: [TLS_AUTO, TLSV1_0, TLSV1_1, TLSV1_2, TLSV1_3]
              cipher_suites:
                description: Ciphers that are offered, by their OpenSSL names, for TLS up to 1.2.
                type: list
                elements: str
                aliases: [cipherSuites]
              https_redirect:
                description: Whether HTTP is answered with a 301 to HTTPS. Istio refuses it here.
                type: bool
                aliases: [httpsRedirect]
          connection_pool:
            description:
              - Limits on what the proxy takes in for the port. It takes the place of O(spec.inbound_connection_pool).
            type: dict
            aliases: [connectionPool]
            suboptions: &connection_pool
              tcp:
                description: Limits that count for HTTP and TCP alike.
                type: dict
                suboptions:
                  max_connections:
                    description: Most connections of HTTP/1.1 and TCP.
                    type: int
                    aliases: [maxConnections]
                  connect_timeout:
                    description: Time to connect to the workload, for example V(30ms). Istio uses V(10s).
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
                    description: Most retries at the same time.
                    type: int
                    aliases: [maxRetries]
                  idle_timeout:
                    description: Time without a request after which a connection is closed. Istio uses V(1h).
                    type: str
                    aliases: [idleTimeout]
                  h2_upgrade_policy:
                    description:
                      - Whether HTTP/1.1 is changed to HTTP/2 towards the workload. V(DEFAULT) follows the mesh.
                    type: str
                    aliases: [h2UpgradePolicy]
                    choices: [DEFAULT, DO_NOT_UPGRADE, UPGRADE]
                  use_client_protocol:
                    description:
                      - Whether the protocol of the client is kept towards the workload. It excludes the upgrade to
                        HTTP/2.
                    type: bool
                    aliases: [useClientProtocol]
                  max_concurrent_streams:
                    description: Most streams at the same time on one HTTP/2 connection.
                    type: int
                    aliases: [maxConcurrentStreams]
                  http2_keep_alive:
                    description: Sends HTTP/2 PING frames.
                    type: dict
                    aliases: [http2KeepAlive]
                    suboptions:
                      interval:
                        description: Time between two PING frames.
                        type: str
                      timeout:
                        description: Time for the answer, after which the connection is closed.
                        type: str
      inbound_connection_pool:
        description: Limits on what the proxy takes in, for every port that has none of its own.
        type: dict
        aliases: [inboundConnectionPool]
        suboptions: *connection_pool
      outbound_traffic_policy:
        description:
          - What happens to traffic to hosts that the proxy does not know. Without it, the setting of the mesh counts.
        type: dict
        aliases: [outboundTrafficPolicy]
        suboptions:
          mode:
            description:
              - V(ALLOW_ANY) lets it pass, V(REGISTRY_ONLY) drops it. When the policy is stated without a mode it is
                V(REGISTRY_ONLY).
            type: str
            choices: [REGISTRY_ONLY, ALLOW_ANY]
          egress_proxy:
            description: Service that traffic of unknown hosts is sent through, with V(ALLOW_ANY).
            type: dict
            aliases: [egressProxy]
            suboptions:
              host:
                description: Name of the service in the registry.
                type: str
                required: true
              subset:
                description: Name of a subset that a DestinationRule for the host defines.
                type: str
              port:
                description: Port of the service.
                type: dict
                suboptions:
                  number:
                    description: Number of the port.
                    type: int
"""

EXAMPLES = r"""
---
- name: Let the workloads of a namespace know their own services and those they need
  meshops.lifecycle.istio_sidecar:
    name: default
    namespace: shop
    spec:
      egress:
        - hosts:
            - ./*
            - payments/*
            - istio-system/*

- name: Keep a workload from calling anything unknown
  meshops.lifecycle.istio_sidecar:
    name: checkout
    namespace: shop
    spec:
      workload_selector:
        labels:
          app: checkout
      egress:
        - hosts: [./*]
      outbound_traffic_policy:
        mode: REGISTRY_ONLY

- name: Listen on another port than the workload, and limit what comes in
  meshops.lifecycle.istio_sidecar:
    name: ratings
    namespace: shop
    spec:
      workload_selector:
        labels:
          app: ratings
      inbound_connection_pool:
        http:
          http2_max_requests: 500
      ingress:
        - port: {number: 9080, name: http, protocol: HTTP}
          default_endpoint: 127.0.0.1:8080
      egress:
        - hosts: ["*/*"]

- name: Set the default of every namespace
  meshops.lifecycle.istio_sidecar:
    definition:
      apiVersion: networking.istio.io/v1
      kind: Sidecar
      metadata:
        name: default
        namespace: istio-system
      spec:
        egress:
          - hosts:
              - ./*
              - observability/*
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
    kind: Sidecar
    metadata:
      name: default
      namespace: shop
    spec:
      egress:
        - hosts: [./*, istio-system/*]
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
    - kind: Sidecar
      namespace: shop
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.sidecar import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_sidecar import ARGUMENTS

ENTRY = Entry("istio_sidecar", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
