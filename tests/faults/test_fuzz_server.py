# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input that gets as far as a real API server, in check mode: its verdict in our words, and nothing is written.

tests/unit/test_fuzz.py has what is refused before.
"""

from __future__ import annotations

import fuzzing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_ISTIOS = [name for name in fuzzing.MODULES if name.startswith("istio_") or name.endswith("_authentication")]
SERVED = [name for name in _ISTIOS if "spec" in fuzzing.entry(name).arguments]
SERVED += ["authorization_policy", "mesh_apply"]


@pytest.mark.parametrize("module", SERVED)
def test_options_that_reach_the_server(module, call, proxy, namespace):
    entry = fuzzing.entry(module)

    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False), st.sampled_from([60, 1000]))
    def run(rng, wildness):
        if module == "mesh_apply":
            body = {"apiVersion": "v1", "kind": rng.choice(["ConfigMap", "Secret", "Service"]), "metadata": {}}
            body["metadata"] = {"name": "a", "labels": {rng.choice(fuzzing.TEXTS): fuzzing.anything(rng, 2)}}
            body[rng.choice(["data", "spec", "stringData", "odd"])] = fuzzing.anything(rng)
            written = {"objects": [body]}
        else:
            spec = entry.arguments["spec"]["options"]
            written = {"name": "a", "spec": fuzzing.options(rng, spec, wildness, 1)}
            if rng.randrange(3) == 0:
                written["spec_extra"] = {rng.choice(sorted(spec)): fuzzing.anything(rng)}
        result = call(entry, check=True, namespace=namespace, **written)
        message = result.get("msg", "")
        assert "Traceback" not in message and "&{" not in message and "<nil>" not in message, message
        assert result["seconds"] < 2.5, f"a verdict is not asked for again: {message}"

    run()
    assert proxy.writes() == []
    assert any("dryRun" in path for _verb, path in proxy.log), "nothing got as far as the server"
