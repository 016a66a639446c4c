# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many documents to a list of objects to manage: each with its kind, its namespace, and where it came from."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.call import Call
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading, typed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_SUFFIXES = (".yml", ".yaml", ".json")
_CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")


@dataclass
class Item:
    """One declared object and where it was declared."""

    kind: Kind
    desired: dict
    origin: str

    @property
    def namespace(self) -> str | None:
        return self.desired["metadata"].get("namespace")

    @property
    def name(self) -> str:
        return self.desired["metadata"]["name"]

    @property
    def key(self) -> tuple:
        return self.kind.group, self.kind.kind, self.namespace, self.name

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)


def files(pattern: str) -> list[str]:
    """The files that a path, a folder (all below it) or a glob names, in a stable order. Raises MeshError for none."""
    pattern = os.path.expanduser(pattern)
    if os.path.isdir(pattern):
        paths = [
            os.path.join(folder, name)
            for folder, _folders, names in os.walk(pattern)
            for name in names
            if name.endswith(_SUFFIXES)
        ]
    else:
        paths = [pattern] if os.path.isfile(pattern) else glob.glob(pattern, recursive=True)
    if not paths:
        raise MeshError(
            f"src: {pattern} is not a file, not a folder with {', '.join(_SUFFIXES)} files, and not a pattern that "
            "matches any file."
        )
    return sorted(paths)


def documents(task: Call) -> list[tuple[str, dict]]:
    """What a task of mesh_apply declares, as (origin, document): ``objects``, then the files of ``src``.

    Documents of files are left out where ``only_kinds`` and ``except_kinds`` do not want them. Raises MeshError.
    """
    kinds = reading.Kinds(*(tuple(task.params.get(option) or ()) for option in ("only_kinds", "except_kinds")))
    on_duplicate = reading.duplicates(desired_module.validation(task.written), task.warn)
    inline = [(f"objects[{index}]", document) for index, document in enumerate(task.written.get("objects") or [])]
    for path in [path for pattern in task.written.get("src") or [] for path in files(pattern)]:
        read = reading.read(path, kinds, on_duplicate)
        if not read and not reading.text_of(path).strip():
            task.warn(f"src: {path} is empty.")
        inline += [(path, document) for document in read]
    return inline


def items(
    served_kind: Callable[[str, str], Kind],
    documents: list[tuple[str, dict]],
    default_namespace: str,
    *,
    only_kinds: list[str] | None = None,
    except_kinds: list[str] | None = None,
    images: dict | None = None,
    overlays: list[dict] | None = None,
    judge: Callable[[Kind, dict], dict] = lambda kind, document: document,
    warn: Callable[[str], object] = lambda message: None,
) -> list[Item]:
    """The objects to manage, from (origin, document) pairs, in the order they are to be applied in.

    ``served_kind(apiVersion, kind)`` is asked for kinds that are not known here; it raises MeshError for unknown ones.
    ``only_kinds`` and ``except_kinds`` choose by kind; ``images`` maps the start of image references to another;
    ``overlays`` are partial documents, each laid on the one it names; ``judge`` looks at each whole object, and gives
    it back in the types of its kind; ``warn`` is told what has no effect. Raises MeshError for a document that is none,
    a kind nobody knows, an object that is declared twice, and an overlay without its object.
    """
    starts = {str(start): str(instead) for start, instead in (images or {}).items()}
    flat = [(origin, item) for origin, document in documents for item in _expanded(origin, document)]
    flat = [
        (origin, _with_images(item, starts))
        for origin, item in flat
        if (not only_kinds or item.get("kind") in only_kinds) and item.get("kind") not in (except_kinds or ())
    ]
    for index, overlay in enumerate(overlays or []):
        flat = _overlaid(flat, overlay, f"overlays[{index}]")
    local = kinds_of_crds(document for _origin, document in flat)

    def put(kind: Kind, metadata: dict) -> None:
        desired_module.place(kind, metadata, default_namespace, warn)

    resolved = [_item(served_kind, origin, document, local, put, judge) for origin, document in flat]
    seen: dict[tuple, Item] = {}
    for item in resolved:
        twin = seen.setdefault(item.key, item)
        if twin is not item:
            raise MeshError(f"{item.label} is declared twice, by {twin.origin} and by {item.origin}. Keep one.")
    return sorted(resolved, key=lambda item: item.kind.order)


def _expanded(origin: str, document: dict) -> list[dict]:
    """The documents of a ``kind: List``, or the document itself, each a mapping with a mapping for metadata."""
    if not isinstance(document, dict):
        raise MeshError(f"{origin} is not an object but {reading.words(document)}.")
    kind = document.get("kind")
    if isinstance(kind, str) and kind.endswith("List") and ("items" in document or kind == "List"):
        items = [] if document.get("items", 0) is None else document.get("items")
        if not isinstance(items, list):
            raise MeshError(f"{origin}: a {kind} must have 'items', a list of objects.")
        parts = [_with_type(item, document) for item in items]
        return [part for index, item in enumerate(parts) for part in _expanded(f"{origin}, item {index}", item)]
    if not isinstance(document.get("metadata") or {}, dict):
        raise MeshError(f"{origin}: metadata must be a mapping, not {reading.words(document['metadata'])}.")
    return [document]


def _with_type(item, document: dict):
    """An item of a typed list (``ConfigMapList``), which an API server does not give its apiVersion and kind."""
    kind = document["kind"].removesuffix("List")
    if not kind or not isinstance(item, dict) or item.get("kind") or item.get("apiVersion"):
        return item
    return {"apiVersion": document.get("apiVersion"), "kind": kind, **item}


def _overlaid(documents: list[tuple[str, dict]], overlay: dict, origin: str) -> list[tuple[str, dict]]:
    """The documents with ``overlay`` merged into the one of its kind, name and, where it states one, namespace."""
    metadata = overlay.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise MeshError(f"{origin}: metadata must be a mapping, not {reading.words(metadata)}.")
    wanted = (overlay.get("kind"), metadata.get("name"))

    def meant(document: dict) -> bool:
        own = document.get("metadata") or {}
        if (document.get("kind"), own.get("name")) != wanted:
            return False
        return own.get("namespace") is None or metadata.get("namespace", own["namespace"]) == own["namespace"]

    chosen = [index for index, (_origin, document) in enumerate(documents) if meant(document)]
    if len(chosen) != 1:
        count = "more than one document is" if chosen else "no document is"
        raise MeshError(
            f"{origin}: {count} a {wanted[0]} named {wanted[1]!r}. An overlay needs exactly one document to merge into."
        )
    there = chosen[0]
    laid = desired_module.merge(documents[there][1], overlay)
    return [*documents[:there], (documents[there][0], laid), *documents[there + 1 :]]


def _with_images(document: dict, images: dict[str, str]) -> dict:
    """The document with the images of its pod template taken from elsewhere; the longest start that fits counts."""
    spec = document.get("spec") if images else None
    template = spec.get("template") if isinstance(spec, dict) else None
    pod = template.get("spec") if isinstance(template, dict) else None
    if not isinstance(pod, dict):
        return document
    lists = [pod.get(name) for name in ("initContainers", "containers")]
    for container in [item for each in lists if isinstance(each, list) for item in each if isinstance(item, dict)]:
        image = str(container.get("image") or "")
        start = max((start for start in images if image.startswith(start)), key=len, default=None)
        if start is not None:
            container["image"] = images[start] + image[len(start) :]
    return document


def kinds_of_crds(documents: Iterable[dict]) -> dict[tuple[str, str], Kind]:
    """The kinds that custom resource definitions of the same set bring."""
    kinds = {}
    for document in documents:
        spec = document.get("spec")
        if document.get("kind") != _CRD[1] or not isinstance(spec, dict) or not isinstance(spec.get("names"), dict):
            continue
        versions = spec.get("versions") if isinstance(spec.get("versions"), list) else []
        served = [version.get("name") for version in versions if isinstance(version, dict) and version.get("served")]
        group, kind, plural = spec.get("group"), spec["names"].get("kind"), spec["names"].get("plural")
        if all(isinstance(text, str) for text in (group, kind, plural, *served)) and served:
            kinds[group, kind] = Kind(group, kind, plural, tuple(served), spec.get("scope") != "Cluster")
    return kinds


def _item(served_kind, origin: str, document: dict, local: dict, put: Callable, judge: Callable) -> Item:
    if not document.get("kind") or not document.get("apiVersion"):
        raise MeshError(f"{origin} has no apiVersion or no kind.")
    for field in ("kind", "apiVersion"):
        if not isinstance(document[field], str):
            raise MeshError(f"{origin}: {field} must be text, not {reading.words(document[field])}.")
    api_version, name = document["apiVersion"], document["kind"]
    kind = _kind(served_kind, origin, api_version, name, local)
    try:
        body = desired_module.tidy(document)
    except MeshError as error:
        raise MeshError(f"{origin}, {name}: {error.message}") from None
    if not body["metadata"].get("name"):
        raise MeshError(f"{origin}: a {name} without metadata.name.")
    desired_module.check_names(body["metadata"], origin)
    put(kind, body["metadata"])
    try:
        body = judge(kind, body)
        return Item(kind, kind.normalise(body) if kind.normalise else body, origin)
    except MeshError as error:
        raise MeshError(f"{origin}, {name} {body['metadata']['name']}: {error.message}") from None


def judge_of(task) -> Callable[[Kind, dict], dict]:
    """How a task judges its objects: by its option ``validate``, and by what their controllers cannot use."""
    validate = desired_module.validation(task.written)
    partial = bool(task.written.get("field_manager"))

    def judge(kind: Kind, document: dict) -> dict:
        judged = typed.judged(kind, document, validate, task.warn, partial=partial)
        if kind.refuse and task.written.get("state") != "absent":
            kind.refuse(judged)
        return judged

    return judge


def _kind(served_kind, origin: str, api_version: str, name: str, local: dict) -> Kind:
    group, _slash, version = api_version.rpartition("/")
    known = KINDS.get((group, name)) or local.get((group, name))
    if known and version in known.versions:
        # Of a definition in the same set nobody knows which versions are alike: what is declared is what is written.
        return known if (group, name) in KINDS else replace(known, versions=(version,))
    if known:
        raise MeshError(f"{origin}: {name} has no apiVersion {api_version!r}; it has {', '.join(known.api_versions)}.")
    for kind in KINDS.values():
        if kind.kind == name and not group and kind.group:
            raise MeshError(f"{origin}: {name} is not in {api_version!r}. Its apiVersion is {kind.api_versions[0]}.")
    near = difflib.get_close_matches(name, [kind.kind for kind in KINDS.values()], n=1, cutoff=0.8)
    try:
        return served_kind(api_version, name)
    except MeshError as error:
        hint = f" Did you mean {near[0]}?" if near and near[0] != name else ""
        raise MeshError(f"{origin}: {error.message}{hint}") from None
