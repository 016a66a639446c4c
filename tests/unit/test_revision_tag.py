# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a revision tag, from those of its revision."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import revision_tag
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import selects

NAMES = [f"{prefix}{revision_tag.INJECTS}" for prefix in ("rev.namespace.", "rev.object.", "namespace.", "object.")]


def injector(namespace="istio-system", bundle="Q0E=", names=NAMES[:2]):
    address = {"service": {"name": "istiod-canary", "namespace": namespace, "path": "/inject", "port": 443}}
    hooks = [
        {
            "name": name,
            "clientConfig": {**address, "caBundle": bundle},
            "failurePolicy": "Fail",
            **revision_tag.selectors(name.removesuffix(revision_tag.INJECTS), "default"),
        }
        for name in names
    ]
    annotations = {"meta.helm.sh/release-name": "istiod", "cert-manager.io/inject-ca-from": "a/b"}
    return {"metadata": {"name": "istio-sidecar-injector-canary", "annotations": annotations}, "webhooks": hooks}


def tagged(tag="prod", live=None, owned=(), **facts):
    return revision_tag.webhook(tag, "canary", injector(**facts), live, "us", set(owned))


def test_marks_of_the_revisions_owner_are_not_copied():
    metadata = tagged(namespace="mesh")["metadata"]
    assert metadata["name"] == "istio-revision-tag-prod-mesh"
    assert set(metadata["annotations"]) == {"cert-manager.io/inject-ca-from", "helm.sh/resource-policy"}
    assert metadata["labels"]["istio.io/rev"] == "canary" and metadata["labels"]["istio.io/tag"] == "prod"


@pytest.mark.parametrize(
    ("live", "owned", "declared"),
    [
        (None, (), True),
        ("Q0E=", (), False),  # istiod wrote the same, and keeps it
        ("Q0E=", NAMES, True),  # ours already: left out, it would go
        ("b2xk", (), True),  # another revision's, or of before a rotation
    ],
)
def test_the_ca_is_declared_where_it_has_to_be_written_or_is_ours(live, owned, declared):
    present = tagged() if live else None
    for hook in (present or {}).get("webhooks", []):
        hook["clientConfig"]["caBundle"] = live
    hooks = tagged(live=present, owned=owned)["webhooks"]
    assert ["caBundle" in hook["clientConfig"] for hook in hooks] == [declared, declared]


def matches(selector, labels):
    """A label selector as the API server reads it."""
    for rule in selector["matchExpressions"]:
        value, key = labels.get(rule["key"]), rule["key"] in labels
        fits = {
            "In": key and value in rule.get("values", []),
            "NotIn": value not in rule.get("values", []),
            "DoesNotExist": not key,
        }
        if not fits[rule["operator"]]:
            return False
    return True


@pytest.mark.parametrize("namespace", [{}, {"istio-injection": "enabled"}, {"istio-injection": "disabled"}])
@pytest.mark.parametrize("revision", [{}, {"istio.io/rev": "default"}, {"istio.io/rev": "other"}])
@pytest.mark.parametrize("pod", [{}, {"sidecar.istio.io/inject": "true"}, {"sidecar.istio.io/inject": "false"}])
@pytest.mark.parametrize("chosen", [{}, {"istio.io/rev": "default"}, {"istio.io/rev": "other"}])
def test_the_default_tag_is_called_for_whom_the_default_injector_is(namespace, revision, pod, chosen):
    """Once for each pod that is to be injected, and never for another."""
    namespace, pod = {**namespace, **revision}, {**pod, **chosen}
    called = [
        hook["name"]
        for hook in tagged("default")["webhooks"]
        if matches(hook["namespaceSelector"], namespace) and matches(hook["objectSelector"], pod)
    ]
    wanted = selects({"metadata": {"labels": namespace}}, {"metadata": {"labels": pod}}) == "default"
    assert len(called) == (1 if wanted else 0)


def test_an_injector_is_switched_off_and_on_again():
    live = injector(names=NAMES)
    before = copy.deepcopy(live)
    for operation in revision_tag.switched(live, on=False):
        _root, _webhooks, index, key = operation["path"].split("/")
        live["webhooks"][int(index)][key] = operation["value"]
    assert revision_tag.is_switched_off(live) and not revision_tag.switched(live, on=False)
    for operation in revision_tag.switched(live, on=True):
        _root, _webhooks, index, key = operation["path"].split("/")
        live["webhooks"][int(index)][key] = operation["value"]
    assert live == before
