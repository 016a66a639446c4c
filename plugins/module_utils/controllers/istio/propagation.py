# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether every proxy has acknowledged what was written: istiod's replicas are asked until that is proven.

No status of Istio shows it, so it is concluded, for each replica, in three steps:

1. ``configz`` shows every written object in our version or a later one, and none that was deleted.
2. What it took in has been pushed. istiod gathers updates until none has come for a while (PILOT_DEBOUNCE_AFTER), so a
   push that has not begun looks like one that is over. It counts when for longer than that istiod took in no update,
   pushed nothing and sent nothing, or, where it is never quiet, when two pushes have ended since step 1 and its queue
   of proxies has been gone through twice since then: a proxy is queued again only when its last turn is over.
3. ``syncz`` then names what each proxy was sent last. The proxy has acknowledged exactly that, or anything later.

A proxy that is sent nothing, because the objects do not concern it, has nothing to acknowledge. Proxies and replicas
that disappear are dropped from the wait; new proxies get everything when they connect, and new replicas are included.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.portforward import PodConnection
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.istiod import (
    PORT,
    Acked,
    Activity,
    Istiod,
    IstiodGone,
    debounce_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import is_ready

_ANSWER = 15.0  # seconds for one answer of istiod
_PAUSE = 0.05  # seconds between two looks
_QUIET = 0.15  # seconds of quiet beyond istiod's own
_NO_PUSH = 1.0  # seconds more, when nothing has been pushed since the write
_NAMED = 5  # proxies that a message names
_ATTEMPTS = 3  # to reach each istiod before anything is written
_WITHOUT = "With wait_proxies: false the task does not wait for proxies"


class Away(MeshError):
    """No istiod answers now; one may soon, as after a restart."""


def converse(task: Task, resources) -> Istiods | None:
    """The istiods to ask in this task; None when the task does not want it, or none is there.

    Raises MeshError when they are there and may not be asked.
    """
    if not task.params.get("wait_proxies"):
        return None
    istiods = Istiods(task, resources)
    if istiods.connected():
        return istiods
    if task.written.get("wait_proxies"):
        task.warn(
            f"No istiod runs in {istiods.namespace}, so the task does not wait for proxies. If the control plane is "
            "elsewhere, set istiod_namespace or istiod_urls."
        )
    return None


class Istiods:
    """All istiods of a cluster, for the length of one task. ``way_out``: how messages say to do without them."""

    def __init__(self, task: Task, resources, way_out: str = _WITHOUT):
        self.task, self.session, self._way_out = task, resources.session, way_out
        self.namespace = task.params.get("istiod_namespace") or "istio-system"
        self.urls = task.params.get("istiod_urls") or []
        self._open: dict[str, Istiod] = {}
        self._refused: dict[str, set] = {}
        self._begin()

    def connected(self) -> bool:
        return bool(self._open)

    def close(self) -> None:
        for istiod in self._open.values():
            istiod.close()

    def connections(self) -> dict[str, str]:
        """Proxy (``pod.namespace``) → ``namespace/pod`` of the istiod that it is connected to, or its URL.

        Raises MeshError for an istiod that does not answer: its proxies would look as if they were not there.
        """
        connected = {}
        for istiod in self._open.values():
            try:
                connected.update(dict.fromkeys(istiod.proxies(), istiod.name.removeprefix("istiod ")))
            except IstiodGone as error:
                raise MeshError(sentence(f"{istiod.name} does not answer: {error}", self._way_out)) from None
        return connected

    def _begin(self) -> None:
        """Note how things are before anything is written. Raises MeshError when that cannot be asked."""
        for left in reversed(range(_ATTEMPTS)):
            self.refresh()
            try:
                for istiod in self._open.values():
                    istiod.before = istiod.activity()
                    for proxy, types in istiod.proxies().items():
                        self._refused[proxy] = {state.sent for state in types.values() if state.error}
                return
            except (IstiodGone, ApiError) as error:
                if isinstance(error, ApiError) and error.status in (401, 403):
                    raise self._forbidden(error) from None
                if not left:
                    raise Away(sentence(f"{istiod.name} does not answer: {error}", self._way_out)) from None
            clock.sleep(1.0)

    def refresh(self) -> None:
        """Open a conversation with each that runs, and end those with others."""
        wanted = self._addressed() if self.urls else self._pods()
        for name in self._open.keys() - wanted.keys():
            self._open.pop(name).close()
        for name, begin in wanted.items():
            if name not in self._open:
                self._open[name] = begin()

    def _addressed(self) -> dict:
        def begin(url):
            parts = urlsplit(url)
            secure = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            return Istiod(f"istiod at {url}", lambda: secure(parts.hostname, parts.port or PORT, timeout=_ANSWER))

        for url in self.urls:
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                raise MeshError(f"istiod_urls: {url!r} is not a URL such as http://localhost:{PORT}.")
        return {url: lambda url=url: begin(url) for url in self.urls}

    def _pods(self) -> dict:
        path = f"/api/v1/namespaces/{self.namespace}/pods"
        try:
            pods = self.session.request("GET", path, {"labelSelector": "app=istiod"})["items"]
        except ApiError as error:
            raise self._forbidden(error) from None
        return {pod["metadata"]["uid"]: lambda pod=pod: self._pod(pod) for pod in pods if is_ready(pod)}

    def _pod(self, pod: dict) -> Istiod:
        name, labels = pod["metadata"]["name"], pod["metadata"].get("labels") or {}
        return Istiod(
            f"istiod {self.namespace}/{name}",
            lambda: PodConnection(self.session, self.namespace, name, PORT, _ANSWER),
            labels.get("istio.io/rev"),
            debounce_of(pod),
        )

    def _forbidden(self, error: ApiError) -> MeshError:
        if error.status != 403:
            return error
        return MeshError(
            f"The task cannot ask istiod about its proxies: {error.message} It needs the verb list on pods and the "
            f"verbs get and create on pods/portforward in {self.namespace}. Or set istiod_urls to where istiod can be "
            f"reached. {self._way_out}."
        )

    def _followers(self, written: list, deleted: list) -> list[_Follower]:
        return [_Follower(istiod, written, deleted, self._refused) for istiod in self._open.values()]

    def acked(self, changes: list, deadline: Deadline) -> int:
        """Wait until every proxy has what ``changes`` wrote and deleted; returns how many there are.

        Raises MeshError that names the proxies that have not, and at once for one that refuses it.
        """
        written = [change for change in changes if change.after]
        deleted = [change for change in changes if change.before and not change.after]
        progress, watch = Progress(self.task, "proxies"), Stopwatch()
        followers = self._followers(written, deleted)
        while True:
            if any(parallel(self._step, followers)) or not followers:
                followers = self._again(followers, written, deleted)
            refused = [line for follower in followers for line in follower.refusals()]
            if refused:
                raise MeshError(sentence(f"Proxies rejected the configuration: {_some(refused)}"))
            missing = self._missing(followers)
            if not missing:
                for follower in followers:
                    follower.istiod.before = follower.last
                return sum(len(follower.now) for follower in followers)
            if deadline.is_over:
                raise MeshError(
                    f"Timed out after {watch.elapsed:.0f} s: {missing}. Nothing was rolled back: proxies take the "
                    "configuration as soon as they can. See why they do not, or set a longer wait_timeout."
                )
            progress.say(missing)
            clock.sleep(_PAUSE)

    def _missing(self, followers: list[_Follower]) -> str:
        """What is missing, without a full stop; empty when every proxy has acknowledged."""
        if not followers:
            return f"no istiod in {self.namespace} is ready"
        earlier = [line for follower in followers for line in follower.missing()]
        if earlier:
            return _some(earlier)
        late = [line for follower in followers for line in follower.late()]
        return f"these proxies have not acknowledged the configuration: {_some(late)}" if late else ""

    def _step(self, follower: _Follower) -> bool:
        """True when this istiod is gone."""
        follower.trouble = ""
        try:
            follower.look()
        except (IstiodGone, ApiError) as error:
            if isinstance(error, ApiError) and error.status in (401, 403):
                raise self._forbidden(error) from None
            follower.trouble = str(error)
        return bool(follower.trouble)

    def _again(self, followers: list[_Follower], written: list, deleted: list) -> list[_Follower]:
        """After one went away: those that stay as they are, and those that run now from the start."""
        clock.sleep(_PAUSE)
        self.refresh()
        kept = {follower.istiod: follower for follower in followers}
        return [
            kept.get(istiod) or _Follower(istiod, written, deleted, self._refused) for istiod in self._open.values()
        ]


class _Follower:
    """How far one istiod is with what was written."""

    def __init__(self, istiod: Istiod, written: list, deleted: list, refused: dict):
        self.istiod = istiod
        self._refused_before = refused
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
        for proxy, types in (self._to_ack or {}).items():
            if proxy not in self.now:
                continue
            late = [name for name, state in types.items() if not _is_acked(state, self.now[proxy].get(name))]
            late = [name for name in late if types[name].sent not in self._refused_before.get(proxy, ())]
            if late:
                pending[proxy] = late
        return pending

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


def _is_acked(wanted: Acked, now: Acked | None) -> bool:
    """An acknowledgement that has changed since is of something later: istiod takes none of what is overtaken."""
    if not wanted.sent:
        return True
    if now is None:
        return False
    return bool(now.acked) and (now.acked == wanted.sent or now.acked != wanted.acked)


def _concerns(istiod: Istiod, change) -> bool:
    """An object that is labelled for a revision is taken in by that one alone."""
    wanted = ((change.after or change.before)["metadata"].get("labels") or {}).get("istio.io/rev")
    return not wanted or istiod.revision in (None, wanted)


def _key(change) -> tuple:
    return change.kind.group, change.kind.kind, change.namespace, change.name


def _label(change) -> str:
    return change.kind.label(change.namespace, change.name)


def _has(known: dict, change) -> bool:
    there = known.get(_key(change))
    return there is not None and _number(there) >= _number(change.after["metadata"])


def _still_has(known: dict, change) -> bool:
    there = known.get(_key(change))
    return there is not None and there.get("uid") in (None, change.before["metadata"]["uid"])


def _number(metadata: dict) -> int:
    """resourceVersions of one kind are numbers that grow (KEP-5504)."""
    text = metadata.get("resourceVersion") or ""
    return int(text) if text.isdigit() else 0


def _some(lines: list[str]) -> str:
    more = f"; and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    return "; ".join(lines[:_NAMED]) + more


CONVERSATION = Conversation(control_plane=converse)
