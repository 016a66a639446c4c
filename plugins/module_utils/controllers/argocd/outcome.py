# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has become of an operation that we started: its end, what it brought about, what it did to each resource."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import culprits, operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.status import Verdict


class Ours:
    """Our operation among those of others: known by its id, and remembered when the next one takes its place."""

    def __init__(self, run_id: str):
        self.id = run_id
        self.state: dict | None = None

    def judge(self, live: dict) -> Verdict:
        """Ready when our operation has succeeded."""
        current = (live.get("status") or {}).get("operationState") or {}
        if live["metadata"].get("deletionTimestamp"):
            return Verdict("failed", "it is being deleted")
        if operation.run_id(current.get("operation")) == self.id:
            self.state = current
        elif operation.run_id(live.get("operation")) == self.id:
            return Verdict("waiting", "our sync is about to start")
        elif not self.state or self.state.get("phase") in ("Running", "Terminating"):
            return Verdict("failed", f"our sync was superseded by another operation{_by(live)}")
        if self.state["phase"] in ("Running", "Terminating"):
            return status.progress(live, self.state)
        if self.state["phase"] == "Succeeded":
            return status.READY_VERDICT
        return Verdict("failed", status.failed(self.state))


def _by(live: dict) -> str:
    state = (live.get("status") or {}).get("operationState") or {}
    started = (live.get("operation") or state.get("operation") or {}).get("initiatedBy") or {}
    who = "automated sync" if started.get("automated") else started.get("username")
    return f", started by {who}" if who else ""


def settled(live: dict, ours: dict | None, synced: bool, health: tuple[str, ...]) -> Verdict:
    """How things stand after our operation ``ours``.

    ``synced``: whether they have to be Synced, which they are not after a rollback or a sync to another revision than
    the spec names; that one may even be broken.
    """
    said = status.comparison(live)
    if said and (synced or not live.get("status")):
        return said
    if operation.running(live):
        return Verdict("waiting", f"another operation is under way, {status.synced_so_far(live)}")
    sync = live["status"].get("sync") or {}
    if synced and sync.get("status") == "OutOfSync":
        return _still_out_of_sync(live, ours)
    if synced and sync.get("status") != "Synced":
        return Verdict("waiting", f"its sync state is {sync.get('status') or 'not known yet'}")
    return status.health(live, health)


def _still_out_of_sync(live: dict, ours: dict | None) -> Verdict:
    differing = [r for r in live["status"].get("resources") or [] if r.get("status") != "Synced"]
    done = status.revisions_of((ours or {}).get("syncResult") or {})
    now = status.revisions_of(live["status"].get("sync") or {})
    if ours and done != now:
        newer = f"revision {now} has come after {done} was synced"
        if spec_module.is_automated(live["spec"]):
            return Verdict("waiting", newer)
        return Verdict("doubtful", f"{newer}. Sync again")
    if differing and all(r.get("requiresPruning") for r in differing):
        return Verdict("doubtful", f"the source no longer has {status.listed(differing)}; prune: true deletes that")
    return Verdict(
        "doubtful",
        f"{status.listed(differing) or 'it'} still differ after the sync. A controller or a webhook may change them; "
        f"name such fields in ignore_differences{status.shared(live)}",
    )


def partly_settled(resources, live: dict, chosen: list[dict]) -> Verdict:
    """The same for chosen resources alone."""
    said = status.comparison(live)
    if said:
        return said
    places = [status.key(r) for r in chosen]
    ours = [r for r in live["status"].get("resources") or [] if status.key(r) in places]
    differing = [r for r in ours if r.get("status") != "Synced"]
    if differing:
        return Verdict("doubtful", f"{status.listed(differing)} still differ after the sync")
    unhealthy = culprits.find(resources, {**live, "status": {**live["status"], "resources": ours}})
    if unhealthy:
        return Verdict("waiting", f"{len(ours)} resources are Synced{culprits.sentence(unhealthy)}")
    return status.READY_VERDICT


def rows(state: dict | None) -> list[dict]:
    """What an operation did to each resource, as the rows of a result; hooks are told apart by ``hook``."""
    made = []
    for r in ((state or {}).get("syncResult") or {}).get("resources") or []:
        row = {
            "kind": r.get("kind"),
            "namespace": r.get("namespace") or None,
            "name": r.get("name"),
            "action": _action(r),
            "message": r.get("message", ""),
        }
        made.append({**row, "hook": r["hookType"]} if r.get("hookType") else row)
    return made


def _action(resource: dict) -> str:
    """created, changed, unchanged, deleted or failed, by what Argo CD and kubectl's code say of it."""
    message = (resource.get("message") or "").removesuffix(" (dry run)")
    if resource.get("status") == "SyncFailed" or resource.get("hookPhase") in ("Failed", "Error"):
        return "failed"
    if resource.get("status") == "Pruned":
        return "deleted"
    if resource.get("status") == "PruneSkipped" or message.endswith("unchanged"):
        return "unchanged"
    return "created" if message.endswith("created") or resource.get("hookType") else "changed"


def predicted(live: dict, wanted: dict) -> list[dict]:
    """In check mode: the resources that differ now."""
    chosen = [status.key(r) for r in wanted.get("resources") or []]
    found = []
    for r in (live.get("status") or {}).get("resources") or []:
        if r.get("status") == "Synced" or (chosen and status.key(r) not in chosen):
            continue
        prunes = r.get("requiresPruning")
        action = ("deleted" if wanted.get("prune") else "unchanged") if prunes else "changed"
        found.append(
            {"kind": r.get("kind"), "namespace": r.get("namespace") or None, "name": r.get("name"), "action": action}
        )
    return found
