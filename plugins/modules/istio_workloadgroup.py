#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_workloadgroup
short_description: Manage Istio WorkloadGroups
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(WorkloadGroup), which describes a group of workloads outside of Kubernetes
    the way a Deployment describes pods. Machines that register with it get a WorkloadEntry made from it.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.proxies
  - meshops.lifecycle.istiod
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.istio_workloadentry
  - module: meshops.lifecycle.istio_serviceentry
  - name: WorkloadGroup reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/workload-group/
options:
  spec:
    description: The specification of the WorkloadGroup, every field of the API.
    type: dict
    suboptions:
      metadata:
        description: Metadata of the WorkloadEntries that are made.
        type: dict
        suboptions:
          labels:
            description: Labels of the entries.
            type: dict
          annotations:
            description: Annotations of the entries.
            type: dict
      template:
        description: What the WorkloadEntries are made from. The API requires it.
        type: dict
        suboptions:
          service_account:
            description: Service account of the workloads, in the namespace of this object.
            type: str
            aliases: [serviceAccount]
          ports:
            description: Port numbers of the workloads, by the name of the service's port.
            type: dict
          labels:
            description: Labels of the workloads. O(spec.metadata.labels) win, and are the usual place.
            type: dict
          network:
            description: Network of the workloads. Workloads of other networks are reached through a gateway.
            type: str
          locality:
            description: Where the workloads are, as V(region/zone/sub-zone).
            type: str
          weight:
            description: Share of the load, in proportion to the other workloads of the service.
            type: int
          address:
            description: Address of the workload. Each machine brings its own, so that it is left out here.
            type: str
      probe:
        description:
          - How the health of a workload is checked. An unhealthy one gets no traffic. State one of the four ways.
        type: dict
        suboptions:
          http_get:
            description: Healthy is a status from 200 to 399.
            type: dict
            aliases: [httpGet]
            suboptions:
              port:
                description: Port to ask.
                type: int
                required: true
              path:
                description: Path to ask for. V(/) when it is not given.
                type: str
              host:
                description: Host to ask. Without it, the workload's own address.
                type: str
              scheme:
                description: V(HTTP), the default, or V(HTTPS).
                type: str
              http_headers:
                description: Headers of the request.
                type: list
                elements: dict
                aliases: [httpHeaders]
                suboptions:
                  name:
                    description: Name of the header.
                    type: str
                  value:
                    description: Value of the header.
                    type: str
          tcp_socket:
            description: Healthy is a port that can be connected to.
            type: dict
            aliases: [tcpSocket]
            suboptions:
              port:
                description: Port to connect to.
                type: int
                required: true
              host:
                description: Host to connect to. Without it, the workload's own address.
                type: str
          exec:
            description: Healthy is a command that ends with 0.
            type: dict
            suboptions:
              command:
                description: The command and its arguments. No shell is involved.
                type: list
                elements: str
                required: true
          grpc:
            description: Healthy is what gRPC's health protocol calls C(SERVING).
            type: dict
            suboptions:
              port:
                description: Port to ask.
                type: int
              service:
                description: Service to ask for.
                type: str
          initial_delay_seconds:
            description: Seconds from the start to the first check.
            type: int
            aliases: [initialDelaySeconds]
          timeout_seconds:
            description: Seconds for one check. Istio uses 1.
            type: int
            aliases: [timeoutSeconds]
          period_seconds:
            description: Seconds between two checks. Istio uses 10.
            type: int
            aliases: [periodSeconds]
          success_threshold:
            description: Successes in a row after which the workload counts as healthy again. Istio uses 1.
            type: int
            aliases: [successThreshold]
          failure_threshold:
            description: Failures in a row after which the workload counts as unhealthy. Istio uses 1.
            type: int
            aliases: [failureThreshold]
"""

EXAMPLES = r"""
---
- name: Describe the machines of a service
  meshops.lifecycle.istio_workloadgroup:
    name: billing
    namespace: shop
    spec:
      metadata:
        labels:
          app: billing
          version: v1
      template:
        service_account: billing
        locality: eu-west/a
        ports:
          http: 8080
      probe:
        http_get:
          path: /healthz
          port: 8080
        period_seconds: 5
        failure_threshold: 3

- name: Check health by a command
  meshops.lifecycle.istio_workloadgroup:
    name: ledger
    namespace: shop
    spec:
      metadata:
        labels:
          app: ledger
      template:
        service_account: ledger
        network: datacentre-2
      probe:
        exec:
          command: [/usr/local/bin/ledger-check, --quiet]
        initial_delay_seconds: 20

- name: Apply a document as it was pasted
  meshops.lifecycle.istio_workloadgroup:
    namespace: shop
    definition:
      apiVersion: networking.istio.io/v1
      kind: WorkloadGroup
      metadata:
        name: cache
      spec:
        metadata:
          labels:
            app: cache
        template:
          serviceAccount: cache
        probe:
          tcpSocket:
            port: 6379
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
    apiVersion: networking.istio.io/v1
    kind: WorkloadGroup
    metadata:
      name: billing
      namespace: shop
    spec:
      template: {serviceAccount: billing}
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
    foreign_fields:
      description: Undeclared fields of C(spec) that others have set and that stay, each with who has set it.
      type: list
      elements: str
      returned: when there are any, unless O(foreign_fields) is V(ignore)
  sample:
    - kind: WorkloadGroup
      namespace: shop
      name: billing
      action: changed
unresolved:
  description: References to objects that do not exist, one sentence each, as O(references) finds them.
  returned: when there are any, unless O(references) is V(ignore)
  type: list
  elements: str
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
proxies:
  description: Number of proxies that have acknowledged the configuration.
  returned: when something was written and O(wait_proxies) took effect
  type: int
  sample: 7
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.propagation import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.workloadgroup import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_workloadgroup import ARGUMENTS

ENTRY = Entry("istio_workloadgroup", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
