# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxies that were connected before: one that is not now may still work with what it was sent then.

When an istiod has restarted, its proxies come back one by one. Those that are not back are unknown to it, and what it
says of the others proves nothing about them. Whether a proxy is still there is a question for the API server: it is, as
long as its pod is not being deleted and the container of the proxy runs. What is no pod here (a virtual machine, a pod
of another cluster) cannot be asked for, and counts as gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import CONTAINER

_AT_ONCE = 8  # pods that are asked for at the same time
_AGAIN = 1.0  # seconds until pods that run are asked for again
_NAMED = 3  # proxies that a warning names


class KnownProxies:
    """Names of proxies as istiod has them, ``pod.namespace``, over several writes. ``names``: those known now."""

    def __init__(self, names: Iterable[str] = ()):
        self.names: set[str] = set(names)
        self._unreadable: set[str] = set()
        self._asked = Deadline(0)

    def add(self, names: Iterable[str]) -> None:
        self.names |= set(names)

    def replace(self, names: Iterable[str]) -> None:
        """After all have acknowledged: these are the ones that there are."""
        self.names = set(names)

    def absent(self, session: Session, connected: set[str]) -> list[str]:
        """Some of those that are not connected and still there; empty when there is none.

        Forgets those that are gone, or whose pods may not be read. Raises ApiError.
        """
        missing = sorted(self.names - connected)
        if missing and not self._asked.is_over:
            return missing[:_AT_ONCE]
        for start in range(0, len(missing), _AT_ONCE):
            some = missing[start : start + _AT_ONCE]
            there = parallel(lambda name: self._is_there(session, name), some)
            present = [name for name, is_there in zip(some, there) if is_there]
            self.names -= set(some) - set(present)
            if present:
                self._asked = Deadline(_AGAIN)
                return present
        return []

    def _is_there(self, session: Session, name: str) -> bool:
        pod, _dot, namespace = name.rpartition(".")
        if not pod:
            return False
        try:
            return has_proxy(session.request("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}"))
        except ApiError as error:
            if error.status == 403:
                self._unreadable.add(name)
            elif error.status != 404:
                raise
            return False

    def warn(self, warn: Callable[[str], object]) -> None:
        """Say once which of them could not be asked for."""
        if self._unreadable:
            names = few(sorted(self._unreadable), _NAMED)
            warn(
                f"Proxies that were connected to istiod before are not any more: {names}. They are not awaited, "
                "because the task may not read their pods (verb get), so nobody can tell whether they still run."
            )
        self._unreadable.clear()


def has_proxy(pod: dict[str, Any]) -> bool:
    """Whether the proxy of a live pod runs; a pod that does not say of its container counts as a whole."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp") or status.get("phase") != "Running":
        return False
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    states = [each.get("state") or {} for each in containers if each.get("name") == CONTAINER]
    return not states or any("running" in state for state in states)
