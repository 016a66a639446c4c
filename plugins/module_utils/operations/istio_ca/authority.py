# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority that signs a mesh now: where it comes from, what it is, and istiod's settings that matter to it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates, libraries
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP, SECRET, renewer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.ca import Bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

DEPLOYMENT = KINDS["apps", "Deployment"]
Document = dict[str, Any]


@dataclass(frozen=True)
class Authority:
    """``source``: plugged (Secret cacerts), self_signed (by istiod) or none; ``writer``: what renews the Secret by
    itself (``Certificate istio-ca`` of cert-manager), or empty.
    """

    source: str
    secret: Document | None = None
    bundle: Bundle | None = None
    signing: Certificate | None = None
    chain: tuple[Certificate, ...] = ()
    roots: tuple[Certificate, ...] = ()
    writer: str = ""

    @property
    def root_fingerprints(self) -> set[str]:
        return {root.fingerprint for root in self.roots}

    def row(self, now: datetime) -> Document:
        """It in a result, without keys."""
        return {
            "source": self.source,
            "secret": self.secret["metadata"]["name"] if self.secret else None,
            "form": ca.form_of(self.secret).name if self.secret else None,
            "managed_by": self.writer or None,
            "signing": self.signing.row(now) if self.signing else None,
            "chain": [link.row(now) for link in self.chain],
            "roots": [root.row(now) for root in self.roots],
        }


def of_bundle(bundle: Bundle, label: str) -> Authority:
    """What a bundle means. Raises MeshError for what cannot be read."""
    signing = certificates.read(bundle.cert, f"{label}, the signing certificate")[0]
    chain = certificates.read(bundle.chain, f"{label}, the chain") if bundle.chain.strip() else []
    roots = certificates.read(bundle.roots, f"{label}, the root certificates")
    return Authority("plugged", None, bundle, signing, tuple(chain), tuple(roots))


def read(resources: Resources, namespace: str) -> Authority:
    """The authority of the control planes in a namespace. Raises MeshError for a Secret that istiod cannot use."""
    for name, source in ((ca.PLUGGED, "plugged"), (ca.SELF_SIGNED, "self_signed")):
        secret = resources.get(SECRET, namespace, name)
        if secret is None:
            continue
        if ca.ISTIO_GENERATED in (secret.get("data") or {}):
            source = "self_signed"
        return of_secret(secret, source)
    return Authority("none")


def of_secret(secret: Document, source: str) -> Authority:
    """What a Secret means. Raises MeshError for one that istiod cannot use."""
    label = SECRET.label(secret["metadata"]["namespace"], secret["metadata"]["name"])
    there = of_bundle(_bundle(secret, label, source), label)
    return dataclasses.replace(there, source=source, secret=secret, writer=renewer(secret))


def _bundle(secret: Document, label: str, source: str) -> Bundle:
    """istiod's own Secret has the root alone, which signs: its other keys are empty."""
    if source != "self_signed":
        return ca.bundle_of(secret, label)
    data = dict(secret.get("data") or {})
    for key in (ca.PEM.root, ca.PEM.chain or ""):
        data[key] = data.get(key) or data.get(ca.PEM.cert, "")
    return ca.bundle_of({**secret, "data": data}, label)


@dataclass(frozen=True)
class Settings:
    """What istiod and the mesh were told. ``deployments``: istiod's; ``without_multiroot``: those that would not take
    another root while they run; ``external``: why istiod does not sign itself, or empty.
    """

    deployments: tuple[Document, ...] = ()
    without_multiroot: tuple[str, ...] = ()
    external: str = ""
    xds_agent: bool = False
    certificate_ttl: str = "24h0m0s"

    @property
    def multiroot(self) -> bool:
        return bool(self.deployments) and not self.without_multiroot

    def row(self) -> Document:
        """It in a result."""
        return {
            ca.MULTIROOT: self.multiroot,
            ca.XDS_AGENT: self.xds_agent,
            "DEFAULT_WORKLOAD_CERT_TTL": self.certificate_ttl,
            "external": self.external or None,
        }


def settings(resources: Resources, namespace: str) -> Settings:
    """Read them from istiod's Deployments and the mesh configuration. Raises ApiError."""
    deployments = resources.list(DEPLOYMENT, namespace, "app=istiod")
    environments = {item["metadata"]["name"]: environment(item["spec"]["template"]["spec"]) for item in deployments}
    without = [name for name, known in environments.items() if known.get(ca.MULTIROOT, "").lower() != "true"]
    ttls = [
        known["DEFAULT_WORKLOAD_CERT_TTL"] for known in environments.values() if "DEFAULT_WORKLOAD_CERT_TTL" in known
    ]
    return Settings(
        deployments=tuple(deployments),
        without_multiroot=tuple(without),
        external=next(filter(None, map(_external, environments.values())), ""),
        xds_agent=bool(deployments) and all(_has_agents(resources, namespace, item) for item in deployments),
        certificate_ttl=ttls[0] if ttls else "24h0m0s",
    )


def environment(pod_spec: Document) -> dict[str, str]:
    """The variables of all containers that have a plain value."""
    containers = [*(pod_spec.get("containers") or []), *(pod_spec.get("initContainers") or [])]
    variables = [variable for container in containers for variable in container.get("env") or []]
    return {variable["name"]: str(variable.get("value") or "") for variable in variables}


def _external(known: dict[str, str]) -> str:
    if known.get("ENABLE_CA_SERVER", "").lower() == "false":
        return "its CA server is off (ENABLE_CA_SERVER), so another program issues the certificates, such as istio-csr"
    if known.get("EXTERNAL_CA"):
        return f"it passes requests on to an external CA (EXTERNAL_CA is {known['EXTERNAL_CA']})"
    return ""


def _has_agents(resources: Resources, namespace: str, deployment: Document) -> bool:
    """Whether the mesh configuration of this istiod makes new proxies take trust anchors while they run."""
    revision = (deployment["metadata"].get("labels") or {}).get("istio.io/rev") or "default"
    name = "istio" if revision == "default" else f"istio-{revision}"
    live = resources.get(CONFIGMAP, namespace, name)
    try:
        mesh = libraries.yaml.load(((live or {}).get("data") or {}).get("mesh") or "{}", Loader=libraries.YAML_LOADER)
        metadata = ((mesh or {}).get("defaultConfig") or {}).get("proxyMetadata") or {}
        return str(metadata.get(ca.XDS_AGENT, "")).lower() == "true"
    except (AttributeError, libraries.yaml.YAMLError):
        raise MeshError(f"ConfigMap {namespace}/{name}: its mesh configuration is not a mapping in YAML.") from None
