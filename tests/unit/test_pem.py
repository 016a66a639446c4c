# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates as people hand them over: put right, or refused with what they are instead."""

from __future__ import annotations

import base64
from functools import partial

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import pem
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_certificate as certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_cluster import encoded
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_repository import repaired


def block(label, content, headers=""):
    text = base64.b64encode(content).decode()
    rows = "".join(f"{text[start : start + 64]}\n" for start in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{headers}{rows}-----END {label}-----\n"


def openssh(cipher=b"none"):
    return block("OPENSSH PRIVATE KEY", b"openssh-key-v1\0" + len(cipher).to_bytes(4, "big") + cipher + b"x" * 90)


SSH, RSA, TLS = openssh(), block("RSA PRIVATE KEY", b"r" * 90), block("PRIVATE KEY", b"k" * 90)
ONE, TWO = block("CERTIFICATE", b"1" * 90), block("CERTIFICATE", b"2" * 90)
DAMAGES = {
    "as it is": lambda text: text,
    "CR LF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "a blank line before it": lambda text: "\n" + text,
    "indentation": lambda text: "  " + text.replace("\n", "\n  "),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "backslash n": lambda text: text.replace("\n", "\\n"),
    "backslash r, backslash n": lambda text: text.replace("\n", "\\r\\n"),
    "one line": lambda text: text.replace("\n", " "),
    "no line end": str.strip,
    "white space behind lines": lambda text: text.replace("\n", " \t\n"),
    "a byte order mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("key", [SSH, RSA, TLS])
def test_a_key_is_put_right(damage, key):
    assert pem.private_key(DAMAGES[damage](key), "k", ssh=True) == key


@pytest.mark.parametrize("damage", DAMAGES)
def test_certificates_are_put_right(damage):
    assert pem.certificates(DAMAGES[damage](ONE + TWO), "k") == ONE + TWO
    assert pem.certificates(f"subject=CN = a\n{DAMAGES[damage](ONE)}", "k") == ONE


SSH_KEY, TLS_KEY = partial(pem.private_key, ssh=True), partial(pem.private_key, ssh=False)
REFUSED = {
    "a passphrase": (SSH_KEY, openssh(b"aes256-ctr"), "passphrase"),
    "a passphrase, PKCS 8": (TLS_KEY, block("ENCRYPTED PRIVATE KEY", b"x" * 90), "passphrase"),
    "a passphrase, of old": (
        SSH_KEY,
        block("RSA PRIVATE KEY", b"x" * 90, "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"),
        "passphrase",
    ),
    "a key of OpenSSH for TLS": (TLS_KEY, SSH, "only works for SSH"),
    "a key of OpenSSH with another content": (SSH_KEY, block("OPENSSH PRIVATE KEY", b"x" * 90), "damaged"),
    "the public key": (SSH_KEY, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@host", "is a public SSH key"),
    "a key of PuTTY": (SSH_KEY, "PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen"),
    "a path": (SSH_KEY, "~/.ssh/id_ed25519", "looks like a path"),
    "base64 of a key": (SSH_KEY, base64.b64encode(SSH.encode()).decode(), "b64decode"),
    "a certificate": (SSH_KEY, ONE, "holds a CERTIFICATE"),
    "nothing": (SSH_KEY, "", "is not PEM"),
    "a part": (SSH_KEY, SSH[:80], "truncated"),
    "a part, and the next block": (pem.certificates, ONE[:60] + TWO, "truncated"),
    "two keys": (TLS_KEY, RSA + TLS, "2 private keys"),
    "no base64": (TLS_KEY, "-----BEGIN PRIVATE KEY-----\n***\n-----END PRIVATE KEY-----\n", "not base64"),
    "an invisible character": (
        TLS_KEY,
        "-----BEGIN PRIVATE KEY-----\nYQ==\u200b\n-----END PRIVATE KEY-----\n",
        "not base64",
    ),
    "no content": (TLS_KEY, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "not base64"),
    "a key among certificates": (pem.certificates, ONE + TLS, "holds a private key"),
    "a certificate that Go does not know": (pem.certificates, block("TRUSTED CERTIFICATE", b"x"), "holds a TRUSTED"),
    "a request": (pem.certificates, block("CERTIFICATE REQUEST", b"x"), "holds a CERTIFICATE REQUEST"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case):
    check, text, message = REFUSED[case]
    with pytest.raises(MeshError, match=message) as refused:
        check(text, "spec.key")
    assert refused.value.message.startswith("spec.key ")
    lines = [line for line in text.splitlines() if len(line) > 20 and "-----" not in line]
    assert not any(line in refused.value.message for line in lines)


def test_the_fields_of_a_repository():
    spec = {"ssh_private_key": SSH.replace("\n", "\r\n"), "password": "x\n", "username": "me", "depth": 1}
    assert repaired(spec) == {"ssh_private_key": SSH, "password": "x", "username": "me", "depth": 1}
    for name, value, message in (
        ("password", "a\nb", "spec.password must be one line"),
        ("proxy", "http://a b", "white space"),
        ("github_app_private_key", SSH, "only works for SSH"),
        ("gcp_service_account_key", "{}", "JSON of a Google"),
        ("gcp_service_account_key", "a: 1", "JSON of a Google"),
    ):
        with pytest.raises(MeshError, match=message):
            repaired({name: value})


def test_pem_in_base64():
    whole = base64.b64encode(TLS.encode()).decode()
    for text in (TLS, TLS.replace("\n", "\\n"), whole, f"{whole[:50]}\n{whole[50:]}\n"):
        assert encoded(text, "k", TLS_KEY) == whole
    with pytest.raises(MeshError, match="k must be PEM, or PEM in base64"):
        encoded("what?", "k", TLS_KEY)


def host_key(kind=b"ssh-ed25519"):
    return base64.b64encode(len(kind).to_bytes(4, "big") + kind + b"x" * 36).decode()


def test_host_keys():
    line = f"ssh-ed25519 {host_key()}"
    for text in (line, f"git.example.com {line} me\r\n", f"\n  # c\n  |1|a=|b= {line}", f"{line}\\n{line}"):
        assert set(certificate.host_keys(text)) == {line}
    for text in (line[:-1], f"ssh-rsa {host_key()}", f"@revoked * {line}", f"@cert-authority * {line}"):
        with pytest.raises(MeshError, match="data, line 1"):
            certificate.host_keys(text)


PUBLIC = b"\x98\x33\x04" + b"x" * 50  # a packet of the old format: a public key of 51 bytes, of version 4


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if damage != "one line"])  # its headers need lines
def test_an_armoured_key_is_put_right(damage):
    text = block("PGP PUBLIC KEY BLOCK", PUBLIC, "Version: 1\n\n")
    assert certificate.armoured(DAMAGES[damage](text)) == text
    without = block("PGP PUBLIC KEY BLOCK", PUBLIC)
    assert certificate.armoured(without) == block("PGP PUBLIC KEY BLOCK", PUBLIC, "\n")
    assert certificate.key_id(certificate.armoured(text)) == certificate.key_id(certificate.armoured(without))


def test_a_key_that_is_cut_off():
    with pytest.raises(MeshError, match="is cut off"):
        certificate.key_id(certificate.armoured(block("PGP PUBLIC KEY BLOCK", PUBLIC[:30])))
