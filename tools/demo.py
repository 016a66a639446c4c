#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: bootstrap a cluster, again, measure what runs, and reconfigure it.

On the lab everything is measured; on another cluster (MESHOPS_KUBECONFIG, which `make demo CLUSTER=…` sets) what can be
seen from here. Each row of the table at the end is measured in this run. Exit code 1 when one is not as it should be.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "tests" / "lab" / "lab"
DEMO = ROOT / "tests" / "demo"
LOGS = ROOT / ".build" / "demo"
REQUESTS = 1000
MARKS = {True: "ok", False: "BAD", None: "-"}
SPLIT = '{"reviews_split": {"v1": %d, "v2": %d}}'


class Row(NamedTuple):
    """One line of the table. ``good``: None when it cannot be measured here."""

    what: str
    result: str
    good: bool | None


class Play(NamedTuple):
    """How a run of a playbook ended. ``changes``: its own summary."""

    seconds: float
    changed: int
    failed: int
    changes: list[str]


class DemoError(Exception):
    """Something that ends the demo; the message is for the person."""


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    other = os.environ.get("MESHOPS_KUBECONFIG")
    environment = other_environment(other) if other else lab_environment()
    host = "cluster" if other else "meshlab"
    try:
        if not other:
            seed_repository(environment)
            if environment["MESHLAB_REAL_PODS"] == "no":
                return show(predicted_rows(environment, host))
        first, second = bootstrap_twice(environment, host)
        rows = [
            Row("first bootstrap", f"{first.seconds:.0f} s, {len(first.changes)} objects changed", True),
            Row("second bootstrap", f"{second.seconds:.1f} s, changed={second.changed}", second.changed == 0),
        ]
        rows += cluster_rows(environment) if other else lab_rows(environment, host)
    except DemoError as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1
    return show(rows)


def lab_environment() -> dict[str, str]:
    """What `lab env` exports, over our own environment."""
    told = subprocess.run([LAB, "env"], check=True, capture_output=True, text=True).stdout
    exports = (shlex.split(line)[1] for line in told.splitlines() if line.startswith("export "))
    return {**os.environ, **dict(item.split("=", 1) for item in exports)}


def other_environment(kubeconfig: str) -> dict[str, str]:
    return {**os.environ, "KUBECONFIG": kubeconfig, "K8S_AUTH_KUBECONFIG": kubeconfig}


def bootstrap_twice(environment: dict, host: str) -> tuple[Play, Play]:
    print("Bootstrap: Argo CD, Istio, monitoring, the mesh's configuration")
    first = play(environment, host, "bootstrap", "first")
    print(f"Bootstrap took {first.seconds:.0f} s. The same again:")
    return first, play(environment, host, "bootstrap", "second")


# ---- Playbooks -------------------------------------------------------------------------------------------------------


def play(environment: dict, host: str, name: str, label: str, *arguments: str) -> Play:
    """Run a playbook of the collection, say each task as it begins, and keep the whole output in a log."""
    argv = [program("ansible-playbook"), f"meshops.lifecycle.{name}", "-i", DEMO / "inventory", "--limit", host]
    log = LOGS / f"{name}-{label}.log"
    began = time.monotonic()
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [*argv, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running,
    ):
        for line in running.stdout:
            stream.write(line)
            if line.startswith("TASK ["):
                print(f"  {time.monotonic() - began:5.0f} s  {line[6:].split(']')[0].split(' : ')[-1]}", flush=True)
    output = log.read_text()
    recap = re.search(r"changed=(\d+)\s+unreachable=\d+\s+failed=(\d+)", output)
    if running.returncode or not recap:
        raise DemoError(f"the playbook {name} failed:\n{failure(output)}\nAll it said is in {log.relative_to(ROOT)}.")
    return Play(time.monotonic() - began, int(recap[1]), int(recap[2]), changes(output))


def failure(output: str) -> str:
    """The lines of a playbook's output that say what went wrong."""
    found = [line for line in output.splitlines() if line.startswith(("fatal:", "[ERROR]", "failed:"))]
    return "\n".join(line[:2000] for line in found[:3]) or output[-1000:]


def changes(output: str) -> list[str]:
    """The summary that the playbooks print at their end."""
    found = re.search(r'TASK \[What changed\].*?"msg": (\[.*?\])\n', output, re.S)
    said = json.loads(found[1]) if found else []
    return [line for line in said if not line.startswith(("nothing", "not compared: "))]


def program(name: str) -> Path:
    """A program of the environment that runs this script."""
    return Path(sys.executable).parent / name


# ---- The repository that Argo CD deploys from ------------------------------------------------------------------------


def seed_repository(environment: dict) -> None:
    """Put the demonstration's manifests into the lab's git repository, once."""
    with tempfile.TemporaryDirectory() as folder:
        clone(environment, folder)
        if (Path(folder) / "mesh").exists():
            return
        subprocess.run(["cp", "-r", DEMO / "repository" / "mesh", folder], check=True)
        commit(folder, "The mesh's configuration")


def clone(environment: dict, folder: str) -> None:
    git(folder, "clone", "--quiet", environment["MESHLAB_GIT"], ".")


def commit(folder: str, message: str) -> str:
    """Commit everything and push; returns the commit's id."""
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=demo", "-c", "user.email=demo@example.com", "commit", "--quiet", "-m", message)
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    return git(folder, "rev-parse", "HEAD").strip()


def git(folder: str, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise DemoError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


# ---- What is measured ------------------------------------------------------------------------------------------------


def lab_rows(environment: dict, host: str) -> list[Row]:
    """Everything that the lab lets us measure, each row as soon as it is known."""
    rows = [application(environment), split(environment, 90), rewrite(environment)]
    if environment["MESHLAB_REAL_PODS"] == "yes":
        rows += strict(environment)
    else:
        rows.append(
            Row("STRICT between sidecars", "not measured: no root, so reviews and client have no sidecar", None)
        )
    rows += [telemetry(environment)]
    rows += [targets(environment), metrics(environment), refused(environment), drift(environment), arrival(environment)]
    return rows + reconfigured(environment, host)


def predicted_rows(environment: dict, host: str) -> list[Row]:
    """Where no pod runs, istiod's webhooks do not answer and gateways are refused: a bootstrap is only foretold."""
    print("No pod really runs here (neither root nor a user namespace): what a bootstrap would do")
    done = play(environment, host, "bootstrap", "check", "--check")
    return [
        Row("bootstrap --check", f"{done.seconds:.0f} s, {len(done.changes)} objects would change", bool(done.changes)),
        Row("all that runs", "not measured: neither root nor a user namespace, so every pod is pretended", None),
    ]


def cluster_rows(environment: dict) -> list[Row]:
    found = kubectl(environment, "get", "pods", "--all-namespaces")["items"]
    ready = [pod for pod in found if pod["status"].get("phase") in ("Running", "Succeeded")]
    return [Row("pods that run", f"{len(ready)} of {len(found)}", bool(found)), refused(environment)]


def application(environment: dict) -> Row:
    status = kubectl(environment, "get", "applications.argoproj.io", "istio-config", "--namespace", "argocd")["status"]
    sync, health = status["sync"]["status"], status["health"]["status"]
    return Row("Application istio-config", f"{sync}, {health}", (sync, health) == ("Synced", "Healthy"))


def split(environment: dict, share: int) -> Row:
    """The requests that v1 and v2 answered, of a thousand through the gateway."""
    url, header = environment["MESHLAB_GATEWAY_URL"], "Host: reviews.production.svc.cluster.local"

    def near(counted: dict) -> bool:
        return abs(counted["versions"].get("v1", 0) - share * REQUESTS / 100) <= 5 * REQUESTS / 100

    # Proxies learn of a route a moment after it is written; a few requests tell when it has arrived.
    until(lambda: near_enough(call(environment, url, header, count=100), share), 20)
    counted = call(environment, url, header, count=REQUESTS)
    versions, failed = counted["versions"], REQUESTS - counted["statuses"].get("200", 0)
    told = f"{versions.get('v1', 0)} to v1, {versions.get('v2', 0)} to v2, {failed} failed"
    return Row(f"{REQUESTS:,} requests, {share}/{100 - share}", told, near(counted) and not failed)


def near_enough(counted: dict, share: int) -> bool:
    return abs(counted["versions"].get("v1", 0) - share) <= 12


def rewrite(environment: dict) -> Row:
    url, header = f"{environment['MESHLAB_GATEWAY_URL']}/wpcatalog", "Host: reviews.prod.svc.cluster.local"
    body = json.loads(call(environment, url, header)["body"] or "{}")
    told = f"/wpcatalog is {body.get('path')} at {body.get('version')}"
    return Row("prefix and rewrite", told, (body.get("path"), body.get("version")) == ("/newcatalog", "v2"))


def strict(environment: dict) -> list[Row]:
    """Under STRICT: a call without mTLS, and one between sidecars."""
    url = "http://reviews.production.svc.cluster.local:9080/"
    plain = call(environment, url, origin="legacy/client")
    meshed = call(environment, url, origin="production/client")
    identity = re.search(r"URI=(spiffe://[^\";,\s]+)", meshed.get("body", ""))
    return [
        Row("STRICT, plain text", "refused" if plain["status"] == 0 else str(plain["status"]), plain["status"] == 0),
        Row(
            "STRICT, a sidecar's call",
            f"{meshed['status']}, as {identity[1] if identity else 'nobody'}",
            meshed["status"] == 200 and bool(identity),
        ),
    ]


def telemetry(environment: dict) -> Row:
    """What istiod would send Istio's own proxy; the lab's plain Envoy has no istio.stats."""
    text = lab(environment, "xds", "production/client")
    lists = [set(json.loads(found)) for found in re.findall(r'"tagsToRemove":\s*(\[[^\]]*\])', text)]
    good = bool(lists) and all(tags == {"source_app", "destination_app"} for tags in lists)
    tags = ", ".join(sorted(set().union(*lists))) or "no tag"
    metrics = len(set(re.findall(r'"name":\s*"(\w+)",\s*"tagsToRemove"', text)))
    return Row("Telemetry in production", f"istio.stats leaves {tags} out of {metrics} metrics", good)


def targets(environment: dict) -> Row:
    """Which of Prometheus's targets are up."""

    def by_job() -> dict[str, str]:
        page = urllib.request.urlopen(f"{environment['MESHLAB_PROMETHEUS_URL']}/api/v1/targets?state=active", timeout=5)
        return {one["labels"]["job"]: one["health"] for one in json.load(page)["data"]["activeTargets"]}

    def enough() -> bool:
        found = by_job()
        return len(found) >= 3 and all(health == "up" for health in found.values())

    until(enough, 200)  # Prometheus's config-reloader may miss a change and look again after three minutes
    found = by_job()
    told = ", ".join(f"{job} {health}" for job, health in sorted(found.items()))
    return Row("Prometheus's targets", told or "none", len(found) >= 3 and set(found.values()) == {"up"})


def metrics(environment: dict) -> Row:
    """Whether Prometheus counts requests as they were answered, by Istio's standard metrics."""
    url, header = environment["MESHLAB_GATEWAY_URL"], "Host: reviews.production.svc.cluster.local"
    selected = 'reporter="source",source_workload_namespace="istio-ingress",destination_service_namespace="production"'
    query = urllib.parse.quote(f"sum by (destination_version) (istio_requests_total{{{selected}}})")

    def by_version() -> dict[str, float]:
        page = urllib.request.urlopen(f"{environment['MESHLAB_PROMETHEUS_URL']}/api/v1/query?query={query}", timeout=5)
        results = json.load(page)["data"]["result"]
        return {each["metric"]["destination_version"]: float(each["value"][1]) for each in results}

    until(by_version, 60)
    time.sleep(6)  # all that was asked before is scraped
    before = by_version()
    answered = call(environment, url, header, count=200)["versions"]

    def counted() -> dict[str, int]:
        return {version: int(number - before.get(version, 0)) for version, number in by_version().items()}

    good = until(lambda: counted() == answered, 20)
    told = ", ".join(f"{number} to {version}" for version, number in sorted(counted().items()))
    return Row("istio_requests_total", f"{told or 'nothing'}, of 200 requests", good)


def refused(environment: dict) -> Row:
    """A route that istiod refuses, in our words."""
    arguments = {
        "name": "wrong",
        "namespace": "production",
        "spec": {
            "hosts": ["reviews"],
            "http": [{"route": [{"destination": {"host": "reviews"}, "weight": -1}]}],
        },
    }
    done = subprocess.run(
        [program("ansible"), "localhost", "-m", "meshops.lifecycle.istio_virtualservice", "-a", json.dumps(arguments)],
        env=environment, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    found = re.search(r'"msg": "(.*?)"[,}\n]', done.stdout)
    told = found[1].replace('\\"', '"') if found else "it was accepted"
    return Row("a wrong VirtualService", told, "istiod" in told)


def drift(environment: dict) -> Row:
    """A change by hand to what Argo CD deployed, and how long it lasts."""
    place = ("destinationrules.networking.istio.io", "reviews-destination", "--namespace", "prod")
    kubectl(environment, "patch", *place, "--type", "merge", "--patch", '{"spec": {"host": "elsewhere"}}')
    began = time.monotonic()
    healed = until(lambda: kubectl(environment, "get", *place)["spec"]["host"] == "reviews", 60)
    return Row("a drift by hand", f"healed after {time.monotonic() - began:.1f} s" if healed else "not healed", healed)


def arrival(environment: dict) -> Row:
    """A commit, and how long it takes until it is live."""
    goal = f"arrived at {time.strftime('%H:%M:%S')}"
    with tempfile.TemporaryDirectory() as folder:
        clone(environment, folder)
        path = Path(folder) / "mesh" / "20-plan.yaml"
        path.write_text(re.sub(r"goal: .*", f"goal: {goal}", path.read_text()))
        revision = commit(folder, "Another goal")
    place = ("routeplans.shop.example.com", "reviews", "--namespace", "prod")
    began = time.monotonic()
    live = until(lambda: kubectl(environment, "get", *place)["spec"]["goal"] == goal, 120)
    told = f"{revision[:8]} live after {time.monotonic() - began:.1f} s" if live else f"{revision[:8]} not live"
    return Row("a commit", told, live)


def reconfigured(environment: dict, host: str) -> list[Row]:
    """70/30 instead of 90/10: what changes, and what the requests show."""
    print("Reconfigure: 70/30")
    done = play(environment, host, "reconfigure", "70-30", "--extra-vars", SPLIT % (70, 30))
    wanted = ["changed VirtualService production/reviews"]
    rows = [Row("reconfigure to 70/30", f"{done.seconds:.1f} s: {', '.join(done.changes)}", done.changes == wanted)]
    rows.append(split(environment, 70))
    play(environment, host, "reconfigure", "90-10")
    return rows


# ---- Small things ----------------------------------------------------------------------------------------------------


def kubectl(environment: dict, *arguments: str) -> dict:
    kubectl_program = environment.get("MESHLAB_KUBECTL", "kubectl")
    done = subprocess.run(
        [kubectl_program, *arguments, "--output", "json"], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise DemoError(f"kubectl {' '.join(arguments[:3])} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def call(environment: dict, url: str, header: str = "", origin: str = "", count: int = 1) -> dict:
    arguments = [
        "--count",
        str(count),
        *(["--header", header] if header else []),
        *(["--from", origin] if origin else []),
    ]
    return json.loads(lab(environment, "call", *arguments, url))


def lab(environment: dict, *arguments: str) -> str:
    done = subprocess.run([LAB, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise DemoError(f"lab {arguments[0]} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def until(true, seconds: float) -> bool:
    """Ask again and again until it is so, for at most so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if true():
                return True
        except OSError:
            pass  # nobody answers yet
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)


def show(rows: list[Row]) -> int:
    width = max(len(row.what) for row in rows)
    print("\nWhat runs, and what was measured just now:\n")
    for row in rows:
        print(f"  {MARKS[row.good]:<3}  {row.what:<{width}}  {row.result}")
    measured = [row.good for row in rows if row.good is not None]
    print(f"\n{sum(measured)} of {len(measured)} are as they should be. Logs: {LOGS.relative_to(ROOT)}/")
    return 0 if all(measured) else 1


if __name__ == "__main__":
    raise SystemExit(main())
