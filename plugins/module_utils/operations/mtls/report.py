# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``mtls_report`` does: reads, asks metrics, and says what is proven and what would break."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import PrometheusError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import prometheus_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files, mesh_info
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import (
    evidence,
    facts,
    findings,
    page,
    snapshot,
)


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of mtls_report. Raises MeshError."""
    search = mesh_info.compiled(task.params.get("query"))
    with opened(task) as prometheus:
        live, document, _findings = facts_of(task, prometheus, task.params.get("namespaces"))
    missing = [name for name in task.params.get("namespaces") or [] if name not in live.namespaces]
    if missing:
        task.warn(f"namespaces: no workload with a proxy runs in {', '.join(missing)}, so nothing was looked at there.")
    files.write(task, "page", lambda: page.markdown(document, times.text_of(times.now())))
    if search is not None:
        return {"changed": False, "result": search.search(document)}
    return {"changed": False, **document}


def facts_of(
    task: Task,
    prometheus: Prometheus | None,
    chosen: list[str] | None,
    planned: Iterable[dict[str, Any]] = (),
    dropped: Iterable[str] = (),
) -> tuple[snapshot.Snapshot, dict[str, Any], list[findings.Finding]]:
    """What was read, the facts, and the findings; ``planned`` and ``dropped``: as ``snapshot.read`` takes them.

    Raises MeshError.
    """
    root = root_of(task)
    live = snapshot.read(task, root, planned, dropped)
    known = None
    if prometheus is not None:
        try:
            known = evidence.read(prometheus, history_of(task), chosen)
        except PrometheusError as error:
            raise MeshError(sentence(f"metrics: {error.message}"), reason=error.trouble.value) from None
    rows = findings.all_of(live, known, times.text_of(times.now())[:10])
    return live, facts.of(live, known, rows, chosen), rows


def root_of(task: Task) -> str:
    """The root namespace of the mesh."""
    return str(task.params.get("root_namespace") or task.params.get("istiod_namespace") or "istio-system")


def history_of(task: Task) -> int:
    """Seconds of traffic to look at. Raises MeshError."""
    seconds = int(task.params["history"])
    if seconds <= 0:
        raise MeshError("history must be more than 0 seconds.")
    return seconds


@contextlib.contextmanager
def opened(task: Task) -> Iterator[Prometheus | None]:
    """The Prometheus of the option ``metrics``, None without it. Raises MeshError."""
    if not task.params.get("metrics"):
        yield None
        return
    prometheus = prometheus_of(task.params["metrics"], lambda: task.session)
    try:
        yield prometheus
    finally:
        prometheus.close()
