# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""cert-manager as the issuer of a mesh: its controllers beside a lab, its Issuers and Certificates."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from pathlib import Path

GROUP = "/apis/cert-manager.io/v1"
ALGORITHM = {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}


def is_compiled(cluster) -> bool:
    """Whether `lab build cert-manager` has run."""
    return Path(cluster.variables["MESHLAB_CERT_MANAGER_CRDS"]).exists()


@contextlib.contextmanager
def running(cluster, folder):
    """cert-manager's controllers, which issue in all namespaces; their log is in ``folder``."""
    cluster.kubectl("apply", "--server-side", "-f", cluster.variables["MESHLAB_CERT_MANAGER_CRDS"])
    for kind in ("certificates", "certificaterequests", "issuers"):
        _served(cluster, f"{kind}.cert-manager.io")
    command = [cluster.variables["MESHLAB_CERT_MANAGER"], "--kubeconfig", str(cluster.kubeconfig)]
    with (folder / "cert-manager.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()


def _served(cluster, name, seconds=60):
    """Wait until kubectl knows a kind: discovery has it some time after its definition is established."""
    cluster.await_definitions(name)
    deadline = time.monotonic() + seconds
    while True:
        try:
            cluster.kubectl("get", name, "--all-namespaces")
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def root(namespace, name):
    """An Issuer NAME that signs by a root of its own, as documents."""
    return [
        _document("Issuer", namespace, f"{name}-self", {"selfSigned": {}}),
        certificate(namespace, f"{name}-root", f"{name}-self", isCA=True, commonName=f"{name} root"),
        _document("Issuer", namespace, name, {"ca": {"secretName": f"{name}-root"}}),
    ]


def certificate(namespace, name, issuer, **spec):
    """A Certificate, whose Secret has the same name; ``spec`` has the other fields."""
    own = {"secretName": name, "privateKey": ALGORITHM, "duration": "2160h", "issuerRef": {"name": issuer}, **spec}
    return _document("Certificate", namespace, name, own)


def _document(kind, namespace, name, spec):
    metadata = {"namespace": namespace, "name": name}
    return {"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def apply(cluster, documents):
    """Declare them, and wait until every Certificate of them is issued."""
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join(json.dumps(each) + "\n" for each in documents))
    for each in documents:
        if each["kind"] == "Certificate":
            ready(cluster, each["metadata"]["namespace"], each["metadata"]["name"])


def renew(cluster, namespace, name):
    """Have a Certificate issued again, as `cmctl renew` does, and wait until it is; its next revision."""
    live = ready(cluster, namespace, name)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    condition = {
        "type": "Issuing",
        "status": "True",
        "reason": "ManuallyTriggered",
        "message": "",
        "lastTransitionTime": now,
    }
    live["status"]["conditions"] = [*live["status"]["conditions"], condition]
    cluster.api("PUT", f"{_path(namespace, name)}/status", live)
    return ready(cluster, namespace, name, live["status"]["revision"] + 1)["status"]["revision"]


def ready(cluster, namespace, name, revision=1, timeout=120):
    """The Certificate once it is issued, at least so many times."""
    deadline = time.monotonic() + timeout
    while True:
        live = cluster.get(_path(namespace, name)) or {}
        status = live.get("status") or {}
        conditions = {each["type"]: each["status"] for each in status.get("conditions") or []}
        if conditions.get("Ready") == "True" and "Issuing" not in conditions and status.get("revision", 0) >= revision:
            return live
        assert time.monotonic() < deadline, f"Certificate {namespace}/{name} is not issued: {status}"
        time.sleep(0.5)


def _path(namespace, name):
    return f"{GROUP}/namespaces/{namespace}/certificates/{name}"
