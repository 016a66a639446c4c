# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role canary_release and its playbooks: from a new version beside the stable one to a new stable one, and back.

What proxies make of a shift is in test_traffic_shift.py; here no istiod runs.
"""

from __future__ import annotations

import canaries
import pytest
from canaries import state

pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture
def shop(play, crds, namespace):
    """The stable side, its route, and the variables of a release of 2."""
    crds("istio.io")
    objects, variables = canaries.shop(namespace)
    play([{"name": "Shop", "meshops.lifecycle.mesh_apply": {"objects": objects, "wait": True}}])
    return variables


@pytest.fixture
def release(player, shop, cluster):
    """`release(state=…)` runs the playbook canary; results by the tasks' names."""

    def run(playbook="canary", *, check=False, expect="ok", **options):
        variables = {**shop, **{f"canary_release_{name}": value for name, value in options.items()}}
        variables = {name: value for name, value in variables.items() if value is not None}
        return player.play(playbook=f"meshops.lifecycle.{playbook}", vars=variables, check=check, expect=expect)

    return run


def handed_on(run):
    return run["Hand the result on"].result["ansible_stats"]["data"]["canary_release"]


def test_a_release_makes_the_new_version_the_stable_one_and_a_second_run_changes_nothing(release, cluster, namespace):
    predicted = release(check=True)
    assert (
        predicted["Declare what the canary needs"].changed and "predicted when the canary is there" in predicted.stdout
    )
    assert state(cluster, namespace) == ({"stable": 100}, {"stable": "1", "canary": None})
    done = release()
    assert state(cluster, namespace) == ({"stable": 100, "canary": 0}, {"stable": "2", "canary": None})
    assert handed_on(done)["phase"] == "promoted"
    again = release()
    assert again.changed == []


def test_step_by_step_with_an_abort(release, cluster, namespace):
    started = release(state="started")
    assert state(cluster, namespace) == ({"stable": 90, "canary": 10}, {"stable": "1", "canary": "2"})
    assert handed_on(started)["step"] == "step 1 of 2: 10 %"
    assert release(state="started").changed == []
    release(state="advanced")
    assert state(cluster, namespace)[0] == {"stable": 50, "canary": 50}
    release("canary_abort", remove_aborted=True)
    assert state(cluster, namespace) == ({"stable": 100}, {"stable": "1", "canary": None})
    assert release("canary_abort").changed == []


def test_a_gate_that_fails_goes_back_and_says_why(release, cluster, namespace):
    gate = {
        "type": "object",
        "object": {"kind": "Deployment", "namespace": namespace, "name": "reviews-canary"},
        "expression": "spec.replicas == `7`",
    }
    limits = {"in_a_row": 1}
    failed = release(gates=[gate], limits=limits, interval=1, remove_aborted=True, expect="failed")
    assert "was put back to what it was" in failed.msg
    assert state(cluster, namespace) == ({"stable": 100}, {"stable": "1", "canary": None})


def test_reconfigure_leaves_the_weights_of_a_running_release(release, player, cluster, namespace):
    """The playbook, and with it the role mesh_config, says who holds the route; after an abort it is declared again."""
    place = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews"
    cluster.api("DELETE", place)
    cluster.kubectl("label", "namespace", namespace, "meshops.lifecycle/installed=true")

    def reconfigure(stable):
        """The lines of what changed, and the output; as much of the requests goes to the stable side."""
        weights = {"stable": stable, "canary": 100 - stable}
        route = [{"destination": {"host": "reviews", "subset": side}, "weight": weights[side]} for side in weights]
        spec = {"hosts": ["reviews"], "http": [{"route": route, "timeout": "3s"}]}
        declared = [{"name": "reviews", "namespace": namespace, "spec": spec}]
        run = player.play(
            playbook="meshops.lifecycle.reconfigure",
            vars={
                "mesh_parts": ["mesh_config"],
                "mesh_config_set": f"of-{namespace}",
                "mesh_config_set_namespace": namespace,
                "mesh_config_virtual_services": declared,
            },
        )
        return [line for line in run["What changed"].msg if "VirtualService" in line], run.output

    assert reconfigure(100)[0] == [f"created VirtualService {namespace}/reviews"]
    release(state="started")
    assert state(cluster, namespace)[0] == {"stable": 90, "canary": 10}
    changed, output = reconfigure(40)
    assert changed == [f"left as it is VirtualService {namespace}/reviews, held by traffic_shift"]
    assert state(cluster, namespace)[0] == {"stable": 90, "canary": 10}
    assert f"VirtualService {namespace}/reviews was left as it is: " in output
    release("canary_abort")
    assert state(cluster, namespace)[0] == {"stable": 100, "canary": 0}
    assert reconfigure(40)[0] == [f"changed VirtualService {namespace}/reviews"]
    assert state(cluster, namespace)[0] == {"stable": 40, "canary": 60}


def test_an_image_alone_is_released(release, cluster, namespace):
    """The canary is the stable Deployment with another image, name and labels; at the end the stable one has it."""
    image = {"image": "example.com/reviews:2", "workload": "reviews-stable", "labels": {"side": "canary"}}
    image |= {"canary_objects": None, "stable_objects": None, "force_conflicts": True}
    deployments = f"/apis/apps/v1/namespaces/{namespace}/deployments"

    def images():
        return {
            item["metadata"]["name"]: item["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]
            for item in cluster.get(deployments)["items"]
        }

    failed = release(**{**image, "labels": {"side": "stable"}}, expect="failed")
    assert "labels do not tell the canary from the stable side" in failed.msg and images() == {"reviews-stable": "1"}
    failed = release(**{**image, "workload": "nobody"}, expect="failed")
    assert f"there is no Deployment {namespace}/nobody whose image could be changed" in failed.msg
    release(**image, state="started")
    assert images() == {"reviews-stable": "1", "reviews-stable-canary": "2"}
    canary = cluster.get(f"{deployments}/reviews-stable-canary")["spec"]
    assert canary["selector"]["matchLabels"] == {"app": "reviews", "side": "canary"}
    release("canary_abort", **image, remove_aborted=True)
    assert images() == {"reviews-stable": "1"} and state(cluster, namespace)[0] == {"stable": 100}
    release(**image)
    assert images() == {"reviews-stable": "2"}
    assert state(cluster, namespace)[0] == {"stable": 100, "canary": 0}
    assert release(**image).changed == []


def test_the_subset_is_made_before_and_sticky_sessions_end_with_the_shift(release, cluster, namespace):
    """The DestinationRule has no canary yet: the release declares it, and the preflight of the shift meets it."""
    place = f"/apis/networking.istio.io/v1/namespaces/{namespace}"
    only = {"spec": {"subsets": [{"name": "stable", "labels": {"side": "stable"}}]}}
    cluster.api("PATCH", f"{place}/destinationrules/reviews", only, "application/merge-patch+json")
    assert "has the subset canary; they have stable" in release(expect="failed").msg
    assert state(cluster, namespace)[0] == {"stable": 100}
    subsets = [{"name": side, "labels": {"side": side}} for side in ("stable", "canary")]
    rule = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "reviews"},
        "spec": {"host": "reviews", "subsets": subsets},
    }
    both = {"objects": [rule], "force_conflicts": True, "sticky": {"cookie": "lane"}}
    release(**both, state="started")
    special, usual = cluster.get(f"{place}/virtualservices/reviews")["spec"]["http"]
    assert "lane=" in special["match"][0]["headers"]["cookie"]["regex"]
    assert usual["route"][1]["headers"]["response"]["add"]["Set-Cookie"].startswith("lane=")
    release(**both)
    assert state(cluster, namespace) == ({"stable": 100, "canary": 0}, {"stable": "2", "canary": None})
    assert "lane" not in str(cluster.get(f"{place}/virtualservices/reviews")["spec"])


def test_without_a_stable_side_to_renew_the_canary_keeps_everything(release, cluster, namespace):
    release(stable_objects=None)
    assert state(cluster, namespace) == ({"stable": 0, "canary": 100}, {"stable": "1", "canary": "2"})
    assert release(stable_objects=None).changed == []
    assert "canary_release_stepz" in release(stepz=[], expect="failed").msg
