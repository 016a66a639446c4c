# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server of runs (tests/support/warm.py) remembers between two runs only what is the same in both."""

from __future__ import annotations

import sys
from pathlib import Path

import playing
import pytest
import warm

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ 1 | sample.code.WORD }}"
"""


@pytest.fixture
def collection(tmp_path):
    folder = tmp_path / "ansible_collections" / "sample" / "code"
    (folder / "plugins" / "filter").mkdir(parents=True)
    (folder / "plugins" / "module_utils").mkdir()
    (folder / "meta").mkdir()
    return folder


@pytest.fixture
def run(tmp_path):
    """Run the play with a filter of this name; returns what it printed."""
    environment = playing.environment(ANSIBLE_COLLECTIONS_PATH=tmp_path)
    del environment["ANSIBLE_CALLBACKS_ENABLED"]  # the record of runs is for plays on a cluster
    server = warm.Server(environment)
    program = str(Path(sys.executable).parent / "ansible-playbook")

    def runs(word):
        (tmp_path / "play.yml").write_text(PLAY.replace("WORD", word))
        command = [program, "-i", "lab,", "-c", "local", str(tmp_path / "play.yml")]
        done = server.run(command, tmp_path, environment, 60)
        return done.stdout + done.stderr

    yield runs
    server.end()


def filter_of(name, value):
    imports = "from ansible_collections.sample.code.plugins.module_utils.values import VALUE\n" if value is None else ""
    result = "VALUE" if value is None else repr(value)
    return f"{imports}class FilterModule:\n    def filters(self):\n        return {{'{name}': lambda _one: {result}}}\n"


def test_changed_files_are_read_anew(collection, run):
    values = collection / "plugins" / "module_utils" / "values.py"
    values.write_text("VALUE = 'first'\n")
    (collection / "plugins" / "filter" / "shown.py").write_text(filter_of("shown", None))
    assert '"msg": "first"' in run("shown")
    assert '"msg": "first"' in run("shown")  # from bytecode
    values.write_text("VALUE = 'the second'\n")
    assert '"msg": "the second"' in run("shown")


def test_changed_routing_is_read_anew(collection, run):
    for name in ("old", "new"):
        (collection / "plugins" / "filter" / f"{name}.py").write_text(filter_of(name, name))
    routing = collection / "meta" / "runtime.yml"
    redirect = "plugin_routing:\n  filter:\n    other:\n      redirect: sample.code.{}\n"
    for name in ("old", "old", "new"):
        routing.write_text(redirect.format(name))
        assert f'"msg": "{name}"' in run("other")


def test_nothing_is_written_beside_the_sources(collection, run):
    (collection / "plugins" / "filter" / "shown.py").write_text(filter_of("shown", "one"))
    run("shown")
    assert not list(collection.rglob("__pycache__"))
