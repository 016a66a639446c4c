# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``mtls_migration`` does: begins, goes on with, or takes back a migration of namespaces to STRICT."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal, held
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.peerauthentication import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import tracked_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import options as gate_options
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import report
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.snapshot import Snapshot
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import (
    exceptions,
    policies,
    record,
    upkeep,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import Waiver
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.migration import (
    Migration,
    acknowledged,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.plan import Plan

OPERATION = "mtls_migration"
_STATED = ("namespaces", "exceptions", "mesh_wide", "remove_namespace_policies", "unproven", "ignore_findings")
_SCRAPES = 4


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of mtls_migration. Raises MeshError; its details have the record."""
    files.check_record(task)
    root = report.root_of(task)
    subject = Subject(KIND.group, KIND.kind, root, "default")
    if task.params["state"] == "absent":
        return _absent(task, subject)
    waivers = exceptions.of(task.params.get("exceptions") or [], times.text_of(times.now())[:10])
    _check(task)
    with report.opened(task) as prometheus:
        if prometheus is None:
            raise MeshError("metrics is required: without it nothing proves who sends plain text. Set metrics.")
        holder = held(task.resources, subject)
        under_way = holder is not None and holder.state.operation == OPERATION
        plan = None
        if not (holder and under_way):
            plan = _plan(task, prometheus, waivers)
            if task.check or not _has_work(task, plan):
                return _predicted(task, plan, waivers)
        elif task.check:
            return _predicted(task, plan_module.parse(holder.state.plan), waivers)
        return _work(task, subject, prometheus, waivers, plan)


def _check(task: Task) -> None:
    """Raises MeshError for options that cannot be meant."""
    interval = float((task.params.get("metrics") or {}).get("scrape_interval") or gate_options.SCRAPE_INTERVAL)
    if task.params["watch"] < _SCRAPES * interval:
        raise MeshError(
            f"watch ({task.params['watch']:g} s) is shorter than four scrapes of {interval:g} s, so nothing is seen. "
            "Set a longer watch, or metrics.scrape_interval to how often Prometheus scrapes the proxies."
        )
    if task.params["interval"] <= 0:
        raise MeshError("interval must be more than 0 seconds.")
    if task.params["remove_namespace_policies"] and not task.params["mesh_wide"]:
        raise MeshError("remove_namespace_policies needs mesh_wide: true, or nothing would require mTLS any more.")


def _stated(task: Task) -> dict[str, Any]:
    return {name: task.params.get(name) for name in _STATED}


def _plan(task: Task, prometheus: Prometheus, waivers: list[Waiver]) -> Plan:
    """Everything that is asked before the first write. Raises MeshError."""
    chosen = task.params.get("namespaces")
    spaces = sorted({waiver.namespace for waiver in waivers if waiver.selector})
    planned = [document for name in spaces for document in exceptions.policies(waivers, name)]
    there = upkeep.live(task.resources)
    excepted = {*spaces, *map(mtls.namespace_of, there)}
    ended = {name: upkeep.surplus(there, waivers, name) for name in excepted if chosen is None or name in chosen}
    dropped = [mtls.name_of(policy) for surplus in ended.values() for policy in surplus]
    live, facts, findings = report.facts_of(task, prometheus, chosen, planned, dropped)
    missing = sorted(set(chosen or []) - set(live.namespaces))
    if missing:
        raise MeshError(f"namespaces: no workload with a proxy runs in {', '.join(missing)}.")
    root = report.root_of(task)
    rows = [row for row in facts["namespaces"] if row["name"] != root]
    return plan_module.of(
        rows,
        findings,
        waivers,
        unproven=task.params["unproven"],
        ignored=task.params.get("ignore_findings") or (),
        tracked=_tracked(live),
        differing={name: bool(gone) for name, gone in ended.items() if upkeep.differing(there, waivers, name)},
        mesh_wide=task.params["mesh_wide"],
        cleanup=task.params["remove_namespace_policies"],
        stated=_stated(task),
    )


def _tracked(live: Snapshot) -> dict[str, str]:
    """Namespaces whose policy Argo CD would put back."""
    tracked = {}
    for namespace in live.namespaces:
        policy = live.policies.deciding(mtls.NAMESPACE, namespace)
        name = tracked_by(policy) if policy else ""
        if policy and name:
            tracked[namespace] = (
                f"{KIND.kind} {mtls.name_of(policy)} is tracked by Application {name} of Argo CD, which would put it "
                "back. Set STRICT in its repository"
            )
    return tracked


def _has_work(task: Task, plan: Plan) -> bool:
    if plan.order:
        return True
    if not plan.mesh_wide:
        return False
    listed = mtls.Policies(task.resources.list(KIND, None), report.root_of(task))
    return listed.of("", {}).mode != mtls.STRICT


def _work(
    task: Task, subject: Subject, prometheus: Prometheus, waivers: list[Waiver], plan: Plan | None
) -> dict[str, Any]:
    with Journal.of(task, OPERATION, subject) as journal:
        if journal.state is None:
            plan = plan or _plan(task, prometheus, waivers)
            with acknowledged(task):  # a task that may not ask istiod begins nothing
                pass
            holds = [Subject(KIND.group, KIND.kind, name, "default") for name in plan.order]
            journal.begin(plan=plan.row(), before={}, holds=holds)
        else:
            plan = plan_module.parse(journal.state.plan)
            if plan.stated != _stated(task):
                raise MeshError(
                    "Another migration to mTLS is under way, which was begun with other options at "
                    f"{journal.state.started}. Finish it with those options, or take it back with state: absent.",
                    stated=plan.stated,
                )
        migration = Migration(task, plan, waivers, journal, prometheus)
        try:
            ended = migration.run()
        except MeshError as error:
            document = record.of(plan, waivers, journal.state, "stopped", report.history_of(task))
            record.write(task, document)
            error.details.update({"phase": "stopped", "record": document, "changed": bool(migration.changes)})
            raise
        return _finished(task, plan, waivers, journal, migration, ended)


def _finished(
    task: Task, plan: Plan, waivers: list[Waiver], journal: Journal, migration: Migration, ended: dict[str, str]
) -> dict[str, Any]:
    back = sorted(stage for stage, outcome in ended.items() if outcome == plan_module.PUT_BACK)
    phase = "put_back" if back else "migrated"
    document = record.of(plan, waivers, journal.state, phase, report.history_of(task))
    journal.close()
    record.write(task, document)
    kept = dict(plan.held)
    for row in document["namespaces"]:
        if row["outcome"] == plan_module.HELD:
            kept[row["namespace"]] = row["reasons"]
    answer = _answer(task, migration.changes, phase, kept, migration.proxies, document)
    if back:
        whys = [
            f"{row['stage']} was put back: {row['reason']}"
            for row in document["verdicts"]
            if row.get("outcome") == "put_back"
        ]
        raise MeshError(
            sentence(*whys, "What was migrated before stays. Mend the cause, and run the task again"), **answer
        )
    return answer


def _answer(
    task: Task,
    changes: list[Change],
    phase: str,
    kept: dict[str, list[str]],
    proxies: int | None = None,
    document: dict[str, Any] | None = None,
    plan: list[str] | None = None,
) -> dict[str, Any]:
    return results.contract(
        changed=bool(changes),
        resources=[change.row() for change in changes],
        validated=True,
        waited=not task.check and bool(changes),
        phase=phase,
        held=kept,
        plan=plan,
        proxies=proxies,
        record=document,
        diff=results.diffs(task, changes),
    )


def _predicted(task: Task, plan: Plan, waivers: list[Waiver]) -> dict[str, Any]:
    """Check mode, and a run without anything to do: each policy with its diff, by the server's dry runs."""
    for name, reasons in plan.held.items():
        task.warn(f"{name} stays as it is: {'; '.join(reasons)}.")
    changes = []
    root = report.root_of(task)
    mesh = [root] if plan.mesh_wide and _has_work(task, plan) else []
    for namespace in [*plan.order, *mesh]:
        changes += upkeep.declare(task.resources, waivers, namespace, dry_run=True)
        changes += upkeep.remove(task.resources, waivers, namespace, dry_run=True)
        if plan.was_strict(namespace):
            continue
        listed = mtls.Policies(task.resources.list(KIND, namespace), root)
        live = listed.deciding(mtls.MESH if namespace == root else mtls.NAMESPACE, namespace)
        document = exceptions.created(namespace, "default", {"mtls": {"mode": mtls.STRICT}})
        changes.append(
            policies.make_strict(task.resources, live, dry_run=True)
            if live
            else policies.create(task.resources, document, dry_run=True)
        )
    stages = [*plan.order, *([plan_module.MESH] if mesh else []), *([plan_module.CLEANUP] if plan.cleanup else [])]
    written = [change for change in changes if change]
    phase = "migrated" if written else "none"
    document = record.of(plan, waivers, None, phase, report.history_of(task))
    if not task.check:
        record.write(task, document)
    return _answer(task, written, phase, plan.held, document=document, plan=stages)


def _absent(task: Task, subject: Subject) -> dict[str, Any]:
    """Everything that migrations have written is put back; the mesh first, exceptions with their namespace."""
    root = report.root_of(task)

    def ours() -> list[dict[str, Any]]:
        return sorted(
            policies.ours(task.resources), key=lambda each: (mtls.namespace_of(each) != root, mtls.name_of(each))
        )

    holder = held(task.resources, subject)
    if task.check:
        dry = [policies.put_back(task.resources, each, dry_run=True) for each in ours()]
        predicted = [change for change in dry if change]
        return _answer(task, predicted, "restored" if predicted else "none", {})
    if not ours() and holder is None:
        return _answer(task, [], "none", {})
    with Journal.of(task, OPERATION, subject) as journal:
        if journal.state is None:
            journal.begin(plan={}, before={})
        written = []
        with acknowledged(task, late=True) as asked:
            for policy in ours():
                journal.check()
                written.append(policies.put_back(task.resources, policy))
            changes = [change for change in written if change]
            proxies = asked.of(changes)
        journal.close()
    return _answer(task, changes, "restored" if changes else "none", {}, proxies)
