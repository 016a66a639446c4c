# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of roles whose text YAML has read as something else, or that are empty where a text is needed."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.names import no_longer_text, without_text

INVENTORIES = [
    ("istio_", "istio_image_tag: 1.30", ["istio_image_tag"]),
    ("istio_", "istio_revision: 0131", ["istio_revision"]),
    ("istio_", "{istio_version: 2026-11-26, istio_profile: NO}", ["istio_profile", "istio_version"]),
    ("argocd_", "argocd_version: 3.2", ["argocd_version"]),
    ("monitoring_", "monitoring_grafana_admin_password: 0123456", ["monitoring_grafana_admin_password"]),
    ("monitoring_", "monitoring_retention: 1:30", ["monitoring_retention"]),
    ("canary_release_", "canary_release_run: 2026-11-26 10:00:00", ["canary_release_run"]),
    # What is text, a template, unset, or no text by its option; and a number of workloads that may be a share, too.
    ("istio_", "{istio_image_tag: '1.30', istio_revision: '{{ 1.30 }}', istio_profile: null}", []),
    ("istio_", "{istio_wait_timeout: 300, istio_cni_enabled: true}", []),
    ("mesh_upgrade_", "mesh_upgrade_at_once: 2", []),
    ("mesh_upgrade_", "mesh_upgrade_at_once: 0.5", ["mesh_upgrade_at_once"]),
    ("mesh_", "mesh_serial: 1", []),
]


@pytest.mark.parametrize(("prefix", "inventory", "names"), INVENTORIES, ids=[row[1] for row in INVENTORIES])
def test_what_is_no_text_any_more_is_named(prefix, inventory, names):
    variables = {"istio_other_thing": 1, "unrelated": 1.5, **yaml.safe_load(inventory)}
    assert no_longer_text(prefix, variables) == names


EMPTY = [
    ("mesh_config_", "mesh_config_set_namespace: ''", ["mesh_config_set_namespace"]),
    ("mesh_config_", "mesh_config_set_namespace:", ["mesh_config_set_namespace"]),
    ("mesh_config_", "{mesh_config_set: ' ', mesh_config_argocd_namespace: shop}", ["mesh_config_set"]),
    ("istio_", "istio_namespace: '{{ nothing }}'", ["istio_namespace"]),
    ("canary_release_", "canary_release_name: ''", ["canary_release_name"]),
    ("mesh_upgrade_", "{mesh_upgrade_revision: '', mesh_upgrade_timezone: ''}", ["mesh_upgrade_revision"]),
    ("argocd_", "{argocd_namespace: '{{ nothing }}', argocd_chart_source: 'oci://x'}", ["argocd_namespace"]),
    # What may be empty by its default or its meaning, what is no text, and a template that fails or has a value.
    ("istio_", "{istio_revision: '', istio_image_hub: null, istio_default_revision: ''}", []),
    ("istio_", "{istio_version: '', istio_argocd_project: ''}", []),
    ("monitoring_", "{monitoring_retention: '', monitoring_chart_version: ''}", []),
    ("istio_", "{istio_namespace: '{{ fails }}', istio_argocd_namespace: '{{ text }}', istio_gateways: []}", []),
    ("mesh_config_", "mesh_config_state: ''", []),  # a choice, which Ansible checks
    ("mesh_", "mesh_parts: ''", []),
]


def evaluate(template):
    return {"{{ nothing }}": "", "{{ text }}": "x"}[template]


@pytest.mark.parametrize(("prefix", "inventory", "names"), EMPTY, ids=[row[1] for row in EMPTY])
def test_what_is_empty_and_needs_a_text_is_named(prefix, inventory, names):
    answers = without_text(prefix, yaml.safe_load(inventory), evaluate)
    assert [answer.split()[0] for answer in answers] == names
    assert all("(it is empty: " in answer for answer in answers)
    assert all(("has to be given" in answer) is ("_name " in answer or "_revision " in answer) for answer in answers)
