# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The objects that tasks of this collection dealt with."""

from __future__ import annotations

DOCUMENTATION = r"""
name: resources
short_description: List the objects that tasks of this collection processed
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Lists the objects in registered results of the modules of this collection, those that did not change included.
options:
  _input:
    description: Registered results, those of loops included. Anything that is not a result of a module is ignored.
    type: list
    elements: dict
    required: true
  kinds:
    description: Only objects of these kinds.
    type: list
    elements: str
  actions:
    description: Only objects that this was done with, of V(created), V(changed), V(deleted) and V(unchanged).
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Namespaces that were made
  ansible.builtin.debug:
    msg: "{{ [result] | meshops.lifecycle.resources(kinds=['Namespace'], actions=['created']) | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description: The objects, each with C(kind), C(namespace), C(name) and C(action).
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, rows_of


@answering("resources")
def resources(results, kinds=None, actions=None):
    """The rows of the results."""
    return [
        row
        for row in rows_of(results)
        if (kinds is None or row["kind"] in kinds) and (actions is None or row["action"] in actions)
    ]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"resources": resources}
