# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_sync on the real application controller: our operation, its end, and what it brought about."""

from __future__ import annotations

import threading

import gitops
import pytest
from gitops import NOWHERE, config_map, deployment, hook

AT_ONCE = 40  # seconds within which a failure has to be told; the time-outs of these tests are longer
MANUAL = {"syncPolicy": {"syncOptions": ["CreateNamespace=true"], "retry": {"limit": 0}}}


def sync(apps, **arguments):
    stated = {"name": apps.name(), "wait_timeout": 120, **arguments}
    return [{"name": "Sync", "meshops.lifecycle.argocd_sync": stated}]


@pytest.fixture
def manual(play, apps):
    """An Application that nobody has synced yet."""
    play(apps.present(wait=False, spec=MANUAL))
    return apps


def actions(run):
    return {row["name"]: row["action"] for row in run["Sync"].result["resources"]}


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_sync_and_nothing_the_second_time(play, manual):
    predicted = play(sync(manual), check=True)
    assert predicted.changed == ["Sync"]
    assert manual.core("configmaps", "one") is None
    run = play(sync(manual))
    assert run.changed == ["Sync"]
    result = run["Sync"].result
    assert actions(run) == {"one": "created"}
    assert result["operation"]["phase"] == "Succeeded"
    assert result["operation"]["id"]
    assert result["result"]["status"]["sync"]["status"] == "Synced"
    made = result["result"]["status"]["operationState"]["operation"]
    # Neither comes by itself with an operation that is a plain field.
    assert made["sync"]["syncOptions"] == ["CreateNamespace=true"]
    again = play(sync(manual))
    assert again.changed == []
    assert play(sync(manual), check=True).changed == []


@pytest.mark.in_process
def test_always_prune_and_info(play, manual):
    manual.repository.commit({"one/more.yaml": config_map("more")})
    play(sync(manual))
    manual.repository.commit({"one/more.yaml": None})
    run = play(sync(manual), expect="failed")
    assert f"the source no longer has ConfigMap {manual.namespace}/more" in run.msg
    run = play(sync(manual, prune=True, info={"ticket": "OPS-1"}))
    assert actions(run) == {"one": "unchanged", "more": "deleted"}
    assert manual.core("configmaps", "more") is None
    info = run["Sync"].result["result"]["status"]["operationState"]["operation"]["info"]
    assert {"name": "ticket", "value": "OPS-1"} in info
    assert play(sync(manual)).changed == []
    assert actions(play(sync(manual, always=True))) == {"one": "unchanged"}


@pytest.mark.in_process
def test_a_dry_run_changes_nothing(play, manual):
    run = play(sync(manual, dry_run=True))
    assert run.changed == []
    assert actions(run) == {"one": "created"}
    assert manual.core("configmaps", "one") is None


@pytest.mark.in_process
def test_a_partial_sync(play, manual):
    manual.repository.commit({"one/more.yaml": config_map("more")})
    run = play(sync(manual, resources=[{"kind": "ConfigMap", "name": "more"}]))
    assert actions(run) == {"more": "created"}
    assert manual.core("configmaps", "one") is None
    assert play(sync(manual, resources=[{"kind": "ConfigMap", "name": "more"}])).changed == []
    run = play(sync(manual, resources=[{"kind": "Secret", "name": "none"}]), expect="failed")
    assert "has no resource Secret none" in run.msg
    # The chosen resources do not leak into the next sync.
    assert set(actions(play(sync(manual)))) == {"one", "more"}
    assert manual.core("configmaps", "one")


@pytest.mark.in_process
def test_a_failed_sync_is_told_at_once(play, manual):
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "Wrong"}}
    manual.repository.commit({"one/service.yaml": wrong})
    run = play(sync(manual), expect="failed")
    assert 'Service "web" is invalid' in run.msg
    assert run.seconds < AT_ONCE
    assert run["Sync"].result["operation"]["phase"] == "Failed"
    assert actions(run)["web"] == "failed"
    # The same revision is tried again, since somebody asks for it.
    assert play(sync(manual), expect="failed")["Sync"].result["operation"]["phase"] == "Failed"
    # What could be applied was; without the wrong one nothing is left to do.
    manual.repository.commit({"one/service.yaml": None})
    assert play(sync(manual)).changed == []


@pytest.mark.in_process
def test_a_broken_source_is_told_before_a_sync(play, manual):
    manual.patch({"spec": {"source": {"path": "nope"}}})
    run = play(sync(manual), expect="failed")
    assert "nope: app path does not exist" in run.msg
    assert run.seconds < AT_ONCE
    # And once it is repaired, what the controller noted of it does not stand in the way.
    manual.repository.commit({"nope/map.yaml": config_map("late")})
    assert actions(play(sync(manual))) == {"late": "created"}


@pytest.mark.in_process
def test_another_operation_is_awaited_refused_or_ended(play, manual):
    manual.repository.commit({"one/hook.yaml": hook("endless", "PreSync", **NOWHERE)})
    run = play(sync(manual, wait=False))
    assert run.changed == ["Sync"]
    assert run["Sync"].result["operation"]["phase"] == "Running"
    manual.until(lambda live: (live.get("status") or {}).get("operationState", {}).get("phase") == "Running")
    run = play(sync(manual, when_running="fail"), expect="failed")
    assert "another operation is running: 0 of 1 resources synced" in run.msg
    run = play(sync(manual, wait_timeout=6), expect="failed")
    assert "another operation is running" in run.msg
    manual.repository.commit({"one/hook.yaml": None})
    run = play(sync(manual, when_running="terminate"))
    assert run.changed == ["Sync"]
    assert manual.core("configmaps", "one")


@pytest.mark.in_process
def test_terminate(play, manual):
    assert play(sync(manual, action="terminate")).changed == []
    manual.repository.commit({"one/hook.yaml": hook("endless", "PreSync", **NOWHERE)})
    play(sync(manual, wait=False))
    manual.until(lambda live: (live.get("status") or {}).get("operationState", {}).get("phase") == "Running")
    assert play(sync(manual, action="terminate"), check=True).changed == ["Sync"]
    run = play(sync(manual, action="terminate"))
    assert run.changed == ["Sync"]
    assert run["Sync"].result["operation"]["phase"] == "Failed"
    assert "terminated" in run["Sync"].result["operation"]["message"]


@pytest.mark.in_process
def test_refresh_sees_a_commit(play, apps):
    play(apps.present(wait=False, spec={"syncPolicy": {}}))
    revision = apps.repository.commit({"one/map.yaml": config_map("one", {"colour": "red"})})
    run = play(sync(apps, action="refresh"))
    assert run.changed == []
    assert run["Sync"].result["result"]["status"]["sync"]["revision"] == revision
    assert apps.core("configmaps", "one") is None


@pytest.mark.in_process
def test_rollback(play, manual):
    play(sync(manual))
    revision = manual.repository.commit({"one/map.yaml": config_map("one", {"colour": "red"})})
    play(sync(manual))
    history = manual.live()["status"]["history"]
    assert [entry["id"] for entry in history] == [0, 1]
    # The newest revision is broken altogether; going back works none the less.
    manual.repository.commit({"one/map.yaml": "{{ not: yaml"})
    run = play(sync(manual, action="rollback", history_id=0))
    assert run.changed == ["Sync"]
    assert manual.core("configmaps", "one")["data"] == {"colour": "blue"}
    assert play(sync(manual, action="rollback", history_id=0)).changed == []
    run = play(sync(manual, action="rollback", history_id=7), expect="failed")
    assert "has no deployment 7 in its history" in run.msg
    assert revision[:8] in run.msg
    run = play(sync(manual, action="rollback"))
    assert manual.core("configmaps", "one")["data"] == {"colour": "red"}


@pytest.mark.in_process
def test_automated_sync_is_not_fought(play, apps):
    play(apps.present())
    first = apps.live()["status"]["sync"]["revision"]
    apps.repository.commit({"one/map.yaml": config_map("one", {"colour": "red"})})
    play(apps.present(refresh="normal"))
    run = play(sync(apps, action="rollback"), expect="failed")
    assert "which would undo the rollback at once" in run.msg
    run = play(sync(apps, revision=first), expect="failed")
    assert "is synced automatically to main" in run.msg
    run = play(sync(apps, action="rollback", disable_automated=True))
    assert apps.live()["spec"]["syncPolicy"]["automated"]["enabled"] is False
    assert apps.core("configmaps", "one")["data"] == {"colour": "blue"}


@pytest.mark.in_process
def test_another_revision_than_the_specs(play, manual):
    first = manual.repository.commit({"one/map.yaml": config_map("one", {"colour": "green"})})
    manual.repository.commit({"one/map.yaml": config_map("one", {"colour": "red"})})
    run = play(sync(manual, revision=first))
    assert run["Sync"].result["operation"]["revisions"] == [first]
    assert manual.core("configmaps", "one")["data"] == {"colour": "green"}
    assert play(sync(manual, revision=first)).changed == []


@pytest.mark.in_process
def test_a_closed_window_is_told_at_once(play, apps, cluster):
    project = f"{apps.namespace}-closed"
    window = {"kind": "deny", "schedule": "* * * * *", "duration": "1h", "applications": ["*"], "manual_sync": False}
    spec = {"source_repos": ["*"], "destinations": [{"server": "*", "namespace": "*"}], "sync_windows": [window]}
    closed = [{"name": "Project", "meshops.lifecycle.argocd_project": {"name": project, "spec": spec}}]
    try:
        play(closed)
        run = play(apps.present(wait_timeout=120, spec={"project": project}), expect="failed")
        assert "the sync windows of its project forbid automated sync now: deny '* * * * *' for 1h" in run.msg
        assert run.seconds < AT_ONCE
        run = play(sync(apps), expect="failed")
        assert "forbid a sync now" in run.msg
        window["manual_sync"] = True
        play(closed)
        assert play(sync(apps)).changed == ["Sync"]
    finally:
        cluster.api("DELETE", f"{gitops.PROJECTS}/{project}")


@pytest.mark.in_process
def test_our_operation_is_known_among_others(play, apps, cluster):
    """Somebody starts an operation right after ours; ours is told by its id, and theirs is not taken for it."""
    play(apps.present(wait=False, spec=MANUAL))
    apps.repository.commit({"one/hook.yaml": hook("endless", "PreSync", **NOWHERE)})

    def intrude():
        apps.until(lambda live: (live.get("status") or {}).get("operationState", {}).get("phase") == "Running", 40)
        path = f"{gitops.APPLICATIONS}/{apps.name()}"
        theirs = {
            "operation": {"sync": {"prune": True}, "info": None, "initiatedBy": {"username": "somebody"}},
            "status": {"operationState": None},
        }
        cluster.api("PATCH", path, theirs, "application/merge-patch+json")

    intruder = threading.Thread(target=intrude)
    intruder.start()
    run = play(sync(apps), expect="failed")
    intruder.join()
    assert "the task's sync was superseded by another operation, started by somebody" in run.msg
    assert run.seconds < AT_ONCE


@pytest.mark.in_process
def test_health_is_awaited(play, manual):
    manual.repository.commit({"one/web.yaml": deployment("web", **NOWHERE)})
    run = play(sync(manual, wait_timeout=15), expect="failed")
    assert f"Deployment {manual.namespace}/web: 0 of 1 replicas available" in run.msg
    assert run["Sync"].result["changed"] is True
    assert run["Sync"].result["operation"]["phase"] == "Succeeded"
    assert play(sync(manual, wait_health=["Healthy", "Progressing"])).changed == []


@pytest.mark.in_process
def test_bad_input(play, apps):
    run = play(sync(apps), expect="failed")
    assert "does not exist. Create it with argocd_application first" in run.msg
    play(apps.present(wait=False, spec=MANUAL))
    run = play(sync(apps, revisions=["a", "b"]), expect="failed")
    assert "has 1 sources, and 'revisions' has 2" in run.msg
    run = play(sync(apps, action="synk"), expect="failed")
    assert "Did you mean 'sync'" in run.msg
