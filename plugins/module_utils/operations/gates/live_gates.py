# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates that need no metrics: an address that answers, a live object, an Application of Argo CD."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import without_secrets
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import jmespath
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.http_client import (
    Slow,
    Trust,
    Unreachable,
    UrlClient,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status as argocd_status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND as APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_info
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, Verdict

_ARGOCD = "argocd"  # where an Application is when the gate names no namespace
NOT_SERVED = "not_served"  # the reason of a gate on a kind that the cluster does not have
_SHOWN = 200  # characters of a value in a message


def url(name: str, options: Mapping[str, Any]) -> Verdict:
    """Whether an address answers with a status and a body that are accepted. Raises MeshError for unusable options."""
    trust = Trust(f"gates: {name}", ca_cert=options.get("ca_cert"), verify=options["validate_certs"])
    client = UrlClient(options["url"], float(options["timeout"]), trust, options.get("headers") or {})

    def verdict(outcome: Outcome, reason: str, message: str, value: float | None = None) -> Verdict:
        return Verdict(name, outcome, reason, message, without_secrets(client.label), value)

    try:
        response = client.request("")
    except Unreachable as error:
        return verdict(Outcome.FAIL, "slow" if isinstance(error, Slow) else "unreachable", str(error))
    finally:
        client.close()
    if response.status not in options["status"]:
        accepted = ", ".join(map(str, options["status"]))
        return verdict(Outcome.FAIL, "status", f"answers {response.status}, not {accepted}", response.status)
    body = options.get("body")
    if body and not re.search(body, response.body.decode(errors="replace")):
        return verdict(Outcome.FAIL, "body", f"answers {response.status}, and its body does not match {body!r}")
    return verdict(Outcome.PASS, "answered", f"answers {response.status}", response.status)


def live_object(name: str, options: Mapping[str, Any], resources: Resources) -> Verdict:
    """Whether a JMESPath expression over a live object is true. Raises MeshError for a kind that is not known."""
    wanted = options["object"]
    kind = mesh_info.known_kind(resources, wanted.get("kind") or "", wanted.get("api_version"))
    expression = options["expression"]
    live = _read(name, kind, wanted, resources, expression)
    if isinstance(live, Verdict):
        return live
    try:
        value = jmespath.search(expression, diff.masked(live, kind.secret_fields))
    except jmespath.exceptions.JMESPathError as error:
        message = f"the expression cannot be evaluated: {str(error).splitlines()[0]}"
        return Verdict(name, Outcome.INCONCLUSIVE, "expression_failed", message, expression)
    shown = repr(value) if len(repr(value)) <= _SHOWN else f"{repr(value)[:_SHOWN]}…"
    message = f"{kind.label(wanted.get('namespace'), wanted['name'])}: the expression gives {shown}"
    # JMESPath's own idea of false: null, false, and what is empty; 0 is true.
    true = value not in (None, False, "", [], {}) or (value == 0 and value is not False)
    return Verdict(name, *((Outcome.PASS, "true") if true else (Outcome.FAIL, "false")), message, expression)


def application(name: str, options: Mapping[str, Any], resources: Resources) -> Verdict:
    """Whether an Application is healthy. Whether it is Synced does not matter: a shift of traffic is a difference."""
    wanted = {"namespace": _ARGOCD, **options["object"]}
    live = _read(name, APPLICATION, wanted, resources, "status.health")
    if isinstance(live, Verdict):
        return live
    label = APPLICATION.label(wanted["namespace"], wanted["name"])
    broken = argocd_status.comparison(live)
    if broken:
        outcome = Outcome.FAIL if broken.state == "failed" else Outcome.INCONCLUSIVE
        return Verdict(name, outcome, broken.reason.name.lower(), f"{label}: {broken.message}", "status.conditions")
    health = (live.get("status") or {}).get("health") or {}
    state = health.get("status") or "Unknown"
    outcome = {"Healthy": Outcome.PASS, "Degraded": Outcome.FAIL, "Missing": Outcome.FAIL}.get(
        state, Outcome.INCONCLUSIVE
    )
    detail = f" ({health['message']})" if health.get("message") else ""
    return Verdict(name, outcome, state.lower(), f"{label}: its health is {state}{detail}", "status.health")


def _read(name: str, kind: Kind, wanted: Mapping[str, Any], resources: Resources, query: str) -> dict | Verdict:
    namespace = wanted.get("namespace") if kind.namespaced else None
    label = kind.label(namespace, wanted["name"])
    try:
        live = resources.get(kind, namespace or None, wanted["name"])
    except NotInstalled as error:
        return Verdict(name, Outcome.FAIL, NOT_SERVED, error.message, query)
    except ApiError as error:
        reason = "refused" if error.status in (401, 403) else "unreachable"
        return Verdict(name, Outcome.NO_DATA, reason, f"{label} cannot be read: {error.message}", query)
    return live or Verdict(name, Outcome.FAIL, "missing", f"{label} does not exist", query)
