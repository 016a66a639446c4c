# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of mesh_apply: when the parent is written and removed, what belongs to whom, and definitions with versions."""

from __future__ import annotations

import pytest

OURS = "meshops.lifecycle"
pytestmark = pytest.mark.in_process


@pytest.fixture
def apply(namespace):
    """`apply("name of the task", objects=[…])`: a task for mesh_apply in the test's namespace."""

    def make(called, **options):
        keywords = {key: options.pop(key) for key in list(options) if key in ("ignore_errors", "check_mode")}
        return {"name": called, f"{OURS}.mesh_apply": {"namespace": namespace, **options}, **keywords}

    return make


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data or {"k": "v"}}


def namespaces(*names):
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names]


def rows(result):
    return {f"{one['kind']} {one['name']}": one["action"] for one in result.result["resources"]}


def warnings(result):
    return " ".join(result.result.get("warnings") or [])


def test_a_set_of_namespaces_alone(play, cluster, namespace, apply):
    one, two = f"{namespace}-one", f"{namespace}-two"
    parent = f"/api/v1/namespaces/{namespace}/configmaps/spaces"
    both, less = {"name": "spaces", "objects": namespaces(one, two)}, {"name": "spaces", "objects": namespaces(one)}
    try:
        run = play([apply("make", **both)])
        assert (
            cluster.get(parent)["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"] == "Namespace"
        )
        run = play(
            [
                apply("check", **less, prune=True, check_mode=True),
                apply("drop one", **less, prune=True),
                apply("again", **less, prune=True),
                apply("all, by their names", state="absent", **less),
            ]
        )
        assert (
            rows(run["check"])
            == rows(run["drop one"])
            == {f"Namespace {one}": "unchanged", f"Namespace {two}": "deleted"}
        )
        assert run.changed == ["check", "drop one", "all, by their names"]
        assert "warnings" not in run["all, by their names"].result
        assert cluster.get(parent) is None, "with its last member a set is gone"
        # An earlier release wrote no parent for such a set.
        play([apply("make", name="spaces", objects=namespaces(f"{namespace}-three"))])
        cluster.api("DELETE", parent)
        run = play([apply("drop", name="spaces", objects=[config_map("a")], prune=True)])
        assert rows(run["drop"])[f"Namespace {namespace}-three"] == "deleted"
    finally:
        for name in (one, two, f"{namespace}-three"):
            cluster.api("DELETE", f"/api/v1/namespaces/{name}")


def test_a_set_that_makes_the_namespace_of_its_parent(play, cluster, namespace, apply):
    home = f"{namespace}-home"
    whole = {"name": "home", "namespace": home, "prune": True}
    try:
        run = play(
            [
                apply("make", **whole, objects=[*namespaces(home), config_map("a")]),
                apply("again", **whole, objects=[*namespaces(home), config_map("a")]),
                apply("without it", **whole, objects=[], prune_all=True),
            ]
        )
        assert run.changed == ["make", "without it"]
        assert rows(run["without it"]) == {"ConfigMap a": "deleted", f"Namespace {home}": "deleted"}
    finally:
        cluster.api("DELETE", f"/api/v1/namespaces/{home}")


def test_whose_an_object_is(play, cluster, namespace, apply):
    def single(called, **options):
        task = apply(called, objects=[config_map("a", k=called)])
        task[f"{OURS}.mesh_apply"].update({key: options.pop(key) for key in ("force_conflicts",) if key in options})
        return {**task, **options}

    checks = {"check_mode": True, "ignore_errors": True}
    run = play(
        [
            apply("its parent, in check mode", name="shop", objects=[config_map("shop")], **checks),
            apply("its parent", name="shop", objects=[config_map("shop")], ignore_errors=True),
            apply("shop", name="shop", objects=[config_map("a")]),
            apply("another, in check mode", name="other", objects=[config_map("a")], **checks),
            apply("another", name="other", objects=[config_map("a")], ignore_errors=True),
            single("alone", ignore_errors=True),
            single("alone by force, in check mode", force_conflicts=True, check_mode=True),
            single("alone by force", force_conflicts=True),
            apply("back", name="shop", objects=[config_map("a")], ignore_errors=True),
            apply("deleted by name, in check mode", state="absent", objects=[config_map("a")], check_mode=True),
            apply("deleted by name", state="absent", objects=[config_map("a")]),
        ]
    )
    for task in run.tasks[:2]:
        assert f"ConfigMap {namespace}/shop is the parent of the set shop" in task.msg
    for task in run.tasks[3:5]:
        assert (
            f"ConfigMap {namespace}/a: it is a member of the set 'shop' (mesh_apply with that name) already" in task.msg
        )
        assert "part-of" not in task.msg
    assert "data.k by 'meshops.lifecycle.set.shop', which is the set 'shop'" in run["alone"].msg
    assert "take it out of the other and run this one once with force_conflicts: true" in run["alone"].msg
    for name in ("alone by force, in check mode", "alone by force"):
        assert f"ConfigMap {namespace}/a: data.k belonged to the set 'shop' (mesh_apply with that name)" in warnings(
            run[name]
        )
    assert "which is tasks of this collection without a set" in run["back"].msg
    for name in ("deleted by name, in check mode", "deleted by name"):
        assert "is a member of the set 'shop' (mesh_apply with that name), whose next run creates it" in warnings(
            run[name]
        )


def test_two_sets_of_one_name(play, cluster, namespace, apply):
    """Their field manager is one, so the server sees no conflict: the second refuses all the same."""
    cluster_role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    role = {**cluster_role, "metadata": {"name": namespace}, "rules": [{"nonResourceURLs": ["/a"], "verbs": ["get"]}]}

    def of(place, called, labels=None, **options):
        keywords = {key: options.pop(key) for key in ("check_mode", "ignore_errors") if key in options}
        objects = [{**role, "metadata": {**role["metadata"], "labels": labels or {}}}]
        module = {"name": "roles", "namespace": place, "objects": objects, **options}
        return {"name": called, f"{OURS}.mesh_apply": module, **keywords}

    moved = {"name": "the old parent goes", f"{OURS}.mesh_apply": {"name": "roles", "state": "absent"}}
    moved[f"{OURS}.mesh_apply"]["namespace"] = namespace
    try:
        run = play([
            of(namespace, "first"),
            of("default", "second, in check mode", check_mode=True, ignore_errors=True),
            of("default", "second", ignore_errors=True),
            of("default", "forced", force_conflicts=True),
            moved,
            of("default", "again"),
            of("default", "labelled", labels={"applyset.kubernetes.io/part-of": "x"}),
            {"name": "empty", f"{OURS}.mesh_apply": {"name": "", "objects": [role]}, "ignore_errors": True},
        ])  # fmt: skip
        for name in ("second, in check mode", "second"):
            assert "it is a member of another set of the same name (the set 'roles'" in run[name].msg, run[name].msg
            assert "give one of the sets another name" in run[name].msg
        assert "it belonged to another set of the same name" in warnings(run["forced"])
        assert run.changed == ["first", "forced"] and "name is empty" in run["empty"].msg
        assert "is of another set, and this set writes its own" in warnings(run["labelled"])
        cluster.get(f"/apis/rbac.authorization.k8s.io/v1/clusterroles/{namespace}")
    finally:
        play([{f"{OURS}.mesh_apply": {"name": "roles", "namespace": "default", "state": "absent"}}])


def test_the_version_that_an_object_declares(converges, cluster, namespace, apply):
    group = f"{namespace}.example.com"

    def version(name, field, storage):
        schema = {
            "type": "object",
            "properties": {"spec": {"type": "object", "properties": {field: {"type": "string"}}}},
        }
        return {"name": name, "served": True, "storage": storage, "schema": {"openAPIV3Schema": schema}}

    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"foos.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Foo", "plural": "foos"},
            "scope": "Namespaced",
            "versions": [version("v1alpha1", "old", False), version("v1", "new", True)],
        },
    }
    new = {"apiVersion": f"{group}/v1", "kind": "Foo", "metadata": {"name": "new"}, "spec": {"new": "x"}}
    old = {"apiVersion": f"{group}/v1alpha1", "kind": "Foo", "metadata": {"name": "old"}, "spec": {"old": "x"}}
    try:
        run = converges([apply("both", name="foos", objects=[definition, new, old])])
        assert set(rows(run[0]).values()) == {"created"}
        assert cluster.get(f"/apis/{group}/v1/namespaces/{namespace}/foos/new")["spec"] == {"new": "x"}
        live = cluster.get(f"/apis/{group}/v1alpha1/namespaces/{namespace}/foos/old")
        entries = [one["apiVersion"] for one in live["metadata"]["managedFields"]]
        assert entries == [f"{group}/v1alpha1"]
        gone = {"apiVersion": f"{group}/v1", "kind": "Bar", "metadata": {"name": "x"}}
    finally:
        cluster.api("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/foos.{group}")
    run = converges([apply("what nobody serves", state="absent", objects=[gone])])
    assert rows(run[0]) == {"Bar x": "unchanged"}


def test_check_mode_says_what_would_be(play, namespace, apply):
    objects = [config_map("a"), {**config_map("b"), "metadata": {"name": "b", "labels": {"a": "no label!"}}}]
    run = play([apply("check", objects=objects, check_mode=True, ignore_errors=True)])
    assert "1 would be changed, 1 would fail and 0 would not be begun" in run["check"].msg


def test_what_leaves_does_not_take_declared_objects_along(play, cluster, namespace, apply):
    """Neither the namespace of a declared object goes, nor the definition of its kind; in check mode too."""
    group, inner = f"{namespace}.example.com", f"{namespace}-inner"
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"bars.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Bar", "plural": "bars"},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    }
    bar = {"apiVersion": f"{group}/v1", "kind": "Bar", "metadata": {"name": "x"}}
    inside = {**config_map("a"), "metadata": {"name": "a", "namespace": inner}}
    whole = {"name": "whole", "prune": True}
    refused = {"ignore_errors": True}
    try:
        run = play(
            [
                apply("whole", **whole, objects=[definition, bar, *namespaces(inner), inside]),
                apply(
                    "no definition, in check mode",
                    **whole,
                    objects=[bar, *namespaces(inner)],
                    check_mode=True,
                    **refused,
                ),
                apply("no definition", **whole, objects=[bar, *namespaces(inner)], **refused),
                apply("no namespace", **whole, objects=[definition, bar, inside], **refused),
                apply("nothing", **whole, objects=[], prune_all=True),
                apply("nothing again", **whole, objects=[], prune_all=True),
            ]
        )
        for name in ("no definition, in check mode", "no definition"):
            assert (
                f"CustomResourceDefinition bars.{group} is no longer declared, and deleting it would delete Bar"
                in run[name].msg
            )
        assert (
            f"Namespace {inner} is no longer declared, and deleting it would delete ConfigMap {inner}/a"
            in run["no namespace"].msg
        )
        assert run["nothing"].changed and len(rows(run["nothing"])) == 4
        assert not run["nothing again"].failed, "the kind is gone by now, also for a session that knew it"
    finally:
        cluster.api("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bars.{group}")
        cluster.api("DELETE", f"/api/v1/namespaces/{inner}")
