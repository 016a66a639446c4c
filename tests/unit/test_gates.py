# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of the gates: what Prometheus counted -> a verdict; which options go together; how verdicts are shown."""

from __future__ import annotations

import random

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Answer, Sample
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import (
    early,
    metric_gates,
    options,
    preflight,
    promql,
    report,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.compare import compare
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.gates import Gates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import Window
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import (
    Outcome,
    Verdict,
    overall,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import namesakes
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_gate import ENTRY

SIDES = Sides(Side("reviews", "shop", ("reviews-v1",), "v1"), Side("reviews", "shop", ("reviews-v2",), "v2"))
URL = {"url": "http://127.0.0.1:1"}


class Counted:
    """Answers of Prometheus, by the metric that a query names."""

    label = "test"

    def __init__(self, **metrics):
        self.metrics = metrics

    def query(self, expression):
        metric = next(name for name in self.metrics if name in expression)
        return Answer(self.metrics[metric])


def requests(count, code="200", workload="reviews-v2", reporter="destination", flags="-", grpc="", version="v2"):
    labels = {
        "reporter": reporter,
        "destination_service_name": "reviews",
        "destination_workload": workload,
        "destination_version": version,
        "response_code": code,
        "response_flags": flags,
        "grpc_response_status": grpc,
    }
    return Sample(labels, float(count))


def durations(fast, slow, **where):
    """So many requests below 10 ms, and so many between 100 and 500 ms."""
    whole = {"10": fast, "100": fast, "500": fast + slow, "+Inf": fast + slow}
    return [Sample({**requests(0, **where).labels, "le": le}, float(count)) for le, count in whole.items()]


def gates(*stated, sides=SIDES, **params):
    """The gates of a task with these options."""
    written = ENTRY.checked({"gates": list(stated), "metrics": URL, **params})
    task = ENTRY.task(written, check=False, warn=print, progress=print)
    assert isinstance(task, Task)
    return options.gates_of(task, sides)


def judged(judge, stated, samples, metric=promql.REQUESTS, sides=SIDES, **params):
    (gate,) = gates(stated, sides=sides, **params)
    return judge(gate, Window(Counted(**{metric: samples}), sides, 60))


SUCCESS = {"type": "success_rate", "min": 99, "fail_below": 95}
V1 = {"workload": "reviews-v1", "version": "v1"}
SOURCE = {"reporter": "source"}
UNPLACED = {"workload": "unknown", "version": "unknown", "reporter": "source", "flags": "UH"}


@pytest.mark.parametrize(
    ("samples", "more", "expected"),
    [
        ([requests(200)], {}, ("pass", "within_bounds", 100.0, 200)),
        ([requests(990), requests(10, "503")], {}, ("pass", "within_bounds", 99.0, 1000)),
        ([requests(970), requests(30, "500")], {}, ("inconclusive", "between_bounds", 97.0, 1000)),
        ([requests(900), requests(100, "500")], {}, ("fail", "threshold", 90.0, 1000)),
        ([requests(100, "500")], {}, ("fail", "threshold", 0.0, 100)),
        # Of the client's errors a canary knows nothing.
        ([requests(100, "404"), requests(100, "429")], {}, ("pass", "within_bounds", 100.0, 200)),
        # No response at all is an error, unless clients that give up are not to count.
        ([requests(100), requests(100, "0", flags="DC")], {}, ("fail", "threshold", 50.0, 200)),
        (
            [requests(100), requests(100, "0", flags="DC")],
            {"count_disconnects": False},
            ("pass", "within_bounds", 100.0, 100),
        ),
        # What never arrives is seen by the source alone, and has no workload.
        (
            [requests(200), requests(200, **SOURCE), requests(100, "503", **UNPLACED)],
            {},
            ("fail", "threshold", 66.667, 300),
        ),
        ([requests(100, "503", **UNPLACED)], {}, ("fail", "threshold", 0.0, 100)),
        (
            [requests(200), requests(100, "503", **UNPLACED)],
            {"reporter": "destination"},
            ("pass", "within_bounds", 100.0, 200),
        ),
        # Callers without proxies: there is no source.
        ([requests(200)], {"reporter": "source"}, ("no_data", "empty", None, 0)),
        # The other side, other services and other reporters do not count.
        ([requests(500, "500", **V1), requests(200)], {}, ("pass", "within_bounds", 100.0, 200)),
        ([requests(500, "500", reporter="waypoint"), requests(200)], {}, ("pass", "within_bounds", 100.0, 200)),
        ([], {}, ("no_data", "empty", None, 0)),
        ([requests(0)], {}, ("no_data", "empty", None, 0)),
        ([requests(99)], {}, ("no_data", "below_min_requests", 100.0, 99)),
        ([requests(99)], {"min_requests": 50}, ("pass", "within_bounds", 100.0, 99)),
        # Too few, and still certain: even 100 requests without a further error would be below 95 %.
        ([requests(20), requests(6, "500")], {}, ("fail", "threshold", 76.923, 26)),
        ([requests(20), requests(5, "500")], {}, ("no_data", "below_min_requests", 80.0, 25)),
        # One reporter has enough.
        ([requests(50), requests(150, **SOURCE)], {}, ("pass", "within_bounds", 100.0, 150)),
    ],
)
def test_success_rate(samples, more, expected):
    verdict = judged(metric_gates.success_rate, {**SUCCESS, **more}, samples)
    outcome, reason, value, count = expected
    assert (verdict.outcome.value, verdict.reason, verdict.count) == (outcome, reason, count)
    assert verdict.value == pytest.approx(value, abs=0.001)
    assert "istio_requests_total{" in verdict.query


def test_a_failure_says_what_failed():
    samples = [requests(80, **SOURCE), requests(15, "503", **UNPLACED), requests(5, "500", **SOURCE), requests(80)]
    verdict = judged(metric_gates.success_rate, SUCCESS, samples)
    assert verdict.message.startswith("source: 80.00 % of 100 requests succeeded (503 UH: 15, 500: 5)")
    assert "at least 99 %, fails below 95 %" in verdict.message


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        ([requests(100, grpc="0")], 100.0),
        ([requests(50, grpc="0"), requests(50, grpc="14")], 50.0),
        # NOT_FOUND, INVALID_ARGUMENT and CANCELLED are the caller's matter.
        ([requests(50, grpc="5"), requests(30, grpc="3"), requests(20, grpc="1")], 100.0),
        ([requests(75, grpc="0"), requests(25, "503", flags="UF")], 75.0),
    ],
)
def test_success_rate_of_grpc(samples, rate):
    verdict = judged(metric_gates.success_rate, {**SUCCESS, "protocol": "grpc"}, samples)
    assert verdict.value == rate
    assert 'request_protocol="grpc"' in verdict.query


@pytest.mark.parametrize(
    ("opened", "closed", "rate"),
    [
        ([requests(100)], [requests(40)], 100.0),
        ([requests(100)], [requests(80), requests(20, flags="UF,URX")], 80.0),
        ([], [requests(100, flags="UF")], 0.0),
        ([requests(60), requests(40, **UNPLACED)], [requests(60), requests(40, **UNPLACED)], 60.0),
    ],
)
def test_success_rate_of_tcp(opened, closed, rate):
    opened = [each._replace(labels={**each.labels, "reporter": "source"}) for each in opened]
    closed = [each._replace(labels={**each.labels, "reporter": "source"}) for each in closed]
    (gate,) = gates({**SUCCESS, "protocol": "tcp", "min_requests": 50})
    counted = Counted(**{promql.OPENED: opened, promql.CLOSED: closed})
    assert metric_gates.success_rate(gate, Window(counted, SIDES, 60)).value == rate


@pytest.mark.parametrize(
    ("samples", "percentile", "expected"),
    [
        (durations(995, 5), 99, ("pass", 9.949)),
        (durations(900, 100), 99, ("fail", 460.0)),
        (durations(900, 100), 50, ("pass", 5.556)),
        # Whoever sees it slower counts.
        (durations(200, 0) + durations(100, 100, reporter="source"), 90, ("fail", 420.0)),
        (durations(50, 0), 99, ("no_data", 9.9)),
        (durations(0, 0), 99, ("no_data", None)),
        (durations(200, 0, **V1), 99, ("no_data", None)),
    ],
)
def test_latency(samples, percentile, expected):
    verdict = judged(
        metric_gates.latency, {"type": "latency", "percentile": percentile, "max": 250}, samples, promql.DURATIONS
    )
    assert verdict.outcome.value == expected[0]
    assert verdict.value == pytest.approx(expected[1], abs=0.001)


@pytest.mark.parametrize(
    ("samples", "more", "expected"),
    [
        ([requests(95), requests(5, "500"), requests(900, **V1)], {}, ("fail", "worse")),
        ([requests(199), requests(1, "500"), requests(900, **V1)], {}, ("pass", "not_worse")),
        # As bad as the other side: that is not the canary's fault.
        (
            [requests(90), requests(10, "500"), requests(900, **V1), requests(100, "500", **V1)],
            {},
            ("pass", "not_worse"),
        ),
        ([requests(950), requests(50, "500"), requests(900, **V1)], {"tolerance": 2}, ("fail", "worse")),
        ([requests(950), requests(50, "500"), requests(900, **V1)], {"tolerance": 10}, ("pass", "not_worse")),
        ([requests(99), requests(900, **V1)], {}, ("no_data", "below_min_requests")),
        ([requests(200), requests(9, **V1)], {}, ("no_data", "stable_below_min_requests")),
        ([requests(900, **V1)], {}, ("no_data", "empty")),
        ([requests(1)], {"min_requests": 0}, ("no_data", "stable_below_min_requests")),
        ([requests(0.4), requests(9, **V1)], {"min_requests": 0}, ("no_data", "below_min_requests")),
        # Requests that reached nobody are the canary's.
        (
            [requests(200, **SOURCE), requests(20, "503", **UNPLACED), requests(900, **V1, **SOURCE)],
            {},
            ("fail", "worse"),
        ),
    ],
)
def test_more_errors_than_the_stable_side(samples, more, expected):
    verdict = judged(compare, {"type": "compare", **more}, samples)
    assert (verdict.outcome.value, verdict.reason) == expected


@pytest.mark.parametrize(
    ("canary", "stable", "expected"),
    [
        ((500, 500), (950, 50), "fail"),
        ((950, 50), (950, 50), "pass"),
        ((940, 60), (950, 50), "pass"),
        ((999, 1), (500, 500), "pass"),  # faster
        ((50, 0), (950, 50), "no_data"),
        ((200, 0), (0, 0), "no_data"),
    ],
)
def test_slower_than_the_stable_side(canary, stable, expected):
    samples = durations(*canary) + durations(*stable, **V1)
    verdict = judged(compare, {"type": "compare", "measure": "latency"}, samples, promql.DURATIONS)
    assert verdict.outcome.value == expected


def test_one_workload_with_two_versions_is_told_by_the_version():
    """A Rollout of Argo Rollouts: its two ReplicaSets are one workload."""
    sides = Sides(Side("reviews", "shop", ("reviews",), "v1"), Side("reviews", "shop", ("reviews",), "v2"))
    samples = [requests(200, workload="reviews"), requests(500, "500", workload="reviews", version="v1")]
    assert judged(metric_gates.success_rate, SUCCESS, samples, sides=sides).value == 100.0
    assert preflight.indistinguishable(sides) == ""


@pytest.mark.parametrize(
    ("stable", "canary", "same"),
    [
        (SIDES.stable, SIDES.canary, False),
        (Side("reviews", "shop", ("reviews",), ""), Side("reviews", "shop", ("reviews",), ""), True),
        (Side("reviews", "shop", ("reviews",), "v1"), Side("reviews", "shop", ("reviews",), "v1"), True),
        (Side("reviews", "shop", (), "v1"), Side("reviews", "shop", (), "unknown"), True),
        (Side("reviews", "shop", (), "v1"), Side("reviews", "shop", (), "v2"), False),
        (Side("reviews", "shop"), Side("reviews-canary", "shop"), False),
        (Side("", ""), Side("reviews", "shop"), False),
    ],
)
def test_versions_that_metrics_cannot_tell_apart(stable, canary, same):
    assert bool(preflight.indistinguishable(Sides(stable, canary))) == same


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"type": "latency"}, "needs max"),
        ({"type": "query", "query": "up"}, "needs min, max or both"),
        ({"type": "query", "min": 1}, "needs query"),
        ({"type": "success_rate", "max": 3}, "max is for latency and query, not for success_rate"),
        ({"type": "success_rate", "min": 90, "fail_below": 95}, "fail_below needs a min"),
        ({"type": "latency", "max": 90, "fail_above": 80}, "fail_above needs a max"),
        ({"type": "query", "query": "up", "min": 5, "max": 1}, "min (5) is greater than max (1)"),
        ({"type": "compare", "confidence": 1}, "confidence must be"),
        ({"type": "latency", "max": 1, "percentile": 100}, "percentile must be"),
        ({"type": "url", "url": "http://a", "body": "("}, "body is not a regular expression"),
        ({"type": "object", "object": {"name": "a"}, "expression": "a ||"}, "expression is not JMESPath"),
        ({"type": "object", "expression": "a"}, "needs object"),
        ({"type": "latncy", "max": 1}, "Did you mean 'latency'?"),
    ],
)
def test_options_that_contradict_each_other(stated, words):
    with pytest.raises(MeshError) as caught:
        gates(stated)
    assert words in caught.value.message


def test_options_of_all_gates():
    for params, words in (
        ({"metrics": None}, "Set metrics.url or metrics.service"),
        ({"interval": 0}, "interval must be"),
    ):
        with pytest.raises(MeshError, match=words):
            gates(SUCCESS, **params)
    with pytest.raises(MeshError, match="is the name of two gates"):
        gates(SUCCESS, SUCCESS)
    for sides, words in (
        (Sides(Side("", ""), Side("", "")), "needs canary.service"),
        (Sides(Side("", ""), SIDES.canary), "no stable side"),
    ):
        with pytest.raises(MeshError, match=words):
            gates({"type": "compare"}, sides=sides)


LIMIT = {"type": "latency", "percentile": 99, "max": 100}


@pytest.mark.parametrize(
    ("stated", "samples", "clear"),
    [
        (SUCCESS, [requests(48, "500")], True),
        (SUCCESS, [requests(48, "503", **UNPLACED)], True),
        (SUCCESS, [requests(80), requests(20, "500")], True),
        (SUCCESS, [requests(16, "500")], False),  # as few as five of min_requests
        (SUCCESS, [requests(93), requests(7, "500")], False),  # beyond the bound, and perhaps by chance
        (SUCCESS, [requests(500)], False),
        (SUCCESS, [], False),
        (LIMIT, durations(90, 20), True),
        (LIMIT, durations(97, 3), False),
        (LIMIT, [], False),
        ({"type": "query", "query": "up", "min": 1}, [], False),  # what a query of the user means nobody knows
    ],
)
def test_only_a_clear_failure_is_seen_before_four_scrapes(stated, samples, clear):
    metrics = {promql.REQUESTS: samples, promql.DURATIONS: samples, "up": samples}
    written = ENTRY.checked({"gates": [stated], "metrics": {**URL, "scrape_interval": 5}})
    task = ENTRY.task(written, check=False, warn=print, progress=print)
    (gate,) = options.gates_of(task, SIDES)
    judging = Gates(task, SIDES, [gate], Counted(**metrics), 20.0)
    for window, seen in ((4, False), (5, clear), (19, clear)):
        (verdict,) = judging.judge(window)
        assert (verdict.outcome is Outcome.FAIL) == seen, verdict
        assert verdict.reason == ("threshold" if seen else "window_too_short")
    assert not clear or "was clear before four scrapes" in verdict.message


def test_a_version_at_its_bound_seldom_looks_like_a_clear_failure():
    """As many errors as just may be, each time counted up to 3.2 times, as increase() may."""
    generator, alarms = random.Random(7), 0
    for _ in range(2000):
        total, factor = generator.randint(5, 300), generator.uniform(1, 3.2)
        bad = sum(generator.random() < 0.05 for _ in range(total))
        alarms += early.beyond_chance(bad * factor, total * factor, 0.05, 20)
    assert alarms < 40  # no more than 20 are expected


@pytest.mark.parametrize(("share", "at_most"), [(0.02, 0.01), (0.01, 0.001)])
def test_a_step_seldom_fails_early_by_chance(share, at_most):
    """All looks of the early phase together, as in a real step: scrapes every 5 s, a look every 3 s, 2 % may fail."""
    generator, steps, alarms = random.Random(11), 4000, 0
    for _ in range(steps):
        rate, phase, factor = generator.choice((4, 12, 40)), generator.uniform(0, 5), generator.uniform(1, 3.2)
        failures = [sum(generator.random() < share for _ in range(rate)) for _second in range(20)]
        scraped = [max(0, int(phase + 5 * ((look - phase) // 5))) for look in range(6, 20, 3)]
        alarms += any(
            early.beyond_chance(sum(failures[:until]) * factor, until * rate * factor, 0.02, 50) for until in scraped
        )
    assert alarms <= at_most * steps


def test_a_window_shorter_than_four_scrapes_is_not_asked_for():
    written = ENTRY.checked({"gates": [SUCCESS], "metrics": {**URL, "scrape_interval": 5}})
    task = ENTRY.task(written, check=False, warn=print, progress=print)
    (verdict,) = Gates.of(task, SIDES).judge(19)
    assert (verdict.outcome, verdict.reason) == (Outcome.NO_DATA, "window_too_short")
    (verdict,) = Gates.of(task, SIDES).judge(20)
    assert (verdict.outcome, verdict.reason) == (Outcome.NO_DATA, "unreachable")
    assert verdict.query.startswith("sum by (reporter,")
    with pytest.raises(MeshError, match="shorter than four scrapes of 15 s"):
        written = ENTRY.checked({"gates": [SUCCESS], "metrics": URL, "window": 59})
        Gates.of(ENTRY.task(written, check=False, warn=print, progress=print), SIDES)


def test_texts_in_a_query():
    sides = Sides(SIDES.stable, Side("reviews", "shop", ("reviews-v2", "reviews.b"), "v2"))
    query = 'rate(a{w=~"${canary_workloads}$",v="${stable_version}"}[${window}])'
    filled = promql.filled(query, sides, 60, "query")
    assert filled == 'rate(a{w=~"reviews-v2|reviews\\\\.b$",v="v1"}[60s])'
    with pytest.raises(MeshError, match=r"\$\{canry\} is not known"):
        promql.filled("${canry}", sides, 60, "query")


def test_names_are_quoted_in_matchers():
    assert promql.matcher(["a"]) == '="a"'
    assert promql.matcher(["a.b", "c"]) == '=~"a\\\\.b|c"'
    assert promql.matcher(['"} or up{a="']) == '="\\"} or up{a=\\""'


def test_several_verdicts_together():
    def outcome(*outcomes):
        return overall(Verdict("a", each, "", "") for each in outcomes)

    everything = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.NO_DATA, Outcome.FAIL)
    assert [outcome(*everything[:n]) for n in range(5)] == [Outcome.PASS, *everything]


def test_a_report_is_a_table():
    rows = [
        Verdict("success", Outcome.FAIL, "threshold", "90 % | of\n200", "sum(a)", 90.0, 200).row(),
        {**Verdict("page", Outcome.PASS, "answered", "answers 200", "http://a", 200).row(), "step": 2},
        Verdict("again", Outcome.NO_DATA, "nan", "NaN", "sum(a)", float("nan")).row(),
    ]
    page = report.page("Shift of reviews", rows)
    assert "| Step | Gate | Verdict | Value | Requests | Why |" in page
    assert "|  | success | **fail** | 90 | 200 | 90 % \\| of 200 (`threshold`) |" in page
    assert "| 2 | page | pass | 200 |  | answers 200 (`answered`) |" in page
    assert "success, again:\n\n```\nsum(a)\n```" in page
    assert rows[2]["value"] is None
    assert report.table([]) == "No gates were evaluated.\n"


def test_a_pod_of_several_services():
    """The destination names the first of them; the source the one that was called, and nobody's else counts."""
    stable, canary = (
        Side(f"reviews-{version}", "shop", (f"reviews-{version}",), version, ("all",)) for version in ("v1", "v2")
    )
    sides = Sides(stable, canary)

    def named(service, sample):
        return Sample({**sample.labels, "destination_service_name": service}, sample.value)

    samples = [
        named("all", requests(100, "500")),
        named("all", requests(900, **V1)),
        named("reviews-v2", requests(100, **SOURCE)),
        named("all", requests(700, "500", **SOURCE)),  # to the other Service, not by this route
    ]
    for reporter, share, count in (("destination", 0.0, 100), ("source", 100.0, 100)):
        verdict = judged(metric_gates.success_rate, {**SUCCESS, "reporter": reporter}, samples, sides=sides)
        assert (verdict.value, verdict.count) == (share, count)
    assert 'destination_service_name=~"reviews-v2|all|reviews-v1"' in verdict.query
    # One workload for both: nobody could tell whose a request was.
    shared = Sides(Side("a", "shop", ("web",), "", ("all",)), Side("b", "shop", ("web",), "", ("all",)))
    verdict = judged(metric_gates.success_rate, SUCCESS, [named("all", requests(100, workload="web"))], sides=shared)
    assert verdict.outcome is Outcome.NO_DATA


def test_requests_to_another_service_of_the_pods_are_no_traffic_of_this_one():
    stable, canary = (
        Side("silent", "shop", (f"reviews-{version}",), version, ("reviews",)) for version in ("v1", "v2")
    )
    sides = Sides(stable, canary)
    (gate,) = gates({**SUCCESS, "reporter": "source"}, sides=sides)
    by_callers = Counted(vector=[], istio_requests_total=[requests(100, **SOURCE, **V1)])
    (problem,) = preflight.problems(by_callers, sides, [gate], 60)
    assert "has no istio_requests_total for Service shop/silent in the last 60 s" in problem
    # The destination may know them by the other Service's name.
    (gate,) = gates({**SUCCESS, "reporter": "destination"}, sides=sides)
    by_destinations = Counted(vector=[], istio_requests_total=[requests(100, **V1)])
    assert preflight.problems(by_destinations, sides, [gate], 60) == []


def test_services_of_the_same_port_of_the_same_pods():
    def service(name, selector, *ports):
        return {"metadata": {"name": name}, "spec": {"selector": selector, "ports": [*ports]}}

    app = {"app": "reviews"}
    container = {"name": "main", "ports": [{"name": "http", "containerPort": 9080}]}
    labels = {**app, "version": "v2"}
    pod = {"metadata": {"name": "reviews-v2-1", "labels": labels}, "spec": {"containers": [container]}}
    of_version = service("reviews-v2", labels, {"port": 80, "targetPort": 9080})
    services = [
        of_version,
        service("all", app, {"port": 9080}),
        service("by-name", app, {"port": 80, "targetPort": "http"}),
        service("metrics", app, {"port": 9090}),
        service("reviews-v1", {**app, "version": "v1"}, {"port": 9080}),
        service("without", {}, {"port": 9080}),
    ]
    assert namesakes.of(of_version, services, [pod]) == ("all", "by-name")
