# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options, the environment that stands in for them, and what of them is secret."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import resolve
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS as MANY


@pytest.mark.parametrize(
    ("params", "environment", "settings"),
    [
        ({}, {}, {}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "no"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "False"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "true"}, {"validate_certs": True}),
        ({}, {"K8S_AUTH_VERIFY_SSL": ""}, {}),
        ({"validate_certs": False}, {"K8S_AUTH_VERIFY_SSL": "true"}, {"validate_certs": False}),
        ({"proxy_headers": {"user_agent": "x"}}, {}, {"proxy_headers": {"user_agent": "x"}}),
    ],
)
def test_variables_in_the_types_of_the_options(params, environment, settings):
    assert resolve(params, environment).settings == settings


@pytest.mark.parametrize(
    ("params", "environment", "groups"),
    [
        ({}, {"K8S_AUTH_IMPERSONATE_GROUPS": "a, b"}, ["a", "b"]),
        ({"impersonate_groups": ["c"]}, {"K8S_AUTH_IMPERSONATE_GROUPS": "a"}, ["c"]),
    ],
)
def test_groups(params, environment, groups):
    assert resolve(params, environment).impersonation == {"impersonate_groups": groups}


KUBECONFIG = {
    "clusters": [{"name": "c", "cluster": {"server": "https://a", "certificate-authority-data": "public"}}],
    "users": [
        {"name": "a", "user": {"token": "token-1", "client-key-data": "key-1", "client-certificate-data": "public"}},
        {"name": "b", "user": {"username": "jane", "password": "password-1"}},
        {"name": "c", "user": {"auth-provider": {"config": {"refresh-token": "refresh-1", "client-secret": "oidc-1"}}}},
        {"name": "d", "user": {"exec": {"env": [{"name": "S", "value": "long-enough"}, {"value": "a"}]}}},
        {"name": "e"},
        {"name": "f", "user": None},
        "broken",
    ],
}  # fmt: skip


def test_secrets_of_an_inline_kubeconfig():
    expected = {"token-1", "key-1", "password-1", "refresh-1", "oidc-1", "long-enough"}
    assert kubeconfig.secrets(KUBECONFIG) == expected
    assert kubeconfig.secrets("/a/path") == kubeconfig.secrets(None) == kubeconfig.secrets({"users": None}) == set()


def test_a_kubeconfig_may_be_given_as_its_content():
    entry = Entry("x", MANY, lambda task: {})
    written = entry.checked({"kubeconfig": "users:\n- name: a\n  user: {token: token-1}\n"})
    assert entry.secrets_of(written) == {"token-1"}
    assert "token-1" not in str(entry.invocation(written))
    with pytest.raises(MeshError) as caught:
        entry.checked({"kubeconfig": "token: [\ntoken-1"})
    assert "token-1" not in caught.value.message


SECRETS = {
    "api_key": {"type": "str", "no_log": True},
    "spec": {
        "type": "dict",
        "options": {
            "ssh_private_key": {"type": "str", "no_log": True, "aliases": ["sshPrivateKey"]},
            "users": {"type": "list", "elements": "dict", "options": {"password": {"type": "str", "no_log": True}}},
            "name": {"type": "str"},
        },
    },
}


@pytest.mark.parametrize(
    ("arguments", "hidden"),
    [
        ({"api_key": "s1"}, {"s1"}),
        ({"spec": {"ssh_private_key": "s1", "name": "n"}}, {"s1"}),
        ({"spec": {"sshPrivateKey": "s1"}}, {"s1"}),
        ({"spec": '{"sshPrivateKey": "s1"}'}, {"s1"}),
        ({"spec": {"users": [{"password": "s1"}, {}, {"password": "s2"}]}}, {"s1", "s2"}),
        ({"spec": None}, set()),
        ({}, set()),
    ],
)
def test_secret_options_are_found_under_every_name(arguments, hidden):
    entry = Entry("x", SECRETS, lambda task: {})
    assert entry.secrets_of(entry.checked(arguments)) == hidden


def test_secrets_in_documents_are_masked_where_arguments_are_shown():
    written = {
        "definition": {"kind": "Secret", "stringData": {"k": "s1"}},
        "objects": [{"kind": "Secret", "data": {"k": "s2"}}, {"kind": "ConfigMap", "data": {"k": "v"}}],
        "kubeconfig": KUBECONFIG,
        "name": "n",
    }
    entry = Entry("x", {}, lambda task: {}, roles=Roles(documents=("definition", "objects")))
    shown = str(entry.invocation(written))
    for text in ("s1", "s2", "token-1", "password-1"):
        assert text not in shown
    assert "'v'" in shown and "'n'" in shown and "https://a" in shown
    assert written["objects"][0]["data"] == {"k": "s2"}
