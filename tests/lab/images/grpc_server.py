# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gRPC service that answers every call with one message, who it is, and a status in trailers. PORT, SERVICE, VERSION.

- FAIL, FAIL_STATUS: this share of calls (of 1) ends with this status of gRPC (14)
- SLOW: so many seconds until the answer

It speaks as much of HTTP/2 as an Envoy before it needs (RFC 9113). What is asked for does not matter to it, and so it
reads no headers; its own are literals without an index (RFC 7541, 6.2.2). PORT_READY answers probes in HTTP/1.1.
"""

import contextlib
import json
import os
import random
import signal
import socketserver
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
ACK = END_STREAM = 0x1
END_HEADERS = 0x4
MESSAGE = {name.lower(): os.environ.get(name, default) for name, default in (("SERVICE", "reviews"), ("VERSION", "v1"))}
FAIL, SLOW = float(os.environ.get("FAIL", "0")), float(os.environ.get("SLOW", "0"))
FAIL_STATUS = os.environ.get("FAIL_STATUS", "14")


def literals(**fields):
    """A block of headers; ``_`` stands for ``-``, and a name that begins with it for one with a colon."""
    block = b""
    for name, value in fields.items():
        key = f":{name[1:]}" if name.startswith("_") else name.replace("_", "-")
        block += b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in (key, value))
    return block


class Connection(socketserver.StreamRequestHandler):
    def setup(self):
        super().setup()
        self.sending = threading.Lock()

    def send(self, *frames):
        with self.sending:
            for kind, flags, stream, payload in frames:
                head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream)
                self.wfile.write(head + payload)
            self.wfile.flush()

    def handle(self):
        if self.rfile.read(len(PREFACE)) != PREFACE:
            return
        self.send((SETTINGS, 0, 0, b""))
        while len(head := self.rfile.read(9)) == 9:
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            stream, payload = int.from_bytes(head[5:], "big") & 0x7FFFFFFF, self.rfile.read(length)
            if kind == SETTINGS and not flags & ACK:
                self.send((SETTINGS, ACK, 0, b""))
            elif kind == PING and not flags & ACK:
                self.send((PING, ACK, 0, payload))
            elif kind == DATA and length:
                self.send((WINDOW_UPDATE, 0, 0, struct.pack(">I", length)))
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                threading.Thread(target=self.answer, args=(stream,), daemon=True).start()

    def answer(self, stream):
        time.sleep(SLOW)
        failed = random.random() < FAIL
        text = json.dumps(MESSAGE).encode()
        message = b"" if failed else b"\0" + struct.pack(">I", len(text)) + text
        trailers = literals(grpc_status=FAIL_STATUS if failed else "0")
        with contextlib.suppress(OSError):  # the caller has gone
            self.send(
                (HEADERS, END_HEADERS, stream, literals(_status="200", content_type="application/grpc")),
                (DATA, 0, stream, message),
                (HEADERS, END_HEADERS | END_STREAM, stream, trailers),
            )


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    request_queue_size = 128


class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ready = HTTPServer(("", int(os.environ.get("PORT_READY", "9081"))), Ready)
    threading.Thread(target=ready.serve_forever, daemon=True).start()
    Server(("", int(os.environ.get("PORT", "9080"))), Connection).serve_forever()
