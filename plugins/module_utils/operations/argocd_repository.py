# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories and credential templates: Secrets that Argo CD knows by a label.

Their keys are those that ``util/db/repository_secrets.go`` of Argo CD reads.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from functools import partial

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params, pem
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd import (
    address,
    one_line,
    secret_document,
)

# What may be seen of such a Secret. A user name is often a token, and stays hidden.
_OPEN = ("type", "url", "name", "project", "insecure", "insecureIgnoreHostKey", "enableLfs", "enableOCI", "depth")
KIND = dataclasses.replace(SECRET, open_keys=(*_OPEN, "proxy", "noProxy", "forceHttpBasicAuth"))
SECRET_OPTIONS = tuple(
    f"spec.{name}"
    for name in (
        "password",
        "bearer_token",
        "ssh_private_key",
        "tls_client_cert_key",
        "github_app_private_key",
        "gcp_service_account_key",
        "azure_service_principal_client_secret",
    )
)
# What a credential template has no use for: Argo CD does not read it there.
_NOT_IN_TEMPLATES = ("name", "project", "insecure", "insecure_ignore_host_key", "enable_lfs", "depth")
# A credential template has these keys spelled otherwise.
_SPELLED = {
    "azureServicePrincipalClientId": "azureServicePrincipalClientID",
    "azureServicePrincipalTenantId": "azureServicePrincipalTenantID",
}
_SSH = re.compile(r"ssh://|[^/:@]+@[^/:]+:")  # a URL, or git's short form user@host:path
_PREFIXES = {
    "repository": "repo",
    "repo-creds": "creds",
    "repository-write": "repo-write",
    "repo-write-creds": "creds-write",
}


def declared(task: Task) -> dict:
    """The Secret that a task declares. Raises MeshError for what Argo CD could not use."""
    stated, spec = task.params, task.written.get("spec") or {}
    kind = stated["secret_type"]
    if spec.get("url"):
        spec = {**spec, "url": address(spec["url"], "spec.url")}
    if stated["state"] == "present":
        check(spec, kind)
        spec = repaired(spec)
    name = stated.get("name") or (name_of(spec, kind) if spec.get("url") else "")
    if not name:
        raise MeshError("argocd_repository: give 'name', or 'spec' with the url that the name follows from.")
    document = secret_document(task, name, kind)
    if stated["state"] == "absent":
        return document
    return {**document, "type": "Opaque", "stringData": _data(spec, kind, task.options["spec"]["options"])}


def repaired(spec: dict) -> dict:
    """The same with keys and certificates as OpenSSH and Argo CD read them, and without line ends that a file or a
    block of YAML has left at the end of a text. Raises MeshError for what cannot be put right without a guess.
    """
    return {name: _REPAIR[name](value, f"spec.{name}") if name in _REPAIR else value for name, value in spec.items()}


def _json_key(value, name: str):
    try:
        key = json.loads(value)
    except ValueError:
        key = None
    if not isinstance(key, dict) or not key.get("private_key"):
        raise MeshError(f"{name} must be the JSON of a Google service account's key, with a private_key.")
    return value


_REPAIR: dict[str, Callable[[str, str], str]] = {
    "ssh_private_key": partial(pem.private_key, ssh=True),
    "tls_client_cert_key": partial(pem.private_key, ssh=False),
    "github_app_private_key": partial(pem.private_key, ssh=False),
    "tls_client_cert_data": pem.certificates,
    "gcp_service_account_key": _json_key,
    "proxy": address,
    **dict.fromkeys(
        ("username", "password", "bearer_token", "azure_service_principal_client_secret", "name", "project"), one_line
    ),
}


def _data(spec: dict, kind: str, options: dict) -> dict:
    values = {name: _text(value) for name, value in params.api_names(spec, options).items()}
    if not kind.endswith("creds"):
        return values
    return {_SPELLED.get(name, name): value for name, value in values.items()}


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def name_of(spec: dict, kind: str) -> str:
    """The name that Argo CD's command line gives such a Secret: a hash of the address and the project."""
    project = "" if kind.endswith("creds") else spec.get("project") or ""
    return f"{_PREFIXES[kind]}-{fnv(spec['url'] + project)}"


def fnv(text: str) -> int:
    """The 32 bit FNV-1a hash, by which Argo CD names its Secrets."""
    number = 0x811C9DC5
    for byte in text.encode():
        number = (number ^ byte) * 0x01000193 & 0xFFFFFFFF
    return number


def check(spec: dict, kind: str) -> None:
    """Raises MeshError for what Argo CD would take, and then could not use."""
    url = spec.get("url")
    if not url:
        raise MeshError("argocd_repository: spec.url is missing, the address of the repository.")
    if kind.endswith("creds"):
        useless = [name for name in _NOT_IN_TEMPLATES if name in spec]
        if useless:
            raise MeshError(
                f"spec.{useless[0]} has no effect in {kind}, credentials of several repositories. Say it of each "
                "repository, with secret_type: repository."
            )
    ssh = bool(_SSH.match(url))
    if spec.get("ssh_private_key") and not ssh:
        raise MeshError(f"spec.ssh_private_key is of no use for {url}, which is not reached by SSH. Give a password.")
    passwords = [name for name in ("password", "bearer_token", "github_app_private_key") if spec.get(name)]
    if ssh and passwords:
        raise MeshError(f"spec.{passwords[0]} is of no use for {url}, which is reached by SSH. Give ssh_private_key.")
    _check_together(spec)
    _check_registry(url, spec, kind)
    if spec.get("type") == "helm" and not spec.get("name") and kind == "repository" and not spec.get("enable_oci"):
        raise MeshError(f"spec.name is missing: a Helm repository such as {url} needs one, by which charts name it.")


def _check_registry(url: str, spec: dict, kind: str) -> None:
    """The two ways in which Argo CD knows a registry: charts of Helm without a scheme, images (type oci) with it."""
    scheme = url.startswith("oci://")
    if scheme and spec.get("type") == "helm":
        raise MeshError(
            f"spec.url {url}: a registry of charts has no scheme in Argo CD. Write {url.removeprefix('oci://')} with "
            "enable_oci: true; or take type: oci, whose sources name a whole image."
        )
    if scheme and spec.get("type") != "oci" and not kind.endswith("creds"):
        raise MeshError(f"spec.url {url}: with oci:// give type: oci.")
    if spec.get("type") == "oci" and not scheme:
        raise MeshError(f"spec.url {url}: with type: oci it begins with oci://.")
    if spec.get("type") == "helm" and "://" not in url and not spec.get("enable_oci"):
        raise MeshError(
            f"spec.url {url} has no scheme, so it is a registry: give enable_oci: true. Another Helm repository begins "
            "with https://."
        )
    if spec.get("enable_oci") and "://" in url:
        raise MeshError(f"spec.enable_oci: the address of a registry has no scheme in Argo CD, and {url} has one.")


def _check_together(spec: dict) -> None:
    if bool(spec.get("github_app_id")) != bool(spec.get("github_app_private_key")):
        raise MeshError("spec.github_app_id and spec.github_app_private_key go together. Give both.")
    if bool(spec.get("tls_client_cert_data")) != bool(spec.get("tls_client_cert_key")):
        raise MeshError("spec.tls_client_cert_data and spec.tls_client_cert_key go together. Give both.")
