# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One replica of istiod: what it has taken in, what it is pushing, and what its proxies have acknowledged.

It serves that on its monitoring port (``/debug/…`` only to its own localhost, ``/metrics``). Source: istiod 1.31,
package pilot/pkg/xds (debug.go, discovery.go, pushqueue.go, monitoring.go).
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

PORT = 15014
DEBOUNCE = 0.1  # seconds; istiod's PILOT_DEBOUNCE_AFTER unless its pod says otherwise
# The series of /metrics that move when something happens on the way from a written object to the proxies.
_SERIES = {
    "pilot_inbound_updates": "updates",
    "pilot_debounce_time_count": "pushes",
    "pilot_proxy_queue_time_count": "dequeued",
    "pilot_xds_pushes": "sent",
}
_SAMPLE = re.compile(r"^(\w+)(?:\{[^}]*\})? (\S+)$", re.M)
_FLAT = ("cluster", "listener", "route", "endpoint", "extensionconfig")  # how an older syncz names the types


class Acked(NamedTuple):
    """What istiod last sent of one type to one proxy, what that acknowledged last, and why it refused the last."""

    sent: str
    acked: str
    error: str


class Activity(NamedTuple):
    """How often istiod took in an update, began to push, took a proxy off its queue, and sent something."""

    updates: float
    pushes: float
    dequeued: float
    sent: float


class IstiodGone(Exception):
    """It does not answer any more; the message says how."""


class Istiod:
    """``connect() -> http.client.HTTPConnection``; ``name`` as messages name it; ``revision`` is None when unknown."""

    def __init__(self, name: str, connect: Callable, revision: str | None = None, debounce: float = DEBOUNCE):
        self.name, self.revision, self.debounce = name, revision, debounce
        self._connection = connect()
        self.took = 0.0  # seconds that its last answer took
        self.before: Activity | None = None  # its counters before what is waited for was written

    def close(self) -> None:
        self._connection.close()

    def configuration(self) -> dict[tuple, dict]:
        """The metadata of every object it has taken in, by (group, kind, namespace, name)."""
        objects = {}
        for item in self._json("/debug/configz"):
            metadata = item.get("metadata") or {}
            group = str(item.get("apiVersion", "")).rpartition("/")[0]
            objects[group, item.get("kind"), metadata.get("namespace"), metadata.get("name")] = metadata
        return objects

    def activity(self) -> Activity:
        """Its counters now; a series that its version does not have counts as 0."""
        sums = dict.fromkeys(_SERIES.values(), 0.0)
        for name, value in _SAMPLE.findall(self._get("/metrics").decode(errors="replace")):
            if name in _SERIES:
                sums[_SERIES[name]] += float(value)
        return Activity(**sums)

    def proxies(self) -> dict[str, dict[str, Acked]]:
        """What each connected proxy has of each type, by the names of both."""
        return {item.get("proxy", ""): _types(item) for item in self._json("/debug/syncz")}

    def _json(self, path: str):
        try:
            return json.loads(self._get(path)) or []
        except ValueError:
            raise MeshError(
                f"{self.name} answers {path} with something that is not JSON. Is it istiod's port?"
            ) from None

    def _get(self, path: str) -> bytes:
        watch = Stopwatch()
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            body = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self._connection.close()
            raise IstiodGone(str(error) or type(error).__name__) from None
        self.took = watch.elapsed
        if answer.status != 200:
            raise MeshError(_refusal(self.name, path, answer.status))
        return body


def _refusal(name: str, path: str, status: int) -> str:
    if status in (401, 403):
        return (
            f"{name} refuses {path} ({status}): it serves its debug pages only to its own localhost. Leave istiod_urls "
            "out, so that it is reached through the API server, or give addresses that lead to its localhost."
        )
    return (
        f"{name} answers {path} with {status}. Its debug pages may be off (ENABLE_DEBUG_ON_HTTP); with "
        "wait_proxies: false the task does not need them."
    )


def _types(item: dict) -> dict[str, Acked]:
    if isinstance(item.get("resources"), dict):
        return {
            url.rpartition(".")[2]: Acked(state.get("sent", ""), state.get("acked", ""), state.get("lastError", ""))
            for url, state in item["resources"].items()
        }
    return {name: Acked(item.get(f"{name}_sent", ""), item.get(f"{name}_acked", ""), "") for name in _FLAT}


def debounce_of(pod: dict) -> float:
    """The seconds of quiet after which this istiod pushes, by its pod's environment."""
    for container in pod["spec"].get("containers") or []:
        for variable in container.get("env") or []:
            if variable.get("name") == "PILOT_DEBOUNCE_AFTER":
                return duration(variable.get("value") or "")
    return DEBOUNCE


def duration(text: str) -> float:
    """Seconds of a duration in Go's form ("1m30s", "500ms"); istiod's default for what is none."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "ns": 1e-9}
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)", text)
    return sum(float(value) * units[unit] for value, unit in parts) if parts else DEBOUNCE
