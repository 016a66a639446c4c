# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench-argocd`: many Applications created, synced and awaited in one task, beside kubectl and `argocd`.

All three have the same real Argo CD make the same Applications of the same Git repository, each in its turn, from
nothing. What is timed is the whole program, Ansible's start included. Ours and kubectl reach the API server by way of a
`kubectl proxy`, whose log counts their requests. The table also lands in docs/benchmarks-argocd.md.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import LAB, ROOT, lab_environment, stopwatch

sys.path.insert(0, str(ROOT / "tests" / "support"))

from gitops import HERE, Repository, config_map

PAGE = ROOT / "docs" / "benchmarks-argocd.md"
AGAIN = "ours, a second time"
NAME = "meshops-bench"  # of the namespace, of the label on all Applications, and of the repository
TIMEOUT = 900  # seconds that the Applications may take


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rounds", type=int, default=1, help="turns of each contender")
    asked.add_argument("--count", type=int, default=200, help="how many Applications")
    asked.add_argument("--no-page", action="store_true", help="print the table, and leave the page as it is")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(lab_environment(), Path(folder), given.count)
        bench.prepare()
        try:
            text = page(bench, measured(bench, given.rounds), given)
        finally:
            bench.clean_up()
    if not given.no_page:
        PAGE.write_text(text)
    print(text)
    return 0


class Bench:
    """The lab, its Argo CD, and a folder with the Applications as a file."""

    def __init__(self, environment: dict, folder: Path, count: int):
        self.environment, self.folder, self.count = environment, folder, count
        self.file = folder / "applications.json"
        self.load = os.getloadavg()[0]

    def prepare(self) -> None:
        repository = Repository(Path(self.environment["MESHLAB_GIT"].removeprefix("file://")).parent / NAME)
        self.repository = repository
        names = [f"{NAME}-{number:03}" for number in range(self.count)]
        repository.commit({f"{name}/map.yaml": config_map(name, {"colour": "blue"}) for name in names})
        applications = [application(name, repository.url) for name in names]
        self.file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": applications}))
        self.kubectl("create", "namespace", NAME)
        self.warm_up(applications[0])

    def warm_up(self, application: dict) -> None:
        """Argo CD knows the repository and the cluster before the first turn."""
        first = self.folder / "first.json"
        first.write_text(json.dumps(application))
        self.kubectl("apply", "--server-side", "-f", str(first))
        self.kubectl("wait", "--for=jsonpath={.status.sync.status}=Synced", "-f", str(first), "--timeout=120s")

    def clean_up(self) -> None:
        self.empty()
        self.kubectl("delete", "namespace", NAME, "--wait=false")
        shutil.rmtree(self.repository.folder)

    def fresh(self) -> None:
        """As if nobody had had a turn before: the commit is a new one, of which Argo CD has rendered nothing yet."""
        self.empty()
        self.repository.commit({})

    def empty(self) -> None:
        """No Application, and nothing of what they deployed."""
        self.kubectl("delete", "applications", "-n", "argocd", "-l", f"bench={NAME}", "--ignore-not-found")
        self.kubectl("delete", "configmaps", "-n", NAME, "--all")
        time.sleep(3)  # seconds for the controller to forget them

    def kubectl(self, *arguments: str, **more) -> str:
        return self.run([self.environment.get("MESHLAB_KUBECTL", "kubectl"), *arguments], **more)

    def run(self, argv: list, **more) -> str:
        """Raises SystemExit with what the program said when it fails."""
        done = subprocess.run(argv, env={**self.environment, **more}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{argv[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-1000:]}")
        return done.stdout + done.stderr

    def check(self) -> None:
        """Raises SystemExit when not all of them are in order, or what they deploy is not there."""
        found = json.loads(self.kubectl("get", "applications", "-n", "argocd", "-l", f"bench={NAME}", "-o", "json"))
        states = [(one["status"]["sync"]["status"], one["status"]["health"]["status"]) for one in found["items"]]
        made = self.kubectl("get", "configmaps", "-n", NAME, "-o", "name").count(f"/{NAME}-")
        if states != [("Synced", "Healthy")] * self.count or made != self.count:
            raise SystemExit(f"{self.count} Applications were awaited, and {made} ConfigMaps are there: {states}")


def application(name: str, url: str) -> dict:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "labels": {"bench": NAME}},
        "spec": {
            "project": "default",
            "source": {"repoURL": url, "path": name, "targetRevision": "main"},
            "destination": {"server": HERE, "namespace": NAME},
            "syncPolicy": {"automated": {"prune": True}},
        },
    }


# ---- The contenders: each makes the Applications and returns when all are synced and healthy ------------------------


def ours(bench: Bench, **environment) -> None:
    arguments = {"src": [str(bench.file)], "wait": True, "wait_timeout": TIMEOUT}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"meshops.lifecycle.mesh_apply": arguments}]}]
    path = bench.folder / "play.yml"
    path.write_text(json.dumps(play))
    program = Path(sys.executable).parent / "ansible-playbook"
    bench.run([program, "-i", "localhost,", "-c", "local", path], **environment)


def by_kubectl(bench: Bench, **environment) -> None:
    """Two waits, as kubectl knows one condition at a time."""
    bench.kubectl("apply", "--server-side", "-f", str(bench.file), **environment)
    for field, value in (("sync", "Synced"), ("health", "Healthy")):
        wanted = f"--for=jsonpath={{.status.{field}.status}}={value}"
        bench.kubectl("wait", wanted, "-f", str(bench.file), f"--timeout={TIMEOUT}s", **environment)


class CommandLine:
    """Argo CD's own command line, signed in at Argo CD's API."""

    def __init__(self, bench: Bench):
        self._bench = bench
        self._program = bench.folder / "argocd"
        self._program.symlink_to(argocd_program(bench.environment))
        secret = bench.kubectl(
            "get", "secret", "-n", "argocd", "argocd-initial-admin-secret", "-o", "jsonpath={.data.password}"
        )
        self._options = ["--config", str(bench.folder / "argocd.config"), "--insecure", "--grpc-web"]
        address = bench.environment["MESHLAB_ARGOCD_URL"].split("://", 1)[1]
        self._run("login", address, "--username", "admin", "--password", base64.b64decode(secret).decode())

    def _run(self, *arguments: str) -> None:
        self._bench.run([str(self._program), *arguments, *self._options])

    def __call__(self, bench: Bench) -> None:
        names = [one["metadata"]["name"] for one in json.loads(bench.file.read_text())["items"]]
        manifests = bench.folder / "applications.yaml"
        manifests.write_text("\n---\n".join(json.dumps(one) for one in json.loads(bench.file.read_text())["items"]))
        self._run("app", "create", "--file", str(manifests))
        self._run("app", "wait", *names, "--sync", "--health", "--operation", "--timeout", str(TIMEOUT))


def argocd_program(environment: dict) -> Path:
    cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meshops-lab" / "bin"
    built = sorted(cache.glob("argocd-*/argocd"), key=os.path.getmtime)
    if not built:
        raise SystemExit(f"there is no argocd below {cache}; `{LAB} build` makes it")
    return built[-1]


# ---- Measuring -------------------------------------------------------------------------------------------------------


def measured(bench: Bench, rounds: int) -> list[tuple]:
    """(name, seconds, requests or None) of each contender, and of ours once more when nothing is left to do."""
    contenders: dict[str, Callable] = {"kubectl": by_kubectl, "argocd": CommandLine(bench), "ours": ours}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    counts: dict[str, dict | None] = {}
    for number in range(rounds):
        for name, work in contenders.items():
            bench.fresh()
            spent, counts[name] = turn(bench, work, name != "argocd")
            seconds[name].append(spent)
            print(f"  round {number + 1} of {rounds}: {name}: {spent:.1f} s, {counts[name]}", flush=True)
            bench.check()
    again, requests = turn(bench, ours, True)
    print(f"  {AGAIN}: {again:.1f} s, {requests}", flush=True)
    rows = [(name, statistics.median(times), counts[name]) for name, times in seconds.items()]
    return [*rows, (AGAIN, again, requests)]


def turn(bench: Bench, work: Callable, counted: bool) -> tuple[float, dict[str, int] | None]:
    """The seconds that a turn takes, and how many requests of each sort the proxy's log has of it."""
    if not counted:
        return stopwatch(lambda: work(bench)), None
    log = bench.folder / "proxy.log"
    with proxied(bench, log) as kubeconfig:
        spent = stopwatch(lambda: work(bench, KUBECONFIG=kubeconfig, K8S_AUTH_KUBECONFIG=kubeconfig))
    found: dict[str, int] = {"writes": 0, "watches": 0, "other reads": 0}
    for verb, url in re.findall(r'(?:verb="|\] )(GET|POST|PUT|PATCH|DELETE)"? (?:url=")?(\S+)', log.read_text()):
        found["writes" if verb != "GET" else "watches" if "watch=" in url else "other reads"] += 1
    return spent, found


@contextlib.contextmanager
def proxied(bench: Bench, log: Path):
    """A kubeconfig that leads to a `kubectl proxy`, which logs every request."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = bench.environment.get("MESHLAB_KUBECTL", "kubectl")
    with log.open("w") as stream:
        process = subprocess.Popen(
            [program, "proxy", f"--port={port}", "-v=6"], env=bench.environment, stdout=stream, stderr=stream
        )
    try:
        deadline = time.monotonic() + 10
        while "Starting to serve" not in log.read_text():
            if time.monotonic() > deadline:
                raise SystemExit(f"kubectl proxy does not start:\n{log.read_text()}")
            time.sleep(0.1)
        kubeconfig = bench.folder / "proxied"
        kubeconfig.write_text(json.dumps(unauthenticated(f"http://127.0.0.1:{port}")))
        yield str(kubeconfig)
    finally:
        process.terminate()
        process.wait(10)


def unauthenticated(server: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "proxy",
        "clusters": [{"name": "proxy", "cluster": {"server": server}}],
        "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": ""}}],
    }


# ---- The page --------------------------------------------------------------------------------------------------------

WORDS = {
    "ours": "one task: `mesh_apply` with `wait: true`",
    "kubectl": "`kubectl apply --server-side`, then `kubectl wait` for Synced and for Healthy",
    "argocd": "`argocd app create --file`, then `argocd app wait`, by Argo CD's API",
    AGAIN: "the same task again, nothing to change",
}


def page(bench: Bench, rows: list[tuple], given) -> str:
    fields = ("writes", "watches", "other reads")
    rounds = f"Medians of {given.rounds} rounds" if given.rounds > 1 else "One round"
    lines = [
        f"# {given.count} Applications at once",
        "",
        "Written by `make bench-argocd`, see `tests/benchmarks/applications.py`: each contender creates the same",
        f"{given.count} Applications with automated sync, each of a folder of its own in one Git repository, and",
        "returns when all are Synced and Healthy. Argo CD is the same for all, with the settings that it is published",
        f"with, on the lab. {rounds}, {os.cpu_count()} cores, which Argo CD and the API server share.",
        "Ours and kubectl reach the API server by way of a `kubectl proxy`, which counts their requests. The machine",
        f"had a load of {bench.load:.0f} before the first turn; seconds say little where it does other work as well.",
        "",
        "| what | seconds | " + " | ".join(fields) + " |",
        "|---|---|---|---|---|",
    ]
    for name, seconds, count in rows:
        told = " | ".join(str(count[field]) if count else "" for field in fields)
        lines.append(f"| {WORDS[name]} | {seconds:.1f} | {told} |")
    lines += [
        "",
        "The wait of `mesh_apply` for many Applications is one watch, taken up again every few seconds, however many",
        "they are. It ends at once, with the controller's words, when one of them has failed; `kubectl wait` runs into",
        "its time-out then. The command line asks the API of Argo CD, and what that asks for in turn is not counted.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
