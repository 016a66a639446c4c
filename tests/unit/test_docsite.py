# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools that make the site: what they refuse, and what they find in code."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
pytest.importorskip("antsibull_docs_parser")

from docsite import contrast, links, messages, pages, playbooks, short, themes, troubleshooting  # noqa: E402


@pytest.fixture
def project(tmp_path):
    """`project(file, text)` writes a file of a collection that has nothing else."""
    for folder in ("plugins", "extensions", "playbooks", "roles", "docs/docsite"):
        (tmp_path / folder).mkdir(parents=True)

    def write(file, text):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(("code", "texts"), [
    ("raise MeshError(f'{name} is not a route. Name one.')", ["… is not a route. Name one."]),
    ("raise MeshError(sentence(f'{label} is gone', 'Make it again'))", ["… is gone Make it again"]),
    ("text = 'the words are here' if odd else 'the words are there'\n    raise MeshError(text)",
     ["the words are here", "the words are there"]),
    ("raise refused(context, 'nothing is as it was before')", ["…: nothing is as it was before"[3:], "…: …"]),
    ("raise Busy('another one is at work')", ["another one is at work"]),
])  # fmt: skip
def test_a_message_is_found_however_it_is_raised(project, code, texts):
    busy = "class Busy(MeshError):\n    pass\n\n\n"
    refused = "def refused(context, text: str):\n    return MeshError(f'{context}: {text}')\n"
    root = project("plugins/one.py", f"{busy}{refused}\n\ndef run(name, label, odd, context):\n    {code}\n")
    found = [message.text for message in messages.all_messages(root)]
    assert found and set(found) <= set(texts)


def test_messages_of_roles_and_playbooks(project):
    task = {"name": "Check", "ansible.builtin.assert": {"that": "x", "fail_msg": "{{ x }} has no values. Set them."}}
    root = project("roles/istio/tasks/main.yml", yaml.safe_dump([{"block": [task]}]))
    assert [message.text for message in messages.all_messages(root)] == ["… has no values. Set them."]


def test_a_message_without_help_and_a_help_without_message(project):
    project("plugins/one.py", "def run():\n    raise MeshError('this is not possible here')\n")
    areas = [
        {"area": "Roles", "files": ["roles/"], "page": "faults", "help": "-", "messages": {"nothing has this": "-"}}
    ]
    root = project("docs/docsite/messages.yml", yaml.safe_dump(areas))
    assert troubleshooting.judged(root).problems == [
        "plugins/one.py: 'this is not possible here' is in no area",
        "docs/docsite/messages.yml, Roles: no message has 'nothing has this'",
    ]


def test_every_message_has_help():
    judged = troubleshooting.judged(ROOT)
    assert not judged.problems and len(judged.entries) > 100


def test_every_page_is_in_a_section():
    assert {"quickstart", "gitops", "traffic", "faults"} <= {
        page for each in pages.contents(ROOT).values() for page in each
    }


def test_text_can_be_read():
    assert round(contrast.ratio("#000000", "#ffffff")) == 21
    assert not contrast.of_pictures(ROOT / "docs/pictures")
    pale = {"light": {**themes.LIGHT, "color-foreground-muted": "#bbbbbb"}}
    assert contrast.of_themes(pale) == [
        "light: color-foreground-muted on color-background-primary is 1.9 to 1, and has to be 4.5"
    ]


def test_links_that_lead_nowhere(tmp_path):
    (tmp_path / "one.html").write_text(
        '<a href="two.html#there"></a><a href="two.html#gone"></a><a href="three.html"></a><img src="one.html">'
    )
    (tmp_path / "two.html").write_text('<p id="there">')
    assert links.problems(tmp_path) == [
        "one.html: the picture one.html has no text",
        "one.html: three.html is not there",
        "one.html: two.html#gone: the page has no such anchor",
    ]


def test_a_variable_of_a_playbook_has_a_meaning(project):
    root = project("playbooks/go.yml", yaml.safe_dump([{"hosts": "{{ mesh_hosts | default('all') }}", "tasks": []}]))
    playbook = playbooks.read(root / "playbooks/go.yml")
    assert [each.name for each in playbooks.variables(playbook, {}, {"mesh_hosts": "The clusters."})] == ["mesh_hosts"]
    with pytest.raises(playbooks.Undocumented, match="reads mesh_hosts"):
        playbooks.variables(playbook, {}, {})


def test_the_short_form_has_what_examples_use():
    options = {
        "name": {},
        "spec": {"suboptions": {"hosts": {}, "http": {}}},
        "kubeconfig": {},
        "labels": {},
        "must": {"required": True},
    }
    examples = "---\n# first\n- x.y.z:\n    name: a\n    kubeconfig: b\n    spec: {hosts: []}\n\n"
    examples += "# second\n- x.y.z: {name: b}\n"
    used = short.used_options("x.y.z", examples, options, {"kubeconfig"})
    assert used == [("name",), ("must",), ("spec", "hosts")]
    assert [part.splitlines()[0] for part in short.examples_of(examples)] == ["# first", "# second"]


def documented(path):
    """{name: text} of DOCUMENTATION and EXAMPLES of a module."""
    assigned = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)]
    return {
        node.targets[0].id: node.value.value
        for node in assigned
        if getattr(node.targets[0], "id", "") in ("DOCUMENTATION", "EXAMPLES")
    }


@pytest.mark.parametrize("path", sorted((ROOT / "plugins" / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_every_module_has_a_short_form(path):
    texts = documented(path)
    options = yaml.safe_load(texts["DOCUMENTATION"]).get("options") or {}
    used = short.used_options(f"meshops.lifecycle.{path.stem}", texts["EXAMPLES"], options, set())
    assert len(used) <= short.MOST and short.examples_of(texts["EXAMPLES"])
    assert used or not [name for name in options if name in ("name", "namespace", "spec")]
