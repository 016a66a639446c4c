# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""X.509 certificates as values: what they are for, until when, who issued them, whether a key is theirs.

They are read by the package cryptography, which is imported when the first one is read. No message shows a key.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import on_demand, pem, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_RSA_BITS, _EC_BITS = 2048, 256  # less is weak by NIST SP 800-131A
_WEAK_HASHES = ("md5", "sha1")


@dataclass(frozen=True)
class Certificate:
    """One certificate. ``fingerprint``: SHA-256 of its DER form, in hex; ``names``: DNS names, addresses and URIs;
    ``weakness``: what is weak about it, as a predicate ("has …"), or empty.
    """

    fingerprint: str
    serial: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    is_ca: bool
    names: tuple[str, ...]
    weakness: str
    text: str = field(repr=False)
    parsed: Any = field(repr=False, compare=False)

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.not_after - now).days

    def is_issued_by(self, authority: Certificate) -> bool:
        """Whether the authority's key has signed it, and its issuer is the authority's subject."""
        try:
            self.parsed.verify_directly_issued_by(authority.parsed)
        except Exception:  # InvalidSignature, ValueError for another subject, TypeError for a kind of key
            return False
        return True

    def row(self, now: datetime) -> dict[str, Any]:
        """It in a result."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "fingerprint": self.fingerprint,
            "not_before": times.text_of(self.not_before),
            "not_after": times.text_of(self.not_after),
            "days_left": self.days_left(now),
        }

    def flaws(self, now: datetime) -> list[str]:
        """Why it is not to be used now, as predicates without a full stop ("has expired at …")."""
        listed = []
        if self.not_after <= now:
            listed.append(f"has expired at {times.text_of(self.not_after)}")
        if self.not_before > now:
            listed.append(f"is not valid before {times.text_of(self.not_before)}")
        return listed + ([self.weakness] if self.weakness else [])

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.subject or 'without a subject'} ({self.fingerprint[:16]})"

    def covers(self, host: str) -> bool:
        """Whether it is valid for a host name or an address; ``*.`` stands for one label (RFC 6125)."""
        if host in self.names:
            return True
        _first, _dot, rest = host.partition(".")
        return bool(rest) and not host.startswith("*.") and f"*.{rest}" in self.names and not _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def read(text: str, name: str) -> list[Certificate]:
    """The certificates of a PEM text, in their order. ``name``: where it comes from, for messages. Raises MeshError."""
    on_demand.cryptography()
    from cryptography import x509

    read_certificates = []
    for block in pem.blocks(pem.certificates(text, name), name):
        try:
            read_certificates.append(_certificate(x509.load_pem_x509_certificate(block.text.encode()), block.text))
        except ValueError as error:
            raise MeshError(f"{name} has a certificate that cannot be read: {error}.") from None
    return read_certificates


def from_der(data: bytes) -> Certificate:
    """A certificate as it comes over the wire. Raises MeshError."""
    on_demand.cryptography()
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        parsed = x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise MeshError(f"The server's certificate cannot be read: {error}.") from None
    return _certificate(parsed, parsed.public_bytes(Encoding.PEM).decode())


def _certificate(parsed: Any, text: str) -> Certificate:
    from cryptography.hazmat.primitives import hashes

    return Certificate(
        fingerprint=parsed.fingerprint(hashes.SHA256()).hex(),
        serial=f"{parsed.serial_number:x}",
        subject=parsed.subject.rfc4514_string(),
        issuer=parsed.issuer.rfc4514_string(),
        not_before=_time(parsed, "not_valid_before"),
        not_after=_time(parsed, "not_valid_after"),
        is_ca=_is_ca(parsed),
        names=_names(parsed),
        weakness=_weakness(parsed),
        text=text,
        parsed=parsed,
    )


def _time(parsed: Any, name: str) -> datetime:
    """With its zone, which releases of the package before 42 leave out."""
    aware = getattr(parsed, f"{name}_utc", None)
    time: datetime = aware if aware is not None else getattr(parsed, name).replace(tzinfo=timezone.utc)
    return time


def _extension(parsed: Any, name: str) -> Any:
    from cryptography import x509

    try:
        return parsed.extensions.get_extension_for_class(getattr(x509, name)).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _is_ca(parsed: Any) -> bool:
    """It may sign certificates: by its basic constraints and, where it has one, its key usage."""
    constraints, usage = _extension(parsed, "BasicConstraints"), _extension(parsed, "KeyUsage")
    return bool(constraints and constraints.ca and (usage is None or usage.key_cert_sign))


def _names(parsed: Any) -> tuple[str, ...]:
    alternative = _extension(parsed, "SubjectAlternativeName")
    return tuple(str(name.value) for name in alternative) if alternative is not None else ()


def _weakness(parsed: Any) -> str:
    key = parsed.public_key()
    bits = getattr(key, "key_size", None)
    if bits and hasattr(key, "encrypt") and bits < _RSA_BITS:
        return f"has an RSA key of {bits} bits, at least {_RSA_BITS} are needed"
    if bits and hasattr(key, "curve") and bits < _EC_BITS:
        return f"has a key of {bits} bits on {key.curve.name}, at least {_EC_BITS} are needed"
    algorithm = parsed.signature_hash_algorithm
    if algorithm is not None and algorithm.name in _WEAK_HASHES:
        return f"is signed with {algorithm.name.upper()}, which can be forged"
    return ""


def load_key(text: str, name: str) -> Any:
    """A private key. Raises MeshError that does not show it."""
    on_demand.cryptography()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    normal = pem.private_key(text, name, ssh=False)
    try:
        return load_pem_private_key(normal.encode(), password=None)
    except Exception:  # its words may hold parts of the key
        raise MeshError(f"{name} is not a private key that can be read.") from None


def is_key_of(certificate: Certificate, key: Any) -> bool:
    """Whether a private key, as ``load_key`` gives it, belongs to a certificate."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    forms = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    own: bytes = certificate.parsed.public_key().public_bytes(*forms)
    return own == bytes(key.public_key().public_bytes(*forms))


def path_to_root(
    certificate: Certificate, chain: Iterable[Certificate], roots: Iterable[Certificate]
) -> list[Certificate] | None:
    """The certificates from this one to one of ``roots``, each signed by the next; None where there is no such path."""
    trusted = list(roots)
    known = {other.fingerprint: other for other in [*chain, *trusted]}
    path = [certificate]
    while path[-1] not in trusted:
        issuer = next((other for other in known.values() if other not in path and path[-1].is_issued_by(other)), None)
        if issuer is None:
            return None
        path.append(issuer)
    return path
