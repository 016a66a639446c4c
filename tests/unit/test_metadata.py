# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for every module and every file, however many are added."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import conftest
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("[!_]*.py"))
CHANGELOG_SECTIONS = {
    section[0] for section in yaml.safe_load((ROOT / "changelogs" / "config.yaml").read_text())["sections"]
}
# Folders that exist on one machine only; written in parts, or this file would hold them.
# The user of execution environments, /home/runner, is the same on every machine.
MACHINE_PATHS = re.compile("|".join(["/wor" + "k/", "/tmp/bo" + "ot", "/ro" + "ot/", "/home/(?!runner/)[a-z]+" + "/"]))


@cache
def repository_files():
    """Every text file that git tracks or would track, as (name, text)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    found = {}
    for name in sorted(listed):
        if name and (ROOT / name).is_file():
            try:
                found[name] = (ROOT / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


class Loader(yaml.SafeLoader):
    """YAML as Ansible reads it: `!unsafe` is text with braces that are not Ansible's."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


@cache
def constant(path, name):
    """The YAML in the string constant `name` of a Python file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return yaml.load(ast.literal_eval(node.value), Loader)
    raise AssertionError(f"{path} has no {name}")


def documented(module, part):
    """A part of a module's documentation (options, attributes), its own over that of its fragments."""
    documentation = constant(module, "DOCUMENTATION")
    merged = {}
    for fragment in documentation.get("extends_documentation_fragment") or []:
        path = ROOT / "plugins" / "doc_fragments" / (fragment.rsplit(".", 1)[-1] + ".py")
        merged.update(constant(path, "DOCUMENTATION").get(part) or {})
    return {**merged, **(documentation.get(part) or {})}


def test_there_are_modules():
    assert MODULES


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
class TestEveryModule:
    def test_is_in_the_action_group(self, module):
        runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
        assert module.stem in runtime["action_groups"]["mesh"], "run `make generate`"

    def test_has_an_action_of_its_name(self, module):
        action = ROOT / "plugins" / "action" / module.name
        assert action.exists(), "run `make generate`"
        assert "ActionModule" in action.read_text()

    def test_documents_check_mode_and_diff(self, module):
        attributes = documented(module, "attributes")
        assert {"check_mode", "diff_mode", "action_group"} <= attributes.keys()
        assert attributes["check_mode"]["support"] == "full"

    def test_takes_the_connection_options(self, module):
        options = documented(module, "options")
        assert {"kubeconfig", "context", "host", "api_key", "ca_cert", "validate_certs"} <= options.keys()

    def test_has_examples_that_name_it_in_full(self, module):
        tasks = constant(module, "EXAMPLES")
        assert any(f"meshops.lifecycle.{module.stem}" in task for task in tasks)

    def test_documents_every_result(self, module):
        for name, value in constant(module, "RETURN").items():
            assert {"description", "type", "returned"} <= value.keys(), name


def test_no_action_without_a_module():
    stray = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")} - {path.stem for path in MODULES}
    assert not stray


def test_no_option_of_a_role_is_no_log():
    """Ansible's check of a role masks nothing by it, and before ansible-core 2.19 it refuses `!vault` values there
    ("Unknown parameter type"). What is a secret is hidden by the modules."""
    assert [path for path in (ROOT / "roles").glob("*/meta/argument_specs.yml") if "no_log:" in path.read_text()] == []


def covered_by_reuse_toml(name):
    """Whether REUSE.toml speaks for a file."""
    tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML; the main environment has it")
    patterns = tomllib.loads((ROOT / "REUSE.toml").read_text())["annotations"][0]["path"]
    forms = [
        re.escape(each).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(".*/", "(.*/)?") for each in patterns
    ]
    return any(re.fullmatch(form, name) for form in forms)


def test_every_source_file_says_its_licence():
    commented = (".py", ".yml", ".yaml", ".sh", ".go", ".cfg", ".toml", ".txt")
    without = [
        name
        for name, text in repository_files().items()
        if (name.endswith(commented) or text.startswith("#!"))
        and not name.startswith("LICENSES/")
        and not covered_by_reuse_toml(name)
        and "SPDX-License-Identifier: " not in "\n".join(text.splitlines()[:8])
    ]
    assert not without


def test_no_path_of_one_machine_is_written_down():
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in repository_files().items()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATHS.search(line)
    ]
    assert not found


def test_changelog_fragments_are_valid():
    for path in sorted((ROOT / "changelogs" / "fragments").glob("*.y*ml")):
        fragment = yaml.safe_load(path.read_text())
        assert isinstance(fragment, dict), path
        for section, entries in fragment.items():
            if section == "release_summary":
                assert isinstance(entries, str), path
                continue
            assert section in CHANGELOG_SECTIONS | {"trivial"}, f"{path}: {section}"
            assert isinstance(entries, list) and all(isinstance(entry, str) for entry in entries), f"{path}: {section}"


def test_sanity_tests_are_not_told_to_ignore_anything():
    for path in (ROOT / "tests" / "sanity").glob("ignore*"):
        assert not path.read_text().strip(), path


def test_galaxy_has_a_required_tag_and_the_version_of_the_changelog():
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert {"networking", "monitoring", "infrastructure"} <= set(galaxy["tags"])
    releases = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text())["releases"]
    assert galaxy["version"] in releases, "run `make changelog`"


WITHOUT_PACKAGES = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
for package in ("yaml", "jmespath", "kubernetes", "urllib3", "websocket", "bcrypt"):
    sys.modules[package] = None  # an import of it fails
for name in json.loads(sys.argv[2]):
    importlib.import_module("ansible_collections.meshops.lifecycle.plugins.modules." + name)
"""


def test_every_module_is_imported_without_third_party_packages():
    """Or what is missing would be told by a traceback; ansible-test's `import` asks for it too."""
    names = json.dumps([path.stem for path in MODULES])
    command = [sys.executable, "-c", WITHOUT_PACKAGES, str(conftest.COLLECTIONS), names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
