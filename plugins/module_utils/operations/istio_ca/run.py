# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``istio_ca`` does: begins, goes on with, finishes or aborts a change of the authority of a mesh."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal, held
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import authority as authorities
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import (
    material,
    preflight,
    proxies,
    report,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import plan as plans
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority, Settings
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.material import Wanted
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import OPERATION, Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.rotation import Rotation
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.store import Store


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of istio_ca. Raises MeshError; its details have the record and the stragglers."""
    files.check_record(task)
    namespace, state = task.params["istiod_namespace"], task.params["state"]
    store = Store(task.resources, namespace)
    holder = held(task.resources, plans.subject_of(namespace))
    under_way = holder.state if holder and holder.state.operation == OPERATION else None
    if state == "aborted":
        return _abort(task, store, under_way)
    live, wanted = store.read(), material.of(task)
    if live.source == "none" and not under_way:
        return _create(task, store, live, wanted)
    if under_way is None and _is_done(live, wanted, state):
        return report.unchanged(task, live)
    if under_way is None:
        settings = authorities.settings(task.resources, namespace)
        plan = _plan(live, wanted, settings)
        _refuse(task, live, settings, plan, state)
    else:
        plan = plans.parse(under_way.plan)
        _refuse_another(plan, wanted)
    target = _target(plan, state)
    if task.check:
        return report.predicted(task, store, live, plan, target, wanted)
    with Journal.of(task, OPERATION, plans.subject_of(namespace)) as journal:
        rotation = Rotation(task, store, _begun(task, store, journal, plan), journal)
        try:
            rotation.advance(target, wanted)
            if target == plan.phases[-1]:
                rotation.finish()
        except MeshError as error:
            raise report.failed(task, store, rotation, error) from None
        return report.result(task, store, rotation)


def _begun(task: Task, store: Store, journal: Journal, plan: Plan) -> Plan:
    """The plan of the journal, which is begun where there is none. Raises MeshError."""
    if journal.state is not None:
        return plans.parse(journal.state.plan)
    live = store.read()
    if live.bundle is None or live.signing is None or live.signing.fingerprint != plan.old_signing:
        raise MeshError(f"{store.label} was changed by somebody else in this very moment. Run the task again.")
    store.save(live)
    before = {"digest": live.bundle.digest, "source": live.source, "authority": live.row(times.now())}
    journal.begin(plan=plan.row(), before=before)
    return plan


def _is_done(live: Authority, wanted: Wanted, state: str) -> bool:
    """Whether what is wanted is there as a whole; a phase on the way to it needs no more."""
    roots = {root.fingerprint for root in wanted.roots}
    same = live.root_fingerprints == roots and live.source == "plugged"
    return same and (state == plans.TRUSTED or wanted.is_met_by(live))


def _plan(live: Authority, wanted: Wanted, settings: Settings) -> Plan:
    if live.signing is None:
        raise MeshError("There is no authority to begin from.")
    return Plan(
        old_roots=tuple(sorted(live.root_fingerprints)),
        new_roots=tuple(sorted(root.fingerprint for root in wanted.roots)),
        old_signing=live.signing.fingerprint,
        live_renewal=settings.multiroot and settings.xds_agent,
        restarts_istiod=live.source == "self_signed",
    )


def _refuse(task: Task, live: Authority, settings: Settings, plan: Plan, state: str) -> None:
    """Raises MeshError with everything that has to be mended before anything is written."""
    namespace = task.params["istiod_namespace"]
    problems = preflight.problems(task.resources, live, settings, namespace, plan.changes_root)
    if plan.changes_root and state == "present":
        problems.append(
            "Another root is wanted than the one that the mesh trusts, which state: present does not change. Go by the "
            "phases trusted, issuing and retired; state: retired goes the whole way."
        )
    if problems:
        raise MeshError(sentence("The authority was not touched", *problems), problems=problems)
    if plan.changes_root:
        late = [proxy.label for proxy in proxies.survey(task) if not proxy.takes_anchors]
        if late:
            task.warn(f"These proxies follow only when they are restarted, in each phase: {few(late)}.")


def _refuse_another(plan: Plan, wanted: Wanted) -> None:
    if not wanted.predicted and {root.fingerprint for root in wanted.roots} != set(plan.new_roots):
        raise MeshError(
            f"A change to the root {', '.join(name[:16] for name in plan.new_roots)} is under way, and this task wants "
            f"{', '.join(root.label for root in wanted.roots)}. Finish or abort that one first."
        )


def _target(plan: Plan, state: str) -> str:
    """The phase that this run is to reach."""
    return state if state in plan.phases else plan.phases[-1]


def _create(task: Task, store: Store, live: Authority, wanted: Wanted) -> dict[str, Any]:
    """A mesh without any authority: nobody has a certificate that could be lost."""
    settings = authorities.settings(task.resources, store.namespace)
    problems = preflight.problems(task.resources, live, settings, store.namespace, False)
    if problems:
        raise MeshError(sentence("The authority was not touched", *problems), problems=problems)
    new = wanted.make()
    if not task.check and new.bundle:
        store.write(live, new.bundle)
    else:
        store.written.append(store.row(live, new))
    return report.created(task, store, new)


def _abort(task: Task, store: Store, under_way: State | None) -> dict[str, Any]:
    if under_way is None:
        task.progress("no change of the authority is under way, so there is nothing to abort")
        return report.unchanged(task, store.read())
    if task.check:
        return report.predicted_abort(task, store)
    with Journal.of(task, OPERATION, plans.subject_of(store.namespace)) as journal:
        if journal.state is None:
            return report.unchanged(task, store.read())
        rotation = Rotation(task, store, plans.parse(journal.state.plan), journal)
        try:
            rotation.abort()
        except MeshError as error:
            raise report.failed(task, store, rotation, error) from None
        rotation.phase = "aborted"
        return report.result(task, store, rotation)
