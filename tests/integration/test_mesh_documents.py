# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of a mesh, pasted into tasks: the cluster takes them as they are, and a second run changes nothing."""

from __future__ import annotations

import importlib
import sys

import playing
import pytest
import schema_coverage
import yaml

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

CASES = schema_coverage.ROOT / "tests" / "integration" / "cases"
MODULE_OF = {schema_coverage.kind_of(module): module for module in schema_coverage.modules()}


def documents(pattern):
    return [document for path in sorted(CASES.glob(pattern)) for document in yaml.safe_load_all(path.read_text())]


def kind_of(document):
    return KINDS[document["apiVersion"].rpartition("/")[0], document["kind"]]


def task(document, namespace, **arguments):
    """A task for the document's own module."""
    kind, name = kind_of(document), document["metadata"]["name"]
    module = MODULE_OF[kind.group, kind.kind]
    return {"name": f"{module} {name}", f"meshops.lifecycle.{module}": {"namespace": namespace, **arguments}}


class Unsafe(str):
    """Text with braces that are not Ansible's."""


yaml.SafeDumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def as_it_is(value):
    """A value as a person writes it into a playbook, with `!unsafe` where it is not to be filled in."""
    if isinstance(value, dict):
        return {name: as_it_is(below) for name, below in value.items()}
    if isinstance(value, list):
        return [as_it_is(item) for item in value]
    return Unsafe(value) if isinstance(value, str) and "{{" in value else value


def typed(document):
    """What a task states when the parts of the document are pasted into its options."""
    metadata = document["metadata"]
    found = {name: metadata[name] for name in ("name", "labels", "annotations") if name in metadata}
    return {**found, "spec": as_it_is(document["spec"])}


def stored(document):
    """The spec as the server keeps it: what is declared, and the defaults that the kind's schema fills in."""
    return fields.filled({"spec": document["spec"]}, kind_of(document).defaults)["spec"]


@pytest.fixture
def live(cluster, namespace):
    """`live(document)`: the object on the API server, asked without any of the code under test."""
    listed = {}

    def get(document):
        kind = kind_of(document)
        if kind not in listed:
            path = f"/apis/{kind.api_versions[0]}/namespaces/{namespace}/{kind.plural}"
            listed[kind] = {one["metadata"]["name"]: one for one in cluster.get(path)["items"]}
        return listed[kind][document["metadata"]["name"]]

    return get


@pytest.mark.in_process
@pytest.mark.parametrize(
    ("group", "pattern"),
    [
        ("istio.io", "istio/*.yaml"),
        ("gateway.networking.k8s.io", "gateway_api/*.yaml"),
        # Their rules have braces that are not Ansible's, which versions of it treat differently.
        pytest.param("monitoring.coreos.com", "monitoring/*.yaml", marks=pytest.mark.each_core),
    ],
    ids=["istio", "gateway_api", "monitoring"],
)
def test_options_make_the_same_object(crds, namespace, play, converges, live, tmp_path, group, pattern):
    """Through the typed options to the API server and back; the whole document, inline or in a file, says the same."""
    crds(group)
    pasted = documents(pattern)
    run = converges([task(document, namespace, **typed(document)) for document in pasted])
    for document, done in zip(pasted, run.tasks, strict=True):
        assert done.changed and done.result["validated"] is True
        there = live(document)
        assert there["spec"] == stored(document), done.name
        for part in ("labels", "annotations"):
            assert there["metadata"].get(part) == document["metadata"].get(part), done.name
    files = [tmp_path / f"{number}.yaml" for number in range(len(pasted))]
    for file, document in zip(files, pasted, strict=True):
        file.write_text(yaml.safe_dump(document))
    whole = [
        {"src": str(file)} if number % 2 else {"definition": as_it_is(pasted[number])}
        for number, file in enumerate(files)
    ]
    again = play([task(document, namespace, **given) for document, given in zip(pasted, whole, strict=True)])
    assert again.changed == []


@pytest.mark.in_process
def test_the_samples_of_istio_itself(cluster, crds, namespace, mode):
    """What Istio's own samples declare, as the lab's version has them: the server's dry run gives the same back."""
    samples = schema_coverage.samples()
    if not samples:
        pytest.skip("the samples are not at hand: build the lab")
    crds("istio.io")
    crds("gateway.networking.k8s.io")
    kinds = set()
    for number, (where, document) in enumerate(samples):
        module = MODULE_OF[kind_of(document).group, document["kind"]]
        entry = importlib.import_module(f"ansible_collections.meshops.lifecycle.plugins.modules.{module}").ENTRY
        options = {"kubeconfig": str(cluster.kubeconfig), "namespace": namespace, "name": f"sample-{number}"}
        written = entry.checked({**options, "spec": document["spec"]})
        quiet = {"warn": lambda message: None, "progress": lambda message: None}
        result = execute(entry, entry.task(written, check=True, **quiet))
        assert not result.get("failed"), f"{where}: {result['msg']}"
        assert result["validated"] is True and result["result"]["spec"] == stored(document), where
        kinds.add(document["kind"])
    assert kinds >= {"VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "HTTPRoute"}


@pytest.mark.as_module
def test_a_document_as_a_module_process(crds, namespace, converges):
    crds("istio.io")
    document = documents("istio/versions.yaml")[0]
    converges([task(document, namespace, definition=document)])


@pytest.mark.in_process
def test_the_service_monitor_of_the_article_is_told_its_api_version(namespace, play):
    document = {"apiVersion": "v1", "kind": "ServiceMonitor", "metadata": {"name": "argocd-metrics"}, "spec": {}}
    run = play(
        [task({**document, "apiVersion": "monitoring.coreos.com/v1"}, namespace, definition=document)], expect="failed"
    )
    assert "monitoring.coreos.com/v1" in run.tasks[0].result["msg"]
