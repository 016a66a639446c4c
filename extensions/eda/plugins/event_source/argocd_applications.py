# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event for each change of an Argo CD Application's health, sync or operation."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DOCUMENTATION = r"""
---
short_description: Receive an event when an Argo CD Application changes its health, sync or operation.
description:
  - Watches Applications through the Kubernetes API. An event comes when the health, the sync status, the phase of the
    operation or the synced revision is another than the last one that was reported, and not for other writes of the
    controller.
  - A watch that is lost goes on where it ended. Where the server has forgotten that, everything is read again, and what
    has changed meanwhile is reported once.
options:
  namespace:
    description: Namespace of the Applications. An empty text means all.
    type: str
    default: argocd
  label_selector:
    description: Only Applications with these labels.
    type: str
  initial:
    description:
      - What is reported at the start. V(unhealthy) are Applications that are not Synced and Healthy, so that nothing is
        lost that happened while no rulebook ran.
    type: str
    choices: [none, unhealthy, all]
    default: unhealthy
  kubeconfig:
    description: Path of a kubeconfig, or its content as a mapping. Also K8S_AUTH_KUBECONFIG, then KUBECONFIG. In a pod
      the service account is used if there is none.
  context:
    description: Context of the kubeconfig. Also K8S_AUTH_CONTEXT.
  host:
    description: Address of the API server, in place of a kubeconfig. Also K8S_AUTH_HOST.
  api_key:
    description: Bearer token. Also K8S_AUTH_API_KEY.
  api_key_file:
    description: File with a bearer token, which is read again for each request. Also K8S_AUTH_API_KEY_FILE.
  ca_cert:
    description: Certificate authority of O(host), as a path or PEM. Also K8S_AUTH_CA_CERT.
  validate_certs:
    description: Whether to verify the server's certificate. Also K8S_AUTH_VALIDATE_CERTS.
    default: true
"""

EXAMPLES = r"""
- meshops.lifecycle.argocd_applications:
    namespace: argocd
    label_selector: team=shop
"""

_SOURCE = "argocd_applications"
_ARGUMENTS = ("namespace", "label_selector", "initial")
_INITIAL = ("none", "unhealthy", "all")


def _shared() -> Any:
    """The file that sources have in common, run as ansible-rulebook runs a source: as a single file."""
    path = Path(__file__).resolve().parents[1] / "shared" / "kubernetes_watch.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


def reported(application: dict[str, Any]) -> dict[str, str]:
    """What an event is about; a change of anything else is none."""
    status = application.get("status") or {}
    sync = status.get("sync") or {}
    return {
        "health": (status.get("health") or {}).get("status") or "Unknown",
        "sync": sync.get("status") or "Unknown",
        "operation": (status.get("operationState") or {}).get("phase") or "",
        "revision": sync.get("revision") or " ".join(sync.get("revisions") or []),
    }


def event(application: dict[str, Any], now: dict[str, str], before: dict[str, str] | None) -> dict[str, Any]:
    """The event as rules see it."""
    metadata, spec = application["metadata"], application.get("spec") or {}
    status = application.get("status") or {}
    messages = [
        (status.get("health") or {}).get("message"),
        (status.get("operationState") or {}).get("message"),
        *(condition.get("message") for condition in status.get("conditions") or []),
    ]
    destination = spec.get("destination") or {}
    host = destination.get("name")  # which the inventory argocd_clusters gives its hosts
    return {
        "application": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "project": spec.get("project") or "default",
            "labels": metadata.get("labels") or {},
            "destination": destination,
            "host": host or "",
            "message": "; ".join(message for message in messages if message)[:1000],
            **now,
        },
        "previous": before or {},
        "changed": sorted(name for name in now if before is None or before.get(name) != now[name]),
        **({"meta": {"hosts": [host]}} if host else {}),
    }


def _checked(args: dict[str, Any], shared: Any) -> str:
    """The path to watch. Raises BadArguments."""
    shared.check_arguments(args, _ARGUMENTS, _SOURCE)
    if args.get("initial", "unhealthy") not in _INITIAL:
        raise shared.BadArguments(f"{_SOURCE}: initial must be one of {', '.join(_INITIAL)}, not {args['initial']}.")
    namespace = args.get("namespace", "argocd")
    return f"/apis/argoproj.io/v1alpha1{f'/namespaces/{namespace}' if namespace else ''}/applications"


async def main(queue: asyncio.Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until it is cancelled. Raises BadArguments, and Refused when nothing may be read."""
    shared = _shared()
    path, initial = _checked(args, shared), args.get("initial", "unhealthy")
    known: dict[str, dict[str, str]] = {}
    started = False
    async with shared.Cluster(args) as cluster:
        async for what, application in shared.follow(cluster, path, args.get("label_selector") or ""):
            if what == "listed":
                started = True
                continue
            uid = application["metadata"]["uid"]
            if what == "gone":
                known.pop(uid, None)
                continue
            now, before = reported(application), known.get(uid)
            good = (now["health"], now["sync"]) == ("Healthy", "Synced")
            silent = not started and (initial == "none" or (initial == "unhealthy" and good))
            if now != before and not silent:
                await queue.put(event(application, now, before))
            known[uid] = now  # after the event is in the queue: it is not lost, and not reported twice


if __name__ == "__main__":
    asyncio.run(main(_shared().Printing(), {}))
