# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of ``mesh_upgrade``: the plan, and what charts do not do. A role puts them between the charts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Holder, held
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import (
    checks,
    labels,
    moving,
    owner,
    probe,
    proof,
    second,
    stages,
    usage,
    windows,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import (
    facts as facts_module,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal, Status

Result = dict[str, Any]

_TOLD = 15.0  # seconds between two lines of a pause


def run(task: Task) -> Result:
    """The ``run`` of mesh_upgrade. Raises MeshError."""
    return _STEPS[task.params["step"]](task)


def _goal(task: Task, facts: Facts) -> Goal:
    """Where to, and from where. Raises MeshError when that is not clear."""
    params = task.params
    others = sorted({row["revision"] for row in facts.mesh["control_planes"]} - {params["revision"]})
    origin = params["from_revision"] or (others[0] if len(others) == 1 else "")
    if not origin and others:
        raise MeshError(
            f"from_revision: there are several other revisions: {', '.join(others)}. Name the one to replace."
        )
    return Goal(params["revision"], params["version"], origin, tuple(params["skip_namespaces"]))


def _closed(task: Task) -> str:
    """Why nothing moves now. Raises MeshError for what is no window, day or time zone."""
    params = task.params
    return windows.refusal(params["windows"], params["freeze"], windows.now(params["timezone"]))


def _planned(task: Task) -> tuple[Facts, Goal, list[stages.Stage], Holder | None]:
    _closed(task)  # what is no window is refused before the upgrade begins, and not when the first namespace is to move
    facts = facts_module.read(task)
    goal = _goal(task, facts)
    holder = held(task.resources, owner.subject(task))
    probed = owner.was_probed(holder.state if holder else None, goal) or not task.params["probe"]
    return facts, goal, stages.stages(facts, goal, checks.problems(facts, goal), probed=probed), holder


def _plan(task: Task) -> Result:
    facts, goal, planned, holder = _planned(task)
    left = stages.namespaces(facts, goal)
    remarks = [*second.remarks(task, facts, goal), *checks.remarks(facts, goal), *_unknown(task, facts)]
    return {
        "changed": False,
        "back": stages.is_back(facts, goal),
        "from_revision": goal.origin,
        "from_version": stages.left_version(facts, goal),
        "in_place": goal.in_place,
        "base_version": facts.base_version,
        "validator_revision": facts.validator,
        "tags": [row["tag"] for row in facts.mesh["tags"] if row["revision"] in (goal.origin, goal.revision)],
        "target_tags": [row["tag"] for row in facts.mesh["tags"] if row["revision"] == goal.revision],
        "stages": [stage.row() for stage in planned],
        "next": next((stage.name for stage in planned if stage.status is not Status.DONE), None),
        "problems": next(stage.reasons for stage in planned if stage.name == "checks"),
        "remarks": remarks,
        "gateways": stages.gateways(facts, goal),
        "waves": stages.waves(left, task.params["waves"], task.params["wave_size"]),
        "users": usage.users(facts, goal.origin) if goal.origin and not goal.in_place else [],
        "under_way": holder.row() if holder else None,
        "report": report(goal, stages.left_version(facts, goal), planned, remarks),
    }


def _unknown(task: Task, facts: Facts) -> Iterator[str]:
    """Namespaces that the options name and the cluster does not have: a misspelt one to skip would be moved."""
    named = {"skip_namespaces": task.params["skip_namespaces"], "waves": itertools.chain(*task.params["waves"])}
    for option, names in named.items():
        missing = sorted(set(names) - facts.namespaces.keys())
        if missing:
            yield f"{option}: there is no Namespace {', '.join(missing)}"


def report(goal: Goal, left: str, planned: list[stages.Stage], remarks: list[str]) -> list[str]:
    """The plan in lines, for people. ``left``: the version that is left."""
    lines = [f"Revision {goal.origin or 'none'} -> {goal.revision} ({goal.version})"]
    if goal.in_place:
        lines = [f"Revision {goal.revision} in place: {left or 'unknown'} -> {goal.version}"]
    lines += [f"{stage.name}: {stage.status.value}{_because(stage.reasons)}" for stage in planned]
    return lines + [f"note: {line}" for line in remarks]


def _because(reasons: list[str]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""


def _begin(task: Task) -> Result:
    facts, goal, planned, _holder = _planned(task)
    problems = planned[0].reasons
    if problems:
        raise MeshError(sentence("The upgrade was not begun", *problems), problems=problems)
    if task.check or all(stage.status is Status.DONE for stage in planned if stage.name != "cleanup"):
        return {"changed": False, "run": task.params["run"] or "", "lease": ""}
    before = {
        "tags": facts.tags(),
        "validator": facts.validator,
        "namespaces": {name: labels.selected(item) for name, item in facts.namespaces.items() if labels.selected(item)},
        "control_planes": [[row["revision"], row["version"]] for row in facts.mesh["control_planes"]],
    }
    place = owner.begin(task, goal, before)
    probe.forget(task)
    return {"changed": False, "run": place.run, "lease": place.text}


def _prove(task: Task, name: str, prove: Callable[[Task, Goal], str]) -> Result:
    """A step that changes nothing that stays."""
    if task.check or not task.params["run"]:
        return {"changed": False, "proven": None}
    goal = _goal(task, facts_module.planes(task))
    with owner.continued(task) as journal:
        proven = prove(task, goal)
        owner.note(journal, name, **{"probed" if name == "probe" else "proven": proven})
    task.progress(f"mesh_upgrade: {name}: {proven}")
    return {"changed": False, "proven": proven}


def _move(task: Task) -> Result:
    """Namespaces select the new revision; their workloads are restarted by another task."""
    facts = facts_module.read(task)
    goal = _goal(task, facts)
    names = task.params["namespaces"]
    if names is None:  # what was moved by its revision selects again what it did, as far as that means the same
        names = [name for name, item in facts.namespaces.items() if _is_restored(item, goal, facts)]
    refusal = _closed(task)
    if refusal and names and not stages.is_back(facts, goal):
        raise MeshError(
            f"Namespaces {', '.join(names)} are not moved: {refusal}. Run it again then; it goes on from here."
        )
    missing = [name for name in names if name not in facts.namespaces]
    if missing:
        raise MeshError(f"Namespace {missing[0]} does not exist.")
    if not names:
        return results.of_objects(task, [])
    if task.check or not task.params["run"]:
        return moving.moved(task, facts, goal, names)
    with owner.continued(task) as journal:
        owner.note(journal, f"wave {', '.join(names)}"[:200], moving=names)
        return moving.moved(task, facts, goal, names)


def _is_restored(namespace: dict[str, Any], goal: Goal, facts: Facts) -> bool:
    kept = labels.before(namespace)
    return bool(kept) and labels.meaning(kept, facts.tags()) == goal.revision


def _unused(task: Task) -> Result:
    """Raises MeshError while anything uses the old revision, or that cannot be known."""
    facts = facts_module.read(task)
    goal = _goal(task, facts)
    if goal.in_place:
        raise MeshError(f"Revision {goal.revision} is replaced in place, so none is left that could be unused.")
    users = usage.users(facts, goal.origin) if goal.origin else []
    if users and not task.check:
        raise MeshError(sentence(f"Revision {goal.origin} is in use and was not removed", *users), users=users)
    return {"changed": False, "users": users}


def _finish(task: Task) -> Result:
    if task.check or not task.params["run"]:
        return {"changed": False}
    with owner.continued(task) as journal:
        state = journal.close()
    owner.ended(task)
    return {
        "changed": False,
        "record": {"steps": state.steps, "verdicts": state.verdicts, "runs": state.runs} if state else None,
    }


def _release(task: Task) -> Result:
    """The run ends before the upgrade does."""
    if not task.check and task.params["run"]:
        with owner.continued(task) as journal:
            owner.note(journal, journal.state.step if journal.state else "begin", ended=task.params["reason"])
        owner.ended(task)
    return {"changed": False}


def _pause(task: Task) -> Result:
    """Time that passes while the run stays alive."""
    if task.check or not task.params["run"]:
        return {"changed": False}
    with owner.continued(task) as journal:
        deadline = Deadline(task.params["seconds"])
        while not deadline.is_over:
            deadline.sleep(_TOLD)
            journal.check()
            task.progress(f"mesh_upgrade: {deadline.left:.0f} s of the pause are left")
    return {"changed": False}


_STEPS: dict[str, Callable[[Task], Result]] = {
    "plan": _plan,
    "begin": _begin,
    "istiod": lambda task: _prove(task, "istiod", proof.istiod),
    "probe": lambda task: _prove(task, "probe", probe.run),
    "gateways": lambda task: _prove(task, "gateways", proof.gateways),
    "move": _move,
    "pause": _pause,
    "unused": _unused,
    "finish": _finish,
    "release": _release,
}
