# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP requests to something that is not the API server: an address, or a Service through the API server."""

from __future__ import annotations

import base64
import http.client
import re
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import tls
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import urllib3
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.portforward import PodConnection
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import CONNECT_TIMEOUT, Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.endpoints import ServicePort, pod_behind

_MOST = 16 * 2**20  # bytes of a response that are read
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Response(NamedTuple):
    """``reason``: the words beside the status, such as "Not Found"."""

    status: int
    reason: str
    body: bytes


class Unreachable(Exception):
    """There is no response; the message says why, without a full stop."""


class Slow(Unreachable):
    """There is no response within the time for it."""


class Client(Protocol):
    """What can be asked. ``label`` names it in messages, without a password."""

    label: str

    def request(self, path: str, form: str = "") -> Response:
        """GET ``path``, or POST to it an encoded form. Raises Unreachable; ApiError where the API server refuses."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Trust:
    """How the two ends prove who they are. ``option``: the option that holds these, for messages."""

    option: str
    ca_cert: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """Raises MeshError that names the file that cannot be used."""
        if self.client_key and not self.client_cert:
            raise MeshError(f"{self.option}.client_key is set without {self.option}.client_cert. Set both.")
        try:
            context = tls.client_context(self.ca_cert, self.verify)
        except (ssl.SSLError, OSError) as error:
            raise self._unusable("ca_cert", self.ca_cert, error) from None
        if self.client_cert:
            try:
                # Never ask at the terminal for the password of an encrypted key.
                context.load_cert_chain(self.client_cert, self.client_key or None, password=lambda: b"")
            except (ssl.SSLError, OSError) as error:
                raise self._unusable("client_cert", self.client_cert, error) from None
        return context

    def _unusable(self, name: str, path: str | None, error: OSError) -> MeshError:
        why = getattr(error, "reason", None) or error.strerror or error
        return MeshError(f"{self.option}.{name}: {path} cannot be used ({why}). It must be a readable PEM file.")


@dataclass
class UrlClient:
    """Requests to an http or https address, by the proxies that the environment names (HTTPS_PROXY, NO_PROXY).

    ``headers`` may hold secrets and are never shown. ``timeout``: seconds for a response. Raises MeshError for an
    address that is none, for certificates that cannot be used and for headers that cannot be sent.
    """

    address: str
    timeout: float
    trust: Trust
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        place = urlsplit(self.address)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise MeshError(f"{self.trust.option}.url must be an http or https address, not {self.address!r}.")
        headers = {"User-Agent": "meshops.lifecycle", **self.headers}
        if place.username:
            headers = {"Authorization": basic(unquote(place.username), unquote(place.password or "")), **headers}
        check_headers(headers, f"{self.trust.option}.headers")
        self._headers = headers
        self._base = place._replace(netloc=place.netloc.rpartition("@")[2]).geturl().rstrip("/")
        self.label = self._base
        self._pool = self._connect(place.scheme, place.netloc.rpartition("@")[2])

    def _connect(self, scheme: str, place: str) -> Any:
        options: dict[str, Any] = {"maxsize": 2}
        if scheme == "https":
            options["ssl_context"] = self.trust.context()
            if not self.trust.verify:
                options["assert_hostname"] = False
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        proxy = urllib.request.getproxies().get(scheme)
        if not proxy or urllib.request.proxy_bypass(place):
            return urllib3.PoolManager(**options)
        address = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        login = f"{unquote(address.username)}:{unquote(address.password or '')}" if address.username else None
        options["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=login)
        return urllib3.ProxyManager(address._replace(netloc=address.netloc.rpartition("@")[2]).geturl(), **options)

    def request(self, path: str, form: str = "") -> Response:
        limits = urllib3.Timeout(connect=min(CONNECT_TIMEOUT, self.timeout), read=self.timeout)
        verb, headers = ("POST", {**self._headers, **_FORM}) if form else ("GET", self._headers)
        try:
            answer = self._pool.request(
                verb,
                self._base + path,
                body=form or None,
                headers=headers,
                timeout=limits,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            body = answer.read(_MOST, decode_content=True)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._failure(error) from None
        return Response(answer.status, answer.reason or "", body)

    def _failure(self, error: Exception) -> Unreachable:
        if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
            return Unreachable(f"no connection within {min(CONNECT_TIMEOUT, self.timeout):g} s")
        if isinstance(error, (urllib3.exceptions.TimeoutError, TimeoutError)):
            return Slow(f"no response within {self.timeout:g} s")
        if isinstance(error, (urllib3.exceptions.SSLError, ssl.SSLError)) or "[SSL: " in str(error):
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                return Unreachable(f"its certificate cannot be verified ({_cause(error)}). Set ca_cert")
            return Unreachable(f"TLS fails ({_cause(error)}). It may want a client certificate, or no TLS")
        if isinstance(error, urllib3.exceptions.ProxyError):
            return Unreachable(f"the proxy that the environment names refuses the connection ({_cause(error)})")
        return Unreachable(_cause(error))

    def close(self) -> None:
        self._pool.clear()


class ServiceClient:
    """Requests to a port of a Service through the API server's port-forward, by plain HTTP.

    ``prefix``: what comes before each path. ``timeout``: seconds for a response.
    """

    def __init__(
        self, session: Session, port: ServicePort, prefix: str, timeout: float, headers: Mapping[str, str] | None = None
    ):
        self._session, self._port, self._timeout = session, port, timeout
        self._prefix, self._headers = prefix.rstrip("/"), dict(headers or {})
        self._connection: PodConnection | None = None
        self.label = port.label

    def request(self, path: str, form: str = "") -> Response:
        fresh = self._connection is None
        try:
            return self._once(path, form)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise Slow(f"no response within {self._timeout:g} s") from None
            if fresh:
                raise Unreachable(_cause(error)) from None
        return self.request(path, form)  # the pod of the kept connection may have been replaced

    def _once(self, path: str, form: str) -> Response:
        if self._connection is None:
            pod, number = pod_behind(self._session, self._port)
            self._connection = PodConnection(self._session, self._port.namespace, pod, number, self._timeout)
        headers = {**self._headers, **(_FORM if form else {})}
        self._connection.request("POST" if form else "GET", self._prefix + path, body=form or None, headers=headers)
        answer = self._connection.getresponse()
        return Response(answer.status, answer.reason, answer.read(_MOST))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def basic(user: str, password: str) -> str:
    """The header Authorization for a user and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def check_headers(headers: Mapping[str, str], option: str) -> None:
    """Raise MeshError for a header that cannot be sent; an HTTP library would complain with the secret in its words."""
    for name, value in headers.items():
        if not isinstance(value, str) or not all(" " <= character <= "\xff" for character in value):
            raise MeshError(f"{option}: {name} is not text that can be sent in a header (a line break, for example).")
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise MeshError(f"{option}: a name of a header has characters that no header may have.")


def _cause(error: BaseException) -> str:
    """The telling part of nested messages, without addresses of Python objects."""
    reason = getattr(error, "original_error", None) or (error.args[-1] if error.args else error)
    text = str(reason).rsplit(">: ", 1)[-1].strip("'\") ").split("(Caused by ")[-1]
    return re.sub(r"^\w+\(host=[^)]*\): | \(_ssl\.c:\d+\)?|\[SSL: \w+\] ", "", text)[:200] or type(error).__name__
