# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade by revision, the way back, and the recipe of Istio's documentation."""

from __future__ import annotations

from pathlib import Path

from proof import NEW, OLD, Proof

# Where a run is killed: a line of its output, while that stage is at work.
KILLS = {
    "base": r"item=istio-system/istio-base",
    "istiod": r"item=istio-system/istiod-1-31",
    "gateways": r"TASK \[Move a gateway\]",
    "waves": r"TASK .*Restart the workloads",
    "default": r"TASK .*Point the revision tags",
}


class ByRevision(Proof):
    kills = KILLS

    def ways(self) -> list[tuple]:
        return [
            ("playbook `upgrade`", self.upgrade),
            ("playbook `upgrade_back`", self.back),
            ("`upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
            ("helm and kubectl", self.recipe),
        ]

    def upgrade(self) -> str:
        """Killed in each stage, and continued by the next run."""
        return self.killed("upgrade", NEW, self.kills, **self.goal(NEW))

    def back(self) -> str:
        """A second run meanwhile is refused."""
        goal, seen = self.goal(OLD), []
        second = (
            r"TASK .*Have namespaces select the control plane",
            lambda: seen.append(self.play("upgrade_back", OLD, **goal)),
        )
        code, output = self.play("upgrade_back", OLD, at=second, **goal)
        assert code == 0, output[-3000:]
        assert seen and seen[0][0] and "is under way" in seen[0][1], "a second run was not refused"
        assert self.versions() == {OLD[1]}, self.versions()
        return "a second run was refused"

    def remove_new_plane(self) -> None:
        self.cluster.helm("uninstall", f"istiod-{NEW[0]}", "-n", "istio-system", "--wait", check=False)

    def removal(self) -> None:
        """The old control plane stays while a bare pod has a proxy of it, then goes; a further run changes nothing."""
        goal = {**self.goal(NEW), "mesh_upgrade_remove_old": True}
        code, output = self.play("upgrade", NEW, **goal)
        assert code and "Revision 1-30 is in use" in output and "Pod stock/client" in output, output[-3000:]
        self.cluster.kubectl("delete", "pod", "client", "-n", "stock", "--wait")
        for changes in (True, False):
            code, output = self.play("upgrade", NEW, **goal)
            assert code == 0 and ("changed=0 " not in output) == changes, output[-3000:]
        left = self.cluster.kubectl("get", "deployment", "-n", "istio-system", "-o", "name").split()
        assert left == ["deployment.apps/istiod-1-31"], left

    def recipe(self) -> str:
        """The steps of Istio's documentation, by helm and kubectl, each waited for."""
        charts, kubectl, helm = Path(self.charts[NEW]), self.cluster.kubectl, self.cluster.helm
        waited = ["--set", "revision=1-31", "--wait", "--timeout", "100s"]
        istiod = [str(charts / "istio-control/istio-discovery"), "--set", "autoscaleEnabled=false"]
        helm("upgrade", "--install", "istiod-1-31", *istiod, "-n", "istio-system", *waited)
        gateway = [str(charts / "gateway"), "--set", "autoscaling.enabled=false", "--force-conflicts"]
        helm("upgrade", "istio-ingressgateway", *gateway, "-n", "istio-ingress", *waited)
        for namespace in ("shop", "stock"):
            kubectl("label", "namespace", namespace, "istio.io/rev=1-31", "--overwrite")
            kubectl("rollout", "restart", "deployment", "-n", namespace)
        for namespace in ("shop", "stock"):
            kubectl("rollout", "status", "deployment/reviews", "-n", namespace, "--timeout=100s")
        return "no proof of the new control plane, all namespaces at once, tag and validator left"
