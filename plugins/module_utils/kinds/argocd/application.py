# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application: a source of manifests, and where they are deployed to."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.references import of_application

# Annotations by which Argo CD is asked for something, and which it takes away when it has answered.
_REQUESTS = ("argocd.argoproj.io/refresh", "argocd.argoproj.io/hydrate")
_STATE = ("notified.notifications.argoproj.io",)  # what its controllers remember in an annotation


def normalise(declared: dict) -> dict:
    """The declared Application as Argo CD keeps it. Raises MeshError for what cannot be declared."""
    metadata = declared["metadata"]
    annotations = metadata.get("annotations") or {}
    for name in _REQUESTS:
        if name in annotations:
            label = APPLICATION.label(metadata.get("namespace"), metadata.get("name"))
            raise MeshError(
                f"{label}: the annotation {name} is a one-time request, which Argo CD removes, so it cannot "
                "be declared. Leave it out; argocd_sync with action: refresh asks for a comparison."
            )
    if any(name in annotations for name in _STATE):
        kept = {name: value for name, value in annotations.items() if name not in _STATE}
        declared = {**declared, "metadata": {**metadata, "annotations": kept}}
    return spec_module.normalise(declared)


def remarks(desired: dict, live: dict) -> list[str]:
    """That automated sync is on though the task does not declare it: others own it, so it stays."""
    if not isinstance(desired.get("spec"), dict) or "automated" in (desired["spec"].get("syncPolicy") or {}):
        return []
    if not spec_module.is_automated(live.get("spec") or {}):
        return []
    owners = ", ".join(repr(name) for name in _owners_of_automated(live)) or "somebody else"
    label = APPLICATION.label(live["metadata"].get("namespace"), live["metadata"]["name"])
    return [
        f"{label}: automated sync was turned on by {owners}, and this task does not declare it. Declare "
        "sync_policy.automated; with enabled: false it is turned off."
    ]


def _owners_of_automated(live: dict) -> list[str]:
    return sorted(
        {
            entry.get("manager") or ""
            for entry in live["metadata"].get("managedFields") or []
            if "f:automated" in ((entry.get("fieldsV1") or {}).get("f:spec") or {}).get("f:syncPolicy", {})
        }
    )


KIND = replace(
    APPLICATION,
    ready=status.ready,
    normalise=normalise,
    refuse=spec_module.check_addresses,
    remarks=remarks,
    references=of_application("spec"),
)
