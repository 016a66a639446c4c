# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task writes to a file on the machine where it runs: a record for an auditor, a page for people."""

from __future__ import annotations

import json
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


def write_record(task: Task, record: Record, markdown: Callable[[Record], str]) -> None:
    """The same for the option ``record``: as JSON, or as Markdown where the name ends in ``.md``."""
    is_page = str(task.params.get("record")).endswith(".md")
    write(
        task,
        "record",
        lambda: markdown(record) if is_page else json.dumps(record, indent=2, ensure_ascii=False) + "\n",
    )
