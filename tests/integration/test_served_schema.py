# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No field of any version that the cluster serves is out of the options' reach.

On a cluster with a newer Istio, Gateway API, Argo CD or Prometheus operator this test fails, and names what is missing;
`make coverage CLUSTER=...` prints the same as a list.
"""

from __future__ import annotations

import time

import pytest
import schema_coverage as coverage


@pytest.fixture
def served(cluster, crds):
    if cluster.is_lab:
        for api in coverage.SOURCES:
            crds(api)
    wanted = {coverage.kind_of(module) for module in coverage.modules()} if cluster.is_lab else set()
    deadline = time.monotonic() + 60
    while not wanted <= (found := coverage.served(cluster.get)).keys():
        # It is made anew a moment after a definition was.
        assert time.monotonic() < deadline, f"OpenAPI does not tell of {wanted - found.keys()}"
        time.sleep(1)
    return found


def test_every_field_of_every_served_version_is_reached(served):
    missing, seen = [], 0
    for module in coverage.modules():
        identity = coverage.kind_of(module)
        for version, schema in served.get(identity, {}).items():
            found = coverage.reached(module, identity, schema)
            missing += [f"{module} {version}: {problem}" for problem in found.problems]
            assert found.fields > 0
            seen += 1
    if not seen:
        pytest.skip("the cluster serves none of the kinds")
    assert not missing, "\n" + "\n".join(missing)


def test_every_kind_of_istio_has_a_module(served):
    have = {coverage.kind_of(module) for module in coverage.modules()}
    without = {kind for kind in served if kind[0].endswith(".istio.io")} - have
    assert without == set()
