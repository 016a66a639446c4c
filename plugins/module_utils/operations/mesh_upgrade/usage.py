# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses a revision: by labels, tags and webhooks, by pods, and by live connections. Pure.

A revision is removed only when all of them agree that nobody does; what cannot be known counts as use.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts


def users(facts: Facts, revision: str) -> list[str]:
    """What uses it, one line each; empty when nobody does, and that is known."""
    return [*_selectors(facts, revision), *_proxies(facts, revision), *_connections(facts, revision)]


def _selectors(facts: Facts, revision: str) -> Iterator[str]:
    for tag in facts.mesh["tags"]:
        if tag["revision"] == revision:
            yield f"the tag {tag['tag']} points to it"
    if facts.validator == revision:
        yield "istiod-default-validator calls it"
    for row in facts.mesh["namespaces"]:
        if row["selects"] and row["revision"] == revision:
            yield f"Namespace {row['name']} selects it"
    for gateway in facts.gateways_of(revision):
        yield f"{gateway} selects it"


def _proxies(facts: Facts, revision: str) -> Iterator[str]:
    for row in facts.mesh["workloads"]:
        if revision in row["revisions"]:
            yield f"{Workload.of_row(row).label} has proxies of it"


def _connections(facts: Facts, revision: str) -> Iterator[str]:
    plane, proxies = facts.plane(revision), facts.mesh["proxies"]
    if plane is None:
        return
    if plane["proxies"] is None:
        yield "its istiod was not asked which proxies are connected (connections: false)"
    elif plane["proxies"]:
        yield f"{plane['proxies']} proxies are connected to istiod {plane['name']}"
    elif proxies["unconnected"]:
        # An istiod that shows a caller only some of its proxies looks as if it had few.
        yield f"no istiod shows the proxies of {proxies['unconnected']} pods, so it is not known whose they are"
