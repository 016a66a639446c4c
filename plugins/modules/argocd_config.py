#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_config
short_description: Configure Argo CD
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Declares keys of the ConfigMaps that Argo CD is configured by, C(argocd-cm), C(argocd-rbac-cm),
    C(argocd-cmd-params-cm) and C(argocd-notifications-cm). Each key is owned by itself, and what others set beside it
    stays.
  - For keys that Argo CD reads only at start, exactly the workloads that read them are restarted. A pending restart is
    recorded in the cluster, so that the next run continues an interrupted one.
notes:
  - Values are strings. Whole numbers and booleans are converted to strings, and a list or a mapping to YAML. Fractions are
    refused, because V(1.10) and V(1.1) are the same number in YAML. Put quotes around them, and around anything else
    that is meant as it is written, such as V(0123) or V(12:30:45).
  - A key that an earlier run declared and that is no longer declared is removed. Tasks that declare different keys of
    the same ConfigMap need different names in O(field_manager).
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_account
  - module: meshops.lifecycle.argocd_certificate
  - name: Declarative setup
    description: Argo CD's documentation of its settings.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
options:
  state:
    description:
      - Whether the keys should exist. V(absent) removes all keys that were declared with this O(field_manager).
    type: str
    choices: [present, absent]
    default: present
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
  config:
    description: Keys of C(argocd-cm), such as C(url), C(oidc.config) or C(resource.customizations.health.GROUP_KIND).
    type: dict
  rbac:
    description: Keys of C(argocd-rbac-cm), such as C(policy.csv), C(policy.default) or C(scopes).
    type: dict
  params:
    description: Keys of C(argocd-cmd-params-cm), such as C(server.insecure) or C(controller.sync.timeout.seconds).
    type: dict
  notifications:
    description: Keys of C(argocd-notifications-cm), such as C(service.slack) or C(trigger.on-sync-failed).
    type: dict
  restart:
    description:
      - Whether to restart the workloads that read a changed key only at start. O(wait=true) waits until the new pods
        are ready.
    type: bool
    default: true
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
    type: bool
    default: false
  field_manager:
    description:
      - Name of the field manager that owns the declared fields.
    type: str
    default: meshops.lifecycle.config
"""

EXAMPLES = r"""
---
- name: Health of Applications counts for their parents, as it did before Argo CD 1.8
  meshops.lifecycle.argocd_config:
    config:
      resource.customizations.health.argoproj.io_Application: |
        hs = {status = "Progressing", message = ""}
        if obj.status ~= nil and obj.status.health ~= nil then
          hs.status = obj.status.health.status
          hs.message = obj.status.health.message or ""
        end
        return hs

- name: Address, single sign-on, rights and time-outs
  meshops.lifecycle.argocd_config:
    config:
      url: https://argocd.example.com
      oidc.config:
        name: Company
        issuer: https://login.example.com
        clientID: argocd
        clientSecret: $oidc.clientSecret
    rbac:
      policy.default: role:readonly
      policy.csv: |
        g, platform, role:admin
    params:
      controller.sync.timeout.seconds: 1800
    wait: true
    wait_timeout: 300

- name: Take all of that back
  meshops.lifecycle.argocd_config:
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
  description: The live ConfigMaps, by name.
  returned: success
  type: dict
restarted:
  description: The workloads that were restarted, or would have been in check mode.
  returned: success
  type: list
  elements: str
  sample: [StatefulSet argocd/argocd-application-controller]
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
      description:
        - The action, one of V(created), V(changed), V(unchanged) and, for workloads that read the keys, V(restarted).
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
    - {kind: ConfigMap, namespace: argocd, name: argocd-cm, action: created}
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_config import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_config import ARGUMENTS

ENTRY = Entry(
    "argocd_config",
    ARGUMENTS,
    run,
    required_if=[("state", "present", ("config", "rbac", "params", "notifications"), True)],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
