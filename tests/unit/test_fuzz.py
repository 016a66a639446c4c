# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input by the thousand: whatever is written, the answer is a result or an error for a person, never a traceback.

Everything up to the first request is run; there is no cluster. tests/faults/test_fuzz_server.py goes on from there.
"""

from __future__ import annotations

import json
import os

import fuzzing
import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils import entry as entry_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import BUG, MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import errors, session
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import ENVIRONMENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect, desired, reading, typed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs import by_kind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = fuzzing.PLUGINS.parent / "tests" / "integration" / "cases"
NOWHERE = "http://127.0.0.1:9"  # refuses at once
FEWER = {"helm_release": 40}
RNG = st.randoms(use_true_random=False)


def many(examples):
    """Settings: so many examples, the same in every run; what fails is told by its arguments."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch, tmp_path):
    monkeypatch.setattr(session, "PATIENCE_FIRST", 0.0)
    monkeypatch.chdir(tmp_path)
    for name in [*ENVIRONMENT.values(), "KUBECONFIG"]:
        monkeypatch.delenv(name, raising=False)


def answer(entry, arguments, check):
    """The result of one call, as the action makes it. Raises what is no error for a person."""
    try:
        written = entry.checked(arguments)
        entry.secrets_of(written)
        json.dumps(entry.invocation(written))
        task = entry.task(written, check=check, warn=lambda message: None, progress=lambda message: None)
    except MeshError as error:
        return {"failed": True, "msg": error.message}
    return entry_module.execute(entry, task)


def is_an_answer(result):
    json.dumps(result)
    if not result.get("failed"):
        return
    message = result["msg"]
    assert BUG not in message, message
    assert message and "Traceback" not in message and "object has no attribute" not in message, message


@pytest.mark.parametrize("module", fuzzing.MODULES)
def test_options(module):
    entry = fuzzing.entry(module)

    @many(FEWER.get(module, 80))
    @given(RNG, st.sampled_from([4, 15, 60, 1000]), st.booleans())
    def run(rng, wildness, check):
        arguments = fuzzing.options(rng, entry.arguments, wildness)
        arguments.pop("binary_path", None)
        if module == "helm_release":
            arguments["binary_path"] = "/nowhere/helm"
        is_an_answer(answer(entry, {**arguments, "host": NOWHERE}, check))

    run()


DOCUMENT = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "VirtualService",
    "metadata": {"name": "reviews", "labels": {"a": "b"}, "annotations": {}},
    "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]},
}
OTHERS = [
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"k": "v"}, "data": {"k": "dg=="}},
    {"apiVersion": "v1", "kind": "List", "items": [DOCUMENT]},
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "foos.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Foo", "plural": "foos"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {}}],
        },
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "a/b:1"}], "initContainers": []}}},
    },
]


def spoiled(rng, document):
    """A document in which one or two values are something else."""
    document = json.loads(json.dumps(document))
    for _each in range(rng.randrange(1, 3)):
        here = document
        while isinstance(here, (dict, list)) and here:
            keys = sorted(here) if isinstance(here, dict) else range(len(here))
            key = rng.choice(list(keys))
            if rng.randrange(3) == 0 or not isinstance(here[key], (dict, list)):
                here[key] = fuzzing.anything(rng)
                break
            here = here[key]
    return document


@many(600)
@given(RNG)
def test_documents(rng):
    module = rng.choice(["istio_virtualservice", "mesh_apply", "service_monitor", "argocd_application"])
    document = spoiled(rng, rng.choice([DOCUMENT, *OTHERS]))
    if module == "mesh_apply":
        written = {
            "objects": [document, DOCUMENT],
            "images": {"a/": "b/"},
            "overlays": [spoiled(rng, DOCUMENT)] * rng.randrange(2),
        }
    else:
        written = {"definition": document}
    is_an_answer(answer(fuzzing.entry(module), {**written, "host": NOWHERE}, True))


# A document of every kind that has a module, with what makes its code look into it.
EVERY_KIND = [
    *[
        document
        for path in sorted(CASES.glob("*/*.yaml"))
        for document in yaml.safe_load_all(path.read_text())
        if (document["apiVersion"].rpartition("/")[0], document["kind"]) in by_kind.OPTIONS
    ],
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "a", "namespace": "argocd", "labels": {"a": "b"}, "annotations": {"c": "d"}},
        "spec": {
            "project": "default",
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "n"},
            "source": {"repoURL": "https://x/y", "path": "p", "helm": {"parameters": [{"name": "a", "value": "b"}]}},
            "sourceHydrator": {"drySource": {"repoURL": "https://x/y", "path": "p", "targetRevision": "main"}},
            "syncPolicy": {"automated": {"prune": True}, "syncOptions": ["A=b"], "retry": {"backoff": {"factor": 2}}},
            "ignoreDifferences": [{"kind": "Deployment", "jsonPointers": ["/a"]}],
        },
    },
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "a", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "generators": [
                {"matrix": {"generators": [{"clusters": {"selector": {}}}, {"list": {"elements": [{"a": "b"}]}}]}},
                {"git": {"repoURL": "https://x/y", "revision": "HEAD", "directories": [{"path": "*"}]}},
            ],
            "template": {
                "metadata": {"name": "{{.name}}", "labels": {"a": ""}, "annotations": {"b": ""}},
                "spec": {
                    "project": "default",
                    "source": {"repoURL": "https://x/y", "path": "p"},
                    "destination": {"name": "{{.name}}", "namespace": "n"},
                },
            },
        },
    },
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": "a", "namespace": "argocd"},
        "spec": {"sourceRepos": ["*"], "destinations": [{"server": "*"}], "roles": [{"name": "r", "policies": ["p"]}]},
    },
]


def with_every_node_of_another_type(document):
    """The document, once for each of its nodes and each type that YAML has, with that in the node's place."""
    for path in list(nodes(document)):
        for other in (None, True, 0, 1.5, "", "text", [], ["x"], {}, {"x": "y"}):
            changed = json.loads(json.dumps(document))
            here = changed
            for step in path[:-1]:
                here = here[step]
            here[path[-1]] = other
            yield changed


def nodes(value, path=()):
    """The paths of all nodes below."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from nodes(value[key], (*path, key))


@pytest.mark.parametrize("validate", ["strict", "ignore"])
@pytest.mark.parametrize("kind", sorted({document["kind"] for document in EVERY_KIND}))
def test_documents_with_every_node_of_another_type(kind, validate):
    group, document = next(
        (one["apiVersion"].rpartition("/")[0], one) for one in reversed(EVERY_KIND) if one["kind"] == kind
    )
    module = fuzzing.entry(by_kind.MODULES[group, kind])
    for changed in with_every_node_of_another_type(document):
        items = []
        try:
            items = collect.items(
                lambda api_version, name: Kind("", name, name.lower(), (api_version,)),
                [("objects[0]", changed)],
                "default",
                judge=lambda one, body: typed.judged(one, body, validate, lambda message: None),
            )
        except MeshError as error:
            assert error.message.startswith("objects[0]") and "has no attribute" not in error.message, error.message
        for item in items:
            json.dumps(item.desired)
        if validate == "strict":
            is_an_answer(
                answer(module, {"definition": changed, "delivery": "git", "git": {"repository": "/nowhere"}}, True)
            )


@many(600)
@given(RNG)
def test_kubeconfigs(rng):
    good = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": NOWHERE, "certificate-authority-data": "eA=="}}],
        "users": [{"name": "u", "user": {"token": "t", "exec": None, "client-key-data": "eA=="}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
    }
    document = spoiled(rng, good)
    given_as = rng.choice([document, yaml.safe_dump(document)])
    entry = fuzzing.entry("peer_authentication")
    is_an_answer(answer(entry, {"name": "a", "namespace": "b", "kubeconfig": given_as}, True))


@many(300)
@given(RNG)
def test_connection_options(rng):
    spec = {name: option for name, option in fuzzing.entry("mesh_info").arguments.items() if name in fuzzing.CONNECTION}
    names = rng.sample(sorted(spec), rng.randrange(1, 5))
    options = {"kubeconfig": "/nowhere", "host": NOWHERE}
    options |= {name: fuzzing.value(rng, spec[name], rng.choice([3, 50]), 1) for name in names if name != "proxy"}
    entry = fuzzing.entry("peer_authentication")
    is_an_answer(answer(entry, {"name": "a", "namespace": "b", **options}, True))


@many(500)
@given(RNG, st.sampled_from([400, 401, 403, 404, 409, 413, 422, 429, 500, 503]))
def test_answers_of_a_server(rng, status):
    body = {
        "kind": "Status",
        "message": rng.choice(
            [
                *fuzzing.TEXTS,
                'User "x" cannot get resource "y" in API group ""',
                'admission webhook "w" denied the request: ',
                'failed calling webhook "w": ',
                "failed to create typed patch object (a/b; v1, Kind=C): .spec.x: expected ",
                "failed to convert new object: error decoding from json: ",
            ]
        ),
        "reason": "Invalid",
        "details": {"causes": [{"reason": "FieldManagerConflict", "message": 'conflict with "x"', "field": ".spec.a"}]},
    }
    error = errors.from_status(status, spoiled(rng, body) if rng.randrange(4) else fuzzing.anything(rng), "here")
    assert isinstance(error.message, str)
    errors.findings(error)
    errors.is_final(error)


@many(500)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(fuzzing.TEXTS), RNG)
def test_files(text, rng):
    whole = yaml.safe_dump(spoiled(rng, DOCUMENT)) if rng.randrange(2) else ""
    cut = whole[: rng.randrange(len(whole) + 1)] + text
    try:
        for document in reading.parse(cut, "file.yml"):
            desired.tidy(document)
    except MeshError as error:
        assert "file.yml" in error.message or "document" in error.message or "metadata" in error.message


def test_nothing_was_written():
    """None of all that made a file where it was run."""
    assert os.listdir() == []
