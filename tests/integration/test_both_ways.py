# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task has the same result inside Ansible's worker and as a module process; and the harness sees what runs print."""

from __future__ import annotations

from pathlib import Path

import playing
import pytest
import schema_coverage
import yaml

CASES = Path(__file__).parent / "cases"
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


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_check_mode_predicts_the_run_and_a_second_run_changes_nothing(converges, cluster, namespace):
    run = converges(TASKS.format(namespace=namespace, colour="blue"))
    assert run.changed == ["Two maps"]
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/one")["data"] == {"colour": "blue"}


@pytest.mark.each_core
@pytest.mark.both_ways
def test_a_diff_shows_the_change_alone(play, namespace):
    run = play(TASKS.format(namespace=namespace, colour="blue"))
    assert "diff" not in run["Two maps"].result  # nobody asked for one
    run = play(TASKS.format(namespace=namespace, colour="green"), diff=True)
    assert '-        "colour": "blue"' in run.stdout
    assert '+        "colour": "green"' in run.stdout
    assert run.stdout.count("--- before") == 1  # nothing is said of the map that stays as it is
    assert "managedFields" not in run.stdout


@pytest.mark.each_core
@pytest.mark.in_process
def test_results_are_equal_both_ways(player, cluster, namespace):
    """What is predicted, created, the same again, and changed."""
    steps = [("blue", {"check_mode": True, "diff": True}), ("blue", {"diff": True}), ("blue", {}), ("red", {})]
    tasks = [
        {**task, **keywords, "name": f"{number}: {colour}"}
        for number, (colour, keywords) in enumerate(steps)
        for task in yaml.safe_load(TASKS.format(namespace=namespace, colour=colour))
    ]

    def results(in_process):
        run = player.play(tasks, in_process=in_process)
        for name in ("one", "two"):
            cluster.api("DELETE", f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        return [(task.status, task.comparable()) for task in run.tasks]

    inside = results(True)
    assert [status for status, _result in inside] == ["changed", "changed", "ok", "changed"]
    assert inside == results(False)


@pytest.mark.each_core
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


# Options of the modules that are not the module of one kind in tests/integration/cases; None where a module has no
# namespace.
OTHERS = {
    "argocd_account": {"name": "robot", "capabilities": ["login"]},
    "argocd_application": {"name": "shop", "spec": {"project": "default"}},
    "argocd_application_info": {},
    "argocd_applicationset": {"name": "shops", "spec": {"generators": []}},
    "argocd_certificate": {"type": "tls", "server": "git.example.com", "data": "none"},
    "argocd_cluster": {"name": "far", "spec": {"server": "https://10.9.8.7", "config": {"bearer_token": "one-two"}}},
    "argocd_config": {"config": {"users.session.duration": "10h"}},
    "argocd_project": {"name": "shops", "spec": {"source_repos": ["*"]}},
    "argocd_repository": {"spec": {"url": "https://git.example.com/shop.git"}},
    "argocd_sync": {"name": "nobody"},
    "crd_storage_migration": {"namespace": None, "groups": ["nowhere.example.com"]},
    "gateway_certificate": {"name": "shop", "certificate": "none", "private_key": "no-key"},
    "grafana_dashboard": {"name": "shop", "dashboard": {"uid": "shop", "title": "Shop"}},
    "helm_release": {"name": "shop", "chart": str(Path(__file__).parent / "charts" / "sample")},
    "istio_ca": {"namespace": None, "state": "aborted"},
    "istio_ca_info": {"namespace": None},
    "istio_revision_tag": {"namespace": None, "name": "prod", "revision": "1-99"},
    "mesh_apply": {"objects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}}]},
    "mesh_gate": {
        "namespace": None,
        "gates": [{"type": "object", "object": {"kind": "Namespace", "name": "default"}, "expression": "status"}],
    },
    "mesh_info": {"kind": "ConfigMap", "name": "one"},
    "mesh_upgrade": {"namespace": None, "revision": "1-99", "version": "1.99.0"},
    "mesh_versions": {"namespace": None, "connections": False},
    "mtls_migration": {"namespace": None, "state": "absent"},
    "mtls_report": {"namespace": None, "namespaces": ["nowhere"], "query": "workloads"},
    "traffic_shift": {"name": "shop", "from": {"subset": "v1"}, "to": {"subset": "v2"}, "steps": [{"weight": 50}]},
    "traffic_shift_info": {"name": "shop"},
    "workload_restart": {"namespace": None, "namespaces": ["nowhere"]},
}


def in_parts():
    """{part: {module: its options, or the document that it is given as a file}}: OTHERS, and each folder of cases."""
    modules = {schema_coverage.kind_of(module): module for module in schema_coverage.modules()}
    parts = {"others": OTHERS}
    for path in sorted(CASES.glob("*/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            module = modules[document["apiVersion"].rpartition("/")[0], document["kind"]]
            parts.setdefault(path.parent.name, {})[module] = document
    return parts


PARTS = in_parts()


def test_every_module_is_in_a_part():
    there = {path.stem for path in (playing.ROOT / "plugins" / "modules").glob("[a-z]*.py")}
    assert sorted(there) == sorted(module for modules in PARTS.values() for module in modules)


# Of other versions those that go ways of their own: the modules of one kind are one piece of code.
@pytest.mark.in_process
@pytest.mark.parametrize(
    "part", [pytest.param(part, marks=pytest.mark.each_core if part == "others" else ()) for part in PARTS]
)
def test_every_module_answers_the_same_as_a_process(player, crds, namespace, tmp_path, part):
    """In check mode; what it says where something is missing in this cluster is an answer, too."""
    for group in ("istio.io", "gateway.networking.k8s.io", "monitoring.coreos.com", "argoproj.io"):
        crds(group)
    tasks = []
    for module, options in PARTS[part].items():
        if part != "others":
            file = tmp_path / f"{module}.yml"
            file.write_text(yaml.safe_dump(options))
            options = {"src": str(file)}
        arguments = {name: value for name, value in {"namespace": namespace, **options}.items() if value is not None}
        called = {f"meshops.lifecycle.{module}": arguments}
        tasks.append({"name": module, **called, "ignore_errors": True})
    inside, outside = (player.play(tasks, check=True, in_process=in_process) for in_process in (True, False))
    assert len(inside.tasks) == len(tasks)
    for one, other in zip(inside.tasks, outside.tasks, strict=True):
        assert (one.name, one.status, one.comparable()) == (other.name, other.status, other.comparable())
