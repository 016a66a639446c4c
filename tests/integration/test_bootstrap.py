# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles and playbooks, on the demonstration's inventory: from a bare cluster to a mesh, its changes, and back.

They have a lab of their own: whoever installs Istio by Helm cannot share a cluster with tests that put its definitions
there by other means. Each test asks for the state that it begins with (`bare`, `mesh`, `mesh_by_argocd`), which is
brought about when the test before it has left another; so in their order they are quickest. Most runs are in process;
what differs in a module process is tested in test_both_ways.py and, for whole playbooks, by the second run here.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from pathlib import Path

import clusters
import playing
import pytest

DEMO = playing.ROOT / "tests" / "demo"
GITOPS = {
    "istio_install_method": "argocd",
    "istio_argocd_path": "manifests/charts",
    "istio_argocd_target_revision": "main",
}
ROUTE = "changed VirtualService production/reviews"

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_order, pytest.mark.xdist_group("bootstrap")]
# Another worker can take these, on another lab.
by_argocd = pytest.mark.xdist_group("bootstrap-by-argocd")
ISTIOD = "/apis/apps/v1/namespaces/istio-system/deployments/istiod"
ISTIOD_BY_ARGOCD = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/istiod"


@pytest.fixture(scope="module")
def cluster(request):
    """A lab of its own, with the demonstration's repository in it."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with contextlib.ExitStack() as stack:
        with capture.global_and_fixture_disabled():
            found = stack.enter_context(clusters.another_lab(playing.BUILD / f"lab-bootstrap{worker}"))
        if found.variables["MESHLAB_REAL_PODS"] != "yes":
            pytest.skip("istiod and Argo CD run for real only with root")
        yield found


@pytest.fixture(scope="module")
def repository(cluster, tmp_path_factory):
    """`repository(files, message)` commits {path: text or folder to copy} to the lab's repository and pushes it."""
    folder = tmp_path_factory.mktemp("repository")

    def git(*arguments):
        identity = ["-c", "user.name=tests", "-c", "user.email=tests@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    git("clone", "--quiet", cluster.variables["MESHLAB_GIT"], ".")

    def commit(files, message="a change"):
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                subprocess.run(["cp", "-rT", str(content), str(target)], check=True)
            else:
                target.write_text(content)
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "-m", message)
        git("push", "--quiet", "origin", "HEAD:main")

    commit({"mesh": DEMO / "repository" / "mesh"})
    return commit


@pytest.fixture
def run(cluster, repository, tmp_path):
    """`run("bootstrap", vars=…, …)` runs a playbook of the collection on the demonstration's inventory."""
    player = playing.Player(tmp_path, cluster.kubeconfig, cluster.environment())

    def one(name, *, args=(), **options):
        more = ["-i", str(DEMO / "inventory"), "--limit", "meshlab", *args]
        return player.play(playbook=f"meshops.lifecycle.{name}", args=more, timeout=900, **options)

    return one


@pytest.fixture
def bare(run, cluster):
    """No mesh."""
    if cluster.get("/api/v1/namespaces/istio-system"):
        declared = from_git(cluster) if cluster.get(ISTIOD_BY_ARGOCD) else {}
        run("teardown", vars={**declared, "mesh_remove_namespaces": True})


@pytest.fixture
def mesh(run, cluster):
    """The mesh of the demonstration, by Helm."""
    if cluster.get(ISTIOD) is None:
        run("bootstrap")


@pytest.fixture
def mesh_by_argocd(run, cluster, repository):
    """The same mesh, Istio and Argo CD by Argo CD."""
    if cluster.get(ISTIOD_BY_ARGOCD) is None:
        bring_up_by_argocd(run, cluster, repository)


def bring_up_by_argocd(run, cluster, repository):
    """From a cluster without Istio's definitions; returns the run."""
    definitions = [name for name in cluster.kubectl("get", "crd", "-o", "name").split() if name.endswith(".istio.io")]
    if definitions:
        cluster.kubectl("delete", *definitions)
    repository(
        {
            "manifests/charts": Path(cluster.variables["MESHLAB_CHARTS"]),
            "argocd/install.yaml": Path(cluster.variables["MESHLAB_ARGOCD_MANIFESTS"]) / "install.yaml",
        }
    )
    return run("bootstrap", vars=from_git(cluster))


def said(run):
    """The lines of the summary at the end of a playbook."""
    return [line for line in run["What changed"].msg if not line.startswith(("nothing", "not compared: "))]


def gone(cluster, *what):
    return cluster.kubectl("get", *what, "--ignore-not-found", "-o", "name").strip() == ""


# ---- Helm ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bare")
def test_reconfigure_of_a_bare_cluster_names_bootstrap(run):
    done = run("reconfigure", expect="failed")
    assert "Run the playbook meshops.lifecycle.bootstrap first" in done.msg
    assert done.changed == []


@pytest.mark.usefixtures("bare")
def test_bootstrap_can_be_checked_on_a_bare_cluster(run, cluster):
    """At the highest verbosity no value that may be a secret is shown, by a loop or by the roles' arguments."""
    secrets = {
        "istio_istiod_values": {"autoscaleEnabled": False, "env": {"TOKEN": "hunter2-istiod"}},
        "istio_gateway_values": {"autoscaling": {"enabled": False}, "env": {"TOKEN": "hunter2-gateway"}},
        "monitoring_grafana_admin_password": "hunter2-grafana",
    }
    done = run("bootstrap", check=True, vars=secrets, args=["-vvvv"])
    assert "hunter2" not in done.output + json.dumps([task.result for task in done.tasks])
    assert "created Deployment istio-system/istiod" in said(done)
    assert "created VirtualService production/reviews" in said(done)
    assert gone(cluster, "namespace", "istio-system", "argocd", "monitoring", "production")


@pytest.mark.each_core
@pytest.mark.usefixtures("bare")
def test_bootstrap_brings_the_mesh_up(run, cluster):
    done = run("bootstrap")
    assert {"created Deployment istio-system/istiod", "created VirtualService production/reviews"} <= set(said(done))
    application = cluster.kubectl("get", "application", "istio-config", "-n", "argocd", "-o", "json")["status"]
    assert (application["sync"]["status"], application["health"]["status"]) == ("Synced", "Healthy")


@pytest.mark.parametrize(
    "in_process",
    [pytest.param(True, id="in process", marks=pytest.mark.each_core), pytest.param(False, id="as modules")],
)
@pytest.mark.usefixtures("mesh")
def test_a_second_run_changes_nothing(run, in_process):
    done = run("bootstrap", in_process=in_process)
    assert done.changed == []
    assert said(done) == []
    assert "[WARNING]" not in done.output and "[DEPRECATION" not in done.output
    # The steps of other ways that each role has, and one for refusals of check mode.
    assert len([task for task in done.tasks if task.status == "skipped"]) <= 6


@pytest.mark.usefixtures("mesh")
def test_the_mesh_is_found_healthy(run):
    done = run("verify")
    assert done.changed == []
    # The lab's own EnvoyFilters, which nobody declares, are told; so "as declared, and healthy" is not said.
    assert done["Check that the mesh is healthy"].msg.startswith("No problem on meshlab in ")
    assert "EnvoyFilter istio-system/meshlab-plain-envoy is not declared" in done.output


@pytest.mark.usefixtures("mesh")
def test_every_panel_of_every_dashboard_asks_what_prometheus_understands(cluster):
    url = cluster.variables["MESHLAB_PROMETHEUS_URL"]
    asked = 0
    for path in sorted((playing.ROOT / "roles/monitoring/files/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                query = ["--data-urlencode", f"query={target['expr']}"]
                answer = subprocess.run(
                    ["curl", "--silent", "--noproxy", "*", f"{url}/api/v1/query", *query],
                    check=True, capture_output=True, text=True,
                ).stdout  # fmt: skip
                assert json.loads(answer)["status"] == "success", f"{path.name}, {panel['title']}: {answer}"
                asked += 1
    assert asked > 40


CHANGES = {  # one for each role, and two for the set
    "reviews_split": {"v1": 70, "v2": 30},
    "istio_mesh_config": {"accessLogFile": "/dev/stdout"},
    "argocd_params": {"controller.diff.server.side": True},
    "monitoring_retention": "3d",
    "mesh_config_telemetries": [],
    "mesh_config_prune_kinds": ["Telemetry"],
}


@pytest.mark.usefixtures("mesh")
def test_check_lists_exactly_what_the_run_then_does(run):
    run("reconfigure")
    predicted = said(run("reconfigure", check=True, vars=CHANGES))
    done = said(run("reconfigure", vars=CHANGES))
    assert sorted(predicted) == sorted(done)
    for what in (ROUTE, "istio", "argocd-cmd-params-cm", "Prometheus", "deleted Telemetry"):
        assert any(what in line for line in done), (what, done)
    assert "changed Deployment argocd/argocd-repo-server, which replaces its pods" in predicted
    assert said(run("reconfigure", vars=CHANGES)) == []


@pytest.mark.usefixtures("mesh")
def test_only_the_route_changes_and_the_requests_show_it(run, cluster):
    run("reconfigure")
    assert said(run("reconfigure", vars={"reviews_split": {"v1": 50, "v2": 50}})) == [ROUTE]

    def share():
        header = "Host: reviews.production.svc.cluster.local"
        counted = cluster.lab("call", "--count", "300", "--header", header, cluster.variables["MESHLAB_GATEWAY_URL"])
        return json.loads(counted)["versions"]["v1"]

    assert eventually(lambda: 110 <= share() <= 190), share()


@pytest.mark.usefixtures("mesh")
def test_a_route_that_leaves_the_variables_leaves_the_cluster(run, cluster):
    run("reconfigure")
    change = {"mesh_config_virtual_services": [], "mesh_config_prune_kinds": ["VirtualService"]}
    assert said(run("reconfigure", check=True, vars=change)) == ["deleted VirtualService production/reviews"]
    assert not gone(cluster, "virtualservice", "reviews", "-n", "production")
    assert said(run("reconfigure", vars=change)) == ["deleted VirtualService production/reviews"]
    assert gone(cluster, "virtualservice", "reviews", "-n", "production")
    assert not gone(cluster, "destinationrule", "reviews-destination", "-n", "production")


@pytest.mark.usefixtures("mesh")
def test_a_set_that_would_go_whole_is_refused(run, cluster):
    names = (
        "virtual_services",
        "gateways",
        "destination_rules",
        "peer_authentications",
        "telemetries",
        "applications",
        "objects",
    )
    nothing = {f"mesh_config_{name}": [] for name in names}
    done = run("reconfigure", vars=nothing, args=["--tags", "mesh_config"], expect="failed")
    assert "would lose all of its" in done.msg and "prune_all" in done.msg
    assert not gone(cluster, "destinationrule", "reviews-destination", "-n", "production")


@pytest.mark.usefixtures("mesh")
def test_tags_run_a_part_alone(run, cluster):
    cluster.kubectl("delete", "virtualservice", "reviews", "-n", "production", "--ignore-not-found")
    done = run("reconfigure", args=["--tags", "mesh_config"])
    assert said(done) == ["created VirtualService production/reviews"]
    assert not any("Argo CD by" in task.name or "Istio by" in task.name for task in done.tasks)


@pytest.mark.usefixtures("mesh")
def test_a_run_begins_at_a_task_of_the_list(run, cluster):
    cluster.kubectl("delete", "virtualservice", "reviews", "-n", "production", "--ignore-not-found")
    done = run("bootstrap", args=["--start-at-task", "Install Istio with Helm"])
    assert done.tasks[0].name.endswith("Install Istio with Helm")
    assert done["What changed"].msg == ["created VirtualService production/reviews", "not compared: argocd"]


@pytest.mark.usefixtures("mesh")
def test_a_hot_fix_is_told_and_repaired_only_by_force(run, cluster):
    place = ("destinationrule", "reviews-destination", "-n", "production")
    patch = {
        "spec": {"trafficPolicy": {"connectionPool": {"http": {"http1MaxPendingRequests": 1}}}, "host": "elsewhere"}
    }
    cluster.kubectl("patch", *place, "--type=merge", "-p", json.dumps(patch), "--field-manager=hot-fix")
    done = run("reconfigure", args=["--tags", "mesh_config"], expect="failed")
    assert "spec.host" in done.msg and "hot-fix" in done.msg and "force_conflicts" in done.msg
    repaired = run("reconfigure", args=["--tags", "mesh_config"], vars={"mesh_force_conflicts": True})
    changed, undeclared = said(repaired)
    assert changed == "changed DestinationRule production/reviews-destination"
    assert undeclared.startswith("not as declared") and "http1MaxPendingRequests, set by hot-fix" in undeclared
    assert cluster.kubectl("get", *place, "-o", "json")["spec"]["host"] == "reviews"
    mended = {"spec": {"trafficPolicy": None}}
    cluster.kubectl("patch", *place, "--type=merge", "-p", json.dumps(mended), "--field-manager=hot-fix")


@pytest.mark.usefixtures("mesh")
def test_verify_tells_what_ails_and_writes_nothing(run, cluster):
    cluster.kubectl("scale", "deployment", "client", "-n", "legacy", "--replicas=0")
    cluster.kubectl("delete", "peerauthentication", "default", "-n", "production")
    done = run("verify", expect="failed")
    problems = done["Check that the mesh is healthy"].msg
    assert "not as declared: would be created PeerAuthentication production/default" in problems
    assert gone(cluster, "peerauthentication", "default", "-n", "production")
    cluster.kubectl("scale", "deployment", "client", "-n", "legacy", "--replicas=1")
    run("reconfigure", args=["--tags", "mesh_config"])


def test_one_cluster_that_does_not_answer_holds_up_no_other(cluster, repository, tmp_path):
    nowhere = json.loads(json.dumps(cluster.kubectl("config", "view", "--raw", "-o", "json")))
    nowhere["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    player = playing.Player(tmp_path, cluster.kubeconfig, cluster.environment())
    done = player.play(
        playbook="meshops.lifecycle.reconfigure",
        inventory={"good": {"mesh_kubeconfig": str(cluster.kubeconfig)}, "bad": {"mesh_kubeconfig": nowhere}},
        args=["--tags", "always"],
        expect="failed",
    )
    assert done.stats["good"]["failures"] == 0
    assert done.stats["bad"]["failures"] == 1
    assert "127.0.0.1:1" in done.msg


# ---- Argo CD ---------------------------------------------------------------------------------------------------------

DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %(plural)s.waves.example.com}
spec:
  group: waves.example.com
  scope: Namespaced
  names: {kind: %(kind)s, plural: %(plural)s}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
"""
BRINGER = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: waves-%(plural)s-definition
  namespace: argocd
  finalizers: [resources-finalizer.argocd.argoproj.io]
spec:
  project: default
  source: {repoURL: "%(url)s", path: %(kind)s/definition, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: default}
  syncPolicy: {automated: {}}
"""
USER = """
apiVersion: waves.example.com/v1
kind: %(kind)s
metadata:
  name: user
  annotations: {argocd.argoproj.io/sync-wave: "1"%(options)s}
"""
OPTION = ", argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true"


@pytest.mark.parametrize("skips", [False, True], ids=["without", "with"])
@pytest.mark.usefixtures("mesh")
def test_a_definition_that_another_application_brings_needs_the_option(run, cluster, repository, tmp_path, skips):
    """Argo CD tries everything dry before the first wave, but for users of a definition that the same sync holds.

    A definition that a child brings is not there yet: without the option the sync fails before the child is made.
    """
    kind, url = "Skipped" if skips else "Tried", cluster.variables["MESHLAB_GIT"]
    names = {"kind": kind, "plural": kind.lower(), "options": OPTION if skips else "", "url": url}
    files = {"definition/a.yaml": DEFINITION, "all/a.yaml": BRINGER, "all/b.yaml": USER}
    repository({f"{kind}/{path}": text % names for path, text in files.items()})
    task = {
        "name": f"waves-{kind.lower()}",
        "wait": True,
        "wait_timeout": 90,
        "spec": {
            "project": "default",
            "source": {"repoURL": url, "path": f"{kind}/all", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "default"},
            # The wave of the child is over when its Application is there, before that has synced: so try again.
            "syncPolicy": {
                "automated": {},
                "retry": {"limit": 8 if skips else 1, "backoff": {"duration": "1s", "factor": 1}},
            },
        },
    }
    player = playing.Player(tmp_path / "own", cluster.kubeconfig, cluster.environment())  # not the fixtures' folder
    tasks = [{"name": "Application", "meshops.lifecycle.argocd_application": task}]
    done = player.play(tasks, expect="ok" if skips else "failed")
    if not skips:
        assert f"{kind} default/user" in done.msg and "SkipDryRunOnMissingResource=true" in done.msg
        assert gone(cluster, "application", "waves-tried-definition", "-n", "argocd")
    absent = {"name": task["name"], "state": "absent", "wait": True}
    player.play([{"name": "Application", "meshops.lifecycle.argocd_application": absent}])


@pytest.mark.usefixtures("mesh")
def test_teardown_goes_in_the_safe_order_and_keeps_the_definitions(run, cluster):
    predicted = said(run("teardown", check=True, vars={"mesh_remove_namespaces": True}))
    done = run("teardown", vars={"mesh_remove_namespaces": True})
    assert sorted(predicted) == sorted(said(done))
    order = [f"{row['kind']} {row['namespace']}/{row['name']}" for row in deleted(done)]
    for first, then in (
        ("Application argocd/istio-config", "VirtualService production/reviews"),
        ("VirtualService production/reviews", "DestinationRule production/reviews-destination"),
        ("DestinationRule production/reviews-destination", "Deployment production/reviews-v1"),
        ("Deployment istio-ingress/istio-ingressgateway", "Deployment istio-system/istiod"),
        ("Deployment istio-system/istiod", "StatefulSet argocd/argocd-application-controller"),
    ):
        assert order.index(first) < order.index(then), (first, then)
    assert gone(cluster, "namespace", "istio-system", "argocd", "monitoring", "production", "istio-ingress")
    assert gone(cluster, "validatingwebhookconfiguration,mutatingwebhookconfiguration", "-l", "app=istiod")
    definitions = cluster.kubectl("get", "crd", "-o", "name")
    assert "virtualservices.networking.istio.io" in definitions and "applications.argoproj.io" in definitions


def deleted(run):
    """What the roles deleted, in their order."""
    rows = []
    for task in run.tasks:
        for result in task.result.get("results") or [task.result]:
            rows += [row for row in result.get("resources") or [] if row.get("action") == "deleted"]
    return rows


@by_argocd
@pytest.mark.usefixtures("bare")
def test_gitops_brings_the_same_mesh_up_and_a_second_run_changes_nothing(run, cluster, repository):
    created = said(bring_up_by_argocd(run, cluster, repository))
    assert {"created Application argocd/istiod", "created Application argocd/argocd"} <= set(created)
    gitops = from_git(cluster)
    before = pods(cluster, "argocd")
    again = run("bootstrap", vars=gitops)
    assert again.changed == [] and said(again) == []
    assert run("verify", vars=gitops)["Check that the mesh is healthy"].msg.startswith("No problem on meshlab in ")
    applications = cluster.kubectl("get", "applications", "-n", "argocd", "-o", "json")["items"]
    found = {one["metadata"]["name"]: one["status"]["sync"]["status"] for one in applications}
    istio = {"istio-base", "istiod", "istio-ingressgateway", "istio-egressgateway", "istio-config"}
    assert found == dict.fromkeys(istio | {"argocd"}, "Synced")
    assert pods(cluster, "argocd") == before


def from_git(cluster):
    """Istio and Argo CD by Argo CD, from the repository."""
    url = cluster.variables["MESHLAB_GIT"]
    itself = {"repoURL": url, "path": "argocd", "targetRevision": "main"}
    return {**GITOPS, "istio_argocd_repo_url": url, "argocd_self_source": itself}


def pods(cluster, namespace):
    """The pods that are to stay: one that is on its way out is gone a moment later."""
    there = cluster.kubectl("get", "pods", "-n", namespace, "-o", "json")["items"]
    return {pod["metadata"]["uid"] for pod in there if "deletionTimestamp" not in pod["metadata"]}


def applications(cluster):
    """Argo CD's Applications, as {name: status}."""
    found = cluster.kubectl("get", "applications", "-n", "argocd", "-o", "json")["items"]
    return {one["metadata"]["name"]: one["status"] for one in found}


# Everything that has a word of its own in what was declared: autoscalers, istiod in its webhooks. The lab has no
# metrics to scale by, which Argo CD would call Degraded.
AUTOSCALERS = "resource.customizations.health.autoscaling_HorizontalPodAutoscaler"
UPGRADE = {
    "argocd_config": {
        "timeout.reconciliation": "10s",
        "timeout.reconciliation.jitter": "0s",
        AUTOSCALERS: 'return {status = "Healthy"}',
    },
    "istio_istiod_values": {"autoscaleEnabled": True},
    "istio_gateway_values": {"autoscaling": {"enabled": True}},
    "istio_validation_failure_policy": "",
    "istio_cni_enabled": True,
    "istio_ztunnel_enabled": True,
}
ORDER = ["istio-base", "istio-cni", "istiod", "ztunnel", "istio-ingressgateway", "istio-egressgateway"]


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_gitops_upgrades_in_order_and_stays_synced(run, cluster):
    upgrade = {"vars": {**from_git(cluster), **UPGRADE}, "args": ["--tags", "argocd,istio"]}
    run("bootstrap", **upgrade)
    started = {
        name: found["operationState"]["startedAt"] for name, found in applications(cluster).items() if name in ORDER
    }
    assert sorted(started, key=lambda name: (started[name], ORDER.index(name))) == ORDER
    # What autoscalers and istiod write is no drift: nothing is healed, and nothing is out of sync.
    scaled = ("deployment", "istiod", "-n", "istio-system")
    cluster.kubectl("scale", *scaled, "--replicas=2")
    webhook = ("validatingwebhookconfiguration", "istio-validator-istio-system")
    ignore = [{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]
    cluster.kubectl("patch", *webhook, "--type=json", "-p", json.dumps(ignore))
    assert eventually(
        lambda: cluster.kubectl("get", *webhook, "-o", "json")["webhooks"][0]["failurePolicy"] == "Fail", 60
    )
    time.sleep(15)
    now = applications(cluster)
    assert {name: now[name]["sync"]["status"] for name in ORDER} == dict.fromkeys(ORDER, "Synced")
    assert {name: now[name]["operationState"]["startedAt"] for name in ORDER} == started
    assert cluster.kubectl("get", *scaled, "-o", "json")["spec"]["replicas"] == 2
    assert said(run("bootstrap", **upgrade)) == []


VALIDATOR = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istiod-default-validator"
BASE_BY_ARGOCD = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/istio-base"


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_gitops_moves_the_webhook_that_validates_last(run, cluster):
    """Not before the istiod that it is to call is ready; not at all where that does not come up."""

    def validates():
        return cluster.get(VALIDATOR)["metadata"]["labels"]["istio.io/rev"]

    def declared():
        return cluster.get(BASE_BY_ARGOCD)["spec"]["source"]["helm"]["valuesObject"]["defaultRevision"]

    istio = {**from_git(cluster), "mesh_parts": ["istio"], "istio_gateways": []}
    canary = {**istio, "istio_revision": "canary"}
    nowhere = {
        "istio_istiod_values": {"autoscaleEnabled": False, "nodeSelector": {"there-is-no": "such-node"}},
        "istio_wait_timeout": 20,
    }
    run("reconfigure", vars={**canary, **nowhere}, expect="failed")
    assert (validates(), declared()) == ("default", "default")
    predicted = said(run("reconfigure", vars=canary, check=True))
    assert "changed Application argocd/istio-base" in predicted and (validates(), declared()) == ("default", "default")
    run("reconfigure", vars=canary)
    assert (validates(), declared()) == ("canary", "canary")
    istiod = cluster.get(f"{ISTIOD}-canary")
    [available] = [item for item in istiod["status"]["conditions"] if item["type"] == "Available"]
    moved = applications(cluster)["istio-base"]["operationState"]["startedAt"]
    assert available["status"] == "True" and available["lastTransitionTime"] <= moved
    assert run("reconfigure", vars=canary).changed == []

    run("reconfigure", vars=istio)
    assert (validates(), declared()) == ("default", "default")
    remove_canary(cluster)


def remove_canary(cluster):
    """The Application of the canary, with what it deployed."""
    cascade = {"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}}
    place = ("application", "istiod-canary", "-n", "argocd")
    cluster.kubectl("patch", *place, "--type=merge", "-p", json.dumps(cascade))
    cluster.kubectl("delete", *place, "--timeout=120s")
    assert eventually(lambda: cluster.get(f"{ISTIOD}-canary") is None, 60)


OLD_TAG = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-revision-tag-old"


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_gitops_moves_a_tag_of_an_application_and_nobody_heals_it_back(run, cluster):
    """As an earlier release of the role has made it: a part of istiod's Application, whose values have the tag."""

    def tag():
        metadata = cluster.get(OLD_TAG)["metadata"]
        return metadata["labels"]["istio.io/rev"], metadata["uid"]

    istio = {**from_git(cluster), "mesh_parts": ["istio"], "istio_gateways": []}
    before = {"autoscaleEnabled": False, "revisionTags": ["old"]}
    run("reconfigure", vars={**istio, "istio_istiod_values": before})
    revision, uid = tag()
    assert revision == "default"
    assert cluster.get(OLD_TAG)["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].startswith("istiod:")

    canary = {**istio, "istio_revision": "canary", "istio_revision_tags": ["old"]}
    run("reconfigure", vars=canary)
    assert tag() == ("canary", uid)
    for name in ("istiod", "istiod-canary"):
        annotation = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
        cluster.kubectl("patch", "application", name, "-n", "argocd", "--type=merge", "-p", json.dumps(annotation))
    time.sleep(15)  # an Application that had the tag would have healed it by now
    assert tag() == ("canary", uid)
    assert run("reconfigure", vars=canary).changed == []
    assert {applications(cluster)[name]["sync"]["status"] for name in ("istiod", "istiod-canary")} == {"Synced"}

    run("reconfigure", vars={**istio, "istio_revision_tags": ["old"]})
    assert tag() == ("default", uid)
    run("reconfigure", vars=istio)
    assert cluster.get(OLD_TAG) is None
    remove_canary(cluster)


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_gitops_heals_what_was_changed_by_hand(cluster):
    place = ("deployment", "istio-egressgateway", "-n", "istio-egress")
    cluster.kubectl("delete", *place)
    assert eventually(lambda: not gone(cluster, *place), 60)


NOWHERE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: elsewhere
  annotations: {argocd.argoproj.io/sync-wave: "9"}
spec:
  hosts: [elsewhere.example.com]
  http: [{route: [{destination: {host: %s, port: {number: 443}}}]}]
"""


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_a_route_to_nowhere_is_degraded_until_it_leads_somewhere(cluster, repository):
    def health():
        return applications(cluster)["istio-config"]["health"]["status"]

    repository({"mesh/50-elsewhere.yaml": NOWHERE % "nowhere"})
    assert eventually(lambda: health() == "Degraded", 120)
    repository({"mesh/50-elsewhere.yaml": NOWHERE % "kubernetes.default.svc.cluster.local"})
    assert eventually(lambda: health() == "Healthy", 120)


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_istio_is_handed_over_to_helm_and_back_as_it_runs(run, cluster):
    """Nothing is removed and no pod is replaced; afterwards the objects are the new method's alone."""
    parts = {"mesh_parts": ["istio"], "istio_hand_over": True, "istio_analysis": True}
    to_argocd = {"vars": {**from_git(cluster), **parts}}
    namespaces = ("istio-system", "istio-ingress", "istio-egress")
    before = [pods(cluster, namespace) for namespace in namespaces]

    assert "istio_hand_over: true" in run("bootstrap", vars={"mesh_parts": ["istio"]}, expect="failed").msg
    done = said(run("bootstrap", vars=parts))
    assert "deleted Application argocd/istiod" in done
    assert owners(cluster) == ({"helm"}, {"istiod"}, set())
    assert run("bootstrap", vars=parts).changed == []

    run("bootstrap", **to_argocd)
    assert owners(cluster) == ({"argocd-controller"}, set(), {"istiod"})
    assert cluster.kubectl("get", "secrets", "-A", "-l", "owner=helm", "-o", "name").strip() == ""
    assert run("bootstrap", **to_argocd).changed == []
    # An autoscaler may have taken one away meanwhile; what is replaced has another uid.
    after = [pods(cluster, namespace) for namespace in namespaces]
    assert all(there and there <= earlier for there, earlier in zip(after, before, strict=True)), (before, after)


def owners(cluster):
    """Who of the two installers has istiod: by its fields, as a release, and as an Application."""
    metadata = cluster.get(ISTIOD)["metadata"]
    managers = {entry["manager"] for entry in metadata["managedFields"]} & {"helm", "argocd-controller"}
    marks = metadata["annotations"]
    release = {marks[name] for name in ("meta.helm.sh/release-name",) if name in marks}
    tracking = {marks[name].split(":")[0] for name in ("argocd.argoproj.io/tracking-id",) if name in marks}
    return managers, release, tracking


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_a_forgotten_application_is_named_before_gitops_is_torn_down(run, cluster):
    forgotten = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "forgotten",
            "namespace": "argocd",
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": "default",
            "source": {"repoURL": cluster.variables["MESHLAB_GIT"], "path": "mesh", "targetRevision": "main"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "forgotten"},
        },
    }
    cluster.kubectl("create", "-f", "-", stdin=forgotten)
    removal = {"vars": {**from_git(cluster), "mesh_remove_crds": ["argocd"]}, "args": ["--tags", "argocd"]}
    done = run("teardown", **removal, expect="failed")
    assert "Nothing was removed." in done.msg and "Application argocd/forgotten" in done.msg
    assert done.changed == [] and not gone(cluster, "application", "argocd", "-n", "argocd")
    cluster.kubectl("delete", "application", "forgotten", "-n", "argocd", "--timeout=60s")


@by_argocd
@pytest.mark.usefixtures("mesh_by_argocd")
def test_gitops_is_torn_down_with_the_definitions_that_were_named(run, cluster):
    everything = {"mesh_remove_namespaces": True, "mesh_remove_crds": ["istio", "argocd"]}
    rows = deleted(run("teardown", vars={**from_git(cluster), **everything}))
    order = [
        row["name"] for row in rows if row["kind"] in ("Application", "StatefulSet") and row["namespace"] == "argocd"
    ]
    there = [name for name in ORDER if name in order]
    backwards = ["istio-config", *reversed(there), "argocd", "argocd-application-controller"]
    gateways = ["istio-ingressgateway", "istio-egressgateway"]
    assert [name for name in order if name not in gateways] == [name for name in backwards if name not in gateways]
    assert max(map(order.index, gateways)) < order.index("istiod")
    left = cluster.kubectl("get", "crd", "-o", "name")
    assert "networking.istio.io" not in left and "argoproj.io" not in left
    assert "monitoring.coreos.com" in left
    assert gone(cluster, "namespace", "istio-system", "argocd")


def eventually(true, seconds=30):
    """Whether it becomes true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True
