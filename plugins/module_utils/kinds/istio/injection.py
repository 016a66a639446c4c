# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a pod has, and which one Istio's injector would give it now. Pure.

Sources: the charts' templates (istio-discovery: mutatingwebhook.yaml, revision-tags-mwc.yaml) for who is injected by
which revision, pkg/kube/inject of Istio for what an injected pod says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CONTAINER = "istio-proxy"
REVISION = "istio.io/rev"  # a label of namespaces, pods and control planes, an annotation of injected pods
TAG = "istio.io/tag"  # a label of the objects of a revision tag
DEFAULT = "default"
_AMBIENT = "ambient.istio.io/redirection"  # an annotation of pods whose traffic ztunnel takes
INJECTION, INJECT = "istio-injection", "sidecar.istio.io/inject"  # labels of namespaces, and of pods
GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"  # a label of what istiod makes for a Gateway
_OWN_IMAGE, _TEMPLATES = "sidecar.istio.io/proxyImage", "inject.istio.io/templates"


class Proxy(NamedTuple):
    """The proxy that a pod has. ``version`` is the image's tag; both are empty where the pod does not tell."""

    revision: str
    version: str
    image: str


class Expected(NamedTuple):
    """What the injector would give a pod: ``label`` is the revision or tag that selects, ``revision`` what it means.

    ``version`` is None where no control plane of that revision is there.
    """

    label: str
    revision: str
    version: str | None

    def is_met_by(self, proxy: Proxy) -> bool:
        """Whether a proxy is of this revision and version."""
        return proxy.revision == self.revision and same_version(proxy.version, self.version or "")


@dataclass(frozen=True)
class Injection:
    """The injectors of a cluster. ``versions``: revision → version that it injects; ``tags``: tag → revision."""

    versions: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)

    def expected(self, namespace: dict[str, Any], pod: dict[str, Any]) -> Expected | None:
        """What a new pod like this one would get; None when none injects it."""
        label = selects(namespace, pod)
        if not label:
            return None
        revision = self.tags.get(label, label)
        return Expected(label, revision, self.versions.get(revision))

    def is_outdated(self, namespace: dict[str, Any], pod: dict[str, Any]) -> bool:
        """Whether a restart would give the pod another proxy. A pod that names its proxy's image has chosen it."""
        proxy, expected = proxy_of(pod), self.expected(namespace, pod)
        if proxy is None or expected is None or _annotations(pod).get(_OWN_IMAGE):
            return False
        return not expected.is_met_by(proxy)


def selects(namespace: dict[str, Any], pod: dict[str, Any]) -> str:
    """The revision or tag whose webhook injects a pod of a namespace; empty when none does.

    The namespace's ``istio-injection`` wins over its ``istio.io/rev``, and both win over the pod's labels, which can
    only opt out.
    """
    of_namespace, of_pod = _labels(namespace), _labels(pod)
    if of_pod.get(INJECT) == "false" or _annotations(pod).get(INJECT) == "false":
        return ""
    if (pod.get("spec") or {}).get("hostNetwork"):
        return ""
    if INJECTION in of_namespace:
        return DEFAULT if of_namespace[INJECTION] == "enabled" else ""
    if REVISION in of_namespace:
        return of_namespace[REVISION]
    return of_pod.get(REVISION) or (DEFAULT if of_pod.get(INJECT) == "true" else "")


def proxy_of(pod: dict[str, Any]) -> Proxy | None:
    """The proxy of a pod, a native sidecar (an init container) as well; None where there is none."""
    spec = pod.get("spec") or {}
    for container in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        if container.get("name") == CONTAINER:
            image = container.get("image") or ""
            return Proxy(_annotations(pod).get(REVISION, ""), version_of(image), image)
    return None


def is_in_mesh(pod: dict[str, Any]) -> bool:
    """Whether what a pod sends goes through a proxy of the mesh: a sidecar of its own, or ztunnel."""
    return proxy_of(pod) is not None or _annotations(pod).get(_AMBIENT) == "enabled"


def version_of(image: str) -> str:
    """The tag of an image; empty for one that is named by its digest alone."""
    name = image.rpartition("/")[2].partition("@")[0]
    return name.partition(":")[2]


def same_version(tag: str, version: str) -> bool:
    """Whether an image's tag is of a version, in any variant of it: ``1.31.1-distroless`` is 1.31.1."""
    return bool(tag) and (tag == version or tag.startswith(f"{version}-"))


def is_gateway(pod: dict[str, Any]) -> bool:
    """A gateway of Istio's chart (injected by the template ``gateway``), or one that istiod made for a Gateway."""
    template = "gateway" in _annotations(pod).get(_TEMPLATES, "").split(",")
    return template or GATEWAY_NAME in _labels(pod)


def _labels(item: dict[str, Any]) -> dict[str, str]:
    labels: dict[str, str] = (item.get("metadata") or {}).get("labels") or {}
    return labels


def _annotations(item: dict[str, Any]) -> dict[str, str]:
    annotations: dict[str, str] = (item.get("metadata") or {}).get("annotations") or {}
    return annotations
