# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets on their way to Git: sealed by a program that the user names, or refused."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import subprocess

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files

_SECONDS = 60.0  # that sealing one Secret may take
_TELLING = 6  # characters from which on a value that turns up in the output is no chance


class Sealer:
    """Seals each Secret once a task, however often the push is tried."""

    def __init__(self, settings):
        self._command: list[str] = settings.seal_command or []
        self._key: str = settings.seal_key or ""
        self._sealed: dict[tuple, bytes] = {}

    def file(self, item: Item, owner: str, old: bytes | None) -> bytes:
        """The file of a Secret. ``old``, what is there, stays when it was sealed from the same.

        Raises MeshError without a program that seals, and for one that fails or gives the Secret away.
        """
        if not self._command:
            raise MeshError(
                f"{item.label} ({item.origin}) is not written to Git in the clear. Name a program that seals it by "
                "git.seal_command, or deliver it to the cluster, with delivery: cluster."
            )
        digest = self._digest(item)
        if digest and old and files.owner_of(old) == owner and hmac.compare_digest(files.sealed_from(old), digest):
            return old
        if item.key not in self._sealed:
            self._sealed[item.key] = self._seal(item)
        return files.header(owner, digest) + self._sealed[item.key]

    def _digest(self, item: Item) -> str:
        """A digest under a key, so that nobody can try passwords on it; another command is another digest."""
        if not self._key:
            return ""
        sealed_input = json.dumps([self._command, item.desired], sort_keys=True).encode()
        return hmac.new(self._key.encode(), sealed_input, hashlib.sha256).hexdigest()[:32]

    def _seal(self, item: Item) -> bytes:
        document = yaml.safe_dump(files.in_order(item.desired))
        program, doing = self._command[0], f"{item.label}: git.seal_command"
        try:
            done = subprocess.run(  # pylint: disable=ansible-bad-function
                [os.path.expanduser(program), *self._command[1:]],
                input=document.encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = getattr(error, "strerror", None) or f"it takes longer than {_SECONDS:.0f} s"
            raise MeshError(f"{doing}: {program} cannot be run: {why}.") from None
        values = _values(item.desired)
        if done.returncode:
            stderr = _without(done.stderr.decode(errors="replace").strip()[-500:], values)
            raise MeshError(f"{doing}: {program} failed with {done.returncode}: {stderr or 'it says nothing'}.")
        return self._checked(done.stdout.decode(errors="replace"), item, values, doing)

    def _checked(self, out: str, item: Item, values: list[str], doing: str) -> bytes:
        """What the program printed, as it is: some programs seal the order of the fields as well. Raises MeshError."""
        try:
            documents = reading.parse(out, doing)
        except MeshError:
            documents = []  # its words would quote the output
        if len(documents) != 1 or not documents[0].get("kind"):
            raise MeshError(f"{doing} has to print one object in YAML or JSON, which it did not.")
        given = (item.desired.get("data") or {}).items()
        same = [key for key, value in given if value and (documents[0].get("data") or {}).get(key) == value]
        if same or any(value in out for value in values if len(value) >= _TELLING):
            raise MeshError(f"{doing} prints the Secret in the clear. Nothing was written.")
        body = out.strip("\n").removeprefix("---\n")
        return body.encode() + b"\n"


def _values(document: dict) -> list[str]:
    """Everything of a Secret that must not be seen, in base64 and decoded; the longest first."""
    values = {str(value) for field in ("data", "stringData") for value in (document.get(field) or {}).values()}
    for value in list(values):
        with contextlib.suppress(ValueError):
            values.add(base64.b64decode(value, validate=True).decode())
    return sorted(filter(None, values), key=len, reverse=True)


def _without(text: str, values: list[str]) -> str:
    for value in values:
        text = text.replace(value, "<hidden>")
    return text
