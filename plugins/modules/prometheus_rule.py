#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: prometheus_rule
short_description: Manage PrometheusRules of the Prometheus Operator
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(PrometheusRule), which holds alerts and recording rules for Prometheus.
  - What the task states is what the cluster has. A field that a later run no longer states is removed, fields that
    others own stay as they are.
notes:
  - A PrometheusRule is read only by a Prometheus whose selectors for rules and namespaces match it. With
    kube-prometheus-stack that is as a rule the label C(release) with the name of the Helm release.
  - Prometheus has braces of its own. Mark such text with C(!unsafe), or put the document into a file and name it in
    O(src), which is not templated.
  - A wrong expression is refused only where the admission webhook of the operator is installed. Otherwise the
    operator leaves the rule out and says so in its log.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.service_monitor
  - module: meshops.lifecycle.pod_monitor
  - name: API reference of the Prometheus Operator
    description: The API's own description of every field.
    link: https://prometheus-operator.dev/docs/api-reference/api/
options:
  spec:
    description: The specification of the PrometheusRule, every field of the API.
    type: dict
    suboptions:
      groups:
        description:
          - Groups of rules. The rules of a group are evaluated one after the other, groups side by side.
          - To the API the list is keyed by C(name). Groups of the same object may have different owners.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the group.
            type: str
            required: true
          interval:
            description: Time between two evaluations, for example V(1m). Without it, the interval of Prometheus.
            type: str
          labels:
            description: Labels for every rule of the group. Those of a rule win. Needs Prometheus 3.
            type: dict
          limit:
            description: Most alerts or series that one rule may give. A rule that gives more fails. V(0) is no limit.
            type: int
          partial_response_strategy:
            description:
              - What Thanos Ruler does when a part of the answer is missing, V(abort) or V(warn). Prometheus ignores
                it.
            type: str
          query_offset:
            description:
              - How far in the past the rules look, for metrics that come late. Needs Prometheus 2.53 or newer.
            type: str
          rules:
            description: The rules, each either an alert or a record.
            type: list
            elements: dict
            suboptions:
              alert:
                description: Name of the alert. Excludes O(spec.groups[].rules[].record).
                type: str
              record:
                description:
                  - Name of the series that the result is stored under. Excludes O(spec.groups[].rules[].alert).
                type: str
              expr:
                description: The PromQL expression, a string or a plain number. A fraction is sent as its text.
                type: raw
                required: true
              for:
                description:
                  - How long the expression has to hold before the alert fires, for example V(5m). Without it, it
                    fires at once.
                type: str
              keep_firing_for:
                description: How long the alert goes on firing when the expression no longer holds.
                type: str
              labels:
                description: Labels of the alert or the series.
                type: dict
              annotations:
                description: Texts for people, such as C(summary) and C(description). For alerts.
                type: dict
"""

EXAMPLES = r"""
---
- name: Alert when a service answers with too many errors
  meshops.lifecycle.prometheus_rule:
    name: mesh-alerts
    namespace: monitoring
    labels:
      release: kube-prometheus-stack
    spec:
      groups:
        - name: mesh
          rules:
            - alert: ServiceErrors
              expr: |
                sum by (destination_service) (rate(istio_requests_total{response_code=~"5.."}[5m]))
                  / sum by (destination_service) (rate(istio_requests_total[5m])) > 0.05
              for: 5m
              labels:
                severity: warning
              annotations:
                summary: !unsafe "{{ $labels.destination_service }} answers with too many errors"
                description: !unsafe "{{ $value | humanizePercentage }} of its requests failed in five minutes."

- name: Compute the rate of requests once, for every dashboard
  meshops.lifecycle.prometheus_rule:
    name: mesh-rates
    namespace: monitoring
    spec:
      groups:
        - name: mesh-rates
          interval: 30s
          rules:
            - record: destination_service:istio_requests:rate1m
              expr: sum by (destination_service) (rate(istio_requests_total[1m]))

- name: Apply a file that has braces of its own
  meshops.lifecycle.prometheus_rule:
    namespace: monitoring
    src: files/mesh-alerts.yaml

- name: Remove the rules
  meshops.lifecycle.prometheus_rule:
    name: mesh-rates
    namespace: monitoring
    state: absent
"""

RETURN = r"""
---
changed:
  description:
    - Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description:
    - The live object after the task, without server-managed fields.
    - In check mode, the server's answer to the dry run. Empty when the object is absent.
  returned: success
  type: dict
  sample:
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: mesh-alerts
      namespace: monitoring
    spec:
      groups:
        - name: mesh
resources:
  description:
    - The action for each object; for this module, one entry.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
    namespace:
      description: The namespace of the object.
      type: str
      returned: always
    name:
      description: The name of the object.
      type: str
      returned: always
    action:
      description:
        - The action, one of V(created), V(changed), V(deleted) or V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - kind: PrometheusRule
      namespace: monitoring
      name: mesh-alerts
      action: changed
diff:
  description:
    - The object before and after the change, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: dict
validated:
  description:
    - Whether the API server validated the objects, including schema and admission webhooks.
    - V(false) in check mode when the kind or the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring.prometheusrule import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.prometheus_rule import ARGUMENTS

ENTRY = Entry("prometheus_rule", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
