# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a shift: small, because a query stands once, and whole, because each verdict has its own."""

from __future__ import annotations

import json

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import journal_state
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import weighted as istio
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import requests_query
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, Verdict
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    plan,
    progress,
    record,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.decide import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection, Shape

SIDES = Sides(Side("reviews", "shop", ("reviews-v1",), "v1"), Side("reviews", "shop", ("reviews-v2",), "v2"))
SUBJECT = Subject("networking.istio.io", "VirtualService", "shop", "reviews")
SELECTION = Selection(istio.FORM, "", 0, Target("reviews", "v1"), Target("reviews", "v2"))
BEGUN = 1_790_000_000.0


def own(window):
    return promql.filled('rate(mine{x="20s"}[${window}])', SIDES, window, "query")


def verdicts(window):
    asked = {"success": requests_query(SIDES, ("source", "destination"), "http", window), "mine": own(window)}
    for name, query in asked.items():
        message = f"{name}: 99.90 % of {window * 4} succeeded"
        yield Verdict(name, Outcome.PASS, "within_bounds", message, query, 99.9, 4.0)
    yield Verdict("url", Outcome.PASS, "answered", "answers 200", "https://shop.example.com/", 200.0)


def history(evaluations):
    """(rows, queries, the queries as they were asked) of so many evaluations, every 10 s, over at most 300 s."""
    rows, queries, asked = [], {}, []
    at = Progress(0, BEGUN, Outcome.PASS, BEGUN, in_all=1)
    for number in range(1, evaluations + 1):
        window = min(10 * number, 300)
        rows.append(progress.judgement(at, list(verdicts(window)), window, queries))
        asked.append([verdict.query for verdict in verdicts(window)])
    return rows, queries, asked


def test_every_verdict_has_its_query_and_each_query_stands_once():
    rows, queries, asked = history(40)
    again = [
        [queries[gate["query"]].replace("${window}", f"{row['window']}s") for gate in row["gates"]] for row in rows
    ]
    assert again == asked
    # A text of the query that happens to be the window makes one more, at 20 s alone.
    assert len(queries) == 4
    before = len(json.dumps([[verdict.row() for verdict in verdicts(300)] for _row in rows]))
    assert len(json.dumps([rows, queries])) < 0.5 * before


def state_of(rows, queries, whole):
    step = whole.label(0)
    proven = {"time": "2026-09-21T14:13:20Z", "step": step, **progress.proven(5)}
    stamped = [{"time": "2026-09-21T14:23:20Z", "step": step, **row} for row in rows]
    return State(
        *("traffic_shift", SUBJECT, [SUBJECT], "2026-09-21T14:13:00Z", step, "2026-09-21T14:13:10Z"),
        *(whole.row(), {}, [{"run": "7", "holder": "me", "started": "2026-09-21T14:13:00Z"}], [], [proven, *stamped]),
        facts={"queries": queries},
    )


def whole_plan():
    steps = [{"weight": 10, "pause": 36000}]
    return plan.of(SELECTION, Shape(100, 0), (100, 0), True, steps, 1.0, plan.Policy(), ("success", "mine", "url"))


def test_a_step_of_a_day_is_continued_though_its_first_rows_are_dropped(monkeypatch):
    monkeypatch.setattr(journal_state, "LIMIT", 40_000)
    rows, queries, _asked = history(200)
    state = state_of(rows, queries, whole_plan())
    text = journal_state.fitting(state)
    after = journal_state.parse(text, "the journal")
    assert after.dropped and not any("proven" in row for row in after.verdicts)
    now = progress.of(whole_plan(), after)
    assert (now.step, now.proven, now.outcome, now.in_all) == (0, BEGUN, Outcome.PASS, 1)


def test_the_page_names_the_queries_once():
    rows, queries, _asked = history(3)
    page = record.markdown(record.of(whole_plan(), state_of(rows, queries, whole_plan()), "promoted"))
    lines = [line for line in page.splitlines() if "**pass** success" in line]
    assert len(lines) == 3 and "| q1 | 10 s | 99.9 | 4 |" in lines[0] and "| q1 | 30 s | 99.9 | 4 |" in lines[2]
    assert sum("istio_requests_total" in line for line in page.splitlines()) == 1
    assert "- q1: `sum by (reporter, " in page and "acknowledged by 5 proxies" in page
