# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A traffic shift beside the real Argo CD, which heals itself: it leaves the weights alone where it is told to."""

from __future__ import annotations

import time

import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once]

KIND = {"group": "networking.istio.io", "kind": "VirtualService"}
IGNORE = [{**KIND, "jqPathExpressions": [".spec.http[].route[].weight"]}]
ROUTE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "shop"},
    "spec": {
        "hosts": ["shop"],
        "http": [
            {
                "route": [
                    {"destination": {"host": "old"}, "weight": 100},
                    {"destination": {"host": "new"}, "weight": 0},
                ]
            }
        ],
    },
}
SERVICES = [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
    for name in ("old", "new")
]


@pytest.fixture
def cluster(with_argocd):
    return with_argocd


@pytest.fixture
def delivered(apps, crds):
    """Argo CD delivers the route; `delivered(**spec)` are the tasks that declare the Application so and await it."""
    crds("istio.io")
    apps.repository.commit({"live/route.yaml": ROUTE, "live/services.yaml": SERVICES})
    return lambda **spec: apps.present(path="live", spec=spec, wait_timeout=90)


def shift(apps, called="Shift", **options):
    sides = {"from": {"host": "old"}, "to": {"host": "new"}, "steps": [{"weight": 10}, {"weight": 50}], "pause": 6}
    place = {"name": "shop", "namespace": apps.namespace, "wait_proxies": False}
    return {"name": called, "meshops.lifecycle.traffic_shift": {**place, **sides, **options}}


def weights(apps):
    path = f"/apis/networking.istio.io/v1/namespaces/{apps.namespace}/virtualservices/shop"
    (rule,) = apps.cluster.get(path)["spec"]["http"]
    return [entry.get("weight") for entry in rule["route"]]


def test_self_heal_with_and_without_ignore_rules(play, apps, delivered):
    refused = play([*delivered(), shift(apps)], expect="failed")
    assert "of Argo CD would set the weights back (selfHeal). Missing in it:" in refused.msg
    assert weights(apps) == [100, 0]

    # Told to begin all the same, it sees that somebody takes its weights away, and does not fight.
    healed = play([shift(apps, argocd="ignore")], expect="failed")
    assert healed["Shift"].result["phase"] == "taken_over" and weights(apps) == [100, 0]
    assert "was changed by somebody else during the shift" in healed.msg
    assert [row["step"] for row in healed["Shift"].result["record"]["steps"]][-1] == "step 1 of 2: 10 %"

    options = {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["RespectIgnoreDifferences=true"]}
    left = play([*delivered(ignoreDifferences=IGNORE, syncPolicy=options), shift(apps)])
    assert left["Shift"].result["phase"] == "promoted" and weights(apps) == [0, 100]
    # A sync of something else meanwhile, and afterwards, leaves the weights as well.
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra"}}
    apps.repository.commit({"live/extra.yaml": extra})
    deadline = time.monotonic() + 90
    while not apps.core("configmaps", "extra"):  # Argo CD has not read the commit at once
        assert time.monotonic() < deadline
        play(delivered(ignoreDifferences=IGNORE, syncPolicy=options))
    assert weights(apps) == [0, 100]
