# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces that come to select another revision: by their live objects, or by commits to their files."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change, explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import git_way, labels, probe
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.git_way import Move
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal


def moved(task: Task, facts: Facts, goal: Goal, names: list[str]) -> dict[str, Any]:
    """Have namespaces select the goal's revision; those that do stay as they are. Returns the result of the module.

    Raises MeshError.
    """
    moves = {}
    for name in names:
        patch = labels.patch(facts.namespaces[name], goal.revision, facts.tags())
        if patch is not None:
            moves[name] = Move(facts.namespaces[name], patch)
    if not task.delivers_to_git or not moves:
        return results.of_objects(task, [_patched(task, move) for move in moves.values()])
    commit, others = git_way.moved(task, moves, goal.revision)
    changes = [_patched(task, move) for name, move in moves.items() if task.check or name in others]
    if commit:
        changes += [_synced(task, move, facts, goal) for name, move in moves.items() if name not in others]
    return results.of_objects(task, changes, commit=commit)


def _patched(task: Task, move: Move) -> Change:
    try:
        after = task.resources.patch(NAMESPACE, None, move.name, move.patch, dry_run=task.check, manager=probe.MANAGER)
    except ApiError as error:
        raise explained(error, NAMESPACE, None, move.name) from None
    return Change(NAMESPACE, None, move.name, UPDATED, move.live, after)


def _synced(task: Task, move: Move, facts: Facts, goal: Goal) -> Change:
    """What Argo CD has made of the commit: the live namespace has to select the revision now."""
    live: dict[str, Any] | None = None
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.3, most=2.0):
        live = task.resources.get(NAMESPACE, None, move.name)
        if live and labels.patch(live, goal.revision, facts.tags()) is None:
            return Change(NAMESPACE, None, move.name, UPDATED, move.live, live)
    now = labels.selected(live) if live else "nothing: it does not exist"
    raise MeshError(
        f"Timed out: Namespace {move.name} is as the commit has it by Argo CD's word, and selects {now}. Whoever "
        "labels it beside Git has to be stopped first."
    )
