# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three namespaces become STRICT, one of them with a caller that must not be broken; a wrong change; a kill."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import beside
import meshes
import playing
import yaml
from loads import Loads, inside
from row import Row

TITLE = "Migration to mTLS"
HISTORY, WATCH, SETTLE = 40, 25, 25.0  # seconds
ABOUT = f"""Three namespaces with a client each; a pod without a sidecar also calls one of them, `sec-old`.
`mtls_migration` looks at the traffic of {HISTORY} s and watches each change for {WATCH} s. Prometheus scrapes
every 5 s. The recipe of Istio's documentation is `kubectl apply` of a PeerAuthentication with STRICT.
**Time** is from the beginning of what goes wrong until it is over.
"""
SPACES = ("sec-one", "sec-two", "sec-old")
OUTSIDE = "sec-outside"
OURS, RECIPE = "mtls_migration", "kubectl apply STRICT"
CALLERS = {f"{space}/client": f"http://reviews.{space}:9080/" for space in SPACES}
CALLERS[f"{OUTSIDE}/report"] = "http://reviews.sec-old:9080/"
RULE = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "DestinationRule",
    "metadata": {"name": "reviews", "namespace": "sec-one"},
    "spec": {"host": "reviews", "trafficPolicy": {"tls": {"mode": "DISABLE"}}},
}
# Without Istio's own retries: what a change loses is not to be repaired by the next attempt.
ROUTES = [
    {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "reviews", "namespace": space},
        "spec": {
            "hosts": ["reviews"],
            "http": [{"retries": {"attempts": 0}, "route": [{"destination": {"host": "reviews"}}]}],
        },
    }
    for space in SPACES
]


def lab():
    return meshes.lab_with(playing.BUILD / "lab-security", "istio", "monitoring")


def rows(cluster, folder, options):
    bench = Bench(cluster, folder, options)
    bench.prepare()
    try:
        for case in (bench.three_namespaces, bench.wrong_policy, bench.killed):
            if not options.case or options.case in case.__name__:
                yield from case()
    finally:
        bench.clean()


class Bench:
    def __init__(self, cluster, folder, options):
        self.cluster, self.folder, self.options = cluster, folder, options
        self.player = playing.Player(folder / "plays", cluster.kubeconfig, cluster.environment())

    def prepare(self):
        meshes.shops_with_a_caller_outside(self.cluster, SPACES, OUTSIDE, ROUTES)

    def clean(self):
        self.cluster.kubectl("delete", "namespace", *SPACES, OUTSIDE, "--wait=false")

    # ---- Cases -------------------------------------------------------------------------------------------------------

    def three_namespaces(self):
        name = "three namespaces, one with a caller in plain text"
        with self.loaded() as loads:
            result = self.migrate().result
        held, live = result.get("held") or {}, self.strict()
        named = f"{OUTSIDE}/report" in json.dumps(held.get("sec-old"))
        good = live == {"sec-one", "sec-two"} and named and not loads.failed
        remark = f"sec-old stays PERMISSIVE, {OUTSIDE}/report is named" if named else f"held: {held}"
        yield self.row(name, OURS, f"{len(live)} STRICT", loads, remark=remark, good=good)
        with self.loaded() as loads:
            self.recipe(*SPACES)
            time.sleep(2 * WATCH)
        yield self.row(name, RECIPE, f"{len(self.strict())} STRICT", loads, remark="nothing says who fails")

    def wrong_policy(self):
        """A DestinationRule that does not fit comes right after the change, where no look ahead can see it."""
        name = "turns out wrong after the change"
        with self.loaded("sec-one") as loads:
            begun = []
            with self.when_strict("sec-one", lambda: begun.append(self.break_it())):
                result = self.migrate("sec-one", watch=2 * WATCH, expect="any")["Migrate"].result
            back = time.monotonic()
            time.sleep(2.0)
        seconds = back - begun[0] if begun else None
        good = result.get("phase") == "put_back" and not self.strict()
        yield self.row(name, OURS, "put back by itself", loads, seconds, f"{loads.failed} failed until then", good)
        with self.loaded("sec-one") as loads:
            self.recipe("sec-one")
            time.sleep(5)
            begun = self.break_it()
            time.sleep(2 * WATCH)
            seconds = time.monotonic() - begun
        yield self.row(name, RECIPE, "stays broken", loads, seconds, "until somebody looks")

    def killed(self):
        name = "killed during the change, and run again"
        with self.loaded("sec-one", "sec-two") as loads:
            refused = self.kill_one()
            result = self.migrate("sec-one", "sec-two").result
        runs = len(result.get("record", {}).get("runs", ()))
        good = self.strict() == {"sec-one", "sec-two"} and runs == 2 and refused and not loads.failed
        remark = "a second run at the same time was refused" if refused else "a second run was not refused"
        yield self.row(name, OURS, f"continued, {len(self.strict())} STRICT", loads, remark=remark, good=good)

    # ---- Parts of cases ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def loaded(self, *spaces):
        """Loads from all clients, or those of some namespaces; every policy of before is gone."""
        for space in SPACES:
            self.cluster.kubectl("delete", "peerauthentication,destinationrule", "--all", "-n", space)
        time.sleep(3.0)
        callers = {who: inside(who, url) for who, url in CALLERS.items() if not spaces or who.split("/")[0] in spaces}
        loads = Loads(self.cluster, self.folder, self.options.rate, callers)
        try:
            time.sleep(SETTLE)
            yield loads
        finally:
            loads.stop()

    def task(self, *spaces, watch=WATCH):
        service = {"namespace": "monitoring", "name": "prometheus-operated"}
        arguments = {
            "namespaces": list(spaces or SPACES),
            "metrics": {"service": service, "scrape_interval": 5},
            "history": HISTORY,
            "watch": watch,
            "interval": 3,
            "lease_duration": 4,
        }
        return {"name": "Migrate", "meshops.lifecycle.mtls_migration": arguments}

    def migrate(self, *spaces, watch=WATCH, expect="ok"):
        run = self.player.play([self.task(*spaces, watch=watch)], expect=expect)
        return run if expect == "any" else run["Migrate"]

    def recipe(self, *spaces):
        for space in spaces:
            self.cluster.kubectl("apply", "-f", "-", stdin=policy(space))

    def break_it(self):
        self.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(RULE))
        return time.monotonic()

    def strict(self):
        """The namespaces that are STRICT."""
        live = self.cluster.get("/apis/security.istio.io/v1/peerauthentications")["items"]
        return {
            each["metadata"]["namespace"] for each in live if each["spec"].get("mtls", {}).get("mode") == "STRICT"
        } & set(SPACES)

    def when_strict(self, space, do):
        """Do it beside what runs, when the namespace has been STRICT for 5 s: it is being watched by then."""

        def do_later():
            time.sleep(5.0)
            do()

        return beside.once(lambda: space in self.strict(), do_later)

    def kill_one(self):
        """A run that is killed while it watches; True when a second one was refused meanwhile."""
        playbook = self.folder / "killed.yml"
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [self.task("sec-one", "sec-two")]}
        playbook.write_text(yaml.safe_dump([play]))
        record = self.folder / "killed.jsonl"
        known = {"K8S_AUTH_KUBECONFIG": str(self.cluster.kubeconfig), "MESHOPS_RECORD": str(record)}
        environment = {**self.player.environment, **known}
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 180
            while not self.strict():
                if time.monotonic() > deadline or process.poll() is not None:
                    raise SystemExit("the run that was to be killed has not begun")
                time.sleep(0.2)
            second = self.player.play([self.task("sec-one", "sec-two")], expect="failed")
            holder = re.search(r"is held by .*process (\d+), run", second.msg)
            for pid in (process.pid, *([int(holder[1])] if holder else [])):  # the worker is in a session of its own
                os.kill(pid, signal.SIGKILL)
        return bool(holder)

    @staticmethod
    def row(case, by, outcome, loads, seconds=None, remark="", good=True):
        return Row(case, by, outcome, loads.requests, loads.failed, seconds, remark, good)


def policy(space):
    metadata = {"name": "default", "namespace": space}
    spec = {"mtls": {"mode": "STRICT"}}
    return json.dumps(
        {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": metadata, "spec": spec}
    )
