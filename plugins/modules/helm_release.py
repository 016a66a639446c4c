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
  - Brings a release to a chart and its values, by the C(helm) program itself, so that hooks, C(helm rollback) and every
    other tool for Helm keep working. Helm 3 and 4 are supported, and releases of Helm 3 under Helm 4.
  - A release is unchanged when its last revision is deployed, was made of the same chart and values, and none of its
    objects was changed by hand. That is decided from the cluster alone, without running C(helm), for a chart on this
    machine, an exact O(version), or an OCI digest. Any other chart is pulled first, to see what it is now.
  - An object of the release that was changed or deleted by hand is drift, and is repaired by an upgrade with the same
    inputs. What a controller owns (the replicas of an autoscaled Deployment, the certificate in a webhook) is not drift.
    RV(ignore:drifted) names what was found.
  - Check mode renders the chart by Helm's dry run on the server, and asks the server what that does to every single object.
    RV(ignore:resources) and the diff are those of the run.
options:
  name:
    description:
      - Name of the release.
    type: str
    required: true
    aliases: [release_name]
  namespace:
    description:
      - Namespace of the release, and of its objects that name none. Defaults to that of the kubeconfig's context, then to
        V(default).
    type: str
    aliases: [release_namespace]
  create_namespace:
    description:
      - Create O(namespace) when it is missing and the release is installed.
    type: bool
    default: false
  state:
    description:
      - V(present) installs or upgrades, V(absent) uninstalls.
    type: str
    choices: [present, absent]
    default: present
  chart:
    description:
      - The chart. Either a folder or a C(.tgz) file on the machine that the task runs on, an C(oci://) reference, the URL
        of a C(.tgz) file, a name in the repository O(repo_url), or C(repository/name) of a repository that
        C(helm repo add) made known.
      - Required with O(state=present).
    type: str
    aliases: [chart_ref]
  version:
    description:
      - The chart's version, or a range of versions. An exact one is taken to be the same chart for ever, so that an
        unchanged release needs no look at the repository.
      - Without it, the latest version. A chart on this machine has just the one.
    type: str
    aliases: [chart_version]
  repo_url:
    description:
      - URL of the repository that O(chart) is in.
    type: str
    aliases: [chart_repo_url]
  repo_username:
    description:
      - User name for the repository or the OCI registry. Without it Helm uses what C(helm registry login) left.
    type: str
  repo_password:
    description:
      - Password that goes with O(repo_username). It is handed to Helm in a private file, never on a command line.
    type: str
  repo_ca_cert:
    description:
      - Path of the certificate authority that signed the repository's certificate.
    type: path
  plain_http:
    description:
      - Talk to an OCI registry without TLS.
    type: bool
    default: false
  values:
    description:
      - Values for the chart. They are laid on those of O(values_files), mappings merged.
      - These, the files, and the chart's own defaults are all there is. Values of an earlier revision are not kept.
    type: dict
    aliases: [release_values]
  values_files:
    description:
      - Files of values, on the machine that the task runs on; later ones win.
    type: list
    elements: path
  wait:
    description:
      - Wait until all objects of the release are ready; with O(state=absent), until they are gone. An unchanged release is
        waited for as well.
    type: bool
    default: false
  wait_timeout:
    description:
      - How long to wait, in seconds. It is Helm's C(--timeout), and so also bounds each hook.
    type: int
    default: 300
  rollback_on_failure:
    description:
      - Roll a failed upgrade back to the revision before it, and uninstall a failed install. Implies O(wait).
    type: bool
    default: false
    aliases: [atomic]
  skip_crds:
    description:
      - Do not install what is in the chart's folder C(crds).
    type: bool
    default: false
  take_ownership:
    description:
      - Make objects that exist already, and belong to no release or another one, part of this release. It takes Helm 3.17
        or newer.
      - Without it such an object is an error that names it, also when another release has taken it over since it was made.
        Custom resource definitions that an earlier installation left behind are taken in any case, as they cannot be deleted
        without every object of their kinds.
    type: bool
    default: false
  force_conflicts:
    description:
      - Take over fields that another manager owns. Without it such a field is an error that names the owner.
      - It concerns releases that Helm 4 made, which are written by server-side apply. The patches of Helm 3, and of Helm 4
        on releases of Helm 3, win anyway.
    type: bool
    default: false
  max_minor_upgrade:
    description:
      - How many minor versions of the chart an upgrade may go at once. A chart that is older than the deployed one, or newer
        by more, fails before anything is written, in check mode too. For charts whose makers support no other step.
      - Without it any chart may follow any other.
    type: int
  upgrade_from:
    description:
      - The version of the chart that may be replaced whatever O(max_minor_upgrade) says. Where another one is deployed it has no
        effect, so it can stay where it was once needed.
    type: str
  history_max:
    description:
      - How many revisions to keep, V(0) for all. Helm's default is 10.
    type: int
  description:
    description:
      - A text about the revision, shown by C(helm history). A change of it alone makes no new revision.
    type: str
  keep_history:
    description:
      - With O(state=absent), keep the release's history, so that it can be rolled back to.
    type: bool
    default: false
  stale_after:
    description:
      - After how many seconds an install, upgrade or uninstall that is still under way is taken for one whose Helm was
        killed. The release is then marked as failed, as Helm would have done itself, and the task goes on from the last
        good revision; a younger one is waited for.
      - Set it to more than the longest time-out that is used for the release.
    type: int
    default: 300
  binary_path:
    description:
      - The C(helm) program. Defaults to the first one on E(PATH).
    type: path
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes
notes:
  - Nothing of the environment sends Helm elsewhere than the connection options say. Of Helm's own variables only those for
    its folders, its lists of repositories and registries, plugins and E(HELM_DRIVER) are passed on. Helm's cache of
    downloads is used as always.
  - The label C(meshops.lifecycle/inputs) on the Secret of a revision holds a digest of what it was made of. A release that
    was made without this module has none, and is compared by rendering the chart, until its first upgrade.
  - What a chart makes of the cluster it sees (C(.Capabilities), C(lookup)) is looked at again when the chart or the values
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
      description: Helm's word for its state, such as V(deployed) or V(uninstalled); V(absent) when there is no release.
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
      description: The version of what the chart installs, by its own word.
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
    - What the task did to each object of the release, in the manifest's order. Objects of hooks are not among them.
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
        - What was done, V(created), V(changed), V(deleted) or V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - kind: Deployment
      namespace: istio-system
      name: istiod
      action: changed
drifted:
  description: Objects that were not as released, and their fields.
  returned: when there are any, and chart and values are the same
  type: list
  elements: str
  sample:
    - "Deployment istio-system/istiod: spec.template.spec.containers[name=discovery].image"
    - ConfigMap istio-system/istio is gone
diff:
  description:
    - Every changed object before and after, without the bookkeeping of the server and with Secrets masked.
  returned: in diff mode, when objects change
  type: list
  elements: dict
validated:
  description:
    - Whether the cluster itself judged all objects, schema and admission webhooks included.
    - It is V(false) in check mode where a kind or the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for the objects to be ready or gone.
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
