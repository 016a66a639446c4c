# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of Alertmanager, with the host and the variables of this collection's playbooks."""

from __future__ import annotations

from typing import Any

DOCUMENTATION = r"""
---
short_description: Add hosts and variables of the mesh to alerts of Alertmanager.
description:
  - For the events of ansible.eda.alertmanager. Adds C(mesh) with C(alert), C(status), C(host), C(namespace),
    C(service), C(workload) and C(severity), each a text that is empty where the alert has no such label, and puts the
    host into C(meta.hosts), to which run_job_template limits a job. With run_playbook, set C(mesh_hosts).
  - An event that is no alert stays as it is.
options:
  host_label:
    description: The label with the name of the cluster, as the inventory has it.
    default: cluster
  default_host:
    description: The host of alerts without that label.
"""

EXAMPLES = r"""
- ansible.eda.alertmanager:
    host: 127.0.0.1
    port: 5000
  filters:
    - meshops.lifecycle.mesh_alerts:
        host_label: cluster
"""

# Istio's metrics name the destination of a request, Kubernetes' own the object.
_LABELS = {
    "namespace": ("destination_service_namespace", "destination_workload_namespace", "namespace"),
    "service": ("destination_service_name", "service"),
    "workload": ("destination_workload", "deployment", "workload"),
    "severity": ("severity",),
}


def main(event: dict[str, Any], host_label: str = "cluster", default_host: str = "") -> dict[str, Any]:
    """The event with ``mesh``."""
    if "{{" in f"{host_label}{default_host}":
        raise ValueError(
            "mesh_alerts: ansible-rulebook does not template the arguments of filters. Write the value itself."
        )
    alert = event.get("alert")
    if not isinstance(alert, dict):
        return event
    labels = alert.get("labels") or {}
    host = str(labels.get(host_label) or default_host)
    mesh = {"alert": str(labels.get("alertname") or ""), "status": str(alert.get("status") or ""), "host": host}
    for name, candidates in _LABELS.items():
        mesh[name] = next((str(labels[label]) for label in candidates if labels.get(label)), "")
    event["mesh"] = mesh
    if host:
        event.setdefault("meta", {})["hosts"] = [host]
    return event
