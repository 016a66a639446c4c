# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kind's module, and the options of its ``spec``, by (group, kind).

Written by `make generate`; do not edit.
The imports are static, so that a packed module carries the specs, and made when a kind is asked for.
"""

from __future__ import annotations


def _argocd_application() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _argocd_applicationset() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_applicationset import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _argocd_project() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_project import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _authorization_policy() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.authorization_policy import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_backendtlspolicy() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_backendtlspolicy import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_gateway() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_gateway import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_grpcroute() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_grpcroute import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_httproute() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_httproute import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_referencegrant() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_referencegrant import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_tcproute() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_tcproute import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _gateway_api_tlsroute() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_tlsroute import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_destinationrule() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_destinationrule import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_envoyfilter() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_envoyfilter import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_gateway() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_gateway import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_proxyconfig() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_proxyconfig import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_serviceentry() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_serviceentry import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_sidecar() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_sidecar import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_telemetry() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_telemetry import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_trafficextension() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_trafficextension import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_virtualservice() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_wasmplugin() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_wasmplugin import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_workloadentry() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_workloadentry import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _istio_workloadgroup() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_workloadgroup import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _peer_authentication() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.peer_authentication import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _pod_monitor() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.pod_monitor import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _prometheus_rule() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.prometheus_rule import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _request_authentication() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.request_authentication import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


def _service_monitor() -> dict:
    from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.service_monitor import ARGUMENTS

    return ARGUMENTS["spec"]["options"]


MODULES = {
    ("argoproj.io", "Application"): "argocd_application",
    ("argoproj.io", "ApplicationSet"): "argocd_applicationset",
    ("argoproj.io", "AppProject"): "argocd_project",
    ("security.istio.io", "AuthorizationPolicy"): "authorization_policy",
    ("gateway.networking.k8s.io", "BackendTLSPolicy"): "gateway_api_backendtlspolicy",
    ("gateway.networking.k8s.io", "Gateway"): "gateway_api_gateway",
    ("gateway.networking.k8s.io", "GRPCRoute"): "gateway_api_grpcroute",
    ("gateway.networking.k8s.io", "HTTPRoute"): "gateway_api_httproute",
    ("gateway.networking.k8s.io", "ReferenceGrant"): "gateway_api_referencegrant",
    ("gateway.networking.k8s.io", "TCPRoute"): "gateway_api_tcproute",
    ("gateway.networking.k8s.io", "TLSRoute"): "gateway_api_tlsroute",
    ("networking.istio.io", "DestinationRule"): "istio_destinationrule",
    ("networking.istio.io", "EnvoyFilter"): "istio_envoyfilter",
    ("networking.istio.io", "Gateway"): "istio_gateway",
    ("networking.istio.io", "ProxyConfig"): "istio_proxyconfig",
    ("networking.istio.io", "ServiceEntry"): "istio_serviceentry",
    ("networking.istio.io", "Sidecar"): "istio_sidecar",
    ("telemetry.istio.io", "Telemetry"): "istio_telemetry",
    ("extensions.istio.io", "TrafficExtension"): "istio_trafficextension",
    ("networking.istio.io", "VirtualService"): "istio_virtualservice",
    ("extensions.istio.io", "WasmPlugin"): "istio_wasmplugin",
    ("networking.istio.io", "WorkloadEntry"): "istio_workloadentry",
    ("networking.istio.io", "WorkloadGroup"): "istio_workloadgroup",
    ("security.istio.io", "PeerAuthentication"): "peer_authentication",
    ("monitoring.coreos.com", "PodMonitor"): "pod_monitor",
    ("monitoring.coreos.com", "PrometheusRule"): "prometheus_rule",
    ("security.istio.io", "RequestAuthentication"): "request_authentication",
    ("monitoring.coreos.com", "ServiceMonitor"): "service_monitor",
}
OPTIONS = {
    ("argoproj.io", "Application"): _argocd_application,
    ("argoproj.io", "ApplicationSet"): _argocd_applicationset,
    ("argoproj.io", "AppProject"): _argocd_project,
    ("security.istio.io", "AuthorizationPolicy"): _authorization_policy,
    ("gateway.networking.k8s.io", "BackendTLSPolicy"): _gateway_api_backendtlspolicy,
    ("gateway.networking.k8s.io", "Gateway"): _gateway_api_gateway,
    ("gateway.networking.k8s.io", "GRPCRoute"): _gateway_api_grpcroute,
    ("gateway.networking.k8s.io", "HTTPRoute"): _gateway_api_httproute,
    ("gateway.networking.k8s.io", "ReferenceGrant"): _gateway_api_referencegrant,
    ("gateway.networking.k8s.io", "TCPRoute"): _gateway_api_tcproute,
    ("gateway.networking.k8s.io", "TLSRoute"): _gateway_api_tlsroute,
    ("networking.istio.io", "DestinationRule"): _istio_destinationrule,
    ("networking.istio.io", "EnvoyFilter"): _istio_envoyfilter,
    ("networking.istio.io", "Gateway"): _istio_gateway,
    ("networking.istio.io", "ProxyConfig"): _istio_proxyconfig,
    ("networking.istio.io", "ServiceEntry"): _istio_serviceentry,
    ("networking.istio.io", "Sidecar"): _istio_sidecar,
    ("telemetry.istio.io", "Telemetry"): _istio_telemetry,
    ("extensions.istio.io", "TrafficExtension"): _istio_trafficextension,
    ("networking.istio.io", "VirtualService"): _istio_virtualservice,
    ("extensions.istio.io", "WasmPlugin"): _istio_wasmplugin,
    ("networking.istio.io", "WorkloadEntry"): _istio_workloadentry,
    ("networking.istio.io", "WorkloadGroup"): _istio_workloadgroup,
    ("security.istio.io", "PeerAuthentication"): _peer_authentication,
    ("monitoring.coreos.com", "PodMonitor"): _pod_monitor,
    ("monitoring.coreos.com", "PrometheusRule"): _prometheus_rule,
    ("security.istio.io", "RequestAuthentication"): _request_authentication,
    ("monitoring.coreos.com", "ServiceMonitor"): _service_monitor,
}
