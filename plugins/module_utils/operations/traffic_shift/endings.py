# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a shift ends that does not reach its target, in words."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route


class Ended(MeshError):
    """The shift has ended other than by reaching its target. ``phase``: aborted, stopped or taken_over."""


def aborted(route: Route, reason: str, state: State | None) -> Ended:
    """It was put back."""
    text = f"{route.label} was put back to what it was: {reason}. {_last_verdicts(state)}"
    return Ended(text.rstrip(), phase="aborted")


def stopped(route: Route, step: str, reason: str, state: State | None) -> Ended:
    """It stays where it is."""
    return Ended(
        sentence(
            f"{route.label} stays at {step}: {reason}",
            _last_verdicts(state),
            "Go on with state: promoted or advanced, or go back with state: aborted",
        ),
        phase="stopped",
    )


def _last_verdicts(state: State | None) -> str:
    rows = [row for row in (state.verdicts if state else []) if row.get("gates")]
    bad = [gate for gate in (rows[-1]["gates"] if rows else []) if gate["outcome"] != "pass"]
    return sentence(*(f"{gate['gate']}: {gate['message']}" for gate in bad))


def taken_over(route: Route, plan: Plan, step: int, now: Shape | None, where: str) -> Ended:
    """Somebody has changed what the shift holds. ``now``: what is live; ``where``: a sentence about Git, if it was
    there."""
    label = plan.label(step) if step >= 0 else "before the first step"
    selection, shape = plan.selection, plan.shape(step)
    if where:
        text = (
            f"{where} The shift of {route.label} was at {label}, and has ended; what is in Git stays. Set the "
            "weights there as you want them, and begin again."
        )
    else:
        shows = f"{now.stable} and {now.canary}" if now else "no such targets"
        text = (
            f"{route.label} was changed by somebody else during the shift: {selection.label} should have the "
            f"weights {shape.stable} for {selection.stable.label} and {shape.canary} for {selection.canary.label} "
            f"({label}), and has {shows}. The shift has ended, and what is live stays. Set the route as you want it, "
            "and begin again."
        )
    return Ended(text, phase="taken_over", before=plan.before.row())
