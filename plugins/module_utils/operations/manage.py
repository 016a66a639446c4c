# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module for one object does, for every kind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan, results, wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change, explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import NONE, Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Document
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.propagation import Propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import held, plaintext, unresolved

Result = dict[str, Any]


def manage(
    kind: Kind,
    conversation: Conversation = NONE,
    *,
    declare: Callable[[Task], Document] | None = None,
    compare: Callable[[Task, Document, Document | None], Result] | None = None,
) -> Callable[[Task], Result]:
    """The ``run`` of a module that manages one object of this kind.

    ``conversation``: what can be asked of the kind's controller.
    ``declare(task) -> object``: for a module whose options are not the fields of the object.
    ``compare(task, desired, live)``: more keys for the result; raises MeshError for what is not to be written.
    """

    def run(task: Task) -> Result:
        if task.delivers_to_git:
            from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import (
                git_delivery as delivery,  # only who needs it pays
            )

            return delivery.deliver_object(task, kind, declare)
        desired = declare(task) if declare else _declared(task, kind)
        desired = kind.normalise(desired) if kind.normalise else desired
        live = _read(task, kind, desired)
        with contextlib.closing(Propagation(task, task.resources, lambda _kind: conversation)) as propagation:
            deadline = Deadline(task.params["wait_timeout"])
            work = Work(task, kind, desired, live, conversation, propagation, deadline)
            if task.params.get("state") == "absent":
                return _absent(work)
            more = compare(task, desired, live) if compare else {}
            return {**_present(work), **more}

    return run


@dataclass(frozen=True)
class Work:
    """One call: the object as it is declared and as it was read, whom to ask about it, and until when."""

    task: Task
    kind: Kind
    desired: Document
    live: Document | None
    conversation: Conversation
    propagation: Propagation
    deadline: Deadline

    @property
    def resources(self) -> Resources:
        return self.task.resources

    @property
    def waits(self) -> bool:
        return bool(self.task.params.get("wait")) and not self.task.check


def _declared(task: Task, kind: Kind) -> Document:
    return desired_module.declared(kind, task.written, task.options, task.default_namespace, task.warn)


def _read(task: Task, kind: Kind, desired: Document) -> Document | None:
    namespace, name = desired["metadata"].get("namespace"), desired["metadata"]["name"]
    try:
        return task.resources.get(kind, namespace, name)
    except NotInstalled as error:
        # Nothing of a kind that is not served can be there to delete; and a check cannot judge yet.
        if task.check or task.params.get("state") == "absent":
            return None
        raise explained(error, kind, namespace, name) from None
    except ApiError as error:
        raise explained(error, kind, namespace, name) from None


def _present(work: Work) -> Result:
    task = work.task
    sending = writer(task)
    (planned,) = held.left_alone(task, [sending.decide(work.kind, work.desired, work.live)])
    item = Item(work.kind, work.desired, "the task")
    dangling = unresolved.check(task, [item], [item]) if planned.writes or task.check else []
    if planned.writes:
        plaintext.check(task, [plaintext.Changing(work.kind, work.desired, work.live)])
        work.propagation.begin([work.kind])
    change = sending.carry_out(planned)
    if work.waits and change.after is not None:
        with _with_what_was_done(change):
            change.after = _wait_ready(work, change.after)
            work.propagation.acked([change], work.deadline)
    return results.of_object(
        task, change, waited=work.waits, proxies=work.propagation.proxies, unresolved=dangling or None
    )


def _absent(work: Work) -> Result:
    task, conversation, live = work.task, work.conversation, work.live
    namespace, name = work.desired["metadata"].get("namespace"), work.desired["metadata"]["name"]
    held.refuse(task, [plan.deletion(work.kind, namespace, name, live)])
    if live and conversation.before_delete and not task.check:
        live = conversation.before_delete(task, work.resources, live) or live
    if live:
        plaintext.check(task, [plaintext.Changing(work.kind, None, live)])
        work.propagation.begin([work.kind])
    change = writer(task).carry_out(plan.deletion(work.kind, namespace, name, live))
    waits = bool(live) and work.waits
    if live and waits:
        with _with_what_was_done(change):
            if conversation.wait_deleted:
                conversation.wait_deleted(task, work.resources, live, work.deadline)
            else:
                wait.until_gone(task, work.resources, work.kind, live, work.deadline)
            work.propagation.acked([change], work.deadline)
    return results.of_object(task, change, waited=waits, proxies=work.propagation.proxies)


def writer(task: Task, resources: Resources | None = None) -> Writer:
    """What writes as the task's own options want it, in the task's cluster or another."""
    return Writer(
        resources or task.resources,
        task.params["field_manager"],
        force=bool(task.params.get("force_conflicts")),
        check=task.check,
        propagation=task.params.get("propagation") or "Background",
        foreign_fields=task.params.get("foreign_fields"),
    )


def applied(task: Task, resources: Resources, kind: Kind, desired: Document, live: Document | None) -> Change:
    """Bring one object to what is declared, as the task's own options want it. Raises MeshError."""
    sending = writer(task, resources)
    return sending.carry_out(sending.decide(kind, desired, live))


@contextlib.contextmanager
def _with_what_was_done(change: Change) -> Iterator[None]:
    """A wait that fails comes after a write, and the failed result says so."""
    try:
        yield
    except MeshError as error:
        error.details.setdefault("changed", change.changed)
        error.details.setdefault("resources", [change.row()])
        raise


def _wait_ready(work: Work, live: Document) -> Document:
    """The kind's own wait, then the task's ``wait_for``; returns the object as it is then."""
    expression = work.task.params.get("wait_for")
    if work.conversation.wait:
        live = work.conversation.wait(work.task, work.resources, live, work.deadline)
        if not expression:
            return live
    return wait.until_ready(work.task, work.resources, work.kind, live, expression, work.deadline)
