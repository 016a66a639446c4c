# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of a VirtualService that are not 100 in sum are told, in check mode as in a run."""

from __future__ import annotations

import pytest

OURS = "meshops.lifecycle"
pytestmark = pytest.mark.in_process


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def test_weights_of_70_and_31(play, crds, namespace):
    crds("istio.io")
    route = [
        {"destination": {"host": "a", "subset": name}, "weight": weight} for name, weight in (("1", 70), ("2", 31))
    ]
    spec = {"hosts": ["a"], "http": [{"route": route}]}
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "b"},
        "spec": spec,
    }
    options = {"namespace": namespace, "references": "ignore"}
    tasks = [
        {"name": "alone", f"{OURS}.istio_virtualservice": {"name": "a", "spec": spec, **options}},
        {"name": "of a set", f"{OURS}.mesh_apply": {"name": "routes", "objects": [document], **options}},
    ]
    for check, changed in ((True, True), (False, True), (False, False), (True, False)):
        run = play(tasks, check=check)
        assert run.changed == (["alone", "of a set"] if changed else []), "an unchanged route is told as well"
        for task, name in zip(run.tasks, "ab"):
            (warning,) = task.result["warnings"]
            assert (
                f"VirtualService {namespace}/{name}: the weights in spec.http[0].route are 70, 31, in sum 101"
                in warning
            )
