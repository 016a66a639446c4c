# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts of mesh_upgrade: stages from facts, who uses a revision, labels of namespaces, windows, checks."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import (
    behaviour,
    checks,
    labels,
    stages,
    usage,
    windows,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

OLD, NEW = "1-30", "1-31"
FORWARD, BACK = Goal(NEW, "1.31.1", OLD), Goal(OLD, "1.30.0", NEW)
VERSIONS = {OLD: "1.30.0", NEW: "1.31.1"}


def plane(revision, **more):
    row = {"namespace": "istio-system", "name": f"istiod-{revision}", "revision": revision}
    return {**row, "version": VERSIONS[revision], "replicas": 1, "ready": 1, "updated": 1, "proxies": 0, **more}


def workload(name, namespace, revision, expected, gateway=False):
    return {
        "kind": "Deployment",
        "namespace": namespace,
        "name": name,
        "gateway": gateway,
        "pods": 1,
        "revisions": [revision],
        "versions": [VERSIONS[revision]],
        "expected_revision": expected,
        "expected_version": VERSIONS[expected],
        "outdated": int(revision != expected),
        "unconnected": 0,
    }


def namespace(name, selector, **annotations):
    label, _equals, value = selector.partition("=")
    metadata = {"name": name, "resourceVersion": "7", "labels": {label: value}, "annotations": annotations}
    return {"metadata": metadata}


def facts(
    planes, *, gateway=OLD, shop=OLD, selects=None, tag=OLD, validator=OLD, base="1.30.0", unconnected=0, kept=""
):
    """A mesh with one gateway and one namespace, which selects the tag or a revision."""
    selects = selects or "prod"
    means = tag if selects == "prod" else selects
    item = namespace("shop", f"istio.io/rev={selects}", **({labels.BEFORE: kept} if kept else {}))
    mesh = {
        "control_planes": planes,
        "tags": [{"tag": "prod", "revision": tag}],
        "webhooks": [
            {
                "kind": "W",
                "name": row["revision"],
                "revision": row["revision"],
                "failure_policy": "Fail",
                "has_ca": True,
            }
            for row in planes
        ],
        "namespaces": [{"name": "shop", "selects": selects, "revision": means, "version": VERSIONS[means]}],
        "workloads": [workload("gateway", "ingress", gateway, gateway, True), workload("web", "shop", shop, means)],
        "crds": [],
        "proxies": {"unconnected": unconnected},
    }
    return Facts(mesh=mesh, namespaces={"shop": item}, validator=validator, base_version=base)


def status(of, goal, probed=False):
    return {row.name: row.status.value for row in stages.stages(of, goal, checks.problems(of, goal), probed=probed)}


BOTH = [plane(OLD), plane(NEW)]
NEWER = {"base": "1.31.1"}


@pytest.mark.parametrize(
    ("goal", "base", "is_back"),
    [
        (Goal(OLD, "1.30.0", ""), "1.31.1", True),  # ended after the definitions, before the second control plane
        (Goal("default", "1.30.0", "default"), "1.31.1", True),  # the same in place
        (Goal(NEW, "1.31.1", ""), "1.31.1", False),
        (Goal(OLD, "1.30.0", ""), "1.30.0", False),
        (Goal(OLD, "1.30.0", ""), "", False),
        (Goal(NEW, "1.31.1", OLD), "1.32.0", False),  # definitions may be newer than both
    ],
)
def test_newer_definitions_alone_are_on_the_way_back(goal, base, is_back):
    assert stages.is_back(facts([plane(OLD)], base=base), goal) == is_back


@pytest.mark.parametrize(
    ("of", "goal", "probed", "following"),
    [
        (facts([plane(OLD)]), FORWARD, False, "base"),
        (facts([plane(OLD)], **NEWER), FORWARD, False, "istiod"),
        (facts([plane(OLD), plane(NEW, ready=0)], **NEWER), FORWARD, False, "istiod"),
        (facts(BOTH, **NEWER), FORWARD, False, "probe"),
        (facts(BOTH, **NEWER), FORWARD, True, "gateways"),
        (facts(BOTH, gateway=NEW, **NEWER), FORWARD, False, "waves"),
        (facts(BOTH, gateway=NEW, selects=NEW, **NEWER), FORWARD, False, "waves"),  # moved and not yet restarted
        (facts(BOTH, gateway=NEW, selects=NEW, shop=NEW, **NEWER), FORWARD, False, "default"),
        (facts(BOTH, gateway=NEW, selects=NEW, shop=NEW, tag=NEW, **NEWER), FORWARD, False, "default"),
        (
            facts(BOTH, gateway=NEW, selects=NEW, shop=NEW, tag=NEW, validator=NEW, kept="istio.io/rev=prod", **NEWER),
            FORWARD,
            False,
            "default",
        ),
        (facts(BOTH, gateway=NEW, shop=NEW, tag=NEW, validator=NEW, **NEWER), FORWARD, False, "cleanup"),
        (facts([plane(NEW)], gateway=NEW, shop=NEW, tag=NEW, validator=NEW, **NEWER), FORWARD, False, None),
        (facts(BOTH, gateway=NEW, shop=NEW, tag=NEW, validator=NEW, **NEWER), BACK, False, "gateways"),
        (facts(BOTH, shop=NEW, tag=NEW, validator=NEW, **NEWER), BACK, False, "default"),
        (facts(BOTH, shop=NEW, **NEWER), BACK, False, "waves"),
        (facts([plane(NEW)], gateway=NEW, shop=NEW, tag=NEW, validator=NEW, **NEWER), BACK, False, "istiod"),
    ],
)
def test_what_is_next_follows_from_what_is_live(of, goal, probed, following):
    rows = status(of, goal, probed)
    assert next((name for name, state in rows.items() if state != "done"), None) == following
    assert list(rows) == list(stages.BACK if goal is BACK else stages.FORWARD)
    assert list(rows.values()).count("next") <= 1


class Mesh:
    """A mesh that the stages are gone with: what each of them does to it, as the role does it."""

    def __init__(self, selector):
        self.planes, self.base, self.validator, self.probed = [OLD], "1.30.0", OLD, False
        self.tags = {"prod": OLD, "default": OLD}
        self.gateway = self.pods = OLD
        self.shop = namespace("shop", selector)

    def facts(self):
        means = labels.meaning(labels.selected(self.shop), self.tags)
        of = facts(
            [plane(name) for name in self.planes], gateway=self.gateway, validator=self.validator, base=self.base
        )
        of.mesh["tags"] = [{"tag": name, "revision": revision} for name, revision in self.tags.items()]
        row = {"name": "shop", "selects": "x", "revision": means, "version": VERSIONS[means]}
        rows = [
            workload("gateway", "ingress", self.gateway, self.gateway, True),
            workload("web", "shop", self.pods, means),
        ]
        of.mesh.update(namespaces=[row], workloads=rows)
        of.namespaces["shop"] = self.shop
        return of

    def left(self, goal):
        rows = status(self.facts(), goal, self.probed)
        return [name for name, state in rows.items() if state != "done" and name != "cleanup"]

    def go(self, stage, goal, *, half=False):
        """A stage, or the half of it: what is written first."""
        if stage == "base":
            self.base = goal.version
        elif stage == "istiod":
            self.planes = [OLD, NEW]
        elif stage == "probe":
            self.probed = True
        elif stage == "gateways":
            self.gateway = goal.revision
        elif stage == "waves":
            self.select(goal)
            self.pods = self.pods if half else labels.meaning(labels.selected(self.shop), self.tags)
        else:
            self.tags.update(dict.fromkeys(["prod"] if half else self.tags, goal.revision))
            if not half:
                self.validator = goal.revision
                self.select(goal, restored=True)

    def select(self, goal, restored=False):
        kept = labels.before(self.shop)
        if restored and not (kept and labels.meaning(kept, self.tags) == goal.revision):
            return
        patch = labels.patch(self.shop, goal.revision, self.tags)
        for field in ("labels", "annotations") if patch else ():
            values = {**self.shop["metadata"][field], **patch["metadata"][field]}
            self.shop["metadata"][field] = {name: value for name, value in values.items() if value is not None}

    def state(self):
        metadata = self.shop["metadata"]
        return self.tags, self.validator, self.gateway, self.pods, metadata["labels"], metadata["annotations"]


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("selector", ["istio.io/rev=prod", "istio.io/rev=1-30", "istio-injection=enabled"])
@pytest.mark.parametrize("last", ["base", "istiod", "probe", "gateways", "waves", "default"])
def test_from_each_stage_the_way_back_leads_to_the_start(last, selector, half):
    mesh, start = Mesh(selector), Mesh(selector).state()
    stage = ""
    while stage != last:
        stage = mesh.left(FORWARD)[0]
        mesh.go(stage, FORWARD, half=half and stage == last)
    back = BACK if NEW in mesh.planes else Goal(OLD, "1.30.0", "")
    assert stages.is_back(mesh.facts(), back)
    gone = []
    while left := mesh.left(back):
        assert left[0] not in gone, f"{left[0]} is not done after it was gone"
        mesh.go(left[0], back)
        gone.append(left[0])
    assert mesh.state() == start
    assert [name for name in stages.BACK if name in gone] == gone


def test_an_upgrade_that_is_killed_in_each_stage_goes_on_to_its_end():
    mesh = Mesh("istio.io/rev=prod")
    while left := mesh.left(FORWARD):
        mesh.go(left[0], FORWARD, half=True)
        if left[0] in mesh.left(FORWARD):
            mesh.go(left[0], FORWARD)
    assert usage.users(mesh.facts(), OLD) == [] and labels.selected(mesh.shop) == "istio.io/rev=prod"


PLACE, PLACE_BACK = Goal("default", "1.31.1", "default"), Goal("default", "1.30.0", "default")


def in_place(istiod, gateway, shop, base="1.31.1", **more):
    """A mesh with the default revision alone: versions of its control plane, and of the proxies."""
    present = {**plane(OLD), "name": "istiod", "revision": "default", "version": istiod, **more}
    rows = [workload("gateway", "ingress", OLD, OLD, True), workload("web", "shop", OLD, OLD)]
    for row, version in zip(rows, (gateway, shop)):
        row.update(revisions=["default"], versions=[version], expected_revision="default", expected_version=istiod)
        row["outdated"] = int(version != istiod)
    mesh = facts([present]).mesh
    row = {"name": "shop", "selects": "default", "revision": "default", "version": istiod}
    mesh.update(tags=[], namespaces=[row], workloads=rows)
    return Facts(mesh=mesh, namespaces={"shop": namespace("shop", "istio-injection=enabled")}, base_version=base)


@pytest.mark.parametrize(
    ("versions", "goal", "left"),
    [
        (("1.30.0", "1.30.0", "1.30.0", "1.30.0"), PLACE, ["base", "istiod", "probe", "gateways", "waves"]),
        (("1.30.0", "1.30.0", "1.30.0"), PLACE, ["istiod", "probe", "gateways", "waves"]),
        (("1.31.1", "1.30.0", "1.30.0"), PLACE, ["probe", "gateways", "waves"]),
        (("1.31.1", "1.31.1", "1.30.0"), PLACE, ["waves"]),
        (("1.31.1", "1.31.1-distroless", "1.31.1"), PLACE, []),
        (("1.31.1", "1.31.1", "1.31.1"), PLACE_BACK, ["istiod", "gateways", "waves"]),
        (("1.30.0", "1.30.0", "1.31.1"), PLACE_BACK, ["waves"]),
        (("1.31.1", "1.30.0", "1.30.0"), PLACE_BACK, ["istiod"]),  # a control plane that came up, and nothing more
    ],
)
def test_in_place_what_is_left_follows_from_the_versions(versions, goal, left):
    of = in_place(*versions)
    rows = status(of, goal)
    assert [name for name, state in rows.items() if state != "done"] == left and rows["checks"] == "done"
    assert stages.is_back(of, goal) == (goal is PLACE_BACK) and "cleanup" not in rows


def test_in_place_a_ready_pod_of_the_old_template_is_not_the_new_control_plane():
    lines = stages.istiod(in_place("1.31.1", "1.30.0", "1.30.0", updated=0), PLACE)
    assert lines == ["istiod istiod has 0 of 1 replicas of its new template"]


@pytest.mark.parametrize(
    ("of", "goal", "problem"),
    [
        (in_place("1.29.4", "1.29.4", "1.29.4"), PLACE, "more than 1 minor version"),
        (in_place("1.30.0", "1.30.0", "1.29.4"), PLACE, "Deployment shop/web has proxies of 1.29.4"),
        (in_place("1.31.1", "1.31.1", "1.31.1"), Goal("default", "1.29.4", "default"), "more than 1 minor version"),
        (in_place("1.30.0", "1.30.0", "1.30.0"), Goal("default", "1.31.1", ""), "replace this one in place"),
        (
            in_place("1.30.0", "1.30.0", "1.30.0"),
            Goal("other", "1.31.1", "other"),
            "revision other has no control plane",
        ),
    ],
)
def test_in_place_goes_minor_by_minor_with_all_proxies(of, goal, problem):
    assert any(problem in line for line in checks.problems(of, goal)), checks.problems(of, goal)


def test_what_the_owner_excludes_is_not_moved():
    left = facts(BOTH, gateway=NEW, **NEWER)
    assert stages.namespaces(left, FORWARD) == ["shop"]
    assert stages.namespaces(left, Goal(NEW, "1.31.1", OLD, ("shop",))) == []
    left.namespaces["shop"]["metadata"]["annotations"] = {labels.EXCLUDED: "skip"}
    assert stages.namespaces(left, FORWARD) == []


def test_waves_are_as_declared_and_then_by_size():
    names = ["a", "b", "c", "d", "e"]
    assert stages.waves(names, [["d", "gone"], ["a", "b"]], 1) == [["d"], ["a", "b"], ["c"], ["e"]]
    assert stages.waves(names, [], 3) == [["a", "b", "c"], ["d", "e"]]
    assert stages.waves([], [["a"]], 3) == []


@pytest.mark.parametrize(
    ("of", "user"),
    [
        (facts(BOTH, gateway=NEW, selects=NEW, shop=NEW, validator=NEW), "the tag prod"),
        (facts(BOTH, gateway=NEW, selects=NEW, shop=NEW, tag=NEW), "istiod-default-validator"),
        (facts(BOTH, shop=NEW, tag=NEW, validator=NEW), "Deployment ingress/gateway"),
        (facts(BOTH, gateway=NEW, selects=OLD, shop=NEW, tag=NEW, validator=NEW), "Namespace shop"),
        (
            facts([plane(OLD, proxies=2), plane(NEW)], gateway=NEW, shop=NEW, tag=NEW, validator=NEW),
            "2 proxies are connected",
        ),
        (facts([plane(OLD, proxies=None), plane(NEW)], gateway=NEW, shop=NEW, tag=NEW, validator=NEW), "not asked"),
        (facts(BOTH, gateway=NEW, shop=NEW, tag=NEW, validator=NEW, unconnected=3), "it is not known whose they are"),
        (facts(BOTH, gateway=NEW, shop=NEW, tag=NEW, validator=NEW), None),
    ],
)
def test_a_revision_is_unused_only_when_everything_agrees(of, user):
    users = usage.users(of, OLD)
    assert (users == []) if user is None else any(user in line for line in users)


@pytest.mark.parametrize(
    ("selector", "kept", "revision", "tags", "now", "remembered"),
    [
        ("istio.io/rev=1-30", "", NEW, {}, {"istio.io/rev": NEW, "istio-injection": None}, None),
        (
            "istio.io/rev=prod",
            "",
            NEW,
            {"prod": OLD},
            {"istio.io/rev": NEW, "istio-injection": None},
            "istio.io/rev=prod",
        ),
        ("istio.io/rev=prod", "", NEW, {"prod": NEW}, None, None),
        (
            "istio.io/rev=1-31",
            "istio.io/rev=prod",
            NEW,
            {"prod": NEW},
            {"istio.io/rev": "prod", "istio-injection": None},
            None,
        ),
        (
            "istio.io/rev=1-31",
            "istio.io/rev=prod",
            OLD,
            {"prod": OLD},
            {"istio.io/rev": "prod", "istio-injection": None},
            None,
        ),
        ("istio.io/rev=1-31", "istio.io/rev=prod", NEW, {"prod": OLD}, None, None),
        (
            "istio-injection=enabled",
            "",
            NEW,
            {},
            {"istio.io/rev": NEW, "istio-injection": None},
            "istio-injection=enabled",
        ),
        (
            "istio.io/rev=1-31",
            "istio-injection=enabled",
            "default",
            {},
            {"istio-injection": "enabled", "istio.io/rev": None},
            None,
        ),
    ],
)
def test_a_namespace_moves_and_gets_its_own_selector_back(selector, kept, revision, tags, now, remembered):
    item = namespace("shop", selector, **({labels.BEFORE: kept} if kept else {}))
    patch = labels.patch(item, revision, tags)
    if now is None:
        assert patch is None
    else:
        assert patch["metadata"]["labels"] == now and patch["metadata"]["resourceVersion"] == "7"
        assert patch["metadata"]["annotations"] == {labels.BEFORE: remembered}


@pytest.mark.parametrize(
    ("spans", "freeze", "moment", "allowed"),
    [
        ([], [], "2026-11-26 15:00", True),
        (["09:00-16:00"], [], "2026-11-26 15:59", True),
        (["09:00-16:00"], [], "2026-11-26 16:00", False),
        (["22:00-04:00"], [], "2026-11-26 03:00", True),
        (["thu 22:00-04:00"], [], "2026-11-27 03:00", True),  # of Thursday's window
        (["thu 22:00-04:00"], [], "2026-11-26 03:00", False),
        (["sat-mon 09:00-16:00"], [], "2026-11-29 10:00", True),
        (["sat-mon 09:00-16:00"], [], "2026-11-26 10:00", False),
        ([], ["2026-11-26"], "2026-11-26 00:00", False),
        ([], ["2026-11-20..2026-11-26"], "2026-11-26 23:59", False),
        ([], ["2026-11-20..2026-11-25"], "2026-11-26 00:00", True),
    ],
)
def test_windows_and_days_on_which_nothing_moves(spans, freeze, moment, allowed):
    at = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
    assert (windows.refusal(spans, freeze, at) == "") == allowed


@pytest.mark.parametrize(("spans", "freeze"), [
    (["9-16"], []), (["00:00-23:59", "someday 1"], []), (["25:00-26:00"], []), (["09:00-10:75"], []),
    ([], ["Christmas"]), ([], ["2027-01-06..2026-12-20"]), ([], ["2026-11-26", "Christmas"]),
])  # fmt: skip
def test_what_is_no_window_is_refused(spans, freeze):
    with pytest.raises(MeshError, match=r"windows|freeze"):
        windows.refusal(spans, freeze, datetime(2026, 11, 26, tzinfo=timezone.utc))


def test_a_jump_that_istio_does_not_support_is_refused():
    far = facts([plane(OLD, version="1.28.3")])
    assert any("more than 2 minor versions" in line for line in checks.problems(far, FORWARD))
    assert checks.problems(facts([plane(OLD)]), FORWARD) == []


def test_what_changes_between_two_minors_has_its_source():
    assert {change.since for change in behaviour.between("1.29.4", "1.31.1")} == {"1.30", "1.31"}
    assert behaviour.between("1.31.0", "1.31.1") == [] == behaviour.between("latest", "1.31.1")
    assert all(
        change.source.endswith(f"{change.note}.yaml") and change.since in change.source for change in behaviour.CHANGES
    )


@pytest.mark.parametrize(
    ("kind", "spec", "has_gap"),
    [
        ("Deployment", {"replicas": 1}, False),  # 25 % of one is rounded down to none
        ("Deployment", {"replicas": 1, "strategy": {"rollingUpdate": {"maxUnavailable": 1}}}, True),
        ("Deployment", {"replicas": 2, "strategy": {"rollingUpdate": {"maxUnavailable": "50%"}}}, False),
        ("Deployment", {"replicas": 2, "strategy": {"rollingUpdate": {"maxUnavailable": "100%"}}}, True),
        ("Deployment", {"replicas": 3, "strategy": {"type": "Recreate"}}, True),
        ("Deployment", {"replicas": 0, "strategy": {"type": "RollingUpdate"}}, False),
        ("StatefulSet", {"replicas": 1}, True),
        ("StatefulSet", {"replicas": 3}, False),
    ],
)
def test_workloads_that_answer_nothing_while_they_are_restarted(kind, spec, has_gap):
    assert bool(checks.gap(kind, spec)) == has_gap
