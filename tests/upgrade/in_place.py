# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade in place, the way back, and the recipe of Istio's documentation."""

from __future__ import annotations

from pathlib import Path

from proof import NEW, OLD, Proof

KILLS = {
    "base": r"item=istio-system/istio-base",
    "istiod": r"item=istio-system/istiod",
    "gateways": r"TASK \[Move a gateway\]",
    "waves": r"TASK .*Restart the workloads",
}
PLACE = {"mesh_upgrade_revision": "default", "mesh_upgrade_in_place": True}


class InPlace(Proof):
    revision = ""
    kills = KILLS

    def ways(self) -> list[tuple]:
        return [
            ("in place: `upgrade`", self.upgrade),
            ("in place: `upgrade_back`", self.back),
            ("in place: `upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
            ("in place: helm and kubectl", self.recipe),
        ]

    def goal(self, side) -> dict:
        return {"mesh_upgrade_version": side[1], **PLACE}

    def upgrade(self) -> str:
        return self.killed("upgrade", NEW, self.kills, **self.goal(NEW))

    def back(self) -> str:
        kills = {name: self.kills[name] for name in ("istiod", "gateways", "waves")}
        return self.killed("upgrade_back", OLD, kills, **self.goal(OLD))

    def recipe(self) -> str:
        """Istio's documentation, Upgrade with Helm, In place upgrade: charts, then a restart of everything."""
        charts, kubectl = Path(self.charts[NEW]), self.cluster.kubectl
        releases = {
            "istio-base": ("istio-system", "base"),
            "istiod": ("istio-system", "istio-control/istio-discovery", "--set", "autoscaleEnabled=false"),
            "istio-ingressgateway": ("istio-ingress", "gateway", "--set", "autoscaling.enabled=false"),
        }
        for name, (namespace, chart, *values) in releases.items():
            waited = ["--wait", "--timeout", "100s", "--force-conflicts"]
            self.cluster.helm("upgrade", name, str(charts / chart), "-n", namespace, *values, *waited)
        for namespace in ("shop", "stock"):
            kubectl("rollout", "restart", "deployment", "-n", namespace)
        for namespace in ("shop", "stock"):
            kubectl("rollout", "status", "deployment/reviews", "-n", namespace, "--timeout=100s")
        return "no check before, no proof between, all namespaces at once"
