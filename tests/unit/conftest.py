# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes `ansible_collections.meshops.lifecycle` importable from the repository, without Ansible's collection loader."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".build" / "collections"

# What `make collections` does; a plain `pytest` in a fresh clone works, too.
_linked = COLLECTIONS / "ansible_collections" / "meshops" / "lifecycle"
if not _linked.exists():
    _linked.parent.mkdir(parents=True, exist_ok=True)
    _linked.symlink_to(ROOT)
# A part of another `ansible_collections` (the package `ansible`) may be there already: both are namespace packages.
sys.path.insert(0, str(COLLECTIONS))
