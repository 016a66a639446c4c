# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorities and certificates for tests of a mesh's CA, made by the collection's own code, and the mesh for them."""

from __future__ import annotations

import uuid

import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import authorities, times

# What the role istio is told, so that istiod and the agents take another root while they run.
SETTINGS = {
    "istio_istiod_values": {"env": {"ISTIO_MULTIROOT_MESH": "true"}},
    "istio_mesh_config": {"defaultConfig": {"proxyMetadata": {"PROXY_CONFIG_XDS_AGENT": "true"}}},
}
KEY = "ecdsa_p256"


def bundle(root=None, name="signer", days=90):
    """The option `bundle` of istio_ca with a new signing certificate, and its root; a new root where none is given."""
    now = times.now()
    root = root or authorities.make_root(f"root {uuid.uuid4().hex[:6]}", "Test", 900, KEY, now)
    signer = authorities.make_intermediate(root.certificate, root.key, name, "Test", days, KEY, now)
    return {"cert": signer.certificate.text, "key": signer.key, "root": root.certificate.text}, root


def served(*hosts, folder):
    """A certificate for a gateway and its key, in PEM: (certificate, key)."""
    names = ",".join(f"DNS:{host}" for host in hosts)
    key = folder / f"{uuid.uuid4().hex}.key"
    certificate = certificates.self_signed(key, extensions=[f"subjectAltName={names}"], days=90)  # not soon to expire
    return certificate, key.read_text()
