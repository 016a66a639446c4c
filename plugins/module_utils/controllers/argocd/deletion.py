# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting an Application with or without what it deployed.

A finalizer decides, and Applications made by kubectl lack it, so that a plain DELETE would leave everything behind.
Hooks of a deletion have finalizers of their own, which Argo CD sets when the source has such hooks; they run with and
without a cascade (``controller/hook.go`` of Argo CD 3.5).
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import deploys_here
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    failed,
    waiting,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import condition
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin

FINALIZER = "resources-finalizer.argocd.argoproj.io"
_POLICIES = {"foreground": FINALIZER, "background": f"{FINALIZER}/background"}
_OF_HOOKS = {
    "pre-delete-finalizer.argocd.argoproj.io": "PreDelete",
    "post-delete-finalizer.argocd.argoproj.io": "PostDelete",
}
_HOOK = "argocd.argoproj.io/hook"  # the annotation that makes a resource one
_ATTEMPTS = 5
_PATIENCE = 5.0  # seconds that an error of the deletion may last before it is believed


def cascades(finalizer: str) -> bool:
    """Whether this finalizer makes Argo CD delete what the Application deployed."""
    return finalizer == FINALIZER or finalizer.startswith(f"{FINALIZER}/")


def wanted_finalizers(present: list[str], cascade: bool | None, policy: str | None) -> list[str]:
    """The finalizers that a deletion needs; ``cascade`` None leaves the decision to those that are there."""
    others = [name for name in present if not cascades(name)]
    ours = [name for name in present if cascades(name)]
    if cascade is None:
        return present
    if not cascade:
        return others
    if policy is None:
        return present if ours else [*others, FINALIZER]
    right = [name for name in ours if name.endswith("/background") == (policy == "background")]
    return [*others, *(right[:1] or [_POLICIES[policy]])]


def prepare(watched: Watched, cascade: bool | None, policy: str | None, deadline: Deadline) -> None:
    """End what runs, then set the finalizers. Raises MeshError and ApiError.

    On an Application that is being deleted already none can be added; taking one away still ends a stuck deletion.
    """
    going = bool(watched.live["metadata"].get("deletionTimestamp"))
    operation.terminate(watched, deadline)
    for _attempt in range(_ATTEMPTS):
        metadata = watched.live["metadata"]
        present = metadata.get("finalizers") or []
        wanted = wanted_finalizers(present, cascade, policy)
        if going:
            wanted = [name for name in present if name in wanted]
        if wanted == present:
            return
        body = {"metadata": {"resourceVersion": metadata["resourceVersion"], "finalizers": wanted}}
        try:
            return watched.patch(body)
        except ApiError as error:
            if error.status == 404 and going:
                return
            if error.status != 409:
                raise
        if watched.read() is None:
            return
    raise MeshError(f"{watched.label} was changed by others at each attempt to delete it. Try again.")


def verdict(live: dict, failing_since: float | None, now: float) -> Verdict:
    """How a deletion goes. ``failing_since``: when the controller began to report an error of it, or None."""
    error = _error(live)
    message = f"being deleted, held by {_held(live)}{_remaining(live)}"
    if not error or failing_since is None:
        return waiting(Reason.DELETING, message)
    lasted = now - failing_since
    if lasted > _PATIENCE:
        return failed(Reason.DELETION_FAILED, error)
    # The controller tries again when the object changes.
    return waiting(Reason.DELETION_STUCK if lasted > _PATIENCE / 2 else Reason.DELETING, message)


def until_gone(task: Task, watched: Watched, deadline: Deadline) -> None:
    """Wait until the Application is gone. Raises MeshError on an error that lasts, and on time-out."""
    progress, failing_since, asked = Progress(task, watched.label), None, False
    while watched.read() is not None:
        live, now = watched.live, clock.now()
        failing_since = (failing_since or now) if _error(live) else None
        asked = asked and failing_since is not None
        current = verdict(live, failing_since, now)
        if current.state == "failed":
            raise MeshError(
                f"{watched.label} cannot be deleted: {current.message}. {_way_out(watched.resources, live)}",
                application=status.summary(live),
            )
        if current.reason is Reason.DELETION_STUCK and not asked:
            watched.refresh()
            asked = True
        if deadline.is_over:
            raise _timed_out(watched)
        progress.say(current.message)
        if not watched.next(deadline.left):
            return


def _timed_out(watched: Watched) -> MeshError:
    live, error = watched.live, _error(watched.live)
    return MeshError(
        f"{watched.label} is marked for deletion but still there, held by {_held(live)}{_remaining(live)}"
        f"{'; Argo CD reports: ' + error if error else ''}. {_way_out(watched.resources, live)}",
        application=status.summary(live),
    )


def _error(live: dict) -> str:
    errors = [c for c in status.conditions(live) if c.get("type") == "DeletionError"]
    return "; ".join(status.cleaned(c.get("message") or "") for c in errors)


def _held(live: dict) -> str:
    return ", ".join(live["metadata"].get("finalizers") or []) or "no finalizer"


def _remaining(live: dict) -> str:
    left = status.resources(live)
    if not left or not any(cascades(name) for name in live["metadata"].get("finalizers") or []):
        return ""
    confirm = [r for r in left if r.get("requiresDeletionConfirmation")]
    if confirm:
        return f"; {status.listed(confirm)} must not be deleted before somebody confirms it"
    return f" (it deployed {status.listed(left)})"


def _hooks_held(live: dict) -> list[str]:
    """The sorts of hooks, PreDelete or PostDelete, that are still to run."""
    return [_OF_HOOKS[name] for name in live["metadata"].get("finalizers") or [] if name in _OF_HOOKS]


def _running(resources, live: dict, sorts: list[str]) -> list[str]:
    """The hooks that exist and have not ended, as far as they are Jobs and Pods that can be read here."""
    namespace = (live["spec"].get("destination") or {}).get("namespace")
    if not namespace or not deploys_here(live):
        return []
    running = []
    for kind in (kind for kind in builtin.KINDS if kind.kind in ("Job", "Pod")):
        try:
            candidates = resources.list(kind, namespace)
        except MeshError:
            continue
        for hook in candidates:
            phases = (hook["metadata"].get("annotations") or {}).get(_HOOK, "").split(",")
            if set(sorts) & {phase.strip() for phase in phases} and not _has_ended(hook):
                running.append(kind.label(namespace, hook["metadata"]["name"]))
    return running


def _has_ended(live: dict) -> bool:
    if (live.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return True
    return "True" in (condition(live, "Complete").get("status"), condition(live, "Failed").get("status"))


def _way_out(resources, live: dict) -> str:
    sorts = _hooks_held(live)
    running = _running(resources, live, sorts) if sorts else []
    if running:
        theirs = [name for name in live["metadata"]["finalizers"] if name.split("/")[0] in _OF_HOOKS]
        return (
            f"Its {sorts[0]} hook {', '.join(running[:3])} has not ended; see why. To skip it, remove the "
            f"finalizers {', '.join(theirs)} from the Application."
        )
    if any(cascades(name) for name in live["metadata"].get("finalizers") or []):
        return (
            "See whether Argo CD's application controller runs and what holds these resources. With cascade: false the "
            "task deletes the Application and keeps these resources."
        )
    return "See why what owns that finalizer does not finish."
