# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's `reviews`: answers every request with who it is and what arrived. PORT, SERVICE, VERSION by variable.

It can be told to be a bad version: by variables of the same names in capitals, from its start on; or later, by a
request from its own localhost (`lab behave`): `PUT /behaviour?fail=0.05&slow=0.3`. Shares are of 1. With TLS, a private
key and its certificate in PEM, it speaks HTTPS.

- fail, fail_status: this share of requests is answered with this status (503)
- slow, slow_share: so many seconds more for this share of requests (all)
- crash: this share of requests ends the process before an answer; CRASH=start: it ends at its start
"""

import json
import os
import random
import signal
import ssl
import sys
import tempfile
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDENTITY = {
    "service": os.environ.get("SERVICE", "reviews"),
    "version": os.environ.get("VERSION", "v1"),
    "pod": os.environ.get("HOSTNAME", ""),
}

USUAL = {"fail": 0.0, "fail_status": 503.0, "slow": 0.0, "slow_share": 1.0, "crash": 0.0}
behaviour = dict(USUAL)


def behave(wish):
    """Change what is named; text that is no number is refused with ValueError. Unknown names, too."""
    unknown = set(wish) - set(USUAL)
    if unknown:
        raise ValueError(f"no behaviour {', '.join(sorted(unknown))}; there are {', '.join(USUAL)}")
    behaviour.update({name: float(value) for name, value in wish.items()})


def happens(share):
    return random.random() < share


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        if self.path.startswith("/behaviour?") and self.client_address[0] == "127.0.0.1":
            return self.be_told()
        if self.path != "/ready":  # a bad version, not one that its probes find
            if happens(behaviour["crash"]):
                os._exit(1)
            if behaviour["slow"] and happens(behaviour["slow_share"]):
                time.sleep(behaviour["slow"])
            if happens(behaviour["fail"]):
                return self.answer(int(behaviour["fail_status"]), {**IDENTITY, "error": "told to fail"})
        self.answer(200, self.seen())

    def seen(self):
        return {
            **IDENTITY,
            "method": self.command,
            "path": self.path,
            "host": self.headers.get("Host"),
            "x-forwarded-client-cert": self.headers.get("x-forwarded-client-cert"),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }

    def be_told(self):
        try:
            behave(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
        except ValueError as error:
            return self.answer(400, {"error": str(error)})
        self.answer(200, behaviour)

    def answer(self, status, content):
        body = (json.dumps(content) + "\n").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def speak_tls(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(text)
            file.flush()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(file.name)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


if __name__ == "__main__":
    if os.environ.get("CRASH") == "start":
        sys.exit("told to crash at the start")
    behave({name: os.environ[name.upper()] for name in USUAL if name.upper() in os.environ})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = Server(("", int(os.environ.get("PORT", "9080"))), Handler)
    if os.environ.get("TLS"):
        server.speak_tls(os.environ["TLS"])
    server.serve_forever()
