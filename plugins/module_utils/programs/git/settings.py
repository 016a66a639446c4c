# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``git`` of a task, with its defaults, checked before anything is done."""

from __future__ import annotations

import os
import re
from types import SimpleNamespace
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.call import Call
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

PASSWORD = "git.password"
SECRETS = (PASSWORD, "git.seal_key")
# Options that not every module has which works with a repository.
_OPTIONAL = {
    "working_tree": None,
    "commit": True,
    "push": True,
    "path": ".",
    "commit_message": None,
    "seal_command": None,
    "seal_key": None,
}
_HTTP = re.compile(r"(?i)^https?://")


def password_in(repository: str | None) -> str | None:
    """The password that somebody has put into the URL of a repository, where it must not be."""
    try:
        return urlsplit(repository or "").password
    except ValueError:
        return None


def of(task: Call) -> SimpleNamespace:
    """The suboptions of ``git`` as attributes; what was not given is None or its default.

    ``path`` is the folder without a slash at its ends, empty for the whole repository. Raises MeshError for what does
    not go together.
    """
    options = task.options["git"]["options"]
    given = task.params.get("git") or {}
    stated = {name: given.get(name, option.get("default")) for name, option in options.items()}
    settings = SimpleNamespace(**{**_OPTIONAL, **stated})
    if bool(settings.repository) == bool(settings.working_tree):
        raise MeshError("delivery: git needs a git.repository or a git.working_tree, and one of them alone.")
    if settings.repository:
        _check_repository(settings)
    if settings.branch and (
        settings.branch.startswith("-") or re.search(r"[\x00-\x20~^:?*\[\\]|\.\.|^/|/$|@\{", settings.branch)
    ):
        raise MeshError(f"git.branch: {settings.branch!r} cannot be the name of a branch.")
    settings.path = folder(settings.path)
    for name in ("ssh_key_file", "known_hosts_file", "ca_cert"):
        path = getattr(settings, name)
        if path and not os.path.isfile(path):
            raise MeshError(f"git.{name}: there is no file {path}.")
    if settings.seal_key and not settings.seal_command:
        raise MeshError("git.seal_key is of no use without git.seal_command.")
    return settings


def _check_repository(settings: SimpleNamespace) -> None:
    if not settings.commit or not settings.push:
        name = "push" if settings.commit else "commit"
        raise MeshError(
            f"git.{name}: false needs a git.working_tree; the clone of a git.repository is gone when the task ends."
        )
    if password_in(settings.repository):
        raise MeshError("git.repository has a password in it. Give that as git.password, which is never shown.")
    if settings.repository.startswith("-"):
        raise MeshError(f"git.repository: {settings.repository!r} is no URL and no path.")
    if _HTTP.match(settings.repository):
        parts = urlsplit(settings.repository)
        settings.username = settings.username or parts.username
        settings.repository = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    elif settings.password:
        raise MeshError("git.password is of no use for a repository that is not at http or https.")
    local = os.path.expanduser(settings.repository)
    if "://" not in settings.repository and os.path.isdir(local):
        settings.repository = os.path.abspath(local)


def folder(path: str, option: str = "git.path") -> str:
    """A path within the repository, without what does not belong to it. Raises MeshError for one that leads out."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or any(part == ".." or part.lower() == ".git" for part in parts):
        what = "folder" if option == "git.path" else "file"
        raise MeshError(f"{option}: {path!r} must be a {what} within the repository.")
    if re.search(r"[\x00-\x1f\\]", path):
        raise MeshError(f"{option}: {path!r} has characters that a path in Git should not have.")
    return "/".join(parts)
