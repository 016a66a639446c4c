# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that nobody trusts, for what only has to be one."""

from __future__ import annotations

import os
import subprocess


def self_signed(key=os.devnull) -> str:
    """A certificate that signs itself, in PEM; its private key goes to the file ``key``."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command = ["openssl", "req", "-x509", *curve, "-subj", "/CN=test", "-days", "2", "-keyout", str(key)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
