# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that ansible-vault has encrypted: an action can decrypt them on the controller, a module cannot."""

from __future__ import annotations

import os

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_HEADER = b"$ANSIBLE_VAULT;"


def is_encrypted(path: str) -> bool:
    """Whether a file is encrypted by ansible-vault; False for what cannot be read."""
    try:
        with open(os.path.expanduser(path), "rb") as stream:
            return stream.read(len(_HEADER)) == _HEADER
    except (OSError, ValueError):
        return False


def refuse(path: str, what: str, advice: str) -> None:
    """Raise MeshError for a file that is encrypted where nobody has the password; ``what`` names it."""
    if is_encrypted(path):
        raise MeshError(f"{what} {path} is encrypted by ansible-vault and cannot be decrypted here. {advice}.")
