# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of a route in a file of a repository, edited so that everything else in the file stays as it is. Pure.

A file that this collection wrote is written anew. In a file of somebody else the weights are replaced where they stand.
Where more changes than weights, the list of rules is written anew, unless it has comments or anchors, which would be
lost. What was edited is read again, and has to be what was wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import edit
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection, Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, nodes

Document = dict[str, Any]


@dataclass(frozen=True)
class RouteFile:
    """A file with its content, the documents in it, and which of them is the route."""

    path: str
    content: bytes
    documents: list[Any]
    index: int

    def document(self, namespace: str) -> Document:
        """The route, with the namespace that it gets where the file names none."""
        document: Document = self.documents[self.index]
        metadata = {**document["metadata"], "namespace": namespace}
        return {**document, "metadata": metadata}


def read(path: str, content: bytes, route: Route) -> RouteFile:
    """The file as far as it can be edited. Raises MeshError."""
    try:
        text = content.decode()
        documents = list(yaml.safe_load_all(text))
        reading.parse(text, path)  # stricter: refuses a key that stands twice, for example
    except (UnicodeDecodeError, yaml.YAMLError):
        raise MeshError(
            f"{path} cannot be read as YAML. If it is a template, shift with delivery: cluster and commit the end."
        ) from None
    there = [number for number, document in enumerate(documents) if _is_route(document, route)]
    if len(there) != 1:
        what = f"{len(there)} documents are" if there else "no document is"
        raise MeshError(f"{path}: {what} {route.label}. Name the file of the route by git.file.")
    return RouteFile(path, content, documents, there[0])


def _is_route(document: Any, route: Route) -> bool:
    if not isinstance(document, dict) or document.get("kind") != route.kind.kind:
        return False
    metadata = document.get("metadata") or {}
    group = str(document.get("apiVersion")).partition("/")[0]
    same = group == route.kind.group and metadata.get("name") == route.name
    return same and metadata.get("namespace") in (None, "", route.namespace)


def is_at(file: RouteFile, selection: Selection, shape: Shape, namespace: str) -> bool:
    """Whether the route in the file has this shape."""
    return edit.is_at(file.document(namespace), selection, shape)


def edited(file: RouteFile, selection: Selection, shape: Shape, namespace: str) -> bytes:
    """The content with the route in this shape; the same content where it has it. Raises MeshError."""
    document = file.document(namespace)
    wanted = edit.edited(document, selection, shape)
    if wanted is None:
        raise MeshError(f"{file.path}: {selection.label} does not send requests to {selection.stable.label}.")
    rules, before = edit.rules_of(wanted, selection.form), edit.rules_of(document, selection.form)
    if rules == before:
        return file.content
    after = [*file.documents]
    spec = {**after[file.index]["spec"], selection.form.rules: rules}
    after[file.index] = {**after[file.index], "spec": spec}
    owner = files.owner_of(file.content)
    if owner and len(after) == 1:
        return files.text(after[0], owner)
    content = _in_place(file, selection, before, rules)
    if list(yaml.safe_load_all(content.decode())) != after:
        raise MeshError(f"{file.path}: {_cannot(selection)}: the result would not be what is wanted.")
    return content


def _cannot(selection: Selection) -> str:
    return f"spec.{selection.form.rules} cannot be edited safely"


def _in_place(file: RouteFile, selection: Selection, before: list[Document], after: list[Document]) -> bytes:
    text, form = file.content.decode(), selection.form
    root = list(yaml.compose_all(text, Loader=yaml.SafeLoader))[file.index]
    rules = nodes.child(nodes.child(root, "spec"), form.rules)
    if rules is None:
        raise MeshError(f"{file.path}: {_cannot(selection)}: they are merged in from elsewhere in the file.")
    start, end = rules.start_mark.index, nodes.end(rules)
    end = start + len(text[start:end].rstrip())
    if nodes.has_anchors(root, rules):
        raise MeshError(
            f"{file.path}: {_cannot(selection)}: anchors or aliases are used in them. Write them out first."
        )
    weights = _changed_weights(rules, before, after, form.targets)
    if weights is None:
        if "#" in text[start:end]:
            raise MeshError(
                f"{file.path}: {_cannot(selection)}: there are comments in them, which would be lost, because more "
                "changes than weights that are written there. Write both targets with their weights first, the "
                "canary's with 0; for a step with a mirror or a match, take the comments out."
            )
        weights = [(start, end, nodes.dumped(rules, after))]
    for begin, stop, new in sorted(weights, reverse=True):
        text = text[:begin] + new + text[stop:]
    return text.encode()


def _changed_weights(
    node: Any, before: list[Document], after: list[Document], targets: str
) -> list[tuple[int, int, str]] | None:
    """(begin, end, new text) of each weight that changes; None where something else changes, or a weight is new."""
    changes: list[tuple[int, int, str]] = []
    if len(before) != len(after):
        return None
    for number, (old, new) in enumerate(zip(before, after)):
        olds, news = old.get(targets) or [], new.get(targets) or []
        if {**old, targets: None} != {**new, targets: None} or len(olds) != len(news):
            return None
        for place, (was, now) in enumerate(zip(olds, news)):
            if was == now:
                continue
            if "weight" not in was or "weight" not in now or {**was, "weight": 0} != {**now, "weight": 0}:
                return None
            weight = nodes.child(nodes.child(node.value[number], targets).value[place], "weight")
            changes.append((weight.start_mark.index, weight.end_mark.index, str(now["weight"])))
    return changes
