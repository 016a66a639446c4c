# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind we know. Written by `make generate`; do not edit.

The imports are static, so that a packed module carries the kinds.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import application as argocd_application
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import applicationset as argocd_applicationset
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import project as argocd_project
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin as core_builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import backendtlspolicy as gateway_api_backendtlspolicy
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import gateway as gateway_api_gateway
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import grpcroute as gateway_api_grpcroute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import httproute as gateway_api_httproute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import others as gateway_api_others
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import referencegrant as gateway_api_referencegrant
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import tcproute as gateway_api_tcproute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import tlsroute as gateway_api_tlsroute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import authorizationpolicy as istio_authorizationpolicy
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import destinationrule as istio_destinationrule
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import envoyfilter as istio_envoyfilter
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import gateway as istio_gateway
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import peerauthentication as istio_peerauthentication
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import proxyconfig as istio_proxyconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import requestauthentication as istio_requestauthentication
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import serviceentry as istio_serviceentry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import sidecar as istio_sidecar
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import telemetry as istio_telemetry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import trafficextension as istio_trafficextension
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice as istio_virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import wasmplugin as istio_wasmplugin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import workloadentry as istio_workloadentry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import workloadgroup as istio_workloadgroup
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import others as monitoring_others
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import podmonitor as monitoring_podmonitor
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import prometheus as monitoring_prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import prometheusrule as monitoring_prometheusrule
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring import servicemonitor as monitoring_servicemonitor

KINDS = {
    (kind.group, kind.kind): kind
    for kind in (
        argocd_application.KIND,
        argocd_applicationset.KIND,
        argocd_project.KIND,
        gateway_api_backendtlspolicy.KIND,
        gateway_api_gateway.KIND,
        gateway_api_grpcroute.KIND,
        gateway_api_httproute.KIND,
        gateway_api_referencegrant.KIND,
        gateway_api_tcproute.KIND,
        gateway_api_tlsroute.KIND,
        istio_authorizationpolicy.KIND,
        istio_destinationrule.KIND,
        istio_envoyfilter.KIND,
        istio_gateway.KIND,
        istio_peerauthentication.KIND,
        istio_proxyconfig.KIND,
        istio_requestauthentication.KIND,
        istio_serviceentry.KIND,
        istio_sidecar.KIND,
        istio_telemetry.KIND,
        istio_trafficextension.KIND,
        istio_virtualservice.KIND,
        istio_wasmplugin.KIND,
        istio_workloadentry.KIND,
        istio_workloadgroup.KIND,
        monitoring_podmonitor.KIND,
        monitoring_prometheus.KIND,
        monitoring_prometheusrule.KIND,
        monitoring_servicemonitor.KIND,
        *core_builtin.KINDS,
        *gateway_api_others.KINDS,
        *monitoring_others.KINDS,
    )
}
