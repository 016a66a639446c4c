# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether an Application of Argo CD is in order."""

from __future__ import annotations

DOCUMENTATION = r"""
name: application_healthy
short_description: Whether an Application of Argo CD is synced and healthy, and no operation of it runs or has failed
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - True if P(meshops.lifecycle.application_health#filter) says V(ready).
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
  - plugin: meshops.lifecycle.application_health
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Names of the Applications that are not in order
  ansible.builtin.debug:
    msg: "{{ applications.result | reject('meshops.lifecycle.application_healthy') | map(attribute='metadata.name') }}"
"""

RETURN = r"""
_value:
  description: Whether the Application is in order.
  type: bool
"""

from ansible_collections.meshops.lifecycle.plugins.filter.application_health import application_health
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("application_healthy", "test")
def application_healthy(application, allow=("Healthy",)):
    """Whether it is ready."""
    return application_health(application, allow)["state"] == "ready"


class TestModule:
    """What Ansible looks for in this file."""

    __test__ = False  # no test of pytest's

    def tests(self):
        return {"application_healthy": application_healthy}
