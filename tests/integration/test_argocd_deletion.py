# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hooks of a deletion, on the real application controller."""

from __future__ import annotations

import pytest
from gitops import NOWHERE, hook

pytestmark = pytest.mark.in_process


def job(cluster, apps, name):
    return cluster.get(f"/apis/batch/v1/namespaces/{apps.namespace}/jobs/{name}")


def finalizers(apps):
    return apps.live()["metadata"].get("finalizers") or []


def test_hooks_run_before_and_after_the_resources_go(play, apps, cluster):
    before, after = hook("before", "PreDelete"), hook("after", "PostDelete")
    before["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] = "Delete=false"  # to be seen afterwards
    apps.repository.commit({"one/before.yaml": before, "one/after.yaml": after})
    play(apps.present())
    assert job(cluster, apps, "before") is None and job(cluster, apps, "after") is None
    apps.until(lambda live: len(finalizers(apps)) == 4)
    play(apps.task(state="absent", wait=True, wait_timeout=60))
    assert apps.live() is None
    assert apps.core("configmaps", "one") is None
    made = [job(cluster, apps, name)["metadata"]["creationTimestamp"] for name in ("before", "after")]
    assert made == sorted(made)


def test_a_hook_that_does_not_end_is_named(play, apps, cluster):
    """It is there beforehand: one that Argo CD 3.5 has only just made it may lose sight of, and go on."""
    farewell = hook("farewell", "PreDelete", **NOWHERE)
    apps.repository.commit({"one/hook.yaml": farewell})
    play(apps.present())
    apps.until(lambda live: finalizers(apps))
    tracked = f"{apps.name()}:batch/Job:{apps.namespace}/farewell"
    farewell["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] = tracked
    cluster.api("POST", f"/apis/batch/v1/namespaces/{apps.namespace}/jobs", farewell)
    play(apps.present(refresh="normal"))
    run = play(apps.task(state="absent", wait=True, wait_timeout=10), expect="failed")
    assert "held by pre-delete-finalizer.argocd.argoproj.io" in run.msg
    assert f"Its PreDelete hook Job {apps.namespace}/farewell has not ended" in run.msg
    assert apps.core("configmaps", "one")
    # What the message says helps; and a task that comes then finds nothing left to do.
    theirs = [name for name in finalizers(apps) if not name.startswith("pre-delete-")]
    apps.patch({"metadata": {"finalizers": theirs}})
    apps.until(lambda live: live is None)
    assert apps.core("configmaps", "one") is None
    assert play(apps.task(state="absent", wait=True)).changed == []
