# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded from a live Application: tables of (object, what a wait remembers, time) and the verdict."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import (
    deletion,
    delivered,
    generated,
    judging,
    tree,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.judging import Request, State
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import outcome, status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import Reason
from argo_status import FAILED_SERVICE, REVISION, SOURCE, URL, error, live, operated, out_of_sync

DEPENDENCY = "`helm dependency build` failed exit status 1: Error: no repository at https://charts.example.com"
CERTIFICATE = {
    "group": "cert-manager.io",
    "version": "v1",
    "kind": "Certificate",
    "namespace": "shop",
    "name": "web",
    "status": "SyncFailed",
    "message": "The Kubernetes API could not find cert-manager.io/Certificate for requested resource shop/web. "
    'Make sure the "Certificate" CRD is installed on the destination cluster.',
}


def unserved(**more):
    """An operation between two attempts, of which the first met a kind that is not served."""
    message = "one or more synchronization tasks are not valid. Retrying attempt #1 at 10:00AM."
    return operated("Running", message, resources=[CERTIFICATE], finishedAt="2026-01-01T10:00:05Z", **more)


# --- an Application alone ------------------------------------------------------------------------------------------

STATUSES = {
    "in order": (live(), "ready", Reason.IN_ORDER, ""),
    "in order after a sync": (live(operationState=operated("Succeeded")), "ready", Reason.IN_ORDER, ""),
    "nobody has looked": ({**live(), "status": None}, "waiting", Reason.NO_STATUS, "has not processed it yet"),
    "being deleted": (
        {**live(), "metadata": {"name": "shop", "deletionTimestamp": "2026-01-01T10:00:00Z"}},
        "failed",
        Reason.DELETED,
        "being deleted",
    ),
    "an old comparison": (live({"source": SOURCE}), "waiting", Reason.NOT_COMPARED, "has not compared this"),
    "a broken spec, before any comparison": (
        live({"source": SOURCE}, **error("InvalidSpecError", "application repo x is not permitted in project 'p'")),
        "doubtful",
        Reason.INVALID_SPEC,
        "is not permitted in project",
    ),
    "manifests that cannot be had": (
        live(
            sync={**live()["status"]["sync"], "status": "Unknown"},
            **error(
                "ComparisonError",
                "Failed to load target state: failed to generate manifest for source 1 of 1: "
                "rpc error: code = Unknown desc = nope: app path does not exist",
            ),
        ),
        "doubtful",
        Reason.RENDERING_FAILED,
        "its manifests cannot be rendered: nope: app path does not exist",
    ),
    "an error of a comparison with something else": (
        live({"source": SOURCE}, **error("ComparisonError", "x")),
        "waiting",
        Reason.NOT_COMPARED,
        "has not compared this",
    ),
    "a repo-server that is away": (
        live(
            **error(
                "ComparisonError", "Failed to load target state: rpc error: code = Unavailable desc = connection error"
            )
        ),
        "waiting",
        Reason.RENDERING_UNAVAILABLE,
        "at the moment",
    ),
    "warnings do not matter": (live(**error("OrphanedResourceWarning", "1 orphaned")), "ready", Reason.IN_ORDER, ""),
    "a sync that was asked for": (
        {**live(), "operation": {"sync": {}}},
        "waiting",
        Reason.OPERATION_PENDING,
        "about to start",
    ),
    "a sync that runs": (
        live(
            operationState=operated(
                "Running",
                "waiting for healthy state of apps/Deployment/web",
                resources=[{"kind": "ConfigMap", "namespace": "shop", "name": "one", "status": "Synced"}],
            ),
            resources=[
                {"kind": "ConfigMap", "namespace": "shop", "name": "one"},
                {"group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"},
            ],
        ),
        "waiting",
        Reason.OPERATION_RUNNING,
        "1 of 2 resources synced, waiting for healthy state of apps/Deployment/web",
    ),
    "a sync that ended after the last comparison": (
        live(operationState=operated("Succeeded", finishedAt="2026-01-01T10:00:06Z")),
        "waiting",
        Reason.OPERATION_NOT_COMPARED,
        "has not compared since the sync ended",
    ),
    "a failed sync": (
        live(
            **out_of_sync(
                operationState=operated("Failed", "one or more objects failed to apply", resources=[FAILED_SERVICE])
            )
        ),
        "failed",
        Reason.OPERATION_FAILED,
        "the sync to 2b8637b6 failed: one or more objects failed to apply (Service shop/web: Service",
    ),
    "a failed hook, although all is Synced": (
        live(
            operationState=operated(
                "Failed",
                "one or more synchronization tasks completed unsuccessfully",
                resources=[
                    {"kind": "Job", "namespace": "shop", "name": "check", "hookPhase": "Failed", "hookType": "PostSync"}
                ],
            )
        ),
        "failed",
        Reason.OPERATION_FAILED,
        "(Job shop/check)",
    ),
    "a failed sync of an earlier revision": (
        live(**out_of_sync(operationState=operated("Failed", "x", revision="1" * 40))),
        "waiting",
        Reason.AUTOMATED_SYNC_DUE,
        "ConfigMap shop/one out of sync",
    ),
    "an error before there was a result": (
        live(**out_of_sync(operationState={**operated("Error", "cannot load the project"), "syncResult": None})),
        "failed",
        Reason.OPERATION_FAILED,
        "the sync failed: cannot load the project",
    ),
    "between two attempts, for a reason that may end": (
        live(
            **out_of_sync(
                operationState=operated("Running", 'namespaces "x" not found', finishedAt="2026-01-01T10:00:05Z")
            )
        ),
        "waiting",
        Reason.OPERATION_RETRYING,
        "not found",
    ),
    "between two attempts, for what the manifest says": (
        live(
            **out_of_sync(
                operationState=operated(
                    "Running", 'Service "web" is invalid: spec.type', finishedAt="2026-01-01T10:00:05Z"
                )
            )
        ),
        "failed",
        Reason.ATTEMPT_REFUSED,
        "is invalid",
    ),
    "between two attempts, refused by a webhook": (
        live(
            **out_of_sync(
                operationState=operated(
                    "Running",
                    'admission webhook "validation.istio.io" denied the request: weight',
                    finishedAt="2026-01-01T10:00:05Z",
                )
            )
        ),
        "failed",
        Reason.ATTEMPT_REFUSED,
        "denied",
    ),
    "given up": (
        live(**out_of_sync(**error("SyncError", "Failed last sync attempt to [x]: y"))),
        "doubtful",
        Reason.SYNC_GIVEN_UP,
        "Argo CD will not sync it: Failed last sync attempt",
    ),
    "would wipe out everything": (
        live(
            **out_of_sync(**error("SyncError", "Skipping sync attempt to [x]: auto-sync will wipe out all resources"))
        ),
        "doubtful",
        Reason.SYNC_REFUSED,
        "wipe out",
    ),
    "no automated sync": (
        live({"syncPolicy": {}}, **out_of_sync()),
        "failed",
        Reason.NOT_AUTOMATED,
        "it has no automated sync",
    ),
    "automated sync turned off": (
        live({"syncPolicy": {"automated": {"enabled": False}}}, **out_of_sync()),
        "failed",
        Reason.NOT_AUTOMATED,
        "enabled: false",
    ),
    "no automated sync, right after a sync": (
        live({"syncPolicy": {}}, **out_of_sync(operationState=operated("Succeeded"))),
        "doubtful",
        Reason.NOT_AUTOMATED,
        "nothing will sync it",
    ),
    "no automated sync, and Synced": (live({"syncPolicy": {}}), "ready", Reason.IN_ORDER, ""),
    "nothing to do but to prune, without prune": (
        live(
            {"syncPolicy": {"automated": {}}},
            **out_of_sync(
                {
                    "kind": "ConfigMap",
                    "namespace": "shop",
                    "name": "old",
                    "status": "OutOfSync",
                    "requiresPruning": True,
                }
            ),
        ),
        "doubtful",
        Reason.PRUNING_NEEDED,
        "the source no longer has ConfigMap shop/old",
    ),
    "differs again, and nobody heals": (
        live({"syncPolicy": {"automated": {}}}, **out_of_sync(operationState=operated("Succeeded"))),
        "doubtful",
        Reason.SELF_HEAL_NEEDED,
        "without self_heal: true",
    ),
    "differs again, and is healed": (
        live(**out_of_sync(operationState=operated("Succeeded"))),
        "waiting",
        Reason.AUTOMATED_SYNC_DUE,
        "out of sync",
    ),
    "not healthy": (
        live(health={"status": "Degraded", "message": "a pod fails"}),
        "waiting",
        Reason.UNHEALTHY,
        "its health is Degraded (a pod fails)",
    ),
    "between two attempts, a kind is not served": (
        live(**out_of_sync(operationState=unserved())),
        "waiting",
        Reason.CRD_MISSING,
        "Retrying attempt #1 at 10:00AM. (Certificate shop/web: The Kubernetes API could not",
    ),
    "between two attempts, without the right to write": (
        live(
            **out_of_sync(
                operationState=operated(
                    "Running",
                    'pods is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods"',
                    finishedAt="2026-01-01T10:00:05Z",
                )
            )
        ),
        "failed",
        Reason.ATTEMPT_REFUSED,
        "forbidden",
    ),
    "between two attempts, a quota is exceeded for now": (
        live(
            **out_of_sync(
                operationState=operated(
                    "Running", 'pods "a" is forbidden: exceeded quota: q', finishedAt="2026-01-01T10:00:05Z"
                )
            )
        ),
        "waiting",
        Reason.OPERATION_RETRYING,
        "exceeded quota",
    ),
    "between two attempts, of what was declared before": (
        live(
            **out_of_sync(
                operationState=operated(
                    "Running", "x is invalid: y", revision="1" * 40, finishedAt="2026-01-01T10:00:05Z"
                )
            )
        ),
        "waiting",
        Reason.EARLIER_SYNC_STUCK,
        "still being retried: the sync to 11111111 failed: x is invalid",
    ),
    "an error of Argo CD itself": (
        live(**error("UnknownError", "cannot list the projects")),
        "doubtful",
        Reason.UNKNOWN_ERROR,
        "Argo CD reports an error: cannot list",
    ),
    "a chart's repository that answers too late": (
        live(**error("ComparisonError", f"rpc error: code = Unknown desc = {DEPENDENCY}: context deadline exceeded")),
        "doubtful",
        Reason.RENDERING_FAILED,
        "its manifests cannot be rendered: `helm dependency build` failed",
    ),
    "a repo-server that is too slow": (
        live(**error("ComparisonError", "Failed to load target state: context deadline exceeded")),
        "waiting",
        Reason.RENDERING_UNAVAILABLE,
        "at the moment",
    ),
    "a comparison without a result": (
        live(sync={**live()["status"]["sync"], "status": "Unknown"}),
        "waiting",
        Reason.SYNC_UNKNOWN,
        "its sync state is Unknown",
    ),
}


@pytest.mark.parametrize("case", STATUSES)
def test_status(case):
    application, state, reason, message = STATUSES[case]
    before = copy.deepcopy(application)
    verdict = status.judge(application)
    assert (verdict.state, verdict.reason) == (state, reason), verdict
    assert message in verdict.message
    assert application == before
    assert status.ready(application).state == ("waiting" if state == "doubtful" else state)


def test_health_that_is_good_enough():
    suspended = live(health={"status": "Suspended"})
    assert status.judge(suspended).reason is Reason.UNHEALTHY
    assert status.judge(suspended, ("Healthy", "Suspended")).state == "ready"


HYDRATOR = {
    "drySource": {"repoURL": URL, "path": "dry", "targetRevision": "main"},
    "syncSource": {"targetBranch": "env/prod", "path": "shop"},
}
HYDRATIONS = [
    ({}, Reason.NOT_HYDRATED, "are not hydrated yet"),
    ({"phase": "Hydrating", "sourceHydrator": HYDRATOR}, Reason.NOT_HYDRATED, "are being hydrated"),
    ({"phase": "Failed", "message": "no commit", "sourceHydrator": HYDRATOR}, Reason.HYDRATION_FAILED, "no commit"),
    ({"phase": "Hydrated", "sourceHydrator": HYDRATOR}, Reason.IN_ORDER, ""),
]


@pytest.mark.parametrize(("current", "reason", "message"), HYDRATIONS)
def test_hydration(current, reason, message):
    source = {"repoURL": URL, "path": "shop", "targetRevision": "env/prod"}
    sync = {"status": "Synced", "revision": REVISION, "comparedTo": {"source": source, "destination": {}}}
    changes = {"sourceHydrator": HYDRATOR, "destination": {}}
    verdict = status.judge(live(changes, sync=sync, sourceHydrator={"currentOperation": current}))
    assert verdict.reason is reason and message in verdict.message


# --- a wait --------------------------------------------------------------------------------------------------------

AT = live()["status"]["reconciledAt"]
FAILED = live(**out_of_sync(operationState=operated("Failed", "x")))
AWAY = live(**out_of_sync(operationState=operated("Error", "rpc error: code = Unavailable desc = no connection")))
INVALID = live(**error("InvalidSpecError", "no such project"))
UNSERVED = live(**out_of_sync(operationState=unserved()))
NEW = {**live(), "status": None}
ASKED = copy.deepcopy(live())
ASKED["metadata"]["annotations"] = {status.REFRESH: "normal"}


def asked(seconds_ago, **more):
    """A request of so many seconds before now, which is 100."""
    return Request(AT, 100 - seconds_ago, 100 - seconds_ago, **more)


# live, what the wait remembers, state, reason; now is 100
WAITS = {
    "in order": (live(), {}, "ready", Reason.IN_ORDER),
    "asked": (ASKED, {"request": asked(1)}, "waiting", Reason.REFRESH_PENDING),
    "asked, and no answer for long": (ASKED, {"request": asked(16)}, "waiting", Reason.CONTROLLER_SILENT),
    "asked, where no controller looks": (
        ASKED,
        {"request": asked(16), "unwatched": "not watched"},
        "failed",
        Reason.NOT_WATCHED,
    ),
    "answered": (live(reconciledAt="2026-01-01T10:00:06Z"), {"request": asked(1)}, "ready", Reason.IN_ORDER),
    "answered, and somebody else asks": (ASKED, {"request": asked(1, answered=True)}, "ready", Reason.IN_ORDER),
    "perhaps answered within one second": (live(), {"request": asked(1)}, "waiting", Reason.REFRESH_PENDING),
    "the request was lost": (live(), {"request": asked(1.2)}, "waiting", Reason.REFRESH_LOST),
    "lost so often that it must have been answered": (
        live(),
        {"request": asked(1, times=6)},
        "ready",
        Reason.IN_ORDER,
    ),
    "an invalid spec is asked for once more": (INVALID, {"request": asked(0)}, "waiting", Reason.REFRESH_LOST),
    "an invalid spec, again": (INVALID, {"request": asked(0, times=2)}, "doubtful", Reason.INVALID_SPEC),
    "nothing is asked while something is in doubt": (
        INVALID,
        {"recheck_at": 100.2},
        "waiting",
        Reason.RECHECK_PENDING,
    ),
    "the doubt is to be settled": (INVALID, {"recheck_at": 100}, "waiting", Reason.RECHECK_DUE),
    "a doubt that is confirmed": (INVALID, {"doubted": True}, "failed", Reason.INVALID_SPEC),
    "a doubt that has gone": (live(), {"doubted": True}, "ready", Reason.IN_ORDER),
    "no status yet": (NEW, {"begun": 90}, "waiting", Reason.NO_STATUS),
    "no status for long": (NEW, {"begun": 80}, "waiting", Reason.CONTROLLER_SILENT),
    "no status, where no controller looks": (
        NEW,
        {"begun": 80, "unwatched": "not watched"},
        "failed",
        Reason.NOT_WATCHED,
    ),
    "failed during the wait": (FAILED, {"can_restart": True}, "failed", Reason.OPERATION_FAILED),
    "failed before the wait": (
        FAILED,
        {"can_restart": True, "attempt": status.identity(FAILED)},
        "waiting",
        Reason.GIVEN_UP_BEFORE,
    ),
    "failed before the wait, and is not to be started again": (
        FAILED,
        {"attempt": status.identity(FAILED)},
        "failed",
        Reason.OPERATION_FAILED,
    ),
    "given up before the wait, by its condition": (
        live(**out_of_sync(**error("SyncError", "Failed last sync attempt to [x]: y"))),
        {"can_restart": True},
        "waiting",
        Reason.GIVEN_UP_BEFORE,
    ),
    "a part was away": (AWAY, {"can_resume": True}, "waiting", Reason.OUTAGE),
    "a part was away a moment ago": (AWAY, {"can_resume": True, "restart_at": 101}, "waiting", Reason.OUTAGE),
    "a part was away, and the moment is over": (
        AWAY,
        {"can_resume": True, "restart_at": 100},
        "waiting",
        Reason.OUTAGE_OVER,
    ),
    "a part was away, and nothing is run again": (AWAY, {}, "failed", Reason.OPERATION_FAILED),
    "a kind is not served, as far as is known": (UNSERVED, {}, "waiting", Reason.CRD_MISSING),
    "a kind is still not served": (UNSERVED, {"unserved": status.identity(UNSERVED)}, "failed", Reason.CRD_MISSING),
    "a kind was not served at an earlier attempt": (UNSERVED, {"unserved": (1, 2, 3)}, "waiting", Reason.CRD_MISSING),
    "a kind is not served, and another Application may bring it": (
        UNSERVED,
        {"unserved": status.identity(UNSERVED), "others_pending": True},
        "waiting",
        Reason.CRD_MISSING,
    ),
    "automated sync is due": (live(**out_of_sync()), {}, "waiting", Reason.AUTOMATED_SYNC_DUE),
    "automated sync is due, and its window is closed": (
        live(**out_of_sync()),
        {"closed": "deny '* * * * *'"},
        "failed",
        Reason.WINDOW_CLOSED,
    ),
}


@pytest.mark.parametrize("case", WAITS)
def test_wait(case):
    application, remembered, state, reason = WAITS[case]
    before = copy.deepcopy(application)
    verdict = judging.verdict(application, State(status.judge, **{"begun": 99.0, **remembered}), 100.0)
    assert (verdict.state, verdict.reason) == (state, reason), verdict
    assert application == before


def test_an_answer_stays_given():
    state = State(status.judge, 99.0, request=asked(1)).seen(live(reconciledAt="2026-01-01T10:00:06Z"), 100.0)
    assert state.request.answered
    assert judging.verdict(ASKED, state, 100.0).state == "ready"


# --- an operation of ours ------------------------------------------------------------------------------------------


def started(run_id, **more):
    operation = {"info": [{"name": status.RUN, "value": run_id}], **more}
    return {"operation": operation}


OTHER = {"operation": {"initiatedBy": {"automated": True}}}
# live, its state as it was seen before, state, reason, message
OPERATIONS = {
    "about to start": ({**live(), **started("1")}, None, "waiting", Reason.OPERATION_PENDING, "the task's sync"),
    "runs": (live(operationState=operated("Running", **started("1"))), None, "waiting", Reason.OPERATION_RUNNING, ""),
    "refused, and tried again": (
        live(operationState=operated("Running", "x is invalid: y", finishedAt="2026-01-01T10:00:05Z", **started("1"))),
        None,
        "failed",
        Reason.ATTEMPT_REFUSED,
        "x is invalid",
    ),
    "has succeeded": (
        live(operationState=operated("Succeeded", **started("1"))),
        None,
        "ready",
        Reason.IN_ORDER,
        "",
    ),
    "has failed": (
        live(operationState=operated("Failed", "x", **started("1"))),
        None,
        "failed",
        Reason.OPERATION_FAILED,
        "the sync to 2b8637b6 failed: x",
    ),
    "has succeeded, and the next one runs": (
        live(operationState=operated("Running", **OTHER)),
        operated("Succeeded", **started("1")),
        "ready",
        Reason.IN_ORDER,
        "",
    ),
    "was superseded": (
        live(operationState=operated("Running", **OTHER)),
        operated("Running", **started("1")),
        "failed",
        Reason.SUPERSEDED,
        "started by automated sync",
    ),
    "was superseded by somebody": (
        live(operationState=operated("Running", operation={"initiatedBy": {"username": "eve"}})),
        None,
        "failed",
        Reason.SUPERSEDED,
        "started by eve",
    ),
    "is being deleted": (STATUSES["being deleted"][0], None, "failed", Reason.DELETED, "being deleted"),
}


@pytest.mark.parametrize("case", OPERATIONS)
def test_operation(case):
    application, before, state, reason, message = OPERATIONS[case]
    verdict = outcome.ended(application, "1", outcome.latest(application, "1", before))
    assert (verdict.state, verdict.reason) == (state, reason), verdict
    assert message in verdict.message


PRUNABLE = {"kind": "ConfigMap", "namespace": "shop", "name": "old", "status": "OutOfSync", "requiresPruning": True}
DONE = operated("Succeeded")
# live, whether it has to be Synced, state, reason
SETTLED = {
    "in order": (live(operationState=DONE), True, "ready", Reason.IN_ORDER),
    "not healthy": (live(health={"status": "Progressing"}), True, "waiting", Reason.UNHEALTHY),
    "another one runs": (live(operationState=operated("Running")), True, "waiting", Reason.OTHER_OPERATION),
    "cannot be rendered": (STATUSES["manifests that cannot be had"][0], True, "doubtful", Reason.RENDERING_FAILED),
    "its spec cannot be rendered, and another revision was synced": (
        live(**error("ComparisonError", "x")),
        False,
        "ready",
        Reason.IN_ORDER,
    ),
    "no status": (NEW, False, "waiting", Reason.NO_STATUS),
    "still different": (live(**out_of_sync(operationState=DONE)), True, "doubtful", Reason.STILL_DIFFERENT),
    "different, as another revision was synced": (live(**out_of_sync()), False, "ready", Reason.IN_ORDER),
    "something to prune": (live(**out_of_sync(PRUNABLE)), True, "doubtful", Reason.PRUNING_NEEDED),
    "a commit has come": (
        live(sync={**out_of_sync()["sync"], "revision": "3" * 40}),
        True,
        "waiting",
        Reason.NEWER_REVISION,
    ),
    "a commit has come, and nobody syncs it": (
        live({"syncPolicy": {}}, sync={**out_of_sync()["sync"], "revision": "3" * 40}),
        True,
        "doubtful",
        Reason.NEWER_REVISION,
    ),
    "no result of a comparison": (
        live(sync={**live()["status"]["sync"], "status": "Unknown"}),
        True,
        "waiting",
        Reason.SYNC_UNKNOWN,
    ),
}


@pytest.mark.parametrize("case", SETTLED)
def test_settled(case):
    application, synced, state, reason = SETTLED[case]
    verdict = outcome.settled(application, DONE, synced, status.HEALTHY)
    assert (verdict.state, verdict.reason) == (state, reason), verdict


@pytest.mark.parametrize(
    ("application", "state", "reason"),
    [
        (live(), "ready", Reason.IN_ORDER),
        (live(**out_of_sync(PRUNABLE)), "ready", Reason.IN_ORDER),  # another resource
        (live(**out_of_sync()), "doubtful", Reason.STILL_DIFFERENT),
        (live({"source": SOURCE}), "waiting", Reason.NOT_COMPARED),
    ],
)
def test_a_part_that_was_synced(application, state, reason):
    chosen = [{"kind": "ConfigMap", "namespace": "shop", "name": "one"}]
    verdict = outcome.part_synced(application, chosen)
    assert (verdict.state, verdict.reason) == (state, reason), verdict


# --- a commit, a generation, a tree --------------------------------------------------------------------------------

COMMIT = "4" * 40
EARLIER = operated("Running", "x", finishedAt="2026-01-01T10:00:05Z", revision="1" * 40)
COMMITS = {
    "live": (live(), "ready", Reason.IN_ORDER),
    "another branch": (
        live(sync={**live()["status"]["sync"], "revision": "1" * 40}),
        "doubtful",
        Reason.OTHER_REVISION,
    ),
    "a sync to the commit before": (
        live(**out_of_sync(operationState=operated("Running", revision="1" * 40))),
        "waiting",
        Reason.EARLIER_SYNC,
    ),
    "one that has failed, and is tried again": (
        live(**out_of_sync(operationState=EARLIER)),
        "waiting",
        Reason.EARLIER_SYNC_STUCK,
    ),
    "not compared yet": (live({"source": SOURCE}), "waiting", Reason.NOT_COMPARED),
}


@pytest.mark.parametrize("case", COMMITS)
def test_commit(case):
    application, state, reason = COMMITS[case]
    commit = delivered.Delivered(COMMIT, "main", lambda revision, _commit: revision == REVISION)
    verdict = delivered.judged(application, commit)
    assert (verdict.state, verdict.reason) == (state, reason), verdict


def applicationset(*conditions, **annotations):
    metadata = {"name": "shops", "namespace": "argocd", "annotations": annotations}
    return {"metadata": metadata, "status": {"conditions": [*conditions]}}


UP_TO_DATE = {"type": "ResourcesUpToDate", "status": "True"}
BROKEN = {"type": "ErrorOccurred", "status": "True", "message": "no such list", "reason": "RenderTemplateParamsError"}
# live, ErrorOccurred before, seconds, state, reason, message
GENERATIONS = {
    "done": (applicationset(UP_TO_DATE), {}, 1, "ready", Reason.IN_ORDER, ""),
    "asked": (applicationset(UP_TO_DATE, **{generated.REFRESH: "true"}), {}, 1, "waiting", Reason.GENERATING, ""),
    "never": (applicationset(), {}, 1, "waiting", Reason.GENERATING, ""),
    "an error": (applicationset(BROKEN), {}, 1, "failed", Reason.GENERATION_FAILED, "no such list. Check the param"),
    "an error from before": (applicationset(BROKEN), BROKEN, 1, "waiting", Reason.GENERATING, ""),
    "an error that stays": (applicationset(BROKEN), BROKEN, 9, "failed", Reason.GENERATION_FAILED, "no such list"),
}


@pytest.mark.parametrize("case", GENERATIONS)
def test_generation(case):
    live_set, before, waited, state, reason, message = GENERATIONS[case]
    verdict = generated.generation(live_set, before, waited)
    assert (verdict.state, verdict.reason) == (state, reason), verdict
    assert message in verdict.message


DEGRADED = live(health={"status": "Degraded"})
# live, whether an ApplicationSet syncs it step by step, state, reason
CHILDREN = {
    "in order": (live(), True, "ready", Reason.IN_ORDER),
    "out of sync without automated sync": (
        live({"syncPolicy": {}}, **out_of_sync()),
        False,
        "failed",
        Reason.NOT_AUTOMATED,
    ),
    "the same, in steps": (live({"syncPolicy": {}}, **out_of_sync()), True, "waiting", Reason.NOT_ITS_TURN),
    "failed, in steps": (FAILED, True, "failed", Reason.OPERATION_FAILED),
    "degraded": (DEGRADED, False, "waiting", Reason.UNHEALTHY),
    "degraded, in steps": (DEGRADED, True, "doubtful", Reason.STEP_DEGRADED),
    "degraded, while something runs": (
        live(health={"status": "Degraded"}, operationState=operated("Running")),
        True,
        "waiting",
        Reason.OPERATION_RUNNING,
    ),
}


@pytest.mark.parametrize("case", CHILDREN)
def test_child(case):
    application, rolling, state, reason = CHILDREN[case]
    verdict = tree.in_tree(application, status.HEALTHY, rolling)
    assert (verdict.state, verdict.reason) == (state, reason), verdict


DELETED = {**live(), "metadata": {"name": "shop", "finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
BROKEN_OFF = {**DELETED, "status": {**live()["status"], **error("DeletionError", "no access to the cluster")}}
# live, since when it fails, state, reason, message; now is 100
DELETIONS = {
    "goes on": (DELETED, None, "waiting", Reason.DELETING, "held by resources-finalizer.argocd.argoproj.io"),
    "what it deployed is named": (DELETED, None, "waiting", Reason.DELETING, "it deployed ConfigMap shop/one"),
    "an error": (BROKEN_OFF, 99, "waiting", Reason.DELETING, "held by"),
    "an error that lasts": (BROKEN_OFF, 97, "waiting", Reason.DELETION_STUCK, "held by"),
    "an error that stays": (BROKEN_OFF, 94, "failed", Reason.DELETION_FAILED, "no access to the cluster"),
}


@pytest.mark.parametrize("case", DELETIONS)
def test_deletion(case):
    application, failing_since, state, reason, message = DELETIONS[case]
    verdict = deletion.verdict(application, failing_since, 100.0)
    assert (verdict.state, verdict.reason) == (state, reason), verdict
    assert message in verdict.message


def test_every_reason_has_a_row():
    """A reason that no table reaches is a branch without a test, or is gone."""
    tables = [STATUSES, WAITS, OPERATIONS, SETTLED, COMMITS, GENERATIONS, CHILDREN, DELETIONS]
    reached = {cell for table in tables for row in table.values() for cell in row if isinstance(cell, Reason)}
    reached |= {reason for _current, reason, _message in HYDRATIONS}
    by_requests = {Reason.MISSING, Reason.PART_UNHEALTHY}  # concluded from what is read, see the integration tests
    assert set(Reason) - reached == by_requests
