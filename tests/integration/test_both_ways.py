# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task has the same result inside Ansible's worker and as a module process; and the harness sees what runs print."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.each_core
TASKS = """
- name: Two maps
  meshops.lifecycle.mesh_apply:
    namespace: {namespace}
    objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {{name: one}}
        data: {{colour: {colour}}}
      - apiVersion: v1
        kind: ConfigMap
        metadata: {{name: two}}
        data: {{}}
"""


@pytest.mark.both_ways
def test_check_mode_predicts_the_run_and_a_second_run_changes_nothing(converges, cluster, namespace):
    run = converges(TASKS.format(namespace=namespace, colour="blue"))
    assert run.changed == ["Two maps"]
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/one")["data"] == {"colour": "blue"}


@pytest.mark.both_ways
def test_a_diff_shows_the_change_alone(play, namespace):
    run = play(TASKS.format(namespace=namespace, colour="blue"))
    assert "diff" not in run["Two maps"].result  # nobody asked for one
    run = play(TASKS.format(namespace=namespace, colour="green"), diff=True)
    assert '-        "colour": "blue"' in run.stdout
    assert '+        "colour": "green"' in run.stdout
    assert run.stdout.count("--- before") == 1  # nothing is said of the map that stays as it is
    assert "managedFields" not in run.stdout


@pytest.mark.in_process
def test_results_are_equal_both_ways(player, cluster, namespace):
    def results(in_process):
        found = []
        for colour, options in (
            ("blue", {"check": True, "diff": True}),
            ("blue", {"diff": True}),
            ("blue", {}),
            ("red", {}),
        ):
            run = player.play(TASKS.format(namespace=namespace, colour=colour), in_process=in_process, **options)
            found.append(run["Two maps"].comparable())
        for name in ("one", "two"):
            cluster.api("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        return found

    assert results(True) == results(False)


@pytest.mark.both_ways
def test_a_failure_is_told_without_a_traceback(play, namespace):
    run = play(
        """
        - name: Nowhere
          meshops.lifecycle.mesh_apply:
            kubeconfig: /nowhere/at/all
            objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: default}}]
        """,
        expect="failed",
    )
    assert "/nowhere/at/all" in run.msg
    assert run.rc == 2
