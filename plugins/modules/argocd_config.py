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
  - What Argo CD reads when it starts takes effect by a restart of exactly those of its parts that read it. That is
    remembered in the cluster until it is done, so that a run which was interrupted goes on from there.
notes:
  - Values are text. Numbers and booleans are written as such, and a list or a mapping is written as YAML.
  - A key that an earlier run declared and this one does not is removed. Two tasks that declare keys of the same ConfigMap
    need two names in O(field_manager).
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_account
  - module: meshops.lifecycle.argocd_certificate
  - name: Declarative setup
    description: What can be configured, by Argo CD.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
options:
  state:
    description:
      - V(present) declares keys; V(absent) removes all that were declared under this O(field_manager).
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
      - Restart what reads a changed key only when it starts. With O(wait=true), until the new pods are ready.
    type: bool
    default: true
  force_conflicts:
    description:
      - Take over fields that another field manager owns, instead of failing with its name.
    type: bool
    default: false
  field_manager:
    description:
      - The name under which the declared fields are owned.
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
  description: Whether the cluster was changed, or, in check mode, would have been.
  returned: always
  type: bool
  sample: true
result:
  description: The ConfigMaps as the cluster has them, by their names.
  returned: success
  type: dict
restarted:
  description: What was restarted, or in check mode would have been.
  returned: success
  type: list
  elements: str
  sample: [StatefulSet argocd/argocd-application-controller]
resources:
  description: What the task did to each object.
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
      description: What was done, one of V(created), V(changed), V(unchanged) and, for what reads the keys, V(restarted).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - {kind: ConfigMap, namespace: argocd, name: argocd-cm, action: created}
diff:
  description: What changes, before and after, without what only the server writes, with secrets masked.
  returned: in diff mode, when something changes
  type: list
validated:
  description: Whether the cluster itself judged what was written.
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
