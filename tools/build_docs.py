# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference of modules and roles as web pages: `build_docs.py .build/docs`, run by .build/venv-tools's Python.

antsibull-docs writes a Sphinx project from the collection that ANSIBLE_COLLECTIONS_PATH finds, and Sphinx the pages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

QUIET = "suppress_warnings=ref.ref,misc.highlighting_failure"


def main(folder):
    binaries = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    steps = {
        "a Sphinx project": [
            "antsibull-docs",
            "sphinx-init",
            "--use-current",
            "--squash-hierarchy",
            "--lenient",
            "--dest-dir",
            str(folder),
            "meshops.lifecycle",
        ],
        "its pages": [
            "antsibull-docs",
            "collection",
            "--use-current",
            "--squash-hierarchy",
            "--dest-dir",
            str(folder / "rst"),
            "meshops.lifecycle",
        ],
        "HTML": [
            "sphinx-build",
            "-q",
            "-b",
            "html",
            "-D",
            QUIET,
            str(folder / "rst"),
            str(folder / "build" / "html"),
            "-c",
            str(folder),
        ],
    }
    for number, (what, command) in enumerate(steps.items(), 1):
        print(f"docs: [{number}/{len(steps)}] {what}", flush=True)
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            print(f"docs: {command[0]} failed, see above", file=sys.stderr)
            return 1
        if number == 1:
            # References into Ansible's own documentation would be fetched; they become plain text.
            with open(folder / "conf.py", "a", encoding="utf-8") as handle:
                handle.write("\nintersphinx_mapping = {}\n")
    print(f"docs: open {folder}/build/html/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
