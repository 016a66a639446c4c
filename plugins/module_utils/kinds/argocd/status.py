# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the status of an Application says: in order, on the way, or failed, and why.

Everything here is a function of one live object. Whether that object is new enough is the matter of ``waiting``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness

REFRESH = "argocd.argoproj.io/refresh"
HEALTHY = ("Healthy",)

# What an API server or a webhook says of a manifest itself. A further attempt with the same manifest meets the same.
_VERDICT = re.compile(
    r"is invalid: |admission webhook .* denied the request|field is immutable|unknown field|strict decoding error"
    r"|field not declared in schema|cannot unmarshal|error validating data|is not permitted in project"
)
# The controller could not reach its own repo-server, or that one was too slow; neither is about the source.
_PASSING = re.compile(r"code = (Unavailable|DeadlineExceeded|Canceled|ResourceExhausted)\b|context deadline exceeded")
_NOISE = re.compile(
    r"^Failed to load target state: |failed to generate manifest for source \d+ of \d+: |rpc error: code = \w+ desc = "
    r"|Manifest generation error \(cached\): "
)


class Verdict(NamedTuple):
    """What a status amounts to.

    ``state``: ready, waiting, failed, or doubtful, which is failed if the controller says so again when it was asked to
    look once more. ``message`` says why not ready; ``given_up``: the revision has failed, and Argo CD will not try it
    again by itself; ``idle``: automated sync ought to act and does not (yet), so a sync window may forbid it.
    """

    state: str
    message: str = ""
    given_up: bool = False
    idle: bool = False


READY_VERDICT = Verdict("ready")


def ready(live: dict) -> Readiness:
    """The readiness of an Application for whoever looks at the object alone."""
    said = judge(live)
    if said.state == "ready":
        return READY
    return Readiness("waiting" if said.state == "doubtful" else said.state, said.message)


def judge(live: dict, enough: tuple[str, ...] = HEALTHY) -> Verdict:
    """How the Application stands; ``enough``: the states of health that are good enough."""
    for look in (comparison, _operation, _outcome, _sync):
        said = look(live)
        if said:
            return said
    return health(live, enough)


def comparison(live: dict) -> Verdict | None:
    """What stands in the way of a comparison of the present spec, or None when there is one without an error."""
    for look in (_existence, _hydration, _errors):
        said = look(live)
        if said:
            return said
    return None


def _existence(live: dict) -> Verdict | None:
    if live["metadata"].get("deletionTimestamp"):
        return Verdict("failed", "it is being deleted")
    if not live.get("status"):
        return Verdict("waiting", "Argo CD has not looked at it yet")
    return None


def _hydration(live: dict) -> Verdict | None:
    wanted = live["spec"].get("sourceHydrator")
    if not wanted:
        return None
    current = (live["status"].get("sourceHydrator") or {}).get("currentOperation") or {}
    if not spec_module.same(
        {"sourceHydrator": wanted}, {"sourceHydrator": current.get("sourceHydrator")}, spec_module.SPEC
    ):
        return Verdict("waiting", "the manifests are not hydrated yet")
    if current.get("phase") == "Failed":
        return Verdict("doubtful", f"hydrating the manifests failed: {cleaned(current.get('message', ''))}")
    if current.get("phase") != "Hydrated":
        return Verdict("waiting", "the manifests are being hydrated")
    return None


def _errors(live: dict) -> Verdict | None:
    """Errors of the spec come before any comparison; those of a comparison belong to the spec that was compared."""
    if live["status"].get("conditions"):
        invalid = _messages(live, "InvalidSpecError")
        if invalid:
            return Verdict("doubtful", f"its specification is refused by Argo CD: {invalid}")
        unknown = _messages(live, "UnknownError")
        if unknown:
            return Verdict("doubtful", f"Argo CD reports an error: {unknown}")
    if not spec_module.is_compared(live):
        return Verdict("waiting", "Argo CD has not compared this specification yet")
    failed = _messages(live, "ComparisonError")
    if not failed:
        return None
    if is_passing(live):
        return Verdict("waiting", f"Argo CD cannot render the manifests at the moment: {failed}")
    return Verdict("doubtful", f"its manifests cannot be had: {failed}")


def _messages(live: dict, kind: str) -> str:
    return "; ".join(cleaned(message) for message in _raw(live, kind))


def _raw(live: dict, kind: str) -> list[str]:
    conditions = (live.get("status") or {}).get("conditions") or []
    return [c.get("message") or "" for c in conditions if c.get("type") == kind]


def cleaned(message: str) -> str:
    """A message of the controller without the layers that it came through."""
    return _NOISE.sub("", message.strip()).strip()


def is_cached(live: dict) -> bool:
    """Whether an error is repo-server's memory of an earlier attempt, which only a hard refresh makes it forget."""
    conditions = (live.get("status") or {}).get("conditions") or []
    return any("(cached)" in (c.get("message") or "") for c in conditions)


def is_passing(live: dict) -> bool:
    """Whether a comparison failed for a reason that ends by itself, and that nobody looks at again by itself."""
    return any(_PASSING.search(message) for message in _raw(live, "ComparisonError"))


def is_passing_end(state: dict | None) -> bool:
    """Whether an operation ended because Argo CD could not reach a part of itself, which is no word on the source."""
    return (state or {}).get("phase") == "Error" and bool(_PASSING.search(state.get("message") or ""))


def _operation(live: dict) -> Verdict | None:
    """An operation that was asked for, or runs; between two attempts its phase is Running and it has an end."""
    state = live["status"].get("operationState") or {}
    if not live.get("operation") and state.get("phase") not in ("Running", "Terminating"):
        return None
    return progress(live, state) if state else Verdict("waiting", "a sync is about to start")


def progress(live: dict, state: dict) -> Verdict:
    """A running operation: how far it is, or failed when its last attempt met a verdict that the next one meets too."""
    message = cleaned(state.get("message") or "")
    if state.get("phase") == "Running" and state.get("finishedAt") and _VERDICT.search(message):
        return Verdict("failed", f"{_attempt(state)}: {message}")
    return Verdict("waiting", synced_so_far(live) + (f", {message}" if message else ""))


def _attempt(state: dict) -> str:
    revision = revisions_of(state.get("syncResult") or {})
    return f"the sync to {revision} failed" if revision else "the sync failed"


def failed(state: dict) -> str:
    """A failed operation in one sentence: to which revision, the controller's message, and the resources concerned."""
    return f"{_attempt(state)}: {failure(state)}"


def _outcome(live: dict) -> Verdict | None:
    """The last operation, when it is over."""
    status = live["status"]
    state = status.get("operationState")
    if not state:
        return None
    if (status.get("reconciledAt") or "") < (state.get("finishedAt") or ""):
        return Verdict("waiting", "Argo CD is looking at what the sync has brought about")
    if state.get("phase") in ("Failed", "Error") and is_of_this(live):
        return Verdict("failed", failed(state), given_up=True)
    return None


def is_of_this(live: dict) -> bool:
    """Whether the last operation was for the source and the revision that the last comparison was with."""
    status = live["status"]
    result = status["operationState"].get("syncResult")
    if not result:
        return True  # it failed before it had one; the controller counts that as an attempt as well
    sync = status.get("sync") or {}
    compared = sync.get("comparedTo") or {}
    if sync.get("revisions") or compared.get("sources"):
        return result.get("revisions") == sync.get("revisions") and spec_module.same_sources(
            result.get("sources"), compared.get("sources")
        )
    return result.get("revision") == sync.get("revision") and spec_module.same_source(
        result.get("source"), compared.get("source")
    )


def failure(state: dict) -> str:
    """The controller's message about a failed operation, and the resources that it failed for."""
    message = cleaned(state.get("message") or "no reason is given")
    told = [
        f"{label(resource)}: {resource['message']}"
        for resource in failed_resources(state)
        if resource.get("message") and resource["message"] not in message
    ]
    named = [label(resource) for resource in failed_resources(state)]
    if told:
        return f"{message} ({'; '.join(told[:5])})"
    return f"{message} ({', '.join(named[:5])})" if named else message


def failed_resources(state: dict) -> list[dict]:
    result = state.get("syncResult") or {}
    return [
        resource
        for resource in result.get("resources") or []
        if resource.get("status") == "SyncFailed" or resource.get("hookPhase") in ("Failed", "Error")
    ]


def _sync(live: dict) -> Verdict | None:
    status = live["status"]
    sync = (status.get("sync") or {}).get("status")
    if sync == "Synced":
        return None
    refused = _messages(live, "SyncError")
    if refused:
        return Verdict(
            "doubtful", f"Argo CD will not sync it: {refused}", given_up="Failed last sync attempt" in refused
        )
    if sync != "OutOfSync":
        return Verdict("waiting", f"its sync state is {sync or 'not known yet'}")
    if not spec_module.is_automated(live["spec"]):
        return _nobody_syncs(live)
    pruned_only = _prune_only(live)
    if pruned_only:
        return pruned_only
    automated = live["spec"]["syncPolicy"]["automated"]
    state = status.get("operationState")
    if state and is_of_this(live) and not automated.get("selfHeal"):
        return Verdict(
            "doubtful",
            f"Argo CD has synced this revision already, and {_out_of_sync(live)} differ again. It will not sync the "
            "same revision twice without self_heal: true. If a controller sets these fields, name them in "
            f"ignore_differences{shared(live)}",
        )
    return Verdict("waiting", f"{_out_of_sync(live)} out of sync", idle=True)


def _nobody_syncs(live: dict) -> Verdict:
    automated = (live["spec"].get("syncPolicy") or {}).get("automated")
    why = "automated sync is turned off (enabled: false)" if automated is not None else "it has no automated sync"
    message = (
        f"it is OutOfSync, and nothing will sync it, because {why}. Set sync_policy.automated, start a sync with "
        "argocd_sync, or do not wait"
    )
    # Right after somebody's sync the controller may not have seen its effect yet.
    return Verdict("doubtful" if live["status"].get("operationState") else "failed", message)


def _prune_only(live: dict) -> Verdict | None:
    resources = live["status"].get("resources") or []
    differing = [r for r in resources if r.get("status") != "Synced"]
    if not differing or not all(r.get("requiresPruning") for r in differing):
        return None
    if live["spec"]["syncPolicy"]["automated"].get("prune"):
        return None
    return Verdict(
        "doubtful",
        f"the source no longer has {listed(differing)}, and automated sync does not delete without prune: true",
    )


def health(live: dict, wanted: tuple[str, ...]) -> Verdict:
    """Ready when what was deployed is in one of these states of health."""
    found = live["status"].get("health") or {}
    if found.get("status") in wanted:
        return READY_VERDICT
    told = f" ({found['message']})" if found.get("message") else ""
    return Verdict("waiting", f"it is Synced, and its health is {found.get('status') or 'not known yet'}{told}")


def shared(live: dict) -> str:
    """``. Argo CD warns: …`` of resources that another Application claims as well, or nothing."""
    found = "; ".join(_raw(live, "SharedResourceWarning"))
    return f". Argo CD warns: {found}" if found else ""


def synced_so_far(live: dict) -> str:
    """``3 of 7 resources synced``: how far a running operation is."""
    status = live["status"]
    tasks = ((status.get("operationState") or {}).get("syncResult") or {}).get("resources") or []
    tasks = [r for r in tasks if not r.get("hookType")]
    total = {key(r) for r in status.get("resources") or [] if not r.get("hook")} | {key(r) for r in tasks}
    done = {key(r) for r in tasks if r.get("status") in ("Synced", "Pruned", "PruneSkipped")}
    return f"{len(done)} of {len(total)} resources synced" if total else "syncing"


def key(resource: dict) -> tuple:
    """What tells a resource of an Application from the others."""
    return tuple(resource.get(field) or "" for field in ("group", "kind", "namespace", "name"))


def _out_of_sync(live: dict) -> str:
    differing = [r for r in live["status"].get("resources") or [] if r.get("status") != "Synced"]
    return listed(differing) or "it"


def listed(resources: list[dict], most: int = 5) -> str:
    named = ", ".join(label(resource) for resource in resources[:most])
    return f"{named} and {len(resources) - most} more" if len(resources) > most else named


def label(resource: dict) -> str:
    """``Deployment shop/web``"""
    name = f"{resource['namespace']}/{resource.get('name')}" if resource.get("namespace") else resource.get("name")
    return f"{resource.get('kind')} {name}"


def revisions_of(holder: dict) -> str:
    """The revisions of a comparison or an operation as people name them: commits cut to eight characters."""
    found = holder.get("revisions") or [holder.get("revision")]
    return ", ".join(r[:8] if re.fullmatch(r"[0-9a-f]{40,64}", r) else r for r in found if r)


def summary(live: dict, culprits: list[dict] | None = None) -> dict:
    """The ``application`` that goes beside the message of a failed wait."""
    status = live.get("status") or {}
    sync, state = status.get("sync") or {}, status.get("operationState") or {}
    trouble = [{**_place(r), "message": r.get("message", "")} for r in failed_resources(state)]
    known = {key(r) for r in trouble}
    differing = [r for r in status.get("resources") or [] if r.get("status") != "Synced" and key(r) not in known]
    trouble += [{**_place(r), "message": r.get("status") or "Unknown"} for r in differing]
    trouble += [{**_place(r), "message": r.get("message", "")} for r in culprits or []]
    return {
        "sync": sync.get("status") or "Unknown",
        "health": (status.get("health") or {}).get("status") or "Unknown",
        "revisions": sync.get("revisions") or ([sync["revision"]] if sync.get("revision") else []),
        "operation": {
            key: state[key] for key in ("phase", "message", "startedAt", "finishedAt", "retryCount") if key in state
        },
        "conditions": [{key: c.get(key) for key in ("type", "message")} for c in status.get("conditions") or []],
        "resources": trouble,
    }


def _place(resource: dict) -> dict:
    return {"kind": resource.get("kind"), "namespace": resource.get("namespace") or None, "name": resource.get("name")}
