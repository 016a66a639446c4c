#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_ca_info
short_description: Read who signs the certificates of a mesh, until when, and which proxies follow
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads the authority by which istiod signs, its chain and its roots, each with fingerprint and expiry; for every proxy the
    certificate that it presents and the roots that it trusts; and the certificates that gateways serve.
  - Proxies are asked themselves, on the admin port of Envoy, by the API server's port-forward. Envoy shows certificates and
    no keys.
  - No key is read into the result.
requirements:
  - cryptography >= 40
options:
  proxies:
    description:
      - Whether to ask every proxy. It needs the verb C(list) on C(pods), and the verbs C(get) and C(create) on
        C(pods/portforward), in every namespace with proxies.
    type: bool
    default: true
  gateways:
    description:
      - Whether to read the certificates that gateways serve. It needs the verb C(get) on the C(secrets) that they name.
    type: bool
    default: true
  warn_days:
    description:
      - A certificate that expires within so many days is among the RV(problems).
    type: int
    default: 30
  istiod_namespace:
    description:
      - Namespace of istiod.
    type: str
    default: istio-system
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes_info
seealso:
  - module: meshops.lifecycle.istio_ca
  - module: meshops.lifecycle.gateway_certificate
"""

EXAMPLES = r"""
---
- name: Read the certificates of the mesh
  meshops.lifecycle.istio_ca_info:
  register: certificates

- name: Nothing expires within a month, and every proxy has what istiod signs now
  ansible.builtin.assert:
    that: certificates.problems | length == 0
    fail_msg: "{{ certificates.problems }}"
"""

RETURN = r"""
---
changed:
  description: Always V(false).
  returned: always
  type: bool
  sample: false
authority:
  description: What istiod signs with.
  returned: success
  type: dict
  contains:
    source:
      description: V(plugged) for the Secret C(cacerts), V(self_signed) for istiod's own, V(none) where neither exists.
      type: str
      returned: always
    secret:
      description: Name of the Secret.
      type: str
      returned: always
    form:
      description: V(pem) for C(ca-cert.pem) and its like, V(tls) for C(tls.crt), C(tls.key) and C(ca.crt).
      type: str
      returned: always
    managed_by:
      description: What renews the Secret by itself, such as a Certificate of cert-manager.
      type: str
      returned: always
    signing:
      description:
        - The signing certificate, with C(subject), C(issuer), C(serial), C(fingerprint) (SHA-256), C(not_before),
          C(not_after) and C(days_left).
      type: dict
      returned: always
    chain:
      description: The chain that proxies present, likewise.
      type: list
      elements: dict
      returned: always
    roots:
      description: The roots that the mesh trusts, likewise.
      type: list
      elements: dict
      returned: always
settings:
  description:
    - What istiod was told, C(ISTIO_MULTIROOT_MESH), C(PROXY_CONFIG_XDS_AGENT) and C(DEFAULT_WORKLOAD_CERT_TTL), and in
      C(external) why it does not sign itself, if it does not.
  returned: success
  type: dict
proxies:
  description: Every running proxy.
  returned: success
  type: list
  elements: dict
  contains:
    namespace:
      description: Namespace of the pod.
      type: str
      returned: always
    pod:
      description: Name of the pod.
      type: str
      returned: always
    workload:
      description: C(kind), C(namespace) and C(name) of what created the pod.
      type: dict
      returned: always
    gateway:
      description: Whether it is a gateway.
      type: bool
      returned: always
    PROXY_CONFIG_XDS_AGENT:
      description: Whether it takes other roots while it runs.
      type: bool
      returned: always
    leaf:
      description: The certificate that it presents.
      type: dict
      returned: always
    roots:
      description: Fingerprints of the roots that it trusts.
      type: list
      elements: str
      returned: always
    trouble:
      description: Why it does not say, or null.
      type: str
      returned: always
stragglers:
  description:
    - Proxies whose certificate is not issued by the present signing certificate, or that do not trust every root. Each has
      C(namespace), C(pod), C(workload) and C(reason).
  returned: success
  type: list
  elements: dict
gateways:
  description:
    - What gateways serve, one entry a server or listener with a Secret. Each has C(gateway), C(secret), C(hosts), C(port),
      C(certificate), C(uncovered_hosts) and C(problem).
  returned: success
  type: list
  elements: dict
rotation:
  description: The change of the authority that is under way, with C(step), C(since) and C(holder), or null.
  returned: success
  type: dict
problems:
  description: What is wrong, or will be soon, one sentence each.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.info import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_ca_info import ARGUMENTS

ENTRY = Entry("istio_ca_info", ARGUMENTS, run)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
