# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations of an Application: starting one, knowing it for ours, and ending one.

An operation is a plain field, without the guards that Argo CD's API server has: one that is written over while it runs
is lost, and neither sync options nor retries are taken from the spec. So both are done here.
"""

from __future__ import annotations

import uuid

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status

_ATTEMPTS = 5
_TERMINATING = 30.0  # seconds that a terminated operation may take to end


class Busy(MeshError):
    """Another operation is under way."""


def of_spec(spec: dict, sync: dict) -> dict:
    """``operation`` with the spec's own sync options and retries, as a sync by the API server would have them."""
    policy = spec.get("syncPolicy") or {}
    operation = {"initiatedBy": {"username": "meshops.lifecycle"}, "info": [_new_id()]}
    if policy.get("retry"):
        operation["retry"] = policy["retry"]
    if policy.get("syncOptions"):
        sync = {"syncOptions": policy["syncOptions"], **sync}
    return {**operation, "sync": {"syncStrategy": {"hook": {}}, **sync}}


def _new_id() -> dict:
    return {"name": status.RUN, "value": uuid.uuid4().hex}


def again(operation: dict) -> dict:
    """The same operation under a new id."""
    others = [item for item in operation["info"] if item["name"] != status.RUN]
    return {**operation, "info": [_new_id(), *others]}


def start(watched: Watched, operation: dict) -> str:
    """Start an operation; returns its id. Raises Busy while another one runs, MeshError when the Application is going.

    The previous outcome is cleared in the same write: until Argo CD 3.5.1 its list of resources leaked into the next
    sync, which then was a partial one.
    """
    for _attempt in range(_ATTEMPTS):
        live = watched.live
        if live["metadata"].get("deletionTimestamp"):
            raise MeshError(f"{watched.label} is being deleted, so it cannot be synced.")
        if status.running(live):
            raise Busy(f"{watched.label}: another operation is running. Wait for its end, or terminate it first.")
        body: dict = {
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
            return status.run_id(operation) or ""
        if watched.read() is None:
            raise MeshError(f"{watched.label} was deleted by somebody.")
    raise MeshError(f"{watched.label} was changed by others at each attempt to start an operation. Try again.")


def restart(watched: Watched) -> None:
    """Sync once more what automated sync has given up on, just as it would."""
    live = watched.live
    spec, compared = live["spec"], (live.get("status") or {}).get("sync") or {}
    sync: dict = {"prune": bool(((spec.get("syncPolicy") or {}).get("automated") or {}).get("prune"))}
    if compared.get("revisions"):
        sync.update(revisions=compared["revisions"], sources=spec.get("sources"))
    else:
        sync.update(revision=compared.get("revision"), source=(compared.get("comparedTo") or {}).get("source"))
    start(watched, of_spec(spec, {key: value for key, value in sync.items() if value}))


def terminate(watched: Watched, deadline: Deadline) -> bool:
    """End what runs, and wait for its end; False when nothing ran. Raises MeshError when it does not end in time.

    The phase is tested in the write itself, so that an operation that ends meanwhile is left alone. One that was only
    asked for is taken back.
    """
    if not status.running(watched.live):
        return False
    end = deadline.within(_TERMINATING)
    while status.running(watched.live):
        _end(watched)
        if not status.running(watched.live):
            break
        if end.is_over:
            raise MeshError(
                f"{watched.label}: its operation was terminated and does not end. See whether Argo CD's application "
                "controller runs, and its log."
            )
        if not watched.next(end.left):
            break
    return True


def _end(watched: Watched) -> None:
    state = status.operation_state(watched.live)
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
