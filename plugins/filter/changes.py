# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What tasks of this collection changed, one line for each object."""

from __future__ import annotations

DOCUMENTATION = r"""
name: changes
short_description: List what tasks of this collection changed, one line per object
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads registered results of the modules of this collection, and lists what they created, changed, deleted or pushed.
    In check mode that is what a run would do.
  - Of a workload whose pods are replaced, the line says so.
  - A Helm release whose chart has another version than before, and an Application whose source has another revision, is a
    line with both. So is an object that was left as it is, because an operation such as a traffic shift holds it.
options:
  _input:
    description: Registered results, those of loops included. Anything that is not a result of a module is ignored.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: What changed
  ansible.builtin.debug:
    msg: "{{ [routes_result, release_result] | meshops.lifecycle.changes }}"
"""

RETURN = r"""
_value:
  description: Lines such as V(changed VirtualService shop/reviews).
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import (
    answering,
    label_of,
    results_of,
    rows_of,
)


@answering("changes")
def changes(results):
    """The lines, in the order of the results; one for an object that two tasks change, as check mode predicts both."""
    lines = (line for result in results_of(results) for line in (*changed(result), *_left(result)))
    return list(dict.fromkeys(lines))


def changed(result):
    """The lines of one result."""
    before, after = (result.get(key) or {} for key in ("previous", "release"))
    if before and before.get("chart_version") != after.get("chart_version"):
        yield (
            f"changed release {after['namespace']}/{after['name']} from {before.get('chart')} "
            f"{before['chart_version']} to {after['chart_version']}"
        )
    for revision in result.get("revisions") or []:
        row = result["resources"][0]
        yield (
            f"changed {row['kind']} {row['namespace']}/{row['name']} from {revision['path']} {revision['from']} "
            f"to {revision['to']}"
        )
    for row in rows_of([result]):
        if row["action"] != "unchanged":
            yield f"{row['action']} {label_of(row)}{', which replaces its pods' if row.get('restarts') else ''}"
    if result.get("pushed"):
        yield f"pushed commit {result['commit'][:8]} to {result['branch']}"


def _left(result):
    """Objects that are not as declared, because unfinished work holds them."""
    for row in rows_of([result]):
        if row.get("held_by"):
            yield f"left as it is {label_of(row)}, held by {row['held_by']}"


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"changes": changes}
