# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy a pod has, which one it would get, and what makes the pod."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import (
    Workload,
    by_workload,
    is_live,
    workload_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    Expected,
    Injection,
    is_gateway,
    proxy_of,
    same_version,
    selects,
    version_of,
)


def namespace(**labels):
    return {"metadata": {"name": "shop", "labels": labels}}


def pod(image=None, native=False, labels=None, annotations=None, owner=None, **spec):
    proxies = [{"name": "istio-proxy", "image": image}] if image else []
    containers = [{"name": "app", "image": "app:1"}, *([] if native else proxies)]
    metadata = {"namespace": "shop", "name": "web-5d4f8-x", "labels": labels or {}, "annotations": annotations or {}}
    if owner:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    return {
        "metadata": metadata,
        "spec": {"containers": containers, "initContainers": proxies if native else [], **spec},
        "status": {"phase": "Running"},
    }


ENABLED, REVISION = {"istio-injection": "enabled"}, {"istio.io/rev": "1-31"}


@pytest.mark.parametrize(
    ("labels", "live", "expected"),
    [
        ({}, pod(), ""),
        (ENABLED, pod(), "default"),
        ({"istio-injection": "disabled"}, pod(labels=REVISION), ""),
        (REVISION, pod(), "1-31"),
        ({**ENABLED, **REVISION}, pod(), "default"),
        ({**REVISION, "istio-injection": "disabled"}, pod(), ""),
        ({}, pod(labels=REVISION), "1-31"),
        ({}, pod(labels={"sidecar.istio.io/inject": "true"}), "default"),
        ({}, pod(labels={**REVISION, "sidecar.istio.io/inject": "true"}), "1-31"),
        (ENABLED, pod(labels={"sidecar.istio.io/inject": "false"}), ""),
        (ENABLED, pod(annotations={"sidecar.istio.io/inject": "false"}), ""),
        (ENABLED, pod(hostNetwork=True), ""),
    ],
)
def test_which_revision_injects(labels, live, expected):
    assert selects(namespace(**labels), live) == expected


INJECTION = Injection({"default": "1.31.1", "1-30": "1.30.0"}, {"prod": "1-30", "lost": "1-29"})


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (ENABLED, Expected("default", "default", "1.31.1")),
        ({"istio.io/rev": "prod"}, Expected("prod", "1-30", "1.30.0")),
        ({"istio.io/rev": "1-30"}, Expected("1-30", "1-30", "1.30.0")),
        ({"istio.io/rev": "lost"}, Expected("lost", "1-29", None)),
        ({}, None),
    ],
)
def test_what_a_new_pod_would_get(labels, expected):
    assert INJECTION.expected(namespace(**labels), pod()) == expected


def injected(version, revision, **more):
    annotations = {"istio.io/rev": revision, **more.pop("annotations", {})}
    return pod(f"docker.io/istio/proxyv2:{version}", annotations=annotations, **more)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (injected("1.31.1", "default"), False),
        (injected("1.31.1-distroless", "default"), False),
        (injected("1.31.1", "default", native=True), False),
        (injected("1.30.0", "default"), True),
        (injected("1.30.0", "default", native=True), True),
        (injected("1.31.1", "1-30"), True),
        (injected("1.31.10", "default"), True),
        (injected("1.30.0", "default", annotations={"sidecar.istio.io/proxyImage": "proxyv2:1.30.0"}), False),
        (pod(), False),
    ],
)
def test_what_a_restart_would_change(live, expected):
    assert INJECTION.is_outdated(namespace(**ENABLED), live) is expected


def test_the_proxy_is_read_from_containers_and_init_containers():
    for native in (False, True):
        assert proxy_of(injected("1.30.0", "1-30", native=native))[:2] == ("1-30", "1.30.0")
    assert proxy_of(pod()) is None


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("proxyv2", ""),
        ("registry:5000/istio/proxyv2", ""),
        ("registry:5000/istio/proxyv2:1.30.0", "1.30.0"),
        ("istio/proxyv2:1.30.0@sha256:ab", "1.30.0"),
        ("istio/proxyv2@sha256:ab", ""),
    ],
)
def test_the_version_of_an_image(image, version):
    assert version_of(image) == version


def test_a_version_is_the_same_in_every_variant():
    assert same_version("1.31.1-distroless", "1.31.1") and not same_version("1.31.10", "1.31.1")
    assert not same_version("", "1.31.1")


def test_gateways():
    assert is_gateway(pod(annotations={"inject.istio.io/templates": "gateway"}))
    assert is_gateway(pod(labels={"gateway.networking.k8s.io/gateway-name": "shop"}))
    assert not is_gateway(pod())


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (pod(), ("Pod", "web-5d4f8-x")),
        (pod(owner=("ReplicaSet", "web-5d4f8"), labels={"pod-template-hash": "5d4f8"}), ("Deployment", "web")),
        (pod(owner=("ReplicaSet", "web-5d4f8"), labels={"rollouts-pod-template-hash": "5d4f8"}), ("Rollout", "web")),
        (pod(owner=("ReplicaSet", "bare-set")), ("ReplicaSet", "bare-set")),
        (pod(owner=("StatefulSet", "db")), ("StatefulSet", "db")),
        (pod(owner=("Job", "once")), ("Job", "once")),
    ],
)
def test_what_makes_a_pod(live, expected):
    assert workload_of(live) == Workload(expected[0], "shop", expected[1])
    assert by_workload([live, live]) == {workload_of(live): [live, live]}


def test_what_has_ended_or_is_being_deleted_counts_no_more():
    assert is_live(pod())
    assert not is_live({**pod(), "status": {"phase": "Succeeded"}})
    deleted = pod()
    deleted["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert not is_live(deleted)
