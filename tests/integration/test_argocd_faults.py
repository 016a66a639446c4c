# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Races and outages on the real Argo CD: several who sync at once, and controllers that end in mid-wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import playing
import pytest
from gitops import NOWHERE, config_map, hook

pytest_plugins = ["gitops"]
MANUAL = {"syncPolicy": {"retry": {"limit": 0}}}
pytestmark = [pytest.mark.in_process, pytest.mark.once]


def sync(apps, **arguments):
    stated = {"name": apps.name(), "wait_timeout": 120, **arguments}
    return [{"name": "Sync", "meshops.lifecycle.argocd_sync": stated}]


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
            cluster.api("PATCH", job, {"spec": {"suspend": False}}, "application/merge-patch+json")

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
