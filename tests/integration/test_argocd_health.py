# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health checks that the role argocd gives Argo CD, run by Argo CD's own program on objects as istiod writes them.

With the real istiod and controller they are tested in test_bootstrap.py.
"""

from __future__ import annotations

import concurrent.futures

import playing
import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.filter.argocd_health_checks import argocd_health_checks

ROLE = playing.ROOT / "roles" / "argocd"
GATEWAY_API = "gateway.networking.k8s.io"
KINDS = yaml.safe_load((ROLE / "vars" / "main.yml").read_text())["argocd_unknown_routes"]


def found(code, level="ERROR", **more):
    url = f"https://istio.io/v1.31/docs/reference/config/analysis/{code.lower()}/"
    return {"level": level, "type": {"code": code}, "documentationUrl": url, **more}


def istio(status=None, generation=2, kind="VirtualService", group="networking.istio.io"):
    metadata = {"name": "it", "namespace": "shop", "generation": generation}
    said = {} if status is None else {"status": status}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "spec": {}, **said}


def policy(status, generation=2):
    return istio(status, generation, "AuthorizationPolicy", "security.istio.io")


def condition(kind, status, message="", seen=2):
    return {"type": kind, "status": status, "message": message, "observedGeneration": seen, "reason": "Why"}


def parents(*conditions):
    return {"parents": [{"parentRef": {"name": "shop"}, "conditions": list(conditions)}]}


def route(status, kind="TCPRoute"):
    return istio(status, kind=kind, group=GATEWAY_API)


UNREACHABLE = {"observedGeneration": "2", "validationMessages": [found("IST0130", "WARNING")]}
UNKNOWN = {"observedGeneration": "2", "validationMessages": [found("IST0999")]}
NOWHERE = {"observedGeneration": "2", "validationMessages": [found("IST0101"), found("IST0130", "WARNING")]}
WAYPOINT = condition("WaypointAccepted", "False", "not bound", seen="2")
CASES = {
    "istiod writes no status": (istio(), "Healthy", ""),
    "nothing is wrong any more": (istio({"observedGeneration": "2"}), "Healthy", ""),
    "route to nowhere": (istio(NOWHERE), "Degraded", "IST0101: it names something that does not exist"),
    "put right, and the old verdict stands": (istio(NOWHERE, generation=3), "Healthy", ""),
    "warning": (istio(UNREACHABLE), "Healthy", "IST0130"),
    "unknown code": (istio(UNKNOWN), "Degraded", "ist0999/"),
    "an error without a type": (istio({"validationMessages": [{"level": "ERROR"}]}), "Degraded", "IST0001"),
    "policy of a waypoint that is not there": (policy({"conditions": [WAYPOINT]}), "Degraded", "not bound"),
    "the same, of an older generation": (policy({"conditions": [WAYPOINT]}, 3), "Healthy", ""),
    "route that nobody has seen": (route(None), "Progressing", "no Gateway has judged it yet"),
    "accepted route": (route(parents(condition("Accepted", "True"), condition("ResolvedRefs", "True"))), "Healthy", ""),
    "route to no Service": (
        route(parents(condition("Accepted", "True"), condition("ResolvedRefs", "False", "no such Service"))),
        "Degraded", "shop: no such Service",
    ),
    "route judged before it was changed": (
        route(parents(condition("Accepted", "False", seen=1))), "Progressing", "shop: not yet judged as it is now",
    ),
    "listeners without an address yet": (
        route({
            "conditions": [condition("Accepted", "True"), condition("Programmed", "False", "no address")],
            "listeners": [{"name": "web", "conditions": [condition("Accepted", "True")]}],
        }, "ListenerSet"), "Progressing", "no address",
    ),
    "listener in conflict": (
        route({
            "conditions": [condition("Accepted", "True")],
            "listeners": [{"name": "web", "conditions": [condition("Conflicted", "True", "same port")]}],
        }, "ListenerSet"), "Degraded", "web: same port",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(cluster, tmp_path_factory):
    """What Argo CD's program says of each case: (health, message). It takes a second for each, mostly waiting."""
    folder = tmp_path_factory.mktemp("health")
    scripts = {name: (ROLE / "files" / f"{name}_health.lua").read_text() for name in ("istio", "gateway_api")}
    checks = {
        **argocd_health_checks(scripts["istio"], "istio.io"),
        **argocd_health_checks(scripts["gateway_api"], GATEWAY_API, kinds=KINDS),
    }
    labels = {"app.kubernetes.io/part-of": "argocd"}
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "labels": labels}}
    (folder / "argocd-cm.yaml").write_text(yaml.safe_dump({**settings, "data": checks}))

    def one(case):
        path = folder / f"{list(CASES).index(case)}.yaml"
        path.write_text(yaml.safe_dump(CASES[case][0]))
        command = ["admin", "settings", "resource-overrides", "health", str(path)]
        said = cluster.run("argocd", *command, "--argocd-cm-path", str(folder / "argocd-cm.yaml"))
        health, message = said.removeprefix("STATUS: ").split("\nMESSAGE:")
        return health, message.strip()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return dict(zip(CASES, pool.map(one, CASES), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_health(judged, case):
    _, health, message = CASES[case]
    said = judged[case]
    assert said[0] == health
    assert message in said[1] and bool(message) == bool(said[1])
