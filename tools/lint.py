# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every linter, to the last even when one complains: `make lint` (which prepares what they read).

Reads the repository, the collection as a user installs it (.build/installed and the tarball in .build), and the
collections of others in .build/compare.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import environments

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
BIN = BUILD / "venv" / "bin"
TOOLS = BUILD / "venv-tools" / "bin"
INSTALLED = BUILD / "installed" / "ansible_collections" / "meshops" / "lifecycle"
PACKAGE = "ansible_collections.meshops.lifecycle.plugins.module_utils"
LINKED = BUILD / "collections" / "ansible_collections" / "meshops" / "lifecycle"


def script(name, programs=BIN):
    """A Python program of an environment, by its Python: the path in its first line breaks when a folder is moved."""
    return [programs / "python", programs / name]


def bash_files():
    """Committed and new files that are bash or sh programs, by their first line."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    programs = []
    for name in names:
        path = ROOT / name
        if name and path.is_file() and path.stat().st_size:
            with path.open("rb") as handle:
                first = handle.readline(80)
            if first.startswith(b"#!") and first.split()[-1].rsplit(b"/", 1)[-1] in (b"bash", b"sh"):
                programs.append(name)
    return programs


def only_importer_problems(output):
    """What galaxy-importer minds; it prints its findings as log lines and ends with 0 all the same."""
    return [line for line in output.splitlines() if line.startswith(("ERROR", "WARNING"))]


def run(command, cwd=ROOT, environment=None, judge=None):
    """(passed, output) of one linter. judge: output → its findings, where the exit code does not tell."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **(environment or {})}
    done = subprocess.run(
        command, cwd=cwd, env=environment, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if judge is None:
        return done.returncode == 0, done.stdout
    findings = judge(done.stdout)
    return done.returncode == 0 and not findings, "\n".join(findings) or done.stdout


def contexts():
    """(passed, output) of what ansible-builder makes of the documented environments; `make environments` runs it."""
    for name in environments.NAMES:
        with tempfile.TemporaryDirectory() as folder:
            try:
                environments.context(name, Path(folder), environments.tarball())
            except environments.Wrong as wrong:
                return False, str(wrong)
    return True, ""


def _linked():
    """Where ansible-doc finds the collection."""
    return {"ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"), "PATH": f"{TOOLS}:{os.environ['PATH']}"}


def linters():
    importer = TOOLS / "python"
    return {
        "ruff check": lambda: run([BIN / "ruff", "check", "--quiet", "--output-format=concise", "."]),
        "ruff format": lambda: run([BIN / "ruff", "format", "--check", "--output-format=concise", "."]),
        "rooms": lambda: run(
            [*script("lint-imports"), "--no-cache", ROOT / "pyproject.toml"],
            cwd=BUILD / "collections",
            environment={"PYTHONPATH": str(BUILD / "collections"), "COLUMNS": "200"},
        ),
        "types": lambda: run(
            [*script("mypy"), "--config-file", ROOT / "pyproject.toml", "-p", PACKAGE], cwd=BUILD / "collections"
        ),
        "shellcheck": lambda: run([BIN / "shellcheck", *bash_files()]),
        "changelog": lambda: run([BIN / "antsibull-changelog", "lint"]),
        "documentation": lambda: run(
            [TOOLS / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--skip-rstcheck", "."], cwd=LINKED
        ),
        "ansible-lint": lambda: run(
            [
                BIN / "ansible-lint",
                "--offline",
                "--profile=production",
                "--nocolor",
                "-q",
                "-c",
                ROOT / ".ansible-lint",
            ],
            cwd=INSTALLED,
            environment={"ANSIBLE_COLLECTIONS_PATH": str(BUILD / "installed")},
        ),
        "awx data": lambda: run([BIN / "python", ROOT / "tools" / "awx_data.py", BUILD / "compare"]),
        "environments": contexts,
        # Every message has help, every variable of a playbook a meaning, every link a target, and all text can be read.
        "site": lambda: run(
            [TOOLS / "python", ROOT / "tools" / "build_docs.py", BUILD / "docs"], environment=_linked()
        ),
        # After "site": its search, its field for messages, and its widths, where there is a Chromium.
        "browser": lambda: run([BIN / "python", ROOT / "tools" / "docsite" / "browser.py", BUILD / "docs/build/html"]),
        "galaxy-importer": lambda: run(
            [importer, "-m", "galaxy_importer.main", environments.tarball()],
            cwd=BUILD,
            environment={
                "GALAXY_IMPORTER_CONFIG": str(ROOT / "tests" / "galaxy-importer.cfg"),
                "PATH": f"{TOOLS}:{os.environ['PATH']}",
            },
            judge=only_importer_problems,
        ),
    }


def main(wanted):
    failed = []
    for name, linter in linters().items():
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        passed, output = linter()
        print(f"lint: {name:<16} {'ok' if passed else 'FAILED':<7} {time.monotonic() - started:5.1f} s", flush=True)
        if not passed:
            failed.append(name)
            print(output.rstrip(), flush=True)
    if failed:
        print(f"lint: {len(failed)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
