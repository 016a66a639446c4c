# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``state: present``: the release is made of this chart and these values, and its objects are as released."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.versions import unsupported_step
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import CREATED, UNCHANGED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD, NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import release_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import (
    adoption,
    definition_updates,
    definitions,
    drift,
    lock,
    ownership,
    plan,
    report,
    upgrade,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context, refused
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.definition_updates import Update
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.drift import Drift
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import (
    manifest,
    render,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.chart import LABEL, Inputs, metadata
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import HelmFailed
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release

TAKE = "--take-ownership"
_AGAIN = 1.0  # seconds until a release is looked at again that another helm works on


@dataclass
class _Held:
    """The objects of the deployed revision as they are now, and those that drifted."""

    items: list[Object]
    live: dict
    drifted: list[Drift]

    def lines(self) -> list[str]:
        return [drift.text() for drift in self.drifted]


def run(context: Context) -> dict:
    """Compare, and when something differs, install or upgrade. Raises MeshError.

    Where another helm begins in between, this begins anew when that has ended, within ``wait_timeout``.
    """
    inputs = Inputs(context.params)
    while True:
        try:
            return _run(context, inputs)
        except upgrade.Busy:
            if context.deadline.is_over:
                raise
            context.deadline.sleep(_AGAIN)


def _run(context: Context, inputs: Inputs) -> dict:
    revisions = lock.opened(context)
    latest = revisions[0] if revisions else None
    held = None
    if latest and latest.status == "deployed" and latest.labels.get(LABEL) in _marks(context, inputs, latest.revision):
        held = _held(context, latest)
        if not held.drifted:
            return _unchanged(context, inputs, latest, held)
    return _install(context, inputs, revisions, held)


def _marks(context: Context, inputs: Inputs, revision: int) -> list[str]:
    """The marks of a revision that was made from these inputs."""
    return [inputs.mark(revision, context.helm, definitions=some) for some in (False, True)]


def _held(context: Context, release: Release) -> _Held:
    items = context.objects(release.manifest)
    live = manifest.read(context.resources, items)
    return _Held(items, live, drift.find(context.session, items, live, context.name, context.namespace))


def _unchanged(context: Context, inputs: Inputs, release: Release, held: _Held) -> dict:
    """The result of a release that needs no revision; definitions that are to be updated may differ even so."""
    updated = definition_updates.written(context, _definitions(context, inputs, release))
    waited = context.params["wait"] and not context.check
    if waited:
        report.wait_ready(context, held.items, held.live)
    rows = [
        Change(item.kind, item.namespace, item.name, UNCHANGED, held.live[item.key], held.live[item.key])
        for item in held.items
    ]
    changed = any(change.changed for change in updated)
    return report.result(context, [*updated, *rows], release.shown(context.namespace), changed=changed, waited=waited)


def _definitions(context: Context, inputs: Inputs, release: Release) -> list[Update]:
    """What is to be done with the definitions of an unchanged release: nothing unless they are to be updated."""
    without = inputs.mark(release.revision, context.helm, definitions=False)
    if context.params["crds"] != "update" or release.labels.get(LABEL) == without:
        return []
    chart = inputs.chart.path or inputs.chart.fetch(context.helm())
    return definition_updates.planned(context, chart, _arguments(context, inputs))


def _install(context: Context, inputs: Inputs, revisions: list[Release], held: _Held | None) -> dict:
    """Render; where that or the cluster differs from the release, plan it, and let helm do it unless in check mode."""
    latest = revisions[0] if revisions else None
    chart = inputs.chart.fetch(context.helm())
    previous = _previous(context, revisions)
    _refuse_step(context, previous, metadata(chart))
    for duplicate in inputs.values.duplicates():
        context.task.warn(duplicate)
    arguments = _arguments(context, inputs)
    rendered = _rendered(context, inputs, chart, arguments, latest)
    if held is None and latest and latest.status == "deployed" and rendered.same_as(latest):
        held = _held(context, latest)
        if not held.drifted:
            return _unchanged(context, inputs, latest, held)
    server_side = context.helm().major > 3 and (_installs(latest) or latest.server_side)
    target = context.objects(rendered.manifest)
    drift_lines = held.lines() if held else []
    try:
        final = not context.check and rendered.hooks == ""
        updates, changes = _planned(context, target, revisions, chart, arguments, server_side, final)
        leftovers = _leftovers(context, revisions, target)
    except MeshError as error:
        raise _with_drift(error, held.drifted if held else []) from None
    if context.check:
        predicted = _predicted(context, chart, latest)
        updated = [update.change for update in updates]
        return report.result(
            context, [*updated, *changes, *leftovers], predicted, drifted=drift_lines, previous=previous
        )
    updated = definition_updates.written(context, updates)
    has_definitions = definitions.has_any(chart)
    mark = inputs.mark(latest.revision + 1 if latest else 1, context.helm, definitions=has_definitions)
    arguments = [chart, *arguments, "--labels", f"{LABEL}={mark}"]
    try:
        if server_side and context.params.get("take_ownership"):
            adoption.take(context, target)
        deployed = upgrade.run(context, inputs, arguments, target, server_side, revisions)
    except MeshError as error:
        if any(change.changed for change in updated):
            error.details["changed"] = True
        raise
    changes = [*updated, *changes]
    if not server_side:
        _put_back(context, target)
    parallel(lambda change: _delete(context, change), leftovers)
    if any(change.kind == CRD and change.changed for change in changes):
        changes += definitions.added(context, target, deployed)
    waited = bool(context.params["wait"] or context.params["rollback_on_failure"])
    release = deployed.shown(context.namespace)
    return report.result(
        context, [*changes, *leftovers], release, drifted=drift_lines, waited=waited, previous=previous
    )


def _previous(context: Context, revisions: list[Release]) -> dict | None:
    """The revision that is deployed, as results show it."""
    deployed = next((release for release in revisions if release.status == "deployed"), None)
    return deployed.shown(context.namespace) if deployed else None


def _refuse_step(context: Context, previous: dict | None, chart: dict) -> None:
    """Raise MeshError for a step between versions that the chart's makers do not support, unless it is asked for."""
    minors, asked_for = context.params.get("max_minor_upgrade"), context.params.get("upgrade_from")
    if minors is None or previous is None or previous["chart_version"] == asked_for:
        return
    reason = unsupported_step(previous["chart_version"] or "", chart.get("version") or "", minors)
    if reason:
        raise refused(
            context,
            f"{reason}, which is not supported. Nothing was written. Go there by supported steps; or, where you know "
            f"better, name the version that is to be replaced: upgrade_from: {previous['chart_version']}.",
        )


def _installs(latest: Release | None) -> bool:
    """Whether ``helm upgrade --install`` installs."""
    return latest is None or latest.status == "uninstalled"


def _arguments(context: Context, inputs: Inputs) -> list[str]:
    """What the dry run and the run have in common; see also :func:`_rendered`."""
    # Without --reset-values helm takes the last revision's values when none are given.
    words = ["--reset-values", *inputs.values.arguments(context.helm())]
    if context.params["crds"] != "create":
        words.append("--skip-crds")  # of an update they are there by then
    if context.params.get("take_ownership"):
        words.append(TAKE)
    return words


def _rendered(context: Context, inputs: Inputs, chart: str, arguments: list[str], latest: Release | None):
    """What helm would release. Where definitions are left over, ``arguments`` get the flag to take them."""
    try:
        return render.render(
            context.helm(),
            arguments,
            name=context.name,
            chart=chart,
            namespace=context.namespace,
            locked=latest is not None and latest.status in lock.LOCKED,
            installing=_installs(latest),
        )
    except HelmFailed as failure:
        if TAKE in arguments or not ownership.keeps_definitions(context, failure.stderr):
            raise upgrade.explained(context, inputs, failure) from None
    arguments.append(TAKE)
    return _rendered(context, inputs, chart, arguments, latest)


def _planned(
    context: Context,
    target: list[Object],
    revisions: list[Release],
    chart: str,
    arguments: list[str],
    server_side: bool,
    final: bool,
) -> tuple[list[Update], list[Change]]:
    """What this module does before helm, and the changes of all other objects: what comes before the manifest, what the
    manifest states, what it no longer does."""
    latest = revisions[0] if revisions else None
    before = next((release for release in revisions if release.status == "deployed"), latest)
    base = [] if _installs(latest) else context.objects(before.manifest)
    live = manifest.read(context.resources, list({item.key: item for item in [*base, *target]}.values()))
    ownership.refuse_others(context, base, target, live, helm_looks=TAKE not in arguments)
    installing = _installs(latest)
    first = _namespace(context) if installing else []
    updates = definition_updates.planned(context, chart, arguments)
    definitions.foresee(context, chart, any(update.change.action == CREATED for update in updates))
    first += definitions.changes(context, chart, arguments, installing=installing)
    setting = plan.Setting(
        context.resources,
        context.name,
        context.namespace,
        server_side=server_side,
        force=bool(context.params.get("force_conflicts")),
        adopts=bool(context.params.get("take_ownership")),
        brought=plan.brought(
            [change.after for change in [*first, *(update.change for update in updates)]]
            + [item.desired for item in target]
        ),
        final=final,
    )
    custom = [] if server_side else [item for item in target if not item.builtin and live[item.key]]
    drifted = drift.find(context.session, custom, live, context.name, context.namespace)
    return updates, first + plan.changes(setting, base, target, live, drifted)


def _leftovers(context: Context, revisions: list[Release], target: list[Object]) -> list[Change]:
    """Objects that a failed revision left behind, and that neither the last good one nor the new one has; helm forgets
    them."""
    good = next((release for release in revisions if release.status == "deployed"), None)
    failed = [release for release in revisions if good and release.revision > good.revision]
    if not failed:
        return []
    wanted = {item.key for item in [*target, *context.objects(good.manifest)]}
    stated = {item.key: item for release in failed for item in context.objects(release.manifest)}
    left = [item for key, item in stated.items() if key not in wanted]
    live = manifest.read(context.resources, left)
    changes = [plan.removed(item, live[item.key], live[item.key]) for item in left]
    return [change for change in changes if change.changed and _ours(context, change.before)]


def _ours(context: Context, live: dict) -> bool:
    return release_of(live) == (context.namespace, context.name)


def _delete(context: Context, change: Change) -> None:
    preconditions = {"uid": change.before["metadata"]["uid"]}
    context.resources.delete(change.kind, change.namespace, change.name, preconditions=preconditions)


def _with_drift(error: MeshError, drifted: list[Drift]) -> MeshError:
    """A refusal while drift is being repaired is often about what somebody did by hand: say what that was."""
    by_hand = [finding for finding in drifted if not finding.owner]
    if not by_hand:
        return error
    lines = [finding.text() for finding in by_hand]
    # With a definition every object of its kind would go.
    definition = any(finding.item.kind.kind == "CustomResourceDefinition" for finding in by_hand)
    remedy = "undo that" if definition else "undo that, or delete the object"
    hint = f"What is there was changed by hand ({'; '.join(lines)}): {remedy} and run this again."
    return MeshError(f"{error.message} {hint}", **error.details, drifted=lines)


def _namespace(context: Context) -> list[Change]:
    """The creation of the release's namespace by an install. Raises MeshError where it is missing and not asked for."""
    if context.resources.get(NAMESPACE, None, context.namespace) is not None:
        return []
    if context.params.get("create_namespace"):
        declared = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": context.namespace}}
        return [Change(NAMESPACE, None, context.namespace, CREATED, None, declared)]
    if not context.check:
        raise refused(
            context, f"namespace {context.namespace} does not exist. Create it first, or set create_namespace: true."
        )
    return []


def _put_back(context: Context, target: list[Object]) -> None:
    """Repair what helm does not where it patches: fields of custom resources that its old and its new manifest state
    alike (its merge patch compares the manifests, not the cluster)."""
    custom = [item for item in target if not item.builtin]
    live = manifest.read(context.resources, custom)
    there = [item for item in custom if live[item.key]]

    def restore(finding: Drift) -> None:
        declared = manifest.owned(finding.item, context.name, context.namespace)
        drift.put_back(context.session, finding.item, drift.portion(declared, finding.paths), dry_run=False)

    parallel(restore, drift.find(context.session, there, live, context.name, context.namespace))


def _predicted(context: Context, path: str, latest: Release | None) -> dict:
    """The release as a run would leave it."""
    chart = metadata(path)
    return {
        "name": context.name,
        "namespace": context.namespace,
        "revision": latest.revision + 1 if latest else 1,
        "status": "deployed",
        "chart": chart.get("name"),
        "chart_version": chart.get("version"),
        "app_version": chart.get("appVersion"),
    }
