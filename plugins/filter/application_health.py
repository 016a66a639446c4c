# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How an Application of Argo CD stands, and why."""

from __future__ import annotations

DOCUMENTATION = r"""
name: application_health
short_description: Judge an Application of Argo CD by its status
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Judges a live Application as the modules of this collection do when they wait for one, by its errors, its operation, its sync
    and its health, and says why it is not ready.
  - Whether the status is newer than the latest change of the declaration cannot be seen from the object alone. To wait for
    that, use the option C(wait) of M(meshops.lifecycle.argocd_application) or M(meshops.lifecycle.argocd_sync).
options:
  _input:
    description: A live Application, as M(meshops.lifecycle.mesh_info) returns it.
    type: dict
    required: true
  allow:
    description: Health that is good enough.
    type: list
    elements: str
    choices: [Healthy, Suspended, Progressing, Degraded, Missing, Unknown]
    default: [Healthy]
seealso:
  - module: meshops.lifecycle.argocd_application_info
  - plugin: meshops.lifecycle.application_healthy
    plugin_type: test
"""

EXAMPLES = r"""
- name: Read the Applications
  meshops.lifecycle.mesh_info:
    kind: Application
    namespace: argocd
  register: applications

- name: Report those that are not ready
  ansible.builtin.debug:
    msg: "{{ item.metadata.name }} is {{ verdict.state }}: {{ verdict.message }}"
  loop: "{{ applications.result }}"
  loop_control: {label: "{{ item.metadata.name }}"}
  when: verdict.state != 'ready'
  vars:
    verdict: "{{ item | meshops.lifecycle.application_health(allow=['Healthy', 'Suspended']) }}"
"""

RETURN = r"""
_value:
  description:
    - A mapping with C(state), C(reason), a word such as V(OPERATION_RUNNING), C(message), a sentence that is empty if the
      Application is ready, and the C(sync) and C(health) that Argo CD reports.
    - The state is V(ready), V(failed), which stays until somebody changes something, or V(waiting). A Degraded Application is
      V(waiting), as it may recover.
  type: dict
  sample:
    state: waiting
    reason: UNHEALTHY
    message: it is Synced, and its health is Degraded
    sync: Synced
    health: Degraded
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering

_HEALTH = ("Healthy", "Suspended", "Progressing", "Degraded", "Missing", "Unknown")


@answering("application_health")
def application_health(application, allow=("Healthy",)):
    """The verdict as a mapping."""
    allow = [allow] if isinstance(allow, str) else list(allow)
    unknown = [health for health in allow if health not in _HEALTH]
    if unknown:
        raise MeshError(f"allow must be among {', '.join(_HEALTH)}, not {', '.join(map(str, unknown))}.")
    if application["kind"] != "Application":
        raise MeshError(f"{application['kind']} {application['metadata']['name']} is no Application.")
    verdict = status.judge(application, tuple(allow))
    live = application.get("status") or {}
    return {
        "state": "waiting" if verdict.state == "doubtful" else verdict.state,
        "reason": verdict.reason.name,
        "message": "" if verdict.state == "ready" else verdict.message,
        "sync": (live.get("sync") or {}).get("status", "Unknown"),
        "health": (live.get("health") or {}).get("status", "Unknown"),
    }


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"application_health": application_health}
