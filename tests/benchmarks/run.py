# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: ours beside kubernetes.core, kubectl, raw requests and `debug`, in one run, as ratios.

Whole playbooks are timed, in rounds in which every contender has a turn; a figure is the median of its rounds. "Per
item" is the slope between a large and a small playbook, so that Ansible's own start does not count. "Less empty" is the
time less that of the same playbook with its task skipped. The table also lands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from raw import Raw

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "lab" / "lab"
PAGE = ROOT / "docs" / "benchmarks.md"
NAMESPACE = "meshops-bench"
OURS, THEIRS, DEBUG = "meshops.lifecycle.istio_virtualservice", "kubernetes.core.k8s", "debug"
# Per item: a large and a small playbook. kubernetes.core takes 0.6 s an item, so fewer tell its slope as well.
SIZES = {OURS: (300, 30), DEBUG: (300, 30), THEIRS: (66, 6)}
MANY = 500


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=3, help="turns of each contender")
    rounds = asked.parse_args().rounds
    environment = lab_environment()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(environment, Path(folder), rounds)
        bench.prepare()
        try:
            rows = [*per_item(bench, "loop"), *per_item(bench, "tasks"), *many_first(bench), *many_again(bench)]
        finally:
            bench.clean_up()
    text = page(rows, rounds)
    PAGE.write_text(text)
    print(text)
    return 0


def lab_environment() -> dict[str, str]:
    told = subprocess.run([LAB, "env"], check=True, capture_output=True, text=True).stdout
    exports = dict(shlex.split(line)[1].split("=", 1) for line in told.splitlines() if line.startswith("export "))
    wanted = {name: value for name, value in exports.items() if name.startswith(("K8S_", "KUBE", "MESHLAB_", "NO_"))}
    return {**os.environ, **wanted}


class Bench:
    """The cluster, a folder for playbooks, and a stopwatch."""

    def __init__(self, environment: dict, folder: Path, rounds: int):
        self.environment, self.folder, self.rounds = environment, folder, rounds
        self.raw = Raw(environment["KUBECONFIG"])

    def prepare(self) -> None:
        self.kubectl("create", "namespace", NAMESPACE)
        documents = [route(number) for number in range(MANY)]
        self.objects = self.folder / "objects.json"
        self.objects.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
        self.documents = documents

    def clean_up(self) -> None:
        self.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    def kubectl(self, *arguments: str) -> None:
        program = self.environment.get("MESHLAB_KUBECTL", "kubectl")
        self.run([program, *arguments])

    def play(self, tasks: list[dict]) -> float:
        """Seconds that a playbook of these tasks takes."""
        path = self.folder / "play.yml"
        path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        # The interpreter is named, as kubernetes.core needs one that has its packages.
        python = f"ansible_python_interpreter={sys.executable}"
        program = Path(sys.executable).parent / "ansible-playbook"
        return stopwatch(lambda: self.run([program, "-i", "localhost,", "-c", "local", "-e", python, path]))

    def run(self, argv: list) -> None:
        """Raises SystemExit with what the program said when it fails."""
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{argv[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-1000:]}")

    def medians(self, contenders: dict[str, Callable[[], float]]) -> dict[str, float]:
        """The median of each contender over the rounds; in a round each has one turn."""
        found: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(self.rounds):
            for name, turn in contenders.items():
                found[name].append(turn())
                print(f"  round {number + 1} of {self.rounds}: {name}: {found[name][-1]:.3f} s", flush=True)
        return {name: statistics.median(times) for name, times in found.items()}


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


# ---- A task in a loop, and separate tasks ----------------------------------------------------------------------------


def task(module: str, document: dict, name: str) -> dict:
    if module == DEBUG:
        return {"ansible.builtin.debug": {"msg": name}}
    if module == THEIRS:
        return {module: {"definition": {**document, "metadata": {**document["metadata"], "name": name}}}}
    return {module: {"name": name, "namespace": NAMESPACE, "spec": document["spec"]}}


def tasks_of(module: str, shape: str, count: int) -> list[dict]:
    if shape == "loop":
        return [{**task(module, route(0), "route-{{ item }}"), "loop": list(range(count))}]
    return [task(module, route(0), f"route-{number}") for number in range(count)]


def per_item(bench: Bench, shape: str) -> list[tuple]:
    """Seconds an item, unchanged."""
    print(f"{'a task in a loop' if shape == 'loop' else 'separate tasks'}, unchanged")
    for module in (THEIRS, OURS):  # theirs first: what it makes, ours adopts, and neither changes it afterwards
        bench.play(tasks_of(module, shape, SIZES[module][0]))

    def slope(module: str) -> float:
        large, small = SIZES[module]
        difference = bench.play(tasks_of(module, shape, large)) - bench.play(tasks_of(module, shape, small))
        return difference / (large - small)

    found = bench.medians({module: lambda module=module: slope(module) for module in SIZES})
    label = "a task in a loop, unchanged, per item" if shape == "loop" else "separate tasks, unchanged, per task"
    faster, within = ("24 times faster", "within 3 times") if shape == "loop" else ("15 times faster", "within 3 times")
    return [
        row(label, found[OURS], "kubernetes.core.k8s", found[THEIRS], faster),
        row(label, found[OURS], "debug", found[DEBUG], within),
    ]


# ---- Many objects ----------------------------------------------------------------------------------------------------


def ours_many(bench: Bench, **more) -> list[dict]:
    return [{"meshops.lifecycle.mesh_apply": {"src": [str(bench.objects)]}, **more}]


def theirs_many(bench: Bench, **more) -> list[dict]:
    return [{THEIRS: {"src": str(bench.objects)}, **more}]


def many_first(bench: Bench) -> list[tuple]:
    """The first apply of 500 objects; before each turn they are deleted."""
    print(f"{MANY} objects, first apply")

    def fresh(work: Callable[[], float]) -> Callable[[], float]:
        def turn() -> float:
            bench.raw.delete_all(NAMESPACE)
            return work()

        return turn

    server_side = ("apply", "--server-side", "-f", str(bench.objects))
    skipped = {"when": False}
    found = bench.medians(
        {
            "ours": fresh(lambda: bench.play(ours_many(bench)) - bench.play(ours_many(bench, **skipped))),
            "kubernetes.core, a list": fresh(
                lambda: bench.play(theirs_many(bench)) - bench.play(theirs_many(bench, **skipped))
            ),
            "kubectl apply --server-side": fresh(lambda: stopwatch(lambda: bench.kubectl(*server_side))),
            "raw, 8 connections": fresh(lambda: stopwatch(lambda: bench.raw.apply(bench.documents))),
        }
    )
    label = f"{MANY} objects, first apply, less empty"
    return [
        row(label, found["ours"], "kubernetes.core, a list", found["kubernetes.core, a list"], "5 times faster"),
        row(label, found["ours"], "kubectl apply --server-side, its rate limit included",
            found["kubectl apply --server-side"], "10 times faster"),
        row(label, found["ours"], "raw requests, 8 connections", found["raw, 8 connections"], "within 1.6 times"),
    ]  # fmt: skip


def many_again(bench: Bench) -> list[tuple]:
    """500 objects that are as declared."""
    print(f"{MANY} objects, unchanged")
    bench.raw.delete_all(NAMESPACE)
    bench.play(theirs_many(bench))
    bench.play(ours_many(bench))
    skipped = {"when": False}
    before = bench.raw.newest_version(NAMESPACE)
    found = bench.medians(
        {
            "ours": lambda: bench.play(ours_many(bench)) - bench.play(ours_many(bench, **skipped)),
            "kubernetes.core, a list": lambda: (
                bench.play(theirs_many(bench)) - bench.play(theirs_many(bench, **skipped))
            ),
            "raw LIST": lambda: stopwatch(lambda: bench.raw.list(NAMESPACE)),
        }
    )
    written = "0 writes" if bench.raw.newest_version(NAMESPACE) == before else "something was written"
    label = f"{MANY} objects, unchanged, less empty ({written})"
    return [
        row(label, found["ours"], "kubernetes.core, a list", found["kubernetes.core, a list"], "20 times faster"),
        row(label, found["ours"], "raw LIST", found["raw LIST"], "within 4 times"),
    ]


# ---- The table -------------------------------------------------------------------------------------------------------


def row(work: str, ours: float, against: str, theirs: float, goal: str) -> tuple:
    """One line: ``ratio`` says how much faster we are, or within how many times of the other we stay."""
    ratio, limit = theirs / ours, float(goal.split()[1] if goal.startswith("within") else goal.split()[0])
    if goal.startswith("within"):
        return work, ours, against, theirs, f"{1 / ratio:.1f} times", goal, 1 / ratio <= limit
    return work, ours, against, theirs, f"{ratio:.1f} times faster", goal, ratio >= limit


def page(rows: list[tuple], rounds: int) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: every contender side by side on the lab, see `tests/benchmarks/run.py`.",
        f"Medians of {rounds} rounds. {os.cpu_count()} cores, Python {platform.python_version()}; the API server runs",
        "on the same cores, and an istiod validates when one is installed.",
        "",
        "| work | ours | against | theirs | measured | goal | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for work, ours, against, theirs, measured, goal, reached in rows:
        verdict = "yes" if reached else "no"
        lines.append(f"| {work} | {shown(ours)} | {against} | {shown(theirs)} | {measured} | {goal} | {verdict} |")
    return "\n".join(lines) + "\n"


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
