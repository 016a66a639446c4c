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


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, **line):
        with open(os.environ["MESHOPS_RECORD"], "a", encoding="utf-8") as handle:
            handle.write(json.dumps(line, default=str) + "\n")

    def _task(self, outcome, status, ignored=False):
        task = outcome.task
        self._write(
            event="task",
            host=outcome.host.get_name(),
            name=task.get_name(),
            action=task.action,
            status=status,
            ignored=bool(ignored),
            result=outcome.result,
        )

    def v2_runner_on_ok(self, result):
        self._task(result, "changed" if result.result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._task(result, "failed", ignore_errors)

    def v2_runner_on_skipped(self, result):
        self._task(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._task(result, "unreachable")

    def v2_playbook_on_stats(self, stats):
        self._write(event="stats", hosts={host: stats.summarize(host) for host in stats.processed})
