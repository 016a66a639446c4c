# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal and the lease of long work on a real API server: two at once, one that is killed, one refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import playing
import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import journal_state, lease
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal, held, holders
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject

SHORT = 3  # seconds that a lease lasts here
ISTIO = "networking.istio.io"
PLAN, BEFORE = {"weights": [5, 50, 100]}, {"http": [{"route": [{"weight": 100}]}]}
# A run in a process of its own: it begins, or goes on, says where it is, and is at work until it is killed.
RUN = """
import sys, time
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject
kubeconfig, namespace, duration = sys.argv[1:]
subject = Subject("networking.istio.io", "VirtualService", namespace, "reviews")
resources = Resources(connect({"kubeconfig": kubeconfig}))
journal = Journal.open(resources, "traffic_shift", subject, run="first", duration=int(duration))
journal.begin(plan={}, before={"weight": 100})
journal.record("weight 5", verdicts=[{"gate": "errors", "verdict": "pass"}])
print("at work", flush=True)
time.sleep(120)
"""


@pytest.fixture
def resources(cluster):
    return Resources(connect({"kubeconfig": str(cluster.kubeconfig)}))


@pytest.fixture
def subject(namespace):
    return Subject(ISTIO, "VirtualService", namespace, "reviews")


@pytest.fixture
def place(subject):
    """The paths of the journal and of the lease."""
    name, namespace = journal_state.name_of(subject), subject.namespace
    return (
        f"/api/v1/namespaces/{namespace}/configmaps/{name}",
        f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}",
    )


@pytest.fixture
def opened(resources, subject):
    """`opened(…)`: Journal.open of the test's subject, by a run with a short lease."""

    def run(operation="traffic_shift", of=subject, **options):
        return Journal.open(resources, operation, of, **{"duration": SHORT, **options})

    return run


@pytest.fixture
def at_work(cluster, namespace, request):
    """A process that is at work on the subject; its lease lasts as long as the test's parameter says (seconds)."""
    command = [sys.executable, "-c", RUN, str(cluster.kubeconfig), namespace, str(request.param)]
    collections = {"PYTHONPATH": str(playing.BUILD / "collections")}
    with subprocess.Popen(command, env={**os.environ, **collections}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "at work\n"
        yield process
        process.kill()


def lease_of(subject, **spec):
    metadata = {"name": journal_state.name_of(subject), "namespace": subject.namespace}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def test_a_life(opened, cluster, place):
    with opened(run="job 1") as journal:
        assert journal.state is None
        journal.begin(plan=PLAN, before=BEFORE)
        journal.record("weight 5")
        journal.record("weight 5", verdicts=[{"gate": "errors", "verdict": "pass"}])
        assert cluster.get(place[1])["spec"]["holderIdentity"].endswith("run job 1")
    live = cluster.get(place[0])
    assert live["metadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "meshops.lifecycle",
        "meshops.lifecycle/operation": "traffic_shift",
    }
    assert cluster.get(place[1]) is None  # nobody is at it, and yet it is not over
    with opened(run="job 2") as journal:
        assert (journal.state.step, journal.state.plan, journal.state.before) == ("weight 5", PLAN, BEFORE)
        assert [run["run"] for run in journal.state.runs] == ["job 1", "job 2"]
        record = journal.close()
    assert [step["step"] for step in record.steps] == ["begin"] and record.verdicts[0]["verdict"] == "pass"
    assert cluster.get(place[0]) is None and cluster.get(place[1]) is None


def test_of_two_at_once_one_is_refused(opened):
    together, journals, refusals = threading.Barrier(2), [], []

    def run(name):
        together.wait()
        try:
            journals.append(opened(run=name))
        except lease.Held as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journals) == len(refusals) == 1
    assert refusals[0].details["holder"] == journals[0].lease.identity
    assert f"is held by {journals[0].lease.identity}, since 20" in refusals[0].message
    assert "If it was killed, run this again" in refusals[0].message
    journals[0].close()


@pytest.mark.parametrize("at_work", [12], indirect=True)
def test_a_run_that_is_alive_is_refused_by_what_was_seen_of_it(opened, at_work):
    began, lines = time.monotonic(), []
    with pytest.raises(lease.Held, match=rf"process {at_work.pid}, run first"):
        opened(duration=12, progress=lines.append)
    assert time.monotonic() - began < 12 and "watching whether that run is alive" in lines[0]
    assert at_work.poll() is None


@pytest.mark.parametrize("at_work", [SHORT], indirect=True)
def test_a_run_that_was_killed_is_continued(opened, at_work, cluster, place):
    at_work.send_signal(signal.SIGKILL)
    at_work.wait()
    began = time.monotonic()
    with opened(run="second") as journal:
        assert SHORT - 1 < time.monotonic() - began < 3 * SHORT
        assert (journal.state.step, journal.state.before) == ("weight 5", {"weight": 100})
        assert [verdict["verdict"] for verdict in journal.state.verdicts] == ["pass"]
        assert [run["run"] for run in journal.state.runs] == ["first", "second"]
        assert cluster.get(place[1])["spec"]["leaseTransitions"] == 1
        journal.close()


def test_a_lease_lasts_while_the_run_sleeps(opened, cluster, place):
    with opened() as journal:
        first = cluster.get(place[1])["spec"]["renewTime"]
        time.sleep(SHORT * 1.5)
        assert cluster.get(place[1])["spec"]["renewTime"] > first
        journal.check()


@pytest.mark.parametrize(
    ("renewed", "least", "most"),
    [
        ("2026-01-01T00:00:00.000000Z", 0, SHORT - 0.5),  # long past by any clock
        ("2999-01-01T00:00:00.000000Z", SHORT - 0.5, 3 * SHORT),  # by a clock that is wrong: it is watched
    ],
)
def test_a_lease_that_is_not_renewed(opened, cluster, subject, place, renewed, least, most):
    path = place[1].rpartition("/")[0]
    stale = {"holderIdentity": "a run that is gone", "leaseDurationSeconds": SHORT, "renewTime": renewed}
    cluster.api("POST", path, lease_of(subject, **stale))
    began = time.monotonic()
    with opened() as journal:
        assert least <= time.monotonic() - began < most
        assert cluster.get(place[1])["spec"]["holderIdentity"] == journal.lease.identity


def test_a_run_that_lost_its_lease_stops_before_it_writes(opened, cluster, place):
    with opened() as journal:
        journal.begin(plan=PLAN, before=BEFORE)
        body = {"spec": {"holderIdentity": "another run"}}
        cluster.api("PATCH", place[1], body, "application/merge-patch+json")
        time.sleep(SHORT)
        before = cluster.get(place[0])
        with pytest.raises(lease.Lost, match="is held by another run, though this run was at work on it"):
            journal.record("weight 5")
        assert cluster.get(place[0]) == before
    assert cluster.get(place[1])["spec"]["holderIdentity"] == "another run"


def test_a_journal_that_somebody_changes_or_deletes_stops_the_run(opened, cluster, place):
    with opened() as journal:
        journal.begin(plan=PLAN, before=BEFORE)
        body = {"metadata": {"labels": {"touched": "true"}}, "data": {"journal": "{}"}}
        cluster.api("PATCH", place[0], body, "application/merge-patch+json")
        with pytest.raises(MeshError, match="was changed by somebody else during the work"):
            journal.record("weight 5")
        cluster.api("DELETE", place[0])
        with pytest.raises(MeshError, match="was deleted by somebody else during the work"):
            journal.record("weight 5")


def test_a_write_whose_answer_was_lost_counts(opened, cluster, place):
    with opened() as journal:
        journal.begin(plan=PLAN, before=BEFORE)
        stale = journal._live  # as after a write that was carried out without its answer having come
        cluster.api("PATCH", place[0], {"metadata": {"labels": {"later": "x"}}}, "application/merge-patch+json")
        journal._live = stale
        journal._write(journal.state)
        journal.record("weight 5")
        assert json.loads(cluster.get(place[0])["data"]["journal"])["step"] == "weight 5"


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ({"objects": [{"kind": "Secret", "stringData": {"a": "b"}}]}, r"would write a secret into its journal"),
        ({"http": "x" * 1024 * 1024}, r"would have 10\d{5} bytes. A ConfigMap holds 1048576"),
    ],
)
def test_what_a_journal_does_not_take_is_refused_before_anything_is_changed(opened, cluster, place, before, message):
    with pytest.raises(MeshError, match=message), opened() as journal:
        journal.begin(plan=PLAN, before=before)
    assert cluster.get(place[0]) is None and cluster.get(place[1]) is None


def test_an_api_server_that_refuses(cluster, subject, place):
    nobody = {"kubeconfig": str(cluster.kubeconfig), "impersonate_user": "nobody"}
    with pytest.raises(MeshError, match=r"cannot keep its journal and lease: .*It needs get, list") as refusal:
        Journal.open(Resources(connect(nobody)), "traffic_shift", subject)
    assert refusal.value.details["status"] == 403
    assert cluster.get(place[0]) is None and cluster.get(place[1]) is None


def test_two_operations_do_not_meet_on_one_object(opened, subject, namespace):
    rule = Subject(ISTIO, "DestinationRule", namespace, "reviews")
    with opened() as journal:
        journal.begin(plan=PLAN, before=BEFORE, holds=[rule])
    with pytest.raises(MeshError, match="reviews is held by traffic_shift, which was begun at 20"):
        opened("mtls_migration")
    with opened("mtls_migration", of=rule) as other:
        with pytest.raises(MeshError, match=r"DestinationRule .*/reviews: traffic_shift of VirtualService .* holds it"):
            other.begin(plan={}, before={})
    with opened("mtls_migration", of=rule._replace(name="other")) as other:
        other.begin(plan={}, before={})
        other.close()


def test_others_see_who_holds_an_object(opened, resources, subject, namespace):
    rule = Subject(ISTIO, "DestinationRule", namespace, "reviews")
    assert held(resources, subject) is None
    with opened() as journal:
        journal.begin(plan=PLAN, before=BEFORE, holds=[rule])
        journal.record("weight 5")
        holder = held(resources, rule)
        assert holder.row()["subject"] == f"VirtualService {namespace}/reviews"
        assert (holder.row()["step"], holder.identity) == ("weight 5", journal.lease.identity)
        assert f"{journal.lease.identity} is at work on it" in holder.message
    holder = held(resources, subject)
    assert holder.identity is None and "no run is at work" in holder.message
    assert held(resources, rule._replace(name="other")) is None
    with opened() as journal:
        journal.close()
    assert [each for each in holders(resources) if each.state.subject == subject] == []
