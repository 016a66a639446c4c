# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mTLS templates of examples/awx as jobs on a real mesh under load: one reaches its time-out, the next goes on."""

from __future__ import annotations

import functools
import time

import awx
import killed
import meshes
import pytest
from loads import Loads, inside

SPACE, OUTSIDE = "awx-mtls", "awx-outside"
POLICY = f"/apis/security.istio.io/v1/namespaces/{SPACE}/peerauthentications/default"
METRICS = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(measured):
    return measured


@pytest.fixture
def load(cluster, tmp_path):
    """A shop whose client calls it all the time."""
    meshes.shops_with_a_caller_outside(cluster, [SPACE], OUTSIDE)
    client = f"{SPACE}/client"
    load = Loads(cluster, tmp_path, 10, {client: inside(client, f"http://reviews.{SPACE}:9080/")})
    yield load
    load.stop()
    cluster.kubectl("delete", "namespace", SPACE, OUTSIDE, "--wait=false")


@pytest.fixture
def launch(cluster, tmp_path):
    declared = {"mtls_metrics": METRICS, "mtls_history": 60}
    controller, credential = awx.controller(cluster, tmp_path / "job", **declared)
    return functools.partial(controller.launch, credential=credential)


def mode(cluster):
    policy = cluster.get(POLICY)
    return policy and policy["spec"]["mtls"]["mode"]


def test_a_migration_that_reaches_its_time_out_is_finished_by_the_next_job(cluster, load, launch):
    asked = {"mtls_namespaces": SPACE}

    def timed_out(seconds):
        job = launch("mTLS - Migrate", {**asked, "mtls_watch": 900}, timeout=seconds)
        assert job.status == "timeout", job.output
        return job

    deadline = time.monotonic() + 180
    while True:  # until the calls were scraped
        plan = launch("mTLS - Show plan", asked)
        assert plan.status == "successful", plan.output
        if "changed=1" in plan.output:
            break
        assert time.monotonic() < deadline, plan.output
    assert mode(cluster) is None

    # It watches for longer than any of these, so each ends by its time-out; on a busy machine, before it has begun.
    jobs = []
    for seconds in (30, 60, 120, 240):
        jobs.append(timed_out(seconds))
        if mode(cluster):
            break
    assert mode(cluster) == "STRICT" and killed.journals(cluster, "istio-system")

    done = launch("mTLS - Migrate", {**asked, "mtls_watch": 25})
    assert done.status == "successful" and mode(cluster) == "STRICT", done.output
    assert not killed.journals(cluster, "istio-system")
    again = launch("mTLS - Migrate", {**asked, "mtls_watch": 25})
    assert again.status == "successful" and "changed=0" in again.output, again.output

    back = launch("mTLS - Go back")
    assert back.status == "successful" and mode(cluster) is None, back.output
    load.stop()
    assert load.requests > 100 and load.failed == 0, load.failures
    everything = [plan, *jobs, done, again, back]
    assert awx.unwanted(*everything) == [] and max(job.largest for job in everything) < 100_000
