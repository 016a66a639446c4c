# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD is in a cluster that it deploys to: a service account, its rights, and its token."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, poll
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change as change_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import write
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import manage

LABEL = "meshops.lifecycle/argocd-access"  # on all that is created here; its value is the service account's name
PENDING = "a token that the run creates"  # stands for it in check mode
_RBAC = "rbac.authorization.k8s.io"
_ALL = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
_OUTSIDE = [{"nonResourceURLs": ["*"], "verbs": ["*"]}]
_TOKEN_WAIT = 15.0  # seconds until the API server has filled in a token
_KINDS: dict[str, Kind] = {kind.kind: kind for kind in builtin.KINDS}
_RIGHTS = ("RoleBinding", "Role", "ClusterRoleBinding", "ClusterRole")


class Access:
    """The service account of Argo CD in one cluster. ``changes``: what was done, in its order."""

    def __init__(self, task: Task, resources: Resources):
        stated = task.params.get("service_account") or {}
        self.name = stated.get("name") or "argocd-manager"
        self.namespace = stated.get("namespace") or "kube-system"
        self._rules = stated.get("rules")
        self._task, self._resources = task, resources
        self.changes: list[Change] = []

    def ensure(self, namespaces: list[str]) -> str:
        """The account with its rights, in these namespaces or everywhere; returns its token. Raises MeshError."""
        documents = list(self._documents(namespaces))
        for document in documents:
            self._apply(document)
        wanted = {(d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"]) for d in documents}
        for kind in _RIGHTS:
            for live in self._ours(kind):
                if (kind, live["metadata"].get("namespace"), live["metadata"]["name"]) not in wanted:
                    self._delete(kind, live)
        return self._token()

    def retire(self) -> None:
        """Take away every token but the newest, which is the one that Argo CD has by now."""
        for live in self._tokens()[:-1]:
            self._delete("Secret", live)

    def remove(self) -> None:
        """The account, its rights and its tokens; what was not made here stays."""
        for kind in (*_RIGHTS, "Secret", "ServiceAccount"):
            for live in self._ours(kind):
                self._delete(kind, live)

    def _documents(self, namespaces: list[str]):
        yield self._document("v1", "ServiceAccount", self.namespace, self.name)
        if not namespaces:
            yield from self._pair("ClusterRole", None, self._rules or _ALL + _OUTSIDE)
        for namespace in namespaces:
            yield from self._pair("Role", namespace, self._rules or _ALL)

    def _pair(self, kind: str, namespace: str | None, rules: list[dict]):
        """A role and its binding."""
        version, role = f"{_RBAC}/v1", f"{self.name}-role"
        yield self._document(version, kind, namespace, role, rules=rules)
        subject = {"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}
        reference = {"apiGroup": _RBAC, "kind": kind, "name": role}
        name = f"{role}-binding"
        yield self._document(version, f"{kind}Binding", namespace, name, roleRef=reference, subjects=[subject])

    def _document(self, version: str, kind: str, namespace: str | None, name: str, **more) -> dict:
        metadata = {"name": name, "labels": {LABEL: self.name}}
        if namespace:
            metadata["namespace"] = namespace
        return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}

    def _apply(self, document: dict) -> Change:
        kind, metadata = _KINDS[document["kind"]], document["metadata"]
        live = self._resources.get(kind, metadata.get("namespace"), metadata["name"])
        change = manage.applied(self._task, self._resources, kind, document, live)
        self.changes.append(change)
        return change

    def _delete(self, kind: str, live: dict) -> None:
        metadata, check = live["metadata"], self._task.check
        place = (metadata.get("namespace"), metadata["name"])
        change = write.delete(self._resources, _KINDS[kind], *place, live, check=check, propagation="Background")
        self.changes.append(change)

    def _ours(self, kind: str) -> list[dict]:
        namespace = self.namespace if kind in ("Secret", "ServiceAccount") else None
        return self._resources.list(_KINDS[kind], namespace, f"{LABEL}={self.name}")

    def _tokens(self) -> list[dict]:
        """The Secrets with tokens, the newest last: their names end in the time they were made."""
        return sorted(self._ours("Secret"), key=lambda live: live["metadata"]["name"])

    def _token(self) -> str:
        present = self._tokens()
        if present and not self._is_due(present[-1]):
            return builtin.decoded(present[-1], "token") or self._filled(present[-1]["metadata"]["name"])
        name = f"{self.name}-token-{times.now():%Y%m%d%H%M%S}"
        document = self._document("v1", "Secret", self.namespace, name, type="kubernetes.io/service-account-token")
        document["metadata"]["annotations"] = {"kubernetes.io/service-account.name": self.name}
        if self._task.check:  # the server would refuse a token of an account that is not there yet
            self.changes.append(Change(_KINDS["Secret"], self.namespace, name, change_module.CREATED, None, document))
            return PENDING
        self._apply(document)
        return self._filled(name)

    def _is_due(self, live: dict) -> bool:
        if self._task.params["rotate_token"]:
            return True
        days = self._task.params.get("token_max_age")
        if days is None:
            return False
        created = times.parse(live["metadata"]["creationTimestamp"])
        return (times.now() - created).total_seconds() > days * 86400

    def _filled(self, name: str) -> str:
        """The token, which a controller of the cluster fills in. Raises MeshError when it does not come."""

        def read() -> str | None:
            return builtin.decoded(self._resources.get(_KINDS["Secret"], self.namespace, name), "token")

        token = poll(read, Deadline(_TOKEN_WAIT), most=0.5)
        if token:
            return token
        raise MeshError(
            f"Secret {self.namespace}/{name} of the cluster has no token after {_TOKEN_WAIT:.0f} s. See whether the "
            f"service account {self.name} is there, and whether the cluster's controller manager runs."
        )
