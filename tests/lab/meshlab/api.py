# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's own small client of its API server (standard library only), never through a proxy."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import urllib.parse
from collections.abc import Iterator

from .settings import Lab

JSON = "application/json"
# Only names, labels and versions of objects; whoever wants the values reads the one object.
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class ApiError(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    def __init__(self, lab: Lab):
        self.port = lab.port("apiserver")
        self.context = ssl.create_default_context(cafile=str(lab.pki / "ca.crt"))
        self.context.load_cert_chain(lab.pki / "admin.crt", lab.pki / "admin.key")
        self.local = threading.local()

    def connection(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=timeout)

    def request(self, verb: str, path: str, body: object = None, content_type: str = JSON, accept: str = JSON) -> dict:
        """One JSON request on this thread's kept-alive connection. Raises ApiError, OSError."""
        data = None if body is None else json.dumps(body)
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None) or self.connection(30)
            self.local.connection = connection
            try:
                connection.request(verb, path, data, {"Content-Type": content_type, "Accept": accept})
                response = connection.getresponse()
                text = response.read()
                break
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                self.local.connection = None
                if attempt == 2 or isinstance(error, ConnectionRefusedError):
                    raise OSError(f"API server: {error!r}") from error
        if response.status >= 400:
            try:
                message = json.loads(text)["message"]
            except (ValueError, KeyError, TypeError):
                message = text.decode(errors="replace")[:300]
            raise ApiError(response.status, message)
        return json.loads(text) if text else {}

    def get(self, path: str) -> dict | None:
        """The object or list, or None where there is none."""
        try:
            return self.request("GET", path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def apply(self, path: str, obj: dict) -> dict:
        """Server-side apply as manager `meshlab`."""
        return self.request("PATCH", f"{path}?fieldManager=meshlab&force=true", obj, "application/apply-patch+yaml")

    def merge(self, path: str, patch: dict) -> dict:
        return self.request("PATCH", path, patch, "application/merge-patch+json")

    def events(self, path: str, resource_version: str, accept: str = JSON, timeout: int = 300) -> Iterator[dict]:
        """A watch's events until the server ends it. Raises ApiError (410: list again), OSError."""
        query = urllib.parse.urlencode(
            {
                "watch": "1",
                "resourceVersion": resource_version,
                "allowWatchBookmarks": "true",
                "timeoutSeconds": timeout,
            }
        )
        connection = self.connection(timeout + 30)
        try:
            connection.request("GET", f"{path}?{query}", headers={"Accept": accept})
            response = connection.getresponse()
            if response.status >= 400:
                raise ApiError(response.status, response.read().decode(errors="replace")[:300])
            for line in iter(response.readline, b""):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise ApiError(event["object"].get("code", 500), event["object"].get("message", ""))
                yield event
        except http.client.HTTPException as error:
            raise OSError(f"watch of {path}: {error!r}") from error
        finally:
            connection.close()
