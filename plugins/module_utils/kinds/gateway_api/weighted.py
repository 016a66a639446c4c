# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights, mirrors and matches of the rules of HTTPRoute and GRPCRoute.

Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Match, Rule, Target

_TYPES = {"exact": "Exact", "regex": "RegularExpression"}  # an API without prefixes of headers
_MIRROR = "RequestMirror"
_HEADERS = "ResponseHeaderModifier"  # an API that takes one of it for each backend


class RouteForm:
    """``spec.rules[].backendRefs[]``."""

    rules, targets, whole, of_requests = "rules", "backendRefs", 100, True

    def is_target(self, entry: dict[str, Any], target: Target, namespace: str) -> bool:
        """A Service of the route's own namespace, or written ``NAMESPACE/NAME``."""
        where = entry.get("namespace") or namespace
        space, _slash, name = target.host.rpartition("/")
        service = entry.get("kind", "Service") == "Service" and not entry.get("group")
        return service and (where, entry.get("name")) == (space or namespace, name)

    def weight(self, entry: dict[str, Any], count: int) -> int:
        weight = entry.get("weight")
        return weight if isinstance(weight, int) else 1

    def target(self, like: dict[str, Any], target: Target) -> dict[str, Any]:
        space, _slash, name = target.host.rpartition("/")
        kept = {key: copy.deepcopy(value) for key, value in like.items() if key in ("group", "kind", "port")}
        return {**kept, "name": name, **({"namespace": space} if space else {})}

    def foreign_mirrors(self, rule: Rule, target: Target, namespace: str) -> bool:
        return any(self._mirrors(entry, target, namespace) for entry in rule.get("filters") or [])

    def mirrored(self, rule: Rule, entry: dict[str, Any], target: Target, percent: float, namespace: str) -> Rule:
        there = rule.get("filters") or []
        kept = [each for each in there if not self._mirrors(each, target, namespace)]
        if percent:
            backend = {key: value for key, value in entry.items() if key not in ("weight", "filters")}
            wanted = {"type": _MIRROR, "requestMirror": {"backendRef": backend, "percent": int(percent)}}
            current = [each for each in there if self._mirrors(each, target, namespace)]
            if len(current) == 1 and current[0]["requestMirror"].get("percent") == int(percent):
                return rule
            return {**rule, "filters": [*kept, wanted]}
        if len(kept) == len(there):
            return rule
        without = {key: value for key, value in rule.items() if key != "filters"}
        return {**without, "filters": kept} if kept else without

    def _mirrors(self, each: dict[str, Any], target: Target, namespace: str) -> bool:
        backend = (each.get("requestMirror") or {}).get("backendRef") or {}
        return each.get("type") == _MIRROR and self.is_target(backend, target, namespace)

    def cookies(self, entry: dict[str, Any]) -> list[str]:
        return [str(header.get("value")) for header in _added(entry) if str(header.get("name")).lower() == "set-cookie"]

    def with_cookie(self, entry: dict[str, Any], cookie: str, add: bool) -> dict[str, Any]:
        if (cookie in self.cookies(entry)) is add:
            return entry
        header = {"name": "Set-Cookie", "value": cookie}
        ours = {"type": _HEADERS, "responseHeaderModifier": {"add": [header]}}
        filters = entry.get("filters") or []
        if add:
            return {**entry, "filters": [*filters, ours]}
        kept = [each for each in filters if each != ours]
        without = {name: value for name, value in entry.items() if name != "filters"}
        return {**without, "filters": kept} if kept else without

    def matched(self, rule: Rule, entry: dict[str, Any], match: Match) -> Rule:
        conditions = rule.get("matches") or [{}]
        wanted = [
            {**condition, "headers": [*(condition.get("headers") or []), *_headers(match)]} for condition in conditions
        ]
        mirrors = [each for each in rule.get("filters") or [] if each.get("type") == _MIRROR]
        filters = [each for each in rule.get("filters") or [] if each not in mirrors]
        inner = {key: value for key, value in rule.items() if key != "filters"}
        inner |= {"filters": filters} if filters else {}
        inner |= {"name": f"{rule['name']}-canary"} if rule.get("name") else {}
        return copy.deepcopy({**inner, "matches": wanted, "backendRefs": [{**entry, "weight": self.whole}]})

    def is_matched(self, rule: Rule, target: Target, match: Match, namespace: str) -> bool:
        entries = rule.get("backendRefs") or []
        conditions = rule.get("matches") or []
        if len(entries) != 1 or not conditions or not self.is_target(entries[0], target, namespace):
            return False
        wanted = {_key(header) for header in _headers(match)}
        return all(wanted <= {_key(header) for header in each.get("headers") or []} for each in conditions)


def _added(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The headers that a backend adds to responses."""
    modifiers = [each.get("responseHeaderModifier") or {} for each in entry.get("filters") or []]
    return [header for modifier in modifiers for header in modifier.get("add") or []]


def _headers(match: Match) -> list[dict[str, str]]:
    return [
        {"type": _TYPES[way], "name": name, "value": value}
        for name, condition in match.headers.items()
        for way, value in condition.items()
    ]


def _key(header: dict[str, str]) -> tuple[str, str, str]:
    """A header as the API server completes and compares it: names have no case."""
    return header.get("type", "Exact"), header["name"].lower(), header["value"]


FORM = RouteForm()
