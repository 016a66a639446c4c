# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an event source without a rulebook: `eda_source.py FILE ARGUMENTS-AS-JSON` prints one event a line.

It is loaded as ansible-rulebook loads it, and cancelled as ansible-rulebook does it: by SIGTERM here.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import signal
import sys


class Printing:
    async def put(self, event):
        print(json.dumps(event), flush=True)


async def run(file, args):
    source = asyncio.create_task(runpy.run_path(file)["main"](Printing(), args))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, source.cancel)
    try:
        await source
    except asyncio.CancelledError:
        print(json.dumps({"end": "cancelled"}), flush=True)
    except Exception as error:
        print(json.dumps({"end": type(error).__name__, "message": str(error)}), flush=True)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], json.loads(sys.argv[2])))
