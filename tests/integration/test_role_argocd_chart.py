# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role argocd by a chart of the shape of argo-helm's: adopted, changed, changed in its method, and removed."""

from __future__ import annotations

import json

import pytest
import yaml

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process, pytest.mark.once]

# Names, labels and values as argo-helm's chart has them. It is not at hand in the lab.
COMPONENTS = {
    "application-controller": ("controller", "argocd-application-controller-metrics"),
    "repo-server": ("repoServer", "argocd-repo-server-metrics"),
}
SERVICE = """{{{{- if .Values.{key}.metrics.enabled }}}}
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: {{{{ .Release.Namespace }}}}
  labels: {{app.kubernetes.io/name: argocd-metrics, app.kubernetes.io/component: {component}}}
spec:
  selector: {{app.kubernetes.io/name: argocd-{component}}}
  ports: [{{name: http-metrics, port: 8082, protocol: TCP, targetPort: metrics}}]
{{{{- end }}}}
"""
REPO_SERVER = """apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server, namespace: {{ .Release.Namespace }}}
spec:
  replicas: 0
  selector: {matchLabels: {app.kubernetes.io/name: argocd-repo-server}}
  template:
    metadata: {labels: {app.kubernetes.io/name: argocd-repo-server}}
    spec: {containers: [{name: repo-server, image: "example.com/argocd:1"}]}
"""
CONFIG = """apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: {{ .Release.Namespace }}}
data: {{ toYaml .Values.configs.cm | nindent 2 }}
"""


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


@pytest.fixture
def chart(tmp_path):
    """The folder in which the chart argo-cd is."""
    templates = {
        f"{name}.yaml": SERVICE.format(key=key, name=name, component=part) for part, (key, name) in COMPONENTS.items()
    }
    folder = tmp_path / "charts" / "argo-cd"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: argo-cd, version: 9.0.0}")
    for name, text in {**templates, "repo-server.yaml": REPO_SERVER, "cm.yaml": CONFIG}.items():
        (folder / "templates" / name).write_text(text)
    return folder


def test_an_argocd_of_kubectl_is_adopted_by_the_chart(player, cluster, namespace, chart, crds, tmp_path):
    crds("argoproj.io")
    variables = {
        "argocd_install_method": "chart",
        "argocd_chart_source": str(chart.parent),
        "argocd_namespace": namespace,
        "argocd_istio_health": False,
    }

    def role(check=False, expect="ok", **more):
        task = {"ansible.builtin.include_role": {"name": f"{OURS}.argocd"}, "vars": {**variables, **more}}
        return player.play([task], check=check, diff=check, expect=expect)

    # As by kubectl: the same objects with a value of their own each.
    theirs = [REPO_SERVER, SERVICE.format(key="x", name="argocd-repo-server-metrics", component="repo-server")]
    lines = "\n---\n".join(theirs).replace("{{ .Release.Namespace }}", namespace).splitlines()
    documents = list(yaml.safe_load_all("\n".join(line for line in lines if not line.startswith("{{"))))
    for each in documents:
        each["metadata"].setdefault("labels", {})["theirs"] = "yes"
    cluster.kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": documents})

    refused = role(expect="failed").msg
    assert "argocd_take_ownership" in refused, refused
    predicted = role(check=True, argocd_take_ownership=True)
    done = role(argocd_take_ownership=True)
    assert done["Install Argo CD with its chart"].changed and predicted["Install Argo CD with its chart"].changed
    rows = [
        sorted(json.dumps(row) for row in run["Install Argo CD with its chart"].result["resources"])
        for run in (predicted, done)
    ]
    assert rows[0] == rows[1]
    assert role().changed == []

    # The role turns the metrics of the chart on, under the labels that the role monitoring looks for.
    services = cluster.get(f"/api/v1/namespaces/{namespace}/services")["items"]
    labels = {item["metadata"]["name"]: item["metadata"]["labels"] for item in services}
    assert {name: labels[name]["app.kubernetes.io/component"] for _key, name in COMPONENTS.values()} == {
        name: component for component, (_key, name) in COMPONENTS.items()
    }
    assert "theirs" not in labels["argocd-repo-server-metrics"]

    # The other method is refused while this one is there, both ways; without effect, the variable is refused as well.
    refused = role(expect="failed", argocd_install_method="manifests").msg
    assert "was installed by the method chart" in refused
    refused = role(expect="failed", argocd_install_method="manifests", argocd_take_ownership=True).msg
    assert "argocd_take_ownership would have no effect" in refused

    # The documented way: removed by the one, installed by the other; definitions and Applications stay.
    application = {
        "project": "default",
        "destination": {"namespace": "a"},
        "source": {"repoURL": "https://a.example.com/a"},
    }
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": application}
    cluster.kubectl("apply", "-f", "-", stdin={**body, "metadata": {"name": "kept", "namespace": namespace}})
    role(argocd_state="absent")
    manifests = tmp_path / "install.yaml"
    manifests.write_text(REPO_SERVER.replace("{{ .Release.Namespace }}", namespace))
    other = {"argocd_install_method": "manifests", "argocd_manifests": [str(manifests)], "argocd_workloads": []}
    assert role(**other).changed and role(**other).changed == []
    assert cluster.get(f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/applications/kept")
    refused = role(expect="failed").msg
    assert "was installed by the method manifests" in refused
    role(**other, argocd_state="absent")
    assert cluster.get(f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/applications/kept")
    cluster.kubectl("delete", "application", "kept", "-n", namespace)


def workloads(cluster, namespace):
    """(kind, name) → uid and generation; where both are the same, so are the pods."""
    found = {}
    for resource in ("deployments", "statefulsets"):
        for item in cluster.get(f"/apis/apps/v1/namespaces/{namespace}/{resource}")["items"]:
            metadata = item["metadata"]
            found[resource, metadata["name"]] = metadata["uid"], metadata["generation"]
    return found


def test_an_argocd_of_kubectl_is_adopted_by_the_manifests_as_it_runs(player, cluster, namespace, crds):
    crds("argoproj.io")
    manifests = f"{cluster.variables['MESHLAB_FILES']}/argocd/install.yaml"
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-n", namespace, "-f", manifests)
    before = workloads(cluster, namespace)
    variables = {"argocd_namespace": namespace, "argocd_manifests": [manifests]}

    def role(check=False, **more):
        task = {"ansible.builtin.include_role": {"name": f"{OURS}.argocd"}, "vars": {**variables, **more}}
        return player.play([task], check=check)

    try:
        predicted, done = role(check=True), role()
        assert predicted.changed == done.changed
        assert workloads(cluster, namespace) == before and len(before) == 7
        assert role().changed == []

        # What is read at start only restarts what reads it.
        role(argocd_params={"server.insecure": True})
        after = workloads(cluster, namespace)
        assert {key: uid for key, (uid, _count) in after.items()} == {key: uid for key, (uid, _count) in before.items()}
        assert len([key for key in before if before[key] != after[key]]) == 6
    finally:
        role(argocd_state="absent")
