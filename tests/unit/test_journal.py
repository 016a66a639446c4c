# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the journal of long work: as text and back, no secret, and never more than a ConfigMap holds."""

from __future__ import annotations

import json
import re

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import journal_state
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject

ROUTE = Subject("networking.istio.io", "VirtualService", "shop", "reviews")
RULE = Subject("networking.istio.io", "DestinationRule", "shop", "reviews")
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"


def state(**more):
    parts = {"plan": {"weights": [5, 100]}, "before": {"http": [{"route": []}]}, **more}
    return State(
        "traffic_shift", ROUTE, [ROUTE, RULE], "2026-06-01T12:00:00Z", "begin", "2026-06-01T12:00:00Z", **parts
    )


def test_a_state_is_read_as_it_was_written():
    written = state(verdicts=[{"gate": "errors", "verdict": "pass"}], runs=[{"run": "1"}])
    assert journal_state.parse(written.text(), "ConfigMap shop/x") == written


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", '{"form": 2}', '{"form": 1, "subject": {"name": "x"}}'])
def test_what_is_no_journal_is_named(text):
    with pytest.raises(MeshError, match=r"ConfigMap shop/x is the journal of unfinished work, and cannot be read"):
        journal_state.parse(text, "ConfigMap shop/x")


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"a": "YQ=="}}, "before"),
        ({"objects": [{"kind": "Secret", "stringData": {"a": "b"}}]}, "before.objects[0]"),
        ({"spec": {"tls": {"key": KEY}}}, "before.spec.tls.key"),
        ({"url": "https://robot:hunter2hunter2@example.com/"}, "before.url"),
    ],
)
def test_a_secret_is_refused(before, path):
    with pytest.raises(MeshError, match=rf"would write a secret into its journal: {re.escape(path)}\.") as refusal:
        state(before=before).text()
    assert "hunter2" not in refusal.value.message and "MIIE" not in refusal.value.message


def test_what_only_names_a_secret_is_none():
    secret = Subject("", "Secret", "shop", "certificate")
    text = state(before={"credentialName": "certificate", "kind": "Secret", "name": "certificate"}).text()
    assert "certificate" in text and state(plan={"holds": [secret._asdict()]}).text()


def test_the_oldest_verdicts_make_room():
    written = state(verdicts=[{"number": number, "query": "x" * 1000} for number in range(2000)])
    text = journal_state.fitting(written)
    kept = json.loads(text)["verdicts"]
    assert len(text.encode()) <= journal_state.LIMIT
    assert kept[-1]["number"] == 1999 and kept[0]["number"] == written.dropped > 0


def test_what_does_not_fit_without_verdicts_either_is_refused():
    with pytest.raises(MeshError, match="does not fit into a ConfigMap"):
        journal_state.fitting(state(before={"http": "x" * journal_state.LIMIT}))


@pytest.mark.parametrize(
    "subject",
    [
        ROUTE,
        RULE,
        Subject("rbac.authorization.k8s.io", "ClusterRole", None, "system:controller:job-controller"),
        Subject("", "ConfigMap", "shop", "a" * 253),
        Subject("", "ConfigMap", "shop", "a.-.b"),
    ],
)
def test_a_name_is_one_that_kubernetes_takes(subject):
    name = journal_state.name_of(subject)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) and len(name) <= 253


def test_different_objects_have_different_names():
    subjects = [
        ROUTE,
        RULE,
        ROUTE._replace(namespace="other"),
        Subject("gateway.networking.k8s.io", "Gateway", "shop", "front"),
        Subject("networking.istio.io", "Gateway", "shop", "front"),
        Subject("", "ConfigMap", "shop", "a-b"),
        Subject("", "ConfigMap", "shop", "a.b"),
    ]
    assert len({journal_state.name_of(subject) for subject in subjects}) == len(subjects)
