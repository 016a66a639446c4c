# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the Secret that istiod signs from, each time as a whole at the state that was read, and keeping what was
there before in a Secret of its own until there is no way back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.ca import Bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import authority as authorities
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.material import MANAGER

SAVED = "meshops-ca-before"  # the Secret with what was there before
_FORM_KEY = "form"  # of its annotations, with the prefix of the collection
_PREFIX = "meshops.lifecycle/"
Document = dict[str, Any]


@dataclass
class Store:
    """The Secret of one namespace. ``written``: a row of each write, as a result has them, with its diff."""

    resources: Resources
    namespace: str
    written: list[Document] = field(default_factory=list)

    @property
    def label(self) -> str:
        return SECRET.label(self.namespace, ca.PLUGGED)

    def read(self) -> Authority:
        """What is live. Raises MeshError."""
        return authorities.read(self.resources, self.namespace)

    def write(self, live: Authority, bundle: Bundle) -> Authority:
        """One request, at the state that was read. Raises MeshError when somebody else has written since."""
        written = authorities.of_secret(self._request(live, bundle), "plugged")
        self.written.append(self.row(live, written))
        return written

    def _request(self, live: Authority, bundle: Bundle) -> Document:
        secret = live.secret if live.secret and live.secret["metadata"]["name"] == ca.PLUGGED else None
        try:
            if secret is None:
                metadata = {"namespace": self.namespace, "name": ca.PLUGGED}
                body: Document = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"}
                body["data"] = ca.data_of(bundle, ca.PEM)
                return self.resources.create(SECRET, self.namespace, body, manager=MANAGER)
            data = {key: value for key, value in (secret.get("data") or {}).items() if key != ca.ISTIO_GENERATED}
            data.update(ca.data_of(bundle, ca.form_of(secret)))
            body = {"apiVersion": "v1", "kind": "Secret", **secret, "data": data}
            return self.resources.replace(SECRET, body, manager=MANAGER)
        except ApiError as error:
            if error.status == 409:
                raise MeshError(
                    f"{self.label} was changed by somebody else in this very moment, so nothing was written. Run the "
                    "task again; it says what is different."
                ) from None
            raise explained(error, SECRET, self.namespace, ca.PLUGGED) from None

    def row(self, before: Authority, after: Authority) -> Document:
        """A write as a result has it: fingerprints and dates, and no key."""
        now = times.now()
        created = before.secret is None or before.secret["metadata"]["name"] != ca.PLUGGED
        sides = [None if created else _public(before, now), _public(after, now)]
        return {
            "kind": "Secret",
            "namespace": self.namespace,
            "name": ca.PLUGGED,
            "action": "created" if created else "changed",
            "diff": {
                "before": sides[0],
                "after": sides[1],
                "before_header": self.label,
                "after_header": self.label,
            },
        }

    # ---- What was there before ---------------------------------------------------------------------------------------

    def save(self, live: Authority) -> None:
        """Keep what is live for the way back. Raises MeshError."""
        if live.bundle is None:
            return
        annotations = {f"{_PREFIX}source": live.source}
        metadata = {"namespace": self.namespace, "name": SAVED, "annotations": annotations}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque"}
        data = ca.data_of(live.bundle, ca.PEM)
        try:
            self.resources.apply(SECRET, {**body, "data": data}, manager=MANAGER, force=True)
        except ApiError as error:
            raise explained(error, SECRET, self.namespace, SAVED) from None

    def saved(self) -> Authority | None:
        """What was kept, with its source; None when it is not there any more. Raises MeshError."""
        secret = self.resources.get(SECRET, self.namespace, SAVED)
        if secret is None:
            return None
        source = (secret["metadata"].get("annotations") or {}).get(f"{_PREFIX}source", "plugged")
        return authorities.of_secret(secret, source)

    def forget(self) -> None:
        """Delete what was kept. Raises ApiError."""
        self.resources.delete(SECRET, self.namespace, SAVED)

    def remove(self, live: Authority) -> None:
        """Delete the Secret where there was none before. Raises MeshError when it was changed since it was read."""
        if live.secret is None:
            return
        metadata = live.secret["metadata"]
        conditions = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
        try:
            self.resources.delete(SECRET, self.namespace, ca.PLUGGED, preconditions=conditions)
        except ApiError as error:
            raise explained(error, SECRET, self.namespace, ca.PLUGGED) from None
        row = self.row(live, live)
        row["diff"] = {**row["diff"], "after": None}
        self.written.append({**row, "action": "deleted"})


def _public(there: Authority, now: Any) -> Document:
    """What of a Secret may be seen: it without keys."""
    keys = ("subject", "issuer", "fingerprint", "not_after")
    shown = there.row(now)
    roots = [{key: root[key] for key in keys} for root in shown["roots"]]
    signing = {key: shown["signing"][key] for key in keys} if shown["signing"] else None
    return {"signing": signing, "roots": roots}
