# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request between two pods of a namespace of the upgrade's own, both with proxies of the new control plane.

It is gone afterwards. So a control plane that is ready but cannot inject, sign or configure is noticed before anything
of a user depends on it.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import DEPLOYMENT, NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    REVISION,
    proxy_of,
    same_version,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import labels
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

NAME = labels.PROBE
MANAGER = "meshops.lifecycle.upgrade"
_POD, _SERVICE = KINDS["", "Pod"], KINDS["", "Service"]
_CLIENT = "client"
_ATTEMPTS = 4  # of the request: configuration may be on its way
_WAITS = {"proxy.istio.io/config": json.dumps({"holdApplicationUntilProxyStarts": True})}

Document = dict[str, Any]


def run(task: Task, goal: Goal) -> str:
    """Make the request; returns what proves it. Raises MeshError; the namespace goes either way."""
    deadline = Deadline(task.params["wait_timeout"])
    _remove(task, deadline)
    try:
        for kind, document in documents(goal, _options(task)):
            if kind is DEPLOYMENT:
                _await_account(task, deadline)
            task.resources.apply(kind, document, manager=MANAGER, force=True)
        server = _pod(task, "app=server", deadline, _is_ready)
        _require(server, goal)
        client = _pod(task, f"app={_CLIENT}", deadline, lambda pod: _exit_code(pod) is not None)
        _require(client, goal)
        if _exit_code(client):
            raise MeshError(
                f"The probe of revision {goal.revision}: the request from pod {NAME}/{_CLIENT} failed with exit "
                f"code {_exit_code(client)}. Nothing was moved to the new control plane."
            )
    finally:
        _remove(task, None)
    return f"a request between two pods with proxies {goal.version} of revision {goal.revision}"


def _options(task: Task) -> Document:
    """The probe's options with their defaults, which options below the first level do not have by themselves."""
    spec = task.options["probe"]["options"]
    defaults = {name: option.get("default") for name, option in spec.items()}
    return {**defaults, **{name: value for name, value in task.params["probe"].items() if value is not None}}


def documents(goal: Goal, probe: Document) -> list[tuple[Any, Document]]:
    """The namespace, a server and a client that makes one request."""
    place = {"namespace": NAME}
    url = f"http://server.{NAME}:{probe['port']}{probe['path']}"
    server = {"name": "server", "image": probe["image"], "args": probe["args"] or None}
    client = {
        "name": _CLIENT,
        "image": probe["client_image"] or probe["image"],
        "command": [*probe["client_command"], url],
    }
    return [
        (NAMESPACE, {"kind": "Namespace", "metadata": {"name": NAME, "labels": {REVISION: goal.revision}}}),
        (
            _SERVICE,
            {
                "kind": "Service",
                "metadata": {"name": "server", **place},
                "spec": {"selector": {"app": "server"}, "ports": [{"name": "http", "port": probe["port"]}]},
            },
        ),
        (
            DEPLOYMENT,
            {
                "kind": "Deployment",
                "metadata": {"name": "server", **place},
                "spec": {"selector": {"matchLabels": {"app": "server"}}, "template": _template("server", server)},
            },
        ),
        (
            _POD,
            {
                "kind": "Pod",
                "metadata": {"name": _CLIENT, **place, "labels": {"app": _CLIENT}, "annotations": _WAITS},
                "spec": {"restartPolicy": "OnFailure", "containers": [_clean(client)]},
            },
        ),
    ]


def _template(name: str, container: Document) -> Document:
    return {"metadata": {"labels": {"app": name}, "annotations": _WAITS}, "spec": {"containers": [_clean(container)]}}


def _clean(container: Document) -> Document:
    return {key: value for key, value in container.items() if value is not None}


def _await_account(task: Task, deadline: Deadline) -> None:
    """Pods are refused until a new namespace has its ServiceAccount."""
    for _turn in pauses(deadline, first=0.1, most=1.0):
        if task.resources.get(KINDS["", "ServiceAccount"], NAME, "default"):
            return


def _pod(task: Task, selector: str, deadline: Deadline, done: Any) -> Document:
    """The pod as soon as it is as wanted. Raises MeshError with its state."""
    state = "there is none"
    for _turn in pauses(deadline, first=0.3, most=2.0):
        pods = task.resources.list(_POD, NAME, selector)
        if pods and done(pods[0]):
            return pods[0]
        state = str((pods[0].get("status") or {}).get("phase")) if pods else state
    raise MeshError(f"The probe in namespace {NAME}: the pod {selector} was not ready in time ({state}).")


def _is_ready(pod: Document) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    return any(row["type"] == "Ready" and row["status"] == "True" for row in conditions)


def _exit_code(pod: Document) -> int | None:
    """Of the client's command: 0 once it has ended well, another one after several attempts; None before."""
    for row in (pod.get("status") or {}).get("containerStatuses") or []:
        if row["name"] == _CLIENT:
            ended = (row.get("state") or {}).get("terminated")
            if ended and not ended["exitCode"]:
                return 0
            last = ended or (row.get("lastState") or {}).get("terminated")
            if last and row.get("restartCount", 0) >= _ATTEMPTS:
                return int(last["exitCode"])
    return None


def _require(pod: Document, goal: Goal) -> None:
    proxy, name = proxy_of(pod), pod["metadata"]["name"]
    if proxy is None:
        raise MeshError(f"The probe: pod {NAME}/{name} got no proxy. Does the webhook of {goal.revision} answer?")
    if proxy.revision != goal.revision or not same_version(proxy.version, goal.version):
        raise MeshError(
            f"The probe: pod {NAME}/{name} got the proxy {proxy.version} of revision {proxy.revision}, not "
            f"{goal.version} of {goal.revision}."
        )


def forget(task: Task) -> None:
    """Remove what a run that was killed has left."""
    _remove(task, None)


def _remove(task: Task, deadline: Deadline | None) -> None:
    live = task.resources.get(NAMESPACE, None, NAME)
    if live is None:
        return
    task.resources.delete(NAMESPACE, None, NAME)
    if deadline:
        wait.until_gone(task, task.resources, NAMESPACE, live, deadline)
