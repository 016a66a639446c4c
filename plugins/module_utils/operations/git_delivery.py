# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``delivery: git``: what is declared becomes files, a commit and a push, and, if asked for, true in the cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect, typed
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, guard, results
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import git_shifted
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, pushing, settings
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.checkout import Checkout
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.plan import FileChange, FilePlan
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.remote import Remote
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.seal import Sealer

_KEEP = "/.gitkeep"
_NAMED = 5  # objects that a warning names


def _as_written(api_version: str, name: str) -> Kind:
    """A kind that nobody here knows, as it is written; whether it has namespaces its documents say."""
    group, _slash, version = api_version.rpartition("/")
    return Kind(group, name, name.lower(), (version,))


def deliver_objects(task: Task) -> dict:
    """What mesh_apply does with ``delivery: git``. Raises MeshError."""
    stated = task.params
    chosen = {name: stated.get(name) for name in ("only_kinds", "except_kinds", "images", "overlays")}
    chosen["judge"], chosen["warn"] = collect.judge_of(task), task.warn
    namespace, name = stated.get("namespace") or "", stated.get("name")
    items = collect.items(_as_written, collect.documents(task), namespace, **chosen)
    if name:
        owner = f"the set {namespace}/{name}" if namespace else f"the set {name}"
    else:
        owner = _manager(stated.get("field_manager"))
    return _run(task, items, owner, bool(name))


def deliver_object(task: Task, kind: Kind, declare: Callable | None) -> dict:
    """What the module of one object does with ``delivery: git``. Raises MeshError."""
    if declare:
        desired = declare(task)
    else:
        desired = desired_module.declared(kind, task.written, task.options, task.default_namespace, task.warn)
    desired = kind.normalise(desired) if kind.normalise else desired
    answer = _run(task, [Item(kind, desired, "the task")], _manager(task.params["field_manager"]), False)
    shown = {} if task.params.get("state") == "absent" else diff.masked(desired, kind.secret_fields)
    return {**answer, "result": shown}


def deliver_items(task: Task, items: list[Item], message: str) -> dict:
    """Objects that an operation has made, as one commit, awaited where an Application is named. Raises MeshError."""
    return _run(task, items, _manager(task.params["field_manager"]), False, message)


def _manager(name: str | None) -> str:
    return f"the manager {name or 'meshops.lifecycle'}"


def _run(task: Task, items: list[Item], owner: str, is_set: bool, message: str = "") -> dict:
    """``message``: of an operation that has made the objects, so that nobody has to judge them, and that waits."""
    repository = settings.of(task)
    repository.commit_message = repository.commit_message or message
    for item in items:
        _place(task, item)
    with workspace("meshops-git-") as private:
        program = Program(repository, task.progress)
        kept_here = bool(repository.working_tree)
        store = Checkout(program, repository, private) if kept_here else Remote(program, repository, private)
        delivery = _Delivery(task, repository, store, items, owner, is_set)
        return delivery.run(is_ours=bool(message))


def _place(task: Task, item: Item) -> None:
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

    def __init__(self, task: Task, repository, store: Remote | Checkout, items: list[Item], owner: str, is_set: bool):
        self.task, self.settings, self.store = task, repository, store
        self.items, self.owner, self.is_set = items, owner, is_set
        self.sealer = Sealer(repository)
        self.deadline = Deadline(task.params["wait_timeout"])

    def run(self, *, is_ours: bool) -> dict:
        plan, commit, pushed = self._deliver()
        if not is_ours:
            self._warn_of_unjudged(plan)
        answer = results.contract(
            changed=bool(plan.changing) or pushed,
            resources=[file.row() for file in plan.objects],
            validated=False,
            waited=False,
            branch=self.store.branch,
            pushed=pushed,
            diff=results.diffs(self.task, plan.changing),
        )
        answer["commit"] = commit
        if (is_ours or self.task.params.get("wait")) and not self.task.check:
            answer["waited"] = self._wait(answer, commit)
        return answer

    def _warn_of_unjudged(self, plan: FilePlan) -> None:
        """Name what changes and was written as it is declared, right or wrong."""
        unjudged = {item.label for item in self.items if not typed.is_judged(item.kind)}
        labels = [file.label for file in plan.objects if file.after is not None and file.changed]
        named = [label for label in labels if label in unjudged]
        if named:
            self.task.warn(
                f"Not judged: {few(named, _NAMED)}. This collection has no module for these, and with "
                "delivery: git no cluster is asked. Fields that are misspelt are found by Argo CD alone."
            )

    def _deliver(self) -> tuple[FilePlan, str | None, bool]:
        """The plan, the commit that has it (None where none was made), and whether something was pushed."""
        return pushing.first(self.store, self.settings.repository, self.task.progress, self._attempt)

    def _attempt(self) -> tuple[FilePlan, str | None, bool] | None:
        plan = self._plan()
        if self.task.check:
            return plan, None if plan.changing else self.store.base, False
        if isinstance(self.store, Checkout):
            return self._into_checkout(self.store, plan)
        if not plan.changing:
            return plan, self.store.base, False
        commit = self.store.commit(plan.contents, self._message(plan), bool(self.settings.sign))
        return (plan, commit, True) if self.store.push(commit) else None

    def _into_checkout(self, store: Checkout, plan: FilePlan) -> tuple[FilePlan, str | None, bool]:
        """Write; then commit what differs from the last commit, which an earlier run may have left, and push."""
        store.write(plan.contents)
        if not self.settings.commit:
            return plan, None, False
        uncommitted = self._uncommitted(store, plan)
        commit = store.base
        if uncommitted.changing:
            commit = store.commit(uncommitted.contents, self._message(uncommitted), bool(self.settings.sign))
            planned = {file.path for file in plan.changing}
            left = [file for file in uncommitted.objects if file.path not in planned]
            plan = replace(plan, others=[*plan.others, *left])
        if not self.settings.push or not (uncommitted.changing or store.is_ahead()):
            return plan, commit, False
        return plan, commit, store.push(commit)

    def _uncommitted(self, store: Checkout, plan: FilePlan) -> FilePlan:
        """Our files that are in the working tree otherwise than in the last commit."""
        tree, committed = store.files(self.settings.path), store.committed(self.settings.path)
        paths = {
            path
            for contents in (tree, committed)
            for path, content in contents.items()
            if files.owner_of(content) == self.owner
        }
        objects = []
        for path in sorted(paths | {file.path for file in plan.objects if file.changed}):
            before, after = committed.get(path), tree.get(path)
            if before != after:
                objects.append(FileChange(path, before, after, *files.object_of(path, after or before or b"")))
        return FilePlan(objects, plan.others)

    def _plan(self) -> FilePlan:
        """The declared objects against the files that are there. Raises MeshError for files of others."""
        before = self.store.files(self.settings.path)
        absent = self.task.params.get("state") == "absent"
        origins: dict[str, Item] = {}
        objects = []
        for item in self.items:
            path = files.place(item.kind, item.namespace, item.name, self.settings.path)
            twin = origins.setdefault(path, item)
            if twin is not item:
                raise MeshError(f"{item.label} and {twin.label} would both be {path}. Deliver them to two folders.")
            old = before.get(path)
            self._may_write(item, path, old)
            after = None if absent else self._file(item, old)
            objects.append(FileChange(path, old, after, item.kind.kind, item.namespace, item.name))
        objects += self._prune(before, set(origins), absent)
        if not self.task.params.get("force_conflicts"):
            objects = [self._kept(file) for file in objects]
        return FilePlan(objects, self._keep_folder(objects))

    def _kept(self, file: FileChange) -> FileChange:
        file, warning = git_shifted.kept(file)
        if warning:
            self.task.warn(warning)
        return file

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

    def _prune(self, before: dict[str, bytes], declared: set[str], absent: bool) -> list[FileChange]:
        """The files of ours that nothing declares any more. Raises MeshError where too much would go."""
        whole = absent and self.is_set and not self.items
        if not whole and (absent or not self.is_set or not self.task.params.get("prune")):
            return []
        gone = [path for path, old in before.items() if files.owner_of(old) == self.owner and path not in declared]
        if gone and not self.items and not whole and not self.task.params["prune_all"]:
            raise MeshError(
                f"{self.owner[0].upper()}{self.owner[1:]} would lose all of its {len(gone)} files, because no object "
                "is declared. If that is meant, say prune_all: true; if not, see why the list is empty."
            )
        leaving = [FileChange(path, before[path], None, *files.object_of(path, before[path])) for path in gone]
        if not whole and not self.task.params["prune_all"]:
            labels = [(file.kind, file.label) for file in leaving]
            declared_kinds = {item.kind.kind for item in self.items}
            guard.refuse_vanishing(self.task.params.get("prune_kinds"), labels, declared_kinds)
        return leaving

    def _keep_folder(self, objects: list[FileChange]) -> list[FileChange]:
        """Git has no empty folders, and an Application whose folder is gone fails instead of being empty."""
        changing = [file for file in objects if file.changed]
        leaving = {file.path for file in changing if file.after is None}
        if leaving and len(leaving) == len(changing) and self.store.is_empty(self.settings.path, leaving):
            return [FileChange(self.settings.path + _KEEP, None, b"")]
        return []

    def _message(self, plan: FilePlan) -> str:
        return self.settings.commit_message or plan.message(self.owner, self.is_set)

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
