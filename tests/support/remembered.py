# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each run of ansible-playbook reads anew and is always the same, remembered by the server that forks the runs.

That is the documentation of plugins and the routing of collections, which Ansible parses as YAML (half of the
processor's time of a short playbook), and the collection's Python code, which Ansible's loader compiles without keeping
it. A run that misses a text leaves it for the server, which has it parsed for the next ones; a run takes each parsed
text once, so that it gets its own. Nothing of playbooks, inventories and variables is remembered.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import tempfile
from importlib.machinery import SourceFileLoader
from pathlib import Path

import ansible.utils.collection_loader._collection_finder as finder
import yaml

# The modules of Ansible that read documentation; what others load (playbooks) is not touched.
READERS = ("ansible.plugins.loader", "ansible.parsing.plugin_docs", "ansible.utils.plugin_docs")

_parsed: dict[bytes, object] = {}
_load, _routing = yaml.load, finder._meta_yml_to_dict
_parsers = {"documentation": lambda text, loader: _load(text, Loader=loader), "routing": lambda *args: _routing(*args)}


def begin(folder: Path, compiled: Path) -> None:
    """In the server, before the first fork. ``folder``: where runs leave what they miss; ``compiled``: for bytecode."""
    sys.pycache_prefix, sys.dont_write_bytecode = str(compiled), False

    def load(stream, Loader):
        reader = sys._getframe(1).f_globals.get("__name__")
        if isinstance(stream, str) and reader in READERS:
            return _once(folder, "documentation", stream, Loader)
        return _load(stream, Loader=Loader)

    yaml.load = load
    finder._meta_yml_to_dict = lambda *args: _once(folder, "routing", *args)
    finder._AnsibleCollectionPkgLoaderBase.get_code = _code


def learn(folder: Path) -> None:
    """In the server, between two runs: parse what the last one missed."""
    for path in folder.glob("missed-*"):
        wish = path.read_bytes()
        path.unlink()
        if wish not in _parsed:
            kind, arguments = pickle.loads(wish)
            _parsed[wish] = _parsers[kind](*arguments)


def _once(folder, kind, *arguments):
    wish = pickle.dumps((kind, arguments))
    if wish in _parsed:
        return _parsed.pop(wish)
    descriptor, path = tempfile.mkstemp(prefix="new-", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(wish)
    os.rename(path, path.replace("new-", "missed-"))
    return _parsers[kind](*arguments)


_compile = finder._AnsibleCollectionPkgLoaderBase.get_code


def _code(self, fullname):
    """The code of a collection's module, from bytecode where its file is as it was."""
    filename = self.get_filename(fullname) or ""
    if not self._compiled_code and filename.endswith(".py"):
        with contextlib.suppress(OSError, ImportError):
            self._compiled_code = SourceFileLoader(fullname, filename).get_code(fullname)
    return _compile(self, fullname)
