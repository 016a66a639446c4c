#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_application
short_description: Manage Argo CD Applications
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Argo CD C(Application), which names a source of manifests and the cluster and
    namespace they are deployed to.
  - Works over the Kubernetes API alone. The API server of Argo CD, its login and its command line are not needed.
  - With O(wait=true) the task ends when Argo CD has compared this very declaration, has finished its sync, and finds
    the Application Synced and Healthy.
notes:
  - Argo CD removes from an Application what means nothing to it, such as C(recurse=false), an empty C(helm), or a retry
    limit of 0. Such values are accepted here and not sent, so that they do not come and go.
  - An Application of an C(ApplicationSet) belongs to it, and its spec is put back by it. Change the template there.
  - A sync that was refused for what a manifest says (an invalid field, a webhook's verdict) ends the wait at the first
    attempt, although Argo CD goes on to try again as often as its retry policy says. Other failures are waited
    through until the last attempt.
  - Argo CD does not try a revision again by itself on which it has given up, also when the cause has since been removed.
    With O(wait=true) the task has it try again, see O(retry_failed).
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_project
  - module: meshops.lifecycle.mesh_apply
  - name: Application specification
    description: An annotated example of every field, by Argo CD.
    link: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
options:
  namespace:
    description:
      - Namespace of the Application. It is that of Argo CD, or one of those that Argo CD was told to watch. The
        namespace that things are deployed to is O(spec.destination.namespace).
      - A namespace that the document of O(definition) or O(src) states wins over this default.
    type: str
    default: argocd
  wait:
    description:
      - With O(state=present), wait until Argo CD has compared what is declared here, no operation runs, and the
        Application is Synced and in a state of O(wait_health).
      - An Application without automated sync is not synced by Argo CD. Unless it is Synced already, or an operation
        runs, the task then fails at once and says so.
      - Errors of the specification, of the comparison and of the sync end the wait with the message of Argo CD. A
        time-out names the resources that were missing.
      - A kind that is not served (its CRD is missing) ends the wait, unless another Application that is awaited in the
        same task may still bring it. So does a namespace that Argo CD does not watch.
      - With O(state=absent), wait until the Application, and with O(cascade=true) what it deployed, is gone.
    type: bool
    default: false
  wait_children:
    description:
      - With O(wait=true), wait for the Applications as well that this one deploys (app of apps), and for theirs. Argo CD's
        own health of a parent leaves them out.
    type: bool
    default: true
  wait_health:
    description:
      - The states of health that end the wait.
      - V(Suspended) is the health of a paused rollout or a suspended job, V(Progressing) that of one which is under way.
    type: list
    elements: str
    choices: [Healthy, Suspended, Progressing, Degraded, Missing]
    default: [Healthy]
  refresh:
    description:
      - Have Argo CD look at the source and at the cluster again, and wait until it has, before anything is judged.
        V(hard) renders the manifests anew as well, instead of taking them from its cache.
      - Argo CD is asked by itself when the task has changed the Application, and when the Application is not in order
        at the start of a wait. So this is for new commits on a branch, which Argo CD sees at its next poll otherwise.
      - It takes effect with O(wait=true), and does not count as a change.
    type: str
    choices: [normal, hard]
  retry_failed:
    description:
      - When Argo CD had given up on the revision of an automated Application before the task began, start its sync once
        more, as automated sync would, and wait for that. The task warns that it did.
      - When a sync of what was declared before fails again and again, end it, so that Argo CD syncs what is declared now.
        The task warns that it did.
      - It takes effect with O(wait=true).
    type: bool
    default: true
  cascade:
    description:
      - With O(state=absent), whether what the Application deployed is deleted as well. V(true) puts the finalizer on
        the Application that makes Argo CD do so, which Applications made by C(kubectl apply) mostly lack. V(false)
        takes it away, and the resources stay.
    type: bool
    default: true
  propagation_policy:
    description:
      - With O(cascade=true), how resources are deleted. With V(foreground) the deletion of each waits for its
        dependents, with V(background) it does not.
      - Without it the Application's own finalizer decides, and V(foreground) when it has none.
    type: str
    choices: [foreground, background]
  spec:
    description: The specification of the Application, every field of the API.
    type: dict
    suboptions:
      project:
        description:
          - The C(AppProject) that the Application belongs to, which says what it may deploy, from where and to where.
            Argo CD comes with one named V(default).
        type: str
      destination:
        description: The cluster and namespace to deploy to. Give either O(spec.destination.server) or O(spec.destination.name).
        type: dict
        suboptions:
          server:
            description:
              - URL of the API server, as Argo CD knows the cluster. The one it runs in is
                V(https://kubernetes.default.svc).
            type: str
          name:
            description: Name under which the cluster is registered in Argo CD. The one it runs in is V(in-cluster).
            type: str
          namespace:
            description:
              - Namespace for resources that do not state one. It is made only with the sync option
                V(CreateNamespace=true).
            type: str
      source:
        description: Where the manifests come from, when there is one source.
        type: dict
        suboptions: &source
          repo_url:
            description:
              - URL of the repository, either Git (V(https://), V(ssh://), V(git@host:path)), Helm, or OCI
                (V(oci://)).
              - A registry that O(spec.source.chart) is taken from has no scheme in Argo CD, as in
                V(registry-1.docker.io/bitnamicharts). With V(oci://) it is a whole image, and a chart beside it is refused.
            type: str
            required: true
            aliases: [repoURL]
          path:
            description: Folder in a Git repository, or in an OCI image, that holds the manifests.
            type: str
          target_revision:
            description:
              - What to deploy. In Git a branch, tag or commit, where V(HEAD) is the default branch; for a chart its
                version or a range of versions.
            type: str
            aliases: [targetRevision]
          chart:
            description: Name of the chart in a Helm repository. It takes the place of a path.
            type: str
          ref:
            description:
              - Name under which other sources refer to files of this one, as V($name/path). Such a source needs no
                path. It has a meaning in O(spec.sources) only.
            type: str
          name:
            description: Name of the source, to tell it from the others in O(spec.sources).
            type: str
          tag_prefix:
            description: Only tags that begin with this are considered when the revision is a range of versions.
            type: str
            aliases: [tagPrefix]
          helm: &helm
            description: How a chart is rendered.
            type: dict
            suboptions:
              release_name:
                description: Name of the release in the templates. It is the name of the Application otherwise.
                type: str
                aliases: [releaseName]
              value_files:
                description:
                  - Files of values, later ones winning over earlier ones. Paths are relative to the chart, or
                    V($ref/path) into another source, or URLs.
                type: list
                elements: str
                aliases: [valueFiles]
              ignore_missing_value_files:
                description: Skip files of values that do not exist, instead of failing.
                type: bool
                aliases: [ignoreMissingValueFiles]
              values:
                description: Values as a block of YAML text. O(spec.source.helm.values_object) wins over it as a whole.
                type: str
              values_object:
                description: Values as a mapping. They win over the files of values.
                type: dict
                aliases: [valuesObject]
              parameters:
                description: Single values, which win over all others.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Path of the value, such as V(image.tag). Dots inside a key are escaped by a backslash.
                    type: str
                  value:
                    description: The value, as text. Quote numbers and booleans.
                    type: str
                  force_string:
                    description: Keep the value as text where Helm would make it a number or a boolean.
                    type: bool
                    aliases: [forceString]
              file_parameters:
                description: Single values that are the content of files.
                type: list
                elements: dict
                aliases: [fileParameters]
                suboptions:
                  name:
                    description: Path of the value.
                    type: str
                  path:
                    description: The file in the source that holds it.
                    type: str
              version:
                description: The version of Helm to render with. Only V(v3) means something today.
                type: str
              pass_credentials:
                description: Send the credentials of the repository also to other hosts that its index points to.
                type: bool
                aliases: [passCredentials]
              skip_crds:
                description: Leave out the chart's C(crds) folder.
                type: bool
                aliases: [skipCrds]
              skip_tests:
                description: Leave out the chart's test manifests.
                type: bool
                aliases: [skipTests]
              skip_schema_validation:
                description: Do not check the values against the chart's schema.
                type: bool
                aliases: [skipSchemaValidation]
              namespace:
                description: The release namespace in the templates. It is that of the destination otherwise.
                type: str
              kube_version:
                description: The version of Kubernetes that the templates see. It is that of the destination otherwise.
                type: str
                aliases: [kubeVersion]
              api_versions:
                description:
                  - The API versions that the templates see, as V(group/version/Kind). They are those of the
                    destination otherwise.
                type: list
                elements: str
                aliases: [apiVersions]
          kustomize: &kustomize
            description: How a kustomization is built.
            type: dict
            suboptions:
              name_prefix:
                description: Text put before the name of every resource.
                type: str
                aliases: [namePrefix]
              name_suffix:
                description: Text put after the name of every resource.
                type: str
                aliases: [nameSuffix]
              namespace:
                description: Namespace that all resources are put into.
                type: str
              images:
                description: Images to replace, each as V(name=other:tag), V(name:tag) or V(name@digest).
                type: list
                elements: str
              replicas:
                description: How many replicas a workload has.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Name of the Deployment or StatefulSet.
                    type: str
                    required: true
                  count:
                    description: The number of replicas.
                    type: raw
                    required: true
              patches:
                description: Patches laid over resources.
                type: list
                elements: dict
                suboptions:
                  path:
                    description: File in the source that holds the patch.
                    type: str
                  patch:
                    description: The patch as text, a strategic merge or a JSON patch.
                    type: str
                  target:
                    description: The resources that it is for.
                    type: dict
                    suboptions:
                      group:
                        description: API group of the resources.
                        type: str
                      version:
                        description: API version of the resources.
                        type: str
                      kind:
                        description: Kind of the resources.
                        type: str
                      name:
                        description: Name of the resources, as a regular expression.
                        type: str
                      namespace:
                        description: Namespace of the resources, as a regular expression.
                        type: str
                      label_selector:
                        description: Label selector that the resources match.
                        type: str
                        aliases: [labelSelector]
                      annotation_selector:
                        description: Annotation selector that the resources match.
                        type: str
                        aliases: [annotationSelector]
                  options:
                    description:
                      - What the patch may change, names to booleans. Kustomize knows V(allowNameChange) and
                        V(allowKindChange).
                    type: dict
              components:
                description: Folders of components to add.
                type: list
                elements: str
              ignore_missing_components:
                description: Skip components that do not exist, instead of failing.
                type: bool
                aliases: [ignoreMissingComponents]
              common_labels:
                description: Labels for every resource.
                type: dict
                aliases: [commonLabels]
              force_common_labels:
                description: Let the common labels win over labels that are there.
                type: bool
                aliases: [forceCommonLabels]
              label_without_selector:
                description: Do not put the common labels into selectors and templates.
                type: bool
                aliases: [labelWithoutSelector]
              label_include_templates:
                description: Put the common labels into templates, though not into selectors.
                type: bool
                aliases: [labelIncludeTemplates]
              common_annotations:
                description: Annotations for every resource.
                type: dict
                aliases: [commonAnnotations]
              force_common_annotations:
                description: Let the common annotations win over annotations that are there.
                type: bool
                aliases: [forceCommonAnnotations]
              common_annotations_envsubst:
                description: Replace variables of Argo CD's build environment in the values of the common annotations.
                type: bool
                aliases: [commonAnnotationsEnvsubst]
              version:
                description: Which of the kustomize versions configured in Argo CD to build with.
                type: str
              kube_version:
                description: The version of Kubernetes that charts in the kustomization see.
                type: str
                aliases: [kubeVersion]
              api_versions:
                description: The API versions that charts in the kustomization see.
                type: list
                elements: str
                aliases: [apiVersions]
          directory: &directory
            description: How a folder of plain manifests or Jsonnet is read.
            type: dict
            suboptions:
              recurse:
                description: Read the folders below as well.
                type: bool
              include:
                description: Pattern of the files to take, such as V({*.yaml,*.json}).
                type: str
              exclude:
                description: Pattern of the files to leave out. It wins over the other.
                type: str
              jsonnet:
                description: How Jsonnet files are evaluated.
                type: dict
                suboptions:
                  ext_vars:
                    description: External variables.
                    type: list
                    elements: dict
                    aliases: [extVars]
                    suboptions: &jsonnet_variable
                      name:
                        description: Name of the variable.
                        type: str
                        required: true
                      value:
                        description: Its value.
                        type: str
                        required: true
                      code:
                        description: Whether the value is Jsonnet code and not text.
                        type: bool
                  tlas:
                    description: Arguments of the top-level function.
                    type: list
                    elements: dict
                    suboptions: *jsonnet_variable
                  libs:
                    description: More folders to search for libraries.
                    type: list
                    elements: str
          plugin: &plugin
            description: A config management plugin that renders the manifests.
            type: dict
            suboptions:
              name:
                description: Name of the plugin. Without it the plugin that recognises the folder is used.
                type: str
              env:
                description: Environment variables for the plugin.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Name of the variable. The plugin sees it with V(ARGOCD_ENV_) before it.
                    type: str
                    required: true
                  value:
                    description: Its value.
                    type: str
                    required: true
              parameters:
                description: Parameters for the plugin, each with its value in the one form that the plugin announces.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Name of the parameter.
                    type: str
                  string:
                    description: Its value, when it is a text.
                    type: str
                  array:
                    description: Its value, when it is a list of texts.
                    type: list
                    elements: str
                  map:
                    description: Its value, when it maps texts to texts.
                    type: dict
      sources:
        description:
          - Where the manifests come from, when there are several sources. O(spec.source) is ignored then.
          - Of resources that several sources contain, the one of the last source is taken.
        type: list
        elements: dict
        suboptions: *source
      source_hydrator:
        description:
          - Have Argo CD render the manifests, commit the outcome to another branch, and deploy from there. It takes the
            place of O(spec.source) and needs Argo CD's commit server.
        type: dict
        aliases: [sourceHydrator]
        suboptions:
          dry_source:
            description: Where the manifests to be rendered come from.
            type: dict
            required: true
            aliases: [drySource]
            suboptions:
              repo_url:
                description: URL of the Git repository.
                type: str
                required: true
                aliases: [repoURL]
              path:
                description: Folder in the repository.
                type: str
                required: true
              target_revision:
                description: Branch, tag or commit.
                type: str
                required: true
                aliases: [targetRevision]
              helm: *helm
              kustomize: *kustomize
              directory: *directory
              plugin: *plugin
          sync_source:
            description: Where the rendered manifests are deployed from.
            type: dict
            required: true
            aliases: [syncSource]
            suboptions:
              target_branch:
                description: The branch to deploy from, and to commit to unless O(spec.source_hydrator.hydrate_to) names another.
                type: str
                required: true
                aliases: [targetBranch]
              path:
                description: Folder in that branch. It must not be the root of the repository.
                type: str
                required: true
              repo_url:
                description: URL of the repository, when it is not the one the dry source is in.
                type: str
                aliases: [repoURL]
          hydrate_to:
            description: Commit the rendered manifests elsewhere first, so that somebody can review them.
            type: dict
            aliases: [hydrateTo]
            suboptions:
              target_branch:
                description: The branch to commit to.
                type: str
                required: true
                aliases: [targetBranch]
      sync_policy:
        description: When and how Argo CD syncs.
        type: dict
        aliases: [syncPolicy]
        suboptions:
          automated:
            description:
              - Sync without being asked when the source has changed. An empty mapping, V({}), turns it on with every
                default, so it is not the same as leaving it out.
            type: dict
            suboptions:
              prune:
                description: Delete what the source no longer contains.
                type: bool
              self_heal:
                description: Undo changes that were made in the cluster.
                type: bool
                aliases: [selfHeal]
              allow_empty:
                description: Delete also when that would delete everything.
                type: bool
                aliases: [allowEmpty]
              enabled:
                description: V(false) turns automated sync off and keeps its settings.
                type: bool
          sync_options:
            description:
              - How a sync works, each as V(name=value), such as V(CreateNamespace=true), V(ServerSideApply=true),
                V(ApplyOutOfSyncOnly=true), V(PruneLast=true), V(RespectIgnoreDifferences=true) or V(Validate=false).
            type: list
            elements: str
            aliases: [syncOptions]
          retry:
            description: What happens after an attempt has failed. Without it an automated sync is tried five times more.
            type: dict
            suboptions:
              limit:
                description: How often it is tried again. V(0) is never, a negative number without end.
                type: int
              refresh:
                description: Take the newest revision for the next attempt, and not the one that failed.
                type: bool
              backoff:
                description: How long it waits in between.
                type: dict
                suboptions:
                  duration:
                    description: The first pause, such as V(5s). A bare number means seconds.
                    type: str
                  factor:
                    description: What each pause is multiplied by to give the next.
                    type: int
                  max_duration:
                    description: The longest pause, such as V(3m).
                    type: str
                    aliases: [maxDuration]
          managed_namespace_metadata:
            description:
              - Labels and annotations of the destination's namespace. It works with the sync option
                V(CreateNamespace=true).
            type: dict
            aliases: [managedNamespaceMetadata]
            suboptions:
              labels:
                description: Labels of the namespace.
                type: dict
              annotations:
                description: Annotations of the namespace.
                type: dict
      ignore_differences:
        description: Differences between source and cluster that do not count.
        type: list
        elements: dict
        aliases: [ignoreDifferences]
        suboptions:
          group:
            description: API group of the resources. Leave it out for the core group.
            type: str
          kind:
            description: Kind of the resources. V(*) is every kind.
            type: str
            required: true
          name:
            description: Name of the resource, or all when left out.
            type: str
          namespace:
            description: Namespace of the resource, or all when left out.
            type: str
          json_pointers:
            description: Fields to ignore, as JSON pointers such as V(/spec/replicas).
            type: list
            elements: str
            aliases: [jsonPointers]
          jq_path_expressions:
            description: Fields to ignore, as jq paths such as V(.webhooks[]?.clientConfig.caBundle).
            type: list
            elements: str
            aliases: [jqPathExpressions]
          managed_fields_managers:
            description: Field managers whose fields are ignored.
            type: list
            elements: str
            aliases: [managedFieldsManagers]
      info:
        description: Links and notes that Argo CD shows with the Application.
        type: list
        elements: dict
        suboptions:
          name:
            description: What it is.
            type: str
            required: true
          value:
            description: The link or the text.
            type: str
            required: true
      revision_history_limit:
        description: How many past deployments are kept for a rollback. Argo CD keeps 10 otherwise.
        type: int
        aliases: [revisionHistoryLimit]
"""

EXAMPLES = r"""
---
- name: Deploy a folder of manifests, keep it so, and wait until it is Synced and Healthy
  meshops.lifecycle.argocd_application:
    name: shop
    spec:
      project: default
      source:
        repo_url: https://git.example.com/shop/deploy.git
        path: overlays/prod
        target_revision: main
      destination:
        server: https://kubernetes.default.svc
        namespace: shop
      sync_policy:
        automated: {prune: true, self_heal: true}
        sync_options: [CreateNamespace=true]
    wait: true
    wait_timeout: 300

- name: The same block as Argo CD's documentation prints it
  meshops.lifecycle.argocd_application:
    name: guestbook
    spec:
      project: default
      source:
        repoURL: https://github.com/argoproj/argocd-example-apps.git
        targetRevision: HEAD
        path: guestbook
      destination:
        server: https://kubernetes.default.svc
        namespace: guestbook
      syncPolicy:
        automated: {}

- name: istiod from its chart, with values from Git
  meshops.lifecycle.argocd_application:
    name: istiod
    spec:
      project: mesh
      sources:
        - repo_url: https://istio-release.storage.googleapis.com/charts
          chart: istiod
          target_revision: 1.31.*
          helm:
            release_name: istiod
            value_files: [$config/istiod/prod.yaml]
            values_object:
              pilot:
                autoscaleMin: 2
        - repo_url: https://git.example.com/mesh/config.git
          target_revision: main
          ref: config
      destination:
        server: https://kubernetes.default.svc
        namespace: istio-system
      sync_policy:
        automated: {prune: true, self_heal: true}
        sync_options: [CreateNamespace=true, ServerSideApply=true]
        retry:
          limit: 3
          backoff: {duration: 5s, factor: 2, max_duration: 1m}
      ignore_differences:
        - group: admissionregistration.k8s.io
          kind: ValidatingWebhookConfiguration
          jq_path_expressions:
            - .webhooks[]?.clientConfig.caBundle
            - .webhooks[]?.failurePolicy
    wait: true

- name: Have Argo CD fetch the commit that was just pushed, and wait for it
  meshops.lifecycle.argocd_application:
    name: shop
    src: applications/shop.yaml
    refresh: normal
    wait: true

- name: Remove the Application and everything it deployed
  meshops.lifecycle.argocd_application:
    name: shop
    state: absent
    wait: true

- name: Hand the resources over to somebody else
  meshops.lifecycle.argocd_application:
    name: shop
    state: absent
    cascade: false
"""

RETURN = r"""
---
changed:
  description: Whether the Application was changed, or would have been in check mode. What Argo CD does afterwards is not counted.
  returned: always
  type: bool
  sample: true
result:
  description: The Application as the cluster has it at the end, with the status that Argo CD wrote. Empty when it is absent.
  returned: success
  type: dict
resources:
  description: What the task did to each object, here one entry.
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
      description: What was done, one of V(created), V(changed), V(deleted) and V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - {kind: Application, namespace: argocd, name: shop, action: created}
diff:
  description: The Application before and after, without what only the server writes.
  returned: in diff mode, when something changes
  type: dict
validated:
  description: Whether the cluster itself judged what was written.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for Argo CD.
  returned: success
  type: bool
  sample: true
application:
  description: How Argo CD sees the Application when a wait ends in a failure.
  returned: when a wait fails
  type: dict
  contains:
    sync:
      description: Whether cluster and source agree, such as V(Synced), V(OutOfSync) or V(Unknown).
      type: str
      returned: always
    health:
      description: The health of what was deployed.
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
      description: The resources that are not in order, each with C(kind), C(namespace), C(name) and a C(message).
      type: list
      elements: dict
      returned: always
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.application import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import check_addresses
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd import checked
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application import ARGUMENTS

ENTRY = Entry("argocd_application", ARGUMENTS, checked(KIND, manage(KIND, CONVERSATION), check_addresses))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
