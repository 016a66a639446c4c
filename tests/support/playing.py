# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run real playbooks and read what they did: `Player.play(tasks)` → `Run`.

Every run is the real `ansible-playbook` of the Python that runs the tests, in a home and with a configuration of its
own. What the person would read is kept beside the results of the tasks, and searched for what must never be there.
"""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import warm
import yaml
from ansible.release import __version__ as ansible_version

ANSIBLE_CORE = tuple(map(int, ansible_version.split(".")[:2]))
ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
COLLECTIONS = BUILD / "collections"

# What `make collections` does; a plain `pytest` in a fresh clone works, too.
_linked = COLLECTIONS / "ansible_collections" / "meshops" / "lifecycle"
if not _linked.exists():
    _linked.parent.mkdir(parents=True, exist_ok=True)
    _linked.symlink_to(ROOT)
# A part of another `ansible_collections` (the package `ansible`) may be there already: both are namespace packages.
sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import BUG  # noqa: E402

SUPPORT = Path(__file__).resolve().parent
# What of the person's environment would change a run.
FOREIGN = ("K8S_AUTH_", "KUBECONFIG", "HELM_", "ANSIBLE_", "ARGOCD_", "MESHOPS_")
# What no run may ever print.
NEVER = (
    "Traceback (most recent call last)",
    "MODULE FAILURE",
    "[DEPRECATION WARNING]",
    "An unhandled exception occurred",
    "object has no attribute",
    BUG,
)


def environment(**more):
    """A clean environment for a playbook: nothing of the person's, everything written below .build."""
    home = BUILD / "test-home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {
        **kept,
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{kept.get('PATH', os.defpath)}",
        "KUBECONFIG": str(BUILD / "no-kubeconfig"),
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        # absolute: of "~" a job and who asks after it make different folders when HOME is not the user's own
        "ANSIBLE_ASYNC_DIR": str(home / "async"),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"),
        "ANSIBLE_CALLBACK_PLUGINS": str(SUPPORT / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_NOCOLOR": "1",
        "HELM_CACHE_HOME": str(BUILD / "helm" / "cache"),
        "HELM_CONFIG_HOME": str(BUILD / "helm" / "config"),
        "HELM_DATA_HOME": str(BUILD / "helm" / "data"),
        "PYTHONDONTWRITEBYTECODE": "1",
        **{name: str(value) for name, value in more.items()},
    }


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass
class TaskResult:
    """What one task did on one host. status: ok, changed, failed, skipped or unreachable."""

    name: str
    action: str
    host: str
    status: str
    ignored: bool
    result: dict

    @property
    def changed(self):
        return self.status == "changed"

    @property
    def failed(self):
        return self.status == "failed"

    @property
    def msg(self):
        return self.result.get("msg", "")

    @property
    def items(self):
        """The results of a loop, one for each item."""
        return self.result.get("results", [])

    @property
    def diffs(self):
        """The task's diffs as a list, whether it made none, one or many."""
        diff = self.result.get("diff")
        return [] if not diff else diff if isinstance(diff, list) else [diff]

    def comparable(self):
        """The result without what differs between two runs, or between the ways that a task runs."""
        volatile = {"invocation", "warnings", "deprecations", "exception", "ansible_facts", "waited", "retries"}
        kept = {name: value for name, value in self.result.items() if name not in volatile and name[:1] != "_"}
        return json.loads(_TIME.sub("TIME", json.dumps(kept)), object_hook=_without_server_noise)


def _without_server_noise(mapping):
    noise = {"resourceVersion", "uid", "creationTimestamp", "managedFields", "generation", "time"}
    return {name: value for name, value in mapping.items() if name not in noise}


@dataclass
class Run:
    """One run of ansible-playbook. `run["name of a task"]` and `run[-1]` are TaskResults."""

    rc: int
    stdout: str
    stderr: str
    seconds: float
    tasks: list[TaskResult] = field(default_factory=list)
    stats: dict = field(default_factory=dict)

    def __getitem__(self, key):
        if isinstance(key, int):
            return self.tasks[key]
        found = [task for task in self.tasks if task.name == key or task.name.endswith(f" : {key}")]
        assert found, f"no task {key!r}; there are: {[task.name for task in self.tasks]}"
        return found[-1]

    @property
    def output(self):
        """All that the person reads."""
        return self.stdout + self.stderr

    @property
    def changed(self):
        """The names of the tasks that changed something."""
        return [task.name for task in self.tasks if task.changed]

    @property
    def failed(self):
        return [task for task in self.tasks if task.failed and not task.ignored]

    @property
    def msg(self):
        """The message of the first failed task."""
        failed = [task for task in self.tasks if task.failed]
        assert failed, f"no task failed:\n{self.output}"
        return failed[0].msg

    def only_changed(self):
        """{action name: [resources it changed]} of a run with module results that list their resources."""
        return {
            task.name: [one for one in task.result.get("resources") or [] if one.get("action") != "unchanged"]
            for task in self.tasks
            if task.changed
        }


@dataclass
class Player:
    """Runs playbooks against one cluster. `folder`: where their files are written; `secrets`: never to be printed."""

    folder: Path
    kubeconfig: Path
    environment: dict
    in_process: bool = True
    secrets: list[str] = field(default_factory=list)
    runs: int = 0

    def play(
        self,
        tasks=None,
        *,
        playbook=None,
        check=False,
        diff=False,
        in_process=None,
        vars=None,
        env=None,
        inventory=None,
        args=(),
        expect="ok",
        timeout=600,
        allow=(),
    ):
        """Run `tasks` (YAML text or a list) or a `playbook` (a path, or the full name of one in the collection).

        vars: extra variables. env: environment of the run, None removes a name. inventory: {host: variables}, local
        connections all, instead of the one host `cluster`. args: more of the command line. expect: "ok" (the run
        ends with 0), "failed" (it does not) or "any". allow: texts of NEVER that this run may print.
        """
        self.runs += 1
        folder = self.folder / f"run-{self.runs}"
        folder.mkdir(parents=True)
        command = [
            str(Path(sys.executable).with_name("ansible-playbook")),
            "-i",
            str(self._inventory(folder, inventory)),
        ]
        command.append(playbook or str(self._playbook(folder, tasks)))
        extra = {"meshops_in_process": self.in_process if in_process is None else in_process, **(vars or {})}
        (folder / "vars.json").write_text(json.dumps(extra))
        command += ["--extra-vars", f"@{folder / 'vars.json'}"]
        command += ["--check"] * check + ["--diff"] * diff + list(args)
        record = folder / "record.jsonl"
        variables = {**self.environment, "MESHOPS_RECORD": str(record), **(env or {})}
        variables = {name: str(value) for name, value in variables.items() if value is not None}

        started = time.monotonic()
        done = warm.run(command, cwd=folder, env=variables, timeout=timeout)
        run = read(record, done, time.monotonic() - started)
        self._look_through(run, allow)
        if expect != "any" and (run.rc == 0) != (expect == "ok"):
            raise AssertionError(f"the run ended with {run.rc}, expected was {expect}:\n{run.output}")
        return run

    def converges(self, tasks, **options):
        """Check mode, the run and a second run: the first predicts what the run does, the last changes nothing.

        Returns the run in the middle.
        """
        predicted = self.play(tasks, check=True, **options)
        run = self.play(tasks, **options)
        assert predicted.changed == run.changed, f"check mode said {predicted.changed}, the run changed {run.changed}"
        again = self.play(tasks, **options)
        assert again.changed == [], f"the second run changed {again.changed}:\n{again.output}"
        return run

    def _inventory(self, folder, hosts):
        hosts = hosts or {"cluster": {}}
        document = {"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}
        path = folder / "inventory.yml"
        path.write_text(json.dumps(document))
        return path

    def _playbook(self, folder, tasks):
        text = tasks if isinstance(tasks, str) else yaml.safe_dump(tasks, sort_keys=False)
        head = "- name: Test\n  hosts: all\n  gather_facts: false\n  tasks:\n"
        path = folder / "playbook.yml"
        path.write_text(head + textwrap.indent(textwrap.dedent(text).strip("\n"), "    ") + "\n")
        return path

    def _look_through(self, run, allow):
        everything = run.output + json.dumps([task.result for task in run.tasks])
        for text in NEVER:
            assert text in allow or text not in everything, f"{text!r} in the output:\n{run.output}"
        for secret in self.secrets:
            assert secret not in everything, f"the secret {secret[:2]}… is in the output"


def read(record, done, seconds):
    """A Run from the record of the callback and the finished process."""
    run = Run(done.returncode, done.stdout, done.stderr, seconds)
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    for line in map(json.loads, lines):
        event = line.pop("event")
        if event == "task":
            run.tasks.append(TaskResult(**line))
        else:
            run.stats = line["hosts"]
    return run
