# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the data in examples/awx and examples/estate/awx with the options of awx.awx: `awx_data.py FOLDER`.

It runs with the Python of .build/venv. FOLDER holds the collection awx.awx (`make other-collections`). Ansible itself
reads and templates the data, with the settings of the example. Then each entry is checked by the options that the
module of its kind documents.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "awx"
ESTATE = ROOT / "examples" / "estate"
BIN = Path(sys.executable).parent
# variable → module of awx.awx
KINDS = {
    "controller_credential_types": "credential_type",
    "controller_execution_environments": "execution_environment",
    "controller_projects": "project",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
    "controller_schedules": "schedule",
}


def data(folder=EXAMPLE):
    """The variables of KINDS as Ansible sees them. Raises CalledProcessError."""
    files = sorted(str(path) for path in (folder / "controller").glob("*.yml"))
    names = {name: f"{{{{ {name} }}}}" for name in KINDS}
    with tempfile.TemporaryDirectory() as scratch:
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars_files": files,
            "tasks": [
                {
                    "ansible.builtin.copy": {
                        "content": "{{ result | to_json }}",
                        "dest": f"{scratch}/out",
                        "mode": "0600",
                    }
                }
            ],
            "vars": {"result": names, "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        }
        Path(scratch, "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        command = [str(BIN / "ansible-playbook"), "-i", "localhost,", f"{scratch}/play.yml"]
        environment = {**os.environ, "ANSIBLE_HOME": f"{scratch}/home", "ANSIBLE_CONFIG": f"{scratch}/none"}
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return json.loads(Path(scratch, "out").read_text(encoding="utf-8"))


def of_estate():
    """The same variables of the estate, whose data has no templates."""
    values = {}
    for path in sorted((ESTATE / "awx").glob("*.yml")):
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        values.update({name: stated[name] for name in KINDS if name in stated})
    return values


def options(folder, module):
    """The argument spec of a module, from its documentation."""
    path = Path(folder, "ansible_collections/awx/awx/plugins/modules", f"{module}.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            return _spec(yaml.safe_load(ast.literal_eval(node.value))["options"])
    raise SystemExit(f"awx data: {path} has no DOCUMENTATION")


def _spec(documented):
    keys = ("type", "elements", "required", "choices", "aliases")
    spec = {}
    for name, option in documented.items():
        spec[name] = {key: option[key] for key in keys if key in option}
        if option.get("suboptions"):
            spec[name]["options"] = _spec(option["suboptions"])
    return spec


def findings(folder, values):
    for variable, module in KINDS.items():
        validator = ArgumentSpecValidator(options(folder, module))
        for entry in values.get(variable, []):
            for message in validator.validate(entry).error_messages:
                yield f"{variable}: {entry.get('name')}: {message}"


def main(folder):
    problems = [*findings(folder, data()), *findings(folder, of_estate())]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
