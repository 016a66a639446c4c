# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says is what the run does, field by field: a table, and random documents that others made before.

Against the API server directly. Another number of random documents, and other ones:
MESHOPS_EXAMPLES=2000 MESHOPS_SEED=7 pytest tests/integration/test_check_and_run.py
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

pytestmark = pytest.mark.in_order  # the last one asks what the others have seen
OURS = "meshops.lifecycle"
EXAMPLES = int(os.environ.get("MESHOPS_EXAMPLES", "150"))
SEED = int(os.environ.get("MESHOPS_SEED", "20261126"))
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


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
def place(cluster):
    """A namespace with its own kind Sample, and requests to the API server: (resources, namespace, kind Sample)."""
    namespace = f"t-check-and-run-{uuid.uuid4().hex[:6]}"
    group = f"{namespace}.example.com"
    resources = Resources(connect({"kubeconfig": str(cluster.kubeconfig)}))
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


# ---- Who made the object before -------------------------------------------------------------------------------------


class Maker:
    """Writes as kubectl, kubernetes.core, a controller or a task of ours would, by the same requests."""

    def __init__(self, resources):
        self.resources = resources

    def _request(self, verb, kind, body, content_type="application/json", **query):
        namespace, name = body["metadata"]["namespace"], body["metadata"]["name"]
        where = f"/apis/{kind.group}/v1" if kind.group else "/api/v1"
        where += f"/namespaces/{namespace}/{kind.plural}" + ("" if verb == "POST" else f"/{name}")
        return self.resources.session.request(verb, where, query, body, content_type)

    def _write(self, kind, body, manager):
        live = self.resources.get(kind, body["metadata"]["namespace"], body["metadata"]["name"])
        if live is None:
            return self._request("POST", kind, body, fieldManager=manager)
        return self._request("PATCH", kind, body, "application/merge-patch+json", fieldManager=manager)

    def kubectl_apply(self, kind, body):
        annotations = {**(body["metadata"].get("annotations") or {}), LAST_APPLIED: json.dumps(body)}
        self._write(
            kind, {**body, "metadata": {**body["metadata"], "annotations": annotations}}, "kubectl-client-side-apply"
        )

    def kubectl_create_or_edit(self, kind, body):
        there = self.resources.get(kind, body["metadata"]["namespace"], body["metadata"]["name"])
        self._write(kind, body, "kubectl-edit" if there else "kubectl-create")

    def kubectl_server_side(self, kind, body):
        self.resources.apply(kind, body, manager="kubectl", force=True)

    def kubernetes_core(self, kind, body):
        self._write(kind, body, "OpenAPI-Generator")

    def a_controller(self, kind, body):
        self._write(kind, body, "a-controller")

    def another_applier(self, kind, body):
        self.resources.apply(kind, body, manager="another-applier", force=True)

    def ours(self, kind, body):
        live = self.resources.get(kind, body["metadata"]["namespace"], body["metadata"]["name"])
        write.apply(self.resources, kind, body, live, manager=OURS, force=True, check=False)


MAKERS = [name for name in vars(Maker) if not name.startswith("_")]
ADOPTED = {
    "kubectl_apply": "kubectl-client-side-apply",
    "kubectl_create_or_edit": "kubectl-create",
    "kubectl_server_side": "kubectl",
    "kubernetes_core": "OpenAPI-Generator",
}


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


REQUIRED = ("name", "namespace", "containers", "containerPort", "tcpSocket", "port", "image", "key", "operator")


class Documents:
    """Random documents, and random changes of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return self.random.choice(["", "p", "q", "r"])

    def some(self, **parts):
        """Some of the parts, each made only when it is taken."""
        return {name: make() for name, make in parts.items() if self.random.random() < 0.5}

    def spec(self):
        named, choice = self.random.sample, self.random.choice
        return self.some(
            a=lambda: self.some(x=lambda: choice([0, 1, 2]), y=self.text, deep=lambda: self.some(z=self.text)),
            filled=lambda: self.some(mode=lambda: choice(["Strict", "Loose"]), n=lambda: choice([0, 1])),
            keyed=lambda: [
                {"name": name, **self.some(flag=self.text, v=lambda: self.some(q=self.text))}
                for name in named(["k", "l", "m"], choice([0, 1, 2]))
            ],
            set=lambda: named(["s", "t", "u"], choice([0, 1, 2])),
            atomic=lambda: [self.some(p=self.text, q=lambda: choice([0, 5])) for _ in range(choice([0, 1, 2]))],
            whole=lambda: self.some(p=self.text, q=self.text),
            map=lambda: self.some(one=lambda: self.some(p=self.text, q=self.text), two=lambda: self.some(p=self.text)),
            free=lambda: self.some(a=lambda: self.some(b=self.text, c=lambda: [self.text()]), d=self.text),
        )

    def template(self):
        choice = self.random.choice
        container = self.some(
            args=lambda: [self.text()],
            env=lambda: [{"name": name, **self.some(value=self.text)} for name in choice([[], ["A"], ["A", "B"]])],
            ports=lambda: [{"containerPort": port} for port in choice([[80], [80, 81]])],
            resources=lambda: self.some(limits=lambda: self.some(cpu=lambda: choice(["1", "100m", "1000m"]))),
            securityContext=lambda: self.some(privileged=lambda: choice([True, False])),
            readinessProbe=lambda: {"tcpSocket": {"port": 80}, **self.some(periodSeconds=lambda: 5)},
        )
        spec = self.some(
            volumes=lambda: [{"name": "v", "emptyDir": self.some(medium=lambda: "Memory")}],
            nodeSelector=lambda: self.some(a=self.text, b=self.text),
            tolerations=lambda: [{"key": "k", "operator": "Exists", **self.some(effect=lambda: "NoExecute")}],
            securityContext=lambda: self.some(runAsUser=lambda: 1),
            hostNetwork=lambda: False,
        )
        return {"metadata": self.metadata(), "spec": {**spec, "containers": [{"name": "c", "image": "x", **container}]}}

    def metadata(self):
        return self.some(
            labels=lambda: self.some(a=self.text, b=self.text),
            annotations=lambda: self.some(c=self.text, d=self.text),
        )

    def changed(self, value):
        """The value with parts taken away, emptied or kept."""
        if isinstance(value, dict):
            kept = {key: item for key, item in value.items() if key in REQUIRED or self.random.random() < 0.85}
            return {key: self.changed(item) for key, item in kept.items()}
        if isinstance(value, list) and self.random.random() < 0.2 and not any("image" in str(item) for item in value):
            return []
        return [self.changed(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def seen():
    return {}


@pytest.mark.parametrize("part", range(10))
def test_random_documents(place, part, seen):
    resources, _namespace, sample = place
    maker = Maker(resources)
    for number in range(part, EXAMPLES, 10):
        made = Documents(SEED + number)
        kind = made.random.choice([sample, sample, POD_TEMPLATE])
        spec = made.template if kind is POD_TEMPLATE else made.spec
        steps, name = [], f"random-{number}"
        for _step in range(made.random.choice([0, 1, 1, 2, 3])):
            by = made.random.choice(MAKERS)
            body = document(place, kind, name, spec(), **made.metadata())
            steps.append((by, copy.deepcopy(body)))
            with contextlib.suppress(MeshError):  # a merge patch of kubectl, say, that makes no valid object
                getattr(maker, by)(kind, body)
        last = steps[-1][1] if steps and made.random.random() < 0.6 else None
        desired = made.changed(last) if last else document(place, kind, name, spec(), **made.metadata())
        desired = {**document(place, kind, name, None), **desired}
        force = made.random.random() < 0.5
        history = f"example {number}: {json.dumps(steps)} -> {json.dumps(desired)} (force: {force})"
        try:
            outcome = agree(resources, kind, desired, force)
            live = resources.get(kind, place[1], name)
            if kind is sample and not isinstance(outcome, str):
                assert not missing(desired.get("spec", {}), live.get("spec", {}))
        except AssertionError as error:
            raise AssertionError(f"{history}\n{error}") from None
        finally:
            resources.delete(kind, place[1], name)
        what = "refused" if isinstance(outcome, str) else outcome.action
        seen[what] = seen.get(what, 0) + 1


def test_random_documents_are_of_every_sort(seen):
    """Not an empty proof: objects were made, changed, found as they were, and refused."""
    if sum(seen.values()) >= 100:
        assert set(seen) >= {"created", "changed", "refused"}, seen
