# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request to the port of a pod, through the API server as `kubectl port-forward` does it; asyncio throughout.

istiod serves its debug pages only to its own localhost, which a forwarded port is. A source loads this file by its
path.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1


class NoAnswer(Exception):
    """The pod has not answered, or not with 200; the message says how."""


async def get(cluster: Any, namespace: str, pod: str, port: int, path: str, within: float = 15.0) -> bytes:
    """The body of a page. ``within``: seconds. Raises NoAnswer, Refused of kubernetes_watch, and aiohttp's errors."""
    try:
        return await asyncio.wait_for(_get(cluster, namespace, pod, port, path), within)
    except asyncio.TimeoutError:
        raise NoAnswer(f"pod {namespace}/{pod} has not answered within {within:.0f} s") from None


async def _get(cluster: Any, namespace: str, pod: str, port: int, path: str) -> bytes:
    address = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"
    websocket = await cluster.websocket(address, _PROTOCOL)
    try:
        # By HTTP/1.0 the end of the answer is the end of the connection, or what Content-Length says.
        request = f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"
        await websocket.send_bytes(bytes([_DATA]) + request.encode())
        answer = await _answer(websocket)
    finally:
        await websocket.close()
    head, _blank, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        code = status[0].decode(errors="replace") if status else "nothing"
        raise NoAnswer(f"pod {namespace}/{pod} answers {path} with {code}")
    return body


async def _answer(websocket: aiohttp.ClientWebSocketResponse) -> bytes:
    received, begun = b"", set()
    async for message in websocket:
        if message.type != aiohttp.WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel not in begun:
            begun.add(channel)
            data = data[2:]  # the port's number
        if data and channel == _ERROR:
            raise NoAnswer(data.decode(errors="replace").strip())
        received += data if channel == _DATA else b""
        if _is_whole(received):
            break
    return received


def _is_whole(answer: bytes) -> bool:
    """Whether an answer that names its length has it."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n")[1:] if blank else ():
        name, _colon, value = line.partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
    return False
