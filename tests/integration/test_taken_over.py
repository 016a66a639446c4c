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
from makers import COMPARE, OURS
from samples import CONTAINER, DOCUMENTS, IDENTITY, NAME, SELECTOR, thinned

pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


SET = DOCUMENTS[:10]
KEPT = {
    "a", "clusterIP", "containerPort", "containers", "destination", "destinations", "elements", "endpoints",
    "fieldPath", "generators", "host", "hosts", "http", "image", "jsonPointers", "kind", "labels", "list", "match",
    "matchLabels", "metadata", "methods", "n", "name", "namespace", "operation", "path", "policies", "port", "ports",
    "prefix", "principals", "project", "protocol", "repoURL", "route", "rules", "selector", "server", "source",
    "spec", "subset", "subsets", "template", "uri", "v", "v0", "v1", "weight",
}  # fmt: skip


def changed(name, seed):
    rng = random.Random(seed)
    documents = []
    for whole in copy.deepcopy(SET):
        body = {key: thinned(value, rng, KEPT) for key, value in whole.items() if key not in IDENTITY}
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
    MAKERS[maker](kubectl, play, namespace, [{**whole} for whole in SET])
    seeds = (f"{maker} {number}" for number in range(3))
    tasks = []
    for number, seed in enumerate(seeds):
        # The last set leaves some members out, which it prunes.
        documents = changed("taken", seed)[number:]
        module = {"name": "all", "namespace": namespace, "prune": True, "objects": documents, "references": "ignore"}
        module.update(prune_kinds=[document["kind"] for document in SET])
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
