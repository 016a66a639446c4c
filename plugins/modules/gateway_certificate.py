#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_certificate
short_description: Give a gateway another certificate, and wait until it is served
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Writes a certificate and its key to the Secret that a Gateway names (C(credentialName), or C(certificateRefs) of the Gateway
    API), in one request, and waits until every pod of every such gateway serves it in a TLS handshake.
  - It is refused when the key is not that of the certificate, when it has expired or is weak, when the chain is not in order, or
    when it does not cover the hosts that the gateways serve by this Secret.
  - Without O(certificate) nothing is written. The certificate in the Secret is checked, and awaited at every gateway. That is
    for a Secret that another program writes, such as cert-manager.
  - The Secret keeps its form and its other keys, such as C(ca.crt) for clients' certificates. A new one is of the type
    C(kubernetes.io/tls).
  - Connections that are open stay open. No key appears in the result.
requirements:
  - cryptography >= 40
options:
  name:
    description:
      - Name of the Secret.
    type: str
    required: true
  namespace:
    description:
      - Namespace of the Secret. For a Gateway of Istio that is the namespace of the gateway's pods.
    type: str
    required: true
  certificate:
    description:
      - The certificate in PEM, followed by the intermediates between it and its root. Without it, the one in the Secret is
        meant.
    type: str
  private_key:
    description:
      - Its private key in PEM, without a passphrase. Required with O(certificate).
    type: str
  hosts:
    description:
      - Hosts that the certificate has to cover. Defaults to all hosts that gateways serve by this Secret.
    type: list
    elements: str
  wait:
    description:
      - Whether to wait until every gateway serves it. It needs the verb C(list) on C(pods) and C(services), and the verbs C(get)
        and C(create) on C(pods/portforward) in the namespaces of the gateways.
    type: bool
    default: true
  wait_timeout:
    description:
      - The time to wait, in seconds.
    type: int
    default: 120
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.istio_ca_info
  - module: meshops.lifecycle.istio_gateway
"""

EXAMPLES = r"""
---
- name: Another certificate for the shop
  meshops.lifecycle.gateway_certificate:
    name: shop-example
    namespace: istio-ingress
    certificate: "{{ lookup('file', 'shop.example.crt') }}"
    private_key: "{{ vaulted_shop_key }}"

- name: Wait until what cert-manager has issued is served everywhere
  meshops.lifecycle.gateway_certificate:
    name: shop-example
    namespace: istio-ingress
"""

RETURN = r"""
---
certificate:
  description:
    - The certificate, with C(subject), C(issuer), C(serial), C(fingerprint) (SHA-256), C(not_before), C(not_after) and
      C(days_left).
  returned: success
  type: dict
previous:
  description: The one before, likewise, if there was one.
  returned: success
  type: dict
gateways:
  description: The gateways that serve it.
  returned: success
  type: list
  elements: str
served_by:
  description: The pods that were seen to serve it, each with C(namespace), C(pod), C(port) and C(host).
  returned: success
  type: list
  elements: dict
late:
  description: The pods that do not serve it, and what they serve.
  returned: when the wait is over
  type: list
  elements: str
resources:
  description: The Secret, with C(kind), C(namespace), C(name) and C(action).
  returned: success
  type: list
  elements: dict
diff:
  description: The certificate before and after, without keys.
  returned: in diff mode
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gateway_certificate import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_certificate import ARGUMENTS

ENTRY = Entry(
    "gateway_certificate",
    ARGUMENTS,
    run,
    secrets=("private_key",),
    required_together=[("certificate", "private_key")],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
