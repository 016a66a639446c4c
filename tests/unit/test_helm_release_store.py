# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases as helm stores them: read, written back, and refused when they cannot be read."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release

STORED = {
    "name": "shop",
    "version": 3,
    "manifest": "---\nkind: ConfigMap\n",
    "config": {"big": 12345678901234567890, "small": 0.5},
    "info": {"status": "deployed"},
    "chart": {"metadata": {"name": "shop", "version": "1.2.3", "appVersion": "7"}},
    "hooks": [{"manifest": "b"}, {"manifest": "a"}],
    "apply_method": "ssa",
}


def secret(payload, name="sh.helm.release.v1.shop.v3", **labels):
    return {"metadata": {"namespace": "ns", "name": name, "labels": labels}, "data": {"release": payload}}


def twice(data):
    return base64.b64encode(base64.b64encode(data)).decode()


@pytest.mark.parametrize("packed", [gzip.compress(json.dumps(STORED).encode()), json.dumps(STORED).encode()])
def test_a_secret_is_read_gzipped_or_as_helm_2_left_it(packed, monkeypatch):
    monkeypatch.delenv("HELM_DRIVER", raising=False)
    assert release_store.decode(secret(twice(packed))) == STORED


def test_a_config_map_is_encoded_once(monkeypatch):
    monkeypatch.setenv("HELM_DRIVER", "configmap")
    payload = base64.b64encode(gzip.compress(json.dumps(STORED).encode())).decode()
    assert release_store.decode(secret(payload)) == STORED


@pytest.mark.parametrize("driver", ["", "secret", "configmap"])
def test_what_is_written_can_be_read(driver, monkeypatch):
    monkeypatch.setenv("HELM_DRIVER", driver)
    assert release_store.decode(secret(release_store.encode(STORED))) == STORED


@pytest.mark.parametrize("payload", ["", "!!!", twice(b"no json"), twice(b"\x1f\x8b\x08cut off")])
def test_what_cannot_be_read_is_named(payload, monkeypatch):
    monkeypatch.delenv("HELM_DRIVER", raising=False)
    with pytest.raises(MeshError, match=r"ns/sh\.helm\.release\.v1\.shop\.v3 does not hold a release"):
        release_store.decode(secret(payload))


def test_a_store_outside_the_cluster_is_refused(monkeypatch):
    monkeypatch.setenv("HELM_DRIVER", "sql")
    with pytest.raises(MeshError, match="HELM_DRIVER=sql is not supported"):
        release_store.encode(STORED)


def test_a_release_tells_what_it_is():
    release = Release(STORED, secret("", createdAt="1"))
    assert (release.revision, release.status, release.server_side, release.hooks) == (3, "deployed", True, "a\nb")
    assert release.age > 10**9
    assert release.shown("ns") == {
        "name": "shop",
        "namespace": "ns",
        "revision": 3,
        "status": "deployed",
        "chart": "shop",
        "chart_version": "1.2.3",
        "app_version": "7",
    }


def test_an_answer_of_helm_is_read_behind_what_it_warns():
    assert release_store.release_of(f"WARNING: x\n{json.dumps(STORED)}\n").revision == 3
