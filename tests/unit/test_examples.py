# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of a module for one object is accepted by its options, and makes what the API's schema accepts."""

from __future__ import annotations

import importlib

import pytest
import schema_coverage as coverage
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired

PLUGINS = "ansible_collections.meshops.lifecycle.plugins"


class Loader(yaml.SafeLoader):
    """YAML with Ansible's tag for what is not templated."""


class Unsafe(str):
    """Text whose braces are meant for somebody else."""


Loader.add_constructor("!unsafe", lambda loader, node: Unsafe(loader.construct_scalar(node)))


def templated(value) -> bool:
    """Whether Ansible would fill something in, so that the value is not what the module gets."""
    if isinstance(value, dict):
        return any(map(templated, value.values()))
    if isinstance(value, list):
        return any(map(templated, value))
    return isinstance(value, str) and not isinstance(value, Unsafe) and "{{" in value


def examples():
    for module in coverage.modules():
        own = f"meshops.lifecycle.{module}"
        tasks = yaml.load(coverage.constant(coverage.MODULES / f"{module}.py", "EXAMPLES"), Loader)
        for task in tasks:
            arguments = task.get(own)
            if arguments is None or templated(arguments) or "src" in arguments or arguments.get("state") == "absent":
                continue
            yield pytest.param(module, arguments, id=f"{module}: {task['name']}")


@pytest.mark.parametrize(("module", "arguments"), list(examples()))
def test_an_example_is_accepted(module, arguments):
    entry = importlib.import_module(f"{PLUGINS}.modules.{module}").ENTRY
    group, kind_name = coverage.kind_of(module)
    kind = importlib.import_module(f"{PLUGINS}.module_utils.kinds.registry").KINDS[group, kind_name]
    written = params.check(arguments, entry.arguments, module)
    made = desired.declared(kind, written, entry.arguments, "default")
    schema = coverage.schema_of(group, kind_name)
    if schema is None:
        pytest.skip(f"the CRD of {kind_name} is not at hand: build the lab, or name it in MESHOPS_CRDS")
    assert list(coverage.violations(made["spec"], schema)) == []
