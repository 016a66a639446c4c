# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the fragment ``gates``, checked: which go together, and what is in range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus import (
    options as prometheus_options,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_info
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.bounds import Bounds, bounds_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.metric_gates import Gate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Sides

# For the Entry of each module that takes the fragment: secrets=…, Roles(addresses=…).
SECRETS = (*prometheus_options.SECRETS, "gates.headers")
ADDRESSES = prometheus_options.ADDRESSES
OF_TRAFFIC = ("success_rate", "latency", "compare")  # types that know the sides by Istio's metrics
OF_METRICS = (*OF_TRAFFIC, "query")
_SUCCESS = 99.0  # percent
SCRAPES = 4  # in the shortest window: rate() and increase() need two samples, and a scrape may fail or come late
SCRAPE_INTERVAL = 15.0  # seconds
# Options that only some types have.
_ONLY = {
    "min": ("success_rate", "query"),
    "max": ("latency", "query"),
    "fail_below": ("success_rate", "query"),
    "fail_above": ("latency", "query"),
    "protocol": ("success_rate", "compare"),
    "reporter": OF_TRAFFIC,
    "count_disconnects": ("success_rate", "compare"),
    "percentile": ("latency",),
    "measure": ("compare",),
    "confidence": ("compare",),
    "tolerance": ("compare",),
    "min_requests": OF_METRICS,
    "query": ("query",),
    "count_query": ("query",),
    "url": ("url",),
    "status": ("url",),
    "body": ("url",),
    "headers": ("url",),
    "timeout": ("url",),
    "ca_cert": ("url",),
    "validate_certs": ("url",),
    "object": ("object", "application"),
    "expression": ("object",),
}
_REQUIRED = {
    "latency": ("max",),
    "query": ("query",),
    "url": ("url",),
    "object": ("object", "expression"),
    "application": ("object",),
}


def gates_of(task: Task, sides: Sides) -> list[Gate]:
    """The gates of a task, in their order. Raises MeshError for options that contradict each other."""
    spec = task.options["gates"]["options"]
    defaults = {name: option["default"] for name, option in spec.items() if "default" in option}
    least = task.params["min_requests"]
    gates = [_gate(each, defaults, least, sides) for each in task.params.get("gates") or []]
    names = [gate.name for gate in gates]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated:
        raise MeshError(f"gates: {repeated!r} is the name of two gates. Give each a name of its own.")
    if not task.params.get("metrics") and any(gate.options["type"] in OF_METRICS for gate in gates):
        raise MeshError(
            "gates use metrics, and 'metrics' does not say where they are. Set metrics.url or metrics.service."
        )
    if task.params["interval"] <= 0:
        raise MeshError("interval must be more than 0 seconds.")
    return gates


def _gate(stated: Mapping[str, Any], defaults: Mapping[str, Any], least: int, sides: Sides) -> Gate:
    kind = stated["type"]
    label = f"gates: {stated.get('name') or kind}"
    for name in stated:
        if kind not in _ONLY.get(name, (kind,)):
            raise MeshError(f"{label}: {name} is for {' and '.join(_ONLY[name])}, not for {kind}.")
    for name in _REQUIRED.get(kind, ()):
        if stated.get(name) in (None, "", {}):
            raise MeshError(f"{label}: a gate of type {kind} needs {name}.")
    options = {**defaults, **stated}
    _check_values(options, label)
    if kind in OF_TRAFFIC and not sides.canary.service:
        raise MeshError(f"{label}: a gate of type {kind} needs canary.service, the Service whose requests are counted.")
    if kind == "compare" and not sides.stable.service:
        raise MeshError(f"{label}: there is no stable side to compare with. Set stable.")
    need = options.get("min_requests")
    return Gate(options.get("name") or kind, options, _bounds(options, label), least if need is None else need)


def _bounds(options: Mapping[str, Any], label: str) -> Bounds:
    if options["type"] == "success_rate" and options.get("min") is None:
        options = {**options, "min": max(_SUCCESS, options.get("fail_below") or 0.0)}
    if options["type"] == "query" and options.get("min") is None and options.get("max") is None:
        raise MeshError(f"{label}: a gate of type query needs min, max or both.")
    return bounds_of(options, label)


def _check_values(options: Mapping[str, Any], label: str) -> None:
    if not 0.5 <= options["confidence"] < 1:
        raise MeshError(f"{label}: confidence must be at least 0.5 and less than 1, not {options['confidence']:g}.")
    if not 0 < options["percentile"] < 100:
        raise MeshError(f"{label}: percentile must be between 0 and 100, not {options['percentile']:g}.")
    if (options.get("tolerance") or 0) < 0:
        raise MeshError(f"{label}: tolerance must not be negative.")
    if (options.get("min_requests") or 0) < 0:
        raise MeshError(f"{label}: min_requests must not be negative.")
    if options["timeout"] <= 0:
        raise MeshError(f"{label}: timeout must be more than 0 seconds.")
    try:
        re.compile(options.get("body") or "")
    except re.error as error:
        raise MeshError(f"{label}: body is not a regular expression: {error}.") from None
    if options.get("expression"):
        mesh_info.compiled(options["expression"], f"{label}: expression")


def shortest_window(task: Task) -> float:
    """Seconds that have to pass before metrics say something: four scrapes."""
    stated = (task.params.get("metrics") or {}).get("scrape_interval")
    interval = SCRAPE_INTERVAL if stated is None else float(stated)
    if interval <= 0:
        raise MeshError("metrics.scrape_interval must be more than 0 seconds.")
    if task.params["window"] < SCRAPES * interval:
        raise MeshError(
            f"window ({task.params['window']} s) is shorter than four scrapes of {interval:g} s. Set a longer window, "
            "or metrics.scrape_interval to how often Prometheus scrapes the proxies."
        )
    return SCRAPES * interval
