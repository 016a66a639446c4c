# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``crds: update``: definitions in a chart's folders ``crds`` are applied by this module, which Helm never does.

They are planned with the release and written after everything else was accepted, established before Helm goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.registry import conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners, waits
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import PlannedChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import release_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import definitions
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context, refused
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest

FIELD_MANAGER = f"{owners.OURS}.helm_release"


@dataclass(frozen=True)
class Update:
    """One definition: what is to be applied, and what the server says of it by a dry run.

    ``force``: take over its fields: those that an install by Helm has written, or all where the task says so.
    """

    planned: PlannedChange
    change: Change
    force: bool


def planned(context: Context, chart: str, arguments: list[str]) -> list[Update]:
    """What an apply of the chart's definitions would change, by dry runs; nothing unless they are to be updated.

    Raises MeshError for conflicts, and for what the server refuses.
    """
    if context.params["crds"] != "update" or not definitions.has_any(chart):
        return []
    items = definitions.items(context, chart, arguments)
    live = manifest.read(context.resources, items)
    updates, problems = [], []
    for item in items:
        change = _writer(context, force=False, check=True).decide(item.kind, item.desired, live[item.key])
        try:
            updates.append(_judged(context, change))
        except MeshError as error:
            problems.append(error)
    if problems:
        text = sentence(*(error.message for error in problems), "Nothing was written")
        raise MeshError(f"{context.label}: {text}", **problems[0].details)
    return updates


def _judged(context: Context, planned_change: PlannedChange) -> Update:
    owner = release_of(planned_change.before or {})
    if owner and planned_change.writes and not context.params.get("take_ownership"):
        raise MeshError(
            f"{planned_change.label} is an object of the release {'/'.join(owner)}, which would put it back. Set "
            "crds: create, which leaves it as it is, or take_ownership: true"
        )
    force = bool(context.params.get("force_conflicts"))
    try:
        change = _writer(context, force=force, check=True).carry_out(planned_change)
    except MeshError as error:
        if not _only_helm(error):
            raise
        force = True
        change = _writer(context, force=force, check=True).carry_out(planned_change)
    return Update(planned_change, change, force)


def _only_helm(error: MeshError) -> bool:
    """Whether all fields in conflict were written by Helm, which creates definitions and never looks at them again."""
    conflicts = error.details.get("conflicts") or []
    return bool(conflicts) and all(conflict["manager"].startswith("helm") for conflict in conflicts)


def written(context: Context, updates: list[Update]) -> list[Change]:
    """Apply what was planned, and wait until it is established; in check mode, what was predicted.

    Raises MeshError, with ``changed`` where something was written.
    """
    if context.check:
        return [update.change for update in updates]
    changes: list[Change] = []
    try:
        for update in updates:
            changes.append(_writer(context, force=update.force, check=False).carry_out(update.planned))
        changed = [change for change in changes if change.changed]
        waits.all_ready(context.task, context.resources, changed, context.deadline, conversation)
    except MeshError as error:
        if any(change.changed for change in changes):
            error.details["changed"] = True
        raise refused(context, error.message, **error.details) from None
    return changes


def _writer(context: Context, *, force: bool, check: bool) -> Writer:
    return Writer(context.resources, FIELD_MANAGER, force=force, check=check)
