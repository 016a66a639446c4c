# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles' variables become: a table of variables, what the person set, and what the tasks then get."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STARTED = hashlib.sha256(b'[{"server.insecure": "true"}, {"timeout.reconciliation": "10s"}]').hexdigest()
INSTALLED = {"meshops.lifecycle/installed": "true"}


def namespace(name, **metadata):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}


def route(name, place):
    metadata = {"name": name, "namespace": place}
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": {}}


def argocd_monitor(job, names, components):
    """The Services of Argo CD's manifests (ports ``metrics``), and those of argo-helm (``http-metrics``)."""
    relabelings = [{"targetLabel": "job", "replacement": job}]
    expressions = [("app.kubernetes.io/name", names), ("app.kubernetes.io/component", components)]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": job, "namespace": "argocd"},
        "spec": {
            "selector": {
                "matchExpressions": [{"key": key, "operator": "In", "values": values} for key, values in expressions]
            },
            "endpoints": [
                {"port": port, "path": "/metrics", "interval": "30s", "relabelings": relabelings}
                for port in ("metrics", "http-metrics")
            ],
        },
    }


def dashboard(name, text):
    metadata = {"name": f"dashboard-{name}", "namespace": "monitoring", "labels": {"grafana_dashboard": "1"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {f"{name}.json": text}}


def dashboard_file(name):
    """Its text as it is, on every ansible-core: the same bytes, or two controllers would write it again and again."""
    return (ROOT / "roles" / "monitoring" / "files" / "dashboards" / f"{name}.json").read_text().rstrip()


# role: what the person sets, and {variable: what the tasks get}
CASES = {
    "istio": (
        {
            "istio_revision": "canary",
            "istio_gateways": [
                {"name": "a", "namespace": "edge", "values": {"replicaCount": 3, "env": {"TOKEN": "x"}}},
                {"name": "b", "state": "absent"},
            ],
            "istio_gateway_values": {"replicaCount": 2},
        },
        {
            "istio_releases": [
                {"chart": "base", "name": "istio-base", "namespace": "istio-system", "state": "present", "wave": "0"},
                {
                    "chart": "istiod",
                    "name": "istiod-canary",
                    "namespace": "istio-system",
                    "state": "present",
                    "wave": "2",
                },
                {"chart": "gateway", "name": "a", "namespace": "edge", "state": "present", "wave": "4"},
                {"chart": "gateway", "name": "b", "namespace": "istio-system", "state": "absent", "wave": "4"},
            ],
            "istio_gateway_a_values": {"replicaCount": 3, "env": {"TOKEN": "x"}, "revision": "canary"},
            "istio_gateway_b_values": {"replicaCount": 2, "revision": "canary"},
            "istio_namespace_objects": [namespace(name, labels=INSTALLED) for name in ("istio-system", "edge")],
        },
    ),
    "mesh_config": (
        {
            "mesh_config_virtual_services": [
                {"name": "a", "spec": {}},
                {"name": "b", "namespace": "shop", "spec": {}},
            ],
            "mesh_config_applications": [
                {"name": "kept", "cascade": False, "spec": {}},
                {"name": "whole", "namespace": "cd", "spec": {}},
            ],
            "mesh_config_objects": [namespace("x")],
            "mesh_config_namespaces": [
                {"name": "a", "injection": "enabled", "labels": {"x": "y"}},
                {"name": "b", "ambient": True, "waypoint": "w", "annotations": {"c": "d"}},
                {"name": "c", "revision": "canary"},
                {"name": "d"},
            ],
        },
        {
            "mesh_config_documents": [
                route("a", "istio-system"),
                route("b", "shop"),
                {
                    "apiVersion": "argoproj.io/v1alpha1",
                    "kind": "Application",
                    "metadata": {"name": "kept", "namespace": "argocd"},
                    "spec": {},
                },
                {
                    "apiVersion": "argoproj.io/v1alpha1",
                    "kind": "Application",
                    "metadata": {
                        "name": "whole",
                        "namespace": "cd",
                        "finalizers": ["resources-finalizer.argocd.argoproj.io"],
                    },
                    "spec": {},
                },
                namespace("x"),
            ],
            "mesh_config_namespace_documents": [
                namespace("a", labels={"istio-injection": "enabled", "x": "y"}),
                namespace(
                    "b",
                    labels={"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "w"},
                    annotations={"c": "d"},
                ),
                namespace("c", labels={"istio.io/rev": "canary"}),
                namespace("d"),
            ],
        },
    ),
    "argocd": (
        {
            "argocd_manifests": ["/a/install.yaml"],
            "argocd_istio_health": False,
            "argocd_config": {"timeout.reconciliation": "10s", "a": True, "b": {"c": [1]}, "d": 3},
            "argocd_params": {"server.insecure": True},
            "argocd_workloads": [{"kind": "Deployment", "name": "argocd-server"}],
            "argocd_repositories": [
                {"name": "r", "url": "https://git.example.com", "username": "u", "password": "p", "enable_lfs": True},
                {"name": "c", "url": "https://x", "credentials_only": True, "fields": {"project": "shop"}},
            ],
        },
        {
            "argocd_files": ["/a/install.yaml"],
            "argocd_texts": {
                "argocd-cm": {"timeout.reconciliation": "10s", "a": "true", "b": "c:\n- 1\n", "d": "3"},
                "argocd-rbac-cm": {},
                "argocd-cmd-params-cm": {"server.insecure": "true"},
            },
            "argocd_overlays": [
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": "argocd-cm"},
                    "data": {"timeout.reconciliation": "10s", "a": "true", "b": "c:\n- 1\n", "d": "3"},
                },
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": "argocd-cmd-params-cm"},
                    "data": {"server.insecure": "true"},
                },
                {
                    "kind": "Deployment",
                    "metadata": {"name": "argocd-server"},
                    "spec": {"template": {"metadata": {"annotations": {"meshops.lifecycle/params": STARTED}}}},
                },
            ],
            "argocd_repository_objects": [
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {
                        "name": "r",
                        "namespace": "argocd",
                        "labels": {"argocd.argoproj.io/secret-type": "repository"},
                    },
                    "stringData": {
                        "url": "https://git.example.com",
                        "username": "u",
                        "password": "p",
                        "enableLfs": "true",
                    },
                },
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {
                        "name": "c",
                        "namespace": "argocd",
                        "labels": {"argocd.argoproj.io/secret-type": "repo-creds"},
                    },
                    "stringData": {"url": "https://x", "project": "shop"},
                },
            ],
        },
    ),
    "monitoring": (
        {"monitoring_crds": ["/b.yaml"], "monitoring_dashboards": {"mesh": '{"title": "M"}'}},
        {
            "monitoring_files": ["/b.yaml"],
            "monitoring_dashboard_objects": [
                dashboard("mesh", '{"title": "M"}'),
                dashboard("istiod", dashboard_file("istiod")),
                dashboard("argocd", dashboard_file("argocd")),
            ],
            "monitoring_dashboard_volumes": [
                {"configMap": {"name": f"dashboard-{name}"}} for name in ("mesh", "istiod", "argocd")
            ],
            "monitoring_namespace_objects": [namespace("monitoring", labels=INSTALLED)],
            "monitoring_argocd_monitors": [
                argocd_monitor("argocd-metrics", ["argocd-metrics"], ["metrics", "application-controller"]),
                argocd_monitor("argocd-repo-server", ["argocd-repo-server", "argocd-metrics"], ["repo-server"]),
            ],
        },
    ),
}
# What no variable has by this name, but a task by its own variables.
MORE = {
    f"istio_gateway_{name}_values": {
        "name": name,
        "namespace": place,
        "chart": "gateway",
    }
    for name, place in (("a", "edge"), ("b", "istio-system"))
}


def variables_of(role):
    """The variables of a role as they are written, defaults below vars."""
    merged = {}
    for folder in ("defaults", "vars"):
        for path in sorted((ROOT / "roles" / role / folder).rglob("*.yml")):
            merged.update(yaml.safe_load(path.read_text()))
    return merged


@pytest.fixture(scope="module")
def filled_in(tmp_path_factory):
    """{role: {variable: value}}, filled in by one run of ansible-playbook."""
    folder = tmp_path_factory.mktemp("variables")
    plays = []
    for role, (stated, wanted) in CASES.items():
        variables = {**variables_of(role), **stated, "role_path": str(ROOT / "roles" / role)}
        tasks = []
        for name in wanted:
            source = {"item": MORE[name]} if name in MORE else {}
            text = "{{ istio_release_values }}" if name in MORE else f"{{{{ {name} }}}}"
            content = {"content": {"value": text}, "dest": str(folder / f"{name}.json")}
            tasks.append({"ansible.builtin.copy": content, "vars": source})
        plays.append({"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks})
    # Before ansible-core 2.19 a template evaluates every variable that it names, also in the branch not taken.
    (folder / "files").symlink_to(ROOT / "roles" / "argocd" / "files")
    (folder / "play.yml").write_text(json.dumps(plays))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(conftest.COLLECTIONS),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-c", "local", str(folder / "play.yml")]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        name: json.loads((folder / f"{name}.json").read_text())["value"]
        for _stated, wanted in CASES.values()
        for name in wanted
    }


@pytest.mark.parametrize("name", [name for _stated, wanted in CASES.values() for name in wanted])
def test_the_tasks_get(filled_in, name):
    wanted = next(wanted[name] for _stated, wanted in CASES.values() if name in wanted)
    assert filled_in[name] == wanted


def test_releases_of_all_roles_have_their_options():
    """What a killed Helm has left, and what another tool has, is dealt with by a variable of the role in each task."""
    seen = set()
    for path in sorted((ROOT / "roles").glob("*/tasks/*.yml")):
        role = path.parents[1].name
        for options in releases_in(yaml.safe_load(path.read_text())):
            assert options["stale_after"] == f"{{{{ {role}_stale_after }}}}", path
            seen.add(role)
            if "chart" in options and options.get("take_ownership") is not True:
                assert options["take_ownership"] == f"{{{{ {role}_take_ownership }}}}", path
    assert seen == {"argocd", "istio", "mesh_upgrade", "monitoring"}


def releases_in(tasks):
    """The options of each task of helm_release, in blocks as well."""
    for task in tasks:
        options = task.get("meshops.lifecycle.helm_release")
        yield from [options] if options else []
        for part in ("block", "rescue", "always"):
            yield from releases_in(task.get(part) or [])
