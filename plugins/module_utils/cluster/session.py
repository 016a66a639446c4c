# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One conversation with one API server: kept-alive connections, time-outs, retries, and a count of requests."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import re
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock, json_text
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import urllib3, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import credentials as credentials_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import errors, kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.notices import Notices
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import Connection, resolve

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 60.0  # seconds
CONNECTIONS = 8
# How long a fault may last, in seconds. A server that never answered is probably not there; one that
# did is being restarted, and comes back.
PATIENCE_FIRST = 3.0
PATIENCE_LATER = 45.0
RETRY_AFTER_MOST = 60.0  # seconds; who asks for more is not waited for
_RETRIED = {429, 500, 502, 503, 504}
APPLY = "application/apply-patch+yaml"

_sessions: dict[str, Session] = {}


def connect(params: Mapping) -> Session:
    """The session for a task's connection options; the same one for equal options within a process.

    Raises MeshError for unusable options.
    """
    connection = resolve(params)
    # The whole environment counts: it decides which kubeconfig is meant, and whom an exec plugin gives a token for.
    parts = [dataclasses.asdict(connection), os.getpid(), dict(os.environ), _stamps(connection)]
    key = json.dumps(parts, sort_keys=True, default=str)
    if key not in _sessions:
        _sessions[key] = Session(credentials_module.load(connection))
    return _sessions[key]


def _stamps(connection: Connection) -> list[float]:
    """When the files of the kubeconfig were last written, so that a renewed one is read again."""
    stamps = []
    for path in kubeconfig.paths(connection.kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"):
        with contextlib.suppress(OSError, ValueError):
            stamps.append(os.stat(path).st_mtime)
    return stamps


class Session:
    """Requests to one API server. Safe to use from several threads.

    ``counts``: how many reads, dry_runs, writes and retries were made; ``notices``: what the server warned of.
    """

    def __init__(self, credentials: credentials_module.Credentials):
        self.credentials = credentials
        self.default_namespace = credentials.namespace
        self.counts = {"reads": 0, "dry_runs": 0, "writes": 0, "retries": 0}
        self.notices = Notices()
        self.cache: dict = {}  # what the cluster said of itself (served versions, resources), for this session only
        self._answered = False
        self._lock = threading.Lock()
        self._pool = _pool(credentials)

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping | None = None,
        body=None,
        content_type: str = "application/json",
        timeout: float | None = None,
    ) -> dict:
        """Send one request and return the decoded JSON answer; ``timeout`` in seconds.

        Faults that pass are tried again, bounded. Raises ApiError.
        """
        url = self._url(path, query)
        data = None if body is None else json_text.compact(body).encode()
        self._count(verb, query)
        watch = Stopwatch()
        attempt = 0
        while True:
            try:
                return self._once(verb, url, data, content_type, timeout)
            except errors.ApiError as error:
                pause = self._pause(error, attempt, watch.elapsed)
                if pause is None:
                    error.repeated = attempt > 0
                    raise
            attempt += 1
            with self._lock:
                self.counts["retries"] += 1
            clock.sleep(pause)

    def text(self, path: str, query: Mapping | None = None, timeout: float | None = None) -> str:
        """GET something that is not JSON (a pod's page through the proxy); returns its text. Raises ApiError."""
        url = self._url(path, query)
        self._count("GET", None)
        answer = self._send("GET", url, None, None, timeout)
        if answer.status >= 400:
            raise self._refusal(answer.status, answer.data.decode(errors="replace"))
        return answer.data.decode(errors="replace")

    def watch(self, path: str, query: Mapping, timeout: float) -> Iterator[dict]:
        """Events ({type, object}) of a watch until ``timeout`` seconds are over or the server ends it."""
        seconds = max(1, int(timeout))
        query = {**query, "watch": "1", "timeoutSeconds": str(seconds), "allowWatchBookmarks": "true"}
        url = self._url(path, query)
        self._count("GET", None)
        answer = self._send("GET", url, None, None, seconds + 5, stream=True)
        try:
            if answer.status >= 400:
                raise self._refusal(answer.status, decoded(answer.data))
            yield from _events(answer)
        finally:
            answer.close()

    def write_kubeconfig(self, path: str) -> None:
        """Write a kubeconfig (0600) with this session's server and identity, for a program that wants a file."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yaml.safe_dump(self.credentials.as_kubeconfig(), stream)

    def _url(self, path: str, query: Mapping | None) -> str:
        """The address of a request. Raises MeshError where the name of something is empty or made of dots: urllib3
        resolves those, and the request would be about another object (of ``secrets/..`` about the namespace).
        """
        if "//" in path or {".", ".."} & set(path.split("/")):
            raise MeshError(f"A name or namespace is not valid in Kubernetes: {path} is the path of no object.")
        return f"{self.credentials.server}{path}" + (f"?{urlencode(query)}" if query else "")

    def _once(self, verb, url, data, content_type, timeout) -> dict:
        answer = self._send(verb, url, data, content_type if data is not None else None, timeout)
        document = decoded(answer.data)
        if verb != "GET":  # what is read internally is nobody's to change
            self.notices.note(answer.headers.getlist("Warning"), document)
        if isinstance(document, dict):  # anything else is not from an API server
            self._answered = True
        if answer.status >= 400:
            raise self._refusal(answer.status, document, answer.headers.get("Retry-After"))
        if not isinstance(document, dict):
            raise errors.ApiError(
                f"The response of {self.credentials.server} is not JSON; another server may have answered "
                "(a proxy, a login page). Check 'host' and 'proxy'."
            )
        return document

    def _send(self, verb, url, data, content_type, timeout, stream=False):
        headers = self.headers(content_type)
        limits = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=timeout or READ_TIMEOUT)
        try:
            answer = self._pool.request(
                verb, url, body=data, headers=headers, timeout=limits, retries=False, preload_content=not stream
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._unreachable(error) from None
        return answer

    def headers(self, content_type: str | None = None):
        """The headers of a request, who we are among them."""
        headers = urllib3.HTTPHeaderDict({"Accept": "application/json", "User-Agent": "meshops.lifecycle"})
        for name, value in self.credentials.impersonation():
            headers.add(name, value)
        if content_type:
            headers["Content-Type"] = content_type
        authorization = self.credentials.authorization()
        if authorization:
            headers["Authorization"] = authorization
        return headers

    def _refusal(self, status: int, document, retry_after: str | None = None) -> errors.ApiError:
        credentials = self.credentials
        return errors.from_status(status, document, credentials.giver, credentials.remark, retry_after=retry_after)

    def _unreachable(self, error: Exception) -> errors.ApiError:
        server, origin = self.credentials.server, self.credentials.origin
        cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
        final, remark = False, ""
        if isinstance(cause, urllib3.exceptions.SSLError):
            what = f"its certificate cannot be verified ({_tail(cause)}): set ca_cert, or check 'host'"
            remark = f" {self.credentials.remark}".rstrip()
            final = True
        elif isinstance(cause, urllib3.exceptions.ProxyError):
            what = f"the proxy {self.credentials.proxy} refuses the connection ({_tail(cause)})"
        else:
            what = f"{_tail(cause)}. Check that it runs and that the address is right"
        return errors.ApiError(f"The API server {server} ({origin}) cannot be reached: {what}.{remark}", final=final)

    def _pause(self, error: errors.ApiError, attempt: int, spent: float) -> float | None:
        """Seconds until the next attempt, or None when there is to be none."""
        if error.status and error.status not in _RETRIED or error.final or errors.is_final(error):
            return None
        patience = PATIENCE_LATER if self._answered else PATIENCE_FIRST
        if error.status == 500:
            patience = PATIENCE_FIRST
        try:
            wanted = float(error.retry_after or 0)
        except ValueError:  # a date, which API servers do not send
            wanted = 0.0
        if wanted > RETRY_AFTER_MOST:
            return None
        pause = max(wanted, min(5.0, 0.1 * 2**attempt) * random.uniform(0.5, 1.0))
        if wanted and attempt < 5:
            patience = max(patience, wanted + 1)
        return pause if spent + pause <= patience else None

    def _count(self, verb: str, query: Mapping | None) -> None:
        kind = "reads" if verb == "GET" else "dry_runs" if query and "dryRun" in query else "writes"
        with self._lock:
            self.counts[kind] += 1


def _pool(credentials: credentials_module.Credentials):
    options: dict = {"maxsize": CONNECTIONS, "block": False}
    if credentials.ssl_context is not None:
        options["ssl_context"] = credentials.ssl_context
        if not credentials.verify:
            options["assert_hostname"] = False
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        if credentials.tls_server_name:
            options["server_hostname"] = credentials.tls_server_name
            options["assert_hostname"] = credentials.tls_server_name if credentials.verify else False
    if credentials.proxy:
        return urllib3.ProxyManager(credentials.proxy, proxy_headers=credentials.proxy_headers, **options)
    return urllib3.PoolManager(**options)


def decoded(data: bytes):
    """The JSON of an answer; the beginning of its text where it is none."""
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")[:500]


def _events(answer) -> Iterator[dict]:
    """Decode a watch's answer: one JSON document a line."""
    pending = b""
    try:
        for chunk in answer.stream(65536, decode_content=True):
            pending += chunk
            *lines, pending = pending.split(b"\n")
            for line in lines:
                if line.strip():
                    yield json.loads(line)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return  # a watch that breaks off is taken up again by whoever waits


def _tail(error: Exception) -> str:
    """The last, telling part of urllib3's nested messages, without object addresses."""
    text = str(error.args[-1] if error.args else error) or type(error).__name__
    text = text.rsplit(">: ", 1)[-1].strip("'\") ").split("(Caused by ")[-1]
    text = re.sub(r"^\w+\(host=[^)]*\): | \(_ssl\.c:\d+", "", text)[:300]
    return text + ")" * (text.count("(") - text.count(")"))
