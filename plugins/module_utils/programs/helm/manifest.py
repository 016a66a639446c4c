# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a release's manifest, each with its kind and namespace, and reading them from the cluster."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import YAML_LOADER, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources, path
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import cache
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import KINDS as BUILTIN
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_CRD = "CustomResourceDefinition"
_DOCUMENT = re.compile(r"(?m)^(?=---(?:\s|$))")
_DEFINITION = re.compile(rf"(?m)^kind: {_CRD}[ \t]*$")
_LIST_FROM = 4  # so many objects of one kind in a namespace are read by one LIST of what helm made
_MADE_BY_HELM = "app.kubernetes.io/managed-by=Helm"
# Groups whose types the API server knows as Go types, to which strategic merge patches apply.
_BUILTIN_GROUPS = {kind.group for kind in BUILTIN} | {
    "storage.k8s.io",
    "node.k8s.io",
    "certificates.k8s.io",
    "events.k8s.io",
}


@dataclass(frozen=True)
class Object:
    """One object of a manifest. ``served`` is False for a kind that the cluster does not serve."""

    kind: Kind
    namespace: str | None
    name: str
    body: dict
    served: bool = True

    @property
    def key(self) -> tuple:
        return self.kind.group, self.kind.kind, self.namespace, self.name

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)

    @property
    def builtin(self) -> bool:
        return self.kind.group in _BUILTIN_GROUPS

    @property
    def path(self) -> str:
        return path(self.kind, self.kind.versions[0], self.namespace, self.name)

    @property
    def collection(self) -> str:
        return path(self.kind, self.kind.versions[0], self.namespace)


def documents(text: str) -> list[dict]:
    """The objects that a manifest states, items of a List told apart. Raises MeshError when it is not YAML."""
    try:
        found = [document for document in _parsed(text) if isinstance(document, dict)]
    except yaml.YAMLError as error:
        raise MeshError(f"The release's manifest is not YAML: {str(error).splitlines()[0]}.") from None
    flat = []
    for document in found:
        flat += document.get("items") or [] if str(document.get("kind", "")).endswith("List") else [document]
    return [document for document in flat if document.get("kind") and (document.get("metadata") or {}).get("name")]


def _parsed(text: str) -> list:
    """The documents of a manifest. Definitions, which are nearly all of it where there are some, come from the cache of
    documents; nothing else of a release is kept there, as it may hold secrets."""
    parts = _DOCUMENT.split(text)
    definitions = "".join(part for part in parts if _DEFINITION.search(part))
    known = cache.load(definitions)
    if known is None:
        known = list(yaml.load_all(definitions, Loader=YAML_LOADER))
        if all(isinstance(document, dict) and document.get("kind") == _CRD for document in known):
            cache.keep(definitions, known)
    if len(known) != sum(1 for part in parts if _DEFINITION.search(part)):
        return list(yaml.load_all(text, Loader=YAML_LOADER))
    remaining = iter(known)
    found: list = []
    for part in parts:
        found += [next(remaining)] if _DEFINITION.search(part) else yaml.load_all(part, Loader=YAML_LOADER)
    return found


def objects(resources: Resources, text: str, namespace: str) -> list[Object]:
    """The objects of a manifest of a release in ``namespace``, in the manifest's order."""
    stated = documents(text)
    brought = {}
    for document in stated:
        if document["kind"] == "CustomResourceDefinition":
            spec = document.get("spec") or {}
            brought[spec.get("group"), (spec.get("names") or {}).get("kind")] = spec
    return [_object(resources, document, namespace, brought) for document in stated]


def _object(resources: Resources, document: dict, namespace: str, brought: dict) -> Object:
    kind, served = _kind(resources, str(document.get("apiVersion") or ""), document["kind"], brought)
    metadata = document["metadata"]
    where = (metadata.get("namespace") or namespace) if kind.namespaced else None
    return Object(kind, where, str(metadata["name"]), document, served)


def _kind(resources: Resources, api_version: str, name: str, brought: dict) -> tuple[Kind, bool]:
    """The kind in exactly the version that the manifest states, and whether it is served."""
    group, _slash, version = api_version.rpartition("/")
    known = KINDS.get((group, name))
    if known:
        return dataclasses.replace(known, versions=(version,)), True
    try:
        return resources.served_kind(api_version, name), True
    except NotInstalled:
        spec = brought.get((group, name)) or {}
        plural = (spec.get("names") or {}).get("plural") or f"{name.lower()}s"
        return Kind(group, name, plural, (version,), spec.get("scope") != "Cluster"), False


def read(session, wanted: list[Object]) -> dict[tuple, dict | None]:
    """The live object of each by its key, None for those that are not there. Raises ApiError."""
    groups: dict[str, list[Object]] = {}
    for item in wanted:
        groups.setdefault(item.collection, []).append(item)
    listed = [group for group in groups.values() if len(group) >= _LIST_FROM]
    found: dict[tuple, dict | None] = {}
    for answer in parallel(lambda group: _listed(session, group), listed):
        found.update(answer)
    rest = [item for item in wanted if item.key not in found]
    found.update(zip([item.key for item in rest], parallel(lambda item: _one(session, item), rest), strict=True))
    return found


def _listed(session, group: list[Object]) -> dict[tuple, dict]:
    """What a LIST shows of a group; an object that lost its label, or all where LIST is forbidden, is left to a GET."""
    try:
        answer = session.request("GET", group[0].collection, {"labelSelector": _MADE_BY_HELM})
    except ApiError as error:
        if error.status in (403, 404):
            return {}
        raise
    live = {item["metadata"]["name"]: item for item in answer.get("items") or []}
    version = {"apiVersion": answer.get("apiVersion"), "kind": group[0].kind.kind}
    return {item.key: {**version, **live[item.name]} for item in group if item.name in live}


def _one(session, item: Object) -> dict | None:
    try:
        return session.request("GET", item.path)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def release_of(live: dict) -> tuple[str, str] | None:
    """(namespace, name) of the release that an object belongs to by its annotations."""
    annotations = (live.get("metadata") or {}).get("annotations") or {}
    namespace, name = annotations.get("meta.helm.sh/release-namespace"), annotations.get("meta.helm.sh/release-name")
    return (namespace, name) if namespace and name else None


def owned(item: Object, release: str, namespace: str) -> dict:
    """The object's body as helm sends it: with its namespace and the marks of the release (helm's validate.go)."""
    metadata = {**item.body["metadata"]}
    metadata["labels"] = {**(metadata.get("labels") or {}), "app.kubernetes.io/managed-by": "Helm"}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        "meta.helm.sh/release-name": release,
        "meta.helm.sh/release-namespace": namespace,
    }
    if item.namespace:
        metadata["namespace"] = item.namespace
    body = {**item.body, "metadata": metadata}
    return item.kind.normalise(body) if item.kind.normalise else body
