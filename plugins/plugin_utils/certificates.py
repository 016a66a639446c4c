# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates in texts, Secrets and ConfigMaps, as rows."""

from __future__ import annotations

import base64
import binascii
import datetime
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import pem
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

try:
    from cryptography import x509
except ImportError:  # ansible-core asks for it, but who installs without dependencies has none
    x509 = None

_DAY = 24 * 60 * 60
_BEGIN = "-----BEGIN CERTIFICATE-----"


def read(source: Any, now: datetime.datetime | None = None) -> list[dict[str, Any]]:
    """A row for each certificate of a PEM text (also in base64), or of a Secret or ConfigMap; ``now`` in UTC.

    Raises MeshError, which never shows the text.
    """
    if x509 is None:
        raise MeshError("the Python package cryptography is not installed on the controller: pip install cryptography")
    now = now or datetime.datetime.now(datetime.timezone.utc)
    if isinstance(source, str):
        return list(_of_text("", source, now, "the text"))
    name = f"{source['kind']} {source['metadata']['name']}"
    if source["kind"] not in ("Secret", "ConfigMap"):
        raise MeshError(f"{name} holds no certificates. Give a Secret, a ConfigMap or PEM.")
    data = {**(source.get("data") or {}), **(source.get("stringData") or {})}
    return [
        row
        for key, value in sorted(data.items())
        if _BEGIN in _plain(value)
        for row in _of_text(key, value, now, f"the key {key} of {name}")
    ]


def _plain(text: str) -> str:
    """The text itself, or what it is the base64 of; "" for what is neither."""
    if "-----BEGIN " in text:
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _of_text(key: str, text: str, now: datetime.datetime, name: str) -> Iterator[dict[str, Any]]:
    blocks = [block for block in pem.blocks(_plain(text), name) if block.label == "CERTIFICATE"]
    if not blocks:
        raise MeshError(f"{name} has no certificate. It must be PEM with a line {_BEGIN}, or that in base64.")
    for block in blocks:
        try:
            certificate = x509.load_pem_x509_certificate(block.text.encode())
        except ValueError:
            raise MeshError(f"{name} has a certificate that cannot be read: its content is damaged.") from None
        yield {"key": key, **_row(certificate, now)}


def _row(certificate: Any, now: datetime.datetime) -> dict[str, Any]:
    begin, end = (_utc(certificate, field) for field in ("not_valid_before", "not_valid_after"))
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "names": [str(getattr(name, "value", name)) for name in _extension(certificate, x509.SubjectAlternativeName)],
        "serial": f"{certificate.serial_number:x}",
        "not_before": begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "days_left": round((end - now).total_seconds() / _DAY, 1),
        "ca": bool(getattr(_extension(certificate, x509.BasicConstraints), "ca", False)),
    }


def _utc(certificate: Any, field: str) -> datetime.datetime:
    """Before cryptography 42 times have no zone, and are UTC."""
    value = getattr(certificate, f"{field}_utc", None)
    return value or getattr(certificate, field).replace(tzinfo=datetime.timezone.utc)


def _extension(certificate: Any, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, ValueError):
        return []
