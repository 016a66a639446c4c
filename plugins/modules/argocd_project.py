#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_project
short_description: Manage Argo CD projects
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Argo CD C(AppProject), which says what its Applications may deploy, from which
    repositories and to which clusters and namespaces, who may do what with them, and when they are synced.
  - Uses the Kubernetes API only.
notes:
  - A project allows only what it lists. One without O(spec.source_repos) or O(spec.destinations) allows nothing, and
    one without O(spec.cluster_resource_whitelist) no resource outside of namespaces.
  - Argo CD makes the project V(default) itself, and it allows everything. It can be narrowed here and not be removed.
  - A project that Applications still belong to is not removed, because Argo CD would not be able to delete what they
    deployed.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_application
  - name: Project specification
    description: Argo CD's annotated example of every field.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/project-specification/
options:
  namespace:
    description:
      - Namespace of the project, which is that of Argo CD.
      - A namespace in the document of O(definition) or O(src) wins over this default.
    type: str
    default: argocd
  spec:
    description: The specification of the project, every field of the API.
    type: dict
    suboptions:
      description:
        description: What the project is for, in at most 255 characters.
        type: str
      source_repos:
        description:
          - Repositories that Applications may deploy from. V(*) matches any text, and an entry that begins with V(!)
            forbids what it matches.
        type: list
        elements: str
        aliases: [sourceRepos]
      source_namespaces:
        description: Namespaces other than Argo CD's own in which Applications of this project may lie.
        type: list
        elements: str
        aliases: [sourceNamespaces]
      destinations:
        description: Clusters and namespaces that Applications may deploy to.
        type: list
        elements: dict
        suboptions:
          server:
            description: URL of the cluster's API server. V(*) matches any text, V(!) before it forbids.
            type: str
          name:
            description: Name of the cluster in Argo CD, instead of its URL.
            type: str
          namespace:
            description: The namespace. V(*) matches any text, V(!) before it forbids.
            type: str
      destination_service_accounts:
        description:
          - Service accounts that Argo CD acts as when it syncs, by destination. The first that matches is taken. It
            works where impersonation is turned on in Argo CD.
        type: list
        elements: dict
        aliases: [destinationServiceAccounts]
        suboptions:
          server:
            description: URL of the cluster's API server, or a pattern of it.
            type: str
            required: true
          namespace:
            description: The namespace that is deployed to, or a pattern of it.
            type: str
          default_service_account:
            description: The service account, as V(name) or V(namespace:name).
            type: str
            required: true
            aliases: [defaultServiceAccount]
      cluster_resource_whitelist:
        description: Kinds outside of namespaces that may be deployed. None may without it.
        type: list
        elements: dict
        aliases: [clusterResourceWhitelist]
        suboptions: &cluster_resource
          group:
            description: API group, V("") for the core group, or a pattern of it.
            type: str
            required: true
          kind:
            description: The kind, or a pattern of it.
            type: str
            required: true
          name:
            description: Name of the resource, or a pattern of it. All names without it.
            type: str
      cluster_resource_blacklist:
        description: Kinds outside of namespaces that must not be deployed, also when the other list has them.
        type: list
        elements: dict
        aliases: [clusterResourceBlacklist]
        suboptions: *cluster_resource
      namespace_resource_whitelist:
        description: Kinds inside of namespaces that may be deployed. All may without it.
        type: list
        elements: dict
        aliases: [namespaceResourceWhitelist]
        suboptions: &namespace_resource
          group:
            description: API group, V("") for the core group, or a pattern of it.
            type: str
            required: true
          kind:
            description: The kind, or a pattern of it.
            type: str
            required: true
      namespace_resource_blacklist:
        description: Kinds inside of namespaces that must not be deployed, also when the other list has them.
        type: list
        elements: dict
        aliases: [namespaceResourceBlacklist]
        suboptions: *namespace_resource
      orphaned_resources:
        description:
          - Watch for resources in the destinations' namespaces that belong to no Application. An empty mapping, V({}),
            turns it on.
        type: dict
        aliases: [orphanedResources]
        suboptions:
          warn:
            description: Whether to add a warning to the affected Applications.
            type: bool
          ignore:
            description: Resources that are meant to be there.
            type: list
            elements: dict
            suboptions:
              group:
                description: API group, or a pattern of it.
                type: str
              kind:
                description: The kind, or a pattern of it.
                type: str
              name:
                description: The name, or a pattern of it.
                type: str
      roles:
        description: Roles with rights on the project's Applications, for groups of people and for tokens.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the role.
            type: str
            required: true
          description:
            description: What the role is for.
            type: str
          policies:
            description:
              - What the role may do, each as V(p, proj:PROJECT:ROLE, applications, ACTION, PROJECT/APPLICATION, allow).
            type: list
            elements: str
          groups:
            description: Groups of the identity provider that have the role.
            type: list
            elements: str
          jwt_tokens:
            description:
              - Tokens that were issued for the role. Argo CD's API server writes them.
              - Left out, tokens stay as they are. V([]) takes them away.
            type: list
            elements: dict
            aliases: [jwtTokens]
            suboptions:
              iat:
                description: When the token was issued, in seconds since 1970.
                type: int
                required: true
              exp:
                description: When it expires, in seconds since 1970.
                type: int
              id:
                description: The token's own name.
                type: str
      sync_windows:
        description: Times in which Applications are synced, or are not.
        type: list
        elements: dict
        aliases: [syncWindows]
        suboptions:
          kind:
            description: V(allow) opens the window, V(deny) closes it. Deny wins where both apply.
            type: str
          schedule:
            description: When the window begins, as five fields of cron.
            type: str
          duration:
            description: How long it lasts, such as V(1h30m).
            type: str
          time_zone:
            description: The time zone of the schedule, such as V(Europe/Berlin). It is UTC otherwise.
            type: str
            aliases: [timeZone]
          applications:
            description: Applications it is for, as names or patterns.
            type: list
            elements: str
          namespaces:
            description: Namespaces it is for, as names or patterns.
            type: list
            elements: str
          clusters:
            description: Clusters it is for, as names, URLs or patterns.
            type: list
            elements: str
          manual_sync:
            description: Whether manual syncs, including those of tasks, are allowed in spite of the window.
            type: bool
            aliases: [manualSync]
          and_operator:
            description:
              - Whether the window applies only if applications, namespaces and clusters all match. Otherwise one match
                is enough.
            type: bool
            aliases: [andOperator]
          sync_overrun:
            description: Whether a running sync may continue when the window closes.
            type: bool
            aliases: [syncOverrun]
          description:
            description: What the window is for.
            type: str
      signature_keys:
        description: GnuPG keys, one of which must have signed the commit that is synced.
        type: list
        elements: dict
        aliases: [signatureKeys]
        suboptions:
          key_id:
            description: The key's ID in hexadecimal.
            type: str
            required: true
            aliases: [keyID]
      source_integrity:
        description: Which signatures are asked for, by repository. It succeeds O(spec.signature_keys).
        type: dict
        aliases: [sourceIntegrity]
        suboptions:
          git:
            description: For Git repositories.
            type: dict
            required: true
            suboptions:
              policies:
                description: One entry for each group of repositories. A repository that none matches is not checked.
                type: list
                required: true
                elements: dict
                suboptions:
                  repos:
                    description: The repositories it is for.
                    type: list
                    elements: dict
                    required: true
                    suboptions:
                      url:
                        description: URL of the repository, or a pattern of it.
                        type: str
                        required: true
                  gpg:
                    description: How GnuPG signatures are checked.
                    type: dict
                    required: true
                    suboptions:
                      mode:
                        description:
                          - V(none) checks nothing, V(head) the commit or tag that is synced, V(strict) all commits
                            up to it.
                        type: str
                        required: true
                      keys:
                        description: The IDs of the keys that may sign.
                        type: list
                        elements: str
                        required: true
      permit_only_project_scoped_clusters:
        description: Whether to allow only clusters that are registered for this project.
        type: bool
        aliases: [permitOnlyProjectScopedClusters]
"""

EXAMPLES = r"""
---
- name: A project for the mesh, which may deploy from one repository into three namespaces
  meshops.lifecycle.argocd_project:
    name: mesh
    spec:
      description: Istio and its configuration
      source_repos:
        - https://git.example.com/mesh/config.git
        - https://istio-release.storage.googleapis.com/charts
      destinations:
        - {server: https://kubernetes.default.svc, namespace: istio-system}
        - {server: https://kubernetes.default.svc, namespace: istio-ingress}
        - {server: https://kubernetes.default.svc, namespace: shop}
      cluster_resource_whitelist:
        - {group: "*", kind: "*"}

- name: No sync on weekdays between 8 and 18, except by hand; a role for the pipeline
  meshops.lifecycle.argocd_project:
    name: shop
    spec:
      source_repos: [https://git.example.com/shop/deploy.git]
      destinations:
        - {name: in-cluster, namespace: shop}
      sync_windows:
        - kind: deny
          schedule: 0 8 * * 1-5
          duration: 10h
          time_zone: Europe/Berlin
          applications: ["*"]
          manual_sync: true
      roles:
        - name: pipeline
          policies:
            - p, proj:shop:pipeline, applications, sync, shop/*, allow
          groups: [shop-developers]
      orphaned_resources:
        warn: true

- name: Remove a project that no Application belongs to
  meshops.lifecycle.argocd_project:
    name: shop
    state: absent
"""

RETURN = r"""
---
changed:
  description: Whether the project was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The project as the cluster has it at the end. Empty when it is absent.
  returned: success
  type: dict
resources:
  description: What the task did to each object, here one entry with C(kind), C(namespace), C(name) and C(action).
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: AppProject, namespace: argocd, name: mesh, action: created}
diff:
  description: The project before and after, without what only the server writes.
  returned: in diff mode, when something changes
  type: dict
validated:
  description: Whether the API server validated the objects.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.project import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.project import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_project import ARGUMENTS

ENTRY = Entry("argocd_project", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
