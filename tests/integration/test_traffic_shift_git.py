# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A traffic shift whose steps are commits, on the real Argo CD: forward, back, killed, edited in Git, refused.

What proxies make of a shift is in test_traffic_shift.py; here no istiod runs.
"""

from __future__ import annotations

import concurrent.futures
import json
import subprocess

import canaries
import killed
import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.modules.traffic_shift import ENTRY

OURS = "meshops.lifecycle"
FILE = "prod/routes.yaml"
ROUTES = """\
# The routes of the shop. Ask the team before you change them.
apiVersion: v1
kind: ConfigMap
metadata: {name: beside}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
spec:
  hosts: [shop]
  http:
    - timeout: 5s  # as agreed
      route:
        - destination: {host: old}
          weight: 100  # all of it
        - {destination: {host: new}, weight: 0}
"""
SERVICES = [
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
    for name in ("old", "new")
]

pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture
def cluster(with_argocd):
    return with_argocd


class Delivered:
    """A folder of a repository that an Application delivers, with the shop's route in a file."""

    def __init__(self, apps, cluster):
        self.apps, self.cluster, self.folder = apps, cluster, apps.repository.folder
        self.route = f"/apis/networking.istio.io/v1/namespaces/{apps.namespace}/virtualservices/shop"
        self.git("config", "receive.denyCurrentBranch", "ignore")

    def git(self, *arguments):
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def application(self, **changes):
        source = {**self.apps.spec("prod")["source"], "directory": {"recurse": True}}
        return self.apps.present(spec={"source": source, **changes}, path="prod", wait_timeout=90)

    @property
    def weights(self):
        (rule,) = self.cluster.get(self.route)["spec"]["http"]
        return [entry.get("weight") for entry in rule["route"]]

    def file(self, path=FILE):
        return self.git("show", f"main:{path}")

    def messages(self):
        return self.git("log", "main", "--format=%s").splitlines()

    def shift(self, called="Shift", *, git=None, **options):
        where = {"repository": str(self.folder), "file": FILE, **(git or {})}
        stated = {"name": "shop", "namespace": self.apps.namespace, "delivery": "git", "git": where}
        if options.get("state", "promoted") in ("promoted", "started"):
            sides = {"from": {"host": "old"}, "to": {"host": "new"}}
            stated = {**stated, **sides, "steps": [{"weight": 20}, {"weight": 50}], "pause": 0}
        arguments = {**stated, "wait_proxies": False, "wait_timeout": 90, **options}
        return {"name": called, f"{OURS}.traffic_shift": arguments}


@pytest.fixture
def delivered(apps, cluster, crds):
    crds("istio.io")
    apps.repository.commit({FILE: ROUTES, "prod/services.yaml": SERVICES})
    return Delivered(apps, cluster)


def owners(live):
    return {entry["manager"] for entry in live["metadata"]["managedFields"] if not entry.get("subresource")}


def test_forward_and_back_in_a_file_of_somebody_else(play, delivered, tmp_path):
    record = tmp_path / "record.md"
    started = play([*delivered.application(), delivered.shift(state="started")])["Shift"]
    before = delivered.cluster.get(delivered.route)
    assert delivered.weights == [80, 20]
    # Comments, the other document and the order of keys stay.
    expected = ROUTES.replace("weight: 100  # all", "weight: 80  # all").replace("weight: 0}", "weight: 20}")
    assert delivered.file() == expected
    assert delivered.messages()[0] == (
        f"Shift traffic of VirtualService {delivered.apps.namespace}/shop: step 1 of 2: 20 %"
    )
    (proven,) = (row for row in started.result["record"]["verdicts"] if row.get("proven"))
    assert proven["commit"] == delivered.git("rev-parse", "main").strip()
    failed = play([delivered.shift(state="advanced", delivery="cluster")], expect="failed")
    assert "was begun with delivery: git. Go on with the same" in failed.msg
    play([delivered.shift(state="advanced")])
    back = play([delivered.shift(state="aborted", record=str(record))])["Shift"]
    assert back.result["phase"] == "aborted" and delivered.weights == [100, 0] and delivered.file() == ROUTES
    live = delivered.apps.live()
    assert live["spec"]["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    after = delivered.cluster.get(delivered.route)
    assert owners(after) == owners(before) and not killed.journals(delivered.cluster, delivered.apps.namespace)
    assert delivered.messages()[0].endswith("shop: abort") and ", commit " in record.read_text()
    whole = play([delivered.shift(), delivered.shift("Again")])
    assert whole["Shift"].result["phase"] == "promoted" and not whole["Again"].changed
    assert delivered.weights == [0, 100] and len(delivered.messages()) == 2 + 3 + 3


def test_a_file_that_this_collection_wrote(play, delivered):
    """The canary is no target yet, and there is a mirror first: the file is written as a delivery would write it."""
    delivered.apps.repository.commit({FILE: None})
    rule = {"name": "all", "route": [{"destination": {"host": "old"}}], "timeout": "5s"}
    metadata = {"name": "shop", "namespace": delivered.apps.namespace}
    document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata}
    where = {"repository": str(delivered.folder), "path": "prod"}
    stated = {"name": "shop", "delivery": "git", "git": where}
    declare = {"objects": [{**document, "spec": {"hosts": ["shop"], "http": [rule]}}], **stated}
    written = {"name": "Set", f"{OURS}.mesh_apply": {**declare, "namespace": delivered.apps.namespace}}
    steps = [{"mirror": 10}, {"weight": 50}]
    chosen = {"git": {**where, "file": None}, "steps": steps}
    play([written, *delivered.application()])
    path = f"prod/{delivered.apps.namespace}/virtualservice-shop.yaml"
    first = delivered.file(path)
    run = play([delivered.shift(state="started", **chosen)])["Shift"]
    (live,) = delivered.cluster.get(delivered.route)["spec"]["http"]
    assert run.changed and live["mirrorPercentage"] == {"value": 10} and delivered.weights == [100, 0]
    assert delivered.file(path).splitlines()[0] == first.splitlines()[0]
    # Who delivers the old weights to the same file leaves it alone, and does not delete it.
    during = delivered.file(path)
    run = play([written])
    assert not run["Set"].changed and "because a traffic shift of VirtualService" in str(run["Set"].result["warnings"])
    gone = {"name": "Gone", f"{OURS}.mesh_apply": {**declare, "namespace": delivered.apps.namespace, "state": "absent"}}
    assert "is not deleted, because a traffic shift" in play([gone], expect="failed").msg
    assert delivered.file(path) == during
    without_steps = {name: value for name, value in chosen.items() if name != "steps"}
    play([delivered.shift(state="aborted", **without_steps)])
    assert delivered.file(path) == first and delivered.cluster.get(delivered.route)["spec"]["http"] == [rule]
    assert not play([written])["Set"].changed
    # After a promotion the old weights conflict; the new ones do not, and the file is as any other again.
    play([delivered.shift(**chosen)])
    assert delivered.weights == [0, 100]
    assert "are those of a traffic shift that was promoted" in play([written], expect="failed").msg
    rule["route"] = delivered.cluster.get(delivered.route)["spec"]["http"][0]["route"]
    play([written])
    assert "traffic shift" not in delivered.file(path) and not play([written])["Set"].changed


def automated(delivered):
    return delivered.apps.live()["spec"]["syncPolicy"]["automated"]


def test_it_is_killed_and_continued(play, delivered):
    play(delivered.application())
    place = {"kubeconfig": str(delivered.cluster.kubeconfig), "lease_duration": 1}

    def run(dies=0, **options):
        arguments = delivered.shift(**place, **options)[f"{OURS}.traffic_shift"]
        return killed.run(ENTRY, arguments, dies=dies, answered=dies % 2 == 0)

    for dies in (9, 16):
        assert run(dies, state="started") is None
        run(state="started")
        assert delivered.weights == [80, 20]
        assert run(dies, state="aborted") is None
        run(state="aborted")
        assert delivered.weights == [100, 0] and delivered.file() == ROUTES
        assert automated(delivered).get("enabled") is not False
        assert not killed.journals(delivered.cluster, delivered.apps.namespace)

    # On the way back, while automated sync is paused: whoever goes on turns it on again.
    run(state="started")
    for dies in range(5, 40):
        run(dies, state="aborted")
        if automated(delivered).get("enabled") is False:
            break
    else:
        raise AssertionError("it was never killed while sync was paused")
    run(state="aborted")
    assert automated(delivered) == {"prune": True, "selfHeal": True}
    assert delivered.weights == [100, 0] and delivered.file() == ROUTES


def test_two_at_once(play, delivered):
    """The second is refused, names the first, and commits nothing."""
    play(delivered.application())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = [pool.submit(play, [delivered.shift(pause=8, lease_duration=4)], expect="any") for _turn in range(2)]
        runs = [each.result() for each in running]
    ended = sorted((run["Shift"] for run in runs), key=lambda task: "msg" in task.result)
    assert ended[0].result["phase"] == "promoted" and "shop is held by " in ended[1].result["msg"]
    assert delivered.weights == [0, 100] and len(delivered.messages()) == 2 + 3


def test_an_application_of_an_applicationset(play, delivered):
    """What is paused there would be turned on again: the commit of the way back comes first."""
    apps, cluster = delivered.apps, delivered.cluster
    template = {"metadata": {"name": apps.name()}, "spec": apps.spec("prod")}
    template["spec"]["source"]["directory"] = {"recurse": True}
    metadata = {"name": apps.namespace, "namespace": "argocd"}
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet", "metadata": metadata}
    generators = [{"list": {"elements": [{"name": "one"}]}}]
    cluster.kubectl(
        "apply", "-f", "-", stdin=json.dumps({**body, "spec": {"generators": generators, "template": template}})
    )
    try:
        apps.until(lambda live: live and (live.get("status") or {}).get("sync", {}).get("status") == "Synced", 90)
        play([delivered.shift(state="started")])
        assert delivered.weights == [80, 20]
        back = play([delivered.shift(state="aborted", delivery="cluster", git=None)], expect="failed")
        assert "is not back yet: the shift was begun with delivery: git" in back.msg and delivered.weights == [80, 20]
        play([delivered.shift(state="aborted")])
        assert delivered.weights == [100, 0] and delivered.file() == ROUTES
        assert automated(delivered) == {"prune": True, "selfHeal": True}
        assert play([delivered.shift()])["Shift"].result["phase"] == "promoted" and delivered.weights == [0, 100]
    finally:
        cluster.api("DELETE", f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets/{apps.namespace}")


def test_a_release_whose_steps_are_commits(play, player, delivered):
    """The role: the canary is live by itself, each weight by a commit, and at the end the stable side has it all."""
    apps, cluster, namespace = delivered.apps, delivered.cluster, delivered.apps.namespace
    objects, variables = canaries.shop(namespace)
    (route,) = (document for document in objects if document["kind"] == "VirtualService")
    play([{"name": "Shop", f"{OURS}.mesh_apply": {"objects": [each for each in objects if each is not route]}}])
    apps.repository.commit({FILE: route})
    play(delivered.application())
    git = {"repository": str(delivered.folder), "file": FILE}
    variables |= {"canary_release_delivery": "git", "canary_release_git": git, "canary_release_wait_timeout": 90}
    done = player.play(playbook="meshops.lifecycle.canary", vars=variables)
    summary = done["Hand the result on"].result["ansible_stats"]["data"]["canary_release"]
    assert summary["phase"] == "promoted"
    assert canaries.state(cluster, namespace) == ({"stable": 100, "canary": 0}, {"stable": "2", "canary": None})
    shifted = [line.rpartition(": ")[2] for line in delivered.messages() if line.startswith("Shift traffic")]
    assert shifted == ["promotion", "50 %", "promotion", "50 %", "10 %"]  # the newest first: back, and before it there
    assert player.play(playbook="meshops.lifecycle.canary", vars=variables).changed == []


def test_what_is_edited_in_git_ends_it_and_stays(play, delivered):
    play([*delivered.application(), delivered.shift(state="started")])
    theirs = delivered.file().replace("weight: 20", "weight: 21").replace("weight: 80", "weight: 79")
    delivered.git("reset", "--hard", "-q")
    delivered.apps.repository.commit({FILE: theirs})
    delivered.apps.patch({"spec": {"syncPolicy": {"automated": None}}})  # so that it is only in Git
    failed = play([delivered.shift(state="advanced")], expect="failed")["Shift"]
    assert failed.result["phase"] == "taken_over"
    assert f"{FILE} on branch main was changed by somebody else. The shift of VirtualService" in failed.msg
    assert (
        delivered.weights == [80, 20]
        and delivered.file() == theirs
        and not killed.journals(delivered.cluster, delivered.apps.namespace)
    )


def test_without_argo_cd_the_live_route_counts(play, delivered):
    cluster, namespace = delivered.cluster, delivered.apps.namespace
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=ROUTES)
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=yaml.safe_dump_all(SERVICES))
    failed = play([delivered.shift(state="started", wait_timeout=1)], expect="failed")
    assert "is pushed, and the live route does not have its weights" in failed.msg and delivered.weights == [100, 0]
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=delivered.file())
    run = play([delivered.shift(state="started")])["Shift"]
    assert run.result["step"] == "step 1 of 2: 20 %" and delivered.messages()[1] == "a change"


REFUSED = {
    "no file": (None, "There is no file prod/routes.yaml on branch main"),
    "another": (ROUTES.replace("name: shop", "name: other"), "no document is VirtualService"),
    "a template": ("{{- if .Values.x }}\n" + ROUTES + "{{- end }}\n", "cannot be read as YAML. If it is a template"),
    "comments": (
        ROUTES.replace("        - {destination: {host: new}, weight: 0}\n", ""),
        "spec.http cannot be edited safely: there are comments in them, which would be lost",
    ),
    "anchors": (
        ROUTES.replace("{host: old}", "&a {host: old}").replace("{host: new}", "{<<: *a, host: new}"),
        "anchors or aliases are used in them",
    ),
    "other weights": (ROUTES.replace("weight: 100", "weight: 90"), "does not have the weights of the live route"),
}


def test_what_cannot_be_edited_safely_is_refused_in_words(play, delivered):
    cluster, namespace = delivered.cluster, delivered.apps.namespace
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=ROUTES)
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=yaml.safe_dump_all(SERVICES))
    for name, (text, message) in REFUSED.items():
        delivered.apps.repository.commit({FILE: text})
        head = delivered.git("rev-parse", "main")
        if name == "comments":
            rule = {"timeout": "5s", "route": [{"destination": {"host": "old"}, "weight": 100}]}
            cluster.api("PATCH", delivered.route, {"spec": {"http": [rule]}}, "application/merge-patch+json")
        else:
            cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=ROUTES)
        failed = play([delivered.shift()], expect="failed")
        assert message in failed.msg, (name, failed.msg)
        assert delivered.git("rev-parse", "main") == head and not killed.journals(cluster, namespace), name
    # An Application that ignores the weights would never set them.
    delivered.apps.repository.commit({FILE: ROUTES})
    rule = {"group": "networking.istio.io", "kind": "VirtualService", "jqPathExpressions": [".spec.http"]}
    policy = {"syncPolicy": {"automated": {}, "syncOptions": ["RespectIgnoreDifferences=true"]}}
    play(delivered.application(ignoreDifferences=[rule], **policy))
    failed = play([delivered.shift()], expect="failed")
    assert "ignores the weights of VirtualService" in failed.msg and delivered.weights == [100, 0]
