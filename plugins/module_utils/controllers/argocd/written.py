# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object was written after its controller last looked at it."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status


def is_newer(live: dict) -> bool:
    """Whether somebody, an interrupted run or another module say, has applied it since the last comparison.

    By the times that the API server and the controller noted. These have a resolution of one second: a new Application
    is often written, synced and compared within one, so only a later write counts.
    """
    return any(
        entry.get("operation") == "Apply" and (entry.get("time") or "") > status.reconciled_at(live)
        for entry in live["metadata"].get("managedFields") or []
    )
