#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_serviceentry
short_description: Manage Istio ServiceEntries
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(ServiceEntry), which adds a service that Kubernetes does not know to the
    registry of the mesh, an API on the internet, a database, or workloads on virtual machines.
  - What the task states is what the cluster has. A field that a later run no longer states is removed, fields that
    others own stay as they are.
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
  - module: meshops.lifecycle.istio_destinationrule
  - module: meshops.lifecycle.istio_virtualservice
  - name: ServiceEntry reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/service-entry/
options:
  spec:
    description: The specification of the ServiceEntry, every field of the API.
    type: dict
    suboptions:
      hosts:
        description:
          - Hosts of the service. HTTP is matched by the Host header, TLS by the server name, other protocols by
            address or port alone. Wildcards such as V(*.example.com) are allowed. The API requires it.
        type: list
        elements: str
      addresses:
        description:
          - Virtual addresses of the service, with a prefix length (CIDR) where resolution is V(STATIC) or V(NONE).
            TCP services on the same port need them to be told apart.
        type: list
        elements: str
      ports:
        description: Ports of the service.
        type: list
        elements: dict
        suboptions:
          number:
            description: Number of the port.
            type: int
            required: true
          name:
            description: Name of the port.
            type: str
            required: true
          protocol:
            description:
              - What is spoken on the port, one of V(HTTP), V(HTTPS), V(GRPC), V(HTTP2), V(MONGO), V(TCP) or V(TLS).
                V(TLS) is routed by server name without being terminated.
            type: str
          target_port:
            description: Port of the endpoints, when it is another one.
            type: int
            aliases: [targetPort]
      location:
        description:
          - Whether the service is outside of the mesh, V(MESH_EXTERNAL), which is the default, or part of it,
            V(MESH_INTERNAL). It decides about mutual TLS and metrics.
        type: str
        choices: [MESH_EXTERNAL, MESH_INTERNAL]
      resolution:
        description:
          - How an address is found. V(NONE), the default, uses the one that the client asked for, V(STATIC) the
            endpoints stated here, V(DNS) looks names up and uses all answers, V(DNS_ROUND_ROBIN) only the first, as
            suits large services, V(DYNAMIC_DNS) looks up the host of each request, for wildcards.
        type: str
        choices: [NONE, STATIC, DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS]
      endpoints:
        description:
          - Where the service runs. Excludes O(spec.workload_selector). With V(DNS) and no endpoints, the hosts
            themselves are looked up.
        type: list
        elements: dict
        suboptions:
          address:
            description:
              - Address without the port, an IP, a name where resolution is by DNS, or a Unix domain socket as
                V(unix:///path).
            type: str
          ports:
            description:
              - Port numbers of the endpoint, by the name of the service's port. Without it, the target port or the
                port of the service.
            type: dict
          labels:
            description: Labels of the endpoint, which subsets choose by.
            type: dict
          network:
            description: Network of the endpoint. Endpoints of other networks are reached through a gateway.
            type: str
          locality:
            description: Where the endpoint is, as V(region/zone/sub-zone).
            type: str
          weight:
            description: Share of the load, in proportion to the other endpoints.
            type: int
          service_account:
            description:
              - Service account of the workload, in the namespace of this object. Needed when it has a sidecar.
            type: str
            aliases: [serviceAccount]
      workload_selector:
        description:
          - Pods and WorkloadEntries, in the namespace of this object, that are the endpoints. For V(MESH_INTERNAL).
            Excludes O(spec.endpoints).
        type: dict
        aliases: [workloadSelector]
        suboptions:
          labels:
            description: Labels that they have to have, all of them.
            type: dict
      export_to:
        description:
          - Namespaces that see the service. V(.) is its own namespace, V(*) is all of them, which is the default
            unless the mesh configuration says otherwise.
        type: list
        elements: str
        aliases: [exportTo]
      subject_alt_names:
        description: Names of which the certificate of an endpoint has to carry one. Names in a DestinationRule win.
        type: list
        elements: str
        aliases: [subjectAltNames]
"""

EXAMPLES = r"""
---
- name: Let the mesh call an API on the internet
  meshops.lifecycle.istio_serviceentry:
    name: payments
    namespace: shop
    spec:
      hosts: [api.payments.example.com]
      location: MESH_EXTERNAL
      ports:
        - {number: 443, name: tls, protocol: TLS}
      resolution: DNS

- name: Name a database that runs outside of the cluster
  meshops.lifecycle.istio_serviceentry:
    name: orders-db
    namespace: shop
    spec:
      hosts: [orders-db.shop.internal]
      addresses: [240.0.10.1]
      ports:
        - {number: 5432, name: tcp-postgres, protocol: TCP}
      location: MESH_EXTERNAL
      resolution: STATIC
      endpoints:
        - address: 10.20.0.11
          locality: eu-west/a
          weight: 80
        - address: 10.20.0.12
          locality: eu-west/b
          weight: 20

- name: Join workloads on virtual machines to the mesh
  meshops.lifecycle.istio_serviceentry:
    name: legacy-billing
    namespace: shop
    spec:
      hosts: [billing.shop.internal]
      location: MESH_INTERNAL
      resolution: STATIC
      ports:
        - {number: 80, target_port: 8080, name: http, protocol: HTTP}
      workload_selector:
        labels:
          app: billing
      export_to: ["."]

- name: Allow a whole domain as it is
  meshops.lifecycle.istio_serviceentry:
    namespace: shop
    definition:
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata:
        name: partner-apis
      spec:
        hosts:
          - "*.partner.example.net"
        ports:
          - number: 443
            name: tls
            protocol: TLS
        resolution: NONE
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
    kind: ServiceEntry
    metadata:
      name: payments
      namespace: shop
    spec:
      hosts: [api.payments.example.com]
      ports:
        - {number: 443, name: tls, protocol: TLS}
      resolution: DNS
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
    - kind: ServiceEntry
      namespace: shop
      name: payments
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.serviceentry import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_serviceentry import ARGUMENTS

ENTRY = Entry("istio_serviceentry", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
