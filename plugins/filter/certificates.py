# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Certificates, with the days that are left of each."""

from __future__ import annotations

DOCUMENTATION = r"""
name: certificates
short_description: Read certificates, with the days that are left until each expires
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads the certificates in a text, a Secret or a ConfigMap. Private keys in them are neither read nor returned.
requirements:
  - The Python package C(cryptography) on the controller, which ansible-core brings.
options:
  _input:
    description:
      - Certificates as PEM, one or several, or that in base64 as in the data of a Secret.
      - Or a live Secret or ConfigMap, of which every key with a certificate is read, such as C(tls.crt), C(ca.crt) and
        C(cert-chain.pem).
    type: raw
    required: true
seealso:
  - plugin: meshops.lifecycle.certificate_expiring
    plugin_type: test
"""

EXAMPLES = r"""
- name: Read the certificates of the gateways
  meshops.lifecycle.mesh_info:
    kind: Secret
    namespace: istio-ingress
    query: "[?type == 'kubernetes.io/tls']"
  register: secrets
  no_log: true

- name: Show when they expire
  ansible.builtin.debug:
    msg: "{{ item.metadata.name }}: {{ item | meshops.lifecycle.certificates | map(attribute='days_left') | min }} days"
  loop: "{{ secrets.result }}"
  loop_control: {label: "{{ item.metadata.name }}"}
"""

RETURN = r"""
_value:
  description:
    - A mapping for each certificate, in the order of the text, with C(key), of the Secret or ConfigMap, or empty, C(subject),
      C(issuer), C(names), the DNS names, addresses and URIs that it is for, C(serial), C(fingerprint), the SHA-256 of
      its DER form, C(not_before) and C(not_after) as ISO 8601 in UTC, C(days_left), with one decimal place and negative after
      the end, and C(ca), whether it may issue others.
  type: list
  elements: dict
  sample:
    - key: tls.crt
      subject: CN=shop.example.com
      issuer: CN=Example CA
      names: [shop.example.com]
      serial: 4f1a
      fingerprint: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      not_before: "2026-01-01T00:00:00Z"
      not_after: "2027-01-01T00:00:00Z"
      days_left: 35.4
      ca: false
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils import certificates as certs
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("certificates")
def certificates(source):
    """A row for each certificate."""
    return certs.read(source)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"certificates": certificates}
