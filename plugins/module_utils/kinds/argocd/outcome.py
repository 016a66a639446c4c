# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has become of an operation that we started: its end, its effect, and what it did to each resource.

Everything here is a function of one live object, and of what was seen of the operation before.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import verdict as verdicts
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    doubtful,
    failed,
    waiting,
)


def latest(live: dict, run_id: str, before: dict | None) -> dict | None:
    """The state of the operation with this id: as ``live`` has it, or as it was seen ``before``.

    The next operation, automated sync's for one, takes its place.
    """
    current = status.operation_state(live)
    return current if status.run_id(current.get("operation")) == run_id else before


def ended(live: dict, run_id: str, state: dict | None) -> Verdict:
    """Ready when the operation with this id has succeeded. ``state``: what :func:`latest` gives, with this ``live``."""
    if live["metadata"].get("deletionTimestamp"):
        return failed(Reason.DELETED, "it is being deleted")
    if status.run_id(status.operation_state(live).get("operation")) != run_id:
        if status.run_id(live.get("operation")) == run_id:
            return waiting(Reason.OPERATION_PENDING, "the task's sync is about to start")
        if not state or state.get("phase") in ("Running", "Terminating"):
            return failed(Reason.SUPERSEDED, f"the task's sync was superseded by another operation{_initiator(live)}")
    state = state or status.operation_state(live)
    if state["phase"] in ("Running", "Terminating"):
        return status.progress(live, state)
    if state["phase"] == "Succeeded":
        return verdicts.READY
    return failed(Reason.OPERATION_FAILED, status.failure(state))


def _initiator(live: dict) -> str:
    operation = live.get("operation") or status.operation_state(live).get("operation") or {}
    initiated_by = operation.get("initiatedBy") or {}
    who = "automated sync" if initiated_by.get("automated") else initiated_by.get("username")
    return f", started by {who}" if who else ""


def unoccupied(live: dict) -> Verdict:
    """Ready when no operation runs."""
    if status.running(live):
        return waiting(Reason.OTHER_OPERATION, f"another operation is running, {status.synced_so_far(live)}")
    return verdicts.READY


def compared(live: dict) -> Verdict:
    """Ready once the controller has compared the present spec without an error."""
    return status.comparison(live) or verdicts.READY


def settled(live: dict, ours: dict | None, synced: bool, health: tuple[str, ...]) -> Verdict:
    """How things stand after our operation, whose state is ``ours``.

    ``synced``: whether they have to be Synced, which they are not after a rollback or a sync to another revision than
    the spec names; that one may even be broken.
    """
    verdict = status.comparison(live)
    if verdict and (synced or not live.get("status")):
        return verdict
    verdict = unoccupied(live)
    if verdict.state != "ready":
        return verdict
    sync = live["status"].get("sync") or {}
    if synced and sync.get("status") == "OutOfSync":
        return _still_out_of_sync(live, ours)
    if synced and sync.get("status") != "Synced":
        return waiting(Reason.SYNC_UNKNOWN, f"its sync state is {sync.get('status') or 'not known yet'}")
    return status.health(live, health)


def _still_out_of_sync(live: dict, ours: dict | None) -> Verdict:
    differing = status.different(live)
    done = status.revisions_of((ours or {}).get("syncResult") or {})
    now = status.revisions_of(live["status"].get("sync") or {})
    if ours and done != now:
        newer = f"revision {now} is newer than the synced revision {done}"
        if spec_module.is_automated(live["spec"]):
            return waiting(Reason.NEWER_REVISION, newer)
        return doubtful(Reason.NEWER_REVISION, f"{newer}. Sync again")
    if differing and all(r.get("requiresPruning") for r in differing):
        return doubtful(
            Reason.PRUNING_NEEDED, f"the source no longer has {status.listed(differing)}; prune: true deletes that"
        )
    return doubtful(
        Reason.STILL_DIFFERENT,
        f"{status.listed(differing) or 'it'} still differ after the sync. A controller or a webhook may change them; "
        f"name such fields in ignore_differences{status.shared(live)}",
    )


def part(live: dict, chosen: list[dict]) -> list[dict]:
    """The resources of the Application that were chosen for a sync."""
    keys = [status.key(r) for r in chosen]
    return [r for r in status.resources(live) if status.key(r) in keys]


def part_synced(live: dict, chosen: list[dict]) -> Verdict:
    """Ready when the chosen resources are Synced."""
    verdict = status.comparison(live)
    if verdict:
        return verdict
    differing = [r for r in part(live, chosen) if r.get("status") != "Synced"]
    if differing:
        return doubtful(Reason.STILL_DIFFERENT, f"{status.listed(differing)} still differ after the sync")
    return verdicts.READY


def rows(state: dict | None) -> list[dict]:
    """What an operation did to each resource, as the rows of a result; hooks have a ``hook``."""
    resources = ((state or {}).get("syncResult") or {}).get("resources") or []
    return [_row(r) for r in resources]


def _row(resource: dict) -> dict:
    row = {
        "kind": resource.get("kind"),
        "namespace": resource.get("namespace") or None,
        "name": resource.get("name"),
        "action": _action(resource),
        "message": resource.get("message", ""),
    }
    return {**row, "hook": resource["hookType"]} if resource.get("hookType") else row


def _action(resource: dict) -> str:
    """created, changed, unchanged, deleted or failed, by what Argo CD and kubectl's code report of it."""
    message = (resource.get("message") or "").removesuffix(" (dry run)")
    if resource.get("status") == "SyncFailed" or resource.get("hookPhase") in ("Failed", "Error"):
        return "failed"
    if resource.get("status") == "Pruned":
        return "deleted"
    if resource.get("status") == "PruneSkipped" or message.endswith("unchanged"):
        return "unchanged"
    return "created" if message.endswith("created") or resource.get("hookType") else "changed"


def predicted(live: dict, sync: dict) -> list[dict]:
    """In check mode: the resources that differ now; ``sync``: the ``operation.sync`` that would be started."""
    chosen = part(live, sync["resources"]) if sync.get("resources") else status.resources(live)
    rows = []
    for r in chosen:
        if r.get("status") == "Synced":
            continue
        action = "changed"
        if r.get("requiresPruning"):
            action = "deleted" if sync.get("prune") else "unchanged"
        rows.append(
            {"kind": r.get("kind"), "namespace": r.get("namespace") or None, "name": r.get("name"), "action": action}
        )
    return rows
