# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spec pasted from elsewhere goes through a module's options unchanged, and so does the whole document."""

from __future__ import annotations

import importlib

import pytest
import schema_coverage
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import registry

PLUGINS = "ansible_collections.meshops.lifecycle.plugins"
CASES = schema_coverage.ROOT / "tests" / "integration" / "cases"
MODULE_OF = {schema_coverage.kind_of(module): module for module in schema_coverage.modules()}


def documents():
    for path in sorted(CASES.glob("*/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            group = document["apiVersion"].rpartition("/")[0]
            if (group, document["kind"]) in MODULE_OF:
                name = document["metadata"]["name"]
                yield pytest.param(group, document, id=f"{path.parent.name}/{path.stem}: {document['kind']} {name}")


@pytest.mark.parametrize(("group", "document"), list(documents()))
def test_a_pasted_document_stays_as_it_is(group, document):
    identity = group, document["kind"]
    module, kind = MODULE_OF[identity], registry.KINDS[identity]
    arguments = importlib.import_module(f"{PLUGINS}.modules.{module}").ENTRY.arguments

    def made(**written):
        return desired.declared(kind, params.check(written, arguments, module), arguments, "default")

    pasted = made(name=document["metadata"]["name"], spec=document["spec"])
    assert pasted["spec"] == document["spec"]
    assert made(definition=document)["spec"] == document["spec"]
    schema = schema_coverage.schema_of(*identity)
    if schema:
        assert list(schema_coverage.violations(pasted["spec"], schema)) == []


def test_the_cases_use_every_kind_of_the_mesh_and_of_monitoring():
    apis = ("istio.io", "gateway.networking.k8s.io", "monitoring.coreos.com")
    wanted = {kind for kind in MODULE_OF if kind[0].endswith(apis)}
    used = {(case.values[0], case.values[1]["kind"]) for case in documents()}
    assert wanted <= used


# What lies below is of no fixed shape: labels, and what is handed on to Envoy.
FREE = {"labels", "matchLabels", "value"}


def used(value, path):
    """The fields that a document uses, as paths."""
    for item in value if isinstance(value, list) else []:
        yield from used(item, f"{path}[]")
    for name, below in value.items() if isinstance(value, dict) else []:
        yield f"{path}.{name}"
        if name not in FREE:
            yield from used(below, f"{path}.{name}")


def test_the_cases_are_as_broad_as_the_samples_of_istio():
    samples = schema_coverage.samples()
    if not samples:
        pytest.skip("the samples are not at hand: build the lab")
    ours = {field for case in documents() for field in used(case.values[1]["spec"], case.values[1]["kind"])}
    theirs = {field for _where, document in samples for field in used(document["spec"], document["kind"])}
    assert len(theirs) > 100
    assert theirs - ours == set()
