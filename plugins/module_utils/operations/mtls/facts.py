# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a report: each workload with its modes and its traffic, and what each namespace still lacks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import evidence as traffic
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.evidence import Evidence
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.findings import BLOCKER, Finding
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.snapshot import Member, Snapshot

Row = dict[str, Any]


def of(snapshot: Snapshot, evidence: Evidence | None, findings: list[Finding], chosen: list[str] | None) -> Row:
    """All facts; ``chosen``: the namespaces to report, None for all. ``evidence`` is None without metrics."""
    workloads = [
        _workload(member, evidence) for member in snapshot.members if chosen is None or member.namespace in chosen
    ]
    spaces = [name for name in snapshot.namespaces if chosen is None or name in chosen]
    rows = [
        finding for finding in findings if chosen is None or finding.namespace in ("", snapshot.policies.root, *chosen)
    ]
    mesh = snapshot.policies.of("", {})
    namespaces = [namespace(snapshot, name, workloads, findings) for name in spaces]
    return {
        "mesh": {"mode": mesh.mode, "policy": mtls.name_of(mesh.source) if mesh.source else None},
        "namespaces": namespaces,
        "workloads": workloads,
        "findings": [finding.row() for finding in rows],
        "callers": snapshot.callers,
        "unread": list(snapshot.unread),
        "coverage": _coverage(evidence),
        "summary": {
            "modes": dict(Counter(row["mode"] for row in workloads)),
            "traffic": dict(Counter(row["traffic"] for row in workloads)),
            "blockers": sum(finding.severity == BLOCKER for finding in rows),
            "ready": sorted(row["name"] for row in namespaces if not row["reasons"]),
        },
    }


def _workload(member: Member, evidence: Evidence | None) -> Row:
    effective = member.effective
    tally = evidence.of(member.namespace, member.name) if evidence else traffic.Tally()
    names = [pod["metadata"]["name"] for pod in member.pods]
    unscraped = 0
    if evidence and evidence.scraped is not None:
        unscraped = sum((member.namespace, name) not in evidence.scraped for name in names)
    return {
        **member.workload.row(),
        "pods": len(member.pods),
        "mode": effective.mode,
        "policy": mtls.name_of(effective.source) if effective.source else None,
        "ports": {str(port): mode for port, mode in sorted(effective.ports.items())},
        "services": sorted(service["metadata"]["name"] for service in member.services),
        "traffic": tally.kind if evidence else traffic.UNKNOWN,
        "mutual": round(tally.mutual),
        "plain": round(tally.plain),
        "sources": tally.rows(),
        "unscraped": unscraped,
        "oldest_pod": min(str(pod["metadata"].get("creationTimestamp") or "") for pod in member.pods),
    }


def namespace(snapshot: Snapshot, name: str, workloads: list[Row], findings: list[Finding]) -> Row:
    """A namespace: its mode, and what keeps it from STRICT (``reasons``, in words; ``unproven``, the workloads)."""
    effective = snapshot.policies.of(name, {})
    own = [row for row in workloads if row["namespace"] == name]
    blockers = [each for each in findings if each.severity == BLOCKER and each.namespace == name]
    unproven = [
        f"{row['kind']} {name}/{row['name']}"
        for row in own
        if row["services"] and (row["traffic"] in (traffic.NO_TRAFFIC, traffic.UNKNOWN) or row["unscraped"])
    ]
    return {
        "name": name,
        "mode": effective.mode,
        "policy": mtls.name_of(effective.source) if effective.source else None,
        "workloads": len(own),
        "requests": sum(row["mutual"] + row["plain"] for row in own),
        "exceptions": [
            f"{row['kind']} {row['name']}"
            for row in own
            if effective.mode == mtls.STRICT and {row["mode"], *row["ports"].values()} - {mtls.STRICT}
        ],
        "reasons": [f"{each.object}: {each.message}" for each in blockers],
        "unproven": unproven,
    }


def _coverage(evidence: Evidence | None) -> Row | None:
    if evidence is None:
        return None
    return {
        "seconds": evidence.seconds,
        "reaches_back": evidence.reaches_back,
        "scraped_pods": None if evidence.scraped is None else len(evidence.scraped),
        "queries": evidence.queries,
    }
