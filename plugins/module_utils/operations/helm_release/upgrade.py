# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``helm upgrade --install``: how it is called, what is watched meanwhile, and what its failure means."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import unready
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint, release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.chart import Inputs
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release


class Busy(MeshError):
    """Another helm began to work on the release after we had looked."""


def run(
    context: Context,
    inputs: Inputs,
    arguments: list[str],
    target: list[Object],
    server_side: bool,
    before: list[Release],
) -> Release:
    """Let helm do it; returns the new revision. ``before``: the revisions that there were.

    Raises MeshError, with ``changed`` where helm has written a revision, and Busy.
    """
    words = ["upgrade", context.name, *arguments, "--install", "--namespace", context.namespace, "--output", "json"]
    last = ""

    def observe() -> str:
        """What is not ready while helm waits: once helm has rolled back, nobody can see it any more."""
        nonlocal last
        last = unready.now(context.resources, target) or last
        return last

    waits = context.params["wait"] or context.params["rollback_on_failure"]
    try:
        answer = context.helm().run(
            *words,
            *_manner(context, server_side),
            doing=context.label,
            observe=observe if waits else None,
            timeout=context.params["wait_timeout"] if waits else None,
        )
    except HelmFailed as failure:
        if not complaint.undone(failure.stderr):
            last = unready.now(context.resources, target)
        error = explained(context, inputs, failure, last)
        if not isinstance(error, Busy) and _has_written(context, before, failure):
            error.details["changed"] = True
        raise error from None
    return release_store.release_of(answer)


def explained(context: Context, inputs: Inputs, failure: HelmFailed, not_ready: str = "") -> MeshError:
    """What helm complained of, as an answer about the release. ``not_ready``: what a wait was for."""
    stderr = inputs.values.named(failure.stderr, context.helm())
    error = complaint.about_release(stderr, context.label, inputs.chart.name, not_ready)
    return Busy(error.message, **error.details) if complaint.is_busy(stderr) else error


def _has_written(context: Context, before: list[Release], failure: HelmFailed) -> bool:
    """Whether helm has changed something before it failed: its revisions say so, unless it has removed them again."""
    if complaint.undone(failure.stderr):
        return True
    try:
        after = context.releases()
    except MeshError:
        return False
    return [release.revision for release in after] != [release.revision for release in before]


def _manner(context: Context, server_side: bool) -> list[str]:
    """How helm goes about it."""
    params, modern = context.params, context.helm().major > 3
    words = ["--timeout", f"{params['wait_timeout']}s"]
    if params["wait"]:
        words.append("--wait")
    if params["rollback_on_failure"]:
        words.append("--rollback-on-failure" if modern else "--atomic")
    if params.get("create_namespace"):
        words.append("--create-namespace")
    if params.get("history_max") is not None:
        words += ["--history-max", str(params["history_max"])]
    if params.get("description"):
        words += ["--description", params["description"]]
    if params.get("force_conflicts") and server_side:
        words.append("--force-conflicts")
    return words
