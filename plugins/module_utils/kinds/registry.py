# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind we know. Written by `make generate`; do not edit.

The imports are static, so that a packed module carries the kinds.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin as core_builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import (
    virtualservice as istio_virtualservice,
)

KINDS = {
    (kind.group, kind.kind): kind
    for kind in (
        istio_virtualservice.KIND,
        *core_builtin.KINDS,
    )
}
