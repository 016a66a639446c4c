# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release that helm would make: its own dry run against the server, with ``lookup`` and capabilities right."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.merge import without_nulls
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed, Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release, hooks_of

_DOCUMENT = re.compile(r"(?m)^(?=---(?:\s|$))")
_SOURCE = re.compile(r"(?m)^# Source: (\S+)$")


@dataclass
class Rendered:
    """``values`` and ``hooks`` are None where ``helm template`` had to stand in, and so nothing can be compared."""

    manifest: str
    hooks: str | None = None
    values: dict | None = None
    chart: dict | None = None

    def same_as(self, release: Release) -> bool:
        """Whether the release is already made of exactly this."""
        return (
            self.values is not None
            and self.manifest == release.manifest
            and self.hooks == release.hooks
            and without_nulls(self.values) == without_nulls(release.values)
            and (self.chart or {}).get("version") == release.chart.get("version")
            and (self.chart or {}).get("name") == release.chart.get("name")
        )


def render(
    helm: Program, arguments: list[str], *, name: str, chart: str, namespace: str, locked: bool, installing: bool
) -> Rendered:
    """What ``helm upgrade --install`` with these arguments would release. ``locked``: the last revision is pending, so
    helm would refuse; then, and where a custom resource definition is missing, ``helm template`` stands in.

    Raises HelmFailed.
    """
    base = ["--namespace", namespace, *arguments]
    if not locked:
        try:
            answer = helm.run(
                "upgrade", name, chart, "--install", "--dry-run=server", "--output", "json", *base, doing="rendering"
            )
            stored = json.loads(answer[answer.index("{") :])
            return Rendered(
                stored.get("manifest") or "",
                hooks_of(stored),
                stored.get("config") or {},
                (stored.get("chart") or {}).get("metadata") or {},
            )
        except HelmFailed as failure:
            if not complaint.lacks_kind(failure.stderr):
                raise
    return Rendered(_template(helm, base, name, chart, installing))


def _template(helm: Program, base: list[str], name: str, chart: str, installing: bool, *more: str) -> str:
    """``helm template``. Where the cluster lacks a kind, Helm 4 goes without ``lookup``, told what the cluster serves;
    Helm 3 must always be told."""
    words = ["template", name, chart, "--no-hooks", *([] if installing else ["--is-upgrade"]), *_known(base), *more]
    if helm.major < 4:
        return helm.run(*words, "--dry-run=server", *capabilities(helm.session), doing="rendering")
    try:
        return helm.run(*words, "--dry-run=server", doing="rendering")
    except HelmFailed as failure:
        if not complaint.lacks_kind(failure.stderr):
            raise
    return helm.run(*words, "--dry-run=client", *capabilities(helm.session), doing="rendering")


def _known(base: list[str]) -> list[str]:
    """The arguments that ``helm template`` has as well: all but those of an upgrade alone."""
    upgrades = ("--reset-values", "--take-ownership", "--force-conflicts", "--skip-crds")
    return [word for word in base if word not in upgrades]


def capabilities(session) -> list[str]:
    """``--kube-version`` and ``--api-versions`` as the cluster has them."""
    version_info = session.request("GET", "/version")
    groups = session.request("GET", "/apis").get("groups") or []
    versions = ["v1", *(version["groupVersion"] for group in groups for version in group.get("versions") or [])]
    kinds = parallel(lambda version: _kinds(session, version), versions)
    named = sorted({name for names in kinds for name in names} | set(versions))
    return ["--kube-version", version_info["gitVersion"], "--api-versions", ",".join(named)]


def _kinds(session, version: str) -> list[str]:
    try:
        served = session.request("GET", f"/api/{version}" if "/" not in version else f"/apis/{version}")
    except ApiError:
        return []  # an aggregated API whose server is away
    return [
        f"{version}/{resource['kind']}" for resource in served.get("resources") or [] if "/" not in resource["name"]
    ]


def definitions(helm: Program, arguments: list[str], *, name: str, chart: str, namespace: str) -> str:
    """The custom resource definitions in the folders ``crds`` of a chart and of the subcharts that the values enable.

    ``helm show crds`` has those of disabled subcharts as well, which no install writes. Raises HelmFailed.
    """
    base = ["--namespace", namespace, *arguments]
    # Never as an install, for which helm refuses definitions that are there already.
    return definitions_of(_template(helm, base, name, chart, False, "--include-crds"))


def definitions_of(text: str) -> str:
    """The documents that come from a folder ``crds``, of what ``helm template --include-crds`` prints.

    A file is announced by a comment with its path; what follows in the same file has none.
    """
    kept, inside = [], False
    for part in _DOCUMENT.split(text):
        source = _SOURCE.search(part)
        if source:
            inside = "/crds/" in f"/{source[1]}" and "/templates/" not in source[1]
        if inside:
            kept.append(part)
    return "".join(kept)
