# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes requests and says what came: `call.py '{"url": …, "count": …, "headers": {…}, "timeout": …, "rate": …}'`.

One request: its status, headers and body. Several: how often each status and each answering version came, over a few
kept-alive connections. Output is JSON. A connection that is refused or cut counts as status 0 with its reason.
Certificates of https are not verified.
"""

import collections
import http.client
import json
import ssl
import sys
import threading
import time
import urllib.parse

CONNECTIONS = 4


def request(connection, target, headers):
    """(status, reason or headers, body) of one request."""
    try:
        connection.request("GET", target, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return 0, {}, f"{type(error).__name__}: {error}"


def version(body):
    try:
        return json.loads(body[body.find("{") :]).get("version")  # a message of gRPC has five bytes before it
    except (ValueError, AttributeError):
        return None


def main():
    wish = json.loads(sys.argv[1])
    url = urllib.parse.urlsplit(wish["url"])
    target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
    headers, count = wish.get("headers") or {}, wish.get("count") or 1

    def connection():
        timeout = wish.get("timeout") or 5
        if url.scheme != "https":
            return http.client.HTTPConnection(url.hostname, url.port, timeout=timeout)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(url.hostname, url.port, timeout=timeout, context=context)

    if count == 1:
        status, response_headers, body = request(connection(), target, headers)
        print(json.dumps({"status": status, "headers": response_headers, "body": body}))
        return
    lock, left = threading.Lock(), [count]
    statuses, versions, reasons = collections.Counter(), collections.Counter(), collections.Counter()
    began, pause = time.monotonic(), CONNECTIONS / wish["rate"] if wish.get("rate") else 0

    def work():
        mine = connection()
        while True:
            with lock:
                if not left[0]:
                    return
                left[0] -= 1
            status, _headers, body = request(mine, target, headers)
            with lock:
                statuses[status] += 1
                if status == 0:
                    reasons[body] += 1
                if version(body):
                    versions[version(body)] += 1
            time.sleep(pause)

    workers = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(
        json.dumps(
            {
                "requests": count,
                "seconds": round(time.monotonic() - began, 2),
                "statuses": statuses,
                "versions": versions,
                "failures": reasons,
            }
        )
    )


main()
