# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates in texts, Secrets and ConfigMaps, as rows."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates, pem, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_DAY = 24 * 60 * 60  # seconds
_BEGIN = "-----BEGIN CERTIFICATE-----"


def read(source: Any, now: datetime | None = None) -> list[dict[str, Any]]:
    """A row for each certificate of a PEM text (also in base64), or of a Secret or ConfigMap; ``now`` in UTC.

    Raises MeshError, which never shows the text.
    """
    now = now or times.now()
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
    except ValueError:
        return ""


def _of_text(key: str, text: str, now: datetime, name: str) -> Iterator[dict[str, Any]]:
    blocks = [block for block in pem.blocks(_plain(text), name) if block.label == "CERTIFICATE"]
    if not blocks:
        raise MeshError(f"{name} has no certificate. It must be PEM with a line {_BEGIN}, or that in base64.")
    for certificate in certificates.read("".join(block.text for block in blocks), name):
        days = round((certificate.not_after - now).total_seconds() / _DAY, 1)
        yield {
            "key": key,
            **certificate.row(now),
            "names": list(certificate.names),
            "days_left": days,
            "ca": certificate.is_ca,
        }
