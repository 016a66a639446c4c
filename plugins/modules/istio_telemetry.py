#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_telemetry
short_description: Manage Istio Telemetry
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(Telemetry), which says which metrics, traces and access logs the proxies
    make and which providers get them.
  - An object without a selector counts for its whole namespace, and in Istio's root namespace for the whole mesh.
notes:
  - Providers are named in the mesh configuration under C(extensionProviders). The provider V(prometheus) and the
    access log V(envoy) are there without being configured.
  - There should be one object without a selector for a namespace, and one for a workload. Of several, Istio uses the
    oldest.
  - Clusters with Istio before 1.22 serve this kind as C(telemetry.istio.io/v1alpha1) only. The module uses what the
    cluster serves.
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
  - module: meshops.lifecycle.service_monitor
  - name: Telemetry reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/telemetry/
options:
  spec:
    description: The specification of the Telemetry, every field of the API.
    type: dict
    suboptions:
      selector:
        description:
          - Workloads that the object is for. Excludes O(spec.target_refs). Without either, all of the namespace.
        type: dict
        suboptions:
          match_labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
            aliases: [matchLabels]
      target_refs:
        description:
          - Gateways, services and the like that the object is for, waypoints included. They have to be in the same
            namespace.
        type: list
        elements: dict
        aliases: [targetRefs]
        suboptions:
          group:
            description:
              - API group of the target, for example V(gateway.networking.k8s.io). An empty string is the core group.
            type: str
          kind:
            description: Kind of the target, for example V(Gateway).
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          namespace:
            description: Namespace of the target. The API does not take a value here yet.
            type: str
      target_ref:
        description:
          - A single target. The API takes at most one of O(spec.selector), O(spec.target_ref) and
            O(spec.target_refs). Prefer the list.
        type: dict
        aliases: [targetRef]
        suboptions:
          group:
            description: API group of the target.
            type: str
          kind:
            description: Kind of the target.
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          namespace:
            description: Namespace of the target. The API does not take a value here yet.
            type: str
      tracing:
        description: Traces. What is not stated is inherited from the namespace or the mesh.
        type: list
        elements: dict
        suboptions:
          match:
            description: Traffic that the entry is for.
            type: dict
            suboptions:
              mode:
                description:
                  - V(CLIENT) is what the workload sends, V(SERVER) is what it receives, V(CLIENT_AND_SERVER), the
                    default, is both.
                type: str
                choices: [CLIENT_AND_SERVER, CLIENT, SERVER]
          providers:
            description: Provider that gets the traces. Istio uses the first one only.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the provider in the mesh configuration.
                type: str
                required: true
          random_sampling_percentage:
            description:
              - Part of the requests that is traced when no caller has decided it, in percent from 0.00 to 100.00.
                Without it, the sampling of the mesh configuration counts.
            type: float
            aliases: [randomSamplingPercentage]
          disable_span_reporting:
            description: Whether no spans are reported. Trace headers are still passed on.
            type: bool
            aliases: [disableSpanReporting]
          disable_context_propagation:
            description: Whether the proxy leaves the trace headers of forwarded requests alone.
            type: bool
            aliases: [disableContextPropagation]
          custom_tags:
            description:
              - Tags to add to spans, by name. Each value is a dictionary with one of C(literal) (C(value)),
                C(environment) (C(name), C(defaultValue)), C(header) (C(name), C(defaultValue)) or C(formatter)
                (C(value), in the syntax of access logs). The names inside are those of the API.
            type: dict
            aliases: [customTags]
          use_request_id_for_trace_sampling:
            description:
              - Whether C(x-request-id) decides about sampling. It is on by default, turn it off when something before
                the proxy makes identifiers of another form.
            type: bool
            aliases: [useRequestIdForTraceSampling]
          enable_istio_tags:
            description:
              - Whether spans carry Istio's own tags, such as mesh, revision and canonical service. It is on by
                default.
            type: bool
            aliases: [enableIstioTags]
      metrics:
        description: Metrics. What is not stated is inherited from the namespace or the mesh.
        type: list
        elements: dict
        suboptions:
          providers:
            description: Providers that get the metrics.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the provider in the mesh configuration.
                type: str
                required: true
          overrides:
            description:
              - Changes to single metrics and their labels, in order. Where two say different things, the later one
                counts.
            type: list
            elements: dict
            suboptions:
              match:
                description: Metrics that the change is for. Without it, every metric in both directions.
                type: dict
                suboptions:
                  metric:
                    description:
                      - One of Istio's standard metrics, or V(ALL_METRICS). Excludes
                        O(spec.metrics[].overrides[].match.custom_metric).
                    type: str
                    choices:
                      - ALL_METRICS
                      - REQUEST_COUNT
                      - REQUEST_DURATION
                      - REQUEST_SIZE
                      - RESPONSE_SIZE
                      - TCP_OPENED_CONNECTIONS
                      - TCP_CLOSED_CONNECTIONS
                      - TCP_SENT_BYTES
                      - TCP_RECEIVED_BYTES
                      - GRPC_REQUEST_MESSAGES
                      - GRPC_RESPONSE_MESSAGES
                  custom_metric:
                    description: Name of any other metric.
                    type: str
                    aliases: [customMetric]
                  mode:
                    description:
                      - V(CLIENT) is what the workload sends, V(SERVER) is what it receives, V(CLIENT_AND_SERVER), the
                        default, is both.
                    type: str
                    choices: [CLIENT_AND_SERVER, CLIENT, SERVER]
              disabled:
                description: Whether the metric is not made at all.
                type: bool
              tag_overrides:
                description:
                  - Changes to the labels of the metric, by label name. Each value is a dictionary with C(operation),
                    V(UPSERT) or V(REMOVE), and for the former C(value), an expression such as V(request.host).
                type: dict
                aliases: [tagOverrides]
          reporting_interval:
            description: Time between two reports of the metrics of TCP and gRPC streams. Istio uses V(5s).
            type: str
            aliases: [reportingInterval]
      access_logging:
        description: Access logs. What is not stated is inherited from the namespace or the mesh.
        type: list
        elements: dict
        aliases: [accessLogging]
        suboptions:
          match:
            description: Traffic that the entry is for.
            type: dict
            suboptions:
              mode:
                description:
                  - V(CLIENT) is what the workload sends, V(SERVER) is what it receives, V(CLIENT_AND_SERVER), the
                    default, is both.
                type: str
                choices: [CLIENT_AND_SERVER, CLIENT, SERVER]
          providers:
            description: Providers that get the log.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the provider in the mesh configuration.
                type: str
                required: true
          disabled:
            description: Whether nothing is logged.
            type: bool
          filter:
            description: Which requests and connections are logged.
            type: dict
            suboptions:
              expression:
                description:
                  - A CEL expression over Envoy's attributes, for example V(response.code >= 400). Without it
                    everything is logged.
                type: str
"""

EXAMPLES = r"""
---
- name: Drop two labels from every metric of a namespace
  meshops.lifecycle.istio_telemetry:
    name: default
    namespace: production
    spec:
      metrics:
        - providers:
            - name: prometheus
        - overrides:
            - match:
                metric: ALL_METRICS
              tag_overrides:
                source_app:
                  operation: REMOVE
                destination_app:
                  operation: REMOVE

- name: Log what goes wrong, in the whole mesh
  meshops.lifecycle.istio_telemetry:
    name: mesh-default
    namespace: istio-system
    spec:
      access_logging:
        - providers:
            - name: envoy
          filter:
            expression: response.code >= 400

- name: Do not count bytes, and label requests with their host
  meshops.lifecycle.istio_telemetry:
    name: checkout-metrics
    namespace: shop
    spec:
      selector:
        match_labels:
          app: checkout
      metrics:
        - providers:
            - name: prometheus
          overrides:
            - match:
                metric: REQUEST_SIZE
              disabled: true
            - match:
                metric: REQUEST_COUNT
                mode: SERVER
              tag_overrides:
                request_host:
                  operation: UPSERT
                  value: request.host

- name: Trace one request in ten, with a tag of our own
  meshops.lifecycle.istio_telemetry:
    name: tracing
    namespace: shop
    spec:
      tracing:
        - random_sampling_percentage: 10
          custom_tags:
            region:
              literal:
                value: eu-west
            client:
              header:
                name: x-client-id
                defaultValue: unknown

- name: Apply a document as it was pasted
  meshops.lifecycle.istio_telemetry:
    definition:
      apiVersion: telemetry.istio.io/v1alpha1
      kind: Telemetry
      metadata:
        name: default
        namespace: production
      spec:
        metrics:
          - providers:
              - name: prometheus
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
    apiVersion: telemetry.istio.io/v1
    kind: Telemetry
    metadata:
      name: default
      namespace: production
    spec:
      metrics:
        - providers:
            - name: prometheus
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
    - kind: Telemetry
      namespace: production
      name: default
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.telemetry import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_telemetry import ARGUMENTS

ENTRY = Entry("istio_telemetry", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
