# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of objects that is known to the cluster, so that what leaves the set can leave the cluster.

The convention is Kubernetes' own (KEP-3659, "ApplySet"): a parent object carries the set's id and the kinds and
namespaces that its members may be in; each member carries a label with the id. Other tools that know the convention
see whose the members are.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP, NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import PART_OF
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

TOOL = "meshops.lifecycle/v0.1.0"
ID = "applyset.kubernetes.io/id"
TOOLING = "applyset.kubernetes.io/tooling"
GROUP_KINDS = "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"


class ApplySet:
    """The set ``name``; its parent is a ConfigMap in ``namespace``."""

    def __init__(self, resources: Resources, name: str, namespace: str, manager: str):
        self.resources = resources
        self.name, self.namespace, self.manager = name, namespace, manager
        digest = hashlib.sha256(f"{name}.{namespace}.ConfigMap.".encode()).digest()
        self.id = f"applyset-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}-v1"
        self.parent = resources.get(CONFIGMAP, namespace, name)
        self._check_parent()

    def _check_parent(self) -> None:
        if self.parent is None:
            return
        metadata = self.parent["metadata"]
        tool = (metadata.get("annotations") or {}).get(TOOLING, "")
        if (metadata.get("labels") or {}).get(ID) != self.id or not tool.startswith(TOOL.partition("/")[0] + "/"):
            raise MeshError(
                f"ConfigMap {self.namespace}/{self.name} is there and is not the parent of a set of ours"
                f"{f' but of {tool}' if tool else ''}. Choose another name for the set."
            )

    def mark(self, items: list[Item]) -> None:
        """Give each declared object the label of the set."""
        for item in items:
            metadata = item.desired["metadata"]
            metadata["labels"] = {**(metadata.get("labels") or {}), PART_OF: self.id}

    def refuse_parent(self, items: list[Item]) -> None:
        """Raises MeshError for a member that is the set's own parent."""
        if any(item.key == ("", "ConfigMap", self.namespace, self.name) for item in items):
            raise MeshError(
                f"ConfigMap {self.namespace}/{self.name} is the parent of the set {self.name}, and so cannot be one of "
                "its objects. Choose another name for the set, or for the ConfigMap."
            )

    def members(self, declared: Sequence[Item] = ()) -> list[Item]:
        """The live objects that carry the set's label, where the parent says that they may be.

        Where there is no parent (it was deleted, or an earlier release wrote none for a set of namespaces), namespaces
        and objects of the kinds in ``declared`` are looked for.
        """
        if self.parent is None:
            kinds = {(item.kind.group, item.kind.kind): item.kind for item in declared}
            kinds.setdefault((NAMESPACE.group, NAMESPACE.kind), NAMESPACE)
            with_label = parallel(lambda kind: self._if_allowed(kind, {self.namespace}), kinds.values())
            return [item for items in with_label for item in items]
        annotations = self.parent["metadata"].get("annotations") or {}
        known = [self._kind(text) for text in annotations.get(GROUP_KINDS, "").split(",") if text]
        namespaces = {self.namespace, *filter(None, annotations.get(NAMESPACES, "").split(","))}
        members = parallel(lambda kind: self._of_kind(kind, namespaces), [kind for kind in known if kind])
        return [item for items in members for item in items]

    def _kind(self, text: str) -> Kind | None:
        """A Kind from ``Kind.group``; None when the cluster no longer serves it, and so has none of it."""
        name, _dot, group = text.partition(".")
        known = KINDS.get((group, name))
        if known:
            return known
        try:
            served = self.resources.session.request("GET", f"/apis/{group}")
            return self.resources.served_kind(served["preferredVersion"]["groupVersion"], name)
        except (ApiError, NotInstalled) as error:
            if isinstance(error, ApiError) and error.status != 404:
                raise
            return None

    def _if_allowed(self, kind: Kind, namespaces: set[str]) -> list[Item]:
        try:
            return self._of_kind(kind, namespaces)
        except ApiError as error:
            if error.status != 403:
                raise
            return []

    def _of_kind(self, kind: Kind, namespaces: set[str]) -> list[Item]:
        selector = f"{PART_OF}={self.id}"
        try:
            live = self.resources.list(kind, None, selector)
        except NotInstalled:
            return []
        except ApiError as error:
            if error.status != 403 or not kind.namespaced:
                raise
            live = [item for namespace in sorted(namespaces) for item in self.resources.list(kind, namespace, selector)]
        return [Item(kind, item, "the cluster") for item in live]

    def record(self, items: list[Item], *, keep: bool) -> None:
        """Write the parent: the kinds and namespaces of ``items``, and with ``keep`` those it has, before a change.

        Nothing is written when it says so already. What another run of the set brings meanwhile must not be forgotten:
        kinds that still have members stay, and those of a parent that was written since we read it.
        """
        for last in (False, False, True):
            wanted = self._contents(items, keep)
            annotations = ((self.parent or {}).get("metadata") or {}).get("annotations") or {}
            if self.parent and all(annotations.get(key) == value for key, value in wanted.items()):
                return
            metadata = {"name": self.name, "namespace": self.namespace, "labels": {ID: self.id}, "annotations": wanted}
            if self.parent:
                metadata["resourceVersion"] = self.parent["metadata"]["resourceVersion"]
            document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
            try:
                self.parent = self.resources.apply(CONFIGMAP, document, manager=self.manager, force=True)
                return
            except ApiError as error:
                if error.status != 409 or last:
                    raise
            self.parent, keep = self.resources.get(CONFIGMAP, self.namespace, self.name), True

    def _contents(self, items: list[Item], keep: bool) -> dict[str, str]:
        """The annotations that say what the set may contain."""
        kinds = {f"{item.kind.kind}.{item.kind.group}".rstrip(".") for item in items}
        namespaces = {item.namespace for item in items if item.namespace} - {self.namespace}
        annotations = ((self.parent or {}).get("metadata") or {}).get("annotations") or {}
        known_kinds = set(filter(None, annotations.get(GROUP_KINDS, "").split(",")))
        known_namespaces = set(filter(None, annotations.get(NAMESPACES, "").split(",")))
        leaving = set() if keep else known_kinds - kinds
        if keep or any(
            self._of_kind(kind, {self.namespace, *known_namespaces}) for kind in map(self._kind, leaving) if kind
        ):
            kinds |= known_kinds
            namespaces |= known_namespaces
        return {TOOLING: TOOL, GROUP_KINDS: ",".join(sorted(kinds)), NAMESPACES: ",".join(sorted(namespaces))}

    def forget(self) -> None:
        """Delete the parent, when the set is gone."""
        if self.parent is None:
            return
        self.resources.delete(CONFIGMAP, self.namespace, self.name)
