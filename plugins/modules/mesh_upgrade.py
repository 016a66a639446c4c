#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_upgrade
short_description: Plan and prove the steps of an upgrade of Istio
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Says from what is live how far an upgrade of Istio, by revision or in place, is, what is left, and what forbids to go on;
    and does what charts do not do. The role C(meshops.lifecycle.mesh_upgrade) puts its steps between the charts, restarts and gates.
  - The stages are V(checks), V(base), V(istiod), V(probe), V(gateways), V(waves), V(default) and V(cleanup). Whether a stage
    is done is read from the cluster, so a run that was interrupted anywhere is continued by the next one.
  - Going back is the same work with the older revision, or in place the older version, as the goal. Gateways and tags then go
    first.
  - A journal in O(istiod_namespace) names the run that is at work. A second run is refused.
options:
  step:
    description:
      - V(plan) only reads, and returns the stages.
      - V(begin) makes the upgrade this run's, and fails for what the checks found.
      - V(istiod) waits until the new control plane is ready, and has it judge a dry run.
      - V(probe) makes a request between two pods with proxies of the new control plane, in a namespace of its own.
      - V(gateways) waits until the gateways are of the new revision and connected.
      - V(move) has O(namespaces) select the new revision; without O(namespaces), those whose own label means it again.
      - V(pause) waits for some O(seconds).
      - V(unused) fails while anything uses the old revision.
      - V(finish) ends the upgrade, V(release) this run of it.
    type: str
    choices: [plan, begin, istiod, probe, gateways, move, pause, unused, finish, release]
    default: plan
  revision:
    description:
      - Revision to go to, V(default) for a control plane without one.
    type: str
    required: true
  version:
    description:
      - Version of Istio to go to.
    type: str
    required: true
  from_revision:
    description:
      - Revision to leave. Needed only if there are several others.
      - The same as O(revision) replaces that control plane in place, one minor version at a time.
    type: str
  namespaces:
    description:
      - Namespaces to move with O(step=move).
    type: list
    elements: str
  skip_namespaces:
    description:
      - Namespaces that are left alone, as are those with the annotation C(meshops.lifecycle/upgrade=skip).
    type: list
    elements: str
    default: []
  waves:
    description:
      - Namespaces that move together, in this order. The others follow, O(wave_size) at a time.
    type: list
    elements: list
    default: []
  wave_size:
    description:
      - How many of the other namespaces move together.
    type: int
    default: 1
  windows:
    description:
      - When namespaces may be moved, such as V(22:00-04:00) or V(mon-thu 09:00-16:00). Without it, at any time. Going back is
        always allowed.
    type: list
    elements: str
    default: []
  freeze:
    description:
      - Days on which nothing is moved, such as V(2026-12-24) or V(2026-12-20..2027-01-06).
    type: list
    elements: str
    default: []
  timezone:
    description:
      - Time zone of O(windows) and O(freeze).
    type: str
    default: UTC
  probe:
    description:
      - What the probe runs. Without it there is no probe.
    type: dict
    suboptions:
      image:
        description: Image of the server.
        type: str
        required: true
      args:
        description: Its arguments.
        type: list
        elements: str
        default: []
      port:
        description: Port on which it answers HTTP.
        type: int
        default: 8080
      path:
        description: Path of the request.
        type: str
        default: /
      client_image:
        description: Image of the client. Defaults to that of the server.
        type: str
      client_command:
        description: Command that requests the URL which is appended to it, and ends with 0 if there was a good answer.
        type: list
        elements: str
        default: [curl, --fail, --silent, --show-error, --max-time, "5"]
  run:
    description:
      - Name of the run, as V(begin) has returned it. All steps of a run have the same.
    type: str
  takeover:
    description:
      - Whether V(begin) takes the upgrade over from another run at once. Without it, one that was killed is taken over as soon
        as its lease has expired.
    type: bool
    default: false
  seconds:
    description:
      - How long O(step=pause) lasts.
    type: int
    default: 0
  lease_duration:
    description:
      - Seconds after which the lease of a run may be taken over when it is not renewed. All tasks of the collection renew it
        while they work, if RV(lease) of V(begin) is the variable E(MESHOPS_RUN) of their environment; between two tasks
        nobody does.
    type: int
    default: 60
  reason:
    description:
      - Why the run ends, for O(step=release).
    type: str
    default: ""
  wait_timeout:
    description:
      - Seconds that each wait may take.
    type: int
    default: 300
  connections:
    description:
      - Whether to ask each replica of istiod which proxies are connected to it, through the API server's port-forward. Without
        it, no revision counts as unused.
      - It needs the verb C(list) on C(pods) and the verbs C(get) and C(create) on C(pods/portforward) in
        O(istiod_namespace).
    type: bool
    default: true
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.commits
  - meshops.lifecycle.attributes
notes:
  - With O(delivery=git), O(step=move) edits the files of the namespaces, wherever below O(git.path) they are, as one commit. A
    namespace that no file has and no Application tracks is labelled live. The other steps write nothing to Git.
  - With the verbs C(list) on C(nodes), and on C(resourcequotas) in O(istiod_namespace), the plan says whether there is room for
    a second istiod.
seealso:
  - module: meshops.lifecycle.mesh_versions
  - module: meshops.lifecycle.workload_restart
"""

EXAMPLES = r"""
---
- name: How far is the upgrade, and what is in its way?
  meshops.lifecycle.mesh_upgrade:
    revision: 1-31
    version: 1.31.1
  register: upgrade

- name: Show it
  ansible.builtin.debug:
    msg: "{{ upgrade.report }}"

- name: Move a namespace by a commit to the file that it comes from
  meshops.lifecycle.mesh_upgrade:
    step: move
    namespaces: [shop]
    revision: 1-31
    version: 1.31.1
    run: "{{ begun.run }}"
    delivery: git
    git:
      repository: https://git.example.com/platform/mesh.git
      path: clusters/staging
      application: mesh
      password: "{{ vault_git_token }}"

- name: Does anything still use the old revision?
  meshops.lifecycle.mesh_upgrade:
    step: unused
    revision: 1-31
    version: 1.31.1
    from_revision: 1-30
"""

RETURN = r"""
---
stages:
  description: The stages, each with C(stage), C(status) (V(done), V(next), V(later) or V(blocked)) and C(reasons).
  returned: with O(step=plan)
  type: list
  elements: dict
next:
  description: The first stage that is not done; null if all are.
  returned: with O(step=plan)
  type: str
problems:
  description: What has to be mended before anything is changed.
  returned: with O(step=plan)
  type: list
  elements: str
remarks:
  description: What the upgrade leaves alone, and what is different afterwards, with Istio's own notes about it.
  returned: with O(step=plan)
  type: list
  elements: str
waves:
  description: The namespaces that are left to move, in the order in which they do.
  returned: with O(step=plan)
  type: list
  elements: list
users:
  description: What uses the old revision.
  returned: with O(step=plan) and O(step=unused)
  type: list
  elements: str
under_way:
  description: The upgrade that was begun, with the C(step) that it is at; null if none was.
  returned: with O(step=plan)
  type: dict
report:
  description: The plan as lines for people.
  returned: with O(step=plan)
  type: list
  elements: str
run:
  description: Name of the run, for its other steps.
  returned: with O(step=begin)
  type: str
lease:
  description: The lease of the run, for the variable E(MESHOPS_RUN) of other tasks between its steps.
  returned: with O(step=begin)
  type: str
  sample: istio-system/meshops-namespace-istio-system-0123456789-run/7f3b2c1d
proven:
  description: What was proven; null in check mode.
  returned: with O(step=istiod), O(step=probe) and O(step=gateways)
  type: str
commit:
  description: The commit that has the labels; empty if no file was changed.
  returned: with O(step=move) and O(delivery=git), if a namespace was to be moved
  type: str
record:
  description: The steps and verdicts of all runs of the upgrade.
  returned: with O(step=finish)
  type: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.settings import PASSWORD
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_upgrade import ARGUMENTS

ENTRY = Entry("mesh_upgrade", ARGUMENTS, run, secrets=(PASSWORD,), roles=Roles(addresses=("git.repository",)))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
