# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``state: absent``: the release and its objects go, but for those that ask to be kept."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import (
    lock,
    ownership,
    plan,
    report,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint, manifest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release


def run(context: Context) -> dict:
    """Uninstall, when there is something to. Raises MeshError."""
    revisions = lock.opened(context)
    gone = {"name": context.name, "namespace": context.namespace, "status": "absent"}
    if not revisions:
        return report.result(context, [], gone, changed=False)
    latest = revisions[0]
    if latest.status == "uninstalled":
        if context.params["keep_history"]:
            return report.result(context, [], latest.shown(context.namespace), changed=False)
        changes = []
    else:
        items = context.objects(latest.manifest)
        live = manifest.read(context.resources, items)
        spared = ownership.spared(context, items, live)
        changes = [plan.removed(item, None if item.key in spared else live[item.key], item.desired) for item in items]
    if not context.check:
        _uninstall(context, latest)
    if context.params["keep_history"]:
        gone = {**latest.shown(context.namespace), "status": "uninstalled"}
    return report.result(context, changes, gone, waited=context.params["wait"] and not context.check)


def _uninstall(context: Context, latest: Release) -> None:
    words = [
        "uninstall",
        context.name,
        "--namespace",
        context.namespace,
        "--timeout",
        f"{context.params['wait_timeout']}s",
    ]
    if context.params["keep_history"]:
        words.append("--keep-history")
    if context.params["wait"]:
        words.append("--wait")
    if context.params.get("description"):
        words += ["--description", context.params["description"]]
    try:
        timeout = context.params["wait_timeout"] if context.params["wait"] else None
        context.helm().run(*words, doing=context.label, timeout=timeout)
    except HelmFailed as failure:
        raise complaint.about_release(failure.stderr, context.label, latest.chart.get("name") or "?") from None
