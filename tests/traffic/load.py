# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady load until its input ends: `load.py '{"url": …, "headers": {…}, "rate": …, "connections": …}'`.

Each connection is kept alive and asks again as soon as its share of the rate allows. It says as JSON how many requests
were made, and of each that failed when that was (seconds of the machine's monotonic clock) and how.
"""

import http.client
import json
import sys
import threading
import time
import urllib.parse


def ask(connection, target, headers):
    """None for a 200, else what happened instead."""
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        body = response.read()
        return None if response.status == 200 else f"{response.status} {body[:100].decode(errors='replace')}".strip()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return f"{type(error).__name__} {error}"


def main():
    wish = json.loads(sys.argv[1])
    url = urllib.parse.urlsplit(wish["url"])
    pause = wish["connections"] / wish["rate"]
    over = threading.Event()
    counts, failures = [], []

    def work():
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        made, due = 0, time.monotonic()
        while not over.is_set():
            failed = ask(connection, url.path or "/", wish.get("headers") or {})
            made += 1
            if failed:
                failures.append((time.monotonic(), failed))
            due = max(due + pause, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
        counts.append(made)
        connection.close()

    began = time.monotonic()
    workers = [threading.Thread(target=work) for _ in range(wish["connections"])]
    for worker in workers:
        worker.start()
    sys.stdin.read()
    over.set()
    for worker in workers:
        worker.join()
    print(json.dumps({"requests": sum(counts), "seconds": time.monotonic() - began, "failures": failures}))


main()
