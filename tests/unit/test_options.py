# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options, the environment that stands in for them, and what of them is secret."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import credentials
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import ENVIRONMENT, resolve
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, invocation, secrets_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS as MANY


@pytest.mark.parametrize(
    ("params", "environment", "options"),
    [
        ({}, {}, {}),
        ({"host": "h"}, {"K8S_AUTH_HOST": "e"}, {"host": "h"}),
        ({"host": None}, {"K8S_AUTH_HOST": "e"}, {"host": "e"}),
        ({}, {"K8S_AUTH_HOST": ""}, {}),
        ({}, {"K8S_AUTH_API_KEY": "t", "K8S_AUTH_CONTEXT": "c"}, {"api_key": "t", "context": "c"}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "no"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "False"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_VERIFY_SSL": "true"}, {"validate_certs": True}),
        ({"validate_certs": False}, {"K8S_AUTH_VERIFY_SSL": "true"}, {"validate_certs": False}),
        ({}, {"K8S_AUTH_IMPERSONATE_GROUPS": "a, b"}, {"impersonate_groups": ["a", "b"]}),
        ({"impersonate_groups": ["c"]}, {"K8S_AUTH_IMPERSONATE_GROUPS": "a"}, {"impersonate_groups": ["c"]}),
        ({"kubeconfig": {"clusters": []}}, {"K8S_AUTH_KUBECONFIG": "/e"}, {"kubeconfig": {"clusters": []}}),
        ({"proxy_headers": {"user_agent": "x"}}, {}, {"proxy_headers": {"user_agent": "x"}}),
    ],
)
def test_what_is_written_wins_over_the_environment(params, environment, options):
    assert resolve(params, environment) == options


def test_every_option_with_a_variable_is_an_option_of_the_modules():
    assert set(ENVIRONMENT) <= set(ARGUMENTS)


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
    assert credentials.secrets(KUBECONFIG) == expected
    assert credentials.secrets("/a/path") == credentials.secrets(None) == credentials.secrets({"users": None}) == set()


def test_a_kubeconfig_may_be_given_as_its_content():
    entry = Entry("x", MANY, lambda task: {})
    written = entry.checked({"kubeconfig": "users:\n- name: a\n  user: {token: token-1}\n"})
    assert secrets_of(entry, written) == {"token-1"}
    assert "token-1" not in str(invocation(written))
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
    assert secrets_of(entry, entry.checked(arguments)) == hidden


def test_secrets_in_documents_are_masked_where_arguments_are_shown():
    written = {
        "definition": {"kind": "Secret", "stringData": {"k": "s1"}},
        "objects": [{"kind": "Secret", "data": {"k": "s2"}}, {"kind": "ConfigMap", "data": {"k": "v"}}],
        "kubeconfig": KUBECONFIG,
        "name": "n",
    }
    shown = str(invocation(written))
    for text in ("s1", "s2", "token-1", "password-1"):
        assert text not in shown
    assert "'v'" in shown and "'n'" in shown and "https://a" in shown
    assert written["objects"][0]["data"] == {"k": "s2"}
