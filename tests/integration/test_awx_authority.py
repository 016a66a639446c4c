# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate templates of examples/awx as jobs on a real mesh: by phases, one cancelled midway, and back."""

from __future__ import annotations

import base64
import functools

import authorities
import awx
import pytest
from authorities import CACERTS, NAMESPACE, answers, fingerprint, info, journals

pytestmark = authorities.MARKS


@pytest.fixture(scope="session")
def cluster(certified):
    return certified


@pytest.fixture
def bundle(cluster):
    """Another authority under another root, in a Secret that the inventory names."""
    bundle, _root = authorities.bundle()
    cluster.kubectl("apply", "-f", "-", stdin=authorities.secret("awx-authority", bundle))
    yield bundle
    cluster.kubectl("delete", "secret", "awx-authority", "-n", NAMESPACE)


@pytest.fixture
def launch(cluster, tmp_path):
    where = {"name": "awx-authority", "namespace": NAMESPACE}
    declared = {"ca_from_secret": where, "ca_settle": 0, "ca_wait_timeout": 120}
    controller, credential = awx.controller(cluster, tmp_path / "job", **declared)
    return functools.partial(controller.launch, credential=credential)


def trusted_roots(cluster):
    """How many roots the mesh is told to trust."""
    return base64.b64decode(cluster.get(CACERTS)["data"]["root-cert.pem"]).count(b"BEGIN CERTIFICATE")


def test_an_authority_changes_by_jobs_of_which_one_is_cancelled(cluster, play, launch, bundle):
    authorities.run(cluster, state="retired", bundle=authorities.bundle()[0])
    before = info(play)["authority"]
    jobs = [launch("Certificates - Show plan")]
    assert jobs[-1].status == "successful" and info(play)["authority"] == before, jobs[-1].output
    for phase in ("trusted", "issuing", "retired"):
        assert phase in jobs[-1].output

    # Both roots are written, and no proxy has been asked yet: AWX kills all processes of a job.
    jobs.append(launch("Certificates - Trust both", cancel=awx.once_true(lambda: trusted_roots(cluster) == 2)))
    assert jobs[-1].status == "canceled" and journals(cluster), jobs[-1].output
    assert info(play)["authority"]["signing"] == before["signing"] and answers(cluster) == {"200": 20}

    def succeeds(name):
        jobs.append(launch(f"Certificates - {name}"))
        assert jobs[-1].status == "successful", jobs[-1].output
        assert answers(cluster) == {"200": 20}
        return info(play)

    assert succeeds("Trust both")["rotation"]["step"] == "trusted"
    there = succeeds("Sign by the new")
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(bundle["cert"]) and there["stragglers"] == []
    assert succeeds("Go back")["authority"] == before and not journals(cluster)

    there = succeeds("Retire the old")  # through all phases
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(bundle["cert"]) and not journals(cluster)
    assert len(there["authority"]["roots"]) == 1 and there["problems"] == []
    assert awx.unwanted(*jobs) == [] and max(job.largest for job in jobs) < 100_000
    assert not [job for job in jobs if authorities.body_of(bundle["key"]) in job.output]
