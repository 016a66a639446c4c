# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of the authority sets out to do, and at which phase what is live is. Pure.

A change of the root goes by three phases, each of them proven at every proxy before the next:

1. ``trusted``: the old authority signs, and both roots are trusted.
2. ``issuing``: the new authority signs, and both roots are trusted.
3. ``retired``: the new authority signs, and its root alone is trusted.

Another signing certificate under the same roots is ``issuing`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority

OPERATION = "istio_ca"
TRUSTED, ISSUING, RETIRED = "trusted", "issuing", "retired"
PHASES = (TRUSTED, ISSUING, RETIRED)
BEFORE = "before"  # where nothing was written yet
ABORTING = "aborting"


def subject_of(namespace: str) -> Subject:
    """What the work is about: the Secret that istiod signs from, whether it is there yet or not."""
    return Subject("", "Secret", namespace, ca.PLUGGED)


@dataclass(frozen=True)
class Plan:
    """Fingerprints: ``old_roots`` and ``new_roots`` that are trusted before and after, ``old_signing`` that signs
    before; ``live_renewal``: proxies get certificates by the new authority while they run; ``restarts_istiod``: it has
    to start anew to read the Secret at all, because it signs by itself so far.
    """

    old_roots: tuple[str, ...]
    new_roots: tuple[str, ...]
    old_signing: str
    live_renewal: bool
    restarts_istiod: bool

    @property
    def changes_root(self) -> bool:
        return set(self.old_roots) != set(self.new_roots)

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases to go by, in their order."""
        return PHASES if self.changes_root else (ISSUING,)

    def row(self) -> dict[str, Any]:
        """As it stands in the journal."""
        return {**asdict(self), "old_roots": list(self.old_roots), "new_roots": list(self.new_roots)}

    def locate(self, live: Authority) -> str | None:
        """The phase that the live Secret is at, ``before``, or None for what this plan never writes."""
        if live.signing is None:
            return None
        old, new, roots = set(self.old_roots), set(self.new_roots), live.root_fingerprints
        signed_by_old = live.signing.fingerprint == self.old_signing
        anchors = [root for root in live.roots if root.fingerprint in new]
        signed_by_new = leads_to(live.signing, live.chain, anchors) and (self.changes_root or not signed_by_old)
        if signed_by_new and roots == new:
            return self.phases[-1]
        if signed_by_new and roots == old | new:
            return ISSUING
        if signed_by_old and roots == old:
            return BEFORE
        return TRUSTED if signed_by_old and roots == old | new else None

    def index(self, where: str) -> int:
        """The place of a phase on the way; -1 for ``before``."""
        return self.phases.index(where) if where in self.phases else -1


def parse(row: dict[str, Any]) -> Plan:
    """The plan in a journal."""
    return Plan(**{**row, "old_roots": tuple(row["old_roots"]), "new_roots": tuple(row["new_roots"])})


def digests(before: str, verdicts: Iterable[dict[str, Any]]) -> set[str]:
    """The digests that the Secret may have: of the write that was announced last and of what that was to replace, as
    the run that announced it may not have lived to write it, nor the ones that announced it anew. ``before``: of what
    was there before any.
    """
    announced = [verdict for verdict in verdicts if "wrote" in verdict]
    return {announced[-1]["over"], announced[-1]["wrote"]} if announced else {before}


def leads_to(signing: Certificate, chain: Iterable[Certificate], anchors: Iterable[Certificate]) -> bool:
    """Whether a signing certificate is under one of these roots."""
    return certificates.path_to_root(signing, chain, anchors) is not None


def roots_text(roots: Iterable[Certificate], unlike: str = "") -> str:
    """A bundle of roots, each once. ``unlike``: the text that it replaces, from which it differs at any rate: istiod
    tells proxies to renew their certificates when the text changes (Istio 1.31, pilot/pkg/bootstrap/istio_ca.go,
    handleEvent; security/pkg/nodeagent/cache/secretcache.go, UpdateConfigTrustBundle).
    """
    text = "".join({root.fingerprint: root.text for root in roots}.values())
    return f"{text}\n" if text == unlike else text
