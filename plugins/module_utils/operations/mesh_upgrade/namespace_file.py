# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A namespace in a file of a repository, edited so that everything else in the file stays as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, nodes

Document = dict[str, Any]


def find(contents: Mapping[str, bytes], name: str) -> str:
    """The path of the file with this namespace; empty where none has it. Raises MeshError where several do."""
    wanted = name.encode()
    paths = [
        path
        for path, content in contents.items()
        if b"Namespace" in content and wanted in content and _has(content, name)
    ]
    if len(paths) > 1:
        raise MeshError(f"Namespace {name} is in several files of the repository: {', '.join(paths)}. Set git.path.")
    return paths[0] if paths else ""


def _has(content: bytes, name: str) -> bool:
    try:
        return any(_is_namespace(document, name) for document in yaml.safe_load_all(content.decode()))
    except (UnicodeDecodeError, yaml.YAMLError):
        return False  # a template, which no Application reads as it is


def _is_namespace(document: Any, name: str) -> bool:
    if not isinstance(document, dict) or (document.get("apiVersion"), document.get("kind")) != ("v1", "Namespace"):
        return False
    return bool((document.get("metadata") or {}).get("name") == name)


def edited(path: str, content: bytes, name: str, patch: Document) -> bytes:
    """The content with a merge patch of labels and annotations; the same where it has them. Raises MeshError."""
    documents = list(yaml.safe_load_all(content.decode()))
    there = [number for number, document in enumerate(documents) if _is_namespace(document, name)]
    if len(there) != 1:
        raise MeshError(f"{path}: Namespace {name} is there {len(there)} times.")
    index = there[0]
    metadata = _merged(documents[index]["metadata"], patch)
    if metadata == documents[index]["metadata"]:
        return content
    after = [*documents]
    after[index] = {**documents[index], "metadata": metadata}
    owner = files.owner_of(content)
    if owner and len(after) == 1:
        return files.text(after[0], owner)
    result = _in_place(path, content.decode(), index, metadata).encode()
    if list(yaml.safe_load_all(result.decode())) != after:
        raise MeshError(f"{path}: metadata of Namespace {name} cannot be edited safely. Label it there by hand.")
    return result


def _merged(metadata: Document, patch: Document) -> Document:
    result = dict(metadata)
    for field in ("labels", "annotations"):
        values = {**(metadata.get(field) or {}), **patch["metadata"].get(field, {})}
        values = {key: value for key, value in values.items() if value is not None}
        if values:
            result[field] = values
        else:
            result.pop(field, None)
    return result


def _in_place(path: str, text: str, index: int, metadata: Document) -> str:
    root = list(yaml.compose_all(text, Loader=yaml.SafeLoader))[index]
    node = nodes.child(root, "metadata")
    start, end = node.start_mark.index, nodes.end(node)
    end = start + len(text[start:end].rstrip())
    if nodes.has_anchors(root, node) or "#" in text[start:end]:
        raise MeshError(
            f"{path}: metadata of Namespace {metadata['name']} has comments, anchors or aliases, which would be lost. "
            "Put comments above the object, and write anchors out."
        )
    return text[:start] + nodes.dumped(node, metadata) + text[end:]
