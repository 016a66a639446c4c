# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who wrote an object before a task of ours declares it: by the same requests, and the real programs."""

from __future__ import annotations

import contextlib
import json
import sys

import playing

sys.path.insert(0, str(playing.BUILD / "collections"))
COMPARE = playing.BUILD / "compare"  # `make other-collections` puts kubernetes.core there

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import write  # noqa: E402

OURS = "meshops.lifecycle"
_RBAC = "rbac.authorization.k8s.io"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Maker:
    """Writes as kubectl, kubernetes.core, a controller or a task of ours would, by the same requests."""

    def __init__(self, resources):
        self.resources = resources

    def _live(self, kind, body):
        return self.resources.get(kind, body["metadata"]["namespace"], body["metadata"]["name"])

    def _request(self, verb, kind, body, content_type="application/json", **query):
        namespace, name = body["metadata"]["namespace"], body["metadata"]["name"]
        where = f"/apis/{body['apiVersion']}" if kind.group else "/api/v1"
        where += f"/namespaces/{namespace}/{kind.plural}" + ("" if verb == "POST" else f"/{name}")
        return self.resources.session.request(verb, where, query, body, content_type)

    def _write(self, kind, body, manager):
        if self._live(kind, body) is None:
            return self._request("POST", kind, body, fieldManager=manager)
        return self._request("PATCH", kind, body, "application/merge-patch+json", fieldManager=manager)

    def kubectl_apply(self, kind, body):
        annotations = {**(body["metadata"].get("annotations") or {}), LAST_APPLIED: json.dumps(body)}
        self._write(
            kind, {**body, "metadata": {**body["metadata"], "annotations": annotations}}, "kubectl-client-side-apply"
        )

    def kubectl_create_or_edit(self, kind, body):
        self._write(kind, body, "kubectl-edit" if self._live(kind, body) else "kubectl-create")

    def kubectl_server_side(self, kind, body):
        self.resources.apply(kind, body, manager="kubectl", force=True)

    def kubernetes_core(self, kind, body):
        self._write(kind, body, "OpenAPI-Generator")

    def a_controller(self, kind, body):
        self._write(kind, body, "a-controller")

    def another_applier(self, kind, body):
        self.resources.apply(kind, body, manager="another-applier", force=True)

    def ours(self, kind, body):
        desired = kind.normalise(body) if kind.normalise else body
        write.apply(self.resources, kind, desired, self._live(kind, body), manager=OURS, force=True, check=False)


class Programs(Maker):
    """The real kubectl of the cluster, and kubernetes.core by its own code, as far as that is at hand.

    What they refuse is refused: the object stays as it was.
    """

    def __init__(self, resources, cluster):
        super().__init__(resources)
        from kubernetes.dynamic import DynamicClient  # half a second, for those who use it

        self.cluster, self.client = cluster, DynamicClient(cluster.client)
        if COMPARE.exists() and str(COMPARE) not in sys.path:
            sys.path.append(str(COMPARE))

    def _kubectl(self, *arguments, body):
        with contextlib.suppress(AssertionError):
            self.cluster.kubectl(*arguments, "--validate=false", "-f", "-", stdin=body)

    def kubectl_apply(self, _kind, body):
        self._kubectl("apply", body=body)

    def kubectl_create_or_edit(self, kind, body):
        self._kubectl("replace" if self._live(kind, body) else "create", body=body)

    def kubectl_server_side(self, _kind, body):
        self._kubectl("apply", "--server-side", "--force-conflicts", body=body)

    def _resource(self, kind, body):
        return self.client.resources.get(api_version=body["apiVersion"], kind=kind.kind)

    def kubernetes_core(self, kind, body):
        """k8s: a patch of what is there, by the strategic merge where the kind has it."""
        resource, metadata = self._resource(kind, body), body["metadata"]
        where = {"name": metadata["name"], "namespace": metadata["namespace"]}
        with self._refusals():
            if self._live(kind, body) is None:
                resource.create(body, namespace=metadata["namespace"])
                return
            sort = "strategic-merge" if kind.group in ("", "networking.k8s.io", _RBAC) else "merge"
            resource.patch(body, **where, content_type=f"application/{sort}-patch+json")

    def kubernetes_core_apply(self, kind, body):
        """k8s with apply=true."""
        try:
            from ansible_collections.kubernetes.core.plugins.module_utils.apply import k8s_apply
        except ImportError:
            self.kubernetes_core(kind, body)
            return
        with self._refusals():
            k8s_apply(self._resource(kind, body), body)

    @staticmethod
    def _refusals():
        from kubernetes.dynamic.exceptions import DynamicApiError

        return contextlib.suppress(DynamicApiError)


MAKERS = [name for name in vars(Maker) if not name.startswith("_")]
PROGRAMS = [*MAKERS, "kubernetes_core_apply"]
ADOPTED = {
    "kubectl_apply": "kubectl-client-side-apply",
    "kubectl_create_or_edit": "kubectl-create",
    "kubectl_server_side": "kubectl",
    "kubernetes_core": "OpenAPI-Generator",
}
