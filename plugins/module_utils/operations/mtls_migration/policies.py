# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing and putting back PeerAuthentications: only spec.mtls changes, and what was there is noted on the object."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.peerauthentication import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import (
    BEFORE,
    LABEL,
)

Document = dict[str, Any]
MANAGER = owners.MTLS
_ATTEMPTS = 5
_CHANGED = (
    ("spec", "selector"),
    ("spec", "mtls"),
    ("spec", "portLevelMtls"),
    ("metadata", "annotations"),
    ("metadata", "labels"),
)


def ours(resources: Resources) -> list[Document]:
    """The policies that a migration has written. Raises ApiError."""
    return resources.list(KIND, None, LABEL)


def is_created(policy: Document) -> bool:
    """Whether a migration has created it."""
    return (policy["metadata"].get("annotations") or {}).get(BEFORE) == "{}"


def strict(policy: Document) -> Document:
    """A live policy as it is with mTLS required, with a note of what it was."""
    metadata, spec = policy["metadata"], policy.get("spec") or {}
    annotations = metadata.get("annotations") or {}
    note = annotations.get(BEFORE) or json.dumps({"mtls": spec.get("mtls")})
    marked = {
        **metadata,
        "annotations": {**annotations, BEFORE: note},
        "labels": {**(metadata.get("labels") or {}), LABEL: "true"},
    }
    return {**policy, "metadata": marked, "spec": {**spec, "mtls": {"mode": mtls.STRICT}}}


def restored(policy: Document) -> Document | None:
    """A live policy as it was before; None for one that was created, or that cannot be read."""
    metadata, spec = policy["metadata"], dict(policy.get("spec") or {})
    annotations, labels = dict(metadata.get("annotations") or {}), dict(metadata.get("labels") or {})
    try:
        before = json.loads(annotations.pop(BEFORE, "{}"))
    except ValueError:
        before = {}
    labels.pop(LABEL, None)
    if not before:
        return None
    if mtls.mode_of(spec) == mtls.STRICT:  # else somebody has changed it since, and that stays
        spec.pop("mtls", None)
        spec |= {"mtls": before["mtls"]} if before.get("mtls") is not None else {}
    kept = {key: value for key, value in metadata.items() if key not in ("annotations", "labels")}
    marks = {**({"annotations": annotations} if annotations else {}), **({"labels": labels} if labels else {})}
    return {**policy, "metadata": {**kept, **marks}, "spec": spec}


def is_as_declared(live: Document, document: Document) -> bool:
    """Whether a policy that a migration has created needs no change; what others have noted on it does not count."""
    return not _difference(live, _declared(live, document))


def _declared(live: Document, document: Document) -> Document:
    """A live policy with the spec and the notes of a document."""
    metadata = live["metadata"]
    notes = {**(metadata.get("annotations") or {}), **(document["metadata"].get("annotations") or {})}
    return {**live, "metadata": {**metadata, "annotations": notes}, "spec": document["spec"]}


def create(resources: Resources, document: Document, dry_run: bool = False) -> Change | None:
    """Create it, or bring what an earlier run has created to it; None for no change. Raises MeshError."""
    namespace, name = mtls.namespace_of(document), document["metadata"]["name"]
    try:
        live = resources.get(KIND, namespace, name)
        if live is not None:
            if live["metadata"].get("labels", {}).get(LABEL):
                return _replace(resources, live, lambda there: _declared(there, document), dry_run)
            raise MeshError(f"{KIND.label(namespace, name)} is there already, and not by a migration. Rename it.")
        after = resources.create(KIND, namespace, document, dry_run=dry_run, manager=MANAGER)
    except ApiError as error:
        raise explained(error, KIND, namespace, name) from None
    return Change(KIND, namespace, name, CREATED, None, after)


def make_strict(resources: Resources, live: Document, dry_run: bool = False) -> Change | None:
    """Require mTLS by a policy that exists; None where it does so already. Raises MeshError."""
    return _replace(resources, live, strict, dry_run)


def put_back(resources: Resources, live: Document, dry_run: bool = False) -> Change | None:
    """Bring a policy that a migration has written to what it was. Raises MeshError."""
    namespace, name = mtls.namespace_of(live), live["metadata"]["name"]
    if restored(live) is not None:
        return _replace(resources, live, restored, dry_run)
    try:
        gone = resources.delete(KIND, namespace, name, dry_run=dry_run, preconditions={"uid": live["metadata"]["uid"]})
    except ApiError as error:
        raise explained(error, KIND, namespace, name) from None
    return Change(KIND, namespace, name, DELETED, live, None) if gone else None


def _replace(resources: Resources, live: Document, edit: Any, dry_run: bool) -> Change | None:
    namespace, name = mtls.namespace_of(live), live["metadata"]["name"]
    for attempt in range(_ATTEMPTS):
        wanted = edit(live)
        patch = [{"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}]
        patch += _difference(live, wanted)
        if len(patch) == 1:
            return None
        try:
            after = resources.patch(KIND, namespace, name, patch, patch_type="json", dry_run=dry_run, manager=MANAGER)
            return Change(KIND, namespace, name, UPDATED, live, after)
        except ApiError as error:
            again = resources.get(KIND, namespace, name) if error.status in (409, 422) else None
            if again is None or attempt == _ATTEMPTS - 1:
                raise explained(error, KIND, namespace, name) from None
            live = again
    return None


def _difference(live: Document, wanted: Document) -> list[Document]:
    """The JSON patch of what a migration may change."""
    operations: list[Document] = []
    if "spec" not in live:
        operations.append({"op": "add", "path": "/spec", "value": {}})
    for above, key in _CHANGED:
        before, after = (live.get(above) or {}).get(key), (wanted.get(above) or {}).get(key)
        if before != after:
            path = f"/{above}/{key}"
            operations.append(
                {"op": "remove", "path": path} if after is None else {"op": "add", "path": path, "value": after}
            )
    return operations
