# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of a mesh, pasted into tasks: the cluster takes them as they are, and a second run changes nothing."""

from __future__ import annotations

import pytest
import schema_coverage
import yaml

CASES = schema_coverage.ROOT / "tests" / "integration" / "cases"
MODULE_OF = {schema_coverage.kind_of(module): module for module in schema_coverage.modules()}


def documents(pattern):
    return [document for path in sorted(CASES.glob(pattern)) for document in yaml.safe_load_all(path.read_text())]


def task(document, namespace, **arguments):
    """A task for the document's own module."""
    group = document["apiVersion"].rpartition("/")[0]
    name = document["metadata"]["name"]
    module = MODULE_OF[group, document["kind"]]
    return {"name": f"{module} {name}", f"meshops.lifecycle.{module}": {"namespace": namespace, **arguments}}


def typed(document):
    """What a task states when the parts of the document are pasted into its options."""
    metadata = document["metadata"]
    found = {name: metadata[name] for name in ("name", "labels", "annotations") if name in metadata}
    return {**found, "spec": document["spec"]}


@pytest.mark.in_process
def test_documents_of_istio(crds, namespace, play, converges):
    crds("istio.io")
    pasted = documents("istio/*.yaml")
    run = converges([task(document, namespace, definition=document) for document in pasted])
    for document, done in zip(pasted, run.tasks, strict=True):
        assert done.result["result"]["spec"] == document["spec"]
        assert done.result["validated"] is True
    again = play([task(document, namespace, **typed(document)) for document in pasted])
    assert again.changed == [], "the same in options is the same declaration"


@pytest.mark.in_process
def test_documents_of_the_gateway_api(crds, namespace, play, converges):
    crds("gateway.networking.k8s.io")
    pasted = documents("gateway_api/*.yaml")
    run = converges([task(document, namespace, definition=document) for document in pasted])
    assert len(run.changed) == len(pasted)
    assert all(done.result["validated"] for done in run.tasks)
    again = play([task(document, namespace, **typed(document)) for document in pasted])
    assert again.changed == [], "the same in options is the same declaration"


@pytest.mark.in_process
def test_documents_of_monitoring(crds, namespace, converges, tmp_path):
    crds("monitoring.coreos.com")
    tasks = []
    for document in documents("monitoring/*.yaml"):
        file = tmp_path / f"{document['kind']}-{document['metadata']['name']}.yaml"
        file.write_text(yaml.safe_dump(document))
        tasks.append(task(document, namespace, src=str(file)))
    converges(tasks)


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
