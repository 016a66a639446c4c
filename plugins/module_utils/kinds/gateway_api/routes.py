# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all routes of the Gateway API have in common: their parents, the defaults of references, when they are ready."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.status import (
    GROUP,
    SETTLES,
    about,
    generation,
    verdict,
    worst,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import References, rules, typed

PARENTS = {"spec.parentRefs[].group": GROUP, "spec.parentRefs[].kind": "Gateway"}


def backends(path: str) -> dict:
    """Defaults of the references to services in the list at ``path``."""
    return {f"{path}[].group": "", f"{path}[].kind": "Service", f"{path}[].weight": 1}


def mirrors(path: str) -> dict:
    """Defaults of the filters in the list at ``path`` that mirror requests."""
    return {
        f"{path}[].requestMirror.backendRef.group": "",
        f"{path}[].requestMirror.backendRef.kind": "Service",
        f"{path}[].requestMirror.fraction.denominator": 100,
    }


def ready(live: dict) -> Readiness:
    """Every parent has taken the route as it is now, with all that it refers to.

    A route without parents is in effect nowhere, and ready once it is stored.
    """
    return worst(_at(live, parent) for parent in live.get("spec", {}).get("parentRefs") or [])


def _at(live: dict, parent: dict) -> Readiness:
    wanted = _key(live, parent)
    _group, kind, namespace, name, section, port = wanted
    where = f"parent {kind} {namespace}/{name}" + "".join(f" {part}" for part in (section, port) if part)
    answers = [
        _answer(live, answer, kind)
        for answer in (live.get("status") or {}).get("parents") or []
        if _key(live, answer.get("parentRef") or {}) == wanted
    ]
    if not answers:
        return Readiness(
            "waiting",
            f"{where}: no controller has reported a status. Check that it exists and that a controller manages it",
        )
    # Several controllers answer for a Service; one that is gone leaves its last word.
    return READY if READY in answers else about(where, worst(answers))


def _answer(live: dict, answer: dict, kind: str) -> Readiness:
    passing = () if kind == "Gateway" else ("NoMatchingParent",)  # of a Service: that it is not there yet
    result = verdict(answer.get("conditions"), ("Accepted", "ResolvedRefs"), generation(live), passing)
    for item in answer.get("conditions") or []:
        partly = item.get("type") == "PartiallyInvalid" and item.get("status") == "True"
        if result == READY and partly and item.get("observedGeneration", 0) >= generation(live):
            message = f"partly invalid: {item.get('message') or item.get('reason')}"
            return Readiness("failed", message, SETTLES)
    return result


def _key(live: dict, parent: dict) -> tuple:
    """What tells parents apart, defaults filled in."""
    return (
        parent.get("group", GROUP),
        parent.get("kind", "Gateway"),
        parent.get("namespace") or live["metadata"].get("namespace"),
        parent.get("name"),
        parent.get("sectionName"),
        parent.get("port"),
    )


def references(backends: str = "spec.rules[].backendRefs[]") -> References:
    """What a route refers to: its parents, and the backends at a path with the filters beside and below them."""
    filters = [backends.rpartition(".")[0] + ".filters[]", f"{backends}.filters[]"]
    return rules(
        typed("spec.parentRefs[]", GROUP, "Gateway"),
        typed(backends, "", "Service"),
        *(typed(f"{path}.requestMirror.backendRef", "", "Service") for path in filters),
        *(typed(f"{path}.extensionRef", "", "") for path in filters),
    )
