# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module for one object does, for every kind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change as change_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results, wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import NONE, Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.propagation import Propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import plaintext, unresolved


def manage(kind: Kind, conversation: Conversation = NONE, *, declare: Callable | None = None) -> Callable:
    """The ``run`` of a module that manages one object of this kind.

    ``conversation``: what can be asked of the kind's controller.
    ``declare(task) -> object``: for a module whose options are not the fields of the object.
    """

    def run(task: Task) -> dict:
        if task.delivers_to_git:
            from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import (
                git_delivery as delivery,  # only who needs it pays
            )

            return delivery.deliver_object(task, kind, declare)
        resources = task.resources
        if declare:
            desired = declare(task)
        else:
            desired = desired_module.declared(kind, task.written, task.options, task.default_namespace, task.warn)
        if kind.normalise:
            desired = kind.normalise(desired)
        live = _read(resources, kind, desired, task)
        work = _absent if task.params.get("state") == "absent" else _present
        with contextlib.closing(Propagation(task, resources, lambda _kind: conversation)) as propagation:
            return work(task, resources, kind, desired, live, propagation, conversation)

    return run


def _read(resources: Resources, kind: Kind, desired: dict, task: Task) -> dict | None:
    namespace, name = desired["metadata"].get("namespace"), desired["metadata"]["name"]
    try:
        return resources.get(kind, namespace, name)
    except NotInstalled as error:
        # Nothing of a kind that is not served can be there to delete; and a check cannot judge yet.
        if task.check or task.params.get("state") == "absent":
            return None
        raise change_module.explained(error, kind, namespace, name) from None
    except ApiError as error:
        raise change_module.explained(error, kind, namespace, name) from None


def _present(
    task: Task,
    resources: Resources,
    kind: Kind,
    desired: dict,
    live: dict | None,
    propagation: Propagation,
    conversation: Conversation,
) -> dict:
    deadline = Deadline(task.params["wait_timeout"])
    item = Item(kind, desired, "the task")
    if task.check:
        unresolved.check(task, [item], [item])

    def before_write() -> None:
        if not task.check:
            unresolved.check(task, [item], [item])
        plaintext.check(task, [(item, live)])
        propagation.begin([kind])

    made = applied(task, resources, kind, desired, live, before_write=before_write)
    waited = False
    if task.params.get("wait") and not task.check:
        with _told(made):
            made.after = _wait_ready(task, resources, kind, conversation, made.after, deadline)
            propagation.acked([made], deadline)
        waited = True
    return results.of_object(task, made, waited=waited, proxies=propagation.proxies)


def applied(
    task, resources: Resources, kind: Kind, desired: dict, live: dict | None, before_write: Callable | None = None
) -> Change:
    """``change.apply`` as the task's own options want it. Raises MeshError."""
    return change_module.apply(
        resources,
        kind,
        desired,
        live,
        manager=task.params["field_manager"],
        force=bool(task.params.get("force_conflicts")),
        check=task.check,
        before_write=before_write,
        foreign_fields=task.params.get("foreign_fields"),
    )


@contextlib.contextmanager
def _told(made: Change) -> Iterator[None]:
    """A wait that fails comes after a write, and the failed result says so."""
    try:
        yield
    except MeshError as error:
        error.details.setdefault("changed", made.changed)
        error.details.setdefault("resources", [made.row()])
        raise


def _wait_ready(
    task, resources: Resources, kind: Kind, conversation: Conversation, live: dict, deadline: Deadline
) -> dict:
    """The kind's own wait, then the task's ``wait_for``; returns the object as it is then."""
    expression = task.params.get("wait_for")
    if conversation.wait:
        live = conversation.wait(task, resources, live, deadline)
        if not expression:
            return live
    return wait.until_ready(task, resources, kind, live, expression, deadline)


def _absent(
    task: Task,
    resources: Resources,
    kind: Kind,
    desired: dict,
    live: dict | None,
    propagation: Propagation,
    conversation: Conversation,
) -> dict:
    namespace, name = desired["metadata"].get("namespace"), desired["metadata"]["name"]
    deadline = Deadline(task.params["wait_timeout"])
    if live and conversation.before_delete and not task.check:
        live = conversation.before_delete(task, resources, live) or live
    if live:
        propagation.begin([kind])
    made = change_module.delete(
        resources,
        kind,
        namespace,
        name,
        live,
        check=task.check,
        propagation=task.params.get("propagation") or "Background",
    )
    waited = False
    if live and task.params.get("wait") and not task.check:
        with _told(made):
            if conversation.wait_deleted:
                conversation.wait_deleted(task, resources, live, deadline)
            else:
                wait.until_gone(task, resources, kind, live, deadline)
            propagation.acked([made], deadline)
        waited = True
    return results.of_object(task, made, waited=waited, proxies=propagation.proxies)
