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

A proxy that is sent nothing, because the objects do not concern it, has nothing to acknowledge. Replicas that disappear
are dropped from the wait, and new ones are included. A proxy that disappears is awaited as long as its pod runs
(``known_proxies.py``), and then has to acknowledge all that it is sent; a new one gets everything when it connects.
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.follower import Follower, served
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.istiod import (
    PORT,
    Istiod,
    IstiodGone,
    debounce_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import is_ready

_ANSWER = 15.0  # seconds for one answer of istiod
_PAUSE = 0.05  # seconds between two looks
_NAMED = 5  # proxies that a message names
_ATTEMPTS = 3  # to reach each istiod before anything is written
_WITHOUT = "With wait_proxies: false the task does not wait for proxies"


class Away(MeshError):
    """No istiod answers now; one may soon, as after a restart."""


def converse(task: Task, resources, known: KnownProxies | None = None) -> Istiods | None:
    """The istiods to ask in this task; None when the task does not want it, or none is there.

    ``known``: proxies that an earlier write has reached. Raises MeshError when istiods are there and may not be asked.
    """
    if not task.params.get("wait_proxies"):
        return None
    istiods = Istiods(task, resources, known=known)
    if istiods.connected():
        return istiods
    if task.written.get("wait_proxies"):
        task.warn(
            f"No istiod runs in {istiods.namespace}, so the task does not wait for proxies. If the control plane is "
            "elsewhere, set istiod_namespace or istiod_urls."
        )
    return None


class Istiods:
    """All istiods of a cluster, for the length of one task. ``way_out``: how messages say to do without them.

    ``known``: the proxies that are to acknowledge; those that are connected now are added.
    """

    def __init__(self, task: Task, resources, way_out: str = _WITHOUT, known: KnownProxies | None = None):
        self.task, self.session, self._way_out = task, resources.session, way_out
        self._known = known or KnownProxies()
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
                    proxies = istiod.proxies()
                    self._known.add(served(proxies))
                    for proxy, types in proxies.items():
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

    def _followers(self, written: list, deleted: list) -> list[Follower]:
        return [self._follower(istiod, written, deleted) for istiod in self._open.values()]

    def _follower(self, istiod: Istiod, written: list, deleted: list) -> Follower:
        return Follower(istiod, written, deleted, self._refused, self._known)

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
                self._known.replace(proxy for follower in followers for proxy in served(follower.now))
                self._known.warn(self.task.warn)
                return sum(len(follower.now) for follower in followers)
            if deadline.is_over:
                raise MeshError(
                    f"Timed out after {watch.elapsed:.0f} s: {missing}. Nothing was rolled back: proxies take the "
                    "configuration as soon as they can. See why they do not, or set a longer wait_timeout."
                )
            progress.say(missing)
            clock.sleep(_PAUSE)

    def _missing(self, followers: list[Follower]) -> str:
        """What is missing, without a full stop; empty when every proxy has acknowledged."""
        if not followers:
            return f"no istiod in {self.namespace} is ready"
        earlier = [line for follower in followers for line in follower.missing()]
        if earlier:
            return _some(earlier)
        late = [line for follower in followers for line in follower.late()]
        if late:
            return f"these proxies have not acknowledged the configuration: {_some(late)}"
        absent = self._known.absent(self.session, {proxy for follower in followers for proxy in served(follower.now)})
        return f"these proxies run, and have not connected to istiod again: {_some(absent)}" if absent else ""

    def _step(self, follower: Follower) -> bool:
        """True when this istiod is gone."""
        follower.trouble = ""
        try:
            follower.look()
        except (IstiodGone, ApiError) as error:
            if isinstance(error, ApiError) and error.status in (401, 403):
                raise self._forbidden(error) from None
            follower.trouble = str(error)
        return bool(follower.trouble)

    def _again(self, followers: list[Follower], written: list, deleted: list) -> list[Follower]:
        """After one went away: those that stay as they are, and those that run now from the start."""
        clock.sleep(_PAUSE)
        self.refresh()
        kept = {follower.istiod: follower for follower in followers}
        return [kept.get(istiod) or self._follower(istiod, written, deleted) for istiod in self._open.values()]


def _some(lines: list[str]) -> str:
    more = f"; and {len(lines) - _NAMED} more" if len(lines) > _NAMED else ""
    return "; ".join(lines[:_NAMED]) + more


CONVERSATION = Conversation(control_plane=converse)
