# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations of an Application: starting one, knowing it for ours, and ending one.

An operation is a plain field, without the guards that Argo CD's API server has: one that is written over while it runs
is lost, and neither sync options nor retries are taken from the spec. So both are done here.
"""

from __future__ import annotations

import time
import uuid

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import Watched

RUN = "meshops.lifecycle/run"  # the name of the info item that carries our id
_ATTEMPTS = 5
_TERMINATING = 30.0  # seconds that a terminated operation may take to end


class Busy(MeshError):
    """Another operation is under way."""


def running(live: dict) -> bool:
    """Whether an operation was asked for, runs, or waits for its next attempt."""
    state = (live.get("status") or {}).get("operationState") or {}
    return bool(live.get("operation")) or state.get("phase") in ("Running", "Terminating")


def run_id(operation: dict | None) -> str | None:
    """The id that :func:`start` gave an operation, or None for anybody else's."""
    for item in (operation or {}).get("info") or []:
        if item.get("name") == RUN:
            return item.get("value")
    return None


def of_spec(spec: dict, sync: dict) -> dict:
    """``operation`` with the spec's own sync options and retries, as a sync by the API server would have them."""
    policy = spec.get("syncPolicy") or {}
    made = {"initiatedBy": {"username": "meshops.lifecycle"}, "info": [{"name": RUN, "value": uuid.uuid4().hex}]}
    if policy.get("retry"):
        made["retry"] = policy["retry"]
    if policy.get("syncOptions"):
        sync = {"syncOptions": policy["syncOptions"], **sync}
    made["sync"] = {"syncStrategy": {"hook": {}}, **sync}
    return made


def again(operation: dict) -> dict:
    """The same operation under a new id."""
    others = [item for item in operation["info"] if item["name"] != RUN]
    return {**operation, "info": [{"name": RUN, "value": uuid.uuid4().hex}, *others]}


def start(watched: Watched, operation: dict) -> str:
    """Start an operation; returns its id. Raises Busy while another one runs, MeshError when the Application is going.

    The previous outcome is cleared in the same write: until Argo CD 3.5.1 its list of resources leaked into the next
    sync, which then was a partial one.
    """
    for _attempt in range(_ATTEMPTS):
        live = watched.live
        if live["metadata"].get("deletionTimestamp"):
            raise MeshError(f"{watched.label} is being deleted; nothing can be synced any more.")
        if running(live):
            raise Busy(f"{watched.label}: another operation is under way. Wait for its end, or terminate it first.")
        body = {
            "metadata": {"resourceVersion": live["metadata"]["resourceVersion"]},
            "operation": operation,
            "status": {"operationState": None},
        }
        try:
            watched.patch(body)
        except ApiError as error:
            if error.status != 409:
                raise
        else:
            return run_id(operation)
        if watched.read() is None:
            raise MeshError(f"{watched.label} was deleted by somebody.")
    raise MeshError(f"{watched.label} is changed by others so often that no operation could be started. Try again.")


def restart(watched: Watched) -> None:
    """Sync once more what automated sync has given up on, just as it would."""
    live = watched.live
    spec, sync = live["spec"], (live.get("status") or {}).get("sync") or {}
    made = {"prune": bool(((spec.get("syncPolicy") or {}).get("automated") or {}).get("prune"))}
    if sync.get("revisions"):
        made.update(revisions=sync["revisions"], sources=spec.get("sources"))
    else:
        made.update(revision=sync.get("revision"), source=(sync.get("comparedTo") or {}).get("source"))
    start(watched, of_spec(spec, {key: value for key, value in made.items() if value}))


def terminate(watched: Watched, deadline: float) -> bool:
    """End what runs, and wait for its end; False when nothing ran. Raises MeshError when it does not end in time.

    The phase is tested in the write itself, so that an operation that ends meanwhile is left alone. One that was only
    asked for is taken back.
    """
    if not running(watched.live):
        return False
    deadline = min(deadline, time.monotonic() + _TERMINATING)
    while running(watched.live):
        _end(watched)
        if not running(watched.live):
            break
        left = deadline - time.monotonic()
        if left <= 0:
            raise MeshError(
                f"{watched.label}: its operation was terminated and does not end. Argo CD's application controller may "
                "not run; see its log."
            )
        if not watched.next(left):
            break
    return True


def _end(watched: Watched) -> None:
    state = (watched.live.get("status") or {}).get("operationState") or {}
    if state.get("phase") == "Terminating" and watched.live.get("operation"):
        return
    if watched.live.get("operation") and state.get("phase") == "Running":
        steps = [
            {"op": "test", "path": "/status/operationState/phase", "value": "Running"},
            {"op": "replace", "path": "/status/operationState/phase", "value": "Terminating"},
        ]
    elif watched.live.get("operation"):
        version = watched.live["metadata"]["resourceVersion"]
        steps = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": version},
            {"op": "remove", "path": "/operation"},
        ]
    else:
        # Running without an operation: the controller never acts on it again (argo-cd#17155), so it is closed here.
        phase = state["phase"]
        steps = [
            {"op": "test", "path": "/status/operationState/phase", "value": phase},
            {"op": "replace", "path": "/status/operationState/phase", "value": "Failed"},
            {"op": "add", "path": "/status/operationState/message", "value": "Operation terminated"},
        ]
    try:
        watched.patch(steps, "json")
    except ApiError as error:
        if error.status not in (409, 422):
            raise
        watched.read()
