# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation of every kind that has one, for operations that take any kind."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import provided, workloads
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import (
    application,
    generated,
    project,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio import propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import NONE, Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import place
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, Kind

_BY_KIND = {
    (kind.group, kind.kind): conversation
    for kind, conversation in (
        (place.APPLICATION, application.CONVERSATION),
        (place.APPLICATIONSET, generated.CONVERSATION),
        (place.PROJECT, project.CONVERSATION),
        (provided.CLAIM, provided.OF_CLAIMS),
        (provided.SERVICE, provided.OF_SERVICES),
        *((kind, workloads.CONVERSATION) for kind in workloads.WORKLOADS),
    )
}
_BY_CONTROL_PLANE = {ISTIOD: propagation.CONVERSATION}


def conversation(kind: Kind) -> Conversation:
    """What can be asked about objects of this kind; ``NONE`` for a kind without a controller that we talk to."""
    return _BY_KIND.get((kind.group, kind.kind)) or _BY_CONTROL_PLANE.get(kind.control_plane, NONE)
