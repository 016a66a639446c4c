# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would break, or not work as it looks, when mTLS is required. Pure: from what was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import apart
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import evidence as traffic
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.evidence import Evidence
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.snapshot import (
    Document,
    Member,
    Snapshot,
    annotations_of,
    port_number,
)

BLOCKER, WARNING = "blocker", "warning"  # a blocker breaks something under STRICT
REASON, EXPIRES = "meshops.lifecycle/reason", "meshops.lifecycle/expires"  # annotations of exceptions
_REWRITTEN = "/app-health/"  # the path of a probe that asks the agent instead of the application
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_PLAIN_TLS = ("DISABLE", "SIMPLE", "MUTUAL")
_HTTP = ("http", "http2", "https", "grpc", "grpc-web")


@dataclass(frozen=True)
class Finding:
    """``kind``: a symbol; ``namespace``: where it breaks, empty for the mesh; ``fix``: what to do."""

    kind: str
    severity: str
    namespace: str
    object: str
    message: str
    fix: str

    def row(self) -> dict[str, Any]:
        """It in a result."""
        return asdict(self)


def all_of(snapshot: Snapshot, evidence: Evidence | None, today: str) -> list[Finding]:
    """All findings. ``today``: a date such as 2026-01-31, to see which exceptions have expired."""
    sources = [_of_policies(snapshot, today), _destination_rules(snapshot), _headless(snapshot), _probes(snapshot)]
    sources += [_scrapes(snapshot), _webhooks(snapshot)]
    if evidence is not None:
        sources += [_plain_text(snapshot, evidence), _addresses(snapshot, evidence)]
    return sorted(
        {each for source in sources for each in source}, key=lambda each: (each.namespace, each.kind, each.object)
    )


# ---- Traffic ---------------------------------------------------------------------------------------------------------


def _plain_text(snapshot: Snapshot, evidence: Evidence) -> Iterator[Finding]:
    for member in snapshot.members:
        tally = evidence.of(member.namespace, member.name)
        if tally.kind != traffic.PLAIN_TEXT or _is_excepted(member):
            continue
        known = [f"{row['namespace']}/{row['workload']}" for row in tally.rows() if row["workload"] != traffic.NOBODY]
        unknown = any(row["workload"] == traffic.NOBODY for row in tally.rows()) or not known
        callers = few(known)
        if unknown:
            # Metrics do not say who has no proxy; who may it be is known by the pods.
            whom = few(snapshot.callers) or "none in this cluster, so from outside of it"
            callers = f"{callers}; " * bool(callers) + f"from callers without a proxy (pods without one: {whom})"
        count = f"{tally.plain:.0f} requests or connections" if tally.plain > 0 else f"{tally.plain_bytes:.0f} bytes"
        yield Finding(
            "plain_text",
            BLOCKER,
            member.namespace,
            member.workload.label,
            f"{count} in plain text in {evidence.seconds} s: {callers}",
            "Give the callers a sidecar, or declare an exception for the workload or port",
        )


def _is_excepted(member: Member) -> bool:
    """Whether a declared exception is for it; metrics do not say to which port a request went."""
    deciding = (member.effective.source, member.effective.source_of_ports)
    return any(policy is not None and EXPIRES in annotations_of(policy) for policy in deciding)


def _addresses(snapshot: Snapshot, evidence: Evidence) -> Iterator[Finding]:
    """Calls of pod addresses: their proxies do not know the pod, and send plain text (istio #37431)."""
    owners = {str((pod.get("status") or {}).get("podIP")): member for member in snapshot.members for pod in member.pods}
    for (source, address), count in sorted(evidence.passthrough.items()):
        host, _colon, port = address.rpartition(":")
        member = owners.get(host or port)
        if member is None or (port.isdigit() and host and not member.requires(int(port))):
            continue
        yield Finding(
            "pod_address",
            BLOCKER,
            member.namespace,
            member.workload.label,
            f"{source} calls a pod by its address {address}, and so in plain text ({count:.0f} requests)",
            "Call it by the name of a Service, or declare a DestinationRule with ISTIO_MUTUAL for a headless one",
        )


# ---- Policies --------------------------------------------------------------------------------------------------------


def _of_policies(snapshot: Snapshot, today: str) -> Iterator[Finding]:
    policies = snapshot.policies
    for policy, older in policies.shadowed():
        yield _policy(
            policy, "duplicate", f"has no effect: {mtls.name_of(older)} has the same scope and is older", "Delete one"
        )
    for policy in policies.all():
        if policies.scope_of(policy) is None:
            text = "has no effect: a selector does not count in the root namespace"
            yield _policy(policy, "root_selector", text, "Move it to the namespace of the workloads")
        expires = annotations_of(policy).get(EXPIRES, "")
        if expires and expires < today:
            why = annotations_of(policy).get(REASON, "no reason given")
            yield _policy(policy, "expired", f"is an exception that expired on {expires} ({why})", "Renew or remove it")
        yield from _wrong_ports(snapshot, policy)
    for member in snapshot.members:
        if mtls.DISABLE in member.effective.modes:
            yield Finding(
                "disabled",
                BLOCKER,
                member.namespace,
                member.workload.label,
                "does not take mTLS at all (DISABLE), so nothing can be proven before it is required",
                "Set PERMISSIVE first, and look at the traffic then",
            )


def _policy(policy: Document, kind: str, message: str, fix: str) -> Finding:
    place = f"PeerAuthentication {mtls.name_of(policy)}"
    return Finding(kind, WARNING, mtls.namespace_of(policy), place, f"{place} {message}", fix)


def _wrong_ports(snapshot: Snapshot, policy: Document) -> Iterator[Finding]:
    """Ports of a policy are those of containers, and many people write those of the Service."""
    selector, ports = mtls.selector_of(policy), mtls.ports_of(policy)
    if not ports:
        return
    if not selector:
        yield _policy(policy, "port_exception", "names ports without a selector, which has no effect", "Add a selector")
        return
    members = [
        each
        for each in snapshot.members
        if each.namespace == mtls.namespace_of(policy) and mtls.matches(selector, each.labels)
    ]
    known = {port for member in members for port in _bound(member)}
    for port in sorted(set(ports) - known) if members else []:
        meant = sorted({str(target) for member in members for target in _targets(member, port)})
        hint = f"; port {port} of the Service is container port {', '.join(meant)}" if meant else ""
        text = f"names port {port}, which no workload of it has{hint}"
        yield _policy(policy, "port_exception", text, "Name the port of the container")


def _bound(member: Member) -> set[int]:
    """Container ports that Services lead to; a rule for another port is not in a proxy."""
    return set(_targets(member)) or member.ports


def _targets(member: Member, service_port: int | None = None) -> Iterator[int]:
    """Container ports that Services lead to: with all of their ports, or with this one."""
    for service in member.services:
        for port in service["spec"].get("ports") or []:
            number = port_number(member.pods[0], port.get("targetPort") or port["port"])
            if number is not None and service_port in (None, port["port"]):
                yield number


# ---- Callers with other ideas ----------------------------------------------------------------------------------------


def _destination_rules(snapshot: Snapshot) -> Iterator[Finding]:
    for rule in snapshot.objects("rules"):
        modes = sorted(_tls_modes(rule) & set(_PLAIN_TLS))
        metadata, host = rule["metadata"], str(rule["spec"].get("host") or "")
        if not modes:
            continue
        for namespace in _namespaces_of(snapshot, host, metadata["namespace"]):
            yield Finding(
                "destination_rule",
                BLOCKER,
                namespace,
                f"DestinationRule {metadata['namespace']}/{metadata['name']}",
                f"callers send {', '.join(modes)} instead of mTLS to {host}",
                "Take tls out of it, so that mTLS is chosen automatically, or set ISTIO_MUTUAL",
            )


def _tls_modes(rule: Document) -> set[str]:
    spec = rule["spec"]
    policies = [spec.get("trafficPolicy") or {}]
    policies += [subset.get("trafficPolicy") or {} for subset in spec.get("subsets") or []]
    levels = [level for policy in policies for level in (policy, *(policy.get("portLevelSettings") or []))]
    return {str(level["tls"].get("mode") or "DISABLE") for level in levels if isinstance(level.get("tls"), dict)}


def _namespaces_of(snapshot: Snapshot, host: str, place: str) -> set[str]:
    """The namespaces with workloads behind a host of a DestinationRule; only a name without dots is completed."""
    if "*" not in host and "." not in host:
        host = f"{host}.{place}.svc.cluster.local"
    names = {
        f"{service['metadata']['name']}.{member.namespace}.svc.cluster.local": member.namespace
        for member in snapshot.members
        for service in member.services
    }
    if host.startswith("*"):
        return {namespace for name, namespace in names.items() if name.endswith(host[1:])}
    return {namespace for name, namespace in names.items() if name == host}


def _headless(snapshot: Snapshot) -> Iterator[Finding]:
    for member in snapshot.members:
        for service in member.services:
            spec, name = service["spec"], service["metadata"]["name"]
            ports = [str(port["port"]) for port in spec.get("ports") or [] if not _is_http(port)]
            if spec.get("clusterIP") == "None" and ports:
                yield Finding(
                    "headless",
                    WARNING,
                    member.namespace,
                    f"Service {member.namespace}/{name}",
                    f"is headless, and proxies send plain text to its TCP ports ({', '.join(ports)})",
                    f"Declare a DestinationRule with ISTIO_MUTUAL for {name}, or name HTTP ports so",
                )


def _is_http(port: Document) -> bool:
    protocol = str(port.get("appProtocol") or port.get("name") or "")
    return protocol.partition("-")[0] in _HTTP or protocol == "grpc-web"


# ---- Kubelet, Prometheus and the API server, which have no proxy -----------------------------------------------------


def _probes(snapshot: Snapshot) -> Iterator[Finding]:
    for member in snapshot.members:
        pod = member.pods[0]
        for container in pod["spec"].get("containers") or []:
            for name in _PROBES:
                probe = container.get(name) or {}
                asked = probe.get("httpGet") or probe.get("grpc") or {}
                port = port_number(pod, asked.get("port")) if asked.get("port") else None
                if port is None or str(asked.get("path") or "").startswith(_REWRITTEN) or not member.requires(port):
                    continue
                yield Finding(
                    "probe",
                    BLOCKER,
                    member.namespace,
                    member.workload.label,
                    f"the {name} of container {container['name']} asks port {port} itself; it was not rewritten",
                    "Take sidecar.istio.io/rewriteAppHTTPProbers: false away, or exclude the port from the proxy",
                )


def _scrapes(snapshot: Snapshot) -> Iterator[Finding]:
    for member in snapshot.members:
        pod, annotations = member.pods[0], annotations_of(member.pods[0])
        scraped: dict[int, str] = {}
        port = annotations.get("prometheus.io/port", "")
        if annotations.get("prometheus.io/scrape") == "true" and port.isdigit():
            scraped[int(port)] = "annotations prometheus.io"
        for monitor in snapshot.objects("pod_monitors"):
            if _chooses(monitor, member.namespace, member.labels):
                for endpoint in monitor["spec"].get("podMetricsEndpoints") or []:
                    _add(
                        scraped, monitor, endpoint, port_number(pod, endpoint.get("port") or endpoint.get("targetPort"))
                    )
        for monitor in snapshot.objects("service_monitors"):
            for service in member.services:
                if _chooses(monitor, member.namespace, service["metadata"].get("labels") or {}):
                    for endpoint in monitor["spec"].get("endpoints") or []:
                        _add(scraped, monitor, endpoint, _of_service(service, pod, endpoint))
        for number, by in sorted(scraped.items()):
            if member.requires(number):
                yield Finding(
                    "scrape",
                    BLOCKER,
                    member.namespace,
                    member.workload.label,
                    f"Prometheus scrapes container port {number} in plain text ({by})",
                    "Scrape the merged metrics at port 15020, or exclude the port from the proxy",
                )


def _add(scraped: dict[int, str], monitor: Document, endpoint: Document, number: int | None) -> None:
    if number is not None and endpoint.get("scheme", "http") == "http":
        metadata = monitor["metadata"]
        scraped.setdefault(number, f"{monitor.get('kind')} {metadata['namespace']}/{metadata['name']}")


def _of_service(service: Document, pod: Document, endpoint: Document) -> int | None:
    if endpoint.get("targetPort"):
        return port_number(pod, endpoint["targetPort"])
    for port in service["spec"].get("ports") or []:
        if port.get("name") == endpoint.get("port"):
            return port_number(pod, port.get("targetPort") or port["port"])
    return None


def _chooses(monitor: Document, namespace: str, labels: dict[str, str]) -> bool:
    spec = monitor["spec"]
    places = spec.get("namespaceSelector") or {}
    if not places.get("any") and namespace not in (places.get("matchNames") or [monitor["metadata"]["namespace"]]):
        return False
    return apart.selects(spec.get("selector") or {}, labels)


def _webhooks(snapshot: Snapshot) -> Iterator[Finding]:
    """The API server calls webhooks and aggregated APIs, and has no proxy."""
    for name in ("validators", "mutators"):
        for configuration in snapshot.objects(name):
            for webhook in configuration.get("webhooks") or []:
                label = f"{configuration.get('kind')} {configuration['metadata']['name']}"
                yield from _called(snapshot, label, (webhook.get("clientConfig") or {}).get("service"))
    for api in snapshot.objects("api_services"):
        yield from _called(snapshot, f"APIService {api['metadata']['name']}", api["spec"].get("service"))


def _called(snapshot: Snapshot, label: str, service: Document | None) -> Iterator[Finding]:
    if not service:
        return
    for member in snapshot.behind(service["namespace"], service["name"]):
        numbers = list(_targets(member, service.get("port") or 443)) or sorted(_bound(member))
        port = next((number for number in numbers if member.requires(number)), None)
        if port is not None:
            yield Finding(
                "webhook",
                BLOCKER,
                member.namespace,
                member.workload.label,
                f"the API server calls port {port} of it without a proxy ({label})",
                "Exclude the port from the proxy, or declare an exception for it",
            )
