# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the bundle that istiod is to sign with: each finding names the field and the way out."""

from __future__ import annotations

from datetime import datetime

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority


def problems(wanted: Authority, names: dict[str, str], now: datetime) -> list[str]:
    """``names``: how the parts (cert, key, chain, root) are called where they come from. Raises MeshError for a key
    that cannot be read.
    """
    if wanted.signing is None or wanted.bundle is None:
        return []
    findings = _of_the_signing(wanted, names)
    parts = [(names["cert"], wanted.signing), *((names["root"], root) for root in wanted.roots)]
    parts += [(names["chain"], link) for link in wanted.chain if link != wanted.signing and link not in wanted.roots]
    for name, certificate in parts:
        findings += _of_a_certificate(name, certificate, now)
    return findings


def _of_the_signing(wanted: Authority, names: dict[str, str]) -> list[str]:
    signing, bundle, findings = wanted.signing, wanted.bundle, []
    if signing is None or bundle is None:
        return []
    if not certificates.is_key_of(signing, certificates.load_key(bundle.key, names["key"])):
        findings.append(f"{names['key']} is not the key of {names['cert']} ({signing.label}).")
    if certificates.path_to_root(signing, wanted.chain, wanted.roots) is None:
        roots = ", ".join(root.label for root in wanted.roots)
        findings.append(
            f"{names['cert']}, {signing.label}, does not lead to any certificate of {names['root']} ({roots}): it is "
            f"issued by {signing.issuer}. Put what is between the two into {names['chain']}, or give the root that "
            "has issued it."
        )
    if wanted.chain and signing not in wanted.chain and signing not in wanted.roots:
        findings.append(f"{names['chain']} does not begin with {names['cert']}. Proxies present it as their chain.")
    return findings


def _of_a_certificate(name: str, certificate: Certificate, now: datetime) -> list[str]:
    findings, label = [], f"{name}: {certificate.label}"
    if not certificate.is_ca:
        findings.append(
            f"{label} may not sign certificates (basicConstraints CA:FALSE, or keyUsage without keyCertSign)."
        )
    return findings + [f"{label} {flaw}." for flaw in certificate.flaws(now)]
