# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind is: where the API server keeps it, when it is ready, and what goes before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import References

# Dependency order of what is applied together: lower first, deleted in reverse. Kinds of one step are
# applied in parallel. Subsets exist before the routes that name them; authentication before traffic rules.
NAMESPACES = 0
CRDS = 10
ACCESS = 20
CONFIGURATION = 30
WORKLOADS = 40
POLICIES = 50
MESH_DEFAULT = 60
MESH_HOSTS = 65
MESH_SUBSETS = 70
MESH_GATEWAYS = 75
MESH_ROUTES = 80
MONITORING = 85
DELIVERY_PROJECTS = 90
DELIVERY = 95

ISTIOD = "istiod"  # the control plane that brings Istio's objects to the proxies


class Readiness(NamedTuple):
    """What a live object says of itself: ``state`` is ready, waiting or failed; ``message`` says why not ready.

    ``patience``: how long, in seconds, a failure has to last until it counts. A controller that judges an object by
    others may do so before it has seen the others, when all of them are new.
    """

    state: str
    message: str = ""
    patience: float = 0.0


READY = Readiness("ready")


class Keeper(NamedTuple):
    """A controller that writes inside of a field which is owned as a whole, and so becomes its owner.

    ``managers``: the names of its field managers; ``field``: the field, as ``spec.roles``; ``what``: what it writes.
    """

    managers: tuple[str, ...]
    field: str
    what: str


# istiod passes over an object with another revision than its own, and only logs what a policy on trial would do.
MARKS = {ISTIOD: (("labels", "istio.io/rev"), ("annotations", "istio.io/dry-run"))}


@dataclass(frozen=True)
class Kind:
    """One kind of the Kubernetes API.

    ``versions``: the API versions this collection can write, the preferred one first; a cluster serves one of them.
    ``installed_by``: the role that brings the kind, named when a cluster does not serve it.
    ``ready``: live object -> Readiness; a kind without it is ready once it is stored.
    ``secret_fields``: dotted paths that are masked wherever an object is shown, beside those of Secrets.
    ``open_keys``: keys of a Secret that are no secret, and are shown.
    ``brief(live)``: one line that diffs show instead of a whole object that is created or deleted, where that is pages.
    ``restarts(before, after)``: whether a change of an object replaces its pods.
    ``normalise``: declared object -> the same as the server stores it (a Secret's stringData, say).
    ``kept(desired, live)``: ``desired`` with what a controller writes inside of it and people do not declare (tokens
    of a role); ``keeper``: who that is, and where.
    ``refuse(desired)``: raises MeshError for what the API server accepts and the kind's controller cannot use; asked of
    what is to be present.
    ``remarks(desired, live)``: what a person should be warned of, though the task can do what it declares.
    ``defaults``: what the API server fills in by the kind's schema, as ``defaults_of`` makes it. They are for comparing
    alone; what is sent is what was declared.
    ``omits_empty_lists``: the kind is a type of the API server's own, which stores an empty list as if it was not
    declared, and whose spec is no value as a whole.
    ``foreseen(desired, live, after)``: the answer to a dry run without what a run would get otherwise.
    ``control_plane``: the name of what brings objects of the kind to where they work (``ISTIOD``), if anything does;
    how it is asked is a conversation, see ``engine/conversation.py``.
    ``policy``: the object says what is allowed, and a field that somebody adds to it changes for whom; see
    ``engine/undeclared.py``.
    ``marks``: labels and annotations, as (where, key), by which an object means something else for a mesh, though none
    of its fields differs; those of a control plane's kinds are in ``MARKS``.
    ``effect(live)``: what an object does to who may call whom, and how, in half a sentence; empty where nothing. A kind
    without it does nothing to that.
    ``references(document)``: what an object names of others, see ``kinds/references.py``.
    ``union(live, desired)``: an object that serves those who still count on the live one as well as those who count on
    the desired one, or None when the desired one does; for what others name parts of (a route names subsets).
    """

    group: str
    kind: str
    plural: str
    versions: tuple[str, ...]
    namespaced: bool = True
    order: int = MESH_DEFAULT
    installed_by: str = ""
    ready: Callable[[dict], Readiness] | None = None
    secret_fields: tuple[str, ...] = ()
    open_keys: tuple[str, ...] = ()
    brief: Callable[[dict], str] | None = None
    restarts: Callable[[dict, dict], bool] | None = None
    normalise: Callable[[dict], dict] | None = None
    kept: Callable[[dict, dict], dict] | None = None
    keeper: Keeper | None = None
    refuse: Callable[[dict], None] | None = None
    remarks: Callable[[dict, dict], list[str]] | None = None
    omits_empty_lists: bool = False
    foreseen: Callable[[dict, dict | None, dict], dict] | None = None
    control_plane: str = ""
    policy: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    effect: Callable[[dict], str] | None = None
    union: Callable[[dict, dict], dict | None] | None = None
    references: References | None = None
    defaults: dict = field(default_factory=dict, compare=False)

    @property
    def api_versions(self) -> tuple[str, ...]:
        """The ``apiVersion`` values of the kind, the preferred one first."""
        return tuple(f"{self.group}/{version}" if self.group else version for version in self.versions)

    def label(self, namespace: str | None, name: str) -> str:
        """How messages name an object of this kind: ``VirtualService shop/reviews``."""
        return f"{self.kind} {namespace}/{name}" if namespace else f"{self.kind} {name}"


def defaults_of(paths: dict[str, object]) -> dict:
    """The schema's defaults by path (``spec.rules[].matches[].path.type``) as the tree that a Kind keeps.

    A node maps a field to the node below it, "[]" to that of a list's items, and "=" to the defaults of its fields.
    """
    tree: dict = {}
    for path, value in paths.items():
        *parents, name = path.replace("[]", ".[]").split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node.setdefault("=", {})[name] = value
    return tree


def condition(live: dict, kind: str) -> dict:
    """The condition of type ``kind`` in a live object's status, or an empty dict."""
    for entry in (live.get("status") or {}).get("conditions") or []:
        if entry.get("type") == kind:
            return entry
    return {}
