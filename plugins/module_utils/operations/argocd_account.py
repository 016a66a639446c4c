# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Local accounts of Argo CD: keys of argocd-cm, and hashes of passwords in argocd-secret.

Source: ``util/settings/accounts.go`` of Argo CD.
"""

from __future__ import annotations

import base64
import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import on_demand, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, results
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_values as values

ADMIN = "admin"
_COST = 10  # what Argo CD itself takes
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")  # a dot ends the name, and nobody signs in with a longer one


def run(task: Task) -> dict:
    """The ``run`` of argocd_account. Raises MeshError."""
    name = task.params["name"]
    if not _NAME.fullmatch(name):
        raise MeshError(f"An account cannot be called {name!r}: up to 32 letters, digits, '-' and '_' are possible.")
    if name == ADMIN and (task.params["state"] == "absent" or task.params.get("capabilities") is not None):
        raise MeshError(
            "The account admin is Argo CD's own: it cannot be removed, and what it can do is given. enabled: false "
            "keeps everybody from using it."
        )
    resources = task.resources
    config = values.Holder(task, resources, builtin.CONFIGMAP, "argocd-cm")
    secret = values.Holder(task, resources, builtin.SECRET, "argocd-secret")
    if task.params["state"] == "present" and name != ADMIN:
        _check(task, config.data)
    passwords = _passwords(task, secret)  # before anything is written: it may be impossible
    changes = [config.set(_capabilities(task, config.data)), secret.set(passwords)]
    return results.of_objects(task, changes, result=diff.masked(changes[0].after))


def _check(task: Task, data: dict) -> None:
    name = task.params["name"]
    if f"accounts.{name}" not in data and not task.params.get("capabilities"):
        raise MeshError(f"The account {name} is new: say what it can do, by capabilities: [login], [apiKey] or both.")


def _capabilities(task: Task, data: dict) -> dict[str, str | None]:
    """Keys of argocd-cm. What the task does not state stays."""
    name, params = task.params["name"], task.params
    prefix = "admin" if name == ADMIN else f"accounts.{name}"
    if params["state"] == "absent":
        return {key: None for key in data if key == prefix or key.startswith(f"{prefix}.")}
    wanted: dict[str, str | None] = {}
    if params.get("capabilities") is not None:
        wanted[prefix] = ", ".join(params["capabilities"])
    if params.get("enabled") is not None:
        key = f"{prefix}.enabled"
        stated = str(params["enabled"]).lower()
        if stated == "false" or key in data:  # true is what it means without the key
            wanted[key] = stated
    return wanted


def _passwords(task: Task, secret: values.Holder) -> dict[str, str | None]:
    """Keys of argocd-secret, in base64."""
    name, params = task.params["name"], task.params
    prefix = "admin." if name == ADMIN else f"accounts.{name}."
    if params["state"] == "absent":
        return {key: None for key in secret.data if key.startswith(prefix)}
    present = builtin.decoded(secret.live, f"{prefix}password") or ""
    wanted = params.get("account_password_hash")
    if wanted and not _HASH.fullmatch(wanted):
        raise MeshError("account_password_hash is no hash of bcrypt, which begins with $2a$, $2b$ or $2y$.")
    if params.get("account_password"):
        wanted = present if matches(params["account_password"], present) else hashed(params["account_password"])
    if not wanted or wanted == present:
        return {}
    now = times.text_of(times.now())
    return {f"{prefix}password": _encoded(wanted), f"{prefix}passwordMtime": _encoded(now)}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def matches(password: str, stored: str) -> bool:
    """Whether a password is the one of a hash. Raises MeshError where the package bcrypt is missing."""
    if not _HASH.fullmatch(stored) or _is_too_long(password):
        return False
    return on_demand.bcrypt().checkpw(password.encode(), stored.encode())


def hashed(password: str) -> str:
    """A new hash of a password. Raises MeshError for one that bcrypt cannot take, and where the package is missing."""
    if _is_too_long(password):
        raise MeshError("account_password has more than 72 bytes, which bcrypt would cut off. Take a shorter one.")
    if "\0" in password:
        raise MeshError("account_password holds a NUL character, at which bcrypt would cut it off. Take another one.")
    bcrypt = on_demand.bcrypt()
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_COST, b"2a")).decode()


def _is_too_long(password: str) -> bool:
    return len(password.encode()) > 72
