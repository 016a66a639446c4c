# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests move from one version to another on real sidecars: the whole way, one step a task, killed, edited, back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import meshes
import playing
import pytest
import yaml

OURS = "meshops.lifecycle"
SHOP = "shift-shop"
HOST = f"reviews.{SHOP}"
VIRTUAL_SERVICES = f"/apis/networking.istio.io/v1/namespaces/{SHOP}/virtualservices"
ROUTE = f"{VIRTUAL_SERVICES}/reviews"
TRACKING = "argocd.argoproj.io/tracking-id"
SIDES = {"from": {"subset": "v1"}, "to": {"subset": "v2"}}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


@pytest.fixture(scope="module", autouse=True)
def shop(cluster):
    """The lab's shop in a namespace of its own, and the subsets of its two versions."""
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join([*meshes.shop(SHOP), *services(), rule()]))
    for name in ("reviews-v1", "reviews-v2", "client"):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", SHOP, "--timeout=120s")
    yield SHOP
    cluster.kubectl("delete", "namespace", SHOP, "--wait=false")


def services():
    """A Service for each version, for routes that lead to Services."""
    for version in ("v1", "v2"):
        spec = {"selector": {"app": "reviews", "version": version}, "ports": [{"name": "http", "port": 9080}]}
        metadata = {"name": f"reviews-{version}", "namespace": SHOP}
        yield json.dumps({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}) + "\n"


def rule():
    subsets = [{"name": version, "labels": {"version": version}} for version in ("v1", "v2", "v9")]
    spec = {"host": "reviews", "subsets": subsets}
    metadata = {"name": "reviews", "namespace": SHOP}
    return json.dumps({**of("DestinationRule", metadata), "spec": spec}) + "\n"


def of(kind, metadata):
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata}


def destination(subset, **more):
    return {"destination": {"host": "reviews", "subset": subset}, **more}


@pytest.fixture
def route(cluster):
    """`route(*rules)` declares the VirtualService by the field manager "owner"; it is gone after the test."""

    def declare(*rules, name="reviews", expect=0, **metadata):
        rules = rules or ({"timeout": "5s", "route": [destination("v1")]},)
        spec = {"hosts": ["reviews"], "http": list(rules)}
        document = {**of("VirtualService", {"name": name, "namespace": SHOP, **metadata}), "spec": spec}
        cluster.kubectl("apply", "--server-side", "--field-manager=owner", "-f", "-", stdin=json.dumps(document))
        return cluster.get(f"{VIRTUAL_SERVICES}/{name}")

    yield declare
    cluster.kubectl("delete", "virtualservice", "--all", "-n", SHOP)
    for kind in ("configmap", "lease"):
        cluster.kubectl("delete", kind, "-n", SHOP, "-l", "meshops.lifecycle/operation")


def shifting(task="Shift", **options):
    """A task of traffic_shift; a step is a second long."""
    chosen = {"name": "reviews", "namespace": SHOP, **options}
    if chosen.get("state", "promoted") in ("promoted", "started"):
        chosen = {**SIDES, "steps": [{"weight": 10}, {"weight": 50}], "pause": 1, **chosen}
    return {"name": task, f"{OURS}.traffic_shift": chosen}


NO_PLAN = {"steps": None, "from": None, "to": None, "pause": None}  # a task that reads the plan from the journal


def weights(cluster):
    (rule,) = cluster.get(ROUTE)["spec"]["http"]
    return [entry.get("weight") for entry in rule["route"]]


def journals(cluster):
    return cluster.kubectl("get", "configmap", "-n", SHOP, "-l", "meshops.lifecycle/operation", "-o", "json")["items"]


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"


def owners(live):
    return [
        (entry["manager"], entry["operation"], entry["fieldsV1"])
        for entry in live["metadata"]["managedFields"]
        if not entry.get("subresource")
    ]


def test_the_whole_way_loses_no_request(play, cluster, route, tmp_path):
    before = route()
    record = tmp_path / "record.md"
    task = shifting(record=str(record))
    predicted = play([task], check=True, diff=True)["Shift"]
    assert [[entry["weight"] for entry in diff["after"]["spec"]["http"][0]["route"]] for diff in predicted.diffs] == [
        [90, 10], [50, 50], [0, 100],
    ]  # fmt: skip
    assert cluster.get(ROUTE) == before and not journals(cluster) and not record.exists()
    command = cluster.lab_command(
        "load", "--from", f"{SHOP}/client", "--rate", "100", "--seconds", "14", f"http://{HOST}:9080/"
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=cluster.environment()) as load:
        time.sleep(1.5)
        run = play([task, {**task, "name": "Again"}], diff=True)
        lines = load.communicate(timeout=60)[0].splitlines()
    assert json.loads(lines[-1])["failed"] == 0 and json.loads(lines[-1])["requests"] >= 1300
    shift = run["Shift"].result
    assert (shift["phase"], shift["proxies"] >= 4, len(shift["diff"])) == ("promoted", True, 3)
    assert not run["Again"].changed and "everything goes to the canary already" in run["Again"].msg
    live = cluster.get(ROUTE)
    assert live["spec"]["http"] == [
        {"timeout": "5s", "route": [destination("v1", weight=0), destination("v2", weight=100)]}
    ]
    assert live["metadata"]["generation"] == before["metadata"]["generation"] + 3
    assert not journals(cluster)
    proven = [row["step"] for row in shift["record"]["verdicts"] if row.get("proven")]
    assert proven == ["step 1 of 2: 10 %", "step 2 of 2: 50 %", "promotion"]
    page = record.read_text()
    assert "Result: **promoted**" in page and "| step 2 of 2: 50 % | acknowledged by " in page


def test_one_step_a_task_and_back(play, cluster, route):
    before = route()
    begun = play(
        [shifting(state="started"), shifting("Again", state="started"), shifting("Other", state="started", pause=9)],
        expect="failed",
    )
    assert begun["Shift"].changed and not begun["Again"].changed and weights(cluster) == [90, 10]
    assert "a traffic shift with another pause is under way, 1. Go on" in begun["Other"].msg
    assert begun["Shift"].result["step"] == "step 1 of 2: 10 %"
    info = play([{"name": "Info", f"{OURS}.traffic_shift_info": {"namespace": SHOP}}])["Info"].result["shifts"]
    assert [(shift["object"], shift["phase"], shift["weights"], shift["holder"]) for shift in info] == [
        (f"VirtualService {SHOP}/reviews", "progressing", {"from": 90, "to": 10}, None)
    ]
    assert play([shifting(state="advanced")])["Shift"].result["step"] == "step 2 of 2: 50 %"
    assert weights(cluster) == [50, 50]
    assert "is at its last step" in play([shifting(state="advanced")], expect="failed").msg
    predicted = play([shifting(state="promoted", **NO_PLAN)], check=True, diff=True)["Shift"]
    assert [[entry["weight"] for entry in diff["after"]["spec"]["http"][0]["route"]] for diff in predicted.diffs] == [
        [0, 100]
    ]
    # The way back is written also where nobody can prove it; the next run proves it.
    failed = play([shifting(state="aborted", istiod_namespace="nowhere")], expect="failed")
    assert "No istiod runs in nowhere" in failed.msg and cluster.get(ROUTE)["spec"] == before["spec"]
    assert journals(cluster)
    began = time.monotonic()
    back = play([shifting(state="aborted")], diff=True)["Shift"]
    assert time.monotonic() - began < 15 and back.result["phase"] == "aborted" and back.result["proxies"] >= 4
    live = cluster.get(ROUTE)
    assert live["spec"] == before["spec"] and owners(live) == owners(before)
    again = play([shifting(state="aborted")])["Shift"]
    assert not again.changed and "nothing to abort" in again.msg
    assert "Begin it with state: started" in play([shifting(state="advanced")], expect="failed").msg


def test_a_run_that_was_killed_is_continued_and_another_refused(play, player, cluster, route, tmp_path):
    route()
    task = shifting(lease_duration=4, steps=[{"weight": 10, "pause": 15}, {"weight": 50}])
    playbook = tmp_path / "killed.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    environment = {**player.environment, "K8S_AUTH_KUBECONFIG": str(cluster.kubeconfig)}
    command = [str(playing.Path(playing.sys.executable).parent / "ansible-playbook"), str(playbook)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while not (journals(cluster) and '"proven"' in journals(cluster)[0]["data"]["journal"]):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        refused = play([task], expect="failed")
        assert f"VirtualService {SHOP}/reviews is held by" in refused.msg and weights(cluster) == [90, 10]
        worker = int(re.search(r"process (\d+), run", refused.msg)[1])
        os.kill(process.pid, signal.SIGKILL)  # alone; the worker, in a session of its own, goes no further either
    while is_running(worker):
        assert time.monotonic() < deadline + 30, "the worker of a killed playbook goes on"
        time.sleep(0.1)
    assert weights(cluster) == [90, 10]
    run = play([task])["Shift"]
    assert run.result["phase"] == "promoted" and weights(cluster) == [0, 100]
    assert len(run.result["record"]["runs"]) == 2
    # The first step was not made again: its pause went on.
    proven = [row["step"] for row in run.result["record"]["verdicts"] if row.get("proven")]
    assert proven == ["step 1 of 2: 10 %", "step 2 of 2: 50 %", "promotion"]


def test_gates_judge_and_it_goes_back(play, cluster, route):
    """A gate over a ConfigMap, which says what a metric would."""

    def good(answer):
        cluster.kubectl("create", "configmap", "judge", "-n", SHOP, f"--from-literal=good={answer}")

    gate = {"name": "judge", "type": "object", "expression": "data.good == 'yes'"}
    gate["object"] = {"api_version": "v1", "kind": "ConfigMap", "name": "judge", "namespace": SHOP}
    gates = {"gates": [gate], "interval": 1}
    before = route()
    try:
        failed = play([shifting(**gates)], expect="failed")["Shift"]  # there is no ConfigMap
        assert failed.result["phase"] == "aborted" and "judgements failed: 2 in a row, 2 in all" in failed.msg
        assert "judge: " in failed.msg and cluster.get(ROUTE)["spec"] == before["spec"]
        outcomes = [row["outcome"] for row in failed.result["record"]["verdicts"] if "outcome" in row]
        assert outcomes == ["fail", "fail"]
        failed = play([shifting(**gates, on_fail="stop")], expect="failed")["Shift"]
        assert failed.result["phase"] == "stopped" and weights(cluster) == [90, 10]
        assert "was begun with judge" in play([shifting()], expect="failed").msg
        good("yes")
        assert play([shifting(**gates)])["Shift"].result["phase"] == "promoted"
    finally:
        cluster.kubectl("delete", "configmap", "judge", "-n", SHOP, "--ignore-not-found")


def test_a_hand_edit_ends_it_and_stays(play, cluster, route):
    route()
    play([shifting(state="started")])
    # Somebody changes another field: that is theirs, and the weights are still ours.
    patch = [{"op": "replace", "path": "/spec/http/0/timeout", "value": "9s"}]
    cluster.kubectl("patch", "virtualservice", "reviews", "-n", SHOP, "--type=json", "-p", json.dumps(patch))
    assert play([shifting(state="advanced")])["Shift"].changed
    patch = [{"op": "replace", "path": "/spec/http/0/route/1/weight", "value": 33}]
    cluster.kubectl("patch", "virtualservice", "reviews", "-n", SHOP, "--type=json", "-p", json.dumps(patch))
    failed = play([shifting()], expect="failed")["Shift"]
    assert failed.result["phase"] == "taken_over"
    assert "was changed by somebody else during the shift: spec.http[0] should have the weights 50" in failed.msg
    assert weights(cluster) == [50, 33] and cluster.get(ROUTE)["spec"]["http"][0]["timeout"] == "9s"
    assert not play([shifting(state="aborted")])["Shift"].changed


def test_hosts_in_place_of_subsets_and_a_mirror_first(play, cluster, route):
    before = route({"name": "all", "route": [{"destination": {"host": "reviews-v1"}}]})
    chosen = {"route": "all", "from": {"host": "reviews-v1"}, "to": {"host": f"reviews-v2.{SHOP}.svc.cluster.local"}}
    steps = [{"mirror": 50}, {"weight": 20}]
    assert play([shifting(state="started", steps=steps, **chosen)])["Shift"].changed
    (rule,) = cluster.get(ROUTE)["spec"]["http"]
    assert rule["mirrorPercentage"] == {"value": 50} and [entry["weight"] for entry in rule["route"]] == [100, 0]
    again = [shifting(state="aborted"), shifting("Again", state="started", steps=steps, **chosen)]
    assert play(again, diff=True)["Shift"].diffs[0]["after"]["spec"] == before["spec"]
    assert play([shifting(state="advanced")])["Shift"].changed and weights(cluster) == [80, 20]
    assert "mirror" not in cluster.get(ROUTE)["spec"]["http"][0]
    assert play([shifting(state="aborted")])["Shift"].changed and cluster.get(ROUTE)["spec"] == before["spec"]


@pytest.fixture
def http_route(cluster):
    """An HTTPRoute of the Service reviews in the mesh, whose only backend is version 1; and a GRPCRoute like it."""
    parents = [{"group": "", "kind": "Service", "name": "reviews", "port": 9080}]
    backends = [{"name": "reviews-v1", "port": 9080}]
    metadata = {"name": "reviews", "namespace": SHOP}
    kinds = [("HTTPRoute", parents), ("GRPCRoute", [{**parents[0], "name": "nobody"}])]
    routes = [
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": kind,
            "metadata": metadata,
            "spec": {"parentRefs": where, "rules": [{"backendRefs": backends}]},
        }
        for kind, where in kinds
    ]
    everything = {"apiVersion": "v1", "kind": "List", "items": routes}
    cluster.kubectl("apply", "--server-side", "--field-manager=owner", "-f", "-", stdin=everything)
    yield f"/apis/gateway.networking.k8s.io/v1/namespaces/{SHOP}/httproutes/reviews"
    cluster.kubectl("delete", "httproute,grpcroute", "--all", "-n", SHOP)
    cluster.kubectl("delete", "configmap,lease", "-n", SHOP, "-l", "meshops.lifecycle/operation")


def test_testers_first_by_a_cookie_on_an_httproute(play, cluster, http_route):
    def versions(cookie):
        header = ("--header", f"Cookie: a=b; tester={cookie}")
        url = f"http://{HOST}.svc.cluster.local:9080/"
        return json.loads(cluster.lab("call", "--from", f"{SHOP}/client", "--count", "20", *header, url))["versions"]

    before = cluster.get(http_route)
    chosen = {
        "kind": "HTTPRoute",
        "from": {"service": "reviews-v1"},
        "to": {"service": "reviews-v2"},
        "match": {"cookie": {"name": "tester", "value": "yes"}},
        "steps": [{"weight": 0}, {"weight": 50}],
    }
    assert play([shifting(state="started", **chosen)])["Shift"].changed
    assert versions("yes") == {"v2": 20} and versions("no") == {"v1": 20}
    assert play([shifting(state="advanced", kind="HTTPRoute")])["Shift"].result["proxies"] >= 4
    assert versions("yes") == {"v2": 20} and set(versions("no")) == {"v1", "v2"}
    assert play([shifting(kind="HTTPRoute", state="aborted")])["Shift"].changed
    live = cluster.get(http_route)
    assert versions("yes") == {"v1": 20} and live["spec"]["rules"][0]["backendRefs"][0]["weight"] == 1
    assert live["spec"] == before["spec"] and owners(live) == owners(before)

    # Who has been at the canary stays there.
    def cookie_of_a_canary():
        for _turn in range(60):
            answer = json.loads(
                cluster.lab("call", "--from", f"{SHOP}/client", f"http://{HOST}.svc.cluster.local:9080/")
            )
            if json.loads(answer["body"])["version"] == "v2":
                return {name.lower(): text for name, text in answer["headers"].items()}["set-cookie"]
        raise AssertionError("nobody came to the canary")

    sticky = {**chosen, "match": None, "sticky": {"cookie": "tester"}, "steps": [{"weight": 30}]}
    play([shifting(state="started", **sticky)])
    cookie = cookie_of_a_canary().partition(";")[0].removeprefix("tester=")
    assert versions(cookie) == {"v2": 20} and "v1" in versions("of-another-shift")
    play([shifting(kind="HTTPRoute", state="aborted")])
    assert versions(cookie) == {"v1": 20} and cluster.get(http_route)["spec"] == before["spec"]
    mirror = {**chosen, "kind": "GRPCRoute", "match": None, "steps": [{"mirror": 20}, {"weight": 50}]}
    diffs = play([shifting(**mirror)], check=True, diff=True)["Shift"].diffs
    assert diffs[0]["after"]["spec"]["rules"][0]["filters"][0]["requestMirror"]["percent"] == 20
    assert "filters" not in diffs[1]["after"]["spec"]["rules"][0]


def test_argocd_that_would_set_the_weights_back(play, cluster, crds, route):
    """It is refused, unless it is told to leave the weights, or is paused for the time of the shift."""
    crds("argoproj.io")
    tracking = f"shop:networking.istio.io/VirtualService:{SHOP}/reviews"
    before = route(
        {"route": [destination("v1", weight=100), destination("v2", weight=0)]}, annotations={TRACKING: tracking}
    )
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{SHOP}/applications/shop"
    source = {"repoURL": "https://git.example.com/shop.git", "path": "."}
    policy = {"automated": {"selfHeal": True}}
    spec = {"project": "default", "source": source, "destination": {"namespace": SHOP}, "syncPolicy": policy}
    metadata = {"name": "shop", "namespace": SHOP}
    application = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}

    def declare():
        cluster.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(application))

    declare()
    try:
        refused = play([shifting(state="started")], expect="failed").msg
        assert f"Application {SHOP}/shop of Argo CD would set the weights back (selfHeal). Missing in it:" in refused
        assert "jqPathExpressions: [.spec.http[].route[].weight] and the sync option RespectIgnoreDif" in refused
        assert cluster.get(ROUTE) == before
        play([shifting(state="started", argocd="pause")])
        assert cluster.get(path)["spec"]["syncPolicy"]["automated"] == {"enabled": False, "selfHeal": True}
        play([shifting(state="aborted")])
        assert cluster.get(path)["spec"]["syncPolicy"] == policy
        rule = {"group": "networking.istio.io", "kind": "VirtualService"}
        spec["ignoreDifferences"] = [{**rule, "jqPathExpressions": [".spec.http[].route[].weight"]}]
        spec["syncPolicy"] = {**policy, "syncOptions": ["RespectIgnoreDifferences=true"]}
        declare()
        assert play([shifting(state="started")])["Shift"].changed
        play([shifting(state="aborted")])
    finally:
        cluster.kubectl("delete", "application", "shop", "-n", SHOP)


def test_what_it_holds_is_left_alone_and_its_weights_are_not_undone_silently(play, cluster, route):
    """A set declares the route with the weights of before: during the shift, after it, and after an abort."""
    subsets = {"host": "reviews", "subsets": [{"name": "v1", "labels": {"version": "v1"}}]}
    spec = {"hosts": ["reviews"], "http": [{"route": [destination("v1", weight=100), destination("v2", weight=0)]}]}
    metadata = {"name": "reviews", "namespace": SHOP}
    objects = [{**of("VirtualService", metadata), "spec": spec}]
    declare = {"name": "Set", f"{OURS}.mesh_apply": {"name": "shop", "namespace": SHOP, "objects": objects}}
    subset = {"name": "Subsets", f"{OURS}.istio_destinationrule": {**metadata, "spec": subsets}, "ignore_errors": True}
    gone = {"name": "Gone", f"{OURS}.istio_virtualservice": {**metadata, "state": "absent"}, "ignore_errors": True}
    play([declare])
    before = cluster.get(ROUTE)
    run = play([shifting(state="started"), declare, subset, gone])
    for name, label in (("Set", f"VirtualService {SHOP}/reviews"), ("Subsets", f"DestinationRule {SHOP}/reviews")):
        assert not run[name].changed
        (warning,) = run[name].result["warnings"]
        assert f"{label} was left as it is: traffic_shift of VirtualService {SHOP}/reviews holds it since" in warning
        assert [row["held_by"] for row in run[name].result["resources"]] == ["traffic_shift"]
    assert run["Gone"].failed and "is at step 'step 1 of 2: 10 %'" in run["Gone"].msg
    assert weights(cluster) == [90, 10]
    assert not play([shifting(state="aborted"), declare])["Set"].changed and owners(cluster.get(ROUTE)) == owners(
        before
    )
    failed = play([shifting(steps=[{"weight": 10}]), declare], expect="failed")["Set"]
    assert "a traffic shift, which has changed the weights since" in str(failed.result["errors"])
    assert weights(cluster) == [0, 100]
    spec["http"][0]["route"] = [destination("v1", weight=0), destination("v2", weight=100)]
    assert play([declare])["Set"].changed and not play([declare])["Set"].changed
    spec["http"][0]["timeout"] = "7s"
    assert play([declare])["Set"].changed  # the route is the set's own again


def test_nothing_goes_back_to_a_side_that_cannot_answer(play, cluster, route):
    route()
    play([shifting(state="started")])
    scale = ("scale", "deployment/reviews-v1", "-n", SHOP)
    cluster.kubectl(*scale, "--replicas=0")
    try:
        cluster.kubectl("wait", "--for=delete", "pod", "-n", SHOP, "-l", "app=reviews,version=v1", "--timeout=60s")
        failed = play([shifting(state="aborted", wait_timeout=2)], expect="failed")
        assert "cannot go back: reviews subset v1 cannot take requests: it has no pods" in failed.msg
        assert weights(cluster) == [90, 10]
    finally:
        cluster.kubectl(*scale, "--replicas=1")
        cluster.kubectl("rollout", "status", "deployment/reviews-v1", "-n", SHOP, "--timeout=120s")
    # Whatever runs next goes on with going back.
    failed = play([shifting(), shifting("Again", state="aborted")], expect="failed")["Shift"]
    assert failed.result["phase"] == "aborted" and "was put back" in failed.msg
    assert cluster.get(ROUTE)["spec"]["http"][0]["route"] == [destination("v1")]


REFUSALS = [
    ("it does not exist", {"name": "nobody"}, "VirtualService shift-shop/nobody does not exist"),
    ("no such subset", {"to": {"subset": "v5"}}, "svc.cluster.local has the subset v5; they have v1, v2, v9"),
    ("no pods", {"to": {"subset": "v9"}}, "v9 cannot take requests: it has no pods (app=reviews,version=v9"),
    ("not in the rule", {"from": {"subset": "v9"}}, "does not send requests to reviews subset v9"),
    ("no steps", {"steps": []}, "steps must be given"),
    ("no such rule", {"route": "primary"}, "has no rule named 'primary' in spec.http. There are: 0 (no name)"),
    ("no istiod", {"istiod_namespace": "nowhere"}, "No istiod runs in nowhere"),
]  # fmt: skip


def test_what_would_go_wrong_is_refused_before_the_first_write(play, cluster, route):
    before = route()
    tasks = [{**shifting(name, **options), "ignore_errors": True} for name, options, _message in REFUSALS]
    run = play(tasks)
    for name, _options, message in REFUSALS:
        assert run[name].failed and message in run[name].msg, name
    several = route({"name": "a", "route": [destination("v1")]}, {"name": "b", "route": [destination("v1")]})
    assert "has 2 rules in spec.http. Say which by route: 'a', 'b'" in play([shifting()], expect="failed").msg
    route(annotations={"flagger.kubernetes.io/original-configuration": "{}"})
    assert "is managed by Flagger" in play([shifting()], expect="failed").msg
    route()
    route(name="rival")
    assert (
        f"VirtualService {SHOP}/rival also routes {HOST}.svc.cluster.local in the mesh"
        in play([shifting()], expect="failed").msg
    )
    assert before["spec"] == cluster.get(ROUTE)["spec"] != several["spec"] and not journals(cluster)
