# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options to credentials: what the ``kubernetes`` package reads from a kubeconfig, a pod or the options."""

from __future__ import annotations

import base64
import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import private
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import (
    YAML_LOADER,
    ConfigException,
    Configuration,
    incluster_config,
    kube_config,
    yaml,
)

# What of a kubeconfig's user is secret, or may be.
_SECRET_FIELDS = {"token", "password", "client-key-data"}
_SECRET_IN_PROVIDER = {"access-token", "id-token", "refresh-token", "client-secret"}


def parsed(text: str) -> dict:
    """A kubeconfig that was given as its content. Raises MeshError that shows nothing of it."""
    try:
        document = yaml.load(text, Loader=YAML_LOADER)
    except (yaml.YAMLError, UnicodeError):
        document = None
    if not isinstance(document, dict):
        raise MeshError("kubeconfig has several lines, so it is taken for a file's content, but it is not YAML.")
    return document


def secrets(kubeconfig) -> set[str]:
    """The texts of an inline kubeconfig that must never be shown; none for a path."""
    found = set()
    for entry in _items(kubeconfig, "users"):
        user = _mapping(entry, "user")
        provider = _mapping(_mapping(user, "auth-provider"), "config")
        found |= {str(user[name]) for name in _SECRET_FIELDS if user.get(name)}
        found |= {str(provider[name]) for name in _SECRET_IN_PROVIDER if provider.get(name)}
        values = [str(variable.get("value") or "") for variable in _items(_mapping(user, "exec"), "env")]
        found |= {value for value in values if len(value) > 7}
    return found


def _mapping(value, name: str) -> Mapping:
    """A mapping within something that may be of any shape; empty when it is none."""
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _items(value, name: str) -> list[Mapping]:
    """The mappings of a list within something that may be of any shape."""
    inner = value.get(name) if isinstance(value, Mapping) else None
    return [item for item in inner if isinstance(item, Mapping)] if isinstance(inner, list) else []


@dataclass
class Credentials:
    """Who talks to which API server. ``configuration`` is the kubernetes package's own, with its token refresh."""

    configuration: object
    ssl_context: ssl.SSLContext | None
    origin: str
    namespace: str = "default"
    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = None
    headers: dict = field(default_factory=dict)

    @property
    def server(self) -> str:
        return self.configuration.host.rstrip("/")

    def authorization(self) -> str | None:
        """The value of the Authorization header now; the kubernetes package renews what has expired.

        Before its version 36 the package keeps the token of a kubeconfig under another name.
        """
        if self.configuration.refresh_api_key_hook:
            self.configuration.refresh_api_key_hook(self.configuration)
        keys = self.configuration.api_key
        return keys.get("BearerToken") or keys.get("authorization")


def load(options: Mapping) -> Credentials:
    """Credentials from resolved connection options (see ``options.resolve``).

    Raises MeshError when a kubeconfig is missing, broken, or lacks the context.
    """
    # The package's memory of its files by content would point into the folder, which is gone when TLS has read them.
    with private.folder("meshops-", also=kube_config._cleanup_temp_files) as folder:
        configuration = Configuration()
        configuration.retries = False
        configuration.proxy, configuration.no_proxy = None, None
        origin, namespace = _base(options, configuration, folder)
        _override(options, configuration)
        return _finish(options, configuration, origin, namespace)


def _base(options: Mapping, configuration, folder: str) -> tuple[str, str]:
    """Fill ``configuration`` from a kubeconfig or the pod; returns where it came from and the default namespace."""
    source = options.get("kubeconfig")
    explicit = source is not None
    if not explicit and options.get("host"):
        return "the task's options", "default"
    if not explicit:
        source = os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")
        if not any(os.path.exists(os.path.expanduser(path)) for path in source.split(os.pathsep)):
            return _in_cluster(configuration, source)
    config, origin, folder_of_config = _read(source)
    return _from_kubeconfig(config, origin, folder_of_config, options.get("context"), configuration, folder)


def _in_cluster(configuration, looked_for: str) -> tuple[str, str]:
    try:
        incluster_config.load_incluster_config(client_configuration=configuration)
    except ConfigException:
        raise MeshError(
            f"No cluster is named: there is no kubeconfig at {looked_for}, this is not a pod, and neither 'host' nor "
            "'kubeconfig' is given. Set 'kubeconfig' (or K8S_AUTH_KUBECONFIG), or 'host' and 'api_key'."
        ) from None
    try:
        with open("/var/run/secrets/kubernetes.io/serviceaccount/namespace", encoding="utf-8") as stream:
            return "the pod's service account", stream.read().strip()
    except OSError:
        return "the pod's service account", "default"


def _read(source) -> tuple[dict, str, str]:
    """A kubeconfig from a dict, or from one or several paths: (document, how messages name it, its folder)."""
    if isinstance(source, Mapping):
        return dict(source), "the kubeconfig given inline", os.getcwd()
    paths = [os.path.expanduser(path) for path in str(source).split(os.pathsep) if path]
    missing = [path for path in paths if not os.path.isfile(path)]
    if len(missing) == len(paths):
        what = "is a folder" if any(os.path.isdir(path) for path in missing) else "does not exist"
        raise MeshError(f"kubeconfig {', '.join(missing)} {what}. Check 'kubeconfig' or K8S_AUTH_KUBECONFIG.")
    if len(paths) > 1:
        together = os.pathsep.join(paths)
        try:
            return kube_config.KubeConfigMerger(together).config.value, f"kubeconfig {together}", ""
        except (ConfigException, yaml.YAMLError, AttributeError, TypeError) as error:
            raise MeshError(f"kubeconfig {together} cannot be merged: {str(error).splitlines()[0]}.") from None
    try:
        with open(paths[0], encoding="utf-8") as stream:
            document = yaml.load(stream, Loader=YAML_LOADER)
    except (OSError, ValueError) as error:
        raise MeshError(f"kubeconfig {paths[0]} cannot be read: {error}.") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise MeshError(f"kubeconfig {paths[0]} is not YAML{line}. It may be cut off; make it anew.") from None
    if not isinstance(document, dict) or not document.get("clusters"):
        raise MeshError(
            f"kubeconfig {paths[0]} names no cluster: it has no 'clusters'. Check that it is the right file."
        )
    return document, f"kubeconfig {paths[0]}", os.path.dirname(os.path.abspath(paths[0]))


def _from_kubeconfig(config, origin, base, context, configuration, folder) -> tuple[str, str]:
    told = _begin(origin)
    _check_shape(config, told)
    contexts = {str(entry["name"]): entry["context"] for entry in config.get("contexts") or []}
    names = ", ".join(map(str, contexts)) or "none"
    wanted = str(context or config.get("current-context") or "")
    if not wanted:
        raise MeshError(f"{told} has no current context. Name one by 'context': it has {names}.")
    if wanted not in contexts:
        raise MeshError(f"{told} has no context {wanted!r}. It has: {names}.")
    chosen = contexts[wanted]
    users = [entry["name"] for entry in config.get("users") or []]
    if chosen.get("user") and chosen["user"] not in users:
        raise MeshError(f"{told}, context {wanted!r}, is of user {chosen['user']!r}, who is not in it. Make it anew.")
    complaints = _Complaints()
    logging.getLogger().addHandler(complaints)
    try:
        loader = kube_config.KubeConfigLoader(
            config_dict=config, active_context=wanted, config_base_path=base, temp_file_path=folder
        )
        loader.load_and_set(configuration)
    except ConfigException as error:
        raise MeshError(f"{told}, context {wanted!r}, is not usable: {error}. Repair it, or name another.") from None
    except ValueError as error:
        raise MeshError(f"{told}, context {wanted!r}: a certificate or key is not base64 ({error}).") from None
    except (AttributeError, KeyError, TypeError):  # the package expects every field in its right type
        raise MeshError(
            f"{told}, context {wanted!r}, is not usable: something in it is of a wrong type. Make it anew, or name "
            "another."
        ) from None
    finally:
        logging.getLogger().removeHandler(complaints)
    _check_exec_plugin(loader, complaints, origin, wanted)
    return f"{origin}, context {wanted}", str(chosen.get("namespace") or "default")


def _check_shape(config: Mapping, told: str) -> None:
    """The parts that every kubeconfig has. Raises MeshError that names the one that is something else."""
    for part, inner in (("clusters", "cluster"), ("users", "user"), ("contexts", "context")):
        entries = config.get(part)
        if entries is not None and not isinstance(entries, list):
            raise MeshError(f"{told}: {part!r} must be a list.")
        for index, entry in enumerate(entries or []):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
                raise MeshError(f"{told}: {part}[{index}] must be a mapping with a name.")
            if not isinstance(entry.get(inner), Mapping):
                raise MeshError(f"{told}: {part}[{index}] ({entry['name']}) has no {inner!r} that is a mapping.")


def _begin(words: str) -> str:
    """Words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def _check_exec_plugin(loader, complaints, origin, context) -> None:
    """The kubernetes package only logs a failing exec plugin, and would go on as nobody."""
    user = getattr(loader._user, "value", None) or {}
    if "exec" in user and not getattr(loader, "token", None) and not getattr(loader, "cert_file", None):
        raise MeshError(
            f"The credential plugin {user['exec'].get('command')!r} of {origin}, context {context!r}, gave no "
            f"credential: {'; '.join(complaints.lines) or 'it printed none'}. Run it by hand to see why."
        )


class _Complaints(logging.Handler):
    """Collects what the kubernetes package would only log."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def _override(options: Mapping, configuration) -> None:
    """What the task states beside the kubeconfig wins over it, as kubernetes.core has it."""
    plain = {
        "host": "host",
        "ca_cert": "ssl_ca_cert",
        "client_cert": "cert_file",
        "client_key": "key_file",
        "proxy": "proxy",
        "no_proxy": "no_proxy",
    }
    for option, attribute in plain.items():
        if option in options:
            setattr(configuration, attribute, options[option])
    if "validate_certs" in options:
        configuration.verify_ssl = options["validate_certs"]
    if "api_key" in options:  # a token read from a file brings the file's line break
        configuration.api_key["BearerToken"] = f"Bearer {str(options['api_key']).strip()}"
        configuration.refresh_api_key_hook = None
    elif options.get("username") and options.get("password"):
        pair = base64.b64encode(f"{options['username']}:{options['password']}".encode()).decode()
        configuration.api_key["BearerToken"] = f"Basic {pair}"
        configuration.refresh_api_key_hook = None


def _finish(options: Mapping, configuration, origin: str, namespace: str) -> Credentials:
    if "://" not in (configuration.host or ""):
        raise MeshError(f"'host' must be a URL such as https://10.0.0.1:6443, not {configuration.host!r}.")
    headers = {}
    if options.get("impersonate_user"):
        headers["Impersonate-User"] = options["impersonate_user"]
    credentials = Credentials(configuration, None, origin, namespace, headers=headers)
    credentials.groups = list(options.get("impersonate_groups") or [])
    _check_headers(credentials)
    if configuration.host.startswith("https"):
        _load_tls(credentials)
    return credentials


def _check_headers(credentials: Credentials) -> None:
    """What goes into headers has to be fit for them; the HTTP library would complain with the secret in its words."""
    texts = {
        f"The token or password of {credentials.origin}": credentials.authorization() or "",
        "impersonate_user": credentials.headers.get("Impersonate-User", ""),
        "impersonate_groups": "".join(credentials.groups),
    }
    for name, text in texts.items():
        if not all(" " <= character <= "\xff" for character in text):
            raise MeshError(f"{name} holds a line break or another character that cannot be sent in a header.")


def _load_tls(credentials: Credentials) -> None:
    """Read certificates now, so that no file has to stay, and build the one TLS context of the session."""
    configuration = credentials.configuration
    credentials.ca = _content(configuration.ssl_ca_cert, "ca_cert")
    credentials.cert = _content(configuration.cert_file, "client_cert")
    credentials.key = _content(configuration.key_file, "client_key")
    try:
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        # Python 3.13 refuses authorities without a key usage, which many clusters have (RFC 5280 strictness).
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
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
