# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that nobody knows, each with the one that was probably meant."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

# By libyaml where it is there: an argument spec of a role takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COLLECTION = Path(__file__).resolve().parents[2]


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """The names that are not known, as "meshconfig (did you mean mesh_config?)"."""
    known = list(known)
    answers = []
    for name in sorted(set(map(str, names)) - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        answers.append(f"{name} (did you mean {near[0]}?)" if near else name)
    return answers


@functools.cache  # in one template the names are asked for twice
def known_variables(prefix: str) -> set[str]:
    """Variables with this prefix that the roles and playbooks of the collection know: those that their files mention.

    A variable that no file mentions changes nothing, whatever its value.
    """
    pattern = re.compile(rf"(?<![\w.]){prefix}\w+")
    found: set[str] = set()
    for folder in _folders(prefix):
        for path in folder.rglob("*.yml"):
            found.update(pattern.findall(path.read_text(encoding="utf-8")))
    return found


@functools.cache
def internal_variables(prefix: str) -> set[str]:
    """Variables with this prefix that the collection computes for itself: those of an inventory have no effect.

    They stand in files of ``vars``, or are the item of a loop or the result of a task.
    """
    of_vars = re.compile(rf"^({prefix}\w+):", re.M)
    of_tasks = re.compile(rf"^\s+(?:register|loop_var): ({prefix}\w+)$", re.M)
    names: set[str] = set()
    for folder in _folders(prefix):
        for path in folder.rglob("*.yml"):
            text = path.read_text(encoding="utf-8")
            names.update(of_tasks.findall(text))
            if "vars" in path.relative_to(folder).parts:
                names.update(of_vars.findall(text))
    return names


def no_longer_text(prefix: str, variables: Mapping[str, Any]) -> list[str]:
    """Variables of the prefix's role whose option is text and whose value is none.

    YAML has read ``1.30`` as 1.3, ``0123`` as 83, ``NO`` as false and ``12:30:45`` as a number, and what was written is
    lost. Templates are not evaluated.

    A whole number is accepted where the option's default is one.
    """
    doubtful = {
        str(name)
        for name, value in variables.items()
        if str(name).startswith(prefix) and isinstance(value, (int, float, date))
    }
    options = _options(prefix) if doubtful else {}
    return [
        name
        for name in sorted(doubtful & options.keys())
        if options[name].get("type", "str") == "str" and not _counts(options[name], variables[name])
    ]


def without_text(prefix: str, variables: Mapping[str, Any], evaluate: Callable[[str], Any]) -> list[str]:
    """Variables of the prefix's role that are empty, or null, and must not be, each with what to do.

    ``mesh_config_set_namespace:`` with nothing behind it, or a template that evaluates to nothing, would put the set
    into whatever namespace the kubeconfig names. ``evaluate`` evaluates a template; one that fails is left to the task
    that uses it.
    """
    needed = {name: option for name, option in _options(prefix).items() if _needs_text(name, option)}
    return [
        f"{name} (it is empty: {_way_out(option)})"
        for name, option in sorted(needed.items())
        if name in variables and _is_empty(variables[name], evaluate)
    ]


def _needs_text(name: str, option: Mapping[str, Any]) -> bool:
    """What must be given, and names of namespaces and sets. Any other text may be empty."""
    text = option.get("type", "str") == "str" and not option.get("choices")
    named = name.endswith(("namespace", "_set")) and option.get("default")
    return text and bool(option.get("required") or named)


def _is_empty(value: Any, evaluate: Callable[[str], Any]) -> bool:
    if isinstance(value, str) and "{{" in value:
        try:
            value = evaluate(value)
        except Exception:  # of whichever filter or lookup it calls
            return False
    return value is None or isinstance(value, str) and not value.strip()


def _way_out(option: Mapping[str, Any]) -> str:
    return "it has to be given" if option.get("required") else f"leave it out for its default, {option['default']}"


@functools.cache
def _options(prefix: str) -> dict[str, Any]:
    """The options of the role with this prefix, by name."""
    path = _COLLECTION / "roles" / prefix.rstrip("_") / "meta" / "argument_specs.yml"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=_LOADER)["argument_specs"]["main"].get("options") or {}


def _counts(option: Mapping[str, Any], value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and str(option.get("default", "")).isdigit()


def _folders(prefix: str) -> list[Path]:
    """The role's own files where the prefix is a role's, or else those of all roles and playbooks."""
    role = _COLLECTION / "roles" / prefix.rstrip("_")
    return [role, _COLLECTION / "playbooks"] if role.is_dir() else [_COLLECTION / "roles", _COLLECTION / "playbooks"]
