# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``delivery: git``: namespaces are moved by a commit to their files, which counts when Argo CD has synced it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import delivered as commits
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.delivered import Delivered
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import tracked_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import namespace_file
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import pushing, settings
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.remote import Remote

Document = dict[str, Any]


@dataclass(frozen=True)
class Move:
    """A namespace as it is live, and the merge patch that moves it."""

    live: Document
    patch: Document

    @property
    def name(self) -> str:
        return str(self.live["metadata"]["name"])


def moved(task: Task, moves: Mapping[str, Move], revision: str) -> tuple[str, list[str]]:
    """Commit the moves as one, and wait until Argo CD has synced that; in check mode only look at the files.

    Returns the commit, empty where none has the moves, and the namespaces that no file has: they are not Git's. Raises
    MeshError.
    """
    options = settings.of(task)
    if not options.application:
        raise MeshError("git.application is missing: the Application of Argo CD that delivers the namespaces.")

    def progress(line: str) -> None:
        task.progress(line)

    with workspace("meshops-git-") as private:
        store = Remote(Program(options, progress), options, private)
        store.fetch()
        contents = store.documents(options.path)
        paths = {name: namespace_file.find(contents, name) for name in moves}
        _refuse_missing(moves, paths, f"{options.path or '.'} on branch {store.branch} of {options.repository}")
        ours = {name: path for name, path in paths.items() if path}
        others = [name for name in moves if name not in ours]
        if not ours or task.check:
            _changed(contents, moves, ours)
            return "", others
        message = f"Move {', '.join(sorted(ours))} to revision {revision} of Istio\n\nBy mesh_upgrade.\n"

        def push() -> str | None:
            changes = _changed(store.documents(options.path), moves, ours)
            if not changes:
                return str(store.base)
            commit = store.commit(changes, message, bool(options.sign))
            return commit if store.push(commit) else None

        commit = pushing.first(store, options.repository, progress, push)
        _wait(task, options, Delivered(commit, store.branch, store.contains), set(ours))
        return commit, others


def _refuse_missing(moves: Mapping[str, Move], paths: Mapping[str, str], where: str) -> None:
    for name, move in moves.items():
        application = tracked_by(move.live)
        if application and not paths[name]:
            raise MeshError(
                f"Namespace {name} is tracked by Application {application}, and no file below {where} has it. See "
                "git.path and git.branch, or label it where it comes from."
            )


def _changed(
    contents: Mapping[str, bytes], moves: Mapping[str, Move], paths: Mapping[str, str]
) -> dict[str, bytes | None]:
    """The files that the moves change; several namespaces may be in one."""
    after = dict(contents)
    for name, path in paths.items():
        if path not in after:
            raise MeshError(f"{path} with Namespace {name} was removed from the branch meanwhile.")
        after[path] = namespace_file.edited(path, after[path], name, moves[name].patch)
    return {path: content for path, content in after.items() if content != contents[path]}


def _wait(task: Task, options: Any, target: Delivered, names: set[str]) -> None:
    wanted = {("", "Namespace", "", name) for name in names}
    judge = partial(commits.judged_objects, delivered=target, wanted=wanted)
    deadline = Deadline(task.params["wait_timeout"])
    commits.wait_for(task, options.application_namespace, options.application, target, judge, deadline)
