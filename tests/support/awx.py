# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner, an inventory and variables as files, credentials by their own injectors.

What AWX gives a job: https://github.com/ansible/awx, awx/main/tasks/jobs.py (``build_env``, ``build_extra_vars_file``)
and awx/main/models/credential.py (``inject_credential``).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import ansible_runner
import playing
from jinja2.sandbox import ImmutableSandboxedEnvironment

sys.path.insert(0, str(playing.ROOT / "tools"))
import awx_data


@dataclass
class Job:
    """What a job left: its status in AWX's words, its output, its events and the artifacts of set_stats."""

    status: str
    output: str
    events: list[dict]

    @property
    def artifacts(self):
        stats = [event["event_data"].get("artifact_data") for event in self.events]
        return next((each for each in reversed(stats) if each), {})

    def results(self):
        """task → result, of tasks that ended."""
        ended = ("runner_on_ok", "runner_on_failed")
        return {
            event["event_data"]["task"]: event["event_data"]["res"] for event in self.events if event["event"] in ended
        }

    @property
    def largest(self):
        """Characters of the largest event."""
        return max(len(json.dumps(event)) for event in self.events)


class Controller:
    """A project with the playbooks of examples/awx, an inventory of one cluster, and one credential."""

    def __init__(self, folder, environment, *, hosts=("staging",), variables=None):
        self.folder, self.environment = Path(folder), environment
        self.data = awx_data.data()
        shutil.copytree(awx_data.EXAMPLE, self.folder / "project")
        (self.folder / "inventory").mkdir()
        (self.folder / "inventory" / "hosts.json").write_text(
            json.dumps(
                {"all": {"hosts": {host: {"remote_tower_enabled": "true", **(variables or {})} for host in hosts}}}
            )
        )
        self._jobs = 0

    def template(self, name):
        return next(each for each in self.data["controller_templates"] if each["name"] == name)

    def inject(self, name, **inputs):
        """(environment, extra variables) of a credential of this type; files are what a job finds."""
        kind = next(each for each in self.data["controller_credential_types"] if each["name"] == name)
        render = ImmutableSandboxedEnvironment().from_string
        names = {}
        for key, template in kind["injectors"].get("file", {}).items():
            path = self.folder / f"credential-{key.partition('.')[2]}"
            path.write_text(render(template).render(**inputs))
            path.chmod(0o600)
            names[key.partition(".")[2]] = str(path)
        inputs = {**inputs, "tower": {"filename": type("Names", (), names)}}
        injected = [
            {key: render(template).render(**inputs) for key, template in kind["injectors"].get(part, {}).items()}
            for part in ("env", "extra_vars")
        ]
        return injected[0], injected[1]

    def launch(self, name, answers=None, *, credential=(None, None), limit=None, check=None, cancel=None, timeout=None):
        """Run a template with answers to its survey. cancel: a function that is asked whether to cancel the job."""
        template = self.template(name)
        self._jobs += 1
        number = str(self._jobs)
        defaults = {
            question["variable"]: question["default"]
            for question in (template.get("survey_spec") or {}).get("spec", [])
            if "default" in question
        }
        variables = {
            "awx_job_id": self._jobs,
            "tower_job_id": self._jobs,
            "awx_job_launch_type": "manual",
            "awx_job_template_name": name,
            "awx_inventory_name": template["inventory"],
            "awx_user_name": "admin",
            **template.get("extra_vars", {}),
            **(credential[1] or {}),
            **defaults,
            **(answers or {}),
        }
        env = self.folder / "env"
        shutil.rmtree(env, ignore_errors=True)
        env.mkdir()
        (env / "extravars").write_text(json.dumps(variables))
        checks = template["job_type"] == "check" if check is None else check
        options = [*(["--check"] if checks else []), *(["--diff"] if template["diff_mode"] else [])]
        mark = f"{self.folder}:{number}"
        runner = ansible_runner.run(
            private_data_dir=str(self.folder),
            playbook=template["playbook"],
            ident=number,
            limit=limit,
            cmdline=" ".join(options) or None,
            timeout=timeout or template["timeout"],
            cancel_callback=cancel,
            quiet=True,
            envvars={
                **self.environment,
                **(credential[0] or {}),
                "JOB_ID": number,
                "MESHOPS_JOB": mark,
                "ANSIBLE_HOST_KEY_CHECKING": "False",
            },
        )
        if runner.status in ("canceled", "timeout"):
            _end_all(f"MESHOPS_JOB={mark}")
        return Job(runner.status, runner.stdout.read(), list(runner.events))


def controller(cluster, folder, **variables):
    """A Controller for a cluster whose host has these variables, and the credential of its kubeconfig."""
    environment = cluster.environment()
    del environment["K8S_AUTH_KUBECONFIG"], environment["ANSIBLE_CALLBACKS_ENABLED"]
    environment["ANSIBLE_CONFIG"] = str(folder / "project" / "ansible.cfg")  # not the one that `make` names
    one = Controller(folder, environment, variables=variables)
    return one, one.inject("Mesh kubeconfig", kubeconfig=cluster.kubeconfig.read_text())


def unwanted(*jobs):
    """The lines with what no job may print."""
    never = (*playing.NEVER, "client-key-data", "[WARNING]")
    return [line for job in jobs for line in job.output.splitlines() if any(text in line for text in never)]


def _end_all(mark):
    """End what is left of a job, as the end of its container does: Ansible's workers are in sessions of their own."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)


def once_true(condition, limit=120.0):
    """A cancel callback that says yes as soon as the condition holds; fails the test when it never does."""
    end = time.monotonic() + limit

    def asked():
        if time.monotonic() > end:
            raise AssertionError("the job was not cancelled, because what was waited for did not come")
        return bool(condition())

    return asked
