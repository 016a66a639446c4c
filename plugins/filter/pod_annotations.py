# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Overlays that annotate the pods of workloads."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pod_annotations
short_description: Create overlays that annotate the pods of workloads
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes overlays for O(meshops.lifecycle.mesh_apply#module:overlays) that put annotations on the pods of workloads.
    With the hash of a configuration among them, the workloads restart when the configuration changes.
positional: annotations
options:
  _input:
    description: A list of mappings, each with C(kind) and C(name) of a workload.
    type: list
    elements: dict
    required: true
  annotations:
    description: The annotations.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Restart what reads its settings only at start
  meshops.lifecycle.mesh_apply:
    src: [shop.yaml]
    overlays: "{{ workloads | meshops.lifecycle.pod_annotations({'settings': settings | to_json | hash('sha256')}) }}"
  vars:
    workloads:
      - {kind: Deployment, name: shop}
    settings: {colour: blue}
"""

RETURN = r"""
_value:
  description: The overlays, in the order of the workloads.
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("pod_annotations")
def pod_annotations(workloads, annotations):
    """An overlay for each workload."""
    spec = {"template": {"metadata": {"annotations": annotations}}}
    return [{"kind": workload["kind"], "metadata": {"name": workload["name"]}, "spec": spec} for workload in workloads]


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"pod_annotations": pod_annotations}
