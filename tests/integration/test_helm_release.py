# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""helm_release against a real API server, by the real Helm 3 and 4.

Most tests call the module's entry as the action does, which is quick; the last ones run it by playbooks, both ways.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import glob
import http.server
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import certificates
import playing
import pytest

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.filter.changes import changes
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import BUG, MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
from ansible_collections.meshops.lifecycle.plugins.modules.helm_release import ENTRY

CHARTS = Path(__file__).parent / "charts"
SAMPLE = str(CHARTS / "sample")
WIDGETS = "widgets.helm-test.meshops.example"


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


def find_program(cluster, name):
    """A helm on the lab's PATH, or in its cache; the test is skipped where there is none."""
    found = shutil.which(name, path=cluster.environment()["PATH"])
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    built = sorted(glob.glob(f"{cache}/meshops-lab/bin/{name}-*/{name}"), key=os.path.getmtime)
    if not found and not built:
        pytest.skip(f"there is no {name}")
    return found or built[-1]


class Releases:
    """Calls the module for one release. ``counts``: the requests of the last call; ``warnings``: what it warned of."""

    def __init__(self, cluster, namespace, program, name="shop"):
        self.cluster, self.namespace, self.program, self.name = cluster, namespace, program, name
        self.counts, self.warnings, self.progress = {}, [], []

    @property
    def server_side(self):
        return Path(self.program).name == "helm"

    def __call__(self, *, check=False, **options):
        given = {
            "kubeconfig": str(self.cluster.kubeconfig),
            "name": self.name,
            "namespace": self.namespace,
            "chart": SAMPLE,
            "binary_path": self.program,
            **options,
        }
        self.warnings = []
        self.progress = []
        try:
            task = ENTRY.task(
                ENTRY.checked(given), check=check, diff=True, warn=self.warnings.append, progress=self.progress.append
            )
        except MeshError as error:
            return {"failed": True, "msg": error.message}
        before = dict(task.session.counts)
        answer = execute(ENTRY, task)
        self.counts = {name: count - before[name] for name, count in task.session.counts.items()}
        assert BUG not in answer.get("msg", ""), answer["msg"]
        return answer

    def done(self, **options):
        """A call that must not fail."""
        answer = self(**options)
        assert not answer.get("failed"), answer["msg"]
        return answer

    def refused(self, **options):
        """The message of a call that must fail."""
        return self.failed(**options)["msg"]

    def failed(self, **options):
        """The result of a call that must fail."""
        answer = self(**options)
        assert answer.get("failed"), answer
        return answer

    def same_as_checked(self, **options):
        """Check mode, then the run: both must tell the same. Returns the run."""
        predicted, run = self.done(check=True, **options), self.done(**options)
        for key in ("changed", "resources", "drifted", "release"):
            assert predicted.get(key) == run.get(key), key
        assert predicted.get("diff") == run.get("diff")
        return run

    def settled(self, **options):
        """The next run changes nothing, only reads and needs no helm."""
        answer = self.done(**{**options, "binary_path": "/there/is/no/helm"})
        assert not answer["changed"], answer
        assert self.counts["writes"] == self.counts["dry_runs"] == 0
        return answer

    def kubectl(self, *arguments, **options):
        return self.cluster.kubectl("--namespace", self.namespace, *arguments, **options)

    def helm(self, *arguments, check=True):
        return subprocess.run(
            [self.program, "--kubeconfig", str(self.cluster.kubeconfig), "--namespace", self.namespace, *arguments],
            env=self.cluster.environment(),
            capture_output=True,
            text=True,
            check=check,
        ).stdout

    def revisions(self):
        """{revision: status}, from the labels of the Secrets."""
        found = self.kubectl("get", "secret", "-l", f"owner=helm,name={self.name}", "-o", "json")["items"]
        labels = [item["metadata"]["labels"] for item in found]
        return {int(label["version"]): label["status"] for label in labels}


def actions(answer):
    """{kind/name: action} of what was not left alone."""
    rows = answer["resources"]
    return {f"{row['kind']}/{row['name']}": row["action"] for row in rows if row["action"] != "unchanged"}


@pytest.fixture(params=["helm", "helm3"])
def release(request, cluster, namespace):
    """The module, on a namespace of the test's own, by Helm 4 and by Helm 3."""
    return Releases(cluster, namespace, find_program(cluster, request.param))


ALL = ("Secret/shop-secret", "ConfigMap/shop-config", "Service/shop", "Deployment/shop")


DEPRECATED, OLDER = "beta.kubernetes.io/os", "beta.kubernetes.io/arch"
TEMPLATE = """apiVersion: v1
kind: PodTemplate
metadata: {{name: {0}, annotations: {{{1}}}}}
template: {{spec: {{nodeSelector: {{{2}: linux}}, containers: [{{name: a, image: example.com/x}}]}}}}
"""
WARNED = {
    "Chart.yaml": "apiVersion: v2\nname: warned\nversion: 1.0.0\n",
    "templates/plain.yaml": TEMPLATE.format("plain", "", DEPRECATED),
    "templates/hook.yaml": TEMPLATE.format("hook", "helm.sh/hook: post-install", OLDER),
}


def test_warnings_of_the_server_are_told_once(release, tmp_path):
    """Of objects that the check has judged with their names; of a hook, which helm alone sends, in the run."""
    for name, text in WARNED.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    run = {}
    for check in (True, False):
        release.done(chart=str(tmp_path), check=check)
        run[check] = release.warnings
    [of_template] = run[True]
    assert of_template.startswith(f"PodTemplate {release.namespace}/plain: template.spec.nodeSelector[{DEPRECATED}]")
    assert run[False][0] == of_template
    assert [text.partition(":")[0] for text in run[False][1:]] == [f"template.spec.nodeSelector[{OLDER}]"]
    release.done(chart=str(tmp_path))
    assert release.warnings == []


def test_install_twice_change_and_uninstall(release):
    run = release.same_as_checked()
    assert actions(run) == dict.fromkeys(ALL, "created")
    assert run["release"]["status"] == "deployed" and run["release"]["chart_version"] == "0.1.0"
    for _ in range(2):
        release.settled()
        assert release.counts == {"reads": 5, "dry_runs": 0, "writes": 0, "retries": 0}

    values = {"color": "red", "extra": True}
    run = release.same_as_checked(values=values)
    expected = {"ConfigMap/shop-config": "changed", "ConfigMap/shop-extra": "created", "Deployment/shop": "changed"}
    assert actions(run) == expected and run["release"]["revision"] == 2
    release.settled(values=values)

    run = release.same_as_checked(values={"color": "red"})
    assert actions(run) == {"ConfigMap/shop-extra": "deleted"}
    assert release.kubectl("get", "configmap", "shop-extra", check=False) == ""

    run = release.done(check=True, state="absent", chart=None)
    assert release.revisions() != {}
    again = release.done(state="absent", chart=None)
    assert actions(run) == actions(again) == dict.fromkeys(ALL, "deleted")
    assert release.revisions() == {}
    assert not release.done(state="absent", chart=None)["changed"]


def test_diff_shows_what_changes_and_no_secret(release):
    created = release.done(values={"password": "hunter2-first"})
    changed = release.done(values={"password": "hunter2-second", "color": "red"})
    text = json.dumps([created, changed])
    for secret in ("hunter2", *(base64.b64encode(f"hunter2-{one}".encode()).decode() for one in ("first", "second"))):
        assert secret not in text
    diffs = {one["after_header"].partition("/")[0]: one for one in changed["diff"]}
    assert set(diffs) == {"Secret", "ConfigMap", "Deployment"}
    assert diffs["ConfigMap"]["before"]["data"] == {"color": "blue"}
    assert diffs["ConfigMap"]["after"]["data"] == {"color": "red"}
    assert "managedFields" not in text and "resourceVersion" not in text
    assert diffs["Secret"]["after"]["data"] == {"password": "<hidden, changed>"}


def test_values_of_files_and_task(release, tmp_path):
    first, second = tmp_path / "first.yml", tmp_path / "se,cond.yml"
    first.write_text("color: one\nreplicas: 3\n")
    beyond = "\U0001f680 \U0001f469\u200d\U0001f680"  # characters beyond U+FFFF
    second.write_text(f'color: "{beyond}"\n', encoding="utf-8")
    files = [str(first), str(second)]
    release.done(values_files=files, values={"replicas": 2})
    data = release.kubectl("get", "deployment,configmap", "-l", "app.kubernetes.io/managed-by=Helm", "-o", "json")[
        "items"
    ]
    assert data[0]["spec"]["replicas"] == 2 and data[1]["data"]["color"] == beyond
    release.settled(values_files=files, values={"replicas": 2})
    # The same by other ways: helm has to be asked, and nothing is written.
    same = release.done(values={"color": beyond, "replicas": 2})
    assert not same["changed"] and release.counts["writes"] == 0 and release.revisions() == {1: "deployed"}
    # What is not given any more is the chart's default again.
    release.done()
    assert release.kubectl("get", "configmap", "shop-config", "-o", "json")["data"]["color"] == "blue"


def test_random_values_are_not_a_change(release):
    release.done(values={"random": True})
    release.settled(values={"random": True})
    release.settled(values={"random": True})


CONFIG, DEPLOYMENT, ROUTE = "configmap/shop-config", "deployment/shop", "virtualservice/shop"
DRIFT = [
    (["delete", CONFIG], "ConfigMap {ns}/shop-config is gone", "created"),
    (["patch", CONFIG, "-p", '{"data":{"color":"pink"}}'], "ConfigMap {ns}/shop-config: data.color", "changed"),
    (
        ["patch", CONFIG, "--type=json", "-p", '[{"op":"remove","path":"/data/color"}]'],
        "ConfigMap {ns}/shop-config: data",
        "changed",
    ),
    (["label", CONFIG, "app-"], "ConfigMap {ns}/shop-config: metadata.labels.app", "changed"),
    (
        ["set", "image", DEPLOYMENT, "app=other:2"],
        "Deployment {ns}/shop: spec.template.spec.containers[name=app].image",
        "changed",
    ),
    (
        ["patch", DEPLOYMENT, "--type=json", "-p", '[{"op":"remove","path":"/spec/template/spec/containers/0/env/1"}]'],
        "Deployment {ns}/shop: spec.template.spec.containers[name=app].env[name=LEVEL]",
        "changed",
    ),
    (["scale", DEPLOYMENT, "--replicas=3"], "Deployment {ns}/shop: spec.replicas", "changed"),
    (
        ["patch", "secret/shop-secret", "-p", '{"stringData":{"password":"other"}}'],
        "Secret {ns}/shop-secret: data.password",
        "changed",
    ),
    (["delete", ROUTE], "VirtualService {ns}/shop is gone", "created"),
    (
        ["patch", ROUTE, "--type=merge", "-p", '{"spec":{"hosts":["evil.example.com"]}}'],
        "VirtualService {ns}/shop: spec.hosts",
        "changed",
    ),
    (
        ["patch", ROUTE, "--type=json", "-p", '[{"op":"add","path":"/spec/http/0/timeout","value":"5s"}]'],
        "VirtualService {ns}/shop: spec.http",
        "changed",
    ),
    (
        ["patch", ROUTE, "--type=json", "-p", '[{"op":"remove","path":"/spec/http"}]'],
        "VirtualService {ns}/shop: spec.http",
        "changed",
    ),
]


def test_drift_is_seen_and_repaired(release, crds):
    crds("istio.io")
    options = {"values": {"route": True}, "force_conflicts": True}
    release.done(**options)
    release.settled(**options)
    for command, told, action in DRIFT:
        release.kubectl(*command)
        run = release.same_as_checked(**options)
        assert run["drifted"] == [told.format(ns=release.namespace)], command
        assert set(actions(run).values()) == {action} and len(actions(run)) == 1, command
        release.settled(**options)
    data = release.kubectl("get", CONFIG, DEPLOYMENT, ROUTE, "-o", "json")["items"]
    assert data[0]["data"] == {"color": "blue"}
    assert data[1]["spec"]["replicas"] == 1
    assert data[1]["spec"]["template"]["spec"]["containers"][0]["image"] == "sample:1.0"
    assert data[2]["spec"]["hosts"] == ["sample.example.com"] and list(data[2]["spec"]["http"][0]) == ["route"]


def test_an_edit_by_hand_conflicts_under_server_side_apply(release):
    release.done()
    release.kubectl("patch", CONFIG, "-p", '{"data":{"color":"pink"}}')
    if not release.server_side:
        assert actions(release.same_as_checked()) == {"ConfigMap/shop-config": "changed"}
        return
    for check in (True, False):
        text = release.refused(check=check)
        assert "data.color by 'kubectl-patch'" in text and "force_conflicts: true" in text
        assert release.revisions() == {1: "deployed"}


def test_what_cannot_be_merged_says_what_was_done_by_hand(release):
    release.done()
    release.kubectl(
        "patch", "service/shop", "--type=json", "-p", '[{"op":"replace","path":"/spec/ports/0/port","value":81}]'
    )
    text = release.refused()
    assert "spec.ports[1].name: Duplicate value" in text
    assert f"Service {release.namespace}/shop: spec.ports[port=80]" in text and "delete the object" in text
    release.kubectl("delete", "service/shop")
    assert actions(release.done()) == {"Service/shop": "created"}


def test_fields_of_controllers_are_not_drift(release):
    values = {"webhook": True}
    release.done(values=values)
    webhook = f"validatingwebhookconfiguration/{release.namespace}-shop"
    with cleared(release.cluster, webhook):
        certificate = base64.b64encode(certificates.self_signed().encode()).decode()
        patch = [
            {"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Fail"},
            {"op": "replace", "path": "/webhooks/0/clientConfig/caBundle", "value": certificate},
        ]
        release.kubectl("patch", webhook, "--type=json", "-p", json.dumps(patch), "--field-manager=pilot-discovery")
        scale = ["--subresource=scale", "--field-manager=kube-controller-manager", "-p", '{"spec":{"replicas":4}}']
        release.kubectl("patch", DEPLOYMENT, "--type=merge", *scale)
        # Nor is what a person adds beside the manifest.
        release.kubectl("patch", CONFIG, "-p", '{"data":{"more":"x"}}')
        release.kubectl("set", "env", DEPLOYMENT, "MORE=1")
        assert actions(release.settled(values=values)) == {}
        live = release.kubectl("get", webhook, DEPLOYMENT, "-o", "json")["items"]
        assert live[0]["webhooks"][0]["failurePolicy"] == "Fail" and live[1]["spec"]["replicas"] == 4
        # A person's edit of the very same field is.
        patch[0]["value"] = "Ignore"
        release.kubectl("patch", webhook, "--type=json", "-p", json.dumps(patch[:1]))
        release.settled(values=values)
        release.kubectl("scale", DEPLOYMENT, "--replicas=2")
        assert release.done(check=True, values=values, force_conflicts=True)["drifted"]
        release.done(state="absent", chart=None)


@contextlib.contextmanager
def cleared(cluster, *names):
    """Delete cluster-wide objects afterwards."""
    try:
        yield
    finally:
        cluster.kubectl("delete", "--ignore-not-found", *names)


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")  # by Helm 3 and Helm 4, one definition
def test_a_chart_that_brings_its_kind(release):
    options = {"chart": str(CHARTS / "own-kind")}
    with cleared(release.cluster, f"crd/{WIDGETS}"):
        checked = release.done(check=True, **options)
        assert checked["changed"] and checked["validated"] is False
        assert any("Widget" in warning and "could not be validated" in warning for warning in release.warnings)
        run = release.done(**options)
        expected = {f"CustomResourceDefinition/{WIDGETS}": "created", "Widget/shop": "created"}
        assert actions(checked) == actions(run) == expected and run["validated"]
        release.settled(**options)
        release.kubectl("patch", f"{WIDGETS}/shop", "--type=merge", "-p", '{"spec":{"size":7}}')
        repaired = release.same_as_checked(force_conflicts=True, **options)
        assert actions(repaired) == {"Widget/shop": "changed"}
        release.settled(force_conflicts=True, **options)
        release.done(state="absent", chart=None)
        assert actions(release.same_as_checked(**options)) == {"Widget/shop": "created"}
        release.done(state="absent", chart=None)
    text = release.refused(crds="skip", **options)
    assert "does not serve Widget of helm-test.meshops.example/v1" in text
    assert release.revisions() == {}


KEPT = "gadgets.kept.helm-test.meshops.example"
DEFINITION = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gadgets.kept.helm-test.meshops.example
  annotations: {helm.sh/resource-policy: keep}
spec:
  group: kept.helm-test.meshops.example
  names: {kind: Gadget, plural: gadgets}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")
def test_definitions_that_an_installation_left_are_taken_and_nobody_is_told_to_delete_them(release, tmp_path):
    """As Argo CD leaves Istio's, and Helm those of Argo CD; the objects of their kinds stay."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "definition.yaml").write_text(DEFINITION)
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: kept, version: 0.1.0}")
    options = {"chart": str(tmp_path)}
    with cleared(release.cluster, f"crd/{KEPT}"):
        release.kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-f", "-", stdin=DEFINITION)
        release.kubectl("wait", "--for=condition=Established", f"crd/{KEPT}")
        head = {"apiVersion": "kept.helm-test.meshops.example/v1", "kind": "Gadget", "metadata": {"name": "a"}}
        release.kubectl("create", "-f", "-", stdin=head)
        assert actions(release.same_as_checked(**options)) == {f"CustomResourceDefinition/{KEPT}": "changed"}
        release.settled(**options)

        other = Releases(release.cluster, release.namespace, release.program, name="other")
        for check in (True, False):
            text = other.refused(check=check, **options)
            assert f"{KEPT} exists already and belongs to release {release.namespace}/shop" in text
            assert "take_ownership: true" in text and "delete" not in text
        release.done(state="absent", chart=None)
        assert actions(other.same_as_checked(**options)) == {f"CustomResourceDefinition/{KEPT}": "changed"}
        assert release.kubectl("get", KEPT, "-o", "name") == "gadget.kept.helm-test.meshops.example/a\n"
        other.done(state="absent", chart=None)


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")
def test_what_stands_beside_a_definition_is_not_taken_with_it(release, tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "chart")
    (tmp_path / "chart" / "templates" / "definition.yaml").write_text(DEFINITION)
    with cleared(release.cluster, f"crd/{KEPT}"):
        release.kubectl("apply", "--server-side", "-f", "-", stdin=DEFINITION)
        release.kubectl("create", "configmap", "shop-config")
        text = release.refused(chart=str(tmp_path / "chart"))
        assert f"ConfigMap {release.namespace}/shop-config exists already and belongs to no release" in text
        assert release.revisions() == {}


def chart_with_definition(folder, *, guarded):
    """A copy of the chart that brings its kind; ``guarded``: it makes an object of it only where that is served.

    It has a subchart with another definition, which is disabled.
    """
    shutil.copytree(CHARTS / "own-kind", folder)
    other = folder / "charts" / "other" / "crds"
    other.mkdir(parents=True)
    (other / "gadget.yaml").write_text(DEFINITION)
    (other.parent / "Chart.yaml").write_text("{apiVersion: v2, name: other, version: 0.1.0}")
    with (folder / "Chart.yaml").open("a") as chart:
        chart.write("\ndependencies: [{name: other, version: 0.1.0, condition: other.enabled}]\n")
    (folder / "values.yaml").write_text("other: {enabled: false}\n")
    if guarded:
        template = folder / "templates" / "widget.yaml"
        has = '{{- if .Capabilities.APIVersions.Has "helm-test.meshops.example/v1/Widget" }}'
        template.write_text(f"{has}\n{template.read_text()}\n{{{{- end }}}}\n")
    return folder


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")
def test_definitions_in_crds_and_what_they_bring(release, tmp_path):
    options = {"chart": str(chart_with_definition(tmp_path / "chart", guarded=True))}
    with cleared(release.cluster, f"crd/{WIDGETS}"):
        checked = release.done(check=True, **options)
        assert f"CustomResourceDefinition/{WIDGETS}" in actions(checked)
        assert any("A run may create more objects" in warning for warning in release.warnings)
        run = release.done(**options)
        assert actions(run) == {f"CustomResourceDefinition/{WIDGETS}": "created", "Widget/shop": "created"}
        assert release.kubectl("get", f"{WIDGETS}/shop", "-o", "name")
        release.settled(**options)
        definition = tmp_path / "chart" / "crds" / "widget.yaml"
        size = "                size: {type: integer}\n"
        definition.write_text(definition.read_text().replace(size, size + size.replace("size", "weight")))
        for check in (True, False):
            release.done(check=check, **options, values={"size": 2})
            (warning,) = release.warnings
            assert f"differ from the chart's: {WIDGETS}" in warning and "crds: update" in warning, check
        release.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(definition))
        release.done(check=True, **options, values={"size": 3})
        assert release.warnings == []
        release.done(state="absent", chart=None)


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")
def test_skip_crds_goes_on_working_until_it_is_removed_and_warns(release, tmp_path):
    """As crds: skip does, in check and run, and the same release afterwards."""
    options = {"chart": str(chart_with_definition(tmp_path / "chart", guarded=True))}
    with cleared(release.cluster, f"crd/{WIDGETS}"):
        for check in (True, False):
            run = release.done(check=check, skip_crds=True, **options)
            assert f"CustomResourceDefinition/{WIDGETS}" not in actions(run), check
            (warning,) = [text for text in release.warnings if "skip_crds" in text]
            assert warning == "skip_crds is deprecated, and will be removed in version 0.3.0. Use crds: skip."
        assert release.cluster.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{WIDGETS}") is None
        for same in ({"skip_crds": True}, {"crds": "skip"}):
            assert not release.done(**same, **options)["changed"], same
        assert release.warnings == []
        release.done(state="absent", chart=None)


def add_field(definition, name):
    """Give the definition in a file one more field."""
    size = "                size: {type: integer}\n"
    definition.write_text(definition.read_text().replace(size, size + size.replace("size", name)))


def fields(release):
    definition = release.cluster.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{WIDGETS}")
    (version,) = definition["spec"]["versions"]
    return set(version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"])


@pytest.mark.needs_lab
@pytest.mark.xdist_group("widgets")
def test_definitions_in_crds_are_updated_where_that_is_asked_for(release, tmp_path):
    definition = tmp_path / "chart" / "crds" / "widget.yaml"
    options = {"chart": str(chart_with_definition(tmp_path / "chart", guarded=False))}
    row = f"CustomResourceDefinition/{WIDGETS}"
    with cleared(release.cluster, f"crd/{WIDGETS}"):
        release.done(**options)  # Helm has written the definition
        options["crds"] = "update"
        release.done(**options)
        answer = release.done(**options)
        assert not answer["changed"] and release.counts["writes"] == 0 and answer["release"]["revision"] == 1

        add_field(definition, "weight")
        release.same_as_checked(**options, values={"size": 2})
        assert "weight" in fields(release) and release.warnings == []
        assert not release.done(**options, values={"size": 2})["changed"]

        # Somebody's hand in it, with the release as it was: no new revision, and a conflict that is named.
        path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/weight/type"
        patch = json.dumps([{"op": "replace", "path": path, "value": "string"}])
        release.kubectl("patch", f"crd/{WIDGETS}", "--type=json", "-p", patch, "--field-manager=somebody")
        for check in (True, False):
            text = release.refused(check=check, **options, values={"size": 2})
            assert f"{WIDGETS}: fields are owned by another manager: spec.versions by 'somebody'" in text
            assert text.endswith("Nothing was written.")
        run = release.same_as_checked(force_conflicts=True, **options, values={"size": 2})
        assert actions(run) == {row: "changed"} and run["release"]["revision"] == 2
        release.done(state="absent", chart=None)

        # Of an install: created and established first, and still updated by it.
        add_field(definition, "height")
        run = release.same_as_checked(**options)
        assert actions(run) == {row: "changed", "Widget/shop": "created"} and "height" in fields(release)
        release.done(state="absent", chart=None)
    checked = release.done(check=True, **options)
    assert actions(checked) == {row: "created", "Widget/shop": "created"}
    with cleared(release.cluster, f"crd/{WIDGETS}"):
        assert actions(release.done(**options)) == actions(checked)
        release.done(state="absent", chart=None)


def test_a_namespace_that_is_not_there(release):
    options = {"namespace": f"{release.namespace}-new"}
    checked = release.done(check=True, **options)
    assert checked["changed"] and checked["validated"] is False and len(release.warnings) == 1
    assert f"namespace {options['namespace']} does not exist yet" in release.warnings[0]
    text = release.refused(**options)
    assert f"namespace {options['namespace']} does not exist" in text and "create_namespace: true" in text
    with cleared(release.cluster, f"namespace/{options['namespace']}"):
        checked = release.done(check=True, create_namespace=True, **options)
        run = release.done(create_namespace=True, **options)
        assert actions(checked) == actions(run)
        assert actions(run) == {f"Namespace/{options['namespace']}": "created", **dict.fromkeys(ALL, "created")}
        release.settled(create_namespace=True, **options)
        release.done(state="absent", chart=None, **options)


BAD = [
    ({"chart": "/there/is/no/chart"}, "chart: there is no /there/is/no/chart."),
    ({"chart": str(CHARTS)}, "is a folder without a Chart.yaml"),
    ({"chart": "some/chart"}, "chart some/chart cannot be had"),
    ({"chart": "oci://127.0.0.1:1/charts/x", "version": "1.0.0"}, "cannot be had: "),
    ({"chart": "x", "repo_url": "http://127.0.0.1:1"}, "cannot be had from http://127.0.0.1:1: "),
    ({"values": {"replicas": -1}}, "the values do not fit the chart's schema: in chart sample: replicas: "),
    (
        {"values": {"fails": "no such colour"}},
        "the chart's template sample/templates/objects.yaml:1 fails: no such colour",
    ),
    (
        {"values": {"broken": True}},
        "/shop-broken: spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535",
    ),
    ({"values_files": ["/no/values.yml"]}, "values_files: '/no/values.yml' cannot be read"),
    ({"name": "Not_A_Name"}, "release name is invalid: Not_A_Name"),
    ({"binary_path": "/there/is/no/helm"}, "binary_path: there is no helm at /there/is/no/helm. Install Helm"),
    ({"binary_path": "/bin/true"}, "/bin/true does not answer like helm"),
    ({"valuse": {}}, "valuse is not an option of helm_release. Did you mean 'values'?"),
    ({"repo_password": "x"}, "repo_username"),
    ({"chart": None}, "state is present but all of the following are missing: chart"),
]


@pytest.mark.parametrize(("options", "part"), BAD, ids=[next(iter(options)) for options, _part in BAD])
def test_bad_input_writes_nothing(release, options, part):
    for check in (True, False):
        text = release.refused(check=check, **options)
        assert part in text
        assert "Error:" not in text and "\n" not in text
    assert release.revisions() == {}
    assert release.kubectl("get", "deployment", "-o", "json")["items"] == []


def test_bad_values_file_is_named(release, tmp_path):
    path = tmp_path / "broken.yml"
    path.write_text("a: [\n")
    assert str(path) in release.refused(values_files=[str(path)])


def test_helm_missing_says_how_to_get_it(release, monkeypatch):
    monkeypatch.setenv("PATH", "/there/is/nothing")
    text = release.refused(binary_path=None)
    assert "helm was not found on PATH (/there/is/nothing)" in text and "binary_path" in text


def test_objects_of_others_are_not_taken(release):
    release.kubectl("create", "configmap", "shop-config")
    text = release.refused()
    assert f"ConfigMap {release.namespace}/shop-config exists already and belongs to no release" in text
    assert "take_ownership: true" in text and release.revisions() == {}
    run = release.same_as_checked(take_ownership=True)
    assert actions(run) == {**dict.fromkeys(ALL, "created"), "ConfigMap/shop-config": "changed"}
    release.settled(take_ownership=True)


TAKER = """
apiVersion: v1
kind: ConfigMap
metadata: {name: shop-config}
data: {color: of the other}
"""


def test_what_another_tool_installed_is_adopted_whole(release):
    """As istioctl and kubectl install: applied on the server, or by a client; with more than the chart states."""
    if not release.server_side:
        pytest.skip("Helm 3 adopts by its own patches")
    stated = release.helm("template", release.name, SAMPLE)
    for document in filter(None, stated.split("---\n")):
        document = document.replace("value: info}", "value: info}\n            - {name: OLD, value: former}")
        words = ["--server-side", "--field-manager=istio-operator"] if "kind: Deployment" in document else []
        release.kubectl("apply", *words, "-f", "-", stdin=document)
    assert "OLD" in release.kubectl("get", "deploy/shop", "-o", "jsonpath={..env[*].name}")
    options = {"values": {"color": "ours"}, "take_ownership": True}
    assert "exists already and belongs to no release" in release.refused(values={"color": "ours"})
    run = release.same_as_checked(**options)
    rows = {row["kind"]: row for row in run["resources"]}
    assert rows["Deployment"]["taken_over_from"] == ["istio-operator"] and rows["Deployment"]["restarts"]
    assert rows["ConfigMap"]["taken_over_from"] == ["kubectl-client-side-apply"]
    assert f"Take-over from istio-operator: Deployment {release.namespace}/shop" in run["msg"]
    assert "OLD" not in release.kubectl("get", "deploy/shop", "-o", "jsonpath={..env[*].name}")
    release.settled(**options)


def test_what_another_release_took_over_is_told_and_taken_back(release, tmp_path):
    """As a revision tag of Istio is, by a canary's release."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "config.yaml").write_text(TAKER)
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: taker, version: 0.1.0}")
    release.done()
    other = Releases(release.cluster, release.namespace, release.program, name="other")
    other.done(chart=str(tmp_path), take_ownership=True)
    words = f"ConfigMap {release.namespace}/shop-config exists already and belongs to release {release.namespace}/other"
    assert words in release.refused(check=True)
    assert words in release.refused()
    assert words in release.refused(values={"color": "red"})
    run = release.same_as_checked(take_ownership=True)
    assert actions(run) == {"ConfigMap/shop-config": "changed"}
    assert run["drifted"] == [words.replace("exists already and ", "")]
    assert release.kubectl("get", CONFIG, "-o", "json")["data"]["color"] != "of the other"
    release.settled()


def test_what_another_release_took_over_is_not_deleted(release):
    release.done(values={"extra": True})
    release.kubectl("annotate", "--overwrite", "configmap/shop-extra", "meta.helm.sh/release-name=other")
    assert "this upgrade would delete it" in release.refused()
    if release.server_side:
        predicted = release.done(check=True, state="absent", chart=None)
        run = release.done(state="absent", chart=None)
        assert actions(predicted) == actions(run)
        assert "ConfigMap/shop-extra" not in actions(run) and "ConfigMap/shop-config" in actions(run)
    else:
        for check in (True, False):
            words = "would delete it. Use Helm 4.3 or newer,"
            assert words in release.refused(check=check, state="absent", chart=None)
    assert release.kubectl("get", "configmap", "shop-extra", "-o", "name")


def test_kept_objects_and_history(release):
    release.done(values={"extra": True, "keep": True})
    run = release.same_as_checked()
    assert run["changed"] and actions(run) == {}
    assert release.kubectl("get", "configmap", "shop-extra", "-o", "name")
    kept = release.done(state="absent", keep_history=True)
    assert kept["release"]["status"] == "uninstalled" and release.revisions()[2] == "uninstalled"
    assert not release.done(state="absent", keep_history=True)["changed"]
    run = release.same_as_checked()
    assert actions(run) == dict.fromkeys(ALL, "created") and run["release"]["revision"] == 3
    release.settled()


UNSCHEDULABLE = "didn't match Pod's node affinity/selector"


def test_a_failed_install_is_uninstalled_again(release):
    answer = release.failed(values={"nowhere": True}, rollback_on_failure=True, wait_timeout=14)
    assert UNSCHEDULABLE in answer["msg"] and "does not exist" not in answer["msg"], answer["msg"]
    assert answer["msg"].endswith("It was uninstalled again.") and answer["changed"]
    assert release.revisions() == {}


def test_a_failed_upgrade_is_rolled_back(release):
    release.done(values={"color": "good"})
    answer = release.failed(values={"color": "bad", "nowhere": True}, rollback_on_failure=True, wait_timeout=14)
    assert "was not ready within wait_timeout" in answer["msg"] and "rolled back" in answer["msg"]
    assert UNSCHEDULABLE in answer["msg"], "what helm waited for was seen before it rolled back"
    assert answer["changed"]
    assert release.revisions()[3] == "deployed"
    assert release.kubectl("get", CONFIG, "-o", "json")["data"]["color"] == "good"
    # What it was rolled back to is known to be what the first task wanted; and what failed is tried again.
    assert not release.done(values={"color": "good"})["changed"]
    assert release.done(check=True, values={"color": "bad"})["changed"]


def test_after_a_failed_install_and_a_failed_upgrade(release):
    stuck = {"values": {"nowhere": True}, "wait": True, "wait_timeout": 3}
    text = release.refused(**stuck)
    assert "was not ready within wait_timeout; not ready: Deployment" in text and "0 of 1 replicas available" in text
    assert f"(pod {release.name}-" in text and UNSCHEDULABLE in text
    assert release.revisions() == {1: "failed"}
    release.same_as_checked(values={"color": "red"})
    assert release.revisions()[2] == "deployed"
    release.settled(values={"color": "red"})
    release.refused(**{**stuck, "values": {"nowhere": True, "extra": True}})
    assert release.kubectl("get", "configmap", "shop-extra", "-o", "name")
    # What the failed revision left, and helm forgot, goes as well.
    run = release.same_as_checked(values={"color": "red"})
    assert actions(run) == {
        "Deployment/shop": "changed",
        "ConfigMap/shop-config": "changed",
        "ConfigMap/shop-extra": "deleted",
    }
    assert release.kubectl("get", "configmap", "shop-extra", check=False) == ""
    release.settled(values={"color": "red"})


def test_an_unchanged_release_is_waited_for(release):
    release.done(values={"nowhere": True})
    text = release.refused(values={"nowhere": True}, wait=True, wait_timeout=1)
    assert "is unchanged, but was not ready within 1 s: Deployment" in text
    release.done(values={}, wait=True, wait_timeout=60)
    assert release.done(values={}, wait=True)["waited"]


def kill_helm_during(release, values):
    """Start helm by hand, and kill -9 it as soon as it holds the release."""
    command = [release.program, "upgrade", release.name, SAMPLE, "--install", "--wait", "--values", "-"]
    command += ["--kubeconfig", str(release.cluster.kubeconfig), "--namespace", release.namespace]
    process = subprocess.Popen(
        command,
        env=release.cluster.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    process.stdin.write(json.dumps(values).encode())
    process.stdin.close()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not any(
        state.startswith("pending") for state in release.revisions().values()
    ):
        time.sleep(0.05)
    process.kill()
    process.wait()
    return max(release.revisions())


@pytest.mark.parametrize("first", [True, False])
def test_a_killed_helm_is_recovered_from(release, first):
    if not first:
        release.done()
    revision = kill_helm_during(release, {"color": "half", "nowhere": True})
    pending = "pending-install" if first else "pending-upgrade"
    assert release.revisions()[revision] == pending
    checked = release.done(check=True, values={"color": "red"}, stale_after=3600)
    assert checked["changed"] and pending in release.warnings[0]
    assert release.revisions()[revision] == pending
    run = release.done(values={"color": "red"}, stale_after=2)
    assert run["release"]["status"] == "deployed" and run["release"]["revision"] == revision + 1
    assert f"revision {revision} is {pending}" in release.warnings[0] and "marked as failed" in release.warnings[0]
    if not first:  # Helm supersedes a first revision that failed
        assert "failed" in release.helm("history", release.name)
    release.settled(values={"color": "red"})


def test_another_helm_at_work_is_waited_for(release):
    release.done()
    values = {"color": "theirs"}
    process = subprocess.Popen(
        [
            release.program,
            "upgrade",
            release.name,
            SAMPLE,
            "--wait",
            "--set",
            "color=theirs,nowhere=true",
            "--timeout",
            "4s",
        ]
        + ["--kubeconfig", str(release.cluster.kubeconfig), "--namespace", release.namespace],
        env=release.cluster.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while 2 not in release.revisions():
        time.sleep(0.05)
    run = release.done(values=values)
    process.wait()
    assert run["release"]["revision"] == 3 and release.warnings == []
    assert 1 <= sum("by another helm" in line for line in release.progress) <= 3, "a line now and then, not each second"
    release.settled(values=values)


def test_another_helm_that_begins_in_between_is_waited_for(release, tmp_path):
    """A helm that, at the moment of the run, lets another one begin first."""
    path, once = tmp_path / "helm", tmp_path / "once"
    other = f"{release.program} upgrade {release.name} {SAMPLE} --install --set nowhere=true --wait --timeout 6s"
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *--labels*) if mkdir {once} 2>/dev/null; then\n'
        f"{other} --namespace {release.namespace} >/dev/null 2>&1 &\n"
        f"for turn in 1 2 3 4 5 6 7 8 9; do sleep 0.3; {release.program} status {release.name} "
        f"--namespace {release.namespace} >/dev/null 2>&1 && break; done\nfi;; esac\n"
        f'exec {release.program} "$@"\n'
    )
    path.chmod(0o755)
    run = release.done(binary_path=str(path), values={"color": "ours"})
    assert once.exists() and run["release"] == {**run["release"], "revision": 2, "status": "deployed"}
    release.settled(values={"color": "ours"})


def test_sigterm_leaves_no_file_and_no_lock(release, tmp_path):
    release.done()
    script = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(playing.BUILD / "collections")!r})
        from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
        from ansible_collections.meshops.lifecycle.plugins.modules.helm_release import ENTRY
        options = {{"kubeconfig": {str(release.cluster.kubeconfig)!r}, "name": "shop",
                    "namespace": {release.namespace!r}, "chart": {SAMPLE!r}, "binary_path": {release.program!r},
                    "wait": True, "values": {{"nowhere": True, "password": "hunter2"}}}}
        task = ENTRY.task(options, check=False, warn=print, progress=print)
        print(execute(ENTRY, task))
    """)
    folder = tmp_path / "tmp"
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**release.cluster.environment(), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    while 2 not in release.revisions():
        time.sleep(0.05)
    (private,) = folder.iterdir()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    files = [path for path in private.rglob("*") if path.is_file() and "discovery" not in path.parts]
    assert {path.name for path in files} >= {"kubeconfig", "values.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    process.send_signal(signal.SIGTERM)
    out, _err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM, out
    assert list(folder.iterdir()) == []
    # helm was told, and wrote down that it failed: nothing is locked.
    assert release.revisions()[2] == "failed"
    assert release.done()["release"]["revision"] == 3


def test_releases_that_helm_made_without_us(release):
    release.helm("install", "shop", SAMPLE, "--set", "color=red")
    same = release.done(values={"color": "red"})
    assert not same["changed"] and release.counts["writes"] == 0
    assert actions(release.same_as_checked(values={"color": "blue"})) == {
        "ConfigMap/shop-config": "changed",
        "Deployment/shop": "changed",
    }
    release.settled(values={"color": "blue"})
    # A revision made by hand carries our mark over; it must not count.
    release.helm("upgrade", "shop", SAMPLE, "--set", "color=green")
    assert actions(release.same_as_checked(values={"color": "blue"}))
    release.helm("rollback", "shop", "1")
    assert actions(release.same_as_checked(values={"color": "blue"}))
    release.settled(values={"color": "blue"})


def test_helm_4_on_a_release_of_helm_3(cluster, namespace, crds):
    crds("istio.io")
    old = Releases(cluster, namespace, find_program(cluster, "helm3"))
    new = Releases(cluster, namespace, find_program(cluster, "helm"))
    old.done(values={"route": True})
    new.settled(values={"route": True})
    run = new.same_as_checked(values={"route": True, "color": "red"}, force_conflicts=True)
    assert actions(run)["VirtualService/shop"] == "changed"
    new.kubectl("patch", ROUTE, "--type=merge", "-p", '{"spec":{"hosts":["evil.example.com"]}}')
    # It stays with patches, which win without force_conflicts.
    assert actions(new.same_as_checked(values={"route": True, "color": "red"})) == {"VirtualService/shop": "changed"}
    managers = new.kubectl("get", CONFIG, "-o", "json", "--show-managed-fields")["metadata"]["managedFields"]
    assert {entry["operation"] for entry in managers} == {"Update"}
    old.settled(values={"route": True, "color": "red"})


def test_hooks_are_run_and_are_no_resources(release):
    run = release.same_as_checked(values={"hook": True})
    assert actions(run) == dict.fromkeys(ALL, "created")
    assert release.kubectl("get", "configmap", "shop-hook", "-o", "name")
    release.settled(values={"hook": True})


def test_the_environment_leads_nowhere_else(release, monkeypatch, tmp_path):
    for name, value in {
        "HELM_NAMESPACE": "kube-system",
        "HELM_KUBEAPISERVER": "https://127.0.0.1:1",
        "HELM_KUBETOKEN": "x",
        "HELM_KUBECONTEXT": "other",
        "KUBECONFIG": "/there/is/none",
        "HELM_DEBUG": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    release.done()
    release.settled()
    left = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert left <= {".cache"}


def test_releases_kept_in_config_maps(release, monkeypatch):
    monkeypatch.setenv("HELM_DRIVER", "configmap")
    release.done()
    release.settled()
    assert release.revisions() == {}
    assert release.kubectl("get", "configmap", "-l", "owner=helm", "-o", "json")["items"]
    release.done(state="absent", chart=None)


# -- charts from elsewhere


class _Repository(http.server.SimpleHTTPRequestHandler):
    """A chart repository that wants a password."""

    def do_GET(self):
        wanted = "Basic " + base64.b64encode(b"deployer:hunter2").decode()
        if self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.end_headers()
            return
        self.server.hits += 1
        super().do_GET()

    def log_message(self, *_words):
        pass


@pytest.fixture
def repository(release, tmp_path):
    """The URL of a repository with the sample chart, behind a password; and its server, which counts requests."""
    folder = tmp_path / "repository"
    folder.mkdir()
    release.helm("package", SAMPLE, "--destination", str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Repository, directory=str(folder)))
    server.hits, server.folder = 0, folder
    url = f"http://127.0.0.1:{server.server_port}"
    release.helm("repo", "index", str(folder), "--url", url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield url, server
    server.shutdown()


def spy(release, tmp_path):
    """A helm that writes down its command lines; returns its path and the file."""
    path, record = tmp_path / "helm-spy", tmp_path / "commands"
    path.write_text(f'#!/bin/sh\necho "$@" >> {record}\nexec {release.program} "$@"\n')
    path.chmod(0o755)
    return str(path), record


def test_a_repository_with_a_password(release, repository, tmp_path, monkeypatch):
    url, server = repository
    monkeypatch.setenv("HELM_CONFIG_HOME", str(tmp_path / "config"))
    program, record = spy(release, tmp_path)
    login = {"repo_username": "deployer", "repo_password": "hunter2"}
    pinned = {"chart": "sample", "repo_url": url, "version": "0.1.0", "binary_path": program, **login}
    assert "Check repo_username and repo_password" in release.refused(**{**pinned, "repo_password": "wrong"})
    run = release.same_as_checked(**pinned)
    assert actions(run) == dict.fromkeys(ALL, "created")
    assert "hunter2" not in record.read_text() and "hunter2" not in json.dumps(run)
    hits = server.hits
    release.settled(**pinned)
    assert server.hits == hits, "a pinned chart was looked up"
    assert not (tmp_path / "config").exists()
    # A floating version is looked up, and found to be another way to say the same.
    floating = {**pinned, "version": "^0.1.0"}
    assert not release.done(**floating)["changed"] and server.hits > hits
    assert "is not in" not in release.refused(**{**pinned, "version": "9.9.9"})


# -- by playbooks, in process and as a module


TASK = """
- name: Release
  meshops.lifecycle.helm_release:
    name: shop
    namespace: "{{ namespace }}"
    chart: "{{ chart }}"
    binary_path: "{{ program }}"
    values: "{{ values }}"
"""


@pytest.fixture
def inputs(cluster, namespace):
    def options(**values):
        return {"namespace": namespace, "chart": SAMPLE, "program": find_program(cluster, "helm"), "values": values}

    return options


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_a_playbook_converges(converges, inputs, play, kubectl):
    run = converges(TASK, vars=inputs(color="red"))
    assert actions(run["Release"].result) == dict.fromkeys(ALL, "created")
    run = converges(TASK, vars=inputs(color="green"), diff=True)
    assert "+" in run.output and "green" in run.output
    assert run["Release"].result["release"]["revision"] == 2
    kubectl("-n", inputs()["namespace"], "patch", CONFIG, "-p", '{"data":{"color":"pink"}}')
    failed = play(TASK, vars=inputs(color="green"), expect="failed")
    assert "data.color by 'kubectl-patch'" in failed.msg


@pytest.mark.each_core
@pytest.mark.both_ways
def test_a_playbook_shows_no_password(play, inputs, secret):
    password = secret("hunter2-of-the-registry")
    task = TASK + f"    repo_username: deployer\n    repo_password: {password}\n"
    options = {**inputs(), "chart": "oci://127.0.0.1:1/charts/shop"}
    failed = play(task, vars=options, expect="failed", args=["-vvv"])
    assert "cannot be had" in failed.msg


def test_a_step_that_is_not_supported_is_refused_until_it_is_asked_for(release, tmp_path):
    def chart(version):
        folder = tmp_path / version
        shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
        text = (folder / "Chart.yaml").read_text()
        (folder / "Chart.yaml").write_text(text.replace("version: 0.1.0", f"version: {version}"))
        return {"chart": str(folder), "max_minor_upgrade": 1}

    release.done(**chart("1.31.1"))
    for version, reason in (("1.27.0", "1.27.0 is older than 1.31.1"), ("1.33.0", "more than 1 minor version")):
        for check in (True, False):
            message = release.refused(check=check, **chart(version))
            assert reason in message and "upgrade_from: 1.31.1" in message
    assert release.revisions() == {1: "deployed"}
    assert "1.27.0" in release.refused(upgrade_from="1.30.0", **chart("1.27.0"))
    run = release.same_as_checked(upgrade_from="1.31.1", **chart("1.27.0"))
    assert (run["previous"]["chart_version"], run["release"]["chart_version"]) == ("1.31.1", "1.27.0")
    assert changes([run])[0] == f"changed release {release.namespace}/shop from sample 1.31.1 to 1.27.0"
    release.settled(**chart("1.27.0"))
