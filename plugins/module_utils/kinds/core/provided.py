# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's own controllers provide for an object: a volume for a claim, an address for a load balancer.

Argo CD and Helm 3 have the same rules for both.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Kind, Readiness

STORAGE_CLASS = Kind("storage.k8s.io", "StorageClass", "storageclasses", ("v1",), namespaced=False)
_SELECTED = "volume.kubernetes.io/selected-node"  # the scheduler has a pod that uses the claim


def claim_ready(live: dict) -> Readiness:
    """Whether a PersistentVolumeClaim has its volume; one that has lost it does not get it back."""
    phase = (live.get("status") or {}).get("phase")
    if phase == "Bound":
        return READY
    if phase == "Lost":
        return Readiness("failed", f"its volume {(live.get('spec') or {}).get('volumeName')} does not exist any more")
    storage = (live.get("spec") or {}).get("storageClassName")
    of = f", its storage class is {storage}" if storage else ", and it has no storage class"
    return Readiness("waiting", f"it is {phase or 'not bound'}{of}")


def awaits_its_pod(live: dict, storage_class: dict | None) -> bool:
    """Whether a claim gets its volume with the first pod that uses it, and there is none yet."""
    used = _SELECTED in (live["metadata"].get("annotations") or {})
    return not used and (storage_class or {}).get("volumeBindingMode") == "WaitForFirstConsumer"


def service_ready(live: dict) -> Readiness:
    """Whether a Service of type LoadBalancer has an address; any other Service is ready."""
    spec = live.get("spec") or {}
    if spec.get("type") != "LoadBalancer" or spec.get("externalIPs"):
        return READY
    addresses = ((live.get("status") or {}).get("loadBalancer") or {}).get("ingress")
    return READY if addresses else Readiness("waiting", "its load balancer has no address yet")
