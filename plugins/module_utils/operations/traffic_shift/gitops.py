# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Argo CD would undo a shift, which setting is missing, and pausing it for the time of a shift.

Sources: Argo CD, docs/user-guide: diffing.md, sync-options.md (RespectIgnoreDifferences), auto_sync.md,
resource_tracking.md.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import tracked_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

Document = dict[str, Any]
_RESPECT = "RespectIgnoreDifferences=true"
_SIMPLE = re.compile(r"(\.[A-Za-z]+\??|\[\d*\]\??|\.\[\d*\]\??)+")  # a path of jq without a filter


@dataclass(frozen=True)
class Verdict:
    """What an Application does to a route.

    ``missing``: the settings by which it would leave the weights, in words; ``reverts``: whether it needs nobody to set
    them back.
    """

    label: str
    reverts: bool
    missing: tuple[str, ...]


def application_of(resources: Resources, live: Document) -> Document | None:
    """The Application that tracks a live object, or None."""
    name = tracked_by(live)
    if not name:
        return None
    try:
        applications = resources.list(APPLICATION)
    except (ApiError, NotInstalled):
        return None
    for application in applications:  # one of another namespace than Argo CD's own is tracked as NAMESPACE_NAME
        metadata = application["metadata"]
        if name in (metadata["name"], f"{metadata['namespace']}_{metadata['name']}"):
            return application
    return None


def verdict(application: Document, route: Route, paths: list[str]) -> Verdict:
    """What Argo CD would do to these fields (JSON pointers) of a route, by the Application's own settings."""
    spec = application.get("spec") or {}
    automated = (spec.get("syncPolicy") or {}).get("automated")
    active = automated is not None and automated.get("enabled") is not False
    missing = []
    uncovered = [path for path in paths if not _is_ignored(spec, route, path)]
    if uncovered:
        expression = _expression(uncovered[0])
        missing.append(f"ignoreDifferences of {route.kind.kind} with jqPathExpressions: [{expression}]")
    if _RESPECT not in ((spec.get("syncPolicy") or {}).get("syncOptions") or []):
        missing.append(f"the sync option {_RESPECT}")
    metadata = application["metadata"]
    label = APPLICATION.label(metadata.get("namespace"), metadata["name"])
    heals = active and bool((automated or {}).get("selfHeal"))
    return Verdict(label, heals and bool(missing), tuple(missing))


def _is_ignored(spec: Document, route: Route, path: str) -> bool:
    for rule in spec.get("ignoreDifferences") or []:
        if not fnmatch.fnmatchcase(route.kind.group, str(rule.get("group") or "")):
            continue
        if not fnmatch.fnmatchcase(route.kind.kind, str(rule.get("kind") or "")):
            continue
        if rule.get("name") not in (None, "", route.name) or rule.get("namespace") not in (None, "", route.namespace):
            continue
        if owners.SHIFT in (rule.get("managedFieldsManagers") or []):
            return True
        if any(path == pointer or path.startswith(f"{pointer}/") for pointer in rule.get("jsonPointers") or []):
            return True
        if any(_covers(str(expression), path) for expression in rule.get("jqPathExpressions") or []):
            return True
    return False


def _covers(expression: str, path: str) -> bool:
    """Whether a path of jq selects a field, or something that contains it. One with filters is not understood."""
    text = "".join(expression.split())
    if not _SIMPLE.fullmatch(text):
        return False
    parts = [part for part in re.split(r"[.?\[]+", text.replace("[]", "[*]").replace("]", "")) if part]
    wanted = path.strip("/").split("/")
    return len(parts) <= len(wanted) and all(part in ("*", there) for part, there in zip(parts, wanted))


def _expression(path: str) -> str:
    """The path of jq that covers a field in all of its rules and targets."""
    parts = path.strip("/").split("/")
    return "".join("[]" if part.isdigit() else f".{part}" for part in parts)


def is_generated(application: Document) -> bool:
    """Whether an ApplicationSet would take back what is changed in the Application."""
    return any(owner.get("kind") == "ApplicationSet" for owner in application["metadata"].get("ownerReferences") or [])


def automation(application: Document) -> Document | None:
    """What a journal keeps of automated sync that is on, for :func:`pause` and :func:`resume`; None where it is off."""
    metadata = application["metadata"]
    automated = ((application.get("spec") or {}).get("syncPolicy") or {}).get("automated")
    if automated is None or automated.get("enabled") is False:
        return None
    return {"namespace": metadata["namespace"], "name": metadata["name"], "enabled": automated.get("enabled")}


def pause(resources: Resources, kept: Document) -> None:
    """Turn automated sync off. Raises MeshError."""
    _set_enabled(resources, kept, False)


def resume(resources: Resources, kept: Document) -> None:
    """Turn automated sync on again, as it was. Raises MeshError."""
    _set_enabled(resources, kept, kept["enabled"])


def _set_enabled(resources: Resources, kept: Document, enabled: bool | None) -> None:
    """Only where it differs; by a merge patch, in which None takes the field out, which means on."""
    namespace, name = kept["namespace"], kept["name"]
    try:
        application = resources.get(APPLICATION, namespace, name)
        automated = (((application or {}).get("spec") or {}).get("syncPolicy") or {}).get("automated")
        if automated is not None and automated.get("enabled") is not enabled:
            body = {"spec": {"syncPolicy": {"automated": {"enabled": enabled}}}}
            resources.patch(APPLICATION, namespace, name, body, manager=owners.SHIFT)
    except ApiError as error:
        raise explained(error, APPLICATION, namespace, name) from None


def before_a_shift(task: Task, route: Route, live: Document, paths: list[str]) -> tuple[list[str], Document | None]:
    """What keeps a shift from beginning, each without a full stop; and the automated sync that is to be paused."""
    way = task.params["argocd"]
    if way == "ignore" or not tracked_by(live):
        return [], None
    application = application_of(task.resources, live)
    if application is None:
        task.warn(
            f"{route.label} is tracked by Application {tracked_by(live)} of Argo CD, which cannot be read. It may "
            "revert weights."
        )
        return [], None
    conflict = verdict(application, route, paths)
    missing = " and ".join(conflict.missing)
    if way == "pause" and conflict.missing:
        kept = automation(application)
        if kept and is_generated(application):
            return [
                f"{conflict.label} is generated by an ApplicationSet, which would turn its automated sync on again. "
                "Set ignoreApplicationDifferences in the ApplicationSet, or ignoreDifferences in its template"
            ], None
        return [], kept
    if conflict.reverts:
        return [
            f"{conflict.label} of Argo CD would set the weights back (selfHeal). Missing in it: {missing}. Or have its "
            "automated sync paused by argocd: pause"
        ], None
    if conflict.missing:
        task.warn(f"A sync of {conflict.label} during the shift sets the weights back. Missing in it: {missing}.")
    return [], None
