# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values in ConfigMaps and Secrets that Argo CD and people write as well; nothing beside them is touched."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change as change_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind


class Holder:
    """One ConfigMap or Secret of Argo CD, as it is now. Raises MeshError when it is not there."""

    def __init__(self, task: Task, resources: Resources, kind: Kind, name: str):
        self._task, self._resources, self._kind = task, resources, kind
        self._place = (task.params["namespace"], name)
        try:
            live = resources.get(kind, *self._place)
        except MeshError as error:
            raise change_module.explained(error, kind, *self._place) from None
        if live is None:
            raise MeshError(
                f"{kind.label(*self._place)} does not exist. Is Argo CD installed in this namespace? The role "
                "meshops.lifecycle.argocd installs it."
            )
        self.live: dict = live

    @property
    def data(self) -> dict[str, str]:
        return self.live.get("data") or {}

    def set(self, values: dict[str, str | None]) -> Change:
        """Give keys of ``data`` these values, None takes one away. Nothing is written where they are so already."""
        differing = {key: value for key, value in values.items() if self.data.get(key) != value}
        if not differing:
            return Change(self._kind, *self._place, change_module.UNCHANGED, self.live, self.live)
        body = {"metadata": {"resourceVersion": self.live["metadata"]["resourceVersion"]}, "data": differing}
        try:
            after = self._resources.patch(self._kind, *self._place, body, dry_run=self._task.check)
        except ApiError as error:
            raise change_module.explained(error, self._kind, *self._place) from None
        return Change(self._kind, *self._place, change_module.UPDATED, self.live, after)
