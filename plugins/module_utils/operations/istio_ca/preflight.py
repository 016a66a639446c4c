# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be so before the authority of a mesh is changed; each finding says how to get there."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import (
    Authority,
    Settings,
)

_ROLE = (
    f'With the role meshops.lifecycle.istio: istio_istiod_values: {{env: {{{ca.MULTIROOT}: "true"}}}} and '
    f'istio_mesh_config: {{defaultConfig: {{proxyMetadata: {{{ca.XDS_AGENT}: "true"}}}}}}. Then restart the workloads '
    "once: agents read it when they start."
)


def problems(
    resources: Resources, live: Authority, settings: Settings, namespace: str, root_changes: bool
) -> list[str]:
    """Why the work is not begun. Raises ApiError."""
    lines = []
    if settings.external:
        lines.append(f"istiod does not sign the certificates of this mesh: {settings.external}. Rotate them there.")
    if live.writer:
        lines.append(
            f"Secret {namespace}/{ca.PLUGGED} is written by the {live.writer}, which would write over every change. "
            "Let it write a Secret of another name, and give that as from_secret."
        )
    if not settings.deployments and live.source != "none":
        lines.append(f"No Deployment in {namespace} has the label app=istiod. Is istiod_namespace right?")
    if root_changes:
        lines += _for_another_root(resources, settings, namespace)
    return lines


def _for_another_root(resources: Resources, settings: Settings, namespace: str) -> list[str]:
    lines = []
    if settings.without_multiroot:
        names = ", ".join(settings.without_multiroot)
        lines.append(
            f"istiod does not take another root while it runs: {ca.MULTIROOT} is not true in Deployment {names}. "
            f"{_ROLE}"
        )
    elif not settings.xds_agent:
        lines.append(
            f"Proxies do not take another root while they run: {ca.XDS_AGENT} is not true in the defaultConfig of the "
            f"mesh configuration. {_ROLE}"
        )
    if resources.list(KINDS["", "Pod"], namespace, "app=ztunnel"):
        lines.append(
            f"ztunnel runs in {namespace}, and cannot be asked for its roots yet, so no phase could be proven (and it "
            "may keep an old root, see ztunnel issue 1679). The root of an ambient mesh is not changed by this module."
        )
    return lines
