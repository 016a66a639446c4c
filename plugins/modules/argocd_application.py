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
  - Creates, updates and deletes an Argo CD C(Application), which defines a source of manifests and the cluster and
    namespace to deploy them to.
  - Uses the Kubernetes API only. The API server of Argo CD, its login and its command line are not needed.
  - With O(wait=true) the task ends when Argo CD has compared this declaration, has finished its sync, and reports the
    Application Synced and Healthy.
notes:
  - Argo CD removes values without meaning from an Application, such as C(recurse=false), an empty C(helm), or a retry
    limit of 0. Such values are accepted but not sent, so that a second run changes nothing.
  - An Application of an C(ApplicationSet) belongs to the ApplicationSet, which overwrites its spec. Change the template
    there.
  - A sync that failed because of a manifest (an invalid field, a webhook's verdict) ends the wait at the first attempt,
    although Argo CD retries as often as its retry policy says. For other failures the task waits for the last attempt.
  - Argo CD does not retry a revision by itself after it has given up, even when the cause has been removed. With
    O(wait=true) the task starts a retry, see O(retry_failed).
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
    description: Argo CD's annotated example of every field.
    link: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
options:
  namespace:
    description:
      - Namespace of the Application. This is the namespace of Argo CD, or another one that Argo CD is configured to
        watch. The namespace to deploy to is O(spec.destination.namespace).
      - A namespace in the document of O(definition) or O(src) wins over this default.
    type: str
    default: argocd
  wait:
    description:
      - Whether to wait. With O(state=present), until Argo CD has compared this declaration, no operation is running,
        and the Application is Synced and in a state of O(wait_health).
      - An Application without automated sync is not synced by Argo CD. Unless it is already Synced, or an operation is
        running, the task fails at once and says so.
      - Errors of the spec, of the comparison and of the sync end the wait with Argo CD's message. A time-out names the
        resources that are not ready.
      - A kind that is not served (its CRD is missing) ends the wait, unless another Application that the same task
        waits for may still install it. So does a namespace that Argo CD does not watch.
      - With O(state=absent), wait until the Application, and with O(cascade=true) what it deployed, is gone.
    type: bool
    default: false
  max_minor_upgrade:
    description:
      - Maximum number of minor versions that C(targetRevision) of a source may move up. An older version, or one that
        is newer by more minor versions, fails before anything is written, in check mode too. Use it for charts whose
        authors support no other upgrade.
      - Only versions such as V(1.31.1) or V(v1.31.1) are compared, not branches, commits or ranges. Without effect for
        O(delivery=git).
    type: int
  upgrade_from:
    description:
      - The version that may be replaced regardless of O(max_minor_upgrade). If another version is deployed it has no
        effect, so it can stay in the task.
    type: str
  wait_children:
    description:
      - Whether O(wait=true) also waits for the Applications that this one deploys (app of apps), and for their
        children. Argo CD's own health of a parent does not include them.
    type: bool
    default: true
  wait_health:
    description:
      - The states of health that end the wait.
      - V(Suspended) is the health of a paused rollout or a suspended job, V(Progressing) of one that is in progress.
    type: list
    elements: str
    choices: [Healthy, Suspended, Progressing, Degraded, Missing]
    default: [Healthy]
  refresh:
    description:
      - Make Argo CD compare source and cluster again, and wait for the result before any verdict. V(hard) also renders
        the manifests again instead of using the cache.
      - The task refreshes anyway when it has changed the Application, and when the Application is not Synced and
        Healthy at the start of a wait. Use this option for new commits on a branch, which Argo CD otherwise sees at its
        next poll.
      - It takes effect with O(wait=true), and does not count as a change.
    type: str
    choices: [normal, hard]
  retry_failed:
    description:
      - Whether to start the sync once more, as automated sync would, when Argo CD had given up on the revision of an
        automated Application before the task began. The task warns when it does.
      - Also terminates a sync of an earlier declaration that fails again and again, so that Argo CD syncs the present
        one. The task warns when it does.
      - It takes effect with O(wait=true).
    type: bool
    default: true
  cascade:
    description:
      - Whether O(state=absent) also deletes what the Application deployed. V(true) sets the finalizer that makes Argo
        CD do so, which Applications created by C(kubectl apply) mostly lack. V(false) removes it, and the resources
        stay.
    type: bool
    default: true
  propagation_policy:
    description:
      - How O(cascade=true) deletes resources. With V(foreground) the deletion of each waits for its dependents, with
        V(background) it does not.
      - Without it the Application's own finalizer decides, and V(foreground) when it has none.
    type: str
    choices: [foreground, background]
  spec:
    description: The spec of the Application, with every field of the API.
    type: dict
    suboptions:
      project:
        description:
          - The C(AppProject) that the Application belongs to, which says what it may deploy, from where and to where.
            Argo CD creates one named V(default).
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
              - Namespace for resources that do not state one. It is created only with the sync option
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
            description: Name of the chart in a Helm repository. Use it instead of a path.
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
                description: Name of the release in the templates. Defaults to the name of the Application.
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
                description: Whether to skip files of values that do not exist, instead of failing.
                type: bool
                aliases: [ignoreMissingValueFiles]
              values:
                description: Values as a block of YAML text. Ignored if O(spec.source.helm.values_object) is set.
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
                    description: Whether to keep the value as text where Helm would convert it to a number or a boolean.
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
                description:
                  - Whether to send the credentials of the repository also to other hosts that its index points to.
                type: bool
                aliases: [passCredentials]
              skip_crds:
                description: Whether to leave out the chart's C(crds) folder.
                type: bool
                aliases: [skipCrds]
              skip_tests:
                description: Whether to leave out the chart's test manifests.
                type: bool
                aliases: [skipTests]
              skip_schema_validation:
                description: Whether to skip the validation of the values against the chart's schema.
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
                description: Prefix for the name of every resource.
                type: str
                aliases: [namePrefix]
              name_suffix:
                description: Suffix for the name of every resource.
                type: str
                aliases: [nameSuffix]
              namespace:
                description: Namespace of all resources.
                type: str
              images:
                description: Images to replace, each as V(name=other:tag), V(name:tag) or V(name@digest).
                type: list
                elements: str
              replicas:
                description: Number of replicas of workloads.
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
                description: Patches for resources.
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
                    description: The resources to patch.
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
                description: Whether to skip components that do not exist, instead of failing.
                type: bool
                aliases: [ignoreMissingComponents]
              common_labels:
                description: Labels for every resource.
                type: dict
                aliases: [commonLabels]
              force_common_labels:
                description: Whether the common labels override existing labels.
                type: bool
                aliases: [forceCommonLabels]
              label_without_selector:
                description: Whether to leave the common labels out of selectors and templates.
                type: bool
                aliases: [labelWithoutSelector]
              label_include_templates:
                description: Whether to add the common labels to templates, but not to selectors.
                type: bool
                aliases: [labelIncludeTemplates]
              common_annotations:
                description: Annotations for every resource.
                type: dict
                aliases: [commonAnnotations]
              force_common_annotations:
                description: Whether the common annotations override existing annotations.
                type: bool
                aliases: [forceCommonAnnotations]
              common_annotations_envsubst:
                description:
                  - Whether to replace variables of Argo CD's build environment in the values of the common annotations.
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
                description: Whether to read subfolders as well.
                type: bool
              include:
                description: Pattern of the files to include, such as V({*.yaml,*.json}).
                type: str
              exclude:
                description: Pattern of the files to exclude. It wins over O(ignore:include).
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
                    description: Additional folders to search for libraries.
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
                description: Whether to delete resources that the source no longer contains.
                type: bool
              self_heal:
                description: Whether to revert changes that were made in the cluster.
                type: bool
                aliases: [selfHeal]
              allow_empty:
                description: Whether to prune even when that deletes every resource.
                type: bool
                aliases: [allowEmpty]
              enabled:
                description: Whether automated sync is on. V(false) turns it off and keeps its settings.
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
                description: Number of retries. V(0) is never, a negative number without end.
                type: int
              refresh:
                description: Whether the next attempt uses the newest revision instead of the one that failed.
                type: bool
              backoff:
                description: Time between attempts.
                type: dict
                suboptions:
                  duration:
                    description: The first delay, such as V(5s). A bare number means seconds.
                    type: str
                  factor:
                    description: Factor by which the delay grows with each attempt.
                    type: int
                  max_duration:
                    description: The longest delay, such as V(3m).
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

- name: Upgrade a chart, by one minor version at most
  meshops.lifecycle.argocd_application:
    name: istiod
    spec:
      project: default
      source:
        repo_url: https://istio-release.storage.googleapis.com/charts
        chart: istiod
        target_revision: 1.31.1
      destination:
        server: https://kubernetes.default.svc
        namespace: istio-system
    max_minor_upgrade: 1
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
revisions:
  description: The sources that get another C(targetRevision).
  returned: when there are any
  type: list
  elements: dict
  contains:
    repo_url:
      description: The repository.
      type: str
    path:
      description: The folder or the chart in it.
      type: str
    from:
      description: The revision before.
      type: str
    to:
      description: The revision now.
      type: str
resources:
  description: The action for each object; for this module, one entry.
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
    - {kind: Application, namespace: argocd, name: shop, action: created}
diff:
  description: The Application before and after, without what only the server writes.
  returned: in diff mode, when something changes
  type: dict
validated:
  description: Whether the API server validated the objects.
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
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.application import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_application import compare
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application import ARGUMENTS

ENTRY = Entry("argocd_application", ARGUMENTS, manage(KIND, CONVERSATION, compare=compare))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
