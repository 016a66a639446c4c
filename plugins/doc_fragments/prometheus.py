# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Where Istio's standard metrics are."""

    DOCUMENTATION = r"""
options:
  metrics:
    description:
      - The Prometheus that has Istio's standard metrics. Either O(metrics.url) or O(metrics.service).
    type: dict
    suboptions:
      url:
        description:
          - Address of Prometheus or of anything with its HTTP API, such as Thanos, Mimir or VictoriaMetrics, with its path
            prefix. The environment variables for proxies (C(HTTPS_PROXY), C(NO_PROXY)) apply.
        type: str
      service:
        description:
          - A Service in the cluster that is reached through the API server's port-forward. It needs the verb C(list) on
            C(endpointslices) and the verbs C(get) and C(create) on C(pods/portforward) in its namespace.
        type: dict
        suboptions:
          namespace:
            description: Namespace of the Service.
            type: str
            required: true
          name:
            description: Name of the Service, such as V(prometheus-operated).
            type: str
            required: true
          port:
            description: Name or number of the port of the Service. Needed when it has several.
            type: str
          path:
            description: Path prefix of Prometheus.
            type: str
      token:
        description: Bearer token that is sent to Prometheus.
        type: str
      username:
        description: User name for basic authentication.
        type: str
      password:
        description: Password for basic authentication.
        type: str
      headers:
        description: Further headers, such as C(X-Scope-OrgID). Their values are never shown.
        type: dict
      ca_cert:
        description: Path of a file with the certificate authorities to trust instead of those of the system.
        type: path
      client_cert:
        description: Path of a client certificate.
        type: path
      client_key:
        description: Path of the key of O(metrics.client_cert).
        type: path
      validate_certs:
        description: Whether certificates are verified.
        type: bool
        default: true
      timeout:
        description: Seconds that one query may take.
        type: float
        default: 10
      scrape_interval:
        description:
          - Seconds between two scrapes of proxies. Metrics are not judged before four of them have passed since a step
            began.
        type: float
        default: 15
"""
