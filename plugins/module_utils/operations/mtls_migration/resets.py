# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong after mTLS is required: connections that callers' proxies lose, and gates of the user's own.

A destination that refuses a connection does not count it, so the source's proxies are asked. Response flags: UF and URX
(no connection), UC (it was cut off), NR (no route). Calls of pod addresses are PassthroughCluster's, of no namespace.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql

FLAGS = ".*(UF|UC|URX|NR).*"
_BY = ("destination_service_namespace", "destination_service_name", "source_workload_namespace", "source_workload")
_NAMED = 5
_TIMES = 2.0  # what was usual before may be exceeded so many times


class Resets(NamedTuple):
    """Lost requests and connections: how many, and of whom, in words."""

    lost: float
    callers: str


def read(prometheus: Prometheus, namespace: str | None, seconds: int) -> Resets:
    """Of the last so many seconds, to a namespace, or to all for None. Raises PrometheusError."""
    place = f",destination_service_namespace={promql.quoted(namespace)}" if namespace else ""
    selectors = [f'reporter="source",response_flags=~"{FLAGS}"{place}']
    if namespace:
        selectors.append(f'reporter="source",response_flags=~"{FLAGS}",destination_service_name="PassthroughCluster"')
    counts: dict[str, float] = {}
    for metric in (promql.REQUESTS, promql.CLOSED):
        for selector in selectors:
            for sample in prometheus.query(promql.increases(metric, selector, _BY, seconds)).samples:
                labels = sample.labels
                caller = f"{labels.get(_BY[2])}/{labels.get(_BY[3])} to {labels.get(_BY[1])}"
                counts[caller] = counts.get(caller, 0.0) + max(0.0, sample.value)
    busiest = sorted((caller for caller in counts if counts[caller] > 0), key=lambda caller: -counts[caller])
    return Resets(sum(counts.values()), ", ".join(busiest[:_NAMED]))


def is_rise(resets: Resets, usual: float, seconds: float, most: float) -> bool:
    """Whether there are more than ``most`` and more than twice what was ``usual`` (a second) before the change."""
    return resets.lost > most + _TIMES * usual * seconds


def row(resets: Resets, usual: float) -> dict[str, Any]:
    """It in a journal."""
    return {"resets": round(resets.lost, 1), "callers": resets.callers, "usual": usual}
