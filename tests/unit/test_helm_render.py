# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the documents that helm prints come from a folder crds."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.render import definitions_of

PRINTED = """---
# Source: stack/charts/crds/crds/two.yaml
kind: A
---
# of the same file
kind: B
---
# Source: crds/one.yaml
kind: C
---
# Source: stack/templates/crds/three.yaml
kind: D
---
kind: E
---
# Source: stack/charts/crds/templates/four.yaml
kind: F
"""


def test_definitions_are_what_comes_from_folders_crds_alone():
    kinds = [line for line in definitions_of(PRINTED).splitlines() if line.startswith("kind")]
    assert kinds == ["kind: A", "kind: B", "kind: C"]
    assert definitions_of("") == ""
