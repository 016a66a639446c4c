# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``take_ownership``: objects that istioctl, kubectl or another tool has installed become objects of the release whole.

Helm's own ``--take-ownership`` only sets its annotations. The fields of the former owner would be conflicts, and those
that the chart does not state would stay for ever. So, before helm writes, their ownership is moved to helm's field
manager, which changes no value; what the chart does not state is then gone with helm's apply. Releases that Helm 3
writes, by patches, are adopted as Helm does it.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import release_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.drift import MANAGER
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

_INSTALLERS = frozenset({"istioctl", "istio-operator"})  # they also write by updates
Entries = list[dict[str, Any]]  # of managedFields


def former_owners(item: Object, live: dict[str, Any] | None) -> Entries:
    """The managedFields entries that a release takes over of an object: of whoever has applied it, of istioctl and of
    kubectl. Of an object that is a release's they are those of installers alone: a definition that an earlier release
    has left, and istioctl has written then. What controllers write, as istiod into its webhooks, stays theirs."""
    if live is None:
        return []
    entries = [
        entry
        for entry in live["metadata"].get("managedFields") or []
        if not entry.get("subresource") and entry.get("manager") != MANAGER
    ]
    if release_of(live):
        return [entry for entry in entries if entry.get("manager") in _INSTALLERS]
    return [
        entry
        for entry in entries
        if entry.get("operation") == "Apply" or entry.get("manager") in _INSTALLERS or adopt.is_of_people(entry)
    ]


def predicted(
    resources: Resources, item: Object, declared: dict[str, Any], live: dict[str, Any], *, force: bool
) -> dict:
    """The object after the adoption, by dry runs. Raises ApiError for conflicts with others than the former owners."""
    entries = former_owners(item, live)
    if not force:
        _refuse_others(resources, item, declared, {str(entry["manager"]) for entry in entries})
    preparation = adopt.Preparation(entries, [], [])
    return adopt.predict(resources, item.kind, declared, live, MANAGER, True, preparation).after


def _refuse_others(resources: Resources, item: Object, declared: dict[str, Any], former: set[str]) -> None:
    try:
        resources.apply(item.kind, declared, manager=MANAGER, force=False, dry_run=True)
    except ApiError as error:
        others = [
            cause for cause in error.causes if not any(f'"{name}"' in cause.get("message", "") for name in former)
        ]
        if error.status != 409 or not error.causes or others:
            error.causes = others or error.causes
            raise


def take(context: Context, items: list[Object]) -> None:
    """Move the ownership of what is taken over to helm's field manager. Raises ApiError."""
    live = manifest.read(context.resources, items)

    def move(item: Object) -> None:
        current = live.get(item.key)
        entries = former_owners(item, current)
        if current and entries:
            adopt.own(context.resources, item.kind, current, MANAGER, entries)

    parallel(move, items)
