# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release that helm left in the middle of something.

helm takes a revision in state pending for a lock, and one that was killed never opens it. While the revision is young,
another helm may be at work, and is waited for. When it is older than ``stale_after`` it is marked as failed, which is
what helm itself would have written at its end; helm then goes on from the last good revision.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint, release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import PENDING, Release

_POLL = 1.0  # seconds between two looks
LOCKED = PENDING | {"uninstalling"}


def opened(context: Context) -> list[Release]:
    """The release's revisions once nothing is half done; in check mode as they are, with a warning."""
    revisions = context.releases()
    if not revisions or revisions[0].status not in LOCKED:
        return revisions
    if context.check:
        _warn(context, revisions[0], "A run waits until that helm has ended or is older than stale_after, and goes on")
        return revisions
    return _waited(context, revisions)


def _waited(context: Context, revisions: list[Release]) -> list[Release]:
    deadline = Deadline(context.params["stale_after"] - revisions[0].age)
    progress = Progress(context.task, context.label, deadline)
    while revisions and revisions[0].status in LOCKED:
        left = context.params["stale_after"] - revisions[0].age
        if left <= 0:
            _take_over(context, revisions[0])
        else:
            progress.say(f"{revisions[0].status} by another helm; taken over when that does not end")
            clock.sleep(min(_POLL, left))
        revisions = context.releases()
    return revisions


def _take_over(context: Context, release: Release) -> None:
    if release.status in PENDING:
        _warn(context, release, "It was marked as failed, and this task goes on from the last good revision")
        release_store.mark_failed(context.session, context.namespace, release)
        return
    _warn(context, release, "The uninstall was brought to its end first")
    try:
        context.helm().run("uninstall", context.name, "--namespace", context.namespace, doing=context.label)
    except HelmFailed as failure:
        raise complaint.about_release(failure.stderr, context.label, release.chart.get("name") or "?") from None


def _warn(context: Context, release: Release, then: str) -> None:
    context.task.warn(
        f"{context.label}: revision {release.revision} is {release.status} since {int(release.age)} s: "
        f"a helm is at work on it, or was killed. {then}."
    )
