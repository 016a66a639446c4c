# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Twenty clusters as twenty hosts, and the whole bootstrap."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from bench import NAMESPACE, Bench, Ran, Row, cores, row, skipped
from many import MANY, ours_many

CLUSTERS = 20
IDLE_MOST = 0.1  # of the machine's time: what more there is, somebody waited for something
COMPARED = Path(__file__).with_name("bootstrap_kubernetes_core.yml")


def clusters(bench: Bench) -> list[Row]:
    """One API server under twenty names. A lock that they shared would show as cores that have nothing to do."""
    inventory = bench.folder / "clusters.json"
    hosts = {f"cluster-{number}": {"cluster": str(_named(bench, number))} for number in range(CLUSTERS)}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    bench.raw.delete_all(NAMESPACE)
    bench.play(ours_many(bench))
    (options,) = ours_many(bench)[0].values()
    tasks = [{"meshops.lifecycle.mesh_apply": {**options, "kubeconfig": "{{ cluster }}"}}]
    idle: dict[int, float] = {}

    def turn(forks: int) -> float:
        """Less the same playbook with its task skipped: Ansible's start is one process, beside which a core is idle."""

        def play(some: list[dict]) -> Ran:
            return bench.play(some, "--forks", str(forks), hosts="all", inventory=str(inventory))

        busy, empty = cores(lambda: play(tasks)), cores(lambda: play(skipped(tasks)))
        seconds, total, unused = (more - less for more, less in zip(busy, empty, strict=True))
        idle[forks] = max(0, unused) / total
        return seconds

    found = bench.medians({forks: lambda forks=forks: turn(forks) for forks in (1, 10)}, at_least=3)
    work = f"{CLUSTERS} clusters, {MANY} objects each, unchanged, less empty, forks 10"
    line = row(work, found[10], "forks 1", found[1])
    return [
        line._replace(
            measured=f"{line.measured}; cores idle {idle[10]:.0%}, with forks 1 {idle[1]:.0%}",
            goal="CPU-bound",
            reached=idle[10] <= IDLE_MOST,
        )
    ]


def _named(bench: Bench, number: int) -> Path:
    """The cluster's kubeconfig under another name."""
    text = Path(bench.environment["KUBECONFIG"]).read_text()
    document, name = yaml.safe_load(text), f"cluster-{number}"
    context, cluster = document["contexts"][0], document["clusters"][0]
    document["current-context"] = context["name"] = cluster["name"] = context["context"]["cluster"] = name
    path = bench.folder / f"{name}.kubeconfig"
    path.touch(0o600)
    path.write_text(yaml.safe_dump(document))
    return path


def bootstrap(bench: Bench) -> list[Row]:
    """The demonstration's bootstrap when all is there, against the same with kubernetes.core's modules."""
    ours, theirs = "meshops.lifecycle.bootstrap", COMPARED
    bench.bootstrap(theirs)  # what it sets once, such as annotations of its own, is no work of the turns
    bench.bootstrap(ours)
    changed: dict[str, int] = {}

    def turn(who: str, playbook: str | Path) -> float:
        ran = bench.bootstrap(playbook)
        changed[who] = ran.changed
        return ran.seconds

    found = bench.medians({"ours": lambda: turn("ours", ours), "theirs": lambda: turn("theirs", theirs)})
    against = "the same by kubernetes.core.k8s and .helm"
    line = row("bootstrap, again, the whole playbook", found["ours"], against, found["theirs"], "10 times faster")
    told = f"{line.measured}; tasks that changed something: {changed['ours']}, theirs {changed['theirs']}"
    return [line._replace(measured=told)]
