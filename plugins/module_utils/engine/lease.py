# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lease on long work (coordination.k8s.io/v1): one run holds it, and another takes it over when that one is dead.

**Who may take over.** Clocks of two controller nodes may differ, so a renewal that looks late proves nothing. As in
client-go (tools/leaderelection, package comment), a run believes what it sees by its own clock: a lease that was not
renewed while it was watched for the lease's own duration has expired. One that is renewed meanwhile is held. Only where
the last renewal is older than the duration by more than any skew that is worth reckoning with (``SKEW``) nobody waits.

**How it is renewed.** By a thread, four times in each duration, because long work sleeps and waits in many places (for
proxies, for helm, between two steps), and none of them should have to think of it. Whoever kills the process kills the
thread. ``check`` is to be called before each write to something else: it raises when the lease is lost, and renews
first when the last renewal is older than two thirds of the duration; so what others may take over is never written.
"""

from __future__ import annotations

import contextlib
import enum
import os
import platform
import threading
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.orphan import is_orphan
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

KIND = Kind("coordination.k8s.io", "Lease", "leases", ("v1",))
MANAGER = "meshops.lifecycle.lease"
DURATION = 60  # seconds
SKEW = 300.0  # seconds; Kerberos reckons with as much, and clocks that are kept in step differ by far less
_RENEWALS = 4  # in each duration
_ATTEMPTS = 3  # to write a lease of ours that somebody else touches meanwhile


class Held(MeshError):
    """Somebody else holds the lease. ``holder``: the identity."""

    def __init__(self, label: str, spec: dict):
        self.holder = spec.get("holderIdentity") or "nobody"
        seconds = spec.get("leaseDurationSeconds") or DURATION
        super().__init__(
            f"{label} is held by {self.holder}, since {spec.get('acquireTime')}, and its lease was renewed at "
            f"{spec.get('renewTime')}. Wait until that run has ended. If it was killed, run this again: a lease that "
            f"is not renewed for {seconds} s is taken over.",
            holder=self.holder,
            since=spec.get("acquireTime"),
            renewed=spec.get("renewTime"),
            duration=seconds,
        )


class Lost(MeshError):
    """The lease was ours, and is not any more."""


class Standing(enum.Enum):
    """What a run may conclude from somebody's lease."""

    FREE = enum.auto()
    OURS = enum.auto()
    HELD = enum.auto()
    EXPIRED = enum.auto()
    UNKNOWN = enum.auto()  # to be watched for longer


class Sighting(NamedTuple):
    """A lease as it was first seen, at a time (``clock.now``) of our own."""

    holder: str | None
    renewed: str | None
    at: float

    @classmethod
    def of(cls, spec: dict, now: float) -> Sighting:
        return cls(spec.get("holderIdentity"), spec.get("renewTime"), now)


def standing(spec: dict, identity: str, first: Sighting, now: float, wall: datetime) -> Standing:
    """Who has the lease, by its ``spec`` now and by how it was seen first.

    ``now``: the monotonic time; ``wall``: the time of day, which decides only where it is far past the last renewal.
    """
    holder, duration = spec.get("holderIdentity"), spec.get("leaseDurationSeconds") or DURATION
    if not holder:
        return Standing.FREE
    if holder == identity:
        return Standing.OURS
    if (holder, spec.get("renewTime")) != (first.holder, first.renewed):
        return Standing.HELD
    if now - first.at >= duration or _is_long_past(spec.get("renewTime"), duration, wall):
        return Standing.EXPIRED
    return Standing.UNKNOWN


def _is_long_past(renewed: str | None, duration: float, wall: datetime) -> bool:
    try:
        return renewed is not None and (wall - times.parse(renewed)).total_seconds() > duration + SKEW
    except (ValueError, TypeError):  # not a time, or one without a zone
        return False


def identity(run: str) -> str:
    """Who holds a lease, in words: the controller node, the process, and the run."""
    return f"{platform.node() or 'localhost'}, process {os.getpid()}, run {run}"


class Lease:
    """A lease that is held, until ``release``. Its methods may be called from any thread."""

    def __init__(self, resources: Resources, live: dict, label: str, duration: int, renewed: Stopwatch):
        self._resources, self._live, self.label, self.duration = resources, live, label, duration
        self.identity: str = live["spec"]["holderIdentity"]
        self._renewed, self._lost, self._lock = renewed, "", threading.RLock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """See that the lease is ours, before something else is written. Raises Lost, and ApiError."""
        with self._lock:
            if self._lost or is_orphan() or self._renewed.elapsed > self.duration * 2 / 3:
                self.renew()

    def renew(self) -> None:
        """Say that the run is alive. Raises Lost, and ApiError when that cannot be written."""
        with self._lock:
            if is_orphan():
                self._lost = f"{self.label}: the playbook that this run belongs to was killed, so it stops here."
            if self._lost:
                raise Lost(self._lost)
            began = Stopwatch()
            for attempt in range(_ATTEMPTS):
                spec = {**self._live["spec"], "renewTime": times.precise_text_of(times.now())}
                try:
                    self._live = self._resources.replace(KIND, {**self._live, "spec": spec}, manager=MANAGER)
                    break
                except ApiError as error:
                    if error.status not in (404, 409) or attempt == _ATTEMPTS - 1:
                        raise
                self._read_again()
            self._renewed = began  # by when it was asked for, not by when the answer came

    def _read_again(self) -> None:
        """After somebody else wrote, or an answer of ours was lost. Raises Lost when the lease is not ours."""
        metadata = self._live["metadata"]
        live = self._resources.get(KIND, metadata["namespace"], metadata["name"])
        if live and live["metadata"]["uid"] == metadata["uid"] and live["spec"].get("holderIdentity") == self.identity:
            self._live = live
            return
        who = f"is held by {live['spec'].get('holderIdentity')}" if live else "was deleted by somebody"
        self._lost = (
            f"{self.label} {who}, though this run was at work on it; it stops here. See that other run, or run this "
            "again: what was done so far is recorded."
        )
        raise Lost(self._lost)

    def _keep(self) -> None:
        while not self._ended.wait(self.duration / _RENEWALS):
            try:
                self.renew()
            except Lost:
                return
            except Exception:
                continue

    def hand_on(self) -> None:
        """Keep the lease for the next task of the run, which notices by itself where it was lost; renewed once more."""
        self._ended.set()
        with contextlib.suppress(ApiError, Lost):
            self.renew()

    def release(self) -> None:
        """Give the lease up. Where that cannot be written, it expires by itself."""
        self._ended.set()
        with self._lock, contextlib.suppress(ApiError):
            metadata = self._live["metadata"]
            conditions = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
            if not self._lost:
                self._resources.delete(KIND, metadata["namespace"], metadata["name"], preconditions=conditions)
            self._lost = self._lost or f"{self.label} was released"


def acquire(
    resources: Resources,
    namespace: str,
    name: str,
    who: str,
    *,
    label: str,
    labels: dict[str, str] | None = None,
    duration: int = DURATION,
    progress: Callable[[str], object] | None = None,
) -> Lease:
    """The lease, as soon as it is free or may be taken over. Raises Held, and ApiError.

    ``who``: see :func:`identity`; ``label``: what is held, as messages name it. It lasts up to the ``duration`` of the
    present holder (seconds) until it is known whether that one is alive; ``progress`` is told meanwhile.
    """
    fresh = {"metadata": {"namespace": namespace, "name": name, "labels": labels or {}}}
    first: Sighting | None = None
    live: dict | None = None
    for _turn in pauses(Deadline(2 * duration), first=0.2, most=2.0):
        live = resources.get(KIND, namespace, name)
        if live:
            now = clock.now()
            first = first or Sighting.of(live["spec"], now)
            verdict = standing(live["spec"], who, first, now, times.now())
            if verdict is Standing.HELD:
                raise Held(label, live["spec"])
            if verdict is Standing.UNKNOWN:
                if progress:
                    progress(f"{label} is held by {first.holder}; watching whether that run is alive")
                continue
        watch = Stopwatch()
        written = _claim(resources, live or fresh, who, duration)
        if written:
            return Lease(resources, written, label, duration, watch)
    raise Held(label, (live or {}).get("spec") or {})


def _claim(resources: Resources, lease: dict, who: str, duration: int) -> dict | None:
    """The lease, written as ours, or None when somebody else was faster. Raises ApiError."""
    before, now = lease.get("spec") or {}, times.precise_text_of(times.now())
    spec = {
        "holderIdentity": who,
        "leaseDurationSeconds": duration,
        "acquireTime": now,
        "renewTime": now,
        "leaseTransitions": (before.get("leaseTransitions") or 0) + (1 if before.get("holderIdentity") else 0),
    }
    body = {**lease, "apiVersion": KIND.api_versions[0], "kind": KIND.kind, "spec": spec}
    try:
        if "resourceVersion" in lease["metadata"]:
            return resources.replace(KIND, body, manager=MANAGER)
        return resources.create(KIND, lease["metadata"]["namespace"], body, manager=MANAGER)
    except ApiError as error:
        if error.status == 409 or error.status == 404 and "resourceVersion" in lease["metadata"]:
            return None
        raise
