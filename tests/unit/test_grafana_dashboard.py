# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards: what is stored, what is refused, and what is told of an export of another Grafana."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from ansible_collections.meshops.lifecycle.plugins.action.grafana_dashboard import ActionModule
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import grafana_dashboard as dashboard
from ansible_collections.meshops.lifecycle.plugins.modules.grafana_dashboard import ENTRY

LEAST = {"uid": "shop", "title": "Shop"}
SHARED = {
    **LEAST,
    "__inputs": [
        {"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"},
        {"name": "VAR_JOB", "type": "constant", "value": "istiod"},
    ],
    "__requires": [{"type": "grafana", "id": "grafana"}],
    "panels": [
        {
            "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
            "targets": [{"expr": 'up{job="${VAR_JOB}"}', "legendFormat": "{{pod}} ${__interval}"}],
        }
    ],
}


def declared(**arguments):
    """(the ConfigMap, the warnings) of a task with these arguments."""
    told = []
    written = ENTRY.checked({"name": "dash", **arguments})
    task = ENTRY.task(written, check=False, warn=told.append, progress=print)
    task.session = SimpleNamespace(default_namespace="monitoring", counts={"retries": 0})
    return dashboard.declared(task), told


def stored(**arguments):
    """The dashboard that is stored, parsed."""
    return json.loads(declared(**arguments)[0]["data"]["dash.json"])


def test_the_least():
    made, told = declared(dashboard=LEAST)
    assert made["metadata"] == {"name": "dash", "namespace": "monitoring", "labels": {"grafana_dashboard": "1"}}
    assert made["data"] == {"dash.json": '{\n  "uid": "shop",\n  "title": "Shop"\n}'}
    assert told == []


def test_neither_a_dashboard_nor_a_file():
    with pytest.raises(MeshError, match="Give 'dashboard', or 'src'"):
        declared(src="")


def test_a_key_that_stands_twice_is_told():
    made, told = declared(dashboard='{"title": "Shop", "uid": "shop", "panels": [{"type": "a", "type": "b"}]}')
    assert '"type": "a"' in made["data"]["dash.json"], "the text stays as it is"
    assert "the key 'type' is duplicated in the same mapping. The last one is used." in " ".join(told)


def test_labels_folder_and_file():
    made, _told = declared(
        dashboard=LEAST,
        namespace="shop",
        labels={"team": "7"},
        annotations={"a": "true"},
        folder="Mesh",
        label="boards",
        label_value="yes",
        file="it.json",
    )
    assert made["metadata"]["labels"] == {"team": "7", "boards": "yes"}
    assert made["metadata"]["annotations"] == {"a": "true", "k8s-sidecar-target-directory": "Mesh"}
    assert list(made["data"]) == ["it.json"]
    made, _told = declared(dashboard=LEAST, folder="Mesh", folder_annotation="grafana_folder")
    assert made["metadata"]["annotations"] == {"grafana_folder": "Mesh"}


def test_a_file_is_stored_as_it_is(tmp_path):
    text = '{ "title":"Shop",\n\t"uid":"shop", "x": 1.0, "panels": [{"legendFormat": "{{ pod }} é"}] }\n'
    path = tmp_path / "shop.json"
    path.write_text(text, encoding="utf-8")
    assert declared(src=str(path))[0]["data"]["dash.json"] == text
    assert declared(dashboard=text)[0]["data"]["dash.json"] == text


def test_an_export_for_sharing_needs_answers():
    with pytest.raises(MeshError, match=r"asks for DS_PROMETHEUS \(__inputs\).*inputs: {DS_PROMETHEUS: prometheus}"):
        declared(dashboard=SHARED)
    made = stored(dashboard=SHARED, inputs={"DS_PROMETHEUS": "main"})
    assert "__inputs" not in made and "__requires" not in made
    assert made["panels"] == [
        {
            "datasource": {"type": "prometheus", "uid": "main"},
            "targets": [{"expr": 'up{job="istiod"}', "legendFormat": "{{pod}} ${__interval}"}],
        }
    ]
    assert stored(dashboard=SHARED, inputs={"DS_PROMETHEUS": "a", "VAR_JOB": "b"})["panels"][0]["targets"][0][
        "expr"
    ] == ('up{job="b"}')


def test_answers_without_the_questions():
    left = {**LEAST, "panels": [{"datasource": "${DS_PROMETHEUS}"}]}
    assert stored(dashboard=left, inputs={"DS_PROMETHEUS": "main"})["panels"] == [{"datasource": "main"}]
    with pytest.raises(MeshError, match=r"has no 'DS_PROMETEUS'. Did you mean 'DS_PROMETHEUS'"):
        declared(dashboard=left, inputs={"DS_PROMETEUS": "main"})


def test_a_number_of_another_grafana_is_left_out_and_told():
    made, told = declared(dashboard={**LEAST, "id": 42})
    assert json.loads(made["data"]["dash.json"])["id"] is None
    assert len(told) == 1 and "id 42" in told[0]
    text = '{"id": null,\n "uid": "a", "title": "A"}'
    assert declared(dashboard=text) == ({**declared(dashboard=LEAST)[0], "data": {"dash.json": text}}, [])


REMARKS = {
    "no uid": ({"title": "A"}, "without a uid"),
    "library panels": ({**LEAST, "__elements": {"a": {}}}, "__elements"),
    "a data source by a variable that is not there": (
        {**LEAST, "panels": [{"targets": [{"datasource": {"uid": "$source"}}]}]},
        "no variable 'source'",
    ),
    "what is left of an export": ({**LEAST, "panels": [{"datasource": "${DS_LOKI}"}]}, "DS_LOKI: its uid or name"),
}


@pytest.mark.parametrize("case", REMARKS)
def test_what_comes_to_nothing_is_told(case):
    model, says = REMARKS[case]
    _made, told = declared(dashboard=model)
    assert len(told) == 1 and says in told[0]


@pytest.mark.parametrize(
    "panel",
    [
        {"datasource": {"uid": "${source}"}},
        {"datasource": "$source"},
        {"datasource": {"uid": "${source:raw}"}},
        {"datasource": {"type": "datasource", "uid": "-- Mixed --"}},
        {"datasource": None},
        {"uid": "$other", "title": "${other}"},
    ],
)
def test_variables_that_are_there_are_fine(panel):
    model = {**LEAST, "panels": [panel], "templating": {"list": [{"name": "source", "type": "datasource"}]}}
    assert declared(dashboard=model)[1] == []


REFUSED = {
    "not JSON": ({"dashboard": '{"title": }'}, r"dashboard, line 1, column 11: not JSON"),
    "not a number": ({"dashboard": '{"title": "A", "x": NaN}'}, r"NaN is not a number"),
    "a list": ({"dashboard": [LEAST]}, r"is a mapping, not a list"),
    "a list as text": ({"dashboard": "[]"}, r"is a mapping, not a list"),
    "no title": ({"dashboard": {"uid": "a", "panels": []}}, r"no 'title'"),
    "an answer of the API": ({"dashboard": {"meta": {}, "dashboard": LEAST}}, r"answer of Grafana's API"),
    "a long uid": ({"dashboard": {**LEAST, "uid": "a" * 41}}, r"up to 40 letters"),
    "a uid with a blank": ({"dashboard": {**LEAST, "uid": "a b"}}, r"uid 'a b' is not possible"),
    "too long": ({"dashboard": {**LEAST, "x": "y" * dashboard.LIMIT}}, r"bytes; a ConfigMap holds 1048576"),
    "both": ({"dashboard": LEAST, "src": "a.json"}, r"mutually exclusive"),
    "neither": ({}, r"any of the following are missing: dashboard, src"),
    "no file": ({"src": "/nowhere/at/all.json"}, r"/nowhere/at/all.json cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_grafana_would_not_show_is_refused(case):
    arguments, says = REFUSED[case]
    with pytest.raises(MeshError, match=says):
        declared(**arguments)


def test_white_space_is_dropped_where_it_would_be_too_much():
    model = {**LEAST, "panels": [{"a": 1}] * 60000}
    text = declared(dashboard=model)[0]["data"]["dash.json"]
    assert "\n" not in text and json.loads(text) == model


def test_the_form_of_grafanas_api_server_is_stored_as_it_is():
    model = {"apiVersion": "dashboard.grafana.app/v2beta1", "kind": "Dashboard", "metadata": {}, "spec": {"title": "A"}}
    assert stored(dashboard=model) == model
    with pytest.raises(MeshError, match="no 'title'"):
        declared(dashboard={**model, "spec": {}})


def test_a_dashboard_that_goes_needs_no_json():
    assert declared(state="absent")[0]["metadata"]["name"] == "dash"


def test_a_host_that_cannot_read_the_file_gets_its_text(tmp_path):
    path = tmp_path / "shop.json"
    path.write_text('{"title":  "Shop"}')
    action = ActionModule.__new__(ActionModule)
    action._is_local = lambda: False
    action._found = lambda pattern: pattern
    arguments = action._with_files({"name": "dash", "src": str(path)})
    assert arguments == {"name": "dash", "dashboard": '{"title":  "Shop"}'}
