# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes in between while the authority is changed: no istiod, a second run; and the way back from the end."""

from __future__ import annotations

import threading
import time

import authorities
import pytest
from authorities import SYSTEM, answers, fingerprint, info, journals, run
from authorities import task as ca_task

pytestmark = authorities.MARKS


@pytest.fixture(scope="session")
def cluster(certified):
    return certified


def scale(cluster, replicas):
    cluster.kubectl("scale", "deployment/istiod", "-n", SYSTEM, f"--replicas={replicas}")
    if replicas:
        cluster.kubectl("rollout", "status", "deployment/istiod", "-n", SYSTEM, "--timeout=110s")
    else:
        words = ("--for=delete", "pod", "-l", "app=istiod", "-n", SYSTEM, "--timeout=60s")
        cluster.kubectl("wait", *words, check=False)  # it fails where they are gone already


def test_istiod_is_down_in_a_phase_and_a_second_run_meanwhile_is_refused(play, cluster, tmp_path):
    bundle, root = authorities.bundle()
    given = {"vars": {"bundle": bundle}}
    before = info(play)["authority"]
    scale(cluster, 0)
    try:
        nowhere = {"record": str(tmp_path / "missing" / "record.md")}
        task = ca_task(state="trusted", bundle="{{ bundle }}", **nowhere)
        assert "cannot be written" in play(task, expect="failed", **given).msg and not journals(cluster)
        record = tmp_path / "record.md"
        task = ca_task(state="trusted", bundle="{{ bundle }}", wait_timeout=5, record=str(record))
        stopped = play(task, expect="failed", **given)["CA"]
        assert "Result: **trusted**" in record.read_text() and "the Secret was written" in record.read_text()
        assert f"no istiod in {SYSTEM} is ready" in stopped.msg and "phase trusted is written" in stopped.msg
        assert stopped.result["phase"] == "trusted" and answers(cluster) == {"200": 20}
        ended = []
        options = {"state": "retired", "bundle": bundle, "lease_duration": 30, "wait_timeout": 120, "run": "the first"}
        first = threading.Thread(target=lambda: ended.append(run(cluster, **options)))
        first.start()
        deadline = time.monotonic() + 60
        while True:  # until the first one is at work
            second = play(ca_task(state="retired", bundle="{{ bundle }}", wait_timeout=2), expect="failed", **given)[
                "CA"
            ]
            if "is held by" in second.msg:
                break
            assert time.monotonic() < deadline, second.msg
        assert "the first" in second.msg and not second.changed
        assert "is held by" in play(ca_task(state="aborted"), expect="failed")["CA"].msg
    finally:
        scale(cluster, 1)
    first.join()
    assert ended[0]["phase"] == "retired" and ended[0]["authority"]["signing"] != before["signing"]
    there = info(play)
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(bundle["cert"]) and there["stragglers"] == []
    assert all(proxy["roots"] == [root.certificate.fingerprint] for proxy in there["proxies"])
    assert answers(cluster) == {"200": 20}


def test_back_from_where_the_old_root_is_not_trusted_any_more(play, cluster):
    """A run dies right after it has written the last phase; the way back trusts the old root again first."""
    before = info(play)["authority"]
    secret_before = cluster.kubectl("get", "secret", "cacerts", "-n", SYSTEM, "--ignore-not-found", "-o", "name")
    bundle, root = authorities.bundle()
    for dies in range(3, 60):
        assert run(cluster, dies=dies, state="retired", bundle=bundle) is None, "it has ended"
        if {each["fingerprint"] for each in info(play)["authority"]["roots"]} == {root.certificate.fingerprint}:
            break
    done = play(ca_task(state="aborted"))["CA"].result
    # Where istiod signed by a root of its own, there was no Secret, and in the end there is none again.
    last = [] if secret_before else ["deleted"]
    assert done["phase"] == "aborted" and [row["action"] for row in done["resources"]] == ["changed"] * 3 + last
    there = info(play)
    assert there["authority"] == before and there["stragglers"] == [] and not journals(cluster)
    assert answers(cluster) == {"200": 20}
