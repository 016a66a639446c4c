# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook certificates on a real mesh: an authority near its end is changed, and every proxy follows."""

from __future__ import annotations

import json

import authorities
import event_sources
import pytest
from authorities import NAMESPACE, SYSTEM, answers, fingerprint, info, journals, run

pytestmark = authorities.MARKS


@pytest.fixture(scope="session")
def cluster(certified):
    return certified


@pytest.fixture
def next_authority(cluster):
    """`next_authority(bundle)`: the Secret in which the inventory has the authority that is to come."""

    def give(bundle):
        cluster.kubectl("apply", "-f", "-", stdin=authorities.secret("next-authority", bundle))
        return {"name": "next-authority", "namespace": NAMESPACE}

    yield give
    cluster.kubectl("delete", "secret", "next-authority", "-n", NAMESPACE, "--ignore-not-found")


def test_a_rulebook_changes_an_authority_that_is_near_its_end(cluster, play, rulebook, next_authority, tmp_path):
    old, root = authorities.bundle(name="old signer", days=5)
    new, _root = authorities.bundle(root, name="new signer")
    run(cluster, state="retired", bundle=old)
    variables = {"ca_from_secret": next_authority(new), "ca_settle": 0, "ca_wait_timeout": 120}
    book = event_sources.narrowed("certificates", tmp_path, namespaces=[SYSTEM])
    hosts = {"staging": {}, "prod": {}}
    running = rulebook(book, {**variables, "certificate_hosts": "staging"}, hosts)
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    text = running.text()
    assert "failed=0" in text and "[prod]" not in text and "'kind': 'authority'" in text.replace('"', "'"), text
    there = info(play)
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(new["cert"]) and there["stragglers"] == []
    assert {proxy["leaf"]["issuer"] for proxy in there["proxies"]} == {there["authority"]["signing"]["subject"]}
    assert answers(cluster) == {"200": 20} and not journals(cluster)
    assert authorities.body_of(new["key"]) not in text and json.dumps(authorities.body_of(old["key"])) not in text
