# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-playbook without its start: `warm.run(command, …)` in place of `subprocess.run(command, …)`.

More than half of the processor's time of a short playbook is the import of Ansible. A server that has imported it, and
nothing of this collection, forks for each run (remembered.py has what each run would read anew). The fork gets the
environment, the folder and the outputs of that run, and is ansible-playbook from there on. Ansible reads its
configuration when it is imported: a run with other variables of Ansible's or Python's than the server has is a process
of its own. MESHOPS_WARM=0 makes every run one.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

COMPILED = Path(__file__).resolve().parents[2] / ".build" / "compiled"
# What Ansible and Python read when they start.
READ_AT_START = ("ANSIBLE_", "PYTHON", "HOME", "LANG", "LC_")
IMPORTED_BY_EACH_RUN = (
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.module_utils.basic",
    "ansible.playbook.handler_task_include",
    "ansible.plugins.action",
    "ansible.plugins.cache.memory",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.vars.host_group_vars",
    "jmespath",
    "kubernetes.client",
    "multiprocessing.popen_fork",
    "multiprocessing.synchronize",
)
# Plugins of which Ansible loads all that there are, to know their options.
ALL_OF = ("become", "callback", "connection", "inventory", "shell")


# ---- In the tests ---------------------------------------------------------------------------------------------------
_servers: list[Server] = []


def run(command, *, cwd, env, timeout):
    """Run ansible-playbook to its end: a CompletedProcess with its texts. Raises subprocess.TimeoutExpired."""
    if os.environ.get("MESHOPS_WARM") == "0":
        return _cold(command, cwd, env, timeout)
    if not _servers:
        _servers.append(Server(env))
    server = _servers[0]
    return server.run(command, cwd, env, timeout) if server.suits(env) else _cold(command, cwd, env, timeout)


def _cold(command, cwd, env, timeout):
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "check": False}
    return subprocess.run(command, cwd=cwd, env=env, timeout=timeout, **options)


def _at_start(env):
    return {name: value for name, value in env.items() if name.startswith(READ_AT_START)}


class Server:
    """The process that has imported Ansible. It ends when the process that made it ends."""

    def __init__(self, env):
        self.env = _at_start(env)
        self.folder = tempfile.TemporaryDirectory(prefix="meshops-warm-")
        self.address = str(Path(self.folder.name) / "socket")
        command = [sys.executable, __file__, self.address]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{__file__} did not start")
        atexit.register(self.end)

    def suits(self, env):
        return _at_start(env) == self.env

    def run(self, command, cwd, env, timeout):
        outputs = [Path(cwd) / f"{name}.txt" for name in ("stdout", "stderr")]
        wish = {"command": command, "cwd": str(cwd), "env": env, "outputs": [str(path) for path in outputs]}
        with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rw") as stream:
            connection.connect(self.address)
            stream.write(json.dumps(wish) + "\n")
            stream.flush()
            pid = int(stream.readline())
            connection.settimeout(timeout)
            try:
                rc = int(stream.readline())
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout, *map(_text, outputs)) from None
        return subprocess.CompletedProcess(command, rc, *map(_text, outputs))

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()


def _text(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


# ---- In the server --------------------------------------------------------------------------------------------------
def preload():
    """Import what each run of ansible-playbook does, and nothing of the collection."""
    for module in IMPORTED_BY_EACH_RUN:
        importlib.import_module(module)
    for kind in ALL_OF:
        package = importlib.import_module(f"ansible.plugins.{kind}")
        for plugin in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(plugin.name)


def serve(address):
    """Fork for each connection, until the tests' process is gone. Returns in the fork, ready to be ansible-playbook."""
    import remembered  # which imports Ansible

    folder = Path(address).parent
    remembered.begin(folder, COMPILED)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks after those that watch a run
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([listening, 0], [], [])
        if 0 in readable:
            sys.exit()
        connection, _ = listening.accept()
        remembered.learn(folder)
        if os.fork() == 0:
            listening.close()
            return watch(connection)
        connection.close()


def watch(connection):
    """Fork the run, tell its pid and its end; returns the command, in the fork."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection, connection.makefile("rw") as stream:
        wish = json.loads(stream.readline())
        pid = os.fork()
        if pid:
            print(pid, file=stream, flush=True)
            _, status = os.waitpid(pid, 0)
            with contextlib.suppress(BrokenPipeError):
                print(os.waitstatus_to_exitcode(status), file=stream, flush=True)
            os._exit(0)
    return become(wish)


def become(wish):
    """Take the run's environment, folder and outputs, and leave what was the server's."""
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["cwd"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(wish["outputs"], start=1):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    tempfile.tempdir = None
    own_temporary_folder()
    return wish["command"]


def own_temporary_folder():
    """Ansible makes a folder for temporary files when it is imported, and removes it at its end: one for each run."""
    import ansible.constants
    from ansible.config.manager import cleanup_tmp_file

    atexit.unregister(cleanup_tmp_file)
    parent = os.path.dirname(ansible.constants.DEFAULT_LOCAL_TMP)
    ansible.constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix=f"ansible-local-{os.getpid()}", dir=parent)
    atexit.register(cleanup_tmp_file, ansible.constants.DEFAULT_LOCAL_TMP, warn=True)


if __name__ == "__main__":
    preload()
    sys.argv = serve(sys.argv[1])
    sys.path[0] = os.path.dirname(sys.argv[0])
    from ansible.cli.playbook import main as ansible_playbook

    ansible_playbook()
