# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of gateway_certificate. Written by `make generate`; do not edit."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.modules.gateway_certificate import ENTRY
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.action import MeshAction


class ActionModule(MeshAction):
    """Found under the module's own name, so that Ansible imports it once, before it forks."""

    entry = ENTRY
