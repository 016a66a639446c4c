# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of many objects is there now, with as few requests as the permissions allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import CONNECTIONS

_LIST_FROM = 4  # so many objects of a kind in a namespace are read by one LIST; of Secrets, which are large, never
_LISTED_A_GET = 50  # an estimate: so many objects are listed while one is read alone
_NEVER_LISTED = {("", "Secret")}


def parallel(work, arguments: Iterable) -> list:
    """``work`` for each argument, on as many connections as the session keeps; results in the arguments' order."""
    arguments = list(arguments)
    if len(arguments) < 2:
        return [work(argument) for argument in arguments]
    with ThreadPoolExecutor(min(CONNECTIONS, len(arguments))) as pool:
        return list(pool.map(work, arguments))


def read(resources: Resources, items: list, known: Sequence = (), selector: str = "") -> dict[tuple, dict | None]:
    """The live object of each item by its key, None for those not there. Raises ApiError.

    ``known``: live objects that were read a moment ago, as items; those are not read again. One of another version of
    its kind is, because what is compared has to be of the declared version.
    ``selector``: labels that nearly all of the items have; what a LIST by them does not show is read alone.
    """
    fresh = {(item.key, item.kind.versions): item.desired for item in known}
    groups: dict[tuple, list] = {}
    for item in items:
        if (item.key, item.kind.versions) in fresh:
            continue
        groups.setdefault((item.kind.group, item.kind.kind, item.kind.versions, item.namespace), []).append(item)
    current: dict[tuple, dict | None] = {item.key: fresh.get((item.key, item.kind.versions)) for item in items}
    singles = []
    listed = []
    for (group, kind, _versions, _namespace), members in groups.items():
        many = len(members) >= _LIST_FROM and (bool(selector) or (group, kind) not in _NEVER_LISTED)
        (listed if many else singles).append(members)
    for live, rest in parallel(lambda group: _listed(resources, group, selector), listed):
        current.update(live)
        singles.append(rest)
    flat = [item for members in singles for item in members]
    current.update(
        zip([item.key for item in flat], parallel(lambda item: _get_or_none(resources, item), flat), strict=True)
    )
    return current


def _get_or_none(resources: Resources, item) -> dict | None:
    try:
        return resources.get(item.kind, item.namespace, item.name)
    except NotInstalled:
        return None  # writing says so, or in check mode that it cannot be judged yet


def _listed(resources: Resources, members: list, selector: str) -> tuple[dict[tuple, dict], list]:
    """Live objects of one kind and namespace by key, and the items that are better read one by one: all where a LIST is
    forbidden, the last ones where more pages of other objects would be read for them.
    """
    kind, namespace = members[0].kind, members[0].namespace
    missing, current = {item.name: item for item in members}, {}
    try:
        for page, beyond in resources.pages(kind, namespace, selector):
            for live in page:
                item = missing.pop(live["metadata"]["name"], None)
                if item:
                    current[item.key] = live
            if len(missing) * _LISTED_A_GET < beyond or not missing:
                return current, list(missing.values())
    except NotInstalled:
        return current, []
    except ApiError as error:
        if error.status != 403:
            raise
        return {}, members
    return current, list(missing.values()) if selector else []
