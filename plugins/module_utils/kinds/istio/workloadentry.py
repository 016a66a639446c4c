# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""WorkloadEntry: one workload outside of Kubernetes, as a pod would be."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_HOSTS, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import SERVICE_ACCOUNT, named, rules

KIND = Kind(
    group="networking.istio.io",
    kind="WorkloadEntry",
    plural="workloadentries",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_HOSTS,
    installed_by="istio",
    control_plane=ISTIOD,
    references=rules(named("spec.serviceAccount", SERVICE_ACCOUNT)),
)
