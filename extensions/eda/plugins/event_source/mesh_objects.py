# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event for each change of a mesh's configuration that did not come from this collection."""

from __future__ import annotations

import asyncio
import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DOCUMENTATION = r"""
---
short_description: Receive an event when somebody else changes the configuration of a mesh.
description:
  - Watches objects of Istio, and reports when a field manager that is not of this collection has written one, or when
    one was deleted. Writes of the status, and those of this collection, are no events.
  - What was changed before the start is not reported; the playbook verify compares everything.
options:
  kinds:
    description: The kinds to watch, each as GROUP/VERSION/PLURAL.
    type: list
    elements: str
    default: virtual services, destination rules, gateways, service entries, sidecars, Envoy filters, authorization
      policies, peer and request authentications
  namespace:
    description: Only objects of this namespace.
    type: str
  label_selector:
    description: Only objects with these labels.
    type: str
  declared_only:
    description: Whether to report only objects that this collection has declared. V(false) reports also what others
      have added.
    type: bool
    default: true
  ignored_managers:
    description: Field managers whose writes are expected, beside those of istiod.
    type: list
    elements: str
    default: []
  kubeconfig:
    description: How to connect; this and the further options of the connection are as in argocd_applications.
"""

EXAMPLES = r"""
- meshops.lifecycle.mesh_objects:
    declared_only: false
    ignored_managers: [argocd-controller]
"""

_SOURCE = "mesh_objects"
_ARGUMENTS = ("kinds", "namespace", "label_selector", "declared_only", "ignored_managers")
_KINDS = (
    *(
        f"networking.istio.io/v1/{plural}"
        for plural in ("virtualservices", "destinationrules", "gateways", "serviceentries", "sidecars")
    ),
    "networking.istio.io/v1alpha3/envoyfilters",
    *(
        f"security.istio.io/v1/{plural}"
        for plural in ("authorizationpolicies", "peerauthentications", "requestauthentications")
    ),
)
_OURS = "meshops.lifecycle"
_ISTIOD = ("pilot-discovery", "istiod")


def _shared() -> Any:
    """The file that sources have in common, run as ansible-rulebook runs a source: as a single file."""
    path = Path(__file__).resolve().parents[1] / "shared" / "kubernetes_watch.py"
    return SimpleNamespace(**runpy.run_path(str(path)))


def is_ours(manager: str) -> bool:
    """Whether a field manager is one of this collection."""
    return manager == _OURS or manager.startswith(f"{_OURS}.")


def writers(item: dict[str, Any], ignored: tuple[str, ...]) -> dict[str, str]:
    """manager → what it owns and when it wrote, of those that are neither ours nor expected."""
    return {
        entry["manager"]: json.dumps([entry.get("time"), entry.get("fieldsV1")], sort_keys=True)
        for entry in item["metadata"].get("managedFields") or []
        if not is_ours(entry.get("manager", ""))
        and entry.get("manager") not in ignored
        and not entry.get("subresource")
    }


def event(item: dict[str, Any], kind: str, action: str, managers: list[str]) -> dict[str, Any]:
    """The event as rules see it. A list has no kind in its items, so the plural stands for it there."""
    metadata = item["metadata"]
    return {
        "object": {
            "kind": item.get("kind") or kind.rsplit("/", 1)[-1],
            "namespace": metadata.get("namespace", ""),
            "name": metadata["name"],
            "labels": metadata.get("labels") or {},
        },
        "action": action,
        "managers": managers,
    }


async def _one_kind(shared: Any, cluster: Any, kind: str, args: dict[str, Any], queue: asyncio.Queue) -> None:
    ignored = (*_ISTIOD, *(args.get("ignored_managers") or []))
    declared_only = args.get("declared_only", True)
    group, version, plural = kind.split("/")
    namespace = args.get("namespace")
    path = f"/apis/{group}/{version}{f'/namespaces/{namespace}' if namespace else ''}/{plural}"
    known: dict[str, dict[str, str]] = {}
    started = False
    async for what, item in shared.follow(cluster, path, args.get("label_selector") or ""):
        if what == "listed":
            started = True
            continue
        uid = item["metadata"]["uid"]
        ours = any(is_ours(entry.get("manager", "")) for entry in item["metadata"].get("managedFields") or [])
        if what == "gone":
            known.pop(uid, None)
            if ours or not declared_only:
                await queue.put(event(item, kind, "deleted", []))
            continue
        now, before = writers(item, ignored), known.get(uid, {})
        changed = sorted(manager for manager, written in now.items() if before.get(manager) != written)
        if started and changed and (ours or not declared_only):
            await queue.put(event(item, kind, "changed" if uid in known else "created", changed))
        known[uid] = now


async def main(queue: asyncio.Queue, args: dict[str, Any]) -> None:
    """Put events into the queue until it is cancelled. Raises BadArguments, and Refused when nothing may be read."""
    shared = _shared()
    shared.check_arguments(args, _ARGUMENTS, _SOURCE)
    kinds = args.get("kinds") or _KINDS
    wrong = [kind for kind in kinds if str(kind).count("/") != 2]
    if wrong:
        raise shared.BadArguments(f"{_SOURCE}: kinds must be GROUP/VERSION/PLURAL, not {', '.join(map(str, wrong))}.")
    async with shared.Cluster(args) as cluster:
        watches = [asyncio.create_task(_one_kind(shared, cluster, kind, args, queue)) for kind in kinds]
        try:
            await asyncio.gather(*watches)
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(_shared().Printing(), {}))
