# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a namespace is moved to another revision, and back: which of its labels and annotations change. Pure.

A namespace that selects a tag, or the default by ``istio-injection``, gets the revision itself for the time in which
both control planes run: so namespaces move one after the other although they share a tag. What it selected before is
kept in an annotation, and is put back as soon as that means the same revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    INJECTION,
    REVISION,
)

BEFORE = "meshops.lifecycle/selected-before"  # annotation of a namespace: label=value
EXCLUDED = "meshops.lifecycle/upgrade"  # annotation of a namespace; with the value "skip" it is left alone

PROBE = "meshops-upgrade-probe"  # the namespace of the upgrade's own request, which nobody moves

Namespace = dict[str, Any]


def selected(namespace: Namespace) -> str:
    """What selects the injector, as ``label=value``; empty where the namespace selects none."""
    labels = namespace["metadata"].get("labels") or {}
    name = INJECTION if INJECTION in labels else REVISION
    return f"{name}={labels[name]}" if name in labels else ""


def meaning(selector: str, tags: Mapping[str, str]) -> str:
    """The revision that a ``label=value`` means; empty where it selects none."""
    name, _equals, value = selector.partition("=")
    if name == INJECTION:
        return tags.get(DEFAULT, DEFAULT) if value == "enabled" else ""
    return tags.get(value, value)


def patch(namespace: Namespace, revision: str, tags: Mapping[str, str]) -> dict[str, Any] | None:
    """The merge patch that has a namespace select a revision; None when it is as it should be."""
    now, kept = selected(namespace), before(namespace)
    if kept and meaning(kept, tags) == revision:
        return _patch(namespace, kept, None)
    if not now or meaning(now, tags) == revision:
        return None
    is_plain = now == f"{REVISION}={meaning(now, tags)}"
    return _patch(namespace, f"{REVISION}={revision}", kept or (None if is_plain else now))


def before(namespace: Namespace) -> str:
    """What a namespace selected before it was moved; empty where that is not to be put back."""
    return str((namespace["metadata"].get("annotations") or {}).get(BEFORE, ""))


def is_excluded(namespace: Namespace) -> bool:
    """Whether its owner wants it left alone."""
    return bool((namespace["metadata"].get("annotations") or {}).get(EXCLUDED) == "skip")


def _patch(namespace: Namespace, selector: str, kept: str | None) -> dict[str, Any]:
    """At the version that was read, so that nothing is overwritten that somebody wrote meanwhile."""
    name, _equals, value = selector.partition("=")
    other = REVISION if name == INJECTION else INJECTION
    return {
        "metadata": {
            "resourceVersion": namespace["metadata"]["resourceVersion"],
            "labels": {name: value, other: None},
            "annotations": {BEFORE: kept},
        }
    }
