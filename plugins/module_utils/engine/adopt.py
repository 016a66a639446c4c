# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying where one request is not enough: taking over what kubectl or kubernetes.core made, taking out what others
have added, and keeping ``{}``.

Their fields are owned by "Update" managers. A server-side apply on top leaves such fields owned by both, and one that
is dropped later stays for ever (kubernetes#99003). So, as kubectl does for its own objects (kubernetes#112905), the
first apply of ours moves their ownership to our manager; fields that are then not declared go.

When an apply takes away all that a mapping or a list has, the server makes null of it (structured-merge-diff,
typed/remove.go), where ``{}`` or ``[]`` may have been declared.

What others have added to a policy that is declared whole (undeclared.py) stays in a server-side apply, because it was
never ours. Of their managedFields entries no more than those fields is taken.

In all of these cases the object is computed here, from a dry run, and written by one JSON patch at the resourceVersion
that was read; a second says who owns it. So the run does what check mode says, and values change once: a Deployment is
rolled out once.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, fields, lay

_ATTEMPTS = 8  # how often what is written is read again, to say who owns it, while others write as well
# kubectl's managers by command, and the user agent of the kubernetes Python package, which kubernetes.core keeps.
_PEOPLE = frozenset(
    {
        "kubectl",
        "kubectl-client-side-apply",
        "kubectl-create",
        "kubectl-edit",
        "kubectl-patch",
        "kubectl-replace",
        "kubectl-label",
        "kubectl-annotate",
        "kubectl-set",
        "OpenAPI-Generator",
    }
)


def foreign(live: dict, manager: str) -> list[dict]:
    """The managedFields entries that an apply takes over: on the first those of people, later only what a write of ours
    left that was cut off between its two requests."""
    first = not fields.entry(live, manager)
    entries = live["metadata"].get("managedFields") or []
    return [entry for entry in entries if first and is_of_people(entry) or entry.get("manager") == _writer(manager)]


def _writer(manager: str) -> str:
    """The field manager of dry runs and of the first of two requests, after which nothing is its any more."""
    return f"{manager}.write"


def names(owners: list[dict], manager: str) -> list[str]:
    """Who was taken over from."""
    return sorted({entry["manager"] for entry in owners} - {_writer(manager)})


def is_of_people(entry: dict) -> bool:
    """Whether a managedFields entry is one of kubectl or kubernetes.core."""
    return entry.get("manager") in _PEOPLE and not entry.get("subresource")


@dataclass
class Preparation:
    """What has to be done before an apply.

    ``adopted``: the managedFields entries that are taken over; ``undeclared``: those with the fields that are to go,
    whoever owns them; ``emptied``: the paths, as fields.emptied has them, of what becomes ``{}`` or ``[]``.
    """

    adopted: list[dict]
    undeclared: list[dict]
    emptied: list[tuple[str, ...]]

    def __bool__(self) -> bool:
        return bool(self.owners or self.emptied)

    @property
    def owners(self) -> list[dict]:
        """The managedFields entries that what is theirs is taken from."""
        return [*self.adopted, *self.undeclared]


def preparation(desired: dict, live: dict, manager: str, undeclared: list[dict]) -> Preparation:
    """What an apply of ``desired`` needs before it; nothing for most.

    ``undeclared``: managedFields entries of others with the fields that are to go.
    """
    adopted = foreign(live, manager)
    owners = [*adopted, *undeclared]
    last, others = _last(live, manager, owners), _others(live, manager, owners)
    declared = {key: value for key, value in desired.items() if key != "metadata"}  # there null is as good as {}
    last = {key: below for key, below in last.items() if key != "f:metadata"}
    emptied = fields.emptied(last, _union(others, fields.shape(declared, last)), live, declared)
    return Preparation(adopted, undeclared, emptied)


def _last(live: dict, manager: str, owners: list[dict]) -> dict:
    """What the manager owns, with what it takes over: whatever of it is not declared goes."""
    own = fields.entry(live, manager)
    return fields.union(*(entry.get("fieldsV1") or {} for entry in [*owners, *([own] if own else [])]))


def _others(live: dict, manager: str, owners: list[dict]) -> list[dict]:
    """The managedFields entries of everybody else, less what is taken over from them."""
    taken: dict[tuple, dict] = {}
    for entry in owners:
        taken[_name(entry)] = fields.union(taken.get(_name(entry), {}), entry.get("fieldsV1") or {})
    kept = []
    for entry in live["metadata"].get("managedFields") or []:
        if _name(entry) in taken:
            rest = fields.minus(entry.get("fieldsV1") or {}, taken[_name(entry)])
            kept += [{**entry, "fieldsV1": rest}] if rest else []
        elif _name(entry) != (manager, "Apply", None):
            kept.append(entry)
    return kept


def _name(entry: dict) -> tuple:
    return entry.get("manager"), entry.get("operation"), entry.get("subresource") or None


def _union(entries: list[dict], *sets: dict) -> dict:
    return fields.union(*(entry.get("fieldsV1") or {} for entry in entries), *sets)


def _own(resources, kind, live: dict, manager: str, owners: list[dict], entry: dict) -> dict:
    ours = {**entry, "manager": manager, "operation": "Apply"}
    managed = [*_others(live, manager, owners), *([ours] if ours.get("fieldsV1") else [])]
    # To the server an empty list says nothing about owners, and a list of an empty entry that there is none.
    operations = [_same_version(live), {"op": "replace", "path": "/metadata/managedFields", "value": managed or [{}]}]
    return _patch(resources, kind, live, operations)


def own(resources, kind, live: dict, manager: str, owners: list[dict]) -> dict:
    """Make what ``owners``, managedFields entries of others, have the manager's, and change no value.

    What of it the next apply does not declare goes then. Returns the object. Raises ApiError, 409 when it changed
    meanwhile.
    """
    entry = fields.entry(live, manager) or {**owners[0], "fieldsV1": {}}
    return _own(resources, kind, live, manager, owners, {**entry, "fieldsV1": _last(live, manager, owners)})


def write(resources, kind, live: dict, manager: str, owners: list[dict], predicted: Prediction) -> dict:
    """Write what was predicted, then who owns it. Raises ApiError (409) when the object changed before the first."""
    operations = _differences(live, predicted.wanted)
    own = fields.entry(predicted.wanted, manager) or {}
    if not operations:
        return _own(resources, kind, live, manager, owners, own)
    written = latest = _patch(resources, kind, live, [_same_version(live), *operations], manager=_writer(manager))
    place = live["metadata"].get("namespace"), live["metadata"]["name"]
    for _attempt in range(_ATTEMPTS):
        try:
            latest = _own(resources, kind, latest, manager, foreign(latest, manager) + owners, own)
            break
        except ApiError as error:
            if error.status != 409:
                raise
        latest = resources.get(kind, *place) or latest
    # Not reached in so many attempts, the next run takes over what is still the writer's. What others have written
    # meanwhile is no change of ours.
    kept = {key: latest["metadata"][key] for key in ("managedFields", "resourceVersion") if key in latest["metadata"]}
    return {**written, "metadata": {**written["metadata"], **kept}}


def _same_version(live: dict) -> dict:
    return {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}


def _patch(resources, kind, live: dict, operations: list[dict], *, dry_run: bool = False, manager: str = "") -> dict:
    place = live["metadata"].get("namespace"), live["metadata"]["name"]
    try:
        return resources.patch(kind, *place, operations, patch_type="json", dry_run=dry_run, manager=manager)
    except ApiError as error:
        if error.status == 422 and not error.causes:  # all that the server says when a "test" does not hold
            error.status = 409
        raise


@dataclass
class Prediction:
    """``wanted``: the object as it is to be; ``after``: the same as the server fills it in."""

    wanted: dict
    after: dict


def predict(resources, kind, desired: dict, live: dict, manager: str, force: bool, before: Preparation) -> Prediction:
    """The object that several requests give.

    The server cannot dry-run two requests as one. So what is declared is laid on the object by a dry run of an apply by
    a manager that has nothing to lose, and what goes is taken out here; when something does, the server fills in and
    judges the rest by a second dry run. Raises ApiError for a conflict with anybody else.
    """
    merged = _merged(resources, kind, desired, live, manager, force)
    wanted = less_dropped(merged, desired, live, manager, before.owners)
    if diff.clean(wanted) == diff.clean(merged):
        return Prediction(wanted, wanted)
    operations = [_same_version(live), *_differences(live, wanted)]
    after = _patch(resources, kind, live, operations, dry_run=True, manager=_writer(manager))
    after["metadata"]["managedFields"] = wanted["metadata"]["managedFields"]
    return Prediction(wanted, after)


def predict_alone(resources, kind, desired: dict, live: dict, manager: str, before: Preparation) -> dict:
    """The object that several requests give, as far as it can be computed here, judged by a dry run.

    It is for what the server refuses to predict, because old and new are not valid side by side. Raises ApiError for
    what is wrong by itself.
    """
    last = _last(live, manager, before.owners)
    kept = _union(_others(live, manager, before.owners), fields.shape(desired, last), {"f:metadata": {}})
    base = copy.deepcopy(live)
    fields.prune(base, last, kept)
    wanted = lay.laid(desired, base, _union(live["metadata"].get("managedFields") or []))
    operations = [_same_version(live), *_differences(live, wanted)]
    after = _patch(resources, kind, live, operations, dry_run=True, manager=_writer(manager))
    entries = after["metadata"].get("managedFields") or []
    names = {_name(entry) for entry in before.adopted}
    others = [entry for entry in entries if _name(entry) not in names and entry.get("manager") != _writer(manager)]
    ours = {**before.owners[0], "manager": manager, "operation": "Apply"}
    own = fields.applied(fields.shape(desired, _union(entries, last)))
    ours["fieldsV1"] = {key: below for key, below in own.items() if below or key != "f:metadata"}
    after["metadata"]["managedFields"] = [*others, ours]
    return after


def _merged(resources, kind, desired: dict, live: dict, manager: str, force: bool) -> dict:
    """A dry run that takes nothing away; conflicts with those whose fields are ours, or will be, do not count."""
    no_conflict = {manager, _writer(manager)} if fields.entry(live, manager) else {*_PEOPLE, _writer(manager)}
    try:
        return resources.apply(kind, desired, manager=_writer(manager), force=force, dry_run=True)
    except ApiError as error:
        if error.status != 409 or not error.causes:
            raise
        error.causes = [
            cause
            for cause in error.causes
            if not any(f'"{name}"' in (cause.get("message") or "") for name in no_conflict)
        ]
        if error.causes:
            raise
        return resources.apply(kind, desired, manager=_writer(manager), force=True, dry_run=True)


def less_dropped(merged: dict, desired: dict, live: dict, manager: str, owners: list[dict]) -> dict:
    """``merged``, where the writer has applied ``desired`` on ``live``, without what the manager owned in ``live``, or
    takes over from ``owners``, and nobody owns any more; its managedFields as they are to be."""
    own = fields.entry(merged, _writer(manager)) or {}
    others = [entry for entry in _others(merged, manager, owners) if entry.get("manager") != _writer(manager)]
    last = _last(live, manager, owners)
    kept = _union(others, own.get("fieldsV1") or {}, fields.shape(desired, last), {"f:metadata": {}})
    wanted = copy.deepcopy(merged)
    fields.prune(wanted, last, kept)
    left = [fields.less_removed(entry.get("fieldsV1") or {}, merged, wanted) for entry in others]
    others = [{**entry, "fieldsV1": rest} for entry, rest in zip(others, left, strict=True) if rest]
    ours = [{**own, "manager": manager}] if own.get("fieldsV1") else []
    wanted["metadata"]["managedFields"] = [*others, *ours]
    return wanted


def _differences(live: dict, wanted: dict) -> list[dict]:
    """A JSON patch that makes the one of the other, status and the server's own metadata apart."""
    operations = []
    for key in sorted({*live, *wanted} - {"apiVersion", "kind", "metadata", "status"}):
        operations += _difference(f"/{key}", live.get(key, fields.ABSENT), wanted.get(key, fields.ABSENT))
    for key in ("labels", "annotations", "finalizers", "ownerReferences"):
        old, new = live["metadata"].get(key, fields.ABSENT), wanted["metadata"].get(key, fields.ABSENT)
        operations += _difference(f"/metadata/{key}", old, new)
    return operations


def _difference(path: str, old, new) -> list[dict]:
    if old == new:
        return []
    if new is fields.ABSENT:
        return [{"op": "remove", "path": path}]
    return [{"op": "add", "path": path, "value": new}]
