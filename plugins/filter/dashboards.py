# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Dashboards as the ConfigMaps that Grafana's sidecar looks for."""

from __future__ import annotations

DOCUMENTATION = r"""
name: dashboards
short_description: Convert dashboards to ConfigMaps for Grafana's sidecar
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes a ConfigMap C(dashboard-NAME) with the file C(NAME.json) for each dashboard, for a set of many objects. One
    dashboard is managed by M(meshops.lifecycle.grafana_dashboard), which looks at what Grafana would not show.
positional: namespace
options:
  _input:
    description: Dashboards by name, each as JSON text or as a mapping.
    type: dict
    required: true
  namespace:
    description: Namespace of the ConfigMaps.
    type: str
    required: true
  labels:
    description: Their labels. The default is the one that the sidecar of Grafana's chart looks for.
    type: dict
    default: {grafana_dashboard: "1"}
"""

EXAMPLES = r"""
- name: Two dashboards
  meshops.lifecycle.mesh_apply:
    objects: "{{ dashboards | meshops.lifecycle.dashboards('monitoring') }}"
  vars:
    dashboards:
      shop: "{{ lookup('ansible.builtin.file', 'shop.json') }}"
      stock: "{{ lookup('ansible.builtin.file', 'stock.json') }}"
"""

RETURN = r"""
_value:
  description: Documents of the kind ConfigMap, in the order of the dashboards.
  type: list
  elements: dict
"""

import json

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("dashboards")
def dashboards(models, namespace, labels=None):
    """The ConfigMaps of the dashboards."""
    shared = {"namespace": namespace, "labels": labels or {"grafana_dashboard": "1"}}
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"dashboard-{name}", **shared},
            "data": {f"{name}.json": model if isinstance(model, str) else json.dumps(model, indent=2)},
        }
        for name, model in models.items()
    ]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"dashboards": dashboards}
