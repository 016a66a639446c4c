# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VirtualService that changes, until every proxy has it: a task with `wait: true` beside what istiod takes anyway."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator

from bench import NAMESPACE, OURS, Bench, Row, route, row, stopwatch
from raw import path_of

WORK = "one VirtualService changed, until all proxies have it, per task"
BARE = "a raw PATCH, until istiod's /debug/syncz says so"
ROUTES = "RouteConfiguration"
SIZES = (6, 1)  # tasks of a large and a small playbook, each of which changes it
SETTLED = 3.0  # seconds after which all proxies have a change
PAUSE = 0.01  # seconds between two looks
MOST = 60.0  # seconds after which a proxy is taken to be stuck


def proxies(bench: Bench) -> list[Row]:
    """Each contender changes a VirtualService of its own, the share of v1, in every turn."""
    shares = itertools.cycle((10, 20, 30))
    for number in (0, 1):
        bench.raw.apply([_shared(number, next(shares))])
    _changing(bench, [next(shares)])
    with _istiod(bench) as istiod:
        concerned = _concerned(bench, istiod, next(shares))
        found = bench.medians(
            {
                "ours": lambda: _ours(bench, shares),
                "bare": lambda: stopwatch(lambda: _bare(bench, istiod, concerned, next(shares))),
            },
            at_least=5,
        )
    line = row(WORK, found["ours"], f"{BARE} of {len(concerned)} proxies", found["bare"])
    return [line._replace(measured=f"{found['ours'] / found['bare']:.1f} times")]


def _shared(number: int, share: int) -> dict:
    document = route(number)
    for destination, weight in zip(document["spec"]["http"][0]["route"], (share, 100 - share), strict=True):
        destination["weight"] = weight
    return document


def _ours(bench: Bench, shares: Iterator[int]) -> float:
    """Seconds a task: what a large playbook takes more than a small one."""
    large, small = (_changing(bench, [next(shares) for _task in range(count)]) for count in SIZES)
    return (large - small) / (SIZES[0] - SIZES[1])


def _changing(bench: Bench, shares: list[int]) -> float:
    """Seconds of a playbook that gives the VirtualService one share after the other."""
    documents = [_shared(0, share) for share in shares]
    options = {"name": documents[0]["metadata"]["name"], "namespace": NAMESPACE, "wait": True, "force_conflicts": True}
    ran = bench.play([{OURS: {**options, "spec": document["spec"]}} for document in documents])
    if ran.changed != len(shares):
        raise SystemExit(f"{len(shares)} tasks were to change the VirtualService, and {ran.changed} did")
    return ran.seconds


def _bare(bench: Bench, istiod: http.client.HTTPConnection, concerned: set[str], share: int) -> None:
    """Write, and look until each proxy that is concerned was sent something new and has acknowledged it."""
    before = _nonces(istiod)
    _patch(bench, share)
    deadline = time.monotonic() + MOST
    while time.monotonic() < deadline:
        now = _nonces(istiod)
        if all(now[name][0] != before[name][0] and now[name][0] == now[name][1] for name in concerned):
            return
        time.sleep(PAUSE)
    raise SystemExit("not every proxy has acknowledged what was written")


def _patch(bench: Bench, share: int) -> None:
    document = _shared(1, share)
    path = f"{path_of('VirtualService', NAMESPACE)}/{document['metadata']['name']}?fieldManager=raw&force=true"
    bench.raw.request(bench.raw.connection(), "PATCH", path, document)


def _concerned(bench: Bench, istiod: http.client.HTTPConnection, share: int) -> set[str]:
    """The proxies that istiod sends routes to when the VirtualService changes."""
    before = _nonces(istiod)
    _patch(bench, share)
    time.sleep(SETTLED)
    concerned = {
        name for name, (sent, _acked) in _nonces(istiod).items() if sent and sent != before.get(name, ("", ""))[0]
    }
    if not concerned:
        raise SystemExit("no proxy was sent the VirtualService; `make demo` starts some")
    return concerned


def _nonces(istiod: http.client.HTTPConnection) -> dict[str, tuple[str, str]]:
    """By proxy, the nonces of the routes that it was sent last and that it acknowledged last."""
    istiod.request("GET", "/debug/syncz")
    found = {}
    for item in json.loads(istiod.getresponse().read()) or []:
        types = {url.rpartition(".")[2]: state for url, state in item["resources"].items()}
        state = types.get(ROUTES, {})
        found[item["proxy"]] = state.get("sent", ""), state.get("acked", "")
    return found


@contextlib.contextmanager
def _istiod(bench: Bench) -> Iterator[http.client.HTTPConnection]:
    """A connection to istiod's monitoring port, on its localhost, by `kubectl port-forward`."""
    program = bench.environment.get("MESHLAB_KUBECTL", "kubectl")
    argv = [program, "port-forward", "-n", "istio-system", "deployment/istiod", ":15014"]
    with subprocess.Popen(argv, env=bench.environment, stdout=subprocess.PIPE, text=True) as forwarding:
        try:
            port = re.search(r"127\.0\.0\.1:(\d+)", forwarding.stdout.readline())[1]
            yield http.client.HTTPConnection("127.0.0.1", int(port))
        finally:
            forwarding.terminate()
