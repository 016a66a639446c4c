# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters registered in Argo CD: Secrets that it knows by a label, with credentials made in the cluster itself.

The Secret's keys are those of ``util/db/cluster.go`` of Argo CD.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params, pem
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import credentials, options
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results, write
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import HERE, SECRET_TYPE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET, decoded, secret
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd import one_line, secret_document
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_access import PENDING, Access
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_repository import fnv

SECRET_OPTIONS = (
    "cluster.api_key",
    "spec.config.password",
    "spec.config.bearer_token",
    "spec.config.tls_client_config.key_data",
)
_REPAIR = {
    "ca_data": pem.certificates,
    "cert_data": pem.certificates,
    "key_data": partial(pem.private_key, ssh=False),
}
# The Secret that registers a cluster, of which all but ``config`` may be seen.
_REGISTRATION = dataclasses.replace(
    SECRET, open_keys=("name", "server", "namespaces", "clusterResources", "project", "shard")
)
_CREDENTIALS = ("username", "bearer_token", "aws_auth_config", "exec_provider_config")


def run(task: Task) -> dict:
    """The ``run`` of argocd_cluster. Raises MeshError."""
    here = task.resources
    target = _target(task)
    access = Access(task, Resources(target)) if target else None
    if task.params["state"] == "absent":
        return _absent(task, here, access)
    spec = task.written.get("spec") or {}
    server = (spec.get("server") or (target.credentials.server if target else "")).rstrip("/")
    _check(task, spec, server, access)
    registered = _registered(task, here, server)
    token = ""
    if access and not _has_credentials(spec):
        token = access.ensure(spec.get("namespaces") or [])
    document = _document(task, spec, server, _secret_name(task, registered, server))
    document["stringData"]["config"] = json.dumps(_config(task, spec, target, token), sort_keys=True)
    live = here.get(_REGISTRATION, document["metadata"]["namespace"], document["metadata"]["name"])
    change = manage.applied(task, here, _REGISTRATION, secret(document), live)
    if token and token != PENDING:
        access.retire()  # only now does nobody need an older token
    return _answer(task, change, access, server)


def _target(task: Task) -> Session | None:
    """The connection to the cluster that is registered. Raises MeshError."""
    stated = task.params.get("cluster")
    if not stated:
        return None
    # Nothing of the environment: what AWX sets there leads to the cluster of Argo CD.
    return Session(credentials.load(options.resolve_other(stated, "cluster", task.params)))


def _has_credentials(spec: dict) -> bool:
    config = spec.get("config") or {}
    return any(name in config for name in _CREDENTIALS) or "cert_data" in (config.get("tls_client_config") or {})


def _check(task: Task, spec: dict, server: str, access: Access | None) -> None:
    name = task.params["name"]
    if not server:
        raise MeshError(f"argocd_cluster {name}: give 'cluster', the way to it, or spec.server with spec.config.")
    if "://" not in server:
        raise MeshError(f"spec.server must be a URL such as https://10.0.0.1:6443, not {server!r}.")
    if not access and not _has_credentials(spec) and server != HERE:
        raise MeshError(
            f"argocd_cluster {name}: Argo CD has no credentials for {server}. Give 'cluster', so that a service "
            "account is created there, or credentials in spec.config."
        )


def _registered(task: Task, here: Resources, server: str) -> dict | None:
    """The Secret that registers this name. Raises MeshError when another name has the same address."""
    registered = None
    for live in _all(task, here):
        if decoded(live, "name") == task.params["name"]:
            registered = live
        elif (decoded(live, "server") or "").rstrip("/") == server:
            raise MeshError(
                f"The address {server} is registered in Argo CD as {decoded(live, 'name')!r}, by Secret "
                f"{live['metadata']['namespace']}/{live['metadata']['name']}. Argo CD takes each address once: use "
                "that name, or remove it first."
            )
    return registered


def _all(task: Task, here: Resources) -> list[dict]:
    return here.list(_REGISTRATION, task.params["namespace"], f"{SECRET_TYPE}=cluster")


def _secret_name(task: Task, registered: dict | None, server: str) -> str:
    if task.params.get("secret_name"):
        return task.params["secret_name"]
    if registered:
        return registered["metadata"]["name"]
    host = (urlsplit(server).hostname or "").replace(":", "-").lower()
    return f"cluster-{host}-{fnv(server)}"


def _document(task: Task, spec: dict, server: str, name: str) -> dict:
    """The Secret without its ``config``."""
    data = {"name": task.params["name"], "server": server}
    if spec.get("namespaces"):
        data["namespaces"] = ",".join(spec["namespaces"])
    if spec.get("cluster_resources") is not None:
        data["clusterResources"] = str(spec["cluster_resources"]).lower()
    for option in ("project", "shard"):
        if spec.get(option) is not None:
            data[option] = str(spec[option])
    return {**secret_document(task, name, "cluster"), "type": "Opaque", "stringData": data}


def _config(task: Task, spec: dict, target: Session | None, token: str) -> dict:
    """How Argo CD connects: what is stated, and the service account's token with the authority that signs there."""
    spec_options = task.options["spec"]["options"]
    stated = params.api_names(_repaired(spec.get("config") or {}), spec_options["config"]["options"])
    tls = {"insecure": False}
    if token:
        reached = target.credentials
        if not reached.verify:
            tls["insecure"] = True
        elif reached.ca:
            tls["caData"] = base64.b64encode(reached.ca).decode()
        if reached.tls_server_name:
            tls["serverName"] = reached.tls_server_name
    tls.update(stated.get("tlsClientConfig") or {})
    if tls["insecure"]:  # Argo CD refuses an authority beside it
        tls.pop("caData", None)
    config = {**stated, "tlsClientConfig": tls}
    return {**config, "bearerToken": token} if token else config


def _repaired(config: dict) -> dict:
    """The same with what Argo CD expects as PEM in base64 in that form, PEM itself included. Raises MeshError."""
    config = {name: one_line(value, f"spec.config.{name}") for name, value in config.items()}
    tls = config.get("tls_client_config")
    if not tls:
        return config
    tls = {
        name: encoded(value, f"spec.config.tls_client_config.{name}", _REPAIR[name]) if name in _REPAIR else value
        for name, value in tls.items()
    }
    return {**config, "tls_client_config": tls}


def encoded(value: str, name: str, repair: Callable[[str, str], str]) -> str:
    """PEM in base64, of PEM or of that. Raises MeshError."""
    text = value
    if "-----BEGIN" not in value:
        try:
            text = base64.b64decode("".join(value.split()), validate=True).decode()
        except ValueError:
            raise MeshError(f"{name} must be PEM, or PEM in base64, and is neither.") from None
    return base64.b64encode(repair(text, name).encode()).decode()


def _absent(task: Task, here: Resources, access: Access | None) -> dict:
    name = task.params.get("secret_name")
    matching = [
        live
        for live in _all(task, here)
        if (live["metadata"]["name"] == name if name else decoded(live, "name") == task.params["name"])
    ]
    live = matching[0] if matching else None
    place = (task.params["namespace"], live["metadata"]["name"] if live else name or task.params["name"])
    # Argo CD first, so that it does not meet a token that is no longer valid.
    change = write.delete(here, _REGISTRATION, *place, live, check=task.check, propagation="Background")
    if access:
        access.remove()
    return _answer(task, change, access, decoded(live, "server") or "")


def _answer(task: Task, change, access: Access | None, server: str) -> dict:
    others = access.changes if access else []
    return results.of_objects(task, [*others, change], result=results.shown(task, change), server=server)
