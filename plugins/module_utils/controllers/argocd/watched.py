# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Application or ApplicationSet over time, whose controller can be asked to look again."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status


class Watched(watched.Watched):
    """One object of Argo CD over time."""

    longest = 2.0  # verdicts also depend on the time that has passed

    def refresh(self, kind: str = "normal") -> None:
        """Ask the controller to compare again; ``hard``: without its cache of rendered manifests."""
        self.patch({"metadata": {"annotations": {status.REFRESH: kind}}})
