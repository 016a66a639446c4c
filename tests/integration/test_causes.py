# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster says, said to the person: warnings of the API server, and why something does not become ready."""

from __future__ import annotations

import re

import pytest

OURS = "meshops.lifecycle"
pytestmark = pytest.mark.in_process
ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}
DEPRECATED = "beta.kubernetes.io/os"


def task(called, namespace, *objects, **options):
    keywords = {
        key: options.pop(key) for key in list(options) if key in ("ignore_errors", "check_mode", "async", "poll")
    }
    return {
        "name": called,
        f"{OURS}.mesh_apply": {"namespace": namespace, "objects": list(objects), **options},
        **keywords,
    }


def workload(kind, name, spec=None, **pod):
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "x"}], **pod}}
    body = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, **(spec or {})}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


def job(name, **spec):
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}], **spec.pop("pod", {})}
    body = {"template": {"spec": pod}, **spec}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": body}


def warnings(result):
    return [text for text in result.result.get("warnings") or [] if DEPRECATED in text]


def test_warnings_of_the_server_are_told_once_with_the_object(play, namespace):
    many = [
        workload("Deployment", f"d{number}", {"replicas": 0}, nodeSelector={DEPRECATED: "linux"}) for number in range(7)
    ]
    run = play(
        [
            task("check one", namespace, many[0], check_mode=True),
            task("one", namespace, many[0]),
            task("unchanged", namespace, many[0]),
            task("many", namespace, *many),
        ]
    )
    for name in ("check one", "one"):
        (text,) = warnings(run[name])
        assert text.startswith(f"Deployment {namespace}/d0: spec.template.spec.nodeSelector[{DEPRECATED}]: deprecated")
    assert warnings(run["unchanged"]) == [], "nothing was sent"
    (text,) = warnings(run["many"])
    assert text.startswith(f"Deployment {namespace}/d") and " and 1 more: spec.template" in text


def test_a_cause_that_stays_ends_the_wait(play, namespace):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none"},
        "spec": {"hard": {"count/pods": 0}},
    }
    wait = {"wait": True, "wait_timeout": 60, "ignore_errors": True}
    paused = workload("Deployment", "paused", {"paused": True})
    run = play(
        [
            task("no account", namespace, workload("Deployment", "nobody", serviceAccountName="nobody"), **wait),
            task("paused", namespace, paused, **wait),
            task("suspended", namespace, job("suspended", suspend=True), **wait),
            task("immutable", namespace, job("suspended", suspend=True, pod={"hostNetwork": True}), ignore_errors=True),
            task("on delete", namespace, workload("StatefulSet", "parts", ON_DELETE), wait=True),
            task(
                "on delete again", namespace, workload("StatefulSet", "parts", ON_DELETE, hostNetwork=True), wait=True
            ),
            task("quota", namespace, quota, workload("Deployment", "over"), **wait),
        ]
    )
    assert 'serviceaccount "nobody" not found' in run["no account"].msg
    for name in ("no account", "paused", "suspended", "quota"):
        assert " failed: " in run[name].msg and "in time" not in run[name].msg, "it ends at once"
    assert f"[cluster] mesh_apply: 0 of 1 ready, waiting for Deployment {namespace}/nobody" in run.stderr
    assert " s so far, " in run.stderr and " s left)" in run.stderr
    assert "it is paused (spec.paused), so the change is not rolled out" in run["paused"].msg
    assert "it is suspended (spec.suspend)" in run["suspended"].msg
    assert "exceeded quota: none" in run["quota"].msg
    assert "spec.template.spec: field is immutable, so it cannot be changed" in run["immutable"].msg
    assert "PodTemplateSpec" not in run["immutable"].msg


NO_ACCOUNT = {"serviceAccountName": "nobody"}
RBAC = "rbac.authorization.k8s.io"


def test_pods_and_events_explain_a_wait_that_ends(play, cluster, namespace):
    """Only Deployments have a condition for pods that cannot be created. What may not be read is left out."""
    daemons = workload("DaemonSet", "daemons", **NO_ACCOUNT)
    del daemons["spec"]["replicas"]
    objects = [
        workload("StatefulSet", "parts", **NO_ACCOUNT),
        daemons,
        job("once", pod=NO_ACCOUNT),
        workload("Deployment", "nowhere", nodeSelector={"example.com/no-such-node": "true"}),
    ]
    verbs = ["get", "list", "watch", "create", "patch"]
    role = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": "writer", "namespace": namespace},
        "rules": [{"apiGroups": ["apps", "batch"], "resources": ["*"], "verbs": verbs}],
    }
    binding = {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "writer", "namespace": namespace},
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "writer"},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "writer"}],
    }
    cluster.kubectl("create", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [role, binding]})
    wait = {"wait": True, "wait_timeout": 4, "ignore_errors": True}
    run = play(
        [
            task("all", namespace, *objects, **wait),
            task("without rights", namespace, *objects, **{**wait, "wait_timeout": 1}, impersonate_user="writer"),
        ]
    )
    texts = re.split(rf"; (?=[A-Z]\w+ {namespace}/)", run["all"].msg)
    reasons = {text.partition("/")[2].partition(":")[0]: text for text in texts}
    assert list(reasons) == ["parts", "daemons", "once", "nowhere"]
    for name in ("parts", "daemons", "once"):
        assert 'serviceaccount "nobody" not found)' in reasons[name], reasons[name]
    assert f"Job {namespace}/once: not complete yet (Error creating: pods" in reasons["once"]
    assert "0 of 1 replicas available, 1 updated (pod nowhere-" in reasons["nowhere"]
    assert "didn't match Pod's node affinity/selector" in reasons["nowhere"]
    text = run["without rights"].msg
    assert f"StatefulSet {namespace}/parts: 0 of 1 replicas ready, 0 updated; DaemonSet" in text
    assert f"Deployment {namespace}/nowhere: 0 of 1 replicas available, 1 updated. Of 4 objects" in text


def test_a_namespace_that_does_not_go_says_why(play, cluster, namespace):
    inner = f"{namespace}-held"
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": inner}})
    path = f"/api/v1/namespaces/{inner}/configmaps"
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "finalizers": ["example.com/stuck"]}}
    cluster.api("POST", path, held)
    gone = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": inner}}
    try:
        run = play(
            [
                task("gone", namespace, gone, state="absent", wait=True, wait_timeout=8, ignore_errors=True),
                task("anew", namespace, gone, ignore_errors=True),
            ]
        )
        for one in run.tasks:
            assert "example.com/stuck in 1 resource instances" in one.msg
            assert "no finalizer" not in one.msg
    finally:
        cluster.api("PATCH", f"{path}/a", {"metadata": {"finalizers": None}}, "application/merge-patch+json")


def test_what_others_put_into_a_declared_spec_is_told(play, cluster, crds, namespace):
    crds("istio.io")
    place = f"/apis/security.istio.io/v1/namespaces/{namespace}/peerauthentications/default"
    single = {"name": "default", "namespace": namespace, "spec": {"mtls": {"mode": "STRICT"}}, "plain_text": "ignore"}
    single["foreign_fields"] = "warn"
    strict = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "default"},
        "spec": single["spec"],
    }
    one = {"name": "one", f"{OURS}.peer_authentication": single}
    assert "warnings" not in play([one])["one"].result
    body = {"spec": {"selector": {"matchLabels": {"app": "none"}}}}
    cluster.api("PATCH", f"{place}?fieldManager=kubectl-edit", body, "application/merge-patch+json")
    run = play([one, {**one, "name": "check", "check_mode": True}])
    for result in run.tasks:
        (text,) = result.result["warnings"]
        assert text.startswith(f"PeerAuthentication {namespace}/default: spec.selector.matchLabels.app is not declared")
        assert "set by 'kubectl-edit', and in effect" in text
    assert run.changed == []
    cluster.api("DELETE", place)
    cluster.api("POST", place.rpartition("/")[0], {**strict, "metadata": {"name": "default", "namespace": namespace}})
    many = task("many", namespace, strict, foreign_fields="warn")
    play([many])
    cluster.api("PATCH", f"{place}?fieldManager=kubectl-edit", body, "application/merge-patch+json")
    (text,) = play([many])["many"].result["warnings"]
    assert "spec.selector.matchLabels.app is not declared" in text
