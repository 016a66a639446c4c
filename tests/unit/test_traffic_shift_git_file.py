# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights edited in files of somebody else: all the rest stays, or the edit is refused in words."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import httproute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import weighted as gateway_api
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import weighted as istio
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import git_file
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection, Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\n"
ROUTE = Route(virtualservice.KIND, istio.FORM, "prod", "shop")
CHOSEN = Selection(istio.FORM, "", 0, Target("old"), Target("new"))

# spec of a file, and the same with the weights 70 and 30
IN_PLACE = [
    (
        "spec:\n  http:\n    # first\n    - route:\n        - destination: {host: old}\n          weight: 100 # all\n"
        "        - destination: {host: new.prod.svc.cluster.local}\n          weight: 0\n  hosts: ['shop']  # us\n",
        "spec:\n  http:\n    # first\n    - route:\n        - destination: {host: old}\n          weight: 70 # all\n"
        "        - destination: {host: new.prod.svc.cluster.local}\n          weight: 30\n  hosts: ['shop']  # us\n",
    ),
    (
        'spec: {hosts: [shop], http: [{route: [{"weight": 100, destination: {host: old}}, {destination: {host: new}, '
        "weight: 0}]}]}\n",
        'spec: {hosts: [shop], http: [{route: [{"weight": 70, destination: {host: old}}, {destination: {host: new}, '
        "weight: 30}]}]}\n",
    ),
    (  # a target is added: the list is written anew, and what stands beside it stays
        "spec:\n  http:\n  - route:\n    - destination: {host: old}\n\n  # whom we serve\n  hosts: [shop]\n",
        "spec:\n  http:\n  - route:\n      - destination:\n          host: old\n        weight: 70\n"
        "      - destination:\n          host: new\n        weight: 30\n\n  # whom we serve\n  hosts: [shop]\n",
    ),
    (
        "spec: {http: [{route: [{destination: {host: old}}]}], hosts: [shop]}\n",
        'spec: {http: [{"route": [{"destination": {"host": "old"}, "weight": 70}, {"destination": {"host": "new"}, '
        '"weight": 30}]}], hosts: [shop]}\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), IN_PLACE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_everything_else_stays(before, after, newline):
    others = "---\n# another\nkind: ConfigMap\nmetadata: {name: shop}\n"
    text = (HEAD + before + others).replace("\n", newline)
    file = git_file.read("a.yaml", text.encode(), ROUTE)
    edited = git_file.edited(file, CHOSEN, Shape(70, 30), "prod").decode()
    assert edited.replace("\r\n", "\n") == HEAD + after + others
    again = git_file.read("a.yaml", edited.encode(), ROUTE)
    assert git_file.is_at(again, CHOSEN, Shape(70, 30), "prod") and not git_file.is_at(
        again, CHOSEN, Shape(100, 0), "prod"
    )


REFUSED = {
    "spec:\n  http:\n    - route: # ours\n        - {destination: {host: old}}\n": "comments in them",
    "x: &r\n  - route: [{destination: {host: old}, weight: 100}]\nspec: {http: *r}\n": "anchors or aliases",
    "x: &s {http: [{route: [{destination: {host: old}, weight: 1}]}]}\nspec: {<<: *s}\n": "merged in from elsewhere",
    "spec:\n  http:\n    - route: &l [{destination: {host: old}}]\n    - {name: b, route: *l}\n": "anchors or aliases",
    "spec: {http: [{route: [{destination: {host: other}}]}]}\n": "does not send requests to old",
    "spec: {http: [{route: [{destination: {host: old}}]}], http: []}\n": "is duplicated",
    "spec: {{ .Values.spec }}\n": "If it is a template",
}


@pytest.mark.parametrize(("spec", "message"), REFUSED.items())
def test_what_would_be_lost_is_refused(spec, message):
    with pytest.raises(MeshError) as error:
        file = git_file.read("a.yaml", (HEAD + spec).encode(), ROUTE)
        git_file.edited(file, CHOSEN, Shape(70, 30), "prod")
    assert message in error.value.message and "a.yaml" in error.value.message


def test_the_document_is_found_by_what_it_is():
    text = (HEAD + "spec: {}\n---\n") * 2
    with pytest.raises(MeshError, match="2 documents are VirtualService prod/shop"):
        git_file.read("a.yaml", text.encode(), ROUTE)
    elsewhere = HEAD.replace("{name: shop}", "{name: shop, namespace: other}") + "spec: {}\n"
    with pytest.raises(MeshError, match="no document is VirtualService prod/shop"):
        git_file.read("a.yaml", elsewhere.encode(), ROUTE)


def test_backends_of_an_httproute():
    backends = [{"name": "old", "port": 80, "weight": 100}, {"name": "new", "port": 80, "weight": 0}]
    document = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "shop"},
        "spec": {"rules": [{"backendRefs": backends}]},
    }
    text = "# ours\n" + yaml.safe_dump(document)
    file = git_file.read("a.yaml", text.encode(), Route(httproute.KIND, gateway_api.FORM, "prod", "shop"))
    chosen = Selection(gateway_api.FORM, "", 0, Target("old"), Target("new"))
    edited = git_file.edited(file, chosen, Shape(60, 40), "prod").decode()
    assert edited == text.replace("weight: 100", "weight: 60").replace("weight: 0\n", "weight: 40\n")
