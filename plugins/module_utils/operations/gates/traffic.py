# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus counted of the requests to both sides in a window, asked once for all gates that need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Answer, Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides

UNPLACED = "unknown"  # the workload of a request for which no endpoint was chosen
# gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE,
# DATA_LOSS.
GRPC_ERRORS = frozenset(("2", "4", "12", "13", "14", "15"))
# Response flags of a connection that could not be established: no healthy or no known upstream, a failed connection, an
# overflow of a circuit breaker, too many attempts, no route, no cluster.
TCP_ERRORS = frozenset(("UH", "NC", "UF", "UO", "URX", "NR"))


class Tally(NamedTuple):
    """Requests that one reporter has seen, how many of them failed, and how many by their kind of failure."""

    total: float = 0.0
    errors: float = 0.0
    kinds: Mapping[str, float] = {}


@dataclass
class Window:
    """The answers for one window of so many seconds. Raises PrometheusError, each query once.

    ``warnings``: what Prometheus says about answers that may be incomplete. ``last``: the query that was asked last.
    """

    prometheus: Prometheus
    sides: Sides
    seconds: int
    warnings: set[str] = field(default_factory=set)
    last: str = ""
    _answers: dict[str, Answer] = field(default_factory=dict)

    def answer(self, query: str) -> Answer:
        self.last = query
        if query not in self._answers:
            self._answers[query] = self.prometheus.query(query)
            self.warnings |= set(self._answers[query].warnings)
        return self._answers[query]

    def requests(
        self, side: Side, reporter: str, reporters: tuple[str, ...], protocol: str, disconnects: bool
    ) -> Tally:
        """Requests to one side. Those of the source that reached no workload are the canary's: that is cautious."""
        if protocol == "tcp":
            return self._connections(side, reporter, reporters)
        query = requests_query(self.sides, reporters, protocol, self.seconds)
        failed = _is_grpc_error if protocol == "grpc" else _is_http_error
        return self._tally(side, reporter, query, failed, disconnects)

    def _connections(self, side: Side, reporter: str, reporters: tuple[str, ...]) -> Tally:
        """Connections: the greater of those that were opened and those that ended, which may have begun earlier."""
        opened_query, closed_query = (tcp_query(self.sides, reporters, name, self.seconds) for name in TCP)
        opened = self._tally(side, reporter, opened_query, lambda labels: False, True)
        closed = self._tally(side, reporter, closed_query, _is_tcp_error, True)
        return Tally(max(opened.total, closed.total), closed.errors, closed.kinds)

    def _tally(
        self, side: Side, reporter: str, query: str, failed: Callable[[Mapping[str, str]], bool], disconnects: bool
    ) -> Tally:
        total, errors, kinds = 0.0, 0.0, dict[str, float]()
        for labels, value in self.answer(query).samples:
            if not self._concerns(labels, side, reporter) or (not disconnects and "DC" in _flags(labels)):
                continue
            total += value
            if failed(labels) and value > 0:
                errors += value
                kinds[_kind(labels)] = kinds.get(_kind(labels), 0.0) + value
        return Tally(total, errors, kinds)

    def durations(self, side: Side, reporter: str, reporters: tuple[str, ...]) -> dict[float, float]:
        """Cumulative buckets by their upper bound in milliseconds, of the requests that reached a workload."""
        buckets: dict[float, float] = {}
        for labels, value in self.answer(durations_query(self.sides, reporters, self.seconds)).samples:
            if self._concerns(labels, side, reporter) and labels.get("destination_workload") != UNPLACED:
                bound = float(labels.get("le") or "nan")
                buckets[bound] = buckets.get(bound, 0.0) + value
        return buckets

    def _concerns(self, labels: Mapping[str, str], side: Side, reporter: str) -> bool:
        return labels.get("reporter") == reporter and belongs(labels, side, self.sides)


def belongs(labels: Mapping[str, str], side: Side, sides: Sides) -> bool:
    """Whether a series is about a side: by its workloads, or by its version where both have the same workloads."""
    workload = labels.get("destination_workload")
    if not names_service(labels, side, sides):
        return False
    if workload == UNPLACED:
        return labels.get("reporter") != "destination" and side is sides.canary
    if _apart(side, sides):
        return workload in side.workloads
    if side.version:
        return labels.get("destination_version") == side.version
    return not side.workloads or workload in side.workloads


def names_service(labels: Mapping[str, str], side: Side, sides: Sides) -> bool:
    """Whether a series is of a side's Service. The caller's proxy knows its name; the destination may know another."""
    others = side.namesakes if labels.get("reporter") == "destination" and _apart(side, sides) else ()
    return labels.get("destination_service_name") in (side.service, *others)


def _apart(side: Side, sides: Sides) -> bool:
    """Whether workloads alone tell the sides apart."""
    return bool(side.workloads) and not set(sides.stable.workloads) & set(sides.canary.workloads)


def requests_query(sides: Sides, reporters: tuple[str, ...], protocol: str, window: int) -> str:
    matcher = 'request_protocol="grpc"' if protocol == "grpc" else 'request_protocol="http"'
    selector = promql.selector(sides, reporters, matcher)
    return promql.increases(promql.REQUESTS, selector, (*promql.PLACE, *promql.OUTCOME), window)


TCP = (promql.OPENED, promql.CLOSED)


def tcp_query(sides: Sides, reporters: tuple[str, ...], metric: str, window: int) -> str:
    return promql.increases(metric, promql.selector(sides, reporters), (*promql.PLACE, "response_flags"), window)


def durations_query(sides: Sides, reporters: tuple[str, ...], window: int) -> str:
    selector = promql.selector(sides, reporters)
    return promql.increases(promql.DURATIONS, selector, (*promql.PLACE, "le"), window)


def _flags(labels: Mapping[str, str]) -> list[str]:
    return labels.get("response_flags", "").split(",")


def _is_http_error(labels: Mapping[str, str]) -> bool:
    code = labels.get("response_code", "")
    return code == "0" or (code.startswith("5") and len(code) == 3)


def _is_grpc_error(labels: Mapping[str, str]) -> bool:
    return labels.get("grpc_response_status") in GRPC_ERRORS or _is_http_error(labels)


def _is_tcp_error(labels: Mapping[str, str]) -> bool:
    return bool(TCP_ERRORS & set(_flags(labels)))


def _kind(labels: Mapping[str, str]) -> str:
    """Such as ``503 UH`` or ``grpc 14``, for people."""
    grpc = f"grpc {labels['grpc_response_status']}" if labels.get("grpc_response_status") else ""
    flags = labels.get("response_flags", "-")
    return " ".join(part for part in (labels.get("response_code", ""), grpc, "" if flags == "-" else flags) if part)
