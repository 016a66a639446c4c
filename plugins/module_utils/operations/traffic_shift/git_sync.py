# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a commit of a step has become live: by the Application that tracks the route, or by the route alone."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import delivered as commits
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.delivered import Delivered
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import gitops
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.remote import Remote

Document = dict[str, Any]


def application_of(task: Task, live: Document, options: Any) -> Document | None:
    """The Application that the task names, or that tracks the route; None for none. Raises MeshError."""
    if not options.application:
        return gitops.application_of(task.resources, live)
    namespace, name = options.application_namespace, options.application
    application: Document | None = task.resources.get(APPLICATION, namespace, name)
    if application is None:
        raise MeshError(f"git.application: {APPLICATION.label(namespace, name)} does not exist.")
    return application


def problems(task: Task, route: Route, live: Document, plan: Plan, options: Any) -> list[str]:
    """What would keep commits from becoming live, each without a full stop. Raises MeshError."""
    application = application_of(task, live, options)
    if application is None:
        task.warn(f"No Application of Argo CD tracks {route.label}: a step counts when the live route has its weights.")
        return []
    label = APPLICATION.label(application["metadata"]["namespace"], application["metadata"]["name"])
    if not gitops.verdict(application, route, plan.paths(live)).missing:
        return [
            f"{label} ignores the weights of {route.label} (ignoreDifferences with RespectIgnoreDifferences), so no "
            "commit changes them. Shift with delivery: cluster, or take that out of it"
        ]
    if gitops.automation(application) is None:
        task.warn(f"{label} has no automated sync: each step waits until somebody syncs it, for wait_timeout at most.")
    return []


def wait(
    task: Task, route: Route, live: Document, options: Any, commit: str, store: Remote, deadline: Deadline
) -> None:
    """Until the Application has synced the commit to the route. Raises MeshError."""
    application = application_of(task, live, options)
    if application is None:
        return
    metadata = application["metadata"]
    target = Delivered(commit, store.branch, store.contains)
    key = (route.kind.group, route.kind.kind, route.namespace, route.name)
    judge = partial(commits.judged_objects, delivered=target, wanted={key})
    commits.wait_for(task, metadata["namespace"], metadata["name"], target, judge, deadline)
