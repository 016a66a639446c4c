# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event for each certificate of a mesh that is near its end."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import runpy
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DOCUMENTATION = r"""
---
short_description: Receive an event when a certificate of the mesh is near its end.
description:
  - Watches the Secrets that hold certificates, of gateways and of the authority of Istio, and says once for each
    certificate that it ends within O(days), and once more for each later threshold. Another certificate in the same
    Secret is a new one.
  - No private key leaves the source. The right to list and watch Secrets is needed where they are watched.
options:
  namespaces:
    description: The namespaces to watch. Without it, all of them.
    type: list
    elements: str
  label_selector:
    description: Only Secrets with these labels.
    type: str
  days:
    description: How many days before its end a certificate is reported, each time once.
    type: list
    elements: int
    default: [30, 7, 1]
  interval:
    description: The time between two looks at the clock, in seconds. Changes of Secrets are seen at once.
    type: float
    default: 3600
  kubeconfig:
    description: How to connect; this and the further options of the connection are as in argocd_applications.
"""

EXAMPLES = r"""
- meshops.lifecycle.mesh_certificates:
    namespaces: [istio-system, istio-ingress]
    days: [30, 7]
"""

_SOURCE = "mesh_certificates"
_ARGUMENTS = ("namespaces", "label_selector", "days", "interval")
# The keys of Secrets in which Istio and Kubernetes keep certificates; the first that is there counts.
_KEYS = ("tls.crt", "ca-cert.pem", "cert")
_AUTHORITIES = ("cacerts", "istio-ca-secret")
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.S)
_SEQUENCE, _VERSION, _UTC_TIME = 0x30, 0xA0, 0x17


def _shared() -> Any:
    """The file that sources have in common, run as ansible-rulebook runs a source: as a single file."""
    path = Path(__file__).resolve().parents[1] / "shared" / "kubernetes_watch.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where its content begins, where it ends) of the element of DER at a position. Raises IndexError."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > len(data):
        raise IndexError(at)
    return tag, at, at + length


def not_after(certificate: bytes) -> datetime:
    """The end of a certificate in DER (RFC 5280, 4.1). Raises ValueError and IndexError for what is none.

    ansible-rulebook brings no package that reads certificates.
    """
    _tag, at, _end = _element(certificate, 0)
    _tag, at, _end = _element(certificate, at)  # tbsCertificate
    tag, _start, end = _element(certificate, at)
    if tag == _VERSION:
        at = end
    for _field in ("serialNumber", "signature", "issuer"):
        _tag, _start, at = _element(certificate, at)
    tag, at, _end = _element(certificate, at)  # validity
    if tag != _SEQUENCE:
        raise ValueError("no validity")
    _tag, _start, at = _element(certificate, at)  # notBefore
    tag, start, end = _element(certificate, at)
    text = certificate[start:end].decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year, of which 50 and more are of the last century
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)


def end_of(secret: dict[str, Any]) -> tuple[str, datetime] | None:
    """(key, end) of the certificate in a Secret that ends first of its chain, or None when it has none."""
    data = secret.get("data") or {}
    for key in _KEYS:
        try:
            text = base64.b64decode(data[key]).decode("ascii")
            ends = [not_after(base64.b64decode(block)) for block in _BLOCK.findall(text)]
        except (KeyError, ValueError, IndexError, binascii.Error, UnicodeDecodeError):
            continue
        if ends:
            return key, min(ends)
    return None


def event(known: dict[str, Any], left: timedelta, threshold: int) -> dict[str, Any]:
    """The event as rules see it."""
    return {
        "certificate": {
            **{name: known[name] for name in ("namespace", "secret", "key", "kind", "labels")},
            "not_after": f"{known['end']:%Y-%m-%dT%H:%M:%SZ}",
            "days_left": int(left.total_seconds() // 86400),
        },
        "threshold": threshold,
    }


class Certificates:
    """The certificates that are watched, and which of their thresholds have been reported."""

    def __init__(self, days: list[int]) -> None:
        self._days = sorted(days)
        self._known: dict[str, dict[str, Any]] = {}

    def gone(self, secret: dict[str, Any]) -> None:
        self._known.pop(secret["metadata"]["uid"], None)

    def seen(self, secret: dict[str, Any]) -> None:
        """Keep what is needed of a Secret, which is never its private key."""
        found, metadata = end_of(secret), secret["metadata"]
        if found is None:
            self.gone(secret)
            return
        key, end = found
        if self._known.get(metadata["uid"], {}).get("end") == end:
            return
        self._known[metadata["uid"]] = {
            "namespace": metadata["namespace"],
            "secret": metadata["name"],
            "labels": metadata.get("labels") or {},
            "kind": "authority" if metadata["name"] in _AUTHORITIES else "server",
            "key": key,
            "end": end,
            "reported": None,
        }

    def due(self, now: datetime) -> list[tuple[dict[str, Any], dict[str, Any], int]]:
        """(certificate, its event, threshold) of those that have passed a threshold which was not reported."""
        due = []
        for known in self._known.values():
            left = known["end"] - now
            passed = next((days for days in self._days if left <= timedelta(days=days)), None)
            if passed is not None and (known["reported"] is None or passed < known["reported"]):
                due.append((known, event(known, left, passed), passed))
        return due


async def _report(certificates: Certificates, queue: asyncio.Queue, interval: float, changed: asyncio.Event) -> None:
    while True:
        changed.clear()
        for known, told, passed in certificates.due(datetime.now(timezone.utc)):
            await queue.put(told)
            known["reported"] = passed  # after the event is in the queue: it is not lost
        try:
            await asyncio.wait_for(changed.wait(), interval)
        except asyncio.TimeoutError:
            continue


async def _watch(
    shared: Any, cluster: Any, path: str, selector: str, certificates: Certificates, changed: asyncio.Event
) -> None:
    async for what, secret in shared.follow(cluster, path, selector):
        if what == "gone":
            certificates.gone(secret)
        elif what == "seen":
            certificates.seen(secret)
        changed.set()


def _checked(args: dict[str, Any], shared: Any) -> tuple[list[str], list[int], float]:
    """(paths to watch, days, interval). Raises BadArguments."""
    shared.check_arguments(args, _ARGUMENTS, _SOURCE)
    days, interval = args.get("days", [30, 7, 1]), args.get("interval", 3600)
    if not isinstance(days, list) or not days or not all(isinstance(each, int) and each > 0 for each in days):
        raise shared.BadArguments(f"{_SOURCE}: days must be a list of whole numbers that are more than 0, not {days}.")
    if not isinstance(interval, (int, float)) or interval <= 0:
        raise shared.BadArguments(
            f"{_SOURCE}: interval must be a number of seconds that is more than 0, not {interval}."
        )
    names = args.get("namespaces")
    if names is not None and (not isinstance(names, list) or not names):
        raise shared.BadArguments(f"{_SOURCE}: namespaces must be a list with at least one name, or be left out.")
    paths = [f"/api/v1/namespaces/{name}/secrets" for name in names] if names else ["/api/v1/secrets"]
    return paths, days, float(interval)


async def main(queue: asyncio.Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until it is cancelled. Raises BadArguments, and Refused when nothing may be read."""
    shared = _shared()
    paths, days, interval = _checked(args, shared)
    certificates, changed = Certificates(days), asyncio.Event()
    selector = args.get("label_selector") or ""
    async with shared.Cluster(args) as cluster:
        work = [asyncio.create_task(_watch(shared, cluster, path, selector, certificates, changed)) for path in paths]
        work.append(asyncio.create_task(_report(certificates, queue, interval, changed)))
        try:
            await asyncio.gather(*work)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(_shared().Printing(), {}))
