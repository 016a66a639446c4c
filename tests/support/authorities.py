# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorities and certificates for tests of a mesh's CA, made by the collection's own code, and the mesh for them."""

from __future__ import annotations

import json
import uuid

import certificates
import killed
import meshes
import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import authorities, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates as readable
from ansible_collections.meshops.lifecycle.plugins.modules.istio_ca import ENTRY

# Of tests that change the authority of a real mesh, all on one lab of their own.
MARKS = [
    pytest.mark.usefixtures("settled"),
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.once,
    pytest.mark.xdist_group("certificates"),
]

# What the role istio is told, so that istiod and the agents take another root while they run.
SETTINGS = {
    "istio_istiod_values": {"env": {"ISTIO_MULTIROOT_MESH": "true"}},
    "istio_mesh_config": {"defaultConfig": {"proxyMetadata": {"PROXY_CONFIG_XDS_AGENT": "true"}}},
}
KEY = "ecdsa_p256"
SYSTEM, NAMESPACE = "istio-system", "t-certificates"  # of istiod, and of the shop
CACERTS = f"/api/v1/namespaces/{SYSTEM}/secrets/cacerts"


def bundle(root=None, name="signer", days=90):
    """The option `bundle` of istio_ca with a new signing certificate, and its root; a new root where none is given."""
    now = times.now()
    root = root or authorities.make_root(f"root {uuid.uuid4().hex[:6]}", "Test", 900, KEY, now)
    signer = authorities.make_intermediate(root.certificate, root.key, name, "Test", days, KEY, now)
    return {"cert": signer.certificate.text, "key": signer.key, "root": root.certificate.text}, root


def secret(name, bundle):
    """The Secret in which an inventory has an authority, with the names of istiod's own."""
    parts = {"ca-cert.pem": "cert", "ca-key.pem": "key", "root-cert.pem": "root", "cert-chain.pem": "cert"}
    head = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": NAMESPACE}}
    return {**head, "stringData": {key: bundle[part] for key, part in parts.items()}}


def served(*hosts, folder):
    """A certificate for a gateway and its key, in PEM: (certificate, key)."""
    names = ",".join(f"DNS:{host}" for host in hosts)
    key = folder / f"{uuid.uuid4().hex}.key"
    certificate = certificates.self_signed(key, extensions=[f"subjectAltName={names}"], days=90)  # not soon to expire
    return certificate, key.read_text()


@pytest.fixture(scope="session")
def certified(given, together, tmp_path_factory):
    """A lab beside the given one, with Istio and a small shop: to change its root would disturb others."""
    if not given.is_lab or given.variables["MESHLAB_REAL_PODS"] != "yes":
        pytest.skip("istiod and proxies run for real only with root")

    def prepare(lab):
        meshes.install(lab, tmp_path_factory.mktemp("certificates"), **SETTINGS)
        reviews = [text for text in meshes.shop(NAMESPACE) if "reviews-v2" not in text]
        lab.kubectl("apply", "-f", "-", stdin="---\n".join(reviews))
        for name in ("reviews-v1", "client"):
            lab.kubectl("rollout", "status", f"deployment/{name}", "-n", NAMESPACE, "--timeout=120s")

    return together.lab("certificates", prepare=prepare)


@pytest.fixture
def settled(certified):
    """No change of the authority is under way before a test, nor after it, however it ends."""
    yield
    for _attempt in range(3):
        if not journals(certified):
            return
        run(certified, state="aborted", wait_timeout=30)


def task(**options):
    """A play with a task CA."""
    return [{"name": "CA", "meshops.lifecycle.istio_ca": {"settle": 0, "wait_timeout": 60, **options}}]


def info(play):
    """What istio_ca_info tells."""
    return play([{"name": "Info", "meshops.lifecycle.istio_ca_info": {}}])["Info"].result


def journals(cluster):
    """The names of what is under way."""
    return killed.journals(cluster, SYSTEM)


def answers(cluster):
    """What the client is answered through both sidecars, by status."""
    url = f"http://reviews.{NAMESPACE}:9080/"
    return json.loads(cluster.lab("call", "--from", f"{NAMESPACE}/client", "--count", "20", url))["statuses"]


def fingerprint(text):
    """Of a certificate in PEM."""
    return readable.read(text, "it")[0].fingerprint


def body_of(key):
    """A line of a key that nothing else has."""
    return key.split("\n")[1]


def run(cluster, *, dies=0, **options):
    """One run of the module, here and now; None when it was killed, at its nth write."""
    arguments = {"kubeconfig": str(cluster.kubeconfig), "settle": 0, "lease_duration": 1, "wait_timeout": 60, **options}
    return killed.run(ENTRY, arguments, dies=dies, answered=dies % 2 == 0, reads=False)
