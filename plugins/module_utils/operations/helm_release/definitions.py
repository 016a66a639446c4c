# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chart's folder ``crds``: an install creates what is missing of it, and helm never touches it again.

So definitions of a newer chart do not reach the cluster by an upgrade, without a word from helm; and templates that ask
which kinds are served (``.Capabilities.APIVersions``) give other objects once the definitions are there.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import CREATED, UNCHANGED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint, manifest, render
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release

_ASKS = b".Capabilities.APIVersions"
_NAMED = 5  # so many definitions are named in a warning


def items(context: Context, chart: str, arguments: list[str]) -> list[Object]:
    """The definitions that an install with these arguments writes first. Raises MeshError."""
    try:
        text = render.definitions(
            context.helm(),
            arguments,
            name=context.name,
            chart=chart,
            namespace=context.namespace,
        )
    except HelmFailed as failure:
        raise complaint.about_release(failure.stderr, context.label, chart) from None
    return [item for item in context.objects(text) if item.kind == CRD]


def changes(context: Context, chart: str, arguments: list[str], *, installing: bool) -> list[Change]:
    """What helm makes of the definitions: creations by an install, nothing by an upgrade.

    Warns of those that stay other than the chart states them, and in check mode of what cannot be foreseen.
    """
    if context.params["crds"] != "create" or not has_any(chart):
        return []
    stated = items(context, chart, arguments)
    live = manifest.read(context.resources, stated)
    older = [
        item.name
        for item in stated
        if (current := live[item.key]) and not states(item.desired.get("spec"), current.get("spec"))
    ]
    missing = [] if installing else [item.name for item in stated if not live[item.key]]
    _warn(context, older, missing)
    if not installing:
        return []
    foresee(context, chart, any(not live[item.key] for item in stated))
    actions = {item.key: UNCHANGED if live[item.key] else CREATED for item in stated}
    return [
        Change(item.kind, None, item.name, actions[item.key], live[item.key], live[item.key] or item.desired)
        for item in stated
    ]


def foresee(context: Context, chart: str, creates: bool) -> None:
    """Warn in check mode where definitions are created, and templates ask which there are."""
    if creates and context.check and _asks(chart):
        context.task.warn(
            f"{context.label}: the chart brings definitions, and its templates ask which kinds the cluster serves "
            "(.Capabilities.APIVersions). A run may create more objects than check mode can foresee."
        )


def added(context: Context, target: list[Object], release: Release) -> list[Change]:
    """The objects that helm made beyond those foreseen, because it had installed their definitions just before."""
    foreseen = {item.key for item in target}
    more = [item for item in context.objects(release.manifest) if item.key not in foreseen]
    live = manifest.read(context.resources, more)
    return [
        Change(item.kind, item.namespace, item.name, CREATED, None, live[item.key] or item.desired) for item in more
    ]


def _warn(context: Context, older: list[str], missing: list[str]) -> None:
    problems = [
        f"{what}: {few(names, _NAMED)}"
        for what, names in (("differ from the chart's", older), ("are missing", missing))
        if names
    ]
    if problems:
        context.task.warn(
            f"{context.label}: Helm does not upgrade the custom resource definitions in a chart's folder crds. Of "
            f"those in the cluster, these {'; these '.join(problems)}. Set crds: update to have this task apply the "
            "chart's, or crds: skip where others manage them."
        )


def states(declared, live) -> bool:
    """Whether all that is declared is live. What the server adds, and an empty value that it leaves out, does not
    count."""
    if live is fields.ABSENT or live is None:
        return not declared
    if isinstance(declared, dict) and isinstance(live, dict):
        return all(states(value, live.get(name, fields.ABSENT)) for name, value in declared.items())
    if isinstance(declared, list) and isinstance(live, list):
        return len(declared) == len(live) and all(map(states, declared, live))
    return declared is None or fields.same(declared, live)


def has_any(chart: str) -> bool:
    """Whether a chart or one of its subcharts has a folder ``crds``."""
    if os.path.isdir(chart):
        return any("/crds/" in name.removeprefix(chart) or name.endswith(".tgz") for name in _files(chart))
    try:
        with tarfile.open(chart) as archive:
            return any("/crds/" in name for name in archive.getnames())
    except (OSError, tarfile.TarError):
        return True  # helm says what is wrong with it


def _files(folder: str) -> Iterator[str]:
    return (os.path.join(below, name) for below, _folders, names in os.walk(folder) for name in names)


def _asks(chart: str) -> bool:
    """Whether a template asks which kinds are served. Charts packed within a chart are not looked into."""
    return any(_ASKS in content for content in _templates(chart))


def _templates(chart: str) -> Iterator[bytes]:
    if os.path.isdir(chart):
        for name in _files(chart):
            if "/templates/" in name.removeprefix(chart):
                with open(name, "rb") as stream:
                    yield stream.read()
        return
    with tarfile.open(chart) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and "/templates/" in member.name else None
            if content:
                yield content.read()
