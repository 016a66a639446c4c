# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects refer to, by kind: a table of documents and the references in them."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import service_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

NETWORKING, SECURITY, GATEWAY_API = "networking.istio.io", "security.istio.io", "gateway.networking.k8s.io"
REVIEWS = "host shop/reviews.shop.svc.cluster.local"

# (group, kind), spec (or the whole document's other fields), references as "field: kind namespace/name part"
TABLE = {
    "routes, mirrors and gateways": (
        (NETWORKING, "VirtualService"),
        """
        spec:
          hosts: [reviews]
          gateways: [mesh, edge, istio-ingress/public]
          http:
            - match: [{gateways: [mesh, edge]}]
              delegate: {name: inner, namespace: team}
              mirror: {host: shadow.other.svc.cluster.local}
              mirrors: [{destination: {host: api.example.com}}]
              route: [{destination: {host: reviews, subset: v1}}, {destination: {host: reviews, subset: v2}}]
          tls: [{route: [{destination: {host: reviews}}]}]
          tcp: [{route: [{destination: {host: db.data}}]}]
        """,
        [
            f"spec.http[0].route[0].destination: {REVIEWS} v1",
            f"spec.http[0].route[1].destination: {REVIEWS} v2",
            "spec.http[0].mirror: host shop/shadow.other.svc.cluster.local",
            "spec.http[0].mirrors[0].destination: host shop/api.example.com",
            f"spec.tls[0].route[0].destination: {REVIEWS}",
            "spec.tcp[0].route[0].destination: host shop/db.data",
            "spec.gateways[1]: Gateway shop/edge",
            "spec.gateways[2]: Gateway istio-ingress/public",
            "spec.http[0].match[0].gateways[1]: Gateway shop/edge",
            "spec.http[0].delegate: VirtualService team/inner",
        ],
    ),
    "a host and client certificates": (
        (NETWORKING, "DestinationRule"),
        """
        spec:
          host: reviews
          trafficPolicy: {tls: {mode: MUTUAL, credentialName: client}}
          subsets: [{name: v1, trafficPolicy: {tls: {mode: MUTUAL, credentialName: other}}}]
        """,
        [
            f"spec.host: {REVIEWS}",
            "spec.trafficPolicy.tls.credentialName: Secret shop/client",
            "spec.subsets[0].trafficPolicy.tls.credentialName: Secret shop/other",
        ],
    ),
    "a wildcard is no one host": ((NETWORKING, "DestinationRule"), "spec: {host: '*.example.com'}", []),
    "certificates of a gateway": (
        (NETWORKING, "Gateway"),
        "spec: {servers: [{tls: {credentialName: cert}}, {tls: {credentialNames: [a, b]}}, {port: {number: 80}}]}",
        [
            "spec.servers[0].tls.credentialName: Secret shop/cert",
            "spec.servers[1].tls.credentialNames[0]: Secret shop/a",
            "spec.servers[1].tls.credentialNames[1]: Secret shop/b",
        ],
    ),
    "an account of a machine": (
        (NETWORKING, "WorkloadEntry"),
        "spec: {serviceAccount: vm}",
        ["spec.serviceAccount: ServiceAccount shop/vm"],
    ),
    "what a policy is attached to": (
        (SECURITY, "AuthorizationPolicy"),
        "spec: {targetRefs: [{kind: Gateway, name: way}, {kind: Service, group: '', name: a}]}",
        ["spec.targetRefs[0]: Gateway shop/way", "spec.targetRefs[1]: Service shop/a"],
    ),
    "a filter and its pull secret": (
        ("extensions.istio.io", "WasmPlugin"),
        "spec: {targetRef: {kind: Gateway, name: way}, imagePullSecret: pull}",
        ["spec.targetRef: Gateway shop/way", "spec.imagePullSecret: Secret shop/pull"],
    ),
    "parents and backends": (
        (GATEWAY_API, "HTTPRoute"),
        """
        spec:
          parentRefs: [{name: public, namespace: edge, sectionName: https}, {kind: Service, group: "", name: reviews}]
          rules:
            - filters: [{requestMirror: {backendRef: {name: shadow, port: 80}}}]
              backendRefs: [{name: reviews, port: 8080, weight: 1}]
        """,
        [
            "spec.parentRefs[0]: Gateway edge/public https",
            "spec.parentRefs[1]: Service shop/reviews",
            "spec.rules[0].backendRefs[0]: Service shop/reviews 8080",
            "spec.rules[0].filters[0].requestMirror.backendRef: Service shop/shadow 80",
        ],
    ),
    "a class and certificates": (
        (GATEWAY_API, "Gateway"),
        """
        spec:
          gatewayClassName: istio
          listeners: [{tls: {certificateRefs: [{name: cert}, {name: b, namespace: certs}]}}]
        """,
        [
            "spec.gatewayClassName: GatewayClass istio",
            "spec.listeners[0].tls.certificateRefs[0]: Secret shop/cert",
            "spec.listeners[0].tls.certificateRefs[1]: Secret certs/b",
        ],
    ),
    "authorities of a backend": (
        (GATEWAY_API, "BackendTLSPolicy"),
        """
        spec:
          targetRefs: [{group: "", kind: Service, name: a}]
          validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}
        """,
        ["spec.targetRefs[0]: Service shop/a", "spec.validation.caCertificateRefs[0]: ConfigMap shop/ca"],
    ),
    "project, cluster and repository": (
        ("argoproj.io", "Application"),
        "spec: {project: team, destination: {server: https://a}, source: {repoURL: https://git/x}}",
        [
            "spec.project: AppProject shop/team",
            "spec.destination.server: cluster https://a",
            "spec.source.repoURL: repository https://git/x",
        ],
    ),
    "a template's braces are no names": (
        ("argoproj.io", "ApplicationSet"),
        """
        spec:
          template:
            spec: {project: "{{team}}", destination: {name: in-cluster}, sources: [{repoURL: "https://{{x}}"}]}
        """,
        ["spec.template.spec.destination.name: cluster in-cluster"],
    ),
    "credentials of a scrape": (
        ("monitoring.coreos.com", "ServiceMonitor"),
        """
        spec:
          endpoints:
            - {basicAuth: {password: {name: web, key: pw}}, tlsConfig: {ca: {configMap: {name: ca, key: crt}}}}
        """,
        [
            "spec.endpoints[0].basicAuth.password: Secret shop/web pw",
            "spec.endpoints[0].tlsConfig.ca.configMap: ConfigMap shop/ca crt",
        ],
    ),
    "what pods need": (
        ("apps", "Deployment"),
        """
        spec:
          template:
            spec:
              serviceAccountName: shop
              imagePullSecrets: [{name: pull}]
              volumes:
                - {name: a, configMap: {name: settings}}
                - {name: b, secret: {secretName: keys}}
                - {name: c, secret: {secretName: extra, optional: true}}
                - {name: d, persistentVolumeClaim: {claimName: data}}
              containers:
                - envFrom: [{configMapRef: {name: env}}]
                  env: [{name: T, valueFrom: {secretKeyRef: {name: token, key: t}}}]
        """,
        [
            "spec.template.spec.serviceAccountName: ServiceAccount shop/shop",
            "spec.template.spec.imagePullSecrets[0]: Secret shop/pull",
            "spec.template.spec.volumes[3].persistentVolumeClaim.claimName: PersistentVolumeClaim shop/data",
            "spec.template.spec.volumes[0].configMap: ConfigMap shop/settings",
            "spec.template.spec.volumes[1].secret: Secret shop/keys",
            "spec.template.spec.containers[0].envFrom[0].configMapRef: ConfigMap shop/env",
            "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef: Secret shop/token t",
        ],
    ),
    "a binding": (
        ("rbac.authorization.k8s.io", "RoleBinding"),
        "{roleRef: {kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: a, namespace: b}]}",
        ["roleRef: ClusterRole shop/view", "subjects[0]: ServiceAccount b/a"],
    ),
    "what is no document of the kind names nothing": (
        (NETWORKING, "VirtualService"),
        "spec: {http: {route: 5}, gateways: [1, null, {}], tls: [null, [], {route: [{destination: x}]}]}",
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_references(name):
    key, text, expected = TABLE[name]
    document = {"metadata": {"name": "it", "namespace": "shop"}, **yaml.safe_load(text)}
    assert [told(reference) for reference in KINDS[key].references(document)] == expected


def told(reference):
    where = f"{reference.namespace}/{reference.name}" if reference.namespace else reference.name
    return f"{reference.field}: {reference.kind[1]} {where} {reference.part}".rstrip()


def test_every_kind_of_the_mesh_that_can_name_others_has_references():
    """Kinds whose fields hold no names of other objects; a new kind is put here, or says what it refers to."""
    apis = ("istio.io", "gateway.networking.k8s.io", "argoproj.io")
    without = {kind for (group, kind), entry in KINDS.items() if group.endswith(apis) and entry.references is None}
    nameless = "AppProject GatewayClass ListenerSet PeerAuthentication ProxyConfig ReferenceGrant ServiceEntry Sidecar"
    assert without == set(nameless.split())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("reviews.shop.svc.cluster.local", ("shop", "reviews")),
        ("reviews.shop.svc", ("shop", "reviews")),
        ("reviews.shop", None),
        ("api.example.com", None),
    ],
)
def test_the_service_of_a_host(host, expected):
    assert service_of(host) == expected
