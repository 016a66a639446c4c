# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two tasks of ours on one object: whose it is, how it is handed over, and what one changes of the other's."""

from __future__ import annotations

import re

import pytest

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process]


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _definitions(crds):
    crds("istio.io")


def spec(canary):
    both = [("v1", 100 - canary), ("v2", canary)]
    return {
        "hosts": ["reviews"],
        "http": [
            {"route": [{"destination": {"host": "reviews", "subset": name}, "weight": share} for name, share in both]}
        ],
    }


class Tasks:
    """The role of a mesh, a canary by the module, and the restore of a backup by mesh_apply, on the same route."""

    def __init__(self, player, namespace):
        self.player, self.namespace = player, namespace

    def role(self, canary, **more):
        variables = {
            "mesh_config_set_namespace": self.namespace,
            "mesh_config_wait_proxies": False,
            "mesh_config_virtual_services": [{"name": "reviews", "spec": spec(canary)}],
            **more,
        }
        return [{"ansible.builtin.include_role": {"name": f"{OURS}.mesh_config"}, "vars": variables}]

    def canary(self, canary, **options):
        module = {"name": "reviews", "namespace": self.namespace, "spec": spec(canary), "references": "ignore"}
        return [{"name": "Canary", f"{OURS}.istio_virtualservice": {**module, **options}}]

    def restore(self, canary, **options):
        metadata = {"name": "reviews", "namespace": self.namespace}
        document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata}
        module = {"objects": [{**document, "spec": spec(canary)}], "references": "ignore", **options}
        return [{"name": "Restore", f"{OURS}.mesh_apply": module}]

    def run(self, tasks, **options):
        return self.player.play(tasks, **options)


@pytest.fixture
def tasks(player, namespace):
    return Tasks(player, namespace)


def told(run):
    """All warnings and refusals of a run, in one text."""
    return " ".join(" ".join([task.msg, *(task.result.get("warnings") or [])]) for task in run.tasks)


SET = "the set 'mesh-config' (mesh_apply with that name)"
NO_SET = "tasks of this collection without a set (field_manager 'meshops.lifecycle')"
HAND_OVER = (
    "run this one once with force_conflicts: true; two tasks that are to be one owner have the same field_manager"
)


def test_the_other_task_is_named_both_ways(tasks):
    task = tasks.canary
    tasks.run(tasks.role(0))
    for check in (True, False):
        refused = tasks.run(task(10), check=check, expect="failed").msg
        assert f"spec.http by 'meshops.lifecycle.set.mesh-config', which is {SET}" in refused and HAND_OVER in refused
        changed = tasks.run(task(10, force_conflicts=True), check=check)
        assert f"spec.http belonged to {SET}, and is this task's now; that one will not know" in told(changed)
    # The other direction: the role, for which the weights of the canary are another's.
    for check in (True, False):
        refused = tasks.run(tasks.role(0), check=check, expect="failed").msg
        assert f"spec.http by '{OURS}', which is {NO_SET}" in refused and HAND_OVER in refused
        assert "The role mesh_config has the variable mesh_config_force_conflicts" in refused
        changed = tasks.run(tasks.role(0, mesh_config_force_conflicts=True), check=check)
        assert f"spec.http belonged to {NO_SET}" in told(changed)
    assert tasks.run(tasks.role(0)).changed == []


def test_two_tasks_with_one_field_manager_are_one_owner(tasks, cluster, namespace):
    """The last one counts, without a conflict; each is unchanged only while the object is as it declares it."""
    path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews"
    tasks.run(tasks.canary(10))
    for canary, task in ((0, tasks.restore), (10, tasks.canary), (0, tasks.restore)):
        predicted, run = (tasks.run(task(canary), check=check, diff=True).tasks[0] for check in (True, False))
        assert predicted.changed and run.changed and predicted.comparable() == run.comparable()
        (shown,) = run.diffs
        assert shown["before"]["spec"] == spec(10 - canary) and shown["after"]["spec"] == spec(canary)
        assert re.search(r" \(applied by meshops\.lifecycle at \d{4}-[\d-]+T[\d:]+Z\)$", shown["before_header"])
        assert cluster.get(path)["spec"] == spec(canary)
    # A canary with a manager of its own is told, and tells.
    own = {"field_manager": f"{OURS}.canary"}
    assert f"which is {NO_SET}" in tasks.run(tasks.canary(10, **own), expect="failed").msg
    tasks.run(tasks.canary(10, **own, force_conflicts=True))
    assert f"the role or task with field_manager '{OURS}.canary'" in tasks.run(tasks.restore(0), expect="failed").msg


def test_a_restore_is_undone_by_the_role_with_a_word(tasks):
    """mesh_apply restores a backup over what the role has declared."""
    tasks.run(tasks.role(0))
    assert f"which is {SET}" in tasks.run(tasks.restore(10), expect="failed").msg
    tasks.run(tasks.restore(10, force_conflicts=True))
    refused = tasks.run(tasks.role(0), expect="failed").msg
    assert f"which is {NO_SET}" in refused and HAND_OVER in refused
    assert f"spec.http belonged to {NO_SET}" in told(tasks.run(tasks.role(0, mesh_config_force_conflicts=True)))


def test_a_set_tells_that_a_task_with_its_own_manager_was_there(tasks):
    """The server sees one owner and no conflict; the set sees that its label is gone, in check, verify and run."""
    tasks.run(tasks.role(0))
    tasks.run(tasks.canary(10, field_manager=f"{OURS}.set.mesh-config"))
    manager = re.escape(f"{OURS}.set.mesh-config")
    words = rf"another task with field_manager '{manager}' has applied it at \d{{4}}-[\d-]+T[\d:]+Z, which is"
    for check in (True, False):
        run = tasks.run(tasks.role(0), check=check)
        assert run.changed and re.search(words, told(run))
    again = tasks.run(tasks.role(0))
    assert not again.changed and "another task" not in told(again)
