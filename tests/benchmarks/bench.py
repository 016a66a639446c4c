# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster, playbooks, and what is measured of them: time, memory, requests, and how busy the machine was."""

from __future__ import annotations

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from raw import Raw

__all__ = ["LAB", "ROOT", "lab_environment", "stopwatch"]  # what applications.py takes as well

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from demo import LAB, lab_environment, seed_repository  # noqa: E402  (the lab's environment and repository)

NAMESPACE = "meshops-bench"
OURS, THEIRS, DEBUG = "meshops.lifecycle.istio_virtualservice", "kubernetes.core.k8s", "debug"
_COUNTED = re.compile(r'^apiserver_request_total\{(.*resource="virtualservices".*)\} (\S+)$', re.M)
_READS = {"GET", "LIST"}


class Row(NamedTuple):
    """One line of the table, all of it text but ``reached``, which is None where there is no goal."""

    work: str
    ours: str
    against: str
    theirs: str
    measured: str
    goal: str
    reached: bool | None


class Ran(NamedTuple):
    """What a program took: seconds, and bytes of the largest process among itself and its children.

    ``changed``: how many tasks of a playbook changed something.
    """

    seconds: float
    peak: int
    changed: int


class Bench:
    """A cluster, a folder for playbooks, and instruments."""

    def __init__(self, folder: Path, rounds: int):
        self.environment, self.folder, self.rounds = lab_environment(), folder, rounds
        self.raw = Raw(self.environment["KUBECONFIG"])
        self.requests: dict[tuple[str, str], dict[str, int]] = {}  # (work, who) to what it asked of the API server

    def prepare(self) -> None:
        """What the demonstration installs, istiod among it, which validates what every contender writes."""
        seed_repository(self.environment)
        self.bootstrap("meshops.lifecycle.bootstrap")
        self.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")  # what a killed run left
        self.kubectl("create", "namespace", NAMESPACE)

    def clean_up(self) -> None:
        self.raw.delete_all(NAMESPACE)
        self.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    def objects(self, count: int, make: Callable[[int], dict]) -> Path:
        """A file with so many objects; ``make`` is route or settings."""
        path = self.folder / f"{make.__name__}-{count}.json"
        if not path.exists():
            items = [make(number) for number in range(count)]
            path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        return path

    def kubectl(self, *arguments: str) -> None:
        self.run([self.environment.get("MESHLAB_KUBECTL", "kubectl"), *arguments])

    def play(self, tasks: list[dict], *arguments, hosts: str = "localhost", inventory="localhost,") -> Ran:
        """Run a playbook of these tasks."""
        path = self.folder / "play.yml"
        path.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]))
        # The interpreter is named, as kubernetes.core needs one that has its packages.
        python = f"ansible_python_interpreter={sys.executable}"
        return self.playbook(path, "-i", inventory, "-c", "local", "-e", python, *arguments)

    def less_empty(self, tasks: list[dict], times: int = 1) -> float:
        """Seconds of a playbook, less those of the same one with its tasks skipped.

        ``times``: they stand in it so often, and the seconds are those of one time. Of what takes less than Ansible's
        own start varies, nothing could be said otherwise.
        """
        return (self.play(tasks * times).seconds - self.play(skipped(tasks) * times).seconds) / times

    def bootstrap(self, playbook: str | Path) -> Ran:
        """A playbook on the demonstration's inventory."""
        demo = ROOT / "tests" / "demo" / "inventory"
        python = f"ansible_python_interpreter={sys.executable}"
        return self.playbook(playbook, "-i", demo, "--limit", "meshlab", "-e", python)

    def playbook(self, path: str | Path, *arguments) -> Ran:
        return self.run([Path(sys.executable).parent / "ansible-playbook", *arguments, path])

    def run(self, argv: list) -> Ran:
        """Raises SystemExit with what the program said when it fails."""
        log = self.folder / "output.txt"
        began = time.monotonic()
        with log.open("w") as stream:
            running = subprocess.Popen(argv, env=self.environment, stdout=stream, stderr=subprocess.STDOUT)
            _pid, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode:
            raise SystemExit(f"{argv[0]} failed:\n{log.read_text()[-3000:]}")
        changed = sum(map(int, re.findall(r"\bchanged=(\d+)", log.read_text())))
        return Ran(time.monotonic() - began, used.ru_maxrss * 1024, changed)

    @contextlib.contextmanager
    def kubeconfig(self, path: Path) -> Iterator[None]:
        """Ansible's tasks reach the cluster by another kubeconfig meanwhile."""
        self.environment["K8S_AUTH_KUBECONFIG"] = str(path)
        try:
            yield
        finally:
            self.environment["K8S_AUTH_KUBECONFIG"] = self.environment["KUBECONFIG"]

    def medians(self, contenders: dict[str, Callable[[], float]], at_least: int = 1) -> dict[str, float]:
        """The median of each contender over the rounds; in a round each has one turn. ``at_least``: so many rounds."""
        found: dict[str, list[float]] = {name: [] for name in contenders}
        rounds = max(self.rounds, at_least)
        for number in range(rounds):
            for name, turn in contenders.items():
                found[name].append(turn())
                print(f"  round {number + 1} of {rounds}: {name}: {found[name][-1]:.3f} s", flush=True)
        return {name: statistics.median(times) for name, times in found.items()}

    def counting(self, work: str, who: str, turn: Callable[[], float], times: int = 1) -> Callable[[], float]:
        """The turn, whose requests for VirtualServices the API server counts. ``times``: it does all so often."""

        def counted() -> float:
            before = self._asked()
            seconds = turn()
            after = self._asked()
            asked = {sort: (after[sort] - before[sort]) // times for sort in after}
            if sum(asked.values()) <= sum(self.requests.get((work, who), asked).values()):
                self.requests[work, who] = asked  # the round in which the least came from controllers
            return seconds

        return counted

    def _asked(self) -> dict[str, int]:
        """Reads, dry runs and writes of VirtualServices since the API server began; watches are controllers'."""
        asked = {"reads": 0, "dry runs": 0, "writes": 0}
        for labels, count in _COUNTED.findall(self.raw.text("/metrics")):
            verb = re.search(r'verb="(\w+)"', labels)[1]
            if verb != "WATCH":
                sort = "reads" if verb in _READS else "dry runs" if 'dry_run="All"' in labels else "writes"
                asked[sort] += int(float(count))
        return asked


def cores(work: Callable[[], Ran]) -> tuple[float, int, int]:
    """(seconds of the work, ticks of all cores meanwhile, those of them in which nothing ran)."""
    before = _processor_time()
    seconds = work().seconds
    total, idle = (after - earlier for after, earlier in zip(_processor_time(), before, strict=True))
    return seconds, total, idle


def _processor_time() -> tuple[int, int]:
    """(all, idle) ticks of all cores since the machine began."""
    with open("/proc/stat", encoding="ascii") as stream:
        ticks = [int(text) for text in stream.readline().split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]


def skipped(tasks: list[dict]) -> list[dict]:
    return [{**task, "when": False} for task in tasks]


def stopwatch(work: Callable) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def route(number: int) -> dict:
    subsets = [{"destination": {"host": "reviews", "subset": name}, "weight": 50} for name in ("v1", "v2")]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": f"route-{number}", "namespace": NAMESPACE},
        "spec": {"hosts": [f"reviews-{number}"], "http": [{"match": [{"uri": {"prefix": "/v1"}}], "route": subsets}]},
    }


def settings(number: int) -> dict:
    """An object that no controller does anything about."""
    metadata = {"name": f"settings-{number}", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "blue", "size": "12"}}


def row(work: str, ours: float, against: str, theirs: float, goal: str = "") -> Row:
    """A line of two times. ``goal``: "N times faster", "within N times", or none."""
    ratio = theirs / ours
    within = goal.startswith("within")
    limit = float(re.search(r"[\d.]+", goal)[0]) if goal else None
    measured = f"{1 / ratio:.1f} times" if within else f"{ratio:.1f} times faster"
    reached = None if limit is None else (1 / ratio <= limit if within else ratio >= limit)
    return Row(work, shown(ours), against, shown(theirs), measured, goal, reached)


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
