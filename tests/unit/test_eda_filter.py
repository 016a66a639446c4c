# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event filter that makes hosts and variables of alerts."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FILTER = Path(__file__).resolve().parents[2] / "extensions/eda/plugins/event_filter/mesh_alerts.py"
EMPTY = {"alert": "", "status": "", "host": "", "namespace": "", "service": "", "workload": "", "severity": ""}


def alert(status="firing", **labels):
    return {"alert": {"status": status, "labels": labels}, "meta": {"endpoint": "alerts"}}


EVENTS = {
    "labels of Istio": (
        alert(
            alertname="Burning",
            cluster="prod",
            destination_service_namespace="shop",
            destination_service_name="reviews",
            namespace="monitoring",
            severity="critical",
        ),
        {
            "alert": "Burning",
            "status": "firing",
            "host": "prod",
            "namespace": "shop",
            "service": "reviews",
            "severity": "critical",
        },
        ["prod"],
    ),
    "labels of Kubernetes": (
        alert(namespace="shop", deployment="reviews-v2", status="resolved"),
        {"status": "resolved", "namespace": "shop", "workload": "reviews-v2"},
        None,
    ),
    "an alert without labels": ({"alert": {}}, {}, None),
}


@pytest.mark.parametrize(("event", "mesh", "hosts"), EVENTS.values(), ids=EVENTS.keys())
def test_an_alert_gets_what_playbooks_need(event, mesh, hosts):
    changed = runpy.run_path(str(FILTER))["main"](event)
    assert changed["mesh"] == {**EMPTY, **mesh}
    assert (changed.get("meta") or {}).get("hosts") == hosts


def test_a_host_for_alerts_without_one_and_what_is_no_alert():
    main = runpy.run_path(str(FILTER))["main"]
    assert main(alert(site="a"), host_label="site", default_host="b")["meta"]["hosts"] == ["a"]
    assert main(alert(), default_host="b")["meta"]["hosts"] == ["b"]
    assert main({"payload": 1}) == {"payload": 1}
    with pytest.raises(ValueError, match="does not template"):
        main(alert(), host_label="{{ label }}")
