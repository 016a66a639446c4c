#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make canary`: requests move to good and bad versions under a steady load, by three tools.

They are traffic_shift, Argo Rollouts (compiled for this alone) and kubectl, and take the same steps, as long each.
What callers saw is counted by them, and the rest is looked at from outside. Writes docs/canary-proof.md. Exit code 1
when traffic_shift does not do what it promises (page.complaints).
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import playing  # noqa: E402

sys.path.insert(0, str(playing.BUILD / "collections"))

import meshes  # noqa: E402
import page  # noqa: E402
from bench import Bench, Seen  # noqa: E402
from cases import CASES  # noqa: E402
from rollouts import Rollouts  # noqa: E402

from tools import STEPS, Kubectl, TrafficShift  # noqa: E402

FOLDER = playing.BUILD / "lab-canary"  # of the lab that is started when there is no other with Istio and Prometheus
PAGE = playing.ROOT / "docs" / "canary-proof.md"
SETTLE = 12.0  # seconds of load before the first step, so that metrics know the stable side


def options_of() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=120, help="requests a second")
    parser.add_argument("--pause", type=int, default=25, help="seconds of each step")
    parser.add_argument("--long-pause", type=int, default=80, help="the same of the good version")
    parser.add_argument("--case", default="", help="only cases whose name holds this; the page is not written")
    parser.add_argument("--tool", default="", help="only tools whose name holds this; the page is not written")
    parser.add_argument("--keep", action="store_true", help="leave the namespaces there")
    return parser.parse_args()


def tell(seen: Seen, line: str) -> None:
    begun = seen.begun or (seen.weights[0][0] if seen.weights else 0.0)
    weights = ", ".join(f"{weight} % at {when - begun:.1f} s" for when, weight in seen.weights)
    last = f"; the last to version 2 at {seen.last - begun:.1f} s" if seen.last else ""
    print(f"    weights: {weights}{last}", flush=True)
    for when, status, version, reason in seen.by_shifting[:8]:
        print(f"    lost at {when - begun:.2f} s: {status} {version or ''} {reason}", flush=True)
    print(line, flush=True)


def measured(cluster, folder: Path, options: argparse.Namespace) -> list[Seen]:
    """Each chosen case by each chosen tool."""
    bench, everything = Bench(cluster, folder, options.rate), []
    tools = [tool(cluster, folder) for tool in (TrafficShift, Rollouts, Kubectl)]
    tools = [tool for tool in tools if options.tool.lower() in tool.name.lower()]
    with contextlib.ExitStack() as stack:
        for namespace, tool in {tool.namespace: tool for tool in tools}.items():
            tool.create()
            if not options.keep:
                stack.callback(cluster.kubectl, "delete", "namespace", namespace, "--wait=false")
            if isinstance(tool, Rollouts):
                stack.enter_context(tool.running())
        for case in CASES:
            for tool in tools:
                if options.case in case.name:
                    pause = options.long_pause if case.good else options.pause
                    seen = bench.measure(case, tool, pause, SETTLE)
                    tell(seen, page.row(seen, options.rate))
                    everything.append(seen)
    return everything


def main() -> int:
    options = options_of()
    with (
        meshes.lab_with(FOLDER, "istio", "monitoring") as cluster,
        tempfile.TemporaryDirectory(prefix="canary-") as folder,
    ):
        everything = measured(cluster, Path(folder), options)
    bad = [
        each for seen in everything if seen.tool == TrafficShift.name for each in page.complaints(seen, options.rate)
    ]
    if not options.case and not options.tool:
        rows = [page.row(seen, options.rate) for seen in everything]
        pauses = (options.pause, options.long_pause)
        PAGE.write_text(page.page(rows, everything, options.rate, STEPS, pauses), encoding="utf-8")
    print(f"not as it should be: {'; '.join(bad)}" if bad else "as it should be")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
