# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The subsets of DestinationRules, with their hosts and labels."""

from __future__ import annotations

DOCUMENTATION = r"""
name: subset_hosts
short_description: List the subsets of DestinationRules with their hosts and the labels of their pods
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Lists the subsets that DestinationRules define, with the host in full and the labels that select the pods of a subset, also in
    the form that O(meshops.lifecycle.mesh_info#module:label_selectors) takes.
  - The labels select among the pods of the host's Service. A query of pods needs the selector of the Service as well.
options:
  _input:
    description: DestinationRules, live as M(meshops.lifecycle.mesh_info) returns them, or documents. Other kinds are ignored.
    type: list
    elements: dict
    required: true
  subset:
    description: Only subsets with this name.
    type: str
"""

EXAMPLES = r"""
- name: Read the DestinationRules of the shop
  meshops.lifecycle.mesh_info:
    kind: DestinationRule
    namespace: shop
  register: rules

- name: Read the pods of version 2
  meshops.lifecycle.mesh_info:
    kind: Pod
    namespace: shop
    label_selectors: "{{ ['app=reviews'] + subsets[0].label_selectors }}"
    query: "[].metadata.name"
  vars:
    subsets: "{{ rules.result | meshops.lifecycle.subset_hosts(subset='v2') }}"
"""

RETURN = r"""
_value:
  description:
    - A mapping for each subset, with C(host), in full, C(subset), C(labels), C(label_selectors), and the DestinationRule that
      defines it, C(namespace) and C(name).
  type: list
  elements: dict
  sample:
    - host: reviews.shop.svc.cluster.local
      subset: v2
      labels: {version: v2}
      label_selectors: [version=v2]
      namespace: shop
      name: reviews
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import full_host, home
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("subset_hosts")
def subset_hosts(rules, subset=None):
    """A row for each subset, in the order of the rules."""
    return [
        _row(rule, each)
        for rule in rules
        if rule["kind"] == "DestinationRule"
        for each in rule["spec"].get("subsets") or []
        if subset is None or each["name"] == subset
    ]


def _row(rule, subset):
    labels = subset.get("labels") or {}
    return {
        "host": full_host(rule["spec"]["host"], home(rule)),
        "subset": subset["name"],
        "labels": labels,
        "label_selectors": [f"{key}={value}" for key, value in sorted(labels.items())],
        "namespace": home(rule),
        "name": rule["metadata"]["name"],
    }


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"subset_hosts": subset_hosts}
