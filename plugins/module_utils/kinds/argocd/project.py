# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AppProject: what its Applications may deploy, from where, to where and when.

The tokens of a role, which ``argocd proj role create-token`` asks for, are written by Argo CD's API server into the
role, in the list of roles that is owned as a whole, and once more into the status. Who declares a role does not declare
its tokens, so they stay as they are. Source: ``NormalizeJWTTokens`` in ``app_project_types.go`` of Argo CD 3.5.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import PROJECT
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import check_project_addresses
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Keeper

_TOKENS = "jwtTokens"


def kept(desired: dict, live: dict) -> dict:
    """The declared project with the tokens of its roles as they are, where it does not declare any itself."""
    roles = (desired.get("spec") or {}).get("roles")
    if not isinstance(roles, list):
        return desired
    tokens = {role.get("name"): role.get(_TOKENS) for role in (live.get("spec") or {}).get("roles") or []}
    return {**desired, "spec": {**desired["spec"], "roles": [_with_tokens(role, tokens) for role in roles]}}


def _with_tokens(role, tokens: dict):
    present = tokens.get(role.get("name")) if isinstance(role, dict) else None
    if not present:
        return role
    if _TOKENS not in role:
        return {**role, _TOKENS: present}
    # Argo CD gives each token an id; one that is declared without it is known by the time of its issue.
    ids = {token.get("iat"): token["id"] for token in present if token.get("id")}
    declared = [
        {**token, "id": ids[token["iat"]]} if token.get("iat") in ids and not token.get("id") else token
        for token in role[_TOKENS] or []
    ]
    return {**role, _TOKENS: declared}


KIND = replace(
    PROJECT,
    kept=kept,
    refuse=check_project_addresses,
    keeper=Keeper(("argocd-server", "argocd", "argocd-application-controller"), "spec.roles", "tokens of roles"),
)
