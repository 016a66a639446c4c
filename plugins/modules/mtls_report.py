#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mtls_report
short_description: Report which workloads require mTLS, who sends plain text, and what would break
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads the effective mode of mTLS of every workload and port, as istiod computes it from all C(PeerAuthentication)s.
  - With O(metrics), it sorts the workloads by their traffic into three classes. V(proven) had requests with mTLS and none
    without, V(plain_text) had requests in plain text, and of V(no_traffic) nothing is known.
  - Reports what would break if mTLS were required. That are callers without a sidecar, C(DestinationRule)s with other TLS
    settings, calls of pod addresses and headless services, probes, scrapes and webhooks; and policies that do not have the
    effect that they seem to have.
  - It changes nothing. M(meshops.lifecycle.mtls_migration) acts on the same facts.
options:
  namespaces:
    description: Report only these namespaces. Without it, all namespaces that have workloads with proxies.
    type: list
    elements: str
  history:
    description:
      - Seconds of traffic that O(metrics) are asked about. It should cover the rarest job, such as one that runs weekly.
    type: int
    default: 604800
  root_namespace:
    description: The root namespace of the mesh, if it is not O(istiod_namespace).
    type: str
  query:
    description:
      - A JMESPath expression over all return values. Its result is returned as RV(result), and the other values are not.
    type: str
  page:
    description: File on the machine where the module runs, to which the report is written as Markdown.
    type: path
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.attributes_info
seealso:
  - module: meshops.lifecycle.mtls_migration
  - module: meshops.lifecycle.peer_authentication
notes:
  - It needs the verb list on pods and PeerAuthentications of all namespaces. Services, DestinationRules, webhook
    configurations, APIServices and monitors that may not be listed are named in RV(unread).
"""

EXAMPLES = r"""
---
- name: What keeps namespaces from STRICT
  meshops.lifecycle.mtls_report:
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
    query: "namespaces[?reasons || unproven].{name: name, reasons: reasons, unproven: unproven}"
  register: mtls

- name: The report as a page
  meshops.lifecycle.mtls_report:
    metrics:
      url: https://prometheus.example.com
    history: 1209600
    page: /var/lib/awx/reports/mtls.md

- name: Modes only, without metrics
  meshops.lifecycle.mtls_report:
    namespaces: [shop]
"""

RETURN = r"""
---
changed:
  description: Always V(false).
  returned: always
  type: bool
  sample: false
mesh:
  description: C(mode) of the whole mesh and the C(policy) that decides, null for Istio's default.
  returned: without O(query)
  type: dict
  sample: {mode: PERMISSIVE, policy: null}
namespaces:
  description:
    - Namespaces with C(name), C(mode), C(policy), C(workloads) and C(requests) (numbers), C(exceptions) (workloads that are
      not strict in a strict namespace), C(reasons) that keep it from STRICT, and C(unproven) workloads.
  returned: without O(query)
  type: list
  elements: dict
workloads:
  description:
    - Workloads with C(kind), C(namespace), C(name), C(pods), C(mode), C(policy), C(ports) (modes of container ports),
      C(services), C(traffic) (V(proven), V(plain_text), V(no_traffic), or V(unknown) without metrics), C(mutual) and
      C(plain) (requests and connections), C(sources) of plain text, C(unscraped) pods, and C(oldest_pod).
  returned: without O(query)
  type: list
  elements: dict
findings:
  description: What would break or has no effect, each with C(kind), C(severity), C(namespace), C(object), C(message), C(fix).
  returned: without O(query)
  type: list
  elements: dict
callers:
  description: Workloads without a sidecar, as V(NAMESPACE/NAME). Whether they call anything is not known.
  returned: without O(query)
  type: list
  elements: str
coverage:
  description: C(seconds), C(queries), the number of C(scraped_pods), and whether metrics reach back that far (C(reaches_back)).
  returned: without O(query); null without O(metrics)
  type: dict
unread:
  description: Kinds that the account may not list, so that findings about them are missing.
  returned: without O(query)
  type: list
  elements: str
summary:
  description: Numbers of workloads by mode and by traffic, number of blockers, and the namespaces without any.
  returned: without O(query)
  type: dict
result:
  description: The result of O(query).
  returned: with O(query)
  type: raw
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.report import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mtls_report import ARGUMENTS

ENTRY = Entry("mtls_report", ARGUMENTS, run, secrets=SECRETS, roles=Roles(addresses=ADDRESSES))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
