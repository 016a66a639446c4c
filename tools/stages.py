# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets one after another, to the last even when one fails, and sum up: `stages.py lint unit integration`.

Stages written `lint+unit` run side by side; what they have in common (PREPARED) has to be made before, and what each
prints comes at its end. A stage written `lab=integration` needs the stage before the sign: it is not run when that one
failed. Exits 1 when any stage failed or was not run.
"""

from __future__ import annotations

import concurrent.futures
import subprocess
import sys
import time

# The targets that stages run side by side would make all at once, each in the way of the others.
PREPARED = ("venv", "venv-tools", "collections", "source", "build", "installed")


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def since(started):
    return clock(time.monotonic() - started)


def run(name):
    """One stage, whose output is seen as it comes: (result, seconds)."""
    begun = time.monotonic()
    code = subprocess.run(["make", "--no-print-directory", name], check=False).returncode
    return "passed" if code == 0 else "failed", time.monotonic() - begun


def run_beside(name):
    """One of several stages at a time: (result, seconds, output)."""
    begun = time.monotonic()
    command = ["make", "--no-print-directory", *(word for target in PREPARED for word in ("-o", target)), name]
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return "passed" if done.returncode == 0 else "failed", time.monotonic() - begun, done.stdout


def side_by_side(names):
    """Yields (name, result, seconds) as the stages end, each with its output before."""
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        running = {pool.submit(run_beside, name): name for name in names}
        for ended in concurrent.futures.as_completed(running):
            result, seconds, output = ended.result()
            print(f"\n==== {running[ended]} printed", flush=True)
            print(output.rstrip(), flush=True)
            yield running[ended], result, seconds


def main(stages):
    started = time.monotonic()
    outcome = {}
    for number, stage in enumerate(stages, 1):
        need, _sign, together = stage.rpartition("=")
        names = together.split("+")
        title = f"[{number}/{len(stages)}] {', '.join(names)}"
        if need and outcome.get(need, ("passed",))[0] != "passed":
            outcome.update((name, ("not run", 0, f"because {need} failed")) for name in names)
            print(f"\n==== {title}: not run, because {need} failed", flush=True)
            continue
        print(f"\n==== {title} (make {' '.join(names)}), {since(started)} since the start", flush=True)
        ended = side_by_side(names) if len(names) > 1 else [(names[0], *run(names[0]))]
        for name, result, seconds in ended:
            outcome[name] = (result, seconds, "beside others" if len(names) > 1 else "")
            print(f"==== {name}: {result} after {clock(seconds)}", flush=True)

    print("\n==== summary")
    for name, (result, seconds, note) in outcome.items():
        print(f"  {name:<20} {result:<8} {clock(seconds):>6}  {note}".rstrip())
    bad = sum(result != "passed" for result, *_rest in outcome.values())
    print(f"stages: {len(outcome) - bad} passed, {bad} failed, {since(started)} in all", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
