# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object was written after its controller last looked at it."""

from __future__ import annotations


def wrote(task, live: dict) -> bool:
    """Whether the object may have been written since the controller last looked at it.

    By the count of this task's writes, and, for what an interrupted run or another module wrote, by the times that the
    API server and the controller noted. These have a resolution of one second: a new Application is often written,
    synced and compared within one, so only a later write counts.
    """
    before = getattr(task, "writes_before", None)
    if before is not None and task.session.counts["writes"] > before:
        return True
    reconciled = (live.get("status") or {}).get("reconciledAt") or ""
    return any(
        entry.get("operation") == "Apply" and (entry.get("time") or "") > reconciled
        for entry in live["metadata"].get("managedFields") or []
    )
