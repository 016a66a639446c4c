# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights, mirrors and matches of a VirtualService's routes for HTTP, and weights of those for TCP and TLS.

Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/ (HTTPRoute, TCPRoute, TLSRoute)
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import full_host
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Match, Rule, Target

_SET_COOKIE = "Set-Cookie"
_OF_A_MIRROR = ("mirror", "mirrorPercentage")


class VirtualServiceForm:
    """``spec.http[].route[]``; or ``spec.tcp`` and ``spec.tls``, whose rules have no names, mirrors or headers."""

    targets, whole = "route", 100

    def __init__(self, rules: str = "http"):
        self.rules = rules
        self.of_requests = rules == "http"

    def is_target(self, entry: dict[str, Any], target: Target, namespace: str) -> bool:
        return _leads_to(entry.get("destination") or {}, target, namespace)

    def weight(self, entry: dict[str, Any], count: int) -> int:
        """One destination alone gets everything; of several, one without a weight gets nothing."""
        weight = entry.get("weight")
        if count == 1:
            return weight or self.whole
        return weight if isinstance(weight, int) else 0

    def target(self, like: dict[str, Any], target: Target) -> dict[str, Any]:
        destination = copy.deepcopy(like.get("destination") or {})
        destination.pop("subset", None)
        destination["host"] = target.host
        if target.subset:
            destination["subset"] = target.subset
        return {"destination": destination}

    def foreign_mirrors(self, rule: Rule, target: Target, namespace: str) -> bool:
        return any(key in rule for key in (*_OF_A_MIRROR, "mirrors", "mirrorPercent", "mirror_percent"))

    def mirrored(self, rule: Rule, entry: dict[str, Any], target: Target, percent: float, namespace: str) -> Rule:
        if percent:
            return {**rule, "mirror": entry["destination"], "mirrorPercentage": {"value": percent}}
        if not _leads_to(rule.get("mirror") or {}, target, namespace):
            return rule
        return {key: value for key, value in rule.items() if key not in _OF_A_MIRROR}

    def cookies(self, entry: dict[str, Any]) -> list[str]:
        added = ((entry.get("headers") or {}).get("response") or {}).get("add") or {}
        return [str(value) for name, value in added.items() if name.lower() == "set-cookie"]

    def with_cookie(self, entry: dict[str, Any], cookie: str, add: bool) -> dict[str, Any]:
        if (cookie in self.cookies(entry)) is add:
            return entry
        headers = copy.deepcopy(entry.get("headers") or {})
        if add:
            headers.setdefault("response", {}).setdefault("add", {})[_SET_COOKIE] = cookie
            return {**entry, "headers": headers}
        response = headers["response"]
        response["add"] = {name: value for name, value in response["add"].items() if value != cookie}
        response = {name: value for name, value in response.items() if value}
        headers = {name: value for name, value in {**headers, "response": response}.items() if value}
        without = {name: value for name, value in entry.items() if name != "headers"}
        return {**without, "headers": headers} if headers else without

    def matched(self, rule: Rule, entry: dict[str, Any], match: Match) -> Rule:
        conditions = rule.get("match") or [{}]
        wanted = [
            {**condition, "headers": {**(condition.get("headers") or {}), **match.headers}} for condition in conditions
        ]
        inner = {key: value for key, value in rule.items() if key not in (*_OF_A_MIRROR, "mirrors")}
        named = {"name": f"{rule['name']}-canary"} if rule.get("name") else {}
        return copy.deepcopy({**inner, **named, "match": wanted, "route": [{**entry, "weight": self.whole}]})

    def is_matched(self, rule: Rule, target: Target, match: Match, namespace: str) -> bool:
        entries = rule.get("route") or []
        headers = [condition.get("headers") or {} for condition in rule.get("match") or []]
        if len(entries) != 1 or not headers or not self.is_target(entries[0], target, namespace):
            return False
        return all(there.get(name) == value for there in headers for name, value in match.headers.items())


def _leads_to(destination: dict[str, Any], target: Target, namespace: str) -> bool:
    same = full_host(str(destination.get("host") or ""), namespace) == full_host(target.host, namespace)
    return same and (destination.get("subset") or "") == target.subset


FORM = VirtualServiceForm()
FORMS = {name: VirtualServiceForm(name) for name in ("tcp", "tls")} | {"http": FORM}


def form_of(spec: dict[str, Any], protocol: str | None) -> VirtualServiceForm:
    """The form of the rules for a protocol; for None that of the only rules that there are, HTTP among several."""
    there = [name for name in ("http", "tls", "tcp") if spec.get(name)]
    return FORMS[protocol or (there[0] if there else "http")]
