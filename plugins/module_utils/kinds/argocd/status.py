# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the status of an Application tells: in order, on the way, or failed, and why.

Everything here is a function of one live object. Whether that object is new enough is the matter of ``waiting``.
"""

from __future__ import annotations

import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import spec as spec_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import verdict as verdicts
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    doubtful,
    failed,
    waiting,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness

REFRESH = "argocd.argoproj.io/refresh"
RUN = "meshops.lifecycle/run"  # the name of the info item that carries the id of an operation of ours
HEALTHY = ("Healthy",)

# What an API server or a webhook answers about a manifest itself. A further attempt with the same manifest meets the
# same answer.
_REFUSAL = re.compile(
    r"is invalid: |admission webhook .* denied the request|field is immutable|unknown field|strict decoding error"
    r"|field not declared in schema|cannot unmarshal|error validating data|is not permitted in project"
    r"|is forbidden: User .* cannot "
)
# What an API server or Argo CD answers where a kind is not served.
_NOT_SERVED = re.compile(
    r"The Kubernetes API could not find |could not find the requested resource|no matches for kind"
    r"|ensure CRDs are installed first"
)
# Codes by which the controller reports that its own repo-server was away or too slow; that is not about the source.
_UNAVAILABLE = ("Unavailable", "DeadlineExceeded", "Canceled", "ResourceExhausted")
_CODE = re.compile(r"\bcode = (\w+)")
_LAYERS = re.compile(
    r"^Failed to load target state: |failed to generate manifest for source \d+ of \d+: |rpc error: code = \w+ desc = "
    r"|Manifest generation error \(cached\): "
)
_GIVEN_UP = "Failed last sync attempt"  # how automated sync begins its SyncError for a revision that has failed


def ready(live: dict) -> Readiness:
    """The readiness of an Application for whoever looks at the object alone."""
    verdict = judge(live)
    if verdict.state == "ready":
        return READY
    return Readiness("waiting" if verdict.state == "doubtful" else verdict.state, verdict.message)


def judge(live: dict, enough: tuple[str, ...] = HEALTHY) -> Verdict:
    """How the Application stands; ``enough``: the states of health that are good enough."""
    for look in (comparison, _operation, _outcome, _sync):
        verdict = look(live)
        if verdict:
            return verdict
    return health(live, enough)


# --- before a comparison -------------------------------------------------------------------------------------------


def comparison(live: dict) -> Verdict | None:
    """What stands in the way of a comparison of the present spec, or None when there is one without an error."""
    for look in (_existence, _hydration, _errors):
        verdict = look(live)
        if verdict:
            return verdict
    return None


def _existence(live: dict) -> Verdict | None:
    if live["metadata"].get("deletionTimestamp"):
        return failed(Reason.DELETED, "it is being deleted")
    if not live.get("status"):
        return waiting(Reason.NO_STATUS, "Argo CD has not processed it yet")
    return None


def _hydration(live: dict) -> Verdict | None:
    wanted = live["spec"].get("sourceHydrator")
    if not wanted:
        return None
    current = (live["status"].get("sourceHydrator") or {}).get("currentOperation") or {}
    if not spec_module.same(
        {"sourceHydrator": wanted}, {"sourceHydrator": current.get("sourceHydrator")}, spec_module.SPEC
    ):
        return waiting(Reason.NOT_HYDRATED, "the manifests are not hydrated yet")
    if current.get("phase") == "Failed":
        message = cleaned(current.get("message", ""))
        return doubtful(Reason.HYDRATION_FAILED, f"hydrating the manifests failed: {message}")
    if current.get("phase") != "Hydrated":
        return waiting(Reason.NOT_HYDRATED, "the manifests are being hydrated")
    return None


def _errors(live: dict) -> Verdict | None:
    """Errors of the spec come before any comparison; those of a comparison belong to the spec that was compared."""
    if conditions(live):
        invalid = _messages(live, "InvalidSpecError")
        if invalid:
            return doubtful(Reason.INVALID_SPEC, f"Argo CD rejects its spec: {invalid}")
        unknown = _messages(live, "UnknownError")
        if unknown:
            return doubtful(Reason.UNKNOWN_ERROR, f"Argo CD reports an error: {unknown}")
    if not spec_module.is_compared(live):
        return waiting(Reason.NOT_COMPARED, "Argo CD has not compared this spec yet")
    messages = _messages(live, "ComparisonError")
    if not messages:
        return None
    if any(_is_unavailable(message) for message in _raw(live, "ComparisonError")):
        return waiting(Reason.RENDERING_UNAVAILABLE, f"Argo CD cannot render the manifests at the moment: {messages}")
    return doubtful(Reason.RENDERING_FAILED, f"its manifests cannot be rendered: {messages}")


def conditions(live: dict) -> list[dict]:
    return (live.get("status") or {}).get("conditions") or []


def reconciled_at(live: dict) -> str:
    """When the controller last compared it (RFC 3339, whole seconds), or ""."""
    return (live.get("status") or {}).get("reconciledAt") or ""


def is_invalid(live: dict) -> bool:
    """Whether the controller stops before a comparison, and so reports without a new ``reconciledAt``."""
    return any(c.get("type") in ("InvalidSpecError", "UnknownError") for c in conditions(live))


def _messages(live: dict, kind: str) -> str:
    return "; ".join(cleaned(message) for message in _raw(live, kind))


def _raw(live: dict, kind: str) -> list[str]:
    return [c.get("message") or "" for c in conditions(live) if c.get("type") == kind]


def cleaned(message: str) -> str:
    """A message of the controller without the layers that it came through."""
    return _LAYERS.sub("", message.strip()).strip()


def is_cached(live: dict) -> bool:
    """Whether an error is repo-server's memory of an earlier attempt, which only a hard refresh makes it forget."""
    return any("(cached)" in (c.get("message") or "") for c in conditions(live))


def _is_unavailable(message: str) -> bool:
    """Whether a part of Argo CD was away. What a program of repo-server reports (code Unknown) is about the source."""
    code = _CODE.search(message)
    return code[1] in _UNAVAILABLE if code else "context deadline exceeded" in message


# --- operations ----------------------------------------------------------------------------------------------------


def operation_state(live: dict) -> dict:
    """``status.operationState``: the operation that runs, or the last one."""
    return (live.get("status") or {}).get("operationState") or {}


def running(live: dict) -> bool:
    """Whether an operation was asked for, runs, or waits for its next attempt."""
    return bool(live.get("operation")) or operation_state(live).get("phase") in ("Running", "Terminating")


def between_attempts(state: dict) -> bool:
    """Whether an attempt has ended and the next one is to come: the phase is Running, and there is an end."""
    return state.get("phase") == "Running" and bool(state.get("finishedAt"))


def identity(live: dict) -> tuple:
    """What distinguishes one attempt of an operation from another."""
    state = operation_state(live)
    return state.get("startedAt"), state.get("finishedAt"), state.get("retryCount")


def run_id(operation: dict | None) -> str | None:
    """The id of an operation that was started here, or None for anybody else's."""
    for item in (operation or {}).get("info") or []:
        if item.get("name") == RUN:
            return item.get("value")
    return None


def is_passing_end(state: dict | None) -> bool:
    """Whether an operation ended because Argo CD could not reach a part of itself, which says nothing of the source."""
    state = state or {}
    return state.get("phase") == "Error" and _is_unavailable(state.get("message") or "")


def _operation(live: dict) -> Verdict | None:
    if not running(live):
        return None
    state = operation_state(live)
    if not state:
        return waiting(Reason.OPERATION_PENDING, "a sync is about to start")
    if between_attempts(state) and not is_of_this(live):
        return waiting(
            Reason.EARLIER_SYNC_STUCK,
            f"a sync of an earlier revision or source is still being retried: {failure(state)}",
        )
    return progress(live, state)


def progress(live: dict, state: dict) -> Verdict:
    """A running operation: how far it is, or failed when its last attempt met an answer that the next one meets too."""
    message = cleaned(state.get("message") or "")
    if not between_attempts(state):
        return waiting(Reason.OPERATION_RUNNING, synced_so_far(live) + (f", {message}" if message else ""))
    answers = " ".join([message, *(r.get("message") or "" for r in failed_resources(state))])
    if _REFUSAL.search(answers):
        return failed(Reason.ATTEMPT_REFUSED, failure(state))
    if _NOT_SERVED.search(answers):
        return waiting(Reason.CRD_MISSING, failure(state))
    return waiting(Reason.OPERATION_RETRYING, f"{synced_so_far(live)}, {_explained(state)}")


def not_served(live: dict) -> list[dict]:
    """The resources that the last attempt failed for because their kind is not served."""
    failing = failed_resources(operation_state(live))
    return [r for r in failing if _NOT_SERVED.search(r.get("message") or "")]


def failure(state: dict) -> str:
    """A failed operation or attempt: to which revision, the controller's message, and the resources concerned."""
    revision = revisions_of(state.get("syncResult") or {})
    return f"the sync {f'to {revision} ' if revision else ''}failed: {_explained(state)}"


def _explained(state: dict) -> str:
    """The controller's message about an operation, and the resources that it failed for."""
    message = cleaned(state.get("message") or "no reason was reported")
    details = [
        f"{label(resource)}: {resource['message']}"
        for resource in failed_resources(state)
        if resource.get("message") and resource["message"] not in message
    ]
    if details:
        return f"{message} ({'; '.join(details[:5])})"
    names = [label(resource) for resource in failed_resources(state)]
    return f"{message} ({', '.join(names[:5])})" if names else message


def failed_resources(state: dict) -> list[dict]:
    result = state.get("syncResult") or {}
    return [
        resource
        for resource in result.get("resources") or []
        if resource.get("status") == "SyncFailed" or resource.get("hookPhase") in ("Failed", "Error")
    ]


def _outcome(live: dict) -> Verdict | None:
    """The last operation, when it is over."""
    state = operation_state(live)
    if not state:
        return None
    if reconciled_at(live) < (state.get("finishedAt") or ""):
        return waiting(Reason.OPERATION_NOT_COMPARED, "Argo CD has not compared since the sync ended")
    if state.get("phase") in ("Failed", "Error") and is_of_this(live):
        return failed(Reason.OPERATION_FAILED, failure(state))
    return None


def is_of_this(live: dict) -> bool:
    """Whether the operation is for the source and the revision that the last comparison was with."""
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


def synced_so_far(live: dict) -> str:
    """``3 of 7 resources synced``: how far a running operation is."""
    tasks = (operation_state(live).get("syncResult") or {}).get("resources") or []
    tasks = [r for r in tasks if not r.get("hookType")]
    total = {key(r) for r in resources(live) if not r.get("hook")} | {key(r) for r in tasks}
    done = {key(r) for r in tasks if r.get("status") in ("Synced", "Pruned", "PruneSkipped")}
    return f"{len(done)} of {len(total)} resources synced" if total else "syncing"


# --- after a comparison --------------------------------------------------------------------------------------------


def _sync(live: dict) -> Verdict | None:
    status = live["status"]
    sync = (status.get("sync") or {}).get("status")
    if sync == "Synced":
        return None
    refused = _messages(live, "SyncError")
    if refused:
        reason = Reason.SYNC_GIVEN_UP if _GIVEN_UP in refused else Reason.SYNC_REFUSED
        return doubtful(reason, f"Argo CD will not sync it: {refused}")
    if sync != "OutOfSync":
        return waiting(Reason.SYNC_UNKNOWN, f"its sync state is {sync or 'not known yet'}")
    if not spec_module.is_automated(live["spec"]):
        return _nobody_syncs(live)
    automated = live["spec"]["syncPolicy"]["automated"]
    if not automated.get("prune") and _only_pruning_left(live):
        return doubtful(
            Reason.PRUNING_NEEDED,
            f"the source no longer has {listed(different(live))}, and automated sync does not delete without "
            "prune: true",
        )
    state = status.get("operationState")
    if state and is_of_this(live) and not automated.get("selfHeal"):
        return doubtful(
            Reason.SELF_HEAL_NEEDED,
            f"Argo CD has synced this revision already, and {_out_of_sync(live)} differ again. It will not sync the "
            "same revision twice without self_heal: true. If a controller sets these fields, name them in "
            f"ignore_differences{shared(live)}",
        )
    return waiting(Reason.AUTOMATED_SYNC_DUE, f"{_out_of_sync(live)} out of sync")


def _nobody_syncs(live: dict) -> Verdict:
    automated = (live["spec"].get("syncPolicy") or {}).get("automated")
    why = "automated sync is turned off (enabled: false)" if automated is not None else "it has no automated sync"
    message = (
        f"it is OutOfSync, and nothing will sync it, because {why}. Set sync_policy.automated, start a sync with "
        "argocd_sync, or do not wait"
    )
    # Right after somebody's sync the controller may not have seen its effect yet.
    return Verdict("doubtful" if operation_state(live) else "failed", Reason.NOT_AUTOMATED, message)


def _only_pruning_left(live: dict) -> bool:
    return bool(different(live)) and all(r.get("requiresPruning") for r in different(live))


def health(live: dict, enough: tuple[str, ...]) -> Verdict:
    """Ready when what was deployed is in one of these states of health."""
    current = live["status"].get("health") or {}
    if current.get("status") in enough:
        return verdicts.READY
    detail = f" ({current['message']})" if current.get("message") else ""
    return waiting(
        Reason.UNHEALTHY, f"it is Synced, and its health is {current.get('status') or 'not known yet'}{detail}"
    )


def shared(live: dict) -> str:
    """``. Argo CD warns: …`` of resources that another Application claims as well, or nothing."""
    warnings = "; ".join(_raw(live, "SharedResourceWarning"))
    return f". Argo CD warns: {warnings}" if warnings else ""


# --- resources and revisions ---------------------------------------------------------------------------------------


def resources(live: dict) -> list[dict]:
    """What the Application has deployed or is to deploy."""
    return (live.get("status") or {}).get("resources") or []


def different(live: dict) -> list[dict]:
    """The resources that are not Synced."""
    return [r for r in resources(live) if r.get("status") != "Synced"]


def key(resource: dict) -> tuple:
    """What distinguishes a resource of an Application from the others."""
    return tuple(resource.get(field) or "" for field in ("group", "kind", "namespace", "name"))


def _out_of_sync(live: dict) -> str:
    return listed(different(live)) or "it"


def listed(resources: list[dict], most: int = 5) -> str:
    names = ", ".join(label(resource) for resource in resources[:most])
    return f"{names} and {len(resources) - most} more" if len(resources) > most else names


def label(resource: dict) -> str:
    """``Deployment shop/web``"""
    name = f"{resource['namespace']}/{resource.get('name')}" if resource.get("namespace") else resource.get("name")
    return f"{resource.get('kind')} {name}"


def revisions_of(holder: dict) -> str:
    """The revisions of a comparison or an operation as people name them: commits cut to eight characters."""
    revisions = holder.get("revisions") or [holder.get("revision")]
    return ", ".join(r[:8] if re.fullmatch(r"[0-9a-f]{40,64}", r) else r for r in revisions if r)


def summary(live: dict, unhealthy: list[dict] | None = None) -> dict:
    """The ``application`` that goes beside the message of a failed wait."""
    status = live.get("status") or {}
    sync, state = status.get("sync") or {}, operation_state(live)
    trouble = [{**_place(r), "message": r.get("message", "")} for r in failed_resources(state)]
    known = {key(r) for r in failed_resources(state)}
    remaining = [r for r in different(live) if key(r) not in known]
    trouble += [{**_place(r), "message": r.get("status") or "Unknown"} for r in remaining]
    trouble += [{**_place(r), "message": r.get("message", "")} for r in unhealthy or []]
    return {
        "sync": sync.get("status") or "Unknown",
        "health": (status.get("health") or {}).get("status") or "Unknown",
        "revisions": sync.get("revisions") or ([sync["revision"]] if sync.get("revision") else []),
        "operation": {
            key: state[key] for key in ("phase", "message", "startedAt", "finishedAt", "retryCount") if key in state
        },
        "conditions": [{key: c.get(key) for key in ("type", "message")} for c in conditions(live)],
        "resources": trouble,
    }


def _place(resource: dict) -> dict:
    return {"kind": resource.get("kind"), "namespace": resource.get("namespace") or None, "name": resource.get("name")}
