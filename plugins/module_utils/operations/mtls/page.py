# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a page for people: Markdown."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.report import line

Row = dict[str, Any]


def markdown(facts: Row, when: str) -> str:
    """The whole page."""
    coverage, mesh = facts["coverage"], facts["mesh"]
    window = f"Traffic of the last {coverage['seconds']} s." if coverage else "Without metrics, so nothing is proven."
    if coverage and not coverage["reaches_back"]:
        window += " Metrics do not reach back so far."
    lines = [
        "# mTLS in the mesh",
        "",
        f"{when}. The mesh is {mesh['mode']} ({mesh['policy'] or 'the default'}). {window}",
        "",
        *_table(("namespace", "mode", "workloads", "requests", "exceptions", "keeps it from STRICT", "not proven"), [
            (
                row["name"], row["mode"], row["workloads"], row["requests"], ", ".join(row["exceptions"]),
                "; ".join(row["reasons"]), ", ".join(row["unproven"]),
            )
            for row in facts["namespaces"]
        ]),
        "",
        "## Workloads",
        "",
        *_table(("workload", "mode", "ports", "policy", "traffic", "with mTLS", "plain text"), [
            (
                f"{row['kind']} {row['namespace']}/{row['name']}", row["mode"],
                ", ".join(f"{port}: {mode}" for port, mode in row["ports"].items()), row["policy"] or "",
                row["traffic"].replace("_", " "), row["mutual"], row["plain"],
            )
            for row in facts["workloads"]
        ]),
        "",
        "## Findings",
        "",
        *_table(("severity", "namespace", "object", "what", "what to do"), [
            (row["severity"], row["namespace"], row["object"], row["message"], row["fix"]) for row in facts["findings"]
        ]),
        "",
        f"Workloads without a sidecar: {', '.join(facts['callers']) or 'none'}.",
    ]  # fmt: skip
    if facts["unread"]:
        lines += ["", f"Not looked at, because they may not be listed: {', '.join(facts['unread'])}."]
    if coverage:
        lines += ["", "## Queries", "", *(f"    {query}" for query in coverage["queries"])]
    return "\n".join([*lines, ""])


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    if not rows:
        return ["None."]
    return [line(list(head)), line(["---"] * len(head)), *(line([str(cell) for cell in row]) for row in rows)]
