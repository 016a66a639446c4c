# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the journal of long work (``engine/journal.py``), as a value and as text."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

LIMIT = 1024 * 1024  # bytes of data that a ConfigMap holds (MaxSecretSize of Kubernetes' validation counts for both)
ROOM = 128 * 1024  # bytes that are left free at the beginning, for steps and verdicts
_FORM = 1  # of the text; another one is of another release of the collection
_NAME = 200  # characters of an object's kind and name in the name of its journal


class Subject(NamedTuple):
    """An object that work is about, or that it holds; equal to the ``key`` of a document's Item."""

    group: str
    kind: str
    namespace: str | None
    name: str

    @property
    def label(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass
class State:
    """What is in a journal.

    ``plan``: what the work sets out to do; ``before``: what was there, for going back; ``holds``: the objects that
    others leave alone, the subject among them; ``runs``: who was at it, each {run, holder, started}; ``verdicts``: the
    newest, in their order; ``dropped``: how many older ones there were for which there was no room; ``facts``: what
    several of them refer to, such as the text of a query.
    """

    operation: str
    subject: Subject
    holds: list[Subject]
    started: str
    step: str
    step_started: str
    plan: dict
    before: dict
    runs: list[dict] = field(default_factory=list)
    steps: list[dict] = field(default_factory=list)
    verdicts: list[dict] = field(default_factory=list)
    dropped: int = 0
    facts: dict = field(default_factory=dict)

    def text(self) -> str:
        """As it is stored. Raises MeshError when it has a secret, or is too large."""
        document = {"form": _FORM, **asdict(self)}
        document["subject"], document["holds"] = self.subject._asdict(), [held._asdict() for held in self.holds]
        secrets = secret_paths(document)
        if secrets:
            raise MeshError(
                f"{self.operation} of {self.subject.label} would write a secret into its journal: "
                f"{', '.join(secrets[:5])}. A ConfigMap is no place for it, so this value cannot be part of the work."
            )
        return json.dumps(document, indent=1, ensure_ascii=False)


def parse(text: str, label: str) -> State:
    """The State in a journal's text. Raises MeshError when it is none."""
    try:
        document = json.loads(text)
        if document.pop("form") != _FORM:
            raise ValueError("it is of another release of the collection")
        subject = Subject(**document.pop("subject"))
        return State(subject=subject, holds=[Subject(**held) for held in document.pop("holds")], **document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MeshError(
            f"{label} is the journal of unfinished work, and cannot be read: {error}. Finish the work by the release "
            "that began it; or set right by hand what it names, and delete the ConfigMap."
        ) from None


def secret_paths(value: object, path: str = "") -> list[str]:
    """The paths of what must not be shown: the data of Secrets, and what looks like a secret."""
    if isinstance(value, dict):
        if masking.is_secret(value) and masking.masked(value) != value:
            return [path]
        return [inner for key, below in value.items() for inner in secret_paths(below, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [inner for index, below in enumerate(value) for inner in secret_paths(below, f"{path}[{index}]")]
    return [path] if masking.masked(value) != value else []


def name_of(subject: Subject) -> str:
    """The name of a subject's journal and lease: readable, and different for each object."""
    digest = hashlib.sha256("/".join(part or "" for part in subject).encode()).hexdigest()[:10]
    readable = "-".join(re.findall("[a-z0-9]+", f"{subject.kind} {subject.name}".lower()))[:_NAME]
    return f"meshops-{readable}-{digest}"


def fitting(state: State) -> str:
    """The text of a state, without its oldest verdicts where there is no room for all. Raises MeshError."""
    text = state.text()
    while len(text.encode()) > LIMIT and state.verdicts:
        half = (len(state.verdicts) + 1) // 2
        state.verdicts, state.dropped = state.verdicts[half:], state.dropped + half
        text = state.text()
    if len(text.encode()) > LIMIT:
        raise MeshError(f"The journal of {state.operation} of {state.subject.label} does not fit into a ConfigMap.")
    return text
