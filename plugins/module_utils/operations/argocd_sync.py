# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What argocd_sync does: sync, refresh, roll back and terminate, and the wait for our very operation."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, without_secrets
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import culprits, operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.application import with_children
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.judging import AWAY
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import (
    WAS_AWAY,
    Wait,
    project_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait as engine_wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import outcome, status, windows
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import verdict as verdicts
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import Reason, Verdict, waiting


def run(task: Task) -> dict:
    """The ``run`` of argocd_sync. Raises MeshError."""
    resources = task.resources
    namespace, name = task.params["namespace"], task.params["name"]
    try:
        live = resources.get(KIND, namespace, name)
    except MeshError as error:
        raise explained(error, KIND, namespace, name) from None
    if live is None:
        raise MeshError(f"{KIND.label(namespace, name)} does not exist. Create it with argocd_application first.")
    deadline = Deadline(task.params["wait_timeout"])
    watched = Watched(resources, KIND, live)
    answer = _ACTIONS[task.params["action"]](task, watched, deadline)
    if task.params.get("wait_for") and answer["waited"]:
        kind = replace(KIND, ready=None)
        expression = task.params["wait_for"]
        answer["result"] = engine_wait.until_ready(task, resources, kind, watched.live, expression, deadline)
    return answer


def _answer(
    task: Task, watched: Watched, changed: bool, rows: list[dict], waited: bool, state: dict | None = None
) -> dict:
    return results.contract(
        changed=changed,
        resources=rows,
        validated=not task.check,
        waited=waited,
        result=watched.live,
        operation=_shown(state if state is not None else status.operation_state(watched.live)),
    )


def _shown(state: dict | None) -> dict:
    """An operation as the result has it."""
    if not state:
        return {}
    result = state.get("syncResult") or {}
    return {
        "id": status.run_id(state.get("operation")),
        "phase": state.get("phase"),
        "message": without_secrets(state.get("message", "")),
        "revisions": result.get("revisions") or ([result["revision"]] if result.get("revision") else []),
        "started_at": state.get("startedAt"),
        "finished_at": state.get("finishedAt"),
        "retries": state.get("retryCount", 0),
    }


def _refresh(task: Task, watched: Watched, deadline: Deadline) -> dict:
    """Have the controller compare again; nothing of that is a change."""
    if not task.check:
        wait = Wait(task, watched, outcome.compared)
        wait.refresh(task.params.get("refresh") or "normal")
        if task.params["wait"]:
            wait.until(deadline)
    return _answer(task, watched, False, [], bool(task.params["wait"] and not task.check))


def _terminate(task: Task, watched: Watched, deadline: Deadline) -> dict:
    if not status.running(watched.live):
        return _answer(task, watched, False, [], False)
    if task.check:
        return _answer(task, watched, True, [], False)
    operation.terminate(watched, deadline)
    return _answer(task, watched, True, outcome.rows(status.operation_state(watched.live)), True)


def _sync(task: Task, watched: Watched, deadline: Deadline) -> dict:
    wanted = _wanted_sync(task, watched.live)
    _guard(task, watched)
    _make_current(task, watched, _is_pinned(watched.live, wanted), deadline)
    _guard(task, watched)
    # Only now is it known what the source has.
    partial = [_resource(r, watched.live) for r in task.params.get("resources") or []]
    if partial:
        wanted["resources"] = partial
    if not task.params["always"] and not wanted.get("dryRun") and not _is_needed(watched.live, wanted):
        return _unneeded(task, watched, wanted, deadline)
    return _operate(task, watched, wanted, deadline)


def _wanted_sync(task: Task, live: dict) -> dict:
    """``operation.sync`` as the task states it. Raises MeshError for what does not fit the Application."""
    stated = task.params
    sync: dict = {"prune": bool(stated["prune"]), "dryRun": bool(stated["dry_run"])}
    several = bool(live["spec"].get("sources")) and not live["spec"].get("sourceHydrator")
    if stated.get("revision") and several:
        raise MeshError(f"{_label(live)} has several sources: give 'revisions', one for each, instead of 'revision'.")
    if stated.get("revisions"):
        if not several or len(stated["revisions"]) != len(live["spec"]["sources"]):
            count = len(live["spec"]["sources"]) if several else 1
            raise MeshError(f"{_label(live)} has {count} sources, and 'revisions' has {len(stated['revisions'])}.")
        sync["revisions"] = stated["revisions"]
    if stated.get("revision"):
        sync["revision"] = stated["revision"]
    force = {"force": True} if stated["force"] else {}
    sync["syncStrategy"] = {stated["strategy"]: force}
    if stated.get("sync_options") is not None:
        sync["syncOptions"] = stated["sync_options"]
    return {key: value for key, value in sync.items() if value not in (False, None)}


def _resource(wanted: dict, live: dict) -> dict:
    """A resource that the Application has; group and namespace are filled in from it. Raises MeshError."""
    matching = [
        r
        for r in status.resources(live)
        if all(wanted.get(field) in (None, r.get(field) or "") for field in ("group", "kind", "namespace", "name"))
    ]
    if not matching and status.resources(live):
        have = status.listed(status.resources(live), most=8)
        raise MeshError(f"{_label(live)} has no resource {status.label(wanted)}. It has {have}.")
    chosen = matching[0] if matching else wanted
    return {field: chosen[field] for field in ("group", "kind", "namespace", "name") if chosen.get(field)}


def _label(live: dict) -> str:
    return KIND.label(live["metadata"].get("namespace"), live["metadata"]["name"])


def _guard(task: Task, watched: Watched) -> None:
    """What Argo CD's API server would refuse, and the controller leaves hanging or undoes. Raises MeshError."""
    live, label = watched.live, watched.label
    if live["metadata"].get("deletionTimestamp"):
        raise MeshError(f"{label} is being deleted, so it cannot be synced.")
    if spec_module.is_automated(live["spec"]) and not task.params["dry_run"]:
        _guard_automated(task, live, label)
    closed = windows.forbids(project_of(watched), live, manual=True)
    if closed:
        raise MeshError(f"{label}: {closed}. Wait until they allow it, or set manual_sync: true on the window.")


def _guard_automated(task: Task, live: dict, label: str) -> None:
    if task.params["action"] == "rollback" and not task.params["disable_automated"]:
        raise MeshError(
            f"{label} is synced automatically, which would undo the rollback at once. Turn that off first, by "
            "argocd_application with sync_policy.automated.enabled: false, or by disable_automated: true here."
        )
    given = task.params.get("revisions") or [task.params.get("revision")]
    sources = live["spec"].get("sources") or [live["spec"].get("source") or {}]
    for revision, source in zip(given, sources, strict=False):
        target = source.get("targetRevision") or "HEAD"
        if revision and revision not in (target, *_compared_revisions(live)):
            raise MeshError(
                f"{label} is synced automatically to {target}, so a sync to {revision} would be undone at once. Set "
                "target_revision by argocd_application instead, or turn automated sync off."
            )


def _compared_revisions(live: dict) -> list[str]:
    sync = (live.get("status") or {}).get("sync") or {}
    return sync.get("revisions") or [sync.get("revision")]


def _is_pinned(live: dict, wanted: dict) -> bool:
    """Whether a sync is to another revision than the spec names, so that it will not be Synced with that."""
    stated = wanted.get("revisions") or [wanted.get("revision")]
    targets = [s.get("targetRevision") for s in live["spec"].get("sources") or [live["spec"].get("source") or {}]]
    return any(stated) and stated != targets and stated != _compared_revisions(live)


def _make_current(task: Task, watched: Watched, pinned: bool, deadline: Deadline) -> None:
    """End or await what runs, and have the controller compare what is there now.

    Where another revision than the spec's is ``pinned``, that one may well be broken.
    """
    if task.check:
        return
    _make_room(task, watched, deadline)
    wait = Wait(task, watched, outcome.unoccupied if pinned else _idle)
    wait.refresh(task.params.get("refresh") or "normal")
    wait.until(deadline)


def _make_room(task: Task, watched: Watched, deadline: Deadline) -> None:
    if not status.running(watched.live):
        return
    if task.params["when_running"] == "fail":
        state = status.operation_state(watched.live)
        raise MeshError(
            f"{watched.label}: another operation is running: {status.synced_so_far(watched.live)}"
            f"{', ' + state['message'] if state.get('message') else ''}. Set when_running to wait or terminate."
        )
    if task.params["when_running"] == "terminate":
        operation.terminate(watched, deadline)


def _idle(live: dict) -> Verdict:
    """Ready once the present spec was compared and nothing runs any more."""
    return status.comparison(live) or outcome.unoccupied(live)


def _is_needed(live: dict, wanted: dict) -> bool:
    """Whether a sync would have anything to do, as far as the comparison shows."""
    sync, state = (live.get("status") or {}).get("sync") or {}, status.operation_state(live)
    if wanted.get("resources"):
        return any(r.get("status") != "Synced" for r in outcome.part(live, wanted["resources"]))
    if _is_pinned(live, wanted):
        stated = wanted.get("revisions") or [wanted.get("revision")]
        result = state.get("syncResult") or {}
        done = result.get("revisions") or [result.get("revision")]
        return done != stated or state.get("phase") != "Succeeded"
    if sync.get("status") != "Synced":
        return True
    return bool(state) and state.get("phase") != "Succeeded" and status.is_of_this(live)


def _unneeded(task: Task, watched: Watched, wanted: dict, deadline: Deadline) -> dict:
    """Nothing has to be synced; what is left is to wait for the health."""
    waited = bool(task.params["wait"]) and not task.check
    if waited and not wanted.get("resources"):
        synced = not _is_pinned(watched.live, wanted)
        Wait(task, watched, lambda live: outcome.settled(live, None, synced, _health(task))).until(deadline)
        with_children(task, watched, _health(task), deadline)
    return _answer(task, watched, False, [], waited)


def _operate(task: Task, watched: Watched, wanted: dict, deadline: Deadline) -> dict:
    """Start our operation, wait for its end, and then for what it has brought about."""
    dry = bool(wanted.get("dryRun"))
    if task.check:
        return _answer(task, watched, not dry, outcome.predicted(watched.live, wanted), False)
    requested = operation.of_spec(watched.live["spec"], wanted)
    if task.params.get("retry"):
        requested["retry"] = params.api_names(task.params["retry"], task.options["retry"]["options"])
    requested["info"] += [
        {"name": str(key), "value": str(value)} for key, value in (task.params.get("info") or {}).items()
    ]
    pinned = task.params["action"] == "rollback" or _is_pinned(watched.live, wanted)
    ours = _Ours(_start(task, watched, requested, deadline))
    if not task.params["wait"]:
        return _answer(task, watched, not dry, [], False, {"operation": requested, "phase": "Running"})
    try:
        _until_ended(task, watched, requested, ours, deadline)
        if not dry:
            _until_settled(task, watched, ours, wanted.get("resources"), pinned, deadline)
            if not wanted.get("resources"):
                with_children(task, watched, _health(task), deadline)
    except MeshError as error:
        error.details.update(changed=not dry, operation=_shown(ours.state), resources=outcome.rows(ours.state))
        raise
    return _answer(task, watched, not dry, outcome.rows(ours.state), True, ours.state)


class _Ours:
    """Our operation among those of others. ``state``: as it was last seen; the next operation takes its place."""

    def __init__(self, run_id: str):
        self.id = run_id
        self.state: dict | None = None

    def judge(self, live: dict) -> Verdict:
        """Ready when it has succeeded."""
        self.state = outcome.latest(live, self.id, self.state)
        return outcome.ended(live, self.id, self.state)


def _start(task: Task, watched: Watched, requested: dict, deadline: Deadline) -> str:
    """Start an operation; somebody else may have been faster, and is waited for. Returns its id."""
    while True:
        try:
            return operation.start(watched, requested)
        except operation.Busy:
            if task.params["when_running"] == "fail" or deadline.is_over:
                raise
        _make_room(task, watched, deadline)
        Wait(task, watched, outcome.unoccupied).until(deadline)


def _until_ended(task: Task, watched: Watched, requested: dict, ours: _Ours, deadline: Deadline) -> None:
    """Until our operation has succeeded. One that ended because a part of Argo CD was away is run again."""
    while True:
        try:
            Wait(task, watched, ours.judge).until(deadline)
        except MeshError:
            if not status.is_passing_end(ours.state) or deadline.left <= AWAY:
                raise
        else:
            return
        task.warn(WAS_AWAY.format(watched.label))
        deadline.sleep(AWAY)
        watched.read()
        ours.id, ours.state = _start(task, watched, operation.again(requested), deadline), None


def _until_settled(task: Task, watched: Watched, ours: _Ours, partial, pinned: bool, deadline: Deadline) -> None:
    """Until the controller has compared after our operation has ended, and it is Synced and healthy enough."""

    def judge(live: dict) -> Verdict:
        if partial:
            return _part_settled(watched.resources, live, partial)
        return outcome.settled(live, ours.state, not pinned, _health(task))

    wait = Wait(task, watched, judge)
    if status.reconciled_at(watched.live) <= ((ours.state or {}).get("finishedAt") or ""):
        wait.refresh()
    wait.until(deadline)


def _part_settled(resources: Resources, live: dict, chosen: list[dict]) -> Verdict:
    """The same for chosen resources alone, whose health is looked up."""
    verdict = outcome.part_synced(live, chosen)
    if verdict.state != "ready":
        return verdict
    part = outcome.part(live, chosen)
    unhealthy = culprits.find(resources, {**live, "status": {**live["status"], "resources": part}})
    if unhealthy:
        return waiting(Reason.PART_UNHEALTHY, f"{len(part)} resources are Synced{culprits.sentence(unhealthy)}")
    return verdicts.READY


def _health(task: Task) -> tuple[str, ...]:
    return tuple(task.params.get("wait_health") or status.HEALTHY)


def _rollback(task: Task, watched: Watched, deadline: Deadline) -> dict:
    _guard(task, watched)
    entry = _deployment(task, watched.live)
    wanted: dict = {"prune": bool(task.params["prune"]), "dryRun": bool(task.params["dry_run"])}
    fields = ("revisions", "sources") if entry.get("sources") else ("revision", "source")
    wanted.update({field: entry.get(field) for field in fields}, syncStrategy={task.params["strategy"]: {}})
    if task.params.get("sync_options") is not None:
        wanted["syncOptions"] = task.params["sync_options"]
    wanted = {key: value for key, value in wanted.items() if value not in (False, None)}
    if not task.params["always"] and not wanted.get("dryRun") and _is_at(watched.live, entry):
        return _answer(task, watched, False, [], False)
    if not task.check:
        if task.params["disable_automated"] and spec_module.is_automated(watched.live["spec"]):
            watched.patch({"spec": {"syncPolicy": {"automated": {"enabled": False}}}})
        _make_current(task, watched, True, deadline)
    return _operate(task, watched, wanted, deadline)


def _deployment(task: Task, live: dict) -> dict:
    """The entry of the history to go back to: the one of that id, or the last one that differs. Raises MeshError."""
    history = (live.get("status") or {}).get("history") or []
    known = ", ".join(f"{h.get('id')} ({status.revisions_of(h)})" for h in history[-10:]) or "none"
    number = task.params.get("history_id")
    if number is not None:
        matching = [h for h in history if h.get("id") == number]
        if not matching:
            raise MeshError(f"{_label(live)} has no deployment {number} in its history. It has: {known}.")
        return matching[0]
    if len(history) < 2:
        raise MeshError(f"{_label(live)} has no deployment to go back to. Its history has: {known}.")
    return history[-2]


def _is_at(live: dict, entry: dict) -> bool:
    """Whether the last successful operation was to this very deployment."""
    state = status.operation_state(live)
    result = state.get("syncResult") or {}
    if state.get("phase") != "Succeeded" or status.running(live):
        return False
    if entry.get("sources"):
        same = spec_module.same_sources(result.get("sources"), entry["sources"])
        return same and result.get("revisions") == entry.get("revisions")
    return spec_module.same_source(result.get("source"), entry.get("source")) and (
        result.get("revision") == entry.get("revision")
    )


_ACTIONS = {"sync": _sync, "refresh": _refresh, "rollback": _rollback, "terminate": _terminate}
