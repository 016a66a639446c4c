# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of Argo CD need: a Git repository of their own, and Applications of their own on the real controller."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import playing
import pytest
import yaml

APPLICATIONS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
PROJECTS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects"
HERE = "https://kubernetes.default.svc"
REFRESH = "argocd.argoproj.io/refresh"
ENDED = ("Succeeded", "Failed", "Error")


class Repository:
    """A Git repository in a folder, which Argo CD reads as file://."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)
        self._git("init", "-q", "-b", "main")

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def _git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: dict) -> str:
        """Write {path: text, document, list of documents, or None to delete it}, commit, and return the revision."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if not isinstance(content, str):
                documents = content if isinstance(content, list) else [content]
                content = yaml.safe_dump_all(documents, sort_keys=False)
            path.write_text(content, encoding="utf-8")
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", "a change")
        return self._git("rev-parse", "HEAD")


def config_map(name: str, data: dict | None = None, **metadata) -> dict:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": data or {}}


def deployment(name: str, **pod) -> dict:
    labels = {"app": name}
    container = {"name": "main", "image": "registry.example.com/nothing:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **pod}},
        },
    }


def hook(name: str, phase: str, **pod) -> dict:
    """A Job that Argo CD runs at a phase of the sync."""
    container = {"name": "main", "image": "registry.example.com/nothing:1"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "annotations": {"argocd.argoproj.io/hook": phase}},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container], **pod}}},
    }


NOWHERE = {"nodeSelector": {"example.com/there-is-no-such-node": "true"}}  # pods that are never scheduled


@dataclass
class Applications:
    """The Applications that a test makes: what a task says of them, what the cluster has, and their removal."""

    cluster: object
    repository: Repository
    namespace: str
    names: list[str] = field(default_factory=list)

    def name(self, suffix: str = "app") -> str:
        name = f"{self.namespace}-{suffix}"
        if name not in self.names:
            self.names.append(name)
        return name

    def spec(self, path: str = "one", **changes) -> dict:
        """An automated Application of a folder of the repository; ``changes`` replace whole fields of the spec."""
        return {
            "project": "default",
            "source": {"repoURL": self.repository.url, "path": path, "targetRevision": "main"},
            "destination": {"server": HERE, "namespace": self.namespace},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
            **changes,
        }

    def task(self, suffix: str = "app", **arguments) -> list[dict]:
        """The tasks of a playbook: one call of argocd_application."""
        stated = {"name": self.name(suffix), **arguments}
        return [{"name": "Application", "meshops.lifecycle.argocd_application": stated}]

    def present(self, suffix: str = "app", path: str = "one", *, wait=True, wait_timeout=40, spec=None, **more) -> list:
        stated = self.spec(path, **(spec or {}))
        return self.task(suffix, spec=stated, wait=wait, wait_timeout=wait_timeout, **more)

    def live(self, suffix: str = "app") -> dict | None:
        return self.cluster.get(f"{APPLICATIONS}/{self.name(suffix)}")

    def patch(self, body, suffix: str = "app") -> dict:
        return self.cluster.api("PATCH", f"{APPLICATIONS}/{self.name(suffix)}", body, "application/merge-patch+json")

    def core(self, plural: str, name: str) -> dict | None:
        """An object of the core API in the test's namespace."""
        return self.cluster.get(f"/api/v1/namespaces/{self.namespace}/{plural}/{name}")

    def until(self, question, seconds: float = 20, suffix: str = "app"):
        """Wait until ``question(live Application)`` is true, and return the Application."""
        deadline = time.monotonic() + seconds
        while True:
            live = self.live(suffix)
            if question(live):
                return live
            assert time.monotonic() < deadline, f"still not after {seconds} s: {json.dumps(live, indent=1)[:4000]}"
            time.sleep(0.2)

    def clean(self) -> None:
        """Take everything away, whatever state it is in."""
        for name in self.names:
            if self.cluster.get(f"{APPLICATIONS}/{name}") is None:
                continue
            body = {"metadata": {"finalizers": None}, "operation": None}
            self.cluster.api("PATCH", f"{APPLICATIONS}/{name}", body, "application/merge-patch+json")
            self.cluster.api("DELETE", f"{APPLICATIONS}/{name}")


def reads(cluster, repository: Repository, namespace: str, seconds: float = 60) -> str:
    """Why Argo CD cannot serve these tests here, or "" when it can: no controller, or no way to the repository."""
    if cluster.get("/apis/argoproj.io/v1alpha1") is None:
        return "Argo CD is not installed"
    applications = Applications(cluster, repository, namespace)
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": applications.name("probe")},
    }
    try:
        cluster.api("POST", APPLICATIONS, {**body, "spec": {**applications.spec(), "syncPolicy": {}}})
        deadline, reason = time.monotonic() + seconds, "Argo CD's application controller does not answer"
        while time.monotonic() < deadline:
            status = applications.live("probe").get("status") or {}
            if (status.get("sync") or {}).get("status") in ("OutOfSync", "Synced"):
                return ""
            if status.get("conditions"):
                reason = f"Argo CD cannot read a repository of this machine: {status['conditions'][0]['message']}"
                if "code = Unavailable" not in reason:  # so it is while a new repo-server is dialled
                    return reason
                applications.patch({"metadata": {"annotations": {REFRESH: "normal"}}}, "probe")
            time.sleep(0.3)
        return reason
    finally:
        applications.clean()


def install(cluster, folder: Path) -> None:
    """Argo CD into the lab, by the role, as the demonstration has it."""
    player = playing.Player(folder, cluster.kubeconfig, cluster.environment())
    more = ["-i", str(playing.ROOT / "tests/demo/inventory"), "--limit", "meshlab", "--tags", "argocd"]
    player.play(playbook="meshops.lifecycle.bootstrap", args=more)


@pytest.fixture(scope="session")
def repositories(given, tmp_path_factory):
    """`repositories(name)` makes a Repository where Argo CD's pods can read it: in the lab beside the lab's own."""
    own = given.variables.get("MESHLAB_GIT")
    parent = Path(own.removeprefix("file://")).parent if own else tmp_path_factory.mktemp("repositories")
    folders = []

    def make(name: str) -> Repository:
        shutil.rmtree(parent / name, ignore_errors=True)
        folders.append(parent / name)
        return Repository(parent / name)

    yield make
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def served(given, repositories, together, tmp_path_factory):
    """Argo CD, installed where the lab has none; skips on a cluster whose Argo CD cannot read files of this machine."""
    if given.variables.get("MESHLAB_REAL_PODS") == "no":
        pytest.skip("Argo CD runs for real only where pods do")
    controller = "/apis/apps/v1/namespaces/argocd/statefulsets/argocd-application-controller"

    def prepare():
        if given.is_lab and given.get(controller) is None:
            with together.locked("definitions"):
                install(given, tmp_path_factory.mktemp("argocd"))
        repository = repositories("t-probe")
        repository.commit({"one/map.yaml": config_map("one")})
        return reads(given, repository, "t-probe")

    reason = together.once("argocd", prepare)
    if reason and given.is_lab:
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def argocd(request, served, together):
    """Argo CD, together with the tests of other workers; alone for one that is marked `disturbs_argocd`."""
    alone = request.node.get_closest_marker("disturbs_argocd") is not None
    with together.turn("argocd", alone):
        yield


@pytest.fixture
def apps(argocd, cluster, namespace, repositories):
    repository = repositories(namespace)
    repository.commit({"one/map.yaml": config_map("one", {"colour": "blue"}), "two/map.yaml": config_map("two")})
    applications = Applications(cluster, repository, namespace)
    yield applications
    applications.clean()
