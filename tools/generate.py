#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write what follows from the modules' DOCUMENTATION and the kinds.

That is specs, action stubs, the registry, the action groups, and variables of the role mesh_config for kinds of Istio.

Usage: generate.py [--check]. With --check nothing is written and the exit code is 1 when something would be.
Needs `.build/collections` (see the Makefile) on the path that Ansible finds collections by.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "module_utils"
PACKAGE = "ansible_collections.meshops.lifecycle.plugins"
HEADER = """# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""
# Names for which validate-modules wants a word on whether they are secret.
SECRET_NAME = re.compile(r"pass(?!ive|through)|secret|token|key", re.I)
WIDTH = 120
# What the role mesh_config takes of an object of Istio.
ENTRY = """\
name:
  description: Name of the object.
  type: str
  required: true
namespace:
  description: Its namespace. Defaults to O(mesh_config_set_namespace).
  type: str
labels:
  description: Its labels.
  type: dict
annotations:
  description: Its annotations.
  type: dict
spec:
  description: Its spec, as in Istio's documentation.
  type: dict
  required: true
"""
# Around the generated part of a file that is otherwise written by hand.
BEGIN, END = (f"      # ---- {word} of what `make generate` writes from the kinds ----\n" for word in ("begin", "end"))


def constant(path: Path, name: str) -> str:
    """The string assigned to ``name`` anywhere in a Python file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    raise SystemExit(f"{path} has no {name}")


def documented_options(path: Path) -> dict:
    """The options of a module, its own over those of its fragments."""
    documentation = yaml.safe_load(constant(path, "DOCUMENTATION"))
    options: dict = {}
    for fragment in documentation.get("extends_documentation_fragment") or []:
        source = PLUGINS / "doc_fragments" / f"{fragment.rsplit('.', 1)[-1]}.py"
        if fragment.startswith("meshops.lifecycle."):
            options.update(yaml.safe_load(constant(source, "DOCUMENTATION")).get("options") or {})
    options.update(documentation.get("options") or {})
    return options


def argument_spec(options: dict, secrets: set[str], prefix: str = "") -> dict:
    """DOCUMENTATION's options as an argument spec."""
    spec = {}
    for name, option in options.items():
        where = f"{prefix}{name}"
        made = {"type": option.get("type", "str")}
        for key in ("elements", "choices", "aliases", "default", "required"):
            if key in option:
                made[key] = option[key]
        if where in secrets:
            made["no_log"] = True
        elif SECRET_NAME.search(name):
            made["no_log"] = False
        if option.get("suboptions"):
            made["options"] = argument_spec(option["suboptions"], secrets, f"{where}.")
        spec[name] = made
    return spec


class Source:
    """An argument spec as Python source; subtrees that occur more than once get a name."""

    def __init__(self, spec: dict):
        self.counts: Counter = Counter()
        self._count(spec)
        self.names: dict[str, str] = {}
        self.shared: list[str] = []
        self.text = f"ARGUMENTS = {self._render(spec, 0)}\n"

    def _count(self, spec: dict) -> None:
        for option in spec.values():
            if "options" in option:
                key = repr(option["options"])
                self.counts[key] += 1
                if self.counts[key] == 1:
                    self._count(option["options"])

    def _render(self, value, depth: int) -> str:
        short = repr(value)
        if not isinstance(value, (dict, list)) or len(short) + depth * 4 < WIDTH - 40 and "'options'" not in short:
            return short.replace("'", '"') if '"' not in short else short
        pad, end = "    " * (depth + 1), "    " * depth
        if isinstance(value, list):
            return "[\n" + "".join(f"{pad}{self._render(item, depth + 1)},\n" for item in value) + f"{end}]"
        return (
            "{\n"
            + "".join(f'{pad}"{key}": {self._below(key, item, depth)},\n' for key, item in value.items())
            + f"{end}}}"
        )

    def _below(self, key: str, item, depth: int) -> str:
        if key != "options" or not isinstance(item, dict) or self.counts[repr(item)] < 2:
            return self._render(item, depth + 1)
        text = repr(item)
        if text not in self.names:
            rendered = self._render(item, 0)
            self.names[text] = f"_SHARED_{len(self.names) + 1}"
            self.shared.append(f"{self.names[text]} = {rendered}\n")
        return self.names[text]


def spec_file(name: str, options: dict, secrets: set[str]) -> str:
    source = Source(argument_spec(options, secrets))
    shared = "\n".join(source.shared)
    return (
        f'{HEADER}"""The argument spec of {name}. Written by `make generate` from DOCUMENTATION; do not edit."""\n\n'
        f"from __future__ import annotations\n\n{shared}{chr(10) if shared else ''}{source.text}"
    )


def action_file(name: str) -> str:
    return f'''{HEADER}"""The action of {name}. Written by `make generate`; do not edit."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.modules.{name} import ENTRY
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.action import MeshAction


class ActionModule(MeshAction):
    """Found under the module's own name, so that Ansible imports it once, before it forks."""

    entry = ENTRY
'''


def registry_file() -> str:
    found = []
    for path in sorted((UTILS / "kinds").glob("*/*.py")):
        assigned = {
            getattr(node.targets[0], "id", "")
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
        }
        for name in ("KIND", "KINDS"):
            if name in assigned:
                found.append((path.parent.name, path.stem, name))
    imports = "".join(
        f"from {PACKAGE}.module_utils.kinds.{api} import {stem} as {api}_{stem}\n" for api, stem, _name in found
    )
    single = "".join(f"    {api}_{stem}.KIND,\n" for api, stem, name in found if name == "KIND")
    many = "".join(f"    *{api}_{stem}.KINDS,\n" for api, stem, name in found if name == "KINDS")
    return f'''{HEADER}"""Every kind we know. Written by `make generate`; do not edit.

The imports are static, so that a packed module carries the kinds.
"""

from __future__ import annotations

{imports}
KINDS = {{
    (kind.group, kind.kind): kind
    for kind in (
{"".join("    " + line + chr(10) for line in (single + many).splitlines())}    )
}}
'''


def managed_kind(path: Path) -> str | None:
    """The module of ``kinds`` whose KIND a module manages, where the fields of its ``spec`` are options."""
    if not documented_options(path).get("spec", {}).get("suboptions"):
        return None
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and ".kinds." in node.module and "KIND" in {one.name for one in node.names}:
            return node.module
    return None


def typed_file(modules: list[Path]) -> str:
    """Modules, and the argument specs of ``spec``, by kind; each spec is imported when it is asked for."""
    functions, table, names = "", "", ""
    for path in modules:
        module = managed_kind(path)
        if module:
            kind = importlib.import_module(module).KIND
            functions += (
                f"\n\ndef _{path.stem}() -> dict:\n"
                f"    from {PACKAGE}.module_utils.specs.{path.stem} import ARGUMENTS\n\n"
                '    return ARGUMENTS["spec"]["options"]\n'
            )
            table += f'    ("{kind.group}", "{kind.kind}"): _{path.stem},\n'
            names += f'    ("{kind.group}", "{kind.kind}"): "{path.stem}",\n'
    return f'''{HEADER}"""A kind's module, and the options of its ``spec``, by (group, kind).

Written by `make generate`; do not edit.
The imports are static, so that a packed module carries the specs, and made when a kind is asked for.
"""

from __future__ import annotations
{functions}

MODULES = {{
{names}}}
OPTIONS = {{
{table}}}
'''


def runtime_file(modules: list[Path]) -> str:
    """meta/runtime.yml with the action groups anew; what stands above them stays."""
    path = ROOT / "meta" / "runtime.yml"
    head = path.read_text().split("action_groups:")[0]
    groups = {"mesh": modules, "objects": [one for one in modules if delivers_objects(one)]}
    listed = (
        f"  {name}:\n{''.join(f'    - {one.stem}{chr(10)}' for one in members)}" for name, members in groups.items()
    )
    return head + "action_groups:\n" + "".join(listed)


def delivers_objects(path: Path) -> bool:
    """Whether a module declares objects, which go to the cluster or to Git by the option ``delivery``."""
    return "meshops.lifecycle.delivery" in (
        yaml.safe_load(constant(path, "DOCUMENTATION")).get("extends_documentation_fragment") or []
    )


def mesh_config_files() -> dict[Path, str]:
    """What the role mesh_config has for each kind of Istio: a variable, its default, its documentation."""
    registry = importlib.import_module(f"{PACKAGE}.module_utils.kinds.registry")
    kinds = [kind for kind in registry.KINDS.values() if kind.group.endswith(".istio.io")]
    variables = {f"mesh_config_{words_of(kind.kind, kind.plural)}": kind for kind in kinds}
    role = ROOT / "roles" / "mesh_config"
    head = f"---\n{HEADER}# Written by `make generate` from the kinds; do not edit.\n"
    defaults = "".join(f"{variable}: []\n" for variable in variables)
    options = "".join(
        f"      {variable}:\n        description: Objects of the kind C({kind.kind}), C({kind.group}).\n"
        "        type: list\n        elements: dict\n        default: []\n        options: *object\n"
        for variable, kind in variables.items()
    ).replace("*object\n", f"&object\n{textwrap.indent(ENTRY, ' ' * 10)}", 1)
    names = Counter(kind.kind for kind in registry.KINDS.values())
    documents = "\n     + ".join(
        f"{variable} | meshops.lifecycle.documents('{kind.kind}', namespace=mesh_config_set_namespace"
        + (f", group='{kind.group}')" if names[kind.kind] > 1 else ")")
        for variable, kind in variables.items()
    )
    spec = role / "meta" / "argument_specs.yml"
    before, rest = spec.read_text().split(BEGIN)
    after = rest.split(END)[1]
    return {
        role / "defaults" / "main" / "kinds.yml": head + defaults,
        role / "vars" / "main" / "kinds.yml": f"{head}mesh_config_kind_documents: >-\n  {{{{ {documents} }}}}\n",
        spec: f"{before}{BEGIN}{options}{END}{after}",
    }


def words_of(kind: str, plural: str) -> str:
    """The plural of a kind in snake_case: VirtualService, virtualservices → virtual_services."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*", kind)
    last = plural.removeprefix("".join(words[:-1]).lower())
    return "_".join([*(word.lower() for word in words[:-1]), last])


def secrets_of(name: str) -> set[str]:
    """Secrets of a module: of the connection, of the delivery to Git, and what its Entry adds."""
    options = importlib.import_module(f"{PACKAGE}.module_utils.cluster.options")
    git = importlib.import_module(f"{PACKAGE}.module_utils.programs.git.settings")
    module = importlib.import_module(f"{PACKAGE}.modules.{name}")
    return set(options.SECRETS) | set(git.SECRETS) | set(module.ENTRY.secrets)


def main() -> int:
    check = "--check" in sys.argv[1:]
    sys.path.insert(0, str(ROOT / ".build" / "collections"))
    modules = sorted(path for path in (PLUGINS / "modules").glob("*.py") if path.stem != "__init__")
    for path in modules:  # a new module imports its spec, which has to be there before its secrets can be read
        spec = UTILS / "specs" / f"{path.stem}.py"
        if not spec.exists():
            if check:
                print(f"{spec.relative_to(ROOT)} is missing: run make generate")
                return 1
            spec.write_text(spec_file(path.stem, documented_options(path), set()))
    registry = UTILS / "kinds" / "registry.py"
    wanted = {registry: registry_file()}
    if not registry.exists() or not check and registry.read_text() != wanted[registry]:
        registry.write_text(wanted[registry])  # what is imported from here on asks it
        print(f"written: {registry.relative_to(ROOT)}")
    by_kind = UTILS / "specs" / "by_kind.py"  # modules import it, and it is made of the kinds alone
    wanted[by_kind] = typed_file(modules)
    stale = [by_kind] if not by_kind.exists() or by_kind.read_text() != wanted[by_kind] else []
    if stale and not check:
        by_kind.write_text(wanted[by_kind])
    broken = []
    for path in modules:
        try:
            secrets = secrets_of(path.stem)
        except ImportError as error:  # half-written; the others are still generated
            broken.append(path)
            print(f"{path.relative_to(ROOT)} cannot be imported: {error}")
            continue
        wanted[PLUGINS / "action" / path.name] = action_file(path.stem)
        wanted[UTILS / "specs" / path.name] = spec_file(path.stem, documented_options(path), secrets)
    wanted[ROOT / "meta" / "runtime.yml"] = runtime_file(modules)
    wanted.update(mesh_config_files())
    stale += [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    kept = {path.name for path in modules}
    orphans = [
        path
        for folder in (PLUGINS / "action", UTILS / "specs")
        for path in folder.glob("*.py")
        if path.name not in kept and path.name not in ("__init__.py", "by_kind.py")
    ]
    for path in stale + orphans:
        print(f"{'stale' if check else 'removed' if path in orphans else 'written'}: {path.relative_to(ROOT)}")
    if check:
        return 1 if stale or orphans or broken else 0
    for path in stale:
        path.write_text(wanted[path])
    for path in orphans:
        path.unlink()
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
