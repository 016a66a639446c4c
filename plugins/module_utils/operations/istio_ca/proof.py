# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that a phase is reached: by istiod's own certificate, by what it distributes, and by every single proxy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import handshake
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import is_ready
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import proxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority

_XDS = 15012  # the port on which istiod serves its own certificate to agents
_NAMED = 5  # proxies that a message names
Document = dict[str, Any]


@dataclass
class Seen:
    """One look. ``missing``: what of the control plane is not there yet, one line each; ``proxies``: how many."""

    missing: list[str] = field(default_factory=list)
    stragglers: list[Document] = field(default_factory=list)
    proxies: int = 0

    @property
    def complete(self) -> bool:
        return not self.missing and not self.stragglers

    @property
    def message(self) -> str:
        """What is missing, without a full stop."""
        lines = [*self.missing]
        if self.stragglers:
            rows = [f"{row['namespace']}/{row['pod']} ({row['reason']})" for row in self.stragglers]
            lines.append(f"{len(self.stragglers)} of {self.proxies} proxies do not follow: {few(rows, _NAMED, '; ')}")
        return "; ".join(lines)


def look(task: Task, namespace: str, wanted: Authority, distrusted: dict[str, str], *, leaves: bool) -> Seen:
    """Whether everything has what ``wanted`` says. ``distrusted``: roots that nobody is to trust any more (fingerprint
    → label); ``leaves``: proxies are to have certificates by the signing one. Raises MeshError.
    """
    seen = Seen()
    trusts = {root.fingerprint: root.label for root in wanted.roots}
    if wanted.signing is None:
        return seen
    asked = proxies.survey(task)
    places = {namespace, *(proxy.namespace for proxy in asked)}
    seen.missing += _control_planes(task, namespace, wanted.signing)
    seen.missing += _distributed(task.resources, places, trusts, distrusted)
    seen.missing += _webhooks(task.resources, namespace, trusts)
    expected = proxies.Expectation(trusts, distrusted, wanted.signing if leaves else None)
    seen.proxies, seen.stragglers = len(asked), expected.stragglers(asked)
    return seen


def _control_planes(task: Task, namespace: str, signing: Certificate) -> list[str]:
    """What of istiod does not sign by this certificate yet. Each replica's own certificate is by its authority."""
    pods = [pod for pod in task.resources.list(injection.POD, namespace, "app=istiod") if is_ready(pod)]
    if not pods:
        return [f"no istiod in {namespace} is ready, and without it no proxy gets another certificate"]
    return [line for line in live.parallel(lambda pod: _replica(task, pod, signing), pods) if line]


def _replica(task: Task, pod: Document, signing: Certificate) -> str:
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    try:
        data = handshake.served(task.session, namespace, name, _XDS, f"istiod.{namespace}.svc")
    except handshake.NoHandshake as trouble:
        return f"istiod {namespace}/{name} does not answer: {trouble}"
    except ApiError as error:
        raise MeshError(f"istiod {namespace}/{name} cannot be asked for its certificate: {error.message}") from None
    own = certificates.from_der(data)
    if own.is_issued_by(signing):
        return ""
    return f"istiod {namespace}/{name} still signs by {own.issuer}"


def _distributed(
    resources: Resources, places: set[str], trusts: dict[str, str], distrusted: dict[str, str]
) -> list[str]:
    """What of the roots that new proxies read is not as it is to be."""
    lines = []
    for live_map in resources.list(CONFIGMAP, None, None, f"metadata.name={ca.ROOTS}"):
        namespace = live_map["metadata"]["namespace"]
        if namespace in places:  # istiod leaves those alone that discoverySelectors exclude
            roots = (live_map.get("data") or {}).get(ca.ROOTS_KEY, "")
            lines += _compared(f"ConfigMap {namespace}/{ca.ROOTS}", roots, trusts, distrusted)
    return lines[:_NAMED]


def _webhooks(resources: Resources, namespace: str, trusts: dict[str, str]) -> list[str]:
    """The webhooks by which the API server would not trust istiod; those whose Service is gone do not count."""
    lines = []
    names = [service["metadata"]["name"] for service in resources.list(KINDS["", "Service"], namespace)]
    services = {(namespace, name) for name in names if name.startswith("istiod")}
    for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        for hook in resources.list(KINDS["admissionregistration.k8s.io", kind]):
            for roots in sorted(_authorities(hook, services)):
                lines += _compared(f"{kind} {hook['metadata']['name']}", roots, trusts, {})
    return lines[:_NAMED]


def _authorities(hook: Document, services: set[tuple[str, str]]) -> set[str]:
    """The authorities by which the API server trusts the webhooks that these Services, (namespace, name), serve."""
    texts = set()
    for client in [webhook.get("clientConfig") or {} for webhook in hook.get("webhooks") or []]:
        service = client.get("service") or {}
        if client.get("caBundle") and (service.get("namespace"), service.get("name")) in services:
            texts.add(ca.text(client["caBundle"], hook["metadata"]["name"]))
    return texts


def _compared(where: str, text: str, trusts: dict[str, str], distrusted: dict[str, str]) -> list[str]:
    has = {root.fingerprint for root in certificates.read(text, where)} if text.strip() else set()
    missing = [label for fingerprint, label in trusts.items() if fingerprint not in has]
    surplus = [label for fingerprint, label in distrusted.items() if fingerprint in has]
    lines = [f"{where} has no {', '.join(missing)} yet"] if missing else []
    return lines + ([f"{where} still has {', '.join(surplus)}"] if surplus else [])
