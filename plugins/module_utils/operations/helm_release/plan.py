# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an install, upgrade or uninstall does to each object, asked of the server by dry runs.

helm writes objects in one of two ways, and a dry run must go the same way to tell the same:
- server-side apply (releases that Helm 4 made), as manager ``helm``;
- patches of its own (Helm 3, and its releases under Helm 4): three-way strategic merge for the types that are built
  into Kubernetes, and for custom resources a merge patch of the old manifest to the new (helm's pkg/kube/client.go).
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import APPLY, Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired as desired_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt, diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import adoption
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import drift as drift_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.drift import (
    MANAGER,
    MERGE,
    STRATEGIC,
    Drift,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest, merge
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

_KEEP = "helm.sh/resource-policy"
_CRD = "CustomResourceDefinition"


@dataclass
class Setting:
    """What the dry runs of one release have in common.

    ``adopts``: whether what belongs to no release is taken over, see adoption.py.
    ``brought``: see :func:`brought`. ``final``: whether what is missing now (a kind, a namespace) is still missing when
    helm runs, so that it is refused; not so in check mode, where an earlier task may bring it, nor for a release with
    hooks.
    """

    resources: Resources
    release: str
    namespace: str
    server_side: bool
    force: bool
    adopts: bool
    brought: set
    final: bool

    @property
    def session(self) -> Session:
        return self.resources.session


def changes(
    setting: Setting, base: list[Object], target: list[Object], live: dict, drifted: list[Drift]
) -> list[Change]:
    """The change of every object of the new manifest, and of those that only the old one has.

    ``live`` holds the live objects of both. Raises MeshError for what the server refuses.
    """
    before = {item.key: item for item in base}
    drifts = {drift.item.key: drift for drift in drifted}

    def judge(item: Object):
        try:
            return _written(setting, before.get(item.key), item, live.get(item.key), drifts.get(item.key))
        except (ApiError, NotInstalled) as error:
            return _unjudged(setting, item, live.get(item.key), error)

    answers = parallel(judge, target)
    refused = [answer for answer in answers if isinstance(answer, MeshError)]
    if refused:
        raise _together(setting, refused)
    kept = {item.key for item in target}
    return [*answers, *(removed(item, live.get(item.key), live.get(item.key)) for item in base if item.key not in kept)]


def _written(setting: Setting, old: Object | None, item: Object, live: dict | None, drifted: Drift | None) -> Change:
    declared = manifest.owned(item, setting.release, setting.namespace)
    if live is None:
        after = _foreseen(item, declared, None, _created(setting, item, declared))
        return Change(item.kind, item.namespace, item.name, CREATED, None, after)
    former = adoption.former_owners(item, live) if setting.server_side and setting.adopts else []
    if former:
        stated = merge.without_nulls(declared)
        after = adoption.predicted(setting.resources, item, stated, live, force=setting.force)
    elif setting.server_side:
        after = _apply(setting, item, declared)
    else:
        after = _patched(setting, old or item, item, declared, drifted)
    after = after and _foreseen(item, declared, live, after)
    action = UNCHANGED if after is None or diff.clean(after) == diff.clean(live) else UPDATED
    taken_from = adopt.names(former, MANAGER)
    return Change(item.kind, item.namespace, item.name, action, live, after or live, taken_from=taken_from)


def _foreseen(item: Object, declared: dict, live: dict | None, after: dict) -> dict:
    """The answer to a dry run without what the server makes up, and would make up otherwise for helm."""
    return item.kind.foreseen(declared, live, after) if item.kind.foreseen else after


def _created(setting: Setting, item: Object, declared: dict) -> dict:
    if not item.served:
        raise NotInstalled(
            f"the cluster does not serve {item.kind.kind} of {item.kind.api_versions[0]}. Install it first."
        )
    if setting.server_side:
        return _apply(setting, item, declared)
    query = {"fieldManager": MANAGER, "dryRun": "All"}
    return setting.session.request("POST", item.collection, query, merge.without_nulls(declared))


def _apply(setting: Setting, item: Object, declared: dict) -> dict:
    query = {"fieldManager": MANAGER, "dryRun": "All", "fieldValidation": "Strict"}
    if setting.force:
        query["force"] = "true"
    return setting.session.request("PATCH", item.path, query, merge.without_nulls(declared), APPLY)


def _patched(setting: Setting, old: Object, item: Object, declared: dict, drifted: Drift | None) -> dict | None:
    """The object after helm's own patch; None when it would send none."""
    previous = manifest.owned(old, setting.release, setting.namespace)
    query = {"fieldManager": MANAGER, "dryRun": "All"}
    if item.builtin:
        body, content = merge.strategic(previous, declared, item.kind.kind), STRATEGIC
    else:
        body, content = merge.json_patch(old.desired, item.desired), MERGE
        if drifted:
            body = desired_module.merge(body, drift_module.portion(declared, drifted.paths))
    return setting.session.request("PATCH", item.path, query, body, content) if body else None


def removed(item: Object, live: dict | None, asked: dict | None) -> Change:
    """The change of an object that the release no longer has. ``asked``: where helm looks whether it is to be kept, the
    live object in an upgrade, the manifest in an uninstall."""
    annotations = ((asked or {}).get("metadata") or {}).get("annotations") or {}
    stays = live is None or annotations.get(_KEEP) == "keep"
    action = UNCHANGED if stays else DELETED
    return Change(item.kind, item.namespace, item.name, action, live, live if stays else None)


def brought(bodies: list[dict]) -> set:
    """What of a release must be there before the rest can be judged: (group, kind) of its custom resource definitions,
    names of its admission webhooks, and ("namespace", name) of its namespaces."""
    brought_keys: set = set()
    for body in bodies:
        spec = body.get("spec") or {}
        if body["kind"] == _CRD:
            brought_keys.add((spec.get("group"), (spec.get("names") or {}).get("kind")))
        elif body["kind"] == "Namespace":
            brought_keys.add(("namespace", body["metadata"]["name"]))
        elif body["kind"].endswith("WebhookConfiguration"):
            brought_keys |= {webhook.get("name") for webhook in body.get("webhooks") or []}
    return brought_keys


def _unjudged(setting: Setting, item: Object, live: dict | None, error: MeshError) -> Change | MeshError:
    """What the server cannot judge yet becomes a change that is ``unjudged``; a refusal becomes its answer."""
    reason = _not_yet(setting, item, error)
    if not reason:
        return _refusal(setting, item, error)
    declared = manifest.owned(item, setting.release, setting.namespace)
    warning = f"{item.label} could not be validated: {reason}."
    action = UPDATED if live else CREATED
    return Change(item.kind, item.namespace, item.name, action, live, declared, unjudged=reason, warnings=[warning])


def _not_yet(setting: Setting, item: Object, error: MeshError) -> str:
    """Why the server cannot judge an object before helm has run; empty when its verdict stands."""
    comes = (item.kind.group, item.kind.kind) in setting.brought
    if not isinstance(error, ApiError):
        unserved = f"the cluster does not serve {item.kind.kind} of {item.kind.api_versions[0]} yet"
        return unserved if comes or not setting.final else ""
    if error.status == 404 and f'namespaces "{item.namespace}" not found' in error.text:
        comes = ("namespace", item.namespace) in setting.brought
        return f"namespace {item.namespace} does not exist yet" if comes or not setting.final else ""
    if error.status == 404:
        return f"{item.kind.kind} is not served yet" if comes or not setting.final else ""
    if comes and error.status != 409:
        return "the release itself brings or changes its custom resource definition"
    if any(isinstance(name, str) and f'webhook "{name}"' in error.text for name in setting.brought):
        return "an admission webhook that the release itself brings does not answer yet"
    return ""


def _refusal(setting: Setting, item: Object, error: MeshError) -> MeshError:
    answer = explained(error, item.kind, item.namespace, item.name)
    conflicts = answer.details.get("conflicts")
    if not conflicts:
        return answer
    owned = "; ".join(f"{', '.join(conflict['fields'])} by {conflict['manager']!r}" for conflict in conflicts)
    return MeshError(
        f"{item.label}: fields that the chart states are owned by another manager: {owned}. Have the values say the "
        "same, undo what that owner did, or take the fields over with force_conflicts: true.",
        **answer.details,
    )


def _together(setting: Setting, refused: list[MeshError]) -> MeshError:
    first = refused[0]
    more = ""
    if len(refused) > 1:
        more = f" {len(refused) - 1} more object{'s are' if len(refused) > 2 else ' is'} refused as well."
        first.details["refused"] = [error.message for error in refused]
    label = f"release {setting.namespace}/{setting.release}"
    return MeshError(f"{label}: {first.message}{more} Nothing was written.", **first.details)
