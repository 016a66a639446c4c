# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets one after another, to the last even when one fails, and sum up: `stages.py lint unit integration`.

A stage written `lab=integration` needs the stage before the sign: it is not run when that one failed.
Exits 1 when any stage failed or was not run.
"""

from __future__ import annotations

import subprocess
import sys
import time


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def main(stages):
    started = time.monotonic()
    outcome = {}
    for number, stage in enumerate(stages, 1):
        need, _sign, name = stage.rpartition("=")
        title = f"[{number}/{len(stages)}] {name}"
        if need and outcome.get(need, ("passed",))[0] != "passed":
            outcome[name] = ("not run", 0, f"because {need} failed")
            print(f"\n==== {title}: not run, because {need} failed", flush=True)
            continue
        print(f"\n==== {title} (make {name}), {clock(time.monotonic() - started)} since the start", flush=True)
        begun = time.monotonic()
        code = subprocess.run(["make", "--no-print-directory", name], check=False).returncode
        outcome[name] = ("passed" if code == 0 else "failed", time.monotonic() - begun, "")
        print(f"==== {title}: {outcome[name][0]} after {clock(outcome[name][1])}", flush=True)

    print("\n==== summary")
    for name, (result, seconds, note) in outcome.items():
        print(f"  {name:<20} {result:<8} {clock(seconds):>6}  {note}".rstrip())
    bad = sum(result != "passed" for result, *_rest in outcome.values())
    print(f"stages: {len(outcome) - bad} passed, {bad} failed", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
