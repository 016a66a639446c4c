# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which Argo CD keeps things: ApplicationSets as its types write them, names of Secrets, known hosts."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import applicationset, spec
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_account as account
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_certificate as trust
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_repository as repository

EMPTY = {"metadata": {}, "spec": {"destination": {}, "project": ""}}
GENERATORS = [
    ({"list": {"elements": []}}, {"list": {"elements": [], "template": EMPTY}}),
    ({"clusters": {}}, {"clusters": {"selector": {}, "template": EMPTY}}),
    (
        {"git": {"repoURL": "u", "revision": "", "directories": [{"path": "*", "exclude": False}]}},
        {"git": {"repoURL": "u", "revision": "", "directories": [{"path": "*"}], "template": EMPTY}},
    ),
    (
        {"plugin": {"configMapRef": {"name": "c"}}, "selector": {"matchLabels": {"a": ""}}},
        {
            "plugin": {"configMapRef": {"name": "c"}, "input": {}, "template": EMPTY},
            "selector": {"matchLabels": {"a": ""}},
        },
    ),
    (
        {"matrix": {"generators": [{"clusters": {}}, {"matrix": {"generators": [{"clusters": {}}]}}]}},
        {
            "matrix": {
                "generators": [
                    {"clusters": {"selector": {}, "template": EMPTY}},
                    {"matrix": {"generators": [{"clusters": {}}]}},  # two levels down Argo CD keeps the text
                ],
                "template": EMPTY,
            }
        },
    ),
]


@pytest.mark.parametrize(("declared", "kept"), GENERATORS, ids=lambda one: next(iter(one)))
def test_generators_as_the_controller_writes_them(declared, kept):
    template = {"metadata": {"name": "a"}, "spec": {"project": "p", "source": {"directory": {"recurse": False}}}}
    made = applicationset.normalise({"spec": {"generators": [declared], "template": template, "goTemplate": False}})
    assert made["spec"]["generators"] == [kept]
    assert made["spec"]["template"]["spec"] == {"project": "p", "source": {}}
    assert "goTemplate" not in made["spec"]
    assert applicationset.normalise(made) == made


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"metadata": {"name": "a"}},
        {"metadata": {"name": "a"}, "spec": {}},
        {"metadata": {"name": "a"}, "spec": {"destination": {}}},
        {
            "metadata": {
                "name": "a",
                "labels": {"a": ""},
                "annotations": {"argoproj.io/subscribe.x.y": ""},
            }
        },
        {"metadata": [], "spec": 5},
        "text",
    ],
)
def test_a_template_is_not_filled_in_and_keeps_empty_text(template):
    made = applicationset.normalise({"spec": {"generators": [], "template": template}})
    assert made["spec"]["template"] == template


@pytest.mark.parametrize("value", [True, 0, "", "text"])
def test_what_is_of_the_wrong_type_is_left_to_the_server(value):
    for name in ("source", "syncPolicy", "destination", "sourceHydrator"):
        assert spec.normalise({"metadata": {}, "spec": {name: value}})["spec"] == {name: value}
    assert applicationset.normalise({"spec": {"generators": value}})["spec"] == {"generators": value}


def test_known_hosts_of_others_stay():
    before = "# ours\na.example.com ssh-rsa AAAA1\nb.example.com,10.0.0.1 ssh-rsa AAAA2\n"
    both = trust.known_hosts(before, "c.example.com", ["ssh-ed25519 AAAA3"])
    assert both == before + "c.example.com ssh-ed25519 AAAA3\n"
    assert trust.known_hosts(both, "c.example.com", ["ssh-ed25519 AAAA3"]) == both
    assert trust.known_hosts(both, "c.example.com", []) == before
    assert trust.known_hosts(before, "10.0.0.1", []) == "# ours\na.example.com ssh-rsa AAAA1\n"


@pytest.mark.parametrize("text", ["", "# nothing\n", "git.example.com ssh-rsa\n", "not a key"])
def test_what_is_no_host_key_is_refused(text):
    with pytest.raises(MeshError, match="SSH host key"):
        trust.host_keys(text)


def test_hashes_of_others_are_known():
    """Each prefix that Argo CD takes, of crypt(3) with the password "pass"."""
    made = account.hashed("pass")
    for prefix in ("$2a$", "$2b$", "$2y$"):
        assert account.matches("pass", prefix + made[4:])


def test_hashes():
    assert repository.fnv("a") == 0xE40C292C  # the published vector of FNV-1a
    stored = account.hashed("pässword")
    assert stored.startswith("$2a$10$") and account.matches("pässword", stored)
    assert not account.matches("other", stored) and not account.matches("x", "no hash")
    with pytest.raises(MeshError, match="72 bytes"):
        account.hashed("x" * 73)
