# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The object that a task declares, from its options, a pasted document, or a file."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params as params_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.masking import LAST_APPLIED
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading, typed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.by_kind import MODULES

MANAGER = "meshops.lifecycle"  # the field manager of a module, unless its task names another
# What a pasted or exported document may carry that nobody declares.
_SERVER_ONLY = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")


def declared(
    kind: Kind,
    written: dict,
    options: dict,
    default_namespace: str,
    warn: Callable[[str], object] = lambda message: None,
) -> dict:
    """The object: options win over the document of ``definition`` or ``src``; ``spec_extra`` is merged in last.

    ``warn`` is told what ``validate: warn`` lets pass. Raises MeshError when the document is of another kind or
    version, holds what its kind has not or its controller cannot use, or when there is no name.
    """
    document = _document(kind, written, warn)
    metadata = document["metadata"]
    for field in ("name", "namespace"):
        if written.get(field):
            metadata[field] = written[field]
    if not metadata.get("name"):
        raise MeshError(f"{kind.kind}: give 'name', or a document with metadata.name.")
    check_names(metadata, kind.kind)
    place(kind, metadata, default_namespace, warn)
    for field in ("labels", "annotations"):
        if written.get(field) is not None:
            metadata[field] = {**(metadata.get(field) or {}), **_texts(written[field], field)}
    for source in (
        params_module.api_names(written.get("spec"), options["spec"].get("options")) if "spec" in options else None,
        written.get("spec_extra"),
    ):
        if source is not None:
            document["spec"] = merge(document.get("spec") or {}, source)
    if kind.refuse and written.get("state") != "absent":
        kind.refuse(document)
    return document


def _document(kind: Kind, written: dict, warn: Callable[[str], object]) -> dict:
    validate = validation(written)
    document = copy.deepcopy(written.get("definition"))
    if written.get("src"):
        document = _only_document(written["src"], reading.duplicates(validate, warn))
    document = checked_document(kind, tidy({} if document is None else document))
    beside = any(written.get(name) for name in ("spec", "spec_extra", "overlays"))
    partial = beside or written.get("field_manager", MANAGER) != MANAGER
    return typed.judged(kind, document, validate, warn, partial=partial)


def validation(written: dict) -> str:
    """The option ``validate``; what is to be deleted need not be right."""
    return "ignore" if written.get("state") == "absent" else written.get("validate") or "strict"


def _only_document(path: str, on_duplicate: Callable[[str], object]) -> dict:
    documents = reading.read(path, on_duplicate=on_duplicate)
    if not documents:
        raise MeshError(f"src: {path} is empty.")
    if len(documents) > 1:
        raise MeshError(f"src: {path} holds {len(documents)} documents; this module takes one. mesh_apply takes many.")
    return documents[0]


def checked_document(kind: Kind, document: dict) -> dict:
    """The document with the kind's own apiVersion. Raises MeshError when it says it is something else."""
    stated_kind, stated_version = document.get("kind"), document.get("apiVersion")
    if stated_kind and stated_kind != kind.kind:
        raise MeshError(
            f"The document is a {stated_kind}; this module manages only {kind.kind}. Use the module for {stated_kind}, "
            "or mesh_apply."
        )
    if stated_version and stated_version not in kind.api_versions:
        other = MODULES.get((str(stated_version).rpartition("/")[0], kind.kind))
        if other and (kind.group, kind.kind) != (str(stated_version).rpartition("/")[0], kind.kind):
            raise MeshError(
                f"The document is a {kind.kind} of {stated_version}; this module manages those of "
                f"{kind.api_versions[0]}. Use {other}, or mesh_apply."
            )
        raise MeshError(
            f"{kind.kind} has no apiVersion {stated_version!r}. It must be {' or '.join(kind.api_versions)}."
        )
    return {**document, "apiVersion": kind.api_versions[0], "kind": kind.kind}


def tidy(document: dict) -> dict:
    """A document as a declaration: without status and what only the server or kubectl writes, labels as text."""
    if not isinstance(document, dict):
        raise MeshError(
            f"A document must be a mapping with apiVersion, kind and metadata, not {reading.words(document)}."
        )
    kept = {key: value for key, value in document.items() if key != "status"}
    metadata = {} if kept.get("metadata") is None else kept["metadata"]
    if not isinstance(metadata, dict):
        raise MeshError(f"metadata of a document must be a mapping, not {reading.words(metadata)}.")
    typed.check_metadata(metadata)
    metadata = {key: value for key, value in metadata.items() if key not in _SERVER_ONLY and value is not None}
    for field in ("labels", "annotations"):
        if field in metadata:
            metadata[field] = _texts(metadata[field], f"metadata.{field}")
    if LAST_APPLIED in metadata.get("annotations", {}):  # a copy of the whole object, a Secret's data included
        metadata["annotations"] = {k: v for k, v in metadata["annotations"].items() if k != LAST_APPLIED}
    return {**kept, "metadata": metadata}


def check_names(metadata: dict, what: str) -> None:
    """Name and namespace become parts of a path. Raises MeshError for what cannot be one."""
    for field in ("name", "namespace"):
        value = metadata.get(field)
        if value is None and field == "namespace":
            continue
        if not isinstance(value, str):
            hint = "" if isinstance(value, (dict, list)) else " Put quotes around it."
            raise MeshError(f"{what}: metadata.{field} must be text, not {reading.words(value)}.{hint}")
        if value in (".", "..") or re.search(r"[/%\x00-\x20]", value):
            raise MeshError(f"{what}: metadata.{field} {value!r} is not a valid name in Kubernetes.")


def place(kind: Kind, metadata: dict, default_namespace: str, warn: Callable[[str], object]) -> None:
    """Give the metadata of a declared object its namespace; where the kind has none, take it away, as the API server
    does without a word, and say so."""
    stated = metadata.pop("namespace", None)
    if kind.namespaced:
        metadata["namespace"] = stated or default_namespace
    elif stated:
        label = kind.label(None, metadata["name"])
        warn(
            f"{label}: metadata.namespace {stated!r} has no effect, because a {kind.kind} is in no namespace. Leave it "
            "out; it is the same object for all of them."
        )


def merge(base, over):
    """``over`` laid on ``base``: mappings are merged, anything else is replaced."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{key: merge(base[key], value) if key in base else value for key, value in over.items()}}


def _texts(mapping, where: str) -> dict:
    """Labels and annotations, whose values are text; nothing is empty text, as Kubernetes has it. Raises MeshError."""
    if not isinstance(mapping, dict):
        raise MeshError(f"{where} must be a mapping of text to text, not {reading.words(mapping)}.")
    for key, value in mapping.items():
        if value is not None and not isinstance(value, str):
            shown = json.dumps(value) if isinstance(value, (bool, int, float)) else reading.words(value)
            raise MeshError(f"{where}.{key} must be text, not {shown}.{params_module.quotes(value)}")
    return {key: "" if value is None else value for key, value in mapping.items()}
