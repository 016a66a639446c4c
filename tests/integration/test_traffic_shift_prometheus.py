# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prometheus that lets a traffic shift down after its beginning: what it does not say is never taken for good."""

from __future__ import annotations

import http.server
import json
import threading
import time

import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once]

SLOW = 1.5  # seconds; metrics.timeout is 1
ONE = {"metric": {}, "value": [0, "1"]}
# What it answers -> options of the shift, what becomes of it, and words of the reason.
TROUBLES = {
    "away": (None, {"on_no_data": "abort"}, "aborted", "cannot be reached"),
    "slow": ([ONE], {"on_no_data": "stop"}, "stopped", "no response within 1 s"),
    "empty": ([], {"on_no_data": "abort"}, "aborted", "has no result"),
    "not-a-number": ([{**ONE, "value": [0, "NaN"]}], {"on_no_data": "abort"}, "aborted", "NaN"),
    "several": ([ONE, ONE], {"on_inconclusive": "abort"}, "aborted", "2 results"),
    "a-page": ("<html>Log in</html>", {"on_no_data": "abort"}, "aborted", ""),
    "an-error": ({"status": "error", "error": "too busy"}, {"limits": {"hold": 0}}, "aborted", "busy"),
    "bad": ([{**ONE, "value": [0, "0"]}], {}, "aborted", "judgements failed: 2 in a row"),
    "good": ([ONE], {}, "promoted", ""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Each path is a Prometheus of its own: well for its first answers, then as TROUBLES has it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self.path.split("/")[1]
        asked = self.server.asked[name] = self.server.asked.get(name, 0) + 1
        answer = [ONE] if asked <= self.server.well else TROUBLES[name][0]
        if answer is None:
            self.close_connection = True
            return
        if name == "slow" and asked > self.server.well:
            time.sleep(SLOW)
            self.close_connection = True  # nobody waits for it any more
            return
        self._answer(answer)

    do_GET = do_POST

    def _answer(self, answer):
        if isinstance(answer, list):
            answer = {"status": "success", "data": {"resultType": "vector", "result": answer}}
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def prometheus():
    """The address of a server whose first two answers, those before the first write, are good."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.well = {}, 2
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


def routes(cluster, namespace):
    """A route for each trouble, to Services without selectors, which need no pods."""
    ports = {"ports": [{"port": 80}]}
    for name in ("old", "new"):
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": ports}
        cluster.api("POST", f"/api/v1/namespaces/{namespace}/services", body)
    for name in TROUBLES:
        document = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"hosts": [name], "http": [{"route": [{"destination": {"host": "old"}}]}]},
        }
        cluster.kubectl("apply", "--server-side", "-f", "-", stdin=document)


def shifting(name, namespace, address, options):
    arguments = {
        "name": name,
        "namespace": namespace,
        "from": {"host": "old"},
        "to": {"host": "new"},
        "steps": [{"weight": 10}],
        "pause": 1,
        "interval": 0.5,
        "gates": [{"name": "fine", "type": "query", "query": "up", "min": 1}],
        "metrics": {"url": f"{address}/{name}", "timeout": 1, "scrape_interval": 0.1},
        "wait_proxies": False,
        **options,
    }
    return {"name": name, "meshops.lifecycle.traffic_shift": arguments, "ignore_errors": True}


def test_what_prometheus_does_not_say_is_not_taken_for_good(play, cluster, namespace, crds, prometheus):
    crds("istio.io")
    routes(cluster, namespace)
    tasks = [shifting(name, namespace, prometheus, options) for name, (_a, options, _p, _w) in TROUBLES.items()]
    run = play(tasks, env={"NO_PROXY": "127.0.0.1"})
    seen = {name: (run[name].result.get("phase"), run[name].msg) for name in TROUBLES}
    assert {name: phase for name, (phase, _msg) in seen.items()} == {name: row[2] for name, row in TROUBLES.items()}
    for name, (_answer, _options, phase, words) in TROUBLES.items():
        assert words in (seen[name][1] or ""), seen[name]
        path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/{name}"
        (rule,) = cluster.get(path)["spec"]["http"]
        weights = [entry.get("weight") for entry in rule["route"]]
        assert weights == {"aborted": [None], "stopped": [90, 10], "promoted": [0, 100]}[phase]
