# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of a task to the plan of a shift, and whether they are those of the shift that is under way."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Match, Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import edit
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan, Policy
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

Document = dict[str, Any]
_OF_THE_PLAN = (
    "protocol",
    "route",
    "from",
    "to",
    "match",
    "sticky",
    "steps",
    "pause",
)  # options that cannot change under way


def policy(task: Task) -> Policy:
    """When to go back, and when not to go on."""
    limits = task.params.get("limits") or {}
    stated = {name: limits[name] for name in ("in_a_row", "in_all", "hold") if limits.get(name) is not None}
    for name, value in stated.items():
        if float(value) < (0 if name == "hold" else 1):
            raise MeshError(f"limits.{name} is {value}; the least is {0 if name == 'hold' else 1}.")
    ways = {name: task.params[name] for name in ("on_fail", "on_no_data", "on_inconclusive")}
    return Policy(**ways, **stated, interval=max(1.0, float(task.params.get("interval") or 10)))


def gates(task: Task) -> tuple[str, ...]:
    """The names of the task's gates."""
    return tuple(str(gate.get("name") or gate.get("type")) for gate in task.params.get("gates") or [])


def selection(task: Task, route: Route, live: Document) -> Selection:
    """The rule and the two targets that the task means. Raises MeshError."""
    missing = [name for name in ("from", "to") if not task.params.get(name)]
    if missing:
        raise MeshError(f"{route.label}: {' and '.join(missing)} must be given to begin a shift.")
    name, position = edit.choose(live, route.form, task.params.get("route"), route.label)
    rule = edit.rules_of(live, route.form)[position]
    if rule.get("delegate"):
        delegate = rule["delegate"]
        where = f"{delegate.get('namespace') or route.namespace}/{delegate.get('name')}"
        raise MeshError(f"{route.label}: this rule delegates to VirtualService {where}. Shift that one.")
    stable, canary = (_target(task, route, rule, side) for side in ("from", "to"))
    if stable == canary:
        raise MeshError(f"{route.label}: from and to are the same, {stable.label}.")
    return Selection(route.form, name, position, stable, canary, _match(task, route) or _sticky(task, route))


def _target(task: Task, route: Route, rule: dict[str, Any], side: str) -> Target:
    stated = task.params[side]
    host, subset = stated.get("host"), stated.get("subset") or ""
    if subset and route.kind.kind != "VirtualService":
        raise MeshError(f"{side}.subset: a {route.kind.kind} has no subsets. Name a Service, {side}.host.")
    if not host:
        hosts = {str((entry.get("destination") or {}).get("host")) for entry in rule.get("route") or []}
        if len(hosts) != 1 or not subset:
            raise MeshError(f"{side}.host must be given: the rule of {route.label} does not name exactly one host.")
        host = hosts.pop()
    return Target(host, subset)


def _match(task: Task, route: Route) -> Match | None:
    stated = task.params.get("match") or {}
    headers = {name: _condition(name, how) for name, how in (stated.get("headers") or {}).items()}
    for name, how in headers.items():
        if "prefix" in how and route.kind.kind != "VirtualService":
            raise MeshError(f"match.headers.{name}.prefix: a {route.kind.kind} matches exact and regex alone.")
    cookie = stated.get("cookie")
    if cookie:
        headers["cookie"] = _having(cookie["name"], cookie["value"])
    return Match(headers) if headers else None


def _condition(name: str, how: object) -> dict[str, str]:
    """What a header is to be, as the task has it. Raises MeshError."""
    stated = {way: text for way, text in how.items() if text is not None} if isinstance(how, dict) else {}
    if len(stated) != 1 or not stated.keys() <= {"exact", "prefix", "regex"}:
        raise MeshError(f"match.headers.{name} must be one of exact, prefix and regex with its text.")
    ((way, text),) = stated.items()
    if not isinstance(text, str):
        raise MeshError(f"match.headers.{name}.{way} must be text.{params.quotes(text)}")
    return stated


def _having(name: str, value: str) -> dict[str, str]:
    """The condition on the header of cookies that this one is among them."""
    pair = re.escape(f"{name}={value}")
    return {"regex": f"(.*;\\s*)?{pair}(\\s*;.*)?"}


def _sticky(task: Task, route: Route) -> Match | None:
    """Whoever has been to the canary stays there, by a cookie of this shift alone: its value is another each time."""
    stated = task.params.get("sticky")
    if not stated:
        return None
    name = str(stated["cookie"])
    if task.params.get("match") is not None:
        raise MeshError(
            f"{route.label}: match and sticky exclude each other, because both send requests to the canary."
        )
    if not route.form.of_requests or route.kind.kind == "GRPCRoute":
        raise MeshError(f"{route.label}: sticky: there are no cookies in gRPC, TCP and TLS.")
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise MeshError(f"{route.label}: sticky.cookie: {name!r} cannot be the name of a cookie.")
    value = uuid.uuid4().hex[:12]
    age = 86400 if stated.get("max_age") is None else int(stated["max_age"])
    text = f"{name}={value}; Max-Age={age}; Path=/; HttpOnly; SameSite=Lax"
    return Match({"cookie": _having(name, value)}, text)


def plan(task: Task, route: Route, live: Document) -> Plan:
    """The plan of a shift that begins. Raises MeshError."""
    chosen = selection(task, route, live)
    steps = task.params.get("steps") or []
    if not steps:
        raise MeshError(f"{route.label}: steps must be given to begin a shift.")
    if task.params.get("match") is not None and chosen.match is None:
        raise MeshError(f"{route.label}: match has neither headers nor a cookie.")
    before = edit.present(live, chosen)
    rule = edit.rules_of(live, route.form)[edit.locate(live, chosen) or 0]
    entries = rule.get(route.form.targets) or []
    if before is None:
        raise MeshError(f"{route.label}: {chosen.label} does not send requests to {chosen.stable.label}.")
    weights = _weights(entries, chosen, edit.namespace_of(live))
    if not weights[0]:
        raise MeshError(f"{route.label}: {chosen.stable.label} has the weight 0 in {chosen.label}: nothing to shift.")
    mirrors = any(step.get("mirror") is not None for step in steps)
    if (mirrors or chosen.match) and not route.form.of_requests:
        what = "match" if chosen.match else "mirror"
        raise MeshError(
            f"{route.label}: {what}: the rules in spec.{route.form.rules} split connections by weight alone."
        )
    if chosen.match and chosen.match.cookie:
        _refuse_cookies(route, chosen, entries)
    if mirrors and route.form.foreign_mirrors(rule, chosen.canary, route.namespace):
        raise MeshError(f"{route.label}: {chosen.label} mirrors requests already. Take that mirror out first.")
    alone = len(entries) == 1 + before.listed
    pause = task.params["pause"]
    return plan_module.of(chosen, before, weights, alone, steps, pause, policy(task), gates(task), _stated(task))


def _refuse_cookies(route: Route, chosen: Selection, entries: list[dict[str, Any]]) -> None:
    """Both APIs take one value of a header for a target. Raises MeshError."""
    for entry in entries:
        if not chosen.form.is_target(entry, chosen.canary, route.namespace):
            continue
        if chosen.form.cookies(entry) or entry.get("filters"):
            raise MeshError(f"{route.label}: sticky: {chosen.canary.label} changes headers of responses already.")


def _weights(entries: list[dict[str, Any]], chosen: Selection, namespace: str) -> tuple[int, int]:
    """The weights of stable and canary, as the API takes them."""
    weights = []
    for target in (chosen.stable, chosen.canary):
        there = [entry for entry in entries if chosen.form.is_target(entry, target, namespace)]
        weights.append(chosen.form.weight(there[0], len(entries)) if there else 0)
    return weights[0], weights[1]


def _stated(task: Task) -> dict[str, Any]:
    """What the task says of the plan, to recognise it by."""
    return {name: task.params.get(name) for name in _OF_THE_PLAN}


def is_promoted(task: Task, route: Route, live: Document) -> bool:
    """Whether a shift that would begin has nothing to do, because everything goes to the canary. Raises MeshError."""
    chosen = selection(task, route, live)
    rule = edit.rules_of(live, route.form)[edit.locate(live, chosen) or 0]
    stable, canary = _weights(rule.get(route.form.targets) or [], chosen, edit.namespace_of(live))
    return not stable and canary > 0


def refuse_another_way(task: Task, route: Route, before: Document) -> None:
    """Steps of one shift are all commits, or none is. Raises MeshError."""
    begun = "git" if before.get("git") else "cluster"
    if task.params["state"] != "aborted" and task.params["delivery"] != begun:
        raise MeshError(f"{route.label}: the shift under way was begun with delivery: {begun}. Go on with the same.")


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)


def refuse_another(task: Task, route: Route, under_way: Plan) -> None:
    """A task goes on with the shift that was begun. Raises MeshError for other steps, targets or gates."""
    if task.params["state"] == "aborted":
        return
    for name in _OF_THE_PLAN:
        if name in task.written and task.params.get(name) != under_way.stated.get(name):
            raise MeshError(
                f"{route.label}: a traffic shift with another {name} is under way, "
                f"{_shown(under_way.stated.get(name))}. Go on with that one, or abort it first."
            )
    if gates(task) != under_way.gates:
        names = ", ".join(under_way.gates) or "no gates"
        raise MeshError(f"{route.label}: the shift under way was begun with {names}. Go on with the same gates.")
