# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run make targets one after another, to the last even when one fails, and sum up: `stages.py prepared lint+unit`.

Stages written `unit+sanity+integration` run side by side; what they have in common (PREPARED) has to be made before.
The last of them is watched: its output is seen as it comes. The others are given the processor's time that it leaves
(`nice`), and what they print comes at the end. A stage written `lab=integration` needs the stage before the sign: it is
not run when that one failed. Exits 1 when any stage failed or was not run.
"""

from __future__ import annotations

import concurrent.futures
import subprocess
import sys
import time

# The targets that stages run side by side would make all at once, each in the way of the others.
PREPARED = ("venv", "venv-tools", "collections", "source", "build", "installed", "other-collections", "lab-all")
AS_MADE = [word for target in PREPARED for word in ("-o", target)]


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def since(started):
    return clock(time.monotonic() - started)


def run(name, *options):
    """One stage, whose output is seen as it comes: (result, seconds, "")."""
    return make(["make", "--no-print-directory", *options, name])


def run_beside(name):
    """One of several stages at a time, with the time that the watched one leaves: (result, seconds, output)."""
    command = ["nice", "-n", "10", "make", "--no-print-directory", *AS_MADE, name]
    return make(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def make(command, **options):
    started = time.monotonic()
    done = subprocess.run(command, check=False, **options)
    return "passed" if done.returncode == 0 else "failed", time.monotonic() - started, done.stdout or ""


def side_by_side(names):
    """Run stages at the same time: {name: (result, seconds)}, when all have ended."""
    results, printed = {}, {}
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        watched = pool.submit(run, names[-1], *AS_MADE)
        running = {watched: names[-1], **{pool.submit(run_beside, name): name for name in names[:-1]}}
        for ended in concurrent.futures.as_completed(running):
            name = running[ended]
            result, seconds, printed[name] = ended.result()
            results[name] = (result, seconds)
            print(f"\n==== {name}: {result} after {clock(seconds)}, beside others", flush=True)
    for name in names[:-1]:
        print(f"\n==== {name} ({results[name][0]}) printed\n{printed[name].rstrip()}", flush=True)
    return results


def runnable(stage, outcome):
    """The names of a stage to run; those whose need has failed get their outcome at once."""
    names = []
    for word in stage.split("+"):
        need, _sign, name = word.rpartition("=")
        if need and outcome.get(need, ("passed",))[0] != "passed":
            outcome[name] = ("not run", 0, f"because {need} failed")
            print(f"\n==== {name}: not run, because {need} failed", flush=True)
        else:
            names.append(name)
    return names


def main(stages):
    started = time.monotonic()
    outcome = {}
    for number, stage in enumerate(stages, 1):
        names = runnable(stage, outcome)
        if not names:
            continue
        title = f"[{number}/{len(stages)}] {', '.join(names)}"
        print(f"\n==== {title} (make {' '.join(names)}), {since(started)} since the start", flush=True)
        if len(names) > 1:
            outcome.update((name, (*result, "beside others")) for name, result in side_by_side(names).items())
        else:
            result, seconds, _output = run(names[0])
            outcome[names[0]] = (result, seconds, "")
            print(f"==== {names[0]}: {result} after {clock(seconds)}", flush=True)

    print("\n==== summary")
    for name, (result, seconds, note) in outcome.items():
        print(f"  {name:<20} {result:<8} {clock(seconds):>6}  {note}".rstrip())
    bad = sum(result != "passed" for result, *_rest in outcome.values())
    print(f"stages: {len(outcome) - bad} passed, {bad} failed, {since(started)} in all", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
