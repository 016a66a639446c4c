# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Importing an action, as Ansible's parent does, leaves its workers little to import and nothing to collect."""

from __future__ import annotations

import os
import subprocess
import sys

from playing import COLLECTIONS, ROOT

FILTERS = ROOT / "plugins" / "filter"
PARENT = """
import gc, sys
from ansible_collections.meshops.lifecycle.plugins.plugin_utils import action
names = sorted(name.rpartition(".")[2] for name in sys.modules if ".lifecycle.plugins.filter." in name)
print(*names)
print(gc.get_freeze_count() > 1000)
"""


def test_filters_are_imported_and_what_is_imported_is_not_collected():
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    run = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, text=True, check=True, env=environment)
    names, frozen = run.stdout.splitlines()
    assert names.split() == sorted(path.stem for path in FILTERS.glob("*.py") if path.stem != "__init__")
    assert frozen == "True"


def test_filters_alone_import_no_package_of_the_cluster():
    """The first tasks of a playbook are often Ansible's own; each worker of theirs imports all filters to find one."""
    alone = f"""
import importlib, sys
for name in {sorted(path.stem for path in FILTERS.glob("*.py"))!r}:
    importlib.import_module("ansible_collections.meshops.lifecycle.plugins.filter." + name)
print(*sorted({{"kubernetes", "urllib3", "jmespath"}} & set(sys.modules)))
"""
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    run = subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.split() == []
