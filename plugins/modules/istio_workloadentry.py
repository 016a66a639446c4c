#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_workloadentry
short_description: Manage Istio WorkloadEntries
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(WorkloadEntry), which describes one workload outside of Kubernetes, such
    as a virtual machine, the way a pod describes one inside.
  - A ServiceEntry, or a Service, chooses it by its labels.
notes:
  - Entries that Istio itself makes when machines of a WorkloadGroup register belong to istiod. Do not manage those.
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
  - module: meshops.lifecycle.istio_serviceentry
  - module: meshops.lifecycle.istio_workloadgroup
  - name: WorkloadEntry reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/workload-entry/
options:
  spec:
    description: The specification of the WorkloadEntry, every field of the API.
    type: dict
    suboptions:
      address:
        description:
          - Address without the port, an IP, a name, which needs a service that resolves by DNS, or a Unix domain
            socket as V(unix:///path). Without it a O(spec.network) is needed, whose gateway is then used.
        type: str
      ports:
        description:
          - Port numbers of the workload, by the name of the service's port. Without it, the target port or the port
            of the service.
        type: dict
      labels:
        description: Labels of the workload, which services and subsets choose by.
        type: dict
      network:
        description: Network of the workload. Workloads of other networks are reached through a gateway.
        type: str
      locality:
        description: Where the workload is, as V(region/zone/sub-zone).
        type: str
      weight:
        description: Share of the load, in proportion to the other workloads of the service.
        type: int
      service_account:
        description: Service account of the workload, in the namespace of this object. Needed when it has a sidecar.
        type: str
        aliases: [serviceAccount]
"""

EXAMPLES = r"""
---
- name: Describe a virtual machine
  meshops.lifecycle.istio_workloadentry:
    name: billing-vm-1
    namespace: shop
    spec:
      address: 10.20.1.5
      labels:
        app: billing
        version: v1
      service_account: billing
      locality: eu-west/a

- name: Give a machine that has its ports elsewhere a smaller share
  meshops.lifecycle.istio_workloadentry:
    name: billing-vm-2
    namespace: shop
    spec:
      address: 10.20.1.6
      ports:
        http: 9080
      labels:
        app: billing
        version: v2
      weight: 20
      service_account: billing

- name: Take a machine out of the mesh
  meshops.lifecycle.istio_workloadentry:
    name: billing-vm-1
    namespace: shop
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
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata:
      name: billing-vm-1
      namespace: shop
    spec:
      address: 10.20.1.5
      labels: {app: billing}
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
    - kind: WorkloadEntry
      namespace: shop
      name: billing-vm-1
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.workloadentry import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_workloadentry import ARGUMENTS

ENTRY = Entry("istio_workloadentry", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
