# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade by revision where Istio is Applications of Argo CD, and the way back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import yaml
from in_place import InPlace
from proof import NEW, OLD, Proof
from revision import KILLS, ByRevision

_ITEMS = {"base": r"item=istio-base", "istiod": r"item=istiod-1-31"}  # as the Applications are called


class ByArgoCD(ByRevision):
    """The charts of both versions are tags of one repository, which Argo CD reads."""

    kills = {**KILLS, **_ITEMS}

    def ways(self) -> list[tuple]:
        return [
            ("by Argo CD: `upgrade`", self.upgrade),
            ("by Argo CD: `upgrade_back`", self.back),
            ("by Argo CD: `upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
        ]

    def prepare(self) -> None:
        self.commit_charts()
        code, output = self.play("bootstrap", OLD, mesh_parts=["argocd"])
        assert code == 0, output[-3000:]
        super().prepare()

    @property
    def repository(self) -> str:
        return self.cluster.variables["MESHLAB_GIT"]

    def commit_charts(self) -> None:
        """One commit a version, with a tag that is called like the version."""
        folder = self.folder / "charts"
        self.git(folder.parent, "clone", "--quiet", self.repository, folder.name)
        for version in (OLD, NEW):
            target = folder / "manifests" / "charts"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(self.charts[version], target)
            self.git(folder, "add", "-A")
            self.git(folder, "commit", "--quiet", "-m", f"Istio {version[1]}")
            self.git(folder, "tag", version[1])
        self.git(folder, "push", "--quiet", "origin", "HEAD:main", *(version[1] for version in (OLD, NEW)))

    @staticmethod
    def git(folder: Path, *arguments: str) -> None:
        identity = ["-c", "user.name=proof", "-c", "user.email=proof@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)

    def remove_new_plane(self) -> None:
        """As the role does it: the Application goes with what it deployed."""
        name = f"istiod-{NEW[0]}"
        finalizers = {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
        if self.cluster.kubectl("get", "application", name, "-n", "argocd", "--ignore-not-found", "-o", "name"):
            self.cluster.kubectl(
                "patch", "application", name, "-n", "argocd", "--type=merge", "-p", json.dumps(finalizers)
            )
            self.cluster.kubectl("delete", "application", name, "-n", "argocd", "--timeout=100s")

    def state(self) -> dict:
        """With the Applications, but for that of the definitions and the new control plane's."""
        listed = self.cluster.kubectl("get", "applications", "-n", "argocd", "-o", "json")["items"]
        specs = {("Application", "argocd", item["metadata"]["name"]): item["spec"] for item in listed}
        left_out = ("istio-base", f"istiod-{NEW[0]}")
        return {**super().state(), **{key: spec for key, spec in specs.items() if key[2] not in left_out}}

    def inventory(self, version, **more) -> Path:
        variables = {
            "argocd_manifests": [self.cluster.variables["MESHLAB_ARGOCD_MANIFESTS"] + "/install.yaml"],
            "argocd_repositories": [{"name": "mesh-repository", "type": "git", "url": self.repository}],
            "istio_install_method": "argocd",
            "istio_argocd_repo_url": self.repository,
            "istio_argocd_path": "manifests/charts",
            "istio_wait_timeout": 200,
        }
        return super().inventory(version, **{**variables, **more})


class ByGit(ByArgoCD):
    """The Applications, the tags and the namespaces are files of that repository, and each stage is a commit.

    One of the namespaces selects the tag `default`.
    """

    tags = ("prod", "default")

    kills = {
        name: ByArgoCD.kills.get(name, r"TASK .*Have namespaces select the control plane")
        for name in ("base", "istiod", "gateways", "commit of a wave", "waves", "default")
    }
    root = "mesh"
    path = "clusters/lab"

    def ways(self) -> list[tuple]:
        return [
            ("by commits: `upgrade`", self.upgrade),
            ("by commits: `upgrade_back`", self.back),
            ("by commits: `upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
        ]

    def shop(self) -> str:
        return super().shop().replace("istio.io/rev: 1-30", "istio-injection: enabled")

    def remove_new_plane(self) -> None:
        """By a commit, which takes the file of the Application away."""
        folder, name = self.folder / "charts", f"istiod-{NEW[0]}"
        self.git(folder, "pull", "--quiet", "--rebase", "origin", "main")
        file = folder / self.path / "argocd" / f"application-{name}.yaml"
        if file.exists():
            file.unlink()
            self.git(folder, "commit", "--quiet", "-a", "-m", f"Remove {name}")
            self.git(folder, "push", "--quiet", "origin", "HEAD:main")
            self.cluster.kubectl(
                "annotate", "application", self.root, "-n", "argocd", "argocd.argoproj.io/refresh=normal"
            )
            self.cluster.kubectl("wait", "--for=delete", f"application/{name}", "-n", "argocd", "--timeout=110s")

    def state(self) -> dict:
        """With the files, but for those of the two Applications that are left out."""
        folder = self.folder / "charts"
        self.git(folder, "pull", "--quiet", "--rebase", "origin", "main")
        paths = (folder / self.path).rglob("*.yaml")
        files = {("file", "", path.name): list(yaml.safe_load_all(path.read_text())) for path in paths}
        left_out = [f"application-{name}.yaml" for name in ("istio-base", f"istiod-{NEW[0]}")]
        return {**super().state(), **{key: documents for key, documents in files.items() if key[2] not in left_out}}

    def commit_charts(self) -> None:
        """With the namespaces, which are there before anything of Istio is."""
        super().commit_charts()
        folder = self.folder / "charts"
        namespaces = folder / self.path / "_cluster"
        namespaces.mkdir(parents=True)
        documents = [document for document in self.shop().split("---\n") if "kind: Namespace" in document]
        (namespaces / "shops.yaml").write_text("---\n".join(documents))
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "--quiet", "-m", "Namespaces")
        self.git(folder, "push", "--quiet", "origin", "HEAD:main")

    def prepare(self) -> None:
        self.commit_charts()
        code, output = self.play("bootstrap", OLD, mesh_parts=["argocd"])
        assert code == 0, output[-3000:]
        source = {
            "repoURL": self.repository,
            "targetRevision": "main",
            "path": self.path,
            "directory": {"recurse": True},
        }
        root = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": self.root, "namespace": "argocd"},
            "spec": {
                "project": "default",
                "source": source,
                "destination": {"server": "https://kubernetes.default.svc"},
                "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
            },
        }
        self.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(root))
        Proof.prepare(self)

    def inventory(self, version, **more) -> Path:
        git = {"repository": self.repository, "branch": "main", "path": self.path, "application": self.root}
        variables = {"istio_delivery": "git", "mesh_git": git, "mesh_upgrade_delivery": "git"}
        return super().inventory(version, **{**variables, **more})


class InPlaceByArgoCD(ByArgoCD):
    """The control plane is replaced by the new version of its own Application."""

    revision = InPlace.revision
    kills = {**InPlace.kills, "base": r"item=istio-base", "istiod": r"item=istiod"}
    goal, upgrade, back, removal = InPlace.goal, InPlace.upgrade, InPlace.back, InPlace.removal

    def ways(self) -> list[tuple]:
        return [
            ("in place by Argo CD: `upgrade`", self.upgrade),
            ("in place by Argo CD: `upgrade_back`", self.back),
            ("in place by Argo CD: `upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
        ]


class InPlaceByGit(ByGit):
    """The same by commits; labels of namespaces stay as they are."""

    revision, tags = InPlace.revision, Proof.tags
    kills = InPlaceByArgoCD.kills
    goal, upgrade, back, removal = InPlace.goal, InPlace.upgrade, InPlace.back, InPlace.removal

    def ways(self) -> list[tuple]:
        return [
            ("in place by commits: `upgrade`", self.upgrade),
            ("in place by commits: `upgrade_back`", self.back),
            ("in place by commits: `upgrade` and `upgrade_back`, stage by stage", self.back_from_each),
        ]
