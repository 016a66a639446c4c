# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects in one task: written, found as they are, and ten times as many."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable

from bench import NAMESPACE, THEIRS, Bench, Row, route, row, settings, stopwatch

MANY, VERY_MANY = 500, 5000
LIMIT = 250  # MB
TIMES = 5  # how often an unchanged set stands in one playbook
SETTLED = 5.0  # seconds after which controllers are done with objects that went
OURS_MANY, THEIRS_MANY = "ours, a list", "kubernetes.core, a list"


def ours_many(bench: Bench, count: int = MANY, make: Callable[[int], dict] = route) -> list[dict]:
    return [{"meshops.lifecycle.mesh_apply": {"src": [str(bench.objects(count, make))]}}]


def theirs_many(bench: Bench) -> list[dict]:
    return [{THEIRS: {"src": str(bench.objects(MANY, route))}}]


def _fresh(bench: Bench, work: Callable[[], float]) -> Callable[[], float]:
    """A turn before which there are no objects."""

    def turn() -> float:
        bench.raw.delete_all(NAMESPACE)
        time.sleep(SETTLED)
        return work()

    return turn


def _play(bench: Bench, tasks: list[dict], times: int = 1) -> Callable[[], float]:
    return lambda: bench.less_empty(tasks, times)


def _kubectl(bench: Bench, processes: int) -> Callable[[], float]:
    """kubectl as it comes, which sends one request after the other; or as several processes with a share each."""
    program = bench.environment.get("MESHLAB_KUBECTL", "kubectl")
    begun = []
    for number in range(processes):
        path = bench.folder / f"share-{processes}-{number}.json"
        items = [route(one) for one in range(number, MANY, processes)]
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
        begun.append([program, "apply", "--server-side", "-f", str(path)])

    def work() -> None:
        running = [subprocess.Popen(one, env=bench.environment, stdout=subprocess.DEVNULL) for one in begun]
        if any(code for code in [one.wait() for one in running]):
            raise SystemExit("kubectl apply failed")

    return lambda: stopwatch(work)


def first(bench: Bench) -> list[Row]:
    """The first apply of 500 objects; before each turn they are deleted."""
    documents = [route(number) for number in range(MANY)]
    label = f"{MANY} objects, first apply, less empty"
    turns = {
        OURS_MANY: _play(bench, ours_many(bench)),
        THEIRS_MANY: _play(bench, theirs_many(bench)),
        "kubectl apply --server-side, as it comes": _kubectl(bench, 1),
        "kubectl apply --server-side, 8 processes": _kubectl(bench, 8),
        "raw requests, 8 connections": lambda: stopwatch(lambda: bench.raw.apply(documents)),
    }
    found = bench.medians({who: _fresh(bench, bench.counting(label, who, turn)) for who, turn in turns.items()})
    _ours, theirs, kubectl, kubectl_eight, raw = turns
    goals = {theirs: "5 times faster", kubectl: "10 times faster", kubectl_eight: "", raw: "within 1.6 times"}
    return [row(label, found[OURS_MANY], who, found[who], goal) for who, goal in goals.items()]


def again(bench: Bench) -> list[Row]:
    """500 objects that are as declared."""
    bench.raw.delete_all(NAMESPACE)
    bench.play(theirs_many(bench))
    bench.play(ours_many(bench))
    before = bench.raw.newest_version(NAMESPACE)
    label = f"{MANY} objects, unchanged, less empty"
    turns = {
        OURS_MANY: bench.counting(label, OURS_MANY, _play(bench, ours_many(bench), TIMES), TIMES),
        THEIRS_MANY: bench.counting(label, THEIRS_MANY, _play(bench, theirs_many(bench))),
        "raw LIST": bench.counting(label, "raw LIST", lambda: stopwatch(lambda: bench.raw.list(NAMESPACE))),
    }
    found = bench.medians(turns, at_least=5)
    written = "0 writes" if bench.raw.newest_version(NAMESPACE) == before else "something was written"
    # Last, as it makes itself an owner of the fields.
    bench.counting(label, "kubectl apply --server-side", _kubectl(bench, 1))()
    label = f"{MANY} objects, unchanged, less empty ({written})"
    return [
        row(label, found[OURS_MANY], THEIRS_MANY, found[THEIRS_MANY], "20 times faster"),
        row(label, found[OURS_MANY], "raw LIST", found["raw LIST"], "within 4 times"),
    ]


def very_many(bench: Bench) -> list[Row]:
    """5,000 objects and 50 against 500: the time of one; and the memory of all."""
    rows = _level(bench) + _beside_raw(bench)
    return rows + [_memory(bench, *way) for way in (("in process", "true"), ("as a module", "false"))]


def _level(bench: Bench) -> list[Row]:
    """ConfigMaps, so that it is our cost and the API server's: what istiod does grows with its configuration."""
    counts = (50, MANY, VERY_MANY)
    found: dict[str, float] = {}
    for count in counts:  # each alone in the namespace, as a LIST reads all that is there
        tasks = ours_many(bench, count, settings)
        turns = {"first apply": _fresh(bench, _play(bench, tasks)), "unchanged": _play(bench, tasks, TIMES)}
        found.update(bench.medians({f"{count} ConfigMaps, {what}": turn for what, turn in turns.items()}))
    rows = []
    for what in ("first apply", "unchanged"):
        each = {count: found[f"{count} ConfigMaps, {what}"] / count for count in counts}
        for count, goal in ((50, ""), (VERY_MANY, "within 1.2 times")):
            work = f"{count} ConfigMaps, {what}, per object"
            line = row(work, each[count], f"{MANY} ConfigMaps", each[MANY], goal)
            rows.append(line._replace(measured=f"{each[count] / each[MANY]:.1f} times"))
    return rows


def _beside_raw(bench: Bench) -> list[Row]:
    """VirtualServices, which istiod validates and sends to its proxies, all of them again with each."""
    documents = [route(number) for number in range(VERY_MANY)]
    raw = "raw requests, 8 connections"
    turns = {
        OURS_MANY: _play(bench, ours_many(bench, VERY_MANY)),
        raw: lambda: stopwatch(lambda: bench.raw.apply(documents)),
    }
    found = bench.medians({who: _fresh(bench, turn) for who, turn in turns.items()})
    work = f"{VERY_MANY} VirtualServices, first apply, less empty"
    return [row(work, found[OURS_MANY], raw, found[raw], "within 1.6 times")]


def _memory(bench: Bench, way: str, in_process: str) -> Row:
    """The most that any process of a playbook had, first apply and unchanged. The interpreter and Ansible are in it."""
    tasks, option = ours_many(bench, VERY_MANY), f"meshops_in_process={in_process}"
    bench.raw.delete_all(NAMESPACE)
    peak = max(bench.play(tasks, "-e", option).peak for _turn in ("first", "again"))
    shown, work = f"{peak / 1e6:.0f} MB", f"{VERY_MANY} objects, {way}, memory of the largest process"
    return Row(work, shown, "", "", shown, f"under {LIMIT} MB", peak < LIMIT * 1e6)
