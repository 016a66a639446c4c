# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: ours beside kubernetes.core, kubectl, raw requests and `debug`, in one run, as ratios.

Whole playbooks are timed, in rounds in which every contender has a turn; a figure is the median of its rounds. "Per
item" is the slope between a large and a small playbook, so that Ansible's own start does not count. "Less empty" is the
time less that of the same playbook with its task skipped. The table also lands in docs/benchmarks.md; with some rows
asked for (`make bench ARGS="--rows loop tasks"`) the others stay as they were measured last.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import tempfile
from pathlib import Path

import estate
import items
import many
import proxies
from bench import ROOT, Bench

PAGE = ROOT / "docs" / "benchmarks.md"
KEPT = ROOT / ".build" / "benchmarks.json"
ROWS = {
    "loop": items.loop,
    "tasks": items.tasks,
    "plugin": items.exec_plugin,
    "first": many.first,
    "again": many.again,
    "clusters": estate.clusters,
    "bootstrap": estate.bootstrap,
    "proxies": proxies.proxies,
    "5000": many.very_many,
}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=3, help="turns of each contender")
    asked.add_argument("--rows", nargs="+", choices=ROWS, metavar="ROW", help=f"only some: {', '.join(ROWS)}")
    asked.add_argument("--note", default="", help="a sentence for the page, such as what else the machine did")
    asked = asked.parse_args()
    measured = json.loads(KEPT.read_text()) if KEPT.exists() and asked.rows else {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.rounds)
        bench.prepare()
        try:
            for name in asked.rows or ROWS:
                print(name, flush=True)
                bench.requests = {}
                rows = ROWS[name](bench)
                requests = [[*who, *map(str, sorts.values())] for who, sorts in bench.requests.items()]
                today = datetime.date.today().isoformat()
                measured[name] = {"rows": rows, "requests": requests, "rounds": asked.rounds, "date": today}
                KEPT.parent.mkdir(exist_ok=True)
                KEPT.write_text(json.dumps(measured))
        finally:
            bench.clean_up()
    text = page(measured, asked.note)
    PAGE.write_text(text)
    print(text)
    return 0


def page(measured: dict[str, dict], note: str) -> str:
    blocks = [measured[name] for name in ROWS if name in measured]
    rows = [row for block in blocks for row in block["rows"]]
    requests = [line for block in blocks for line in block["requests"]]
    rounds = min(block["rounds"] for block in blocks)
    missing = [name for name in ROWS if name not in measured]
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: every contender side by side on the lab, see `tests/benchmarks/`. What stands behind",
        "the figures is in [performance.md](performance.md).",
        "",
        f"Medians of {rounds} round{'s' if rounds > 1 else ''}. {os.cpu_count()} cores, Python"
        f" {platform.python_version()}; the API server runs on the same cores, and so does istiod, which validates.",
        *dates(measured),
        *([note] if note else []),
        *([f"Not measured: the rows {', '.join(missing)}."] if missing else []),
        "",
        *table(["work", "ours", "against", "theirs", "measured", "goal", "reached"], map(cells_of, rows)),
        "",
        "## Requests",
        "",
        "For VirtualServices, as the API server counts them (`apiserver_request_total`). Controllers may add a read or",
        "two; what our own tasks ask is counted exactly by `tests/integration/test_no_needless_write.py`.",
        "",
        *table(["work", "who", "reads", "dry runs", "writes"], requests),
    ]
    return "\n".join(lines) + "\n"


def dates(measured: dict[str, dict]) -> list[str]:
    """A line for each day on which some of the rows were measured."""
    days: dict[str, list[str]] = {}
    for name in ROWS:
        if name in measured:
            days.setdefault(measured[name].get("date", "an earlier day"), []).append(name)
    return [f"Measured on {day}: {', '.join(names)}." for day, names in sorted(days.items())]


def table(head: list[str], rows) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def cells_of(row: list) -> list[str]:
    *cells, reached = row
    return [*cells, {True: "yes", False: "no", None: ""}[reached]]


if __name__ == "__main__":
    raise SystemExit(main())
