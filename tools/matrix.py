# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests on every ansible-core and each of its Pythons, and print a table of what passed: `make matrix`.

`matrix.py [--on 2.16 2.18@3.12] [--stages unit sanity in_process as_module] [-- tests and options for integration]`.
An environment that is missing is made; one whose Python cannot be found is listed as left out. The stages `unit` and
`sanity` need no cluster; `in_process` and `as_module` are the integration tests that way. The output of each is kept in
.build/matrix, and its end shown when it failed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import venvs

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".build" / "matrix"
STAGES = ("unit", "sanity", "in_process", "as_module")


def command(stage, folder, rest):
    """The command of a stage in an environment; `rest` is handed to pytest for the integration tests."""
    if stage == "sanity":
        return [ROOT / "tools" / "sanity.sh", folder]
    pytest = [folder / "bin" / "python", "-m", "pytest"]
    if stage == "unit":
        return [*pytest, "tests/unit"]
    named = any(word.startswith("tests/") for word in rest)
    return [*pytest, f"--ways={stage}", *rest, *([] if named else ["tests/integration"])]


def verdict(stage, code, output):
    """The text of a cell, and whether it is good: "1440 passed, 3 skipped", or "38 tests" of ansible-test."""
    if stage == "sanity":
        return f"{output.count('Running sanity test')} tests{'' if code == 0 else ', failed'}", code == 0
    counts = re.findall(r"\d+ (?:passed|failed|errors?|skipped)\b", output.splitlines()[-1] if output else "")
    return ", ".join(counts) or f"exit code {code}", code == 0


def run(stage, name, rest):
    """One cell of the table: (text, passed)."""
    folder = ROOT / venvs.VENVS[name]["folder"]
    log = LOGS / f"{name}-{stage}.log"
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    started = time.monotonic()
    with log.open("w") as handle:
        code = subprocess.run(
            [str(word) for word in command(stage, folder, rest)],
            cwd=ROOT, env=environment, stdout=handle, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip
    output = log.read_text(errors="replace").rstrip()
    text, passed = verdict(stage, code, output)
    print(f"matrix: {name:<9} {stage:<10} {text} ({time.monotonic() - started:.0f} s, {log})", flush=True)
    if not passed:
        print("\n".join(output.splitlines()[-40:]), flush=True)
    return text, passed


def table(rows):
    """The rows as a table of Markdown."""
    lines = [["ansible-core", "Python", *STAGES], ["---"] * (2 + len(STAGES)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    everything = [f"{version}@{python}" for version, pythons in venvs.CORES.items() for python in pythons]
    parser.add_argument("--on", nargs="+", choices=sorted(venvs.VENVS), default=everything, metavar="CORE[@PYTHON]")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES)
    parser.add_argument("rest", nargs="*", help="after --: tests and options of pytest for the integration tests")
    arguments = parser.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    if {"in_process", "as_module"} & set(arguments.stages):
        subprocess.run(["make", "--no-print-directory", "lab-all"], cwd=ROOT, check=True)
    rows, good = [], True
    for name in arguments.on:
        good &= venvs.prepare(name)
        folder = ROOT / venvs.VENVS[name]["folder"]
        if not (folder / ".ready").exists():
            rows.append([name, "left out", *[""] * len(STAGES)])
            continue
        cells = {stage: run(stage, name, arguments.rest) for stage in STAGES if stage in arguments.stages}
        good &= all(passed for _text, passed in cells.values())
        rows.append([version(folder), python(folder), *[cells.get(stage, ("", True))[0] for stage in STAGES]])
    print(table(rows))
    return 0 if good else 1


def version(folder):
    return _output(folder, "from ansible.release import __version__; print(__version__)")


def python(folder):
    return _output(folder, "import platform; print(platform.python_version())")


def _output(folder, script):
    command = [folder / "bin" / "python", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
