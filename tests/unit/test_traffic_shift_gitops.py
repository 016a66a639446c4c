# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Argo CD leaves the weights of a traffic shift, by the settings of the Application."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.weighted import FORM
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.gitops import (
    automation,
    verdict,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

ROUTE = Route(virtualservice.KIND, FORM, "shop", "reviews")
WEIGHT, ALL = "/spec/http/0/route/1/weight", "/spec/http"
HEALS = {"selfHeal": True}
RESPECTS = ["RespectIgnoreDifferences=true"]


def application(automated, options, *rules):
    policy = {"syncOptions": options, **({} if automated is None else {"automated": automated})}
    spec = {"syncPolicy": policy, "ignoreDifferences": list(rules)}
    return {"metadata": {"name": "shop", "namespace": "argocd"}, "spec": spec}


def rule(group="networking.istio.io", kind="VirtualService", **more):
    return {"group": group, "kind": kind, **more}


def jq(*expressions, **more):
    return rule(jqPathExpressions=list(expressions), **more)


@pytest.mark.parametrize(
    ("ignoring", "path", "covered"),
    [
        (jq(".spec.http[].route[].weight"), WEIGHT, True),
        (jq(".spec.http[]?.route[]?.weight"), WEIGHT, True),
        (jq(".spec.http[0].route[1].weight"), WEIGHT, True),
        (jq(".spec.http[1].route[].weight"), WEIGHT, False),
        (jq(".spec.http"), WEIGHT, True),
        (jq(".spec.http[].route[].weight"), ALL, False),  # a target that is added is more than a weight
        (jq(".spec.http"), ALL, True),
        (jq('.spec.http[] | select(.name=="a") | .route[].weight'), WEIGHT, False),  # nobody can tell
        (jq(".spec.tls"), WEIGHT, False),
        (jq(".spec.http", kind="*", group="*"), WEIGHT, True),
        (jq(".spec.http", kind="DestinationRule"), WEIGHT, False),
        (jq(".spec.http", name="ratings"), WEIGHT, False),
        (jq(".spec.http", name="reviews", namespace="shop"), WEIGHT, True),
        (rule(jsonPointers=["/spec/http"]), WEIGHT, True),
        (rule(jsonPointers=["/spec/http/0/route/1/weight"]), WEIGHT, True),
        (rule(jsonPointers=["/spec/http/*/route/*/weight"]), WEIGHT, False),  # a pointer has no wildcards
        (rule(managedFieldsManagers=["meshops.lifecycle.traffic_shift"]), ALL, True),
    ],
)
def test_which_settings_cover_a_field(ignoring, path, covered):
    found = verdict(application(HEALS, RESPECTS, ignoring), ROUTE, [path])
    assert (found.reverts, bool(found.missing)) == (not covered, not covered)


@pytest.mark.parametrize(
    ("automated", "options", "rules", "reverts", "missing", "is_on"),
    [
        (HEALS, [], [], True, 2, True),
        (HEALS, [], [jq(".spec.http")], True, 1, True),
        (HEALS, RESPECTS, [jq(".spec.http")], False, 0, True),
        ({**HEALS, "enabled": False}, [], [], False, 2, False),
        ({}, [], [], False, 2, True),
        (None, [], [], False, 2, False),
    ],
)
def test_what_an_application_does(automated, options, rules, reverts, missing, is_on):
    live = application(automated, options, *rules)
    found = verdict(live, ROUTE, [WEIGHT, ALL])
    assert (found.reverts, len(found.missing)) == (reverts, missing)
    assert (automation(live) is not None) == is_on
