# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod's specification means for a process: environment, arguments, files. As the kubelet does it."""

from __future__ import annotations

import base64
import math
import os
import re
from pathlib import Path

from .api import Api

TOKEN_SECONDS = 365 * 24 * 3600
UNITS = {"m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


class NotYet(Exception):
    """Something the pod refers to does not exist yet; the pod waits."""


class Source:
    """Where a pod's values come from: the pod itself, and objects of its namespace."""

    def __init__(self, api: Api, pod: dict, address: str, host_address: str):
        self.api, self.pod = api, pod
        self.address, self.host_address = address, host_address
        self.namespace = pod["metadata"]["namespace"]

    def data(self, kind: str, name: str, optional: bool) -> dict[str, bytes]:
        """The entries of a ConfigMap or Secret. Raises NotYet."""
        obj = self.api.get(f"/api/v1/namespaces/{self.namespace}/{kind}/{name}")
        if obj is None:
            if optional:
                return {}
            raise NotYet(f"{kind[:-1]} {self.namespace}/{name} does not exist")
        binary = obj.get("data") or {} if kind == "secrets" else obj.get("binaryData") or {}
        result = {key: base64.b64decode(value) for key, value in binary.items()}
        if kind == "configmaps":
            result.update({key: value.encode() for key, value in (obj.get("data") or {}).items()})
        return result

    def field(self, path: str) -> str:
        """A downward API field."""
        meta, spec = self.pod["metadata"], self.pod["spec"]
        entry = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
        if entry:
            return (meta.get(entry.group(1)) or {}).get(entry.group(2), "")
        if path in ("metadata.labels", "metadata.annotations"):
            entries = meta.get(path.partition(".")[2]) or {}
            quote = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
            return "\n".join(f'{key}="{"".join(quote.get(c, c) for c in value)}"' for key, value in entries.items())
        return {
            "metadata.name": meta["name"],
            "metadata.namespace": meta["namespace"],
            "metadata.uid": meta["uid"],
            "spec.nodeName": spec.get("nodeName", ""),
            "spec.serviceAccountName": account(self.pod),
            "status.hostIP": self.host_address,
            "status.podIP": self.address,
            "status.podIPs": self.address,
        }.get(path, "")

    def resource(self, container: dict, ref: dict) -> str:
        """A downward API resource; without a limit it is what the machine has."""
        where, _dot, name = ref["resource"].partition(".")
        value = ((container.get("resources") or {}).get(where) or {}).get(name)
        if value is None:
            pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            value = str({"cpu": os.cpu_count(), "memory": pages}.get(name, 0))
        divisor = quantity(str(ref.get("divisor") or "1")) or 1
        return str(math.ceil(quantity(value) / divisor))

    def token(self, audience: str | None) -> str:
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {
                "audiences": [audience] if audience else [],
                "expirationSeconds": TOKEN_SECONDS,
                "boundObjectRef": {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "name": self.pod["metadata"]["name"],
                    "uid": self.pod["metadata"]["uid"],
                },
            },
        }
        path = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{account(self.pod)}/token"
        return self.api.request("POST", path, body)["status"]["token"]


def account(pod: dict) -> str:
    return pod["spec"].get("serviceAccountName") or "default"


def quantity(text: str) -> float:
    match = re.fullmatch(r"([0-9.]+)([a-zA-Z]*)", text)
    return float(match.group(1)) * UNITS.get(match.group(2), 1) if match else 0


def environment(container: dict, source: Source) -> dict[str, str]:
    """The container's variables in their order, with $(NAME) expanded. Raises NotYet."""
    result: dict[str, str] = {}
    for entry in container.get("envFrom") or []:
        kind, ref = (
            ("configmaps", entry["configMapRef"]) if "configMapRef" in entry else ("secrets", entry["secretRef"])
        )
        data = source.data(kind, ref["name"], ref.get("optional", False))
        result.update({entry.get("prefix", "") + key: value.decode() for key, value in data.items()})
    for entry in container.get("env") or []:
        value = variable(entry, container, source)
        if value is not None:
            result[entry["name"]] = expand(value, result)
    return result


def variable(entry: dict, container: dict, source: Source) -> str | None:
    origin = entry.get("valueFrom")
    if not origin:
        return entry.get("value", "")
    if "fieldRef" in origin:
        return source.field(origin["fieldRef"]["fieldPath"])
    if "resourceFieldRef" in origin:
        return source.resource(container, origin["resourceFieldRef"])
    kind, ref = (
        ("configmaps", origin["configMapKeyRef"])
        if "configMapKeyRef" in origin
        else ("secrets", origin["secretKeyRef"])
    )
    optional = ref.get("optional", False)
    value = source.data(kind, ref["name"], optional).get(ref["key"])
    if value is None and not optional:
        raise NotYet(f"{kind[:-1]} {source.namespace}/{ref['name']} has no key {ref['key']}")
    return None if value is None else value.decode()


def expand(text: str, variables: dict[str, str]) -> str:
    """$(NAME) becomes the variable's value, $$(NAME) the text $(NAME); unknown names stay."""

    def one(match: re.Match) -> str:
        if match.group(0).startswith("$$"):
            return match.group(0)[1:]
        return variables.get(match.group(1), match.group(0))

    return re.sub(r"\$?\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)", one, text)


def volume_files(volume: dict, container_resources: dict, source: Source) -> dict[str, bytes] | None:
    """The files of a volume that is made from objects; None for one that is just a folder. Raises NotYet."""
    if "configMap" in volume:
        ref = volume["configMap"]
        return select(source.data("configmaps", ref["name"], ref.get("optional", False)), ref.get("items"))
    if "secret" in volume:
        ref = volume["secret"]
        return select(source.data("secrets", ref["secretName"], ref.get("optional", False)), ref.get("items"))
    if "downwardAPI" in volume:
        return downward(volume["downwardAPI"], container_resources, source)
    if "projected" in volume:
        files: dict[str, bytes] = {}
        for part in volume["projected"].get("sources") or []:
            files.update(projection(part, container_resources, source))
        return files
    return None


def origin(volume: dict) -> tuple[str, str] | None:
    """The kind and name of the ConfigMap or Secret that a volume is made of; None for any other volume."""
    if "configMap" in volume:
        return "configmaps", volume["configMap"]["name"]
    return ("secrets", volume["secret"]["secretName"]) if "secret" in volume else None


def projection(part: dict, resources: dict, source: Source) -> dict[str, bytes]:
    if "serviceAccountToken" in part:
        ref = part["serviceAccountToken"]
        return {ref["path"]: source.token(ref.get("audience")).encode()}
    if "downwardAPI" in part:
        return downward(part["downwardAPI"], resources, source)
    kind = "configmaps" if "configMap" in part else "secrets"
    ref = part.get("configMap") or part.get("secret") or {}
    return select(source.data(kind, ref.get("name", ""), ref.get("optional", False)), ref.get("items"))


def select(data: dict[str, bytes], items: list[dict] | None) -> dict[str, bytes]:
    if not items:
        return data
    return {item["path"]: data[item["key"]] for item in items if item["key"] in data}


def downward(ref: dict, resources: dict, source: Source) -> dict[str, bytes]:
    files = {}
    for item in ref.get("items") or []:
        if "fieldRef" in item:
            text = source.field(item["fieldRef"]["fieldPath"])
        else:
            name = item["resourceFieldRef"].get("containerName", "")
            text = source.resource(resources.get(name, {}), item["resourceFieldRef"])
        files[item["path"]] = text.encode()
    return files


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """The folder holds exactly these files; what is equal is left alone, what changes is written over in one go.

    The file stays the same one: Prometheus's config-reloader watches the file, not its folder, and loses sight of one
    that is replaced. It then looks again after three minutes only, as on a real kubelet, which is long for a test.
    """
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.fchmod(descriptor, 0o644)
            os.write(descriptor, content)
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
