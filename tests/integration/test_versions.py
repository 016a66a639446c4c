# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxies run, and restarting those that are outdated, with a real istiod that injects them."""

from __future__ import annotations

import json

import pytest
import yaml

OURS = "meshops.lifecycle"
NAMESPACE = "versions"
INJECTOR = ("configmap", "istio-sidecar-injector", "-n", "istio-system")
NEWER = "1.31.2"  # the lab runs the same program for every tag

pytestmark = [
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.in_order,
    pytest.mark.once,
    pytest.mark.xdist_group("mesh"),
]


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


def deployment(name):
    pod = {"containers": [{"name": "main", "image": "meshlab-http", "env": [{"name": "VERSION", "value": name}]}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
        },
    }


BARE = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "bare", "namespace": NAMESPACE},
    "spec": deployment("bare")["spec"]["template"]["spec"],
}


@pytest.fixture(scope="module")
def shop(cluster):
    """Two Deployments and a bare pod, with sidecars."""
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"istio-injection": "enabled"}},
    }
    documents = [namespace, deployment("first"), deployment("second"), BARE]
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
    for name in ("first", "second"):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", NAMESPACE, "--timeout=120s")
    cluster.kubectl("wait", "pod/bare", "-n", NAMESPACE, "--for=condition=Ready", "--timeout=60s")
    yield
    cluster.kubectl("delete", "namespace", NAMESPACE)


@pytest.fixture(scope="module")
def newer(cluster, shop):
    """The injector injects another version from now on, as after an upgrade in place."""
    before = cluster.kubectl("get", *INJECTOR, "-o", "json")["data"]["values"]
    values = json.loads(before)
    values["global"]["tag"] = NEWER
    cluster.kubectl("patch", *INJECTOR, "--type=merge", "-p", json.dumps({"data": {"values": json.dumps(values)}}))
    yield
    cluster.kubectl("patch", *INJECTOR, "--type=merge", "-p", json.dumps({"data": {"values": before}}))


def versions(play, **options):
    return play([{"name": "Versions", f"{OURS}.mesh_versions": options}])["Versions"].result


def restart(play, *, expect="ok", check=False, **options):
    task = {"name": "Restart", f"{OURS}.workload_restart": {"namespaces": [NAMESPACE], **options}}
    return play([task], expect=expect, check=check, diff=True)["Restart"]


def of(facts, name):
    return next(row for row in facts["workloads"] if (row["namespace"], row["name"]) == (NAMESPACE, name))


def names(rows):
    return sorted(row["name"] for row in rows)


def test_what_runs_is_told_with_its_version(play, shop):
    facts = versions(play)
    plane = next(plane for plane in facts["control_planes"] if plane["revision"] == "default")
    assert plane["ready"] >= 1 and plane["proxies"] >= 3
    row = of(facts, "first")
    assert (row["kind"], row["pods"], row["outdated"], row["unconnected"]) == ("Deployment", 1, 0, 0)
    assert row["versions"] == [row["expected_version"]] == [plane["version"]]
    assert of(facts, "bare")["kind"] == "Pod"
    assert any(row["gateway"] for row in facts["workloads"])
    assert any(row["name"] == "virtualservices.networking.istio.io" and row["stored"] for row in facts["crds"])
    assert not [line for line in facts["problems"] if NAMESPACE in line]
    some = versions(play, namespaces=[NAMESPACE], connections=False)
    assert names(some["workloads"]) == ["bare", "first", "second"]
    assert some["proxies"] == {"pods": 3, "outdated": 0, "connected": None, "unconnected": None}


def test_nothing_is_restarted_that_is_up_to_date(play, shop):
    done = restart(play)
    assert not done.changed and done.result["resources"] == [] and done.result["not_restarted"] == []


def test_check_mode_names_what_a_run_would_restart(play, cluster, newer):
    assert versions(play, namespaces=[NAMESPACE])["proxies"]["outdated"] == 3
    done = restart(play, check=True)
    assert names(done.result["resources"]) == ["first", "second"]
    assert (
        done.result["not_restarted"][0]["name"] == "bare" and "delete it" in done.result["not_restarted"][0]["reason"]
    )
    assert f"default/{NEWER}" in json.dumps(done.result["diff"])
    template = cluster.kubectl("get", "deployment", "first", "-n", NAMESPACE, "-o", "json")["spec"]["template"]
    assert "annotations" not in template["metadata"]


def test_a_restart_that_fails_stops_and_the_next_run_goes_on(play, cluster, newer):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "full", "namespace": NAMESPACE},
        "spec": {"hard": {"pods": "3"}},
    }
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(quota))
    try:
        counted = "--for=jsonpath={.status.used.pods}=3"  # until then the quota limits nothing
        cluster.kubectl("wait", "resourcequota/full", "-n", NAMESPACE, counted, "--timeout=60s")
        failed = restart(play, expect="failed")
    finally:
        cluster.kubectl("delete", "resourcequota", "full", "-n", NAMESPACE)
    assert "Deployment versions/first failed" in failed.msg and "exceeded quota" in failed.msg
    assert names(failed.result["remaining"]) == ["second"]
    assert of(versions(play), "second")["outdated"] == 1
    done = restart(play, at_once="50%")
    actions = {row["name"]: row["action"] for row in done.result["resources"]}
    # The first has its annotation from the run before, and may have come up by itself since.
    assert actions in ({"second": "changed"}, {"first": "unchanged", "second": "changed"})
    facts = versions(play)
    assert [of(facts, name)["versions"] for name in ("first", "second")] == [[NEWER], [NEWER]]
    assert of(facts, "bare")["outdated"] == 1
    again = restart(play)
    assert not again.changed and names(again.result["not_restarted"]) == ["bare"]


def test_a_revision_that_is_not_there_is_told_before_anything_is_restarted(play, cluster, newer):
    cluster.kubectl("label", "namespace", NAMESPACE, "istio-injection-", "istio.io/rev=1-99", "--overwrite")
    failed = restart(play, expect="failed")
    assert "selects 1-99, which has no control plane" in failed.msg and "Nothing was restarted" in failed.msg
    assert any(f"Namespace {NAMESPACE} selects 1-99" in line for line in versions(play)["problems"])
    cluster.kubectl("label", "namespace", NAMESPACE, "istio-injection=enabled", "istio.io/rev-", "--overwrite")


def test_a_token_restarts_once_and_exclusions_are_kept(play, cluster, shop):
    cluster.kubectl("annotate", "deployment", "second", "-n", NAMESPACE, "meshops.lifecycle/restart=skip")
    done = restart(play, token="settings-1")
    assert names(done.result["resources"]) == ["first"] and names(done.result["not_restarted"]) == ["second"]
    assert not restart(play, token="settings-1").changed
    assert "at_once" in restart(play, token="settings-2", at_once="0", expect="failed").msg
    single = {"workloads": [{"namespace": NAMESPACE, "name": "nothing"}], "namespaces": None}
    assert "Deployment versions/nothing does not exist" in restart(play, expect="failed", **single).msg
