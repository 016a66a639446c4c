# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments as they were written, checked against a module's spec, and the API's names for them.

Ansible's own validator fills what is absent with nulls, after which ``automated: {}`` and no ``automated`` look alike.
So the arguments are walked here as they are: names and types are checked, values converted by Ansible's own rules, and
nothing is added.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping
from typing import NamedTuple

from ansible.module_utils.common import validation
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_SCALARS = {
    "bool": (validation.check_type_bool, "true or false"),
    "int": (validation.check_type_int, "a whole number"),
    "float": (validation.check_type_float, "a number"),
    "str": (validation.check_type_str, "text"),
    "path": (validation.check_type_path, "a path"),
}
_names_of: dict[int, tuple[dict, dict[str, str]]] = {}


def plain(value):
    """A value in plain JSON types: Ansible's own kinds of text become text, YAML's dates theirs."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {_text(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return _text(value)


def _text(value) -> str:
    """The text itself. ``str()`` of what is marked as unsafe (``!unsafe``, lookups, results of tasks) is still marked
    before ansible-core 2.19, and PyYAML cannot write that."""
    return str.__str__(str(value))


class _Call(NamedTuple):
    """What is the same for all levels of a call: the module's name, and whether its options tell only a part."""

    module: str
    partial: bool


def check(arguments: Mapping, options: Mapping, module: str, *, partial: bool = False) -> dict:
    """The arguments under the options' own names, converted to their types; what was not written stays absent.

    ``options`` is an argument spec; with ``partial`` what is required within an option may come from elsewhere (a
    document that the options are laid on, another task that declares the rest). Raises MeshError that names the
    option by its path, and the nearest name for one that does not exist.
    """
    return _options(plain(arguments), options, "", _Call(module, partial))


def api_names(written, options: Mapping | None):
    """A tree of checked arguments under the API's names: an option's first alias, or its name when it has none."""
    if isinstance(written, list):
        return [api_names(item, options) for item in written]
    if not isinstance(written, dict) or not options:
        return written
    named = {}
    for name, value in written.items():
        option = options[name]
        api = option.get("aliases") or [name]
        named[api[0]] = api_names(value, option.get("options"))
    return named


def _options(values, options: Mapping, path: str, call: _Call) -> dict:
    names = _names(options)
    checked: dict = {}
    for key, value in values.items():
        where = f"{path}.{key}" if path else key
        name = names.get(key)
        if name is None:
            raise MeshError(_unknown(where, key, names, options, call.module))
        if name in checked:
            raise MeshError(f"{where} is given twice, as {name!r} and under another of its names. Keep one.")
        if value is not None:
            checked[name] = _value(value, options[name], where, call)
    for name, option in options.items():
        if path and not call.partial and option.get("required") and name not in checked:
            raise MeshError(f"{path} lacks {(option.get('aliases') or [name])[0]!r}, which is required.")
    return checked


def _names(options: Mapping) -> dict[str, str]:
    """Every name and alias of a level, to the option's own name. Kept: specs are constants of their modules."""
    kept = _names_of.get(id(options))
    if kept and kept[0] is options:
        return kept[1]
    names = {alias: name for name, option in options.items() for alias in option.get("aliases") or []}
    names.update({name: name for name in options})
    _names_of[id(options)] = (options, names)
    return names


def _unknown(where: str, key: str, names: Mapping, options: Mapping, module: str) -> str:
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if near:
        return f"{where} is not an option of {module}. Did you mean {near[0]!r}?"
    return f"{where} is not an option of {module}. Known here: {', '.join(sorted(options))}."


def _value(value, option: Mapping, where: str, call: _Call):
    kind = option.get("type", "str")
    if kind == "dict":
        return _dict(value, option, where, call)
    if kind == "list":
        return _list(value, option, where, call)
    if kind in _SCALARS:
        value = _scalar(value, kind, where)
    choices = option.get("choices")
    if choices and value not in choices:
        near = difflib.get_close_matches(str(value), list(map(str, choices)), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise MeshError(f"{where} must be one of {', '.join(map(str, choices))}, not {value!r}.{hint}")
    return value


def _dict(value, option: Mapping, where: str, call: _Call) -> dict:
    if not isinstance(value, dict):
        try:
            value = validation.check_type_dict(value)
        except (TypeError, ValueError):
            shown = "text" if isinstance(value, str) and _may_be_secret(value, option) else _shown(value)
            raise MeshError(f"{where} must be a mapping of options, not {shown}.") from None
    suboptions = option.get("options")
    return _options(value, suboptions, where, call) if suboptions else value


def _list(value, option: Mapping, where: str, call: _Call) -> list:
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise MeshError(f"{where} must be a list, not a mapping. Put a '-' before its item.")
        if isinstance(value, bool):
            raise MeshError(f"{where} must be a list, not {_shown(value)}.")
        value = validation.check_type_list(value)
    element = {**option, "type": option.get("elements", "raw")}
    checked = []
    for index, item in enumerate(value):
        if item is None and element["type"] != "raw":
            raise MeshError(f"{where}[{index}] is empty.")
        checked.append(_value(item, element, f"{where}[{index}]", call))
    return checked


def _scalar(value, kind: str, where: str):
    convert, words = _SCALARS[kind]
    try:
        # Ansible would make the text "True" or the number 1 of a YAML true; an API means "true", "yes" or "on".
        if isinstance(value, (dict, list)) or isinstance(value, bool) and kind != "bool":
            raise TypeError
        return convert(value)
    except (TypeError, ValueError):
        hint = " Put quotes around it." if isinstance(value, bool) and kind == "str" else ""
        raise MeshError(f"{where} must be {words}, not {_shown(value)}.{hint}") from None


def _may_be_secret(text: str, option: Mapping) -> bool:
    """Whether text in place of a mapping may be a document, or one of the secrets that the mapping holds."""
    return "\n" in text or len(text) > 40 or _holds_secrets(option)


def _holds_secrets(option: Mapping) -> bool:
    return any(inner.get("no_log") or _holds_secrets(inner) for inner in (option.get("options") or {}).values())


def _shown(value) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)
