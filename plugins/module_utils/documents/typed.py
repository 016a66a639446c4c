# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents judged by what the modules document of their kinds, before anything is written and without a cluster."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Collection, Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params as params_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.by_kind import OPTIONS

WAY_OUT = "If the field is newer than this collection, use validate: warn."
_APPLICATION, _APPLICATIONSET = ("argoproj.io", "Application"), ("argoproj.io", "ApplicationSet")
_EVERY = ("apiVersion", "kind", "metadata")
_TOP = (*_EVERY, "spec", "status")
# Fields of ObjectMeta, apimachinery's types.go.
_FIELDS = (
    "name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp "
    "deletionGracePeriodSeconds labels annotations ownerReferences finalizers managedFields"
)
_METADATA = frozenset(_FIELDS.split())
# Mappings of text to text of Kubernetes' own kinds, in which YAML's numbers and truths lose their text.
_TEXTS = {("", "ConfigMap"): ("data", "binaryData"), ("", "Secret"): ("data",)}
# The fields beside apiVersion, kind and metadata of those of them that every set has.
_WHOLE = {
    ("", "ConfigMap"): ("data", "binaryData", "immutable"),
    ("", "Secret"): ("data", "stringData", "type", "immutable"),
    ("", "Namespace"): ("spec", "status"),
}


def is_judged(kind: Kind) -> bool:
    """Whether documents of a kind are judged here, without a cluster."""
    return (kind.group, kind.kind) in _WHOLE or options_of(kind.group, kind.kind) is not None


def judged(kind: Kind, document: dict, validate: str, warn: Callable[[str], object], *, partial: bool = False) -> dict:
    """The document in the types of its kind, without nulls of typed fields.

    ``validate`` is the option: "strict" raises MeshError for what is not of the kind, "warn" tells it and leaves the
    document as it is, "ignore" does not look. ``partial``: others declare the rest, so nothing need be there.
    """
    if validate == "ignore":
        return document
    try:
        return _checked(kind, document, partial)
    except MeshError as error:
        if validate == "strict":
            raise
        metadata = document["metadata"]
        warn(f"{kind.label(metadata.get('namespace'), str(metadata.get('name')))}: {error.message}")
        return document


def _checked(kind: Kind, document: dict, partial: bool) -> dict:
    for name in _TEXTS.get((kind.group, kind.kind), ()):
        _check_texts(document.get(name), name)
    fields = _WHOLE.get((kind.group, kind.kind))
    if fields:
        _refuse_unknown(document, (*_EVERY, *fields), kind.kind)
    options = options_of(kind.group, kind.kind)
    if not options:
        return document
    _refuse_unknown((name for name in document if (kind.kind, name) != ("Application", "operation")), _TOP, kind.kind)
    if document.get("spec") is None:
        return {name: value for name, value in document.items() if name != "spec"}
    return params_module.check_document(document, options, kind.kind, WAY_OUT, partial=partial)


def check_metadata(metadata: dict) -> None:
    """Raises MeshError for a field that no object's metadata has, and for a name that the server is to make up."""
    _refuse_unknown(metadata, _METADATA, "metadata", "metadata.")
    if metadata.get("generateName") and not metadata.get("name"):
        raise MeshError(
            "metadata.generateName creates another object in every run, so it cannot be declared. Set metadata.name."
        )


def _refuse_unknown(names: Iterable[str], known: Collection[str], what: str, path: str = "") -> None:
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        near = difflib.get_close_matches(unknown, known, n=1, cutoff=0.6)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(known))}."
        raise MeshError(f"{path}{unknown} is not a field of {what}. {hint}")


def _check_texts(mapping, where: str) -> None:
    if mapping is not None and not isinstance(mapping, dict):
        raise MeshError(f"{where} must be a mapping of text to text, not {reading.words(mapping)}.")
    for key, value in (mapping or {}).items():
        if value is not None and not isinstance(value, str):
            raise MeshError(f"{where}.{key} must be text, not {reading.words(value)}.{params_module.quotes(value)}")


@functools.cache
def options_of(group: str, kind: str) -> dict | None:
    """The argument spec of a kind's ``spec``; None of a kind that has no module of its own."""
    options = OPTIONS.get((group, kind))
    if options is None:
        return None
    if (group, kind) != _APPLICATIONSET:
        return options()
    # The Application within is documented once, by its own module.
    own, application = options(), OPTIONS[_APPLICATION]()
    template = own["template"]
    inner = {**template["options"], "spec": {**template["options"]["spec"], "options": application}}
    return {**own, "template": {**template, "options": inner}}
