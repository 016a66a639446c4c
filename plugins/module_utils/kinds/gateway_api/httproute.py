# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPRoute: how HTTP requests are matched, changed and sent on."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind, defaults_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import routes

ANY_PATH = {"type": "PathPrefix", "value": "/"}


def filters(path: str) -> dict:
    """Defaults of the filters in the list at ``path``."""
    return {
        **routes.mirrors(path),
        f"{path}[].cors.maxAge": 5,
        f"{path}[].requestRedirect.statusCode": 302,
    }


KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="HTTPRoute",
    plural="httproutes",
    versions=("v1", "v1beta1"),
    order=MESH_ROUTES,
    ready=routes.ready,
    defaults=defaults_of(
        {
            **routes.PARENTS,
            **routes.backends("spec.rules[].backendRefs"),
            **filters("spec.rules[].backendRefs[].filters"),
            **filters("spec.rules[].filters"),
            "spec.rules": [{"matches": [{"path": ANY_PATH}]}],
            "spec.rules[].matches": [{"path": ANY_PATH}],
            "spec.rules[].matches[].headers[].type": "Exact",
            "spec.rules[].matches[].path": ANY_PATH,
            "spec.rules[].matches[].path.type": "PathPrefix",
            "spec.rules[].matches[].path.value": "/",
            "spec.rules[].matches[].queryParams[].type": "Exact",
        }
    ),
    references=routes.references(),
)
