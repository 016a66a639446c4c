# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application: a source of manifests, and where they are deployed to."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import normalise

KIND = replace(APPLICATION, ready=status.ready, normalise=normalise)
