# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Races and outages on the real Argo CD: several who sync at once, and controllers that end in mid-wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import playing
import pytest
from gitops import NOWHERE, REFRESH, config_map, hook

MANUAL = {"syncPolicy": {"retry": {"limit": 0}}}
RESUMED = {"spec": {"suspend": False}}
pytestmark = pytest.mark.in_process


def sync(apps, **arguments):
    stated = {"name": apps.name(), "wait_timeout": 120, **arguments}
    return [{"name": "Sync", "meshops.lifecycle.argocd_sync": stated}]


def pods(cluster, name):
    selector = f"app.kubernetes.io/name=argocd-{name}"
    return cluster.api("GET", "/api/v1/namespaces/argocd/pods", labelSelector=selector)["items"]


def wave(number):
    return {"argocd.argoproj.io/sync-wave": str(number)}


def test_waves_come_in_order(play, apps):
    """Written against the alphabet, with a wave before zero and one after."""
    files = {f"one/{name}.yaml": config_map(name, annotations=wave(n)) for name, n in (("c", -1), ("b", 1), ("a", 2))}
    apps.repository.commit({**files, "one/map.yaml": None})
    play(apps.present(wait=False, spec=MANUAL))
    run = play(sync(apps))
    assert {row["name"]: row["action"] for row in run["Sync"].result["resources"]} == dict.fromkeys("abc", "created")
    made = {name: apps.core("configmaps", name)["metadata"] for name in "abc"}
    versions = [int(made[name]["resourceVersion"]) for name in "cba"]
    assert versions == sorted(versions)
    assert made["a"]["creationTimestamp"] > made["c"]["creationTimestamp"]  # waves are seconds apart


def test_a_hook_that_fails_ends_the_sync_at_once(play, apps, cluster):
    container = {"name": "main", "image": "registry.example.com/nothing:1"}
    check = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "check", "annotations": {"argocd.argoproj.io/hook": "PreSync"}},
        "spec": {"restartPolicy": "Never", "containers": [container], **NOWHERE},
    }
    apps.repository.commit({"one/check.yaml": check})
    play(apps.present(wait=False, spec=MANUAL))

    def fail():
        apps.until(lambda _live: apps.core("pods", "check"), 60)
        failed = {"status": {"phase": "Failed", "message": "the database does not answer"}}
        path = f"/api/v1/namespaces/{apps.namespace}/pods/check/status"
        cluster.api("PATCH", path, failed, "application/merge-patch+json")

    failing = threading.Thread(target=fail)
    failing.start()
    run = play(sync(apps), expect="failed")
    failing.join()
    assert "Pod" in run.msg and "check" in run.msg and "the database does not answer" in run.msg
    row = run["Sync"].result["resources"][0]
    assert (row["name"], row["hook"], row["action"]) == ("check", "PreSync", "failed")
    assert apps.core("configmaps", "one") is None
    assert run.seconds < 60


def test_two_of_us_at_once(play, player, cluster, apps, tmp_path):
    """Each waits for the other's operation, and neither overwrites it."""
    apps.repository.commit({"one/map.yaml": config_map("one", annotations=wave(1)), "one/first.yaml": config_map("a")})
    play(apps.present(wait=False, spec=MANUAL))
    others = [playing.Player(tmp_path / name, cluster.kubeconfig, cluster.environment()) for name in "ab"]
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda other: other.play(sync(apps, always=True)), others))
    ids = {run["Sync"].result["operation"]["id"] for run in runs}
    assert len(ids) == 2 and None not in ids
    assert all(run["Sync"].result["operation"]["phase"] == "Succeeded" for run in runs)


def test_automated_sync_beside_our_own(play, apps):
    """A commit arrives, and both want to sync it: whoever comes first, the commit is live at the end."""
    play(apps.present())
    for colour in ("green", "red"):
        revision = apps.repository.commit({"one/map.yaml": config_map("one", {"colour": colour})})
        run = play(sync(apps, always=True))
        assert run["Sync"].result["operation"]["revisions"] == [revision]
        assert apps.core("configmaps", "one")["data"] == {"colour": colour}


@pytest.mark.needs_lab
@pytest.mark.disturbs_argocd
def test_controllers_end_in_mid_wait(play, apps, cluster):
    """repo-server and application controller are killed while a hook runs; the wait goes on when they are back."""
    slow = hook("slow", "PreSync")
    slow["spec"]["suspend"] = True
    apps.repository.commit({"one/hook.yaml": slow})
    play(apps.present(wait=False, spec=MANUAL))

    job = f"/apis/batch/v1/namespaces/{apps.namespace}/jobs/slow"

    def disturb():
        apps.until(lambda _live: cluster.get(job), 60)
        for name in ("application-controller", "repo-server"):
            selector = f"app.kubernetes.io/name=argocd-{name}"
            cluster.kubectl("delete", "pod", "-n", "argocd", "-l", selector, "--force", "--grace-period=0")
        while not done.wait(1):  # a sync that is run again makes its hook anew
            cluster.api("PATCH", job, RESUMED, "application/merge-patch+json")

    done = threading.Event()
    disturber = threading.Thread(target=disturb)
    disturber.start()
    try:
        run = play(sync(apps, wait_timeout=180))
    finally:
        done.set()
        disturber.join()
    assert run["Sync"].result["operation"]["phase"] == "Succeeded"
    assert apps.core("configmaps", "one")


@pytest.mark.needs_lab
@pytest.mark.disturbs_argocd
def test_a_refresh_that_gets_lost_is_asked_for_again(play, apps, cluster):
    """A controller in mid-reconcile takes the request away and does not answer it. Here it is away meanwhile."""
    play(apps.present())
    controller = ("statefulset/argocd-application-controller", "-n", "argocd")
    seen = []

    def lose():
        apps.until(asked, 60)
        seen.append("asked")
        apps.patch({"metadata": {"annotations": {REFRESH: None}}})
        apps.until(asked, 30)
        seen.append("asked again")
        cluster.kubectl("scale", *controller, "--replicas=1")

    def asked(live):
        return REFRESH in (live["metadata"].get("annotations") or {})

    revision = apps.repository.commit({"one/map.yaml": config_map("one", {"colour": "green"})})
    cluster.kubectl("scale", *controller, "--replicas=0")
    try:
        apps.until(lambda _live: not pods(cluster, "application-controller"), 60)
        loser = threading.Thread(target=lose)
        loser.start()
        run = play(apps.present(refresh="normal", wait_timeout=120))
        loser.join()
    finally:
        cluster.kubectl("scale", *controller, "--replicas=1")
    assert seen == ["asked", "asked again"]
    assert run["Application"].result["result"]["status"]["sync"]["revision"] == revision
    assert apps.core("configmaps", "one")["data"] == {"colour": "green"}


@pytest.mark.needs_lab
@pytest.mark.disturbs_argocd
def test_an_outage_during_an_automated_sync_without_retries(play, apps, cluster):
    """Argo CD gives the revision up, for a reason that has nothing to do with it; the wait has it synced once more."""
    slow = hook("slow", "PreSync")
    slow["spec"]["suspend"] = True
    apps.repository.commit({"one/hook.yaml": slow})
    job = f"/apis/batch/v1/namespaces/{apps.namespace}/jobs/slow"
    server = ("deployment/argocd-repo-server", "-n", "argocd")
    ended = []

    def disturb():
        apps.until(lambda _live: cluster.get(job), 60)
        cluster.kubectl("scale", *server, "--replicas=0")
        apps.until(lambda _live: not pods(cluster, "repo-server"), 60)
        cluster.api("PATCH", job, RESUMED, "application/merge-patch+json")
        live = apps.until(lambda live: (live["status"].get("operationState") or {}).get("phase") == "Error", 60)
        ended.append(live["status"]["operationState"]["message"])
        cluster.kubectl("scale", *server, "--replicas=1")
        while not done.wait(1):  # the sync that is run again makes its hook anew
            cluster.api("PATCH", job, RESUMED, "application/merge-patch+json")

    done = threading.Event()
    disturber = threading.Thread(target=disturb)
    disturber.start()
    policy = {"automated": {}, "retry": {"limit": 0}}
    try:
        run = play(apps.present(wait_timeout=180, spec={"syncPolicy": policy}))
    finally:
        done.set()
        disturber.join()
        cluster.kubectl("scale", *server, "--replicas=1")
    assert ended
    assert "a part of Argo CD was unavailable, so its sync is run again" in run.stderr
    assert run["Application"].result["result"]["status"]["operationState"]["phase"] == "Succeeded"
    assert apps.core("configmaps", "one")
