# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two sides that gates look at, as the labels of Istio's standard metrics describe them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """What metrics know of one destination.

    ``service``: ``destination_service_name``; ``namespace``: that of the service. ``workloads``: values of
    ``destination_workload``, of the pods behind the subset. ``version``: ``destination_version``, which is the pods'
    label ``version``; empty when it is not known. ``namesakes``: other Services that the destination may name instead,
    because they lead to the same port of the same pods.
    """

    service: str
    namespace: str
    workloads: tuple[str, ...] = ()
    version: str = ""
    namesakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sides:
    """Where requests go now, and where they are to go."""

    stable: Side
    canary: Side
