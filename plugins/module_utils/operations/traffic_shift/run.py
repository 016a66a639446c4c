# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``traffic_shift`` does: begins, goes on with, finishes or aborts the shift of a route, as the task wants it."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal, held
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import destinationrule
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.gates import Gates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    declared,
    edit,
    git_way,
    gitops,
    preflight,
    progress,
    proof,
    report,
    subject,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.git_way import GitWay
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.shift import Shift
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.sides import Backend
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

Document = dict[str, Any]
_NOTHING = "no traffic shift of it is under way"


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of traffic_shift. Raises MeshError; its details have the record."""
    files.check_record(task)
    route = subject.of(task)
    live = route.read(task.resources)
    holder = held(task.resources, route.subject)
    under_way = holder is not None and holder.state.operation == subject.OPERATION
    route = route.with_rules(holder.state.plan.get("rules") if holder and under_way else task.params["protocol"], live)
    state = task.params["state"]
    if live is None and not under_way:
        raise MeshError(f"{route.label} does not exist, so there is nothing to shift.")
    if not under_way:
        if state == "aborted":
            return report.unchanged(task, route, live, f"{route.label}: {_NOTHING}, so there is nothing to abort.")
        if state == "advanced":
            raise MeshError(f"{route.label}: {_NOTHING}. Begin it with state: started, or go the whole way: promoted.")
        if live is not None and declared.is_promoted(task, route, live):
            return _is_promoted(task, route, live)
    if task.check:
        return _predict(task, route, live, holder.state if holder and under_way else None)
    with git_way.opened(task, route) as git, Journal.of(task, subject.OPERATION, route.subject) as journal:
        return _work(task, route, journal, git)


def _is_promoted(task: Task, route: Route, live: Document) -> dict[str, Any]:
    return report.unchanged(task, route, live, f"{route.label}: everything goes to the canary already.")


def _work(task: Task, route: Route, journal: Journal, git: GitWay | None) -> dict[str, Any]:
    state = task.params["state"]
    if journal.state is None:
        if state == "aborted":
            return report.unchanged(task, route, None, f"{route.label}: {_NOTHING}, so there is nothing to abort.")
        live = route.read(task.resources)
        if live is not None and declared.is_promoted(task, route, live):  # by a run that ended while this one began
            return _is_promoted(task, route, live)
        plan = _begin(task, route, journal, git)
    else:
        route = route.with_rules(journal.state.plan.get("rules"))
        plan = plan_module.parse(journal.state.plan, route.form, declared.policy(task))
        declared.refuse_another(task, route, plan)
        declared.refuse_another_way(task, route, journal.state.before)

    def backend(canary: bool) -> Backend:
        target = plan.selection.canary if canary else plan.selection.stable
        return route.backend(task.resources, target)

    shift = Shift(task, route, plan, journal, backend, git)
    try:
        if state == "aborted":
            shift.abort("state: aborted")
            return report.result(task, route, shift, journal, "aborted")
        target = _target(route, shift, state)
        sides = Sides(backend(False).side, backend(True).side)
        with contextlib.closing(Gates.of(task, sides)) as gates:
            if not shift.progress.aborting:
                shift.pause_argocd()
            shift.advance(target, gates)
        if target == len(plan.steps):
            shift.finish()
            return report.result(task, route, shift, journal, "promoted")
        return report.result(task, route, shift, journal, "progressing")
    except MeshError as error:
        raise report.failed(task, route, shift, journal, error) from None


def _target(route: Route, shift: Shift, state: str) -> int:
    """The step that this run is to reach. Raises MeshError when there is none to advance to."""
    last = len(shift.plan.steps)
    if state == "promoted":
        return last
    step = shift.progress.step
    if state == "started" or step < 0:
        return max(0, step)
    if shift.progress.proven is None:  # a run before this one was on its way there
        return step
    if step >= last - 1:
        raise MeshError(
            f"{route.label} is at its last step, {shift.plan.label(step)}. Finish the shift with state: promoted, or "
            "abort it."
        )
    return step + 1


def _begin(task: Task, route: Route, journal: Journal, git: GitWay | None) -> Plan:
    """Everything that is asked before the first write. Raises MeshError with all that is to be mended."""
    live = route.read(task.resources)
    if live is None:
        raise MeshError(f"{route.label} was deleted in this very moment.")
    plan = declared.plan(task, route, live)
    both, paused = _preflight(task, route, live, plan, git)
    before = {
        "uid": live["metadata"]["uid"],
        "rule": edit.rules_of(live, route.form)[edit.locate(live, plan.selection) or 0],
        "managedFields": live["metadata"].get("managedFields"),
        "stable_ready": both[0].ready,
        "canary_revisions": both[1].revisions,
        "argocd": paused,
        "git": git.kept(live) if git else None,
    }
    proxies = KnownProxies()
    with proof.opened(task, known=proxies) as asked:  # before a journal: a task that may not ask istiod begins nothing
        rules = {rule["metadata"]["uid"]: rule for backend in both if (rule := backend.rule)}
        for rule in rules.values():
            asked.of(destinationrule.KIND, rule)
    holds = [_subject_of(rule) for rule in rules.values()]
    journal.begin(plan=plan.row(), before=before, holds=holds, facts=progress.known(proxies.names))
    return plan


def _subject_of(rule: Document) -> Subject:
    kind, metadata = destinationrule.KIND, rule["metadata"]
    return Subject(kind.group, kind.kind, metadata["namespace"], metadata["name"])


def _preflight(
    task: Task, route: Route, live: Document, plan: Plan, git: GitWay | None
) -> tuple[list[Backend], Document | None]:
    """What is behind the two sides, and the automated sync that is to be paused. Raises MeshError."""
    selection = plan.selection
    both = [route.backend(task.resources, target) for target in (selection.stable, selection.canary)]
    problems = preflight.problems(task.resources, route, live, both)
    if git:
        hindrances, paused = git.problems(live, plan), None
    else:
        hindrances, paused = gitops.before_a_shift(task, route, live, plan.paths(live))
    problems += hindrances
    with contextlib.closing(Gates.of(task, Sides(both[0].side, both[1].side))) as gates:
        problems += gates.preflight() if plan.gates else []
    if problems:
        raise MeshError(sentence(f"{route.label} was not touched", *problems), problems=problems)
    for remark in preflight.remarks(task.resources, route, live, both, max(step.percent for step in plan.steps)):
        task.warn(remark)
    return both, paused


def _predict(task: Task, route: Route, live: Document | None, stored: State | None) -> dict[str, Any]:
    """Check mode: every step with its diff, by the server's own dry runs; no time passes."""
    if live is None:
        raise MeshError(f"{route.label} was deleted during the shift, which ends with the next run.")
    step = -1
    if stored is None:
        plan = declared.plan(task, route, live)
        with git_way.opened(task, route) as git:
            _preflight(task, route, live, plan, git)
    else:
        plan = plan_module.parse(stored.plan, route.form, declared.policy(task))
        declared.refuse_another(task, route, plan)
        declared.refuse_another_way(task, route, stored.before)
        step = progress.of(plan, stored).step
    return report.predicted(task, route, live, plan, step)
