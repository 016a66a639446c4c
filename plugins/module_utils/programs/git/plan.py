# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the files of a repository, as a value: compared with what a branch has, shown, then committed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
)


@dataclass(frozen=True)
class FileChange:
    """One file before and after, None where it is not there; ``kind``, ``namespace`` and ``name`` are its object's."""

    path: str
    before: bytes | None
    after: bytes | None
    kind: str = ""
    namespace: str | None = None
    name: str = ""

    @property
    def action(self) -> str:
        if self.before == self.after:
            return UNCHANGED
        if self.before is None:
            return CREATED
        return DELETED if self.after is None else UPDATED

    @property
    def changed(self) -> bool:
        return self.action != UNCHANGED

    @property
    def label(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"

    def row(self) -> dict[str, Any]:
        """The file's line in a result's ``resources``."""
        place = {"kind": self.kind, "namespace": self.namespace, "name": self.name}
        return {**place, "action": self.action, "file": self.path}

    def diff(self) -> dict[str, Any]:
        before, after = ((content or b"").decode(errors="replace") for content in (self.before, self.after))
        texts = {"before": masking.masked(before), "after": masking.masked(after, before)}
        return {**texts, "before_header": self.path, "after_header": self.path}


@dataclass(frozen=True)
class FilePlan:
    """The files of objects, each with a row in the result, and ``others`` that go with them: the file that keeps an
    empty folder, and what an earlier run has left in a checkout."""

    objects: list[FileChange] = field(default_factory=list)
    others: list[FileChange] = field(default_factory=list)

    @property
    def changing(self) -> list[FileChange]:
        return [file for file in (*self.others, *self.objects) if file.changed]

    @property
    def contents(self) -> dict[str, bytes | None]:
        """What is to be written, by path; None takes a file away."""
        return {file.path: file.after for file in self.changing}

    def message(self, owner: str, is_set: bool) -> str:
        """The message of the commit."""
        files = [file for file in self.objects if file.changed]
        lines = [f"{file.action} {file.label}" for file in files]
        if len(lines) == 1 and not is_set:
            return f"{lines[0][0].upper()}{lines[0][1:]}\n"
        counted = [(action, sum(file.action == action for file in files)) for action in (CREATED, UPDATED, DELETED)]
        subject = f"Deliver {owner if is_set else 'objects'}: "
        subject += ", ".join(f"{count} {action}" for action, count in counted if count)
        return "\n".join([subject, "", *lines]) + "\n"
