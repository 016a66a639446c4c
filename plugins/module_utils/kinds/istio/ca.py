# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets from which istiod signs, and their two forms. Pure.

Source: Istio 1.31, pilot/pkg/bootstrap/istio_ca.go (detectSigningCABundleAndCRL, checkCABundleCompleteness) and
security/pkg/pki/ca/ca.go.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

PLUGGED, SELF_SIGNED = "cacerts", "istio-ca-secret"  # names of Secrets
ISTIO_GENERATED = "istio-generated"  # a key of cacerts by which istiod says that it made that itself
ROOTS = "istio-ca-root-cert"  # the ConfigMap in every namespace
ROOTS_KEY = "root-cert.pem"
MULTIROOT = "ISTIO_MULTIROOT_MESH"  # of istiod's environment: it takes another root bundle while it runs
XDS_AGENT = "PROXY_CONFIG_XDS_AGENT"  # of a proxy's environment: it takes trust anchors from istiod while it runs


class Form(NamedTuple):
    """The names of the keys of a Secret. ``chain`` is None where the certificate's own key has the chain as well."""

    name: str
    cert: str
    key: str
    root: str
    chain: str | None

    @property
    def keys(self) -> list[str]:
        return [key for key in (self.cert, self.key, self.chain, self.root) if key]


PEM = Form("pem", "ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem")
TLS = Form("tls", "tls.crt", "tls.key", "ca.crt", None)


class Bundle(NamedTuple):
    """What istiod signs with, as PEM texts. ``chain`` begins with the signing certificate. Never print the key."""

    cert: str
    key: str
    chain: str
    roots: str

    def __repr__(self) -> str:
        return f"Bundle({self.digest})"

    @property
    def digest(self) -> str:
        """By which a bundle is recognised; the key is in it by the certificate alone."""
        public = "\0".join([self.cert, self.chain, self.roots])
        return hashlib.sha256(public.encode()).hexdigest()[:32]


def form_of(secret: dict[str, Any]) -> Form:
    """The form that istiod reads a Secret in: it looks for tls.crt first."""
    return TLS if TLS.cert in (secret.get("data") or {}) else PEM


def bundle_of(secret: dict[str, Any], label: str) -> Bundle:
    """What is in a Secret. Raises MeshError that names the keys that are missing."""
    form, data = form_of(secret), secret.get("data") or {}
    missing = [key for key in form.keys if not data.get(key)]
    if missing:
        raise MeshError(
            f"{label} is incomplete: {', '.join(missing)} is missing or empty. istiod does not start with it "
            f"(incomplete signing CA bundle). It has to have {', '.join(form.keys)}.",
            missing=missing,
        )
    texts = {key: text(data[key], f"{label}, key {key}") for key in form.keys}
    chain = texts[form.chain or form.cert]
    return Bundle(texts[form.cert], texts[form.key], chain, texts[form.root])


def data_of(bundle: Bundle, form: Form) -> dict[str, str]:
    """The ``data`` of a Secret with a bundle."""
    texts = {form.key: bundle.key, form.root: bundle.roots, form.cert: bundle.cert if form.chain else bundle.chain}
    if form.chain:
        texts[form.chain] = bundle.chain
    return {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}


def text(value: str, label: str) -> str:
    """What base64 of a Secret or a webhook holds. Raises MeshError."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise MeshError(f"{label} is not text in PEM.") from None
