# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that bring other Applications (app of apps, ApplicationSet), awaited as a tree.

The health of a parent does not tell of its children: Argo CD leaves Applications out of it, unless a health check for
them is put into argocd-cm (argo-cd#3781). So the children are looked at themselves, by one LIST for all of them.
"""

from __future__ import annotations

import time

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import culprits, operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import TELL
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import (
    APPLICATION,
    APPLICATIONSET,
    deploys_here,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.status import Verdict

_LASTS = 2.5  # seconds that the failure of a child has to last: it may be of the declaration before
_DOUBTFUL = 20.0  # the same for what the controller may see otherwise when it looks again, which can take it a while
_PAUSE = 0.5  # seconds between two looks


def has_children(live: dict) -> bool:
    """Whether an Application deploys other Applications, in the cluster that we talk to."""
    return bool(_named(live))


def _named(live: dict) -> list[tuple[str, str, str]]:
    """(kind, namespace, name) of the Applications and ApplicationSets that an Application deploys."""
    if not deploys_here(live):
        return []
    destination = live["spec"]["destination"]
    return [
        (r["kind"], r.get("namespace") or destination.get("namespace") or "", r["name"])
        for r in (live.get("status") or {}).get("resources") or []
        if r.get("group") == APPLICATION.group and r.get("kind") in ("Application", "ApplicationSet")
    ]


def everything(resources, namespace: str) -> dict[tuple[str, str], dict]:
    """Every Application by (namespace, name), of all namespaces or, where that is forbidden, of one."""
    try:
        found = resources.list(APPLICATION)
    except ApiError as error:
        if error.status != 403:
            raise
        found = resources.list(APPLICATION, namespace)
    return {(one["metadata"]["namespace"], one["metadata"]["name"]): one for one in found}


def owned_by(applications: dict, live: dict) -> list[dict]:
    """The Applications that an ApplicationSet has made."""
    uid = live["metadata"]["uid"]
    return [
        one
        for one in applications.values()
        if any(owner.get("uid") == uid for owner in one["metadata"].get("ownerReferences") or [])
    ]


class _Look:
    """One look at the tree. ``said``: label -> Verdict of every Application below the root; ``live``: as they are."""

    def __init__(self, resources, root: dict, enough: tuple[str, ...]):
        self._resources, self._enough = resources, enough
        self._all = everything(resources, root["metadata"]["namespace"])
        self.said: dict[str, Verdict] = {}
        self.live: dict[str, dict] = {}
        self._below(root)

    def culprits(self) -> dict[str, str]:
        """What the Applications that are Synced and not healthy wait for, by label; this asks for single resources."""
        return {
            label: culprits.sentence(culprits.find(self._resources, self.live[label], 10))
            for label, said in self.said.items()
            if said.state in ("waiting", "doubtful") and said.message.startswith("it is Synced")
        }

    def _below(self, live: dict) -> None:
        if live["kind"] == "ApplicationSet":
            rolling = (live["spec"].get("strategy") or {}).get("type") == "RollingSync"
            for child in owned_by(self._all, live):
                self._application(child, rolling)
            return
        for kind, namespace, name in _named(live):
            if kind == "ApplicationSet":
                found = self._resources.get(APPLICATIONSET, namespace, name)
                if found:
                    self._below(found)
            elif (namespace, name) in self._all:
                self._application(self._all[namespace, name], False)
            else:
                self.said[APPLICATION.label(namespace, name)] = Verdict("waiting", "it does not exist yet")

    def _application(self, child: dict, rolling: bool) -> None:
        label = APPLICATION.label(child["metadata"]["namespace"], child["metadata"]["name"])
        if label in self.said:
            return  # trees with a loop in them are possible
        said = status.judge(child, self._enough)
        out_of_sync = ((child.get("status") or {}).get("sync") or {}).get("status") == "OutOfSync"
        if rolling and out_of_sync and said.state in ("failed", "doubtful") and not said.given_up:
            said = Verdict("waiting", "it is not its turn yet")  # its automated sync is the ApplicationSet's to start
        elif rolling and _is_degraded(child) and said.state == "waiting":
            said = Verdict("doubtful", f"{said.message}, so the steps after it do not begin")
        self.said[label] = said
        self.live[label] = child
        self._below(child)


def _is_degraded(child: dict) -> bool:
    """Whether what was synced has failed, as its health tells; while something runs it may still recover."""
    found = child.get("status") or {}
    return (found.get("health") or {}).get("status") == "Degraded" and not operation.running(child)


def wait(task, watched, enough: tuple[str, ...], deadline: float) -> None:
    """Until every Application below the root is in order. Raises MeshError on a failure at once, and on time-out."""
    progress, started = Progress(task, watched.label), time.monotonic()
    since: dict[str, float] = {}
    blamed, blamed_at = {}, started - TELL / 2
    while True:
        look = _Look(watched.resources, watched.live, enough)
        said, now = look.said, time.monotonic()
        if now - blamed_at > TELL or now >= deadline:
            blamed, blamed_at = look.culprits(), now
        missing = {label: one for label, one in said.items() if one.state != "ready"}
        if not missing:
            return
        for label, one in said.items():
            if one.state not in ("failed", "doubtful"):
                since.pop(label, None)
            elif now - since.setdefault(label, now) > (_LASTS if one.state == "failed" else _DOUBTFUL):
                raise MeshError(
                    f"{watched.label}: its {label} failed: {one.message.rstrip('.')}{blamed.get(label, '')}."
                    f"{advice.on(one.message)}",
                    applications=_rows(said, blamed),
                )
        told = "; ".join(f"{label}: {one.message}{blamed.get(label, '')}" for label, one in list(missing.items())[:3])
        counted = f"{len(said) - len(missing)} of {len(said)} Applications below it are in order"
        if now >= deadline:
            raise MeshError(
                f"{watched.label}: after {now - started:.0f} s {counted}. {told.rstrip('.')}."
                f"{advice.on(told) or ' A longer wait_timeout may help.'}",
                applications=_rows(said, blamed),
            )
        progress.say(f"{counted}, {told}")
        time.sleep(_PAUSE)
        if watched.read() is None:
            raise MeshError(f"{watched.label} was deleted by somebody while we waited for it.")


def _rows(said: dict[str, Verdict], blamed: dict[str, str]) -> list[dict]:
    return [
        {"application": label, "state": one.state, "message": one.message + blamed.get(label, "")}
        for label, one in said.items()
    ]
