# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far an upgrade by revision is, from what is live alone: a pure function.

Going back is the same work towards the older revision, in another order: gateways and tags first, since they decide
where new connections and new pods go.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.versions import parsed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import same_version
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_problems import minor
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import labels, usage
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts


class Status(enum.Enum):
    """Of one stage. At most one is next."""

    DONE = "done"
    NEXT = "next"
    LATER = "later"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Goal:
    """Where an upgrade goes: ``revision`` in ``version``, from ``origin``. ``skip``: namespaces that are left.

    In place the control plane itself is replaced: origin and revision are the same.
    """

    revision: str
    version: str
    origin: str
    skip: tuple[str, ...] = ()

    @property
    def in_place(self) -> bool:
        return self.origin == self.revision


@dataclass(frozen=True)
class Stage:
    """One stage: what is left of it (``reasons``), or what blocks it."""

    name: str
    status: Status
    reasons: list[str] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        return {"stage": self.name, "status": self.status.value, "reasons": self.reasons}


FORWARD = ("checks", "base", "istiod", "probe", "gateways", "waves", "default", "cleanup")
BACK = ("checks", "istiod", "gateways", "default", "waves", "cleanup")


def is_back(facts: Facts, goal: Goal) -> bool:
    """Whether the goal is older than where the mesh comes from.

    An upgrade that ended after its first stage has left newer definitions and nothing else.
    """
    target = parsed(goal.version)
    origins = [parsed(version) for version in (left_version(facts, goal), facts.base_version)]
    origin = next((version for version in origins if version and version != target), None)
    return bool(origin and target and target < origin)


def left_version(facts: Facts, goal: Goal) -> str:
    """The version that is left; empty where it is not known.

    In place it is the control plane's until that has been replaced, and then that of the proxies which are left.
    """
    live = facts.version_of(goal.origin)
    if not goal.in_place or (live and not same_version(live, goal.version)):
        return live
    versions = {
        version
        for row in facts.mesh["workloads"]
        if goal.revision in row["revisions"]
        for version in row["versions"]
        if parsed(version) and not same_version(version, goal.version)
    }
    return max(versions, key=lambda version: parsed(version) or (0, 0, 0), default=live)


def stages(facts: Facts, goal: Goal, problems: list[str], *, probed: bool) -> list[Stage]:
    """All stages in their order. ``problems``: what forbids to begin; ``probed``: the probe has passed before."""
    left: dict[str, Callable[[], list[str]]] = {
        "checks": lambda: problems,
        "base": lambda: _base(facts, goal),
        "istiod": lambda: istiod(facts, goal),
        "probe": lambda: [] if probed or _is_in_use(facts, goal) else ["no request was made through it yet"],
        "gateways": lambda: [f"{row} is to move" for row in gateways(facts, goal)],
        "waves": lambda: [f"Namespace {name} is to move" for name in namespaces(facts, goal)],
        "default": lambda: list(_default(facts, goal)),
        "cleanup": lambda: _cleanup(facts, goal),
    }
    result: list[Stage] = []
    waiting = False
    for name in order(facts, goal):
        reasons = left[name]()
        status = _status(name, reasons, waiting)
        waiting = waiting or bool(reasons)
        result.append(Stage(name, status, reasons))
    return result


def order(facts: Facts, goal: Goal) -> tuple[str, ...]:
    """The stages of a goal. In place nothing stays behind that could be removed."""
    names = BACK if is_back(facts, goal) else FORWARD
    return tuple(name for name in names if name != "cleanup") if goal.in_place else names


def _status(name: str, reasons: list[str], waiting: bool) -> Status:
    if not reasons:
        return Status.DONE
    if name == "checks":
        return Status.BLOCKED
    return Status.LATER if waiting else Status.NEXT


def _base(facts: Facts, goal: Goal) -> list[str]:
    live, wanted = minor(facts.base_version), minor(goal.version)
    if live and wanted and (live > wanted or facts.base_version == goal.version):
        return []
    return [f"the definitions are of {facts.base_version or 'an unknown version'}"]


def istiod(facts: Facts, goal: Goal) -> list[str]:
    """What the control plane of the goal lacks."""
    plane = facts.plane(goal.revision)
    if plane is None:
        return [f"revision {goal.revision} has no control plane"]
    lines = []
    if not same_version(plane["version"], goal.version):
        lines.append(f"istiod {plane['name']} is {plane['version']}, and is to be {goal.version}")
    if not plane["ready"] or plane["ready"] < plane["replicas"]:
        lines.append(f"istiod {plane['name']} has {plane['ready']} of {plane['replicas']} replicas ready")
    elif plane["updated"] < plane["replicas"]:
        lines.append(
            f"istiod {plane['name']} has {plane['updated']} of {plane['replicas']} replicas of its new template"
        )
    hooks = [row for row in facts.mesh["webhooks"] if row["revision"] == goal.revision and not row["has_ca"]]
    return lines + [f"{row['kind']} {row['name']} has no CA yet" for row in hooks]


def _is_in_use(facts: Facts, goal: Goal) -> bool:
    return any(
        goal.revision in row["revisions"] and not (goal.in_place and _is_behind(row, goal))
        for row in facts.mesh["workloads"]
    )


def gateways(facts: Facts, goal: Goal) -> list[str]:
    """The gateways of charts that are still to move, as ``Deployment ingress/gateway``."""
    return [
        Workload.of_row(row).label
        for row in facts.mesh["workloads"]
        if facts.is_of_chart(row) and (_is_behind(row, goal) or (goal.origin in row["revisions"] and not goal.in_place))
    ]


def _is_behind(row: dict[str, Any], goal: Goal) -> bool:
    """Proxies of the revision in another version."""
    return goal.revision in row["revisions"] and not all(
        same_version(version, goal.version) for version in row["versions"]
    )


def namespaces(facts: Facts, goal: Goal) -> list[str]:
    """Namespaces that still select the old revision, or have proxies of it that a restart would renew."""
    rows = {row["name"]: row for row in facts.mesh["namespaces"]}
    late = {
        row["namespace"]
        for row in facts.mesh["workloads"]
        if not facts.is_of_chart(row)
        and (_is_to_follow(row, facts, goal) if goal.in_place else row["outdated"])
        and row["expected_revision"] == goal.revision
        and Workload.of_row(row) not in facts.unrestartable
    }
    selecting = {
        name for name, row in rows.items() if row["selects"] and row["revision"] == goal.origin and not goal.in_place
    }
    return [name for name in sorted(late | selecting) if name not in goal.skip and not facts.is_excluded(name)]


def _is_to_follow(row: dict[str, Any], facts: Facts, goal: Goal) -> bool:
    """In place: whether a restart, after the control plane was replaced, would bring the proxies to the goal."""
    live = facts.version_of(goal.revision)
    # While the injector is yet to be replaced, its proxies are not outdated.
    renewed = row["outdated"] or (not same_version(live, goal.version) and row["versions"] == [live])
    return bool(renewed) and _is_behind(row, goal)


def _default(facts: Facts, goal: Goal) -> Iterator[str]:
    if goal.in_place:
        return
    for tag in facts.mesh["tags"]:
        if tag["revision"] == goal.origin:
            yield f"the tag {tag['tag']} points to {goal.origin}"
    if facts.validator and facts.validator != goal.revision:
        yield f"istiod-default-validator calls {facts.validator}"
    tags = {
        tag["tag"]: goal.revision if tag["revision"] == goal.origin else tag["revision"] for tag in facts.mesh["tags"]
    }
    for name, namespace in facts.namespaces.items():
        kept = labels.before(namespace)
        if kept and labels.meaning(kept, tags) == goal.revision:
            yield f"Namespace {name} is to select {kept} again"


def _cleanup(facts: Facts, goal: Goal) -> list[str]:
    if not goal.origin or facts.plane(goal.origin) is None:
        return []
    users = usage.users(facts, goal.origin)
    if users:
        return [f"revision {goal.origin} is in use: {users[0]}{f' and {len(users) - 1} more' if users[1:] else ''}"]
    return [f"nothing uses revision {goal.origin} any more: it can be removed"]


def waves(names: list[str], declared: list[list[str]], size: int) -> list[list[str]]:
    """Namespaces in the order in which they move: as declared, then the others by ``size`` at a time."""
    ordered = [[name for name in wave if name in names] for wave in declared]
    rest = [name for name in names if not any(name in wave for wave in ordered)]
    ordered += [rest[start : start + size] for start in range(0, len(rest), max(1, size))]
    return [wave for wave in ordered if wave]
