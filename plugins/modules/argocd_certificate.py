#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_certificate
short_description: Manage certificates and keys that Argo CD trusts
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Manages the certificates of servers that Argo CD trusts, the SSH host keys that it knows, and the GPG keys that
    signatures of commits are checked with.
  - Each task manages one server or one key. Other entries of the same ConfigMap are not changed.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_repository
options:
  state:
    description:
      - Whether Argo CD should trust this server or key. V(present) trusts exactly what O(data) has; V(absent) removes
        it.
    type: str
    choices: [present, absent]
    default: present
  type:
    description: V(tls) are certificates, V(ssh) are host keys, V(gpg) is a key for signatures.
    type: str
    choices: [tls, ssh, gpg]
    required: true
  server:
    description:
      - Name of the server, as in the URL of repositories. With O(type=ssh) it may be V(NAME:PORT), which known hosts
        have as V([NAME]:PORT).
    type: str
  key_id:
    description:
      - With O(type=gpg), the last 16 digits of the fingerprint. It is derived from O(data), and required to remove a
        key.
    type: str
  data:
    description:
      - With O(type=tls), certificates in PEM. With O(type=gpg), a public key in ASCII armour.
      - With O(type=ssh), one host key a line, as V(ssh-ed25519 AAAA…) or as C(ssh-keyscan) prints it.
      - CR LF, indentation, blank lines and C(\n) instead of line ends are corrected.
    type: str
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
"""

EXAMPLES = r"""
---
- name: The certificate authority of our Git server
  meshops.lifecycle.argocd_certificate:
    type: tls
    server: git.example.com
    data: "{{ lookup('ansible.builtin.file', 'ca.pem') }}"

- name: Its SSH host keys
  meshops.lifecycle.argocd_certificate:
    type: ssh
    server: git.example.com
    data: "{{ lookup('ansible.builtin.file', 'git.example.com.keys') }}"

- name: The key that releases are signed with
  meshops.lifecycle.argocd_certificate:
    type: gpg
    data: "{{ lookup('ansible.builtin.file', 'release.asc') }}"

- name: Forget a server
  meshops.lifecycle.argocd_certificate:
    type: tls
    server: old.example.com
    state: absent
"""

RETURN = r"""
---
changed:
  description: Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The live ConfigMap.
  returned: success
  type: dict
key_id:
  description: With O(type=gpg), the id of the key in Argo CD.
  returned: with O(type=gpg)
  type: str
  sample: 4AEE18F83AFDEB23
resources:
  description: The action for each object.
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
      description: The action, one of V(created), V(changed), V(deleted) and V(unchanged).
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
    - {kind: ConfigMap, namespace: argocd, name: argocd-tls-certs-cm, action: created}
diff:
  description: What changes, before and after, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: list
validated:
  description: Whether the API server validated the objects.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_certificate import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_certificate import ARGUMENTS

ENTRY = Entry(
    "argocd_certificate",
    ARGUMENTS,
    run,
    required_if=[
        ("type", "tls", ("server",)),
        ("type", "ssh", ("server",)),
        ("type", "gpg", ("data", "key_id"), True),
        ("state", "present", ("data",)),
    ],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
