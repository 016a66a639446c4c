# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as JSON, to be read, kept and applied later.

It holds no secrets: it is a file that people send each other. What it withholds cannot be applied from it, and such a
plan says so before anything is written. The rest can, because the live objects that it was made from are in it.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.masking import LAST_APPLIED
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Document, Plan, PlannedChange, Step
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

FORMAT = 1
_DOCUMENTS = ("desired", "before", "after", "first")


def to_dict(plan: Plan) -> dict[str, Any]:
    """The plan as what json.dumps takes, with the values of secrets masked."""
    return {
        "format": FORMAT,
        "manager": plan.manager,
        "force": plan.force,
        "foreign_fields": plan.foreign_fields,
        "steps": [[_to_dict(planned) for planned in step] for step in plan.steps],
        "prunes": [[_to_dict(planned) for planned in step] for step in plan.prunes],
    }


def from_dict(stored: dict[str, Any]) -> Plan:
    """The plan that ``to_dict`` gave. Raises MeshError for what is none, or one of another release's form."""
    if stored.get("format") != FORMAT:
        raise MeshError(f"This is no plan of format {FORMAT} but of {stored.get('format')!r}. Make it again.")
    try:
        steps, prunes = _steps(stored["steps"]), _steps(stored["prunes"])
        return Plan(stored["manager"], stored["force"], steps, prunes, stored["foreign_fields"])
    except (KeyError, TypeError) as error:
        raise MeshError(f"The stored plan is not whole: {type(error).__name__}: {error}. Make it again.") from None


def _steps(stored: list[list[dict[str, Any]]]) -> tuple[Step, ...]:
    return tuple(tuple(map(_from_dict, step)) for step in stored)


def _to_dict(planned: PlannedChange) -> dict[str, Any]:
    kind = planned.kind
    documents = {name: getattr(planned, name) for name in _DOCUMENTS}
    shown = {name: _shown(kind, document) for name, document in documents.items()}
    return {
        "kind": {
            "group": kind.group,
            "kind": kind.kind,
            "plural": kind.plural,
            "versions": list(kind.versions),
            "namespaced": kind.namespaced,
        },
        "namespace": planned.namespace,
        "name": planned.name,
        "action": planned.action,
        **shown,
        "unjudged": planned.unjudged,
        "warnings": list(planned.warnings),
        "taken_from": list(planned.taken_from),
        "removed_from": list(planned.removed_from),
        "held_by": planned.held_by,
        "foreign": list(planned.foreign),
        "withheld": planned.withheld or any(shown[name] != _plain(documents[name]) for name in _DOCUMENTS),
    }


def _from_dict(stored: dict[str, Any]) -> PlannedChange:
    described = stored["kind"]
    kind = KINDS.get((described["group"], described["kind"])) or Kind(
        described["group"],
        described["kind"],
        described["plural"],
        tuple(described["versions"]),
        described["namespaced"],
    )
    return PlannedChange(
        kind,
        stored["namespace"],
        stored["name"],
        stored["action"],
        **{name: stored[name] for name in _DOCUMENTS},
        unjudged=stored["unjudged"],
        warnings=tuple(stored["warnings"]),
        taken_from=tuple(stored["taken_from"]),
        removed_from=tuple(stored["removed_from"]),
        held_by=stored["held_by"],
        foreign=tuple(stored.get("foreign", ())),
        withheld=stored["withheld"],
    )


def _plain(document: Document | None) -> Document | None:
    """Without kubectl's copy of the object, which nothing needs and which may hold its secrets."""
    annotations = ((document or {}).get("metadata") or {}).get("annotations") or {}
    if document is None or LAST_APPLIED not in annotations:
        return document
    rest = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
    return {**document, "metadata": {**document["metadata"], "annotations": rest}}


def _shown(kind: Kind, document: Document | None) -> Document | None:
    plain = _plain(document)
    if plain is None:
        return None
    shown = diff.masked(plain, kind.secret_fields, kind.open_keys)
    managed = plain["metadata"].get("managedFields")
    if managed is None:
        return shown
    return {**shown, "metadata": {**shown["metadata"], "managedFields": managed}}
