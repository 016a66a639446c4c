# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking over what kubectl or kubernetes.core made.

Their fields are owned by "Update" managers. A server-side apply on top leaves such fields owned by both, and one that
is dropped later stays for ever (kubernetes#99003). So, as kubectl does for its own objects (kubernetes#112905), the
first apply of ours moves their ownership to our manager; fields that are then not declared go.
"""

from __future__ import annotations

import copy

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields

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
    """The managedFields entries that a first apply takes over; none once the manager has applied."""
    if fields.entry(live, manager):
        return []
    return [entry for entry in live["metadata"].get("managedFields") or [] if _adopted(entry)]


def _adopted(entry: dict) -> bool:
    return entry.get("manager") in _PEOPLE and not entry.get("subresource")


def migrate(resources, kind, live: dict, manager: str) -> None:
    """Move the ownership of all adopted entries to our manager. Raises ApiError when the object changed meanwhile."""
    taken = foreign(live, manager)
    kept = [entry for entry in live["metadata"].get("managedFields") or [] if entry not in taken]
    ours = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": taken[-1]["apiVersion"],
        "fieldsType": "FieldsV1",
        "time": taken[-1].get("time"),
        "fieldsV1": fields.union(*(entry.get("fieldsV1") or {} for entry in taken)),
    }
    metadata = live["metadata"]
    operations = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": [*kept, ours]},
    ]
    try:
        resources.patch(kind, metadata.get("namespace"), metadata["name"], operations, patch_type="json")
    except ApiError as error:
        if error.status == 422 and not error.causes:  # all that the server says when a "test" does not hold
            error.status = 409
        raise


def predict(resources, kind, desired: dict, live: dict, manager: str, force: bool) -> dict:
    """What migrating and applying would give: a dry run of the apply, less the fields that only adopted managers own.

    The server cannot dry-run two requests as one. Raises ApiError for a conflict with anybody else.
    """
    try:
        after = resources.apply(kind, desired, manager=manager, force=force, dry_run=True)
    except ApiError as error:
        if error.status != 409 or not error.causes:
            raise
        error.causes = [cause for cause in error.causes if not _names_adopted(cause)]
        if error.causes:
            raise
        after = resources.apply(kind, desired, manager=manager, force=True, dry_run=True)
    return less_dropped(after, live, manager)


def less_dropped(after: dict, live: dict, manager: str) -> dict:
    """``after`` without the fields that in ``live`` only adopted managers own and that nobody owns in ``after``."""
    own = fields.entry(after, manager) or {}
    stay = fields.union(
        own.get("fieldsV1") or {},
        *(entry.get("fieldsV1") or {} for entry in after["metadata"].get("managedFields") or [] if not _adopted(entry)),
    )
    dropped = fields.minus(fields.union(*(entry.get("fieldsV1") or {} for entry in foreign(live, manager))), stay)
    predicted = copy.deepcopy(after)
    fields.remove(predicted, dropped)
    return predicted


def _names_adopted(cause: dict) -> bool:
    return any(f'"{name}"' in (cause.get("message") or "") for name in _PEOPLE)
