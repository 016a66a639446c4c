# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sends plain text, by the metrics of real sidecars, and a migration to STRICT that breaks nobody, and back."""

from __future__ import annotations

import json
import threading
import time

import killed
import meshes
import pytest
from ansible_collections.meshops.lifecycle.plugins.modules.mtls_migration import ENTRY
from loads import Loads, inside

OURS = "meshops.lifecycle"
SPACES = ("mtls-good", "mtls-old")
OUTSIDE = "mtls-outside"
POLICIES = "/apis/security.istio.io/v1/peerauthentications"
METRICS = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5}
CALLERS = {f"{space}/client": f"http://reviews.{space}:9080/" for space in SPACES}
CALLERS[f"{OUTSIDE}/report"] = "http://reviews.mtls-old:9080/"

pytestmark = [
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.once,
    pytest.mark.in_order,
    pytest.mark.xdist_group("mesh"),
]


@pytest.fixture(scope="session")
def cluster(measured):
    return measured


@pytest.fixture(scope="module", autouse=True)
def shops(cluster, tmp_path_factory):
    """Two shops with sidecars, and a caller of one of them without, all under load."""
    meshes.shops_with_a_caller_outside(cluster, SPACES, OUTSIDE)
    callers = {client: inside(client, url) for client, url in CALLERS.items()}
    loads = Loads(cluster, tmp_path_factory.mktemp("loads"), 10, callers)
    yield loads
    loads.stop()
    cluster.kubectl("delete", "namespace", *SPACES, OUTSIDE, "--wait=false")


def migration(name="Migrate", **options):
    ways = {"namespaces": list(SPACES), "metrics": METRICS, "history": 60, "watch": 20, "interval": 2, **options}
    return {"name": name, f"{OURS}.mtls_migration": ways}


EXCEPTION = {
    "namespace": "mtls-old",
    "selector": {"app": "reviews"},
    "port": 9080,
    "reason": "the report has no sidecar yet",
    "expires": "2999-12-31",
}


def modes(cluster):
    live = cluster.get(POLICIES)["items"]
    return {
        f"{each['metadata']['namespace']}/{each['metadata']['name']}": each["spec"].get("mtls", {}).get("mode")
        for each in live
        if each["metadata"]["namespace"] in (*SPACES, "istio-system")
    }


def test_who_sends_plain_text_is_seen_and_stays_permissive(play, cluster):
    query = "workloads[?services].[namespace, name, mode, traffic]"
    task = {"namespaces": list(SPACES), "metrics": METRICS, "history": 60, "query": query}
    deadline = time.monotonic() + 120
    while True:  # until all of it was scraped
        rows = play([{"name": "Report", f"{OURS}.mtls_report": task}])["Report"].result["result"]
        seen = {f"{namespace}/{name}": traffic for namespace, name, _mode, traffic in rows}
        if "no_traffic" not in seen.values() and "plain_text" in seen.values():
            break
        assert time.monotonic() < deadline, seen
    assert {seen["mtls-good/reviews-v1"], seen["mtls-good/reviews-v2"]} == {"proven"}
    # A single policy, by the same metrics: who sent plain text is told, and where nobody did nothing is refused.
    policies = {
        space: {"name": "default", "namespace": space, "spec": {"mtls": {"mode": "STRICT"}}} for space in SPACES
    }
    asked = {"plain_text": "refuse", "metrics": METRICS, "plain_text_history": 20}
    old, elsewhere = policies["mtls-old"], {"url": "http://127.0.0.1:9"}
    document = {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "spec": old["spec"]}
    document["metadata"] = {"name": "default", "namespace": "mtls-old"}
    run = play([
        {"name": "Good", f"{OURS}.peer_authentication": {**policies["mtls-good"], **asked}},
        {"name": "Old", f"{OURS}.peer_authentication": {**old, **asked}, "ignore_errors": True},
        {"name": "Set", f"{OURS}.mesh_apply": {"objects": [document], **asked, "plain_text": "warn"}},
        {"name": "Away", f"{OURS}.peer_authentication": {**old, **asked, "metrics": elsewhere}, "ignore_errors": True},
    ], check=True)  # fmt: skip
    assert run["Good"].changed and not run["Good"].result.get("warnings")
    sent = "plain text was sent there in the last 20 s: somebody without a proxy to mtls-old/reviews-v"
    for words in (run["Old"].msg, json.dumps(run["Set"].result["warnings"])):
        assert sent in words and f"{OUTSIDE}/report" in words
    assert "Nothing was written." in run["Old"].msg
    assert "whether they do is not known, because metrics cannot be read" in run["Away"].msg
    run = play([migration()], check=True, diff=True)["Migrate"]
    assert run.changed and run.result["plan"] == ["mtls-good"] and modes(cluster) == {}
    assert f"{OUTSIDE}/report" in json.dumps(run.result["held"]["mtls-old"])
    assert run.result["diff"]


def run_one(cluster, dies=0, **options):
    """One run for a namespace, here and now; None when it was killed at its nth write."""
    quick = {"metrics": {**METRICS, "scrape_interval": 1}, "history": 60, "watch": 4, "interval": 1}
    arguments = {"kubeconfig": str(cluster.kubeconfig), "namespaces": ["mtls-good"], "lease_duration": 1, **quick}
    return killed.run(ENTRY, {**arguments, **options}, dies=dies, answered=dies % 2 == 0, reads=False)


def test_it_is_killed_again_and_again_and_a_second_run_at_the_same_time_is_refused(play, cluster, shops):
    kills = next(kills for kills in range(40) if run_one(cluster, dies=kills + 2))
    assert kills > 4 and modes(cluster) == {"mtls-good/default": "STRICT"}
    assert not killed.journals(cluster, "istio-system")
    assert run_one(cluster, state="absent")["phase"] == "restored" and modes(cluster) == {}
    ended = []
    slow = {"watch": 45, "lease_duration": 30, "run": "the first"}
    first = threading.Thread(target=lambda: ended.append(run_one(cluster, **slow)))
    first.start()
    deadline = time.monotonic() + 60
    while modes(cluster) != {"mtls-good/default": "STRICT"}:
        assert time.monotonic() < deadline and not ended, ended
        time.sleep(0.5)
    ways = [migration("Second"), {"name": "Back", f"{OURS}.mtls_migration": {"state": "absent"}}]
    for task in ways:
        second = play([task], expect="failed")
        assert "is held by" in second.msg and "the first" in second.msg
    # Somebody changes the mode meanwhile; that stays, and the record does not tell otherwise.
    mine = {"spec": {"mtls": {"mode": "PERMISSIVE"}}}
    cluster.kubectl("patch", "peerauthentication", "default", "-n", "mtls-good", "--type=merge", "-p", json.dumps(mine))
    first.join()
    assert "somebody has set its mode to PERMISSIVE" in ended[0]["held"]["mtls-good"][0]
    assert run_one(cluster, state="absent")["changed"] and modes(cluster) == {}


def test_a_migration_with_an_exception_loses_nothing_and_goes_back(play, cluster, shops, tmp_path):
    record = tmp_path / "record.md"
    task = migration(exceptions=[EXCEPTION], record=str(record))
    run = play([task, {**task, "name": "Again"}])
    assert run["Migrate"].result["phase"] == "migrated" and run["Migrate"].result["held"] == {}
    assert not run["Again"].changed and run["Again"].result["phase"] == "none"
    assert modes(cluster) == {
        "mtls-good/default": "STRICT",
        "mtls-old/default": "STRICT",
        "mtls-old/mtls-exception-reviews": None,
    }
    assert "the report has no sidecar yet. Expires 2999-12-31." in record.read_text()
    # Exceptions follow what is declared; one that somebody needs does not go.
    renewed = {**EXCEPTION, "expires": "2998-12-31"}
    run = play([migration("Renewed", exceptions=[renewed]), migration("Gone", exceptions=[])])
    (row,) = run["Renewed"].result["resources"]
    assert (row["name"], row["action"]) == ("mtls-exception-reviews", "changed")
    live = cluster.get(f"{POLICIES.replace('peer', 'namespaces/mtls-old/peer')}/mtls-exception-reviews")
    assert live["metadata"]["annotations"]["meshops.lifecycle/expires"] == "2998-12-31"
    assert not run["Gone"].changed and "in plain text" in json.dumps(run["Gone"].result["held"]["mtls-old"])
    wide = migration("Wide", exceptions=[renewed], mesh_wide=True, remove_namespace_policies=True)
    run = play([wide])["Wide"]
    assert run.result["record"]["mesh"] == "strict"
    assert modes(cluster) == {"istio-system/default": "STRICT", "mtls-old/mtls-exception-reviews": None}
    back = {"name": "Back", f"{OURS}.mtls_migration": {"state": "absent"}}
    run = play([back, {**back, "name": "Again"}])
    assert run["Back"].changed and not run["Again"].changed and modes(cluster) == {}
    shops.stop()
    assert [tally["failed"] for tally in shops.tallies.values()] == [0, 0, 0]
