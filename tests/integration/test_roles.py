# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role mesh_config and the playbooks on one namespace: what is refused, what is said, and what is looked at."""

from __future__ import annotations

import json
import os

import pytest

pytestmark = pytest.mark.in_process


@pytest.fixture
def run(player, namespace, crds):
    """`run("bootstrap", variables, …)` runs a playbook with the part mesh_config alone, on the test's namespace."""
    crds("istio.io")
    own = {
        "mesh_parts": ["mesh_config"],
        "mesh_config_set_namespace": namespace,
        "mesh_config_wait_proxies": False,
    }

    def one(name, variables=None, **options):
        return player.play(playbook=f"meshops.lifecycle.{name}", vars={**own, **(variables or {})}, **options)

    return one


def route(name):
    destinations = [{"destination": {"host": "reviews"}}]
    return {"name": name, "spec": {"hosts": [name], "http": [{"route": destinations}]}}


def sidecar(name):
    return {"name": name, "spec": {"egress": [{"hosts": ["./*"]}], "workloadSelector": {"labels": {"app": name}}}}


REFUSED = {
    "a tag": ({}, ["--tags", "mesh-config"], "tag mesh-config (did you mean mesh_config?)"),
    "a skipped tag": ({}, ["--skip-tags", "argo-cd"], "tag argo-cd (did you mean argocd?)"),
    "a part": ({"mesh_parts": ["meshconfig"]}, [], "mesh_parts: meshconfig (did you mean mesh_config?)"),
    "no part": ({"mesh_parts": None}, [], "mesh_parts: null"),
    "a part of a text": ({"mesh_parts": "istio, monitring"}, [], "monitring (did you mean monitoring?)"),
    "a variable of the role": (
        {"mesh_config_virtual_service": []},
        [],
        "mesh_config_virtual_service (did you mean mesh_config_virtual_services?)",
    ),
    "a variable of a part that does not run": ({"istio_versoin": "1"}, [], "(did you mean istio_version?)"),
    "a variable that a role computes": ({"istio_releases": []}, [], "istio_releases (the collection computes it"),
    "one that the playbooks compute": ({"mesh_collect_refusals": True}, [], "mesh_collect_refusals (the collection"),
    "a text that is a number": ({"istio_image_tag": 1.30}, [], "istio_image_tag (it must be text: put quotes"),
    "a text that is empty": (
        {"mesh_config_argocd_namespace": ""},
        [],
        "mesh_config_argocd_namespace (it is empty: leave",
    ),
    "a template without a value": (
        {"mesh_config_set": "{{ nobody | default('') }}", "istio_namespace": None},
        [],
        "mesh_config_set (it is empty: leave it out for its default, mesh-config)",
    ),
    "a variable of the playbooks": ({"mesh_force_conflict": True}, [], "(did you mean mesh_force_conflicts?)"),
}


@pytest.mark.parametrize("playbook", ["bootstrap", "verify", "teardown"])
def test_what_nobody_knows_is_refused_before_anything_is_done(run, playbook, cluster, namespace):
    for variables, args, words in REFUSED.values() if playbook == "bootstrap" else [REFUSED["a tag"]]:
        done = run(playbook, variables, args=args, expect="failed")
        assert words in done.msg
        assert [task.name for task in done.tasks] == ["Check that parts, tags and variables are known"]


# playbook → its tag and a variable of it, both misspelt, and what was meant
OPERATIONS = {
    "canary": ("canary-release", "canary_release", "canary_release_stepz", "canary_release_steps"),
    "canary_abort": ("canary-release", "canary_release", "canary_release_stepz", "canary_release_steps"),
    "mtls": ("mtl", "mtls", "mtls_namespace", "mtls_namespaces"),
    "mtls_back": ("mtl", "mtls", "mtls_namespace", "mtls_namespaces"),
    "ca_rotate": ("ca_", "ca", "ca_rot", "ca_root"),
    "ca_rotate_back": ("ca_", "ca", "ca_wait_timout", "ca_wait_timeout"),
    "upgrade": ("mesh-upgrade", "mesh_upgrade", "mesh_upgrade_skip_namespace", "mesh_upgrade_skip_namespaces"),
    "upgrade_back": ("mesh-upgrade", "mesh_upgrade", "mesh_upgrade_windowz", "mesh_upgrade_windows"),
}


@pytest.mark.parametrize("playbook", OPERATIONS)
def test_the_playbooks_of_operations_know_their_names(player, playbook):
    """Of a misspelt list of namespaces, all would be meant."""
    tag, meant, variable, name = OPERATIONS[playbook]
    variables = {variable: [], "mesh_serail": 1}
    if playbook == "upgrade":
        variables["mesh_upgrade_wave"] = [["shop"]]  # the item of a loop, and not mesh_upgrade_waves
    run = player.play(
        playbook=f"meshops.lifecycle.{playbook}",
        vars={"mesh_parts": ["istio"], **variables},
        args=["--tags", tag],
        expect="failed",
    )
    for words in (
        f"tag {tag} (did you mean {meant}?)",
        "variable mesh_serail (did you mean mesh_serial?)",
        f"variable {variable} (did you mean {name}?)",
    ):
        assert words in run.msg
    assert ("mesh_upgrade_wave (the collection computes it" in run.msg) == (playbook == "upgrade")
    assert "mesh_parts" not in run.msg
    assert [task.name for task in run.tasks] == ["Check that parts, tags and variables are known"]


def test_an_authority_that_nobody_declares_is_asked_for_by_its_variables(player):
    words = "Set one of ca_root, ca_bundle and ca_from_secret"
    assert words in player.play(playbook="meshops.lifecycle.ca_rotate", expect="failed").msg
    own = {"ca_certificates_of_ours": 1, "mesh_parts": None}
    assert words in player.play(playbook="meshops.lifecycle.ca_rotate", vars=own, expect="failed").msg


def test_names_of_ones_own_are_listed(run):
    own = {"mesh_team": "shop", "mesh_other_variables": ["mesh_team"], "mesh_other_tags": ["site"]}
    done = run("bootstrap", own, args=["--tags", "site"])
    assert done["What changed"].msg[0] == "nothing, and nothing was compared"


def test_a_role_alone_refuses_a_variable_that_it_does_not_have(player, namespace):
    variables = {"mesh_config_virtual_service": [route("a")], "mesh_config_set_namespace": namespace}
    tasks = [{"ansible.builtin.include_role": {"name": "meshops.lifecycle.mesh_config"}, "vars": variables}]
    done = player.play(tasks, expect="failed")
    assert "did you mean mesh_config_virtual_services?" in done.msg and done.changed == []


@pytest.mark.each_core_in_process
def test_a_set_without_a_namespace_goes_nowhere(player, namespace, cluster):
    """The kubeconfig's namespace would have been taken."""
    variables = {"mesh_config_virtual_services": [route("a")], "team": {"namespace": ""}}
    for value in ("", None, "{{ team.namespace }}"):
        tasks = [
            {
                "ansible.builtin.include_role": {"name": "meshops.lifecycle.mesh_config"},
                "vars": {**variables, "mesh_config_set_namespace": value},
            }
        ]
        # ansible-core 2.16 begins what a lookup refuses with these words.
        done = player.play(tasks, expect="failed", allow=("An unhandled exception occurred",))
        ours = "mesh_config_set_namespace (it is empty: leave it out for its default, istio-system)" in done.msg
        # Before that, ansible-core 2.16 itself refuses a null where a role's argument is text.
        ansibles = "argument 'mesh_config_set_namespace' is of type <class 'NoneType'>" in done.msg
        assert ours or (value is None and ansibles), done.msg
        assert done.changed == []


IGNORED = {
    "argocd": ({"argocd_install_method": "chart", "argocd_version": "v3.5.6"}, "argocd_version would have no effect"),
    "monitoring": (
        {"monitoring_install_method": "chart", "monitoring_prometheus_spec": {"replicas": 2}},
        "monitoring_prometheus_spec would have no effect",
    ),
}


@pytest.mark.parametrize("role", sorted(IGNORED))
def test_what_the_installation_method_would_pass_over_is_refused(player, role, namespace):
    variables, words = IGNORED[role]
    done = include(player, role, namespace, variables)
    assert words in done.msg and f"{role}_values instead" in done.msg and done.changed == []


@pytest.mark.parametrize("password", [42798, False, 0])
def test_a_password_that_yaml_has_read_as_something_else_is_refused(player, namespace, password):
    done = include(player, "monitoring", namespace, {"monitoring_grafana_admin_password": password})
    assert "monitoring_grafana_admin_password (it must be text: put quotes" in done.msg and done.changed == []


SET = {"labels": {"applyset.kubernetes.io/part-of": "applyset-x-v1"}}
RELEASE = {"annotations": {"meta.helm.sh/release-name": "x", "meta.helm.sh/release-namespace": "x"}}


@pytest.mark.parametrize(("role", "name"), [("argocd", "argocd-repo-server"), ("monitoring", "prometheus-operator")])
@pytest.mark.parametrize(("marks", "present", "other"), [(SET, "manifests", "chart"), (RELEASE, "chart", "manifests")])
def test_another_installation_method_than_the_present_one_is_refused(
    player, cluster, namespace, role, name, marks, present, other
):
    """Both ways, with what to do, before the first write."""
    labels = {"app": name}
    metadata = {"name": name, **marks, "labels": {**labels, **marks.get("labels", {})}}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "example.com/x"}]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    cluster.api("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", body)
    done = include(player, role, namespace, {f"{role}_install_method": other})
    assert f"Set {role}_install_method: {present}" in done.msg and done.changed == []
    assert f"remove it by that one first ({role}_state: absent)" in done.msg and "Nothing was changed" in done.msg


def test_another_prometheus_operator_is_refused_or_used(player, cluster, namespace):
    labels = {"app.kubernetes.io/name": "prometheus-operator"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "example.com/x"}]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "theirs", "labels": labels},
        "spec": spec,
    }
    cluster.api("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", body)
    try:
        done = include(player, "monitoring", "monitoring-of-ours", {})
        assert f"There is a Prometheus operator already: Deployment {namespace}/theirs." in done.msg
        assert "monitoring_operator_enabled: false" in done.msg and done.changed == []

        variables = {"monitoring_namespace": "monitoring-of-ours", "monitoring_operator_enabled": False}
        role = {"ansible.builtin.include_role": {"name": "meshops.lifecycle.monitoring"}, "vars": variables}
        run = player.play([role], check=True, expect="any")
        rows = run["Install Prometheus and Grafana with manifests"].result["resources"]
        assert "prometheus-operator" not in {row["name"] for row in rows}
        assert run["Install the custom resource definitions of the Prometheus operator"].status == "skipped"
    finally:
        cluster.api("DELETE", f"/apis/apps/v1/namespaces/{namespace}/deployments/theirs")


def include(player, role, namespace, variables):
    """The failed run of a role on the test's namespace."""
    given = {f"{role}_namespace": namespace, **variables}
    tasks = [{"ansible.builtin.include_role": {"name": f"meshops.lifecycle.{role}"}, "vars": given}]
    return player.play(tasks, expect="failed")


def test_a_kind_does_not_vanish_whole_without_a_word(run, kubectl, namespace):
    both = {"mesh_config_virtual_services": [route("a"), route("b")], "mesh_config_sidecars": [sidecar("s")]}
    both["mesh_config_references"] = "ignore"
    assert len(run("bootstrap", both)["What changed"].msg) == 4  # three objects, and the parts that were left out
    less = {**both, "mesh_config_virtual_services": [route("a")]}
    assert run("bootstrap", less)["What changed"].msg[0] == f"deleted VirtualService {namespace}/b"

    without = {**both, "mesh_config_virtual_services": []}
    for check in (True, False):
        refused = run("bootstrap", without, check=check, expect="failed")
        text = json.dumps([task.msg for task in refused.tasks if task.failed])
        assert f"No VirtualService is declared any more, and VirtualService {namespace}/a would be deleted" in text
        assert "mesh_config_prune_kinds" in text
    allowed = {**without, "mesh_config_prune_kinds": ["VirtualService"]}
    assert run("bootstrap", allowed)["What changed"].msg[0] == f"deleted VirtualService {namespace}/a"
    assert kubectl("get", "virtualservices", "-n", namespace, "-o", "name") == ""


def test_a_message_names_the_variable_that_sets_the_option(player, kubectl, namespace, tmp_path):
    role = tmp_path / "roles" / "shop"
    for name, text in {
        "defaults": "shop_overwrites: false",
        "tasks": "- meshops.lifecycle.mesh_apply:\n"
        "    objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: ours}}]\n"
        '    namespace: "{{ place }}"\n    force_conflicts: "{{ shop_overwrites }}"\n',
    }.items():
        (role / name).mkdir(parents=True)
        (role / name / "main.yml").write_text(text)
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}}
    kubectl("apply", "--server-side", "--field-manager=them", "-f", "-", stdin={**theirs, "data": {"a": "theirs"}})
    tasks = "- ansible.builtin.include_role: {name: shop}"
    env = {"ANSIBLE_ROLES_PATH": str(tmp_path / "roles")}
    done = player.play(tasks, vars={"place": namespace}, env=env, expect="failed")
    assert done.msg.endswith("The role shop has the variable shop_overwrites for force_conflicts.")


def never_ready(namespace):
    """A Deployment whose pod no node takes."""
    spec = {"containers": [{"name": "app", "image": "example.com/x"}], "nodeSelector": {"there-is-no": "such-node"}}
    labels = {"app": "waits"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "waits", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }


def test_no_cluster_waits_for_another(run, cluster, namespace):
    at = {"mesh_kubeconfig": str(cluster.kubeconfig)}
    slow = {**at, "mesh_config_set": "slow", "mesh_config_objects": [never_ready(namespace)]}
    hosts = {"slow": slow, "quick": {**at, "mesh_config_sidecars": [sidecar("q")]}}
    done = run("bootstrap", {"mesh_config_wait_timeout": 20}, inventory=hosts, expect="failed")
    ended = [task.host for task in done.tasks if task.failed or task.name == "What changed"]
    assert ended == ["quick", "slow"]
    lines = [line for line in done.stderr.splitlines() if line.startswith("  ... [slow] ")]
    assert lines and all("s so far" in line and "s left" in line for line in lines)


def test_clusters_in_batches_until_too_many_fail(run, cluster):
    nowhere = json.loads(json.dumps(cluster.kubectl("config", "view", "--raw", "-o", "json")))
    nowhere["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    hosts = {"first": {"mesh_kubeconfig": nowhere}, "second": {"mesh_kubeconfig": str(cluster.kubeconfig)}}
    batches = {"mesh_serial": 1, "mesh_max_fail_percentage": 0, "mesh_config_sidecars": [sidecar("s")]}
    done = run("bootstrap", batches, inventory=hosts, expect="failed", check=True)
    assert {task.host for task in done.tasks} == {"first"}


def test_the_cluster_is_as_declared_only_where_all_was_compared(run):
    declared = {"mesh_config_sidecars": [sidecar("s")]}
    run("bootstrap", declared)
    left_out = "not compared: argocd, istio, monitoring"
    assert run("bootstrap", declared)["What changed"].msg == ["nothing; as declared: mesh_config", left_out]
    verified = run("verify", declared)["Check that the mesh is healthy"].msg
    assert "mesh_config. Not compared: argocd, istio, monitoring." in verified


def pod(name, namespace, containers, *, init=(), **metadata):
    def made(names, **more):
        return [{"name": one, "image": "example.com/x", **more} for one in names]

    spec = {"containers": made(containers), "initContainers": made(init, restartPolicy="Always")}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": spec,
    }


@pytest.mark.parametrize("how", [
    {"injection": "enabled"},
    {"revision": "canary"},
    {"labels": {"istio.io/rev": "canary"}},
], ids=["injection", "revision", "a label"])  # fmt: skip
def test_verify_finds_pods_without_a_sidecar(run, kubectl, namespace, how):
    mesh = {
        "mesh_config_namespaces": [{"name": namespace, **how}],
        "mesh_config_sidecars": [sidecar("s")],
        "mesh_outdated_proxies": "ignore",  # the pods' proxies are none of an Istio that may be in the cluster
    }
    pods = [
        pod("bare", namespace, ["app"]),
        pod("classic", namespace, ["app", "istio-proxy"]),
        pod("native", namespace, ["app"], init=["istio-init", "istio-proxy"]),
        pod("outside", namespace, ["app"], annotations={"sidecar.istio.io/inject": "false"}),
    ]
    kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": pods})
    run("bootstrap", mesh)
    problems = run("verify", mesh, expect="failed")["Check that the mesh is healthy"].msg
    assert problems == [f"Pod {namespace}/bare has no sidecar: it is older than the injection label of the namespace"]


def injector(namespace, revision, version):
    """The ConfigMap of a revision's chart that says what is injected."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": f"istio-sidecar-injector-{revision}",
            "namespace": namespace,
            "labels": {"istio.io/rev": revision, "app.kubernetes.io/name": "istiod"},
        },
        "data": {"values": json.dumps({"global": {"tag": version}})},
    }


def proxied(name, namespace, revision, version, *, native=False, **annotations):
    containers, init = (["app"], ["istio-proxy"]) if native else (["app", "istio-proxy"], [])
    body = pod(name, namespace, containers, init=init, annotations={"istio.io/rev": revision, **annotations})
    proxy = body["spec"]["initContainers"][0] if native else body["spec"]["containers"][1]
    proxy["image"] = f"example.com/proxyv2:{version}"
    return body


def test_verify_names_proxies_that_a_restart_would_change(run, kubectl, namespace):
    mesh = {
        "istio_namespace": namespace,
        "mesh_config_namespaces": [{"name": namespace, "revision": "new"}],
        "mesh_config_sidecars": [sidecar("s")],
    }
    pods = [
        proxied("right", namespace, "new", "1.31.1"),
        proxied("slim", namespace, "new", "1.31.1-distroless"),
        proxied("chosen", namespace, "new", "1.9", **{"sidecar.istio.io/proxyImage": "example.com/proxyv2:1.9"}),
        proxied("behind", namespace, "new", "1.31.0"),
        proxied("behind-native", namespace, "new", "1.31.0", native=True),
        proxied("right-native", namespace, "new", "1.31.1", native=True),
        proxied("before", namespace, "old", "1.30.3"),
        proxied("before-too", namespace, "old", "1.30.3"),
        proxied("orphan", namespace, "gone", "1.29.0"),
    ]
    control_planes = [injector(namespace, "new", "1.31.1"), injector(namespace, "old", "1.30.3")]
    kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [*pods, *control_planes]})
    run("bootstrap", mesh)
    after = "after a restart 1.31.1 of revision new"
    outdated = [
        f"Pod {namespace}/before, Pod {namespace}/before-too have the proxy 1.30.3 of revision old; {after}",
        f"Pod {namespace}/behind, Pod {namespace}/behind-native have the proxy 1.31.0 of revision new; {after}",
    ]
    orphan = f"Pod {namespace}/orphan has the proxy 1.29.0 of revision gone, which has no control plane; {after}"
    assert run("verify", mesh, expect="failed")["Check that the mesh is healthy"].msg == [orphan]
    kubectl("delete", "pod", "orphan", "-n", namespace, "--force")
    told = run("verify", mesh)
    assert told["Warn about outdated proxies"].msg == outdated
    assert all(line in told["Check that the mesh is healthy"].msg for line in outdated)
    failed = run("verify", {**mesh, "mesh_outdated_proxies": "fail"}, expect="failed")
    assert failed["Check that the mesh is healthy"].msg == outdated
    ignored = run("verify", {**mesh, "mesh_outdated_proxies": "ignore"})["Check that the mesh is healthy"].msg
    assert "Outdated" not in ignored


def test_verify_looks_at_what_was_compared_alone(run, kubectl, namespace, crds):
    """Not at an Application of another team, nor at a Deployment in a namespace that is not listed."""
    crds("argoproj.io")
    mesh = {"mesh_config_sidecars": [sidecar("s")]}
    run("bootstrap", mesh)
    spec = {"project": "default", "source": {"repoURL": "https://x"}, "destination": {"namespace": "x"}}
    theirs = {"name": "theirs", "namespace": namespace}
    labels = {"app": "theirs"}
    deployment = {
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"nodeName": "nowhere", "containers": [{"name": "a", "image": "x"}]},
        },
    }
    objects = [
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": theirs, "spec": spec},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": theirs, "spec": deployment},
    ]
    kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": objects})
    assert "As declared, and healthy" in run("verify", mesh)["Check that the mesh is healthy"].msg


HEALTHY = "Check that the mesh is healthy"
GATEWAY = {
    "selector": {"istio": "edge"},
    "servers": [
        {
            "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
            "hosts": ["shop.example.com"],
            "tls": {"mode": "SIMPLE", "credentialName": "shop-cert"},
        }
    ],
}


def test_verify_is_red_where_requests_would_fail_or_others_have_a_say(run, kubectl, namespace):
    """What nothing is to be written for: a name that leads nowhere, a missing certificate, a field of somebody else."""
    policy = {"name": "mesh", "spec": {"mtls": {"mode": "STRICT"}}}
    rule = {"name": "reviews", "spec": {"host": "reviews", "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}}}
    mesh = {
        "mesh_config_namespaces": [{"name": namespace}],
        "mesh_config_peer_authentications": [policy],
        "mesh_config_destination_rules": [rule],
        "mesh_config_virtual_services": [route("a")],
        "mesh_config_gateways": [{"name": "edge", "spec": GATEWAY}],
        "mesh_config_plain_text": "ignore",
    }
    edge = {**pod("edge", namespace, ["app"]), "metadata": {"name": "edge", "labels": {"istio": "edge"}}}
    service = {"ports": [{"port": 80}], "selector": {"app": "reviews"}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "reviews"}, "spec": service}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-cert"}}
    kubectl("apply", "-n", namespace, "-f", "-", stdin=edge)
    run("bootstrap", mesh)
    red = run("verify", mesh, expect="failed")
    assert all(line.startswith("leads nowhere: ") for line in red[HEALTHY].msg)
    of_rule, certificate, of_route = sorted(red[HEALTHY].msg)
    assert f"VirtualService {namespace}/a, " in of_route and "there is no Service" in of_route and "host" in of_rule
    assert f"there is no Secret shop-cert in {namespace}, where the pods of this gateway are" in certificate
    assert red["Report what differs"].msg[0] == "nothing, though the cluster is not as it is declared"

    kubectl("apply", "-n", namespace, "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [service, secret]})
    assert "As declared, and healthy" in run("verify", mesh)[HEALTHY].msg
    for kind, name, spec in (
        ("peerauthentication", "mesh", {"selector": {"matchLabels": {"app": "nobody"}}}),
        ("destinationrule", "reviews", {"trafficPolicy": {"tls": {"mode": "DISABLE"}}}),
    ):
        kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", json.dumps({"spec": spec}))
    lines = run("verify", mesh, expect="failed")[HEALTHY].msg
    assert sorted(lines) == [
        f"not as declared: DestinationRule {namespace}/reviews has undeclared spec.trafficPolicy.tls.mode, set by "
        "kubectl-patch",
        f"not as declared: would be changed PeerAuthentication {namespace}/mesh",
    ]
    done = run("bootstrap", mesh)  # takes the policy back, and tells of the rule
    assert f"changed PeerAuthentication {namespace}/mesh" in done["What changed"].msg
    assert lines[0 if "DestinationRule" in lines[0] else 1] in done["What changed"].msg
    again = run("bootstrap", mesh)["What changed"].msg
    assert again[0] == "nothing, though the cluster is not as it is declared" and "tls.mode" in again[1]
    meant = {**mesh, "mesh_config_foreign_fields": "ignore"}
    assert "As declared, and healthy" in run("verify", meant)[HEALTHY].msg


def test_a_warning_is_no_problem_and_never_healthy(run, namespace):
    """Weights that are not 100 in sum are told by the task, and counted by the last line."""
    weighted = [{"destination": {"host": "reviews", "port": {"number": port}}, "weight": 40} for port in (80, 81)]
    route_of_80 = {"name": "a", "spec": {"hosts": ["a"], "http": [{"route": weighted}]}}
    mesh = {"mesh_config_virtual_services": [route_of_80], "mesh_config_references": "ignore"}
    run("bootstrap", mesh)
    last = run("verify", mesh)[HEALTHY].msg
    assert "healthy" not in last and "No problem" in last and "See the warnings above: 1." in last


def test_verify_tells_a_rollout_that_hangs(run, cluster, namespace):
    """All old pods still answer."""
    mesh = {"mesh_config_namespaces": [{"name": namespace}], "mesh_config_sidecars": [sidecar("s")]}
    run("bootstrap", mesh)
    labels = {"app": "hangs"}
    pod = {"containers": [{"name": "a", "image": "example.com/x"}]}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hangs"}, "spec": spec}
    place = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    cluster.api("POST", place, body)
    cluster.kubectl("rollout", "status", "deployment/hangs", "-n", namespace, "--timeout=60s")
    nowhere = {"spec": {"template": {"spec": {"nodeSelector": {"there-is-no": "such-node"}}}}}
    cluster.kubectl("patch", "deployment", "hangs", "-n", namespace, "--type=merge", "-p", json.dumps(nowhere))
    count = "jsonpath={.status.unavailableReplicas}=1"
    cluster.kubectl("wait", "deployment/hangs", "-n", namespace, f"--for={count}", "--timeout=60s")
    [line] = run("verify", mesh, expect="failed")[HEALTHY].msg
    assert "hangs has" in line and "replicas ready with its present template" in line


def size(run):
    """Bytes of the results of all tasks, which is what a job's events hold."""
    return sum(len(json.dumps(task.result)) for task in run.tasks)


def test_verify_says_no_more_than_was_asked_for(run, cluster, namespace):
    """Of 200 Deployments, the numbers of none; MESHOPS_DEPLOYMENTS=1000 shows that a thousand take no more."""
    mesh = {"mesh_config_namespaces": [{"name": namespace}], "mesh_config_sidecars": [sidecar("s")]}
    run("bootstrap", mesh)
    before = size(run("verify", mesh))
    labels = {"app": "many"}
    spec = {
        "replicas": 0,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "a", "image": "example.com/x"}]}},
    }
    for number in range(int(os.environ.get("MESHOPS_DEPLOYMENTS", "200"))):
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"d-{number}"}, "spec": spec}
        cluster.api("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", body)
    assert size(run("verify", mesh)) < before + 2000 < 50_000


def test_one_bad_object_of_many_is_not_a_page(play, namespace):
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    good = [{**head, "metadata": {"name": f"c-{number}", "namespace": namespace}} for number in range(200)]
    bad = {**head, "metadata": {"name": "B!", "namespace": namespace}}
    route_of_later = {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "later", "namespace": namespace}, "spec": {}
    }  # fmt: skip
    objects = [*good, bad, route_of_later]
    done = play([{"name": "Set", "meshops.lifecycle.mesh_apply": {"objects": objects}}], check=True, expect="failed")
    [line] = [line for line in done.output.splitlines() if "fatal: " in line]
    assert "B!" in line and "ConfigMap" in line
    play([{"name": "Set", "meshops.lifecycle.mesh_apply": {"objects": good}}])
    done = play([{"name": "Set", "meshops.lifecycle.mesh_apply": {"objects": objects}}], expect="failed")
    [line] = [line for line in done.output.splitlines() if "fatal: " in line]
    assert "B!" in line and len(line) < 3000
    assert size(done) < 12_000  # the invocation included


@pytest.mark.as_module
def test_a_loop_stops_at_the_item_that_fails(play, namespace):
    check_loop(play, namespace)


def test_a_loop_stops_at_the_item_that_fails_in_process(play, namespace):
    check_loop(play, namespace)


def check_loop(play, namespace):
    """Each item is one object; the second has a name that the server refuses."""
    definition = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ item }}", "namespace": namespace}}
    task = {
        "meshops.lifecycle.mesh_apply": {"objects": [definition]},
        "loop": ["a", "B!", "c"],
        "vars": {"meshops_stop_loop": True},
    }
    done = play([task], expect="failed")
    first, second, third = done[-1].items
    assert first["changed"] and second["failed"] and third["skipped"] and "earlier item" in third["msg"]
