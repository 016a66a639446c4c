# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shift sets out to do, as a value: its steps, each with the shape of the route, and when to go on or back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Form, Match, Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import (
    Selection,
    Shape,
    edited,
    patch,
)

FINISH = "promotion"  # the name of the last write, after which everything goes to the canary
ABORT = "abort"  # the name of the way back


@dataclass(frozen=True)
class Step:
    """One step. ``percent``: of the requests that the two targets share; ``pause``: seconds for which it lasts."""

    percent: int
    pause: float
    shape: Shape

    def label(self, number: int, count: int) -> str:
        """The step's name in the journal: ``step 2 of 3: 50 %``."""
        parts = [f"{self.percent} %"]
        if self.shape.mirror:
            parts.append(f"mirror {self.shape.mirror:g} %")
        if self.shape.matched:
            parts.append("match")
        return f"step {number + 1} of {count}: {', '.join(parts)}"


@dataclass(frozen=True)
class Policy:
    """When to go back, and when not to go on.

    ``on_fail``: abort or stop, once a limit is reached; ``on_no_data`` and ``on_inconclusive``: hold, abort, stop or
    pass, when the pause is over; ``in_a_row`` and ``in_all``: failed judgements; ``hold``: seconds beyond a pause.
    """

    on_fail: str = "abort"
    on_no_data: str = "hold"
    on_inconclusive: str = "hold"
    in_a_row: int = 2
    in_all: int = 5
    hold: float = 300.0
    interval: float = 10.0


@dataclass(frozen=True)
class Plan:
    """A shift as it was begun. ``before``: the shape that is put back; ``end``: the one of the promotion;
    ``stated``: the options that it follows from, so that a later task is told from one that means another shift."""

    selection: Selection
    steps: tuple[Step, ...]
    before: Shape
    end: Shape
    policy: Policy = field(default_factory=Policy)
    gates: tuple[str, ...] = ()
    stated: dict[str, Any] = field(default_factory=dict)

    def label(self, number: int) -> str:
        """The name of a step; that of the promotion after the last."""
        return self.steps[number].label(number, len(self.steps)) if number < len(self.steps) else FINISH

    def shape(self, number: int) -> Shape:
        """The shape of a step; -1 is what was there before, and after the last comes the promotion."""
        if number < 0:
            return self.before
        return self.steps[number].shape if number < len(self.steps) else self.end

    def number(self, label: str) -> int:
        """The step of a label, -1 for one that is none."""
        labels = [self.label(number) for number in range(len(self.steps) + 1)]
        return labels.index(label) if label in labels else -1

    def paths(self, live: dict[str, Any]) -> list[str]:
        """The JSON pointers of what the shift changes in a live route that it has not changed yet."""
        paths: dict[str, None] = {}
        for number in range(len(self.steps) + 1):
            wanted = edited(live, self.selection, self.shape(number))
            operations = patch(live, wanted, self.selection.form) if wanted else []
            paths |= dict.fromkeys(operation["path"] for operation in operations if operation["op"] != "test")
        return list(paths)

    def row(self) -> dict[str, Any]:
        """As JSON, for the journal; without the policy, which may be another in each run."""
        selection = self.selection
        return {
            "rules": selection.form.rules,
            "route": selection.name,
            "position": selection.position,
            "from": selection.stable._asdict(),
            "to": selection.canary._asdict(),
            "match": selection.match.headers if selection.match else None,
            "cookie": selection.match.cookie if selection.match else "",
            "steps": [asdict(step) for step in self.steps],
            "before": self.before.row(),
            "end": self.end.row(),
            "gates": list(self.gates),
            "stated": self.stated,
        }


def parse(row: dict[str, Any], form: Form, policy: Policy) -> Plan:
    """The plan of a journal. Raises MeshError for one that is none."""
    try:
        match = Match(row["match"], row.get("cookie") or "") if row["match"] else None
        selection = Selection(form, row["route"], row["position"], Target(**row["from"]), Target(**row["to"]), match)
        steps = tuple(Step(step["percent"], step["pause"], Shape(**step["shape"])) for step in row["steps"])
        before, end, gates = Shape(**row["before"]), Shape(**row["end"]), tuple(row["gates"])
        return Plan(selection, steps, before, end, policy, gates, row["stated"])
    except (KeyError, TypeError) as error:
        raise MeshError(f"The journal of the traffic shift has no plan that can be read: {error!r}.") from None


def of(
    selection: Selection,
    before: Shape,
    weights: tuple[int, int],
    alone: bool,
    steps: list[dict[str, Any]],
    pause: float,
    policy: Policy,
    gates: tuple[str, ...] = (),
    stated: dict[str, Any] | None = None,
) -> Plan:
    """The plan of what a task declares.

    ``weights``: those of stable and canary now, as the API takes them; ``alone``: whether the rule has no other
    targets, so that the sum may be another; ``steps``: [{weight, mirror, pause}]. Raises MeshError.
    """
    total = now = sum(weights)
    if alone and total < selection.form.whole:
        total = selection.form.whole
    mirrors = any(step.get("mirror") is not None for step in steps)
    before = replace(before, mirror=0.0 if mirrors else None)  # going back takes out a mirror that is not theirs
    share, canary = 100 * weights[1] // now, total * weights[1] // now
    planned: list[Step] = []
    last = before
    for number, step in enumerate(steps):
        if step.get("weight") is not None:
            share = _checked(step["weight"], share, number)
            canary = _weight(selection, total, share, number)
        mirror = float(step.get("mirror") or 0) if mirrors else None
        shape = Shape(total - canary, canary, mirror=mirror, matched=selection.match is not None)
        if shape == last:
            raise MeshError(f"steps[{number}] changes nothing: the route is so before it. Leave it out.")
        own = step.get("pause")
        planned.append(Step(share, float(pause if own is None else own), shape))
        last = shape
    end = Shape(0, total, mirror=0.0 if mirrors else None)
    return Plan(selection, tuple(planned), before, end, policy, gates, stated or {})


def _weight(selection: Selection, total: int, share: int, number: int) -> int:
    """The canary's weight, never more than its share."""
    weight = total * share // 100
    if share and not weight:
        raise MeshError(
            f"steps[{number}].weight: {share} % of the weights of {selection.stable.label} and "
            f"{selection.canary.label}, in sum {total}, is less than 1. Give the "
            f"targets of {selection.label} larger weights, or begin with a larger step."
        )
    return weight


def _checked(weight: int, last: int, number: int) -> int:
    if not 0 <= weight <= 100:
        raise MeshError(f"steps[{number}].weight is {weight}. It is a percentage, from 0 to 100.")
    if weight < last:
        raise MeshError(f"steps[{number}].weight is {weight}, less than the {last} that the canary has before.")
    return weight
