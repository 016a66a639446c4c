# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``istio_ca_info`` reads: the authority, every proxy's certificate, those of gateways, and what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import held
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import gateway_certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import authority as authorities
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import checks, proxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import subject_of

NAMES = {part: f"the {part}" for part in ("cert", "key", "chain", "root")}


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of istio_ca_info. Raises MeshError."""
    now, namespace = times.now(), task.params["istiod_namespace"]
    live = authorities.read(task.resources, namespace)
    settings = authorities.settings(task.resources, namespace)
    seen = proxies.survey(task) if task.params["proxies"] else []
    gateways = gateway_certificates.rows(task.resources, now) if task.params["gateways"] else []
    holder = held(task.resources, subject_of(namespace))
    expected = proxies.Expectation({root.fingerprint: root.label for root in live.roots}, {}, live.signing)
    stragglers = expected.stragglers(seen) if live.signing and not settings.external else []
    days = task.params["warn_days"]
    problems = [*_of_the_authority(live, now, days), *_of_gateways(gateways, days)]
    problems += [f"The proxy {row['namespace']}/{row['pod']}: {row['reason']}." for row in stragglers]
    return {
        "changed": False,
        "authority": live.row(now),
        "settings": settings.row(),
        "proxies": [proxy.row(now) for proxy in seen],
        "stragglers": stragglers,
        "gateways": gateways,
        "rotation": holder.row() if holder else None,
        "problems": problems,
    }


def _of_the_authority(live: Authority, now: datetime, days: int) -> list[str]:
    findings = checks.problems(live, NAMES, now)
    parts: list[Certificate] = list(dict.fromkeys([*([live.signing] if live.signing else []), *live.roots]))
    for part in parts:
        if part.not_after > now and part.days_left(now) < days:
            findings.append(f"{part.label} expires in {part.days_left(now)} days, at {times.text_of(part.not_after)}.")
    return findings


def _of_gateways(gateways: list[dict[str, Any]], days: int) -> list[str]:
    findings = []
    for row in gateways:
        if row["problem"]:
            findings.append(f"{row['gateway']}: {row['problem']}")
        elif row["certificate"]["days_left"] < days:
            left, until = row["certificate"]["days_left"], row["certificate"]["not_after"]
            findings.append(
                f"{row['gateway']}: the certificate in Secret {row['secret']} expires in {left} days, at {until}."
            )
    return findings
