# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that only some work needs: each is imported when it is, and its absence is an answer."""

from __future__ import annotations

import sys
from types import ModuleType

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError


def websocket_client() -> ModuleType:
    """The package websocket-client, which comes with kubernetes. It is imported when it is needed: that takes 0.2 s."""
    import websocket

    return websocket


def bcrypt() -> ModuleType:
    """The package bcrypt, which only argocd_account needs. Raises MeshError when it is missing."""
    try:
        import bcrypt as package
    except ImportError:
        raise MeshError(
            f"{sys.executable} lacks the Python package bcrypt, which is needed to hash and compare passwords. Install "
            f"with: {sys.executable} -m pip install bcrypt; or give account_password_hash instead of account_password."
        ) from None
    return package


def cryptography() -> ModuleType:
    """The package cryptography, which only the work with certificates needs. Raises MeshError when it is missing or
    older than what verifies signatures (40)."""
    try:
        import cryptography as package
        from cryptography.x509 import Certificate
    except ImportError:
        raise _without_cryptography("lacks the Python package cryptography") from None
    if not hasattr(Certificate, "verify_directly_issued_by"):
        raise _without_cryptography(f"has an old Python package cryptography ({package.__version__})")
    return package


def _without_cryptography(cause: str) -> MeshError:
    return MeshError(
        f"{sys.executable} {cause}, by which certificates are read and made; version 40 or later is needed. Install "
        f"with: {sys.executable} -m pip install 'cryptography>=40'."
    )
