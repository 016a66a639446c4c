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
  - Syncs an Argo CD C(Application), whole or in part, has it compared again, goes back to an earlier deployment, or ends
    an operation that runs.
  - It waits for its own operation and not for just any. The task ends when that has finished, when Argo CD has compared
    afterwards, and when the Application is Synced and Healthy. It fails at once when Argo CD does.
  - Works over the Kubernetes API alone. What Argo CD's API server would refuse is refused here as well, such as a sync
    in a closed window, or one to another revision under automated sync.
notes:
  - Sync options and retries are those of the Application unless the task states others.
  - A sync is started only where there is something to do. O(always=true) runs it, with its hooks, in any case.
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
      - V(sync) brings the cluster to what the source says.
      - V(refresh) has Argo CD compare again, and changes nothing.
      - V(rollback) syncs an earlier deployment once more, see O(history_id).
      - V(terminate) ends the operation that runs, if one does.
    type: str
    choices: [sync, refresh, rollback, terminate]
    default: sync
  revision:
    description:
      - Sync this branch, tag or commit instead of the Application's own. The Application is OutOfSync afterwards, so the
        wait is for its health alone. It is refused where automated sync would undo it.
    type: str
  revisions:
    description: The same for an Application with several sources, one for each of them, in their order.
    type: list
    elements: str
  resources:
    description:
      - Sync only these resources. Such a sync runs no hooks and makes no entry in the history.
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
        description: API group of the resource, where another group has the kind as well.
        type: str
      namespace:
        description: Namespace of the resource, where another namespace has one of that name as well.
        type: str
  prune:
    description: Delete what the source no longer contains.
    type: bool
    default: false
  dry_run:
    description:
      - Have Argo CD try the sync without changing anything. It is a real operation, whose outcome RV(resources) shows. It
        does not count as a change.
    type: bool
    default: false
  force:
    description: Delete and make anew what cannot be changed.
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
    description: What happens after an attempt has failed, instead of what the Application says.
    type: dict
    suboptions:
      limit:
        description: How often it is tried again.
        type: int
      refresh:
        description: Take the newest revision for the next attempt.
        type: bool
      backoff:
        description: How long it waits in between.
        type: dict
        suboptions:
          duration:
            description: The first pause, such as V(5s).
            type: str
          factor:
            description: What each pause is multiplied by to give the next.
            type: int
          max_duration:
            description: The longest pause, such as V(3m).
            type: str
            aliases: [maxDuration]
  info:
    description: Names and values that Argo CD keeps with the operation, such as a ticket or the number of a build.
    type: dict
  history_id:
    description:
      - With O(action=rollback), the number of the deployment to go back to, as the Application's history has it.
      - Without it, the deployment before the last. That one changes with every run, so name it in a task that may run
        twice.
    type: int
  disable_automated:
    description:
      - With O(action=rollback), turn automated sync off before, which would undo the rollback. The Application's spec is
        changed by that, and C(argocd_application) turns it on again.
    type: bool
    default: false
  refresh:
    description: How Argo CD looks at the source again, which it does before anything else. V(hard) leaves its cache aside.
    type: str
    choices: [normal, hard]
    default: normal
  always:
    description: Run the operation also where nothing differs.
    type: bool
    default: false
  when_running:
    description: What to do about an operation that is under way already.
    type: str
    choices: [wait, fail, terminate]
    default: wait
  wait:
    description:
      - Wait until our own operation has finished and the Application is Synced and in a state of O(wait_health). Without
        it the operation is started and left to itself.
    type: bool
    default: true
  wait_children:
    description:
      - With O(wait=true), wait for the Applications as well that this one deploys (app of apps), and for theirs. Argo CD's
        own health of a parent leaves them out.
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
  description: Whether an operation was run or ended, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The Application as the cluster has it at the end.
  returned: success
  type: dict
operation:
  description: The operation, which is ours when the task has started one.
  returned: when there was one
  type: dict
  contains:
    id:
      description: What we know our operation by.
      type: str
      returned: when it is ours
    phase:
      description: V(Running), V(Succeeded), V(Failed) or V(Error).
      type: str
      returned: always
    message:
      description: What the controller says about it.
      type: str
      returned: always
    revisions:
      description: What was synced, one for each source.
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
      description: How often it was tried again.
      type: int
      returned: always
  sample:
    phase: Succeeded
    message: successfully synced (all tasks run)
    revisions: [2b8637b651c984a93f701a45a78e16e6047a2b57]
resources:
  description: What the operation did to each resource, and in check mode which resources differ.
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
      description: What was done, one of V(created), V(changed), V(unchanged), V(deleted) and V(failed).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
    message:
      description: What Argo CD says about it.
      type: str
      returned: when the operation has run
    hook:
      description: The phase that it is a hook of, such as V(PreSync).
      type: str
      returned: when it is a hook
  sample:
    - {kind: ConfigMap, namespace: shop, name: one, action: created, message: configmap/one created}
validated:
  description: Whether what is returned comes from Argo CD itself. It is V(false) in check mode.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited for Argo CD.
  returned: success
  type: bool
  sample: true
application:
  description: How Argo CD sees the Application when a wait ends in a failure, as in M(meshops.lifecycle.argocd_application).
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
