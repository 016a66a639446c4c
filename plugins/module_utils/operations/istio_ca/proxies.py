# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every proxy of a cluster with the certificate that it presents and the roots that it trusts, by asking each."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio import proxy_secrets
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload, workload_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import is_gateway, proxy_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import environment


@dataclass(frozen=True)
class Proxy:
    """``roots``: fingerprints; ``trouble``: why it does not say which, or empty; ``takes_anchors``: it takes trust
    anchors while it runs, and does not have to be restarted for others.
    """

    namespace: str
    pod: str
    workload: Workload
    gateway: bool
    takes_anchors: bool
    leaf: Certificate | None = None
    roots: frozenset[str] = frozenset()
    trouble: str = ""

    @property
    def label(self) -> str:
        return f"{self.namespace}/{self.pod}"

    def row(self, now: datetime) -> dict[str, Any]:
        """It in a result."""
        leaf = self.leaf.row(now) if self.leaf else None
        return {
            "namespace": self.namespace,
            "pod": self.pod,
            "workload": self.workload.row(),
            "gateway": self.gateway,
            ca.XDS_AGENT: self.takes_anchors,
            "leaf": leaf,
            "roots": sorted(self.roots),
            "trouble": self.trouble or None,
        }


def survey(task: Task) -> list[Proxy]:
    """Every running proxy, by namespace and name. Raises MeshError where proxies may not be asked."""
    pods = [pod for pod in injection.pods_of(task.resources, None) if proxy_of(pod) and _runs(pod)]
    asked = live.parallel(functools.partial(_ask, task.session), pods)
    return sorted(asked, key=lambda proxy: (proxy.namespace, proxy.pod))


def _runs(pod: dict[str, Any]) -> bool:
    return (pod.get("status") or {}).get("phase") == "Running"


def _ask(session: Session, pod: dict[str, Any]) -> Proxy:
    metadata = pod["metadata"]
    known = environment(pod["spec"])
    takes = str(known.get(ca.XDS_AGENT, "")).lower() == "true"
    proxy = Proxy(metadata["namespace"], metadata["name"], workload_of(pod), is_gateway(pod), takes)
    try:
        secrets = proxy_secrets.ask(session, proxy.namespace, proxy.pod)
        leaf = certificates.read(secrets.chain, f"the certificate of the proxy {proxy.label}")[0]
        roots = _roots(secrets.roots)
    except proxy_secrets.Unasked as trouble:
        return dataclasses.replace(proxy, trouble=str(trouble))
    except ApiError as error:
        raise MeshError(
            f"The proxy {proxy.label} cannot be asked for its certificates: {error.message} It needs the verbs get and "
            "create on pods/portforward in every namespace with proxies."
        ) from None
    return dataclasses.replace(proxy, leaf=leaf, roots=roots)


@functools.lru_cache(maxsize=64)
def _roots(text: str) -> frozenset[str]:
    """The fingerprints in a text, which most proxies have alike."""
    return frozenset(root.fingerprint for root in certificates.read(text, "the roots of a proxy"))


@dataclass(frozen=True)
class Expectation:
    """What every proxy is to have: ``trusts`` these roots and ``distrusts`` those (fingerprint → label), and a leaf by
    this ``issuer`` (None: whichever).
    """

    trusts: dict[str, str]
    distrusts: dict[str, str]
    issuer: Certificate | None = None

    def lacking(self, proxy: Proxy) -> str:
        """Why a proxy is not as it is to be, without a full stop; empty when it is."""
        if proxy.trouble or proxy.leaf is None:
            return proxy.trouble or "it shows no certificate"
        missing = [label for fingerprint, label in self.trusts.items() if fingerprint not in proxy.roots]
        too_many = [label for fingerprint, label in self.distrusts.items() if fingerprint in proxy.roots]
        reasons = []
        if missing:
            reasons.append(f"it does not trust {', '.join(missing)}")
        if self.issuer is not None and not proxy.leaf.is_issued_by(self.issuer):
            reasons.append(f"its certificate is issued by {proxy.leaf.issuer}, not by {self.issuer.label}")
        if too_many:
            reasons.append(f"it still trusts {', '.join(too_many)}")
        if reasons and not proxy.takes_anchors:
            reasons.append(f"it runs without {ca.XDS_AGENT}, so it follows when it is restarted")
        return "; ".join(reasons)

    def stragglers(self, proxies: Iterable[Proxy]) -> list[dict[str, Any]]:
        """The proxies that are not as they are to be, each with the reason."""
        rows = []
        for proxy in proxies:
            reason = self.lacking(proxy)
            if reason:
                workload = proxy.workload.row()
                rows.append({"namespace": proxy.namespace, "pod": proxy.pod, "workload": workload, "reason": reason})
        return rows
