# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the real programs, kubectl and kubernetes.core, taken over by a set: check mode says what the run does.

`test_check_and_run.py` has thousands of random documents of one kind, made by the requests of these programs. Here are
the kinds with facts of their own, changed at random as well, as members of a set.
"""

from __future__ import annotations

import copy
import random
import sys

import playing
import pytest

OURS = "meshops.lifecycle"
COMPARE = playing.BUILD / "compare"  # `make other-collections` puts kubernetes.core there
pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def document(api, kind, **body):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "taken", "labels": {"a": "b", "c": "d"}}, **body}


def split(*weights):
    return [{"destination": {"host": "a", "subset": f"v{n}"}, "weight": weight} for n, weight in enumerate(weights)]


HTTP = [{"name": "first", "match": [{"uri": {"prefix": "/a"}}], "route": split(30, 70), "timeout": "3s"}]
HTTP += [{"name": "last", "route": split(100), "retries": {"attempts": 2, "retryOn": "5xx"}}]
HELM = {"parameters": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}], "values": "c: 3\n"}
SOURCE = {"repoURL": "https://git.example.com/a", "path": ".", "targetRevision": "main", "helm": HELM}
SERVER = "https://kubernetes.default.svc"
PLACE = {"project": "default", "destination": {"server": SERVER, "namespace": "a"}}
POLICY = {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["A=b", "C=d"]}
ROLES = [{"name": "ci", "policies": ["p, proj:taken:ci, applications, sync, taken/*, allow"], "groups": ["g"]}]
CONTAINER = {"name": "c", "image": "example.com/x", "ports": [{"containerPort": 80, "name": "http"}]}
NAME = {"fieldRef": {"fieldPath": "metadata.name"}}
CONTAINER["env"] = [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": NAME}]
POD = {"metadata": {"labels": {"a": "b"}, "annotations": {"x": "y"}}, "spec": {"containers": [CONTAINER]}}
PORTS = [{"name": "http", "port": 80, "protocol": "TCP"}, {"name": "tls", "port": 443, "protocol": "TCP"}]
RULES = [{"from": [{"source": {"principals": ["a", "b"]}}]}, {"to": [{"operation": {"methods": ["GET"]}}]}]
SELECTOR = {"matchLabels": {"a": "b"}}
DOCUMENTS = [
    document("networking.istio.io/v1", "VirtualService", spec={"hosts": ["a", "b"], "http": HTTP, "exportTo": ["."]}),
    document("networking.istio.io/v1", "DestinationRule", spec={
        "host": "a", "subsets": [{"name": f"v{n}", "labels": {"v": str(n)}} for n in range(2)],
        "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}, "connectionPool": {"tcp": {"maxConnections": 1}}}}),
    document("security.istio.io/v1", "AuthorizationPolicy", spec={
        "selector": SELECTOR, "rules": RULES, "action": "ALLOW"}),
    document("argoproj.io/v1alpha1", "Application", spec={**PLACE, "source": SOURCE, "syncPolicy": POLICY,
        "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]}),
    document("argoproj.io/v1alpha1", "ApplicationSet", spec={
        "generators": [{"list": {"elements": [{"n": "1"}, {"n": "2"}]}}],
        "template": {"metadata": {"name": "x", "annotations": {"e": ""}}, "spec": {**PLACE, "source": SOURCE}}}),
    document("argoproj.io/v1alpha1", "AppProject", spec={"description": "a", "sourceRepos": ["*"], "roles": ROLES,
        "destinations": [{"server": SERVER, "namespace": "a"}, {"server": SERVER, "namespace": "b"}]}),
    document("monitoring.coreos.com/v1", "ServiceMonitor", spec={"selector": SELECTOR, "endpoints": [
        {"port": "http", "interval": "30s"}, {"port": "other", "path": "/m"}]}),
    document("apps/v1", "Deployment", spec={
        "replicas": 0, "selector": SELECTOR, "template": POD, "minReadySeconds": 3}),
    document("v1", "Service", spec={"selector": {"a": "b"}, "ports": PORTS}),
    document("v1", "ConfigMap", data={"a": "1", "b": "2", "c": "3"}),
]  # fmt: skip
# What a document may not lose.
KEPT = {
    "a", "containerPort", "containers", "destination", "destinations", "elements", "endpoints", "fieldPath",
    "generators", "host", "hosts", "http", "image", "jsonPointers", "kind", "labels", "list", "match", "matchLabels",
    "metadata", "methods", "n", "name", "namespace", "operation", "path", "policies", "port", "ports", "prefix",
    "principals", "project", "protocol", "repoURL", "route", "rules", "selector", "server", "source", "spec",
    "subset", "subsets", "template", "uri", "v", "v0", "v1", "weight",
}  # fmt: skip


def thinned(value, rng):
    """The value without some of its fields, and with other numbers; never without what it needs."""
    if isinstance(value, dict):
        kept = {key: below for key, below in value.items() if key in KEPT or rng.random() < 0.75}
        return {key: thinned(below, rng) for key, below in kept.items()}
    if isinstance(value, list):
        kept = [item for item in value if rng.random() < 0.8] or value[:1]
        return [thinned(item, rng) for item in kept]
    return value + rng.randrange(2) if isinstance(value, int) and not isinstance(value, bool) else value


def changed(name, seed):
    rng = random.Random(seed)
    documents = []
    for whole in copy.deepcopy(DOCUMENTS):
        body = {key: thinned(value, rng) for key, value in whole.items() if key in ("spec", "data")}
        documents.append({**whole, **body, "metadata": {**whole["metadata"], "name": name}})
    return documents


def exclusive(env, volume, strategy, port):
    """A Deployment and a Service with what cannot stand beside another of its sort."""
    metadata = {"name": "web", "labels": {"port": str(port)}}
    container = {**CONTAINER, "env": [{"name": "A", **env}]}
    pod = {"containers": [container], "volumes": [{"name": "v", **volume}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod}
    spec = {"replicas": 0, "selector": SELECTOR, "strategy": strategy, "template": template}
    service = {"selector": {"a": "b"}, "ports": [{"name": "http", "port": port}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]


ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}
BEFORE = exclusive({"value": "1"}, {"emptyDir": {"medium": "Memory"}}, ROLLING, 80)
AFTER = exclusive({"valueFrom": NAME}, {"configMap": {"name": "c"}}, {"type": "Recreate"}, 81)


def by_kubectl(*verb):
    def make(kubectl, _play, namespace, documents):
        kubectl(*verb, "-n", namespace, "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": documents})

    return make


def by_kubernetes_core(**options):
    def make(_kubectl, play, namespace, documents):
        if not COMPARE.exists():
            pytest.skip("kubernetes.core is not at hand: make other-collections")
        task = {"name": "theirs", "kubernetes.core.k8s": {"namespace": namespace, "definition": documents, **options}}
        play(
            [task],
            vars={"ansible_python_interpreter": sys.executable},
            env={"ANSIBLE_COLLECTIONS_PATH": f"{playing.BUILD / 'collections'}:{COMPARE}"},
        )

    return make


MAKERS = {
    "kubectl create": by_kubectl("create"),
    "kubectl apply": by_kubectl("apply"),
    "kubectl apply --server-side": by_kubectl("apply", "--server-side"),
    "kubernetes.core.k8s": by_kubernetes_core(),
    "kubernetes.core.k8s apply": by_kubernetes_core(apply=True),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_check_mode_is_what_the_run_does_to_objects_of(play, kubectl, crds, namespace, maker):
    for group in ("istio.io", "argoproj.io", "monitoring.coreos.com"):
        crds(group)
    MAKERS[maker](kubectl, play, namespace, [{**whole} for whole in DOCUMENTS])
    seeds = (f"{maker} {number}" for number in range(3))
    tasks = []
    for number, seed in enumerate(seeds):
        # The last set leaves some members out, which it prunes.
        documents = changed("taken", seed)[number:]
        module = {"name": "all", "namespace": namespace, "prune": True, "objects": documents, "references": "ignore"}
        module.update(prune_kinds=[document["kind"] for document in DOCUMENTS])
        tasks += [
            {"name": f"check {number}", f"{OURS}.mesh_apply": module, "check_mode": True},
            {"name": f"run {number}", f"{OURS}.mesh_apply": module},
            {"name": f"again {number}", f"{OURS}.mesh_apply": module},
        ]
    run = play(tasks, diff=True)
    for number in range(3):
        predicted, done, again = (run[f"{word} {number}"] for word in ("check", "run", "again"))
        assert predicted.comparable() == done.comparable(), (maker, number)
        assert done.changed and not again.changed, (maker, number)
    left = kubectl("get", "virtualservice,destinationrule,deployment", "-n", namespace, "-o", "name").split()
    assert [name.partition("/")[0].partition(".")[0] for name in left] == ["deployment"]


@pytest.mark.parametrize("maker", MAKERS)
def test_what_excludes_what_it_replaces_is_taken_over_of(play, kubectl, namespace, maker):
    MAKERS[maker](kubectl, play, namespace, BEFORE)
    module = {"namespace": namespace, "objects": AFTER}
    wrong = {"namespace": namespace, "objects": [{**AFTER[1], "spec": {**AFTER[1]["spec"], "type": "Nonsense"}}]}
    run = play(
        [
            {"name": "check", f"{OURS}.mesh_apply": module, "check_mode": True},
            {"name": "wrong", f"{OURS}.mesh_apply": wrong, "ignore_errors": True},
            {"name": "run", f"{OURS}.mesh_apply": module},
            {"name": "again", f"{OURS}.mesh_apply": module},
        ],
        diff=True,
    )
    assert "spec.type" in run["wrong"].msg and not run["wrong"].changed
    assert run["check"].comparable() == run["run"].comparable()
    assert run["run"].changed and not run["again"].changed
    ports = kubectl("get", "service", "web", "-n", namespace, "-o", "json")["spec"]["ports"]
    assert [(port["name"], port["port"]) for port in ports] == [("http", 81)]
    pod = kubectl("get", "deployment", "web", "-n", namespace, "-o", "json")["spec"]["template"]["spec"]
    assert "emptyDir" not in pod["volumes"][0] and pod["containers"][0]["env"][0].keys() == {"name", "valueFrom"}
