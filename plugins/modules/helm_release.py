#!/usr/bin/python

# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: helm_release
short_description: Install, upgrade and repair Helm releases
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Installs, upgrades and uninstalls a release with the C(helm) program itself, so that hooks, C(helm rollback) and
    other tools for Helm keep working. Helm 3 and 4 are supported, and releases of Helm 3 under Helm 4.
  - A release is unchanged when its last revision is deployed, was created from the same chart and values, and none of
    its objects has drifted. For a chart on this machine, an exact O(version), or an OCI digest this is decided from the
    cluster alone, without running C(helm). Any other chart is pulled first.
  - An object of the release that was changed or deleted by hand is drift, and is repaired by an upgrade with the same
    inputs. Fields that a controller owns (the replicas of an autoscaled Deployment, the certificate in a webhook) are
    not drift. RV(ignore:drifted) lists the drift.
  - Check mode renders the chart with Helm's server-side dry run, and makes a dry run of every object.
    RV(ignore:resources) and the diff are the same as in a run.
options:
  name:
    description:
      - Name of the release.
    type: str
    required: true
    aliases: [release_name]
  namespace:
    description:
      - Namespace of the release, and of its objects that have none. Defaults to that of the kubeconfig's context, then
        to V(default).
    type: str
    aliases: [release_namespace]
  create_namespace:
    description:
      - Whether to create O(namespace) if it does not exist when the release is installed.
    type: bool
    default: false
  state:
    description:
      - Whether the release should exist. V(present) installs or upgrades it, V(absent) uninstalls it.
      - V(orphaned) removes the release and leaves its objects as they are, without its marks, after another tool has
        taken them over. What helm owned of an object that Argo CD has applied becomes Argo CD's. No pod is replaced.
    type: str
    choices: [present, absent, orphaned]
    default: present
  chart:
    description:
      - The chart. Either a folder or a C(.tgz) file on the machine that the task runs on, an C(oci://) reference, the
        URL of a C(.tgz) file, a name in the repository O(repo_url), or C(repository/name) of a repository that was
        added by C(helm repo add).
      - Required with O(state=present).
    type: str
    aliases: [chart_ref]
  version:
    description:
      - The chart's version, or a range of versions. An exact version is assumed to never change, so that an unchanged
        release needs no request to the repository.
      - Defaults to the latest version. A chart on this machine has only one version.
    type: str
    aliases: [chart_version]
  repo_url:
    description:
      - URL of the repository that O(chart) is in.
    type: str
    aliases: [chart_repo_url]
  repo_username:
    description:
      - User name for the repository or the OCI registry. Without it Helm uses the credentials of C(helm registry
        login).
    type: str
  repo_password:
    description:
      - Password that goes with O(repo_username). It is passed to Helm in a private file, never on a command line.
    type: str
  repo_ca_cert:
    description:
      - Path of the certificate authority that signed the repository's certificate.
    type: path
  plain_http:
    description:
      - Whether to connect to an OCI registry without TLS.
    type: bool
    default: false
  values:
    description:
      - Values for the chart. They are merged over those of O(values_files).
      - Only these values, the files, and the chart's own defaults are used. Values of an earlier revision are not kept.
    type: dict
    aliases: [release_values]
  values_files:
    description:
      - Files of values, on the machine that the task runs on; later ones win.
    type: list
    elements: path
  wait:
    description:
      - Whether to wait until all objects of the release are ready; with O(state=absent), until they are deleted. The
        task also waits for an unchanged release.
    type: bool
    default: false
  wait_timeout:
    description:
      - The time to wait, in seconds. It is also Helm's C(--timeout), which limits each hook.
    type: int
    default: 300
  rollback_on_failure:
    description:
      - Whether to roll back a failed upgrade to the previous revision, and to uninstall a failed install. Implies
        O(wait).
    type: bool
    default: false
    aliases: [atomic]
  crds:
    description:
      - What to do with the custom resource definitions in the folder C(crds) of the chart and of its enabled subcharts.
      - V(create) is what Helm does. A new release creates those that are missing, and an upgrade never touches them. The
        task warns of definitions in the cluster that are not as the chart has them.
      - V(update) applies them by server-side apply before the release is installed or upgraded, and also when the
        release is unchanged. The task waits until they are established, and counts them as changed. Fields that Helm
        itself wrote are taken over; those of others are a conflict, see O(force_conflicts).
        For a chart with such a folder, an unchanged release needs C(helm) and the chart.
      - V(skip) leaves them out.
      - Definitions in a chart's templates are objects of the release like others.
    type: str
    choices: [create, update, skip]
    default: create
  skip_crds:
    description:
      - Deprecated, and removed in version 0.3.0. Use O(crds=skip), which V(true) means and which wins over O(crds) until then.
    type: bool
    default: false
  take_ownership:
    description:
      - Whether existing objects that belong to no release or to another one become part of this release. It needs Helm
        3.17 or newer.
      - Objects of no release are adopted whole where Helm 4 writes the release. Fields that were applied by istioctl,
        C(kubectl) or another tool are the release's then, so O(force_conflicts) is not needed, and those that the chart does
        not state are removed. RV(ignore:resources) and RV(ignore:msg) tell from whom, in check mode too. Fields that a
        controller wrote stay its own.
      - Otherwise such an object is an error that names it, also when another release has taken it over since its creation.
        Custom resource definitions that an earlier installation left behind are always taken over, because they cannot be
        deleted without every object of their kinds.
    type: bool
    default: false
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
      - It applies to definitions with O(crds=update), and to releases that Helm 4 created, which are written by
        server-side apply. The patches of Helm 3, and of Helm 4 on releases of Helm 3, overwrite fields anyway.
    type: bool
    default: false
  max_minor_upgrade:
    description:
      - Maximum number of minor versions of the chart that an upgrade may cross. An older chart than the
        deployed one, or one that is newer by more minor versions, fails before anything is written, in check mode too.
        Use it for charts whose authors support no other upgrade.
      - Without it any version may replace any other.
    type: int
  upgrade_from:
    description:
      - The version of the chart that may be replaced regardless of O(max_minor_upgrade). If another version is deployed
        it has no effect, so it can stay in the task.
    type: str
  history_max:
    description:
      - Number of revisions to keep, V(0) for all. Helm's default is 10.
    type: int
  description:
    description:
      - Description of the revision, shown by C(helm history). A change of the description alone creates no new
        revision.
    type: str
  keep_history:
    description:
      - Whether O(state=absent) keeps the release's history, so that a rollback is possible.
    type: bool
    default: false
  stale_after:
    description:
      - Time in seconds after which a pending install, upgrade or uninstall counts as interrupted because its Helm was
        killed. The release is then marked as failed, as Helm would have done, and the task continues from the last good
        revision. A more recent pending operation is waited for.
      - Set it to more than the longest time-out used for the release.
    type: int
    default: 300
  binary_path:
    description:
      - Path of the C(helm) program. Defaults to the first one on E(PATH).
    type: path
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes
notes:
  - Environment variables never redirect Helm to another cluster. Of Helm's own variables only those for its folders,
    its lists of repositories and registries, plugins and E(HELM_DRIVER) are passed on. Helm's download cache is used as
    usual.
  - The label C(meshops.lifecycle/inputs) on the Secret of a revision contains a digest of the chart and values. A
    release that was created without this module has none, and is compared by rendering the chart, until its first
    upgrade.
  - What a chart renders from the cluster (C(.Capabilities), C(lookup)) is evaluated again when the chart or the values
    change, or when there is drift.
seealso:
  - module: meshops.lifecycle.mesh_apply
requirements:
  - Helm 3.13 or newer, or Helm 4
"""

EXAMPLES = r"""
- name: Istio's base chart
  meshops.lifecycle.helm_release:
    name: istio-base
    namespace: istio-system
    create_namespace: true
    chart: base
    repo_url: https://istio-release.storage.googleapis.com/charts
    version: 1.31.1
    values:
      defaultRevision: default

- name: The control plane, waited for, and put back when it does not come up
  meshops.lifecycle.helm_release:
    name: istiod
    namespace: istio-system
    chart: istiod
    repo_url: https://istio-release.storage.googleapis.com/charts
    version: 1.31.1
    values_files:
      - files/istiod.yml
      - files/istiod-{{ inventory_hostname }}.yml
    values:
      meshConfig:
        accessLogFile: /dev/stdout
    rollback_on_failure: true
    wait_timeout: 600

- name: A chart from a private registry
  meshops.lifecycle.helm_release:
    name: shop
    namespace: shop
    chart: oci://registry.example.com/charts/shop
    version: 2.4.0
    repo_username: deployer
    repo_password: "{{ vault_registry_password }}"

- name: A chart of this repository, whatever it is now
  meshops.lifecycle.helm_release:
    name: gateway
    namespace: istio-ingress
    chart: "{{ playbook_dir }}/charts/gateway"

- name: A chart with definitions in its folder crds, which are upgraded with it
  meshops.lifecycle.helm_release:
    name: monitoring
    namespace: monitoring
    chart: kube-prometheus-stack
    repo_url: https://prometheus-community.github.io/helm-charts
    version: 77.5.0
    crds: update

- name: Gone
  meshops.lifecycle.helm_release:
    name: shop
    namespace: shop
    state: absent
    wait: true
"""

RETURN = r"""
release:
  description: The release as it is now; in check mode, as it would be.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      returned: always
    namespace:
      description: Its namespace.
      type: str
      returned: always
    revision:
      description: The number of its last revision.
      type: int
      returned: when there is one
    status:
      description:
        - Helm's status of the release, such as V(deployed) or V(uninstalled); V(absent) when there is no release.
      type: str
      returned: always
    chart:
      description: The chart's name.
      type: str
      returned: when there is a release
    chart_version:
      description: The chart's version.
      type: str
      returned: when there is a release
    app_version:
      description: The app version of the chart.
      type: str
      returned: when there is a release
  sample:
    name: istiod
    namespace: istio-system
    revision: 3
    status: deployed
    chart: istiod
    chart_version: 1.31.1
    app_version: 1.31.1
result:
  description: The same as RV(ignore:release).
  returned: success
  type: dict
previous:
  description: The release as it was before, like RV(ignore:release).
  returned: when one was deployed, and something changes
  type: dict
resources:
  description:
    - The action for each object of the release, in the manifest's order, without objects of hooks.
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
      description:
        - The action, one of V(created), V(changed), V(deleted) or V(unchanged).
      type: str
      returned: always
    restarts:
      description:
        - Whether the change replaces the pods of a Deployment, StatefulSet or DaemonSet; in check mode, would replace them.
      type: bool
      returned: when it does
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - kind: Deployment
      namespace: istio-system
      name: istiod
      action: changed
drifted:
  description: Objects that have drifted, and their fields.
  returned: when there are any, and chart and values are the same
  type: list
  elements: str
  sample:
    - "Deployment istio-system/istiod: spec.template.spec.containers[name=discovery].image"
    - ConfigMap istio-system/istio is gone
diff:
  description:
    - Every changed object before and after, without server-managed fields and with Secrets masked.
  returned: in diff mode, when objects change
  type: list
  elements: dict
msg:
  description: The objects that were taken over, and from whom; in check mode, that would be.
  returned: when there are any
  type: str
validated:
  description:
    - Whether the API server validated all objects, including schema and admission webhooks.
    - It is V(false) in check mode where a kind or the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for the objects to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.helm_release import ARGUMENTS

ENTRY = Entry(
    "helm_release",
    ARGUMENTS,
    run,
    secrets=("repo_password",),
    roles=Roles(hidden=("values",)),
    required_if=[("state", "present", ("chart",))],
    required_by={"repo_username": ("repo_password",), "repo_password": ("repo_username",)},
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
