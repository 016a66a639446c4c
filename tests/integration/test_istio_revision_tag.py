# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revision tags as objects of their own, with two real istiods that inject by them."""

from __future__ import annotations

import subprocess
import time

import playing
import pytest
import yaml

WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
SERVICES = "/api/v1/namespaces/istio-system/services"
NAMESPACE = "tagged"

pytestmark = [
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.in_order,
    pytest.mark.once,
    pytest.mark.xdist_group("mesh"),
]


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


def release(cluster, state="present", **values):
    """The task for a second control plane, of the revision canary."""
    charts = f"{cluster.variables['MESHLAB_FILES']}/charts"
    wanted = {"revision": "canary", "autoscaleEnabled": False, "global": {"tag": "1.31.1"}, **values}
    return {
        "name": "A second control plane",
        "meshops.lifecycle.helm_release": {
            "name": "istiod-canary",
            "namespace": "istio-system",
            "chart": f"{charts}/istio-control/istio-discovery",
            "values": wanted,
            "state": state,
            "take_ownership": state == "present",
            "wait": True,
            "wait_timeout": 180,
        },
    }


def tag(**options):
    return [{"name": "Tag", "meshops.lifecycle.istio_revision_tag": {"name": "prod", **options}}]


@pytest.fixture(scope="module")
def canary(cluster, request, tmp_path_factory):
    """The second control plane, its release with a tag of its own, and a namespace that selects a tag."""
    player = playing.Player(tmp_path_factory.mktemp("canary"), cluster.kubeconfig, cluster.environment())
    player.play([release(cluster, revisionTags=["owned"])])
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"istio.io/rev": "prod"}},
    }
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(namespace))
    yield
    cluster.kubectl("delete", "namespace", NAMESPACE)
    player.play([*tag(state="absent"), *tag(name="owned", state="absent", take_over=True), release(cluster, "absent")])


def pod(cluster, name, namespace=NAMESPACE, **labels):
    """Make a pod, and tell which revision injected it."""
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "meshlab-http"}]},
    }
    made = cluster.api("POST", f"/api/v1/namespaces/{namespace}/pods", body)
    cluster.api("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}")
    return made["metadata"].get("annotations", {}).get("istio.io/rev")


def test_a_tag_is_moved_in_one_write_and_injects_by_its_revision(cluster, canary, play, converges):
    refused = play(tag(revision="nowhere"), expect="failed").msg
    assert "revision nowhere has no injector" in refused and "Nothing was changed" in refused
    assert "a revision of that name" in play(tag(name="canary", revision="default"), expect="failed").msg

    converges(tag(revision="default"))
    assert pod(cluster, "one") == "default"
    done = converges(tag(revision="canary"))
    assert [row["action"] for row in done["Tag"].result["resources"]] == ["changed", "changed"]
    assert pod(cluster, "two") == "canary"
    hook, service = (
        cluster.get(f"{WEBHOOKS}/istio-revision-tag-prod"),
        cluster.get(f"{SERVICES}/istiod-revision-tag-prod"),
    )
    assert service["spec"]["selector"]["istio.io/rev"] == "canary"
    own = cluster.get(f"{WEBHOOKS}/istio-sidecar-injector-canary")["webhooks"][0]["clientConfig"]
    assert all(one["clientConfig"] == own for one in hook["webhooks"])

    in_use = play(tag(state="absent"), expect="failed").msg
    assert f"in use by Namespace {NAMESPACE}" in in_use


def test_it_is_what_the_chart_makes(cluster, canary, play):
    """A tag of the chart's and one of ours differ in their marks alone."""
    play(tag(name="owned", take_over=True), check=True)
    for path in (f"{WEBHOOKS}/istio-revision-tag-", f"{SERVICES}/istiod-revision-tag-"):
        theirs, ours = cluster.get(f"{path}owned"), cluster.get(f"{path}prod")
        text = str(ours.get("webhooks") or ours["spec"]).replace("'prod'", "'owned'")
        kept = {
            key: value for key, value in (theirs.get("spec") or {}).items() if key not in ("clusterIP", "clusterIPs")
        }
        if kept:
            assert {key: ours["spec"][key] for key in kept} == kept
        else:
            assert text == str(theirs["webhooks"])


def test_a_tag_of_a_release_is_taken_over_and_stays(cluster, canary, play, converges):
    refused = play(tag(name="owned"), expect="failed").msg
    assert "belongs to the Helm release istio-system/istiod-canary" in refused
    uid = cluster.get(f"{WEBHOOKS}/istio-revision-tag-owned")["metadata"]["uid"]
    done = converges(tag(name="owned", take_over=True))
    assert "Take-over from the Helm release" in done["Tag"].msg
    converges([release(cluster)])
    converges(tag(name="owned", revision="default"))
    assert cluster.get(f"{WEBHOOKS}/istio-revision-tag-owned")["metadata"]["uid"] == uid
    assert pod(cluster, "three", "default", **{"istio.io/rev": "owned"}) == "default"
    converges(tag(name="owned", state="absent"))
    assert cluster.get(f"{SERVICES}/istiod-revision-tag-owned") is None


def test_the_default_tag_replaces_the_injector_of_the_default_revision(cluster, canary, play, converges):
    labels = {"sidecar.istio.io/inject": "true"}
    assert pod(cluster, "four", "default", **labels) == "default"
    converges(tag(name="default", revision="canary"))
    assert pod(cluster, "five", "default", **labels) == "canary"
    converges(tag(name="default", state="absent"))
    assert pod(cluster, "six", "default", **labels) == "default"


def test_the_default_tag_as_files_switches_the_injector_off_that_no_file_has(cluster, canary, play, tmp_path):
    """What is live beside the files changes live: predicted here, and done in test_istio_default_tag.py."""
    repository = tmp_path / "repository.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(repository)], check=True)
    git = {"repository": str(repository), "branch": "main", "path": "lab", "application": "none"}
    task = tag(name="default", revision="canary", delivery="git", git=git)
    rows = {(row["kind"], row["name"]): row["action"] for row in play(task, check=True)["Tag"].result["resources"]}
    assert rows == {
        ("MutatingWebhookConfiguration", "istio-revision-tag-default"): "created",
        ("Service", "istiod-revision-tag-default"): "created",
        ("MutatingWebhookConfiguration", "istio-sidecar-injector"): "changed",
    }


def test_the_default_tag_is_refused_beside_an_injector_that_an_application_switches_on_again(cluster, canary, play):
    mark = "argocd.argoproj.io/tracking-id"
    annotate = ("annotate", "mutatingwebhookconfiguration", "istio-sidecar-injector")
    cluster.kubectl(*annotate, f"{mark}=platform:admissionregistration.k8s.io/MutatingWebhookConfiguration:/x")
    try:
        for options in ({}, {"delivery": "git", "git": {"repository": "/nowhere", "application": "none"}}):
            refused = play(tag(name="default", revision="canary", **options), expect="failed").msg
            assert "is a part of Application platform, which would switch it on again" in refused
        assert pod(cluster, "seven", "default", **{"sidecar.istio.io/inject": "true"}) == "default"
    finally:
        cluster.kubectl(*annotate, f"{mark}-")


def test_a_tag_as_files(cluster, canary, play, tmp_path):
    """What is committed is what Argo CD would apply; without a CA, which istiod writes."""
    repository = tmp_path / "repository.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(repository)], check=True)
    git = {"repository": str(repository), "branch": "main", "path": "lab", "application": "none"}
    task = tag(name="filed", revision="canary", delivery="git", git=git, wait_timeout=60)

    assert play(task, check=True)["Tag"].changed
    # No Argo CD is here to sync it, which the task says after its push.
    assert "is on branch main, and not live" in play(task, expect="failed").msg

    def show(*arguments):
        command = ["git", "-C", str(repository), "show", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    files = "_cluster/mutatingwebhookconfiguration-istio-revision-tag", "istio-system/service-istiod-revision-tag"
    text = "---\n".join(show(f"main:lab/{file}-filed.yaml") for file in files)
    assert "caBundle" not in text
    assert show("-s", "--format=%s", "main") == "Point revision tag filed of Istio to canary\n"

    cluster.kubectl("apply", "-f", "-", stdin=text)
    try:
        deadline = time.monotonic() + 60
        while not all(address.get("caBundle") for address in addresses(cluster, "filed")):
            assert time.monotonic() < deadline, "istiod has not written its CA"
            time.sleep(0.3)
        assert pod(cluster, "of-the-files", "default", **{"istio.io/rev": "filed"}) == "canary"
    finally:
        cluster.kubectl("delete", "-f", "-", stdin=text)


def addresses(cluster, name):
    webhooks = cluster.get(f"{WEBHOOKS}/istio-revision-tag-{name}")["webhooks"]
    return [webhook["clientConfig"] for webhook in webhooks]
