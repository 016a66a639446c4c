# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate a proxy presents, and which roots it trusts: asked of Envoy itself, on its admin port.

Envoy shows certificates, and never a key. Source: Istio's agent serves the SDS resources ``default`` and ``ROOTCA``
(security/pkg/nodeagent, pkg/security); Envoy shows them at ``/config_dump`` as dynamic secrets.
"""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.portforward import PodConnection
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session

_ADMIN = 15000  # Envoy's admin port in the pod's own localhost
_PATH = "/config_dump?resource=dynamic_active_secrets"
_LEAF, _ROOTS = "default", "ROOTCA"
_ANSWER = 10.0  # seconds for an answer


class Unasked(Exception):
    """The proxy does not say it; the message says why, without a full stop."""


class ProxySecrets(NamedTuple):
    """``chain``: the proxy's own certificate and what it presents with it; ``roots``: what it trusts; both in PEM."""

    chain: str
    roots: str


def ask(session: Session, namespace: str, pod: str) -> ProxySecrets:
    """The certificates of the mesh that a proxy has. Raises Unasked; ApiError where it may not be asked."""
    secrets = dump(session, namespace, pod)
    lacking = [name for name in (_LEAF, _ROOTS) if not secrets.get(name)]
    if lacking:
        raise Unasked(f"it has no secret {' and '.join(lacking)} yet")
    return ProxySecrets(secrets[_LEAF], secrets[_ROOTS])


def dump(session: Session, namespace: str, pod: str) -> dict[str, str]:
    """The certificates of all secrets that are in use, by their names. Raises Unasked; ApiError."""
    connection = PodConnection(session, namespace, pod, _ADMIN, _ANSWER)
    try:
        connection.request("GET", _PATH)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Unasked(f"its admin port answers {answer.status}")
        return {entry["name"]: _pem(entry) for entry in json.loads(body).get("configs") or []}
    except ApiError as error:
        if error.status in (401, 403):
            raise
        raise Unasked(error.message.rstrip(".")) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unasked(f"its admin port does not answer: {error or type(error).__name__}") from None
    except (ValueError, KeyError, TypeError):
        raise Unasked("its admin port answers with something that is not Envoy's config_dump") from None
    finally:
        connection.close()


def _pem(entry: dict[str, Any]) -> str:
    secret = entry.get("secret") or {}
    chain = (secret.get("tls_certificate") or {}).get("certificate_chain") or {}
    source = chain or (secret.get("validation_context") or {}).get("trusted_ca") or {}
    if source.get("inline_bytes"):
        return base64.b64decode(source["inline_bytes"]).decode()
    return str(source.get("inline_string") or "")
