#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_application_info
short_description: Read the status of Argo CD Applications
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads Applications of Argo CD and reports for each whether it is synced and healthy, what its last operation did,
    and what is wrong with it, with the same verdict as a wait for it.
  - Uses the Kubernetes API only. M(meshops.lifecycle.mesh_info) reads the other kinds of Argo CD.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes_info
seealso:
  - module: meshops.lifecycle.argocd_application
  - module: meshops.lifecycle.argocd_sync
options:
  name:
    description: Read only the Application with this name.
    type: str
  namespace:
    description: Read only Applications of this namespace. Without it, Applications of all namespaces are read.
    type: str
  project:
    description: Read only Applications of this project.
    type: str
  label_selectors:
    description:
      - Read only Applications with these labels, each as V(key=value), V(key!=value), V(key) or V(key in (a,b)).
    type: list
    elements: str
  query:
    description:
      - A JMESPath expression over RV(applications). Its result is returned as RV(result).
    type: str
"""

EXAMPLES = r"""
---
- name: What is not in order
  meshops.lifecycle.argocd_application_info:
    query: "[?!in_order].{name: name, why: message}"

- name: The deployments that a rollback can go back to
  meshops.lifecycle.argocd_application_info:
    name: shop
    query: "[0].history"
"""

RETURN = r"""
---
changed:
  description: Always V(false).
  returned: always
  type: bool
  sample: false
applications:
  description: The Applications, in the order of the API server.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the Application.
      type: str
      returned: always
    namespace:
      description: Namespace of the Application.
      type: str
      returned: always
    project:
      description: Its project.
      type: str
      returned: always
    in_order:
      description: Whether it is Synced and Healthy, so that a wait for it would end at once.
      type: bool
      returned: always
    message:
      description: The reason why it is not ready; empty when it is ready.
      type: str
      returned: always
    sync:
      description: Sync status, such as V(Synced), V(OutOfSync) or V(Unknown).
      type: str
      returned: always
    health:
      description: Health of the deployed resources.
      type: str
      returned: always
    revisions:
      description: The revisions that were compared, one for each source.
      type: list
      elements: str
      returned: always
    operation:
      description: The phase of the last operation and what the controller said about it.
      type: dict
      returned: always
    conditions:
      description: Errors and warnings of the controller, each with C(type) and C(message).
      type: list
      elements: dict
      returned: always
    resources:
      description:
        - The resources that are not Synced or not Healthy, each with C(kind), C(namespace), C(name) and a C(message).
      type: list
      elements: dict
      returned: always
    history:
      description: Earlier deployments, each with C(id), C(revisions) and C(deployed_at), the newest last.
      type: list
      elements: dict
      returned: always
resources:
  description: The same Applications as complete objects.
  returned: success
  type: list
  elements: dict
result:
  description: The result of O(query).
  returned: when a query was given
  type: raw
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_application_info import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application_info import ARGUMENTS

ENTRY = Entry("argocd_application_info", ARGUMENTS, run)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
