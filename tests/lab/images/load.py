# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A steady load: `load.py '{"url": …, "headers": {…}, "rate": …, "seconds": …, "connections": …, "timeout": …}'`.

Each request has its moment, whatever became of the one before it; connections are kept alive. A line of JSON for every
request that failed (refused, cut, timed out, or answered by 500 and above), as it happens; at the end, or on SIGINT or
SIGTERM, a line with the tally. Without `seconds` it goes on until then.
"""

import collections
import http.client
import json
import signal
import sys
import threading
import time
import urllib.parse


class Load:
    def __init__(self, wish):
        url = urllib.parse.urlsplit(wish["url"])
        self.address, self.secure = (url.hostname, url.port), url.scheme == "https"
        self.target = urllib.parse.urlunsplit(("", "", url.path or "/", url.query, ""))
        self.headers, self.timeout = wish.get("headers") or {}, wish.get("timeout") or 5
        self.rate, self.seconds = wish["rate"], wish.get("seconds")
        self.connections = wish.get("connections") or 8
        self.over, self.lock = threading.Event(), threading.Lock()
        self.made = self.late = 0
        self.statuses, self.versions = collections.Counter(), collections.Counter()
        self.failed, self.durations, self.last = 0, [], {}

    def run(self):
        self.began, self.began_at = time.monotonic(), time.time()
        workers = [threading.Thread(target=self.work) for _ in range(self.connections)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(json.dumps(self.tally(time.monotonic() - self.began)), flush=True)

    def next_moment(self):
        """When the next request is due, in seconds since the start; None at the end."""
        with self.lock:
            moment = self.made / self.rate
            if self.over.is_set() or (self.seconds and moment >= self.seconds):
                return None
            self.made += 1
            return moment

    def work(self):
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = kind(*self.address, timeout=self.timeout)
        while (moment := self.next_moment()) is not None:
            pause = self.began + moment - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            began = time.monotonic()
            status, body = self.ask(connection)
            self.note(began, time.monotonic() - began, status, body, late=pause < -0.1)
        connection.close()

    def ask(self, connection):
        """Status and body; status 0 with the reason where no answer came."""
        try:
            connection.request("GET", self.target, headers=self.headers)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            return 0, f"{type(error).__name__}: {error}"

    def note(self, began, duration, status, body, late):
        version = version_of(body) if status else None
        with self.lock:
            self.statuses[status] += 1
            self.late += late
            self.durations.append(duration)
            if version:
                self.versions[version] += 1
                self.last[version] = round(max(began - self.began, self.last.get(version, 0.0)), 3)
            if status == 0 or status >= 500:
                self.failed += 1
                line = {"at": round(began - self.began, 3), "status": status, "version": version}
                line |= {"milliseconds": round(duration * 1000, 1), "reason": body.strip()[:200]}
                print(json.dumps(line), flush=True)

    def tally(self, seconds):
        """``late``: requests that began more than 0.1 s after their moment, since every connection was waiting;
        ``last``: when the last request began that a version has answered; ``began``: the time of day of the start.
        """
        ordered = sorted(self.durations) or [0.0]
        part = {f"p{share}": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 90, 99)}
        return {
            "requests": len(self.durations),
            "failed": self.failed,
            "seconds": round(seconds, 2),
            "statuses": self.statuses,
            "versions": self.versions,
            "last": self.last,
            "began": round(self.began_at, 3),
            "milliseconds": {name: round(value * 1000, 1) for name, value in {**part, "max": ordered[-1]}.items()},
            "late": self.late,
        }


def version_of(body):
    try:
        return json.loads(body[body.find("{") :]).get("version")  # a message of gRPC has five bytes before it
    except (ValueError, AttributeError):
        return None


def main():
    load = Load(json.loads(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: load.over.set())
    load.run()


main()
