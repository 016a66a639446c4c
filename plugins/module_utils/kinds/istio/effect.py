# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object of Istio does to who may call whom, and how, in half a sentence; for people who did not write it.

Each function takes a live object and returns the words without a full stop, empty where the object does nothing of that
kind (a DestinationRule without TLS settings, say).
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few

_ROOT_NAMESPACE = "istio-system"  # what is there is for the whole mesh, unless istiod was told of another
_NAMED = 3  # issuers, filters or hosts that are named


def peer_authentication(live: dict[str, Any]) -> str:
    spec = _mapping(live.get("spec"))
    ports = {port: _mode(mtls) for port, mtls in _mapping(spec.get("portLevelMtls")).items()}
    by_port = "".join(f", port {port}: {mode}" for port, mode in sorted(ports.items()))
    return f"mTLS {_mode(spec.get('mtls'))}{by_port}, for {_workloads(live)}"


def authorization_policy(live: dict[str, Any]) -> str:
    spec = _mapping(live.get("spec"))
    action, rules = spec.get("action") or "ALLOW", spec.get("rules") or []
    whom = _workloads(live)
    if action == "ALLOW" and not rules:
        return f"allows nothing, so refuses every request to {whom}"
    if not rules:
        return f"{action} without rules, which matches no request, for {whom}"
    if any(not rule for rule in rules):
        return f"{action} of every request to {whom}"
    return f"{action} by {_count(rules, 'rule')}, for {whom}"


def request_authentication(live: dict[str, Any]) -> str:
    rules = [rule for rule in _mapping(live.get("spec")).get("jwtRules") or [] if isinstance(rule, dict)]
    issuers = [str(rule.get("issuer")) for rule in rules]
    return f"accepts tokens of {few(issuers, _NAMED) or 'no issuer'}, for {_workloads(live)}"


def envoy_filter(live: dict[str, Any]) -> str:
    patches = [patch for patch in _mapping(live.get("spec")).get("configPatches") or [] if isinstance(patch, dict)]
    names = sorted({f"{_mapping(patch.get('patch')).get('operation')} {patch.get('applyTo')}" for patch in patches})
    return f"patches the proxies' configuration ({few(names, _NAMED)}) of {_workloads(live)}" if names else ""


def extension(live: dict[str, Any]) -> str:
    """Of a WasmPlugin or a TrafficExtension."""
    phase = _mapping(live.get("spec")).get("phase")
    return f"runs code{f' in the phase {phase}' if phase else ''} on requests of {_workloads(live)}"


def destination_rule(live: dict[str, Any]) -> str:
    """Only what it says of TLS: DISABLE sends plain text to where mTLS may be required."""
    spec = _mapping(live.get("spec"))
    policies = [_mapping(spec.get("trafficPolicy"))]
    policies += [_mapping(subset.get("trafficPolicy")) for subset in spec.get("subsets") or []]
    levels = [level for policy in policies for level in (policy, *(policy.get("portLevelSettings") or []))]
    modes = {_mapping(level.get("tls")).get("mode") or "DISABLE" for level in levels if level.get("tls") is not None}
    return f"TLS {', '.join(sorted(modes))} towards {spec.get('host')}" if modes else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mode(mtls: Any) -> str:
    mode = _mapping(mtls).get("mode") or "UNSET"
    return "as inherited" if mode == "UNSET" else str(mode)


def _workloads(live: dict[str, Any]) -> str:
    """Which workloads an object is for, by its selector or targets, and its namespace."""
    spec, namespace = _mapping(live.get("spec")), live["metadata"].get("namespace")
    place = "the mesh" if namespace == _ROOT_NAMESPACE else namespace
    selector = _mapping(spec.get("selector")).get("matchLabels") or _mapping(spec.get("workloadSelector")).get("labels")
    targets = spec.get("targetRefs") or ([spec["targetRef"]] if spec.get("targetRef") else [])
    if targets:
        names = [f"{target.get('kind')} {target.get('name')}" for target in targets]
        return f"{few(names, _NAMED)} of {namespace}"
    if selector:
        labels = [f"{name}={value}" for name, value in sorted(selector.items())]
        return f"workloads with {few(labels, _NAMED)} of {place}"
    return f"all workloads of {place}"


def _count(items: list[Any], name: str) -> str:
    return f"{len(items)} {name}{'' if len(items) == 1 else 's'}"
