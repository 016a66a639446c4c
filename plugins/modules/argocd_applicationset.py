#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_applicationset
short_description: Manage Argo CD ApplicationSets
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Argo CD C(ApplicationSet), which makes an Application for every set of parameters
    that its generators give.
  - With O(wait=true) the whole tree is awaited. The task ends when Argo CD has generated from this very declaration,
    and when every Application is synced and healthy, with the Applications that those deploy in turn. It fails at once
    when a generator, a template or one of the Applications fails.
notes:
  - Argo CD's parameters are written in braces, as Ansible's variables are. Put C(!unsafe) before such a text, or keep
    the document in a file for O(src), which is not templated.
  - O(spec.template.spec) takes what O(meshops.lifecycle.argocd_application#module:spec) takes, so a field of the API
    that holds no text cannot hold a parameter either. O(spec.template_patch) can.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_application
  - module: meshops.lifecycle.argocd_cluster
  - name: ApplicationSet
    description: Generators and templates, by Argo CD.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
options:
  namespace:
    description:
      - Namespace of the ApplicationSet, which is that of Argo CD.
      - A namespace in the document of O(definition) or O(src) wins over this default.
    type: str
    default: argocd
  wait_health:
    description: The states of health of its Applications that end the wait.
    type: list
    elements: str
    choices: [Healthy, Suspended, Progressing, Degraded, Missing]
    default: [Healthy]
  spec:
    description: The specification of the ApplicationSet, every field of the API.
    type: dict
    suboptions:
      generators:
        description: Where the parameters come from, of which each set gives an Application.
        type: list
        elements: dict
        suboptions:
          list:
            description: A list of parameters as it stands here.
            type: dict
            suboptions:
              elements:
                description: The parameters, one mapping for each Application.
                type: list
                elements: raw
              elements_yaml:
                description: The same as YAML text, which a generator beside this one in a matrix may give.
                type: str
                aliases: [elementsYaml]
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          clusters:
            description:
              - Argo CD's clusters, those of C(argocd_cluster). Without a selector all of them, the one it runs in
                included.
            type: dict
            suboptions:
              selector:
                description: Only clusters whose Secrets have these labels.
                type: dict
                suboptions: &selector
                  match_labels:
                    description: Labels and the values they must have.
                    type: dict
                    aliases: [matchLabels]
                  match_expressions:
                    description: Conditions on labels.
                    type: list
                    elements: dict
                    aliases: [matchExpressions]
                    suboptions:
                      key:
                        description: The label.
                        type: str
                        required: true
                      operator:
                        description: How it is compared, C(In), C(NotIn), C(Exists) or C(DoesNotExist).
                        type: str
                        required: true
                      values:
                        description: Its values.
                        type: list
                        elements: str
              flat_list:
                description:
                  - Whether to generate one set of parameters with the list of all clusters, instead of one for each.
                type: bool
                aliases: [flatList]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          git:
            description: Folders or files of a Git repository.
            type: dict
            suboptions:
              repo_url:
                description: Address of the repository.
                type: str
                required: true
                aliases: [repoURL]
              revision:
                description: Branch, tag or commit.
                type: str
                required: true
              directories:
                description: The folders.
                type: list
                elements: dict
                suboptions:
                  path:
                    description: Path of the folder, or a pattern.
                    type: str
                    required: true
                  exclude:
                    description: Whether to exclude these instead.
                    type: bool
              files:
                description: Files with parameters in YAML or JSON.
                type: list
                elements: dict
                suboptions:
                  path:
                    description: Path of the file, or a pattern.
                    type: str
                    required: true
                  exclude:
                    description: Whether to exclude these instead.
                    type: bool
              path_param_prefix:
                description: What the names of the parameters about the path begin with, to tell two generators apart.
                type: str
                aliases: [pathParamPrefix]
              requeue_after_seconds:
                description: How often it looks again, in seconds.
                type: int
                aliases: [requeueAfterSeconds]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          scm_provider:
            description: The repositories of an organization.
            type: dict
            aliases: [scmProvider]
            suboptions:
              github:
                description: On GitHub.
                type: dict
                suboptions:
                  organization:
                    description: The organization.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: &secret_key
                      secret_name:
                        description: Name of the Secret, in the namespace of the ApplicationSet.
                        type: str
                        required: true
                        aliases: [secretName]
                      key:
                        description: Key in the Secret.
                        type: str
                        required: true
                  app_secret_name:
                    description: Secret with the credentials of a GitHub App, as C(repo-creds) have them.
                    type: str
                    aliases: [appSecretName]
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
                  exclude_archived_repos:
                    description: Whether to leave out archived repositories.
                    type: bool
                    aliases: [excludeArchivedRepos]
              gitlab:
                description: On GitLab.
                type: dict
                suboptions:
                  group:
                    description: The group.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
                  include_subgroups:
                    description: Whether to include projects of its subgroups.
                    type: bool
                    aliases: [includeSubgroups]
                  include_shared_projects:
                    description: Whether to include projects that are shared with the group.
                    type: bool
                    aliases: [includeSharedProjects]
                  include_archived_repos:
                    description: Whether to include archived projects.
                    type: bool
                    aliases: [includeArchivedRepos]
                  topic:
                    description: Only projects of this topic.
                    type: str
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
                  ca_ref:
                    description: Where the certificate authority of the server is.
                    type: dict
                    aliases: [caRef]
                    suboptions: &config_map_key
                      config_map_name:
                        description: Name of the ConfigMap.
                        type: str
                        required: true
                        aliases: [configMapName]
                      key:
                        description: Key in the ConfigMap.
                        type: str
                        required: true
              gitea:
                description: On Gitea.
                type: dict
                suboptions:
                  owner:
                    description: The organization or user.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                    required: true
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
                  exclude_archived_repos:
                    description: Whether to leave out archived repositories.
                    type: bool
                    aliases: [excludeArchivedRepos]
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
              bitbucket:
                description: On Bitbucket Cloud.
                type: dict
                suboptions:
                  owner:
                    description: The workspace.
                    type: str
                    required: true
                  user:
                    description: The user.
                    type: str
                    required: true
                  app_password_ref:
                    description: Where the app password is.
                    type: dict
                    required: true
                    aliases: [appPasswordRef]
                    suboptions: *secret_key
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
              bitbucket_server:
                description: On Bitbucket Data Center.
                type: dict
                aliases: [bitbucketServer]
                suboptions:
                  project:
                    description: The project.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                    required: true
                  basic_auth:
                    description: Authentication by user name and password.
                    type: dict
                    aliases: [basicAuth]
                    suboptions: &basic_auth
                      username:
                        description: The user name.
                        type: str
                        required: true
                      password_ref:
                        description: Where the password is.
                        type: dict
                        required: true
                        aliases: [passwordRef]
                        suboptions: *secret_key
                  bearer_token:
                    description: Authentication by a token.
                    type: dict
                    aliases: [bearerToken]
                    suboptions: &bearer_token
                      token_ref:
                        description: Where the token is.
                        type: dict
                        required: true
                        aliases: [tokenRef]
                        suboptions: *secret_key
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
                  ca_ref:
                    description: Where the certificate authority of the server is.
                    type: dict
                    aliases: [caRef]
                    suboptions: *config_map_key
              azure_dev_ops:
                description: On Azure DevOps.
                type: dict
                aliases: [azureDevOps]
                suboptions:
                  organization:
                    description: The organization.
                    type: str
                    required: true
                  team_project:
                    description: The project.
                    type: str
                    required: true
                    aliases: [teamProject]
                  api:
                    description: Address of the API.
                    type: str
                  access_token_ref:
                    description: Where the access token is.
                    type: dict
                    required: true
                    aliases: [accessTokenRef]
                    suboptions: *secret_key
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
              aws_code_commit:
                description: On AWS CodeCommit.
                type: dict
                aliases: [awsCodeCommit]
                suboptions:
                  role:
                    description: Role to assume.
                    type: str
                  region:
                    description: Region.
                    type: str
                  all_branches:
                    description: Whether to scan every branch, instead of the default branch only.
                    type: bool
                    aliases: [allBranches]
                  tag_filters:
                    description: Only repositories that have these tags.
                    type: list
                    elements: dict
                    aliases: [tagFilters]
                    suboptions:
                      key:
                        description: The tag.
                        type: str
                        required: true
                      value:
                        description: Its value.
                        type: str
              filters:
                description: Only repositories that fit one of these.
                type: list
                elements: dict
                suboptions:
                  repository_match:
                    description: Regular expression for the name.
                    type: str
                    aliases: [repositoryMatch]
                  paths_exist:
                    description: Paths that all have to be there.
                    type: list
                    elements: str
                    aliases: [pathsExist]
                  paths_do_not_exist:
                    description: Paths of which none may be there.
                    type: list
                    elements: str
                    aliases: [pathsDoNotExist]
                  label_match:
                    description: Regular expression for a label.
                    type: str
                    aliases: [labelMatch]
                  branch_match:
                    description: Regular expression for the branch.
                    type: str
                    aliases: [branchMatch]
              clone_protocol:
                description: The address that templates get, C(ssh) or C(https).
                type: str
                aliases: [cloneProtocol]
              requeue_after_seconds:
                description: How often it looks again, in seconds.
                type: int
                aliases: [requeueAfterSeconds]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          pull_request:
            description: The open pull requests of a repository.
            type: dict
            aliases: [pullRequest]
            suboptions:
              github:
                description: On GitHub.
                type: dict
                suboptions:
                  owner:
                    description: The organization or user.
                    type: str
                    required: true
                  repo:
                    description: The repository.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  app_secret_name:
                    description: Secret with the credentials of a GitHub App, as C(repo-creds) have them.
                    type: str
                    aliases: [appSecretName]
                  labels:
                    description: Only pull requests that have all of these labels.
                    type: list
                    elements: str
              gitlab:
                description: On GitLab.
                type: dict
                suboptions:
                  project:
                    description: The project, by its number or path.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  labels:
                    description: Only pull requests that have all of these labels.
                    type: list
                    elements: str
                  pull_request_state:
                    description: The state of the merge requests, such as C(opened).
                    type: str
                    aliases: [pullRequestState]
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
                  ca_ref:
                    description: Where the certificate authority of the server is.
                    type: dict
                    aliases: [caRef]
                    suboptions: *config_map_key
              gitea:
                description: On Gitea.
                type: dict
                suboptions:
                  owner:
                    description: The organization or user.
                    type: str
                    required: true
                  repo:
                    description: The repository.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                    required: true
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
                  labels:
                    description: Only pull requests that have all of these labels.
                    type: list
                    elements: str
              bitbucket:
                description: On Bitbucket Cloud.
                type: dict
                suboptions:
                  owner:
                    description: The workspace.
                    type: str
                    required: true
                  repo:
                    description: The repository.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  basic_auth:
                    description: Authentication by user name and password.
                    type: dict
                    aliases: [basicAuth]
                    suboptions: *basic_auth
                  bearer_token:
                    description: Authentication by a token.
                    type: dict
                    aliases: [bearerToken]
                    suboptions: *bearer_token
              bitbucket_server:
                description: On Bitbucket Data Center.
                type: dict
                aliases: [bitbucketServer]
                suboptions:
                  project:
                    description: The project.
                    type: str
                    required: true
                  repo:
                    description: The repository.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                    required: true
                  basic_auth:
                    description: Authentication by user name and password.
                    type: dict
                    aliases: [basicAuth]
                    suboptions: *basic_auth
                  bearer_token:
                    description: Authentication by a token.
                    type: dict
                    aliases: [bearerToken]
                    suboptions: *bearer_token
                  insecure:
                    description: Whether to skip the verification of the server's certificate.
                    type: bool
                  ca_ref:
                    description: Where the certificate authority of the server is.
                    type: dict
                    aliases: [caRef]
                    suboptions: *config_map_key
              azuredevops:
                description: On Azure DevOps.
                type: dict
                suboptions:
                  organization:
                    description: The organization.
                    type: str
                    required: true
                  project:
                    description: The project.
                    type: str
                    required: true
                  repo:
                    description: The repository.
                    type: str
                    required: true
                  api:
                    description: Address of the API.
                    type: str
                  token_ref:
                    description: Where the access token is.
                    type: dict
                    aliases: [tokenRef]
                    suboptions: *secret_key
                  labels:
                    description: Only pull requests that have all of these labels.
                    type: list
                    elements: str
              filters:
                description: Only pull requests that fit one of these.
                type: list
                elements: dict
                suboptions:
                  branch_match:
                    description: Regular expression for the branch.
                    type: str
                    aliases: [branchMatch]
                  target_branch_match:
                    description: Regular expression for the branch that it goes to.
                    type: str
                    aliases: [targetBranchMatch]
                  title_match:
                    description: Regular expression for the title.
                    type: str
                    aliases: [titleMatch]
              continue_on_repo_not_found_error:
                description: Whether to treat a missing repository like one without pull requests.
                type: bool
                aliases: [continueOnRepoNotFoundError]
              requeue_after_seconds:
                description: How often it looks again, in seconds.
                type: int
                aliases: [requeueAfterSeconds]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          cluster_decision_resource:
            description: The clusters that a custom resource lists.
            type: dict
            aliases: [clusterDecisionResource]
            suboptions:
              config_map_ref:
                description: ConfigMap that says of which kind the resource is.
                type: str
                required: true
                aliases: [configMapRef]
              name:
                description: Name of the resource.
                type: str
              label_selector:
                description: Or its labels.
                type: dict
                aliases: [labelSelector]
                suboptions: *selector
              requeue_after_seconds:
                description: How often it looks again, in seconds.
                type: int
                aliases: [requeueAfterSeconds]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          plugin:
            description: A program of your own, asked over HTTP.
            type: dict
            suboptions:
              config_map_ref:
                description: ConfigMap that says where it is.
                type: dict
                required: true
                aliases: [configMapRef]
                suboptions:
                  name:
                    description: Name of the ConfigMap.
                    type: str
                    required: true
              input:
                description: What it is told.
                type: dict
                suboptions:
                  parameters:
                    description: Parameters of any shape.
                    type: dict
              requeue_after_seconds:
                description: How often it looks again, in seconds.
                type: int
                aliases: [requeueAfterSeconds]
              values:
                description: Values that templates find under C(values).
                type: dict
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          matrix:
            description: Every combination of what two generators give.
            type: dict
            suboptions:
              generators:
                description: The two generators, under the API's own names. They may be nested.
                type: list
                elements: dict
                required: true
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          merge:
            description: What several generators give, merged where keys agree.
            type: dict
            suboptions:
              generators:
                description: The generators, under the API's own names. The first one gives the base.
                type: list
                elements: dict
                required: true
              merge_keys:
                description: The parameters that have to agree.
                type: list
                elements: str
                required: true
                aliases: [mergeKeys]
              template:
                description: A template for what this generator gives, merged over that of O(spec.template).
                type: dict
          selector:
            description: Only parameters that fit this, of any generator. Labels are parameters here.
            type: dict
            suboptions: *selector
      template:
        description: The Application, with its parameters in braces.
        type: dict
        suboptions:
          metadata:
            description: Name and labels of the Application.
            type: dict
            required: true
            suboptions:
              name:
                description: Name of the Application.
                type: str
              namespace:
                description: Namespace of the Application, that of Argo CD without it.
                type: str
              labels:
                description: Labels.
                type: dict
              annotations:
                description: Annotations.
                type: dict
              finalizers:
                description: Finalizers.
                type: list
                elements: str
          spec:
            description: The specification, with the options of O(meshops.lifecycle.argocd_application#module:spec).
            type: dict
            required: true
      template_patch:
        description:
          - YAML text that is rendered and merged over the rendered template. Here loops and conditions can add whole
            fields.
        type: str
        aliases: [templatePatch]
      go_template:
        description: Whether templates are Go templates, instead of the older form with only C({{name}}).
        type: bool
        aliases: [goTemplate]
      go_template_options:
        description: Options of that language. V(missingkey=error) makes a parameter that is missing an error.
        type: list
        elements: str
        aliases: [goTemplateOptions]
      strategy:
        description: In which order Applications are synced.
        type: dict
        suboptions:
          type:
            description: V(RollingSync) turns progressive syncs on, which Argo CD has to allow.
            type: str
          rolling_sync:
            description: The steps, one after the other. Each is over when its Applications are healthy.
            type: dict
            aliases: [rollingSync]
            suboptions:
              steps:
                description: The steps.
                type: list
                elements: dict
                suboptions:
                  match_expressions:
                    description: Which Applications are in this step, by their labels.
                    type: list
                    elements: dict
                    aliases: [matchExpressions]
                    suboptions:
                      key:
                        description: The label.
                        type: str
                      operator:
                        description: C(In) or C(NotIn).
                        type: str
                      values:
                        description: Its values.
                        type: list
                        elements: str
                  max_update:
                    description: How many at once, as a number or a percentage.
                    type: raw
                    aliases: [maxUpdate]
          deletion_order:
            description: V(Reverse) deletes Applications in the reverse order.
            type: str
            aliases: [deletionOrder]
      sync_policy:
        description: What happens to the Applications.
        type: dict
        aliases: [syncPolicy]
        suboptions:
          applications_sync:
            description: What the controller may do to them. Everything without it.
            type: str
            choices: [create-only, create-update, create-delete, sync]
            aliases: [applicationsSync]
          preserve_resources_on_deletion:
            description: Whether to keep the deployed resources when the ApplicationSet is deleted.
            type: bool
            aliases: [preserveResourcesOnDeletion]
      preserved_fields:
        description: What of the Applications others may set.
        type: dict
        aliases: [preservedFields]
        suboptions:
          annotations:
            description: Annotations.
            type: list
            elements: str
          labels:
            description: Labels.
            type: list
            elements: str
      ignore_application_differences:
        description: Fields of the Applications that others may change.
        type: list
        elements: dict
        aliases: [ignoreApplicationDifferences]
        suboptions:
          name:
            description: Only in the Application of this name.
            type: str
          json_pointers:
            description: The fields as JSON pointers.
            type: list
            elements: str
            aliases: [jsonPointers]
          jq_path_expressions:
            description: The fields as jq expressions.
            type: list
            elements: str
            aliases: [jqPathExpressions]
      apply_nested_selectors:
        description: Whether to apply selectors of nested generators. Current versions of Argo CD always do.
        type: bool
        aliases: [applyNestedSelectors]
"""

EXAMPLES = r"""
---
- name: The shop on every production cluster
  meshops.lifecycle.argocd_applicationset:
    name: shop
    spec:
      go_template: true
      go_template_options: [missingkey=error]
      generators:
        - clusters:
            selector:
              match_labels: {stage: prod}
      template:
        metadata:
          name: !unsafe "shop-{{ .name }}"
        spec:
          project: default
          source:
            repoURL: https://git.example.com/shop.git
            path: deploy
            targetRevision: main
          destination:
            server: !unsafe "{{ .server }}"
            namespace: shop
          syncPolicy:
            automated: {prune: true, selfHeal: true}
    wait: true
    wait_timeout: 600

- name: One Application for each folder, on each cluster
  meshops.lifecycle.argocd_applicationset:
    name: addons
    spec:
      go_template: true
      generators:
        - matrix:
            generators:
              - git:
                  repoURL: https://git.example.com/addons.git
                  revision: main
                  directories: [{path: "*"}]
              - clusters: {}
      template:
        metadata:
          name: !unsafe "{{ .path.basename }}-{{ .name }}"
        spec:
          project: default
          source:
            repoURL: https://git.example.com/addons.git
            path: !unsafe "{{ .path.path }}"
            targetRevision: main
          destination:
            server: !unsafe "{{ .server }}"
            namespace: !unsafe "{{ .path.basename }}"

- name: As the documentation of Argo CD prints it, from a file
  meshops.lifecycle.argocd_applicationset:
    src: files/guestbook-applicationset.yaml

- name: Remove it, and leave what was deployed
  meshops.lifecycle.argocd_applicationset:
    name: addons
    state: absent
    wait: true
"""

RETURN = r"""
---
changed:
  description: Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The ApplicationSet as the cluster has it at the end. Empty when it is absent.
  returned: success
  type: dict
resources:
  description: The action for each object.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the object.
      type: str
      returned: always
    namespace:
      description: The namespace of the object.
      type: str
      returned: always
    name:
      description: The name of the object.
      type: str
      returned: always
    action:
      description: The action, one of V(created), V(changed), V(deleted) and V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - {kind: ApplicationSet, namespace: argocd, name: shop, action: created}
diff:
  description: What changes, before and after, without server-managed fields and with secrets masked.
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

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.generated import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.applicationset import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_applicationset import (
    with_application_options,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_applicationset import ARGUMENTS

ENTRY = Entry("argocd_applicationset", ARGUMENTS, with_application_options(manage(KIND, CONVERSATION)))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
