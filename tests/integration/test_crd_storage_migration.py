# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that are stored in an old version, and a definition that is to lose it."""

from __future__ import annotations

import time
import uuid

import pytest
import yaml

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once]


def definition(group, storage, versions):
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"boxes.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Box", "plural": "boxes", "singular": "box"},
            "scope": "Namespaced",
            "versions": [
                {"name": name, "served": True, "storage": name == storage, "schema": schema} for name in versions
            ],
        },
    }


def test_objects_are_rewritten_and_the_old_version_can_go(cluster, namespace, play, converges):
    group = f"g{uuid.uuid4().hex[:6]}.example.com"
    path, boxes = f"{DEFINITIONS}/boxes.{group}", f"/apis/{group}/v1/namespaces/{namespace}/boxes"
    tasks = [{"name": "Migrate", "meshops.lifecycle.crd_storage_migration": {"groups": [group]}}]

    def declare(storage, versions, **options):
        text = yaml.safe_dump(definition(group, storage, versions))
        return cluster.kubectl("apply", "-f", "-", stdin=text, **options)

    declare("v1alpha1", ["v1alpha1"])
    cluster.kubectl("wait", "--for=condition=Established", f"crd/boxes.{group}")
    try:
        for number in range(3):
            body = {"apiVersion": f"{group}/v1alpha1", "kind": "Box", "metadata": {"name": f"box-{number}"}, "size": 1}
            cluster.api("POST", boxes.replace("/v1/", "/v1alpha1/"), body)
        declare("v1", ["v1alpha1", "v1"])
        deadline = time.monotonic() + 60
        while cluster.get(boxes) is None:  # the server serves another version a moment later
            assert time.monotonic() < deadline, "v1 is not served"
            time.sleep(0.2)
        before = {item["metadata"]["name"]: item["metadata"] for item in cluster.get(boxes)["items"]}
        assert cluster.get(path)["status"]["storedVersions"] == ["v1alpha1", "v1"]

        done = converges(tasks)["Migrate"].result
        expected = {"objects": 3, "rewritten": 3, "storage": "v1", "stored_before": ["v1alpha1", "v1"]}
        assert done["crds"] == [{"name": f"boxes.{group}", **expected}]
        after = {item["metadata"]["name"]: item["metadata"] for item in cluster.get(boxes)["items"]}
        for name, metadata in after.items():  # written, and nothing of it is another
            assert metadata.pop("resourceVersion") != before[name].pop("resourceVersion")
        assert after == before
        declare("v1", ["v1"])
        assert cluster.get(path)["status"]["storedVersions"] == ["v1"]
        assert len(cluster.get(boxes)["items"]) == 3

        missing = play([{"meshops.lifecycle.crd_storage_migration": {"names": ["x.y"]}}], expect="failed")
        assert "x.y does not exist" in missing.msg
    finally:
        cluster.api("DELETE", path)
