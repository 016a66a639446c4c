# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``delivery: git``: what is declared becomes files, a commit and a push, and, if asked for, true in the cluster."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock, masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, guard
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, settings
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.checkout import Checkout
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.remote import Remote
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.seal import Sealer

_ATTEMPTS = 12  # pushes, when each time somebody else's comes first
_KEEP = "/.gitkeep"
_PAUSE = 0.4  # seconds between two of them at most, times their number


@dataclass
class Plan:
    """What becomes of the files: rows as in a result, the new contents (None: taken away), and all that is compared."""

    rows: list[dict] = field(default_factory=list)
    changes: dict[str, bytes | None] = field(default_factory=dict)
    before: dict[str, bytes] = field(default_factory=dict)
    declared: dict[str, bytes] = field(default_factory=dict)

    def add(self, kind: str, namespace: str | None, name: str, path: str, after: bytes | None) -> None:
        old = self.before.get(path)
        action = UNCHANGED if old == after else CREATED if old is None else DELETED if after is None else UPDATED
        if action != UNCHANGED:
            self.changes[path] = after
        self.rows.append({"kind": kind, "namespace": namespace, "name": name, "action": action, "file": path})

    def diff(self) -> list[dict]:
        """Each file before and after, under its path."""
        shown = []
        for path, content in self.changes.items():
            before, after = ((one or b"").decode(errors="replace") for one in (self.before.get(path), content))
            texts = {"before": masking.masked(before), "after": masking.masked(after, before)}
            shown.append({**texts, "before_header": path, "after_header": path})
        return shown


def _as_written(api_version: str, name: str) -> Kind:
    """A kind that nobody here knows, as it is written; whether it has namespaces its documents say."""
    group, _slash, version = api_version.rpartition("/")
    return Kind(group, name, name.lower(), (version,))


def many(task: Task) -> dict:
    """What mesh_apply does with ``delivery: git``. Raises MeshError."""
    stated = task.params
    chosen = {name: stated.get(name) for name in ("only_kinds", "except_kinds", "images", "overlays")}
    chosen["judge"] = collect.judge_of(task)
    namespace, name = stated.get("namespace") or "", stated.get("name")
    items = collect.items(_as_written, collect.documents(task), namespace, **chosen)
    if name:
        owner = f"the set {namespace}/{name}" if namespace else f"the set {name}"
    else:
        owner = _manager(stated.get("field_manager"))
    return _run(task, items, owner, bool(name))


def one(task: Task, kind: Kind, declare: Callable | None) -> dict:
    """What the module of one object does with ``delivery: git``. Raises MeshError."""
    if declare:
        desired = declare(task)
    else:
        desired = desired_module.declared(kind, task.written, task.options, task.default_namespace, task.warn)
    desired = kind.normalise(desired) if kind.normalise else desired
    answer = _run(task, [Item(kind, desired, "the task")], _manager(task.params["field_manager"]), False)
    shown = {} if task.params.get("state") == "absent" else diff.masked(desired, kind.secret_fields)
    return {**answer, "result": shown}


def _manager(name: str | None) -> str:
    return f"the manager {name or 'meshops.lifecycle'}"


def _run(task: Task, items: list[Item], owner: str, is_set: bool) -> dict:
    made = settings.of(task)
    for item in items:
        _placed(task, item)
    with workspace("meshops-git-") as private:
        program = Program(made, task.progress)
        store = Checkout(program, made, private) if made.working_tree else Remote(program, made, private)
        return _Delivery(task, made, store, items, owner, is_set).run()


def _placed(task: Task, item: Item) -> None:
    """A namespace is a part of the file's name, and no cluster's default stands in for it. Raises MeshError."""
    if item.namespace or not item.kind.namespaced:
        return
    known = (item.kind.group, item.kind.kind) in collect.KINDS
    item.desired["metadata"].pop("namespace", None)
    if known:
        raise MeshError(
            f"{item.label} ({item.origin}) has no namespace, and with delivery: git no kubeconfig is asked for "
            "one. State the option namespace, or metadata.namespace."
        )
    task.warn(f"{item.label} is written without a namespace, because its kind is not known without a cluster.")


class _Delivery:
    """One task on its way into Git."""

    def __init__(self, task: Task, made, store: Remote | Checkout, items: list[Item], owner: str, is_set: bool):
        self.task, self.settings, self.store = task, made, store
        self.items, self.owner, self.is_set = items, owner, is_set
        self.sealer = Sealer(made)
        self.deadline = Deadline(task.params["wait_timeout"])

    def run(self) -> dict:
        plan, commit, pushed = self._deliver()
        answer = {
            "changed": bool(plan.changes) or pushed,
            "resources": plan.rows,
            "validated": False,
            "waited": False,
            "commit": commit,
            "branch": self.store.branch,
            "pushed": pushed,
        }
        if plan.changes and self.task.diff:
            answer["diff"] = plan.diff()
        if self.task.params.get("wait") and not self.task.check:
            answer["waited"] = self._wait(answer, commit)
        return answer

    def _deliver(self) -> tuple[Plan, str | None, bool]:
        """The plan, the commit that has it (None where none was made), and whether something was pushed."""
        checkout = isinstance(self.store, Checkout)
        for attempt in range(_ATTEMPTS):
            self.store.fetch()
            plan = self._plan()
            if self.task.check:
                return plan, None if plan.changes else self.store.base, False
            if checkout:
                return self._into_checkout(plan)
            if not plan.changes:
                return plan, self.store.base, False
            commit = self.store.commit(plan.changes, self._message(plan), bool(self.settings.sign))
            if self.store.push(commit):
                return plan, commit, True
            self.task.progress(f"branch {self.store.branch} was pushed to by somebody else meanwhile; doing it again")
            clock.sleep(random.uniform(0, _PAUSE * (attempt + 1)))
        raise MeshError(
            f"Git could not push to branch {self.store.branch} of {self.settings.repository}: {_ATTEMPTS} times "
            "somebody else's push came first. Run the task again when there is less going on."
        )

    def _into_checkout(self, plan: Plan) -> tuple[Plan, str | None, bool]:
        """Write; then commit what differs from the last commit, which an earlier run may have left, and push."""
        self.store.write(plan.changes)
        if not self.settings.commit:
            return plan, None, False
        have, kept = self.store.files(self.settings.path), self.store.committed(self.settings.path)
        ours = {
            path for known in (have, kept) for path, content in known.items() if files.owner_of(content) == self.owner
        }
        open_ones = {path: have.get(path) for path in ours | set(plan.changes) if have.get(path) != kept.get(path)}
        open_ones.update({path: content for path, content in plan.changes.items() if path.endswith(_KEEP)})
        if open_ones:
            left = Plan(before=kept)
            for path, content in sorted(open_ones.items()):
                left.add(*files.told(path, content or kept.get(path) or b""), path, content)
            commit = self.store.commit(open_ones, self._message(left), bool(self.settings.sign))
            plan.changes, plan.before = {**left.changes, **plan.changes}, {**left.before, **plan.before}
        else:
            commit = self.store.base
        if not self.settings.push or not (open_ones or self.store.is_ahead()):
            return plan, commit, False
        return plan, commit, self.store.push(commit)

    def _plan(self) -> Plan:
        """The declared objects against the files that are there. Raises MeshError for files of others."""
        plan = Plan(before=self.store.files(self.settings.path))
        absent = self.task.params.get("state") == "absent"
        origins: dict[str, Item] = {}
        for item in self.items:
            path = files.place(item.kind, item.namespace, item.name, self.settings.path)
            twin = origins.setdefault(path, item)
            if twin is not item:
                raise MeshError(f"{item.label} and {twin.label} would both be {path}. Deliver them to two folders.")
            old = plan.before.get(path)
            self._may_write(item, path, old)
            after = None if absent else self._file(item, old)
            plan.add(item.kind.kind, item.namespace, item.name, path, after)
        self._prune(plan, set(origins), absent)
        self._keep_folder(plan)
        return plan

    def _file(self, item: Item, old: bytes | None) -> bytes:
        if item.kind.secret_fields:
            return self.sealer.file(item, self.owner, old)
        return files.text(item.desired, self.owner)

    def _may_write(self, item: Item, path: str, old: bytes | None) -> None:
        if old is None or self.task.params.get("force_conflicts"):
            return
        whose = files.owner_of(old)
        if whose != self.owner:
            by = f"belongs to {whose}" if whose else "was not written by this collection"
            raise MeshError(
                f"{item.label}: the file {path} on branch {self.store.branch} {by}. Take it away there, deliver to "
                "another git.path, or take it over with force_conflicts: true."
            )

    def _prune(self, plan: Plan, declared: set[str], absent: bool) -> None:
        whole = absent and self.is_set and not self.items
        if not whole and (absent or not self.is_set or not self.task.params.get("prune")):
            return
        gone = [path for path, old in plan.before.items() if files.owner_of(old) == self.owner and path not in declared]
        if gone and not self.items and not whole and not self.task.params["prune_all"]:
            raise MeshError(
                f"{self.owner[0].upper()}{self.owner[1:]} would lose all of its {len(gone)} files, because no object "
                "is declared. If that is meant, say prune_all: true; if not, see why the list is empty."
            )
        leaving = [files.told(path, plan.before[path]) for path in gone]
        if not whole and not self.task.params["prune_all"]:
            labels = [(kind, " ".join([kind, "/".join(filter(None, place))])) for kind, *place in leaving]
            declared_kinds = {item.kind.kind for item in self.items}
            guard.refuse_vanishing(self.task.params.get("prune_kinds"), labels, declared_kinds)
        for path, row in zip(gone, leaving, strict=True):
            plan.add(*row, path, None)

    def _keep_folder(self, plan: Plan) -> None:
        """Git has no empty folders, and an Application whose folder is gone fails instead of being empty."""
        leaving = {path for path, content in plan.changes.items() if content is None}
        if leaving and len(leaving) == len(plan.changes) and self.store.is_empty(self.settings.path, leaving):
            plan.changes[self.settings.path + _KEEP] = b""

    def _message(self, plan: Plan) -> str:
        if self.settings.commit_message:
            return self.settings.commit_message
        rows = [row for row in plan.rows if row["action"] != UNCHANGED]
        counted = [(action, sum(row["action"] == action for row in rows)) for action in (CREATED, UPDATED, DELETED)]
        subject = f"Deliver {self.owner if self.is_set else 'objects'}: "
        subject += ", ".join(f"{count} {action}" for action, count in counted if count)
        lines = [
            f"{row['action']} {row['kind']} {row['namespace'] + '/' if row['namespace'] else ''}{row['name']}"
            for row in rows
        ]
        if len(lines) == 1 and not self.is_set:
            return f"{lines[0][0].upper()}{lines[0][1:]}\n"
        return "\n".join([subject, "", *lines]) + "\n"

    def _wait(self, answer: dict, commit: str | None) -> bool:
        """Wait for Argo CD, where an Application is named. A wait that fails comes after a push, and says so."""
        if not self.settings.application:
            self.task.warn("wait has no effect: git.application names no Application of Argo CD to wait for.")
            return False
        if not commit or (not answer["pushed"] and not self.settings.push):
            self.task.warn("wait has no effect: nothing was pushed that Argo CD could see.")
            return False
        # Only here is a cluster asked, so only here is the code for that imported.
        from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import delivered

        try:
            delivered.wait(
                self.task,
                self.settings.application_namespace,
                self.settings.application,
                delivered.Delivered(commit, self.store.branch, self.store.contains),
                self.deadline,
            )
        except MeshError as error:
            for key, value in answer.items():
                error.details.setdefault(key, value)
            raise
        return True
