# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Variables that are set, and that no role and no playbook of the collection knows."""

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_variables
short_description: List variables that no role or playbook of this collection knows
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - A misspelt variable is silently ignored by Ansible. This lookup lists the variables of the host whose names begin
    with the prefix of a role, but which the role does not have. The roles and playbooks of this collection refuse them.
  - It also lists variables of the inventory, and those given with C(-e), that a role computes for itself. Setting them is
    a mistake; Ansible would ignore them, or break the role.
  - And it lists variables that are text to the role and no text any more, because YAML has read them as numbers, truths or
    dates. V(istio_image_tag) with the value V(1.30) would be V(1.3).
  - And it lists variables that have to be given, or name a namespace or a set, and are empty or null.
options:
  _terms:
    description: Prefixes of the names, such as V(mesh_config_).
    type: list
    elements: str
    required: true
  others:
    description: Regular expressions of additional names that are known.
    type: list
    elements: str
    default: []
  refuse:
    description: Whether to fail if there are any, with the names in the message.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: No variable of the role istio is misspelt
  ansible.builtin.assert:
    that: query('meshops.lifecycle.unknown_variables', 'istio_') | length == 0
"""

RETURN = r"""
_list:
  description: The unknown names, each with the one that was probably meant.
  type: list
  elements: str
"""

import re

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.names import (
    internal_variables,
    known_variables,
    no_longer_text,
    unknown,
    without_text,
)


class LookupModule(LookupBase):
    """What Ansible looks for in this file."""

    def run(self, terms, variables=None, **options):
        """The unknown names."""
        self.set_options(var_options=variables, direct=options)
        others = [re.compile(pattern) for pattern in self.get_option("others")]
        answers = []
        for prefix in terms:
            names = [str(name) for name in variables or {} if str(name).startswith(prefix)]
            names = [name for name in names if not any(pattern.fullmatch(name) for pattern in others)]
            answers += unknown(names, known_variables(prefix))
            computed = internal_variables(prefix).intersection(_of_inventory(variables or {}))
            answers += [
                f"{name} (the collection computes it, and does not read yours)"
                for name in sorted(computed)
                if not any(pattern.fullmatch(name) for pattern in others)
            ]
            answers += [
                f"{name} (it must be text: put quotes around it, YAML may have changed it already)"
                for name in no_longer_text(prefix, variables or {})
            ]
            answers += without_text(prefix, variables or {}, self._templar.template)
        if answers and self.get_option("refuse"):
            raise AnsibleLookupError(
                f"Refused: the variable {', the variable '.join(answers)}. Nothing was done. If it is a variable of your "
                "own, list it in mesh_other_variables."
            )
        return answers


def _of_inventory(variables):
    """The names that the host has from the inventory or the command line.

    Roles and plays add nothing to its hostvars, but tasks do: what they have registered before, in a role that is included
    a second time.
    """
    hostvars, host = variables.get("hostvars"), variables.get("inventory_hostname")
    if hostvars is None or host not in hostvars:
        return set()
    manager = getattr(hostvars, "_variable_manager", None)
    registered = getattr(manager, "_nonpersistent_fact_cache", {}).get(host) or {}
    return {str(name) for name in hostvars.raw_get(host)}.difference(map(str, registered))
