# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints one JSON document at the end and nothing else, as the callbacks do whose output programs read."""

from __future__ import annotations

import json

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: one_document
type: stdout
short_description: One JSON document, for tests
description: Prints the results of all tasks as one JSON document.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "one_document"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._results = []

    def v2_runner_on_ok(self, result):
        # before ansible-core 2.19 the name begins with an underscore
        self._results.append(result.result if hasattr(result, "result") else result._result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.v2_runner_on_ok(result)

    def v2_playbook_on_stats(self, stats):
        self._display.display(json.dumps(self._results, default=str))
