# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubeconfigs as documents: read, merged as kubectl merges them, and what in them is secret."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import vault
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import YAML_LOADER, yaml

_SECRET_FIELDS = {"token", "password", "client-key-data"}
_SECRET_IN_PROVIDER = {"access-token", "id-token", "refresh-token", "client-secret"}
# The lists of a kubeconfig, each entry's inner mapping, and the paths in that.
_PARTS = {
    "clusters": ("cluster", ("certificate-authority",)),
    "users": ("user", ("client-certificate", "client-key", "tokenFile")),
    "contexts": ("context", ()),
}
# Fields of any entry that are of these types, or absent. The kubernetes package takes any value for true, "false" too.
_TEXTS = [
    "server",
    "cluster",
    "user",
    "namespace",
    "certificate-authority",
    "certificate-authority-data",
    "client-certificate",
    "client-key",
    "client-certificate-data",
    "client-key-data",
    "tls-server-name",
    "proxy-url",
    "token",
    "tokenFile",
    "username",
    "password",
]
_MAPPINGS = ("exec", "auth-provider")
_TRUTHS = ("insecure-skip-tls-verify", "disable-compression")
_AS_TEXT = {"true": True, "false": False}  # what a template makes of them


def parsed(text: str) -> dict:
    """A kubeconfig that was given as its content. Raises MeshError that shows nothing of it."""
    try:
        document = yaml.load(text, Loader=YAML_LOADER)
    except (yaml.YAMLError, UnicodeError):
        document = None
    if not isinstance(document, dict):
        raise MeshError("kubeconfig has several lines, so it is read as the content of a file, but it is not YAML.")
    return document


def secrets(kubeconfig) -> set[str]:
    """The texts of an inline kubeconfig that must never be shown; none for a path."""
    texts = set()
    for entry in _items(kubeconfig, "users"):
        user = _mapping(entry, "user")
        provider = _mapping(_mapping(user, "auth-provider"), "config")
        texts |= {str(user[name]) for name in _SECRET_FIELDS if user.get(name)}
        texts |= {str(provider[name]) for name in _SECRET_IN_PROVIDER if provider.get(name)}
        values = [str(variable.get("value") or "") for variable in _items(_mapping(user, "exec"), "env")]
        texts |= {value for value in values if len(value) > 7}
    return texts


def _mapping(value, name: str) -> Mapping:
    """A mapping within something that may be of any shape; empty when it is none."""
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _items(value, name: str) -> list[Mapping]:
    """The mappings of a list within something that may be of any shape."""
    inner = value.get(name) if isinstance(value, Mapping) else None
    return [item for item in inner if isinstance(item, Mapping)] if isinstance(inner, list) else []


def default() -> str | None:
    """The paths of the kubeconfig that is meant where none is named; None when there is none.

    Raises MeshError when KUBECONFIG names only files that do not exist: somebody meant a cluster.
    """
    named = os.environ.get("KUBECONFIG")
    if not named:
        path = os.path.expanduser("~/.kube/config")
        return path if os.path.exists(path) else None
    if not any(os.path.exists(path) for path in paths(named)):
        raise MeshError(f"kubeconfig {named} does not exist. Check the environment's KUBECONFIG.")
    return named


def paths(source) -> list[str]:
    """The files of a path, or of several joined as in KUBECONFIG; none for an inline document."""
    if isinstance(source, Mapping) or not source:
        return []
    return [os.path.expanduser(path) for path in str(source).split(os.pathsep) if path]


def read(source) -> tuple[dict, str]:
    """A kubeconfig from a document, or from one or several paths: (document, how messages name it).

    Paths in it are absolute, by the folder of the file that they stand in. Several files are merged as kubectl does:
    one that does not exist is passed over, and of entries with one name, and of current contexts, the first counts.
    Raises MeshError that names the file.
    """
    if isinstance(source, Mapping):
        name = "the kubeconfig given inline"
        return _merged([_checked(source, name, os.getcwd())]), name
    files = paths(source)
    existing = [path for path in files if os.path.exists(path)]
    if not existing:
        raise MeshError(
            f"kubeconfig {', '.join(files) or repr(source)} does not exist. Check 'kubeconfig' or K8S_AUTH_KUBECONFIG."
        )
    name = f"kubeconfig {os.pathsep.join(files)}"
    document = _merged([_of_file(path) for path in existing])
    if not document["clusters"]:
        raise MeshError(f"{name} names no cluster: it has no 'clusters'. Check that it is the right file.")
    return document, name


def _of_file(path: str) -> dict:
    if os.path.isdir(path):
        raise MeshError(f"kubeconfig {path} is a folder. Check 'kubeconfig' or K8S_AUTH_KUBECONFIG.")
    vault.refuse(path, "kubeconfig", "Use it as 'kubeconfig' of a task that runs on the controller, as a single file")
    try:
        with open(path, encoding="utf-8") as stream:
            document = yaml.load(stream, Loader=YAML_LOADER)
    except (OSError, ValueError) as error:
        raise MeshError(f"kubeconfig {path} cannot be read: {error}.") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise MeshError(f"kubeconfig {path} is not YAML{line}. It may be truncated; create it again.") from None
    if document is None:  # kubectl takes an empty file for a kubeconfig with nothing in it
        document = {}
    if not isinstance(document, dict):
        raise MeshError(f"kubeconfig {path} is not a mapping. Check that it is the right file.")
    return _checked(document, f"kubeconfig {path}", os.path.dirname(os.path.abspath(path)))


def _checked(document: Mapping, name: str, folder: str) -> dict:
    """A copy in the shape that every kubeconfig has, with absolute paths and without empty values.

    Raises MeshError that names the part that is something else.
    """
    begin = name[:1].upper() + name[1:]
    checked: dict = {"current-context": str(document.get("current-context") or "")}
    for part, (inner, _paths) in _PARTS.items():
        entries, checked[part] = document.get(part), []
        if entries is not None and not isinstance(entries, list):
            raise MeshError(f"{begin}: {part!r} must be a list.")
        for index, entry in enumerate(entries or []):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
                raise MeshError(f"{begin}: {part}[{index}] must be a mapping with a name.")
            if not isinstance(entry.get(inner), Mapping):
                raise MeshError(f"{begin}: {part}[{index}] ({entry['name']}) has no {inner!r} that is a mapping.")
            _check_types(entry[inner], f"in {part}[{index}] ({entry['name']})", begin)
            if entry["name"] in [other["name"] for other in checked[part]]:
                raise MeshError(f"{begin}: {part} has two entries named {entry['name']!r}. Remove one of them.")
            checked[part].append({"name": entry["name"], inner: _absolute(part, entry[inner], folder)})
    return checked


def _check_types(inner: Mapping, where: str, begin: str) -> None:
    """Raises MeshError that names the field, and nothing of its value."""
    types = (
        ("text", str, _TEXTS),
        ("a mapping", Mapping, _MAPPINGS),
        ("true or false", bool, _TRUTHS),
    )
    for words, wanted, keys in types:
        for key in keys:
            value = inner.get(key)
            if wanted is bool and str(value).lower() in _AS_TEXT:
                continue
            if value is not None and not isinstance(value, wanted):
                raise MeshError(f"{begin}: {key!r} {where} must be {words}.")


def _absolute(part: str, inner: Mapping, folder: str) -> dict:
    kept = {key: value for key, value in inner.items() if value not in (None, "")}
    for key in _TRUTHS:
        if key in kept:
            kept[key] = _AS_TEXT[str(kept[key]).lower()]
    for key in _PARTS[part][1]:
        if isinstance(kept.get(key), str):
            kept[key] = os.path.join(folder, kept[key])
    plugin = kept.get("exec")
    # A command without a slash is looked for on PATH.
    if isinstance(plugin, Mapping) and isinstance(plugin.get("command"), str) and os.sep in plugin["command"]:
        kept["exec"] = {**plugin, "command": os.path.join(folder, plugin["command"])}
    return kept


def _merged(documents: list[dict]) -> dict:
    merged: dict = {"current-context": next(filter(None, (document["current-context"] for document in documents)), "")}
    for part in _PARTS:
        by_name: dict = {}
        for document in documents:
            for entry in document[part]:
                by_name.setdefault(entry["name"], entry)
        merged[part] = list(by_name.values())
    return merged
