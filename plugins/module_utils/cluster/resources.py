# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects on an API server: get, list, apply, patch, delete, watch, by kind."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import APPLY, Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

PAGE = 500  # objects a request; 500 VirtualServices with managed fields are about 1 MB
_Objects = list[dict]  # within the class, ``list`` is its method
_PATCH_TYPES = {"merge": "application/merge-patch+json", "json": "application/json-patch+json"}


class Resources:
    """What can be done with objects. Every method raises ApiError, and NotInstalled where the kind is not served."""

    def __init__(self, session: Session):
        self.session = session

    def get(self, kind: Kind, namespace: str | None, name: str) -> dict | None:
        """The live object, or None when there is none."""
        try:
            return self._versioned(kind, lambda version: self._request("GET", kind, version, namespace, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(
        self,
        kind: Kind,
        namespace: str | None = None,
        label_selector: str | None = None,
        field_selector: str | None = None,
    ) -> _Objects:
        """All objects of the kind in a namespace, or in all, page by page; each with its apiVersion and kind."""
        pages = self.pages(kind, namespace, label_selector, field_selector)
        return [item for items, _rest in pages for item in items]

    def pages(
        self,
        kind: Kind,
        namespace: str | None,
        label_selector: str | None = None,
        field_selector: str | None = None,
    ) -> Iterator[tuple[_Objects, int]]:
        """The objects of :meth:`list` in pages, each with how many are still to come; 0 where nobody knows."""
        query = {"limit": str(PAGE)}
        if label_selector:
            query["labelSelector"] = label_selector
        if field_selector:
            query["fieldSelector"] = field_selector
        while True:
            page = self._page(kind, namespace, query)
            items, metadata = page.get("items") or [], page.get("metadata") or {}
            for item in items:
                item.setdefault("apiVersion", page.get("apiVersion"))
                item.setdefault("kind", kind.kind)
            yield items, metadata.get("remainingItemCount") or 0
            following = metadata.get("continue")
            if not following:
                return
            query = {**query, "continue": following}

    def _page(self, kind: Kind, namespace: str | None, query: dict) -> dict:
        return self._versioned(kind, lambda version: self._request("GET", kind, version, namespace, query=query))

    def apply(self, kind: Kind, desired: dict, *, manager: str, force: bool = False, dry_run: bool = False) -> dict:
        """Server-side apply, strictly validated; returns the object as the server has (or would have) it."""
        query = {"fieldManager": manager, "fieldValidation": "Strict"}
        if force:
            query["force"] = "true"
        if dry_run:
            query["dryRun"] = "All"
        metadata = desired["metadata"]

        def send(version: str) -> dict:
            body = {**desired, "apiVersion": f"{kind.group}/{version}" if kind.group else version}
            return self._request(
                "PATCH", kind, version, metadata.get("namespace"), metadata["name"], query, body, APPLY
            )

        return self._versioned(kind, send)

    def patch(
        self, kind, namespace, name, body, *, patch_type="merge", dry_run=False, subresource="", manager=""
    ) -> dict:
        """A merge patch (``body`` a dict) or a JSON patch (``body`` a list of operations), in the name of a manager."""
        query = {**({"dryRun": "All"} if dry_run else {}), **({"fieldManager": manager} if manager else {})}
        content = _PATCH_TYPES[patch_type]
        return self._versioned(
            kind,
            lambda version: self._request("PATCH", kind, version, namespace, name, query, body, content, subresource),
        )

    def create(self, kind: Kind, namespace: str | None, body: dict, *, dry_run=False, manager="") -> dict:
        """POST an object, in the name of a manager."""
        query = {**({"dryRun": "All"} if dry_run else {}), **({"fieldManager": manager} if manager else {})}
        return self._versioned(kind, lambda version: self._request("POST", kind, version, namespace, None, query, body))

    def replace(self, kind: Kind, body: dict, *, manager: str = "") -> dict:
        """PUT a whole object; its ``metadata.resourceVersion`` says which state it replaces, else the answer is 409."""
        query = {"fieldManager": manager} if manager else None
        metadata = body["metadata"]

        def send(version: str) -> dict:
            return self._request("PUT", kind, version, metadata.get("namespace"), metadata["name"], query, body)

        return self._versioned(kind, send)

    def delete(self, kind, namespace, name, *, propagation="Background", dry_run=False, preconditions=None) -> bool:
        """DELETE; False when the object was not there. ``preconditions``: {uid, resourceVersion}."""
        body: dict = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if preconditions:
            body["preconditions"] = preconditions
        query = None
        if dry_run:
            body["dryRun"] = ["All"]  # where there is a body, the server does not look at the query
            query = {"dryRun": "All"}
        try:
            self._versioned(kind, lambda version: self._request("DELETE", kind, version, namespace, name, query, body))
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    def watch_object(self, kind, namespace, name, timeout, resource_version=None) -> Iterator[dict]:
        """Events of one object for at most ``timeout`` seconds."""
        yield from self.watch(kind, namespace, timeout, resource_version, f"metadata.name={name}")

    def watch(self, kind, namespace, timeout, resource_version=None, field_selector="") -> Iterator[dict]:
        """Events of all objects; without a ``resource_version`` every object comes first, as it is, as ADDED."""
        query = {"fieldSelector": field_selector} if field_selector else {}
        if resource_version:
            query["resourceVersion"] = resource_version
        yield from self.session.watch(path(kind, self.version(kind), namespace), query, timeout)

    def version(self, kind: Kind) -> str:
        """The version of the kind that this session uses; learnt by a request, else the preferred one."""
        return self.session.cache.get(_version_key(kind), kind.versions[0])

    def served_kind(self, api_version: str, name: str) -> Kind:
        """A Kind for any ``apiVersion`` and ``kind``, from the API server's discovery. Raises NotInstalled."""
        cached = self.session.cache.get(("kind", api_version, name))
        if cached:
            return cached
        group, _slash, version = api_version.rpartition("/")
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        try:
            served = self.session.request("GET", root)
        except ApiError as error:
            if error.status != 404:
                raise
            served = {}
        for entry in served.get("resources") or []:
            if "/" not in entry["name"]:  # else a sub-resource
                kind = Kind(group, entry["kind"], entry["name"], (version,), namespaced=entry["namespaced"])
                self.session.cache[("kind", api_version, entry["kind"])] = kind
        known = self.session.cache.get(("kind", api_version, name))
        if not known:
            kinds = {entry["kind"] for entry in served.get("resources") or [] if "/" not in entry["name"]}
            near = difflib.get_close_matches(name, sorted(kinds), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "Check apiVersion and kind, or install it."
            raise NotInstalled(f"The cluster serves no {name} of {api_version}. {hint}")
        return known

    def _request(
        self, verb, kind, version, namespace, name=None, query=None, body=None, content_type=None, subresource=""
    ) -> dict:
        where = path(kind, version, namespace, name)
        if subresource:
            where += f"/{quote(subresource, safe='')}"
        return self.session.request(verb, where, query, body, content_type or "application/json")

    def _versioned(self, kind: Kind, send: Callable[[str], dict]) -> dict:
        """Send with the version in use; when the cluster does not serve it, learn which it does, once."""
        key = _version_key(kind)
        known = self.session.cache.get(key)
        try:
            answer = send(known or kind.versions[0])
        except ApiError as error:
            if not _not_served(error):
                if error.status == 404:
                    self.session.cache[key] = known or kind.versions[0]
                raise
        else:
            self.session.cache[key] = known or kind.versions[0]
            return answer
        self.session.cache.pop(key, None)  # a session outlives the definition of a kind
        version = self._learn(kind, known or kind.versions[0])
        self.session.cache[key] = version
        return send(version)

    def _learn(self, kind: Kind, unserved: str) -> str:
        """Ask which version is served beside one that is not; Istio before 1.22 has no v1, say."""
        for version in kind.versions:
            if version == unserved:
                continue
            root = f"/apis/{kind.group}/{version}" if kind.group else f"/api/{version}"
            try:
                served = self.session.request("GET", root)
            except ApiError as error:
                if error.status != 404:
                    raise
                continue
            if any(entry.get("name") == kind.plural for entry in served.get("resources") or []):
                return version
        remedy = (
            f"The role meshops.lifecycle.{kind.installed_by} installs it." if kind.installed_by else "Install it first."
        )
        raise NotInstalled(f"The cluster does not serve {kind.kind} ({kind.plural}.{kind.group}). {remedy}")


def _version_key(kind: Kind) -> tuple:
    """Two objects of a kind may be declared in two of its versions."""
    return "version", kind.group, kind.plural, kind.versions


def _not_served(error: ApiError) -> bool:
    """A 404 about the path, not about an object: the text differs between aggregated, custom and built-in APIs."""
    return error.status == 404 and (
        "page not found" in error.text or "could not find the requested resource" in error.text
    )


def path(kind: Kind, version: str, namespace: str | None = None, name: str | None = None) -> str:
    """The path of a kind, of a namespace's objects of it, or of one object.

    Raises MeshError for a name that is none: with ``..`` or without a name it would be the path of something else.
    """
    if name is not None and not _is_segment(name):
        raise MeshError(f"{kind.label(namespace, name)}: {name!r} is not a valid name in Kubernetes.")
    if namespace and not _is_segment(namespace):
        raise MeshError(f"{namespace!r} is not a valid name of a namespace.")
    parts = [f"/apis/{kind.group}/{version}" if kind.group else f"/api/{version}"]
    if namespace and kind.namespaced:
        parts.append(f"namespaces/{namespace}")
    parts.append(kind.plural)
    if name:
        parts.append(name)
    return quote("/".join(parts), safe="/:~")


def _is_segment(name: str) -> bool:
    """Whether a name is possible in a path (apimachinery, IsValidPathSegmentName); none of any kind has spaces."""
    return bool(name) and name not in (".", "..") and not re.search(r"[/%\x00-\x20]", name)
