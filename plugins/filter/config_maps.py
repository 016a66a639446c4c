# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ConfigMaps by their names."""

from __future__ import annotations

DOCUMENTATION = r"""
name: config_maps
short_description: Create ConfigMaps from a mapping
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes the document of a ConfigMap for each name of a mapping, for O(meshops.lifecycle.mesh_apply#module:objects) or
    O(meshops.lifecycle.mesh_apply#module:overlays). One without data is left out.
options:
  _input:
    description: Names of ConfigMaps, each with its data as a mapping of texts.
    type: dict
    required: true
  namespace:
    description: Their namespace.
    type: str
  labels:
    description: Their labels.
    type: dict
"""

EXAMPLES = r"""
- name: Settings of an application
  meshops.lifecycle.mesh_apply:
    objects: "{{ {'shop': {'colour': 'blue'}} | meshops.lifecycle.config_maps(namespace='shop') }}"
"""

RETURN = r"""
_value:
  description: Documents of the kind ConfigMap, in the order of the names.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("config_maps")
def config_maps(maps, namespace=None, labels=None):
    """The ConfigMaps that have data."""
    shared = {"namespace": namespace, "labels": labels}
    shared = {key: value for key, value in shared.items() if value}
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    return [{**head, "metadata": {"name": name, **shared}, "data": data} for name, data in maps.items() if data]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"config_maps": config_maps}
