# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Application within an ApplicationSet, written as argocd_application has it."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs import argocd_application


def with_application_options(run: Callable) -> Callable:
    """``run`` with the template's ``spec`` in the API's names, whatever names of argocd_application it was written in.

    What it takes is checked as argocd_application checks it; its documentation need not stand twice.
    """

    def converted(task: Task) -> dict:
        template = (task.written.get("spec") or {}).get("template") or {}
        if isinstance(template.get("spec"), dict):
            options = argocd_application.ARGUMENTS["spec"]["options"]
            partial = bool(task.written.get("definition") or task.written.get("src"))
            call = {"spec": {"type": "dict", "options": options}}
            checked = params.check({"spec": template["spec"]}, call, task.name, partial=partial)["spec"]
            spec = {**task.written["spec"], "template": {**template, "spec": params.api_names(checked, options)}}
            task.written = {**task.written, "spec": spec}
        return run(task)

    return converted
