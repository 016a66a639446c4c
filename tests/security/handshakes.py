# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to a gateway over TLS, and which certificates it has shown."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import urllib.parse

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from row import Row

HOST = "shop.example"


class Handshakes:
    """Requests to the gateway over TLS: new connections by eight threads, and one that stays open."""

    def __init__(self, cluster, rate):
        address = urllib.parse.urlsplit(cluster.variables["MESHLAB_GATEWAY_HTTPS_URL"])
        self.address = address.hostname, address.port
        self.context = ssl._create_unverified_context()
        self.pause = 8 / rate
        self.requests = self.failed = self.on_open = 0
        self.served, self._over, self._lock = set(), threading.Event(), threading.Lock()

    def __enter__(self):
        works = [self._new] * 8 + [self._open]
        self._threads = [threading.Thread(target=work) for work in works]
        for thread in self._threads:
            thread.start()
        time.sleep(5)
        return self

    def __exit__(self, *_error):
        time.sleep(3)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def expect(self, fingerprint, timeout=60):
        """Wait until a certificate is served."""
        deadline = time.monotonic() + timeout
        while fingerprint not in self.served:
            if time.monotonic() > deadline:
                raise SystemExit("the gateway does not serve the new certificate")
            time.sleep(0.1)

    def _connection(self):
        connection = http.client.HTTPConnection(HOST)
        plain = socket.create_connection(self.address, timeout=10)
        connection.sock = self.context.wrap_socket(plain, server_hostname=HOST)
        return connection

    def _new(self):
        while not self._over.wait(self.pause):
            try:
                connection = self._connection()
                served = certificates.from_der(connection.sock.getpeercert(binary_form=True)).fingerprint
                self._ask(connection)
                connection.close()
                self.served.add(served)
            except OSError:
                self._count(False)

    def _open(self):
        connection = self._connection()
        while not self._over.wait(0.1):
            try:
                self._ask(connection)
                self.on_open += 1
            except OSError:
                self._count(False)
                connection = self._connection()

    def _ask(self, connection):
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        self._count(response.status == 200)

    def _count(self, good):
        with self._lock:
            self.requests += 1
            self.failed += not good

    def row(self, case, by, seconds):
        remark = f"{self.on_open} of them on the connection that was open"
        outcome = f"{len(self.served)} certificates were seen"
        good = by.startswith("kubectl") or not self.failed
        return Row(case, by, outcome, self.requests, self.failed, seconds, remark, good)
