#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_revision_tag
short_description: Manage a revision tag of Istio
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - A revision tag is a name for a revision of Istio's control plane. Namespaces and pods select the tag by the label
    C(istio.io/rev), and the tag decides which control plane injects their next pods.
  - The tag is two objects of its own, the C(MutatingWebhookConfiguration) C(istio-revision-tag-NAME) and the Service
    C(istiod-revision-tag-NAME), as Istio's chart has them. They are no part of a Helm release or an Application, so a tag
    moves from one revision to another without touching either.
  - Address and CA come from the injector of the revision. A move is one write of the webhooks, and at no moment does a
    namespace have no injector.
  - With O(name=default) the tag also injects pods that select no revision (C(istio-injection=enabled)), the injector of the
    revision V(default) is switched off as C(istioctl tag set default) does it, and C(istiod-default-validator) follows unless
    a Helm release or an Application keeps it. Where an Application has that injector, it would switch it on again, so the tag is
    refused.
  - With O(delivery=git) the two objects are files in a Git repository, without the CA, which istiod writes. The task ends when
    Argo CD has synced them and the tag injects. What O(name=default) changes beside them is written live.
notes:
  - It needs the verbs get, list, create, patch and delete on mutatingwebhookconfigurations, and on services in O(namespace),
    the verb list on endpointslices there, and the verbs list on namespaces and pods for a removal.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.commits
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.mesh_versions
  - module: meshops.lifecycle.workload_restart
options:
  name:
    description: Name of the tag.
    type: str
    required: true
  revision:
    description:
      - Revision that it points to, V(default) for the one without a name. Its istiod has to be ready.
      - Without it, a tag that exists stays where it points, and O(take_over) makes it an object of its own.
    type: str
  namespace:
    description: Namespace of the control planes.
    type: str
    default: istio-system
  state:
    description: Whether the tag exists.
    type: str
    choices: [present, absent]
    default: present
  take_over:
    description:
      - Take the tag over from the Helm release or the Application that it is a part of. The objects stay. Without it, such a
        tag is an error.
      - Helm leaves it alone from then on. An Application that has the tag in C(valuesObject.revisionTags) loses it there;
        one that has it from files in Git is an error when it syncs by itself.
    type: bool
    default: false
  in_use:
    description: What happens when a tag is to be removed that namespaces, pods or Gateways select.
    type: str
    choices: [refuse, warn]
    default: refuse
  argocd_namespace:
    description: Namespace of the Applications that O(take_over) takes the tag from.
    type: str
    default: argocd
  force_conflicts:
    description: Take fields over that a person has changed.
    type: bool
    default: false
  field_manager:
    description: Name under which the fields are owned. It is also the value of the label C(app.kubernetes.io/managed-by).
    type: str
    default: meshops.lifecycle
  wait_timeout:
    description: How long to wait for istiod of the revision, and for an Application, in seconds.
    type: int
    default: 60
"""

EXAMPLES = r"""
---
- name: Pods of namespaces with istio.io/rev=prod get the proxy of revision 1-31
  meshops.lifecycle.istio_revision_tag:
    name: prod
    revision: 1-31

- name: Take the tag over from the release that it was installed with, without moving it
  meshops.lifecycle.istio_revision_tag:
    name: prod
    take_over: true

- name: Move the tag by a commit, and wait until Argo CD has synced it
  meshops.lifecycle.istio_revision_tag:
    name: prod
    revision: 1-31
    delivery: git
    git:
      repository: https://git.example.com/platform/mesh.git
      path: clusters/staging/istio
      application: istio
      password: "{{ vault_git_token }}"

- name: Remove it; refused while something selects it
  meshops.lifecycle.istio_revision_tag:
    name: prod
    state: absent
"""

RETURN = r"""
---
resources:
  description: The objects that were written or looked at, each with C(kind), C(namespace), C(name) and C(action).
  returned: always
  type: list
  elements: dict
revision:
  description: The revision that the tag points to.
  returned: success, when the tag is present
  type: str
  sample: 1-31
commit:
  description: The commit that has the tag.
  returned: with O(delivery=git)
  type: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.settings import PASSWORD
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_revision_tag import ARGUMENTS

ENTRY = Entry("istio_revision_tag", ARGUMENTS, run, secrets=(PASSWORD,), roles=Roles(addresses=("git.repository",)))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
