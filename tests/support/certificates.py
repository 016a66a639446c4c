# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that nobody trusts, for what only has to be one."""

from __future__ import annotations

import os
import subprocess


def self_signed(key=os.devnull, *, key_type="ec", extensions=(), days=2) -> str:
    """A certificate that signs itself, in PEM; its private key goes to the file ``key``.

    ``key_type``: ec or rsa:BITS; ``extensions``: as openssl's -addext takes them.
    """
    curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if key_type == "ec" else []
    added = [word for extension in extensions for word in ("-addext", extension)]
    command = ["openssl", "req", "-x509", "-newkey", key_type, *curve, "-nodes", "-subj", "/CN=test", *added]
    command += ["-days", str(days), "-keyout", str(key)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
