# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event-Driven Ansible: event sources run as processes of their own, and rulebooks in the real ansible-rulebook."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import threading
import time

import playing
import pytest
import yaml

SOURCES = playing.ROOT / "extensions" / "eda" / "plugins" / "event_source"
RULEBOOKS = playing.ROOT / "extensions" / "eda" / "rulebooks"
# A playbook for a rule to run, which leaves the host and what the event was about in the file `marker`.
REPORT = """
- hosts: "{{ mesh_hosts }}"
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        content: "{{ inventory_hostname }} {{ ansible_eda.event.application.name }}"
        dest: "{{ marker }}"
        mode: "0600"
"""


@pytest.fixture(scope="session")
def eda(together):
    """The folder of the programs of an environment with ansible-rulebook."""

    def make():
        subprocess.run([sys.executable, str(playing.ROOT / "tools" / "venvs.py"), "eda"], check=True)

    together.once("venv-eda", make)
    return playing.BUILD / "venv-eda" / "bin"


class Source:
    """A source that runs; `next()` is its next event."""

    def __init__(self, eda, name, args):
        command = [
            str(eda / "python"),
            str(playing.SUPPORT / "eda_source.py"),
            str(SOURCES / f"{name}.py"),
            json.dumps(args),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def next(self, within=60):
        return self._lines.get(timeout=within)

    def nothing_within(self, seconds):
        with pytest.raises(queue.Empty):
            pytest.fail(f"an event too many: {self._lines.get(timeout=seconds)}")

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        return self.next()


@pytest.fixture
def rulebook(eda, cluster, tmp_path):
    """`rulebook(name, variables)` starts one in the real ansible-rulebook; it has the attribute `text()`."""
    if not shutil.which("java"):
        pytest.skip("ansible-rulebook needs Java 17")
    running = []

    def start(name, variables, hosts):
        python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        inventory = {"all": {"hosts": hosts, "vars": {**python, **variables}}}
        (tmp_path / "inventory.yml").write_text(json.dumps(inventory))
        (tmp_path / "vars.yml").write_text(json.dumps(variables))
        environment = cluster.environment()
        environment["PATH"] = f"{eda}:{environment['PATH']}"
        del environment["ANSIBLE_CALLBACKS_ENABLED"]
        command = [str(eda / "ansible-rulebook"), "-r", name, "-i", "inventory.yml", "--vars", "vars.yml"]
        with (tmp_path / "output").open("w") as output:
            running.append(subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=output))
        running[-1].text = (tmp_path / "output").read_text
        return running[-1]

    yield start
    for each in running:
        each.terminate()
        each.wait(timeout=60)


def narrowed(name, folder, **arguments):
    """The name of a copy of a rulebook whose source has these arguments, too: the lab has objects of other tests."""
    book = yaml.safe_load((RULEBOOKS / f"{name}.yml").read_text())
    (source,) = [value for key, value in book[0]["sources"][0].items() if key.startswith("meshops.lifecycle.")]
    source.update(arguments)
    (folder / f"{name}.yml").write_text(json.dumps(book))
    return f"{name}.yml"


def until(condition, process, within=480):
    """Wait for what a rulebook does; fails with what it has printed when it ends before."""
    deadline = time.monotonic() + within
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.5)
    assert condition(), process.text()
