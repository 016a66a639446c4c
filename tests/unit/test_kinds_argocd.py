# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's kinds: options to objects, statuses to readiness, finalizers to deletions."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import deletion, operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, spec, status, windows
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND as APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.project import KIND as PROJECT
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application import (
    ARGUMENTS as APPLICATION_OPTIONS,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_project import ARGUMENTS as PROJECT_OPTIONS
from argo_status import FAILED_SERVICE, REVISION, SOURCE, URL, live, operated, out_of_sync


def declared(kind, options, arguments):
    """The object that a task with these arguments declares, as it is sent."""
    made = desired.declared(kind, params.check({"name": "shop", **arguments}, options, "test"), options, "argocd")
    return kind.normalise(made) if kind.normalise else made


# --- options to objects --------------------------------------------------------------------------------------------

APPLICATION_SPECS = {
    "snake_case becomes the API's names": (
        {"source": {"repo_url": URL, "target_revision": "v1", "helm": {"values_object": {"a_b": False}}}},
        {"source": {"repoURL": URL, "targetRevision": "v1", "helm": {"valuesObject": {"a_b": False}}}},
    ),
    "the API's names are taken as they are": (
        {"source": {"repoURL": URL, "targetRevision": "v1", "helm": {"valueFiles": ["a.yaml"]}}},
        {"source": {"repoURL": URL, "targetRevision": "v1", "helm": {"valueFiles": ["a.yaml"]}}},
    ),
    "an empty automated arrives": ({"sync_policy": {"automated": {}}}, {"syncPolicy": {"automated": {}}}),
    "no automated is not an empty one": (
        {"sync_policy": {"sync_options": ["PruneLast=true"]}},
        {"syncPolicy": {"syncOptions": ["PruneLast=true"]}},
    ),
    "false of an automated sync arrives, Argo CD knows it": (
        {"sync_policy": {"automated": {"prune": False, "self_heal": False, "enabled": False}}},
        {"syncPolicy": {"automated": {"prune": False, "selfHeal": False, "enabled": False}}},
    ),
    "an empty retry arrives, it means none": ({"sync_policy": {"retry": {}}}, {"syncPolicy": {"retry": {}}}),
    "a retry limit of 0 is an empty retry to Argo CD": (
        {"sync_policy": {"automated": {}, "retry": {"limit": 0, "backoff": {"factor": 0}}}},
        {"syncPolicy": {"automated": {}, "retry": {"backoff": {"factor": 0}}}},
    ),
    "what Argo CD's types cannot hold is not sent": (
        {
            "source": {
                **SOURCE,
                "chart": "",
                "helm": {"skip_crds": False},
                "directory": {"recurse": False, "jsonnet": {}},
            },
            "info": [],
            "ignore_differences": [],
            "sync_policy": {"sync_options": []},
        },
        {"source": SOURCE},
    ),
    "neither in a list of sources": (
        {
            "sources": [
                {**SOURCE, "kustomize": {"images": [], "force_common_labels": True}, "directory": {"recurse": False}}
            ]
        },
        {"sources": [SOURCE]},
    ),
    "a directory with a pattern stays": (
        {"source": {**SOURCE, "directory": {"recurse": False, "include": "*.yaml"}}},
        {"source": {**SOURCE, "directory": {"include": "*.yaml"}}},
    ),
    "several sources, a reference among them": (
        {"sources": [{"repo_url": URL, "ref": "values"}, {"repo_url": URL, "chart": "istiod", "tag_prefix": "v"}]},
        {"sources": [{"repoURL": URL, "ref": "values"}, {"repoURL": URL, "chart": "istiod", "tagPrefix": "v"}]},
    ),
    "a plugin's parameters in each of their forms": (
        {
            "source": {
                "repo_url": URL,
                "plugin": {
                    "name": "cue",
                    "env": [{"name": "A", "value": ""}],
                    "parameters": [
                        {"name": "s", "string": ""},
                        {"name": "a", "array": []},
                        {"name": "m", "map": {"k": "v"}},
                    ],
                },
            }
        },
        {
            "source": {
                "repoURL": URL,
                "plugin": {
                    "name": "cue",
                    "env": [{"name": "A", "value": ""}],
                    "parameters": [
                        {"name": "s", "string": ""},
                        {"name": "a", "array": []},
                        {"name": "m", "map": {"k": "v"}},
                    ],
                },
            }
        },
    ),
    "a hydrated source": (
        {
            "source_hydrator": {
                "dry_source": {"repo_url": URL, "path": "dry", "target_revision": "main", "helm": {}},
                "sync_source": {"target_branch": "env/prod", "path": "shop"},
                "hydrate_to": {"target_branch": "env/prod-next"},
            }
        },
        {
            "sourceHydrator": {
                "drySource": {"repoURL": URL, "path": "dry", "targetRevision": "main"},
                "syncSource": {"targetBranch": "env/prod", "path": "shop"},
                "hydrateTo": {"targetBranch": "env/prod-next"},
            }
        },
    ),
    "differences, the namespace's labels, history": (
        {
            "ignore_differences": [{"kind": "Deployment", "group": "apps", "json_pointers": ["/spec/replicas"]}],
            "sync_policy": {
                "managed_namespace_metadata": {"labels": {"istio-injection": "enabled"}, "annotations": {}}
            },
            "revision_history_limit": 0,
        },
        {
            "ignoreDifferences": [{"kind": "Deployment", "group": "apps", "jsonPointers": ["/spec/replicas"]}],
            "syncPolicy": {"managedNamespaceMetadata": {"labels": {"istio-injection": "enabled"}}},
            "revisionHistoryLimit": 0,
        },
    ),
}


@pytest.mark.parametrize("case", APPLICATION_SPECS)
def test_application_spec(case):
    given, wanted = APPLICATION_SPECS[case]
    made = declared(APPLICATION, APPLICATION_OPTIONS, {"spec": given})
    assert made["spec"] == wanted
    assert (made["apiVersion"], made["kind"]) == ("argoproj.io/v1alpha1", "Application")
    assert made["metadata"] == {"name": "shop", "namespace": "argocd"}


PROJECT_SPECS = {
    "empty lists arrive, they allow nothing": (
        {"source_repos": [], "cluster_resource_whitelist": [], "orphaned_resources": {}},
        {"sourceRepos": [], "clusterResourceWhitelist": [], "orphanedResources": {}},
    ),
    "windows, roles, signatures": (
        {
            "sync_windows": [
                {"kind": "deny", "schedule": "0 8 * * *", "duration": "1h", "manual_sync": False, "time_zone": "UTC"}
            ],
            "roles": [{"name": "ci", "policies": ["p, proj:shop:ci, applications, sync, shop/*, allow"], "groups": []}],
            "signature_keys": [{"key_id": "4AEE18F83AFDEB23"}],
            "source_integrity": {
                "git": {"policies": [{"repos": [{"url": "*"}], "gpg": {"mode": "head", "keys": ["4AEE18F83AFDEB23"]}}]}
            },
        },
        {
            "syncWindows": [
                {"kind": "deny", "schedule": "0 8 * * *", "duration": "1h", "manualSync": False, "timeZone": "UTC"}
            ],
            "roles": [{"name": "ci", "policies": ["p, proj:shop:ci, applications, sync, shop/*, allow"], "groups": []}],
            "signatureKeys": [{"keyID": "4AEE18F83AFDEB23"}],
            "sourceIntegrity": {
                "git": {"policies": [{"repos": [{"url": "*"}], "gpg": {"mode": "head", "keys": ["4AEE18F83AFDEB23"]}}]}
            },
        },
    ),
}


@pytest.mark.parametrize("case", PROJECT_SPECS)
def test_project_spec(case):
    given, wanted = PROJECT_SPECS[case]
    assert declared(PROJECT, PROJECT_OPTIONS, {"spec": given})["spec"] == wanted


def test_a_whole_document_loses_what_is_no_declaration():
    document = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "shop", "namespace": "argocd", "resourceVersion": "7"},
        "spec": {"source": SOURCE},
        "status": {"sync": {"status": "Synced"}},
    }
    made = declared(APPLICATION, APPLICATION_OPTIONS, {"definition": document})
    assert set(made) == {"apiVersion", "kind", "metadata", "spec"}
    assert made["metadata"] == {"name": "shop", "namespace": "argocd"}


def test_an_operation_is_refused():
    with pytest.raises(MeshError, match="'operation' starts a sync"):
        spec.normalise({"metadata": {"name": "a", "namespace": "argocd"}, "operation": {"sync": {}}})


def test_what_argocd_is_asked_for_cannot_be_declared():
    def annotated(**annotations):
        return declared(APPLICATION, APPLICATION_OPTIONS, {"spec": {"source": SOURCE}, "annotations": annotations})

    for name in ("argocd.argoproj.io/refresh", "argocd.argoproj.io/hydrate"):
        with pytest.raises(MeshError, match=f"Application argocd/shop: the annotation {name} is a one-time request"):
            annotated(**{name: "normal"})
    document = annotated(**{"notified.notifications.argoproj.io": "{}", "argocd.argoproj.io/sync-wave": "1"})
    assert document["metadata"]["annotations"] == {"argocd.argoproj.io/sync-wave": "1"}


AUTOMATED = {"syncPolicy": {"automated": {"prune": True}}}


@pytest.mark.parametrize(
    ("desired", "present", "message"),
    [
        ({}, AUTOMATED, "automated sync was turned on by 'argocd-server', and this task does not declare it"),
        ({"syncPolicy": {"retry": {}}}, AUTOMATED, "enabled: false"),
        ({}, {"syncPolicy": {"automated": {"enabled": False}}}, ""),
        ({}, {}, ""),
        (AUTOMATED, AUTOMATED, ""),
        (None, AUTOMATED, ""),  # metadata alone is declared
    ],
)
def test_automated_sync_of_others_is_told(desired, present, message):
    owned = {"f:spec": {"f:syncPolicy": {"f:automated": {"f:prune": {}}}}}
    metadata = {"name": "shop", "namespace": "argocd"}
    managed = {**metadata, "managedFields": [{"manager": "argocd-server", "fieldsV1": owned}]}
    desired = {"metadata": metadata, **({} if desired is None else {"spec": desired})}
    remarks = APPLICATION.remarks(desired, {"metadata": managed, "spec": present})
    assert bool(remarks) == bool(message) and message in "".join(remarks)


def test_tokens_of_roles_are_not_declared():
    live = {"spec": {"roles": [{"name": "ci", "jwtTokens": [{"iat": 1, "id": "a"}, {"iat": 2, "id": "b"}]}]}}
    for given, wanted in (
        ({"name": "ci"}, {"name": "ci", "jwtTokens": live["spec"]["roles"][0]["jwtTokens"]}),
        ({"name": "ci", "jwtTokens": []}, {"name": "ci", "jwtTokens": []}),
        ({"name": "ci", "jwtTokens": [{"iat": 2}]}, {"name": "ci", "jwtTokens": [{"iat": 2, "id": "b"}]}),
        ({"name": "other"}, {"name": "other"}),
        ("text", "text"),
    ):
        assert PROJECT.kept({"spec": {"roles": [given]}}, live) == {"spec": {"roles": [wanted]}}
    assert PROJECT.kept({"spec": {}}, live) == {"spec": {}} and PROJECT.kept({}, live) == {}


def test_a_declared_false_overrules_what_is_live():
    live = {"spec": {"source": {"directory": {"recurse": True}}, "syncPolicy": {"retry": {}}}}
    given = {
        "metadata": {},
        "spec": {"source": {"directory": {"recurse": False}}, "syncPolicy": {"retry": {"limit": 0}}},
    }
    # The retry has become empty, and Argo CD holds it as that already: sending it would only take its ownership.
    assert spec.normalise(given, live)["spec"] == {"source": {"directory": {"recurse": False}}, "syncPolicy": {}}


@pytest.mark.parametrize(
    ("url", "server", "told"),
    [
        ("registry-1.docker.io", None, ""),
        ("registry.example.com:5000", None, ""),
        ("oci://registry.example.com/charts", None, "without the scheme, beside chart: web"),
        ("oci://registry.example.com/charts/web", None, ""),
        ("None", None, "spec.source.repoURL is 'None'"),
        (URL, "https://kubernetes.default.svc", ""),
        ("git@example.com:shop.git", None, ""),
        ("registry.example.com/charts", None, ""),
        ("file:///srv/git/shop", None, ""),
        ("undefined", "https://kubernetes.default.svc", "spec.source.repoURL is 'undefined'"),
        (URL, "undefined", "spec.destination.server is 'undefined'"),
        (URL, "kubernetes.default.svc", "not the URL of a cluster"),
    ],
)
def test_addresses(url, server, told):
    document = {"metadata": {}, "spec": {"source": {"repoURL": url, "chart": "web"}, "destination": {"server": server}}}
    if not told:
        spec.check_addresses(document)
        return
    with pytest.raises(MeshError, match=told):
        spec.check_addresses(document)


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("https://kubernetes.default.svc", ""),
        ("*", ""),
        ("!https://a.example.com", ""),
        ("https://*.example.com", ""),
        ("", ""),
        ("kubernetes.default.svc", "spec.destinations\\[0\\].server is 'kubernetes.default.svc'"),
    ],
)
def test_addresses_of_a_project(server, told):
    document = {"metadata": {}, "spec": {"destinations": [{"server": server, "namespace": "shop"}]}}
    if not told:
        spec.check_project_addresses(document)
        return
    with pytest.raises(MeshError, match=told):
        spec.check_project_addresses(document)


# --- the comparison ------------------------------------------------------------------------------------------------


COMPARED = {
    "the same": ({}, True),
    "fields that vanish": ({"source": {**SOURCE, "targetRevision": "main", "directory": {"recurse": False}}}, True),
    "an empty list": ({"ignoreDifferences": []}, True),
    "sync policy and project are not compared": ({"syncPolicy": {}, "project": "other"}, True),
    "another path": ({"source": {**SOURCE, "path": "other", "targetRevision": "main"}}, False),
    "another namespace": ({"destination": {"server": "https://kubernetes.default.svc", "namespace": "x"}}, False),
    "a value inside of valuesObject": (
        {"source": {**SOURCE, "targetRevision": "main", "helm": {"valuesObject": {"a": False}}}},
        False,
    ),
    "a null, which a merge patch cannot hold": (
        {"source": {**SOURCE, "targetRevision": "main", "directory": {"jsonnet": None}}},
        True,
    ),
    "a difference to ignore": ({"ignoreDifferences": [{"kind": "Deployment", "jsonPointers": ["/spec"]}]}, False),
    "several sources": ({"sources": [SOURCE]}, False),
}


@pytest.mark.parametrize("case", COMPARED)
def test_compared(case):
    changes, wanted = COMPARED[case]
    assert spec.is_compared(live(changes)) is wanted


def test_compared_with_nulls_in_values():
    stated = {**SOURCE, "helm": {"valuesObject": {"meshConfig": None, "pilot": {"env": None, "replicas": 2}}}}
    application = live({"source": stated})
    application["status"]["sync"]["comparedTo"]["source"] = {
        **SOURCE,
        "helm": {"valuesObject": {"pilot": {"replicas": 2}}},
    }
    assert spec.is_compared(application)


def test_compared_with_several_sources():
    seen = {"source": {"repoURL": ""}, "sources": [SOURCE], "destination": {}}
    application = live({"sources": [{**SOURCE, "kustomize": {}}], "destination": {}})
    application["status"]["sync"]["comparedTo"] = seen
    assert spec.is_compared(application)


# --- results ---------------------------------------------------------------------------------------------------------


def test_a_summary_of_a_failure_names_each_resource_once():
    resources = [
        {"kind": "Service", "namespace": "shop", "name": "web", "status": "OutOfSync"},
        {"kind": "ConfigMap", "namespace": "shop", "name": "one", "status": "OutOfSync"},
        {"kind": "Secret", "namespace": "shop", "name": "two", "status": "Synced"},
    ]
    made = status.summary(
        live(**out_of_sync(*resources, operationState=operated("Failed", "x", resources=[FAILED_SERVICE])))
    )
    assert [(r["kind"], r["name"]) for r in made["resources"]] == [("Service", "web"), ("ConfigMap", "one")]
    assert (made["sync"], made["health"], made["revisions"]) == ("OutOfSync", "Healthy", [REVISION])
    assert made["operation"]["phase"] == "Failed"


# --- operations, deletion, advice ----------------------------------------------------------------------------------


def test_an_operation_takes_options_and_retries_from_the_spec():
    policy = {"syncOptions": ["CreateNamespace=true"], "retry": {"limit": 2}, "automated": {}}
    made = operation.of_spec({"syncPolicy": policy}, {"revision": REVISION})
    assert made["retry"] == {"limit": 2}
    assert made["sync"] == {
        "syncOptions": ["CreateNamespace=true"],
        "syncStrategy": {"hook": {}},
        "revision": REVISION,
    }
    assert status.run_id(made)
    assert status.run_id(made) != status.run_id(operation.of_spec({}, {}))
    assert operation.of_spec({"syncPolicy": policy}, {"syncOptions": ["Replace=true"]})["sync"]["syncOptions"] == [
        "Replace=true"
    ]


PLAIN = "resources-finalizer.argocd.argoproj.io"
BACKGROUND = f"{PLAIN}/background"
HOOK = "post-delete-finalizer.argocd.argoproj.io"


@pytest.mark.parametrize(
    ("present", "cascade", "policy", "wanted"),
    [
        ([], True, None, [PLAIN]),
        ([HOOK], True, None, [HOOK, PLAIN]),
        ([PLAIN], True, None, [PLAIN]),
        ([BACKGROUND], True, None, [BACKGROUND]),
        ([BACKGROUND], True, "foreground", [PLAIN]),
        ([PLAIN], True, "background", [BACKGROUND]),
        ([f"{PLAIN}/foreground"], True, "foreground", [f"{PLAIN}/foreground"]),
        ([PLAIN, HOOK], False, None, [HOOK]),
        ([BACKGROUND, "example.com/mine"], False, None, ["example.com/mine"]),
        ([], False, None, []),
        ([PLAIN], None, None, [PLAIN]),
        ([], None, None, []),
    ],
)
def test_finalizers_of_a_deletion(present, cascade, policy, wanted):
    assert deletion.wanted_finalizers(present, cascade, policy) == wanted


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("nope: app path does not exist", "spec.source.path"),
        ("unable to resolve 'nope' to a commit SHA", "target_revision"),
        ("failed to list refs: repository not found", "credentials"),
        ("dial tcp: lookup git.example.com: no such host", "reach that host"),
        ('error getting cluster by server "x": cluster "x" not found', "spec.destination"),
        ("Application referencing project p which does not exist", "argocd_project"),
        ('namespaces "shop" not found', "CreateNamespace=true"),
        ('Make sure the "ServiceMonitor" CRD is installed on the destination cluster.', "SkipDryRunOnMissingResource"),
        (
            "error building helm chart dependencies: `helm dependency build` failed exit status 1: Error: looks like "
            '"https://charts.example.com" is not a valid chart repository or cannot be reached: dial tcp',
            "Chart.yaml",
        ),
        (
            'The Kubernetes API could not find version "v1beta1" of x.io/X for requested resource a/b. Version "v1" of '
            "x.io/X is installed on the destination cluster.",
            "apiVersion",
        ),
        ("something new", ""),
    ],
)
def test_advice(message, told):
    assert told in advice.on(message)
    assert bool(advice.on(message)) == bool(told)


# --- sync windows --------------------------------------------------------------------------------------------------

MONDAY = datetime(2026, 6, 1, 9, 30, tzinfo=timezone.utc)  # 11:30 in Berlin
WINDOW = {"kind": "deny", "schedule": "0 8 * * *", "duration": "2h", "applications": ["*"]}


@pytest.mark.parametrize(
    ("window", "wanted"),
    [
        ({}, True),
        ({"duration": "1h30m"}, False),  # it began exactly an hour and a half ago
        ({"duration": "1h31m"}, True),
        ({"duration": "90s"}, False),
        ({"schedule": "30 9 * * *"}, False),  # begins this very minute, Argo CD counts from the next moment on
        ({"schedule": "0 11 * * *"}, False),
        ({"schedule": "0 11 * * *", "timeZone": "Europe/Berlin"}, True),
        ({"schedule": "0 8 * * *", "timeZone": "Nowhere/Land"}, True),
        ({"schedule": "0 8 * * 1-5"}, True),
        ({"schedule": "0 8 * * mon,tue"}, True),
        ({"schedule": "0 8 * * 0,6"}, False),
        ({"schedule": "0 8 2 * 1"}, True),
        ({"schedule": "0 8 2 * *"}, False),
        ({"schedule": "0 8 1 jun ?"}, True),
        ({"schedule": "0 8 1 JUL *"}, False),
        ({"schedule": "*/20 9 * * *", "duration": "15m"}, True),
        ({"schedule": "*/20 9 * * *", "duration": "5m"}, False),
        ({"schedule": "0 22 * * 0", "duration": "12h"}, True),
        ({"schedule": "0 0 25 5 *", "duration": "240h"}, True),
    ],
)
def test_an_open_window(window, wanted):
    assert windows.active({**WINDOW, **window}, MONDAY) is wanted


@pytest.mark.parametrize(
    "window", [{"schedule": "0 8 * *"}, {"schedule": "0 25 * * *"}, {"schedule": "0 8 * * x"}, {"duration": "2 hours"}]
)
def test_a_window_that_cannot_be_read_forbids(window):
    project = {"spec": {"syncWindows": [{**WINDOW, **window}]}}
    assert "cannot be read" in windows.forbids(project, live(), manual=True, now=MONDAY)


OPEN, CLOSED = {"schedule": "0 8 * * *"}, {"schedule": "0 20 * * *"}
FORBIDDEN = {
    "no window": ([], False, False),
    "an open deny": ([{**WINDOW, **OPEN}], True, True),
    "a closed deny": ([{**WINDOW, **CLOSED}], False, False),
    "an open deny that lets people": ([{**WINDOW, **OPEN, "manualSync": True}], True, False),
    "an open allow": ([{**WINDOW, **OPEN, "kind": "allow"}], False, False),
    "a closed allow": ([{**WINDOW, **CLOSED, "kind": "allow"}], True, True),
    "a closed allow that lets people": ([{**WINDOW, **CLOSED, "kind": "allow", "manualSync": True}], True, False),
    "deny beats allow": ([{**WINDOW, **OPEN}, {**WINDOW, **OPEN, "kind": "allow"}], True, True),
    "one of two allows": ([{**WINDOW, **OPEN, "kind": "allow"}, {**WINDOW, **CLOSED, "kind": "allow"}], False, False),
    "for others": ([{**WINDOW, **OPEN, "applications": ["other-*"]}], False, False),
    "by namespace": ([{**WINDOW, **OPEN, "applications": ["other"], "namespaces": ["sh{op,ed}"]}], True, True),
    "by both, one does not fit": (
        [{**WINDOW, **OPEN, "applications": ["other"], "namespaces": ["shop"], "andOperator": True}],
        False,
        False,
    ),
    "by both": (
        [{**WINDOW, **OPEN, "clusters": ["https://*"], "namespaces": ["shop"], "andOperator": True}],
        True,
        True,
    ),
    "for nothing": ([{"kind": "deny", "schedule": "0 8 * * *", "duration": "2h"}], False, False),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_windows(case):
    found, automated, manual = FORBIDDEN[case]
    project = {"spec": {"syncWindows": found}}
    assert bool(windows.forbids(project, live(), manual=False, now=MONDAY)) is automated
    assert bool(windows.forbids(project, live(), manual=True, now=MONDAY)) is manual
