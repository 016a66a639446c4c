# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages and READMEs show is accepted: plays, variables of roles, options of modules, links."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import conftest
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")])
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
COMPARE = conftest.COLLECTIONS.parent / "compare"  # where kubernetes.core is, if it was asked for
MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.S | re.M)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
# A variable of ours between backticks; what the demonstration's inventory calls its own is not meant.
VARIABLE = re.compile(rf"`((?:mesh|{'|'.join(ROLES)})_[a-z_]+)`")


class Block(NamedTuple):
    """A YAML block of a page."""

    page: str
    number: int
    content: list | dict

    def __str__(self):
        return f"{self.page}, block {self.number}"


class Loader(yaml.SafeLoader):
    """YAML with Ansible's tag for what is not templated."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def name_of(page):
    return str(page.relative_to(ROOT))


@cache
def blocks():
    return [
        Block(name_of(page), number, content)
        for page in PAGES
        for number, text in enumerate(BLOCK.findall(page.read_text()), 1)
        for content in yaml.load_all(text, Loader)
    ]


def plays(block):
    """The plays of a block; a list of tasks is one play's."""
    if not isinstance(block.content, list):
        return []
    if all("hosts" in one or "ansible.builtin.import_playbook" in one for one in block.content):
        return block.content
    return [{"name": "Tasks", "hosts": "all", "gather_facts": False, "tasks": block.content}]


def found_in(value, key_matches):
    """Every (key, value) at any depth whose key is meant."""
    pairs = value.items() if isinstance(value, dict) else ((None, one) for one in value)
    for key, one in pairs:
        if key is not None and key_matches(key):
            yield key, one
        if isinstance(one, (dict, list)):
            yield from found_in(one, key_matches)


def is_templated(value):
    """Whether a module or role would get something else than what is written."""
    return "{{" in json.dumps(value)


def test_there_is_something_to_check():
    assert len(blocks()) > 20
    assert {f"roles/{role}/README.md" for role in ROLES} <= {block.page for block in blocks()}


def test_every_play_is_one(tmp_path):
    files = []
    for block in blocks():
        # Modules of collections that are not here cannot be resolved.
        if plays(block) and '"community.' not in json.dumps(plays(block)):
            path = tmp_path / f"{block.page.replace('/', '-')}-{block.number}.yml"
            path.write_text(json.dumps(plays(block)))
            files.append(str(path))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(conftest.COLLECTIONS),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_LOCALHOST_WARNING": "False",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--syntax-check", "-i", "staging,", *files]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "[WARNING]" not in done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_modules_take_what_is_shown(block):
    prefix = "meshops.lifecycle."
    for key, arguments in found_in(block.content, lambda key: key.startswith(prefix)):
        module = key.removeprefix(prefix)
        assert module in MODULES, key
        if isinstance(arguments, dict) and not is_templated(arguments):
            entry = importlib.import_module(f"ansible_collections.{prefix}plugins.modules.{module}").ENTRY
            params.check(arguments, entry.arguments, module)


def inventories():
    return [block for block in blocks() if isinstance(block.content, dict) and "all" in block.content]


def test_the_pages_show_inventories():
    assert {"README.md", "docs/quickstart.md"} <= {block.page for block in inventories()}


@pytest.mark.parametrize("block", inventories(), ids=str)
def test_every_inventory_has_the_python_of_the_playbook(block, tmp_path):
    """Modules of others, ours in process and as modules: all of them run with it, and find their packages."""
    nowhere = {"host": "https://127.0.0.1:1", "api_key": "none", "kind": "Nonsense"}  # refused before it is asked for
    asked = {"meshops.lifecycle.mesh_info": nowhere, "ignore_errors": True}
    ours = [
        {**asked, "vars": {"meshops_in_process": True}},
        {**asked, "vars": {"meshops_in_process": False}},
        {**asked, "async": 60, "poll": 1},
    ]
    python = {"ansible.builtin.setup": {"gather_subset": ["!all", "!min", "python"]}}
    shown = {"ansible.builtin.debug": {"msg": "runs with {{ ansible_facts.python.executable }}"}}
    tasks = [python, shown, *ours]
    if COMPARE.exists():  # make other-collections
        other = {"host": "https://127.0.0.1:1", "api_key": "none", "kind": "ConfigMap"}
        tasks.append({"name": "Theirs", "kubernetes.core.k8s_info": other, "ignore_errors": True})
    play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
    (tmp_path / "inventory.yml").write_text(json.dumps(block.content))
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{conftest.COLLECTIONS}:{COMPARE}",
        "ANSIBLE_HOME": str(tmp_path / "home"),
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.yml", "play.yml"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    hosts = len(re.findall(rf"ok={len(tasks)} ", done.stdout))
    ran = [Path(path).parent.resolve() for path in re.findall(r"runs with ([^\"]+)", done.stdout)]
    assert hosts and ran == [Path(sys.executable).parent.resolve()] * hosts, done.stdout + done.stderr
    answers = re.findall(r"fatal: .*Nonsense is not a known kind", done.stdout + done.stderr)
    assert len(answers) == len(ours) * hosts, done.stdout + done.stderr
    # With the packages that kubernetes.core needs it comes as far as the cluster that is not there.
    assert "Failed to import" not in done.stdout + done.stderr
    assert not COMPARE.exists() or done.stdout.count("Connection refused") >= hosts, done.stdout + done.stderr


@cache
def options_of(role):
    text = (ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text()
    return yaml.safe_load(text)["argument_specs"]["main"]["options"]


def role_of(variable):
    return next((role for role in ROLES if variable.startswith(f"{role}_")), None)


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_roles_take_what_is_shown(block):
    for variable, value in found_in(block.content, role_of):
        options = options_of(role_of(variable))
        assert variable in options, f"the role {role_of(variable)} has no {variable}"
        if not is_templated(value):
            checked = ArgumentSpecValidator({variable: options[variable]}).validate({variable: value})
            assert not checked.error_messages, f"{variable}: {checked.error_messages}"


@cache
def known_variables():
    """Every option of a role and every variable that the playbooks read."""
    texts = [path.read_text() for folder in ("playbooks", "roles") for path in (ROOT / folder).rglob("*.yml")]
    return set(re.findall(r"\b[a-z]+_[a-z_]+\b", "\n".join(texts)))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_variable_exists(page):
    events = {path.stem for path in (ROOT / "extensions").glob("eda/plugins/event_*/*.py")}
    named = set(VARIABLE.findall(page.read_text())) - MODULES - events
    assert not {name for name in named if name not in known_variables() and name not in ROLES}


def anchors(page):
    """The anchors of a page's headings, as they are made on the web."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)
    for path, anchor in LINK.findall(text):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{path} is not there"
        assert not anchor or anchor in anchors(target), f"{path} has no heading #{anchor}"
    for path in re.findall(r"blob/main/([\w/.]+)", text):
        assert (ROOT / path).exists(), f"{path} is not there"


def test_every_role_has_a_page_that_the_readme_names():
    readme = (ROOT / "README.md").read_text()
    for role in ROLES:
        assert f"docs/role_{role}.md" in readme
