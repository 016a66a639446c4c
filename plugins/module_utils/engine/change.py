# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened to one object, and an answer of the API server about it in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, findings
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

CREATED, UPDATED, DELETED, UNCHANGED = "created", "changed", "deleted", "unchanged"


@dataclass
class Change:
    """What happened, or in check mode would happen, to one object.

    ``before`` and ``after`` are whole live objects or None; ``unjudged`` is why the server could not judge it, where it
    could not, without a full stop; ``taken_from`` are the field managers (kubectl's, say) whose fields became ours,
    ``removed_from`` those whose undeclared fields were taken out; ``held_by`` is the operation for whose sake the
    object was left as it is; ``foreign`` are undeclared fields of others that stay, see undeclared.kept;
    ``last_applied`` is what owners.last_applied says of ``before``.
    """

    kind: Kind
    namespace: str | None
    name: str
    action: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    unjudged: str = ""
    warnings: list[str] = field(default_factory=list)
    taken_from: list[str] = field(default_factory=list)
    removed_from: list[str] = field(default_factory=list)
    held_by: str = ""
    foreign: list[str] = field(default_factory=list)
    last_applied: str = ""

    @property
    def changed(self) -> bool:
        return self.action != UNCHANGED

    @property
    def validated(self) -> bool:
        """Whether the server has judged it."""
        return not self.unjudged

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)

    def row(self) -> dict[str, Any]:
        """The object's line in a result's ``resources``."""
        place: dict[str, Any] = {"kind": self.kind.kind, "namespace": self.namespace, "name": self.name}
        row = {**place, "action": self.action, **({"held_by": self.held_by} if self.held_by else {})}
        if self._restarts():
            row["restarts"] = True
        if self.foreign:
            row["foreign_fields"] = self.foreign
        return {**row, "taken_over_from": self.taken_from} if self.taken_from else row

    def _restarts(self) -> bool:
        """Whether pods are replaced; not known of what the server could not judge."""
        if not (self.kind.restarts and self.before and self.after) or self.unjudged or self.action != UPDATED:
            return False
        return self.kind.restarts(self.before, self.after)

    def diff(self) -> dict[str, Any]:
        """Before and after, as Ansible shows them; of some kinds an object that comes or goes whole is one line."""
        if self.kind.brief and not (self.before and self.after):
            before, after = (self.kind.brief(side) if side else None for side in (self.before, self.after))
            return {"before": before, "after": after, "before_header": self.label, "after_header": self.label}
        shown: dict[str, Any] = diff.difference(self.before, self.after, self.kind.secret_fields, self.kind.open_keys)
        if self.last_applied:
            shown["before_header"] += f" ({self.last_applied})"
        if self.removed_from:
            shown["before_header"] += f" (with undeclared fields of {', '.join(self.removed_from)})"
        return shown


def explained(error: MeshError, kind: Kind, namespace: str | None, name: str) -> MeshError:
    """An error of the API server as an answer about this object."""
    label = kind.label(namespace, name)
    if not isinstance(error, ApiError):
        return MeshError(f"{label}: {error.message}", **error.details)
    if error.status == 409 and error.causes:
        return owners.conflict(error, label)
    if error.status == 404 and namespace and f'namespaces "{namespace}" not found' in error.text:
        return MeshError(f"{label}: namespace {namespace} does not exist. Create it first.")
    if error.status == 409 and "the UID in the precondition" in error.text:
        return MeshError(f"{label} was deleted and made anew by somebody in this very moment. Run the task again.")
    if error.status == 422 and error.causes:
        return MeshError(sentence(f"{label}: {'; '.join(findings(error))}"), **error.as_sent)
    return MeshError(f"{label}: {error.message}", **error.as_sent)


def is_deleting(live: dict[str, Any]) -> bool:
    return bool(live["metadata"].get("deletionTimestamp"))


def held_by(live: dict[str, Any]) -> str:
    """What keeps an object that is being deleted: finalizers, and what a namespace's conditions say of its content."""
    names = [*(live["metadata"].get("finalizers") or [])]
    if live.get("kind") == "Namespace":
        conditions = (live.get("status") or {}).get("conditions") or []
        held = [condition for condition in conditions if condition.get("status") == "True"]
        names += [str(condition["message"]) for condition in held if condition.get("message")]
    return "; ".join(names) if any(" " in name for name in names) else ", ".join(names)


def being_deleted(kind: Kind, live: dict[str, Any]) -> str:
    """Why nothing can be applied to an object that is being deleted."""
    metadata = live["metadata"]
    held = held_by(live) or "no finalizer"
    return (
        f"{kind.label(metadata.get('namespace'), metadata['name'])} is being deleted since "
        f"{metadata['deletionTimestamp']} and held by {held}. Wait until it is gone, or see why that does not end."
    )
