# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The route that a shift is about: its kind, and what the kind's API says of rules and of what is behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import grpcroute, httproute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import weighted as gateway_api
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import weighted as istio
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Form, Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.sides import Backend

OPERATION = "traffic_shift"
Reader = Callable[[Resources, Target, str], Backend]
_KINDS: dict[str, tuple[Kind, Form, Reader]] = {
    "VirtualService": (virtualservice.KIND, istio.FORM, sides.of_istio),
    "HTTPRoute": (httproute.KIND, gateway_api.FORM, sides.of_gateway_api),
    "GRPCRoute": (grpcroute.KIND, gateway_api.FORM, sides.of_gateway_api),
}


@dataclass(frozen=True)
class Route:
    """The route that a task names."""

    kind: Kind
    form: Form
    namespace: str
    name: str

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)

    @property
    def subject(self) -> Subject:
        return Subject(self.kind.group, self.kind.kind, self.namespace, self.name)

    def with_rules(self, rules: str | None, live: dict[str, Any] | None = None) -> Route:
        """The same, about the rules of this name; for None those that a live route has."""
        if self.kind is not virtualservice.KIND:
            return self
        return replace(self, form=istio.form_of((live or {}).get("spec") or {}, rules))

    def read(self, resources: Resources) -> dict[str, Any] | None:
        """The live route. Raises MeshError."""
        try:
            return resources.get(self.kind, self.namespace, self.name)
        except ApiError as error:
            raise explained(error, self.kind, self.namespace, self.name) from None

    def backend(self, resources: Resources, target: Target) -> Backend:
        """What is behind a target of the route. Raises MeshError."""
        try:
            return _KINDS[self.kind.kind][2](resources, target, self.namespace)
        except ApiError as error:
            raise MeshError(f"{self.label}: what is behind {target.label} cannot be read: {error.message}") from None


def of_journal(subject: Subject, plan: dict[str, Any]) -> Route:
    """The route of a journal with its plan."""
    kind, form, _reader = _KINDS[subject.kind]
    return Route(kind, form, str(subject.namespace), subject.name).with_rules(plan.get("rules"))


def of(task: Task) -> Route:
    """The route that a task names."""
    kind, form, _reader = _KINDS[task.params["kind"]]
    return Route(kind, form, task.default_namespace, task.params["name"])
