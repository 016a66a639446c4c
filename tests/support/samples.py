# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document of each kind that has facts of its own, and random changes of it."""

from __future__ import annotations


def document(api, kind, **body):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "taken", "labels": {"a": "b", "c": "d"}}, **body}


def split(*weights):
    return [{"destination": {"host": "a", "subset": f"v{n}"}, "weight": weight} for n, weight in enumerate(weights)]


HTTP = [{"name": "first", "match": [{"uri": {"prefix": "/a"}}], "route": split(30, 70), "timeout": "3s"}]
HTTP += [{"name": "last", "route": split(100), "retries": {"attempts": 2, "retryOn": "5xx"}}]
HELM = {"parameters": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}], "values": "c: 3\n"}
SOURCE = {"repoURL": "https://git.example.com/a", "path": ".", "targetRevision": "main", "helm": HELM}
SERVER = "https://kubernetes.default.svc"
PLACE = {"project": "default", "destination": {"server": SERVER, "namespace": "a"}}
POLICY = {"automated": {"prune": True, "selfHeal": True}, "syncOptions": ["A=b", "C=d"]}
ROLES = [{"name": "ci", "policies": ["p, proj:taken:ci, applications, sync, taken/*, allow"], "groups": ["g"]}]
CONTAINER = {"name": "c", "image": "example.com/x", "ports": [{"containerPort": 80, "name": "http"}]}
NAME = {"fieldRef": {"fieldPath": "metadata.name"}}
CONTAINER["env"] = [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": NAME}]
POD = {"metadata": {"labels": {"a": "b"}, "annotations": {"x": "y"}}, "spec": {"containers": [CONTAINER]}}
PORTS = [{"name": "http", "port": 80, "protocol": "TCP"}, {"name": "tls", "port": 443, "protocol": "TCP"}]
RULES = [{"from": [{"source": {"principals": ["a", "b"]}}]}, {"to": [{"operation": {"methods": ["GET"]}}]}]
SELECTOR = {"matchLabels": {"a": "b"}}
DOCUMENTS = [
    document("networking.istio.io/v1", "VirtualService", spec={"hosts": ["a", "b"], "http": HTTP, "exportTo": ["."]}),
    document("networking.istio.io/v1", "DestinationRule", spec={
        "host": "a", "subsets": [{"name": f"v{n}", "labels": {"v": str(n)}} for n in range(2)],
        "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}, "connectionPool": {"tcp": {"maxConnections": 1}}}}),
    document("security.istio.io/v1", "AuthorizationPolicy", spec={
        "selector": SELECTOR, "rules": RULES, "action": "ALLOW"}),
    document("argoproj.io/v1alpha1", "Application", spec={**PLACE, "source": SOURCE, "syncPolicy": POLICY,
        "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}]}),
    document("argoproj.io/v1alpha1", "ApplicationSet", spec={
        "generators": [{"list": {"elements": [{"n": "1"}, {"n": "2"}]}}],
        "template": {"metadata": {"name": "x", "annotations": {"e": ""}}, "spec": {**PLACE, "source": SOURCE}}}),
    document("argoproj.io/v1alpha1", "AppProject", spec={"description": "a", "sourceRepos": ["*"], "roles": ROLES,
        "destinations": [{"server": SERVER, "namespace": "a"}, {"server": SERVER, "namespace": "b"}]}),
    document("monitoring.coreos.com/v1", "ServiceMonitor", spec={"selector": SELECTOR, "endpoints": [
        {"port": "http", "interval": "30s"}, {"port": "other", "path": "/m"}]}),
    document("apps/v1", "Deployment", spec={
        "replicas": 0, "selector": SELECTOR, "template": POD, "minReadySeconds": 3}),
    document("v1", "Service", spec={"selector": {"a": "b"}, "ports": PORTS, "clusterIP": "None"}),
    document("v1", "ConfigMap", data={"a": "1", "b": "2", "c": "3"}),
    document("networking.istio.io/v1", "Gateway", spec={"selector": {"istio": "ingress"}, "servers": [
        {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": ["a.example.com", "b.example.com"],
         "tls": {"mode": "SIMPLE", "credentialName": "cert", "minProtocolVersion": "TLSV1_2"}}]}),
    document("networking.istio.io/v1", "ServiceEntry", spec={
        "hosts": ["a.example.com", "b.example.com"], "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}],
        "resolution": "DNS", "location": "MESH_EXTERNAL", "endpoints": [{"address": "a", "labels": {"v": "1"}}]}),
    document("security.istio.io/v1", "RequestAuthentication", spec={"selector": SELECTOR, "jwtRules": [
        {"issuer": "https://a", "audiences": ["b", "c"], "fromHeaders": [{"name": "x", "prefix": "p"}]}]}),
    document("security.istio.io/v1", "PeerAuthentication", spec={
        "selector": SELECTOR, "mtls": {"mode": "STRICT"}, "portLevelMtls": {"80": {"mode": "DISABLE"}}}),
    document("telemetry.istio.io/v1", "Telemetry", spec={"tracing": [{"randomSamplingPercentage": 5.5, "customTags": {
        "a": {"literal": {"value": "1"}}}}], "accessLogging": [{"providers": [{"name": "envoy"}]}]}),
    document("monitoring.coreos.com/v1", "PrometheusRule", spec={"groups": [{"name": "g", "interval": "30s", "rules": [
        {"alert": "A", "expr": "up == 0", "for": "5m", "labels": {"severity": "page"}, "annotations": {"s": "t"}},
        {"record": "b:c", "expr": "sum(up)"}]}]}),
    document("networking.k8s.io/v1", "NetworkPolicy", spec={"podSelector": SELECTOR, "policyTypes": ["Ingress"],
        "ingress": [{"from": [{"podSelector": SELECTOR}], "ports": [{"port": 80, "protocol": "TCP"}]}]}),
    document("rbac.authorization.k8s.io/v1", "Role", rules=[
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["a"], "verbs": ["get"]}]),
    document("v1", "Secret", stringData={"a": "1", "b": "2"}, type="Opaque"),
]  # fmt: skip
# What a document may not lose.
KEPT = {
    "80", "a", "address", "alert", "apiGroups", "clusterIP", "containerPort", "containers", "credentialName",
    "destination", "destinations", "elements", "endpoints", "expr", "fieldPath", "generators", "groups", "host",
    "hosts", "http", "image", "ingress", "issuer", "jsonPointers", "jwtRules", "kind", "labels", "list", "literal",
    "match", "matchLabels", "metadata", "methods", "mode", "n", "name", "namespace", "number", "operation", "path",
    "podSelector", "policies", "policyTypes", "port", "ports", "prefix", "principals", "project", "protocol",
    "providers", "record", "repoURL", "resolution", "resources", "route", "rules", "selector", "server", "servers",
    "source", "spec", "subset", "subsets", "template", "tls", "type", "uri", "v", "v0", "v1", "value", "verbs",
    "weight",
}  # fmt: skip


def thinned(value, rng, needed=KEPT):
    """The value without some of its fields, and with other numbers; never without what it needs."""
    if isinstance(value, dict):
        kept = {key: below for key, below in value.items() if key in needed or rng.random() < 0.75}
        return {key: thinned(below, rng, needed) for key, below in kept.items()}
    if isinstance(value, list):
        kept = [item for item in value if rng.random() < 0.8] or value[:1]
        return [thinned(item, rng, needed) for item in kept]
    return value + rng.randrange(2) if isinstance(value, int) and not isinstance(value, bool) else value


# ---- Documents of a kind that has every sort of list and mapping, and of pods ----------------------------------------


IDENTITY = ("apiVersion", "kind", "metadata")
REQUIRED = ("name", "namespace", "containers", "containerPort", "tcpSocket", "port", "image", "key", "operator")


class Documents:
    """Random documents, and random changes of them; ``rng``: a random.Random."""

    def __init__(self, rng):
        self.random = rng

    def text(self):
        return self.random.choice(["", "p", "q", "r"])

    def some(self, **parts):
        """Some of the parts, each made only when it is taken."""
        return {name: make() for name, make in parts.items() if self.random.random() < 0.5}

    def spec(self):
        named, choice = self.random.sample, self.random.choice
        return self.some(
            a=lambda: self.some(x=lambda: choice([0, 1, 2]), y=self.text, deep=lambda: self.some(z=self.text)),
            filled=lambda: self.some(mode=lambda: choice(["Strict", "Loose"]), n=lambda: choice([0, 1])),
            keyed=lambda: [
                {"name": name, **self.some(flag=self.text, v=lambda: self.some(q=self.text))}
                for name in named(["k", "l", "m"], choice([0, 1, 2]))
            ],
            set=lambda: named(["s", "t", "u"], choice([0, 1, 2])),
            atomic=lambda: [self.some(p=self.text, q=lambda: choice([0, 5])) for _ in range(choice([0, 1, 2]))],
            whole=lambda: self.some(p=self.text, q=self.text),
            map=lambda: self.some(one=lambda: self.some(p=self.text, q=self.text), two=lambda: self.some(p=self.text)),
            free=lambda: self.some(a=lambda: self.some(b=self.text, c=lambda: [self.text()]), d=self.text),
        )

    def template(self):
        choice = self.random.choice
        container = self.some(
            args=lambda: [self.text()],
            env=lambda: [{"name": name, **self.some(value=self.text)} for name in choice([[], ["A"], ["A", "B"]])],
            ports=lambda: [{"containerPort": port} for port in choice([[80], [80, 81]])],
            resources=lambda: self.some(limits=lambda: self.some(cpu=lambda: choice(["1", "100m", "1000m"]))),
            securityContext=lambda: self.some(privileged=lambda: choice([True, False])),
            readinessProbe=lambda: {"tcpSocket": {"port": 80}, **self.some(periodSeconds=lambda: 5)},
        )
        spec = self.some(
            volumes=lambda: [{"name": "v", "emptyDir": self.some(medium=lambda: "Memory")}],
            nodeSelector=lambda: self.some(a=self.text, b=self.text),
            tolerations=lambda: [{"key": "k", "operator": "Exists", **self.some(effect=lambda: "NoExecute")}],
            securityContext=lambda: self.some(runAsUser=lambda: 1),
            hostNetwork=lambda: False,
        )
        return {"metadata": self.metadata(), "spec": {**spec, "containers": [{"name": "c", "image": "x", **container}]}}

    def metadata(self):
        return self.some(
            labels=lambda: self.some(a=self.text, b=self.text),
            annotations=lambda: self.some(c=self.text, d=self.text),
        )

    def changed(self, value):
        """The value with parts taken away, emptied or kept."""
        if isinstance(value, dict):
            kept = {key: item for key, item in value.items() if key in REQUIRED or self.random.random() < 0.85}
            return {key: self.changed(item) for key, item in kept.items()}
        if isinstance(value, list) and self.random.random() < 0.2 and not any("image" in str(item) for item in value):
            return []
        return [self.changed(item) for item in value] if isinstance(value, list) else value

    def thinned(self, whole):
        """What a sample states, but for its metadata, changed at random."""
        return {key: thinned(value, self.random) for key, value in whole.items() if key not in IDENTITY}
