# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration at work: one stage after the other, each written, proven, watched, and put back when it goes wrong."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.peerauthentication import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import acknowledgement
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.acknowledgement import Acknowledgement
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import report, snapshot
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import (
    exceptions,
    policies,
    upkeep,
    watching,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import Waiver
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.plan import (
    CLEANUP,
    HELD,
    MESH,
    PUT_BACK,
    STRICT,
    Plan,
)

Document = dict[str, Any]
Row = dict[str, Any]
_NAME = "default"


class Migration:
    """A migration whose journal and lease this run holds. ``changes``: what it has written, in order."""

    def __init__(self, task: Task, plan: Plan, waivers: list[Waiver], journal: Journal, prometheus: Prometheus):
        self._task, self._plan, self._waivers = task, plan, waivers
        self._journal, self._prometheus = journal, prometheus
        self.changes: list[Change] = []
        self.proxies: int | None = None
        self._root = report.root_of(task)
        self._known = KnownProxies()

    def run(self) -> dict[str, str]:
        """All stages that are left; how each has ended. Raises MeshError."""
        while True:
            ended = self.ended()
            stage = plan_module.following(self._plan, ended)
            if stage is None or (PUT_BACK in ended.values() and not self._task.params["keep_going"]):
                return ended
            if stage == CLEANUP:
                self._clean_up()
            else:
                self._stage(stage)

    def ended(self) -> dict[str, str]:
        """How stages have ended so far."""
        return plan_module.outcomes(self._rows())

    def _rows(self) -> list[Row]:
        return self._journal.state.verdicts if self._journal.state else []

    def _note(self, stage: str, **row: Any) -> None:
        self._journal.record(stage, verdicts=[{"stage": stage, **row}])

    def _stage(self, stage: str) -> None:
        """A namespace, or the mesh."""
        namespace = None if stage == MESH else stage
        why = next((row["reason"] for row in self._rows() if row.get("stage") == stage and "reason" in row), None)
        if why is not None:  # a run before this one was killed on its way back
            self._put_back(stage, why, Stopwatch())
            return
        begun = next((row for row in self._rows() if row.get("stage") == stage and "usual" in row), None)
        if begun is None:
            reasons = self._against(namespace) if namespace else []
            if reasons:
                self._note(stage, outcome=HELD, reasons=reasons)
                self._task.warn(f"{stage} stays as it is: {'; '.join(reasons)}.")
                return
            begun = {"usual": watching.usual(self._prometheus, namespace), **self._kept(namespace)}
            self._note(stage, **begun)
        watch = Stopwatch()
        try:
            with acknowledged(self._task, known=self._known) as asked:
                written = self._write_mesh() if namespace is None else self._write(namespace)
                self.changes += written
                self.proxies = asked.of(written)
        except MeshError as error:
            self._put_back(stage, f"the change did not succeed: {error.message}", watch)
            return
        self._note(stage, proven=True, proxies=self.proxies)
        self._task.progress(f"{stage}: mTLS required, acknowledged by {self.proxies or 'no'} proxies; watching")
        reason, seen = watching.look(self._task, self._prometheus, namespace, begun["usual"])
        edited = "" if reason else self._changed_since(namespace)
        if reason:
            self._put_back(stage, reason, watch)
        elif edited:
            self._note(stage, outcome=HELD, reasons=[edited])
            self._task.warn(f"{stage}: {edited}. It stays so.")
        else:
            self._note(stage, outcome=STRICT, **seen)
            self._task.progress(f"{stage}: mTLS required, {seen.get('resets', 0)} connections lost")

    def _against(self, namespace: str) -> list[str]:
        """What is against it now: a namespace may have waited for an hour for its turn."""
        planned = exceptions.policies(self._waivers, namespace)
        gone = upkeep.surplus(upkeep.live(self._task.resources), self._waivers, namespace)
        names = [mtls.name_of(policy) for policy in gone]
        _live, facts, findings = report.facts_of(self._task, self._prometheus, [namespace], planned, names)
        again = plan_module.of(
            facts["namespaces"],
            findings,
            self._waivers,
            unproven=self._task.params["unproven"],
            ignored=self._task.params["ignore_findings"] or (),
            differing={namespace: bool(gone)},
        )
        return again.held.get(namespace) or []

    # ---- Writing -----------------------------------------------------------------------------------------------------

    def _write(self, namespace: str) -> list[Change]:
        """Exceptions first, so that nothing is refused in between; those that have ended go last."""
        self._journal.check()
        changes = upkeep.declare(self._task.resources, self._waivers, namespace)
        if not self._plan.was_strict(namespace):
            changes.append(self._require(namespace))
        changes += upkeep.remove(self._task.resources, self._waivers, namespace)
        return [change for change in changes if change]

    def _kept(self, namespace: str | None) -> Row:
        """The exceptions that are there before the change, for the way back."""
        if namespace is None or not self._plan.was_strict(namespace):
            return {}
        there = [policy for policy in upkeep.live(self._task.resources) if mtls.namespace_of(policy) == namespace]
        return {"exceptions": [upkeep.kept(policy) for policy in there]}

    def _require(self, namespace: str) -> Change | None:
        """STRICT for a namespace, or for the mesh where it is the root: by the policy that decides, or a new one."""
        listed = mtls.Policies(self._task.resources.list(KIND, namespace), self._root)
        scope = mtls.MESH if namespace == self._root else mtls.NAMESPACE
        live = listed.deciding(scope, namespace)
        if live:
            return policies.make_strict(self._task.resources, live)
        document = exceptions.created(namespace, _NAME, {"mtls": {"mode": mtls.STRICT}})
        return policies.create(self._task.resources, document)

    def _write_mesh(self) -> list[Change]:
        """Namespaces that stay PERMISSIVE say so themselves before the mesh is STRICT."""
        self._journal.check()
        resources = self._task.resources
        live = snapshot.read(self._task, self._root)
        changes = []
        for namespace in live.namespaces:
            effective = live.policies.of(namespace, {})
            own = live.policies.deciding(mtls.NAMESPACE, namespace)
            if (
                effective.mode != mtls.STRICT
                and namespace != self._root
                and (own is None or own is not effective.source)
            ):
                if own is not None:
                    label = KIND.label(namespace, own["metadata"]["name"])
                    raise MeshError(f"{label} has no mode, and would become STRICT with the mesh. Set its mode first.")
                document = exceptions.created(namespace, _NAME, {"mtls": {"mode": mtls.PERMISSIVE}})
                changes.append(policies.create(resources, document))
        changes.append(self._require(self._root))
        return [change for change in changes if change]

    def _clean_up(self) -> None:
        """Policies of namespaces that only repeat what the mesh says."""
        written = []
        with acknowledged(self._task, known=self._known) as asked:
            for policy in policies.ours(self._task.resources):
                plain = mtls.namespace_of(policy) != self._root and not mtls.selector_of(policy)
                if plain and policies.is_created(policy) and mtls.mode_of(policy.get("spec")) == mtls.STRICT:
                    self._journal.check()
                    written.append(policies.put_back(self._task.resources, policy))
            changes = [change for change in written if change]
            self.changes += changes
            self.proxies = asked.of(changes)
        self._note(CLEANUP, outcome=STRICT, removed=[change.label for change in changes])

    # ---- Watching and going back -------------------------------------------------------------------------------------

    def _changed_since(self, namespace: str | None) -> str:
        """What somebody has made of it while it was watched, in words; empty when mTLS is required still."""
        listed = mtls.Policies(self._task.resources.list(KIND, None), self._root)
        mode = listed.of(namespace or "", {}).mode
        return "" if mode == mtls.STRICT else f"somebody has set its mode to {mode} while it was watched"

    def _put_back(self, stage: str, reason: str, watch: Stopwatch) -> None:
        """Bring everything of a stage to what it was."""
        self._task.warn(f"{stage} is put back: {reason}.")
        self._journal.record(stage, verdicts=[{"stage": stage, "reason": reason}])
        trouble = ""
        with acknowledged(self._task, late=True, known=self._known) as asked:
            changes = [change for change in self._restored(stage) if change]
            self.changes += changes
            seconds = round(watch.elapsed, 1)
            try:
                self.proxies = asked.of(changes)
            except MeshError as error:
                trouble = error.message
        self._note(stage, outcome=PUT_BACK, reason=reason, seconds=seconds, trouble=trouble, proxies=self.proxies)

    def _restored(self, stage: str) -> list[Change | None]:
        begun = next((row for row in self._rows() if row.get("stage") == stage and "exceptions" in row), None)
        if begun is not None:
            self._journal.check()
            return upkeep.restore(self._task.resources, begun["exceptions"], stage)
        written = []
        for policy in policies.ours(self._task.resources):
            if mtls.namespace_of(policy) == (self._root if stage == MESH else stage):
                self._journal.check()
                written.append(policies.put_back(self._task.resources, policy))
        return written


def acknowledged(
    task: Task, late: bool = False, known: KnownProxies | None = None
) -> contextlib.AbstractContextManager[Acknowledgement]:
    """Who is asked whether proxies have a policy, see ``acknowledgement.opened``."""
    return acknowledgement.opened(task, "a policy", late=late, known=known)
