# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call with its cluster: the one place where a module gets its connection."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.call import Call
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session, connect


@dataclass
class Task(Call):
    """One call of a module, and the cluster that its connection options name."""

    def __post_init__(self) -> None:
        self._before = {"retries": 0, "writes": 0}

    @functools.cached_property
    def session(self) -> Session:
        """The connection, made when first needed. Raises MeshError."""
        session = connect(self.params)
        self._before = dict(session.counts)
        session.notices.take()  # of a task before this one
        return session

    @functools.cached_property
    def resources(self) -> Resources:
        """Objects on the cluster, over the task's session. Raises MeshError."""
        return Resources(self.session)

    @property
    def default_namespace(self) -> str:
        """The namespace of objects that name none: by the option, where the module has a default for it, then by the
        kubeconfig; empty where no cluster is asked.
        """
        stated = self.params.get("namespace")
        return stated or ("" if self.delivers_to_git else self.session.default_namespace)

    def notices(self) -> list[str]:
        """What the API server has warned of since the last call."""
        return self.session.notices.take() if "session" in self.__dict__ else []

    @property
    def retries(self) -> int:
        """How many requests of this task had to be sent again."""
        return self._count("retries")

    @property
    def writes(self) -> int:
        """How many requests of this task have written something so far."""
        return self._count("writes")

    def _count(self, what: str) -> int:
        """Over all tasks of a loop there is one session."""
        return self.session.counts[what] - self._before[what] if "session" in self.__dict__ else 0
