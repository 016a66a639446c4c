# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task wants installed: the chart and its values, and a digest of both that is known without helm."""

from __future__ import annotations

import base64
import glob
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import json_text, vault
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import YAML_LOADER, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed, Program

LABEL = "meshops.lifecycle/inputs"  # on the release's Secret: the digest of what the revision was made from
_EXACT = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$")
_REPOSITORY = "meshops"  # the name of the one repository in a task's own list


class Chart:
    """Where a chart comes from. ``params``: the module's options. Raises MeshError for a chart that cannot be meant."""

    def __init__(self, params: Mapping):
        self.name = params["chart"]
        self.version = params.get("version")
        self.repo_url = params.get("repo_url")
        self._params = params
        self._fetched: str | None = None
        if self.remote:
            self.path = None
        else:
            self.path = os.path.abspath(os.path.expanduser(self.name))
            self._check_path()

    @property
    def remote(self) -> bool:
        if self.repo_url or "://" in self.name:
            return True
        looks_like_path = self.name.startswith(("/", "./", "../", "~")) or self.name in (".", "..")
        return not looks_like_path and not os.path.exists(self.name) and "/" in self.name

    @property
    def pinned(self) -> bool:
        """A reference that names the same chart for ever: an exact version, or an OCI digest."""
        return bool(self.version and _EXACT.match(self.version)) or "@sha256:" in self.name

    def _check_path(self) -> None:
        if os.path.isfile(self.path) or os.path.isfile(os.path.join(self.path, "Chart.yaml")):
            return
        if os.path.isdir(self.path):
            raise MeshError(f"chart: {self.path} is a folder without a Chart.yaml. Name the chart's own folder.")
        raise MeshError(
            f"chart: there is no {self.path}. A chart is a folder, a .tgz file, an oci:// or https:// URL, "
            "or a name together with 'repo_url'."
        )

    def digest(self, program: Callable[[], Program]) -> str:
        """A digest of the content, or of the reference when that is pinned. Asks helm for a floating one only."""
        if self.remote and self.pinned:
            return _sha("reference", self.repo_url or "", self.name, self.version or "")
        return _sha("content", _content(self.fetch(program()) if self.remote else self.path))

    def fetch(self, helm: Program) -> str:
        """The path of the chart on this machine; one from elsewhere is pulled once. Raises MeshError."""
        if not self.remote:
            return self.path
        if self._fetched is None:
            self._fetched = self._pull(helm)
        return self._fetched

    def _pull(self, helm: Program) -> str:
        folder = helm.workspace.path("chart")
        os.makedirs(folder, exist_ok=True)
        try:
            helm.run(
                "pull", *self._reference(helm), *self._transport(), "--destination", folder, doing=f"chart {self.name}"
            )
        except HelmFailed as failure:
            raise complaint.about_chart(failure.stderr, self.name, self.version, self.repo_url) from None
        return glob.glob(os.path.join(folder, "*.tgz"))[0]

    def _reference(self, helm: Program) -> list[str]:
        version = ["--version", self.version] if self.version else []
        if self.repo_url:
            name = self.name.rsplit("/", 1)[-1]
            if not self._params.get("repo_password"):
                return [name, "--repo", self.repo_url, *version]
            self._own_repositories(helm)
            return [f"{_REPOSITORY}/{name}", *version]
        if self._params.get("repo_password"):
            self._own_registry(helm)
        return [self.name, *version]

    def _own_repositories(self, helm: Program) -> None:
        """A list of repositories with one entry and its credentials, which so never stand on a command line."""
        entry = {
            "name": _REPOSITORY,
            "url": self.repo_url,
            "username": self._params.get("repo_username") or "",
            "password": self._params["repo_password"],
            "caFile": self._params.get("repo_ca_cert") or "",
            "pass_credentials_all": False,
        }
        listed = {"apiVersion": "", "generated": "2000-01-01T00:00:00Z", "repositories": [entry]}
        helm.set(
            HELM_REPOSITORY_CONFIG=helm.workspace.write("repositories.yaml", json_text.compact(listed)),
            HELM_REPOSITORY_CACHE=helm.workspace.path("repository"),
        )
        try:
            printed, stderr = helm.run("repo", "update", _REPOSITORY, doing=f"index of {self.repo_url}"), ""
        except HelmFailed as failure:
            printed, stderr = failure.stdout, failure.stderr
        # The reason stands on stdout; Helm 3 ends with 0 even so.
        why = [line for line in printed.splitlines() if "failed to fetch" in line]
        if why or stderr:
            raise complaint.about_chart("\n".join([stderr, *why]), self.name, self.version, self.repo_url)

    def _own_registry(self, helm: Program) -> None:
        host = urlsplit(self.name).netloc
        pair = f"{self._params.get('repo_username') or ''}:{self._params['repo_password']}"
        listed = {"auths": {host: {"auth": base64.b64encode(pair.encode()).decode()}}}
        helm.set(HELM_REGISTRY_CONFIG=helm.workspace.write("registry.json", json.dumps(listed)))

    def _transport(self) -> list[str]:
        flags = []
        if self._params.get("repo_ca_cert"):
            flags += ["--ca-file", self._params["repo_ca_cert"]]
        if self._params.get("plain_http"):
            flags.append("--plain-http")
        return flags


def metadata(path: str) -> dict:
    """What the Chart.yaml of a chart's folder or file says; an empty dict when that cannot be read."""
    try:
        if os.path.isdir(path):
            with open(os.path.join(path, "Chart.yaml"), "rb") as stream:
                return yaml.load(stream, Loader=YAML_LOADER) or {}
        with tarfile.open(path) as archive:
            first = min((name for name in archive.getnames() if name.endswith("/Chart.yaml")), key=len)
            return yaml.load(archive.extractfile(first), Loader=YAML_LOADER) or {}
    except (OSError, ValueError, tarfile.TarError, yaml.YAMLError):
        return {}


class Values:
    """Values files, in order, and the task's own values on top. Raises MeshError for a file that cannot be used."""

    def __init__(self, params: Mapping):
        self.paths = [os.path.abspath(os.path.expanduser(path)) for path in params.get("values_files") or []]
        self.files = [self._read(path) for path in self.paths]
        self.own = params.get("values") or {}

    @staticmethod
    def _read(path: str) -> bytes:
        vault.refuse(path, "values_files:", "Give it by 'values', as lookup('ansible.builtin.unvault', …) | from_yaml")
        try:
            with open(path, "rb") as stream:
                return stream.read()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise MeshError(f"values_files: {path!r} cannot be read ({reason}).") from None

    def duplicates(self) -> list[str]:
        """A sentence for each key that stands twice in a file, of which helm takes the last without a word."""
        return [
            f"values_files: {path}, line {line}: the key {key!r} is duplicated in the same mapping. Helm uses the last."
            for path, content in zip(self.paths, self.files, strict=True)
            for key, line in _duplicates(content)
        ]

    def digest(self) -> str:
        return _sha(
            *(hashlib.sha256(content).hexdigest() for content in self.files), json.dumps(self.own, sort_keys=True)
        )

    def arguments(self, helm: Program) -> list[str]:
        """``--values`` for copies of all, private to the task, so that helm reads what the digest was made of."""
        given = [(f"values-{number}.yaml", content) for number, content in enumerate(self.files)]
        given.append(("values.json", json_text.compact(self.own)))
        return [word for name, content in given for word in ("--values", helm.workspace.write(name, content))]

    def named(self, text: str, helm: Program) -> str:
        """What helm says, with the person's own names for the copies."""
        for number, path in enumerate(self.paths):
            text = text.replace(helm.workspace.path(f"values-{number}.yaml"), path)
        return text.replace(helm.workspace.path("values.json"), "the task's values")


def _duplicates(content: bytes) -> list[tuple[str, int]]:
    """The keys that stand twice, with their lines; none of what is no YAML, which helm says better."""
    try:
        loader = YAML_LOADER(content)
        while loader.check_data():
            loader.get_data()
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    return list(loader.duplicates)


class Inputs:
    """Chart and values of a task, and the mark that they leave on a revision made of them."""

    def __init__(self, params: Mapping):
        self.chart = Chart(params)
        self.values = Values(params)
        self._digest: str | None = None

    def mark(self, revision: int, program: Callable[[], Program], *, definitions: bool) -> str:
        """The value of LABEL on that revision. The revision is in it because helm carries labels over to the next.

        ``definitions``: whether the chart has folders ``crds``, so that a chart without need not be looked at again.
        """
        if self._digest is None:
            self._digest = _sha(self.chart.digest(program), self.values.digest())
        return _sha("1", str(revision), self._digest, *(["crds"] if definitions else []))[:40]


def _sha(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _content(path: str) -> str:
    """A digest over a chart's file, or over all files of its folder."""
    if os.path.isfile(path):
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(path, followlinks=True):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            full = os.path.join(folder, name)
            with open(full, "rb") as stream:
                digest.update(f"{os.path.relpath(full, path)}\0".encode() + hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()
