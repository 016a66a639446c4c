# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of Istio runs in a cluster, in which version, and what would change with a restart."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD, DEPLOYMENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import by_workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    REVISION,
    TAG,
    Injection,
    is_gateway,
    proxy_of,
    selects,
    version_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection as injectors
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_problems

_DAEMONSET = KINDS["apps", "DaemonSet"]
_MOST = 500  # workloads of an answer that is about the outdated ones
_NODES = ("k8s-app=istio-cni-node", "app=ztunnel")  # the labels of DaemonSets


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of mesh_versions. Raises MeshError."""
    namespaces, chosen = injectors.namespaces_of(task.resources), task.params["namespaces"]
    injectors.warn_of_missing(task, chosen, namespaces)
    result = facts(task, chosen, namespaces)
    if task.params["outdated_only"]:
        result["workloads"] = _outdated(result)
    return {"changed": False, **result}


def facts(task: Task, chosen: list[str] | None, namespaces: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Everything that the module returns.

    ``chosen``: the namespaces to read; ``namespaces``: all that there are, by name. The task has the options of istiod
    and ``connections``. Raises MeshError.
    """
    resources, namespace = task.resources, task.params["istiod_namespace"]
    injection = injectors.read(resources, namespace)
    pods = injectors.pods_of(resources, chosen)
    connected = injectors.connections(task)
    result: dict[str, Any] = {
        "control_planes": control_planes(resources, connected),
        "injectors": [{"revision": name, "version": of} for name, of in sorted(injection.versions.items())],
        "tags": [{"tag": tag, "revision": of} for tag, of in sorted(injection.tags.items())],
        "webhooks": webhooks(resources),
        "namespaces": _namespaces(namespaces, pods, injection, chosen),
        "workloads": _workloads(namespaces, pods, injection, connected),
        "nodes": _nodes(resources),
        "crds": _crds(resources),
    }
    result["proxies"] = _summary(result["workloads"], connected)
    result["problems"] = mesh_problems.of(result)
    return result


def _outdated(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Workloads that a restart would change, and those of a revision that nothing injects or controls any more."""
    present = {row["revision"] for row in [*facts["control_planes"], *facts["injectors"]]}
    rows = [row for row in facts["workloads"] if row["outdated"] or not present.issuperset(row["revisions"])]
    return rows[:_MOST]


def control_planes(resources: Resources, connected: dict[str, str] | None) -> list[dict[str, Any]]:
    """All istiods of the cluster: several revisions may be in one namespace, or each in its own. Raises ApiError."""
    by_istiod = Counter((connected or {}).values())
    planes = []
    for deployment in resources.list(DEPLOYMENT, None, "app=istiod"):
        metadata, status = deployment["metadata"], deployment.get("status") or {}
        containers = deployment["spec"]["template"]["spec"]["containers"]
        prefix = f"{metadata['namespace']}/{metadata['name']}-"
        proxies = sum(count for istiod, count in by_istiod.items() if _pod_of(istiod, prefix))
        planes.append(
            {
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "revision": (metadata.get("labels") or {}).get(REVISION) or DEFAULT,
                "version": version_of(containers[0]["image"]),
                "replicas": deployment["spec"].get("replicas", 1),
                "ready": status.get("readyReplicas", 0),
                "updated": _updated(deployment),
                "proxies": None if connected is None else proxies,
            }
        )
    return sorted(planes, key=lambda plane: (plane["namespace"], plane["revision"]))


def _updated(deployment: dict[str, Any]) -> int:
    """Replicas of the present template; none while its controller has not seen that template."""
    metadata, status = deployment["metadata"], deployment.get("status") or {}
    is_seen = status.get("observedGeneration", 0) >= metadata.get("generation", 0)
    # Those that are not of it yet, or on their way out, may be the ready ones.
    updated: int = status.get("updatedReplicas", 0) - status.get("unavailableReplicas", 0) if is_seen else 0
    return max(0, updated)


def _pod_of(istiod: str, prefix: str) -> bool:
    """Whether a pod is of the Deployment; ``istiod-canary-…`` also begins with ``istiod-``."""
    return istiod.startswith(prefix) and istiod.removeprefix(prefix).count("-") == 1


def webhooks(resources: Resources) -> list[dict[str, Any]]:
    """Istio's webhook configurations: those that inject, and those that validate. Raises ApiError."""
    rows = []
    for kind in (injectors.WEBHOOKS, injectors.VALIDATORS):
        for configuration in resources.list(kind, None, "app in (sidecar-injector, istiod)"):
            metadata, hooks = configuration["metadata"], configuration.get("webhooks") or []
            service = ((hooks[0].get("clientConfig") or {}).get("service") if hooks else None) or {}
            rows.append(
                {
                    "kind": kind.kind,
                    "name": metadata["name"],
                    "revision": metadata["labels"].get(REVISION, ""),
                    "tag": metadata["labels"].get(TAG),
                    "service": f"{service['namespace']}/{service['name']}" if service else None,
                    "failure_policy": hooks[0].get("failurePolicy") if hooks else None,
                    "has_ca": all((hook.get("clientConfig") or {}).get("caBundle") for hook in hooks),
                }
            )
    return rows


def _namespaces(
    namespaces: dict[str, dict[str, Any]], pods: list[dict[str, Any]], injection: Injection, chosen: list[str] | None
) -> list[dict[str, Any]]:
    """Those that are injected as a whole, or have proxies."""
    with_proxy = Counter(pod["metadata"]["namespace"] for pod in pods if proxy_of(pod))
    rows = []
    for name, namespace in sorted(namespaces.items()):
        selected = selects(namespace, {"metadata": {}})
        if (chosen is not None and name not in chosen) or not (selected or with_proxy[name]):
            continue
        revision = injection.tags.get(selected, selected)
        version = injection.versions.get(revision)
        rows.append(
            {
                "name": name,
                "selects": selected,
                "revision": revision,
                "version": version,
                "proxies": with_proxy[name],
            }
        )
    return rows


def _workloads(
    namespaces: dict[str, dict[str, Any]],
    pods: list[dict[str, Any]],
    injection: Injection,
    connected: dict[str, str] | None,
) -> list[dict[str, Any]]:
    """Everything that has proxies, with what a restart would give it."""
    rows = []
    for workload, members in by_workload(pod for pod in pods if proxy_of(pod)).items():
        namespace = namespaces.get(workload.namespace) or {"metadata": {}}
        proxies = [proxy for proxy in map(proxy_of, members) if proxy]
        expected = injection.expected(namespace, members[0])
        names = [f"{pod['metadata']['name']}.{workload.namespace}" for pod in members]
        unconnected = None if connected is None else sum(name not in connected for name in names)
        rows.append(
            {
                **workload.row(),
                "gateway": is_gateway(members[0]),
                "pods": len(members),
                "revisions": sorted({proxy.revision for proxy in proxies}),
                "versions": sorted({proxy.version for proxy in proxies}),
                "expected_revision": expected.revision if expected else None,
                "expected_version": expected.version if expected else None,
                "outdated": sum(injection.is_outdated(namespace, pod) for pod in members),
                "unconnected": unconnected,
            }
        )
    return rows


def _nodes(resources: Resources) -> list[dict[str, Any]]:
    """What runs once a node: the CNI plugin and ztunnel."""
    rows = []
    for selector in _NODES:
        for daemonset in resources.list(_DAEMONSET, None, selector):
            metadata, status = daemonset["metadata"], daemonset.get("status") or {}
            image = daemonset["spec"]["template"]["spec"]["containers"][0]["image"]
            rows.append(
                {
                    "namespace": metadata["namespace"],
                    "name": metadata["name"],
                    "version": version_of(image),
                    "wanted": status.get("desiredNumberScheduled", 0),
                    "ready": status.get("numberReady", 0),
                }
            )
    return rows


def _crds(resources: Resources) -> list[dict[str, Any]]:
    """Istio's definitions, each with the versions in which objects may be stored. All are small requests."""
    names = sorted({f"{kind.plural}.{kind.group}" for kind in KINDS.values() if kind.group.endswith(".istio.io")})
    rows = []
    for crd in live.parallel(lambda name: resources.get(CRD, None, name), names):
        if crd:
            versions = crd["spec"]["versions"]
            rows.append(
                {
                    "name": crd["metadata"]["name"],
                    "served": [version["name"] for version in versions if version.get("served")],
                    "storage": next((version["name"] for version in versions if version.get("storage")), None),
                    "stored": (crd.get("status") or {}).get("storedVersions") or [],
                }
            )
    return rows


def _summary(workloads: list[dict[str, Any]], connected: dict[str, str] | None) -> dict[str, Any]:
    return {
        "pods": sum(row["pods"] for row in workloads),
        "connected": None if connected is None else len(connected),
        "outdated": sum(row["outdated"] for row in workloads),
        "unconnected": None if connected is None else sum(row["unconnected"] for row in workloads),
    }
