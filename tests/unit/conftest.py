# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes `ansible_collections.meshops.lifecycle` importable from the repository, without Ansible's collection loader."""

from __future__ import annotations

from playing import COLLECTIONS, ROOT

__all__ = ["COLLECTIONS", "ROOT"]
