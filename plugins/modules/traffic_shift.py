#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: traffic_shift
short_description: Shift requests step by step from one version to another
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Moves the requests of a route that exists, a C(VirtualService), C(HTTPRoute) or C(GRPCRoute), from one target to
    another in steps of weight. The whole way is one task, or each step is a task of its own.
  - Only the weights of the two targets in one rule change. Everything else in the route stays as it is.
  - A step counts when every proxy has acknowledged it. Then its pause begins, during which the gates are evaluated.
  - When gates fail, the route is put back to what it was before the shift, and the task fails.
  - The state is kept in the cluster, in a ConfigMap and a Lease beside the route. The next run continues a run that was
    killed, from any controller node. A second run at the same time is refused.
  - See C(docs/traffic_shift.md) for how it works together with other tools.
notes:
  - The route's rules belong to the field manager C(meshops.lifecycle.traffic_shift) after a promotion. A task that
    declares the old weights afterwards is refused, until it declares the new ones with O(ignore:force_conflicts=true).
    After an abort, they belong to who had them before.
  - It needs the verbs get and patch on the route, get and list on Services, pods and DestinationRules, the verbs get, list,
    create, update and delete on configmaps and leases in the route's namespace, and O(wait_proxies) needs list on pods
    and get and create on pods/portforward in O(istiod_namespace).
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.istiod
  - meshops.lifecycle.gates
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.journal
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.traffic_shift_info
  - module: meshops.lifecycle.istio_virtualservice
options:
  state:
    description:
      - V(promoted) goes the whole way, or what is left of it. At its end the canary gets everything.
      - V(started) makes the first step. V(advanced) waits for the rest of the pause of the present step, judges it, and
        makes the next one.
      - V(aborted) puts back what was there before the shift. Without a shift under way it does nothing.
    type: str
    choices: [promoted, started, advanced, aborted]
    default: promoted
  kind:
    description: Kind of the route.
    type: str
    choices: [VirtualService, HTTPRoute, GRPCRoute]
    default: VirtualService
  name:
    description: Name of the route.
    type: str
    required: true
  namespace:
    description: Namespace of the route. Defaults to that of the kubeconfig's context, then to V(default).
    type: str
  protocol:
    description:
      - Which rules of a C(VirtualService) are meant, C(spec.http), C(spec.tcp) or C(spec.tls). Defaults to those that it
        has, and to V(http) if it has several.
      - With V(tcp) and V(tls) connections are split. A connection that is open stays where it is.
    type: str
    choices: [http, tcp, tls]
  route:
    description:
      - Name of the rule, in C(spec.http) of a VirtualService or in C(spec.rules) of the other kinds. It is not needed if
        there is only one.
      - A rule without a name is chosen by its position, beginning with V(0).
    type: str
  from:
    description: The target that loses requests, the stable side. Required to begin a shift.
    type: dict
    suboptions:
      host:
        description:
          - The host, as the VirtualService names it, or the Service of an HTTPRoute or GRPCRoute, as V(NAME) or
            V(NAMESPACE/NAME). For a VirtualService it defaults to the only host of the rule.
        type: str
        aliases: [service]
      subset:
        description: The subset of the host. Only for a VirtualService.
        type: str
  to:
    description:
      - The target that gets the requests, the canary. Required to begin a shift.
      - It is added to the rule if it is not there.
    type: dict
    suboptions:
      host:
        description: See O(from.host).
        type: str
        aliases: [service]
      subset:
        description: The subset of the host. Only for a VirtualService.
        type: str
  steps:
    description:
      - The steps, in their order. Required to begin a shift. After the last step, the canary gets everything.
    type: list
    elements: dict
    suboptions:
      weight:
        description:
          - The canary's share in percent of the requests that the two targets have together. Weights of other targets of
            the rule do not change.
          - Without it the share stays that of the step before.
        type: int
      mirror:
        description:
          - Percentage of requests that are also sent to the canary, whose responses are discarded. It ends with the step.
          - Mirrored requests are real requests for the canary and for what it calls, and its own proxy counts them.
        type: float
      pause:
        description: Seconds that the step lasts. Defaults to O(pause).
        type: float
  pause:
    description: Seconds that each step lasts, counted from the acknowledgement of all proxies.
    type: float
    default: 60
  match:
    description:
      - Requests that go to the canary in all steps, whatever the weights are. A rule for them is put before the chosen
        rule, and taken out at the end. With a first step of O(steps[].weight=0) only these requests reach the canary.
    type: dict
    suboptions:
      headers:
        description:
          - Headers and their values, such as V(x-canary={"exact":"1"}). Instead of C(exact), C(regex) is possible, and
            C(prefix) for a VirtualService. All of them must match.
        type: dict
      cookie:
        description: A cookie with a value.
        type: dict
        suboptions:
          name:
            description: Name of the cookie.
            type: str
            required: true
          value:
            description: Value of the cookie.
            type: str
            required: true
  sticky:
    description:
      - Keeps whoever has been to the canary there, by a cookie that responses of the canary set. Requests with it go to the
        canary in all steps, so its share grows beyond the weight. It is taken out at the end.
      - The value of the cookie is another for each shift. Excludes O(match).
    type: dict
    suboptions:
      cookie:
        description: Name of the cookie.
        type: str
        required: true
      max_age:
        description: Seconds that a client keeps the cookie.
        type: int
        default: 86400
  on_fail:
    description:
      - What to do when the gates have failed as often as O(limits) allows. V(abort) puts back what was there before,
        V(stop) leaves the step as it is. The task fails in both cases.
    type: str
    choices: [abort, stop]
    default: abort
  on_no_data:
    description:
      - What to do when there is no data, or there are too few requests, at the end of a pause.
      - V(hold) keeps the step and evaluates again, for as long as O(limits.hold), and then goes back. V(abort) goes back at
        once, V(stop) leaves the step and fails. V(pass) takes it as a pass.
    type: str
    choices: [hold, abort, stop, pass]
    default: hold
  on_inconclusive:
    description: The same when the outcome is neither good nor bad.
    type: str
    choices: [hold, abort, stop, pass]
    default: hold
  limits:
    description: How often gates may fail, and how long to hold.
    type: dict
    suboptions:
      in_a_row:
        description: So many failed evaluations in a row are a failure.
        type: int
        default: 2
      in_all:
        description: So many failed evaluations in all steps together are a failure.
        type: int
        default: 5
      hold:
        description: Seconds beyond the end of a pause for which V(hold) waits.
        type: float
        default: 300
  argocd:
    description:
      - What to do if an Application of Argo CD tracks the route and would set the weights back, because automated sync with
        C(selfHeal) is on and C(ignoreDifferences) does not cover them.
      - V(refuse) does not begin, and says which settings are missing. V(ignore) begins all the same.
      - V(pause) turns automated sync off for the time of the shift (C(spec.syncPolicy.automated.enabled)), and on again after
        an abort. After a promotion it stays off, with a warning, until Git has the new weights.
    type: str
    choices: [refuse, pause, ignore]
    default: refuse
  delivery:
    description:
      - How a step gets to the cluster. V(cluster) writes the live route. V(git) commits the step to the file of the route in
        a Git repository, and waits until Argo CD has synced that commit. See C(docs/traffic_shift.md).
      - With V(git) the way back writes the live route first, with automated sync paused, then commits, and turns automated
        sync on again.
      - Tasks that go on with a shift need the same, because credentials are not kept in the cluster.
    type: str
    choices: [cluster, git]
    default: cluster
  git:
    description:
      - Repository and credentials for O(delivery=git). It needs the program C(git), 2.31 or newer, where the task runs.
    type: dict
    suboptions:
      repository:
        description: URL or path of the repository. Required with O(delivery=git).
        type: str
      branch:
        description: The branch that is delivered. Defaults to the default branch of the repository.
        type: str
      file:
        description:
          - Path of the file with the route within the repository. Defaults to the file that this collection writes,
            V(NAMESPACE/KIND-NAME.yaml) below O(git.path).
        type: str
      path:
        description: The folder within the repository to which this collection delivers, if O(git.file) is not given.
        type: str
        default: .
      application:
        description: Name of the Argo CD Application that delivers the route. Defaults to the one that tracks the live route.
        type: str
      application_namespace:
        description: Namespace of O(git.application).
        type: str
        default: argocd
      author_name:
        description: Name of the author and committer. Defaults to git's own configuration, then to V(meshops.lifecycle).
        type: str
      author_email:
        description: Email address of the author and committer. Defaults to git's own, then to an address at V(localhost).
        type: str
      sign:
        description:
          - The key to sign commits with. The id of an OpenPGP or X.509 key, or the path of an SSH key that has no
            passphrase or is loaded in an agent.
        type: str
      sign_format:
        description: The type of the key O(git.sign). Defaults to V(ssh) if a file of that name exists, else to V(openpgp).
        type: str
        choices: [openpgp, ssh, x509]
      username:
        description: User name for a repository at http or https. With O(git.password) it defaults to V(git).
        type: str
      password:
        description: Password or token for a repository at http or https. Without it, git uses its own credential helpers.
        type: str
      ca_cert:
        description: Path of the certificate authority that signed the certificate of a repository at https.
        type: path
      ssh_key_file:
        description: Path of the private key for a repository that is reached by SSH.
        type: path
      known_hosts_file:
        description: Path of a known_hosts file to use instead of the user's own.
        type: path
  record:
    description:
      - File on the machine where the module runs, to which the record of the shift is written, as Markdown if the name ends
        in C(.md), otherwise as JSON. It is written at the end of the task, also if it fails.
    type: path
  wait_timeout:
    description: Seconds to wait until proxies have acknowledged a step, or until the stable side is ready for an abort.
    type: int
    default: 120
  wait_proxies:
    description:
      - Whether a step counts only when every connected proxy has acknowledged it. Each replica of istiod is asked, through
        the API server's port-forward.
    type: bool
    default: true
"""

EXAMPLES = r"""
---
- name: Give version 2 everything, in three steps of a minute
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    from: {subset: v1}
    to: {subset: v2}
    steps:
      - weight: 5
      - weight: 25
      - weight: 50

- name: Judged by metrics, and with a record
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    route: primary
    from: {subset: v1}
    to: {subset: v2}
    steps:
      - {mirror: 20, pause: 120}
      - {weight: 5, pause: 300}
      - {weight: 50, pause: 300}
    gates:
      - {type: success_rate, min: 99.5}
      - {type: latency, percentile: 99, max: 400}
    metrics:
      service: {namespace: monitoring, name: prometheus-operated}
    limits: {in_a_row: 3}
    record: /var/lib/awx/records/reviews.md

- name: One step a task, with an approval between them
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    from: {subset: v1}
    to: {subset: v2}
    steps: [{weight: 10}, {weight: 50}]
    state: started

- name: After the approval
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    state: advanced

- name: Go back, from the failure branch of a workflow
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    state: aborted

- name: Each step a commit that Argo CD syncs
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    from: {subset: v1}
    to: {subset: v2}
    steps: [{weight: 10}, {weight: 50}]
    delivery: git
    git:
      repository: https://git.example.com/shop.git
      file: prod/reviews-virtualservice.yaml
      password: "{{ vault_git_token }}"

- name: Testers first, by a cookie, then everybody
  meshops.lifecycle.traffic_shift:
    name: reviews
    namespace: shop
    kind: HTTPRoute
    from: {service: reviews-v1}
    to: {service: reviews-v2}
    match:
      cookie: {name: tester, value: "yes"}
    steps:
      - {weight: 0, pause: 3600}
      - {weight: 20}
"""

RETURN = r"""
---
changed:
  description: Whether the route was written, or would have been in check mode.
  returned: always
  type: bool
  sample: true
phase:
  description:
    - V(progressing), V(promoted) or V(aborted). V(none) if there was nothing to do.
    - In a failed task also V(stopped), or V(taken_over) if somebody else has changed the route.
  returned: always
  type: str
  sample: promoted
step:
  description: The step that the shift is at.
  returned: while it is under way
  type: str
  sample: "step 1 of 2: 10 %"
steps:
  description: The steps of the plan with their weights.
  returned: when there is a shift
  type: list
  elements: dict
  sample:
    - {step: "step 1 of 2: 10 %", weights: {from: 90, to: 10}, pause: 60}
proxies:
  description: The number of proxies that have acknowledged the last step.
  returned: when they were asked
  type: int
  sample: 12
record:
  description:
    - Steps, verdicts with queries, values and counts, runs, and what was there before. A query stands once, in C(queries),
      and verdicts have its id, and their own C(window).
  returned: when there is a shift, outside of check mode
  type: dict
resources:
  description: The route, and whether it was changed.
  returned: always
  type: list
  elements: dict
validated:
  description: Whether the API server has judged every step; always V(true).
  returned: always
  type: bool
waited:
  description: Whether the task has waited.
  returned: always
  type: bool
msg:
  description: Why there was nothing to do.
  returned: when there was nothing to do
  type: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.settings import PASSWORD
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.traffic_shift import ARGUMENTS

ENTRY = Entry(
    "traffic_shift",
    ARGUMENTS,
    run,
    secrets=(*SECRETS, PASSWORD),
    roles=Roles(addresses=(*ADDRESSES, "git.repository")),
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
