# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object a task: in a loop, as separate tasks, and with a credential plugin."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import yaml
from bench import DEBUG, NAMESPACE, OURS, THEIRS, Bench, Row, route, row

# Per item: a large and a small playbook. kubernetes.core takes 0.6 s an item, so fewer tell its slope as well.
SIZES = {OURS: (300, 30), DEBUG: (300, 30), THEIRS: (66, 6)}


def task(module: str, document: dict, name: str) -> dict:
    if module == DEBUG:
        return {"ansible.builtin.debug": {"msg": name}}
    if module == THEIRS:
        return {module: {"definition": {**document, "metadata": {**document["metadata"], "name": name}}}}
    return {module: {"name": name, "namespace": NAMESPACE, "spec": document["spec"]}}


def tasks_of(module: str, shape: str, count: int) -> list[dict]:
    if shape == "loop":
        return [{**task(module, route(0), "route-{{ item }}"), "loop": list(range(count))}]
    return [task(module, route(0), f"route-{number}") for number in range(count)]


def slope(bench: Bench, module: str, shape: str) -> float:
    """Seconds an item: what a large playbook takes more than a small one."""
    large, small = SIZES[module]
    more = bench.play(tasks_of(module, shape, large)).seconds
    return (more - bench.play(tasks_of(module, shape, small)).seconds) / (large - small)


def per_item(bench: Bench, shape: str, label: str, faster: str) -> list[Row]:
    bench.raw.delete_all(NAMESPACE)
    for module in (THEIRS, OURS):  # theirs first: what it makes, ours adopts, and neither changes it afterwards
        bench.play(tasks_of(module, shape, SIZES[module][0]))
    found = bench.medians({module: lambda module=module: slope(bench, module, shape) for module in SIZES})
    for module in (THEIRS, OURS):
        who = f"{module}, 6 items"
        bench.counting(label, who, lambda module=module: bench.play(tasks_of(module, shape, 6)).seconds)()
    return [
        row(label, found[OURS], "kubernetes.core.k8s", found[THEIRS], faster),
        row(label, found[OURS], "debug", found[DEBUG], "within 3 times"),
    ]


def loop(bench: Bench) -> list[Row]:
    return per_item(bench, "loop", "a task in a loop, unchanged, per item", "24 times faster")


def tasks(bench: Bench) -> list[Row]:
    return per_item(bench, "tasks", "separate tasks, unchanged, per task", "15 times faster")


def exec_plugin(bench: Bench) -> list[Row]:
    """A program that gives the credential, and notes that it was asked, against the same certificate in a file."""
    calls = bench.folder / "calls"
    plugin = with_plugin(Path(bench.environment["KUBECONFIG"]), bench.folder, calls)
    bench.raw.delete_all(NAMESPACE)
    bench.play(tasks_of(OURS, "loop", SIZES[OURS][0]))
    rows = []
    for shape, work, item in (("loop", "a loop of 20", "item"), ("tasks", "20 separate tasks", "task")):
        with bench.kubeconfig(plugin):
            calls.write_text("")
            bench.play(tasks_of(OURS, shape, 20))
            count = len(calls.read_text().split())

        def by_plugin(shape=shape) -> float:
            with bench.kubeconfig(plugin):
                return slope(bench, OURS, shape)

        found = bench.medians({"plugin": by_plugin, "certificate": lambda shape=shape: slope(bench, OURS, shape)})
        label = f"by a credential plugin, unchanged, per {item}"
        line = row(label, found["plugin"], "the same certificate in the kubeconfig", found["certificate"], "")
        asked = f"{found['plugin'] / found['certificate']:.1f} times; the plugin ran {count} times for {work}"
        rows.append(line._replace(measured=asked.replace("1 times for", "once for")))
    return rows


def with_plugin(kubeconfig: Path, folder: Path, calls: Path) -> Path:
    """A kubeconfig whose user's certificate comes from a program. ``calls``: a file that gets a line a call."""
    document = yaml.safe_load(kubeconfig.read_text())
    user = document["users"][0]["user"]
    fields = {"clientCertificateData": "client-certificate-data", "clientKeyData": "client-key-data"}
    status = {name: base64.b64decode(user[field]).decode() for name, field in fields.items()}
    version = "client.authentication.k8s.io/v1"
    credential = folder / "credential.json"
    credential.touch(0o600)
    credential.write_text(json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status}))
    script = folder / "plugin"
    script.write_text(f"#!/bin/sh\necho called >> {calls}\ncat {credential}\n")
    script.chmod(0o755)
    document["users"][0]["user"] = {"exec": {"apiVersion": version, "command": str(script), "interactiveMode": "Never"}}
    made = folder / "by-plugin.kubeconfig"
    made.write_text(yaml.safe_dump(document))
    return made
