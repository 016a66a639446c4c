# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate of an earlier release, as it was written then (tests/releases/VERSION), still runs and means the same.

In check mode on a cluster without a mesh, so that it costs seconds. What is deprecated may warn, and nothing else.
"""

from __future__ import annotations

import playing
import pytest
import yaml

pytestmark = [pytest.mark.in_process, pytest.mark.once, pytest.mark.needs_lab]
RELEASES = playing.ROOT / "tests" / "releases"
ESTATES = sorted(path.parent for path in RELEASES.glob("*/site.yml"))


@pytest.fixture(scope="session")
def cluster(given, together):
    """A lab into which no other test has installed anything either: all of the estate is to be created."""
    return together.lab("release", only="kube")


@pytest.mark.parametrize("estate", ESTATES, ids=lambda path: path.name)
def test_an_estate_of_an_earlier_release_means_the_same(estate, cluster, crds, tmp_path):
    for suffix in ("istio.io", "argoproj.io"):
        crds(suffix)
    player = playing.Player(tmp_path, cluster.kubeconfig, cluster.environment())
    inventory = ["-i", str(estate / "inventory"), "--limit", "lab"]
    run = player.play(playbook=str(estate / "site.yml"), args=inventory, check=True, timeout=300)
    expected = yaml.safe_load((estate / "expected.yml").read_text())
    assert [line for line in run["What changed"].msg if line in expected["summary"]] == expected["summary"]
    lines = [line for line in run.output.splitlines() if "[WARNING]" in line]
    unexpected = [line for line in lines if not any(words in line for words in ["deprecated", *expected["warnings"]])]
    assert not unexpected
