# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task writes to a file on the machine where it runs: a record for an auditor, a page for people."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task

Record = dict[str, Any]


def write(task: Task, option: str, text: Callable[[], str]) -> None:
    """Write a text to the file that an option names; nothing without one, and in check mode. Raises MeshError."""
    path = task.params.get(option)
    if not path or task.check:
        return
    try:
        Path(path).write_text(text(), encoding="utf-8")
    except OSError as error:
        raise MeshError(f"{option}: {path} cannot be written: {error.strerror or error}.") from None


def check_record(task: Task) -> None:
    """Raises MeshError, before anything is changed, where the file of the option ``record`` could not be written."""
    path = task.params.get("record")
    if not path:
        return
    folder = Path(path).parent
    if Path(path).is_dir() or not os.access(path if Path(path).exists() else folder, os.W_OK):
        raise MeshError(f"record: {path} cannot be written. Name a file in a folder that exists and is writable.")


def write_record(task: Task, record: Record, markdown: Callable[[Record], str]) -> None:
    """The same for the option ``record``: as JSON, or as Markdown where the name ends in ``.md``.

    The work is done, or has failed for a reason of its own, so a file that cannot be written is a warning.
    """
    is_page = str(task.params.get("record")).endswith(".md")
    try:
        write(
            task,
            "record",
            lambda: markdown(record) if is_page else json.dumps(record, indent=2, ensure_ascii=False) + "\n",
        )
    except MeshError as error:
        task.warn(error.message)
