# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of queries to Prometheus: what each answer of a server means, and what never is in a message."""

from __future__ import annotations

import http.server
import json
import socket
import ssl
import subprocess
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import PrometheusError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import prometheus_of

PASSWORD = "hunter2-metrics"


def vector(*samples):
    result = [{"metric": labels, "value": [1.0, value]} for labels, value in samples]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


class Server(http.server.BaseHTTPRequestHandler):
    """Answers each query by what the query says, and keeps what was asked."""

    asked: list = []
    answers = {
        "one": (200, vector(({}, "4.5"))),
        "infinite": (200, vector(({}, "+Inf"))),
        "two": (200, vector(({"code": "200"}, "1"), ({"code": "500"}, "2"))),
        "none": (200, vector()),
        "nan": (200, vector(({}, "NaN"))),
        "scalar": (200, {"status": "success", "data": {"resultType": "scalar", "result": [1.0, "3"]}}),
        "matrix": (200, {"status": "success", "data": {"resultType": "matrix", "result": []}}),
        "partial": (200, {**vector(({}, "1")), "warnings": ["store 2 is away"]}),
        "sum((": (400, {"status": "error", "errorType": "bad_data", "error": "parse error: unclosed left parenthesis"}),
        "heavy": (503, {"status": "error", "errorType": "timeout", "error": "query timed out"}),
        "many": (422, {"status": "error", "errorType": "execution", "error": "multiple matches for labels"}),
        "who": (401, {}),
        "forbidden": (403, {}),
        "down": (502, {}),
        "elsewhere": (404, {}),
        "moved": (302, {}),
    }

    def _answer(self, query):
        self.asked.append((self.command, self.path, query, dict(self.headers)))
        if query == "slow":
            time.sleep(1.5)
        status, document = self.answers.get(query, (200, vector(({}, "1"))))
        body = b"<html>" if query == "page" else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self._answer(parse_qs(urlsplit(self.path).query)["query"][0])

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(parse_qs(form)["query"][0])

    def log_message(self, *_arguments):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *_arguments):
        """A client that is gone is what these tests are about."""


@pytest.fixture
def server():
    Server.asked = []
    serving = Quiet(("127.0.0.1", 0), Server)
    threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_address[1]}"
    serving.shutdown()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def prometheus(url, **options):
    return prometheus_of({"url": url, "timeout": 0.5, **options}, lambda: None)


@pytest.mark.parametrize(("query", "value"), [("one", 4.5), ("scalar", 3.0), ("infinite", float("inf"))])
def test_a_value(server, query, value):
    assert prometheus(server).scalar(query).value == value


@pytest.mark.parametrize(
    ("query", "trouble", "words"),
    [
        ("none", "empty", "no result"),
        ("nan", "nan", "NaN"),
        ("two", "several_series", '2 results instead of one: {code="200"}, {code="500"}'),
        ("sum((", "bad_query", "parse error: unclosed left parenthesis"),
        ("many", "bad_query", "multiple matches for labels"),
        ("who", "refused", "401"),
        ("forbidden", "refused", "403"),
        ("heavy", "slow", "query timed out"),
        ("slow", "slow", "no response within 0.5 s"),
        ("down", "unreachable", "502"),
        ("elsewhere", "unexpected", "path prefix"),
        ("moved", "unexpected", "302"),
        ("page", "unexpected", "does not answer as Prometheus does"),
        ("matrix", "unexpected", "not a value"),
    ],
)
def test_why_there_is_no_value(server, query, trouble, words):
    address = server.replace("://", f"://reader:{PASSWORD}@")
    with pytest.raises(PrometheusError) as caught:
        prometheus(address, headers={"X-Scope-OrgID": PASSWORD}).scalar(query)
    assert caught.value.trouble.value == trouble
    assert words in caught.value.message
    assert PASSWORD not in caught.value.message
    if trouble not in ("empty", "nan", "several_series"):
        assert server in caught.value.message


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PrometheusError) as caught:
        prometheus(f"http://127.0.0.1:{port}").query("one")
    assert caught.value.trouble.value == "unreachable"
    assert f"http://127.0.0.1:{port}" in caught.value.message


def test_warnings_of_an_incomplete_answer_are_kept(server):
    assert prometheus(server).query("partial").warnings == ("store 2 is away",)


def test_what_is_sent(server):
    prometheus(f"{server}/prometheus/", token="abc", headers={"X-Scope-OrgID": "shop"}).query("one")
    prometheus(server, username="u", password="p").query("x" * 3000)
    (verb, path, _query, headers), (long_verb, long_path, long_query, long_headers) = Server.asked
    assert (verb, path.partition("?")[0]) == ("GET", "/prometheus/api/v1/query")
    assert (headers["Authorization"], headers["X-Scope-OrgID"]) == ("Bearer abc", "shop")
    assert (long_verb, long_path, len(long_query)) == ("POST", "/api/v1/query", 3000)
    assert long_headers["Authorization"] == "Basic dTpw"


def test_proxies_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server)
    assert prometheus("http://prometheus.invalid:9090").scalar("one").value == 4.5
    assert Server.asked[0][1].startswith("http://prometheus.invalid:9090/api/v1/query?")
    monkeypatch.setenv("no_proxy", "prometheus.invalid")
    with pytest.raises(PrometheusError, match="cannot be reached"):
        prometheus("http://prometheus.invalid:9090").query("one")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) for 127.0.0.1, which signs itself: authority, server and client are one here."""
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test"]
    where = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(["openssl", "req", "-x509", *kind, *where], check=True, capture_output=True)
    return tuple(map(str, paths))


@pytest.fixture
def tls_server(certificate):
    """It wants a certificate of its clients."""
    serving = Quiet(("127.0.0.1", 0), Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.load_verify_locations(certificate[0])
    context.verify_mode = ssl.CERT_REQUIRED
    serving.socket = context.wrap_socket(serving.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{serving.server_address[1]}"
    serving.shutdown()


def test_https_with_a_certificate_of_the_client(tls_server, certificate):
    ca, key = certificate
    client = {"client_cert": ca, "client_key": key, "timeout": 5}
    assert prometheus(tls_server, ca_cert=ca, **client).scalar("one").value == 4.5
    assert prometheus(tls_server, validate_certs=False, **client).scalar("one").value == 4.5
    for options, words in (
        (client, "its certificate cannot be verified (certificate verify failed: self-signed certificate)"),
        ({"ca_cert": ca, "timeout": 5}, "It may want a client certificate"),
    ):
        with pytest.raises(PrometheusError) as caught:
            prometheus(tls_server, **options).query("one")
        assert caught.value.trouble.value == "unreachable"
        assert words in caught.value.message


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ({}, "names no Prometheus"),
        ({"url": "http://a", "service": {"namespace": "a", "name": "b"}}, "names two addresses"),
        ({"url": "prometheus:9090"}, "must be an http or https address"),
        ({"url": "http://a", "token": "a", "username": "b", "password": "c"}, "different credentials"),
        ({"url": "http://a", "username": "b"}, "belong together"),
        ({"url": "http://a", "token": f"{PASSWORD}\n"}, "metrics.headers: Authorization is not text"),
        ({"url": "https://a", "ca_cert": "/nonexistent/ca.pem"}, "metrics.ca_cert: /nonexistent/ca.pem"),
        ({"url": "https://a", "client_key": "/nonexistent/key.pem"}, "without metrics.client_cert"),
        ({"service": {"namespace": "a", "name": "b"}, "ca_cert": "/etc/ca.pem"}, "metrics.ca_cert is for metrics.url"),
        ({"url": "http://a", "timeout": -1}, "metrics.timeout"),
    ],
)
def test_options_that_cannot_be_used(metrics, words):
    with pytest.raises(MeshError) as caught:
        prometheus_of(metrics, lambda: None)
    assert words in caught.value.message
    assert PASSWORD not in caught.value.message
