# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a release's manifest, each with its kind and namespace, and reading them from the cluster."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import YAML_LOADER, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources, path
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import cache
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item, kinds_of_crds
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import KINDS as BUILTIN
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import (
    MANAGED_BY,
    RELEASE_NAME,
    RELEASE_NAMESPACE,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_CRD = "CustomResourceDefinition"
_DOCUMENT = re.compile(r"(?m)^(?=---(?:\s|$))")
_DEFINITION = re.compile(rf"(?m)^kind: {_CRD}[ \t]*$")
_MADE_BY_HELM = f"{MANAGED_BY}=Helm"
# Groups whose types the API server knows as Go types, to which strategic merge patches apply.
_BUILTIN_GROUPS = {kind.group for kind in BUILTIN} | {
    "storage.k8s.io",
    "node.k8s.io",
    "certificates.k8s.io",
    "events.k8s.io",
}


@dataclass
class Object(Item):
    """One object of a manifest. ``served`` is False for a kind that the cluster does not serve."""

    served: bool = True

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
        stated = [document for document in _parsed(text) if isinstance(document, dict)]
    except yaml.YAMLError as error:
        raise MeshError(f"The release's manifest is not YAML: {str(error).splitlines()[0]}.") from None
    flat = []
    for document in stated:
        flat += document.get("items") or [] if str(document.get("kind", "")).endswith("List") else [document]
    return [document for document in flat if document.get("kind") and (document.get("metadata") or {}).get("name")]


def _parsed(text: str) -> list:
    """The documents of a manifest. Definitions, which are nearly all of it where there are some, come from the cache of
    documents; nothing else of a release is kept there, as it may hold secrets."""
    parts = [(part, bool(_DEFINITION.search(part))) for part in _DOCUMENT.split(text)]
    definitions = "".join(part for part, defines in parts if defines)
    content = definitions.encode("utf-8", "surrogatepass")
    known = cache.load(content)
    if known is None:
        known = list(yaml.load_all(definitions, Loader=YAML_LOADER))
        if all(isinstance(document, dict) and document.get("kind") == _CRD for document in known):
            cache.keep(content, known)
    if len(known) != sum(defines for _part, defines in parts):
        return list(yaml.load_all(text, Loader=YAML_LOADER))
    remaining = iter(known)
    stated: list = []
    for part, defines in parts:
        stated += [next(remaining)] if defines else yaml.load_all(part, Loader=YAML_LOADER)
    return stated


def objects(resources: Resources, text: str, namespace: str) -> list[Object]:
    """The objects of a manifest of a release in ``namespace``, in the manifest's order."""
    stated = documents(text)
    defined = kinds_of_crds(stated)
    return [_object(resources, document, namespace, defined) for document in stated]


def _object(resources: Resources, document: dict, namespace: str, defined: dict) -> Object:
    kind, served = _kind(resources, str(document.get("apiVersion") or ""), document["kind"], defined)
    metadata = {**document["metadata"], "name": str(document["metadata"]["name"])}
    where = metadata.pop("namespace", None) or namespace
    if kind.namespaced:
        metadata["namespace"] = where
    return Object(kind, {**document, "metadata": metadata}, "the chart", served)


def _kind(resources: Resources, api_version: str, name: str, defined: dict) -> tuple[Kind, bool]:
    """The kind in exactly the version that the manifest states, and whether it is served."""
    group, _slash, version = api_version.rpartition("/")
    known = KINDS.get((group, name))
    if known:
        return dataclasses.replace(known, versions=(version,)), True
    try:
        return resources.served_kind(api_version, name), True
    except NotInstalled:
        kind = defined.get((group, name)) or Kind(group, name, f"{name.lower()}s", (version,))
        return dataclasses.replace(kind, versions=(version,)), False


def read(resources: Resources, items: list[Object]) -> dict[tuple, dict | None]:
    """The live object of each by its key, None for those that are not there. Raises ApiError."""
    return live.read(resources, items, selector=_MADE_BY_HELM)


def owned(item: Object, release: str, namespace: str) -> dict:
    """The object's body as helm sends it: with its namespace and the marks of the release (helm's validate.go)."""
    metadata = {**item.desired["metadata"]}
    metadata["labels"] = {**(metadata.get("labels") or {}), MANAGED_BY: "Helm"}
    metadata["annotations"] = {
        **(metadata.get("annotations") or {}),
        RELEASE_NAME: release,
        RELEASE_NAMESPACE: namespace,
    }
    body = {**item.desired, "metadata": metadata}
    return item.kind.normalise(body) if item.kind.normalise else body
