# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds: where a value passes, where it fails, and what lies between."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome


@dataclass(frozen=True)
class Bounds:
    """A value from ``low`` to ``high`` passes; below ``fail_below`` or above ``fail_above`` it fails."""

    low: float | None
    high: float | None
    fail_below: float | None
    fail_above: float | None

    def outcome(self, value: float) -> Outcome:
        """Inconclusive for what neither passes nor fails. A value that is not a number never passes."""
        if self._is_below(value, self.fail_below) or self._is_above(value, self.fail_above):
            return Outcome.FAIL
        passes = not self._is_below(value, self.low) and not self._is_above(value, self.high)
        return Outcome.PASS if passes and not math.isnan(value) else Outcome.INCONCLUSIVE

    @staticmethod
    def _is_below(value: float, bound: float | None) -> bool:
        return bound is not None and value < bound

    @staticmethod
    def _is_above(value: float, bound: float | None) -> bool:
        return bound is not None and value > bound

    def text(self, unit: str) -> str:
        """Such as ``at least 99 %, fails below 95 %``."""
        parts = [
            *([f"at least {self.low:g}{unit}"] if self.low is not None else []),
            *([f"at most {self.high:g}{unit}"] if self.high is not None else []),
            *([f"fails below {self.fail_below:g}{unit}"] if self.fail_below != self.low else []),
            *([f"fails above {self.fail_above:g}{unit}"] if self.fail_above != self.high else []),
        ]
        return ", ".join(parts)


def bounds_of(gate: Mapping[str, Any], label: str) -> Bounds:
    """The bounds of a gate's options. Raises MeshError for those that contradict each other."""
    low, high = gate.get("min"), gate.get("max")
    fail_below, fail_above = gate.get("fail_below"), gate.get("fail_above")
    if low is not None and high is not None and low > high:
        raise MeshError(f"{label}: min ({low:g}) is greater than max ({high:g}).")
    if fail_below is not None and (low is None or fail_below > low):
        raise MeshError(f"{label}: fail_below needs a min that is not less than it.")
    if fail_above is not None and (high is None or fail_above < high):
        raise MeshError(f"{label}: fail_above needs a max that is not greater than it.")
    return Bounds(low, high, low if fail_below is None else fail_below, high if fail_above is None else fail_above)
