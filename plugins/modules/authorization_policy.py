#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: authorization_policy
short_description: Manage Istio AuthorizationPolicies
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(AuthorizationPolicy), which says who may send which requests to a
    workload.
  - An object without selector and targets counts for its whole namespace, and in Istio's root namespace for the whole
    mesh.
notes:
  - What is empty says something. V(spec={}) allows nothing, O(spec.rules) with one empty rule, C([{}]), matches every
    request. The module sends both as they are written.
  - Policies are asked in the order CUSTOM, DENY, ALLOW. As soon as a workload has one ALLOW policy, what none of them
    allows is refused.
  - Rules on HTTP never hold for plain TCP, so that a DENY policy with such rules denies all TCP to its workload.
    State the ports it is for.
  - Principals and namespaces are known only with mutual TLS, request principals only with a RequestAuthentication.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.proxies
  - meshops.lifecycle.istiod
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.peer_authentication
  - module: meshops.lifecycle.request_authentication
  - name: AuthorizationPolicy reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/security/authorization-policy/
options:
  spec:
    description:
      - The specification of the AuthorizationPolicy, every field of the API. An empty dictionary is a policy that
        allows nothing.
    type: dict
    suboptions:
      selector:
        description: Workloads that the policy is for. Without it, all of the namespace.
        type: dict
        suboptions:
          match_labels:
            description: Labels that a pod or a virtual machine has to have, all of them.
            type: dict
            aliases: [matchLabels]
      target_refs:
        description:
          - Gateways, services and the like that the object is for, waypoints included. They have to be in the same
            namespace. Excludes O(spec.selector).
        type: list
        elements: dict
        aliases: [targetRefs]
        suboptions:
          group:
            description:
              - API group of the target, for example V(gateway.networking.k8s.io). An empty string is the core group.
            type: str
          kind:
            description: Kind of the target, for example V(Gateway).
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          namespace:
            description: Namespace of the target. The API does not take a value here yet.
            type: str
      target_ref:
        description:
          - A single target. The API takes at most one of O(spec.selector), O(spec.target_ref) and
            O(spec.target_refs). Prefer the list.
        type: dict
        aliases: [targetRef]
        suboptions:
          group:
            description: API group of the target.
            type: str
          kind:
            description: Kind of the target.
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          namespace:
            description: Namespace of the target. The API does not take a value here yet.
            type: str
      action:
        description:
          - What happens to a request that matches a rule. V(ALLOW), which is the default, V(DENY), V(AUDIT), which
            only notes it, or V(CUSTOM), which asks the O(spec.provider).
        type: str
        choices: [ALLOW, DENY, AUDIT, CUSTOM]
      provider:
        description: Who decides, for V(CUSTOM).
        type: dict
        suboptions:
          name:
            description: Name of the provider in the mesh configuration.
            type: str
      rules:
        description:
          - What is matched. A request matches when one rule does. Without any rule nothing matches, an empty rule
            matches everything.
        type: list
        elements: dict
        suboptions:
          from:
            description: Where the request comes from, any one of the entries. Without it, from anywhere.
            type: list
            elements: dict
            suboptions:
              source:
                description:
                  - The caller. All that is stated has to hold, of each list one entry. V(*) at the end or the
                    beginning of a value stands for the rest, and alone for any value that is not empty.
                type: dict
                suboptions:
                  principals:
                    description: Identities of workloads, as V(cluster.local/ns/shop/sa/storefront). Needs mutual TLS.
                    type: list
                    elements: str
                  not_principals:
                    description: Identities of workloads that do not match.
                    type: list
                    elements: str
                    aliases: [notPrincipals]
                  request_principals:
                    description: Identities from a token, as V(issuer/subject). Needs a RequestAuthentication.
                    type: list
                    elements: str
                    aliases: [requestPrincipals]
                  not_request_principals:
                    description: Identities from a token that do not match.
                    type: list
                    elements: str
                    aliases: [notRequestPrincipals]
                  namespaces:
                    description: Namespaces of the caller. Needs mutual TLS.
                    type: list
                    elements: str
                  not_namespaces:
                    description: Namespaces that do not match.
                    type: list
                    elements: str
                    aliases: [notNamespaces]
                  service_accounts:
                    description:
                      - Service accounts of the caller, as V(namespace/name), or V(name) in the namespace of the
                        policy. Needs mutual TLS. Excludes principals and namespaces.
                    type: list
                    elements: str
                    aliases: [serviceAccounts]
                  not_service_accounts:
                    description: Service accounts that do not match.
                    type: list
                    elements: str
                    aliases: [notServiceAccounts]
                  trust_domains:
                    description: Trust domains of the caller's identity. Needs mutual TLS.
                    type: list
                    elements: str
                    aliases: [trustDomains]
                  not_trust_domains:
                    description: Trust domains that do not match.
                    type: list
                    elements: str
                    aliases: [notTrustDomains]
                  ip_blocks:
                    description: Addresses or subnets (CIDR) that the packets come from.
                    type: list
                    elements: str
                    aliases: [ipBlocks]
                  not_ip_blocks:
                    description: Addresses or subnets that do not match.
                    type: list
                    elements: str
                    aliases: [notIpBlocks]
                  remote_ip_blocks:
                    description:
                      - Addresses or subnets (CIDR) of the first client, from C(X-Forwarded-For) or the PROXY
                        protocol. The mesh has to be told how many proxies to trust.
                    type: list
                    elements: str
                    aliases: [remoteIpBlocks]
                  not_remote_ip_blocks:
                    description: Addresses or subnets of the first client that do not match.
                    type: list
                    elements: str
                    aliases: [notRemoteIpBlocks]
          to:
            description: What is asked for, any one of the entries. Without it, anything.
            type: list
            elements: dict
            suboptions:
              operation:
                description:
                  - The request. All that is stated has to hold, of each list one entry. V(*) at the end or the
                    beginning of a value stands for the rest, and alone for any value that is not empty.
                type: dict
                suboptions:
                  hosts:
                    description:
                      - Hosts of the request, without regard to case. A port in the Host header counts, so
                        V(shop.example.com*) may be meant.
                    type: list
                    elements: str
                  not_hosts:
                    description: Hosts that do not match.
                    type: list
                    elements: str
                    aliases: [notHosts]
                  ports:
                    description: Ports of the workload, as strings.
                    type: list
                    elements: str
                  not_ports:
                    description: Ports that do not match.
                    type: list
                    elements: str
                    aliases: [notPorts]
                  methods:
                    description: HTTP methods, in capitals.
                    type: list
                    elements: str
                  not_methods:
                    description: HTTP methods that do not match.
                    type: list
                    elements: str
                    aliases: [notMethods]
                  paths:
                    description:
                      - Paths of the request. The templates V({*}) for one segment and V({**}) for any number are
                        understood.
                    type: list
                    elements: str
                  not_paths:
                    description: Paths that do not match.
                    type: list
                    elements: str
                    aliases: [notPaths]
          when:
            description: Further conditions, all of them.
            type: list
            elements: dict
            suboptions:
              key:
                description:
                  - Attribute to look at, for example V(request.headers[x-tester]) or V(request.auth.claims[groups]).
                type: str
                required: true
              values:
                description: Values of which the attribute has to have one.
                type: list
                elements: str
              not_values:
                description: Values that the attribute must not have.
                type: list
                elements: str
                aliases: [notValues]
"""

EXAMPLES = r"""
---
- name: Refuse everything that no other policy of the namespace allows
  meshops.lifecycle.authorization_policy:
    name: allow-nothing
    namespace: shop
    spec: {}

- name: Let the storefront read reviews
  meshops.lifecycle.authorization_policy:
    name: reviews-readers
    namespace: shop
    spec:
      selector:
        match_labels:
          app: reviews
      action: ALLOW
      rules:
        - from:
            - source:
                principals: [cluster.local/ns/shop/sa/storefront]
          to:
            - operation:
                methods: [GET, HEAD]
                paths: [/reviews/*]

- name: Keep the administration to people of one group
  meshops.lifecycle.authorization_policy:
    name: admin-group
    namespace: shop
    spec:
      selector:
        match_labels:
          app: admin
      action: DENY
      rules:
        - to:
            - operation:
                paths: [/admin/*]
                ports: ["8080"]
          when:
            - key: request.auth.claims[groups]
              not_values: [shop-admins]

- name: Guard a service of an ambient mesh at its waypoint
  meshops.lifecycle.authorization_policy:
    name: ratings-callers
    namespace: shop
    spec:
      target_refs:
        - kind: Service
          group: ""
          name: ratings
      rules:
        - from:
            - source:
                service_accounts: [shop/reviews]
    wait: true

- name: Allow every request, which is one empty rule
  meshops.lifecycle.authorization_policy:
    definition:
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: allow-all
        namespace: sandbox
      spec:
        rules:
          - {}
"""

RETURN = r"""
---
changed:
  description:
    - Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description:
    - The live object after the task, without server-managed fields.
    - In check mode, the server's answer to the dry run. Empty when the object is absent.
  returned: success
  type: dict
  sample:
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: reviews-readers
      namespace: shop
    spec:
      action: ALLOW
      rules:
        - to:
            - operation: {methods: [GET]}
resources:
  description:
    - The action for each object; for this module, one entry.
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
    taken_over_from:
      description:
        - The field managers, such as kubectl's, whose fields this task has taken over. This can happen without a change
          of any value.
      type: list
      elements: str
      returned: when an object was taken over
    foreign_fields:
      description: Undeclared fields of C(spec) that others have set and that stay, each with who has set it.
      type: list
      elements: str
      returned: when there are any, unless O(foreign_fields) is V(ignore)
  sample:
    - kind: AuthorizationPolicy
      namespace: shop
      name: reviews-readers
      action: changed
unresolved:
  description: References to objects that do not exist, one sentence each, as O(references) finds them.
  returned: when there are any, unless O(references) is V(ignore)
  type: list
  elements: str
diff:
  description:
    - The object before and after the change, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: dict
validated:
  description:
    - Whether the API server validated the objects, including schema and admission webhooks.
    - V(false) in check mode when the kind or the namespace does not exist yet.
  returned: success
  type: bool
  sample: true
proxies:
  description: Number of proxies that have acknowledged the configuration.
  returned: when something was written and O(wait_proxies) took effect
  type: int
  sample: 7
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.propagation import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.authorizationpolicy import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.authorization_policy import ARGUMENTS

ENTRY = Entry("authorization_policy", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
