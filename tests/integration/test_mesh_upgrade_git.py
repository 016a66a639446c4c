# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Namespaces that are moved by commits, on the real Argo CD; the control planes are pretended.

All stages as commits, with real proxies under load, are `make upgrade-proof`.
"""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml

OURS = "meshops.lifecycle"
FILE = "spaces/teams/shop.yaml"
NEW, OLD = {"revision": "9-31", "version": "1.31.1"}, {"revision": "9-30", "version": "1.30.0"}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once]


@pytest.fixture
def cluster(with_argocd):
    return with_argocd


def plane(namespace, side):
    """An istiod that runs in name only, and the values of its injector."""
    revision = side["revision"]
    values = {"values": json.dumps({"global": {"tag": side["version"]}})}
    labels = {"istio.io/rev": revision}
    metadata = {"name": f"istio-sidecar-injector-{revision}", "namespace": namespace, "labels": labels}
    yield istiod(namespace, side)
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": values}


def istiod(namespace, side):
    labels = {"app": "istiod", "istio.io/rev": side["revision"]}
    container = {"name": "discovery", "image": f"example.com/plane:{side['version']}"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"istiod-{side['revision']}", "namespace": namespace, "labels": labels},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


class Space:
    """A namespace that an Application delivers from a file of somebody else, and two control planes."""

    def __init__(self, apps, cluster):
        self.apps, self.cluster, self.folder = apps, cluster, apps.repository.folder
        self.name, self.planes = f"{apps.namespace}-shop", apps.namespace
        self.text = (
            "# The team's, who want to be asked.\napiVersion: v1\nkind: ConfigMap\n"
            f"metadata: {{name: beside, namespace: {self.planes}}}\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n"
            f"  name: {self.name}\n  labels:\n    istio.io/rev: {OLD['revision']}\n    team: shop\n# The end.\n"
        )
        self.git("config", "receive.denyCurrentBranch", "ignore")

    def git(self, *arguments):
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def file(self):
        return self.git("show", f"main:{FILE}")

    def messages(self):
        return self.git("log", "main", "--format=%s").splitlines()

    def labels(self):
        labels = self.cluster.get(f"/api/v1/namespaces/{self.name}")["metadata"]["labels"]
        return {name: value for name, value in labels.items() if name != "kubernetes.io/metadata.name"}

    def application(self):
        source = {**self.apps.spec("spaces")["source"], "directory": {"recurse": True}}
        return self.apps.present(spec={"source": source}, path="spaces", wait_timeout=90)

    def begin(self, goal, other):
        stated = {**goal, "from_revision": other["revision"], "step": "begin", **self.common}
        return {"name": "Begin", f"{OURS}.mesh_upgrade": stated, "register": "begun"}

    def move(self, called, goal, other, failing=False, **git):
        where = {"repository": str(self.folder), "path": "spaces", "application": self.apps.name("app"), **git}
        run = {"run": "{{ begun.run | default('of-check-mode') }}", "delivery": "git", "git": where}
        stated = {**goal, "from_revision": other["revision"], "step": "move", "namespaces": [self.name], **run}
        task = {"name": called, f"{OURS}.mesh_upgrade": {**stated, **self.common}}
        return {**task, "ignore_errors": True} if failing else task

    def end(self, goal):
        stated = {**goal, "step": "finish", "run": "{{ begun.run }}", **self.common}
        return {"name": "End", f"{OURS}.mesh_upgrade": stated}

    @property
    def common(self):
        return {"istiod_namespace": self.planes, "connections": False, "wait_timeout": 90, "lease_duration": 5}


@pytest.fixture
def space(apps, cluster):
    space = Space(apps, cluster)
    apps.repository.commit({FILE: space.text})
    planes = [document for side in (OLD, NEW) for document in plane(space.planes, side)]
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(planes))
    for side in (OLD, NEW):
        name = f"deployment/istiod-{side['revision']}"
        cluster.kubectl("rollout", "status", name, "-n", space.planes, "--timeout=60s")
    yield space
    apps.clean()
    cluster.kubectl("delete", "namespace", space.name, "--ignore-not-found", "--wait=false")


def test_a_namespace_moves_and_comes_back_by_commits(play, space):
    play(space.application())
    before = space.messages()
    checked = play([space.move("Move", NEW, OLD)], check=True, diff=True)["Move"]
    assert checked.changed and space.file() == space.text and space.messages() == before

    there = play(
        [
            space.begin(NEW, OLD),
            space.move("Elsewhere", NEW, OLD, failing=True, path="nowhere"),
            space.move("Move", NEW, OLD),
            space.move("Again", NEW, OLD),
            space.end(NEW),
        ]
    )
    refused = there["Elsewhere"].msg
    assert f"Namespace {space.name} is tracked by Application" in refused and "no file below nowhere" in refused
    assert there["Move"].changed and not there["Again"].changed
    assert there["Move"].result["commit"] == space.git("rev-parse", "main").strip()
    assert space.labels() == {"istio.io/rev": "9-31", "team": "shop"}
    assert space.file().replace('"9-31"', "9-30") == space.text  # comments and the other object stay
    assert space.messages() == [f"Move {space.name} to revision 9-31 of Istio", *before]

    back = play([space.begin(OLD, NEW), space.move("Back", OLD, NEW), space.end(OLD)])
    assert back["Back"].changed and space.labels() == {"istio.io/rev": "9-30", "team": "shop"}
    assert len(space.messages()) == len(before) + 2
