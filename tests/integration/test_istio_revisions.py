# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revisions of the role istio: the tag, the webhook that validates, the old control plane, and who installed it.

Istio's own charts, on a cluster whose pods are pretended: an istiod is ready when its Deployment is.
"""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess

import playing
import pytest
import yaml

WEBHOOKS = "/apis/admissionregistration.k8s.io/v1"
VALIDATOR = f"{WEBHOOKS}/validatingwebhookconfigurations/istiod-default-validator"
TAG = f"{WEBHOOKS}/mutatingwebhookconfigurations/istio-revision-tag-prod"
DEPLOYMENTS = "/apis/apps/v1/namespaces/istio-system/deployments"

# What an istiod that really ran would write into its injector; a tag points to none without.
WITH_CA = {"autoscaleEnabled": False, "istiodRemote": {"injectionCABundle": "Q0E="}}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.in_order, pytest.mark.xdist_group("revisions")]


@pytest.fixture(scope="module")
def cluster(together):
    return together.lab("revisions", only="kube")


@pytest.fixture
def run(player, cluster):
    """`run("bootstrap", istio_revision=…)`: Istio alone, and no gateways, whose pods an injector would have to make."""
    own = {
        "mesh_parts": ["istio"],
        "istio_chart_source": f"{cluster.variables['MESHLAB_FILES']}/charts",
        "istio_gateways": [],
        "istio_istiod_values": WITH_CA,
        "istio_revision_tags": ["prod"],
        "istio_wait_timeout": 60,
    }

    def one(playbook, *, check=False, expect="ok", **variables):
        more = {"check": check, "expect": expect, "vars": {**own, **variables}}
        return player.play(playbook=f"meshops.lifecycle.{playbook}", **more)

    return one


def summary(run):
    return [line for line in run["What changed"].msg if not line.startswith(("nothing", "not compared: "))]


def revision(cluster, path):
    return cluster.get(path)["metadata"]["labels"]["istio.io/rev"]


def test_the_webhook_that_validates_waits_for_the_istiod_that_it_is_to_call(run, cluster):
    run("bootstrap", istio_take_ownership=True)
    assert run("bootstrap").changed == []
    assert revision(cluster, VALIDATOR) == "default"

    nowhere = {"autoscaleEnabled": False, "nodeSelector": {"there-is-no": "such-node"}}
    canary = {"istio_revision": "canary", "istio_take_ownership": True}
    run("reconfigure", expect="failed", **canary, istio_istiod_values=nowhere, istio_wait_timeout=3)
    assert revision(cluster, VALIDATOR) == "default"
    predicted = summary(run("reconfigure", check=True, **canary))
    assert "changed ValidatingWebhookConfiguration istiod-default-validator" in predicted
    assert sorted(summary(run("reconfigure", **canary))) == sorted(predicted)
    assert revision(cluster, VALIDATOR) == "canary"
    assert cluster.get(VALIDATOR)["webhooks"][0]["clientConfig"]["service"]["name"] == "istiod-canary"
    assert run("reconfigure", **canary).changed == []


def test_the_webhook_that_validates_follows_no_revision_that_is_not_there(run, cluster):
    """A misspelt revision, or base alone before the istiod of the revision is there; afterwards base alone moves it."""
    run = functools.partial(run, istio_revision_tags=[], istio_take_ownership=True)
    run("teardown", istio_remove_all_revisions=True)
    run("bootstrap")
    words = "no istiod of this revision is ready in istio-system"
    alone = {"istio_revision": "canary", "istio_only": ["base"]}
    for check, variables in ((True, {"istio_default_revision": "kanary"}), (False, alone)):
        refused = run("reconfigure", check=check, expect="failed", **variables)
        assert words in str(refused[-1].msg) + refused.msg, variables
        assert check or refused.changed == [], variables
    assert revision(cluster, VALIDATOR) == "default" and cluster.get(f"{DEPLOYMENTS}/istiod-canary") is None

    run("reconfigure", istio_revision="canary", istio_default_revision="default")
    assert revision(cluster, VALIDATOR) == "default"
    run("reconfigure", **alone)
    assert revision(cluster, VALIDATOR) == "canary"


def test_a_tag_that_the_variables_set_back_is_told_and_moved(run, cluster):
    run("bootstrap", istio_take_ownership=True)
    run("reconfigure", istio_revision="canary")
    assert revision(cluster, TAG) == "canary"
    told = run("verify", expect="failed")["Report what differs"].msg
    assert "changed MutatingWebhookConfiguration istio-revision-tag-prod" in json.dumps(told)
    assert "changed MutatingWebhookConfiguration istio-revision-tag-prod" in summary(run("reconfigure"))
    assert revision(cluster, TAG) == "default" and revision(cluster, VALIDATOR) == "default"


def test_a_tag_of_a_release_becomes_an_object_of_its_own(run, cluster):
    """As the role made it before: it is the same object afterwards, and the release has lost it."""
    chart = {"istio_istiod_values": {**WITH_CA, "revisionTags": ["old"]}}
    run("bootstrap", istio_take_ownership=True, istio_revision_tags=[], **chart)
    path = TAG.replace("-prod", "-old")
    before = cluster.get(path)["metadata"]
    assert before["labels"]["app.kubernetes.io/managed-by"] == "Helm"
    predicted = summary(run("reconfigure", check=True, istio_revision_tags=["old"]))
    done = summary(run("reconfigure", istio_revision_tags=["old"]))
    expected = {"changed MutatingWebhookConfiguration istio-revision-tag-old"}
    expected.add("changed Service istio-system/istiod-revision-tag-old")
    # The chart writes all of its values into a ConfigMap, the list of tags among them.
    assert set(predicted) == expected and {line for line in done if " ConfigMap " not in line} == expected
    assert cluster.get(path)["metadata"]["uid"] == before["uid"]
    assert run("reconfigure", istio_revision_tags=["old"]).changed == []
    assert "deleted MutatingWebhookConfiguration istio-revision-tag-old" in summary(run("reconfigure"))


def test_a_step_that_istio_does_not_support_wants_to_be_asked_for(run, cluster, tmp_path):
    """By Helm: refused in check and run, and with both versions in the summary once the old one is named."""
    older = tmp_path / "charts"
    shutil.copytree(f"{cluster.variables['MESHLAB_FILES']}/charts/base", older / "base")
    chart = older / "base" / "Chart.yaml"
    chart.write_text(chart.read_text().replace("1.31.1", "1.27.0"))
    run("bootstrap", istio_take_ownership=True)
    down = {"istio_only": ["base"], "istio_version": "1.27.0", "istio_chart_source": str(older)}
    for check in (True, False):
        refused = str(run("reconfigure", check=check, expect="failed", **down)[-1].msg)
        assert "1.27.0 is older than 1.31.1" in refused and "istio_upgrade_from" in refused, refused
    wrong = str(run("reconfigure", check=True, expect="failed", istio_upgrade_from="1.30.0", **down)[-1].msg)
    assert "1.27.0 is older than 1.31.1" in wrong, wrong
    line = "changed release istio-system/istio-base from base {} to {}"
    for check in (True, False):
        done = run("reconfigure", check=check, istio_upgrade_from="1.31.1", **down)
        assert line.format("1.31.1", "1.27.0") in summary(done)
    back = run("reconfigure", expect="failed")
    assert "from 1.27.0 to 1.31.1 is more than 1 minor version" in str(back[-1].msg)
    assert line.format("1.27.0", "1.31.1") in summary(run("reconfigure", istio_upgrade_from="1.27.0"))


def test_all_releases_that_a_hand_has_changed_are_named(run, cluster):
    """A run stops at the first, check mode names the same, and verify reports the health even so."""
    run = functools.partial(run, istio_revision_tags=[], istio_istiod_values={"autoscaleEnabled": False})
    run("bootstrap", istio_take_ownership=True)
    rules = [{"op": "replace", "path": "/webhooks/0/rules/0/apiVersions", "value": ["v1"]}]
    image = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "example.com/x"}]
    for name, patch in (("validatingwebhookconfiguration/istiod-default-validator", rules), ("deploy/istiod", image)):
        patching = ["--type=json", "-p", json.dumps(patch), "--field-manager=kubectl-edit", "-n", "istio-system"]
        cluster.kubectl("patch", name, *patching)
    done = run("bootstrap", expect="failed")
    refused = done[-1].msg
    assert [line.split(":")[1] for line in refused] == [
        " release istio-system/istio-base",
        " release istio-system/istiod",
    ]
    assert all("'kubectl-edit'" in line and "istio_force_conflicts" in line for line in refused) and done.changed == []
    checked = "".join(run("bootstrap", check=True, expect="failed")[-1].msg)
    assert "release istio-system/istio-base:" in checked and "release istio-system/istiod:" in checked
    verified = run("verify", expect="failed")
    assert "refused, at least in part: istio" in verified["Report what differs"].msg
    problems = verified["Check that the mesh is healthy"].msg
    assert problems[:2] == refused and any("istio-sidecar-injector has no CA" in line for line in problems)
    assert run("bootstrap", istio_force_conflicts=True).changed


def removal():
    """The play of the page that removes the old control plane, of revision 1-30 there, and of `canary` here."""
    page = (playing.ROOT / "docs" / "role_istio.md").read_text()
    [text] = [text for text in re.findall(r"^```yaml\n(.*?)^```", page, re.S | re.M) if "istiod-1-30" in text]
    return yaml.safe_load(text.replace("1-30", "canary"))[0]["tasks"]


def test_the_guard_of_the_page_sees_who_uses_the_old_control_plane(run, cluster, player, namespace):
    """A sidecar's revision is an annotation of its pod."""
    run("bootstrap", istio_revision="canary", istio_take_ownership=True)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "old", "namespace": namespace, "annotations": {"istio.io/rev": "canary"}},
        "spec": {"containers": [{"name": "istio-proxy", "image": "example.com/proxyv2:1.31.1"}]},
    }
    cluster.api("POST", f"/api/v1/namespaces/{namespace}/pods", pod)
    refused = player.play(removal(), expect="failed").msg
    for user in ("old", "istio-revision-tag-prod", "istiod-default-validator"):
        assert user in refused
    assert cluster.get(f"{DEPLOYMENTS}/istiod-canary")

    run("reconfigure", istio_take_ownership=True)
    assert namespace in player.play(removal(), expect="failed").msg
    cluster.kubectl("delete", "pod", "old", "-n", namespace, "--force")
    assert player.play(removal()).changed
    assert cluster.get(f"{DEPLOYMENTS}/istiod-canary") is None and revision(cluster, TAG) == "default"


def test_another_method_than_the_present_one_is_refused(run, cluster):
    run("bootstrap", istio_take_ownership=True)
    words = "istio_install_method is argocd. Both would write the same objects"
    for playbook in ("bootstrap", "teardown"):
        refused = run(playbook, expect="failed", istio_install_method="argocd")
        assert words in refused.msg and "Set istio_install_method: helm" in refused.msg and refused.changed == []
    assert any(words in line for line in run("verify", expect="failed", istio_install_method="argocd")[-1].msg)
    run("teardown")


def test_teardown_names_the_control_planes_that_it_leaves_or_removes_them(run, cluster):
    run("bootstrap", istio_take_ownership=True)
    run("reconfigure", istio_revision="canary", istio_take_ownership=True)
    assert "left: Deployment istio-system/istiod-canary" in run("teardown", check=True)["What changed"].msg
    gone = summary(run("teardown", istio_remove_all_revisions=True))
    assert {"deleted Deployment istio-system/istiod", "deleted Deployment istio-system/istiod-canary"} <= set(gone)
    left = cluster.kubectl(
        "get", "validatingwebhookconfiguration,mutatingwebhookconfiguration", "-l", "app", "-o", "json"
    )
    assert left["items"] == []


def running(cluster, name):
    """A Deployment of istioctl and its pods, by what a replacement or a restart would change."""
    deployment = cluster.get(f"{DEPLOYMENTS}/{name}")
    pods = cluster.kubectl("get", "pods", "-n", "istio-system", "-l", f"app={name}", "-o", "json")["items"]
    metadata = deployment["metadata"]
    return metadata["uid"], metadata["generation"], sorted(pod["metadata"]["uid"] for pod in pods)


def test_what_istioctl_installed_is_adopted_with_one_variable(run, cluster):
    """Definitions have stayed, as those of a release that is gone. The profile's gateway, of another chart, stays."""
    run("bootstrap", istio_take_ownership=True)
    run("teardown", istio_remove_all_revisions=True)
    environment = {**cluster.environment(), "KUBECONFIG": str(cluster.kubeconfig)}
    subprocess.run(
        [cluster.variables["MESHLAB_ISTIOCTL"], "install", "-y", "--set", "profile=default"],
        env=environment,
        check=True,
        timeout=120,
    )
    default = f"{WEBHOOKS}/mutatingwebhookconfigurations/istio-revision-tag-default"
    assert cluster.get(default)
    istiod, gateway = running(cluster, "istiod"), running(cluster, "istio-ingressgateway")
    refused = run("bootstrap", expect="failed", istio_install_method="argocd")
    assert "installed by istioctl here" in refused.msg and refused.changed == []
    predicted = summary(run("bootstrap", check=True, istio_take_ownership=True))
    done = run("bootstrap", istio_take_ownership=True)
    assert sorted(summary(done)) == sorted(predicted)
    assert "deleted MutatingWebhookConfiguration istio-revision-tag-default" in predicted
    owners = {entry["manager"] for entry in cluster.get(f"{DEPLOYMENTS}/istiod")["metadata"]["managedFields"]}
    assert cluster.get(default) is None and owners == {"helm", "kube-controller-manager"}
    assert run("bootstrap").changed == []
    assert running(cluster, "istiod")[0] == istiod[0] and running(cluster, "istio-ingressgateway") == gateway
    cluster.kubectl("delete", "deployment,service,hpa,pdb,sa", "-n", "istio-system", "-l", "istio=ingressgateway")
    run("teardown")


OF_ISTIO = (
    "deployments,services,configmaps,serviceaccounts,roles,rolebindings,poddisruptionbudgets,pods,clusterroles,"
    "clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations,customresourcedefinitions"
)


def identities(cluster):
    """Of everything of Istio, what a replacement, a restart or a change of its spec would make another.

    The generation of a Deployment also counts its annotations, so there the spec itself is taken.
    """
    items = cluster.kubectl("get", OF_ISTIO, "-n", "istio-system", "-o", "json")["items"]
    return {
        (item["kind"], item["metadata"]["name"]): (
            item["metadata"]["uid"],
            json.dumps(item["spec"]) if item["kind"] == "Deployment" else item["metadata"].get("generation"),
        )
        for item in items
        if "istio" in item["metadata"]["name"]
    }


def settings():
    """What the role gives to Istio's charts here, for those who install them without it."""
    values = ["autoscaleEnabled=false", "istiodRemote.injectionCABundle=Q0E=", "base.validationFailurePolicy=Fail"]
    return [argument for value in values for argument in ("--set", value)]


@pytest.fixture
def nothing_installed(run):
    """No control plane, nor definitions of an earlier one."""
    run("bootstrap", istio_take_ownership=True)
    run("teardown", istio_remove_all_revisions=True, istio_remove_crds=True, istio_remove_namespaces=True)


def charts(cluster):
    folder = f"{cluster.variables['MESHLAB_FILES']}/charts"
    return {"base": f"{folder}/base", "istiod": f"{folder}/istio-control/istio-discovery"}


def test_releases_of_other_names_go_on_as_they_run(run, cluster, nothing_installed):
    chart = charts(cluster)
    for name, part in (("platform-crds", "base"), ("platform-istiod", "istiod")):
        place = ["-n", "istio-system", "--create-namespace", "--wait"]
        cluster.helm("install", name, chart[part], *settings(), *place)
    before = identities(cluster)
    named = {"istio_release_names": {"istio-base": "platform-crds", "istiod": "platform-istiod"}}
    named["istio_revision_tags"] = []
    refused = run("bootstrap", expect="failed", istio_revision_tags=[])
    assert "belongs to release platform-istiod" in refused.output and identities(cluster) == before
    predicted = summary(run("bootstrap", check=True, **named))
    done = run("bootstrap", **named)
    assert sorted(summary(done)) == sorted(predicted)
    assert predicted == ["changed ConfigMap istio-system/values"]  # the chart's note of its values
    assert identities(cluster) == before
    assert run("bootstrap", **named).changed == []
    releases = cluster.helm("list", "-n", "istio-system", "-o", "json")
    assert sorted(row["name"] for row in releases) == ["platform-crds", "platform-istiod"]
    run("teardown", **named)
    assert cluster.helm("list", "-n", "istio-system", "-o", "json") == []


def test_manifests_that_kubectl_applied_are_taken_over_as_they_run(run, cluster, nothing_installed):
    chart = charts(cluster)
    cluster.kubectl("create", "namespace", "istio-system")
    for name, part, how in (("istio-base", "base", ["--server-side"]), ("istiod", "istiod", [])):
        text = cluster.helm("template", name, chart[part], "-n", "istio-system", *settings())
        cluster.kubectl("apply", *how, "-f", "-", stdin=text)
    cluster.kubectl("rollout", "status", "deployment/istiod", "-n", "istio-system", "--timeout=60s")
    before = identities(cluster)
    wanted = {"istio_revision_tags": [], "istio_take_ownership": True}
    predicted = summary(run("bootstrap", check=True, **wanted))
    done = run("bootstrap", **wanted)
    assert sorted(summary(done)) == sorted(predicted)
    assert identities(cluster) == before
    managers = {entry["manager"] for entry in cluster.get(f"{DEPLOYMENTS}/istiod")["metadata"]["managedFields"]}
    assert managers == {"helm", "kube-controller-manager"}
    assert run("bootstrap", istio_revision_tags=[]).changed == []
    run("teardown")
