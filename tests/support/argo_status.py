# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live Applications as small dicts, for tests of what is concluded from them."""

from __future__ import annotations

URL = "https://git.example.com/shop.git"
REVISION = "2b8637b651c984a93f701a45a78e16e6047a2b57"
SOURCE = {"repoURL": URL, "path": "deploy"}
FAILED_SERVICE = {
    "kind": "Service",
    "namespace": "shop",
    "name": "web",
    "status": "SyncFailed",
    "message": 'Service "web" is invalid: spec.type: Unsupported value: "Wrong"',
}


def live(changes=None, **state):
    """A live Application that is in order, with changes: of the spec, and of the status."""
    source = {"repoURL": URL, "path": "deploy", "targetRevision": "main"}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "shop"}
    return {
        "metadata": {"name": "shop", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": source,
            "destination": destination,
            "syncPolicy": {"automated": {"selfHeal": True, "prune": True}},
            **(changes or {}),
        },
        "status": {
            "reconciledAt": "2026-01-01T10:00:05Z",
            "health": {"status": "Healthy"},
            "sync": {
                "status": "Synced",
                "revision": REVISION,
                "comparedTo": {"source": dict(source), "destination": dict(destination)},
            },
            "resources": [{"kind": "ConfigMap", "namespace": "shop", "name": "one", "status": "Synced"}],
            **state,
        },
    }


def operated(phase, message="", revision=REVISION, resources=(), **more):
    """An operationState."""
    result = {
        "revision": revision,
        "source": {"repoURL": URL, "path": "deploy", "targetRevision": "main"},
        "resources": list(resources),
    }
    return {
        "phase": phase,
        "message": message,
        "startedAt": "2026-01-01T10:00:01Z",
        "syncResult": result,
        **({"finishedAt": "2026-01-01T10:00:05Z"} if phase in ("Succeeded", "Failed", "Error") else {}),
        **more,
    }


def out_of_sync(*resources, **more):
    sync = {**live()["status"]["sync"], "status": "OutOfSync"}
    found = resources or ({"kind": "ConfigMap", "namespace": "shop", "name": "one", "status": "OutOfSync"},)
    return {"sync": sync, "resources": list(found), **more}


def error(kind, message):
    return {"conditions": [{"type": kind, "message": message}]}
