# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice among the sources of a connection: which cluster is meant, and whose credential is sent."""

from __future__ import annotations

import base64
import itertools
import os

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import credentials, options
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import ENVIRONMENT, resolve
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS


def variables(**values):
    return {ENVIRONMENT[option]: value for option, value in values.items()}


# What each credential sends: the Authorization header, or the content of the client certificate.
def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def world(tmp_path, monkeypatch):
    """`world(task, variables, KUBECONFIG=user, …)`: the credentials that would be used, without a request.

    Texts FILE:<name> are kubeconfigs: of cluster https://<name>, with the user of that name below.
    """
    monkeypatch.setattr(
        credentials, "_load_tls", lambda made, authority: setattr(made, "ca", authority and authority.encode())
    )
    for name in list(os.environ):
        if name.startswith("K8S_AUTH_") or name == "KUBECONFIG":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "plugin").write_text(
        '#!/bin/sh\necho ran >> "$0.ran"\n'
        'echo "{\\"apiVersion\\": \\"client.authentication.k8s.io/v1\\", \\"kind\\": \\"ExecCredential\\",'
        ' \\"status\\": {\\"token\\": \\"of-plugin-$K8S_AUTH_API_KEY$K8S_AUTH_PASSWORD$OWN\\"}}"\n'
    )
    (tmp_path / "plugin").chmod(0o755)
    for name in ("file.crt", "file.key", "other.crt", "other.key", "file.ca", "other.ca"):
        (tmp_path / name).write_text(name)
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(tmp_path / "plugin"),
        "interactiveMode": "Never",
    }
    provider = {"name": "gcp", "config": {"access-token": "of-provider"}}
    users = {
        "certificate": {"client-certificate": "file.crt", "client-key": "file.key"},
        "token": {"token": "of-file"},
        "both": {"token": "of-file", "client-certificate": "file.crt", "client-key": "file.key"},
        "password": {"username": "file", "password": "of-file"},
        "plugin": {"exec": plugin},
        "provider": {"auth-provider": provider},
        "acting": {"token": "of-file", "as": "deputy", "as-groups": ["staff"], "as-user-extra": {"a/b": ["c"]}},
        "nobody": {},
    }

    def file(name):
        cluster = {"server": f"https://{name}", "certificate-authority": "file.ca", "tls-server-name": "file-name"}
        cluster["proxy-url"] = "http://file-proxy:1"
        path = tmp_path / f"{name}.yaml"
        path.write_text(
            yaml.safe_dump(
                {
                    "current-context": name,
                    "clusters": [{"name": name, "cluster": cluster}],
                    "users": [{"name": name, "user": users[name]}],
                    "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": name}}],
                }
            )
        )
        return str(path)

    def written(value):
        if isinstance(value, str) and value.startswith("FILE:"):
            return file(value[5:])
        return str(tmp_path / value[1:]) if isinstance(value, str) and value.startswith("~") else value

    def make(task, of_environment=None, **environment):
        for name, value in (of_environment or {}).items():
            monkeypatch.setenv(name, written(value))
        for name, value in environment.items():
            monkeypatch.setenv(name, written(value))
        return credentials.load(resolve({name: written(value) for name, value in task.items()}))

    make.ran = lambda: (tmp_path / "plugin.ran").exists()
    return make


def sent(made):
    """Everything by which the server would know somebody."""
    certificate = made.configuration.cert_file
    acting = dict(made.impersonation())
    return {
        "server": made.server,
        "authorization": made.authorization(),
        "certificate": certificate and os.path.basename(certificate),
        **({"acting": acting} if acting else {}),
    }


CREDENTIALS = {
    "api_key": ({"api_key": "t"}, "Bearer t", None),
    "password": ({"username": "u", "password": "p"}, basic("u", "p"), None),
    "certificate": ({"client_cert": "~other.crt", "client_key": "~other.key"}, None, "other.crt"),
}
# Each place where a kubeconfig with a user of its own may come from, beside an explicit credential.
BESIDE = {
    "kubeconfig": lambda user: ({"kubeconfig": f"FILE:{user}"}, {}, {}),
    "K8S_AUTH_KUBECONFIG": lambda user: ({}, variables(kubeconfig=f"FILE:{user}"), {}),
    "KUBECONFIG": lambda user: ({}, {}, {"KUBECONFIG": f"FILE:{user}"}),
}
USERS = ["certificate", "token", "both", "password", "plugin", "provider", "acting"]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_credential_of_the_task_is_the_only_one(world, kind, beside, user):
    """With a host of the task's own, and at the cluster of the kubeconfig: of the file's user nothing is sent."""
    given, authorization, certificate = CREDENTIALS[kind]
    task, of_environment, environment = BESIDE[beside](user)
    expected = {"authorization": authorization, "certificate": certificate}
    assert sent(world({**task, **given}, of_environment, **environment)) == {"server": f"https://{user}", **expected}
    with_host = world({**task, **given, "host": "https://own/"}, of_environment, **environment)
    assert sent(with_host) == {"server": "https://own", **expected}
    assert (with_host.proxy, with_host.tls_server_name, with_host.ca) == (None, None, None)
    assert not world.ran(), "nobody runs the plugin of a user who is not meant"


@pytest.mark.parametrize(("ours", "theirs"), list(itertools.product(CREDENTIALS, CREDENTIALS)))
def test_a_credential_of_the_task_against_one_of_the_variables(world, ours, theirs):
    given, authorization, certificate = CREDENTIALS[ours]
    other = {"api_key": "env"}, {"username": "env", "password": "env"}, {"client_cert": "/env", "client_key": "/env"}
    beside = variables(**dict(zip(CREDENTIALS, other))[theirs], impersonate_user="env")
    expected = {"server": "https://own", "authorization": authorization, "certificate": certificate}
    assert sent(world({"host": "https://own", **given}, beside)) == expected
    assert sent(world(given, {**beside, **variables(host="https://own")})) == expected


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_credential_of_the_variables_against_a_kubeconfig(world, kind, user):
    given, authorization, certificate = CREDENTIALS[kind]
    expected = {"authorization": authorization, "certificate": certificate}
    made = world({}, variables(**given), KUBECONFIG=f"FILE:{user}")
    assert sent(made) == {"server": f"https://{user}", **expected}
    made = world({}, variables(kubeconfig=f"FILE:{user}"))
    assert sent(made) == {"server": f"https://{user}", **expected}
    made = world({}, variables(host="https://env"))
    assert sent(made) == {"server": "https://env", **expected}
    assert not world.ran()


OF_FILE = {
    "certificate": {"authorization": None, "certificate": "file.crt"},
    "token": {"authorization": "Bearer of-file", "certificate": None},
    "both": {"authorization": "Bearer of-file", "certificate": "file.crt"},
    "password": {"authorization": basic("file", "of-file"), "certificate": None},
    "plugin": {"authorization": "Bearer of-plugin-", "certificate": None},
    "provider": {"authorization": "Bearer of-provider", "certificate": None},
    "nobody": {"authorization": None, "certificate": None},
    "acting": {
        "authorization": "Bearer of-file",
        "certificate": None,
        "acting": {
            "Impersonate-User": "deputy",
            "Impersonate-Group": "staff",
            "Impersonate-Extra-a%2Fb": "c",
        },
    },
}


@pytest.mark.parametrize(
    "beside",
    [
        variables(host="https://env"),
        variables(host="https://env", api_key="env", proxy="http://env-proxy:1", impersonate_user="env"),
        variables(kubeconfig="FILE:nobody", context="nobody"),
        variables(context="env"),
        variables(api_key="env", impersonate_user="env", impersonate_groups="env"),
        variables(username="env", password="env"),
        variables(client_cert="/env", client_key="/env"),
        variables(ca_cert="/env", validate_certs="no", proxy="http://env-proxy:1"),
        variables(api_key="half", username="half"),
    ],
)
@pytest.mark.parametrize("user", OF_FILE)
def test_a_kubeconfig_of_the_task_is_a_connection_of_its_own(world, user, beside):
    made = world({"kubeconfig": f"FILE:{user}"}, beside)
    assert sent(made) == {"server": f"https://{user}", **OF_FILE[user]}
    assert made.verify and made.ca.endswith(b"file.ca") and made.proxy == "http://file-proxy:1"
    assert (made.tls_server_name, made.namespace) == ("file-name", user)


@pytest.mark.parametrize("user", OF_FILE)
@pytest.mark.parametrize("beside", ["K8S_AUTH_KUBECONFIG", "KUBECONFIG"])
def test_a_host_of_the_task_gets_nothing_of_a_kubeconfig_that_is_not(world, beside, user):
    _task, of_environment, environment = BESIDE[beside](user)
    made = world({"host": "https://own"}, of_environment, **environment)
    assert sent(made) == {"server": "https://own", "authorization": None, "certificate": None}
    assert (made.proxy, made.tls_server_name, made.ca, made.verify) == (None, None, None, True)
    assert bool(made.remark) == (beside == "K8S_AUTH_KUBECONFIG")


# task, variables, KUBECONFIG's user (or None), what is sent; "server" alone means as nobody
NOBODY = {"authorization": None, "certificate": None}


@pytest.mark.parametrize(
    ("task", "beside", "default", "expected"),
    [
        # The token of one cluster does not go to another.
        (
            {"host": "https://own"},
            variables(host="https://env", api_key="env"),
            None,
            {"server": "https://own", **NOBODY},
        ),
        ({"host": "https://own"}, variables(context="x", api_key="env"), None, {"server": "https://own", **NOBODY}),
        # Variables that name no cluster, or the same, complete the task's options.
        (
            {"host": "https://own"},
            variables(api_key="env"),
            "token",
            {"server": "https://own", "authorization": "Bearer env"},
        ),
        (
            {"host": "https://own"},
            variables(host="https://OWN/", api_key="env"),
            None,
            {"server": "https://own", "authorization": "Bearer env"},
        ),
        # What names the cluster of the variables gets no user of the default kubeconfig.
        ({}, variables(host="https://env"), "token", {"server": "https://env", **NOBODY}),
        # Within one source a host takes the place of the one in the kubeconfig, as kubernetes.core has it.
        (
            {"host": "https://own", "kubeconfig": "FILE:token"},
            {},
            None,
            {"server": "https://own", "authorization": "Bearer of-file"},
        ),
        (
            {},
            variables(host="https://env", kubeconfig="FILE:token"),
            None,
            {"server": "https://env", "authorization": "Bearer of-file"},
        ),
        # A context is looked up in the next kubeconfig.
        (
            {"context": "token"},
            variables(host="https://env", api_key="env"),
            "token",
            {"server": "https://token", **OF_FILE["token"]},
        ),
        (
            {"context": "token"},
            variables(host="https://env", api_key="env", kubeconfig="FILE:token"),
            None,
            {"server": "https://token", **OF_FILE["token"]},
        ),
        (
            {"context": "token"},
            variables(kubeconfig="FILE:token", context="other", impersonate_user="env"),
            "nobody",
            {"server": "https://token", **OF_FILE["token"], "acting": {"Impersonate-User": "env"}},
        ),
        # Whom to act as.
        (
            {"impersonate_user": "jane"},
            variables(impersonate_groups="env"),
            "acting",
            {"server": "https://acting", "authorization": "Bearer of-file", "acting": {"Impersonate-User": "jane"}},
        ),
        (
            {"kubeconfig": "FILE:token"},
            variables(impersonate_user="env"),
            None,
            {"server": "https://token", **OF_FILE["token"], "acting": {"Impersonate-User": "env"}},
        ),
        (
            {"kubeconfig": "FILE:acting"},
            variables(impersonate_user="env"),
            None,
            {"server": "https://acting", **OF_FILE["acting"]},
        ),
        (
            {"api_key": "t"},
            variables(host="https://env", impersonate_user="env"),
            None,
            {"server": "https://env", "authorization": "Bearer t", "acting": {"Impersonate-User": "env"}},
        ),
        (
            {"api_key": "t"},
            variables(host="https://env", api_key="env", impersonate_user="env"),
            None,
            {"server": "https://env", "authorization": "Bearer t"},
        ),
        # Empty is as good as not given.
        (
            {"kubeconfig": "", "host": "", "context": ""},
            variables(host=""),
            "token",
            {"server": "https://token", **OF_FILE["token"]},
        ),
        (
            {"host": ""},
            variables(host="https://env", api_key="env"),
            None,
            {"server": "https://env", "authorization": "Bearer env"},
        ),
    ],
)
def test_who_goes_where(world, task, beside, default, expected):
    made = world(task, beside, **({"KUBECONFIG": f"FILE:{default}"} if default else {}))
    assert sent(made) == {"certificate": None, **expected}


@pytest.mark.parametrize(
    ("task", "beside", "expected"),
    [
        ({"ca_cert": "/task"}, variables(validate_certs="no"), (True, "/task", "http://file-proxy:1")),
        ({}, variables(validate_certs="no", proxy="http://env:1"), (False, "file.ca", "http://env:1")),
        ({"validate_certs": True, "proxy": ""}, variables(ca_cert="/env", proxy="http://env:1"), (True, "/env", None)),
        ({"validate_certs": False}, variables(ca_cert="/env"), (False, "/env", "http://file-proxy:1")),
        ({"no_proxy": "token"}, {}, (True, "file.ca", None)),
        (
            {"kubeconfig": "FILE:token", "ca_cert": "/task"},
            variables(ca_cert="/env"),
            (True, "/task", "http://file-proxy:1"),
        ),
        ({"kubeconfig": "FILE:token", "validate_certs": False}, {}, (False, "file.ca", "http://file-proxy:1")),
    ],
)
def test_whom_to_trust_and_by_which_way(world, task, beside, expected):
    made = world(task, beside, KUBECONFIG="FILE:token")
    verify, authority, proxy = expected
    assert (made.verify, made.proxy) == (verify, proxy)
    assert made.ca.decode().endswith(authority)


@pytest.mark.parametrize(
    ("task", "beside", "words"),
    [
        ({"api_key": ""}, {}, "'api_key' is empty"),
        ({"client_cert": ""}, {}, "'client_cert' is empty"),
        ({"impersonate_user": ""}, {}, "'impersonate_user' is empty"),
        ({"api_key": "a", "client_cert": "b"}, {}, "'api_key' and 'client_cert' are different credentials"),
        ({}, variables(api_key="a", username="b"), "K8S_AUTH_API_KEY and K8S_AUTH_USERNAME are different credentials"),
        ({"username": "u"}, variables(password="p"), "'username' is set without 'password'"),
        ({"client_key": "k"}, variables(client_cert="c"), "'client_key' is set without 'client_cert'"),
        ({}, variables(password="p"), "K8S_AUTH_PASSWORD is set without K8S_AUTH_USERNAME"),
        ({"host": "https://a", "context": "b"}, {}, "'context' chooses within a kubeconfig"),
        ({"context": "nowhere"}, variables(host="https://env", api_key="t"), "There is no kubeconfig in which"),
        ({"impersonate_groups": ["a"], "host": "https://a"}, {}, "without 'impersonate_user'"),
        ({}, {"KUBECONFIG": "/nowhere"}, "kubeconfig /nowhere does not exist. Check the environment's KUBECONFIG"),
    ],
)
def test_what_is_refused(world, task, beside, words):
    with pytest.raises(MeshError) as caught:
        world(task, beside)
    assert words in caught.value.message


def test_a_plugin_sees_no_variable_of_another_connection(world):
    beside = {**variables(host="https://env", api_key="env"), "OWN": "own"}
    assert world({"kubeconfig": "FILE:plugin"}, beside).authorization() == "Bearer of-plugin-own"


def test_what_other_programs_get(world):
    """helm's kubeconfig has the identity of the session, whichever source it came from."""
    (user,) = world({"kubeconfig": "FILE:acting"}).as_kubeconfig()["users"]
    assert user["user"] == {"token": "of-file", "as": "deputy", "as-groups": ["staff"], "as-user-extra": {"a/b": ["c"]}}
    document = world({"kubeconfig": "FILE:both", "api_key": "t", "no_proxy": "both"}).as_kubeconfig()
    assert document["users"][0]["user"] == {"token": "t"}
    assert "proxy-url" not in document["clusters"][0]["cluster"]


def test_another_cluster_of_a_task(world):
    """argocd_cluster's `cluster`: nothing of the environment, and nothing of the task's own credential."""
    params = {"host": "https://argocd", "api_key": "argocd", "kubeconfig": None}
    other = options.resolve_other({"host": "https://other"}, "cluster", params)
    assert (other.host, other.credential, other.kubeconfig) == ("https://other", {}, None)
    params = {"kubeconfig": "/argocd", "api_key": "argocd"}
    other = options.resolve_other({"context": "other"}, "cluster", params)
    assert (other.kubeconfig, other.context, other.credential) == ("/argocd", "other", {})
    with pytest.raises(MeshError) as caught:
        options.resolve_other({"api_key": "t"}, "cluster", params)
    assert "'cluster' does not name a cluster" in caught.value.message


def test_every_option_with_a_variable_is_an_option_of_the_modules():
    assert set(options.OPTIONS) <= set(ARGUMENTS)
