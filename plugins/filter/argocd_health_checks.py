# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One health check of Argo CD for every kind of an API."""

from __future__ import annotations

DOCUMENTATION = r"""
name: argocd_health_checks
short_description: Create an Argo CD health check for every kind of an API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Argo CD takes a health check for one kind at a time, by a setting of the ConfigMap C(argocd-cm) whose name holds the
    group and the kind. This filter creates the settings for all kinds of an API that this collection knows.
positional: group
options:
  _input:
    description: The check, in Lua.
    type: str
    required: true
  group:
    description: The API group, with all groups below it, such as V(istio.io).
    type: str
    required: true
  kinds:
    description: Only these kinds of it. The default is all.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Have Argo CD judge all routes of the Gateway API alike
  meshops.lifecycle.argocd_config:
    config: "{{ script | meshops.lifecycle.argocd_health_checks('gateway.networking.k8s.io', kinds=routes) }}"
  vars:
    routes: [TCPRoute, TLSRoute]
    script: "{{ lookup('ansible.builtin.file', 'route_health.lua') }}"
"""

RETURN = r"""
_value:
  description: The settings, C(resource.customizations.health.GROUP_KIND) to the script.
  type: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, kinds_of


@answering("argocd_health_checks")
def argocd_health_checks(script, group, kinds=None):
    """The settings for the kinds. Raises MeshError for a group or kind that is not known."""
    known = kinds_of(group)
    unknown = sorted(set(kinds or ()) - {kind.kind for kind in known})
    if unknown:
        raise MeshError(f"{group} has no kind {', '.join(unknown)}.")
    chosen = [kind for kind in known if kinds is None or kind.kind in kinds]
    return {f"resource.customizations.health.{kind.group}_{kind.kind}": script for kind in chosen}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"argocd_health_checks": argocd_health_checks}
