# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that hold credentials: 0600 in a folder of 0700, and gone when a signal ends the process that made them; after
SIGKILL the next process removes them.

The certificate is a named pipe that nobody writes to. So the process stands still at a known place: the key of the
kubeconfig is in a file, and the certificate is being read.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import playing
import pytest

KEY = "-----BEGIN PRIVATE KEY-----\nof nobody\n-----END PRIVATE KEY-----\n"
SCRIPT = textwrap.dedent("""
    import json, signal, sys
    sys.path.insert(0, sys.argv[1])
    from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
    from ansible_collections.meshops.lifecycle.plugins.modules.istio_virtualservice import ENTRY
    # Whoever runs the tests may itself be deaf to the signal, and hands that on.
    signal.signal(signal.SIGHUP, signal.SIG_IGN if sys.argv[3] == "nohup" else signal.SIG_DFL)
    written = ENTRY.checked(json.loads(sys.argv[2]))
    print(execute(ENTRY, ENTRY.task(written, check=True, warn=print, progress=print)))
""")


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def options(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    user = {"client-key-data": base64.b64encode(KEY.encode()).decode()}
    kubeconfig = {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "a", "user": user}],
    }
    return {"name": "a", "namespace": "b", "kubeconfig": kubeconfig, "ca_cert": str(tmp_path / "pipe")}


@pytest.fixture
def standing(temporary):
    """`standing(command)`: the process, once it stands still while it reads credentials."""
    made = []

    def start(*command):
        process = subprocess.Popen(
            [str(word) for word in command],
            env=playing.environment(TMPDIR=str(temporary)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        made.append(process)
        deadline = time.monotonic() + 60
        while not keys(temporary):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return process

    yield start
    for process in made:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def keys(folder):
    """The files below a folder that hold the key."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and path.read_bytes() == KEY.encode():
                found.append(path)
    return found


@pytest.mark.parametrize("in_process", [True, False], ids=["in_process", "as_module"])
def test_a_playbook_that_is_ended_leaves_no_key(standing, temporary, options, tmp_path, in_process):
    player = playing.Player(tmp_path, Path("/nonexistent"), {})
    tasks = [{"name": "Route", "meshops.lifecycle.istio_virtualservice": options}]
    process = standing(
        Path(sys.executable).with_name("ansible-playbook"),
        *("-i", player._inventory(tmp_path, None), "-e", json.dumps({"meshops_in_process": in_process})),
        player._playbook(tmp_path, tasks),
    )
    (key,) = keys(temporary)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    if playing.ANSIBLE_CORE >= (2, 19):
        process.terminate()
    else:  # does not hand the signal on to its workers; a terminal, systemd and ansible-runner signal the whole group
        os.killpg(process.pid, signal.SIGTERM)
    said, _none = process.communicate(timeout=30)
    assert process.returncode != 0, said
    deadline = time.monotonic() + 10  # the module's process may end after its parent
    while list(temporary.rglob("meshops-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(temporary.rglob("meshops-*")) == [] and keys(temporary) == []
    assert "of nobody" not in said


@pytest.mark.parametrize("way", ["plain", "nohup"])
def test_a_terminal_that_goes_ends_only_who_listens_to_it(standing, temporary, options, way):
    process = standing(sys.executable, "-c", SCRIPT, playing.BUILD / "collections", json.dumps(options), way)
    process.send_signal(signal.SIGHUP)
    if way == "plain":
        assert process.wait(timeout=30) == -signal.SIGHUP
        assert list(temporary.iterdir()) == []
    else:
        time.sleep(0.3)
        assert keys(temporary) and process.poll() is None


# A task that works with a program in its private folder, such as helm.
WORKS = textwrap.dedent("""
    import os, sys
    sys.path.insert(0, sys.argv[1])
    from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
    from ansible_collections.meshops.lifecycle.plugins.module_utils.programs import runner
    with workspace("meshops-helm-") as folder:
        folder.write("kubeconfig", sys.argv[2])
        program = ["sh", "-c", "echo $$ > $0/pid; exec sleep 60", folder.folder]
        runner.run(program, env=os.environ, progress=print, end=runner.kill, locks=folder.locks)
""")
# Any other task.
NEXT = textwrap.dedent("""
    import sys
    sys.path.insert(0, sys.argv[1])
    from ansible_collections.meshops.lifecycle.plugins.module_utils.base import private
    with private.folder("meshops-"):
        pass
""")


def test_what_a_killed_process_has_left_is_removed_by_the_next(standing, temporary, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("stays")
    name = "0123456789abcdef"
    (temporary / f"meshops-{name}").symlink_to(elsewhere)
    (temporary / f"meshops-other-{name}").mkdir()
    others = {path.name for path in temporary.iterdir()}

    def next_task():
        """The private folders after another process."""
        environment = playing.environment(TMPDIR=str(temporary))
        subprocess.run([sys.executable, "-c", NEXT, playing.BUILD / "collections"], env=environment, check=True)
        return {path.name for path in temporary.iterdir()} - others

    process = standing(sys.executable, "-c", WORKS, playing.BUILD / "collections", KEY)
    deadline = time.monotonic() + 10
    while not any(path.read_text() for path in temporary.glob("meshops-helm-*/pid")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (pid,) = temporary.glob("meshops-helm-*/pid")
    (folder,) = next_task()  # it is at work
    process.kill()
    process.wait()
    program = int(pid.read_text())
    assert next_task() == {folder}, "the program still works with it"
    os.kill(program, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while next_task() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert next_task() == set()
    assert {path.name for path in temporary.iterdir()} == others and (elsewhere / "file").exists()
