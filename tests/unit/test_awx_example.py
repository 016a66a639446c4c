# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of examples/awx, as Ansible reads it. Its options are compared with those of awx.awx by `make lint`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import awx_data  # noqa: E402

# What a survey may ask for, by AWX.
TYPES = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


@pytest.fixture(scope="module")
def data():
    return awx_data.data()


def known_variables():
    """What roles and playbooks of the collection mention, and what every task of it reads."""
    texts = [path.read_text() for folder in ("playbooks", "roles") for path in (ROOT / folder).rglob("*.yml")]
    return set(re.findall(r"\b[a-z]+_[a-z_]+\b", "\n".join(texts))) | {"meshops_diff_lines"}


def questions(entry):
    return {question["variable"]: question for question in (entry.get("survey_spec") or {}).get("spec") or []}


def test_everybody_has_a_name_of_its_own_and_a_description(data):
    for variable, entries in data.items():
        names = [entry["name"] for entry in entries]
        assert len(set(names)) == len(names) and entries, variable
        assert all(len(entry["description"]) > 20 and entry["description"].endswith(".") for entry in entries
                   if variable in ("controller_templates", "controller_workflows", "controller_schedules"))  # fmt: skip


def test_templates_run_playbooks_that_are_there_and_know_what_is_asked(data):
    known = known_variables()
    for template in data["controller_templates"]:
        text = (awx_data.EXAMPLE / template["playbook"]).read_text()
        for play in yaml.safe_load(text):
            imported = play.get("ansible.builtin.import_playbook", "meshops.lifecycle.verify")
            assert (ROOT / "playbooks" / f"{imported.removeprefix('meshops.lifecycle.')}.yml").exists(), imported
        for variable in [*questions(template), *template.get("extra_vars", {})]:
            assert variable in known or re.search(rf"\b{variable}\b", text), f"{template['name']} asks for {variable}"
        assert template["timeout"] > 0 and not template["allow_simultaneous"]


def test_every_playbook_of_the_project_has_a_template(data):
    playbooks = {path.name for path in awx_data.EXAMPLE.glob("*.yml")} - {"load.yml"}
    assert playbooks == {template["playbook"] for template in data["controller_templates"]}


def test_templates_of_the_estate_run_its_playbooks(data):
    templates = awx_data.of_estate()["controller_templates"]
    names = [template["name"] for template in [*data["controller_templates"], *templates]]
    assert templates and len(set(names)) == len(names)
    for template in templates:
        assert (awx_data.ESTATE / template["playbook"]).exists(), template["playbook"]
        assert template["timeout"] > 0 and not template["allow_simultaneous"] and template["description"].endswith(".")


def test_surveys_are_what_a_controller_takes(data):
    for entry in data["controller_templates"] + data["controller_workflows"]:
        assert entry["survey_enabled"] == bool(questions(entry))
        for question in questions(entry).values():
            assert question["type"] in TYPES and question["question_description"] and "required" in question
            assert question.get("default") in [None, *question.get("choices", [question.get("default")])]


def test_workflows_lead_to_nodes_and_templates_that_are_there(data):
    templates = {template["name"]: template for template in data["controller_templates"]}
    for workflow in data["controller_workflows"]:
        nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
        reached = {next(iter(nodes))}
        for node in nodes.values():
            related = node.get("related") or {}
            reached |= {each["identifier"] for links in related.values() for each in links}
            job = node["unified_job_template"]
            if job["type"] == "workflow_approval":
                assert job["timeout"] > 0 and job["description"] and related["success_nodes"]
                continue
            template = templates[job["name"]]
            assert "limit" not in node or template["ask_limit_on_launch"]
            missing = {name for name, question in questions(template).items()
                       if question["required"] and "default" not in question} - set(questions(workflow))  # fmt: skip
            assert not missing, f"{workflow['name']}: nobody answers {missing} of {job['name']}"
        assert reached == set(nodes), f"{workflow['name']}: nodes that nothing leads to, or that are not there"


def test_a_canary_is_aborted_from_wherever_it_fails(data):
    (canary,) = [workflow for workflow in data["controller_workflows"] if workflow["name"].startswith("Canary")]
    steps = [node for node in canary["workflow_nodes"] if node["identifier"] not in ("abort", "verify")]
    assert len(steps) == 5
    assert all(node["related"]["failure_nodes"] == [{"identifier": "abort"}] for node in steps)


def test_schedules_start_what_needs_no_answer(data):
    startable = {entry["name"]: entry for entry in data["controller_templates"] + data["controller_workflows"]}
    for schedule in data["controller_schedules"]:
        asked = questions(startable[schedule["unified_job_template"]]).values()
        assert all("default" in question for question in asked if question["required"])
        assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=\w+;INTERVAL=1[\w;=]*", schedule["rrule"])


def test_credentials_inject_what_they_ask_for_and_secrets_are_secret(data):
    for kind in data["controller_credential_types"]:
        fields = {field["id"]: field for field in kind["inputs"]["fields"]}
        used = set(re.findall(r"{{ ([\w.]+) }}", str(kind["injectors"]))) - {"tower.filename.kubeconfig"}
        assert used == set(fields) and set(kind["inputs"]["required"]) <= used
        for name in ("kubeconfig", "token", "password"):
            assert fields.get(name, {"secret": True})["secret"]
