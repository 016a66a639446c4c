# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that bring other Applications (app of apps, ApplicationSet), awaited as a tree.

The health of a parent does not tell of its children: Argo CD leaves Applications out of it, unless a health check for
them is put into argocd-cm (argo-cd#3781). So the children are looked at themselves, by one LIST for all of them.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import culprits, scope
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import PAUSE
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import (
    APPLICATION,
    APPLICATIONSET,
    deploys_here,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    doubtful,
    waiting,
)

_LASTS = 2.5  # seconds that the failure of a child has to last: it may be of the declaration before
_DOUBTFUL = 20.0  # the same for what the controller may see otherwise when it looks again, which can take it a while
_PERIOD = 0.5  # seconds between two looks
_AGAIN = 10.0  # seconds between two requests to look again at an Application


def has_children(live: dict) -> bool:
    """Whether an Application deploys other Applications, in the cluster that we talk to."""
    return bool(_named(live))


def _named(live: dict) -> list[tuple[str, str, str]]:
    """(kind, namespace, name) of the Applications and ApplicationSets that an Application deploys."""
    if not deploys_here(live):
        return []
    destination = live["spec"]["destination"]
    return [
        (r["kind"], r.get("namespace") or destination.get("namespace") or "", r["name"])
        for r in (live.get("status") or {}).get("resources") or []
        if r.get("group") == APPLICATION.group and r.get("kind") in ("Application", "ApplicationSet")
    ]


def everything(resources, namespace: str) -> dict[tuple[str, str], dict]:
    """Every Application by (namespace, name), of all namespaces or, where that is forbidden, of one."""
    try:
        applications = resources.list(APPLICATION)
    except ApiError as error:
        if error.status != 403:
            raise
        applications = resources.list(APPLICATION, namespace)
    return {(live["metadata"]["namespace"], live["metadata"]["name"]): live for live in applications}


def owned_by(applications: dict, live: dict) -> list[dict]:
    """The Applications that an ApplicationSet has generated."""
    uid = live["metadata"]["uid"]
    return [
        child
        for child in applications.values()
        if any(owner.get("uid") == uid for owner in child["metadata"].get("ownerReferences") or [])
    ]


def in_tree(child: dict, enough: tuple[str, ...], rolling: bool) -> Verdict:
    """How an Application below another one stands.

    ``enough``: the states of health that are good enough; ``rolling``: whether an ApplicationSet syncs it, step by
    step, so that its own automated sync does not matter.
    """
    verdict = status.judge(child, enough)
    if not rolling:
        return verdict
    out_of_sync = ((child.get("status") or {}).get("sync") or {}).get("status") == "OutOfSync"
    if out_of_sync and verdict.state in ("failed", "doubtful") and not verdict.given_up:
        return waiting(Reason.NOT_ITS_TURN, "it is not its turn yet")
    if _is_degraded(child) and verdict.state == "waiting":
        return doubtful(Reason.STEP_DEGRADED, f"{verdict.message}, so the steps after it do not begin")
    return verdict


def _is_degraded(child: dict) -> bool:
    """Whether what was synced has failed, by its health; while something runs it may still recover."""
    health = (child.get("status") or {}).get("health") or {}
    return health.get("status") == "Degraded" and not status.running(child)


class _Look:
    """One look at the tree. ``verdicts``: of every Application below the root, by label; ``live``: as they are."""

    def __init__(self, resources, root: dict, enough: tuple[str, ...]):
        self.resources, self._enough = resources, enough
        self._all = everything(resources, root["metadata"]["namespace"])
        self.verdicts: dict[str, Verdict] = {}
        self.live: dict[str, dict] = {}
        self._below(root)
        self.missing = {label: verdict for label, verdict in self.verdicts.items() if verdict.state != "ready"}

    def culprits(self) -> dict[str, str]:
        """What the Applications that are Synced and not healthy wait for, by label; this asks for single resources."""
        return {
            label: culprits.sentence(culprits.find(self.resources, self.live[label], 10))
            for label, verdict in self.missing.items()
            if verdict.reason in (Reason.UNHEALTHY, Reason.STEP_DEGRADED)
        }

    def lasts(self, label: str) -> float | None:
        """How many seconds this verdict has to last until it counts as a failure; None: it is none."""
        verdict = self.verdicts[label]
        if verdict.state in ("failed", "doubtful"):
            return _LASTS if verdict.state == "failed" else _DOUBTFUL
        if verdict.reason is Reason.CRD_MISSING and not self._may_come(label):
            return _LASTS
        return None

    def _may_come(self, label: str) -> bool:
        """Whether a definition (CRD) that is missing may still come: by another Application that is on its way."""
        if any(verdict.reason is not Reason.CRD_MISSING for verdict in self.missing.values()):
            return True
        return scope.are_served(self.resources, self.live[label])

    def _below(self, live: dict) -> None:
        if live["kind"] == "ApplicationSet":
            rolling = (live["spec"].get("strategy") or {}).get("type") == "RollingSync"
            for child in owned_by(self._all, live):
                self._application(child, rolling)
            return
        for kind, namespace, name in _named(live):
            if kind == "ApplicationSet":
                generator = self.resources.get(APPLICATIONSET, namespace, name)
                if generator:
                    self._below(generator)
            elif (namespace, name) in self._all:
                self._application(self._all[namespace, name], False)
            else:
                missing = waiting(Reason.MISSING, "it does not exist yet")
                self.verdicts[APPLICATION.label(namespace, name)] = missing

    def _application(self, child: dict, rolling: bool) -> None:
        label = APPLICATION.label(child["metadata"]["namespace"], child["metadata"]["name"])
        if label in self.verdicts:
            return  # trees with a loop in them are possible
        self.verdicts[label] = in_tree(child, self._enough, rolling)
        self.live[label] = child
        self._below(child)


def wait(task: Task, watched, enough: tuple[str, ...], deadline: Deadline) -> None:
    """Until every Application below the root is ready. Raises MeshError on a failure at once, and on time-out."""
    progress, watch = Progress(task, watched.label), Stopwatch()
    since: dict[str, float] = {}
    blamed, blamed_at = {}, clock.now() - PAUSE / 2
    asked: dict[str, float] = {}
    while True:
        over = deadline.is_over
        look, now = _Look(watched.resources, watched.live, enough), clock.now()
        if not look.missing:
            return
        if now - blamed_at > PAUSE or over:
            blamed, blamed_at = look.culprits(), now
            _look_again(look, blamed, asked, now)
        for label in look.verdicts:
            lasts = look.lasts(label)
            if lasts is None:
                since.pop(label, None)
            elif now - since.setdefault(label, now) > lasts:
                raise _failure(watched.label, label, look, blamed)
        if over:
            raise _timed_out(watched.label, look, blamed, watch.elapsed)
        progress.say(f"{_counted(look)}, {_waits(look, blamed)}")
        deadline.sleep(_PERIOD)
        if watched.read() is None:
            raise watched.gone()


def _look_again(look: _Look, blamed: dict[str, str], asked: dict[str, float], now: float) -> None:
    """Refresh what is not healthy though all of its resources are: the controller may have missed that they came up.

    ``asked``: when each was refreshed last.
    """
    for label, culprit in blamed.items():
        if culprit or now - asked.get(label, 0.0) < _AGAIN:
            continue
        asked[label] = now
        Watched(look.resources, APPLICATION, look.live[label]).refresh("normal")


def _counted(look: _Look) -> str:
    total = len(look.verdicts)
    return f"{total - len(look.missing)} of {total} Applications below it are ready"


def _waits(look: _Look, blamed: dict[str, str]) -> str:
    missing = list(look.missing.items())[:3]
    return "; ".join(f"{label}: {verdict.message}{blamed.get(label, '')}" for label, verdict in missing)


def _failure(root: str, label: str, look: _Look, blamed: dict[str, str]) -> MeshError:
    message = look.verdicts[label].message
    return MeshError(
        f"{root}: its {label} failed: {message.rstrip('.')}{blamed.get(label, '')}.{advice.on(message)}",
        applications=_rows(look, blamed),
    )


def _timed_out(root: str, look: _Look, blamed: dict[str, str], seconds: float) -> MeshError:
    waits = _waits(look, blamed)
    return MeshError(
        f"{root}: timed out after {seconds:.0f} s: {_counted(look)}. {waits.rstrip('.')}."
        f"{advice.on(waits) or ' A longer wait_timeout may help.'}",
        applications=_rows(look, blamed),
    )


def _rows(look: _Look, blamed: dict[str, str]) -> list[dict]:
    return [
        {"application": label, "state": verdict.state, "message": verdict.message + blamed.get(label, "")}
        for label, verdict in look.verdicts.items()
    ]
