# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the filters have in common."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError


def answering(name: str, plugin: str = "filter") -> Callable:
    """A filter (or test) whose MeshError is an error of Ansible that names it; so is input of a wrong shape."""

    def wrapped(function: Callable) -> Callable:
        @functools.wraps(function)
        def called(*arguments, **options):
            try:
                return function(*arguments, **options)
            except MeshError as error:
                raise AnsibleFilterError(f"{name}: {error.message}") from None
            except (AttributeError, KeyError, TypeError) as error:
                what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise AnsibleFilterError(
                    f"{name}: the input does not have the documented form ({what}). See ansible-doc -t {plugin} "
                    f"meshops.lifecycle.{name}."
                ) from None

        return called

    return wrapped


def flag(value) -> bool:
    """A boolean as Ansible understands one; before ansible-core 2.19 templates give texts."""
    return boolean(value, strict=False)


def every_kind() -> dict:
    """The registry of kinds, imported when it is asked for: Ansible loads the files of all filters to find one."""
    from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

    return KINDS


def kinds_of(group: str) -> list:
    """The kinds of an API group and of those below it. Raises MeshError when none is known."""
    found = [kind for kind in every_kind().values() if kind.group == group or kind.group.endswith(f".{group}")]
    if not group or not found:
        groups = sorted({kind.group for kind in every_kind().values() if "." in kind.group})
        raise MeshError(f"no kind of the API group {group!r} is known. Known groups: {', '.join(groups)}.")
    return found


def results_of(results: Iterable) -> Iterator[dict]:
    """Single results among registered ones, those of a loop one by one."""
    for result in results:
        if isinstance(result, dict):
            yield from (one for one in result.get("results", [result]) if isinstance(one, dict))


def label_of(row: dict) -> str:
    """How lines name the object of a row."""
    return f"{row['kind']} {row['namespace']}/{row['name']}" if row.get("namespace") else f"{row['kind']} {row['name']}"


def rows_of(results: Iterable) -> Iterator[dict]:
    """The rows of ``resources`` in registered results."""
    for result in results_of(results):
        yield from (row for row in result.get("resources") or [] if isinstance(row, dict) and "action" in row)
