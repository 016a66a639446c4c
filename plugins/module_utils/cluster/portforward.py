# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP to a port of a pod through the API server, as ``kubectl port-forward`` goes: the pod sees its own localhost.

The protocol is v4.channel.k8s.io over a websocket. The first byte of a message is its channel: 0 carries the data of
the port, 1 what went wrong; the first message of each is the port's number in two bytes.
"""

from __future__ import annotations

import http.client
import io
from urllib.parse import unquote, urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.on_demand import websocket_client
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import errors
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import (
    CONNECT_TIMEOUT,
    Session,
    decoded,
)

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1


class PodConnection(http.client.HTTPConnection):
    """A kept-alive HTTP connection to a pod's port. ``timeout`` in seconds, for each answer.

    Raises ApiError when the API server refuses it; afterwards OSError, which is a TimeoutError when there is no answer
    in time, and http.client.HTTPException.
    """

    def __init__(self, session: Session, namespace: str, pod: str, port: int, timeout: float):
        super().__init__("localhost", port, timeout=timeout)
        self._session, self._limit = session, timeout
        self._path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"

    def connect(self) -> None:
        self.sock = _Stream(_open(self._session, self._path, self._limit))


def _open(session: Session, path: str, timeout: float):
    """A websocket to ``path`` of the API server, with the session's identity."""
    credentials = session.credentials
    options: dict = {"timeout": CONNECT_TIMEOUT, "subprotocols": [_PROTOCOL], "skip_utf8_validation": True}
    if credentials.ssl_context is not None:
        options["sslopt"] = {"context": credentials.ssl_context}
        if credentials.tls_server_name:
            options["sslopt"]["server_hostname"] = credentials.tls_server_name
    if credentials.proxy:
        proxy = urlsplit(credentials.proxy)
        options |= {"http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port, "proxy_type": "http"}
        if proxy.username:
            options["http_proxy_auth"] = (unquote(proxy.username), unquote(proxy.password or ""))
    else:
        options["http_no_proxy"] = ["*"]  # what the process's environment says of proxies is not meant
    headers = [f"{name}: {value}" for name, value in session.headers().items()]
    websocket = websocket_client()
    try:
        opened = websocket.create_connection(f"ws{credentials.server[4:]}{path}", header=headers, **options)
    except websocket.WebSocketBadStatusException as error:
        body = decoded(error.resp_body or b"")
        raise errors.from_status(error.status_code, body, credentials.giver, credentials.remark) from None
    except (websocket.WebSocketException, OSError) as error:
        raise errors.ApiError(f"The API server {credentials.server} cannot forward to the pod: {error}.") from None
    opened.settimeout(timeout)
    return opened


class _Stream:
    """The pod's port as the socket that http.client expects."""

    def __init__(self, opened):
        self._websocket = opened
        self._begun: set[int] = set()

    def sendall(self, data) -> None:
        try:
            self._websocket.send_binary(bytes([_DATA]) + bytes(data))
        except websocket_client().WebSocketException as error:
            raise OSError(str(error)) from None

    def receive(self) -> bytes:
        """The next data of the port; empty at its end. Raises OSError with what the kubelet says."""
        websocket = websocket_client()
        while True:
            try:
                opcode, message = self._websocket.recv_data()
            except websocket.WebSocketConnectionClosedException:
                return b""
            except websocket.WebSocketTimeoutException as error:
                raise TimeoutError(str(error)) from None
            except websocket.WebSocketException as error:
                raise OSError(str(error)) from None
            if opcode == websocket.ABNF.OPCODE_CLOSE or not message:
                return b""
            channel, data = message[0], message[1:]
            if channel not in self._begun:
                self._begun.add(channel)
                data = data[2:]  # the port's number
            if data and channel == _ERROR:
                raise OSError(data.decode(errors="replace").strip())
            if data and channel == _DATA:
                return data

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        self._websocket.shutdown()


class _Reader(io.RawIOBase):
    """One answer's view of the stream; closing it leaves the stream open for the next."""

    def __init__(self, stream: _Stream):
        super().__init__()
        self._stream, self._left = stream, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._left:
            self._left = self._stream.receive()
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
