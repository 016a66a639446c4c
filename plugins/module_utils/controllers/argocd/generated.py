# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until an ApplicationSet has generated from its present declaration, and the tree below it is ready."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import scope, tree
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.judging import SILENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.written import is_newer
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import verdict as verdicts
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.applicationset import STALE, ready
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATIONSET
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    failed,
    waiting,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import condition

REFRESH = "argocd.argoproj.io/application-set-refresh"


def wait(task: Task, resources, live: dict, deadline: Deadline) -> dict:
    """Until the controller has generated from this declaration, and all Applications are synced and healthy enough.

    The conditions do not tell which declaration they are about. But the controller takes an annotation away at the end
    of a generation that began after it was set. Raises MeshError on a failure at once, and on time-out.
    """
    watched = Watched(resources, APPLICATIONSET, live)
    if task.writes or is_newer(live) or ready(live).state != "ready":
        _generate(task, watched, deadline)
    health = tuple(task.params.get("wait_health") or ("Healthy",))
    tree.wait(task, watched, health, deadline)
    watched.read()
    return watched.live


def generation(live: dict, before: dict, waited: float) -> Verdict:
    """How a generation stands that was asked for ``waited`` seconds ago.

    ``before``: the condition ErrorOccurred at that time; one that stays the same may be of an earlier generation.
    """
    error = condition(live, "ErrorOccurred")
    if error.get("status") == "True" and (error != before or waited > STALE):
        return failed(Reason.GENERATION_FAILED, _explained(error))
    if REFRESH not in (live["metadata"].get("annotations") or {}) and ready(live).state == "ready":
        return verdicts.READY
    return waiting(Reason.GENERATING, "Argo CD generates its Applications")


def _generate(task: Task, watched: Watched, deadline: Deadline) -> None:
    before = condition(watched.live, "ErrorOccurred")
    progress, watch = Progress(task, watched.label), Stopwatch()
    watched.patch({"metadata": {"annotations": {REFRESH: "true"}}})
    unwatched = None  # not known yet
    while True:
        waited = watch.elapsed
        verdict = generation(watched.live, before, waited)
        if verdict.state == "ready":
            return
        if verdict.state == "waiting" and waited > SILENT and unwatched is None:
            unwatched = scope.unwatched(watched.resources, watched.live)
        if verdict.state == "failed" or unwatched:
            raise MeshError(f"{watched.label}: {unwatched or verdict.message}")
        if deadline.is_over:
            raise MeshError(
                f"{watched.label}: timed out after {waited:.0f} s: Argo CD has not generated its Applications. See "
                "whether its applicationset controller runs; a longer wait_timeout may help."
            )
        progress.say(verdict.message)
        if not watched.next(deadline.left):
            raise watched.gone()


def _explained(error: dict) -> str:
    message = (error.get("message") or "an error occurred").rstrip(".")
    ways_out = {
        "ApplicationGenerationFromParamsError": "Check spec.generators, and what they read.",
        "RenderTemplateParamsError": "Check the parameters in spec.template: what is missing in one of the generators?",
        "ApplicationValidationError": "Check the project, and source and destination, of spec.template.",
    }
    return f"{message}. {ways_out.get(error.get('reason') or '', '')}".strip()


def wait_deleted(task: Task, resources, live: dict, deadline: Deadline) -> None:
    """Until the ApplicationSet and the Applications that went with it are gone. Raises MeshError on time-out."""
    watched = Watched(resources, APPLICATIONSET, live)
    progress, watch, names = Progress(task, watched.label), Stopwatch(), ""
    for _turn in pauses(deadline, first=0.3, most=0.3):
        left = tree.owned_by(tree.everything(resources, live["metadata"]["namespace"]), live)
        present = watched.read() is not None
        if not present and not left:
            return
        names = ", ".join(child["metadata"]["name"] for child in left[:5]) or "nothing but its finalizers"
        progress.say(f"being deleted, held by {names}")
    raise MeshError(
        f"{watched.label}: timed out after {watch.elapsed:.0f} s: it is marked for deletion but still there, held by "
        f"{names}. See whether Argo CD's controllers run, and what holds these Applications."
    )


CONVERSATION = Conversation(wait=wait, wait_deleted=wait_deleted)
