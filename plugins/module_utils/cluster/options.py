# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: kubernetes.core's names, the environment variables that stand in for them, and the choice between
them.

The rule, which docs/connection.md tells users: one source names the cluster and one gives the credential, each as a
whole. Variables that name a cluster are a connection of their own, and nothing of it is used for a cluster that the
task names. A kubeconfig that the task names is a connection too, whose user no variable replaces.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

# The variables that kubernetes.core and AWX's credential of type "OpenShift or Kubernetes API" use.
PREFIX = "K8S_AUTH_"
ENVIRONMENT = {
    "kubeconfig": "K8S_AUTH_KUBECONFIG",
    "context": "K8S_AUTH_CONTEXT",
    "host": "K8S_AUTH_HOST",
    "api_key": "K8S_AUTH_API_KEY",
    "username": "K8S_AUTH_USERNAME",
    "password": "K8S_AUTH_PASSWORD",
    "ca_cert": "K8S_AUTH_SSL_CA_CERT",
    "client_cert": "K8S_AUTH_CERT_FILE",
    "client_key": "K8S_AUTH_KEY_FILE",
    "validate_certs": "K8S_AUTH_VERIFY_SSL",
    "proxy": "K8S_AUTH_PROXY",
    "no_proxy": "K8S_AUTH_NO_PROXY",
    "impersonate_user": "K8S_AUTH_IMPERSONATE_USER",
    "impersonate_groups": "K8S_AUTH_IMPERSONATE_GROUPS",
}
OPTIONS = (*ENVIRONMENT, "proxy_headers")
SECRETS = ("api_key", "password", "proxy_headers.basic_auth", "proxy_headers.proxy_basic_auth")

TASK, VARIABLES = "the task's options", "the environment's K8S_AUTH_* variables"
_PLACE = ("host", "kubeconfig", "context")
_CREDENTIALS = (("api_key",), ("username", "password"), ("client_cert", "client_key"))
_CREDENTIAL = tuple(name for names in _CREDENTIALS for name in names)
_IMPERSONATION = ("impersonate_user", "impersonate_groups")
_SETTINGS = ("ca_cert", "validate_certs", "proxy", "no_proxy", "proxy_headers")
_FALSE = {"0", "false", "no", "off", "n", "f"}


@dataclass(frozen=True)
class Connection:
    """Which cluster is meant, and as whom, after the choice among the sources.

    ``host`` alone is a whole address. ``kubeconfig`` (path, list of paths joined by colons, or document) is None where
    ``host`` stands alone, or where the default file or the pod is meant. ``credential`` is empty where the kubeconfig's
    user, or the pod, is to give it. ``settings`` win over what the kubeconfig says of authorities and proxies,
    ``defaults`` fill in what it does not say; the same for ``impersonation`` and ``default_impersonation``.
    ``place`` and ``giver`` name the sources of the cluster and of the credential; ``unused`` are the variables that
    belong to another cluster.
    """

    host: str | None = None
    kubeconfig: str | Mapping | None = None
    context: str | None = None
    credential: dict = field(default_factory=dict, repr=False)
    impersonation: dict = field(default_factory=dict)
    default_impersonation: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict, repr=False)
    defaults: dict = field(default_factory=dict, repr=False)
    place: str = ""
    giver: str = ""
    unused: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """A sentence about variables that were not used, for whoever wonders why; empty when there are none."""
        if not self.unused:
            return ""
        return f"{', '.join(self.unused)} of the environment name another cluster than the task, and are not used."


def resolve(params: Mapping, environment: Mapping[str, str] | None = None) -> Connection:
    """The connection that a task's options and the environment's variables mean together.

    Raises MeshError for half a credential, for two of them, and for a context without a kubeconfig to look it up in.
    """
    task = _of_task(params)
    variables, unused = _of_same_cluster(task, _of_environment(os.environ if environment is None else environment))
    place = {**_only(_PLACE, variables), **_only(_PLACE, task)}
    credential, giver = _credential(task, {}), TASK
    if not credential and "kubeconfig" not in task:
        credential, giver = _credential(variables, ENVIRONMENT), VARIABLES
    if "host" in place and credential:  # as kubernetes.core has it: all that is needed, so that no file is read
        place = {"host": place["host"]}
    elif "host" in place and "context" in place and "kubeconfig" not in place:
        raise MeshError(
            "'context' chooses within a kubeconfig, and 'host' names a cluster without one. Leave one of them out, or "
            "give 'kubeconfig' as well."
        )
    impersonation, default_impersonation = _impersonation(task, variables, credential, giver)
    ours, theirs = _settings(task), _settings(variables)
    return Connection(
        **place,
        credential=credential,
        giver=giver if credential else "",
        impersonation=impersonation,
        default_impersonation=default_impersonation,
        settings=ours if "kubeconfig" in task else {**theirs, **ours},
        defaults=theirs if "kubeconfig" in task else {},
        place=TASK if {"host", "kubeconfig"} & set(_only(_PLACE, task)) else VARIABLES if place else "",
        unused=unused,
    )


def resolve_other(stated: Mapping, option: str, params: Mapping) -> Connection:
    """The connection to a second cluster, which ``option`` of a task states: only what stands there counts, and no
    variable; but a context alone is looked up in the kubeconfig of the task's own connection.

    Raises MeshError where it does not say which cluster.
    """
    place = _only(_PLACE, _of_task(stated))
    if not place:
        raise MeshError(f"{option!r} does not name a cluster. Set {option}.kubeconfig, .context or .host.")
    if place.keys() == {"context"}:
        own = resolve({"kubeconfig": params.get("kubeconfig"), "context": place["context"]})
        stated = {**stated, "kubeconfig": own.kubeconfig}
    return resolve(stated, {})


def _of_task(params: Mapping) -> dict:
    """What the task states. An empty text is as good as nothing, but for a credential: that is a variable that was not
    filled, and another source's credential would take its place.
    """
    stated = {}
    for option in OPTIONS:
        value = params.get(option)
        if value == "" and option in (*_CREDENTIAL, "impersonate_user"):
            raise MeshError(
                f"{option!r} is empty. Give it a value, or leave it out ('omit'), so that the credential is "
                "unambiguous."
            )
        if value is not None and (value not in ("", []) or option in ("proxy", "no_proxy")):
            stated[option] = value
    return _typed(stated)


def _of_environment(environment: Mapping[str, str]) -> dict:
    values = {option: environment.get(variable) for option, variable in ENVIRONMENT.items()}
    return _typed({option: value for option, value in values.items() if value})


def _typed(values: dict) -> dict:
    """``validate_certs`` as a bool and ``impersonate_groups`` as a list, whichever way they came."""
    if isinstance(values.get("validate_certs"), str):
        values["validate_certs"] = values["validate_certs"].strip().lower() not in _FALSE
    if isinstance(values.get("impersonate_groups"), str):
        values["impersonate_groups"] = [group.strip() for group in values["impersonate_groups"].split(",")]
    return values


def _of_same_cluster(task: dict, variables: dict) -> tuple[dict, tuple[str, ...]]:
    """The variables that may be used beside the task's options, and the names of those that may not."""
    named, own = _only(_PLACE, task), _only(_PLACE, variables)
    if not named or not own:
        return variables, ()
    if named.keys() == {"context"} and "host" not in own:
        return variables, ()  # another context of the kubeconfig that the variables name
    if named.keys() == {"host"} and _address(named["host"]) == _address(own.get("host")):
        return variables, ()
    kept = _only(["kubeconfig"], variables) if named.keys() == {"context"} else {}
    return kept, tuple(ENVIRONMENT[option] for option in variables if option not in kept)


def _address(host) -> str:
    return str(host).rstrip("/").lower()


def _credential(source: dict, labels: Mapping[str, str]) -> dict:
    """The one credential of a source; ``labels`` has its options' names. Raises MeshError for half a one, or two."""
    given = [names for names in _CREDENTIALS if any(name in source for name in names)]
    if not given:
        return {}

    def label(name: str) -> str:
        return labels.get(name) or repr(name)

    if len(given) > 1:
        names = [label(name) for name in _CREDENTIAL if name in source]
        raise MeshError(f"{' and '.join(names)} are different credentials, and only one is sent. Leave the others out.")
    lacking = [name for name in given[0] if name not in source and name != "client_key"]  # may be in the same file
    if lacking:
        have = [label(name) for name in given[0] if name in source]
        raise MeshError(
            f"{have[0]} is set without {label(lacking[0])}. A credential must come from one source: set both as "
            "options, or both as environment variables."
        )
    return _only(given[0], source)


def _impersonation(task: dict, variables: dict, credential: dict, giver: str) -> tuple[dict, dict]:
    """Whom to act as: (whatever the kubeconfig says, where the kubeconfig says nothing).

    What the variables say belongs to the credential that they give; where they give none, it is meant for any.
    """
    ours, theirs = _only(_IMPERSONATION, task), _only(_IMPERSONATION, variables)
    if ours:
        return ours, {}
    of_task = credential and giver == TASK or "kubeconfig" in task
    if not of_task:
        return theirs, {}
    if any(name in variables for name in (*_CREDENTIAL, "kubeconfig", "context")):
        return {}, {}
    return (theirs, {}) if credential else ({}, theirs)


def _settings(source: dict) -> dict:
    """How to get there and whom to trust. Who names an authority wants it asked."""
    settings = _only(_SETTINGS, source)
    return {"validate_certs": True, **settings} if "ca_cert" in settings else settings


def _only(names, source: Mapping) -> dict:
    return {name: source[name] for name in names if name in source}
