# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of the authority at work: each phase is written in one request, and proven before the next.

The journal has the plan and what was written last, by a digest of its certificates; what is live says the phase.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.ca import Bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import plan as plans
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import proof, proxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.istiod import restart
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.material import Wanted
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import (
    ABORTING,
    BEFORE,
    ISSUING,
    RETIRED,
    TRUSTED,
    Plan,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.store import Store

_AGAIN = (
    "Run the task again to go on, when that is mended (a proxy that does not follow takes it when its workload is "
    "restarted, see workload_restart), or go back with state: aborted"
)


class Stopped(MeshError):
    """The work stops where it is; the next run goes on. ``details`` may have ``stragglers``."""


class Rotation:
    """Work whose journal and lease this run holds. ``seen``: the last look at the proxies."""

    def __init__(self, task: Task, store: Store, plan: Plan, journal: Journal):
        self._task, self._store, self.plan, self._journal = task, store, plan, journal
        self._namespace: str = task.params["istiod_namespace"]
        self.seen = proof.Seen()
        self.phase = BEFORE

    # ---- On the way --------------------------------------------------------------------------------------------------

    def advance(self, target: str, wanted: Wanted) -> None:
        """Go on until the phase ``target``. Raises Stopped and MeshError."""
        for phase in self.plan.phases[: self.plan.index(target) + 1]:
            live = self._ours()
            self.phase = self._where(live)
            if self.plan.index(self.phase) > self.plan.index(phase):
                continue
            if self.phase != phase:
                live = self._begin_phase(phase, live, wanted)
            self._restart_istiod(phase)
            self._prove(phase, live)

    def _begin_phase(self, phase: str, live: Authority, wanted: Wanted) -> Authority:
        """Write what the phase is. After the one before was proven, its roots have time to reach every mounted file."""
        if self.phase != BEFORE:
            self._settle()
            self._prove(self.phase, live)
        bundle = self._bundle(phase, live, wanted)
        live = self._write(phase, live, bundle)
        self.phase = phase
        return live

    def _bundle(self, phase: str, live: Authority, wanted: Wanted) -> Bundle:
        now = live.bundle
        if now is None:
            raise self._edited(live)
        if phase == TRUSTED:
            return now._replace(roots=plans.roots_text([*live.roots, *wanted.roots]))
        if phase == RETIRED:
            return now._replace(roots=plans.roots_text(wanted.roots, now.roots))
        signer = wanted.make().bundle or now
        if not self.plan.changes_root and not self.plan.live_renewal:
            return signer._replace(roots=now.roots)  # byte for byte: else istiod takes it for another root
        return signer._replace(roots=plans.roots_text([*wanted.roots, *live.roots], now.roots))

    def _write(self, phase: str, live: Authority, bundle: Bundle) -> Authority:
        """The journal first, so that whoever goes on after a kill knows what is ours."""
        over = live.bundle.digest if live.bundle else ""
        self._journal.record(phase, verdicts=[{"wrote": bundle.digest, "over": over}])
        self._task.progress(f"{self._store.label}: {phase}")
        return self._store.write(live, bundle)

    def _restart_istiod(self, phase: str) -> None:
        if self.plan.restarts_istiod and phase == self.plan.phases[0]:
            token = f"ca/{self.plan.new_roots[0][:12]}"
            restart(self._task, self._namespace, token, Deadline(self._task.params["wait_timeout"]))

    def _settle(self) -> None:
        """Roots reach the files of running pods by the kubelet, which nobody can be asked about."""
        reports, deadline = Progress(self._task, self._store.label), Deadline(self._task.params["settle"])
        while not deadline.is_over:
            reports.say(f"{self.phase} is proven; {deadline.left:.0f} s until the next phase")
            self._journal.check()
            deadline.sleep(5.0)

    # ---- Proof -------------------------------------------------------------------------------------------------------

    def _prove(self, phase: str, live: Authority) -> None:
        """Wait until everything has it. Raises Stopped, which names what has not."""
        follow = phase in (ISSUING, RETIRED) and self.plan.live_renewal
        distrusted = set(self.plan.old_roots) - set(self.plan.new_roots) if phase == RETIRED else set()
        self._until(phase, live, {fingerprint: fingerprint[:16] for fingerprint in distrusted}, leaves=follow)
        self._journal.record(phase, verdicts=[{"proven": self.seen.proxies}])

    def _until(self, phase: str, live: Authority, distrusted: dict[str, str], *, leaves: bool) -> None:
        deadline = Deadline(self._task.params["wait_timeout"])
        reports = Progress(self._task, self._store.label, deadline)
        for _turn in pauses(deadline, first=0.5, most=3.0):
            self._journal.check()
            now = self._store.read()
            if now.bundle is None or live.bundle is None or now.bundle.digest != live.bundle.digest:
                raise self._edited(now)
            self.seen = proof.look(self._task, self._namespace, live, distrusted, leaves=leaves)
            if self.seen.complete:
                return
            reports.say(f"{phase}: {self.seen.message}")
        raise Stopped(
            sentence(
                f"{self._store.label}: the phase {phase} is written, and is not proven after {deadline.elapsed:.0f} s: "
                f"{self.seen.message}",
                "The next phase was not begun" if phase in self.plan.phases[:-1] else "",
                _AGAIN,
            ),
            stragglers=self.seen.stragglers,
        )

    # ---- What is live is what we have written ------------------------------------------------------------------------

    def _ours(self) -> Authority:
        """What is live, which has to be what this work has written last, or what was there before. Raises Stopped."""
        live, state = self._store.read(), self._journal.state
        known = plans.digests(state.before["digest"], state.verdicts) if state else set()
        if live.bundle is None or live.bundle.digest not in known:
            raise self._edited(live)
        return live

    def _where(self, live: Authority) -> str:
        where = self.plan.locate(live)
        if where is None:
            raise self._edited(live)
        return where

    def _edited(self, live: Authority) -> Stopped:
        roots = ", ".join(root.label for root in live.roots) or "none"
        signing = live.signing.label if live.signing else "none"
        return Stopped(
            f"{self._store.label} is not as this work has left it at the phase {self.phase}: somebody has changed it "
            f"since. Its signing certificate is {signing}, its roots are {roots}. Nothing further was written. Put "
            "back what was there, or go back with state: aborted, which restores the authority from before."
        )

    # ---- Back --------------------------------------------------------------------------------------------------------

    def abort(self) -> None:
        """Restore the authority that was there before, by the same proofs. Raises Stopped and MeshError."""
        before, live = self._store.saved(), self._store.read()
        self.phase = self.plan.locate(live) or ABORTING
        if before is None or before.bundle is None:
            raise MeshError(
                f"{self._store.label}: the old root is not trusted any more, so there is no way back. Finish with "
                "state: retired; then the old authority can be rotated to like any other."
            )
        if live.bundle is None:
            raise self._edited(live)
        if not before.root_fingerprints <= live.root_fingerprints:  # retired already, or edited by hand
            roots = plans.roots_text([*live.roots, *before.roots])
            live = self._write(ABORTING, live, live.bundle._replace(roots=roots))
            self._until(ABORTING, live, {}, leaves=False)
        if live.signing != before.signing:
            live = self._sign_as_before(live, before)
        if live.root_fingerprints != before.root_fingerprints or live.bundle != before.bundle:
            live = self._write(ABORTING, live, before.bundle)
        surplus = set(self.plan.new_roots) - set(self.plan.old_roots)
        distrusted = {fingerprint: fingerprint[:16] for fingerprint in surplus}
        self._until(ABORTING, live, distrusted, leaves=self.plan.live_renewal)
        if before.source == "self_signed":
            self._store.remove(live)
            token = f"ca/{self.plan.old_signing[:12]}/before"
            restart(self._task, self._namespace, token, Deadline(self._task.params["wait_timeout"]))
        self.finish()

    def _sign_as_before(self, live: Authority, before: Authority) -> Authority:
        """Certificates by the old authority again, while every root is trusted. Raises Stopped."""
        trusts = {root.fingerprint: root.label for root in before.roots}
        asked = proxies.survey(self._task)
        stragglers = proxies.Expectation(trusts, {}).stragglers(asked)
        if stragglers:
            self.seen = proof.Seen([], stragglers, len(asked))
            raise Stopped(
                sentence(
                    f"{self._store.label} was left as it is: {self.seen.message}",
                    "They would refuse certificates by the old authority. Restart them first",
                ),
                stragglers=stragglers,
            )
        if before.bundle is None or live.bundle is None:
            raise self._edited(live)
        roots = plans.roots_text([*before.roots, *live.roots], live.bundle.roots)
        if not self.plan.changes_root and not self.plan.live_renewal:
            roots = live.bundle.roots
        live = self._write(ABORTING, live, before.bundle._replace(roots=roots))
        self._until(ABORTING, live, {}, leaves=self.plan.live_renewal)
        return live

    def finish(self) -> None:
        """The end: there is no way back, and no need for it."""
        self._store.forget()
        self._journal.close()

    @property
    def state(self) -> State | None:
        """What the journal has; None where nothing was begun."""
        return self._journal.state
