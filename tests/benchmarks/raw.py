# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least that an API server can be asked: bare HTTP on kept-alive connections, without any client library."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import yaml

CONNECTIONS = 8
ROOTS = {"VirtualService": ("/apis/networking.istio.io/v1", "virtualservices"), "ConfigMap": ("/api/v1", "configmaps")}


def path_of(kind: str, namespace: str) -> str:
    """Where the objects of a kind are."""
    root, plural = ROOTS[kind]
    return f"{root}/namespaces/{namespace}/{plural}"


class Raw:
    """Objects by bare requests, as the user of a kubeconfig with a client certificate."""

    def __init__(self, kubeconfig: str):
        with open(kubeconfig, encoding="utf-8") as stream:
            document = yaml.safe_load(stream)
        cluster, user = document["clusters"][0]["cluster"], document["users"][0]["user"]
        self.address = urllib.parse.urlsplit(cluster["server"])
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile() as certificate:
            for field in ("client-certificate-data", "client-key-data"):
                certificate.write(base64.b64decode(user[field]))
            certificate.flush()
            self.context.load_cert_chain(certificate.name)

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.address.hostname, self.address.port, context=self.context)

    def request(self, connection, verb: str, path: str, body=None) -> dict:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/apply-patch+yaml"
        connection.request(verb, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 400:
            raise RuntimeError(f"{verb} {path}: {answer.get('message')}")
        return answer

    def apply(self, documents: list[dict]) -> None:
        """Server-side apply of all, over eight connections."""

        def some(share: list[dict]) -> None:
            connection = self.connection()
            for document in share:
                metadata = document["metadata"]
                path = f"{path_of(document['kind'], metadata['namespace'])}/{metadata['name']}"
                self.request(connection, "PATCH", f"{path}?fieldManager=raw&force=true", document)

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(some, [documents[start::CONNECTIONS] for start in range(CONNECTIONS)]))

    def list(self, namespace: str) -> dict:
        return self.request(self.connection(), "GET", path_of("VirtualService", namespace))

    def text(self, path: str) -> str:
        connection = self.connection()
        connection.request("GET", path)
        return connection.getresponse().read().decode()

    def newest_version(self, namespace: str) -> str:
        """The newest resourceVersion among the objects: it moves when one is written."""
        return max((item["metadata"]["resourceVersion"] for item in self.list(namespace)["items"]), key=int)

    def delete_all(self, namespace: str) -> None:
        for kind in ROOTS:
            self.request(self.connection(), "DELETE", path_of(kind, namespace))
