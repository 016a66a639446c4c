# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istiod's analysis has written into an object, where it is switched on.

It writes codes without words, and seconds after the object was. When an object is put right, the verdict on the
generation before stays, so only one on the present generation counts. Source: istiod's ``incluster`` controller.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness


def verdict(live: dict) -> Readiness:
    """Ready, or waiting with the errors that istiod finds; nothing is failed, as what is missing may still come."""
    found = live.get("status") or {}
    if int(found.get("observedGeneration") or 0) < live["metadata"].get("generation", 0):
        return READY
    errors = [one for one in found.get("validationMessages") or [] if one.get("level") == "ERROR"]
    if not errors:
        return READY
    told = [f"{(one.get('type') or {}).get('code')} ({one.get('documentationUrl')})" for one in errors]
    return Readiness("waiting", f"istiod finds it wrong: {', '.join(told)}")
