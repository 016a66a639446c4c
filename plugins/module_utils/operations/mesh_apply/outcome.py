# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of mesh_apply returns: its result, or a failure that says what was done, undone and not begun."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results, rollback
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UNCHANGED
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.execute import Outcome

_NAMED = 20  # objects that a failure names
_QUOTED = 3  # errors that the message of a failure repeats


def result(task: Task, outcome: Outcome, total: int, *, waited: bool, **more: Any) -> dict[str, Any]:
    """The result of a run over ``total`` declared objects, with ``more`` as far as it is not None.

    Raises MeshError when something failed.
    """
    answer = results.of_objects(task, outcome.changes, waited=waited, **more)
    if not outcome.errors:
        return answer
    undone: list[str] = []
    not_undone: dict[str, str] = {}
    if task.params["on_failure"] == "rollback" and not task.check:
        undone, not_undone = rollback.undo(task.resources, outcome.changes)
    raise _failure(task, outcome, total, answer, undone, not_undone)


def _failure(
    task: Task,
    outcome: Outcome,
    total: int,
    answer: dict[str, Any],
    undone: list[str],
    not_undone: dict[str, str],
) -> MeshError:
    done = sum(change.changed for change in outcome.changes)
    errors = list(outcome.errors.values())
    more = f" (and {len(errors) - _QUOTED} more)" if len(errors) > _QUOTED else ""
    first = "; ".join(message.rstrip(".") for message in errors[:_QUOTED])
    answer.pop("msg", None)
    answer["changed"] = done > len(undone)
    answer["resources"] = [row for row in answer["resources"] if row["action"] != UNCHANGED]
    return MeshError(
        f"{first}{more}. {progress(task, outcome, total)}.{_undone(task, done, undone, not_undone)}",
        **answer,
        errors=_first_errors(outcome.errors),
        not_begun=_first([planned.label for planned in outcome.not_begun]),
        undone=undone,
        not_undone=not_undone,
    )


def progress(task: Task, outcome: Outcome, total: int) -> str:
    """How far the run came, as one sentence without a full stop."""
    done, failed = sum(change.changed for change in outcome.changes), len(outcome.errors)
    left = len(outcome.not_begun)
    if task.check:
        return f"Of {total} objects {done} would be changed, {failed} would fail and {left} would not be begun"
    counts = f"Of {total} objects {done} were changed, {failed} failed and {left} were not begun"
    return f"{counts}; the next run goes on from here"


def _undone(task: Task, done: int, undone: list[str], not_undone: dict[str, str]) -> str:
    if task.params["on_failure"] != "rollback" or not done:
        return ""
    reasons = "; ".join(f"{label}: {why}" for label, why in not_undone.items())
    return f" {len(undone)} of the changes were undone{f', but not {reasons}' if reasons else ''}."


def _first(labels: list[str]) -> list[str]:
    """As many as a person reads; the counts are in the message."""
    more = len(labels) - _NAMED
    return [*labels[:_NAMED], f"and {more} more"] if more > 0 else labels


def _first_errors(errors: dict[str, str]) -> dict[str, str]:
    kept = dict(list(errors.items())[:_NAMED])
    return {**kept, "and more": f"{len(errors) - _NAMED} objects"} if len(errors) > _NAMED else kept
