# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AppProject: what its Applications may deploy, from where, to where and when."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import PROJECT

KIND = PROJECT
