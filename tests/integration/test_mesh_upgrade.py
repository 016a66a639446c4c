# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mesh_upgrade on a real API server whose pods are pretended: the plan from what is live, moves, one run at a time.

The whole way with real proxies under load is `make upgrade-proof`.
"""

from __future__ import annotations

import http.server
import json
import threading

import killed
import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import run_lease
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import labels
from ansible_collections.meshops.lifecycle.plugins.modules import workload_restart
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_upgrade import ENTRY

PLACE, SHOP = "upgrade-system", "upgrade-shop"
HOOK = "istio-revision-tag-upgrade"
NEW, OLD = {"revision": "1-31", "version": "1.31.1"}, {"revision": "1-30", "version": "1.30.0"}
RUN = {"run": "{{ begun.run }}"}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("revisions")]


@pytest.fixture(scope="module")
def cluster(together):
    return together.lab("revisions", only="kube")


def workload(name, namespace, labels, image, proxy="", **annotations):
    containers = [{"name": "discovery", "image": image}]
    if proxy:
        containers = [{"name": "app", "image": image}, {"name": "istio-proxy", "image": proxy}]
    pod = {"metadata": {"labels": labels, "annotations": annotations}, "spec": {"containers": containers}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }


def documents():
    def namespace(name, **labels):
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}

    hook = {"kind": "MutatingWebhookConfiguration", "apiVersion": "admissionregistration.k8s.io/v1"}
    hook["metadata"] = {"name": HOOK, "labels": {"istio.io/tag": "upgrade", "istio.io/rev": "1-30"}}
    yield from (namespace(PLACE), namespace(SHOP, **{"istio.io/rev": "upgrade"}), hook)
    for side in (OLD, NEW):
        revision = side["revision"]
        labels = {"app": "istiod", "istio.io/rev": revision}
        yield workload(f"istiod-{revision}", PLACE, labels, f"example.com/plane:{side['version']}")
        values = {"values": json.dumps({"global": {"tag": side["version"]}})}
        metadata = {
            "name": f"istio-sidecar-injector-{revision}",
            "namespace": PLACE,
            "labels": {"istio.io/rev": revision},
        }
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": values}
    yield workload(
        "web", SHOP, {"app": "web"}, "example.com/web", "example.com/proxy:1.30.0", **{"istio.io/rev": "1-30"}
    )


@pytest.fixture
def two_planes(cluster):
    """Two control planes, a tag that points to the old one, and a namespace that selects the tag."""
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(list(documents())))
    for name, place in (("istiod-1-30", PLACE), ("istiod-1-31", PLACE), ("web", SHOP)):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", place, "--timeout=60s")
    yield
    cluster.kubectl("delete", "namespace", labels.PROBE, "--ignore-not-found")
    cluster.kubectl("delete", "mutatingwebhookconfiguration", HOOK)
    cluster.kubectl("delete", "namespace", PLACE, SHOP)


def task(name, register="", failing=False, **options):
    common = {"istiod_namespace": PLACE, "connections": False, "lease_duration": 2}
    result = {"name": name, "meshops.lifecycle.mesh_upgrade": {**NEW, **common, **options}}
    return {**result, **({"register": register} if register else {}), **({"ignore_errors": True} if failing else {})}


def selector(cluster):
    return cluster.get(f"/api/v1/namespaces/{SHOP}")["metadata"]["labels"].get("istio.io/rev")


def test_a_namespace_moves_and_comes_back_and_one_run_does_it(play, cluster, two_planes):
    done = play(
        [
            task("Plan"),
            task("Plan in place", revision="1-30", from_revision="1-30"),
            task(
                "Over two minors", revision="1-30", from_revision="1-30", version="1.32.0", step="begin", failing=True
            ),
            task("Begin", "first", step="begin"),
            task("The next run, after that one was killed", "begun", step="begin"),
            {**task("The killed run", step="move", namespaces=[SHOP], run="{{ first.run }}", failing=True)},
            {
                "name": "What the killed run has begun between",
                "meshops.lifecycle.workload_restart": {"namespaces": [SHOP]},
                "environment": {"MESHOPS_RUN": "{{ first.lease }}"},
                "ignore_errors": True,
            },
            task(
                "Outside of the window",
                step="move",
                namespaces=[SHOP],
                freeze=["2000-01-01..2999-12-31"],
                failing=True,
                **RUN,
            ),
            task("Move", step="move", namespaces=[SHOP], **RUN),
            task("Move again", step="move", namespaces=[SHOP], **RUN),
            task("Is it unused", step="unused", failing=True),
            task("Take over", "begun", step="begin", takeover=True, **OLD),
            task("Move back", step="move", namespaces=[SHOP], **RUN, **OLD),
            task("Finish", step="finish", **RUN, **OLD),
        ],
    )
    plan = done["Plan"].result
    stages = {row["stage"]: row["status"] for row in plan["stages"]}
    assert plan["from_revision"] == "1-30" and plan["waves"] == [[SHOP]] and plan["problems"] == []
    assert stages["checks"] == "done" and stages["waves"] == stages["default"] == "later"
    assert any(
        "1.31: Unhealthy endpoints" in line and "releasenotes/notes/60690.yaml" in line for line in plan["remarks"]
    )
    for refused in ("The killed run", "What the killed run has begun between"):
        assert (
            f"was taken over by run {done['The next run, after that one was killed'].result['run']}"
            in done[refused].msg
        )
    assert "a day on which nothing moves" in done["Outside of the window"].msg
    assert done["Move"].changed and not done["Move again"].changed
    for user in ("the tag upgrade points to it", f"Deployment {SHOP}/web has proxies of it", "connections: false"):
        assert user in done["Is it unused"].msg
    assert done["Move back"].changed and selector(cluster) == "upgrade"
    assert done["Finish"].result["record"]["verdicts"][0]["step"] == f"wave {SHOP}"
    journals = cluster.kubectl("get", "configmap", "-n", PLACE, "-l", "meshops.lifecycle/operation", "-o", "name")
    assert journals.strip() == ""


def test_a_run_that_is_alive_is_not_taken_over_and_one_that_is_dead_soon_is(cluster, two_planes):
    """Whatever module is at work: here one that knows nothing of upgrades, with the run in its environment."""
    common = {"kubeconfig": str(cluster.kubeconfig), "istiod_namespace": PLACE, "connections": False}
    options = {**NEW, **common, "step": "begin", "lease_duration": 2}
    first = killed.run(ENTRY, options)
    at_work = entry_task({**common, "namespaces": [SHOP]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(run_lease.VARIABLE, first["lease"])
        with run_lease.kept(at_work):
            patch.delenv(run_lease.VARIABLE)
            for _attempt in range(2):
                with pytest.raises(MeshError, match=f"under way: the run {first['run']} renewed its lease"):
                    killed.run(ENTRY, options)
    assert killed.run(ENTRY, options)["run"] != first["run"]  # without anybody's word, when its lease is over
    assert killed.run(ENTRY, {**options, "lease_duration": 600, "takeover": True})["run"]  # with it, at once


def entry_task(arguments):
    entry = workload_restart.ENTRY
    return entry.task(entry.checked(arguments), check=False, warn=lambda _line: None, progress=lambda _line: None)


class Health(http.server.BaseHTTPRequestHandler):
    """A page that answers with the status of its server."""

    def do_GET(self):
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def health():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Health)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def wave(url):
    """The role's wave of one namespace; its workload is not restarted, since no injector runs here."""
    variables = {
        "mesh_upgrade_wave": [SHOP],
        "mesh_upgrade_plan": {"back": False, "from_revision": "1-30"},
        "mesh_upgrade_begun": "{{ begun }}",
        "mesh_upgrade_istiod_namespace": PLACE,
        "mesh_upgrade_gates": [{"type": "url", "url": url}],
        "mesh_upgrade_pause": 1,
        **{f"mesh_upgrade_{name}": value for name, value in NEW.items()},
    }
    unasked = {f"meshops.lifecycle.{name}": {"connections": False} for name in ("mesh_upgrade", "workload_restart")}
    role = {"name": "meshops.lifecycle.mesh_upgrade", "tasks_from": "wave.yml"}
    include = {"name": "The wave", "ansible.builtin.include_role": role, "vars": variables}
    return {"name": "With a pretended istiod", "module_defaults": unasked, "block": [include]}


def test_a_gate_stops_a_wave_before_anything_moves(play, cluster, two_planes, health):
    cluster.kubectl("annotate", "deployment", "web", "-n", SHOP, "meshops.lifecycle/restart=skip")
    tasks = [task("Begin", "begun", step="begin", takeover=True), wave(f"http://127.0.0.1:{health.server_port}/")]
    health.status = 503
    done = play(tasks, expect="failed")
    assert "503" in done["Judge the mesh by its gates"].msg and selector(cluster) == "upgrade"
    health.status = 200
    play(tasks)
    assert selector(cluster) == "1-31"


def hindrances():
    """What an upgrade cannot do, should not do, or what forbids it; all of the old control plane."""
    proxied = {"metadata": {"annotations": {"istio.io/rev": "1-30"}}}
    containers = [{"name": name, "image": f"example.com/{name}:1.30.0"} for name in ("app", "istio-proxy")]
    for name, more in (("paused", {}), ("gap", {"strategy": {"type": "Recreate"}})):
        item = workload(
            name, SHOP, {"app": name}, "example.com/app", "example.com/proxy:1.30.0", **{"istio.io/rev": "1-30"}
        )
        item["spec"].update(more)
        yield item
    yield {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bare", "namespace": SHOP, **proxied["metadata"]},
        "spec": {"containers": containers},
    }
    waiting = {"nodeSelector": {"is": "nowhere"}, "restartPolicy": "Never"}  # or it would be complete at once
    job = {"template": {**proxied, "spec": {"containers": containers, **waiting}}}
    yield {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "job", "namespace": SHOP}, "spec": job}
    budget = {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}
    metadata = {"name": "web", "namespace": SHOP}
    yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": budget}
    hard = {"hard": {"requests.cpu": "700"}}
    yield {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "narrow", "namespace": PLACE},
        "spec": hard,
    }
    labels = {"app": "sidecar-injector", "istio.io/rev": "gone"}
    rule = {"apiGroups": ["example.com"], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["things"]}
    hook = {"name": "x.example.com", "rules": [rule], "failurePolicy": "Fail", "sideEffects": "None"}
    hook.update(admissionReviewVersions=["v1"], clientConfig={"service": {"name": "istiod-gone", "namespace": PLACE}})
    yield {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "upgrade-gone", "labels": labels},
        "webhooks": [hook],
    }


@pytest.fixture
def hindered(cluster, two_planes):
    """They are there; and the old control plane, the only one, asks for more than half of the node."""
    cluster.kubectl("delete", "deployment", "istiod-1-31", "-n", PLACE)
    requests = {"requests": {"cpu": "600", "memory": "1Gi"}}
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "discovery", "resources": requests}]}}}}
    cluster.kubectl("patch", "deployment", "istiod-1-30", "-n", PLACE, "-p", json.dumps(patch))
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(list(hindrances())))
    cluster.kubectl("rollout", "status", "deployment/istiod-1-30", "-n", PLACE, "--timeout=60s")
    there = "jsonpath={.status.expectedPods}=1"
    cluster.kubectl("wait", "pdb/web", "-n", SHOP, f"--for={there}", "--timeout=60s")
    counted = r"jsonpath={.status.used.requests\.cpu}=600"
    cluster.kubectl("wait", "resourcequota/narrow", "-n", PLACE, f"--for={counted}", "--timeout=60s")
    cluster.kubectl("rollout", "status", "deployment/paused", "-n", SHOP, "--timeout=60s")
    cluster.kubectl("rollout", "pause", "deployment/paused", "-n", SHOP)
    yield
    cluster.kubectl("delete", "mutatingwebhookconfiguration", "upgrade-gone")


def test_the_plan_says_what_is_in_the_way(play, cluster, hindered):
    done = play([task("Plan"), task("Begin", step="begin", failing=True)])
    gone = "MutatingWebhookConfiguration upgrade-gone refuses all writes: revision gone has no ready istiod"
    assert gone in done["Plan"].result["problems"] and gone in done["Begin"].msg
    for remark in (
        "nodes have room for 0 of 1 further pods of istiod, each like those of istiod-1-30 (600 CPU, 1024 Mi)",
        f"ResourceQuota {PLACE}/narrow has room for 0 of 1 further pods of istiod, each like those of istiod-1-30",
        f"Deployment {SHOP}/paused is not restarted: it is paused",
        f"Pod {SHOP}/bare is not restarted: nothing would replace it",
        f"Job {SHOP}/job is not restarted: it runs to its end",
        f"Deployment {SHOP}/gap has a gap when it is restarted: its strategy is Recreate",
        f"PodDisruptionBudget {SHOP}/web allows no disruption",
        f"no preStop hook: {SHOP}/gap",
    ):
        assert any(line.startswith(remark) for line in done["Plan"].result["remarks"]), remark
    assert done["Plan"].result["waves"] == [[SHOP]]


def test_what_a_tag_means_again_is_put_back(play, cluster, two_planes):
    def moved():
        return play([task("Begin", "begun", step="begin"), task("Move", step="move", namespaces=[SHOP], **RUN)])

    # A run that was killed has left the namespace of its probe: it is not one to move, and it goes.
    metadata = {"name": labels.PROBE, "labels": {"istio.io/rev": "1-30"}}
    cluster.kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    assert play([task("Plan")])["Plan"].result["waves"] == [[SHOP]]
    predicted = play([task("Move", step="move", namespaces=[SHOP])], check=True)["Move"]
    assert predicted.changed and selector(cluster) == "upgrade"
    moved()
    assert selector(cluster) == "1-31"
    assert (cluster.get(f"/api/v1/namespaces/{labels.PROBE}") or {"status": {"phase": "gone"}})["status"][
        "phase"
    ] != "Active"
    cluster.kubectl("label", "mutatingwebhookconfiguration", HOOK, "istio.io/rev=1-31", "--overwrite")
    play([task("Begin", "begun", step="begin", takeover=True), task("Settle", step="move", **RUN)])
    live = cluster.get(f"/api/v1/namespaces/{SHOP}")["metadata"]
    assert live["labels"]["istio.io/rev"] == "upgrade"
    assert "meshops.lifecycle/selected-before" not in live.get("annotations", {})
