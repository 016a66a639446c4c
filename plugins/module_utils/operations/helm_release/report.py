# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says at its end, and waiting for what it released."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import unready
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

_POLL = 1.0  # seconds between two looks at what is not ready


def result(
    context: Context,
    changes: list[Change],
    release: dict,
    *,
    changed=True,
    drifted: list[str] = (),
    waited=False,
    previous: dict | None = None,
) -> dict:
    """The result of the module. ``previous``: the release before."""
    _warn(context, changes)
    return results.contract(
        changed=changed,
        resources=[change.row() for change in changes],
        validated=not context.check or all(change.validated for change in changes),
        waited=waited,
        msg=results.message(changes),
        release=release,
        result=release,
        diff=results.diffs(context.task, changes),
        previous=previous or None,
        drifted=list(drifted) or None,
    )


def _warn(context: Context, changes: list[Change]) -> None:
    """One warning for all objects that could not be judged for the same reason."""
    if not context.check:
        return  # what could not be judged before the run has been judged by it
    reasons: dict[str, list[str]] = {}
    for change in changes:
        if change.unjudged:
            reasons.setdefault(change.unjudged, []).append(change.kind.label(change.namespace, change.name))
    for reason, labels in reasons.items():
        context.task.warn(f"{context.label}: {few(labels, 3)} could not be validated: {reason}.")


def wait_ready(context: Context, items: list[Object], live: dict) -> None:
    """Wait until all of an unchanged release is ready. Raises MeshError at the deadline."""
    progress = Progress(context.task, context.label, context.deadline)
    missing = unready.not_ready(items, live)
    while missing:
        if context.deadline.is_over:
            seconds, reasons = context.params["wait_timeout"], unready.reasons(context.resources, items, live)
            raise MeshError(
                f"{context.label} is unchanged, but was not ready within {seconds} s: {'; '.join(reasons)}."
            )
        first, message = missing[0]
        progress.say(f"{first.label}: {message}")
        context.deadline.sleep(_POLL)
        live = manifest.read(context.resources, items)
        missing = unready.not_ready(items, live)
