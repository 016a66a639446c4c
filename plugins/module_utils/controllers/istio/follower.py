# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far one replica of istiod is with what was written, see ``propagation.py``."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.istiod import Acked, Activity, Istiod
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change

_QUIET = 0.15  # seconds of quiet beyond istiod's own
_NO_PUSH = 1.0  # seconds more, when nothing has been pushed since the write


class Follower:
    """How far one istiod is with what was written."""

    def __init__(
        self, istiod: Istiod, written: list[Change], deleted: list[Change], refused: dict, known: KnownProxies
    ):
        self.istiod = istiod
        self._refused_before, self._known = refused, known
        self._lacking = [change for change in written if _concerns(istiod, change)]
        self._lingering = [change for change in deleted if _concerns(istiod, change)]
        self._first: Activity | None = None
        self._since = 0.0
        self.last: Activity | None = None
        self.trouble = ""
        self._two_pushes: Activity | None = None
        self._pushed = False
        self._to_ack: dict[str, dict[str, Acked]] | None = None
        self.now: dict[str, dict[str, Acked]] = {}

    def look(self) -> None:
        """Go as far as one look at istiod allows. Raises IstiodGone."""
        if self._lacking or self._lingering:
            self._look_for_objects()
        if not self._lacking and not self._lingering and not self._pushed:
            self._pushed = self._is_pushed()
        if self._pushed:
            self.now = self.istiod.proxies()
            if self._to_ack is None:
                self._to_ack = self.now

    def _look_for_objects(self) -> None:
        known = self.istiod.configuration()
        self._lacking = [change for change in self._lacking if not _has(known, change)]
        self._lingering = [change for change in self._lingering if _still_has(known, change)]

    def _is_pushed(self) -> bool:
        istiod = self.istiod
        seen, now = istiod.activity(), clock.now()
        self._first = self._first or seen
        if seen != self.last:
            self.last, self._since = seen, now
        quiet = istiod.debounce + max(_QUIET, 3 * istiod.took)
        if istiod.before and seen.pushes <= istiod.before.pushes:
            quiet += _NO_PUSH  # not every change makes istiod push
        if now - istiod.took - self._since >= quiet:
            return True
        if self._two_pushes is None and seen.pushes >= self._first.pushes + 2:
            self._two_pushes, self.now = seen, istiod.proxies()
        return self._two_pushes is not None and seen.dequeued >= self._two_pushes.dequeued + 2 * len(self.now)

    def _pending(self) -> dict[str, list[str]]:
        """The types that each proxy has not acknowledged, by proxy."""
        pending = {}
        for proxy, types in ({**self._returned(), **self._to_ack} if self._to_ack is not None else {}).items():
            if proxy not in self.now:
                continue
            late = [name for name, state in types.items() if not _is_acked(state, self.now[proxy].get(name))]
            late = [name for name in late if types[name].sent not in self._refused_before.get(proxy, ())]
            if late:
                pending[proxy] = late
        return pending

    def _returned(self) -> dict[str, dict[str, Acked]]:
        """What known proxies that have connected since were sent: all of it has to be acknowledged."""
        back = (self._known.names & self.now.keys()) - (self._to_ack or {}).keys()
        return {proxy: self.now[proxy] for proxy in back}

    def refusals(self) -> list[str]:
        """Why proxies have rejected the configuration, in Envoy's words."""
        lines = []
        for proxy, types in self._pending().items():
            errors = {self.now[proxy][name].error for name in types if name in self.now[proxy]} - {""}
            lines += [f"{proxy}: {error.strip()}" for error in sorted(errors)]
        return lines

    def missing(self) -> list[str]:
        """What is missing before proxies have anything to acknowledge."""
        if self.trouble:
            return [f"{self.istiod.name} does not answer: {self.trouble}"]
        waiting = [f"{self.istiod.name} has not read {_label(change)}" for change in self._lacking]
        waiting += [f"{self.istiod.name} still has {_label(change)}" for change in self._lingering]
        if waiting:
            return [f"{line} (discoverySelectors of the mesh may exclude its namespace)" for line in waiting]
        return [] if self._pushed else [f"{self.istiod.name} has not pushed the configuration to its proxies"]

    def late(self) -> list[str]:
        """The proxies that have not acknowledged, each with the types."""
        return [f"{proxy} ({', '.join(types)})" for proxy, types in self._pending().items()]


def served(proxies: dict[str, dict[str, Acked]]) -> list[str]:
    """The proxies that were sent something: one that has just connected may still work with what it had before."""
    return [proxy for proxy, types in proxies.items() if any(state.sent for state in types.values())]


def _is_acked(wanted: Acked, now: Acked | None) -> bool:
    """An acknowledgement that has changed since is of something later: istiod takes none of what is overtaken."""
    if not wanted.sent:
        return True
    if now is None:
        return False
    return bool(now.acked) and (now.acked == wanted.sent or now.acked != wanted.acked)


def _concerns(istiod: Istiod, change: Change) -> bool:
    """An object that is labelled for a revision is taken in by that one alone."""
    metadata = (change.after or change.before or {}).get("metadata") or {}
    wanted = (metadata.get("labels") or {}).get("istio.io/rev")
    return not wanted or istiod.revision in (None, wanted)


def _key(change: Change) -> tuple[str, str, str | None, str]:
    return change.kind.group, change.kind.kind, change.namespace, change.name


def _label(change: Change) -> str:
    label: str = change.kind.label(change.namespace, change.name)
    return label


def _has(known: dict, change: Change) -> bool:
    there = known.get(_key(change))
    return there is not None and change.after is not None and _number(there) >= _number(change.after["metadata"])


def _still_has(known: dict, change: Change) -> bool:
    there = known.get(_key(change))
    return there is not None and there.get("uid") in (None, (change.before or {})["metadata"]["uid"])


def _number(metadata: dict) -> int:
    """resourceVersions of one kind are numbers that grow (KEP-5504)."""
    text = metadata.get("resourceVersion") or ""
    return int(text) if text.isdigit() else 0
