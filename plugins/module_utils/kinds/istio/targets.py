# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy is attached to, apart from a selector of labels."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import typed

# The first takes a list; the second is its forerunner. A Gateway is meant where no kind is named.
TARGETS = tuple(typed(path, "gateway.networking.k8s.io", "Gateway") for path in ("spec.targetRefs[]", "spec.targetRef"))
