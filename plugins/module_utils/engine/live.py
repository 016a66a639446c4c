# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of many objects is there now, with as few requests as the permissions allow."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import CONNECTIONS

_LIST_FROM = 4  # so many objects of a kind in a namespace are read by one LIST; of Secrets, which are large, never
_NEVER_LISTED = {("", "Secret")}


def parallel(work, arguments: Iterable) -> list:
    """``work`` for each argument, on as many connections as the session keeps; results in the arguments' order."""
    arguments = list(arguments)
    if len(arguments) < 2:
        return [work(argument) for argument in arguments]
    with ThreadPoolExecutor(min(CONNECTIONS, len(arguments))) as pool:
        return list(pool.map(work, arguments))


def read(resources: Resources, items: list) -> dict[tuple, dict | None]:
    """The live object of each item by its key, None for those not there. Raises ApiError."""
    groups: dict[tuple, list] = {}
    for item in items:
        groups.setdefault((item.kind.group, item.kind.kind, item.namespace), []).append(item)
    found: dict[tuple, dict | None] = {item.key: None for item in items}
    singles = []
    listed = []
    for (group, kind, _namespace), members in groups.items():
        many = len(members) >= _LIST_FROM and (group, kind) not in _NEVER_LISTED
        (listed if many else singles).append(members)
    for members, answer in zip(listed, parallel(lambda group: _listed(resources, group), listed), strict=True):
        if answer is None:
            singles.append(members)
        else:
            found.update(answer)
    flat = [item for members in singles for item in members]
    found.update(zip([item.key for item in flat], parallel(lambda item: _one(resources, item), flat), strict=True))
    return found


def _one(resources: Resources, item) -> dict | None:
    try:
        return resources.get(item.kind, item.namespace, item.name)
    except NotInstalled:
        return None  # writing says so, or in check mode that it cannot be judged yet


def _listed(resources: Resources, members: list) -> dict[tuple, dict] | None:
    """Live objects of one kind and namespace by key; None where a LIST is forbidden."""
    kind, namespace = members[0].kind, members[0].namespace
    wanted = {item.name: item.key for item in members}
    try:
        return {
            wanted[live["metadata"]["name"]]: live
            for live in resources.pages(kind, namespace, None)
            if live["metadata"]["name"] in wanted
        }
    except NotInstalled:
        return {}
    except ApiError as error:
        if error.status == 403:
            return None
        raise
