# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantities of Kubernetes (k8s.io/apimachinery, resource.Quantity) as numbers."""

from __future__ import annotations

import re
from decimal import Decimal

_QUANTITY = re.compile(r"^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$")
_SCALE = {
    **{
        suffix: Decimal(10) ** power
        for suffix, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)
    },
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}


def quantity(value: object) -> Decimal | None:
    """1000m is 1, 1024Mi is 1Gi; None for what is no quantity."""
    match = _QUANTITY.match(str(value))
    if not match:
        return None
    number, suffix = Decimal(match[1]), match[2] or ""
    return number * _SCALE[suffix] if suffix in _SCALE else number * Decimal(f"1{suffix}") if suffix else number
