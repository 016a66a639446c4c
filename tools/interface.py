# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write down of the collection: modules and their options, roles and their variables, playbooks, filters.

`python tools/interface.py [FOLDER]` prints it as JSON. `make release` keeps that of each release in
tests/releases/VERSION, and tests/unit/test_last_release.py compares: what was written for a release goes on working.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
# What of an option somebody may have relied on.
_FACTS = ("type", "elements", "default", "choices", "required", "aliases")


def interface(folder: Path) -> dict[str, Any]:
    """{modules: {name: {path of the option: its facts}}, roles: {name: {…}}, playbooks: [name], filters: [name]}."""
    plugins = folder / "plugins"
    modules = {
        path.stem: options(_arguments(plugins / "module_utils" / "specs" / path.name))
        for path in sorted((plugins / "modules").glob("*.py"))
    }
    roles = {}
    for path in sorted((folder / "roles").glob("*/meta/argument_specs.yml")):
        specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
        roles[path.parents[1].name] = options(specs["main"]["options"])
    return {
        "modules": modules,
        "roles": roles,
        "playbooks": sorted(path.stem for path in (folder / "playbooks").glob("*.yml")),
        "filters": sorted(path.stem for path in (plugins / "filter").glob("*.py") if path.stem != "__init__"),
    }


def text(facts: dict[str, Any]) -> str:
    """The interface as JSON, a module or role on each line: what has changed between two versions is seen."""
    parts = []
    for part, entries in sorted(facts.items()):
        if isinstance(entries, dict):
            lines = (f"  {json.dumps(name)}: {_line(entry)}" for name, entry in sorted(entries.items()))
            parts.append(f" {json.dumps(part)}: {{\n" + ",\n".join(lines) + "\n }")
        else:
            parts.append(f" {json.dumps(part)}: {_line(entries)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def options(arguments: dict[str, Any], above: str = "") -> dict[str, dict[str, Any]]:
    """Options by their path, such as ``spec.hosts``, those in other options as well."""
    flat = {}
    for name, argument in arguments.items():
        path = f"{above}{name}"
        flat[path] = {fact: argument[fact] for fact in _FACTS if argument.get(fact) not in (None, False, [])}
        flat.update(options(argument.get("options") or {}, f"{path}."))
    return flat


def _arguments(path: Path) -> dict[str, Any]:
    arguments: dict[str, Any] = runpy.run_path(str(path))["ARGUMENTS"]
    return arguments


def main() -> int:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    sys.stdout.write(text(interface(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
