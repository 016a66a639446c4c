# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Namespaces and how they take part in the mesh, as documents."""

from __future__ import annotations

DOCUMENTATION = r"""
name: namespaces
short_description: Convert namespaces and their mesh settings to documents
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes the documents of namespaces, with the labels by which Istio knows how their pods take part in the mesh.
options:
  _input:
    description:
      - A list of names, or of mappings with C(name) and any of C(injection) (V(enabled) or V(disabled)), C(revision) (a
        revision or tag of the control plane), C(ambient) (a boolean), C(waypoint) (its name), C(labels) and
        C(annotations).
    type: list
    elements: raw
    required: true
  labels:
    description: Labels of all of them; those of an entry win.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: The namespaces of a team
  meshops.lifecycle.mesh_apply:
    objects: "{{ team_namespaces | meshops.lifecycle.namespaces(labels={'team': 'shop'}) }}"
  vars:
    team_namespaces:
      - name: shop
        injection: enabled
      - name: shop-canary
        revision: canary
"""

RETURN = r"""
_value:
  description: Documents of the kind Namespace, in the order of the entries.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, flag

# An option of a namespace, and the label that Istio reads.
_LABELS = {"injection": "istio-injection", "revision": "istio.io/rev", "waypoint": "istio.io/use-waypoint"}


@answering("namespaces")
def namespaces(entries, labels=None):
    """The documents of the namespaces. Raises MeshError for injection and revision of one namespace."""
    return [_document({"name": entry} if isinstance(entry, str) else entry, labels or {}) for entry in entries]


def _document(entry, labels):
    if entry.get("injection") and entry.get("revision"):
        # Istio goes by the label istio-injection then, and the revision would stand there for nothing.
        raise MeshError(f"namespace {entry['name']} has both injection and revision. Keep one of them.")
    own = {label: entry[option] for option, label in _LABELS.items() if entry.get(option)}
    if flag(entry.get("ambient", False)):
        own["istio.io/dataplane-mode"] = "ambient"
    every = {**labels, **own, **(entry.get("labels") or {})}
    metadata = {"name": entry["name"]}
    if every:
        metadata["labels"] = every
    if entry.get("annotations") is not None:
        metadata["annotations"] = entry["annotations"]
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"namespaces": namespaces}
