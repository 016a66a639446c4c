# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two objects of a revision tag, from those of the revision that it points to. Pure.

Sources: the templates of Istio's chart (istio-discovery: revision-tags-mwc.yaml, revision-tags-svc.yaml), and istioctl
(istioctl/pkg/tag), which takes the address and the CA from the revision's injector, too.
"""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    INJECT,
    INJECTION,
    REVISION,
    TAG,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import MANAGED_BY

Document = dict[str, Any]

INJECTS = "sidecar-injector.istio.io"  # what the names of webhooks that inject end with
_AUTO = f"auto.{INJECTS}"
_UNINJECTED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]
_KEEP = {"helm.sh/resource-policy": "keep"}  # a release that it was a part of leaves it alone
_OF_OWNERS = re.compile(r"meta\.helm\.sh/|helm\.sh/|argocd\.argoproj\.io/|kubectl\.kubernetes\.io/")
_COPIED = ("sideEffects", "rules", "failurePolicy", "reinvocationPolicy", "admissionReviewVersions")
# istioctl's way to switch an injector off and keep it (istioctl/pkg/util, NeverMatch).
NEVER = {"matchLabels": {"istio.io/deactivated": "never-match"}}


def webhook_name(tag: str, namespace: str) -> str:
    """The name of a tag's MutatingWebhookConfiguration."""
    return f"istio-revision-tag-{tag}" + ("" if namespace == "istio-system" else f"-{namespace}")


def service_name(tag: str) -> str:
    """The name of a tag's Service."""
    return f"istiod-revision-tag-{tag}"


def template(injector: Document) -> Document:
    """The webhook of an injector from which a tag's are made; empty where none of them injects."""
    webhooks: list[Document] = injector.get("webhooks") or []
    return next((webhook for webhook in webhooks if webhook["name"].endswith(INJECTS)), {})


def webhooks_of(configuration: Document | None) -> dict[str, Document]:
    """The webhooks of a configuration by their names."""
    return {webhook["name"]: webhook for webhook in (configuration or {}).get("webhooks") or []}


def webhook(
    tag: str, revision: str, injector: Document, live: Document | None, manager: str, owned: set[str]
) -> Document:
    """The MutatingWebhookConfiguration of a tag.

    ``injector``: the revision's own; ``live``: the tag's, if there is one. ``owned``: names of the webhooks whose CA
    ``manager`` has written. The CA is declared where it has to be written, or is ours already: istiod writes it into
    the tags of its revision, too, and what it has written stays its own.
    """
    namespace = (template(injector)["clientConfig"].get("service") or {}).get("namespace", "istio-system")
    present = webhooks_of(live)
    names = ["rev.namespace.", "rev.object."]
    if tag == DEFAULT:
        names += ["namespace.", "object."]
        names += ["auto."] if _AUTO in {*webhooks_of(injector), *present} else []
    metadata = injector["metadata"]
    own = {key: value for key, value in (metadata.get("annotations") or {}).items() if not _OF_OWNERS.match(key)}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {
            "name": webhook_name(tag, namespace),
            "labels": {**_labels(tag, revision, manager), "app": "sidecar-injector"},
            "annotations": {**own, **_KEEP},
        },
        "webhooks": [
            _webhook(f"{prefix}{INJECTS}", selectors(prefix, tag), template(injector), present, owned)
            for prefix in names
        ],
    }


def _webhook(
    name: str, selecting: Document, pattern: Document, present: dict[str, Document], owned: set[str]
) -> Document:
    address = dict(pattern["clientConfig"])
    bundle = address.pop("caBundle", None)
    live = (present.get(name) or {}).get("clientConfig") or {}
    if bundle and (name in owned or live.get("caBundle") != bundle):
        address["caBundle"] = bundle
    copied = {key: pattern[key] for key in _COPIED if key in pattern}
    return {"name": name, "clientConfig": address, **copied, **selecting}


def selectors(prefix: str, label: str) -> Document:
    """Which pods a webhook is called for, by the prefix of its name; ``label``: the revision or tag that they name."""
    absent = {"operator": "DoesNotExist"}
    willing = {"key": INJECT, "operator": "NotIn", "values": ["false"]}
    named = {"key": REVISION, "operator": "In", "values": [label]}
    enabled = {"key": INJECTION, "operator": "In", "values": ["enabled"]}
    wanted = {"key": INJECT, "operator": "In", "values": ["true"]}
    no_revision, no_injection = {"key": REVISION, **absent}, {"key": INJECTION, **absent}
    elsewhere = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": _UNINJECTED}
    by_prefix = {
        "rev.namespace.": ([named, no_injection], [willing]),
        "rev.object.": ([no_revision, no_injection], [willing, named]),
        "namespace.": ([enabled], [willing]),
        "object.": ([no_injection, no_revision], [wanted, no_revision]),
        "auto.": ([no_injection, no_revision, elsewhere], [{"key": INJECT, **absent}, no_revision]),
    }
    of_namespace, of_object = by_prefix[prefix]
    return {"namespaceSelector": {"matchExpressions": of_namespace}, "objectSelector": {"matchExpressions": of_object}}


def service(tag: str, revision: str, own: Document, manager: str) -> Document:
    """The Service of a tag; ``own``: the revision's."""
    spec = own["spec"]
    declared: Document = {"ports": [_port(port) for port in spec["ports"]], "selector": spec.get("selector") or {}}
    if spec.get("ipFamilyPolicy", "SingleStack") != "SingleStack":
        declared["ipFamilyPolicy"] = spec["ipFamilyPolicy"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": service_name(tag),
            "namespace": own["metadata"]["namespace"],
            "labels": {**_labels(tag, revision, manager), "app": "istiod", "istio": "pilot"},
            "annotations": dict(_KEEP),
        },
        "spec": declared,
    }


def _port(port: Document) -> Document:
    return {key: port[key] for key in ("name", "port", "protocol", "targetPort") if key in port}


def _labels(tag: str, revision: str, manager: str) -> dict[str, str]:
    return {
        TAG: tag,
        REVISION: revision,
        "app.kubernetes.io/name": "istiod",
        "app.kubernetes.io/part-of": "istio",
        MANAGED_BY: manager,
    }


def is_switched_off(injector: Document) -> bool:
    """Whether none of an injector's webhooks is called for any pod."""
    webhooks: list[Document] = injector.get("webhooks") or []
    return bool(webhooks) and all(hook.get("namespaceSelector") == NEVER for hook in webhooks)


def switched(injector: Document, *, on: bool) -> list[Document]:
    """The JSON patch that switches the webhooks of the injector of the revision ``default`` on or off."""
    operations = []
    for index, hook in enumerate(injector.get("webhooks") or []):
        prefix = hook["name"].removesuffix(INJECTS)
        wanted = selectors(prefix, DEFAULT) if on else {"namespaceSelector": NEVER, "objectSelector": NEVER}
        operations += [
            {"op": "replace", "path": f"/webhooks/{index}/{key}", "value": value}
            for key, value in wanted.items()
            if hook.get(key) != value
        ]
    return operations
