# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays of a live object until routes have left it, and when a proxy has acknowledged what it was sent."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio import follower, istiod
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import (
    destinationrule,
    gateway,
    serviceentry,
)


def both(kind, before, after):
    """The spec of the union of two specs, or None."""
    found = kind.union({"spec": before, "metadata": {"uid": "1"}}, {"spec": after, "metadata": {"name": "it"}})
    assert found is None or found["metadata"] == {"name": "it"}
    return found and found["spec"]


def rule(*names, host="reviews"):
    return {"host": host, "subsets": [{"name": name, "labels": {"version": name}} for name in names]}


def test_subsets_stay_after_those_that_are_declared():
    assert both(destinationrule, rule("a", "b"), rule("b", "c")) == rule("b", "c", "a")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule("a"), rule("a", "b")),
        (rule("a"), rule("a")),
        (rule("a"), rule("b", host="ratings")),
        ({"host": "reviews"}, rule("a")),
        (rule("a"), {**rule("a"), "trafficPolicy": {}}),
    ],
)
def test_a_rule_that_has_all_of_the_live_one_is_applied_at_once(before, after):
    assert both(destinationrule, before, after) is None


def test_what_is_declared_of_a_subset_wins_over_the_live_one():
    changed = {"host": "reviews", "subsets": [{"name": "a", "labels": {"version": "new"}}]}
    assert both(destinationrule, rule("a", "b"), changed)["subsets"] == [*changed["subsets"], rule("b")["subsets"][0]]


def http(number, name="http"):
    return {"number": number, "name": name, "protocol": "HTTP"}


def test_hosts_and_ports_of_a_service_entry_stay():
    before = {"hosts": ["a", "b"], "ports": [http(80)], "resolution": "DNS"}
    after = {"hosts": ["b", "c"], "ports": [http(90, "other")], "resolution": "DNS"}
    union = both(serviceentry, before, after)
    assert union["hosts"] == ["b", "c", "a"] and union["ports"] == [http(90, "other"), http(80)]
    assert both(serviceentry, before, {**before, "hosts": ["a", "b", "c"]}) is None
    assert both(serviceentry, before, {**before, "ports": [http(90)]}) is None  # two ports cannot have one name


def server(*hosts, number=80, name="http", **more):
    return {"port": http(number, name), "hosts": list(hosts), **more}


@pytest.mark.parametrize(
    ("before", "after", "servers"),
    [
        ([server("a")], [server("b")], [server("b", "a")]),
        ([server("a")], [server("a", "b")], None),
        ([server("a")], [], [server("a")]),
        ([server("a", tls={"mode": "SIMPLE"})], [server("b")], None),  # another port of that name is there
        (
            [server("a", name="one", tls={"mode": "SIMPLE"})],
            [server("b")],
            [server("b"), server("a", name="one", tls={"mode": "SIMPLE"})],
        ),
        ([server("a", number=8080, name="old")], [server("a")], [server("a"), server("a", number=8080, name="old")]),
    ],
)
def test_hosts_of_a_gateway_stay(before, after, servers):
    found = both(gateway, {"servers": before}, {"servers": after})
    assert (found and found["servers"]) == servers


def test_a_gateway_for_other_proxies_is_applied_at_once():
    before, after = {"selector": {"a": "b"}, "servers": [server("a")]}, {"selector": {"c": "d"}, "servers": []}
    assert both(gateway, before, after) is None


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("1m30s", 90), ("2s", 2), ("1.5s", 1.5), ("", 0.1), ("soon", 0.1)]
)
def test_durations(text, seconds):
    assert istiod.duration(text) == pytest.approx(seconds)


ACKED = istiod.Acked


@pytest.mark.parametrize(
    ("wanted", "now", "acked"),
    [
        (ACKED("5", "5", ""), ACKED("5", "5", ""), True),
        (ACKED("5", "4", ""), ACKED("5", "4", ""), False),
        (ACKED("5", "4", ""), ACKED("5", "5", ""), True),
        (ACKED("5", "4", ""), ACKED("6", "4", ""), False),  # sent once more, nothing said
        (ACKED("5", "4", ""), ACKED("7", "6", ""), True),  # what is overtaken is never taken
        (ACKED("5", "", ""), ACKED("5", "", ""), False),
        (ACKED("5", "4", ""), ACKED("5", "", ""), False),  # connected anew
        (ACKED("5", "4", ""), None, False),
        (ACKED("", "", ""), ACKED("", "", ""), True),  # asked for, never sent
    ],
)
def test_when_a_proxy_has_acknowledged(wanted, now, acked):
    assert follower._is_acked(wanted, now) is acked
