#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_account
short_description: Manage local accounts of Argo CD and their passwords
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates a local account of Argo CD with its capabilities, and sets its password, also that of V(admin).
  - Uses the Kubernetes API only. A password is compared with the hash in the cluster, so that a second run changes
    nothing.
notes:
  - A new password ends sessions that were started with the old one. Tokens of the account stay valid.
  - Tokens that were generated for the account (by C(argocd account generate-token)) stay as they are with
    O(state=present).
requirements:
  - bcrypt >= 4.0.1, with O(account_password) alone
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_config
options:
  state:
    description:
      - Whether the account should exist. V(present) creates or updates it as declared; V(absent) removes it, with its
        password and its tokens.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the account. V(admin) is Argo CD's own and cannot be removed, but disabled.
    type: str
    required: true
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
  account_password:
    description: The password. If it is not set, the account keeps its present one.
    type: str
  account_password_hash:
    description:
      - The bcrypt hash of the password, as C(argocd account bcrypt) or C(htpasswd -nBC 10) print it, instead of the
        password. It needs no additional Python package.
    type: str
  capabilities:
    description: Capabilities of the account. V(login) is the web interface and the command line, V(apiKey) are tokens.
    type: list
    elements: str
    choices: [login, apiKey]
  enabled:
    description: Whether the account can be used.
    type: bool
"""

EXAMPLES = r"""
---
- name: The password of admin
  meshops.lifecycle.argocd_account:
    name: admin
    account_password: "{{ argocd_admin_password }}"

- name: An account for the pipeline, with tokens alone
  meshops.lifecycle.argocd_account:
    name: pipeline
    capabilities: [apiKey]

- name: Nobody signs in as admin any more
  meshops.lifecycle.argocd_account:
    name: admin
    enabled: false

- name: Remove an account
  meshops.lifecycle.argocd_account:
    name: pipeline
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
  description: The live ConfigMap with the accounts.
  returned: success
  type: dict
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
    - {kind: Secret, namespace: argocd, name: argocd-secret, action: created}
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_account import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_account import ARGUMENTS

ENTRY = Entry(
    "argocd_account",
    ARGUMENTS,
    run,
    secrets=("account_password", "account_password_hash"),
    mutually_exclusive=[["account_password", "account_password_hash"]],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
