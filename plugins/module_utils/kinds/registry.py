# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind we know. Written by `make generate`; do not edit.

The imports are static, so that a packed module carries the kinds.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin as core_builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import destinationrule as istio_destinationrule
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import gateway as istio_gateway
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import peerauthentication as istio_peerauthentication
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import telemetry as istio_telemetry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice as istio_virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import servicemonitor as monitoring_servicemonitor

KINDS = {
    (kind.group, kind.kind): kind
    for kind in (
        istio_destinationrule.KIND,
        istio_gateway.KIND,
        istio_peerauthentication.KIND,
        istio_telemetry.KIND,
        istio_virtualservice.KIND,
        monitoring_servicemonitor.KIND,
        *core_builtin.KINDS,
    )
}
