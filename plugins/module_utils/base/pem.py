# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates as text (PEM, RFC 7468; ASCII armour, RFC 4880), put right after a journey through YAML,
templates and vaults.

OpenSSH and Go's libraries want a block to begin at the start of a line, and lines to end in LF. What needs no guess is
put right: CR LF, indentation, blank lines, line ends written as backslash n, lines joined by spaces. What remains is
refused, because programs that read such a key later report it in words that do not lead back here.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")
_WIDTH = 64  # characters a line of base64, where the lines have got lost
_OPENSSH = b"openssh-key-v1\0"
_FOREIGN = (
    (
        re.compile(r"^\s*PuTTY-User-Key-File"),
        "is a PuTTY key. Convert it with puttygen KEY -O private-openssh -o FILE",
    ),
    (re.compile(r"^\s*(ssh|ecdsa|sk)-\S+ AAAA"), "is a public SSH key, as in a .pub file"),
    (
        re.compile(r"^\s*[~/.]?[\w./~-]*/[\w.-]+\s*$"),
        "looks like a path. Give the content instead, with lookup('file', …)",
    ),
)


class Block(NamedTuple):
    """One block: ``label`` (CERTIFICATE, say), ``headers``, and the lines of its body."""

    label: str
    headers: list[str]
    body: list[str]

    @property
    def text(self) -> str:
        headers = [*self.headers, ""] if self.headers else []
        return "\n".join([f"-----BEGIN {self.label}-----", *headers, *self.body, f"-----END {self.label}-----", ""])


def lines(text: str) -> list[str]:
    """The lines without indentation, CR and byte order mark; a backslash n, which no such text has, is a line end."""
    text = text.replace("\ufeff", "").replace("\\r", "").replace("\\n", "\n").strip()
    return [line.strip() for line in re.split(r"\r\n|\r|\n", text)]


def blocks(text: str, name: str) -> list[Block]:
    """The blocks of a text; what stands between them is dropped. ``name``: the option, for messages.

    Raises MeshError that never shows the text.
    """
    text = "\n".join(lines(text))
    pem_blocks: list[Block] = []
    while True:
        begin = _BEGIN.search(text)
        if not begin:
            return pem_blocks
        label = begin[1]
        inner, end, text = text[begin.end() :].partition(f"-----END {label}-----")
        if not end or _BEGIN.search(inner):
            raise MeshError(f"{name} is truncated: the last line of its {label} is missing (it begins with -----END).")
        pem_blocks.append(_block(label, inner.strip(), name))


def _block(label: str, inner: str, name: str) -> Block:
    rows = [line for line in inner.split("\n") if line]
    headers = [line for line in rows if ":" in line]
    body = [line for line in rows if ":" not in line]
    if any(" " in line or "\t" in line for line in body):  # lines were joined, by a folded scalar (>) of YAML
        joined = "".join("".join(body).split())
        body = [joined[start : start + _WIDTH] for start in range(0, len(joined), _WIDTH)]
    try:
        decoded = base64.b64decode("".join(body), validate=True)
    except ValueError:
        decoded = b""
    if not decoded:
        raise MeshError(f"{name} is damaged: the content of its {label} is not base64.")
    return Block(label, headers, body)


def certificates(text: str, name: str) -> str:
    """Certificates in PEM, one or a chain. Raises MeshError for anything else."""
    pem_blocks = blocks(text, name)
    if any(block.label.endswith("PRIVATE KEY") for block in pem_blocks):
        raise MeshError(f"{name} holds a private key. Only certificates belong there.")
    if not pem_blocks or any(block.label != "CERTIFICATE" for block in pem_blocks):
        raise MeshError(
            f"{name} {_what(text, pem_blocks)}. It must be a certificate in PEM, or several, each with a first line "
            "-----BEGIN CERTIFICATE-----."
        )
    return "".join(block.text for block in pem_blocks)


def private_key(text: str, name: str, *, ssh: bool) -> str:
    """One private key in PEM without a passphrase; ``ssh``: for OpenSSH, whose own form TLS does not know.

    Raises MeshError for anything else.
    """
    keys = [block for block in blocks(text, name) if block.label.endswith("PRIVATE KEY")]
    if not keys:
        raise MeshError(
            f"{name} {_what(text, blocks(text, name))}. It must be a private key in PEM, with a first line "
            "-----BEGIN … PRIVATE KEY-----."
        )
    if len(keys) > 1:
        raise MeshError(f"{name} holds {len(keys)} private keys. Give one of them.")
    key = keys[0]
    _check_key(key, name, ssh)
    return key.text


def _check_key(key: Block, name: str, ssh: bool) -> None:
    decoded = base64.b64decode("".join(key.body))
    openssh = key.label == "OPENSSH PRIVATE KEY"
    if openssh and not decoded.startswith(_OPENSSH):
        raise MeshError(f"{name} is damaged: it has the first line of an OpenSSH key, but other content.")
    if openssh and not ssh:
        raise MeshError(
            f"{name} is an OpenSSH key, which only works for SSH. Convert it to PEM: openssl pkey, or ssh-keygen -m "
            "PEM."
        )
    cipher = decoded[len(_OPENSSH) + 4 :][:4] if openssh else b"none"
    if cipher != b"none" or key.label.startswith("ENCRYPTED") or any("ENCRYPTED" in line for line in key.headers):
        raise MeshError(f"{name} is protected by a passphrase. Give a key without a passphrase.")


def _what(text: str, pem_blocks: list[Block]) -> str:
    """What a text is instead of what it should be, as the predicate of a sentence."""
    if pem_blocks:
        return f"holds a {pem_blocks[0].label}"
    for pattern, words in _FOREIGN:
        if pattern.search(text):
            return words
    try:
        inner = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        inner = b""
    if b"-----BEGIN " in inner:
        return "is encoded twice: it is PEM in base64. Decode it with the filter b64decode"
    return "is not PEM"
