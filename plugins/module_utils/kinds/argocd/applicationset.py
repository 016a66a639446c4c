# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ApplicationSet: generators of parameters, and an Application for each set of them.

The controller writes the whole object back when it was asked to generate again, as every webhook asks, in the form that
its own types give: each generator gets an empty template, and zeros are gone. In a list that is owned whole this makes
the controller its owner, and the next apply meets a conflict. So the declaration is brought into that form before it is
sent, after which the controller has nothing left to change. Source: ``applicationset_types.go`` of Argo CD 3.5.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATIONSET
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.references import of_application
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness, condition

STALE = 4.0  # seconds that an error from before a write may stay until it counts as one of now
# Fields of a generator that are structures in Argo CD's types, and so are always written.
_ALWAYS = {"clusters": "selector", "clusterDecisionResource": "labelSelector", "plugin": "input"}
_NESTING = ("matrix", "merge")
# What keeps its zeros: data of the user's own, and what is required.
_AS_IS = ("elements", "values", "parameters", "mergeKeys", "template", "matchLabels", "repoURL", "revision", "path")
_TEXT_MAPS = ("labels", "annotations")  # of metadata; a generator's labels are a list
_EMPTY_TEMPLATE = {"metadata": {}, "spec": {"destination": {}, "project": ""}}


def normalise(declared: dict) -> dict:
    """The declared ApplicationSet in the form in which the controller would write it back."""
    spec = declared.get("spec")
    if not isinstance(spec, dict):
        return declared
    normalised = _bare({name: value for name, value in spec.items() if name not in ("generators", "template")})
    generators = spec.get("generators")
    if generators is not None:
        normalised["generators"] = (
            [_generator(generator, 0) for generator in generators] if isinstance(generators, list) else generators
        )
    if spec.get("template") is not None:
        normalised["template"] = _template(spec["template"])
    return {**{name: value for name, value in declared.items() if name != "status"}, "spec": normalised}


def _generator(stated, depth: int):
    """One generator. Below the second level Argo CD keeps the text as it is."""
    if not isinstance(stated, dict):
        return stated
    result = {}
    for name, value in stated.items():
        if name == "selector" or not isinstance(value, dict) or (depth and name in _NESTING):
            result[name] = value
            continue
        inner = _bare(value)
        inner["template"] = _EMPTY_TEMPLATE if value.get("template") is None else _template(value["template"])
        if name in _ALWAYS:
            inner.setdefault(_ALWAYS[name], {})
        if name in _NESTING and isinstance(value.get("generators"), list):
            inner["generators"] = [_generator(inner_generator, depth + 1) for inner_generator in value["generators"]]
        result[name] = inner
    return result


def _template(stated):
    """A template without zeros. What it lacks, or what is of the wrong type, is the server's to refuse."""
    if not isinstance(stated, dict):
        return stated
    result = {**stated}
    if isinstance(stated.get("metadata"), dict):
        result["metadata"] = _bare(stated["metadata"])
    if isinstance(stated.get("spec"), dict):
        result["spec"] = spec_module.normalise({"spec": stated["spec"]})["spec"]
    return result


def _bare(value):
    """Without what the types leave out when it is zero; an empty mapping is a pointer to nothing, and stays."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, item in value.items():
        as_is = name in _AS_IS or name in _TEXT_MAPS and isinstance(item, dict)
        if item is not None and (as_is or not _is_zero(item)):
            kept[name] = item if as_is else _bare(item)
    return kept


def _is_zero(value) -> bool:
    return value is False or value == "" or value == [] or value is None


def ready(live: dict) -> Readiness:
    """What the status says, for whoever looks at the object alone."""
    failed = condition(live, "ErrorOccurred")
    if failed.get("status") == "True":
        return Readiness("failed", failed.get("message") or "an error occurred", patience=STALE)
    if condition(live, "ResourcesUpToDate").get("status") == "True":
        return READY
    return Readiness("waiting", "Argo CD has not generated its Applications yet")


KIND = replace(APPLICATIONSET, references=of_application("spec.template.spec"), ready=ready, normalise=normalise)
