# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS of a client: whom it trusts."""

from __future__ import annotations

import ssl


def client_context(ca_cert: str | None, verify: bool) -> ssl.SSLContext:
    """A context that trusts the authorities of a PEM file, else those of the system. Raises OSError."""
    context = ssl.create_default_context(cafile=ca_cert or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    # Python 3.13 refuses authorities without a key usage, which many clusters have (RFC 5280 strictness).
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return context
