# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease of a run that goes over many tasks, of which each renews it while it works.

Between two tasks nobody renews it; that takes seconds, while a lease lasts for longer. So a run that was killed is
known as dead as soon as a lease can be, whatever task it was at, and a run that was taken over begins no further task.

The tasks between those of the operation itself (Helm, restarts, gates) learn of it by their environment: ``VARIABLE``
holds what ``Place.text`` gives.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import lease

VARIABLE = "MESHOPS_RUN"


class Place(NamedTuple):
    """Where the lease of a run is, and whose it is."""

    namespace: str
    name: str
    run: str

    @property
    def text(self) -> str:
        return "/".join(self)

    @property
    def label(self) -> str:
        return f"The work of run {self.run}"


def of_environment() -> Place | None:
    """The lease that the task's environment names. Raises MeshError for what is none."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return None
    parts = text.split("/", 2)
    if len(parts) != 3 or not all(parts):
        raise MeshError(f"{VARIABLE}: {text!r} is not NAMESPACE/LEASE/RUN, as the task that begins a run returns it.")
    return Place(*parts)


@contextlib.contextmanager
def kept(task: Task) -> Iterator[None]:
    """Renew the lease that the environment names while a task is at work. Raises lease.Lost, MeshError."""
    place = None if task.check else of_environment()
    if place is None:
        yield
        return
    with resumed(task.resources, place):
        yield


@contextlib.contextmanager
def resumed(resources: Resources, place: Place) -> Iterator[None]:
    """The same for a lease that is named. Raises lease.Lost when it is another's, or nobody's; and MeshError."""
    try:
        live = resources.get(lease.KIND, place.namespace, place.name)
    except ApiError as error:
        raise MeshError(f"{place.label}: its lease cannot be read: {error.message}") from None
    spec = (live or {}).get("spec") or {}
    if live is None or spec.get("holderIdentity") != place.run:
        who = f"was taken over by run {spec['holderIdentity']}" if spec.get("holderIdentity") else "has ended"
        raise lease.Lost(f"{place.label} {who}, so nothing more is done here.")
    held = lease.Lease(resources, live, place.label, spec.get("leaseDurationSeconds") or lease.DURATION, Stopwatch())
    try:
        held.renew()
        yield
    finally:
        held.hand_on()


def taken(task: Task, place: Place, *, label: str, labels: dict[str, str], at_once: bool) -> None:
    """Take the lease for a run, as soon as it is free or may be taken over. Raises lease.Held, and ApiError.

    ``label``: what is held, as messages call it. ``at_once``: from whomever, without waiting.
    """
    live = task.resources.get(lease.KIND, place.namespace, place.name) if at_once else None
    if live and live["spec"].get("holderIdentity") != place.run:
        conditions = {"uid": live["metadata"]["uid"]}
        task.resources.delete(lease.KIND, place.namespace, place.name, preconditions=conditions)
    lease.acquire(
        task.resources,
        place.namespace,
        place.name,
        place.run,
        label=label,
        labels=labels,
        duration=task.params["lease_duration"],
        progress=task.progress,
    ).hand_on()


def ended(resources: Resources, place: Place) -> None:
    """Give the lease up, so that the next run need not wait. Where that cannot be written, it expires by itself."""
    with contextlib.suppress(ApiError):
        live = resources.get(lease.KIND, place.namespace, place.name)
        if live and live["spec"].get("holderIdentity") == place.run:
            resources.delete(lease.KIND, place.namespace, place.name, preconditions={"uid": live["metadata"]["uid"]})
