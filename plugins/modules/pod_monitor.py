#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: pod_monitor
short_description: Manage PodMonitors of the Prometheus Operator
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(PodMonitor), which tells Prometheus which pods to scrape and how, without a
    service in between, as the proxies of a mesh need it.
  - What the task states is what the cluster has. A field that a later run no longer states is removed, fields that
    others own stay as they are.
notes:
  - A PodMonitor is read only by a Prometheus whose selectors for objects and namespaces match it. With
    kube-prometheus-stack that is as a rule the label C(release) with the name of the Helm release.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.service_monitor
  - module: meshops.lifecycle.prometheus_rule
  - name: API reference of the Prometheus Operator
    description: The API's own description of every field.
    link: https://prometheus-operator.dev/docs/api-reference/api/
options:
  spec:
    description: The specification of the PodMonitor, every field of the API.
    type: dict
    suboptions:
      selector:
        description: Labels of the pods to scrape. An empty dictionary selects all of them. The API requires it.
        type: dict
        suboptions:
          match_labels:
            description: Labels that a pod has to have, all of them.
            type: dict
            aliases: [matchLabels]
          match_expressions:
            description: Conditions on labels that a pod has to meet, all of them.
            type: list
            elements: dict
            aliases: [matchExpressions]
            suboptions:
              key:
                description: The label.
                type: str
                required: true
              operator:
                description: V(In), V(NotIn), V(Exists) or V(DoesNotExist).
                type: str
                required: true
              values:
                description: Values for V(In) and V(NotIn), none for the others.
                type: list
                elements: str
      namespace_selector:
        description: Namespaces to look for pods in. Without it, that of this object.
        type: dict
        aliases: [namespaceSelector]
        suboptions:
          any:
            description: Whether pods of every namespace are scraped.
            type: bool
          match_names:
            description: Names of the namespaces.
            type: list
            elements: str
            aliases: [matchNames]
      pod_metrics_endpoints:
        description: What to scrape on each pod that is selected.
        type: list
        elements: dict
        aliases: [podMetricsEndpoints]
        suboptions:
          port:
            description: Name of the container's port. It wins over the other ways to name a port.
            type: str
          port_number:
            description: Number of the container's port.
            type: int
            aliases: [portNumber]
          target_port:
            description:
              - Name or number of the container's port. Deprecated, use O(spec.pod_metrics_endpoints[].port) or
                O(spec.pod_metrics_endpoints[].port_number).
            type: raw
            aliases: [targetPort]
          path:
            description: Path of the metrics. Prometheus uses V(/metrics) when it is not given.
            type: str
          scheme:
            description: V(http), the default, or V(https).
            type: str
            choices: [http, https]
          params:
            description: Query parameters of the scrape, by name. Each value is a list of strings.
            type: dict
          interval:
            description: Time between two scrapes, for example V(30s). Without it, the interval of Prometheus.
            type: str
          scrape_timeout:
            description: Time for one scrape. It must not be longer than the interval.
            type: str
            aliases: [scrapeTimeout]
          honor_labels:
            description:
              - Whether labels of the metrics win over those of the target when both have the same name. Otherwise
                those of the metrics are renamed with C(exported_) before them.
            type: bool
            aliases: [honorLabels]
          honor_timestamps:
            description: Whether time stamps of the metrics are kept. Prometheus does so by default.
            type: bool
            aliases: [honorTimestamps]
          track_timestamps_staleness:
            description:
              - Whether series with time stamps of their own become stale when they disappear. It needs
                O(spec.pod_metrics_endpoints[].honor_timestamps).
            type: bool
            aliases: [trackTimestampsStaleness]
          follow_redirects:
            description: Whether a scrape follows redirects.
            type: bool
            aliases: [followRedirects]
          enable_http2:
            description: Whether a scrape may use HTTP/2.
            type: bool
            aliases: [enableHttp2]
          filter_running:
            description: Whether pods that have failed or succeeded are left out. They are by default.
            type: bool
            aliases: [filterRunning]
          basic_auth:
            description:
              - User name and password of the scrape. Excludes O(spec.pod_metrics_endpoints[].authorization) and
                O(spec.pod_metrics_endpoints[].oauth2).
            type: dict
            aliases: [basicAuth]
            suboptions:
              username:
                description: Where the user name is kept.
                type: dict
                suboptions: &secret_key
                  name:
                    description: Name of the Secret, in the namespace of this object.
                    type: str
                  key:
                    description: Key in the Secret.
                    type: str
                    required: true
                  optional:
                    description: Whether Secret and key may be missing.
                    type: bool
              password:
                description: Where the password is kept.
                type: dict
                suboptions: *secret_key
          authorization:
            description:
              - C(Authorization) header of the scrape. Excludes O(spec.pod_metrics_endpoints[].basic_auth) and
                O(spec.pod_metrics_endpoints[].oauth2).
            type: dict
            suboptions:
              type:
                description: Kind of the credentials. V(Bearer) when it is not given, V(Basic) is not possible here.
                type: str
              credentials:
                description: Where the credentials are kept.
                type: dict
                suboptions: *secret_key
          oauth2:
            description:
              - Fetches a token with OAuth 2.0 client credentials. Excludes O(spec.pod_metrics_endpoints[].basic_auth)
                and O(spec.pod_metrics_endpoints[].authorization).
            type: dict
            suboptions:
              client_id:
                description: Where the client's identifier is kept.
                type: dict
                aliases: [clientId]
                required: true
                suboptions: &secret_or_map
                  secret:
                    description: A key of a Secret. Excludes the ConfigMap.
                    type: dict
                    suboptions: *secret_key
                  config_map:
                    description: A key of a ConfigMap. Excludes the Secret.
                    type: dict
                    aliases: [configMap]
                    suboptions:
                      name:
                        description: Name of the ConfigMap, in the namespace of this object.
                        type: str
                      key:
                        description: Key in the ConfigMap.
                        type: str
                        required: true
                      optional:
                        description: Whether ConfigMap and key may be missing.
                        type: bool
              client_secret:
                description: Where the client's secret is kept.
                type: dict
                aliases: [clientSecret]
                required: true
                suboptions: *secret_key
              token_url:
                description: URL that the token is fetched from.
                type: str
                aliases: [tokenUrl]
                required: true
              scopes:
                description: Scopes to ask for.
                type: list
                elements: str
              endpoint_params:
                description: Further parameters for the token URL, by name.
                type: dict
                aliases: [endpointParams]
              tls_config:
                description: TLS of the connection to the token URL.
                type: dict
                aliases: [tlsConfig]
                suboptions:
                  ca:
                    description: Authorities that the server's certificate is checked against.
                    type: dict
                    suboptions: *secret_or_map
                  cert:
                    description: Client certificate.
                    type: dict
                    suboptions: *secret_or_map
                  key_secret:
                    description: Private key of the client certificate.
                    type: dict
                    aliases: [keySecret]
                    suboptions: *secret_key
                  server_name:
                    description: Name that the server's certificate has to carry.
                    type: str
                    aliases: [serverName]
                  insecure_skip_verify:
                    description: Whether the server's certificate is not checked.
                    type: bool
                    aliases: [insecureSkipVerify]
                  min_version:
                    description: Oldest TLS version that is accepted.
                    type: str
                    aliases: [minVersion]
                    choices: [TLS10, TLS11, TLS12, TLS13]
                  max_version:
                    description: Newest TLS version that is accepted.
                    type: str
                    aliases: [maxVersion]
                    choices: [TLS10, TLS11, TLS12, TLS13]
              proxy_url:
                description: URL of the HTTP proxy to go through.
                type: str
                aliases: [proxyUrl]
              no_proxy:
                description: Addresses and names, joined by commas, that are reached without the proxy.
                type: str
                aliases: [noProxy]
              proxy_from_environment:
                description: Whether the proxy is taken from the environment variables of Prometheus.
                type: bool
                aliases: [proxyFromEnvironment]
              proxy_connect_header:
                description:
                  - Headers for the proxy, by name. Each value is a list of dictionaries with C(name), C(key) and
                    C(optional), which point into Secrets.
                type: dict
                aliases: [proxyConnectHeader]
          bearer_token_secret:
            description:
              - Where the bearer token of the scrape is kept. Deprecated, use
                O(spec.pod_metrics_endpoints[].authorization).
            type: dict
            aliases: [bearerTokenSecret]
            suboptions: *secret_key
          tls_config:
            description: TLS of the scrape.
            type: dict
            aliases: [tlsConfig]
            suboptions:
              ca:
                description: Authorities that the target's certificate is checked against.
                type: dict
                suboptions: *secret_or_map
              cert:
                description: Client certificate.
                type: dict
                suboptions: *secret_or_map
              key_secret:
                description: Private key of the client certificate.
                type: dict
                aliases: [keySecret]
                suboptions: *secret_key
              server_name:
                description: Name that the target's certificate has to carry.
                type: str
                aliases: [serverName]
              insecure_skip_verify:
                description: Whether the target's certificate is not checked.
                type: bool
                aliases: [insecureSkipVerify]
              min_version:
                description: Oldest TLS version that is accepted.
                type: str
                aliases: [minVersion]
                choices: [TLS10, TLS11, TLS12, TLS13]
              max_version:
                description: Newest TLS version that is accepted.
                type: str
                aliases: [maxVersion]
                choices: [TLS10, TLS11, TLS12, TLS13]
          proxy_url:
            description: URL of the HTTP proxy to scrape through.
            type: str
            aliases: [proxyUrl]
          no_proxy:
            description: Addresses and names, joined by commas, that are scraped without the proxy.
            type: str
            aliases: [noProxy]
          proxy_from_environment:
            description: Whether the proxy is taken from the environment variables of Prometheus.
            type: bool
            aliases: [proxyFromEnvironment]
          proxy_connect_header:
            description:
              - Headers for the proxy, by name. Each value is a list of dictionaries with C(name), C(key) and
                C(optional), which point into Secrets.
            type: dict
            aliases: [proxyConnectHeader]
          relabelings:
            description:
              - Changes to the labels of a target before it is scraped, in order. Targets can be dropped here.
            type: list
            elements: dict
            suboptions: &relabelings
              action:
                description: What is done. V(replace) when it is not given.
                type: str
                choices:
                  - replace
                  - Replace
                  - keep
                  - Keep
                  - drop
                  - Drop
                  - hashmod
                  - HashMod
                  - labelmap
                  - LabelMap
                  - labeldrop
                  - LabelDrop
                  - labelkeep
                  - LabelKeep
                  - lowercase
                  - Lowercase
                  - uppercase
                  - Uppercase
                  - keepequal
                  - KeepEqual
                  - dropequal
                  - DropEqual
              source_labels:
                description: Labels whose values are joined and compared with the expression.
                type: list
                elements: str
                aliases: [sourceLabels]
              separator:
                description: What stands between the joined values. A semicolon when it is not given.
                type: str
              regex:
                description:
                  - Regular expression in RE2 syntax that the joined value has to match as a whole. Everything matches
                    when it is not given.
                type: str
              target_label:
                description: Label that gets the result.
                type: str
                aliases: [targetLabel]
              replacement:
                description: The result, in which V($1) stands for a capture group. V($1) when it is not given.
                type: str
              modulus:
                description: Number that the hash of the joined value is divided by, for V(hashmod).
                type: int
          metric_relabelings:
            description:
              - Changes to the labels of each sample before it is stored, in order. Samples can be dropped here.
            type: list
            elements: dict
            aliases: [metricRelabelings]
            suboptions: *relabelings
      job_label:
        description:
          - Label of the pod whose value becomes the C(job) of its metrics. Without it, namespace and name of this
            object.
        type: str
        aliases: [jobLabel]
      pod_target_labels:
        description: Labels of the pod that its metrics carry too.
        type: list
        elements: str
        aliases: [podTargetLabels]
      attach_metadata:
        description: Further metadata for relabeling.
        type: dict
        aliases: [attachMetadata]
        suboptions:
          node:
            description:
              - Whether labels of the node are offered. The service account of Prometheus needs to list and watch
                nodes.
            type: bool
      selector_mechanism:
        description:
          - How targets are selected, by relabeling, V(RelabelConfig), or by the API server, V(RoleSelector), which
            spares Prometheus work in large clusters.
        type: str
        aliases: [selectorMechanism]
        choices: [RelabelConfig, RoleSelector]
      sample_limit:
        description: Most samples of one scrape. A scrape with more of them fails.
        type: int
        aliases: [sampleLimit]
      target_limit:
        description: Most targets of this object.
        type: int
        aliases: [targetLimit]
      label_limit:
        description: Most labels of one sample.
        type: int
        aliases: [labelLimit]
      label_name_length_limit:
        description: Most characters of the name of a label.
        type: int
        aliases: [labelNameLengthLimit]
      label_value_length_limit:
        description: Most characters of the value of a label.
        type: int
        aliases: [labelValueLengthLimit]
      keep_dropped_targets:
        description: Most targets, dropped by relabeling, that are kept in memory to be looked at. V(0) is no limit.
        type: int
        aliases: [keepDroppedTargets]
      body_size_limit:
        description:
          - Most bytes of the uncompressed answer to a scrape, for example V(10MB). Needs Prometheus 2.28 or newer.
        type: str
        aliases: [bodySizeLimit]
      scrape_protocols:
        description: Formats to ask for, the preferred one first.
        type: list
        elements: str
        aliases: [scrapeProtocols]
        choices:
          - PrometheusProto
          - OpenMetricsText0.0.1
          - OpenMetricsText1.0.0
          - PrometheusText0.0.4
          - PrometheusText1.0.0
      fallback_scrape_protocol:
        description: Format to assume when the answer does not name a valid one. Needs Prometheus 3.
        type: str
        aliases: [fallbackScrapeProtocol]
        choices:
          - PrometheusProto
          - OpenMetricsText0.0.1
          - OpenMetricsText1.0.0
          - PrometheusText0.0.4
          - PrometheusText1.0.0
      native_histogram_bucket_limit:
        description: Most buckets of a native histogram, beyond which buckets are merged.
        type: int
        aliases: [nativeHistogramBucketLimit]
      native_histogram_min_bucket_factor:
        description:
          - Least growth from one bucket of a native histogram to the next, below which buckets are merged. A number
            or a quantity.
        type: raw
        aliases: [nativeHistogramMinBucketFactor]
      scrape_classic_histograms:
        description: Whether a histogram that has a native form is scraped in its classic form as well.
        type: bool
        aliases: [scrapeClassicHistograms]
      convert_classic_histograms_to_nhcb:
        description: Whether classic histograms are turned into native ones with custom buckets. Needs Prometheus 3.
        type: bool
        aliases: [convertClassicHistogramsToNHCB]
      scrape_class:
        description: Name of the scrape class of Prometheus to use, in the place of its default.
        type: str
        aliases: [scrapeClass]
"""

EXAMPLES = r"""
---
- name: Scrape every proxy of the mesh
  meshops.lifecycle.pod_monitor:
    name: istio-proxies
    namespace: monitoring
    labels:
      release: kube-prometheus-stack
    spec:
      job_label: istio-proxies
      selector:
        match_expressions:
          - key: istio-prometheus-ignore
            operator: DoesNotExist
      namespace_selector:
        any: true
      pod_metrics_endpoints:
        - path: /stats/prometheus
          interval: 15s
          relabelings:
            - source_labels: [__meta_kubernetes_pod_container_name]
              regex: istio-proxy
              action: keep
            - source_labels: [__meta_kubernetes_pod_annotationpresent_prometheus_io_scrape]
              regex: "true"
              action: keep

- name: Scrape the workers of a queue, and only the metrics that are looked at
  meshops.lifecycle.pod_monitor:
    name: queue-workers
    namespace: shop
    spec:
      selector:
        match_labels:
          app: queue-worker
      pod_metrics_endpoints:
        - port: metrics
          honor_labels: true
          metric_relabelings:
            - source_labels: [__name__]
              regex: queue_.*
              action: keep
      sample_limit: 5000

- name: Apply a document as it was pasted
  meshops.lifecycle.pod_monitor:
    definition:
      apiVersion: monitoring.coreos.com/v1
      kind: PodMonitor
      metadata:
        name: batch
        namespace: shop
      spec:
        selector:
          matchLabels:
            app: batch
        podMetricsEndpoints:
          - port: http
            path: /internal/metrics
            interval: 60s
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
    kind: PodMonitor
    metadata:
      name: istio-proxies
      namespace: monitoring
    spec:
      selector: {}
      podMetricsEndpoints:
        - path: /stats/prometheus
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
    - kind: PodMonitor
      namespace: monitoring
      name: istio-proxies
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring.podmonitor import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.pod_monitor import ARGUMENTS

ENTRY = Entry("pod_monitor", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
