# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of the playbooks: what each does, the variables that it reads, and the roles and modules behind it.

What a variable means stands once: in the argument specs of a role, in the option of the module that it is given to, or,
for those of the playbooks themselves, in docs/docsite/variables.yml. A variable without a meaning is an error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from .markup import COLLECTION, Writer, code, page_of

_READ = re.compile(r"\{\{[^}]*?\b([a-z][a-z_]+) \| default\((.*?)\)(?: if |[^)]*\}\})", re.S)
_GIVEN = re.compile(r"^\{\{ ([a-z_]+) \| default\((.*)\) \}\}$")


class Undocumented(Exception):
    """A variable of a playbook whose meaning stands nowhere."""


class Variable(NamedTuple):
    name: str
    default: str
    meaning: str  # HTML


class Playbook(NamedTuple):
    name: str
    purpose: str
    plays: list[dict[str, Any]]
    roles: list[str]
    modules: list[str]


def read(path: Path, seen: frozenset[str] = frozenset()) -> Playbook:
    """A playbook, with the plays of those that it imports."""
    text = path.read_text(encoding="utf-8")
    comment = [line[2:] for line in text.splitlines() if line.startswith("# ") and "SPDX" not in line]
    plays: list[dict[str, Any]] = []
    for play in yaml.safe_load(text):
        other = play.get("ansible.builtin.import_playbook")
        plays += read(path.parent / other, seen | {path.stem}).plays if other else [play]
    roles = [role["role"].rpartition(".")[2] for play in plays for role in play.get("roles") or []]
    modules = [
        key for play in plays for task in play.get("tasks") or [] for key in task if key.startswith(f"{COLLECTION}.")
    ]
    return Playbook(path.stem, " ".join(comment), plays, list(dict.fromkeys(roles)), list(dict.fromkeys(modules)))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


def _of_modules(play: dict[str, Any], modules: dict[str, Any]) -> dict[str, Variable]:
    """Variables that are given to an option of a module, whose documentation says what they mean."""
    known = {}
    for task in play.get("tasks") or []:
        for fqcn, arguments in task.items():
            if not fqcn.startswith(f"{COLLECTION}.") or not isinstance(arguments, dict):
                continue
            writer, documented = Writer(fqcn, "module"), modules[fqcn]["doc"]["options"]
            for option, value in arguments.items():
                match = _GIVEN.match(value) if isinstance(value, str) else None
                if match and option in documented:
                    texts = documented[option]["description"]
                    text = writer.inline(texts if isinstance(texts, str) else texts[0])
                    link = f"{page_of(fqcn, 'module')}.html#option-{option}"
                    meaning = f'{_absolute(text, fqcn)} <a href="{link}">{code(option)}</a>'
                    known.setdefault(match[1], Variable(match[1], match[2], meaning))
    return known


def _absolute(text: str, fqcn: str) -> str:
    """Links to options of the module itself lead to its page, because this is another one."""
    return text.replace('href="#', f'href="{page_of(fqcn, "module")}.html#')


def variables(playbook: Playbook, modules: dict[str, Any], own: dict[str, str]) -> list[Variable]:
    """What the playbook reads itself; the variables of its roles are on the pages of the roles. Raises Undocumented."""
    found: dict[str, Variable] = {}
    for play in playbook.plays:
        given = _of_modules(play, modules)
        for text in _strings(
            {key: value for key, value in play.items() if key not in ("vars", "pre_tasks", "post_tasks")}
        ):
            for name, default in re.findall(r"\b([a-z]+_[a-z_]+) \| default\(([^()]*|\{.*?\}\}|\[.*?\])\)", text):
                if name in given:
                    found.setdefault(name, given[name])
                elif name in own:
                    found.setdefault(name, Variable(name, default, own[name]))
                else:
                    raise Undocumented(
                        f"{playbook.name}.yml reads {name}, which docs/docsite/variables.yml does not explain"
                    )
    return list(found.values())


def _row(variable: Variable) -> str:
    default = (
        "" if variable.default in ("omit", "") else f'<br><span class="type">default</span> {code(variable.default)}'
    )
    return f'<tr id="variable-{variable.name}"><td>{code(variable.name)}{default}</td><td>{variable.meaning}</td></tr>'


def page(playbook: Playbook, modules: dict[str, Any], own: dict[str, str]) -> str:
    rows = "".join(map(_row, variables(playbook, modules, own)))
    links = [f"[role {role}]({role}_role.md)" for role in playbook.roles]
    links += [f"[{fqcn.rpartition('.')[2]}]({page_of(fqcn, 'module')}.md)" for fqcn in playbook.modules]
    more = "The variables of its roles are on their pages." if playbook.roles else ""
    return (
        f"# Playbook {playbook.name}\n\n{playbook.purpose}\n\n"
        f"```console\n$ ansible-playbook {COLLECTION}.{playbook.name} -i inventory.yml\n```\n\n"
        f"Made of: {', '.join(links)}. {more}\n\n## Variables\n\n"
        f'<table class="short"><tbody>{rows}</tbody></table>\n'
    )


def write(folder: Path, root: Path, modules: dict[str, Any]) -> None:
    """A page for each playbook, and one that lists them. Raises Undocumented."""
    own = yaml.safe_load((root / "docs/docsite/variables.yml").read_text(encoding="utf-8"))
    lines, pages = [], []
    for path in sorted((root / "playbooks").glob("*.yml")):
        playbook = read(path)
        (folder / f"{path.stem}_playbook.md").write_text(page(playbook, modules, own), encoding="utf-8")
        pages.append(f"{path.stem}_playbook")
        lines.append(f"| [{path.stem}]({path.stem}_playbook.md) | {playbook.purpose} |")
    tree = "\n".join(["```{toctree}", ":hidden:", "", *pages, "```"])
    table = "\n".join(["| playbook | what it does |", "|---|---|", *lines])
    how = f"Each runs on its own: `ansible-playbook {COLLECTION}.NAME -i inventory.yml`."
    text = f"# Playbooks\n\n{how}\n\n{table}\n\n{tree}\n"
    (folder / "playbooks.md").write_text(text, encoding="utf-8")
