# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sent plain text, by metrics, to the workloads for which a change of policies makes mTLS required."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import PrometheusError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import by_workload, is_live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.mtls import Policies, becomes_strict
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import evidence, report
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.snapshot import is_meshed, labels_of

Document = dict[str, Any]


class Known(NamedTuple):
    """``sent``: who sent plain text to whom; ``unnamed``: whether some of them have no name in metrics, which those
    without a proxy have not; ``gap``: why there may be others, empty where there are none."""

    sent: list[str]
    unnamed: bool
    gap: str


def read(task: Task, before: Policies, after: Policies, pods: Iterable[Document]) -> Known:
    """By the options ``metrics`` and ``plain_text_history``. Metrics that cannot be read are a gap.

    Raises MeshError.
    """
    workloads = {
        (workload.namespace, workload.name): own
        for workload, own in by_workload(pod for pod in pods if is_live(pod) and is_meshed(pod)).items()
        if becomes_strict(*(each.of(workload.namespace, labels_of(own[0])) for each in (before, after)))
    }
    seconds = int(task.params["plain_text_history"])
    if seconds <= 0:
        raise MeshError("plain_text_history must be more than 0 seconds.")
    if not workloads:
        return Known([], False, "")
    with report.opened(task) as prometheus:
        if prometheus is None:
            raise MeshError("metrics names no Prometheus.")
        try:
            known = evidence.read(prometheus, seconds, {namespace for namespace, _name in workloads})
        except PrometheusError as error:
            return Known([], False, f"metrics cannot be read: {error.message.rstrip('.')}")
    rows = [
        (namespace, name, row)
        for namespace, name in sorted(workloads)
        for row in known.of(namespace, name).rows() or _by_bytes(known.of(namespace, name))
    ]
    sent = [f"{_sender(row)} to {namespace}/{name} ({row['count']} times)" for namespace, name, row in rows]
    unnamed = any(row["workload"] == evidence.NOBODY for _namespace, _name, row in rows)
    return Known(sent, unnamed, _gap(known, workloads))


def _sender(row: Document) -> str:
    unnamed = row["workload"] == evidence.NOBODY
    return "somebody without a proxy" if unnamed else f"{row['namespace']}/{row['workload']}"


def _by_bytes(tally: evidence.Tally) -> list[Document]:
    """A connection that was open before the time is in no other metric."""
    unknown = {"namespace": evidence.NOBODY, "workload": evidence.NOBODY, "count": 1}
    return [unknown] if tally.kind == evidence.PLAIN_TEXT else []


def _gap(known: evidence.Evidence, workloads: dict[tuple[str, str], list[Document]]) -> str:
    if known.scraped is None:
        return "metrics do not say whose they are"
    for namespace, name in sorted(workloads):
        if any((namespace, pod["metadata"]["name"]) not in known.scraped for pod in workloads[namespace, name]):
            return f"metrics have nothing of pods of {namespace}/{name}"
    return "" if known.reaches_back else f"metrics do not reach back {known.seconds} s"
