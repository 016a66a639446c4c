# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The mappings of a list, laid on defaults."""

from __future__ import annotations

DOCUMENTATION = r"""
name: with_defaults
short_description: Add defaults to the mappings of a list
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Adds defaults to each mapping of a list. A value that is null or an empty string counts as not set.
positional: defaults
options:
  _input:
    description: A list of mappings.
    type: list
    elements: dict
    required: true
  defaults:
    description: The defaults.
    type: dict
    required: true
  without:
    description: Keys that are left out, such as those whose values are not to be shown as the items of a loop.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Gateways, one after the other
  ansible.builtin.debug:
    msg: "{{ item.namespace }}/{{ item.name }}"
  loop: "{{ gateways | meshops.lifecycle.with_defaults({'namespace': 'istio-system'}, without=['values']) }}"
  vars:
    gateways:
      - name: public
        values: {replicaCount: 2}
      - name: internal
        namespace: istio-internal
"""

RETURN = r"""
_value:
  description: The mappings, in their order.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("with_defaults")
def with_defaults(entries, defaults, without=()):
    """The entries with the defaults for what they do not say."""
    return [
        {key: value for key, value in {**defaults, **_stated(entry)}.items() if key not in without} for entry in entries
    ]


def _stated(entry):
    return {key: value for key, value in entry.items() if value is not None and value != ""}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"with_defaults": with_defaults}
