# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading objects, for the info modules."""

from __future__ import annotations

import difflib

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import jmespath
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change, diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Failures, Progress, predicate
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS


def run(task: Task) -> dict:
    """The ``run`` of mesh_info. Raises MeshError."""
    resources = task.resources
    search = compiled(task.params.get("query"))
    kind = known_kind(resources, task.params["kind"], task.params.get("api_version"))
    waits = task.params.get("wait") and not task.check
    objects = _awaited(task, resources, kind) if waits else read(resources, kind, task.params)
    return answer(objects, search, kind)


def _awaited(task: Task, resources: Resources, kind: Kind) -> list[dict]:
    """The objects that are chosen, when there are some and all of them are ready. Raises MeshError.

    They are read again and again and not watched: what is not there yet has nothing to begin a watch at.
    """
    judge = predicate(kind, task.params.get("wait_for"))
    deadline, failures = Deadline(task.params["wait_timeout"]), Failures()
    label = f"{kind.kind} {task.params.get('name') or 'that is selected'}"
    progress, missing = Progress(task, label, deadline), "there is none"
    for _turn in pauses(deadline, first=0.2, most=3.0, factor=2):
        objects = read(resources, kind, task.params)
        pending = [(live, judge(live)) for live in objects]
        pending = [(live, readiness) for live, readiness in pending if readiness.state != "ready"]
        if objects and not pending:
            return objects
        for live, readiness in pending:
            place = "/".join(filter(None, (live["metadata"].get("namespace"), live["metadata"]["name"])))
            if readiness.state == "failed" and not failures.patience_left(place, readiness):
                raise MeshError(f"{kind.kind} {place} failed: {readiness.message}")
        waiting = [f"{live['metadata']['name']}: {readiness.message}" for live, readiness in pending]
        missing = few(waiting) if waiting else "there is none"
        progress.say(missing)
    raise MeshError(
        f"{label} was not ready after {int(deadline.elapsed)} s: {missing}. A longer wait_timeout may help."
    )


def read(resources: Resources, kind: Kind, params: dict) -> list[dict]:
    """The objects that ``name``, ``namespace`` and the selectors choose; none where there are none.

    Without a namespace those of all namespaces. Raises MeshError.
    """
    name, namespace = params.get("name"), params.get("namespace")
    labels, fields = (",".join(params.get(f"{what}_selectors") or []) or None for what in ("label", "field"))
    try:
        if name and (namespace or not kind.namespaced) and not labels and not fields:
            live = resources.get(kind, namespace, name)
            return [live] if live else []
        objects = resources.list(kind, namespace, labels, fields)
    except MeshError as error:
        if isinstance(error, ApiError):
            raise change.explained(error, kind, namespace, name or "*") from None
        raise
    return [live for live in objects if not name or live["metadata"]["name"] == name]


def known_kind(resources: Resources, name: str, api_version: str | None) -> Kind:
    """The kind of a name, and of an apiVersion where two APIs have a kind of that name. Raises MeshError."""
    group = api_version.rpartition("/")[0] if api_version else None
    kinds = [kind for kind in KINDS.values() if kind.kind == name and group in (None, kind.group)]
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        choices = " or ".join(sorted(kind.api_versions[0] for kind in kinds))
        raise MeshError(f"There is more than one {name}: say which by api_version: {choices}.")
    if not api_version:
        near = difflib.get_close_matches(name, {kind.kind for kind in KINDS.values()}, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise MeshError(f"{name} is not a known kind.{hint} Of any other kind, say the api_version.")
    return resources.served_kind(api_version, name)


def compiled(expression: str | None, option: str = "query"):
    """A JMESPath expression, compiled, or None. Raises MeshError that names the option for a bad one."""
    if not expression:
        return None
    try:
        return jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        raise MeshError(f"{option} is not JMESPath: {str(error).splitlines()[0]}") from None


def answer(objects: list[dict], search, kind: Kind) -> dict:
    """The result contract of an info module: the objects, secrets masked, or what ``query`` makes of them.

    Not both: whoever asks for three names of a thousand objects does not want the objects as well.
    """
    shown = [diff.masked(live, kind.secret_fields) for live in objects]
    if search is not None:
        return {"changed": False, "result": search.search(shown)}
    return {"changed": False, "resources": shown}
