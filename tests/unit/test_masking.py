# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is never shown: in the arguments of a result at -vvv, in diffs and in results."""

from __future__ import annotations

import copy
import json

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.masking import LAST_APPLIED, masked
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, execute
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_cluster, argocd_repository
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.plan import FileChange

HIDDEN, CHANGED = diff.MASK, diff.MASK_CHANGED
SECRET = "Hunter2isnotgood"
OPAQUE = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"k": SECRET}}
URL = f"https://jane:{SECRET}@git.example.com/a.git"


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ({"kind": "ConfigMap", "data": {"k": "v"}}, {"kind": "ConfigMap", "data": {"k": "v"}}),
        (
            {"kind": "Secret", "data": {"k": "v"}, "stringData": {"l": "w"}, "type": "Opaque"},
            {"kind": "Secret", "data": {"k": HIDDEN}, "stringData": {"l": HIDDEN}, "type": "Opaque"},
        ),
        (
            {"apiVersion": "v1", "kind": "Secret", "password": "misplaced", "immutable": True},
            {"apiVersion": "v1", "kind": "Secret", "password": HIDDEN, "immutable": True},
        ),
        (
            {"kind": "Secret", "metadata": {"annotations": {LAST_APPLIED: "v", "x": "y"}}},
            {"kind": "Secret", "metadata": {"annotations": {LAST_APPLIED: HIDDEN, "x": "y"}}},
        ),
        (
            {"kind": "Secret", "metadata": "broken", "data": "broken"},
            {"kind": "Secret", "metadata": "broken", "data": HIDDEN},
        ),
        (
            {"kind": "List", "items": [{"kind": "Secret", "data": {"k": "v"}, "password": "x"}, 5]},
            {"kind": "List", "items": [{"kind": "Secret", "data": {"k": HIDDEN}, "password": HIDDEN}, 5]},
        ),
        # What only refers to a Secret is no Secret.
        (
            {"kind": "Gateway", "spec": {"certificateRefs": [{"kind": "Secret", "name": "tls", "namespace": "a"}]}},
            {"kind": "Gateway", "spec": {"certificateRefs": [{"kind": "Secret", "name": "tls", "namespace": "a"}]}},
        ),
        ({"kind": "SealedSecret", "spec": {"a": "b"}}, {"kind": "SealedSecret", "spec": {"a": "b"}}),
        ({"kind": "Service", "data": {"a": "b"}}, {"kind": "Service", "data": {"a": "b"}}),
        ([OPAQUE], [{**OPAQUE, "stringData": {"k": HIDDEN}}]),
        (5, 5),
        (None, None),
    ],
)
def test_documents(document, shown):
    before = copy.deepcopy(document)
    assert masked(document, document=True) == shown
    assert document == before


NESTED = {
    "kind in lower case": {**OPAQUE, "kind": "secret"},
    "kind misspelt": {**OPAQUE, "kind": "Secert"},
    "kind missing": {"metadata": {"name": "a"}, "stringData": {"k": SECRET}},
    "another kind with stringData": {**OPAQUE, "kind": "ConfigMap"},
    "field misspelt": {**OPAQUE, "stringData": None, "stringdata": {"k": SECRET}},
    "field of another name": {"kind": "Secret", "metadata": {"name": "a"}, "sringData": {"k": SECRET}},
    "value of another type": {**OPAQUE, "stringData": [SECRET]},
    "SecretList": {"apiVersion": "v1", "kind": "SecretList", "items": [{"data": {"k": SECRET}}]},
    "SecretList, wrong field": {"kind": "secretlist", "items": [{"metadata": {"name": "a"}, "password": SECRET}]},
    "List within a List": {"kind": "List", "items": [{"kind": "List", "items": [OPAQUE]}]},
    "template": {"apiVersion": "v1", "kind": "Template", "objects": [OPAQUE]},
    "within a spec": {"kind": "Application", "spec": {"source": {"helm": {"valuesObject": {"extra": [OPAQUE]}}}}},
    "as text": yaml.safe_dump(OPAQUE),
    "as JSON": json.dumps(OPAQUE),
    "as text, misspelt": f"kind: secret\ndata:\n  k: {SECRET}\n",
    "as text within": {"kind": "ConfigMap", "data": {"a.yaml": yaml.safe_dump({**OPAQUE, "kind": "secret"})}},
    "last applied": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"annotations": {LAST_APPLIED: json.dumps({**OPAQUE, "kind": "x"})}},
    },
    "value of a chart": {
        "kind": "Application",
        "spec": {"source": {"helm": {"valuesObject": {"env": {"TOKEN": SECRET}}}}},
    },
    "values of a chart as text": {
        "kind": "Application",
        "spec": {"source": {"helm": {"values": f"a: {{pwd: {SECRET}}}"}}},
    },
    "parameter": {
        "kind": "Application",
        "spec": {"sources": [{"helm": {"parameters": [{"name": "a.token", "value": SECRET}]}}]},
    },
    "variable of a plugin": {
        "kind": "Application",
        "spec": {"source": {"plugin": {"env": [{"name": "API_KEY", "value": SECRET}]}}},
    },
    "source of an operation": {
        "kind": "Application",
        "operation": {"sync": {"source": {"helm": {"valuesObject": {"secrets": [SECRET]}}}}},
    },
    "option of argocd_application": {"source": {"helm": {"values_object": {"db": {"privateKey": {"a": SECRET}}}}}},
    "URL": {"kind": "Application", "spec": {"source": {"repoURL": URL}}},
    "URL in a text": {"kind": "ConfigMap", "data": {"config": f"proxy: {URL}\n"}},
}


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("option", ["definition", "objects", "overlays", "spec", "spec_extra", "values", "data"])
def test_arguments(name, option):
    value = [NESTED[name]] if option in ("objects", "overlays") else NESTED[name]
    entry = Entry("x", {}, lambda task: {}, roles=Roles(documents=("definition", "objects", "overlays")))
    shown = str(entry.invocation({"name": "kept", option: value}))
    assert SECRET not in shown and "kept" in shown


@pytest.mark.parametrize("name", [name for name, value in NESTED.items() if isinstance(value, dict)])
def test_diffs_and_results(name):
    old = {"metadata": {"name": "a"}, **NESTED[name]}
    new = json.loads(json.dumps(old).replace(SECRET, "another-" + SECRET))
    made = diff.difference(old, new)
    assert SECRET not in str(made) and SECRET not in str(diff.masked(old))
    if name not in ("last applied",):  # which is not shown at all
        assert made["before"] != made["after"], "that it changes is shown"
    unchanged = diff.difference(old, copy.deepcopy(old))
    assert unchanged["before"] == unchanged["after"]


def test_only_the_hidden_part_of_a_text_is_marked():
    def application(url):
        return {"kind": "Application", "metadata": {}, "spec": {"repoURL": url}}

    made = diff.difference(application(URL), application(URL.replace(SECRET, "x")))
    assert made["after"]["spec"] == {"repoURL": f"https://jane:{CHANGED}@git.example.com/a.git"}
    made = diff.difference(application(URL), application(URL.replace("a.git", "b.git")))
    assert made["after"]["spec"] == {"repoURL": f"https://jane:{HIDDEN}@git.example.com/b.git"}


def test_values_of_a_chart_are_hidden_by_their_names_alone():
    def application(**helm):
        return {"kind": "Application", "metadata": {}, "spec": {"source": {"helm": helm}}}

    def shown(old, new):
        return diff.difference(application(**old), application(**new))["after"]["spec"]["source"]["helm"]

    old = {"valuesObject": {"replicas": 1, "adminPassword": SECRET, "token": 5, "existingSecret": "grafana"}}
    new = {"valuesObject": {**old["valuesObject"], "replicas": 2, "adminPassword": "x"}}
    assert shown(old, new)["valuesObject"] == {
        "replicas": 2,
        "adminPassword": CHANGED,
        "token": HIDDEN,
        "existingSecret": "grafana",
    }
    open_values = {
        "global": {"imagePullSecrets": [{"name": "registry"}], "tokenAudience": "istio-ca"},
        "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}],
        "tls": {"secretName": "tls", "keyFile": "/a", "createSecret": True, "password": None},
        "tolerations": [{"key": "node", "value": "x"}],
    }
    assert shown({}, {"valuesObject": open_values, "passCredentials": True})["valuesObject"] == open_values
    text = "# why\nreplicas: 1\n"
    assert shown({}, {"values": text}) == {"values": text}
    assert shown({"values": "a: 1\ntoken: x\n"}, {"values": "a: 2\ntoken: x\n"}) == {
        "values": "a: 2\ntoken: <hidden>\n"
    }
    assert shown({}, {"values": "token: {{ .token }}"}) == {"values": CHANGED}  # no YAML, as in an ApplicationSet


def test_what_a_registration_shows():
    def registered(server, config):
        data = {"name": "cHJvZA==", "server": server, "config": config, "username": "dQ=="}
        return {"kind": "Secret", "metadata": {"name": "a"}, "data": data}

    old = registered("aHR0cHM6Ly9h", "YQ==")
    new = registered("aHR0cHM6Ly9i", "Yg==")
    made = diff.difference(old, new, ("data", "stringData"), argocd_cluster._REGISTRATION.open_keys)
    assert made["before"]["data"] == {
        "name": "prod",
        "server": "https://a",
        "config": HIDDEN,
        "username": HIDDEN,
    }
    assert made["after"]["data"] == {"name": "prod", "server": "https://b", "config": CHANGED, "username": HIDDEN}
    url = "aHR0cHM6Ly9qYW5lOnNlY3JldEBhLmV4YW1wbGUvYg=="
    repository = {"kind": "Secret", "metadata": {}, "data": {"url": url, "password": "eA=="}}
    shown = diff.masked(repository, ("data", "stringData"), argocd_repository.KIND.open_keys)
    assert shown["data"] == {"url": f"https://jane:{HIDDEN}@a.example/b", "password": HIDDEN}


def test_a_pasted_last_applied_annotation_is_not_declared():
    document = {**OPAQUE, "metadata": {"name": "a", "annotations": {LAST_APPLIED: "{}", "x": "y"}}}
    assert desired.tidy(document)["metadata"]["annotations"] == {"x": "y"}


def test_files_that_are_delivered_to_git():
    before = yaml.safe_dump(NESTED["URL"])
    shown = FileChange("a.yaml", before.encode(), before.replace(SECRET, "x").encode()).diff()
    assert SECRET not in str(shown) and CHANGED in shown["after"]


def test_warnings_progress_and_what_nobody_foresaw():
    told = []

    def run(task):
        task.warn(URL)
        task.progress(URL)
        raise RuntimeError(URL)

    entry = Entry("x", {}, run)
    answer = execute(entry, entry.task({}, check=False, warn=told.append, progress=told.append))
    assert len(told) == 2 and SECRET not in str(told) + answer["msg"]
