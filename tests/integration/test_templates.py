# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's templates hand to a task is the same to us on every ansible-core.

Before 2.19 a template gives text where a number was meant, marks values as unsafe by a class of text, and makes a
mapping of text that looks like one unless its last filter is `string`.
"""

from __future__ import annotations

import json
import sys

import pytest

PLAY = """
- name: Something of a task before
  ansible.builtin.command: {{argv: [printf, '{{"owner": "shop", "replicas": 2}}']}}
  changed_when: false
  check_mode: false
  vars: {{ansible_python_interpreter: {python}}}
  register: before
- name: Route
  meshops.lifecycle.istio_virtualservice:
    name: "{{{{ route.name }}}}"
    namespace: {namespace}
    labels: "{{{{ omit }}}}"
    annotations:
      until: 2026-11-26
      said: "{{{{ before.stdout | from_json | dict2items | map(attribute='value') | first }}}}"
    spec:
      hosts: "{{{{ route.hosts | map('lower') }}}}"
      gateways: "{{{{ route.gateways | default(omit) }}}}"
      http:
        - match: "{{{{ [{{'uri': {{'prefix': '/v' ~ item}}}}] }}}}"
          rewrite: {{uri_regex_rewrite: {{match: !unsafe "^/{{{{x}}}}(.*)", rewrite: '/\\1'}}}}
          timeout: "{{{{ omit }}}}"
          route:
            - destination:
                host: "{{{{ 'reviews' }}}}"
                port: {{number: "{{{{ ports.http | int }}}}"}}
              weight: "{{{{ 9 * 10 }}}}"
            - {{destination: {{host: reviews-next}}, weight: "{{{{ 100 - 90 }}}}"}}
  loop: "{{{{ [1] }}}}"
  vars:
    ports: {{http: "9080"}}
    route: {{name: reviews, hosts: [REVIEWS]}}
- name: Maps
  meshops.lifecycle.mesh_apply:
    namespace: {namespace}
    objects: "{{{{ maps | items2dict | meshops.lifecycle.config_maps }}}}"
    src: "{{{{ omit }}}}"
    templates: [map.yml.j2]
  vars:
    maps:
      - key: plain
        value:
          braces: !unsafe '{{{{ kept }}}}'
          json: '{{"a": [1, true]}}'
          number: "{{{{ 5 | string }}}}"
          said: "{{{{ before.stdout | string }}}}"
"""
TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: filled-in}
data: {said: '{{ before.stdout }}', number: "{{ 5 }}"}
"""


@pytest.mark.each_core
@pytest.mark.both_ways
def test_what_templates_give(player, cluster, namespace, crds):
    crds("istio.io")
    folder = player.folder / "templates"
    folder.mkdir()
    (folder / "map.yml.j2").write_text(TEMPLATE)
    tasks = PLAY.format(namespace=namespace, python=sys.executable).replace(
        "[map.yml.j2]", f"[{folder / 'map.yml.j2'}]"
    )
    player.converges(tasks)

    live = cluster.get(f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews")
    said = json.dumps({"owner": "shop", "replicas": 2})
    assert live["metadata"]["annotations"] == {"until": "2026-11-26", "said": "shop"}
    assert live["spec"] == {
        "hosts": ["reviews"],
        "http": [
            {
                "match": [{"uri": {"prefix": "/v1"}}],
                "rewrite": {"uriRegexRewrite": {"match": "^/{{x}}(.*)", "rewrite": "/\\1"}},
                "route": [
                    {"destination": {"host": "reviews", "port": {"number": 9080}}, "weight": 90},
                    {"destination": {"host": "reviews-next"}, "weight": 10},
                ],
            }
        ],
    }
    data = {
        name: cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")["data"]
        for name in ("plain", "filled-in")
    }
    assert data == {
        "plain": {"braces": "{{ kept }}", "json": '{"a": [1, true]}', "number": "5", "said": said},
        "filled-in": {"said": said, "number": "5"},
    }
