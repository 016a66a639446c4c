# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``delivery: git``: a step is a commit to the route's file, which counts when Argo CD has synced it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    git_file,
    git_sync,
    gitops,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import ABORT, FINISH, Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, pushing, settings, shift_mark
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.remote import Remote
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.shift_mark import Mark

_MARKS = {ABORT: None, FINISH: Mark.PROMOTED}  # of a step's label; that of any other says that the shift is under way


class FileEdited(MeshError):
    """Somebody else has changed in Git what the shift holds."""


class GitWay:
    """The branch with the route's file. ``commit``: the newest that has what was written last; empty before."""

    def __init__(self, task: Task, route: Route, options: Any, store: Remote):
        self._task, self._route, self._options, self._store = task, route, options, store
        self.path: str = options.file or files.place(route.kind, route.namespace, route.name, options.path)
        self.commit = ""

    def problems(self, live: dict[str, Any], plan: Plan) -> list[str]:
        """What keeps the steps from being commits, each without a full stop. Nothing is written."""
        self._store.fetch()
        try:
            file = self._file()
            if not git_file.is_at(file, plan.selection, plan.before, self._route.namespace):
                where = f"{self.path} on branch {self._store.branch}"
                return [f"{where} does not have the weights of the live route. Sync first"]
            for number in range(len(plan.steps) + 1):
                content = git_file.edited(file, plan.selection, plan.shape(number), self._route.namespace)
                file = git_file.read(self.path, content, self._route)
            git_file.edited(file, plan.selection, plan.before, self._route.namespace)
        except MeshError as error:
            return [error.message.rstrip(".")]
        return git_sync.problems(self._task, self._route, live, plan, self._options)

    def kept(self, live: dict[str, Any]) -> dict[str, Any]:
        """What a journal keeps: the automated sync that the way back pauses, and whether that can be done."""
        application = git_sync.application_of(self._task, live, self._options)
        automation = gitops.automation(application) if application else None
        return {
            "file": self.path,
            "branch": self._store.branch,
            "automation": automation,
            "generated": bool(application and automation and gitops.is_generated(application)),
        }

    def write(self, plan: Plan, shape: Shape, label: str, known: Sequence[Shape]) -> None:
        """Commit and push the route in this shape, if the branch does not have it yet.

        ``known``: the shapes that the file may have now. Raises FileEdited for any other, and MeshError.
        """
        message = f"Shift traffic of {self._route.label}: {label}\n\n{self._about(plan)}\n"

        def push() -> str | None:
            file, namespace = self._file(), self._route.namespace
            if not any(git_file.is_at(file, plan.selection, there, namespace) for there in (shape, *known)):
                raise FileEdited(f"{self.path} on branch {self._store.branch} was changed by somebody else.")
            content = git_file.edited(file, plan.selection, shape, namespace)
            content = shift_mark.marked(content, _MARKS.get(label, Mark.RUNNING))
            if content == file.content:
                return str(self._store.base)
            commit = self._store.commit({self.path: content}, message, bool(self._options.sign))
            return commit if self._store.push(commit) else None

        self.commit = pushing.first(self._store, self._options.repository, self._task.progress, push)

    def _about(self, plan: Plan) -> str:
        selection = plan.selection
        run = f" Run {self._task.params['run']}." if self._task.params.get("run") else ""
        return f"From {selection.stable.label} to {selection.canary.label}, by traffic_shift.{run}"

    def wait(self, live: dict[str, Any]) -> None:
        """Until Argo CD has synced the commit. Raises MeshError at once when its sync fails, and on time-out."""
        deadline = Deadline(self._task.params["wait_timeout"])
        git_sync.wait(self._task, self._route, live, self._options, self.commit, self._store, deadline)

    def _file(self) -> git_file.RouteFile:
        content = self._store.file(self.path)
        if content is None:
            raise MeshError(
                f"There is no file {self.path} on branch {self._store.branch} of {self._options.repository}. Name the "
                f"file of {self._route.label} by git.file."
            )
        return git_file.read(self.path, content, self._route)


@contextlib.contextmanager
def opened(task: Task, route: Route) -> Iterator[GitWay | None]:
    """The way through Git, where the task wants that. Raises MeshError for options that do not go together."""
    if task.params["delivery"] != "git":
        yield None
        return
    options = settings.of(task)
    options.file = settings.folder(options.file, "git.file") if options.file else ""

    def progress(line: str) -> None:
        task.progress(line)

    with workspace("meshops-git-") as private:
        yield GitWay(task, route, options, Remote(Program(options, progress), options, private))
