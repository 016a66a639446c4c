# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from . import images
from .api import Api
from .build import KUBERNETES_VERSION, program
from .processes import Program, clean_environment
from .settings import HERE, KUBERNETES_SERVICE, Lab

NODE = "meshlab"


def answers(url: str) -> Callable[[], bool]:
    """A check that this URL of ours answers 200; certificates are not looked at, proxies not used."""
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def check() -> bool:
        try:
            with opener.open(url, timeout=2) as response:
                return response.status == 200
        except OSError:
            return False

    return check


def programs(lab: Lab) -> list[Program]:
    """In the order in which they start."""
    return [etcd(lab), apiserver(lab), controller_manager(lab), scheduler(lab), kwok(lab)]


def etcd(lab: Lab) -> Program:
    client, peer = (f"http://127.0.0.1:{lab.port(name)}" for name in ("etcd", "etcd-peer"))
    argv = [
        str(program("etcd")),
        "--name=lab",
        f"--data-dir={lab.data / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=lab={peer}",
        "--log-level=warn",
        "--auto-compaction-retention=5m",
        "--quota-backend-bytes=4294967296",
    ]
    return Program("etcd", argv, answers(f"{client}/health"))


def apiserver(lab: Lab) -> Program:
    pki = lab.pki
    argv = [
        str(program("kube-apiserver")),
        f"--etcd-servers=http://127.0.0.1:{lab.port('etcd')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={lab.port('apiserver')}",
        f"--advertise-address={lab.bridge_address}",
        "--service-cluster-ip-range=10.96.0.0/16",
        f"--client-ca-file={pki / 'ca.crt'}",
        f"--tls-cert-file={pki / 'apiserver.crt'}",
        f"--tls-private-key-file={pki / 'apiserver.key'}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki / 'sa.pub'}",
        f"--service-account-signing-key-file={pki / 'sa.key'}",
        f"--kubelet-client-certificate={pki / 'admin.crt'}",
        f"--kubelet-client-key={pki / 'admin.key'}",
        "--kubelet-preferred-address-types=InternalIP",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--profiling=false",
        # Webhooks are called at a pod's address, since no kube-proxy serves cluster addresses.
        "--enable-aggregator-routing=true",
        "--endpoint-reconciler-type=none",
    ]
    return Program("kube-apiserver", argv, answers(f"{lab.server}/readyz"))


def controller_manager(lab: Lab) -> Program:
    pki, port = lab.pki, lab.port("controller-manager")
    argv = [
        str(program("kube-controller-manager")),
        f"--kubeconfig={kubeconfig(lab, 'controller-manager')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--leader-elect=false",
        f"--service-account-private-key-file={pki / 'sa.key'}",
        f"--root-ca-file={pki / 'ca.crt'}",
        f"--cluster-signing-cert-file={pki / 'ca.crt'}",
        f"--cluster-signing-key-file={pki / 'ca.key'}",
        "--use-service-account-credentials=true",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
    return Program("kube-controller-manager", argv, answers(f"https://127.0.0.1:{port}/healthz"))


def scheduler(lab: Lab) -> Program:
    port = lab.port("scheduler")
    argv = [
        str(program("kube-scheduler")),
        f"--kubeconfig={kubeconfig(lab, 'scheduler')}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
    return Program("kube-scheduler", argv, answers(f"https://127.0.0.1:{port}/healthz"))


def kwok(lab: Lab) -> Program:
    port = lab.port("kwok")
    argv = [
        str(program("kwok")),
        f"--kubeconfig={lab.kubeconfig}",
        f"--config={kwok_stages(lab)}",
        "--manage-all-nodes=true",
        f"--server-address=127.0.0.1:{port}",
        f"--cidr={lab.pretended_pods}",
        f"--node-ip={lab.bridge_address}",
        f"--node-name={NODE}",
        "--node-lease-duration-seconds=40",
    ]
    return Program("kwok", argv, answers(f"http://127.0.0.1:{port}/healthz"))


def kwok_stages(lab: Lab) -> Path:
    """What kwok does with nodes and pods; pods that really run here are left to the node agent."""
    text = (HERE / "kwok.yaml").read_text()
    real = images.pattern() if lab.real_pods else "^no image is real$"
    text = text.replace("KUBELET_PORT", str(lab.port("kubelet"))).replace("KUBERNETES_VERSION", KUBERNETES_VERSION)
    no_sidecars = f'(.spec.initContainers // []) | all(.name != "{images.REDIRECTOR}")'
    text = text.replace("REAL_IMAGES", real).replace("REAL_PODS", no_sidecars if lab.rootless else "true")
    # The name changes with the content, so that a kwok with other stages is started anew.
    path = lab.data / f"kwok-{hashlib.sha256(text.encode()).hexdigest()[:12]}.yaml"
    path.write_text(text)
    return path


def prepare(lab: Lab) -> None:
    """Certificates and kubeconfigs; those that exist stay."""
    lab.data.mkdir(parents=True, exist_ok=True)
    lab.folder.chmod(0o755)
    if not (lab.pki / "complete").exists():
        shutil.rmtree(lab.pki, ignore_errors=True)
        addresses = ["127.0.0.1", KUBERNETES_SERVICE, lab.bridge_address]
        subprocess.run([program("pki"), lab.pki, *addresses], check=True, env=clean_environment())
    shutil.copy(kubeconfig(lab, "admin"), lab.kubeconfig)


def kubeconfig(lab: Lab, user: str) -> Path:
    def inline(name: str) -> str:
        return base64.b64encode((lab.pki / name).read_bytes()).decode()

    cluster = {"server": lab.server, "certificate-authority-data": inline("ca.crt")}
    login = {"client-certificate-data": inline(f"{user}.crt"), "client-key-data": inline(f"{user}.key")}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "meshlab",
        "clusters": [{"name": "meshlab", "cluster": cluster}],
        "users": [{"name": f"meshlab-{user}", "user": login}],
        "contexts": [{"name": "meshlab", "context": {"cluster": "meshlab", "user": f"meshlab-{user}"}}],
    }
    path = lab.pki / f"{user}.kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps(document, indent=1))
    return path


def register(lab: Lab) -> None:
    """The node on which every pod lands, and the endpoints of the API server as pods reach it."""
    api = Api(lab)
    labels = {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": NODE}
    api.apply(
        f"/api/v1/nodes/{NODE}", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}
    )
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "addressType": "IPv4",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "endpoints": [{"addresses": [lab.bridge_address], "conditions": {"ready": True}}],
        "ports": [{"name": "https", "port": lab.port("apiserver"), "protocol": "TCP"}],
    }
    api.apply("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes", endpoints)


def node_is_ready(lab: Lab) -> bool:
    try:
        node = Api(lab).get(f"/api/v1/nodes/{NODE}") or {}
        account = Api(lab).get("/api/v1/namespaces/default/serviceaccounts/default")
    except Exception:
        time.sleep(0.2)
        return False
    conditions = {c["type"]: c["status"] for c in node.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True" and bool(account)
