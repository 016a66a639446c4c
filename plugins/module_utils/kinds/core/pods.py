# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a pod runs, and why it or a claim does not or cannot be created: by conditions, containers and Events."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import condition

# States that every container passes through; they explain nothing where another cause is known.
_ON_THE_WAY = ("ContainerCreating", "PodInitializing")


def is_ready(live: dict) -> bool:
    """Whether a pod takes requests; one that is being deleted does not for long."""
    return condition(live, "Ready").get("status") == "True" and not live["metadata"].get("deletionTimestamp")


def pod_problem(live: dict) -> str:
    """Why a pod is not ready; empty when it is, or when nothing says why."""
    status = live.get("status") or {}
    scheduled = condition(live, "PodScheduled")
    if scheduled.get("status") == "False":
        return scheduled.get("message") or "it is not scheduled"
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    problems = [problem for problem in map(_container_problem, containers) if problem]
    if not problems and status.get("phase") == "Failed":
        return status.get("message") or status.get("reason") or "it ended with a failure"
    return "; ".join(problems)


def _container_problem(container: dict) -> str:
    name, state = container.get("name"), container.get("state") or {}
    waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
    before = (container.get("lastState") or {}).get("terminated") or {}
    if waiting.get("reason") and waiting["reason"] not in _ON_THE_WAY:
        text = ": ".join(filter(None, [waiting["reason"], waiting.get("message")]))
        return f"container {name}: {text}{_exit(before, ', ended before with ')}"
    if ended.get("exitCode"):
        return f"container {name}{_exit(ended, ' ended with ')}"
    if "running" in state and not container.get("ready", True) and before.get("exitCode"):
        return f"container {name} was restarted{_exit(before, ', ended before with ')}"
    return ""


def _exit(ended: dict, words: str) -> str:
    if not ended.get("exitCode"):
        return ""
    details = ": ".join(filter(None, [ended.get("reason"), (ended.get("message") or "").strip()]))
    return f"{words}exit code {ended['exitCode']}" + (f" ({details})" if details else "")


def creation_problem(events: list[dict]) -> str:
    """Why a controller cannot create pods, by the Events of its workload; empty when the last creation succeeded.

    Its controller tries again ever more rarely, so the age of an Event says nothing.
    """
    attempts = [event for event in events if event.get("reason") in ("FailedCreate", "SuccessfulCreate")]
    last = max(attempts, key=lambda event: (_time(event), event["reason"] == "FailedCreate"), default={})
    return (last.get("message") or "").strip() if last.get("reason") == "FailedCreate" else ""


def last_words(events: list[dict]) -> str:
    """The message of the newest Event; empty where there is none."""
    newest = max(events, key=_time, default={})
    return (newest.get("message") or "").strip()


def _time(event: dict) -> str:
    """When it happened last. Those of a client of events.k8s.io have no lastTimestamp; all are whole seconds here."""
    last = (event.get("series") or {}).get("lastObservedTime")
    return (event.get("lastTimestamp") or last or event.get("eventTime") or "")[:19]


def claim_problem(live: dict) -> str:
    """Why a PersistentVolumeClaim is not bound; empty when it is."""
    phase = (live.get("status") or {}).get("phase")
    if phase == "Bound":
        return ""
    storage = (live.get("spec") or {}).get("storageClassName")
    return f"{phase or 'not bound'}, of storage class {storage}" if storage else f"{phase or 'not bound'}"
