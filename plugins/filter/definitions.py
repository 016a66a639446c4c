# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The custom resource definitions of an API, by their names."""

from __future__ import annotations

DOCUMENTATION = r"""
name: definitions
short_description: List the custom resource definitions of an API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes a document for every custom resource definition of an API that this collection knows, with its name alone.
    That is enough to delete them by O(meshops.lifecycle.mesh_apply#module:state=absent).
options:
  _input:
    description: An API group, with all groups below it. V(istio.io) stands for V(networking.istio.io) and the others.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Delete the definitions of Istio, and with them every object of Istio
  meshops.lifecycle.mesh_apply:
    objects: "{{ 'istio.io' | meshops.lifecycle.definitions }}"
    state: absent
"""

RETURN = r"""
_value:
  description: Documents of the kind CustomResourceDefinition, in the order of their names.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, kinds_of


@answering("definitions")
def definitions(group):
    """The definitions of the group and of those below it. Raises MeshError when none is known."""
    names = sorted(f"{kind.plural}.{kind.group}" for kind in kinds_of(group))
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return [{**head, "metadata": {"name": name}} for name in names]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"definitions": definitions}
