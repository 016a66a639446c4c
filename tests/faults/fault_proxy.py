# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy between the code under test and a real API server, which lets faults happen to chosen requests.

What it forwards is answered by the real server; what it breaks, it breaks on the wire. It speaks HTTP to its clients,
or HTTPS with a certificate that it is given, and reaches the API server as the kubeconfig's administrator.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.server
import json
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class Upstream:
    """The API server itself, asked without any of the code under test."""

    def __init__(self, kubeconfig: Path):
        document = yaml.safe_load(kubeconfig.read_text())
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        self.address = urlsplit(cluster["server"]).netloc
        with tempfile.TemporaryDirectory() as folder:
            files = {
                "ca": cluster["certificate-authority-data"],
                "cert": user["client-certificate-data"],
                "key": user["client-key-data"],
            }
            for name, content in files.items():
                (Path(folder) / name).write_bytes(base64.b64decode(content))
            self._tls = ssl.create_default_context(cafile=f"{folder}/ca")
            self._tls.load_cert_chain(f"{folder}/cert", f"{folder}/key")
        self._threads = threading.local()

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.address, context=self._tls, timeout=60)

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
        """(status, headers, body) of one request; each thread keeps its connection."""
        for last in (False, True):
            kept = getattr(self._threads, "connection", None) or self.connection()
            self._threads.connection = kept
            try:
                kept.request(method, path, body, headers or {})
                answer = kept.getresponse()
                return answer.status, answer.headers, answer.read()
            except (OSError, http.client.HTTPException):
                kept.close()
                self._threads.connection = None
                if last:
                    raise
        raise AssertionError("unreachable")

    def api(self, method: str, path: str, body=None, content_type="application/json"):
        """One request with a document; None when the answer is 404. Any other failure is an AssertionError."""
        data = None if body is None else json.dumps(body).encode()
        status, _headers, answer = self.send(method, path, data, {"Content-Type": content_type})
        if status == 404:
            return None
        assert status < 300, f"{method} {path}: {status} {answer.decode()}"
        return json.loads(answer)

    def get(self, path: str):
        return self.api("GET", path)


@dataclass
class Fault:
    """What happens to which requests: ``act(exchange)`` for ``times`` of them (-1: all) after ``skip`` that fit."""

    act: Callable
    verbs: tuple = ()
    part: str = ""
    skip: int = 0
    times: int = 1
    met: int = 0

    def fits(self, verb: str, path: str) -> bool:
        return (not self.verbs or verb in self.verbs) and self.part in path


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request of a client, and what a fault can do with it."""

    protocol_version = "HTTP/1.1"

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else None
        fault = self.server.proxy.choose(self.command, self.path)
        (fault.act if fault else pass_on)(self)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _serve

    def forward(self):
        """The API server's own answer: (status, headers, body)."""
        kept = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")}
        return self.server.proxy.upstream.send(self.command, self.path, self.body, kept)

    def answer(self, status: int, body: bytes, content_type="application/json", cut=None, **headers) -> None:
        """Answer with these bytes; ``cut``: so many of them, though all were promised, and then nothing."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.reset()

    def status(self, code: int, reason: str, message: str, **headers) -> None:
        """Answer with a Status object, as an API server does."""
        body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
        self.answer(code, json.dumps({**body, "message": message}).encode(), **headers)

    def stream(self, lines: int = -1) -> None:
        """Pass a watch on, line by line; it ends after so many of them."""
        upstream = self.server.proxy.upstream.connection()
        upstream.request("GET", self.path)
        events = upstream.getresponse()
        self.send_response(events.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with contextlib.suppress(OSError), contextlib.closing(upstream):
            while lines != 0 and (line := events.readline()):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                lines -= 1
            self.wfile.write(b"0\r\n\r\n")

    def reset(self) -> None:
        """Break the connection off, so that the client sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
        self.rfile.close()
        self.connection.close()

    def log_message(self, *_arguments):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_arguments):
        """Broken connections are what this server is for."""


@dataclass
class Proxy:
    """``with Proxy(upstream) as proxy``: ``proxy.url`` is the API server, with what ``proxy.faults`` do to it.

    ``log``: (verb, path) of every request since it was last cleared.
    """

    upstream: Upstream
    certificate: tuple | None = None
    faults: list[Fault] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self):
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Exchange)
        self._server.proxy = self
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_arguments):
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http{'s' if self.certificate else ''}://127.0.0.1:{self._server.server_port}"

    def choose(self, verb: str, path: str) -> Fault | None:
        """The fault that a request meets, if any. Requests come from several threads."""
        with self._lock:
            self.log.append((verb, path))
            for fault in self.faults:
                if not fault.fits(verb, path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times:
                    fault.times -= 1
                    fault.met += 1
                    return fault
            return None

    def writes(self) -> list[tuple[str, str]]:
        """The requests that changed something, or would have."""
        return [(verb, path) for verb, path in self.log if verb != "GET" and "dryRun" not in path]


# ---- What can happen to a request -----------------------------------------------------------------------------------


def pass_on(exchange: Exchange) -> None:
    if "watch=1" in exchange.path:
        return exchange.stream()
    status, headers, body = exchange.forward()
    return exchange.answer(status, body, headers.get("Content-Type", "application/json"))


def reset(exchange: Exchange) -> None:
    """The connection breaks before the server has seen the request."""
    exchange.reset()


def lost(exchange: Exchange) -> None:
    """The server does what it is asked, and the answer never comes."""
    exchange.forward()
    exchange.reset()


def truncated(exchange: Exchange) -> None:
    """The server does it, and the connection breaks within the answer."""
    status, _headers, body = exchange.forward()
    exchange.answer(status, body, cut=len(body) // 2)


def half_a_document(exchange: Exchange) -> None:
    """The server does it; something on the way passes on half of the answer as if it were whole."""
    status, _headers, body = exchange.forward()
    exchange.answer(status, body[: len(body) // 2])


def slow(exchange: Exchange) -> None:
    """Slower than usual, not slower than our patience."""
    time.sleep(0.5)
    pass_on(exchange)


def silent(exchange: Exchange) -> None:
    """The server does it, and says nothing until the client has given up."""
    exchange.forward()
    time.sleep(2.5)
    exchange.reset()


def too_many(exchange: Exchange) -> None:
    exchange.status(429, "TooManyRequests", "Too many requests, please try again later.", Retry_After="1")


def internal(exchange: Exchange) -> None:
    exchange.status(500, "InternalError", "etcdserver: leader changed")


def bad_gateway(exchange: Exchange) -> None:
    exchange.answer(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")


def unavailable(exchange: Exchange) -> None:
    exchange.status(503, "ServiceUnavailable", "apiserver is shutting down")


def timed_out(exchange: Exchange) -> None:
    exchange.status(504, "Timeout", "Timeout: request did not complete within requested timeout")


def conflict(exchange: Exchange) -> None:
    message = "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest"
    exchange.status(409, "Conflict", f"{message} version and try again")


# Each passes; the next attempt is served.
PASSING = (
    reset, lost, truncated, half_a_document, slow, silent, too_many, internal, bad_gateway, unavailable, timed_out,
)  # fmt: skip
