# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release an object belongs to: the annotations by which helm knows its own (helm's pkg/action/validate.go).

helm looks at them when an object enters a release, not when one that was always in it has been taken over by another
release meanwhile: a revision tag of Istio, say. Such an object is told here, and taken back when that is asked for.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners as owners_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import MANAGED_BY, release_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context, refused
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint, release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

TAKES_OWNERSHIP = (3, 17)  # the first Helm with --take-ownership
SPARES_OTHERS = (4, 3)  # the first Helm whose uninstall leaves alone what is another release's


def keeps_definitions(context: Context, stderr: str) -> bool:
    """Whether helm refused a custom resource definition that an earlier installation left, and can be told to take it.

    Definitions outlive what installed them, because every object of their kinds would go with them.
    """
    return complaint.not_ours_kind(stderr) == "CustomResourceDefinition" and context.helm().version >= TAKES_OWNERSHIP


def refuse_others(context: Context, base: list[Object], target: list[Object], live: dict, *, helm_looks: bool) -> None:
    """Raise MeshError for objects of the last revision (``base``) and the next (``target``) that are another release's.

    ``helm_looks``: whether helm itself refuses what is there and belongs to no release. Definitions of a release that
    is gone are taken over.
    """
    problems = _leaving(context, base, target, live)
    if not context.params.get("take_ownership"):
        problems += _taken(context, base, target, live, helm_looks)
    if problems:
        raise refused(context, f"{'. '.join(problems)}. Nothing was written.")


def _leaving(context: Context, base: list[Object], target: list[Object], live: dict) -> list[str]:
    """What helm would delete, because it is no longer in the manifest, though another release has it by now."""
    stay = {item.key for item in target}
    return [
        f"{item.label} belongs to release {'/'.join(owner)} by now, and this upgrade would delete it. Take it back "
        "first by take_ownership: true with the values that it was made by, or uninstall that release"
        for item in base
        if item.key not in stay and (owner := release_of(live.get(item.key) or {}))
        if owner != (context.namespace, context.name)
    ]


def _taken(context: Context, base: list[Object], target: list[Object], live: dict, helm_looks: bool) -> list[str]:
    """What the release states and has not got, or has no longer."""
    ours, known = (context.namespace, context.name), {item.key for item in base}
    problems = []
    for item in target:
        current = live.get(item.key)
        owner = release_of(current) if current else ours
        if owner == ours or (owner is None and (helm_looks or item.key in known)):
            continue
        if item.kind.kind == "CustomResourceDefinition" and not (owner and _exists(context, *owner)):
            continue
        problems.append(complaint.not_ours(item.label, "/".join(owner) if owner else None))
    return problems


def _exists(context: Context, namespace: str, name: str) -> bool:
    """Whether a release is installed; also when we may not see it."""
    try:
        releases = release_store.read(context.session, namespace, name)
    except ApiError as error:
        if error.status == 403:
            return True
        raise
    return any(release.status != "uninstalled" for release in releases)


def spared(context: Context, items: list[Object], live: dict) -> set:
    """Keys of the objects that an uninstall leaves alone, because another release has them by now, or a task of this
    collection: a revision tag of Istio.

    Raises MeshError where this Helm would delete them all the same.
    """
    ours = f"release {context.namespace}/{context.name}"
    owners = {item.key: _owner(live[item.key] or {}) or ours for item in items}
    others = [item for item in items if owners[item.key] != ours]
    if others and context.helm().version < SPARES_OTHERS:
        owner = owners[others[0].key]
        version, needed = (".".join(map(str, number)) for number in (context.helm().version, SPARES_OTHERS))
        raise MeshError(
            f"{context.label}: {others[0].label} belongs to {owner} by now, and Helm {version} would delete it."
            f" Use Helm {needed} or newer, which leaves it alone. Nothing was deleted."
        )
    return {item.key for item in others}


def _owner(live: dict) -> str:
    """Whose an object is by its marks, in words; empty where they do not tell."""
    release = release_of(live)
    if release:
        return f"release {'/'.join(release)}"
    manager = ((live.get("metadata") or {}).get("labels") or {}).get(MANAGED_BY) or ""
    return owners_module.words(manager) if owners_module.is_ours(manager) else ""
