#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make upgrade-proof`: Istio 1.30 to 1.31 by revision and in place, by Helm, Argo CD and commits, and back.

They work under load, are killed in each stage, and continued. Beside them are the recipes of Istio's documentation.

The load comes from outside through the ingress gateway, and from a sidecar to a sidecar with STRICT mTLS. It is counted
outside of the tools. Writes docs/upgrade-proof.md. Exit code 1 when a request was lost by the playbooks, or a
second run was not refused.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from by_argocd import ByArgoCD, ByGit, InPlaceByArgoCD, InPlaceByGit
from in_place import InPlace
from proof import NEW, OLD, Row
from revision import ByRevision

import clusters  # isort: skip
import playing  # isort: skip

FOLDER = playing.BUILD / "lab-upgrade"
PAGE = playing.ROOT / "docs" / "upgrade-proof.md"
WAYS = {
    "revision": ByRevision,
    "in-place": InPlace,
    "argocd": ByArgoCD,
    "git": ByGit,
    "argocd-in-place": InPlaceByArgoCD,
    "git-in-place": InPlaceByGit,
}


def page(rows: list[Row], rate: float) -> str:
    return f"""# Upgrades under load

`make upgrade-proof` writes this page. Istio {OLD[1]} to {NEW[1]}, by revision and in place, in the
[lab](../tests/lab/README.md): {rate:g} requests a second from outside through the ingress gateway, and
as many from a sidecar to a sidecar with STRICT mTLS. One namespace selects a tag, another one the revision, by
commits the tag `default`, and in place `istio-injection`. Every failed request counts, whatever its cause.
The workloads have a `preStop` that sleeps 3 seconds, which any restart needs for requests that are on their way. Both
Istios run the same Envoy here. Where it does not say otherwise, Istio is installed by Helm.

| way | time | lost, through the gateway | lost, sidecar to sidecar | |
|---|---|---|---|---|
{chr(10).join(row.line() for row in rows)}

The recipes are those of Istio's documentation, by `helm` and `kubectl`. What the playbooks have beside: each stage is
proven before the next, an interrupted run is continued, and there is a way back. With Argo CD each part of Istio is an
Application; with commits the Applications, the tag and the namespaces are files in Git. How they work:
[role mesh_upgrade](role_mesh_upgrade.md).
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=50, help="requests a second of each load")
    parser.add_argument("--only", choices=WAYS, help="one of the ways; the page is not written then")
    parser.add_argument("--row", default="", help="with --only: those of its rows alone that have this text")
    options = parser.parse_args()
    subprocess.run([*clusters.LAB, "build", "istio-1.30"], check=True)
    rows = []
    for name in [options.only] if options.only else list(WAYS):
        with clusters.another_lab(FOLDER) as cluster, tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
            proof = WAYS[name](cluster, Path(folder), options.rate)
            proof.prepare()
            rows += [proof.measured(*way) for way in proof.ways() if options.row in way[0]]
            if not options.row:
                proof.removal()
    if not options.only:
        PAGE.write_text(page(rows, options.rate))
        print(f"written: {PAGE}")
    return int(any(row.failed for row in rows if "helm and kubectl" not in row.name))


if __name__ == "__main__":
    sys.exit(main())
