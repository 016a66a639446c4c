# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of Kubernetes itself that a mesh is installed with: their place in the order, and when they are ready."""

from __future__ import annotations

import base64
import json
from functools import partial

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import base
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Kind, Readiness, condition
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import foreseen
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.references import REFERENCES


def crd_ready(live: dict) -> Readiness:
    """Established, with its names accepted; a conflict of names does not end by itself."""
    names = condition(live, "NamesAccepted")
    if names.get("status") == "False":
        return Readiness("failed", names.get("message") or "its names are taken")
    if condition(live, "Established").get("status") == "True":
        return READY
    return Readiness("waiting", "not established yet")


def crd_brief(live: dict) -> str:
    """Its scope, versions and size; of a document with a name alone, the name."""
    spec = live.get("spec") or {}
    versions = [
        f"{version.get('name')}{' (stored)' if version.get('storage') else ''}"
        for version in spec.get("versions") or []
    ]
    size = len(json.dumps(spec, separators=(",", ":"))) / 1000
    summary = f": {spec.get('scope')}, {', '.join(versions)}, {size:.0f} kB" if versions else ""
    return f"CustomResourceDefinition {live['metadata']['name']}{summary}\n"


def restarts(before: dict, after: dict) -> bool:
    """Whether the controller of a workload replaces its pods, as it does for any change of their template; with the
    strategy OnDelete it leaves that to others."""
    spec = after.get("spec") or {}
    strategy = spec.get("strategy") or spec.get("updateStrategy") or {}
    return strategy.get("type") != "OnDelete" and (before.get("spec") or {}).get("template") != spec.get("template")


def namespace_ready(live: dict) -> Readiness:
    phase = (live.get("status") or {}).get("phase")
    return READY if phase == "Active" else Readiness("waiting", f"it is {phase}")


def _seen(live: dict) -> bool:
    """The controller has looked at this very generation."""
    return (live.get("status") or {}).get("observedGeneration", 0) >= live["metadata"].get("generation", 0)


# Until then the figures of the status are those of the generation before, or missing.
_UNSEEN = Readiness("waiting", "its controller has not seen this change yet")


# How long, in seconds, a cause has to last that ends only when somebody does something about it: a quota is raised, a
# ServiceAccount is made. Both may be on their way.
_PATIENCE = 5.0


def deployment_ready(live: dict) -> Readiness:
    """As ``kubectl rollout status``: failed when the progress deadline was exceeded, or for a cause that stays."""
    if not _seen(live):
        return _UNSEEN
    status, wanted = live.get("status") or {}, live["spec"].get("replicas", 1)
    progressing, failure = condition(live, "Progressing"), condition(live, "ReplicaFailure")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Readiness("failed", _why(progressing, failure) or "the progress deadline was exceeded")
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    old = max(0, status.get("replicas", 0) - updated)
    enough = updated >= wanted and available >= wanted
    if enough and not old:
        return READY
    message = _old_replicas(old) if enough else f"{available} of {wanted} replicas available, {updated} updated"
    if failure.get("status") == "True":
        return Readiness("failed", f"{message}: {failure.get('message')}", _PATIENCE)
    if live["spec"].get("paused") and (updated < wanted or old):
        return Readiness("failed", f"{message}: it is paused (spec.paused), so the change is not rolled out", _PATIENCE)
    return Readiness("waiting", message)


def _old_replicas(number: int) -> str:
    return f"{number} old {'replica is' if number == 1 else 'replicas are'} still being terminated"


def _why(progressing: dict, failure: dict) -> str:
    """The words of both conditions, the cause last."""
    cause = failure.get("message") if failure.get("status") == "True" else ""
    return ": ".join(filter(None, [(progressing.get("message") or "").rstrip("."), cause]))


def statefulset_ready(live: dict) -> Readiness:
    """Ready with the pods that its update strategy replaces: with OnDelete none, with a partition those from it on."""
    if not _seen(live):
        return _UNSEEN
    status, wanted = live.get("status") or {}, live["spec"].get("replicas", 1)
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    strategy = live["spec"].get("updateStrategy") or {}
    renewed = wanted - min(wanted, (strategy.get("rollingUpdate") or {}).get("partition") or 0)
    if strategy.get("type") == "OnDelete":
        renewed = 0
    if ready >= wanted and updated >= renewed:
        return READY
    message = f"{ready} of {wanted} replicas ready"
    if not renewed:
        return Readiness("waiting", message)
    of = f" of {renewed}" if renewed != wanted else ""
    return Readiness("waiting", f"{message}, {updated}{of} updated")


def daemonset_ready(live: dict) -> Readiness:
    """Ready with the pods of this declaration; with OnDelete with those that are there."""
    if not _seen(live):
        return _UNSEEN
    status = live.get("status") or {}
    wanted = status.get("desiredNumberScheduled", 0)
    ready, updated = status.get("numberReady", 0), status.get("updatedNumberScheduled", 0)
    renewed = 0 if (live["spec"].get("updateStrategy") or {}).get("type") == "OnDelete" else wanted
    if ready >= wanted and updated >= renewed:
        return READY
    return Readiness("waiting", f"{ready} of {wanted} pods ready, {updated} updated")


def job_ready(live: dict) -> Readiness:
    failed = condition(live, "Failed")
    if failed.get("status") == "True":
        return Readiness("failed", failed.get("message") or "the job failed")
    if condition(live, "Complete").get("status") == "True":
        return READY
    if live["spec"].get("suspend"):
        return Readiness("failed", "it is suspended (spec.suspend), so it does not run", _PATIENCE)
    return Readiness("waiting", "not complete yet")


def condition_ready(name: str, live: dict) -> Readiness:
    reported = condition(live, name)
    if reported.get("status") == "True":
        return READY
    return Readiness("waiting", reported.get("message") or f"{name} is {reported.get('status', 'not reported yet')}")


def pod_ready(live: dict) -> Readiness:
    """Ready, or why no node takes it; one that has ended badly does not come back."""
    if (live.get("status") or {}).get("phase") == "Failed":
        return Readiness("failed", live["status"].get("message") or "it has failed")
    scheduled = condition(live, "PodScheduled")
    if scheduled.get("status") == "False":
        return Readiness("waiting", scheduled.get("message") or "it is not scheduled")
    return condition_ready("Ready", live)


def secret(declared: dict) -> dict:
    """``stringData`` is a way to write ``data`` and is never read back, so it is turned into what is stored.

    Raises MeshError for a value that is no text.
    """
    for field in ("stringData", "data"):
        if not isinstance(declared.get(field) or {}, dict):
            raise MeshError(f"{field} of a Secret must be a mapping of names to values.")
    texts = declared.get("stringData")
    if not texts:
        return declared
    data = dict(declared.get("data") or {})
    data.update({key: base64.b64encode(_text(key, value).encode()).decode() for key, value in texts.items()})
    return {**{key: value for key, value in declared.items() if key != "stringData"}, "data": data}


def _text(key: str, value) -> str:
    """YAML has made 1.1 of 1.10, 83 of 0123 and true of yes; what is not a scalar is a mistake."""
    if value is not None and not isinstance(value, str):
        what = "more than one value" if isinstance(value, (dict, list)) else "a number, true or false"
        hint = "" if isinstance(value, (dict, list)) else " Put quotes around it."
        raise MeshError(f"stringData.{key} must be text, not {what}.{hint}")
    return value or ""


def decoded(live: dict | None, key: str) -> str | None:
    """One value of a live Secret as text, or None."""
    value = ((live or {}).get("data") or {}).get(key)
    try:
        return None if value is None else base64.b64decode(value).decode()
    except ValueError:
        return None


def renewer(live: dict) -> str:
    """What renews a live Secret by itself (``Certificate x of cert-manager``), or empty."""
    name = (live["metadata"].get("annotations") or {}).get("cert-manager.io/certificate-name")
    return f"Certificate {name} of cert-manager" if name else ""


# References that are one value to the server, each with what it fills in. Declared without that, one differs from what
# is stored, and two who apply the same manifest on the server take it from each other.
_REFERENCES = {"fieldRef": {"apiVersion": "v1"}, "resourceFieldRef": {"divisor": "0"}}


def workload(declared):
    """References to fields of the pod as the server stores them."""
    if isinstance(declared, list):
        return [workload(item) for item in declared]
    if not isinstance(declared, dict):
        return declared
    return {
        key: {**_REFERENCES.get(key, {}), **workload(value)} if isinstance(value, dict) else workload(value)
        for key, value in declared.items()
    }


def network_policy(declared: dict) -> dict:
    """Rules are one value to the server as well, and it fills in the protocol of their ports."""
    spec = declared.get("spec")
    if not isinstance(spec, dict):
        return declared
    rules = {
        way: [_rule(rule) for rule in spec[way]] for way in ("ingress", "egress") if isinstance(spec.get(way), list)
    }
    return {**declared, "spec": {**spec, **rules}}


def _rule(rule):
    if not isinstance(rule, dict) or not isinstance(rule.get("ports"), list):
        return rule
    return {**rule, "ports": [{"protocol": "TCP", **p} if isinstance(p, dict) else p for p in rule["ports"]]}


def _kind(group, kind, plural, order, namespaced=True, **more) -> Kind:
    more.setdefault("references", REFERENCES.get((group, kind)))
    more.setdefault("omits_empty_lists", True)
    return Kind(group, kind, plural, more.pop("versions", ("v1",)), namespaced, order, **more)


# Each decides whether pods of the namespace are in a mesh, and one wins over the other.
_MESH_LABELS = tuple(("labels", key) for key in ("istio-injection", "istio.io/rev", "istio.io/dataplane-mode"))
NAMESPACE = _kind("", "Namespace", "namespaces", base.NAMESPACES, False, ready=namespace_ready, marks=_MESH_LABELS)
CRD = _kind(
    "apiextensions.k8s.io",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    base.CRDS,
    False,
    ready=crd_ready,
    brief=crd_brief,
    omits_empty_lists=False,  # a default in a schema may be one
)
SECRET = _kind("", "Secret", "secrets", base.CONFIGURATION, normalise=secret, secret_fields=("data", "stringData"))
CONFIGMAP = _kind("", "ConfigMap", "configmaps", base.CONFIGURATION)
DEPLOYMENT = _kind(
    "apps", "Deployment", "deployments", base.WORKLOADS, ready=deployment_ready, normalise=workload, restarts=restarts
)

_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"

KINDS = (
    NAMESPACE,
    CRD,
    SECRET,
    CONFIGMAP,
    DEPLOYMENT,
    _kind("", "ServiceAccount", "serviceaccounts", base.ACCESS),
    _kind(_RBAC, "ClusterRole", "clusterroles", base.ACCESS, False),
    _kind(_RBAC, "ClusterRoleBinding", "clusterrolebindings", base.ACCESS, False),
    _kind(_RBAC, "Role", "roles", base.ACCESS),
    _kind(_RBAC, "RoleBinding", "rolebindings", base.ACCESS),
    _kind("scheduling.k8s.io", "PriorityClass", "priorityclasses", base.ACCESS, False),
    _kind("", "ResourceQuota", "resourcequotas", base.ACCESS),
    _kind("", "LimitRange", "limitranges", base.ACCESS),
    _kind("", "Service", "services", base.CONFIGURATION, foreseen=foreseen.service),
    _kind("", "PersistentVolumeClaim", "persistentvolumeclaims", base.CONFIGURATION),
    _kind(
        "apps",
        "StatefulSet",
        "statefulsets",
        base.WORKLOADS,
        ready=statefulset_ready,
        normalise=workload,
        restarts=restarts,
    ),
    _kind(
        "apps", "DaemonSet", "daemonsets", base.WORKLOADS, ready=daemonset_ready, normalise=workload, restarts=restarts
    ),
    _kind("", "Pod", "pods", base.WORKLOADS, ready=pod_ready, normalise=workload, foreseen=foreseen.pod),
    _kind("batch", "Job", "jobs", base.WORKLOADS, ready=job_ready, normalise=workload, foreseen=foreseen.job),
    _kind("batch", "CronJob", "cronjobs", base.WORKLOADS, normalise=workload),
    _kind("policy", "PodDisruptionBudget", "poddisruptionbudgets", base.POLICIES),
    _kind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", base.POLICIES, versions=("v2",)),
    _kind("networking.k8s.io", "NetworkPolicy", "networkpolicies", base.POLICIES, normalise=network_policy),
    _kind("networking.k8s.io", "Ingress", "ingresses", base.POLICIES),
    _kind(_ADMISSION, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", base.POLICIES, False),
    _kind(_ADMISSION, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", base.POLICIES, False),
    _kind(
        "apiregistration.k8s.io",
        "APIService",
        "apiservices",
        base.POLICIES,
        False,
        ready=partial(condition_ready, "Available"),
    ),
)
