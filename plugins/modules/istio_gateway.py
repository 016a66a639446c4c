#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_gateway
short_description: Manage Istio Gateways
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(Gateway), which opens ports on the proxies at the edge of the mesh and
    says which hosts and certificates they serve.
  - This is the kind of C(networking.istio.io), not the one of the Kubernetes Gateway API.
notes:
  - A Gateway only opens the door. What comes in is routed by VirtualServices that name it.
  - Hosts of the same port in several Gateways must not overlap. A certificate that several of them serve makes
    browsers reuse connections, which then end in 404.
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
  - name: Gateway reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/gateway/
options:
  spec:
    description: The specification of the Gateway, every field of the API.
    type: dict
    suboptions:
      selector:
        description:
          - Labels of the proxies that open the ports. They are looked for in every namespace, unless Istio is told to
            keep to the namespace of the Gateway.
          - The API's C(selector) holds the labels themselves, there is no C(matchLabels) in between.
        type: dict
      servers:
        description: The ports that are opened, with their hosts and certificates.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the server. When given it has to be unique in the Gateway.
            type: str
          port:
            description: The port that is opened.
            type: dict
            required: true
            suboptions:
              number:
                description: Number of the port.
                type: int
                required: true
              name:
                description: Name of the port.
                type: str
                required: true
              protocol:
                description:
                  - What is spoken on the port, one of V(HTTP), V(HTTPS), V(GRPC), V(GRPC-WEB), V(HTTP2), V(MONGO),
                    V(TCP) or V(TLS).
                type: str
                required: true
              target_port:
                description: Port that the proxy listens on. Deprecated and not used.
                type: int
                aliases: [targetPort]
          hosts:
            description:
              - Hosts that are served, as V(host) or V(namespace/host). A wildcard may stand for the first label. The
                namespace says where VirtualServices for the host may come from, V(.) is that of the Gateway and V(*)
                is any.
            type: list
            elements: str
            required: true
          tls:
            description: Certificates and checks for the port, or the redirect to HTTPS.
            type: dict
            suboptions:
              https_redirect:
                description: Whether HTTP is answered with a 301 to HTTPS. For ports of protocol HTTP.
                type: bool
                aliases: [httpsRedirect]
              mode:
                description:
                  - V(SIMPLE) is TLS with a server certificate, V(MUTUAL) also asks for a client certificate and
                    V(OPTIONAL_MUTUAL) takes one if there is one. V(PASSTHROUGH) leaves TLS to the service,
                    V(AUTO_PASSTHROUGH) as well, without a VirtualService, as between clusters. V(ISTIO_MUTUAL) uses
                    the certificates of the mesh.
                type: str
                choices: [PASSTHROUGH, SIMPLE, MUTUAL, AUTO_PASSTHROUGH, ISTIO_MUTUAL, OPTIONAL_MUTUAL]
              credential_name:
                description:
                  - Name of a Secret in the namespace of the proxies that holds certificate and key, and, for mutual
                    TLS, the authorities.
                type: str
                aliases: [credentialName]
              credential_names:
                description:
                  - Names of one or two Secrets, to serve an RSA and an ECDSA certificate for the same hosts. Excludes
                    O(spec.servers[].tls.credential_name).
                type: list
                elements: str
                aliases: [credentialNames]
              ca_cert_credential_name:
                description:
                  - Name of a Secret or ConfigMap with the authorities for client certificates, when they are kept
                    apart from the certificate. A C(cacert) in the Secret of the certificate loses against it.
                type: str
                aliases: [caCertCredentialName]
              server_certificate:
                description: Path of the certificate in the proxy. Use a Secret where you can.
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
              tls_certificates:
                description:
                  - One or two pairs of paths, to serve an RSA and an ECDSA certificate for the same hosts. Excludes
                    the single paths and the Secrets.
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
                      - Path of the authorities in the proxy. Not used, state O(spec.servers[].tls.ca_certificates)
                        instead.
                    type: str
                    aliases: [caCertificates]
              subject_alt_names:
                description: Names of which the client's certificate has to carry one.
                type: list
                elements: str
                aliases: [subjectAltNames]
              insecure_skip_verify:
                description:
                  - Whether a client is let in although the check of its certificate fails. For V(MUTUAL) and
                    V(OPTIONAL_MUTUAL).
                type: bool
                aliases: [insecureSkipVerify]
              verify_certificate_spki:
                description: Hashes of the public keys of allowed client certificates, SHA-256 in base64.
                type: list
                elements: str
                aliases: [verifyCertificateSpki]
              verify_certificate_hash:
                description:
                  - Hashes of allowed client certificates, SHA-256 in hexadecimal. A match with either list is enough.
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
                description:
                  - Ciphers that are offered, by their OpenSSL names, for TLS up to 1.2. Without it, Envoy's own
                    choice.
                type: list
                elements: str
                aliases: [cipherSuites]
          bind:
            description:
              - Address that the port is opened on, an IP or a Unix domain socket as V(unix:///path) or
                V(unix://@name). Without it, every address of the proxy.
            type: str
          default_endpoint:
            description: Address that traffic is forwarded to. In the schema, but not used by Istio.
            type: str
            aliases: [defaultEndpoint]
"""

EXAMPLES = r"""
---
- name: Open plain HTTP for a host
  meshops.lifecycle.istio_gateway:
    name: public
    namespace: istio-ingress
    spec:
      selector:
        istio: ingressgateway
      servers:
        - port: {number: 80, name: http, protocol: HTTP}
          hosts: [shop.example.com]

- name: Serve HTTPS, and send those who come by HTTP there
  meshops.lifecycle.istio_gateway:
    name: public
    namespace: istio-ingress
    spec:
      selector:
        istio: ingressgateway
      servers:
        - port: {number: 80, name: http, protocol: HTTP}
          hosts: ["*.example.com"]
          tls:
            https_redirect: true
        - port: {number: 443, name: https, protocol: HTTPS}
          hosts: ["*.example.com"]
          tls:
            mode: SIMPLE
            credential_name: example-com-tls
            min_protocol_version: TLSV1_2
    wait: true

- name: Ask partners for a client certificate
  meshops.lifecycle.istio_gateway:
    name: partners
    namespace: istio-ingress
    spec:
      selector:
        istio: ingressgateway
      servers:
        - port: {number: 8443, name: https-partners, protocol: HTTPS}
          hosts: [shop/partners.example.com]
          tls:
            mode: MUTUAL
            credential_name: partners-tls
            subject_alt_names: [orders.partner.example.net]

- name: Leave TLS to the service behind the gateway
  meshops.lifecycle.istio_gateway:
    namespace: istio-ingress
    definition:
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata:
        name: database
      spec:
        selector:
          istio: ingressgateway
        servers:
          - port:
              number: 5432
              name: tls-db
              protocol: TLS
            hosts:
              - db.example.com
            tls:
              mode: PASSTHROUGH
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
    kind: Gateway
    metadata:
      name: public
      namespace: istio-ingress
    spec:
      selector: {istio: ingressgateway}
      servers:
        - port: {number: 80, name: http, protocol: HTTP}
          hosts: [shop.example.com]
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
    - kind: Gateway
      namespace: istio-ingress
      name: public
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.gateway import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_gateway import ARGUMENTS

ENTRY = Entry("istio_gateway", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
