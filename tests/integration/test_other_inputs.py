# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other inputs of the kinds that have gone wrong once, in tables: one playbook run does for many rows."""

from __future__ import annotations

import json

import pytest

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process, pytest.mark.once]
SECURITY, NETWORKING, MONITORING = "security.istio.io/v1", "networking.istio.io/v1", "monitoring.coreos.com/v1"
ROCKET = "\U0001f680 \u2028 \u0085 end"


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _definitions(crds):
    for group in ("istio.io", "argoproj.io", "monitoring.coreos.com"):
        crds(group)


def document(api, kind, name, **body):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, **body.pop("metadata", {})}, **body}


def apply(called, namespace, documents, **options):
    keywords = {key: options.pop(key) for key in ("check_mode", "ignore_errors") if key in options}
    module = {"namespace": namespace, "objects": documents, "references": "ignore", **options}
    return {"name": called, f"{OURS}.mesh_apply": {**module, "plain_text": "ignore"}, **keywords}


def stored(kubectl, namespace, kind, name):
    return kubectl("get", kind, name, "-n", namespace, "-o", "json")


# ---- What becomes empty arrives, and is sent once -------------------------------------------------------------------

APPLICATION = {
    "project": "default",
    "source": {"repoURL": "https://git.example.com/a", "path": "."},
    "destination": {"server": "https://kubernetes.default.svc", "namespace": "a"},
}
RULE = {"from": [{"source": {"principals": ["*"]}}]}
PORTS = [{"name": "http", "port": 80, "targetPort": 80, "protocol": "TCP"}]
# name → (API, kind, the field, its value before, after): a mapping or list of ours that becomes empty, and stays so.
EMPTIED = {
    "a policy": (SECURITY, "AuthorizationPolicy", "spec", {"rules": [RULE]}, {}),
    "mtls": (SECURITY, "PeerAuthentication", "spec", {"mtls": {"mode": "STRICT"}}, {"mtls": {}}),
    "jwt": (SECURITY, "RequestAuthentication", "spec", {"jwtRules": [{"issuer": "a", "jwksUri": "https://a"}]}, {}),
    "a pool": (NETWORKING, "DestinationRule", "spec",
        {"host": "a", "trafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 1}}}},
        {"host": "a", "trafficPolicy": {"connectionPool": {}}}),
    "a monitor": (MONITORING, "ServiceMonitor", "spec",
        {"selector": {"matchLabels": {"a": "b"}}, "endpoints": [{"port": "http"}]},
        {"selector": {}, "endpoints": [{"port": "http"}]}),
    "a network policy": ("networking.k8s.io/v1", "NetworkPolicy", "spec",
        {"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"], "ingress": [{}]},
        {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []}),
    "data": ("v1", "ConfigMap", "data", {"a": "1"}, {}),
    "an Application": ("argoproj.io/v1alpha1", "Application", "spec",
        {**APPLICATION, "syncPolicy": {"automated": {"prune": True}}},
        {**APPLICATION, "syncPolicy": {"automated": {}}}),
    "an exclusion": ("argoproj.io/v1alpha1", "AppProject", "spec",
        {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]},
        {"sourceRepos": [], "destinations": [{"server": "*", "namespace": "*"}]}),
}  # fmt: skip


def test_what_becomes_empty_is_stored_and_sent_once(play, kubectl, namespace):
    def documents(which):
        rows = ((api, kind, key, values[which]) for api, kind, key, *values in EMPTIED.values())
        return [document(api, kind, "emptied", **{key: value}) for api, kind, key, value in rows]

    run = play([
        apply("before", namespace, documents(0)),
        apply("check", namespace, documents(1), check_mode=True),
        apply("after", namespace, documents(1)),
        apply("again", namespace, documents(1)),
    ], diff=True)  # fmt: skip
    assert run["check"].comparable() == run["after"].comparable()
    assert [row["action"] for row in run["after"].result["resources"]] == ["changed"] * len(EMPTIED)
    assert not run["again"].changed
    for name, (_api, kind, key, _before, after) in EMPTIED.items():
        live = stored(kubectl, namespace, kind.lower(), "emptied").get(key) or {}
        absent = [
            field for field, value in after.items() if value == [] and field not in live
        ]  # nothing, to some servers
        assert live == {field: value for field, value in after.items() if field not in absent}, name


# Declared emptiness of every sort; a second run sends nothing.
HOLLOW = [
    document("v1", "ConfigMap", "hollow", metadata={"labels": {}, "annotations": {}, "finalizers": []}, data={}),
    document("v1", "ServiceAccount", "hollow", secrets=[], imagePullSecrets=[]),
    document("v1", "Service", "hollow", spec={"selector": {"a": "b"}, "ports": PORTS, "externalIPs": []}, status={}),
    document("apps/v1", "Deployment", "hollow", spec={
        "replicas": 0,
        "selector": {"matchLabels": {"a": "b"}, "matchExpressions": []},
        "template": {"metadata": {"labels": {"a": "b"}, "annotations": {}}, "spec": {
            "securityContext": {}, "volumes": [{"name": "v", "emptyDir": {}}], "nodeSelector": {}, "tolerations": [],
            "containers": [{"name": "c", "image": "x", "env": [], "resources": {"limits": {}}, "securityContext": {},
                "args": [], "ports": [], "volumeMounts": []}]}}}),
    document(SECURITY, "AuthorizationPolicy", "hollow", metadata={"labels": {}}, spec={}),
    document(NETWORKING, "Sidecar", "hollow", spec={"egress": [{"hosts": ["./*"]}], "ingress": []}),
]  # fmt: skip


def test_declared_emptiness_is_sent_once(play, namespace):
    run = play([apply("first", namespace, HOLLOW), apply("second", namespace, HOLLOW)])
    assert run.changed == ["first"]


# ---- Text is stored as it was written -------------------------------------------------------------------------------


def test_characters_of_every_plane_arrive_in_every_kind(play, kubectl, namespace):
    rules = [{"alert": "A", "expr": "up == 0", "annotations": {"summary": ROCKET}}]
    match = [{"headers": {"x": {"exact": ROCKET}}}]
    http = [{"name": ROCKET[:2], "match": match, "route": [{"destination": {"host": "a"}}]}]
    documents = [
        document(MONITORING, "PrometheusRule", "text", spec={"groups": [{"name": "g", "rules": rules}]}),
        document(NETWORKING, "VirtualService", "text", spec={"hosts": ["a"], "http": http}),
        document("argoproj.io/v1alpha1", "AppProject", "text", spec={"description": ROCKET}),
        document("v1", "Secret", "text", stringData={"a": ROCKET}),
        document("v1", "ConfigMap", "text", data={"a": ROCKET}),
    ]
    run = play([apply("text", namespace, documents), apply("again", namespace, documents)])
    assert run.changed == ["text"]
    live = {item["kind"]: stored(kubectl, namespace, item["kind"].lower(), "text") for item in documents}
    assert live["PrometheusRule"]["spec"]["groups"][0]["rules"][0]["annotations"]["summary"] == ROCKET
    assert live["VirtualService"]["spec"]["http"][0]["match"] == match
    assert live["AppProject"]["spec"]["description"] == ROCKET and live["ConfigMap"]["data"] == {"a": ROCKET}


# ---- What is refused, and in which words ----------------------------------------------------------------------------


def pod(**labels):
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "x"}]}}


def set_(generator):
    template = {"metadata": {"name": "a", "annotations": {"notify": ""}}, "spec": {**APPLICATION, "project": "default"}}
    return {"generators": [generator], "template": template}


def argo(kind, **spec):
    return document("argoproj.io/v1alpha1", kind, "a", spec=spec)


def of_version(**labels):
    return {"selector": {"matchLabels": labels}, "template": pod(**labels)}


NO_PROJECT = {"metadata": {"name": "a"}, "spec": {"destination": {}}}
NOTHING = [{"list": {"elements": []}}]
REFUSED = {
    "a label of pods": (document("apps/v1", "Deployment", "a", spec=of_version(version=1.1)), "text"),
    "a selector": (document("v1", "Service", "a", spec={"selector": {"version": 1.1}, "ports": PORTS}), "text"),
    "no project": (argo("ApplicationSet", generators=NOTHING, template=NO_PROJECT), "spec.template.spec.project"),
    "an empty template": (argo("ApplicationSet", generators=NOTHING, template={}), "spec.template"),
    "no destination": (argo("Application", project="default"), "destination"),
    "made up names": (document("v1", "ConfigMap", "", metadata={"name": None, "generateName": "a-"}), "generateName"),
}


@pytest.mark.parametrize("check", [True, False])
def test_documents_that_are_refused(play, namespace, check):
    tasks = [apply(name, namespace, [body], ignore_errors=True) for name, (body, _words) in REFUSED.items()]
    run = play(tasks, check=check)
    for task in run.tasks:
        assert task.failed and REFUSED[task.name][1] in task.msg, (task.name, task.msg)
    assert len(run.tasks) == len(REFUSED)


def test_empty_text_of_a_template_stays(play, kubectl, namespace):
    """Subscriptions of notifications are annotations with an empty value."""
    documents = [document("argoproj.io/v1alpha1", "ApplicationSet", "a", spec=set_({"list": {"elements": []}}))]
    run = play([apply("set", namespace, documents), apply("again", namespace, documents)])
    assert run.changed == ["set"]
    template = stored(kubectl, namespace, "applicationset", "a")["spec"]["template"]
    assert template["metadata"]["annotations"] == {"notify": ""}


# As Argo CD's documentation has a chart of a registry, and with nulls, which are as fields left out.
OCI = {"repoURL": "registry-1.docker.io", "chart": "bitnamicharts/nginx", "targetRevision": "15.9.0"}
HOLES = {"destination": {**APPLICATION["destination"], "name": None}, "source": {**OCI, "helm": None, "path": None}}


def test_a_registry_without_a_scheme_and_nulls_are_the_same_everywhere(play, kubectl, namespace, tmp_path):
    spec = {"project": "default", "syncPolicy": None, "info": None, **HOLES}
    names = ("option", "definition", "src", "set")
    whole = {name: argo("Application", **spec) | {"metadata": {"name": name, "namespace": namespace}} for name in names}
    (tmp_path / "src.yml").write_text(json.dumps(whole["src"]))
    module = f"{OURS}.argocd_application"
    tasks = [
        {"name": "option", module: {"name": "option", "namespace": namespace, "spec": spec}},
        {"name": "definition", module: {"definition": whole["definition"]}},
        {"name": "src", module: {"src": str(tmp_path / "src.yml")}},
        apply("set", namespace, [whole["set"]]),
    ]
    run = play([*tasks, *({**task, "name": f"{task['name']} again"} for task in tasks)])
    assert run.changed == list(names)
    for name in names:
        stated = {"project": "default", "destination": APPLICATION["destination"], "source": OCI}
        assert stored(kubectl, namespace, "application", name)["spec"] == stated, name


# ---- What is read ---------------------------------------------------------------------------------------------------


def info(called, kind, **options):
    keywords = {key: options.pop(key) for key in ("environment", "ignore_errors") if key in options}
    return {"name": called, f"{OURS}.mesh_info": {"kind": kind, **options}, **keywords}


def test_lists_of_kubeconfigs_wherever_they_are_given(play, cluster, namespace):
    """kubectl passes over files of a list that are not there."""
    listed = f"/nonexistent:{cluster.kubeconfig}:/nowhere"
    none = {"K8S_AUTH_KUBECONFIG": "", "KUBECONFIG": "/nonexistent"}
    run = play([
        info("option", "Namespace", name=namespace, kubeconfig=listed, environment=none),
        info("variable", "Namespace", name=namespace, environment={**none, "KUBECONFIG": listed}),
        info("of kubernetes.core", "Namespace", name=namespace, environment={**none, "K8S_AUTH_KUBECONFIG": listed}),
    ])  # fmt: skip
    for task in run.tasks:
        assert [row["metadata"]["name"] for row in task.result["resources"]] == [namespace], task.name


def test_what_is_asked_for_is_answered_and_no_more(play, namespace):
    route = {"apiVersion": f"{NETWORKING}beta1", "kind": "VirtualService"}
    run = play([
        info("near", "VirtualServise", ignore_errors=True),
        info("near, of an API", "VirtualServise", api_version=route["apiVersion"], ignore_errors=True),
        info("query", "ConfigMap", namespace=namespace, query="[].metadata.name"),
        info("all", "ConfigMap", namespace=namespace),
    ])  # fmt: skip
    for name in ("near", "near, of an API"):
        assert "Did you mean 'VirtualService'?" in run[name].msg, run[name].msg
    assert "resources" not in run["query"].result and run["query"].result["result"] == ["kube-root-ca.crt"]
    assert len(run["all"].result["resources"]) == 1


def test_a_definition_as_text_in_a_module_for_one_object(play, cluster, namespace):
    text = f"metadata: {{name: text, namespace: {namespace}}}\nspec: {{mtls: {{mode: STRICT}}}}\n"
    task = {"name": "text", f"{OURS}.peer_authentication": {"definition": text, "plain_text": "ignore"}}
    assert play([task, {**task, "name": "again"}]).changed == ["text"]
    live = cluster.get(f"/apis/{SECURITY}/namespaces/{namespace}/peerauthentications/text")
    assert live["spec"] == {"mtls": {"mode": "STRICT"}}


def test_a_namespace_of_what_is_in_none_is_told(play, kubectl, namespace, tmp_path):
    """kubectl and the server pass over it; a person who states it believes in an object of that namespace."""
    role = document("rbac.authorization.k8s.io/v1", "ClusterRole", f"{namespace}-a", rules=[])
    role["metadata"]["namespace"] = namespace
    (tmp_path / "role.json").write_text(
        json.dumps({**role, "metadata": {**role["metadata"], "name": f"{namespace}-b"}})
    )
    absent = {**role, "metadata": {**role["metadata"], "name": f"{namespace}-none"}}
    plain = {**role, "metadata": {"name": f"{namespace}-c"}}
    tasks = [
        apply("inline", namespace, [role]),
        {"name": "file", f"{OURS}.mesh_apply": {"src": [str(tmp_path / "role.json")]}},
        apply("absent", namespace, [absent], state="absent"),
        apply("without", namespace, [plain]),
    ]
    try:
        for run in (play(tasks, check=True), play(tasks), play(tasks)):
            for name in ("inline", "file", "absent"):
                [text] = run[name].result["warnings"]
                assert (
                    f"metadata.namespace '{namespace}' has no effect, because a ClusterRole is in no namespace" in text
                )
            assert not run["without"].result.get("warnings"), "the option is for objects that have one"
        assert run.changed == []
    finally:
        kubectl("delete", "clusterrole", *(f"{namespace}-{name}" for name in "abc"))


def test_an_empty_namespace_is_the_default_of_its_module(play, cluster, namespace):
    """In check mode: what it would write into."""
    project = {"name": namespace, "namespace": "", "spec": {"description": "x"}}
    config = document("v1", "ConfigMap", namespace, metadata={"name": namespace, "namespace": ""}, data={})
    run = play(
        [{"name": "project", f"{OURS}.argocd_project": project}, apply("set", namespace, [config])],
        check=True,
        diff=True,
    )
    assert run["project"].diffs[0]["after_header"] == f"AppProject/argocd/{namespace}"
    assert run["set"].diffs[0]["after_header"] == f"ConfigMap/{namespace}/{namespace}"


def test_a_name_that_is_the_path_of_something_else(play, cluster, namespace):
    """Of ``secrets/..`` the path is that of the namespace."""
    gone = {"namespace": namespace, "state": "absent"}
    tasks = [
        {"name": module, f"{OURS}.{module}": {"name": name, **gone}, "ignore_errors": True}
        for module in ("grafana_dashboard", "argocd_repository")
        for name in ("..", ".", "a/../..", "", "%2e%2e")
    ]
    run = play(tasks)
    for task in run.tasks:
        assert task.failed and ("is not a valid name in Kubernetes" in task.msg or "name" in task.msg), task.msg
    assert not cluster.get(f"/api/v1/namespaces/{namespace}")["metadata"].get("deletionTimestamp")
