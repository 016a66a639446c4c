# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a kubeconfig that are of a wrong type, or lead nowhere: named before any request, and never shown."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import ENVIRONMENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect

SERVER = "https://127.0.0.1:9"


def document(user=None, **cluster):
    return {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": SERVER, **cluster}}],
        "users": [{"name": "a", "user": user or {"token": "t"}}],
    }


USERS = {
    "a token that is a number": ({"token": 4711}, "'token' in users[0] (a) must be text."),
    "a password that is a number": ({"username": "a", "password": 4711}, "'password' in users[0] (a) must be text."),
    "a plugin that is a list": ({"exec": []}, "'exec' in users[0] (a) must be a mapping."),
    "no token file": ({"tokenFile": "/nonexistent"}, "a file that cannot be read: /nonexistent (No such file"),
    "a folder as a token file": ({"tokenFile": "/"}, "a file that cannot be read: / (Is a directory)"),
    "half of a credential": ({"username": "a"}, "a user name and a password belong together"),
    "what no header takes": ({"username": "→4711", "password": "p"}, "has characters that cannot be sent"),
}
CLUSTERS = {
    "a proxy that is a number": ({"proxy-url": 5}, "'proxy-url' in clusters[0] (a) must be text."),
    "a name that is a number": ({"tls-server-name": 5}, "'tls-server-name' in clusters[0] (a) must be text."),
    "a truth that is none": (
        {"insecure-skip-tls-verify": "yes"},
        "'insecure-skip-tls-verify' in clusters[0] (a) must be true or false.",
    ),
}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in [*ENVIRONMENT.values(), "KUBECONFIG"]:
        monkeypatch.delenv(name, raising=False)


def refusal(source):
    with pytest.raises(MeshError) as caught:
        connect({"kubeconfig": source})
    return caught.value.message


@pytest.mark.parametrize("name", USERS)
def test_of_a_user(name):
    user, words = USERS[name]
    message = refusal(document(user))
    assert words in message and "4711" not in message


def test_an_empty_token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("")
    assert f"the token file {path}, which is empty" in refusal(document({"tokenFile": str(path)}))


@pytest.mark.parametrize("name", CLUSTERS)
def test_of_a_cluster(name):
    cluster, words = CLUSTERS[name]
    assert words in refusal(document(**cluster))


@pytest.mark.parametrize(("written", "skips"), [("false", False), ("True", True), (False, False), (True, True)])
def test_text_of_a_template_does_not_turn_the_check_of_certificates_off(written, skips):
    read, _origin = kubeconfig.read(document(**{"insecure-skip-tls-verify": written}))
    assert read["clusters"][0]["cluster"]["insecure-skip-tls-verify"] is skips
