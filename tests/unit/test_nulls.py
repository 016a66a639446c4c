# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A null leaves its field out at every level, whichever way the object is declared."""

from __future__ import annotations

import json
import types

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.params import check
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect, desired, typed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import application, applicationset
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_applicationset import (
    with_application_options,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs import argocd_application, argocd_applicationset

SOURCE = {"repoURL": "https://git.example.com/shop.git", "path": "shop"}
DESTINATION = {"server": "https://kubernetes.default.svc"}
WHOLE = {"project": "default", "source": SOURCE, "destination": DESTINATION}
MODULES = {
    "Application": (application.KIND, "argocd_application", argocd_application.ARGUMENTS),
    "ApplicationSet": (applicationset.KIND, "argocd_applicationset", argocd_applicationset.ARGUMENTS),
}


def by_options(kind, spec, _folder):
    known, module, arguments = MODULES[kind]
    task = types.SimpleNamespace(name=module, written=check({"name": "a", "spec": spec}, arguments, module))

    def run(task):
        return desired.declared(known, task.written, arguments, "argocd")

    return with_application_options(run)(task) if kind == "ApplicationSet" else run(task)


def document(kind, spec):
    metadata = {"name": "a", "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


def by_definition(kind, spec, _folder):
    known, module, arguments = MODULES[kind]
    written = check({"definition": document(kind, spec)}, arguments, module, partial=True)
    return desired.declared(known, written, arguments, "argocd")


def by_file(kind, spec, folder):
    known, module, arguments = MODULES[kind]
    (folder / "a.json").write_text(json.dumps(document(kind, spec)))
    written = check({"src": str(folder / "a.json")}, arguments, module, partial=True)
    return desired.declared(known, written, arguments, "argocd")


def by_mesh_apply(kind, spec, _folder):
    def judge(known, whole):
        return typed.judged(known, whole, "strict", print, partial=False)

    (item,) = collect.items(None, [("objects", document(kind, spec))], "argocd", judge=judge)
    return item.desired


APPLICATION_SPECS = [
    ({**WHOLE, "syncPolicy": None}, WHOLE),
    ({**WHOLE, "syncPolicy": {"automated": None}}, {**WHOLE, "syncPolicy": {}}),
    ({**WHOLE, "syncPolicy": {"automated": {"prune": None}}}, {**WHOLE, "syncPolicy": {"automated": {}}}),
    (
        {**WHOLE, "syncPolicy": {"syncOptions": None, "retry": {"backoff": None}}},
        {**WHOLE, "syncPolicy": {"retry": {}}},
    ),
    ({**WHOLE, "source": {**SOURCE, "helm": {"values": None}}}, {**WHOLE, "source": {**SOURCE, "helm": {}}}),
    (
        {**WHOLE, "ignoreDifferences": [{"kind": "Deployment", "group": None, "jsonPointers": ["/spec"]}]},
        {**WHOLE, "ignoreDifferences": [{"kind": "Deployment", "jsonPointers": ["/spec"]}]},
    ),
    # Mappings of the user's own keep theirs.
    (
        {**WHOLE, "source": {**SOURCE, "helm": {"valuesObject": {"a": None}}}},
        {**WHOLE, "source": {**SOURCE, "helm": {"valuesObject": {"a": None}}}},
    ),
]
METADATA = {"name": "{{ name }}"}
LISTED = [{"list": {"elements": [{"name": "a"}]}}]
SETS = [
    (
        {
            "generators": LISTED,
            "template": {"metadata": METADATA, "spec": {**WHOLE, "syncPolicy": {"automated": None}}},
        },
        {"generators": LISTED, "template": {"metadata": METADATA, "spec": {**WHOLE, "syncPolicy": {}}}},
    ),
]
CASES = [("Application", *case) for case in APPLICATION_SPECS] + [("ApplicationSet", *case) for case in SETS]


@pytest.mark.parametrize("way", [by_options, by_definition, by_file, by_mesh_apply])
@pytest.mark.parametrize(("kind", "spec", "expected"), CASES)
def test_a_null_leaves_its_field_out(kind, spec, expected, way, tmp_path):
    normalise = MODULES[kind][0].normalise
    assert normalise(way(kind, spec, tmp_path))["spec"] == normalise(document(kind, expected))["spec"]
