# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the roles as ``-e name=value`` and surveys give them, which is text; and what fails is rolled back."""

from __future__ import annotations

import playing
import pytest
import yaml

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process]
ROLES = ("argocd", "istio", "mesh_config", "monitoring")
TEXTS = {"bool": "no", "int": "60", "float": "0.5"}


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def documented(role):
    path = playing.ROOT / "roles" / role / "meta" / "argument_specs.yml"
    return yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]


def as_texts(options):
    """Each option that is no text by its type, as text; a list of texts as one with commas."""
    texts = {name: TEXTS[option["type"]] for name, option in options.items() if option["type"] in TEXTS}
    for name, option in options.items():
        if option["type"] == "list" and option.get("elements") == "str":
            texts[name] = ",".join(option.get("choices") or ["a", "b"])
        elif option["type"] == "dict" and "options" not in option:
            texts[name] = '{"a": 1}'
    return texts


def test_the_roles_take_text(play):
    tasks = [
        {
            "name": role,
            "ansible.builtin.validate_argument_spec": {
                "argument_spec": documented(role),
                "provided_arguments": as_texts(documented(role)),
            },
        }
        for role in ROLES
    ]
    tasks.append(
        {"name": "sources", "ansible.builtin.debug": {"msg": "{{ lists }}"}, "vars": {"lists": LISTS, "item": {}}}
    )
    variables = {
        name: value
        for role in ROLES
        for folder in ("defaults", "vars")
        for path in sorted((playing.ROOT / "roles" / role / folder).rglob("*.yml"))
        for name, value in yaml.safe_load(path.read_text()).items()
    }
    given = {"argocd_manifests": "/a.yaml, /b.yaml", "monitoring_crds": "/c.yaml", "istio_revision_tags": "prod,next"}
    mappings = (
        "istio_mesh_config",
        "istio_istiod_values",
        "istio_cni_values",
        "istio_base_values",
        "istio_ztunnel_values",
    )
    # What ansible-core 2.16 makes a mapping of by itself begins with a brace.
    given |= dict.fromkeys(mappings, ' {"version": "1.10"}')
    run = play(tasks, vars={**variables, **given})
    assert not any(task.failed for task in run.tasks)
    assert run["sources"].msg == [["/a.yaml", "/b.yaml"], ["/c.yaml"], ["prod", "next"], *["1.10"] * 5]


LISTS = """{{ [argocd_sources | list, monitoring_sources | list, istio_own_tags,
  istio_istiod_release_values.meshConfig.version, istio_istiod_release_values.version, istio_cni_release_values.version,
  istio_base_release_values.version, istio_ztunnel_release_values.version] }}"""


def rule(name, *subsets):
    return {"name": name, "spec": {"host": "reviews", "subsets": [{"name": subset} for subset in subsets]}}


def test_a_role_that_fails_rolls_back(player, cluster, crds, namespace):
    """All variables are text here; the route is refused by the server, after the rules have been written."""
    crds("istio.io")
    path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/destinationrules"
    texts = {
        "mesh_config_set_namespace": namespace,
        "mesh_config_wait_proxies": "false",
        "mesh_config_wait_timeout": "60",
        "mesh_config_prune_all": "no",
        "mesh_config_prune_kinds": "Sidecar,Telemetry",
        "mesh_config_force_conflicts": "yes",
    }
    words = [word for name, value in texts.items() for word in ("-e", f"{name}={value}")]

    def run(rules, routes=(), *more, expect="ok"):
        variables = {"mesh_config_destination_rules": rules, "mesh_config_virtual_services": list(routes)}
        task = {"ansible.builtin.include_role": {"name": f"{OURS}.mesh_config"}, "vars": variables}
        return player.play([task], args=[*words, *more], expect=expect)

    nowhere = {"name": "r", "spec": {"hosts": ["r"], "http": [{"route": [{"destination": {"host": "nobody"}}]}]}}
    failed = run([], [nowhere], "-e", "mesh_config_references=refuse", expect="failed")
    assert f"there is no Service {namespace}/nobody" in failed.msg

    run([rule("kept", "v1")])
    before = cluster.get(f"{path}/kept")["spec"]
    refused = {"name": "r", "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "x"}}]}]}}
    refused["namespace"] = f"{namespace}-that-is-not-there"
    rollback = ("-e", "mesh_config_on_failure=rollback")
    failed = run([rule("kept", "v2"), rule("new", "v1")], [refused], *rollback, expect="failed")
    result = next(task.result for task in failed.tasks if task.failed)
    assert "does not exist" in failed.msg and "2 of the changes were undone" in failed.msg
    assert sorted(result["undone"]) == [f"DestinationRule {namespace}/{name}" for name in ("kept", "new")]
    assert result["changed"] is False
    assert cluster.get(f"{path}/kept")["spec"] == before and cluster.get(f"{path}/new") is None
    assert run([rule("kept", "v1")]).changed == [], "the ownership is what it was as well"

    failed = run([rule("kept", "v2")], [refused], "-e", "mesh_config_on_failure=stop", expect="failed")
    assert cluster.get(f"{path}/kept")["spec"] != before
