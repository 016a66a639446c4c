# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP relays: pods reach the API server's loopback port, and this machine's loopback reaches the pods."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
from collections.abc import Callable

# Where a connection goes: address, port, and the network namespace to connect from (None: this machine's own).
Target = Callable[[], tuple[str, int, str | None] | None]
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def connect(address: str, port: int, netns: str | None) -> socket.socket:
    """A socket stays in the namespace in which it was made; only this thread visits it."""
    if not netns:
        return socket.create_connection((address, port), 5)
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{netns}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"enter network {netns}")
        try:
            return socket.create_connection((address, port), 5)
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def serve(listener: socket.socket, target: Target) -> None:
    """Accept there and join each connection with what `target` says then; none: it is closed."""
    kept = set()  # asyncio itself holds tasks weakly

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, task = None, asyncio.current_task()
        kept.add(task)
        try:
            place = target()
            if place:
                far = await asyncio.to_thread(connect, *place)
                far_reader, there = await asyncio.open_connection(sock=far)
                await asyncio.gather(pump(reader, there), pump(far_reader, writer))
        except OSError:
            pass
        finally:
            kept.discard(task)
            for end in (writer, there):
                if end:
                    end.close()

    server = await asyncio.start_server(joined, sock=listener)
    async with server:
        await server.serve_forever()


def run(relays: list[tuple[socket.socket, Target]]) -> None:
    """Serve all of them; never returns."""

    async def everything() -> None:
        await asyncio.gather(*(serve(*relay) for relay in relays))

    asyncio.run(everything())
