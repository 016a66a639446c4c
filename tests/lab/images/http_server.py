# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's `reviews`: answers every request with who it is and what arrived. PORT, SERVICE, VERSION by variable."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

IDENTITY = {
    "service": os.environ.get("SERVICE", "reviews"),
    "version": os.environ.get("VERSION", "v1"),
    "pod": os.environ.get("HOSTNAME", ""),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self.rfile.read(length)
        answer = {
            **IDENTITY,
            "method": self.command,
            "path": self.path,
            "host": self.headers.get("Host"),
            "x-forwarded-client-cert": self.headers.get("x-forwarded-client-cert"),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        body = (json.dumps(answer) + "\n").encode()
        self.send_response(200)
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


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(("", int(os.environ.get("PORT", "9080"))), Handler).serve_forever()
