#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_sync
short_description: Sync, refresh and roll back Argo CD Applications
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Syncs an Argo CD C(Application), completely or in part, refreshes it, rolls it back to an earlier deployment, or
    terminates a running operation.
  - The task waits for its own operation. It ends when that operation has finished, Argo CD has compared afterwards, and
    the Application is Synced and Healthy. It fails at once when the operation fails.
  - Uses the Kubernetes API only. What Argo CD's API server would refuse is refused here as well, such as a sync in a
    closed window, or one to another revision under automated sync.
notes:
  - Sync options and retries are those of the Application unless the task sets others.
  - A sync is started only if there is something to do. O(always=true) runs it, with its hooks, in any case.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_application
  - module: meshops.lifecycle.argocd_application_info
options:
  name:
    description: Name of the Application.
    type: str
    required: true
  namespace:
    description: Namespace of the Application.
    type: str
    default: argocd
  action:
    description:
      - The action to run. V(sync) deploys what the source declares.
      - V(refresh) makes Argo CD compare again, and changes nothing.
      - V(rollback) syncs an earlier deployment again, see O(history_id).
      - V(terminate) ends a running operation, if there is one.
    type: str
    choices: [sync, refresh, rollback, terminate]
    default: sync
  revision:
    description:
      - Branch, tag or commit to sync instead of the Application's own revision. The Application is OutOfSync
        afterwards, so the task waits for its health only. It is refused if automated sync would undo it.
    type: str
  revisions:
    description: The same for an Application with several sources, one for each of them, in their order.
    type: list
    elements: str
  resources:
    description:
      - The only resources to sync. Such a sync runs no hooks and adds no entry to the history.
    type: list
    elements: dict
    suboptions:
      kind:
        description: Kind of the resource.
        type: str
        required: true
      name:
        description: Name of the resource.
        type: str
        required: true
      group:
        description: API group of the resource, if another group also has the kind.
        type: str
      namespace:
        description: Namespace of the resource, if another namespace also has a resource of that name.
        type: str
  prune:
    description: Whether to delete resources that the source no longer contains.
    type: bool
    default: false
  dry_run:
    description:
      - Whether Argo CD only tries the sync without changing anything. This is a real operation, whose result is in
        RV(resources). It does not count as a change.
    type: bool
    default: false
  force:
    description: Whether to delete and recreate resources that cannot be changed.
    type: bool
    default: false
  strategy:
    description: V(hook) runs the hooks of the source, V(apply) leaves them out.
    type: str
    choices: [hook, apply]
    default: hook
  sync_options:
    description: Sync options for this operation, instead of those of the Application.
    type: list
    elements: str
  retry:
    description: Retry policy for this operation, instead of the Application's.
    type: dict
    suboptions:
      limit:
        description: Number of retries.
        type: int
      refresh:
        description: Whether the next attempt uses the newest revision.
        type: bool
      backoff:
        description: Time between attempts.
        type: dict
        suboptions:
          duration:
            description: The first delay, such as V(5s).
            type: str
          factor:
            description: Factor by which the delay grows with each attempt.
            type: int
          max_duration:
            description: The longest delay, such as V(3m).
            type: str
            aliases: [maxDuration]
  info:
    description: Names and values that Argo CD keeps with the operation, such as a ticket or the number of a build.
    type: dict
  history_id:
    description:
      - With O(action=rollback), the id of the deployment in the Application's history to roll back to.
      - Without it, the deployment before the last. That one changes with every run, so name it in a task that may run
        twice.
    type: int
  disable_automated:
    description:
      - Whether O(action=rollback) first turns off automated sync, which would undo the rollback. This changes the
        Application's spec; C(argocd_application) turns it on again.
    type: bool
    default: false
  refresh:
    description: Type of the refresh that precedes the action. V(hard) ignores Argo CD's cache.
    type: str
    choices: [normal, hard]
    default: normal
  always:
    description: Whether to run the operation even if nothing differs.
    type: bool
    default: false
  when_running:
    description: What to do if an operation is already running.
    type: str
    choices: [wait, fail, terminate]
    default: wait
  wait:
    description:
      - Whether to wait until the task's own operation has finished and the Application is Synced and in a state of
        O(wait_health). Otherwise the operation is only started.
    type: bool
    default: true
  wait_children:
    description:
      - Whether O(wait=true) also waits for the Applications that this one deploys (app of apps), and for their
        children. Argo CD's own health of a parent does not include them.
    type: bool
    default: true
  wait_health:
    description: The states of health that end the wait.
    type: list
    elements: str
    choices: [Healthy, Suspended, Progressing, Degraded, Missing]
    default: [Healthy]
"""

EXAMPLES = r"""
---
- name: Sync an Application that is not synced automatically, and delete what left the source
  meshops.lifecycle.argocd_sync:
    name: shop
    prune: true
    wait_timeout: 600

- name: Have the commit noticed that was just pushed
  meshops.lifecycle.argocd_sync:
    name: shop
    action: refresh

- name: Sync one Deployment alone
  meshops.lifecycle.argocd_sync:
    name: shop
    resources:
      - {kind: Deployment, name: web}

- name: Run the hooks once more, and note why
  meshops.lifecycle.argocd_sync:
    name: shop
    always: true
    info:
      ticket: OPS-4711

- name: Deploy, and go back when it fails
  block:
    - name: Sync to the release
      meshops.lifecycle.argocd_sync:
        name: shop
        revision: v2.1.0
  rescue:
    - name: Go back to the deployment before
      meshops.lifecycle.argocd_sync:
        name: shop
        action: rollback

- name: End a sync whose hook does not end
  meshops.lifecycle.argocd_sync:
    name: shop
    action: terminate
"""

RETURN = r"""
---
changed:
  description: Whether an operation was run or terminated, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The live Application at the end of the task.
  returned: success
  type: dict
operation:
  description: The operation. If the task has started one, it is that one.
  returned: when there was one
  type: dict
  contains:
    id:
      description: The id by which the task recognises its own operation.
      type: str
      returned: when it is ours
    phase:
      description: V(Running), V(Succeeded), V(Failed) or V(Error).
      type: str
      returned: always
    message:
      description: Message of the controller.
      type: str
      returned: always
    revisions:
      description: The synced revisions, one for each source.
      type: list
      elements: str
      returned: always
    started_at:
      description: When it began.
      type: str
      returned: always
    finished_at:
      description: When it ended.
      type: str
      returned: when it has
    retries:
      description: Number of retries.
      type: int
      returned: always
  sample:
    phase: Succeeded
    message: successfully synced (all tasks run)
    revisions: [2b8637b651c984a93f701a45a78e16e6047a2b57]
resources:
  description: The action for each resource; in check mode, the resources that differ.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of the resource.
      type: str
      returned: always
    namespace:
      description: The namespace of the resource.
      type: str
      returned: always
    name:
      description: The name of the resource.
      type: str
      returned: always
    action:
      description: The action, one of V(created), V(changed), V(unchanged), V(deleted) and V(failed).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
    message:
      description: Message of Argo CD.
      type: str
      returned: when the operation has run
    hook:
      description: The phase that it is a hook of, such as V(PreSync).
      type: str
      returned: when it is a hook
  sample:
    - {kind: ConfigMap, namespace: shop, name: one, action: created, message: configmap/one created}
validated:
  description: Whether the result comes from Argo CD itself. V(false) in check mode.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for Argo CD.
  returned: success
  type: bool
  sample: true
application:
  description: The status of the Application when a wait fails, as in M(meshops.lifecycle.argocd_application).
  returned: when a wait fails
  type: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_sync import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_sync import ARGUMENTS

ENTRY = Entry(
    "argocd_sync",
    ARGUMENTS,
    run,
    mutually_exclusive=[["revision", "revisions"], ["resources", "history_id"]],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
