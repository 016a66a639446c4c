# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD trusts: certificates, SSH host keys and GPG keys, in three ConfigMaps."""

from __future__ import annotations

import base64
import hashlib
import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import pem
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, results
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_values import Holder

_NAMES = {"tls": "argocd-tls-certs-cm", "ssh": "argocd-ssh-known-hosts-cm", "gpg": "argocd-gpg-keys-cm"}
_KNOWN_HOSTS = "ssh_known_hosts"
_HOST_KEY = re.compile(r"(ssh-[a-z0-9-]+|ecdsa-[a-z0-9-]+|sk-[a-z0-9@.-]+)\s+([A-Za-z0-9+/=]{32,})")
_ARMOUR = re.compile(r"-----BEGIN PGP PUBLIC KEY BLOCK-----\s*\n(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.S)
_PUBLIC_KEY = 6  # the packet's tag, RFC 4880 section 4.3


def run(task: Task) -> dict:
    """The ``run`` of argocd_certificate. Raises MeshError."""
    kind, present = task.params["type"], task.params["state"] == "present"
    data = task.params.get("data") or ""
    if kind == "gpg":
        block = armoured(data) if data else ""
        key = key_id(block) if data else task.params["key_id"].replace(" ", "").upper()[-16:]
        wanted = {key: block if present else None}
    elif kind == "tls":
        wanted = {_tls_server(task): pem.certificates(data, "data") if present else None}
    holder = Holder(task, task.resources, builtin.CONFIGMAP, _NAMES[kind])
    if kind == "ssh":
        before = holder.data.get(_KNOWN_HOSTS) or ""
        wanted = {_KNOWN_HOSTS: known_hosts(before, _ssh_server(task), host_keys(data) if present else [])}
    change = holder.set(wanted)
    answer = results.of_objects(task, [change], result=diff.masked(change.after))
    return {**answer, **({"key_id": key} if kind == "gpg" else {})}


def _server(task: Task) -> str:
    server = task.params["server"].strip()
    if "/" in server or "@" in server or not server or len(server.split()) > 1:
        raise MeshError(f"server must be a name such as git.example.com, not {server!r}.")
    return server


def _tls_server(task: Task) -> str:
    server = _server(task)
    if ":" in server:
        raise MeshError(f"server: {server} has a port. Argo CD keeps certificates by the name of the server alone.")
    return server


def _ssh_server(task: Task) -> str:
    """The server as known hosts name it: with a port that is not 22 as ``[NAME]:PORT``."""
    server = _server(task)
    host, colon, port = server.rpartition(":")
    if not colon or server.startswith("[") or ":" in host:
        return server
    return host if port == "22" else f"[{host}]:{port}"


def host_keys(text: str) -> list[str]:
    """``type key`` of each line, whether the name of the server stands before it or not. Raises MeshError."""
    keys = []
    for number, line in enumerate(pem.lines(text), 1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            raise MeshError(
                f"data, line {number}: {line.split()[0]} is no host key but a mark on one, which is not managed here."
            )
        key = _HOST_KEY.search(line)
        if not key or not _is_host_key(key[1], key[2]):
            raise MeshError(f"data, line {number}: no SSH host key such as 'ssh-ed25519 AAAA…'.")
        keys.append(f"{key[1]} {key[2]}")
    if not keys:
        raise MeshError("data holds no SSH host key. `ssh-keyscan SERVER` prints them; compare them before you trust.")
    return keys


def _is_host_key(name: str, encoded: str) -> bool:
    """Whether a key is whole and of the type that stands before it: its content begins with that name (RFC 4253)."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:
        return False
    return content.startswith(len(name).to_bytes(4, "big") + name.encode())


def known_hosts(before: str, server: str, keys: list[str]) -> str:
    """The text of known hosts in which a server has exactly these keys; the lines of others stay as they are."""
    lines = before.splitlines()
    others = [line for line in lines if not line or line[0] == "#" or server not in line.split()[0].split(",")]
    ours = [line for line in lines if line not in others]
    wanted = [f"{server} {key}" for key in keys]
    if sorted(ours) == sorted(wanted):
        return before
    return "\n".join([*others, *wanted]).rstrip("\n") + "\n"


def armoured(text: str) -> str:
    """A public key in ASCII armour as gpg reads it: with the blank line that ends its headers. Raises MeshError."""
    keys = _ARMOUR.findall("\n".join(pem.lines(text)))
    if len(keys) != 1:
        raise MeshError("data must be one public key in ASCII armour (gpg --armor --export KEY).")
    rows = [line for line in keys[0].split("\n") if line]
    headers = [line for line in rows if ":" in line]
    body = [line for line in rows if ":" not in line]
    begin, end = (f"-----{word} PGP PUBLIC KEY BLOCK-----" for word in ("BEGIN", "END"))
    return "\n".join([begin, *headers, "", *body, end, ""])


def key_id(block: str) -> str:
    """The last 16 digits of the fingerprint of a public key. Raises MeshError when it is none."""
    body = block.partition("\n\n")[2].split("\n")
    encoded = "".join(line for line in body if not line.startswith(("=", "-")))
    try:
        packets = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise MeshError("data is no public key: the content of the ASCII armour is not base64.") from None
    return hashlib.sha1(_packet(packets)).hexdigest().upper()[-16:]  # a fingerprint of version 4 is a SHA-1


def _packet(data: bytes) -> bytes:
    """What the fingerprint covers: the first packet, a public key, behind its length (RFC 4880 section 12.2)."""
    head = data[0] if data else 0
    if head & 0x40:  # the new format of lengths
        tag, first = head & 0x3F, data[1]
        size, start = (first, 2) if first < 192 else (((first - 192) << 8) + data[2] + 192, 3)
    else:
        tag, width = head >> 2 & 0x0F, 1 << (head & 3)
        size, start = int.from_bytes(data[1 : 1 + width], "big"), 1 + width
    body = data[start : start + size]
    if tag == _PUBLIC_KEY and len(body) < size:
        raise MeshError("data is cut off: the public key in it is not whole.")
    if tag != _PUBLIC_KEY or not body or body[0] != 4:
        raise MeshError("data is no public key of version 4, the only one that Argo CD's gpg is sure to know.")
    return b"\x99" + len(body).to_bytes(2, "big") + body
