# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `CLUSTER=<kubeconfig>[:context]` means, and which control planes are somebody else's."""

from __future__ import annotations

import base64
import importlib.util
import stat
from pathlib import Path

import pytest
import yaml

_path = Path(__file__).resolve().parents[2] / "tools" / "cluster_guard.py"
_spec = importlib.util.spec_from_file_location("cluster_guard", _path)
guard = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(guard)

CONFIG = {
    "current-context": "one",
    "clusters": [
        {"name": "c1", "cluster": {"server": "https://one", "certificate-authority": "ca.crt"}},
        {"name": "c2", "cluster": {"server": "https://two"}},
    ],
    "users": [
        {"name": "u1", "user": {"token": "t1"}},
        {"name": "u2", "user": {"exec": {"command": "bin/login"}, "tokenFile": "token"}},
    ],
    "contexts": [
        {"name": "one", "context": {"cluster": "c1", "user": "u1", "namespace": "shop"}},
        {"name": "two", "context": {"cluster": "c2", "user": "u2"}},
        {"name": "lost", "context": {"cluster": "c9", "user": "u1"}},
    ],
}


@pytest.mark.parametrize(
    ("text", "path", "context"),
    [
        ("/k/config", "/k/config", None),
        ("/k/config:prod", "/k/config", "prod"),
        ("/k/config:arn:aws:eks:eu-west-1:1:cluster/prod", "/k/config", "arn:aws:eks:eu-west-1:1:cluster/prod"),
        ("/k/with:colon:prod", "/k/with:colon", "prod"),
        ("/k/config:", "/k/config", None),
    ],
)
def test_a_cluster_is_a_file_and_perhaps_a_context(text, path, context):
    assert guard.split_cluster(text, {"/k/config", "/k/with:colon"}.__contains__) == (path, context)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(guard.Refusal, match="no such kubeconfig file: /k/none"):
        guard.split_cluster("/k/none:prod", lambda path: False)


def test_the_copy_holds_one_context_with_its_files_inside(tmp_path):
    (tmp_path / "ca.crt").write_bytes(b"CA")
    copy = guard.single_context(CONFIG, None, tmp_path)
    assert copy["current-context"] == "one"
    assert copy["contexts"] == [{"name": "one", "context": {"cluster": "cluster", "user": "user", "namespace": "shop"}}]
    authority = base64.b64encode(b"CA").decode()
    assert copy["clusters"] == [
        {"name": "cluster", "cluster": {"server": "https://one", "certificate-authority-data": authority}}
    ]
    assert copy["users"] == [{"name": "user", "user": {"token": "t1"}}]
    assert CONFIG["clusters"][0]["cluster"]["certificate-authority"] == "ca.crt", "the original is left alone"


def test_paths_that_stay_paths_become_absolute(tmp_path):
    user = guard.single_context(CONFIG, "two", tmp_path)["users"][0]["user"]
    assert user == {"exec": {"command": f"{tmp_path}/bin/login"}, "tokenFile": f"{tmp_path}/token"}


@pytest.mark.parametrize(
    ("context", "said"),
    [("three", "no context 'three'. It has: one, two, lost"), ("lost", "names a cluster 'c9'"), ("one", "ca.crt")],
)
def test_what_is_missing_is_told(tmp_path, context, said):
    with pytest.raises(guard.Refusal, match=said):
        guard.single_context(CONFIG, context, tmp_path)


def test_the_copy_is_its_owners_alone(tmp_path):
    path = tmp_path / "new" / "kubeconfig"
    guard.write_private(path, {"kind": "Config"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert yaml.safe_load(path.read_text()) == {"kind": "Config"}


ISTIOD = ("Deployment", "istio-system", "istiod", {"app": "istiod"})
CANARY = ("Deployment", "mesh", "istiod-canary", {"app": "istiod"})
ARGOCD = ("StatefulSet", "gitops", "controller", {"app.kubernetes.io/part-of": "argocd"})
SHOP = ("Deployment", "shop", "reviews", {"app": "reviews"})


@pytest.mark.parametrize(
    ("workloads", "webhooks", "marked", "found"),
    [
        ([SHOP], [], set(), []),
        ([ISTIOD], [], set(), ["Istio: Deployment istio-system/istiod"]),
        ([ISTIOD], [("istio-sidecar-injector", "istio-system")], {"istio-system"}, []),
        ([ISTIOD, CANARY], [], {"istio-system"}, ["Istio: Deployment mesh/istiod-canary"]),
        ([ARGOCD], [], {"istio-system"}, ["Argo CD: StatefulSet gitops/controller"]),
        ([], [("istio-sidecar-injector", None)], set(), ["Istio: MutatingWebhookConfiguration istio-sidecar-injector"]),
        ([], [("istio-sidecar-injector", None)], {"istio-system"}, []),
        ([], [("cert-manager-webhook", "cert-manager")], set(), []),
    ],
)
def test_whose_a_control_plane_is(workloads, webhooks, marked, found):
    assert guard.foreign(workloads, webhooks, marked) == found
