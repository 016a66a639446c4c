# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom Argo CD trusts: certificates, SSH host keys and GPG keys, in three ConfigMaps."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_values import Holder

_NAMES = {"tls": "argocd-tls-certs-cm", "ssh": "argocd-ssh-known-hosts-cm", "gpg": "argocd-gpg-keys-cm"}
_KNOWN_HOSTS = "ssh_known_hosts"
_HOST_KEY = re.compile(r"(ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+)\s+([A-Za-z0-9+/=]{32,})")
_ARMOUR = re.compile(r"-----BEGIN PGP PUBLIC KEY BLOCK-----\s*\n(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.S)
_PUBLIC_KEY = 6  # the packet's tag, RFC 4880 section 4.3


def run(task) -> dict:
    """The ``run`` of argocd_certificate. Raises MeshError."""
    kind, present = task.params["type"], task.params["state"] == "present"
    stated = task.params.get("data") or ""
    if kind == "gpg":
        key = key_id(stated) if stated else task.params["key_id"].replace(" ", "").upper()[-16:]
        wanted = {key: stated.strip() + "\n" if present else None}
    elif kind == "tls":
        wanted = {_server(task): _certificates(stated) if present else None}
    holder = Holder(task, Resources(task.session), builtin.CONFIGMAP, _NAMES[kind])
    if kind == "ssh":
        before = holder.data.get(_KNOWN_HOSTS) or ""
        wanted = {_KNOWN_HOSTS: known_hosts(before, _server(task), host_keys(stated) if present else [])}
    made = holder.set(wanted)
    answer = manage.results(task, [made], diff.masked(made.after))
    return {**answer, **({"key_id": key} if kind == "gpg" else {})}


def _server(task) -> str:
    server = task.params["server"]
    if "/" in server or "@" in server:
        raise MeshError(f"server must be a name such as git.example.com, not {server!r}.")
    return server


def _certificates(text: str) -> str:
    if "-----BEGIN CERTIFICATE-----" not in text or "-----END CERTIFICATE-----" not in text:
        raise MeshError(
            "data is no certificate in PEM, with lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----."
        )
    if "PRIVATE KEY-----" in text:
        raise MeshError("data holds a private key. Argo CD needs the certificates of the server alone.")
    return text.strip() + "\n"


def host_keys(text: str) -> list[str]:
    """``type key`` of each line, whether the name of the server stands before it or not. Raises MeshError."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _HOST_KEY.search(line)
        if not key:
            raise MeshError(f"data, line {number}: no SSH host key such as 'ssh-ed25519 AAAA…'.")
        found.append(f"{key[1]} {key[2]}")
    if not found:
        raise MeshError("data holds no SSH host key. `ssh-keyscan SERVER` prints them; compare them before you trust.")
    return found


def known_hosts(before: str, server: str, keys: list[str]) -> str:
    """The text of known hosts in which a server has exactly these keys; the lines of others stay as they are."""
    lines = before.splitlines()
    others = [line for line in lines if not line or line[0] == "#" or server not in line.split()[0].split(",")]
    ours = [line for line in lines if line not in others]
    wanted = [f"{server} {key}" for key in keys]
    if sorted(ours) == sorted(wanted):
        return before
    return "\n".join([*others, *wanted]).rstrip("\n") + "\n"


def key_id(armoured: str) -> str:
    """The last 16 digits of the fingerprint of a public key. Raises MeshError when it is none."""
    found = _ARMOUR.findall(armoured)
    if len(found) != 1:
        raise MeshError("data must be one public key in ASCII armour (gpg --armor --export KEY).")
    lines = found[0].replace("\r", "").split("\n")
    body = lines[lines.index("") + 1 :] if "" in lines[:-1] else lines
    encoded = "".join(line for line in body if line and not line.startswith("=") and ":" not in line)
    try:
        packets = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise MeshError("data is no public key: what stands in the ASCII armour is not base64.") from None
    return hashlib.sha1(_packet(packets)).hexdigest().upper()[-16:]  # a fingerprint of version 4 is a SHA-1


def _packet(data: bytes) -> bytes:
    """What the fingerprint is made of: the first packet, a public key, behind its length (RFC 4880 section 12.2)."""
    head = data[0] if data else 0
    if head & 0x40:  # the new format of lengths
        tag, first = head & 0x3F, data[1]
        size, start = (first, 2) if first < 192 else (((first - 192) << 8) + data[2] + 192, 3)
    else:
        tag, width = head >> 2 & 0x0F, 1 << (head & 3)
        size, start = int.from_bytes(data[1 : 1 + width], "big"), 1 + width
    body = data[start : start + size]
    if tag != _PUBLIC_KEY or not body or body[0] != 4:
        raise MeshError("data is no public key of version 4, the only one that Argo CD's gpg is sure to know.")
    return b"\x99" + len(body).to_bytes(2, "big") + body
