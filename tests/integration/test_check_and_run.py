# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says is what the run does, field by field: a table, and random documents that others made before.

Against the API server directly. Another number of random documents, and other ones:
MESHOPS_EXAMPLES=2000 MESHOPS_SEED=7 pytest tests/integration/test_check_and_run.py
MESHOPS_EXAMPLE="106 1750" repeats some of them.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import sys
import time
import uuid

import playing
import pytest

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, fields, results, write
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from makers import ADOPTED, OURS, PROGRAMS, Maker, Programs
from samples import DOCUMENTS, Documents

pytestmark = pytest.mark.in_order  # the last one asks what the others have seen
EXAMPLES = int(os.environ.get("MESHOPS_EXAMPLES", "150"))
SEED = int(os.environ.get("MESHOPS_SEED", "20261126"))
NUMBERS = [int(number) for number in os.environ.get("MESHOPS_EXAMPLE", "").split()] or list(range(EXAMPLES))


# ---- Kinds with every sort of list and mapping, and no controller that writes meanwhile -----------------------------


def struct(**properties):
    return {"type": "object", "properties": properties}


def array(items, sort, keys=()):
    listed = {"type": "array", "items": items, "x-kubernetes-list-type": sort}
    return {**listed, "x-kubernetes-list-map-keys": list(keys)} if keys else listed


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
SPEC = struct(
    a=struct(x=NUMBER, y=TEXT, deep=struct(z=TEXT)),
    filled=struct(mode={**TEXT, "default": "Strict"}, n=NUMBER),
    keyed=array({**struct(name=TEXT, flag=TEXT, v=struct(q=TEXT)), "required": ["name"]}, "map", ["name"]),
    set=array(TEXT, "set"),
    atomic=array(struct(p=TEXT, q={**NUMBER, "default": 5}), "atomic"),
    whole={**struct(p=TEXT, q=TEXT), "x-kubernetes-map-type": "atomic"},
    map={"type": "object", "additionalProperties": struct(p=TEXT, q=TEXT)},
    free={"type": "object", "x-kubernetes-preserve-unknown-fields": True},
)


@pytest.fixture(scope="module")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(scope="module")
def place(no_istiod):
    """A namespace with its own kind Sample, and requests to the API server: (resources, namespace, kind Sample)."""
    namespace = f"t-check-and-run-{uuid.uuid4().hex[:6]}"
    group = f"{namespace}.example.com"
    resources = Resources(connect({"kubeconfig": str(no_istiod.kubeconfig)}))
    body = {"metadata": {"name": namespace, "labels": {"meshops.lifecycle/test": "true"}}}
    resources.create(builtin.NAMESPACE, None, {"apiVersion": "v1", "kind": "Namespace", **body})
    schema = {"type": "object", "properties": {"spec": SPEC}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"samples.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Sample", "plural": "samples"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    live = resources.create(builtin.CRD, None, definition)
    deadline = time.monotonic() + 30
    while builtin.crd_ready(live).state != "ready":
        assert time.monotonic() < deadline
        time.sleep(0.2)
        live = resources.get(builtin.CRD, None, f"samples.{group}")
    sample = Kind(group, "Sample", "samples", ("v1",))
    while not _served(resources, sample, namespace):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    yield resources, namespace, sample
    resources.delete(builtin.CRD, None, f"samples.{group}")
    resources.delete(builtin.NAMESPACE, None, namespace)


def _served(resources, sample, namespace):
    """Whether the merging of the API server knows the schema as well, which comes a moment after the path."""
    body = {"kind": "Sample", "metadata": {"name": "probe", "namespace": namespace}, "spec": {"keyed": [{"name": "a"}]}}
    try:
        probe = resources.apply(sample, body, manager="probe", dry_run=True)
    except MeshError:
        return False
    return "f:keyed" in str(probe) and "k:{" in str(probe)


POD_TEMPLATE = Kind("", "PodTemplate", "podtemplates", ("v1",), normalise=builtin.workload)
SERVICE = Kind("", "Service", "services", ("v1",))


# ---- Check mode against the run -------------------------------------------------------------------------------------


def attempt(resources, kind, desired, check, force):
    """A Change, or the words of the refusal."""
    live = resources.get(kind, desired["metadata"]["namespace"], desired["metadata"]["name"])
    try:
        return write.apply(resources, kind, desired, live, manager=OURS, force=force, check=check)
    except MeshError as error:
        return error.message


def owned(live):
    """What is ours of an object."""
    return (fields.entry(live, OURS) or {}).get("fieldsV1")


def missing(declared, live, path=""):
    """The paths of what is declared and not live. Lists count as a whole, but for items that are told apart by name."""
    if isinstance(declared, dict):
        if not isinstance(live, dict):
            return [path]
        return [gap for key, value in declared.items() for gap in missing(value, live.get(key), f"{path}.{key}")]
    if isinstance(declared, list) and isinstance(live, list):
        return [] if all(any(not missing(one, other) for other in live) for one in declared) else [path]
    return [] if declared == live else [path]


def agree(resources, kind, desired, force=False):
    """Check mode, the run and a second run. Returns the change of the run, or the words of its refusal."""
    before = resources.get(kind, desired["metadata"]["namespace"], desired["metadata"]["name"])
    predicted = attempt(resources, kind, desired, True, force)
    untouched = resources.get(kind, desired["metadata"]["namespace"], desired["metadata"]["name"])
    assert untouched == before, "check mode has written"
    made = attempt(resources, kind, desired, False, force)
    if isinstance(made, str) or isinstance(predicted, str):
        assert predicted == made
        return made
    live = resources.get(kind, desired["metadata"]["namespace"], desired["metadata"]["name"])
    assert predicted.row() == made.row()
    assert predicted.diff() == made.diff()
    assert diff.clean(predicted.after) == diff.clean(made.after) == diff.clean(live)
    if made.changed:
        assert owned(predicted.after) == owned(live)
        assert not any("write" in entry["manager"] for entry in live["metadata"].get("managedFields") or [])
        shown = made.diff()
        assert shown["before"] != shown["after"], "changed, and the diff shows nothing"
    again = attempt(resources, kind, desired, False, force)
    if owned(live) is None:  # who owns nothing has left no trace, and takes over from people as at first
        live = resources.get(kind, desired["metadata"]["namespace"], desired["metadata"]["name"])
        again = attempt(resources, kind, desired, False, force)
    assert again.action == "unchanged"
    assert diff.clean(again.after) == diff.clean(live)
    return made


def document(place, kind, name, spec, **metadata):
    part = "template" if kind is POD_TEMPLATE else "spec"
    return {
        "apiVersion": f"{kind.group}/v1" if kind.group else "v1",
        "kind": kind.kind,
        "metadata": {"name": name, "namespace": place[1], **metadata},
        **({} if spec is None else {part: spec}),
    }


NAMED = {"keyed": [{"name": "n", "v": {"q": "1"}}]}
EMPTIED = {
    "the spec": ({"a": {"x": 1}}, {}),
    "a mapping": ({"a": {"x": 1}, "set": ["s"]}, {"a": {}, "set": ["s"]}),
    "a mapping in a mapping": ({"a": {"x": 1, "deep": {"z": "1"}}}, {"a": {"x": 1, "deep": {}}}),
    "a list with keys": (NAMED, {"keyed": []}),
    "a mapping in an item": (NAMED, {"keyed": [{"name": "n", "v": {}}]}),
    "a set": ({"set": ["a"]}, {"set": []}),
    "an atomic list": ({"atomic": [{"p": "1"}]}, {"atomic": []}),
    "an atomic mapping": ({"whole": {"p": "1"}}, {"whole": {}}),
    "a mapping of names": ({"map": {"k": {"p": "1"}}}, {"map": {}}),
    "a value in a mapping of names": ({"map": {"k": {"p": "1"}}}, {"map": {"k": {}}}),
    "what has no schema": ({"free": {"a": {"b": {"c": 1}}}}, {"free": {"a": {"b": {}}}}),
    "two at once, and something new": (
        {"a": {"x": 1}, "map": {"k": {"p": "1"}}, "set": ["s"]},
        {"a": {}, "map": {}, "set": ["t"], "filled": {"n": 1}},
    ),
}


@pytest.mark.parametrize("maker", ["ours", *ADOPTED])
def test_what_becomes_empty_is_stored_as_declared(place, maker):
    resources, _namespace, sample = place
    for number, (case, (before, after)) in enumerate(EMPTIED.items()):
        name = f"empty-{maker.replace('_', '-')}-{number}"
        getattr(Maker(resources), maker)(sample, document(place, sample, name, before))
        made = agree(resources, sample, document(place, sample, name, after))
        assert made.action == "changed", case
        stored = {**made.after["spec"]}
        if "filled" in stored:
            assert stored["filled"].pop("mode") == "Strict"
        assert stored == after, case


def pod(**spec):
    return {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "x", **spec}]}}


@pytest.mark.parametrize("maker", ADOPTED)
def test_a_take_over_that_changes_no_value_says_so(place, maker):
    resources, namespace, sample = place
    everything = {
        **NAMED,
        "a": {"x": 1, "deep": {"z": "1"}},
        "set": ["s"],
        "atomic": [{"p": "1"}],
        "whole": {"p": "1"},
        "map": {"k": {"p": "1"}},
        "free": {"a": {"b": [1]}},
        "filled": {"n": 1},
    }
    ports = [{"name": "http", "port": 80}, {"name": "https", "port": 443}]
    for kind, spec in (
        (sample, everything),
        (SERVICE, {"selector": {"a": "b"}, "ports": ports}),
        (POD_TEMPLATE, pod()),
    ):
        name = f"same-{maker.replace('_', '-')}"
        body = document(place, kind, name, spec, labels={"a": "b"}, annotations={"c": "d"})
        getattr(Maker(resources), maker)(kind, copy.deepcopy(body))
        made = agree(resources, kind, body)
        shown = made.diff()
        gained = shown["after"].pop("ownedBy")
        shown["before"].pop("ownedBy")
        assert shown["before"] == shown["after"]
        assert {"metadata.labels.a", "metadata.annotations.c"} <= set(gained[OURS])
        assert made.row()["taken_over_from"] == [ADOPTED[maker]]
        told = f"Take-over from {ADOPTED[maker]}: {kind.kind} {namespace}/{name} (no value changes)."
        assert results.message([made]) == told


def test_empty_values_are_sent_once(place):
    resources, _namespace, _sample = place
    spec = pod(env=[], args=None, workingDir="", resources={}, securityContext={})
    spec["metadata"]["annotations"] = {}
    body = document(place, POD_TEMPLATE, "hollow", spec, annotations={})
    assert agree(resources, POD_TEMPLATE, body).action == "created"
    body["template"]["spec"]["containers"][0].pop(
        "env"
    )  # of a list with keys nobody can say that it was declared empty
    agree(resources, POD_TEMPLATE, body)
    before = dict(resources.session.counts)
    assert attempt(resources, POD_TEMPLATE, body, False, False).action == "unchanged"
    assert {name: count - before[name] for name, count in resources.session.counts.items() if count - before[name]} == {
        "reads": 1
    }


# Types of Go leave out an empty list, or show null for it. kind: what is filled, and what is emptied.
RULE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
USER = {"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}
TO_VIEW = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}}
PEERS = {"podSelector": {}, "policyTypes": ["Ingress"]}
BACKEND = {"defaultBackend": {"service": {"name": "a", "port": {"number": 1}}}}
EMPTY_LISTS = {
    "Role": ({"rules": [RULE]}, {"rules": []}),
    "a Role, within": (
        {"rules": [{**RULE, "resourceNames": ["a"]}]},
        {"rules": [{**RULE, "resourceNames": [], "nonResourceURLs": []}]},
    ),
    "RoleBinding": ({**TO_VIEW, "subjects": [USER]}, {**TO_VIEW, "subjects": []}),
    "ServiceAccount": (
        {"imagePullSecrets": [{"name": "a"}], "secrets": [{"name": "a"}]},
        {"imagePullSecrets": [], "secrets": []},
    ),
    "LimitRange": ({"spec": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}, {"spec": {"limits": []}}),
    "NetworkPolicy": ({"spec": {**PEERS, "ingress": [{}]}}, {"spec": {**PEERS, "ingress": [], "egress": []}}),
    "a NetworkPolicy, within": (
        {"spec": {**PEERS, "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": 80}]}]}},
        {"spec": {**PEERS, "ingress": [{"from": [], "ports": []}]}},
    ),
    "Ingress": ({"spec": {**BACKEND, "tls": [{"hosts": ["a.b"]}]}}, {"spec": {**BACKEND, "tls": [], "rules": []}}),
}


@pytest.mark.parametrize("case", EMPTY_LISTS)
def test_empty_lists_of_types_of_go_are_sent_once(place, case):
    resources, namespace, _sample = place
    kind = next(kind for kind in builtin.KINDS if kind.kind == case.removeprefix("a ").removesuffix(", within"))
    filled, emptied = EMPTY_LISTS[case]
    place_and_name = {"namespace": namespace, "name": f"empty-lists-{list(EMPTY_LISTS).index(case)}"}
    head = {"apiVersion": kind.api_versions[0], "kind": kind.kind, "metadata": place_and_name}

    def settle(body):
        body = copy.deepcopy({**head, **body})
        body = kind.normalise(body) if kind.normalise else body
        action = agree(resources, kind, body).action
        before = dict(resources.session.counts)
        assert attempt(resources, kind, body, False, False).action == "unchanged"
        counts = {name: count - before[name] for name, count in resources.session.counts.items()}
        assert {name: count for name, count in counts.items() if count} == {"reads": 1}
        return action

    assert settle(emptied) == "created"
    assert settle(filled) == "changed"
    assert settle(emptied) == "changed"


# What the server makes up in a run, and otherwise in a dry run.
CONTAINER = {"name": "c", "image": "x"}
MADE_UP = {
    "Service": (
        {
            "ports": [{"name": "http", "port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"}],
            "selector": {"a": "b"},
        },
        {"clusterIP", "clusterIPs"},
    ),
    "Job": (
        {"template": {"spec": {"restartPolicy": "Never", "containers": [CONTAINER]}}},
        {
            "selector",
            "template.metadata.labels.controller-uid",
            "template.metadata.labels.batch.kubernetes.io/controller-uid",
        },
    ),
    "Pod": ({"containers": [CONTAINER]}, {"volumes", "containers.0.volumeMounts"}),
}


def leaves(value, path=""):
    if isinstance(value, dict) and value:
        return {
            leaf: item
            for key, each in value.items()
            for leaf, item in leaves(each, f"{path}.{key}" if path else key).items()
        }
    if isinstance(value, list) and value:
        return {
            leaf: item for index, each in enumerate(value) for leaf, item in leaves(each, f"{path}.{index}").items()
        }
    return {path: value}


@pytest.mark.parametrize("name", MADE_UP)
def test_check_mode_shows_nothing_that_the_server_makes_up(place, name):
    resources, _namespace, _sample = place
    spec, fields_made_up = MADE_UP[name]
    kind = next(kind for kind in builtin.KINDS if kind.kind == name)

    def predicted_and_done(spec):
        body = document(place, kind, f"made-up-{name.lower()}", spec)
        body["apiVersion"] = kind.api_versions[0]
        changes = [attempt(resources, kind, body, check, False) for check in (True, False)]
        return [leaves(diff.clean(change.after)["spec"]) for change in changes]

    predicted, done = predicted_and_done(spec)
    missing_leaves = done.keys() - predicted.keys()
    assert {leaf: done[leaf] for leaf in predicted} == predicted
    assert all(leaf.startswith(tuple(fields_made_up)) for leaf in missing_leaves) and missing_leaves
    if name == "Service":
        predicted, done = predicted_and_done({**spec, "type": "NodePort"})
        assert predicted["clusterIP"] == done["clusterIP"], "what is live is known"
        assert done.keys() - predicted.keys() == {"ports.0.nodePort", "ports.1.nodePort"}
        stated = {**spec, "ports": [{**spec["ports"][0], "nodePort": done["ports.1.nodePort"] ^ 1}], "type": "NodePort"}
        assert predicted_and_done(stated)[0]["ports.0.nodePort"] == done["ports.1.nodePort"] ^ 1


# ---- Random documents -----------------------------------------------------------------------------------------------


# Kinds with facts of their own, that no controller writes to meanwhile. A Service is headless: no address is made up.
KNOWN = [
    (KINDS[group, whole["kind"]], whole)
    for whole in DOCUMENTS
    for group in [whole["apiVersion"].rpartition("/")[0]]
    if whole["kind"] != "Deployment"
]


@pytest.fixture(scope="module")
def seen():
    return {}


def definitions(crds):
    for group in ("istio.io", "argoproj.io", "monitoring.coreos.com"):
        crds(group)


class Example:
    """What others have made of an object, one after the other, and what is declared of it then: all by a seed."""

    def __init__(self, place, number):
        self.place, self.random, self.name = place, random.Random(SEED + number), f"random-{number}"
        self.documents = Documents(self.random)
        self.kind, self.whole = self.random.choice([(place[2], None), (POD_TEMPLATE, None), *KNOWN, *KNOWN])
        self.steps = []
        for _step in range(self.random.choice([0, 1, 1, 2, 3])):
            self.steps.append((self.random.choice(PROGRAMS), self.document()))
        last = self.steps[-1][1] if self.steps and self.random.random() < 0.6 else None
        self.desired = {**self._bare(), **self.documents.changed(last)} if last else self.document()
        self.force = self.random.random() < 0.5

    def _bare(self):
        return document(self.place, self.kind, self.name, None) if self.whole is None else self._known({})

    def _known(self, body, **metadata):
        metadata = {"name": self.name, "namespace": self.place[1], **metadata}
        return {"apiVersion": self.whole["apiVersion"], "kind": self.kind.kind, "metadata": metadata, **body}

    def document(self):
        metadata = self.documents.metadata()
        if self.whole is not None:
            return self._known(self.documents.thinned(self.whole), **metadata)
        spec = self.documents.template if self.kind is POD_TEMPLATE else self.documents.spec
        return document(self.place, self.kind, self.name, spec(), **metadata)

    def __str__(self):
        return f"{self.name}: {json.dumps(self.steps)} -> {json.dumps(self.desired)} (force: {self.force})"


@pytest.mark.parametrize("part", range(10))
def test_random_documents(place, crds, no_istiod, part, seen):
    """Requests of the real kubectl and kubernetes.core, of others and of ours, in any order; then ours."""
    definitions(crds)
    resources, namespace, sample = place
    maker = Programs(resources, no_istiod)
    for number in NUMBERS[part::10]:
        example = Example(place, number)
        kind, desired = example.kind, example.desired
        for by, body in example.steps:
            with contextlib.suppress(MeshError):  # what makes no valid object of what is there
                getattr(maker, by)(kind, copy.deepcopy(body))
        desired = kind.normalise(desired) if kind.normalise else desired
        try:
            outcome = agree(resources, kind, desired, example.force)
            live = resources.get(kind, namespace, example.name)
            if kind is sample and not isinstance(outcome, str):
                assert not missing(desired.get("spec", {}), live.get("spec", {}))
        except AssertionError as error:
            raise AssertionError(f"{example}\n{error}") from None
        finally:
            resources.delete(kind, namespace, example.name)
        what = "refused" if isinstance(outcome, str) else outcome.action
        seen[what] = seen.get(what, 0) + 1
        seen[kind.kind] = seen.get(kind.kind, 0) + 1


def test_random_documents_are_of_every_sort(seen):
    """Not an empty proof: objects were made, changed, found as they were, and refused."""
    if len(NUMBERS) >= 100:
        assert set(seen) >= {"created", "changed", "refused", *(kind.kind for kind, _whole in KNOWN)}, seen
