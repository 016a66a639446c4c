# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook applications on the real Argo CD: an Application that becomes Degraded is rolled back, once."""

from __future__ import annotations

import event_sources
import pytest
from gitops import NOWHERE, deployment

pytestmark = [pytest.mark.in_process, pytest.mark.once, pytest.mark.needs_lab]
PLAYBOOK = "meshops.lifecycle.application_rollback"


def web(**pod):
    """A Deployment that is Degraded soon if its pods do not run."""
    document = deployment("web", **pod)
    document["spec"]["progressDeadlineSeconds"] = 3
    return document


def test_a_degraded_application_that_asks_for_it_is_rolled_back_once(play, player, apps, rulebook, tmp_path):
    labels = {"meshops.lifecycle/rollback": "true", "test": apps.namespace}
    apps.repository.commit({"one/web.yaml": web()})
    play(apps.present(labels=labels, wait_timeout=120))
    book = event_sources.narrowed("applications", tmp_path, label_selector=f"test={apps.namespace}")
    running = rulebook(book, {"rollback_hosts": "staging"}, {"staging": {}, "prod": {}})
    apps.repository.commit({"one/web.yaml": web(**NOWHERE)})
    play(apps.present(labels=labels, wait=False, refresh="normal"))
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    assert "failed=0" in running.text(), running.text()
    live = apps.until(lambda each: each["status"]["health"]["status"] == "Healthy", 60)
    history = [entry["revision"] for entry in live["status"]["history"]]
    assert history[0] == history[2] != history[1] and live["spec"]["syncPolicy"]["automated"]["enabled"] is False

    again = {"application_name": apps.name(), "application_namespace": "argocd"}
    run = player.play(playbook=PLAYBOOK, vars=again, expect="failed")
    assert "it has been rolled back already" in run.msg
    assert len(apps.live()["status"]["history"]) == 3
