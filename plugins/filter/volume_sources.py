# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""ConfigMaps and Secrets as sources of a projected volume."""

from __future__ import annotations

DOCUMENTATION = r"""
name: volume_sources
short_description: Convert ConfigMaps and Secrets to sources of a projected volume
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Names ConfigMaps and Secrets as C(volumes[].projected.sources) of a pod wants them.
options:
  _input:
    description: Documents of the kinds ConfigMap and Secret.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: A pod that has all settings in one folder
  ansible.builtin.set_fact:
    volume:
      name: settings
      projected:
        sources: "{{ maps | meshops.lifecycle.config_maps | meshops.lifecycle.volume_sources }}"
  vars:
    maps:
      colours: {wall: blue}
      sizes: {wall: "12"}
"""

RETURN = r"""
_value:
  description: The sources, in the order of the documents.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering

_FIELDS = {"ConfigMap": "configMap", "Secret": "secret"}


@answering("volume_sources")
def volume_sources(documents):
    """The sources. Raises MeshError for a document of another kind."""
    for document in documents:
        if document.get("kind") not in _FIELDS:
            raise MeshError(f"{document.get('kind')} cannot be projected into a volume; ConfigMaps and Secrets can.")
    return [{_FIELDS[document["kind"]]: {"name": document["metadata"]["name"]}} for document in documents]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"volume_sources": volume_sources}
