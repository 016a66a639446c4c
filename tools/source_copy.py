# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy what git knows of the repository to a folder: `source_copy.py FOLDER`.

ansible-galaxy wants the collection in a folder of its own name, without build products. Committed files
and new ones that are not ignored are copied; what is no longer there is removed from the copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def listed():
    """Paths of committed and new files, relative to the root; links count as files."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return {name for name in names if name and os.path.lexists(ROOT / name)}


def copy(target):
    wanted = listed()
    if target.exists():
        for folder, _folders, files in os.walk(target, topdown=False):
            for name in files:
                path = Path(folder, name)
                if str(path.relative_to(target)) not in wanted:
                    path.unlink()
            if not os.listdir(folder):
                os.rmdir(folder)
    for name in sorted(wanted):
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(destination):
            destination.unlink()
        shutil.copy2(ROOT / name, destination, follow_symlinks=False)
    return len(wanted)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(f"source: {copy(folder)} files → {folder}", flush=True)
