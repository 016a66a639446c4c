# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edits of a route, as pure functions on its document: which rule is meant, and the rule in the shape of a step.

Only what a shift holds changes: the weights of two targets of one rule, and the mirror and the extra rule that it has
added itself. Other fields, other targets and the order of lists stay.
"""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Form, Match, Rule, Target

Document = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """What a rule is to look like, as far as a shift holds it.

    ``stable`` and ``canary``: weights, None for none written; ``listed``: whether the canary is a target at all;
    ``mirror``: per cent of requests that are mirrored to the canary, None where mirrors are not the shift's;
    ``matched``: whether there is an extra rule that sends matching requests to the canary.
    """

    stable: int | None
    canary: int | None
    listed: bool = True
    mirror: float | None = None
    matched: bool = False

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Selection:
    """The rule that is meant: by ``name``, or where it has none by its ``position`` among rules that are not ours."""

    form: Form
    name: str
    position: int
    stable: Target
    canary: Target
    match: Match | None = None

    @property
    def label(self) -> str:
        """How messages name the rule."""
        return f"route {self.name!r}" if self.name else f"spec.{self.form.rules}[{self.position}]"


def rules_of(document: Document, form: Form) -> list[Rule]:
    """The rules of a route; an empty list where it has none."""
    return list((document.get("spec") or {}).get(form.rules) or [])


def namespace_of(document: Document) -> str:
    """The namespace of a route."""
    return str((document.get("metadata") or {}).get("namespace") or "")


def choose(document: Document, form: Form, route: str | None, label: str) -> tuple[str, int]:
    """The name ("" for none) and the position of the rule that is meant by the option ``route``.

    Raises MeshError that lists the rules when it names none of them, several, or is needed and missing.
    """
    rules = rules_of(document, form)
    names = [str(rule.get("name") or "") for rule in rules]
    if not rules:
        raise MeshError(f"{label} has no rule in spec.{form.rules}, so there is nothing to shift.")
    listed = ", ".join(repr(name) if name else f"{number} (no name)" for number, name in enumerate(names))
    if route is None:
        if len(rules) > 1:
            raise MeshError(f"{label} has {len(rules)} rules in spec.{form.rules}. Say which by route: {listed}.")
        return names[0], 0
    chosen = [number for number, name in enumerate(names) if name == route]
    if not chosen and route.isdigit() and int(route) < len(rules):
        chosen = [int(route)]
        if names[chosen[0]]:
            raise MeshError(f"{label}: spec.{form.rules}[{route}] has a name. Name it, route: {names[chosen[0]]}.")
    if len(chosen) != 1:
        what = f"has {len(chosen)} rules" if chosen else "has no rule"
        raise MeshError(f"{label} {what} named {route!r} in spec.{form.rules}. There are: {listed}.")
    return names[chosen[0]], chosen[0]


def locate(document: Document, selection: Selection) -> int | None:
    """The index of the selected rule in a document, or None when it is not there."""
    rules = rules_of(document, selection.form)
    if selection.name:
        chosen = [number for number, rule in enumerate(rules) if rule.get("name") == selection.name]
        return chosen[0] if len(chosen) == 1 else None
    own = _matched(document, selection)
    others = [number for number in range(len(rules)) if number not in own]
    return others[selection.position] if selection.position < len(others) else None


def _matched(document: Document, selection: Selection) -> list[int]:
    match, namespace = selection.match, namespace_of(document)
    if match is None:
        return []
    return [
        number
        for number, rule in enumerate(rules_of(document, selection.form))
        if selection.form.is_matched(rule, selection.canary, match, namespace)
    ]


def entries_of(rule: Rule, selection: Selection, namespace: str) -> tuple[int | None, int | None]:
    """The positions of the stable and the canary target in a rule; None for one that is not there.

    Raises MeshError when one is there twice.
    """
    entries = rule.get(selection.form.targets) or []
    places = []
    for target in (selection.stable, selection.canary):
        there = [number for number, entry in enumerate(entries) if selection.form.is_target(entry, target, namespace)]
        if len(there) > 1:
            raise MeshError(f"{selection.label} names {target.label} {len(there)} times. Name it once, and shift then.")
        places.append(there[0] if there else None)
    return places[0], places[1]


def present(document: Document, selection: Selection) -> Shape | None:
    """The shape that the rule has now; None when the rule or its stable target is not there.

    Its ``mirror`` is None and its ``matched`` False: it is the shape before a shift.
    """
    place = locate(document, selection)
    if place is None:
        return None
    rule = rules_of(document, selection.form)[place]
    stable, canary = entries_of(rule, selection, namespace_of(document))
    if stable is None:
        return None
    entries = rule[selection.form.targets]
    weight = None if canary is None else entries[canary].get("weight")
    return Shape(entries[stable].get("weight"), weight, listed=canary is not None)


def edited(document: Document, selection: Selection, shape: Shape) -> Document | None:
    """A copy of the document with the rule in this shape; None when the rule or its stable target is not there."""
    place = locate(document, selection)
    if place is None:
        return None
    form, namespace = selection.form, namespace_of(document)
    rules = rules_of(document, form)
    rule = rules[place]
    stable, canary = entries_of(rule, selection, namespace)
    if stable is None:
        return None
    entries = [dict(entry) for entry in rule[form.targets]]
    _weigh(entries[stable], shape.stable)
    target = form.target(entries[stable], selection.canary) if canary is None else entries[canary]
    if selection.match and selection.match.cookie:
        target = form.with_cookie(target, selection.match.cookie, shape.matched)
        if canary is not None:
            entries[canary] = target
    if shape.listed:
        _weigh(target, shape.canary)
        if canary is None:
            entries.append(target)
    elif canary is not None:
        del entries[canary]
    rule = {**rule, form.targets: entries}
    if shape.mirror is not None:
        rule = form.mirrored(rule, target, selection.canary, shape.mirror, namespace)
    rules[place] = rule
    _set_matched(rules, place, document, selection, shape, target)
    return {**document, "spec": {**copy.deepcopy(document["spec"]), form.rules: rules}}


def _weigh(entry: dict[str, Any], weight: int | None) -> None:
    if weight is None:
        entry.pop("weight", None)
    else:
        entry["weight"] = weight


def _set_matched(
    rules: list[Rule], place: int, document: Document, selection: Selection, shape: Shape, target: dict[str, Any]
) -> None:
    """Add the extra rule right before the selected one, or take it out."""
    own = _matched(document, selection)
    if shape.matched and not own and selection.match:
        entry = {key: value for key, value in target.items() if key != "weight"}
        rules.insert(place, selection.form.matched(rules[place], entry, selection.match))
    elif not shape.matched:
        for number in reversed(own):
            del rules[number]


def is_at(document: Document, selection: Selection, shape: Shape) -> bool:
    """Whether a live document has this shape, whatever else was changed in it."""
    wanted = edited(document, selection, shape)
    return wanted is not None and _filled(wanted, selection) == _filled(document, selection)


def _filled(document: Document, selection: Selection) -> list[Rule]:
    """The rules with the weights that the API takes where none is written."""
    form, filled = selection.form, []
    for rule in rules_of(document, selection.form):
        entries = rule.get(form.targets) or []
        weighed = [{**entry, "weight": form.weight(entry, len(entries))} for entry in entries]
        filled.append({**rule, form.targets: weighed} if entries else rule)
    return filled


def patch(document: Document, wanted: Document, form: Form) -> list[dict[str, Any]]:
    """The JSON patch from one document to another, at the version of the first; empty when nothing differs.

    Single weights where only those change, else all rules: the API server knows ``spec``'s rules as one value anyway.
    """
    before, after = rules_of(document, form), rules_of(wanted, form)
    if before == after:
        return []
    version = {"op": "test", "path": "/metadata/resourceVersion", "value": document["metadata"]["resourceVersion"]}
    weights = _weights(before, after, form)
    return [version, *(weights or [{"op": "replace", "path": f"/spec/{form.rules}", "value": after}])]


def _weights(before: list[Rule], after: list[Rule], form: Form) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    if len(before) != len(after):
        return []
    for number, (old, new) in enumerate(zip(before, after)):
        olds, news = old.get(form.targets) or [], new.get(form.targets) or []
        rest = {**old, form.targets: None} == {**new, form.targets: None}
        if not rest or len(olds) != len(news):
            return []
        for place, (was, now) in enumerate(zip(olds, news)):
            if {**was, "weight": 0} != {**now, "weight": 0} or "weight" not in now and "weight" in was:
                return []
            if was != now:
                path = f"/spec/{form.rules}/{number}/{form.targets}/{place}/weight"
                operations.append({"op": "add", "path": path, "value": now["weight"]})
    return operations
