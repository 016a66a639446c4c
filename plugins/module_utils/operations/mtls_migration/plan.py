# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration is to do, from the facts of the report. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.findings import BLOCKER, Finding
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import Waiver

Row = dict[str, Any]
STRICT, PUT_BACK, HELD = "strict", "put_back", "held"  # how a namespace ends
MESH = "the mesh"  # the stage after the namespaces
CLEANUP = "cleanup"  # the one after that


@dataclass(frozen=True)
class Plan:
    """``order``: the namespaces to migrate, the quietest first; ``held``: those that stay, with the reasons;
    ``done``: those that require mTLS already. ``facts``: the rows of the report, for the record."""

    order: list[str]
    held: dict[str, list[str]]
    done: list[str]
    facts: list[Row] = field(default_factory=list)
    mesh_wide: bool = False
    cleanup: bool = False
    stated: Row = field(default_factory=dict)

    def was_strict(self, namespace: str) -> bool:
        """Whether a namespace requires mTLS before the migration, which then is about its exceptions alone."""
        return any(row["name"] == namespace and row["mode"] == mtls.STRICT for row in self.facts)

    def row(self) -> Row:
        """As JSON, for the journal."""
        return dict(vars(self))


def parse(row: Row) -> Plan:
    """The plan of a journal."""
    return Plan(**row)


def of(
    rows: list[Row],
    findings: Iterable[Finding],
    waivers: Iterable[Waiver],
    *,
    unproven: str = HELD,
    ignored: Iterable[str] = (),
    tracked: dict[str, str] | None = None,
    differing: Mapping[str, bool] | None = None,
    mesh_wide: bool = False,
    cleanup: bool = False,
    stated: Row | None = None,
) -> Plan:
    """The plan for these namespaces of the report.

    ``unproven``: "held" keeps namespaces that have workloads without proof; ``ignored``: kinds of findings that do not
    count; ``tracked``: namespace → who would put its policy back; ``differing``: namespaces whose exceptions are others
    than the declared ones, and whether some of them end, so that mTLS becomes required for more.
    """
    kept = {waiver.namespace: waiver for waiver in waivers if not waiver.selector}
    blockers = [each for each in findings if each.severity == BLOCKER and each.kind not in set(ignored)]
    order, held, done = [], dict[str, list[str]](), []
    for row in sorted(rows, key=lambda each: (each["requests"], each["name"])):
        name = row["name"]
        if name in kept:
            held[name] = [f"exception until {kept[name].expires}: {kept[name].reason}"]
        elif row["mode"] == mtls.STRICT and name not in (differing or {}):
            done.append(name)
        elif row["mode"] == mtls.STRICT and not (differing or {})[name]:
            order.append(name)
        else:
            reasons = [f"{each.object}: {each.message}" for each in blockers if each.namespace == name]
            if unproven == HELD and row["unproven"]:
                reasons.append(f"nothing proves how these are called: {', '.join(row['unproven'])}")
            if tracked and name in tracked:
                reasons.append(tracked[name])
            if reasons:
                held[name] = reasons
            else:
                order.append(name)
    return Plan(order, held, done, rows, mesh_wide, cleanup, stated or {})


def outcomes(verdicts: Iterable[Row]) -> dict[str, str]:
    """How each namespace, and the mesh, has ended so far, by the rows of a journal."""
    return {row["stage"]: row["outcome"] for row in verdicts if "outcome" in row}


def following(plan: Plan, ended: dict[str, str]) -> str | None:
    """The stage to work on next, None when there is none."""
    stages = [*plan.order, *([MESH] if plan.mesh_wide else []), *([CLEANUP] if plan.cleanup else [])]
    stopped = ended.get(MESH) == PUT_BACK
    return next((stage for stage in stages if stage not in ended and not (stage == CLEANUP and stopped)), None)
