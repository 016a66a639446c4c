# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mode of mTLS a workload has, by all PeerAuthentications. Pure.

Source: istio, pilot/pkg/security/authn/policy_applier.go (ComposePeerAuthentication): the narrowest policy wins, of
several with one scope the oldest, UNSET inherits. A policy with a selector in the root namespace has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

STRICT, PERMISSIVE, DISABLE, UNSET = "STRICT", "PERMISSIVE", "DISABLE", "UNSET"
MESH, NAMESPACE, WORKLOAD = "mesh", "namespace", "workload"  # scopes, from the widest
Policy = dict[str, Any]  # a live or a desired PeerAuthentication
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Effective:
    """The modes of a workload. ``mode``: of all ports but those in ``ports``, which are numbers of container ports.

    ``source`` and ``source_of_ports``: the policies that decide, None for Istio's default.
    """

    mode: str
    source: Policy | None = None
    ports: Mapping[int, str] = field(default_factory=dict)
    source_of_ports: Policy | None = None

    def of_port(self, port: int) -> str:
        """The mode of a container port."""
        return self.ports.get(port, self.mode)

    @property
    def modes(self) -> set[str]:
        """All modes that some port may have."""
        return {self.mode, *self.ports.values()}


class Policies:
    """The PeerAuthentications of a cluster. ``root``: the namespace whose policies are for the whole mesh."""

    def __init__(self, policies: Iterable[Policy], root: str):
        self.root = root
        self._policies = sorted(policies, key=_age)

    def of(self, namespace: str, labels: Labels) -> Effective:
        """What a workload with these labels has."""
        mode, source = PERMISSIVE, None
        own = None
        for scope in (MESH, NAMESPACE, WORKLOAD):
            policy = self.deciding(scope, namespace, labels)
            stated = mode_of((policy or {}).get("spec"))
            if policy and stated != UNSET:
                mode, source = stated, policy
            own = policy if scope == WORKLOAD else None
        ports = {port: mode if stated == UNSET else stated for port, stated in ports_of(own).items()} if own else {}
        return Effective(mode, source, ports, own if ports else None)

    def deciding(self, scope: str, namespace: str, labels: Labels | None = None) -> Policy | None:
        """The policy of a scope that counts, the oldest; None where there is none."""
        return next((policy for policy in self._policies if self._is_for(policy, scope, namespace, labels)), None)

    def shadowed(self) -> list[tuple[Policy, Policy]]:
        """Policies without effect because an older one has the same scope, each with that one."""
        first: dict[tuple[Any, ...], Policy] = {}
        pairs = []
        for policy in self._policies:
            key = (namespace_of(policy), *sorted(selector_of(policy).items()))
            if key in first:
                pairs.append((policy, first[key]))
            first.setdefault(key, policy)
        return pairs

    def all(self) -> list[Policy]:
        """All of them, the oldest first."""
        return list(self._policies)

    def scope_of(self, policy: Policy) -> str | None:
        """Its scope; None for one with a selector in the root namespace, which has no effect."""
        if namespace_of(policy) == self.root:
            return None if selector_of(policy) else MESH
        return WORKLOAD if selector_of(policy) else NAMESPACE

    def _is_for(self, policy: Policy, scope: str, namespace: str, labels: Labels | None) -> bool:
        if self.scope_of(policy) != scope:
            return False
        if scope == MESH:
            return True
        return namespace_of(policy) == namespace and matches(selector_of(policy), labels or {})


def newly_strict(before: Policies, after: Policies) -> list[str]:
    """The scopes in which mTLS becomes required, for all ports or for some, as messages name them.

    Only scopes of policies that differ are looked at, and the namespaces without a policy when the mesh's differs.
    """
    scopes: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    for policy in [*before.all(), *after.all()]:
        selector = selector_of(policy)
        if namespace_of(policy) == before.root:
            if selector:
                continue
            scopes["", ()] = "the mesh"
        text = f"namespace {namespace_of(policy)}"
        if selector:
            text = f"workloads with {', '.join(f'{name}={value}' for name, value in selector.items())} of {text}"
        scopes[namespace_of(policy), tuple(sorted(selector.items()))] = text
    stricter = []
    for (namespace, labels), text in sorted(scopes.items()):
        if becomes_strict(before.of(namespace, dict(labels)), after.of(namespace, dict(labels))):
            stricter.append(text)
    if "the mesh" in stricter:
        return ["the mesh", *(text for text in stricter if text not in ("the mesh", f"namespace {before.root}"))]
    return stricter


def becomes_strict(old: Effective, new: Effective) -> bool:
    """Whether mTLS becomes required, for all ports or for some."""
    ports = {*old.ports, *new.ports}
    grown = new.mode == STRICT != old.mode
    return grown or any(new.of_port(port) == STRICT != old.of_port(port) for port in ports)


def namespace_of(policy: Policy) -> str:
    """The namespace of a policy."""
    return str(policy["metadata"].get("namespace") or "")


def selector_of(policy: Policy) -> dict[str, str]:
    """The labels of the workloads that a policy is for; empty for all of its scope."""
    selector = _mapping(_mapping(policy.get("spec")).get("selector"))
    return {str(name): str(value) for name, value in _mapping(selector.get("matchLabels")).items()}


def mode_of(mtls_owner: Any) -> str:
    """The mode in ``mtls`` of a spec; UNSET where there is none."""
    mode = _mapping(_mapping(mtls_owner).get("mtls")).get("mode")
    return str(mode) if mode in (STRICT, PERMISSIVE, DISABLE) else UNSET


def ports_of(policy: Policy) -> dict[int, str]:
    """The modes of the ports that a policy names."""
    ports = _mapping(_mapping(policy.get("spec")).get("portLevelMtls"))
    return {int(port): mode_of({"mtls": mtls}) for port, mtls in ports.items() if str(port).isdigit()}


def matches(selector: Labels, labels: Labels) -> bool:
    """Whether labels are chosen; an empty selector chooses all."""
    return all(labels.get(name) == value for name, value in selector.items())


def name_of(policy: Policy) -> str:
    """``NAMESPACE/NAME``."""
    return f"{namespace_of(policy)}/{policy['metadata']['name']}"


def _age(policy: Policy) -> tuple[str, str, str]:
    """The oldest first; what is to be created is the youngest."""
    metadata = policy["metadata"]
    return (str(metadata.get("creationTimestamp") or "9"), str(metadata["name"]), namespace_of(policy))


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
