# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait on Istio's kinds ends when every proxy has what was written, and traffic survives what changes.

Two real istiods, an ingress gateway and sidecars, on a lab of their own.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time

import meshes
import playing
import pytest

sys.path.insert(0, str(playing.ROOT / "tests" / "traffic"))
import changes
import run as traffic

OURS = "meshops.lifecycle"
NAMESPACE = traffic.NAMESPACE

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


@pytest.fixture(scope="module")
def bench(cluster, tmp_path_factory):
    made = traffic.Bench(cluster, tmp_path_factory.mktemp("traffic"), rate=100)
    made.prepare()
    yield made
    made.clean()


@pytest.fixture(autouse=True)
def _clean(bench):
    yield
    bench.nothing_left()


@pytest.fixture
def call(cluster):
    """`call("/path")`: the status that a sidecar's call to reviews gets."""

    def get(path, origin=f"{NAMESPACE}/client"):
        url = f"http://reviews.{NAMESPACE}.svc.cluster.local:9080{path}"
        return json.loads(cluster.lab("call", "--from", origin, url))["status"]

    return get


def answering(status, **options):
    """A task for a route that answers /probe with this status."""
    route = {"match": [{"uri": {"prefix": "/probe"}}], "direct_response": {"status": status}}
    spec = {"hosts": ["reviews"], "http": [route, {"route": [{"destination": {"host": "reviews"}}]}]}
    arguments = {"name": "reviews", "namespace": NAMESPACE, "spec": spec, "wait": True, **options}
    return {"name": "Route", f"{OURS}.istio_virtualservice": arguments}


def stopped(cluster, name):
    """The Envoys of pods of our namespace whose name begins so do nothing meanwhile."""
    pods = json.loads((cluster.kubeconfig.parent / "data" / "pods.state").read_text())["pods"]
    ours = [one for one in pods if one["namespace"] == NAMESPACE and one["name"].startswith(name)]
    agents = [one["pid"] for entry in ours for one in entry["containers"] if one["name"] == "istio-proxy"]
    return meshes.stopped_envoys(agents)


def pod(cluster, name):
    names = cluster.kubectl("get", "pods", "-n", NAMESPACE, "-l", f"app={name}", "-o", "name").split()
    return names[0].removeprefix("pod/")


# ---- What the wait proves --------------------------------------------------------------------------------------------


def test_after_the_wait_every_proxy_acts_by_it(play, bench, call):
    for status in (241, 242, 243):
        route = play([answering(status)])["Route"]
        assert call("/probe") == status
        assert route.result["proxies"] >= 4  # the gateway, two reviews and the client
    gone = play([{**answering(0), f"{OURS}.istio_virtualservice": {**where(), "state": "absent", "wait": True}}])[
        "Route"
    ]
    assert call("/probe") == 200 and gone.result["proxies"] >= 4


def where(name="reviews"):
    return {"name": name, "namespace": NAMESPACE}


def test_a_slow_proxy_is_named_and_the_next_run_goes_on(play, cluster, call):
    play([answering(241)])
    with stopped(cluster, "client"):
        failed = play([answering(242, wait_timeout=4)], expect="failed")
        assert re.match(r"Timed out after \d+ s: these proxies have not acknowledged the configuration: ", failed.msg)
        assert f": {pod(cluster, 'client')}.{NAMESPACE} (" in failed.msg
        assert "reviews-v1" not in failed.msg
        assert failed["Route"].result["changed"] is True
    assert play([answering(243)])["Route"].changed
    assert call("/probe") == 243


def test_a_proxy_that_goes_away_is_not_waited_for(play, cluster):
    play([answering(241)])
    with stopped(cluster, "client"):
        slow = pod(cluster, "client")
        delete = [cluster.program("kubectl"), "delete", "pod", slow, "-n", NAMESPACE, "--force", "--grace-period=0"]
        later = f"sleep 4; {' '.join(delete)}"
        variables = cluster.environment(KUBECONFIG=str(cluster.kubeconfig))
        with subprocess.Popen(["sh", "-c", later], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
            play([answering(242, wait_timeout=60)])
    cluster.kubectl("rollout", "status", "deployment/client", "-n", NAMESPACE, "--timeout=60s")


def test_what_a_proxy_refuses_fails_at_once_in_its_words(play, cluster):
    cluster_patch = {
        "applyTo": "CLUSTER",
        "match": {"context": "SIDECAR_OUTBOUND"},
        "patch": {"operation": "ADD", "value": {"name": "broken", "type": "STATIC", "connect_timeout": "0s"}},
    }
    spec = {"workloadSelector": {"labels": {"app": "client"}}, "configPatches": [cluster_patch]}
    task = {"name": "Patch", f"{OURS}.istio_envoyfilter": {**where("broken"), "spec": spec, "wait": True}}
    try:
        began = time.monotonic()
        failed = play([task], expect="failed")
        assert failed.msg.startswith(f"Proxies rejected the configuration: {pod(cluster, 'client')}.{NAMESPACE}: ")
        assert "connect_timeout" in failed.msg.lower() or "ConnectTimeout" in failed.msg
        assert time.monotonic() - began < 30
    finally:
        play([{"name": "Gone", f"{OURS}.istio_envoyfilter": {**where("broken"), "state": "absent", "wait": True}}])


def test_what_concerns_no_proxy_does_not_hang(play):
    spec = {"hosts": ["nowhere.example.com"], "http": [{"directResponse": {"status": 241}}], "exportTo": ["."]}
    arguments = {"name": "nowhere", "namespace": "default", "wait": True, "wait_timeout": 20}
    task = {"name": "Route", f"{OURS}.istio_virtualservice": {**arguments, "spec": spec}}
    assert play([task])["Route"].changed
    gone = {"name": "Gone", f"{OURS}.istio_virtualservice": {**arguments, "state": "absent"}}
    assert play([gone])["Gone"].changed


def test_an_istiod_that_is_never_quiet_does_not_hide_what_was_written(play, cluster, call):
    noise = changes.routes(NAMESPACE, (None, 1))
    noise["metadata"]["name"], noise["spec"]["hosts"] = "noise", ["noise.example.com"]
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=noise)
    path = f"/apis/networking.istio.io/v1/namespaces/{NAMESPACE}/virtualservices/noise"
    over = threading.Event()

    def make_noise():
        while not over.wait(0.2):
            patch = {"spec": {"hosts": [f"noise{time.monotonic_ns()}.example.com"]}}
            cluster.api("PATCH", path, patch, content_type="application/merge-patch+json")

    maker = threading.Thread(target=make_noise)
    maker.start()
    try:
        for status in (241, 242):
            play([answering(status, wait_timeout=60)])
            assert call("/probe") == status
    finally:
        over.set()
        maker.join()


def test_an_address_of_istiod_is_asked_instead(play, cluster):
    whole = play([answering(241)])["Route"].result["proxies"]
    some = play([answering(242, istiod_urls=[cluster.variables["MESHLAB_ISTIOD_URL"]])])["Route"].result["proxies"]
    assert 1 <= some < whole  # the address leads to one of two replicas
    failed = play([answering(243, istiod_urls=["http://127.0.0.1:9"])], expect="failed")
    assert "istiod at http://127.0.0.1:9 does not answer" in failed.msg
    assert play([answering(242)])["Route"].changed is False  # nothing was written


# ---- Who may ask -----------------------------------------------------------------------------------------------------


def test_without_the_right_to_ask_nothing_is_written(play, cluster):
    role = ["create", "role", "writer", "--verb=*", "--resource=virtualservices.networking.istio.io", "-n", NAMESPACE]
    bind = ["create", "rolebinding", "writer", "--role=writer", f"--serviceaccount={NAMESPACE}:writer", "-n", NAMESPACE]
    cluster.kubectl("create", "serviceaccount", "writer", "-n", NAMESPACE)
    cluster.kubectl(*role)
    cluster.kubectl(*bind)
    token = cluster.kubectl("create", "token", "writer", "-n", NAMESPACE).strip()
    server = cluster.client.configuration.host
    as_writer = {"host": server, "api_key": token, "validate_certs": False}
    environment = {"K8S_AUTH_KUBECONFIG": None}
    failed = play([answering(241, **as_writer)], expect="failed", env=environment)
    assert "list on pods" in failed.msg and "pods/portforward" in failed.msg and "wait_proxies: false" in failed.msg
    task = answering(241, **as_writer, wait_proxies=False)
    assert play([task], env=environment)["Route"].changed  # so the one before had written nothing
    assert not play([answering(241, **as_writer)], env=environment)["Route"].changed  # nothing written, nobody asked


# ---- Sets ------------------------------------------------------------------------------------------------------------


def test_a_set_keeps_what_routes_name_until_they_have_left(converges, cluster):
    before, after = changes.cases(NAMESPACE)["subsets renamed"]
    options = {"name": "kept", "namespace": NAMESPACE, "prune": True, "wait": True}
    converges([{"name": "Set", f"{OURS}.mesh_apply": {**options, "objects": before}}])
    run = converges([{"name": "Set", f"{OURS}.mesh_apply": {**options, "objects": after}}])
    rows = {one["kind"]: one["action"] for one in run["Set"].result["resources"]}
    assert rows == {"DestinationRule": "changed", "Gateway": "unchanged", "VirtualService": "changed"}
    assert len(run["Set"].result["resources"]) == 3
    path = f"/apis/networking.istio.io/v1/namespaces/{NAMESPACE}/destinationrules/reviews"
    assert [one["name"] for one in cluster.get(path)["spec"]["subsets"]] == ["stable", "canary"]
    assert cluster.get(path)["metadata"]["generation"] == 3  # what it was, both, what it is


def test_a_set_that_breaks_off_serves_old_and_new_and_the_next_run_ends_it(play, cluster, call):
    before, after = changes.cases(NAMESPACE)["subsets renamed"]
    wrong = json.loads(json.dumps(after))
    wrong[2]["spec"]["http"][0]["route"][0]["weight"] = -1
    path = f"/apis/networking.istio.io/v1/namespaces/{NAMESPACE}/destinationrules/reviews"

    def apply(objects, **options):
        arguments = {"name": "kept", "namespace": NAMESPACE, "prune": True, "wait": True, "objects": objects}
        return play([{"name": "Set", f"{OURS}.mesh_apply": arguments}], **options)

    def names():
        return [one["name"] for one in cluster.get(path)["spec"]["subsets"]]

    apply(before)
    assert "weight" in apply(wrong, expect="failed").msg
    assert names() == ["stable", "canary", "v1", "v2"] and call("/") == 200
    assert apply(after, check=True)["Set"].changed
    assert apply(after)["Set"].changed and names() == ["stable", "canary"]
    assert call("/") == 200


def test_no_request_is_lost_where_kubectl_loses_some(bench):
    """The short version of `make traffic`."""
    states = changes.cases(NAMESPACE)["hosts added and removed"]
    ours = bench.measure(states, 1, bench.by_mesh_apply)
    theirs = bench.measure(states, 1, bench.by_kubectl)
    assert all(tally.requests > 100 for tally in ours.values())
    assert traffic.reasons(ours) == []
    assert traffic.reasons(theirs) != []
