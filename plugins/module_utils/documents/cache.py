# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What long YAML files became, kept as JSON in the user's cache: reading it there takes a hundredth of the time.

A file of definitions (1.5 MB for Argo CD) is the same in every run. An entry is named by the checksum of its content,
of the choice among its documents, and of the code that reads it, so it is never stale. Documents of Secrets with data
are never kept. Whatever is wrong with the cache, the file is read as if there was none.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import json
import os
import stat
import tempfile

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml

_LEAST = 20_000  # bytes; what is shorter is parsed faster than a person notices
_MOST = 50  # entries; the ones that were not used for the longest time go
_PACKAGE = __name__.rpartition(".documents.")[0]
_READERS = ("base.kubernetes_yaml", "base.libraries", "documents.reading")


def load(content: bytes, choice: str = "") -> list[dict] | None:
    """The documents of a file that was read before, or None; ``choice`` says which of them were wanted."""
    path = _path(content, choice)
    if path is None:
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with open(descriptor, "rb") as stream:
            if not _is_ours(os.fstat(descriptor)):
                return None
            documents = json.loads(stream.read())
            os.utime(descriptor)
    except (OSError, ValueError):
        return None
    return documents if isinstance(documents, list) else None


def keep(content: bytes, documents: list, choice: str = "") -> None:
    """Keep the documents of a file; a write that fails is as if there was no cache."""
    path = _path(content, choice)
    if path is None or any(_holds_secrets(document) for document in documents):
        return
    try:
        kept = json.dumps(documents, allow_nan=False)
        if json.loads(kept) != documents:  # a key that is no text, say
            return
    except (TypeError, ValueError, RecursionError):
        return
    folder = os.path.dirname(path)
    with contextlib.suppress(OSError):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_ours(os.lstat(folder)):
            return
        descriptor, name = tempfile.mkstemp(dir=folder)  # mode 0600
        try:
            with open(descriptor, "w", encoding="utf-8") as stream:
                stream.write(kept)
            os.replace(name, path)  # another run reads the whole of it or nothing
        except BaseException:
            os.unlink(name)
            raise
        _tidy(folder)


def _path(content: bytes, choice: str) -> str | None:
    """Where the documents are kept; None for what is not worth it."""
    if len(content) < _LEAST:
        return None
    reader = _reader()
    if reader is None:
        return None
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    digest = hashlib.sha256(reader + hashlib.sha256(choice.encode()).digest())
    digest.update(content)
    return (
        os.path.join(home, "meshops.lifecycle", "documents", f"{digest.hexdigest()}.json")
        if os.path.isabs(home)
        else None
    )


@functools.cache
def _reader() -> bytes | None:
    """A checksum of the code that reads YAML; None where its source cannot be had."""
    digest = hashlib.sha256(str(getattr(yaml, "__version__", "")).encode())
    for name in _READERS:
        try:
            module = importlib.import_module(f"{_PACKAGE}.{name}")
            digest.update(module.__loader__.get_data(module.__file__))
        except (AttributeError, ImportError, OSError, ValueError):
            return None
    return digest.digest()


def _holds_secrets(document) -> bool:
    if not isinstance(document, dict):
        return True
    if document.get("kind") in ("List", "SecretList"):
        items = document.get("items")
        return not isinstance(items, list) or any(_holds_secrets(item) for item in items)
    return str(document.get("kind")).lower() == "secret" and bool(document.get("data") or document.get("stringData"))


def _is_ours(status: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and nobody else can have written it."""
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _tidy(folder: str) -> None:
    entries = sorted((entry for entry in os.scandir(folder)), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-_MOST]:
        with contextlib.suppress(OSError):
            os.unlink(entry.path)
