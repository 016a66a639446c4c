# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every object of a definition rewritten in its storage version, so that the versions before it can go.

The API server stores an object in the version that was the storage version when it was last written, and lists in
``status.storedVersions`` which those may be. It refuses to drop a version that is in the list. Nobody else rewrites the
objects, and nobody else trims the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD

Document = dict[str, Any]

MANAGER = "meshops.lifecycle.storage"
_ATTEMPTS = 4  # how often a definition that somebody else writes meanwhile is read again
_NAMED = 5  # refused objects that a message names


@dataclass
class Migration:
    """One definition. ``objects``: how many there are, ``rewritten``: how many this run has sent."""

    live: Document
    objects: int = 0
    rewritten: int = 0
    refused: list[str] = field(default_factory=list)
    after: Document | None = None

    @property
    def name(self) -> str:
        return str(self.live["metadata"]["name"])

    @property
    def storage(self) -> str:
        return storage_of(self.live)

    @property
    def stored(self) -> list[str]:
        return list((self.live.get("status") or {}).get("storedVersions") or [])

    @property
    def is_due(self) -> bool:
        return self.stored != [self.storage]

    def row(self) -> Document:
        """The definition's line in the result's ``crds``."""
        return {
            "name": self.name,
            "storage": self.storage,
            "stored_before": self.stored,
            "objects": self.objects,
            "rewritten": self.rewritten,
        }

    def change(self) -> Change:
        """The definition as a result shows it."""
        action = UPDATED if self.after else UNCHANGED
        return Change(CRD, None, self.name, action, self.live, self.after or self.live)


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of crd_storage_migration. Raises MeshError."""
    migrations = [Migration(live) for live in _definitions(task)]
    for migration in migrations:
        if migration.is_due:
            try:
                _migrate(task, migration)
            except MeshError as error:
                raise _stopped(error, migrations) from None
    changes = [migration.change() for migration in migrations]
    return results.of_objects(task, changes, crds=[migration.row() for migration in migrations])


def storage_of(definition: Document) -> str:
    """The version in which objects are stored from now on."""
    return next(str(version["name"]) for version in definition["spec"]["versions"] if version.get("storage"))


def _definitions(task: Task) -> list[Document]:
    """The definitions that the options name, by their names. Raises MeshError for one that is not there."""
    names, groups = task.params["names"] or [], task.params["groups"] or []
    definitions: dict[str, Document] = {}
    for name in names:
        live = task.resources.get(CRD, None, name)
        if live is None:
            raise MeshError(f"CustomResourceDefinition {name} does not exist. Nothing was rewritten.")
        definitions[name] = live
    if groups:
        empty = set(groups)
        for live in task.resources.list(CRD):
            group = live["spec"]["group"]
            known = [suffix for suffix in groups if group == suffix or group.endswith(f".{suffix}")]
            if known:
                definitions[live["metadata"]["name"]] = live
                empty -= {*known}
        if empty:
            task.warn(f"groups: there is no CustomResourceDefinition of {', '.join(sorted(empty))}.")
    return [definitions[name] for name in sorted(definitions)]


def _migrate(task: Task, migration: Migration) -> None:
    """Rewrite all objects of a definition, then trim its list. Raises MeshError."""
    spec = migration.live["spec"]
    kind = Kind(
        spec["group"],
        spec["names"]["kind"],
        spec["names"]["plural"],
        (migration.storage,),
        namespaced=spec["scope"] == "Namespaced",
    )
    try:
        for items, beyond in task.resources.pages(kind, None):
            migration.objects += len(items)
            if not task.check:
                parallel(lambda item: _rewrite(task, kind, item, migration), items)
                if beyond:
                    task.progress(f"{migration.name}: {migration.objects} objects rewritten, {beyond} left")
    except ApiError as error:
        raise MeshError(f"{migration.name}: its objects cannot be read: {error.message}", **error.as_sent) from None
    if migration.refused:
        more = len(migration.refused) - _NAMED
        shown = "; ".join(sorted(migration.refused)[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
        raise MeshError(
            f"{migration.name}: {len(migration.refused)} of {migration.objects} objects cannot be rewritten, so "
            f"{', '.join(migration.stored)} stay in status.storedVersions: {shown}"
        )
    migration.after = _trimmed(task, migration)


def _rewrite(task: Task, kind: Kind, item: Document, migration: Migration) -> None:
    """Send an object as it is, at the version that was read. Who was faster has rewritten it; what is gone needs it
    not."""
    metadata = item["metadata"]
    body = {"metadata": {"resourceVersion": metadata["resourceVersion"]}}
    try:
        task.resources.patch(kind, metadata.get("namespace"), metadata["name"], body, manager=MANAGER)
        migration.rewritten += 1
    except ApiError as error:
        if error.status not in (404, 409):
            migration.refused.append(explained(error, kind, metadata.get("namespace"), metadata["name"]).message)


def _trimmed(task: Task, migration: Migration) -> Document:
    """The definition with its storage version alone in the list. Raises MeshError."""
    live, storage = migration.live, migration.storage
    for attempt in range(_ATTEMPTS):
        body = {
            "metadata": {"resourceVersion": live["metadata"]["resourceVersion"]},
            "status": {"storedVersions": [storage]},
        }
        try:
            answer: Document = task.resources.patch(
                CRD, None, migration.name, body, subresource="status", dry_run=task.check, manager=MANAGER
            )
            return answer
        except ApiError as error:
            if error.status != 409 or attempt == _ATTEMPTS - 1:
                raise explained(error, CRD, None, migration.name) from None
        live = task.resources.get(CRD, None, migration.name) or live
        if storage_of(live) != storage:
            raise MeshError(
                f"{migration.name}: its storage version has become {storage_of(live)} meanwhile. Run the task again."
            )
    raise AssertionError("unreachable: the last attempt returns or raises")


def _stopped(error: MeshError, migrations: list[Migration]) -> MeshError:
    """A failure with what was done before; another run does not write again what is stored as it is to be."""
    changes = [migration.change() for migration in migrations]
    done = any(migration.rewritten for migration in migrations)
    rows = [change.row() for change in changes if change.changed]
    return MeshError(
        error.message,
        **{
            **error.details,
            "changed": done,
            "resources": rows,
            "crds": [migration.row() for migration in migrations],
        },
    )
