# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies that somebody else has created beside the declared ones: named with their effect, or refused."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.in_process]
OURS = "meshops.lifecycle"
SECURITY, NETWORKING = "security.istio.io/v1", "networking.istio.io/v1"


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def policy(name, spec, kind="PeerAuthentication", api=SECURITY):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


LEGACY = {"selector": {"matchLabels": {"app": "legacy"}}, "mtls": {"mode": "DISABLE"}}
STRICT = {"mtls": {"mode": "STRICT"}}


def by_hand(kubectl, namespace, *documents):
    kubectl("create", "-n", namespace, "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": list(documents)})


def lines(result, namespace):
    """The warnings about objects of the test's namespace."""
    return [text for text in result.result.get("warnings") or [] if f" {namespace}/" in text]


def test_undeclared_policies_are_named_in_check_mode_or_refused(play, cluster, kubectl, crds, namespace):
    crds("istio.io")
    of_set = {"name": "shop", "namespace": namespace, "objects": [policy("mesh", STRICT)], "plain_text": "ignore"}

    def task(name, **options):
        return {"name": name, f"{OURS}.mesh_apply": {**of_set, **options}}

    other = {"name": "other", "namespace": namespace, "spec": {"rules": [{}]}}
    play([task("set"), {"name": "another task of ours", f"{OURS}.authorization_policy": other}])
    assert lines(play([task("set")], check=True)["set"], namespace) == [], "what a task of ours applied is declared"

    plain = {"host": "reviews", "trafficPolicy": {"tls": {"mode": "DISABLE"}}}
    harmless = {"host": "ratings", "subsets": [{"name": "v1"}]}
    by_hand(
        kubectl,
        namespace,
        policy("legacy", LEGACY),
        policy("open", {"rules": [{}]}, "AuthorizationPolicy"),
        policy("plain", plain, "DestinationRule", NETWORKING),
        policy("harmless", harmless, "DestinationRule", NETWORKING),
    )
    run = play([task("set"), task("ignored", foreign_policies="ignore")], check=True)
    assert lines(run["ignored"], namespace) == [] and "foreign_policies" not in run["ignored"].result
    by = "is not declared, but set by 'kubectl-create'"
    assert not run["set"].changed and sorted(lines(run["set"], namespace)) == [
        f"AuthorizationPolicy {namespace}/open {by}: ALLOW of every request to all workloads of {namespace}.",
        f"DestinationRule {namespace}/plain {by}: TLS DISABLE towards reviews.",
        f"PeerAuthentication {namespace}/legacy {by}: mTLS DISABLE, for workloads with app=legacy of {namespace}.",
    ]
    found = {row["name"] for row in run["set"].result["foreign_policies"] if row["namespace"] == namespace}
    assert found == {"legacy", "open", "plain"}

    run = play([task("run")])
    assert not run["run"].changed and lines(run["run"], namespace) == []
    changed = [policy("mesh", {"mtls": {"mode": "PERMISSIVE"}})]
    for check in (True, False):
        run = play([task("refused", foreign_policies="refuse", objects=changed)], check=check, expect="failed")
        assert run.msg.startswith("Nothing was written.") and f"PeerAuthentication {namespace}/legacy" in run.msg
    live = cluster.get(f"/apis/{SECURITY}/namespaces/{namespace}/peerauthentications/mesh")
    assert live["spec"] == STRICT


def test_a_namespace_of_another_task_is_looked_at_when_it_is_named(play, kubectl, crds, namespace):
    crds("istio.io")
    by_hand(kubectl, namespace, policy("legacy", LEGACY))
    secret = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}}
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}

    def task(name, **options):
        return {"name": name, f"{OURS}.mesh_apply": options}

    run = play([
        task("no part of the mesh", objects=[secret]),
        task("named", objects=[secret], policy_namespaces=[namespace]),
        task("declared", objects=[own]),
    ], check=True)  # fmt: skip
    assert lines(run["no part of the mesh"], namespace) == []
    assert len(lines(run["named"], namespace)) == len(lines(run["declared"], namespace)) == 1


def test_verify_names_undeclared_policies(player, kubectl, crds, namespace):
    crds("istio.io")
    variables = {
        "mesh_parts": ["mesh_config"],
        "mesh_config_set_namespace": namespace,
        "mesh_config_wait_proxies": False,
        "mesh_config_namespaces": [{"name": namespace}],
        "mesh_config_sidecars": [{"name": "s", "spec": {"egress": [{"hosts": ["./*"]}]}}],
    }
    player.play(playbook=f"{OURS}.bootstrap", vars=variables)
    by_hand(kubectl, namespace, policy("legacy", LEGACY))
    words = (
        f"PeerAuthentication {namespace}/legacy is not declared (set by kubectl-create): mTLS DISABLE, for workloads"
    )
    run = player.play(playbook=f"{OURS}.verify", vars=variables)
    assert any(line.startswith(words) for line in run["Warn about undeclared policies"].msg)
    assert words in run["Check that the mesh is healthy"].msg

    strict = {**variables, "mesh_config_foreign_policies": "refuse"}
    run = player.play(playbook=f"{OURS}.verify", vars=strict, expect="failed")
    told = str(run["Check that the mesh is healthy"].msg)
    assert f"refused: Nothing was written. PeerAuthentication {namespace}/legacy is not declared" in told
