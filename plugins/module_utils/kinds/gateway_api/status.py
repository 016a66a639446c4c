# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What controllers say of the objects of the Gateway API: conditions, each for a generation of the object.

The reasons are those of the API's types (Accepted, ResolvedRefs, Programmed) and, where marked, Istio's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness

GROUP = "gateway.networking.k8s.io"
# Seconds. A controller sees every kind by a watch of its own, so it may judge a route before it has seen the Gateway
# or the grant that was written just before, and take its word back at once.
SETTLES = 5.0

# Reasons that stay until somebody changes a declaration, and what to change. Every other reason may pass by itself: a
# Service, a certificate or an address that others are still bringing.
_LASTING = {
    "NotAllowedByListeners": "Let allowedRoutes of the parent's listener admit this namespace and this kind of route.",
    "NoMatchingListenerHostname": "Give it a hostname that the hostname of the listener covers.",
    "NoMatchingParent": "Name a listener that the parent has, by sectionName and port.",
    "UnsupportedValue": "Leave out what the controller does not support.",
    "IncompatibleFilters": "Use filters together that the controller can combine.",
    "RefNotPermitted": "Allow it by a ReferenceGrant in the namespace that is referred to.",
    "InvalidKind": "Refer to a kind that the controller knows there.",
    "UnsupportedProtocol": "Use a protocol that the controller supports there.",
    "Invalid": "",
    "UnsupportedAddress": "Ask for an address of a type that the controller supports.",
    "NotAllowed": "Let allowedListeners of the Gateway admit this namespace.",
    "HostnameConflict": "Give listeners of the same port different hostnames.",
    "ProtocolConflict": "Give listeners of the same port protocols that go together.",
    "PortUnavailable": "Use another port.",
    "InvalidRouteKinds": "Allow kinds of routes that fit the protocol of the listener.",
    "InvalidCACertificateKind": "Refer to a kind that the controller takes authorities from, such as ConfigMap.",
    "TooManyListeners": "",
    "Conflicted": "Keep one policy for the target.",
    "Unsupported": "",
    "ParentRefConflict": "",  # Istio
    "InvalidFilter": "",  # Istio
    "InvalidDestination": "",  # Istio
    "InvalidConfiguration": "",  # Istio
}


def generation(live: dict) -> int:
    return live["metadata"].get("generation", 0)


def verdict(conditions: Iterable[dict] | None, wanted: tuple[str, ...], seen: int, passing: tuple = ()) -> Readiness:
    """Ready when every wanted condition is True for the generation ``seen``.

    ``passing``: reasons that may pass here, though they last elsewhere. Programmed never fails for good: what is wrong
    with a declaration is reported by the other conditions.
    """
    by_type = {item.get("type"): item for item in conditions or ()}
    return worst(_condition(name, by_type.get(name) or {}, seen, passing) for name in wanted)


def _condition(name: str, condition: dict, seen: int, passing: tuple) -> Readiness:
    status, reason, message = (condition.get(key) or "" for key in ("status", "reason", "message"))
    if status not in ("True", "False"):
        return Readiness("waiting", f"{name} is not known yet{f' ({message})' if message else ''}")
    if condition.get("observedGeneration", 0) < seen:
        return Readiness("waiting", f"{name} is not known yet for the present generation")
    if status == "True":
        return READY
    sentence = f"{name} is False ({reason}): {message}"
    if name == "Programmed" or reason in passing or reason not in _LASTING:
        return Readiness("waiting", sentence)
    return Readiness("failed", f"{sentence.rstrip('. ')}. {_LASTING[reason]}".rstrip(), SETTLES)


def worst(verdicts: Iterable[Readiness]) -> Readiness:
    """The first failure, else the first that is waited for, else ready."""
    all_verdicts = list(verdicts)
    for state in ("failed", "waiting"):
        for candidate in all_verdicts:
            if candidate.state == state:
                return candidate
    return READY


def about(what: str, readiness: Readiness) -> Readiness:
    """A verdict that names what it is about."""
    return readiness if readiness.state == "ready" else readiness._replace(message=f"{what}: {readiness.message}")
