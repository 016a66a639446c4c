# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see of a run: results as YAML, as the documentation recommends, and differences that are made short."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.short_diff import shortened

OLD, NEW = {"spec": {"hosts": ["a"], "weight": 1}}, {"spec": {"hosts": ["a"], "weight": 2}}


def diff(before, after, name="VirtualService shop/reviews"):
    return {"before": before, "after": after, "before_header": name, "after_header": name}


@pytest.mark.parametrize(("diffs", "most", "shown"), [
    ([diff(OLD, NEW)], 0, "VirtualService shop/reviews: 1 line added, 1 line removed\n"),
    ([diff(OLD, NEW), diff("", "a\nb\n", "x")], 3,
     "VirtualService shop/reviews: 1 line added, 1 line removed\nx: 2 lines added\n"),
    ([diff("a\n", None, "gone")], 0, "gone: 1 line removed\n"),
])  # fmt: skip
def test_long_differences_are_a_line_for_each_object(diffs, most, shown):
    assert shortened(diffs, most) == [{"prepared": shown}]


@pytest.mark.parametrize("most", [2, None])
def test_short_differences_stay_as_they_are(most):
    assert shortened([diff(OLD, NEW)], most) == [diff(OLD, NEW)]


def play(tmp_path, task, *arguments):
    """The output of a task, with the settings that docs/howto_output.md recommends."""
    (tmp_path / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(conftest.COLLECTIONS),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    }
    environment.pop("ANSIBLE_CONFIG", None)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local", *arguments]
    done = subprocess.run(
        [*command, "play.yml"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_results_as_yaml_can_be_read(tmp_path):
    nowhere = {"host": "https://127.0.0.1:1", "api_key": "none", "kind": "Nonsense"}
    text = play(tmp_path, {"name": "Read", "meshops.lifecycle.mesh_info": nowhere})
    (line,) = [line.strip() for line in text.splitlines() if line.strip().startswith("msg: ")]
    assert line == "msg: Nonsense is not a known kind. Of any other kind, say the api_version."
