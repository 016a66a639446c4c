#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_gate
short_description: Judge a version of a service by its metrics
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Evaluates gates, such as the success rate and the latency of a canary, and returns a verdict for each. It changes nothing.
  - It is the same judgement that a shift of traffic makes during its steps, for playbooks and workflows that go their steps
    themselves, and for a decision after a deployment.
  - Metrics are Istio's standard metrics, from Prometheus. Each verdict has the value, the number of requests behind it and
    the query.
options:
  canary:
    description:
      - The version to judge. Required for gates of type V(success_rate), V(latency) and V(compare).
    type: dict
    suboptions: &side
      service:
        description: Name of the Service, as in the label C(destination_service_name).
        type: str
        required: true
      namespace:
        description: Namespace of the Service.
        type: str
        required: true
      workloads:
        description:
          - Names of the workloads (Deployments, for example) of this version, as in the label C(destination_workload).
          - Without O(canary.workloads) and O(canary.version) all requests to the Service are judged.
        type: list
        elements: str
      version:
        description:
          - The version, as in the label C(destination_version), which is the label C(version) of the pods. It is used where
            workloads are not given, or are the same on both sides.
        type: str
  stable:
    description:
      - The version to compare with, for gates of type V(compare).
    type: dict
    suboptions: *side
  duration:
    description:
      - How long to evaluate the gates, in seconds, every O(interval) seconds. With V(0) they are evaluated once, over the
        last O(window) seconds.
      - Metrics are then judged from the beginning of the task, and a gate that fails ends it at once.
    type: int
    default: 0
  preflight:
    description:
      - Whether to check first that metrics can judge at all. Fails the task when Prometheus cannot be reached, has no metrics of
        the Service, or cannot tell the two versions apart.
    type: bool
    default: false
  fail_on:
    description:
      - The verdicts that fail the task. With an empty list it never fails because of a verdict.
    type: list
    elements: str
    choices: [fail, inconclusive, no_data]
    default: [fail, inconclusive, no_data]
extends_documentation_fragment:
  - meshops.lifecycle.gates
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes_info
"""

EXAMPLES = r"""
---
- name: Is version 2 of reviews good enough to go on?
  meshops.lifecycle.mesh_gate:
    canary: {service: reviews, namespace: shop, workloads: [reviews-v2]}
    stable: {service: reviews, namespace: shop, workloads: [reviews-v1]}
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
      scrape_interval: 30
    min_requests: 500
    window: 600
    gates:
      - type: success_rate
        min: 99.5
      - {type: latency, percentile: 99, max: 500}
      - {type: compare, name: errors against version 1}
      - {type: compare, name: latency against version 1, measure: latency}

- name: A decision that the playbook makes itself
  meshops.lifecycle.mesh_gate:
    canary: {service: reviews, namespace: shop, version: v2}
    metrics:
      url: https://prometheus.example.com
      token: "{{ prometheus_token }}"
      ca_cert: /etc/ssl/example.pem
    gates:
      - {type: success_rate, min: 99.9, fail_below: 99}
    fail_on: []
  register: judged

- name: Show why
  ansible.builtin.debug:
    msg: "{{ judged.report }}"
  when: judged.outcome != 'pass'

- name: Five minutes of a query of your own, a page that answers, and an Application that is healthy
  meshops.lifecycle.mesh_gate:
    metrics: {url: "http://prometheus.example.com:9090"}
    duration: 300
    gates:
      - name: orders
        type: query
        query: 'sum(rate(orders_completed_total{namespace="shop"}[${window}]))'
        min: 2
        fail_below: 0.5
      - type: url
        url: https://shop.example.com/health
        body: '"status": *"ok"'
      - type: application
        object: {name: shop, namespace: argocd}
"""

RETURN = r"""
---
changed:
  description: Always V(false).
  returned: always
  type: bool
  sample: false
outcome:
  description:
    - The verdict of all gates together. V(fail) if any gate fails, else V(no_data) if one has no data, else V(inconclusive), else
      V(pass).
  returned: success
  type: str
  sample: pass
verdicts:
  description: The last verdict of each gate.
  returned: success
  type: list
  elements: dict
  contains:
    gate:
      description: Name of the gate.
      type: str
      returned: always
    outcome:
      description: V(pass), V(fail), V(inconclusive) or V(no_data).
      type: str
      returned: always
    reason:
      description: The reason as a symbol, such as V(threshold), V(below_min_requests), V(empty) or V(unreachable).
      type: str
      returned: always
    message:
      description: The reason as text.
      type: str
      returned: always
    query:
      description: The PromQL query, address or expression that was evaluated.
      type: str
      returned: always
    value:
      description: Its value.
      type: float
      returned: always
    count:
      description: The number of requests behind the value.
      type: float
      returned: always
report:
  description: The verdicts as a Markdown page.
  returned: success
  type: str
evaluations:
  description: How many times the gates were evaluated.
  returned: success
  type: int
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_gate import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_gate import ARGUMENTS

ENTRY = Entry("mesh_gate", ARGUMENTS, run, secrets=SECRETS, roles=Roles(addresses=ADDRESSES))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
