#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: crd_storage_migration
short_description: Rewrite the objects of custom resource definitions in their storage version
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - The API server stores an object in the version that was the storage version when the object was last written, and keeps
    a list of these versions in C(status.storedVersions) of the definition. It refuses a definition that drops one of them,
    so a cluster that once ran an old Istio cannot install a chart that no longer has C(v1alpha3).
  - For each definition whose list has more than its storage version, the module rewrites every object without changing it,
    and then trims the list.
  - An object that somebody else writes meanwhile is rewritten by that. A run that was interrupted is repeated; the server
    does not write again what is stored in the right version already.
  - When the server refuses an object, for example because a webhook does not accept it any more, the object is named and
    the list stays as it is.
notes:
  - Rewriting an object asks the admission webhooks, and gives it a new C(resourceVersion), so controllers look at it again.
  - It needs the verbs get and list on customresourcedefinitions, patch on customresourcedefinitions/status, and list and
    patch on the objects.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.mesh_versions
options:
  names:
    description: Names of definitions, such as V(virtualservices.networking.istio.io). This or O(groups) is required.
    type: list
    elements: str
  groups:
    description:
      - API groups whose definitions are migrated, with the groups below them. V(istio.io) includes
        V(networking.istio.io).
    type: list
    elements: str
"""

EXAMPLES = r"""
---
- name: Store all of Istio's configuration in the versions of today
  meshops.lifecycle.crd_storage_migration:
    groups: [istio.io]

- name: Show what would be rewritten
  meshops.lifecycle.crd_storage_migration:
    names: [virtualservices.networking.istio.io]
  check_mode: true
  register: migration
"""

RETURN = r"""
---
resources:
  description: The definitions, each with C(kind), C(name) and C(action).
  returned: always
  type: list
  elements: dict
crds:
  description: What was done for each definition.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the definition.
      type: str
      returned: always
    storage:
      description: Its storage version.
      type: str
      returned: always
    stored_before:
      description: The versions in which objects may have been stored before.
      type: list
      elements: str
      returned: always
    objects:
      description: How many objects there are; 0 where nothing had to be done.
      type: int
      returned: always
    rewritten:
      description: How many of them the task has rewritten. Those that others wrote or deleted meanwhile are not counted.
      type: int
      returned: always
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.crd_storage_migration import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.crd_storage_migration import ARGUMENTS

ENTRY = Entry("crd_storage_migration", ARGUMENTS, run, required_one_of=[("names", "groups")])


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
