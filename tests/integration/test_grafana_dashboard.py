# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards as ConfigMaps: from a file with other people's braces, from a dictionary, and gone again."""

from __future__ import annotations

import json

MODULE = "meshops.lifecycle.grafana_dashboard"
TEXT = '{ "uid": "shop", "title": "Shop",\n  "panels": [{"targets": [{"legendFormat": "{{ pod }} {% raw %}"}]}] }\n'


def test_dashboards_converge(cluster, namespace, converges, play, tmp_path):
    file = tmp_path / "shop.json"
    file.write_text(TEXT)
    tasks = [
        {"name": "File", MODULE: {"name": "file", "namespace": namespace, "src": str(file), "folder": "Mesh"}},
        {
            "name": "Text",
            MODULE: {"name": "text", "namespace": namespace, "dashboard": {"uid": "a", "title": "A", "id": 7}},
        },
    ]
    run = converges(tasks)
    assert run.changed == ["File", "Text"]
    assert "id 7" in run.output
    found = cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/file")
    assert found["data"] == {"file.json": TEXT}
    assert found["metadata"]["labels"] == {"grafana_dashboard": "1"}
    assert found["metadata"]["annotations"] == {"k8s-sidecar-target-directory": "Mesh"}
    text = cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/text")["data"]["text.json"]
    assert json.loads(text) == {"uid": "a", "title": "A", "id": None}

    run = play([{"name": "Gone", MODULE: {"name": "file", "namespace": namespace, "state": "absent", "wait": True}}])
    assert run.changed == ["Gone"]
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/file") is None


def test_a_file_that_is_no_dashboard_is_told_by_its_place(namespace, play, tmp_path):
    file = tmp_path / "shop.json"
    file.write_text('{"title": "Shop",\n "panels": [}')
    run = play([{"name": "File", MODULE: {"name": "file", "namespace": namespace, "src": str(file)}}], expect="failed")
    assert f"{file}, line 2, column 13: not JSON" in run.msg
