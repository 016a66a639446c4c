#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: mtls_migration
short_description: Require mTLS namespace by namespace, with proof
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Sets namespaces from C(PERMISSIVE) to C(STRICT), one after the other, the one with the fewest requests first.
  - A namespace that somebody sends plain text to, or in which something else would break, stays as it is and is named with
    the reasons. They are those of M(meshops.lifecycle.mtls_report), and are looked at again right before each change.
  - A change counts when every proxy has acknowledged it. Then it is watched. When callers lose connections, or gates fail,
    the namespace is put back to what it was, and the task fails.
  - Only C(spec.mtls) of the policy that decides is changed. A namespace without one gets the policy C(default). What was
    there before is noted on each policy, and O(state=absent) restores it.
  - The state is kept in the cluster, in a ConfigMap and a Lease in the root namespace. The next run continues a run that was
    killed, from any controller node. A second run at the same time is refused. See C(docs/mtls.md).
notes:
  - A caller without a proxy that begins to call after the change is refused by its destination, and no metric of Istio
    counts that. What was seen in O(history) is what a namespace is judged by.
  - It needs the verbs get, list, create, patch and delete on PeerAuthentications, list on pods of all namespaces, the verbs
    get, list, create, update and delete on configmaps and leases in the root namespace, and what
    M(meshops.lifecycle.mtls_report) reads. O(wait_proxies) needs list on pods and get and create on pods/portforward in
    O(istiod_namespace).
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.gates
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.journal
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.mtls_report
  - module: meshops.lifecycle.peer_authentication
options:
  state:
    description:
      - V(present) migrates what can be migrated. V(absent) restores every policy that migrations have written.
    type: str
    choices: [present, absent]
    default: present
  namespaces:
    description: The namespaces to migrate. Without it, all that have workloads with proxies, but the root namespace.
    type: list
    elements: str
  exceptions:
    description:
      - What stays PERMISSIVE, and why. An exception with a O(exceptions[].selector) becomes a policy in its namespace, with
        reason and date as annotations; one without keeps the whole namespace as it is.
      - The policies follow what is declared, in namespaces that require mTLS already, too. One that is added or changed, with
        another date say, is written. One that is left out is deleted when nobody sends plain text any more, and that is
        watched like any other change.
    type: list
    elements: dict
    suboptions:
      namespace:
        description: The namespace.
        type: str
        required: true
      selector:
        description: Labels of the workloads.
        type: dict
      port:
        description: A port of the container, not of the Service. It needs O(exceptions[].selector).
        type: int
      reason:
        description: Why, for whoever reads it in a year.
        type: str
        required: true
      expires:
        description: The last day, such as V(2027-01-31). An exception that has expired is an error.
        type: str
        required: true
  mesh_wide:
    description:
      - Whether the whole mesh is set to STRICT at the end. Namespaces that stay PERMISSIVE get a policy of their own before.
    type: bool
    default: false
  remove_namespace_policies:
    description: Whether policies of namespaces that a migration has created are removed again when the mesh is STRICT.
    type: bool
    default: false
  unproven:
    description:
      - What to do with a namespace that has workloads behind a Service of whose traffic nothing is known. V(held) leaves it
        as it is, V(accepted) migrates it.
    type: str
    choices: [held, accepted]
    default: held
  ignore_findings:
    description:
      - Kinds of findings of M(meshops.lifecycle.mtls_report) that do not keep a namespace from being migrated.
    type: list
    elements: str
    choices: [plain_text, pod_address, disabled, destination_rule, probe, scrape, webhook]
  history:
    description: Seconds of traffic that are looked at before a change.
    type: int
    default: 604800
  watch:
    description: Seconds that each change is watched, after all proxies have acknowledged it.
    type: float
    default: 300
  max_resets:
    description:
      - So many requests and connections may be lost after a change, beside twice what was usual in the five minutes before
        it. Proxies of callers count them, with the response flags UF, UC, URX and NR.
    type: int
    default: 0
  keep_going:
    description: Whether the next namespace is migrated after one was put back. The task fails at its end in any case.
    type: bool
    default: false
  root_namespace:
    description: The root namespace of the mesh, if it is not O(istiod_namespace).
    type: str
  record:
    description:
      - File on the machine where the module runs, to which the record is written, as Markdown if the name ends in C(.md),
        otherwise as JSON. It is written at the end of the task, also if it fails.
    type: path
  wait_timeout:
    description: Seconds to wait until proxies have acknowledged a change.
    type: int
    default: 120
  wait_proxies:
    description:
      - Whether a change counts only when every connected proxy has acknowledged it. Each replica of istiod is asked, through
        the API server's port-forward.
    type: bool
    default: true
"""

EXAMPLES = r"""
---
- name: Require mTLS wherever nobody sends plain text
  meshops.lifecycle.mtls_migration:
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
    record: /var/lib/awx/records/mtls.md

- name: Two namespaces, with an exception, and a gate of one's own
  meshops.lifecycle.mtls_migration:
    namespaces: [shop, billing]
    exceptions:
      - namespace: billing
        selector: {app: ledger}
        port: 5432
        reason: The reporting job on the old VM, see OPS-417
        expires: "2027-03-31"
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
    gates:
      - {type: query, query: 'sum(rate(orders_total[2m]))', min: 1}
    watch: 600

- name: At last the whole mesh
  meshops.lifecycle.mtls_migration:
    mesh_wide: true
    remove_namespace_policies: true
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}

- name: Back to what was there before
  meshops.lifecycle.mtls_migration:
    state: absent
"""

RETURN = r"""
---
changed:
  description: Whether a policy was written, or would have been in check mode.
  returned: always
  type: bool
  sample: true
phase:
  description:
    - V(migrated), V(restored), or V(none) if there was nothing to do. In a failed task V(put_back) or V(stopped).
  returned: always
  type: str
  sample: migrated
held:
  description: The namespaces that stay as they are, each with the reasons.
  returned: always
  type: dict
  sample: {legacy: ["exception until 2027-03-31: the old VM"]}
plan:
  description: The stages in their order.
  returned: in check mode, or if there was nothing to do
  type: list
  elements: str
  sample: [shop, billing, the mesh]
proxies:
  description: The number of proxies that have acknowledged the last change.
  returned: when they were asked
  type: int
  sample: 12
record:
  description: Each namespace with its mode before, its outcome and why; exceptions, verdicts and runs.
  returned: with O(state=present)
  type: dict
resources:
  description: The policies that were written.
  returned: always
  type: list
  elements: dict
validated:
  description: Whether the API server has judged every change; always V(true).
  returned: always
  type: bool
waited:
  description: Whether the task has waited.
  returned: always
  type: bool
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mtls_migration import ARGUMENTS

ENTRY = Entry("mtls_migration", ARGUMENTS, run, secrets=SECRETS, roles=Roles(addresses=ADDRESSES))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
