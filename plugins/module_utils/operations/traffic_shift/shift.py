# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One shift at work: reads the route, does what ``decide`` says, writes the journal around each write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change, explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress as Reports
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.gates import Gates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import overall
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    back,
    edit,
    endings,
    git_way,
    gitops,
    progress,
    proof,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.decide import (
    Action,
    Do,
    Progress,
    Where,
    after_judgement,
    at_step,
    decide,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.endings import Ended
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.git_way import GitWay
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import ABORT, FINISH, Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.sides import Backend
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

MANAGER = owners.SHIFT
_LOOK = 5.0  # seconds between two looks at the route
_ATTEMPTS = 8  # to write on top of changes of others that do not concern us
Document = dict[str, Any]


class Shift:
    """A shift whose journal and lease this run holds. ``changes``: what it has written, in order."""

    def __init__(
        self,
        task: Task,
        route: Route,
        plan: Plan,
        journal: Journal,
        backend: Callable[[bool], Backend],
        git: GitWay | None = None,
    ):
        self._task, self._route, self.plan, self._journal = task, route, plan, journal
        self._backend, self._git = backend, git
        self.changes: list[Change] = []
        self.proxies: int | None = None
        self._reports = Reports(task, route.label)
        if journal.state is None:
            raise ValueError("a shift works on a journal that was begun")
        self.progress = progress.of(plan, journal.state)
        self.before: dict[str, Any] = journal.state.before
        self._known = KnownProxies(progress.proxies(journal.state))

    def pause_argocd(self) -> None:
        """Keep Argo CD from putting back what is declared in Git, where the task wants that. Raises MeshError."""
        if self.before.get("argocd"):
            gitops.pause(self._task.resources, self.before["argocd"])

    def _resume_argocd(self) -> None:
        if self.before.get("argocd"):
            gitops.resume(self._task.resources, self.before["argocd"])

    # ---- On the way --------------------------------------------------------------------------------------------------

    def advance(self, target: int, gates: Gates) -> None:
        """Go on until the step ``target``, or to the promotion. Raises Ended and MeshError."""
        while True:
            live = self._read()
            action = decide(self.plan, self.progress, self._where(live), target, _now())
            if action.do is Do.DONE:
                return
            self._carry_out(action, live, gates)

    def _carry_out(self, action: Action, live: Document, gates: Gates) -> None:
        if action.do is Do.WAIT:
            self._pause(action.seconds)
        elif action.do is Do.JUDGE:
            self._judge(gates)
        elif action.do is Do.ABORT:
            self.abort(action.reason)
            raise endings.aborted(self._route, action.reason, self._journal.state)
        elif action.do is Do.STOP:
            raise self._taken_over() if action.reason == "edited" else self._stopped(action.reason)
        else:
            self._step(action, live)

    def _pause(self, seconds: float) -> None:
        step = self.plan.label(self.progress.step)
        self._reports.say(f"{step}, for {seconds:.0f} s more" if seconds >= 1 else step)
        clock.sleep(min(max(seconds, 0.05), _LOOK))

    def _judge(self, gates: Gates) -> None:
        since, state = self.progress.proven, self._journal.state
        passed = _now() - since if since else 0.0
        verdicts = gates.judge(passed)
        self.progress = after_judgement(self.progress, overall(verdicts), _now())
        queries = dict(state.facts.get("queries") or {}) if state else {}
        row = progress.judgement(self.progress, verdicts, gates.seconds(passed), queries)
        self._journal.record(self.plan.label(self.progress.step), verdicts=[row], facts={"queries": queries})
        self._task.progress(f"{self._route.label}: {'; '.join(verdict.message for verdict in verdicts) or 'no gates'}")

    def _step(self, action: Action, live: Document) -> None:
        """Note the step, write it, prove it, note that."""
        label = self.plan.label(action.step)
        if action.step != self.progress.step:
            if action.step < len(self.plan.steps):
                self._require_canary(action.step)
            self._journal.record(label)
            self.progress = at_step(self.progress, action.step)
        with proof.opened(self._task, patient=True, known=self._known) as asked:
            after = self._bring(live, self.plan.shape(action.step), label)
            asked.of(self._route.kind, after)
        self.proxies = asked.proxies
        kept = progress.known(self._known.names)
        self._journal.record(label, verdicts=[progress.proven(asked.proxies, self._commit)], facts=kept)
        self.progress = at_step(self.progress, action.step, _now())
        self._task.progress(f"{self._route.label}: {label}; {asked.proxies or 'no'} proxies asked")

    def _require_canary(self, step: int) -> None:
        """Pods that have gone since the last step, or are of another version, are no place to send more requests to."""
        backend = self._backend(True)
        had = self.before.get("canary_revisions") or []
        if had and backend.revisions and backend.revisions != had:
            raise MeshError(
                f"{self._route.label}: {self.plan.label(step)} is not begun, because {backend.target.label} was "
                f"changed during the shift (pod-template-hash {', '.join(backend.revisions)}, was {', '.join(had)}): "
                "what was judged is not what would get the requests. Abort, and begin again. The route stays as it is."
            )
        if backend.ready == 0:
            raise MeshError(
                f"{self._route.label}: {self.plan.label(step)} is not begun, because {backend.target.label} cannot "
                f"take requests: {backend.problem}. The route stays as it is."
            )

    # ---- Back --------------------------------------------------------------------------------------------------------

    def abort(self, reason: str) -> None:
        """Put back what was there before, prove it, and end the shift. Raises MeshError where that cannot be done."""
        self._journal.record(ABORT, verdicts=[progress.why(reason)])
        self.progress = Progress(**{**vars(self.progress), "aborting": True})
        back.await_stable(self._task, self._route, self._backend, self.before.get("stable_ready"), self._reports.say)
        live = self._read()
        if self._where(live) is Where.ELSEWHERE and not self._is_at(live, self.plan.before):
            raise self._taken_over()
        self._back_at_once(live)
        self._back_in_git()
        self._journal.record(ABORT, verdicts=[progress.proven(self.proxies, self._commit)])
        self._journal.close()

    def _back_at_once(self, live: Document) -> None:
        """The live route, whose proxies then have it; a step of Git too, with Argo CD's sync paused meanwhile."""
        kept = self.before.get("git")
        if kept and kept["generated"]:
            return  # its ApplicationSet would turn the sync on again, and that the weights of the step
        if kept and kept["automation"]:
            gitops.pause(self._task.resources, kept["automation"])
        with proof.opened(self._task, late=True, known=self._known) as asked:
            after = self._write(live, self.plan.before)
            after = back.with_owners(after, self.before.get("managedFields") or [], self._patch, self._read)
            asked.of(self._route.kind, after)
        self.proxies = asked.proxies
        self._resume_argocd()

    def _back_in_git(self) -> None:
        """The commit of the way back, after which Argo CD may sync again. Raises MeshError."""
        kept = self.before.get("git")
        if not kept:
            return
        if self._git is None:
            where = "not back yet" if kept["generated"] else "back live, and not in Git"
            raise MeshError(
                f"{self._route.label} is {where}: the shift was begun with delivery: git. Abort once more with it, so "
                "that Git is set back and Argo CD syncs that.",
                changed=bool(self.changes),
            )
        with proof.opened(self._task, late=True, known=self._known) as asked:
            after = self._bring_by_git(self.plan.before, ABORT, kept["automation"])
            asked.of(self._route.kind, after)
        self.proxies = asked.proxies

    # ---- The route in Git --------------------------------------------------------------------------------------

    @property
    def _commit(self) -> str:
        return self._git.commit if self._git else ""

    def _bring(self, live: Document, shape: Shape, label: str) -> Document:
        """Bring the route to the shape of a step, by the way of the shift. Returns it. Raises MeshError."""
        return self._bring_by_git(shape, label) if self._git else self._write(live, shape)

    def _bring_by_git(self, shape: Shape, label: str, paused: Document | None = None) -> Document:
        """Commit the shape, and await that it is live. ``paused``: automated sync that goes on after the commit."""
        if self._git is None:
            raise ValueError("a shift that was begun with delivery: git goes on with it")
        self._journal.check()
        before = self._read()
        try:
            self._git.write(self.plan, shape, label, [self.plan.before, *self._neighbours()])
        except git_way.FileEdited as error:
            raise self._taken_over(error.message) from None
        if paused:
            gitops.resume(self._task.resources, paused)
        self._git.wait(before)
        after = self._live_with(shape)
        route = self._route
        if edit.rules_of(before, route.form) != edit.rules_of(after, route.form):
            self.changes.append(Change(route.kind, route.namespace, route.name, UPDATED, before, after))
        return after

    def _live_with(self, shape: Shape) -> Document:
        """The live route once it has the shape. Raises MeshError on time-out."""
        for _turn in pauses(Deadline(self._task.params["wait_timeout"]), first=0.2, most=2.0):
            live = self._read()
            if self._is_at(live, shape):
                return live
            self._reports.say(f"waiting until commit {self._commit[:8]} is live")
        raise MeshError(
            f"{self._route.label}: timed out after {self._task.params['wait_timeout']} s: commit {self._commit[:8]} is "
            "pushed, and the live route does not have its weights. See what delivers it from Git, and run the "
            "task again."
        )

    # ---- The route ---------------------------------------------------------------------------------------------------

    def _read(self) -> Document:
        """The live route. Raises Ended when it is gone, or another of that name."""
        live = self._route.read(self._task.resources)
        if live is None or live["metadata"].get("uid") != self.before.get("uid"):
            self._resume_argocd()
            self._journal.close()
            what = "was deleted" if live is None else "was deleted and created again"
            raise Ended(f"{self._route.label} {what} during the shift, which ends with that.", phase="taken_over")
        return live

    def _is_at(self, live: Document, shape: Shape) -> bool:
        return edit.is_at(live, self.plan.selection, shape)

    def _where(self, live: Document) -> Where:
        step = self.progress.step
        if self._is_at(live, self.plan.shape(step)):
            return Where.AT_STEP
        return Where.AT_LAST if self._is_at(live, self.plan.shape(step - 1)) else Where.ELSEWHERE

    def _write(self, live: Document, shape: Shape) -> Document:
        """Bring the route to a shape; on top of what others have changed meanwhile. Returns it. Raises MeshError."""
        for attempt in range(_ATTEMPTS):
            wanted = edit.edited(live, self.plan.selection, shape)
            patch = edit.patch(live, wanted, self.plan.selection.form) if wanted else []
            if not patch:
                return live
            self._journal.check()
            try:
                after = self._patch(patch)
            except ApiError as error:
                if error.status not in (409, 422) or attempt == _ATTEMPTS - 1:
                    raise explained(error, self._route.kind, self._route.namespace, self._route.name) from None
                now = self._read()
                if now["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]:
                    raise explained(error, self._route.kind, self._route.namespace, self._route.name) from None
                live = now
                if not any(self._is_at(live, known) for known in (self.plan.before, *self._neighbours(), shape)):
                    raise self._taken_over() from None
                continue
            route = self._route
            self.changes.append(Change(route.kind, route.namespace, route.name, UPDATED, live, after))
            return after
        return live

    def _neighbours(self) -> list[Shape]:
        return [self.plan.shape(number) for number in (self.progress.step - 1, self.progress.step)]

    def _patch(self, patch: list[dict[str, Any]]) -> Document:
        route = self._route
        answer: Document = self._task.resources.patch(
            route.kind, route.namespace, route.name, patch, patch_type="json", manager=MANAGER
        )
        return answer

    # ---- Endings -----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """After the promotion: the journal is closed."""
        self._journal.record(FINISH)
        kept = self.before.get("argocd")
        if kept:
            self._task.warn(
                f"Automated sync of Application {kept['namespace']}/{kept['name']} stays paused, because it would set "
                f"the weights of {self._route.label} back. Commit the new weights to Git, sync, and turn it on again "
                "(spec.syncPolicy.automated.enabled)."
            )
        self._journal.close()

    def _stopped(self, reason: str) -> Ended:
        label = self.plan.label(self.progress.step)
        self._journal.record(label, verdicts=[progress.stopped(reason)])
        return endings.stopped(self._route, label, reason, self._journal.state)

    def _taken_over(self, where: str = "") -> Ended:
        """Somebody has changed by hand what the shift holds: it ends, and overwrites nothing. ``where``: in Git."""
        step, live = self.progress.step, self._route.read(self._task.resources)
        now = edit.present(live, self.plan.selection) if live else None
        self._resume_argocd()
        kept = self.before.get("git") or {}
        if kept.get("automation"):
            gitops.resume(self._task.resources, kept["automation"])
        self._journal.close()
        return endings.taken_over(self._route, self.plan, step, now, where)


def _now() -> float:
    """The time of day in seconds, because runs on several machines go on with each other's work."""
    return times.now().timestamp()
