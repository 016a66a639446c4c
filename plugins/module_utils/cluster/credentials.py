# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to credentials: what the ``kubernetes`` package reads from a kubeconfig or a pod, or the options say."""

from __future__ import annotations

import base64
import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import private, tls
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import (
    ConfigException,
    Configuration,
    incluster_config,
    kube_config,
    should_bypass_proxies,
    urllib3,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig, options

_AS = ("as", "as-groups", "as-uid", "as-user-extra")  # whom to act as, by the names of a kubeconfig's user
_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"


@dataclass
class Credentials:
    """Who talks to which API server.

    ``origin`` says who named the server, ``giver`` who gave the credential, and ``remark`` which variables were not
    used, as messages say it. ``acting`` is whom to act as, by the names of a kubeconfig's user. ``proxy`` is None where
    the server is reached without it; its login stands in the URL and, encoded, in ``proxy_headers``.
    ``configuration`` is the kubernetes package's own: it renews what expires.
    """

    server: str
    origin: str
    giver: str
    configuration: Any = field(repr=False)
    remark: str = ""
    namespace: str = "default"
    verify: bool = True
    tls_server_name: str | None = None
    ssl_context: ssl.SSLContext | None = None
    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    acting: dict = field(default_factory=dict)
    proxy: str | None = field(default=None, repr=False)
    proxy_headers: dict | None = field(default=None, repr=False)

    def authorization(self) -> str | None:
        """The value of the Authorization header now; the kubernetes package renews what has expired.

        Before its version 36 the package keeps the token of a kubeconfig under another name.
        """
        if self.configuration.refresh_api_key_hook:
            self.configuration.refresh_api_key_hook(self.configuration)
        keys = self.configuration.api_key
        return keys.get("BearerToken") or keys.get("authorization")

    def impersonation(self) -> Iterator[tuple[str, str]]:
        """The headers that say whom to act as; one may come several times."""
        for key, header in (("as", "User"), ("as-uid", "Uid")):
            if self.acting.get(key):
                yield f"Impersonate-{header}", self.acting[key]
        for group in self.acting.get("as-groups") or []:
            yield "Impersonate-Group", group
        for key, values in (self.acting.get("as-user-extra") or {}).items():
            for value in values:
                yield f"Impersonate-Extra-{quote(key, safe='')}", value

    def as_kubeconfig(self) -> dict:
        """A kubeconfig with this server and identity and nothing else, for a program that wants one."""
        cluster: dict = {"server": self.server}
        if not self.verify:
            cluster["insecure-skip-tls-verify"] = True
        elif self.ca:
            cluster["certificate-authority-data"] = base64.b64encode(self.ca).decode()
        if self.tls_server_name:
            cluster["tls-server-name"] = self.tls_server_name
        if self.proxy:
            cluster["proxy-url"] = self.proxy
        names = {"cluster": "meshops", "user": "meshops", "namespace": self.namespace}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "meshops",
            "clusters": [{"name": "meshops", "cluster": cluster}],
            "users": [{"name": "meshops", "user": self._as_user()}],
            "contexts": [{"name": "meshops", "context": names}],
        }

    def _as_user(self) -> dict:
        user: dict = dict(self.acting)
        if self.cert:
            user["client-certificate-data"] = base64.b64encode(self.cert).decode()
            user["client-key-data"] = base64.b64encode(self.key or self.cert).decode()  # one file may hold both
        kind, _space, value = (self.authorization() or "").partition(" ")
        if kind.lower() == "bearer":
            user["token"] = value.strip()
        elif kind.lower() == "basic":
            user["username"], _colon, user["password"] = base64.b64decode(value).decode().partition(":")
        return user


def load(connection: options.Connection) -> Credentials:
    """The credentials of a connection, read from where it says.

    Raises MeshError when a kubeconfig is missing, broken, or lacks the context, and when a certificate is unusable.
    """
    # The package's memory of its files by content would point into the folder, which is gone when TLS has read them.
    with private.folder("meshops-", also=kube_config._cleanup_temp_files) as folder:
        configuration = Configuration()
        configuration.retries = False
        configuration.proxy, configuration.no_proxy = None, None
        base = _base(connection, configuration, folder)
        if connection.credential:
            _set_credential(connection.credential, configuration)
        return _finish(connection, configuration, base)


@dataclass
class _Base:
    """Where a connection starts from, beside what the package's configuration holds: a file, a pod, or an address."""

    origin: str
    namespace: str = "default"
    acting: dict = field(default_factory=dict)
    states_trust: bool = False  # whether it says whose certificate to trust


def _base(connection: options.Connection, configuration, folder: str) -> _Base:
    """Fill ``configuration`` from a kubeconfig or the pod, where the connection needs one."""
    if connection.host and connection.kubeconfig is None:
        return _Base(connection.place)
    source = connection.kubeconfig
    if source is None:
        source = kubeconfig.default()
    if source is not None:
        return _from_kubeconfig(source, connection, configuration, folder)
    if connection.context:
        raise MeshError(
            f"There is no kubeconfig in which to look up the context {connection.context!r}. Set 'kubeconfig' "
            "(or K8S_AUTH_KUBECONFIG)."
        )
    return _in_cluster(configuration)


def _in_cluster(configuration) -> _Base:
    try:
        incluster_config.load_incluster_config(client_configuration=configuration)
    except ConfigException:
        raise MeshError(
            f"No cluster is configured: there is no kubeconfig at {os.path.expanduser('~/.kube/config')}, this is "
            "not a "
            "pod, and neither 'host' nor 'kubeconfig' is given. Set 'kubeconfig' (or K8S_AUTH_KUBECONFIG), or 'host' "
            "and 'api_key'."
        ) from None
    try:
        with open(_NAMESPACE, encoding="utf-8") as stream:
            namespace = stream.read().strip()
    except OSError:
        namespace = "default"
    return _Base("the pod's service account", namespace, states_trust=True)


def _from_kubeconfig(source, connection: options.Connection, configuration, folder: str) -> _Base:
    document, origin = kubeconfig.read(source)
    begin = origin[:1].upper() + origin[1:]
    contexts = {entry["name"]: entry["context"] for entry in document["contexts"]}
    names = ", ".join(contexts) or "none"
    name = str(connection.context or document["current-context"])
    if not name:
        raise MeshError(f"{begin} has no current context. Name one by 'context': it has {names}.")
    if name not in contexts:
        raise MeshError(f"{begin} has no context {name!r}. It has: {names}.")
    begin, origin = f"{begin}, context {name!r},", f"{origin}, context {name}"
    context, users = contexts[name], {entry["name"]: entry["user"] for entry in document["users"]}
    if connection.credential:  # the user's own is not read at all: no plugin is run for nothing
        users = {}
        context = {key: value for key, value in context.items() if key != "user"}
    elif context.get("user") and context["user"] not in users:
        raise MeshError(
            f"{begin} is of user {context['user']!r}, which the file does not have. Create the kubeconfig again."
        )
    user = users.get(context.get("user")) or {}
    document = {
        **document,
        "contexts": [{"name": name, "context": context}],
        "users": [{"name": context["user"], "user": _with_own_environment(user, connection)}] if user else [],
    }
    _load_by_package(document, name, begin, configuration, folder)
    clusters = {entry["name"]: entry["cluster"] for entry in document["clusters"]}
    cluster = clusters.get(context.get("cluster")) or {}
    configuration.proxy = cluster.get("proxy-url")  # which the kubernetes package of version 31 does not read
    trust = {"certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"}
    return _Base(
        origin,
        str(context.get("namespace") or "default"),
        acting=_acting_of(user, begin),
        states_trust=bool(trust & set(cluster)),
    )


def _load_by_package(document: dict, context: str, begin: str, configuration, folder: str) -> None:
    """Have the kubernetes package read a kubeconfig's one context and user, with plugins and certificates."""
    complaints = _Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        loader = kube_config.KubeConfigLoader(config_dict=document, active_context=context, temp_file_path=folder)
        loader.load_and_set(configuration)
    except ConfigException as error:
        raise MeshError(f"{begin} is not usable: {error}. Repair it, or use another.") from None
    except OSError as error:
        raise MeshError(f"{begin} names a file that cannot be read: {error.filename} ({error.strerror}).") from None
    except UnicodeError:
        raise MeshError(
            f"{begin} is not usable: its token, user name or password has characters that cannot be sent. Create it "
            "again, or use another."
        ) from None
    except ValueError as error:
        raise MeshError(f"{begin[:-1]}: a certificate or key is not base64 ({error}).") from None
    except (AttributeError, KeyError, TypeError):  # the package expects every field in its right type
        raise MeshError(
            f"{begin} is not usable: a value in it has a wrong type. Create it again, or use another."
        ) from None
    finally:
        logging.getLogger().removeHandler(complaints)
    user = document["users"][0]["user"] if document["users"] else {}
    if getattr(loader, "token", None) or getattr(loader, "cert_file", None):
        return
    # The kubernetes package only logs what fails, or says nothing at all, and would go on as nobody.
    if "tokenFile" in user:
        raise MeshError(f"{begin} names the token file {user['tokenFile']}, which is empty.")
    if ("username" in user) != ("password" in user):
        raise MeshError(f"{begin} has half of a credential: a user name and a password belong together.")
    if "exec" in user:
        raise MeshError(
            f"The credential plugin {user['exec'].get('command')!r} of {begin[:1].lower()}{begin[1:-1]}, gave no "
            f"credential: {'; '.join(complaints.lines) or 'it printed nothing'}. Run it by hand to see why."
        )
    if "auth-provider" in user:
        provider = user["auth-provider"].get("name") if isinstance(user["auth-provider"], Mapping) else None
        raise MeshError(
            f"{begin} uses the auth provider {provider!r}, which returned no credential. Kubernetes has "
            "replaced auth providers by credential plugins ('exec'): create the kubeconfig again with the cloud's "
            "program."
        )


def _with_own_environment(user: dict, connection: options.Connection) -> dict:
    """A user whose credential plugin does not see the variables of another connection, secrets among them."""
    plugin = user.get("exec")
    if not isinstance(plugin, Mapping) or connection.place == options.VARIABLES:
        return user
    own = plugin.get("env") or []
    foreign = [{"name": name, "value": ""} for name in sorted(os.environ) if name.startswith(options.PREFIX)]
    return {**user, "exec": {**plugin, "env": [*foreign, *own]}} if foreign and isinstance(own, list) else user


def _acting_of(user: dict, begin: str) -> dict:
    """Whom a kubeconfig's user is to act as, which the kubernetes package does not look at. Raises MeshError."""
    acting = {key: user[key] for key in _AS if user.get(key)}
    groups, extra = acting.get("as-groups", []), acting.get("as-user-extra", {})
    texts = [acting.get("as", ""), acting.get("as-uid", "")]
    if isinstance(groups, list) and isinstance(extra, Mapping):
        texts += groups
        for values in extra.values():
            texts += values if isinstance(values, list) else [None]
        if all(isinstance(text, str) for text in texts):
            return acting
    raise MeshError(f"{begin} is not usable: 'as' or a related field has a wrong type. Create it again.")


class _Complaints(logging.Handler):
    """Collects what the kubernetes package would only log."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def _set_credential(credential: Mapping, configuration) -> None:
    """What was given beside a kubeconfig or a pod is all that is sent."""
    configuration.refresh_api_key_hook = None
    configuration.api_key = {}
    configuration.cert_file, configuration.key_file = credential.get("client_cert"), credential.get("client_key")
    if "api_key" in credential:  # a token read from a file brings the file's line break
        configuration.api_key["BearerToken"] = f"Bearer {str(credential['api_key']).strip()}"
    elif "username" in credential:
        pair = base64.b64encode(f"{credential['username']}:{credential['password']}".encode()).decode()
        configuration.api_key["BearerToken"] = f"Basic {pair}"


def _finish(connection: options.Connection, configuration, base: _Base) -> Credentials:
    server = str(connection.host or configuration.host or "")
    if "://" not in server:
        raise MeshError(f"'host' must be a URL such as https://10.0.0.1:6443, not {server!r}.")
    settings = {**({} if base.states_trust else connection.defaults), **connection.settings}
    credentials = Credentials(
        server.rstrip("/"),
        base.origin,
        connection.giver or base.origin,
        configuration,
        connection.remark,
        base.namespace,
        verify=settings.get("validate_certs", configuration.verify_ssl),
        tls_server_name=getattr(configuration, "tls_server_name", None),
        acting=_acting(connection.impersonation) or base.acting or _acting(connection.default_impersonation),
    )
    _set_proxy(credentials, connection, configuration.proxy)
    _check_headers(credentials)
    if server.startswith("https"):
        _load_tls(credentials, settings.get("ca_cert") or configuration.ssl_ca_cert)
    return credentials


def _acting(impersonation: Mapping) -> dict:
    acting = {"as": impersonation.get("impersonate_user"), "as-groups": impersonation.get("impersonate_groups")}
    acting = {key: value for key, value in acting.items() if value}
    if acting and "as" not in acting:
        raise MeshError("'impersonate_groups' is set without 'impersonate_user'. Kubernetes needs the user as well.")
    return acting


def _set_proxy(credentials: Credentials, connection: options.Connection, of_file: str | None) -> None:
    """The proxy, and the login for it, which may stand in the URL or in kubernetes.core's ``proxy_headers``."""
    settings = {**connection.defaults, **({"proxy": of_file} if of_file else {}), **connection.settings}
    proxy = settings.get("proxy")
    if not proxy or should_bypass_proxies(credentials.server, settings.get("no_proxy") or ""):
        return
    address = urlsplit(proxy)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise MeshError(f"'proxy' must be an http or https URL, not {proxy!r}.")
    known = {name: value for name, value in (settings.get("proxy_headers") or {}).items() if value is not None}
    place = address.netloc.rpartition("@")[2]
    if address.username and "proxy_basic_auth" not in known:
        known["proxy_basic_auth"] = f"{unquote(address.username)}:{unquote(address.password or '')}"
    login = known.get("proxy_basic_auth")
    if login:
        user, _colon, password = login.partition(":")
        place = f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    credentials.proxy = address._replace(netloc=place).geturl()
    credentials.proxy_headers = urllib3.make_headers(**known) if known else None


def _check_headers(credentials: Credentials) -> None:
    """What goes into headers has to be fit for them; the HTTP library would complain with the secret in its words."""
    acting = credentials.acting
    texts = {
        f"The token or password of {credentials.giver}": credentials.authorization() or "",
        "impersonate_user": acting.get("as", ""),
        "impersonate_groups": "".join(acting.get("as-groups") or []),
        f"'as-user-extra' of {credentials.origin}": "".join(value for _name, value in credentials.impersonation()),
    }
    for name, text in texts.items():
        if not all(" " <= character <= "\xff" for character in text):
            raise MeshError(f"{name} holds a line break or another character that cannot be sent in a header.")


def _load_tls(credentials: Credentials, authority: str | None) -> None:
    """Read certificates now, so that no file has to stay, and build the one TLS context of the session."""
    configuration = credentials.configuration
    credentials.ca = _content(authority, "ca_cert")
    credentials.cert = _content(configuration.cert_file, "client_cert")
    credentials.key = _content(configuration.key_file, "client_key")
    try:
        context = tls.client_context(authority, credentials.verify)
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise MeshError(
            f"The certificates of {credentials.origin} cannot be used ({reason}): check ca_cert, client_cert and "
            "client_key; certificate and key must belong together and be PEM."
        ) from None
    credentials.ssl_context = context


def _content(path, option: str) -> bytes | None:
    if not path:
        return None
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise MeshError(f"{option}: {path} cannot be read ({why}).") from None
