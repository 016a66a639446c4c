# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP relays: pods reach the API server's loopback port, and this machine's loopback reaches the pods."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

Target = Callable[[], tuple[str, int] | None]


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def serve(address: str, port: int, target: Target) -> None:
    """Accept on address:port and join each connection with what `target` says then; none: it is closed."""
    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = None
        try:
            place = target()
            if place:
                far_reader, there = await asyncio.open_connection(*place)
                await asyncio.gather(pump(reader, there), pump(far_reader, writer))
        except OSError:
            pass
        finally:
            for end in (writer, there):
                if end:
                    end.close()

    server = await asyncio.start_server(joined, address, port)
    async with server:
        await server.serve_forever()


def run(relays: list[tuple[str, int, Target]]) -> None:
    """Serve all of them; never returns."""
    async def everything() -> None:
        await asyncio.gather(*(serve(*relay) for relay in relays))

    asyncio.run(everything())
