# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a Kubernetes API as they change, for the event sources beside this file; asyncio throughout.

ansible-rulebook runs each source as a file of its own and imports no collection, so a source loads this file by its
path. It needs aiohttp, which ansible-rulebook brings, and PyYAML.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import os
import random
import ssl
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import yaml

LOG = logging.getLogger("meshops.lifecycle")
_IN_CLUSTER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_WATCH_SECONDS = 240  # the server ends a watch after this time; a new one goes on where it ended
_SILENCE = 300.0  # seconds without a line after which a connection counts as lost
_PAGE = 500
_GONE = 410  # the server has forgotten the version that a watch begins at
CONNECTION = ("kubeconfig", "context", "host", "api_key", "api_key_file", "ca_cert", "validate_certs")


class BadArguments(ValueError):
    """Arguments of a source that cannot be right: the rulebook ends with these words."""


class Refused(Exception):
    """An answer of the API server that is no success; ``status`` is its HTTP code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Printing:
    """A queue that shows what is put into it, for a source that is run by hand."""

    async def put(self, item: dict[str, Any]) -> None:
        print(item)


def check_arguments(args: dict[str, Any], known: tuple[str, ...], source: str) -> None:
    """Raise BadArguments for names that nobody knows."""
    unknown = sorted(set(args) - set(known) - set(CONNECTION) - {"eda_feedback_queue"})
    if unknown:
        raise BadArguments(
            f"{source}: unknown arguments: {', '.join(unknown)}. Known: {', '.join((*known, *CONNECTION))}."
        )


class Cluster:
    """A cluster's API server: ``async with Cluster(args) as cluster``.

    Arguments win over the environment (K8S_AUTH_*). Raises BadArguments.
    """

    def __init__(self, args: dict[str, Any]) -> None:
        named = {name: os.environ.get(f"K8S_AUTH_{name.upper()}") for name in CONNECTION}
        named |= {name: args[name] for name in CONNECTION if args.get(name) not in (None, "")}
        verify = str(named["validate_certs"]).lower() not in ("false", "no", "0")
        self._token_file = named["api_key_file"]
        self._token = named["api_key"]
        self._exec: dict[str, Any] | None = None
        self._http: aiohttp.ClientSession | None = None
        if named["host"]:
            self.server, self._tls = named["host"], _tls(named["ca_cert"], verify)
        elif named["kubeconfig"] or os.environ.get("KUBECONFIG") or not _IN_CLUSTER.exists():
            self._read_kubeconfig(
                named["kubeconfig"] or os.environ.get("KUBECONFIG") or "~/.kube/config", named["context"], verify
            )
        else:
            host, port = (os.environ[f"KUBERNETES_SERVICE_{name}"] for name in ("HOST", "PORT"))
            self.server, self._tls = f"https://{host}:{port}", _tls(str(_IN_CLUSTER / "ca.crt"), True)
            self._token_file = str(_IN_CLUSTER / "token")
        self.server = self.server.rstrip("/")

    def _read_kubeconfig(self, path: Any, context: str | None, verify: bool) -> None:
        try:
            config = (
                path if isinstance(path, dict) else yaml.safe_load(Path(path).expanduser().read_text(encoding="utf-8"))
            )
        except (OSError, yaml.YAMLError) as error:
            raise BadArguments(f"kubeconfig {path} cannot be read: {type(error).__name__}.") from None
        wanted = context or config.get("current-context")
        chosen = _named(config, "contexts", "context", wanted)
        cluster = _named(config, "clusters", "cluster", chosen["cluster"])
        user = _named(config, "users", "user", chosen["user"]) if chosen.get("user") else {}
        self.server = cluster["server"]
        self._tls = _tls(
            _text(cluster, "certificate-authority"),
            verify and not cluster.get("insecure-skip-tls-verify"),
            _text(user, "client-certificate"),
            _text(user, "client-key"),
        )
        self._token = self._token or user.get("token")
        self._token_file = self._token_file or user.get("tokenFile")
        self._exec = user.get("exec")

    async def __aenter__(self) -> Cluster:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=_SILENCE)
        # A line of a watch is a whole object.
        self._http = aiohttp.ClientSession(timeout=timeout, read_bufsize=2**22, trust_env=True)
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._http:
            await self._http.close()

    async def list(self, path: str, selector: str = "") -> tuple[list[dict[str, Any]], str]:
        """(all objects, the version that a watch goes on from). Raises Refused, and aiohttp's errors."""
        objects: list[dict[str, Any]] = []
        following = ""
        while True:
            query = {"limit": str(_PAGE), "labelSelector": selector, "continue": following}
            async with await self._get(path, query) as answer:
                document = await answer.json()
            objects += document.get("items") or []
            following = document["metadata"].get("continue") or ""
            if not following:
                return objects, document["metadata"]["resourceVersion"]

    async def watch(self, path: str, version: str, selector: str = "") -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """(ADDED, MODIFIED, DELETED or BOOKMARK, object) until the server ends the watch. Raises Refused with 410."""
        query = {
            "watch": "true",
            "resourceVersion": version,
            "labelSelector": selector,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(_WATCH_SECONDS),
        }
        async with await self._get(path, query) as answer:
            async for line in answer.content:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise Refused(event["object"].get("code", 500), str(event["object"].get("message")))
                yield event["type"], event["object"]

    async def exists(self, path: str) -> bool:
        """Whether there is an object at a path. Raises Refused, and aiohttp's errors."""
        try:
            (await self._get(path, {})).release()
        except Refused as refusal:
            if refusal.status == 404:
                return False
            raise
        return True

    async def websocket(self, path: str, protocol: str) -> aiohttp.ClientWebSocketResponse:
        """A websocket to a path, with the identity of the source. Raises Refused, and aiohttp's errors."""
        http, headers = await self._session()
        try:
            return await http.ws_connect(f"{self.server}{path}", protocols=[protocol], headers=headers, ssl=self._tls)
        except aiohttp.WSServerHandshakeError as error:
            raise Refused(error.status, f"{path}: the API server answers {error.status}: {error.message}") from None

    async def _session(self) -> tuple[aiohttp.ClientSession, dict[str, str]]:
        if self._http is None:
            raise RuntimeError("the cluster is used outside of its `async with`")
        token = await self._bearer()
        return self._http, {"Authorization": f"Bearer {token}"} if token else {}

    async def _get(self, path: str, query: dict[str, str]) -> aiohttp.ClientResponse:
        http, headers = await self._session()
        headers["Accept"] = "application/json"
        wanted = {name: value for name, value in query.items() if value}
        answer = await http.get(f"{self.server}{path}", params=wanted, headers=headers, ssl=self._tls)
        if answer.status != 200:
            text = (await answer.text())[:300]
            answer.release()
            raise Refused(answer.status, f"{path}: the API server answers {answer.status}: {text}")
        return answer

    async def _bearer(self) -> str | None:
        """The token as it is now: files of tokens are renewed, and a credential plugin is asked each time."""
        if self._token_file:
            return Path(self._token_file).read_text(encoding="utf-8").strip()
        if not self._exec:
            return self._token
        environment = {**os.environ, **{entry["name"]: entry["value"] for entry in self._exec.get("env") or []}}
        version = {"apiVersion": self._exec["apiVersion"], "kind": "ExecCredential", "spec": {"interactive": False}}
        environment["KUBERNETES_EXEC_INFO"] = json.dumps(version)
        process = await asyncio.create_subprocess_exec(
            self._exec["command"],
            *(self._exec.get("args") or []),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            output, _errors = await asyncio.wait_for(process.communicate(), 60)
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != 0:
            raise Refused(401, f"the credential plugin {self._exec['command']} ended with {process.returncode}")
        return json.loads(output)["status"].get("token")


async def follow(
    cluster: Cluster, path: str, selector: str = "", most_pause: float = 60.0
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """What a source has to know of the objects at a path, without an end: (``seen``, ``gone`` or ``listed``, object).

    ``seen`` comes for each object at first and for each of its changes, ``gone`` for one that was deleted, and
    ``listed`` with an empty object when everything that was there at first has been seen. Where a watch is lost for so
    long that the server has forgotten its version, everything is listed again: what has changed or gone meanwhile is
    then seen or gone, and what has not is seen once more, as its caller will notice. Raises Refused for 401, 403 and
    404 at the first listing.
    """
    there: dict[str, dict[str, Any]] = {}
    version, first, pause = "", True, 0.5
    while True:
        try:
            if not version:
                objects, version = await cluster.list(path, selector)
                now = {item["metadata"]["uid"]: item for item in objects}
                for uid in [uid for uid in there if uid not in now]:
                    yield "gone", there.pop(uid)
                there = now
                for item in objects:
                    yield "seen", item
                if first:
                    first = False
                    yield "listed", {}
            async with contextlib.aclosing(cluster.watch(path, version, selector)) as events:
                async for kind, item in events:
                    version, pause = item["metadata"]["resourceVersion"], 0.5
                    if kind == "DELETED":
                        there.pop(item["metadata"]["uid"], None)
                        yield "gone", item
                    elif kind != "BOOKMARK":
                        there[item["metadata"]["uid"]] = item
                        yield "seen", item
        except Refused as refusal:
            if first and refusal.status in (401, 403, 404):
                raise
            if refusal.status == _GONE:
                version = ""
            LOG.warning("%s; the next try is in %.0f s", refusal, pause)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, OSError) as error:
            LOG.warning("The watch of %s was lost (%s); the next try is in %.0f s", path, type(error).__name__, pause)
        else:
            continue  # the server ended the watch, as it does every few minutes
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))
        pause = min(most_pause, pause * 2)


def _named(config: dict[str, Any], plural: str, singular: str, name: str | None) -> dict[str, Any]:
    for entry in config.get(plural) or []:
        if entry["name"] == name:
            return entry[singular]
    raise BadArguments(f"the kubeconfig has no {singular} {name!r}.")


def _text(entry: dict[str, Any], name: str) -> str:
    """A certificate or key of a kubeconfig as text, from its data or its file."""
    if entry.get(f"{name}-data"):
        return base64.b64decode(entry[f"{name}-data"]).decode()
    return Path(entry[name]).expanduser().read_text(encoding="utf-8") if entry.get(name) else ""


def _tls(authority: Any, verify: bool, certificate: str = "", key: str = "") -> ssl.SSLContext:
    """authority: PEM, or the path of a file with it. Python loads certificates of clients from files alone."""
    context = ssl.create_default_context()
    if authority and "-----BEGIN" in authority:
        context.load_verify_locations(cadata=authority)
    elif authority:
        context.load_verify_locations(cafile=str(Path(authority).expanduser()))
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate and key:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "client.pem")
            path.touch(mode=0o600)
            path.write_text(f"{certificate}\n{key}", encoding="utf-8")
            context.load_cert_chain(path)
    return context
