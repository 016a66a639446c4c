# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers under which name and address: Services and EndpointSlices, as pods' /etc/hosts and as relay targets."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pod import Pod


@dataclass(frozen=True)
class Relay:
    """A loopback port of the lab that leads to a port of a ready pod with one of these sets of labels."""

    labels: tuple[dict[str, str], ...]
    port: int
    local: bool = False  # as `kubectl port-forward`: from the pod's own localhost, which istiod trusts


GATEWAY = ({"istio": "ingressgateway"}, {"istio": "ingress"})
RELAYS = {
    "gateway": Relay(GATEWAY, 80),
    "gateway-https": Relay(GATEWAY, 443),
    "gateway-status": Relay(GATEWAY, 15021),
    "istiod-debug": Relay(({"app": "istiod"},), 8080, local=True),
    "istiod-monitoring": Relay(({"app": "istiod"},), 15014, local=True),
    "prometheus": Relay(({"app.kubernetes.io/name": "prometheus"},), 9090),
    "argocd": Relay(({"app.kubernetes.io/name": "argocd-server"},), 8080),
}


class Directory:
    """Kept current by the agent's watches; read by many threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.services: dict[tuple[str, str], str] = {}  # (namespace, name) → cluster address
        self.balancers: dict[tuple[str, str], str] = {}  # Services of type LoadBalancer → the address they have
        self.slices: dict[tuple[str, str], tuple[tuple[str, str], list[str]]] = {}  # slice → service, ready addresses

    def service(self, event: str, obj: dict) -> None:
        key = (obj["metadata"]["namespace"], obj["metadata"]["name"])
        with self.lock:
            if event == "DELETED" or obj["spec"].get("type") == "ExternalName":
                self.services.pop(key, None)
            else:
                self.services[key] = obj["spec"].get("clusterIP", "None")
            self.balancers.pop(key, None)
            if event != "DELETED" and obj["spec"].get("type") == "LoadBalancer":
                ingress = obj.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
                self.balancers[key] = ingress[0].get("ip", "")

    def endpoint_slice(self, event: str, obj: dict) -> None:
        meta = obj["metadata"]
        key, service = (meta["namespace"], meta["name"]), meta.get("labels", {}).get("kubernetes.io/service-name")
        with self.lock:
            if event == "DELETED" or not service:
                self.slices.pop(key, None)
            else:
                ready = [
                    address
                    for endpoint in obj.get("endpoints") or []
                    if endpoint.get("conditions", {}).get("ready", True)
                    for address in endpoint["addresses"]
                ]
                self.slices[key] = ((meta["namespace"], service), ready)

    def real_endpoints(self, subnet: str) -> dict[tuple[str, str], list[str]]:
        """Ready addresses of each Service that belong to pods that really run. The lock is held."""
        real: dict[tuple[str, str], list[str]] = {}
        for service, addresses in self.slices.values():
            real.setdefault(service, []).extend(a for a in addresses if a.startswith(subnet))
        return {service: sorted(addresses) for service, addresses in real.items() if addresses}

    def balancer_changes(self, subnet: str) -> list[tuple[str, str, str]]:
        """(namespace, name, address) of LoadBalancers whose address is not that of a ready pod."""
        with self.lock:
            real = self.real_endpoints(subnet)
            return [
                (*key, real[key][0])
                for key, address in self.balancers.items()
                if key in real and address not in real[key]
            ]

    def hosts(self, pod: Pod, through_proxy: bool) -> str:
        """The text of an /etc/hosts. Without a kube-proxy a name leads to one ready endpoint that really runs."""
        own, subnet = pod.meta["namespace"], pod.agent.lab.subnet + "."
        lines = ["127.0.0.1 localhost", f"{pod.address} {pod.meta['name']}"]
        with self.lock:
            real = self.real_endpoints(subnet)
            for (namespace, name), cluster in sorted(self.services.items()):
                endpoints = real.get((namespace, name), [])
                address = endpoints[0] if endpoints and not (through_proxy and cluster != "None") else cluster
                if address in ("None", ""):
                    continue
                names = [f"{name}.{namespace}.svc.cluster.local", f"{name}.{namespace}.svc", f"{name}.{namespace}"]
                lines.append(" ".join([address, *names, *([name] if namespace == own else [])]))
        return "\n".join(lines) + "\n"
