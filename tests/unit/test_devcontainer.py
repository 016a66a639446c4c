# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What .devcontainer promises. Its commands run in a fresh clone by `make environments`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import environments  # noqa: E402
import venvs  # noqa: E402


def test_a_devcontainer_calls_targets_that_are_there_and_names_programs_that_they_make():
    definition = environments.devcontainer(ROOT)
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    make, *called = definition["postCreateCommand"].split()
    assert make == "make" and called and set(called) <= targets
    folder = venvs.core(venvs.MAIN)["folder"]
    for value in definition["customizations"]["vscode"]["settings"].values():
        assert value == f"${{containerWorkspaceFolder}}/{folder}/bin/python"
    assert venvs.CORES[venvs.MAIN][0] in definition["image"]


def test_a_devcontainer_has_what_the_lab_needs():
    definition = environments.devcontainer(ROOT)
    packages = definition["onCreateCommand"].split()
    assert {"make", "iproute2", "iptables"} <= set(packages) and any("jre" in name for name in packages)
    assert {"--cap-add=NET_ADMIN", "--cap-add=SYS_ADMIN"} <= set(definition["runArgs"])
    assert definition["remoteUser"] == "root"
    cache = definition["containerEnv"]["XDG_CACHE_HOME"]
    assert any(f"target={cache}," in mount for mount in definition["mounts"])
