# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every task's result as a line of JSON into the file MESHOPS_RECORD, beside what the person sees."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: notification
short_description: Results of tasks as lines of JSON, for tests
description: Writes to the file named by MESHOPS_RECORD.
"""


def part(outcome, name):
    """`task`, `host` or `result` of a task's outcome; before ansible-core 2.19 the names begin with an underscore."""
    return getattr(outcome, name) if hasattr(outcome, name) else getattr(outcome, f"_{name}")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, **line):
        with open(os.environ["MESHOPS_RECORD"], "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, default=str) + "\n")

    def _task(self, outcome, status, ignored=False):
        task = part(outcome, "task")
        self._write(
            event="task",
            host=part(outcome, "host").get_name(),
            name=task.get_name(),
            action=task.action,
            status=status,
            ignored=bool(ignored),
            result=part(outcome, "result"),
        )

    def v2_runner_on_ok(self, result):
        self._task(result, "changed" if part(result, "result").get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._task(result, "failed", ignore_errors)

    def v2_runner_on_skipped(self, result):
        self._task(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._task(result, "unreachable")

    def v2_playbook_on_stats(self, stats):
        self._write(event="stats", hosts={host: stats.summarize(host) for host in stats.processed})
