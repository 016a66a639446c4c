# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries of the built-in gates. docs/gates.md has them in full, with what each label means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides

REQUESTS = "istio_requests_total"
DURATIONS = "istio_request_duration_milliseconds_bucket"
OPENED = "istio_tcp_connections_opened_total"
CLOSED = "istio_tcp_connections_closed_total"
# Where a request went. Labels beside these are counted together.
PLACE = ("reporter", "destination_service_name", "destination_workload", "destination_version")
OUTCOME = ("response_code", "grpc_response_status", "response_flags")
_EARLIER = "1h"  # a series without a sample in this time before the window is new


def increases(metric: str, selector: str, by: tuple[str, ...], window: int) -> str:
    """How much counters have grown within the window.

    increase() takes the first sample of a series as where it begins. Of a pod that has just started, or of the first
    requests with a status, that loses all that the sample already counts; so a new series counts with its whole value.
    Where that is less than the increase, the counter was set back to 0 meanwhile.
    """
    series = f"{metric}{{{selector}}}"
    grown = f"increase({series}[{window}s])"
    new = f"({series} unless last_over_time({series}[{_EARLIER}] offset {window}s))"
    return f"sum by ({', '.join(by)}) ({new} > {grown} or {grown} or {new})"


def selector(sides: Sides, reporters: tuple[str, ...], more: str = "") -> str:
    """The label matchers of all requests to the services of both sides."""
    known = [side for side in (sides.canary, sides.stable) if side.service]
    matchers = [
        f"reporter{matcher(reporters)}",
        f"destination_service_name{matcher(name for side in known for name in (side.service, *side.namesakes))}",
        f"destination_service_namespace{matcher(side.namespace for side in known)}",
    ]
    return ",".join([*matchers, *([more] if more else [])])


def matcher(values: Iterable[str]) -> str:
    """What comes after the name of a label in a matcher for any of these texts: ``="reviews"`` or ``=~"a|b"``."""
    names = list(dict.fromkeys(values))
    return f"={quoted(names[0])}" if len(names) == 1 else f"=~{quoted('|'.join(map(_escaped, names)))}"


def quoted(text: str) -> str:
    """A string of PromQL."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in ".+*?()|[]{}^$\\" else character for character in text)


def filled(expression: str, sides: Sides, window: int, option: str) -> str:
    """A query of the user with ``${window}`` and its like replaced. Raises MeshError for a text that is not known."""
    values = {"window": f"{window}s", "namespace": sides.canary.namespace}
    for name, side in (("canary", sides.canary), ("stable", sides.stable)):
        values |= {f"{name}_{key}": value for key, value in _of_side(side).items()}

    def value(match: re.Match) -> str:
        if match[1] not in values:
            known = ", ".join(f"${{{name}}}" for name in values)
            raise MeshError(f"{option}: {match[0]} is not known. Known: {known}.")
        return values[match[1]]

    return re.sub(r"\$\{(\w*)\}", value, expression)


def _of_side(side: Side) -> dict[str, str]:
    return {
        "service": side.service,
        "namespace": side.namespace,
        "version": side.version,
        # Within quotes of PromQL a backslash is written twice.
        "workloads": "|".join(_escaped(name) for name in side.workloads).replace("\\", "\\\\"),
    }
