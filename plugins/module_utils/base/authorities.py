# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making certificate authorities: a root that signs itself, and intermediates that it signs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates, on_demand
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_SKEW = timedelta(minutes=5)  # by which a certificate is valid earlier, for clocks that are behind


class Pair(NamedTuple):
    """A certificate and its private key in PEM. Never print it."""

    certificate: Certificate
    key: str

    def __repr__(self) -> str:
        return f"Pair({self.certificate.label})"


def make_root(common_name: str, organization: str, days: int, key_type: str, now: datetime) -> Pair:
    """A root that signs itself. ``key_type``: rsa_2048, rsa_4096, ecdsa_p256 or ecdsa_p384."""
    key = _new_key(key_type)
    subject = _subject(common_name, organization)
    builder = _builder(subject, key, now, now + timedelta(days=days), path_length=None).issuer_name(subject)
    return _signed(builder, key, key)


def make_intermediate(
    root: Certificate, root_key: str, common_name: str, organization: str, days: int, key_type: str, now: datetime
) -> Pair:
    """An authority that the root has signed, for leaf certificates alone. It does not outlive the root.

    Raises MeshError when the key is not the root's.
    """
    from cryptography import x509

    signer = certificates.load_key(root_key, "the key of the root")
    if not certificates.is_key_of(root, signer):
        raise MeshError(f"The key of the root is not that of its certificate, {root.label}.")
    key = _new_key(key_type)
    until = min(now + timedelta(days=days), root.not_after)
    builder = _builder(_subject(common_name, organization), key, now, until, path_length=0)
    builder = builder.issuer_name(root.parsed.subject)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.parsed.public_key())
    return _signed(builder.add_extension(identifier, critical=False), key, signer)


def _new_key(key_type: str) -> Any:
    on_demand.cryptography()
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if key_type.startswith("rsa_"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(key_type[4:]))
    return ec.generate_private_key({"ecdsa_p256": ec.SECP256R1, "ecdsa_p384": ec.SECP384R1}[key_type]())


def _subject(common_name: str, organization: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    names = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        names.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(names)


def _builder(subject: Any, key: Any, now: datetime, until: datetime, path_length: int | None) -> Any:
    from cryptography import x509

    usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _signed(builder: Any, key: Any, signer: Any) -> Pair:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    signed = builder.sign(signer, hashes.SHA256())
    text = signed.public_bytes(Encoding.PEM).decode()
    # The traditional form: every release of istiod reads it.
    key_text = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    return Pair(certificates.read(text, "the new certificate")[0], key_text)
