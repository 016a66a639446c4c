# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's own configuration: keys of its ConfigMaps, and the restart of what reads them only when it starts.

Which key needs which restart is not a list kept here: Argo CD's manifests say it, by the environment variables that are
filled from keys of a ConfigMap.
"""

from __future__ import annotations

import json

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import workloads
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change as change_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, fields, results, wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import manage

PENDING = "meshops.lifecycle/restart-pending"  # an annotation: keys whose readers are still to be restarted
RESTARTED = "kubectl.kubernetes.io/restartedAt"
NAMES = {
    "config": "argocd-cm",
    "rbac": "argocd-rbac-cm",
    "params": "argocd-cmd-params-cm",
    "notifications": "argocd-notifications-cm",
}
_WORKLOADS = [kind for kind in builtin.KINDS if kind.kind in ("Deployment", "StatefulSet")]


def run(task: Task) -> dict:
    """The ``run`` of argocd_config. Raises MeshError."""
    deadline = Deadline(task.params["wait_timeout"])
    resources = task.resources
    absent = task.params["state"] == "absent"
    maps = [_Map(task, resources, option) for option in NAMES if absent or task.params.get(option) is not None]
    workloads = _Workloads(task, resources) if task.params["restart"] else None
    for config in maps:
        config.apply(workloads.readers(config.name, config.touched()) if workloads else [])
    if workloads and not task.check:
        workloads.restart(deadline)
    for config in maps:
        config.settle()
    return _answer(task, maps, workloads.wanted if workloads else [])


def texts(settings: dict, option: str = "") -> dict[str, str]:
    """Settings as Argo CD reads them: structures as YAML, the rest as plain text.

    Flags and whole numbers are written out: most settings of that form are meant as such. Raises MeshError for a
    fraction or a time, whose text YAML has not kept: 1.10 and 1.1 are the same number. ``option``: where they stand.
    """
    prefix = f"{option}." if option else ""
    return {key: _text(f"{prefix}{key}", value) for key, value in params.plain(settings).items()}


def _text(name: str, value) -> str:
    if isinstance(value, float):
        raise MeshError(f"{name} must be text, not {value!r}.{params.quotes(value)}")
    if isinstance(value, (dict, list)):
        plain = json.loads(json.dumps(value))  # Ansible's own kinds of numbers are unknown to YAML
        return yaml.safe_dump(plain, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1000)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Map:
    """One ConfigMap. ``change``: what was done to it."""

    change: Change

    def __init__(self, task: Task, resources: Resources, option: str):
        self.name, self._task, self._resources = NAMES[option], task, resources
        self._manager = task.params["field_manager"]
        self._absent = task.params["state"] == "absent"
        self._namespace = task.params["namespace"]
        self._data = {} if self._absent else texts(task.params[option], option)
        self._live = resources.get(builtin.CONFIGMAP, self._namespace, self.name)
        self._owes = False

    def touched(self) -> set[str]:
        """The keys that change now, or have changed in a run that did not come to the restart."""
        live = (self._live or {}).get("data") or {}
        own = fields.entry(self._live or {}, self._manager) or {}
        dropped = {name[2:] for name in own.get("fieldsV1", {}).get("f:data", {}) if name.startswith("f:")}
        changed = {key for key, value in self._data.items() if live.get(key) != value} | dropped - self._data.keys()
        annotations = (self._live or {"metadata": {}})["metadata"].get("annotations") or {}
        return changed | set(filter(None, annotations.get(PENDING, "").split(",")))

    def apply(self, readers: list) -> None:
        """Write the keys; what is to be restarted because of them is noted in the same request."""
        self._owes = bool(readers) and not self._task.check
        self.change = self._write(",".join(sorted(self.touched())) if self._owes else "", self._live)

    def settle(self) -> None:
        """Take the note away, once what it is about was done."""
        if self._owes:
            after = self._write("", self.change.after).after
            self.change.after = after
            if diff.clean(self.change.before) == diff.clean(after):
                self.change.action = change_module.UNCHANGED

    def _write(self, pending: str, live: dict | None) -> Change:
        if self._absent and live is None:
            return Change(builtin.CONFIGMAP, self._namespace, self.name, change_module.UNCHANGED)
        metadata: dict = {"name": self.name, "namespace": self._namespace}
        if not self._absent:  # without it Argo CD does not look at the ConfigMap
            metadata["labels"] = {"app.kubernetes.io/part-of": "argocd"}
        if pending:
            metadata["annotations"] = {PENDING: pending}
        document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
        if self._data:
            document["data"] = self._data
        return manage.applied(self._task, self._resources, builtin.CONFIGMAP, document, live)


class _Workloads:
    """Argo CD's parts. ``wanted``: (kind, live object) of those that have to be restarted."""

    def __init__(self, task: Task, resources: Resources):
        self._task, self._resources = task, resources
        self._all: list | None = None
        self.wanted: list = []

    def readers(self, name: str, keys: set[str]) -> list:
        """Those that read one of these keys of a ConfigMap when they start; they are wanted from now on."""
        if not keys:
            return []
        if self._all is None:
            namespace = self._task.params["namespace"]
            self._all = [(kind, live) for kind in _WORKLOADS for live in self._resources.list(kind, namespace)]
        readers = [(kind, live) for kind, live in self._all if reads(live, name) & keys]
        self.wanted += [reader for reader in readers if reader not in self.wanted]
        return readers

    def restart(self, deadline: Deadline) -> None:
        """Restart them all, and wait for their new pods where the task waits."""
        now = times.text_of(times.now())
        body = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: now}}}}}
        restarted = []
        for kind, live in self.wanted:
            place = (live["metadata"]["namespace"], live["metadata"]["name"])
            restarted.append((kind, self._resources.patch(kind, *place, body)))
        if self._task.params["wait"]:
            for kind, live in restarted:
                wait.until_ready(self._task, self._resources, kind, live, None, deadline, workloads.CONVERSATION)


def reads(workload: dict, name: str) -> set[str]:
    """The keys of a ConfigMap that a workload's containers get as environment variables."""
    pod = workload["spec"]["template"]["spec"]
    keys = set()
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        for variable in container.get("env") or []:
            reference = (variable.get("valueFrom") or {}).get("configMapKeyRef") or {}
            if reference.get("name") == name:
                keys.add(reference["key"])
    return keys


def _answer(task: Task, maps: list[_Map], restarted: list) -> dict:
    answer = results.of_objects(
        task,
        [config.change for config in maps],
        waited=bool(restarted and task.params["wait"] and not task.check),
        result={config.name: diff.masked(config.change.after) for config in maps},
    )
    places = [(kind, live["metadata"]["namespace"], live["metadata"]["name"]) for kind, live in restarted]
    return {
        **answer,
        "changed": answer["changed"] or bool(restarted),
        "restarted": [kind.label(namespace, name) for kind, namespace, name in places],
        "resources": answer["resources"] + [Change(*place, "restarted").row() for place in places],
    }
