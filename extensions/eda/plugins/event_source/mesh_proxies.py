# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event for each proxy of a mesh that does not follow its configuration any more."""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

DOCUMENTATION = r"""
---
short_description: Receive an event when a proxy goes stale, and when it follows again.
description:
  - Asks the replicas of istiod what each proxy was sent and has acknowledged, as C(istioctl proxy-status) does. It
    says once that a proxy has rejected its configuration, has not acknowledged it for O(stale_after) seconds, or is
    connected to no istiod for as long although its pod is still there; and once that it follows again.
  - While not every replica of istiod answers, nothing is concluded and nothing told; a warning is logged.
  - Needs the right to list pods in O(istiod_namespace), to create C(pods/portforward) there, and to get pods of the
    proxies.
options:
  istiod_namespace:
    description: The namespace of istiod.
    type: str
    default: istio-system
  namespaces:
    description: Only proxies of pods in these namespaces. Without it, all of them.
    type: list
    elements: str
  stale_after:
    description: For how many seconds a proxy may be behind.
    type: float
    default: 60
  interval:
    description: The time between two looks, in seconds.
    type: float
    default: 15
  kubeconfig:
    description: How to connect; this and the further options of the connection are as in argocd_applications.
"""

EXAMPLES = r"""
- meshops.lifecycle.mesh_proxies:
    namespaces: [shop, istio-ingress]
    stale_after: 120
"""

LOG = logging.getLogger("meshops.lifecycle")
_SOURCE = "mesh_proxies"
_ARGUMENTS = ("istiod_namespace", "namespaces", "stale_after", "interval")
_PORT = 15014
_FLAT = ("cluster", "listener", "route", "endpoint", "extensionconfig")  # how an older syncz names the types


def _shared(name: str) -> Any:
    """A file that sources have in common, run as ansible-rulebook runs a source: as a single file."""
    path = Path(__file__).resolve().parents[1] / "shared" / f"{name}.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


class Behind(NamedTuple):
    """What a proxy lacks. ``marks``: what it was sent last and has not acknowledged; others begin the time anew."""

    reason: str  # rejected, not_acknowledged or disconnected
    types: tuple[str, ...]
    error: str
    marks: tuple[str, ...]


def states(item: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    """{type: (sent, acknowledged, error)} of an entry of istiod's syncz."""
    if isinstance(item.get("resources"), dict):
        return {
            url.rpartition(".")[2]: (state.get("sent", ""), state.get("acked", ""), state.get("lastError", ""))
            for url, state in item["resources"].items()
        }
    return {name: (item.get(f"{name}_sent", ""), item.get(f"{name}_acked", ""), "") for name in _FLAT}


def behind(item: dict[str, Any]) -> Behind | None:
    """What the proxy of an entry of istiod's syncz lacks; None when it follows."""
    lacking = {kind: state for kind, state in sorted(states(item).items()) if state[0] != state[1] and state[0]}
    rejected = {kind: state for kind, state in sorted(states(item).items()) if state[2]}
    chosen = rejected or lacking
    if not chosen:
        return None
    errors = [state[2] for state in chosen.values() if state[2]]
    reason = "rejected" if rejected else "not_acknowledged"
    return Behind(
        reason, tuple(chosen), errors[0][:500] if errors else "", tuple(state[0] for state in chosen.values())
    )


class Proxies:
    """The proxies that were seen, what they lack since when, and what of it was told. ``now`` gives seconds."""

    def __init__(self, stale_after: float, now: Callable[[], float] = time.monotonic) -> None:
        self._stale_after, self._now = stale_after, now
        self._known: set[str] = set()
        self._since: dict[str, tuple[Behind, float]] = {}
        self._told: dict[str, str] = {}

    def missing(self, seen: dict[str, Behind | None]) -> list[str]:
        """Proxies that were connected before and are not now."""
        return sorted(self._known - seen.keys())

    def look(self, seen: dict[str, Behind | None], gone: set[str]) -> list[dict[str, Any]]:
        """The events of a look. ``seen``: the connected ones; ``gone``: missing ones whose pod is gone as well."""
        for name in gone:
            self._known.discard(name)
            self._since.pop(name, None)
            self._told.pop(name, None)
        now = {**{name: Behind("disconnected", (), "", ()) for name in self.missing(seen)}, **seen}
        self._known |= seen.keys()
        return [event for name, lack in sorted(now.items()) if (event := self._event(name, lack))]

    def _event(self, name: str, lack: Behind | None) -> dict[str, Any] | None:
        if lack is None:
            self._since.pop(name, None)
            reason = self._told.pop(name, None)
            return _event(name, "recovered", Behind(reason, (), "", ()), 0) if reason else None
        before, since = self._since.get(name, (lack, self._now()))
        if (before.reason, before.marks) != (lack.reason, lack.marks):
            # More of the same that it does not take: it has been behind all the time.
            since = since if before.reason == lack.reason == "not_acknowledged" else self._now()
        self._since[name] = (lack, since)
        lasts = self._now() - since
        if self._told.get(name) == lack.reason or (lasts < self._stale_after and lack.reason != "rejected"):
            return None
        self._told[name] = lack.reason
        return _event(name, "stale", lack, lasts)


def _event(name: str, state: str, lack: Behind, seconds: float) -> dict[str, Any]:
    """The event as rules see it. ``name``: POD.NAMESPACE, as istiod names proxies."""
    pod, _dot, namespace = name.rpartition(".")
    return {
        "proxy": {"pod": pod, "namespace": namespace},
        "state": state,
        "reason": lack.reason,
        "types": list(lack.types),
        "error": lack.error,
        "seconds": round(seconds),
    }


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")


async def _connected(shared: Any, port: Any, cluster: Any, namespace: str) -> dict[str, Behind | None]:
    """What each connected proxy lacks. Raises what says that not every istiod has answered."""
    pods, _version = await cluster.list(f"/api/v1/namespaces/{namespace}/pods", "app=istiod")
    names = [pod["metadata"]["name"] for pod in pods if _is_ready(pod)]
    if not names:
        raise port.NoAnswer(f"no istiod is ready in {namespace}")
    pages = await asyncio.gather(*[port.get(cluster, namespace, name, _PORT, "/debug/syncz") for name in names])
    return {item.get("proxy", ""): behind(item) for page in pages for item in json.loads(page) or []}


async def _gone(cluster: Any, missing: list[str]) -> set[str]:
    """Those of these proxies whose pods are no more."""
    paths = {name: "/api/v1/namespaces/{2}/pods/{0}".format(*name.rpartition(".")) for name in missing}
    return {name for name, path in paths.items() if not await cluster.exists(path)}


def _checked(args: dict[str, Any], shared: Any) -> tuple[str, list[str] | None, float, float]:
    """(namespace of istiod, namespaces of proxies, stale_after, interval). Raises BadArguments."""
    shared.check_arguments(args, _ARGUMENTS, _SOURCE)
    numbers = {"stale_after": args.get("stale_after", 60), "interval": args.get("interval", 15)}
    for name, value in numbers.items():
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value <= 0:
            raise shared.BadArguments(
                f"{_SOURCE}: {name} must be a number of seconds that is more than 0, not {value}."
            )
    names = args.get("namespaces")
    if names is not None and (not isinstance(names, list) or not names):
        raise shared.BadArguments(f"{_SOURCE}: namespaces must be a list with at least one name, or be left out.")
    return args.get("istiod_namespace") or "istio-system", names, numbers["stale_after"], numbers["interval"]


async def main(queue: asyncio.Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until it is cancelled. Raises BadArguments, and Refused when nothing may be asked."""
    shared, port = _shared("kubernetes_watch"), _shared("pod_port")
    istiod_namespace, names, stale_after, interval = _checked(args, shared)
    proxies, first = Proxies(stale_after), True
    async with shared.Cluster(args) as cluster:
        while True:
            try:
                connected = await _connected(shared, port, cluster, istiod_namespace)
                seen = {name: lack for name, lack in connected.items() if not names or name.rpartition(".")[2] in names}
                gone = await _gone(cluster, proxies.missing(seen))
                first = False
            except shared.Refused as refusal:
                if first and refusal.status in (401, 403):
                    raise
                LOG.warning("The proxies were not looked at: %s", refusal)
            except (port.NoAnswer, shared.aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError) as error:
                LOG.warning("The proxies were not looked at: %s", error or type(error).__name__)
            else:
                for event in proxies.look(seen, gone):
                    await queue.put(event)
            await asyncio.sleep(interval)


if __name__ == "__main__":
    asyncio.run(main(_shared("kubernetes_watch").Printing(), {}))
