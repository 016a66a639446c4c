# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names that are not among the known ones."""

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown
short_description: List unknown names
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Lists the names that are not known, each with the known one that it resembles, for the message of an assertion.
positional: known
options:
  _input:
    description: The names.
    type: list
    elements: str
    required: true
  known:
    description: The names that are known.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Only environments that there are
  ansible.builtin.assert:
    that: environments | meshops.lifecycle.unknown(['staging', 'production']) | length == 0
    fail_msg: "There is no {{ environments | meshops.lifecycle.unknown(['staging', 'production']) | join(', ') }}."
"""

RETURN = r"""
_value:
  description: The unknown names, such as C(stagging).
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.names import unknown


@answering("unknown")
def unknown_names(names, known):
    """The unknown names with what was probably meant."""
    return unknown(names, known)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"unknown": unknown_names}
