# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source of proxies: what counts as stale, and that it is told once and taken back once."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = runpy.run_path(str(ROOT / "extensions/eda/plugins/event_source/mesh_proxies.py"))
CDS, RDS = "type.googleapis.com/envoy.config.cluster.v3.Cluster", "type.googleapis.com/x.RouteConfiguration"
NAME = "client-1.shop"


def entry(**kinds):
    """An entry of syncz: {cluster or route: (sent, acked, error)}."""
    urls = {"cluster": CDS, "route": RDS}
    states = {
        urls[kind]: dict(zip(("sent", "acked", "lastError"), state, strict=True)) for kind, state in kinds.items()
    }
    return {"proxy": NAME, "resources": states}


@pytest.mark.parametrize(("item", "reason", "types"), [
    (entry(cluster=("2", "2", "")), None, ()),
    (entry(cluster=("2", "1", ""), route=("5", "5", "")), "not_acknowledged", ("Cluster",)),
    (entry(cluster=("2", "1", ""), route=("5", "4", "no such cluster")), "rejected", ("RouteConfiguration",)),
    (entry(cluster=("", "", "")), None, ()),
    ({"proxy": NAME, "cluster_sent": "2", "cluster_acked": "2", "route_sent": "3", "route_acked": ""},
     "not_acknowledged", ("route",)),
])  # fmt: skip
def test_what_a_proxy_lacks(item, reason, types):
    lack = SOURCE["behind"](item)
    assert (lack and lack.reason, lack.types if lack else ()) == (reason, types)


class Clock:
    def __init__(self):
        self.now = 100.0
        self.proxies = SOURCE["Proxies"](60, lambda: self.now)

    def look(self, item, after=15, gone=()):
        """The (state, reason) of the events of a look, so many seconds later. item: None when it is not connected."""
        self.now += after
        seen = {} if item is None else {NAME: SOURCE["behind"](item)}
        return [(event["state"], event["reason"]) for event in self.proxies.look(seen, set(gone))]


GOOD = entry(cluster=("2", "2", ""))


def test_a_proxy_is_told_once_when_it_stays_behind_and_once_when_it_follows():
    clock = Clock()
    assert clock.look(GOOD) == clock.look(entry(cluster=("3", "2", ""))) == []
    assert clock.look(entry(cluster=("4", "2", "")), 59) == []  # more was sent meanwhile
    assert clock.look(entry(cluster=("4", "2", "")), 1) == [("stale", "not_acknowledged")]
    assert clock.look(entry(cluster=("4", "2", "")), 600) == []
    assert clock.look(entry(cluster=("4", "4", ""))) == [("recovered", "not_acknowledged")]
    assert clock.look(GOOD, 600) == []


def test_a_push_that_is_acknowledged_in_time_is_no_event():
    clock = Clock()
    for number in range(20):
        assert clock.look(entry(cluster=(str(number + 1), str(number), "")), 30) == []
        assert clock.look(entry(cluster=(str(number + 1), str(number + 1), "")), 30) == []


def test_a_rejection_is_told_at_once():
    clock = Clock()
    refused = entry(cluster=("3", "2", "bad filter"))
    assert clock.look(refused) == [("stale", "rejected")]
    assert clock.look(refused, 600) == []
    assert clock.look(GOOD) == [("recovered", "rejected")]


def test_a_proxy_that_lost_its_istiod_is_told_while_its_pod_is_there():
    clock = Clock()
    assert clock.look(GOOD) == clock.look(None) == []
    assert clock.look(None, 60) == [("stale", "disconnected")]
    assert clock.look(GOOD) == [("recovered", "disconnected")]
    assert clock.look(None) == clock.look(None, 60, gone=[NAME]) == clock.look(None, 600) == []
    assert clock.proxies.missing({}) == []


def test_the_event_names_pod_and_namespace():
    clock = Clock()
    (event,) = clock.proxies.look({NAME: SOURCE["behind"](entry(route=("3", "2", "no such cluster")))}, set())
    assert event == {
        "proxy": {"pod": "client-1", "namespace": "shop"}, "state": "stale", "reason": "rejected",
        "types": ["RouteConfiguration"], "error": "no such cluster", "seconds": 0,
    }  # fmt: skip
