# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of long work: what a run has begun with an object, so that the next run can finish it or go back.

It is a ConfigMap beside the object, together with a lease of the same name (``engine/lease.py``). What is live is the
truth; the journal explains it. While it exists the work is unfinished, whether or not a run is at it right now: work
that goes on one step a task holds its objects between two tasks as well. ``close`` removes it.

::

    with Journal.of(task, "traffic_shift", subject) as journal:
        if journal.state is None:
            journal.begin(plan={"weights": [5, 50, 100]}, before=saved, holds=[destination_rule])
        ...
        journal.record("weight 5", verdicts=[{"gate": "errors", "verdict": "pass"}])  # at each step, before and after
        ...
        journal.close()

An object has one journal, whatever the operation; so two operations never meet on it.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import lease
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import (
    LIMIT,
    ROOM,
    State,
    Subject,
    fitting,
    name_of,
    parse,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import MANAGED_BY

MANAGER = "meshops.lifecycle.journal"
OPERATION = "meshops.lifecycle/operation"  # the label of journals and their leases; its value is the operation
_KEY = "journal"  # of the ConfigMap's data
_KEPT = 200  # runs and steps, each


class Journal:
    """A subject's journal while this run holds its lease. ``state`` is None until ``begin`` of new work."""

    def __init__(self, resources: Resources, operation: str, subject: Subject, namespace: str, run: str):
        self._resources, self._operation, self._subject = resources, operation, subject
        self._namespace, self._name, self.run = namespace, name_of(subject), run
        self._live: dict | None = None
        self.state: State | None = None
        self.lease: lease.Lease

    @classmethod
    def of(cls, task: Task, operation: str, subject: Subject, namespace: str | None = None) -> Journal:
        """``open`` as a task wants it, by the options of the fragment ``journal``."""
        return cls.open(
            task.resources,
            operation,
            subject,
            namespace=namespace,
            run=task.params["run"] or "",
            duration=task.params["lease_duration"],
            progress=task.progress,
        )

    @classmethod
    def open(
        cls,
        resources: Resources,
        operation: str,
        subject: Subject,
        *,
        namespace: str | None = None,
        run: str = "",
        duration: int = lease.DURATION,
        progress: Callable[[str], object] | None = None,
    ) -> Journal:
        """Take the lease, and read what an earlier run has left.

        ``namespace``: where the journal lies, for a subject without one; ``run``: how people know this run (an AWX
        job's id, say), made up where it is empty. Raises ``lease.Held`` while another run is at work, and MeshError
        when another operation has begun something with the subject.
        """
        place = namespace or subject.namespace
        if not place:
            raise ValueError(f"{subject.label} has no namespace, so the journal needs one")
        journal = cls(resources, operation, subject, place, run or uuid.uuid4().hex[:8])
        with _explained(subject, operation, place):
            journal.lease = lease.acquire(
                resources,
                place,
                journal._name,
                lease.identity(journal.run),
                label=subject.label,
                labels=labels_of(operation),
                duration=duration,
                progress=progress,
            )
            try:
                journal._read()
            except BaseException:
                journal.lease.release()
                raise
        return journal

    def _read(self) -> None:
        self._live = self._resources.get(CONFIGMAP, self._namespace, self._name)
        if self._live is None:
            return
        state = _state(self._live)
        if state.operation != self._operation:
            raise MeshError(
                f"{self._subject.label} is held by {state.operation}, which was begun at {state.started} and is at "
                f"step {state.step!r}. Finish or abort it first."
            )
        state.runs = [*state.runs, self._this_run()][-_KEPT:]
        self._write(state)

    def begin(
        self, *, plan: dict, before: dict, holds: Iterable[Subject] = (), step: str = "begin", facts: dict | None = None
    ) -> None:
        """Note what is to be done and what was there, before anything is changed.

        ``facts``: see ``record``.

        Raises MeshError for a secret, for more than a ConfigMap holds, and when another journal holds an object.
        """
        now = times.text_of(times.now())
        objects = list(dict.fromkeys([self._subject, *holds]))
        state = State(self._operation, self._subject, objects, now, step, now, plan, before, [self._this_run()])
        state.facts = facts or {}
        size = len(state.text().encode())
        if size > LIMIT - ROOM:
            raise MeshError(
                f"The journal of {self._operation} of {self._subject.label} would have {size} bytes. A ConfigMap holds "
                f"{LIMIT}, of which {ROOM} stay free for its steps. Do the work in parts, with fewer objects each."
            )
        self._write(state)
        self._refuse_held(objects)

    def _refuse_held(self, objects: list[Subject]) -> None:
        """After ours was written, so that of two that begin at once at least one sees the other."""
        for holder in holders(self._resources, {self._namespace, *(held.namespace for held in objects)}):
            shared = [held.label for held in holder.state.holds if held in objects]
            if shared and holder.state.subject != self._subject:
                self.close()
                raise MeshError(f"{', '.join(shared)}: {holder.message}", holder=holder.row())

    def record(self, step: str, *, verdicts: Iterable[dict] = (), facts: dict | None = None) -> None:
        """Note that the work is at this step, and what was found there. Raises Lost, MeshError.

        ``facts``: what verdicts refer to; they replace those of the same keys. Write it before a step changes
        something, and after it was proven.
        """
        if self.state is None:
            raise ValueError("a journal begins with begin()")
        now = times.text_of(times.now())
        state = replace(self.state)
        if step != state.step:
            state.steps = [*state.steps, {"step": state.step, "started": state.step_started, "ended": now}][-_KEPT:]
            state.step, state.step_started = step, now
        state.facts = {**state.facts, **(facts or {})}
        state.verdicts = [*state.verdicts, *({"time": now, "step": step, **verdict} for verdict in verdicts)]
        self._write(state)

    def check(self) -> None:
        """See that the work is still ours, before something is written. Raises Lost, and ApiError."""
        self.lease.check()

    def _write(self, state: State) -> None:
        """Store it on top of what was read last. Raises Lost, MeshError."""
        with _explained(self._subject, self._operation, self._namespace):
            self._store(state)

    def _store(self, state: State) -> None:
        self.lease.check()
        text = fitting(state)
        metadata = {"namespace": self._namespace, "name": self._name, "labels": labels_of(self._operation)}
        body = {"apiVersion": "v1", "kind": "ConfigMap", **(self._live or {"metadata": metadata}), "data": {_KEY: text}}
        try:
            if self._live:
                self._live = self._resources.replace(CONFIGMAP, body, manager=MANAGER)
            else:
                self._live = self._resources.create(CONFIGMAP, self._namespace, body, manager=MANAGER)
        except ApiError as error:
            if error.status not in (404, 409):
                raise
            self._live = self._ours(text)
        self.state = state

    def _ours(self, text: str) -> dict:
        """After a conflict: the journal where it is as we wrote it, because only the answer was lost."""
        live = self._resources.get(CONFIGMAP, self._namespace, self._name)
        if live and (live.get("data") or {}).get(_KEY) == text:
            return live
        what = "was changed" if live else "was deleted"
        raise MeshError(
            f"ConfigMap {self._namespace}/{self._name}, the journal of {self._operation} of {self._subject.label}, "
            f"{what} by somebody else during the work. It stops here; look at the object before you run it again."
        )

    def close(self) -> State | None:
        """The work is done, or undone: remove the journal, and give the lease up; returns what was in it.

        Raises Lost, MeshError.
        """
        if self._live:
            with _explained(self._subject, self._operation, self._namespace):
                self.lease.check()
                conditions = {"uid": self._live["metadata"]["uid"]}
                self._resources.delete(CONFIGMAP, self._namespace, self._name, preconditions=conditions)
            self._live = None
        self.lease.release()
        return self.state

    def _this_run(self) -> dict:
        return {"run": self.run, "holder": self.lease.identity, "started": times.text_of(times.now())}

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_error: object) -> None:
        """The lease is given up; the journal stays unless it was closed, for the next run."""
        self.lease.release()


def labels_of(operation: str) -> dict[str, str]:
    """The labels of what an operation keeps beside its objects."""
    return {MANAGED_BY: "meshops.lifecycle", OPERATION: operation}


def _state(live: dict) -> State:
    metadata = live["metadata"]
    return parse((live.get("data") or {}).get(_KEY, ""), f"ConfigMap {metadata['namespace']}/{metadata['name']}")


@dataclass
class Holder:
    """Unfinished work, as others see it. ``identity``: who has its lease now; None between two runs."""

    state: State
    identity: str | None
    renewed: str | None

    @property
    def message(self) -> str:
        """Who holds it, since when, and what to do; without the object's name."""
        state = self.state
        now = f"{self.identity} is at work on it (renewed at {self.renewed})" if self.identity else "no run is at work"
        return (
            f"{state.operation} of {state.subject.label} holds it since {state.started}, and is at step {state.step!r} "
            f"since {state.step_started}; {now}. Wait for its end, or finish or abort it."
        )

    def row(self) -> dict:
        """The same for a result."""
        state = self.state
        return {
            "operation": state.operation,
            "subject": state.subject.label,
            "holds": [held.label for held in state.holds],
            "since": state.started,
            "step": state.step,
            "step_since": state.step_started,
            "holder": self.identity,
            "renewed": self.renewed,
        }


def held(resources: Resources, subject: Subject) -> Holder | None:
    """Whose unfinished work holds an object. For many objects, ask :func:`holders` once."""
    namespaces = {subject.namespace} if subject.namespace else set()
    return next((holder for holder in holders(resources, namespaces) if subject in holder.state.holds), None)


def holders(resources: Resources, namespaces: Iterable[str | None] = ()) -> list[Holder]:
    """All unfinished work of a cluster; where that may not be listed, of these namespaces.

    Raises ApiError, and MeshError for a journal that cannot be read; where namespaces are given, one in these.
    """
    places = sorted({namespace for namespace in namespaces if namespace})
    journals = _listed(resources, CONFIGMAP, places)
    specs = {_place(live): live["spec"] for live in _listed(resources, lease.KIND, places)} if journals else {}
    unfinished = []
    for live in journals:
        spec = specs.get(_place(live), {})
        try:
            unfinished.append(Holder(_state(live), spec.get("holderIdentity"), spec.get("renewTime")))
        except MeshError:
            if not places or live["metadata"]["namespace"] in places:
                raise
    return unfinished


def _listed(resources: Resources, kind: Kind, places: list[str]) -> list[dict]:
    try:
        return resources.list(kind, None, OPERATION)
    except ApiError as error:
        if error.status != 403 or not places:
            raise
    return [live for place in places for live in resources.list(kind, place, OPERATION)]


def _place(live: dict) -> tuple[str, str]:
    return live["metadata"]["namespace"], live["metadata"]["name"]


@contextlib.contextmanager
def _explained(subject: Subject, operation: str, namespace: str) -> Iterator[None]:
    """An error of the API server as an answer about the journal."""
    try:
        yield
    except ApiError as error:
        verbs = "get, list, create, update and delete on configmaps and leases (coordination.k8s.io)"
        rights = f" It needs {verbs} in {namespace}." if error.status == 403 else ""
        raise MeshError(
            f"{subject.label}: {operation} cannot keep its journal and lease: {error.message}{rights}", **error.as_sent
        ) from None
