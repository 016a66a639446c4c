# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istiod's analysis has written into an object, where it is switched on.

It writes codes without words, and seconds after the object was. When an object is put right, the verdict on the
generation before stays, so only one on the present generation counts. Source: istiod's ``incluster`` controller.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness


def verdict(live: dict) -> Readiness:
    """Ready, or waiting with the errors of istiod's analysis; nothing is failed, as what is missing may still come."""
    status = live.get("status") or {}
    if int(status.get("observedGeneration") or 0) < live["metadata"].get("generation", 0):
        return READY
    errors = [item for item in status.get("validationMessages") or [] if item.get("level") == "ERROR"]
    if not errors:
        return READY
    codes = [f"{(item.get('type') or {}).get('code')} ({item.get('documentationUrl')})" for item in errors]
    return Readiness("waiting", f"istiod's analysis reports errors: {', '.join(codes)}")
