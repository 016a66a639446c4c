# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Short entries as whole documents of a kind."""

from __future__ import annotations

DOCUMENTATION = r"""
name: documents
short_description: Convert short entries to complete documents of a kind
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes a document, as O(meshops.lifecycle.mesh_apply#module:objects) takes it, of each short entry with a name and a
    specification.
  - The apiVersion is the one that this collection writes for the kind.
positional: kind
options:
  _input:
    description:
      - A list of mappings, each with C(name) and C(spec), and where needed C(namespace), C(labels), C(annotations) and
        C(finalizers).
      - An entry of the kind V(Application) may have C(cascade) instead of C(finalizers), whether what the Application
        deployed is deleted with it. The default is V(true).
    type: list
    elements: dict
    required: true
  kind:
    description: The kind, such as V(VirtualService).
    type: str
    required: true
  group:
    description: The API group, needed for a kind that two APIs have, such as V(Gateway).
    type: str
  namespace:
    description: Namespace of entries that name none.
    type: str
"""

EXAMPLES = r"""
- name: Routes from short entries
  meshops.lifecycle.mesh_apply:
    objects: "{{ shop_routes | meshops.lifecycle.documents('VirtualService', namespace='shop') }}"
  vars:
    shop_routes:
      - name: reviews
        spec:
          hosts: [reviews]
          http:
            - route:
                - destination: {host: reviews}
"""

RETURN = r"""
_value:
  description: The documents, in the order of the entries.
  type: list
  elements: dict
"""

import difflib

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, every_kind, flag

CASCADE = "resources-finalizer.argocd.argoproj.io"
_METADATA = ("labels", "annotations", "finalizers")
_KEYS = ("name", "namespace", "spec", *_METADATA)


@answering("documents")
def documents(entries, kind, group=None, namespace=None):
    """The documents of the entries. Raises MeshError for a kind or a key that is not known."""
    known = _kind(kind, group)
    keys = (*_KEYS, "cascade") if kind == "Application" else _KEYS
    return [_document(known, entry, keys, namespace) for entry in entries]


def _kind(name, group):
    found = [kind for kind in every_kind().values() if kind.kind == name and group in (None, kind.group)]
    if len(found) == 1:
        return found[0]
    if found:
        raise MeshError(
            f"more than one API has a kind {name}. Set the group, for example group={found[0].group!r}, for one."
        )
    near = difflib.get_close_matches(name, [kind.kind for kind in every_kind().values()], n=1)
    raise MeshError(f"{name} is not a known kind." + (f" Did you mean {near[0]}?" if near else ""))


def _document(kind, entry, keys, namespace):
    if "name" not in entry:
        raise MeshError(f"an entry of {kind.kind} has no name.")
    for key in entry:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It has {', '.join(keys)}."
            raise MeshError(f"{kind.kind} {entry['name']}: an entry has no {key}.{hint}")
    metadata = {"name": entry["name"]}
    if kind.namespaced and (entry.get("namespace") or namespace):
        metadata["namespace"] = entry.get("namespace") or namespace
    metadata.update({key: entry[key] for key in _METADATA if entry.get(key) is not None})
    if kind.kind == "Application" and "finalizers" not in entry and flag(entry.get("cascade", True)):
        metadata["finalizers"] = [CASCADE]
    document = {"apiVersion": kind.api_versions[0], "kind": kind.kind, "metadata": metadata}
    return {**document, "spec": entry["spec"]} if "spec" in entry else document


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"documents": documents}
