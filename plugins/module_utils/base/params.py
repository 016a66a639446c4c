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
import math
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
_TEXTS = ("text", "a path")  # what those are that take text alone
# Below spec: mappings of text to text, by their last name, in both spellings.
_TEXT_MAPS = (
    "match_labels matchLabels labels annotations source_labels sourceLabels common_labels commonLabels "
    "common_annotations commonAnnotations set add map values environment_variables environmentVariables "
    "endpoint_params endpointParams"
)
TEXT_MAPS = frozenset(_TEXT_MAPS.split())
_names_of: dict[tuple[int, bool], tuple[dict, dict[str, str]]] = {}


class _Lost(Exception):
    """A value whose text is not there any more, or which JSON cannot hold; says what to do."""


def plain(value):
    """A value in plain JSON types: Ansible's tagged strings become strings, YAML's days their text.

    What YAML or Ansible has already made something else of, so that its text is lost, is refused: a time, a key that
    is true or a fraction, a number that no JSON has. Raises MeshError that names it by its path.
    """
    try:
        return _plain(value)
    except _Lost:
        path, problem = _lost_at(value, "")
        raise MeshError(f"{path or 'The value'} {problem}") from None


def _plain(value):
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, (bool, int, float)):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        raise _Lost("is a timestamp, and YAML has not kept its text. Put quotes around it.")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return _text(value.decode("utf-8", "surrogateescape"))
    return _text(str(value))


def _lost_at(value, path: str) -> tuple[str, str]:
    """The path of the first value that is lost, and the problem with it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            try:
                name = _key(key)
            except _Lost as problem:
                return path, str(problem)
            if _is_lost(item):
                return _lost_at(item, f"{path}.{name}" if path else name)
    if isinstance(value, (list, tuple, set)):
        for index, item in enumerate(value):
            if _is_lost(item):
                return _lost_at(item, f"{path}[{index}]")
    try:
        _plain(value)
    except _Lost as problem:
        return path, str(problem)
    return path, ""


def _is_lost(value) -> bool:
    try:
        _plain(value)
    except _Lost:
        return True
    return False


def _key(key) -> str:
    if isinstance(key, str):
        return _text(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    if isinstance(key, datetime.date) and not isinstance(key, datetime.datetime):
        return key.isoformat()
    shown = str(key)
    if isinstance(key, bool):
        shown = "true, which may have been yes or on" if key else "false, which may have been no or off"
    raise _Lost(f"has a key that is not text ({'null' if key is None else shown}). Put quotes around the key.")


def _text(text: str) -> str:
    """The text itself. ``str()`` of what is marked as unsafe (``!unsafe``, lookups, results of tasks) is still marked
    before ansible-core 2.19, and PyYAML cannot write that."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _Lost(
                f"is not text: character {error.start + 1} is half of a character, or a byte that is not UTF-8. "
                "Binary data "
                "belongs in base64."
            ) from None
    return str.__str__(str(text))


def _number(value):
    if isinstance(value, float) and not math.isfinite(value):
        raise _Lost(f"is {value}, which is not a number in JSON. If you mean the text, put quotes around it.")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise _Lost("has more digits than Kubernetes stores for a number. If you mean the text, put quotes around it.")
    return value


class _Call(NamedTuple):
    """What is the same for all levels of a call.

    ``what``: what a name has to be ("an option of istio_virtualservice"); ``partial``: whether it tells only a part;
    ``api``: whether only the API's own names are known; ``label``: what the errors below ``spec`` begin with;
    ``way_out``: a sentence for an unknown name below ``spec``.
    """

    what: str
    partial: bool
    api: bool = False
    label: str = ""
    way_out: str = ""

    def error(self, where: str, problem: str, *, unknown: bool = False) -> MeshError:
        """The error about one option, by its path."""
        below = where.startswith(("spec.", "spec[")) or where == "spec"
        label = f"{self.label}: " if self.label and below else ""
        way_out = f" {self.way_out}" if unknown and below and self.way_out else ""
        return MeshError(f"{label}{where} {problem}{way_out}")


def check(arguments: Mapping, options: Mapping, module: str, *, partial: bool = False) -> dict:
    """The arguments under the options' own names, converted to their types; what was not written stays absent.

    ``options`` is an argument spec; with ``partial`` what is required within an option may come from elsewhere (a
    document that the options are laid on, another task that declares the rest). Raises MeshError that names the
    object, the option by its path, and the nearest name for one that does not exist.
    """
    name, namespace = arguments.get("name"), arguments.get("namespace")
    label = f"{module} {f'{namespace}/' if namespace else ''}{name}" if isinstance(name, str) and name else ""
    way_out = "Put fields that are newer than this module under spec_extra." if "spec_extra" in options else ""
    call = _Call(f"an option of {module}", partial, label=label, way_out=way_out)
    return _options(plain(arguments), options, "", call)


def check_document(document: dict, options: Mapping, kind: str, way_out: str, *, partial: bool = False) -> dict:
    """A document whose ``spec`` has the types that ``options`` give it, without the nulls of typed fields.

    ``options`` is the argument spec of ``spec`` alone, whose API names are the only ones known; ``way_out`` is a
    sentence for a field that is not. Raises MeshError that names the field by its path.
    """
    call = _Call(f"a field of {kind}", partial, api=True, way_out=way_out)
    checked = _value(document["spec"], {"type": "dict", "options": options}, "spec", call)
    return {**document, "spec": api_names(checked, options)}


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
    names = _names(options, call.api)
    checked: dict = {}
    for key, value in values.items():
        where = f"{path}.{key}" if path else key
        name = names.get(key)
        if name is None:
            raise call.error(where, _unknown(key, names, call), unknown=True)
        if name in checked:
            raise call.error(
                where, f"is given twice, as {name!r} and under another of its names. Use only one of them."
            )
        if value is not None:
            if isinstance(value, dict) and options[name].get("type") == "str" and f"{name}_object" in options:
                object_name = next((alias for alias, own in names.items() if own == f"{name}_object"), "")
                raise call.error(where, f"must be text, not a mapping. Put a mapping under {object_name!r}.")
            checked[name] = _value(value, options[name], where, call)
    for name, option in options.items():
        if path and not call.partial and option.get("required") and name not in checked:
            raise call.error(path, f"has no {(option.get('aliases') or [name])[0]!r}, which is required.")
    return checked


def _names(options: Mapping, api: bool) -> dict[str, str]:
    """Every name and alias of a level, or the API's name alone, to the option's own name.

    Kept: specs are constants of their modules.
    """
    key = id(options), api
    kept = _names_of.get(key)
    if kept and kept[0] is options:
        return kept[1]
    if api:
        names = {(option.get("aliases") or [name])[0]: name for name, option in options.items()}
    else:
        names = {alias: name for name, option in options.items() for alias in option.get("aliases") or []}
        names.update({name: name for name in options})
    _names_of[key] = (options, names)
    return names


def _unknown(key: str, names: Mapping, call: _Call) -> str:
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if near:
        return f"is not {call.what}. Did you mean {near[0]!r}?"
    known = sorted(names) if call.api else sorted(set(names.values()))
    return f"is not {call.what}. Known: {', '.join(known)}."


def _value(value, option: Mapping, where: str, call: _Call):
    kind = option.get("type", "str")
    if kind == "dict":
        return _dict(value, option, where, call)
    if kind == "list":
        return _list(value, option, where, call)
    if kind in _SCALARS:
        value = _scalar(value, kind, where, call, bool(option.get("no_log")))
    choices = option.get("choices")
    if choices and value not in choices:
        near = difflib.get_close_matches(str(value), list(map(str, choices)), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise call.error(where, f"must be one of {', '.join(map(str, choices))}, not {value!r}.{hint}")
    return value


def _dict(value, option: Mapping, where: str, call: _Call) -> dict:
    if not isinstance(value, dict):
        try:
            if call.api:  # a document says what it means; an option may come as text, from a survey
                raise TypeError
            value = validation.check_type_dict(value)
        except (TypeError, ValueError):
            shown = "text" if isinstance(value, str) and _may_be_secret(value, option) else _shown(value)
            raise call.error(where, f"must be a mapping{'' if call.api else ' of options'}, not {shown}.") from None
    suboptions = option.get("options")
    if suboptions:
        return _options(value, suboptions, where, call)
    if where.startswith("spec.") and where.rsplit(".", 1)[1] in TEXT_MAPS:
        _check_texts(value, where, call)
    return value


def _check_texts(mapping: dict, where: str, call: _Call) -> None:
    for key, value in mapping.items():
        if value is not None and not isinstance(value, str):
            raise call.error(f"{where}.{key}", f"must be text, not {_shown(value)}.{quotes(value)}")


def _list(value, option: Mapping, where: str, call: _Call) -> list:
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise call.error(where, "must be a list, not a mapping. Put a '-' before its item.")
        if isinstance(value, bool) or call.api:
            raise call.error(where, f"must be a list, not {_shown(value)}.")
        value = validation.check_type_list(value) if isinstance(value, str) else [value]
    element = {**option, "type": option.get("elements", "raw")}
    if element["type"] == "list":  # a spec of Ansible's describes one level of lists; what is below is text with us
        element["elements"] = "str"
    checked = []
    for index, item in enumerate(value):
        if item is None and element["type"] != "raw":
            raise call.error(f"{where}[{index}]", "is empty.")
        checked.append(_value(item, element, f"{where}[{index}]", call))
    return checked


def _scalar(value, kind: str, where: str, call: _Call, secret: bool):
    convert, words = _SCALARS[kind]
    try:
        # Text from a template, a survey or the command line becomes what the option is. The other way round there is no
        # way: YAML has made 1.1 of 1.10, 83 of 0123 and true of yes.
        if isinstance(value, (dict, list)) or isinstance(value, bool) and kind != "bool":
            raise TypeError
        if words in _TEXTS and not isinstance(value, str):
            raise TypeError
        return convert(value)
    except (TypeError, ValueError):
        shown = _shown(value)
        if secret and not isinstance(value, (dict, list, bool)):
            shown = "text" if isinstance(value, str) else "a number"
        raise call.error(where, f"must be {words}, not {shown}.{quotes(value) if words in _TEXTS else ''}") from None


def quotes(value) -> str:
    """What to do about a value that should have been text, as a further sentence; empty for lists and mappings."""
    if isinstance(value, bool):
        return " Put quotes around it."
    if isinstance(value, (int, float)):
        return " Put quotes around it; the result of a template becomes text by '| string'."
    return ""


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
