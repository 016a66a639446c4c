# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that an Application gives to a chart or a plugin. Only their names tell which of them are secrets: what is
named like one is hidden, and the rest is shown, so that a diff still says what changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import need, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.marks import UNTOLD, at, mark

HOLDERS = ("helm", "plugin")  # fields of an Application's source with such values below them
_SECRET = re.compile(
    r"passw(or)?d|passphrase|pwd|secret|token|credential|private_?key|(api|access|encryption|signing|master|license)_?key",
    re.I,
)
# What only refers to a secret, or says something about it: existingSecret, secretName, tokenAudience, imagePullSecrets.
_NO_SECRET = re.compile(r"(names?|refs?|files?|paths?|audiences?|ttl|enabled|existing_?secret|pull_?secrets?)$", re.I)
_VALUES = ("value", "string", "array", "map")  # beside the name of a parameter or a variable


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret by all appearances; ``a.b`` is the path of a parameter."""
    plain = name.replace("-", "_")
    return bool(_SECRET.search(plain)) and not _NO_SECRET.search(plain)


def hidden_by_name(value: Any, before: Any = UNTOLD) -> Any:
    """A copy without values whose names are those of secrets; flags stay. ``before`` is what stood there."""
    if isinstance(value, Mapping):
        named = value.get("name")
        secrets = _VALUES if isinstance(named, str) and is_secret_name(named) else ()
        return {key: _below(key, below, at(before, key), key in secrets) for key, below in value.items()}
    if isinstance(value, list):
        return [hidden_by_name(item, at(before, index)) for index, item in enumerate(value)]
    return value


def _below(key: object, value: Any, before: Any, secret: bool) -> Any:
    if secret or is_secret_name(str(key)):
        return _hidden(value, before)
    if key == "values" and isinstance(value, str):
        return _text(value, before)
    return hidden_by_name(value, before)


def _hidden(value: Any, before: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _hidden(below, at(before, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_hidden(item, at(before, index)) for index, item in enumerate(value)]
    return value if value is None or isinstance(value, bool) else mark(value, before)


def _text(text: str, before: Any) -> str:
    """Values as a text of YAML: as it is, unless it has secrets."""
    if not _SECRET.search(text.replace("-", "_")):
        return text
    values = _parsed(text)
    if not isinstance(values, Mapping):
        return mark(text, before)
    shown = hidden_by_name(values, _parsed(before) if isinstance(before, str) else before)
    if shown == values:
        return text
    return yaml.safe_dump(shown, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1000)


def _parsed(text: str) -> Any:
    try:
        need()
        return yaml.safe_load(text)
    except MeshError:  # without PyYAML, arguments are shown along with the refusal
        return None
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
