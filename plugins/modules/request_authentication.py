#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: request_authentication
short_description: Manage Istio RequestAuthentications
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(RequestAuthentication), which says whose JSON Web Tokens (JWT) a workload
    takes and where it looks for them.
  - An object without selector and targets counts for its whole namespace, and in Istio's root namespace for the whole
    mesh.
notes:
  - A request with a bad token is refused with 401. A request without a token passes, unless an AuthorizationPolicy
    asks for a request principal.
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
  - module: meshops.lifecycle.authorization_policy
  - module: meshops.lifecycle.peer_authentication
  - name: RequestAuthentication reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/security/request_authentication/
options:
  spec:
    description: The specification of the RequestAuthentication, every field of the API.
    type: dict
    suboptions:
      selector:
        description: Workloads that the object is for. Without it, all of the namespace.
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
      jwt_rules:
        description: Issuers whose tokens are taken. A request may carry one token only.
        type: list
        elements: dict
        aliases: [jwtRules]
        suboptions:
          issuer:
            description: Issuer of the token, compared with its C(iss) claim.
            type: str
          audiences:
            description: Audiences of which the token has to have one. Without it any audience is taken.
            type: list
            elements: str
          jwks_uri:
            description:
              - URL of the issuer's public keys. Without it, and without O(spec.jwt_rules[].jwks), they are found
                through OpenID Connect at the issuer.
              - The API has the field under the name C(jwks_uri) as well. It is sent as C(jwksUri).
            type: str
            aliases: [jwksUri]
          jwks:
            description:
              - The issuer's public keys themselves, a JSON Web Key Set as text. Excludes
                O(spec.jwt_rules[].jwks_uri).
            type: str
          from_headers:
            description:
              - Headers to look for the token in. Without any place given, the C(Authorization) header and the query
                parameter C(access_token) are looked at.
            type: list
            elements: dict
            aliases: [fromHeaders]
            suboptions:
              name:
                description: Name of the header.
                type: str
                required: true
              prefix:
                description: What stands before the token and is cut off, for example V("Bearer ").
                type: str
          from_params:
            description: Query parameters to look for the token in.
            type: list
            elements: str
            aliases: [fromParams]
          from_cookies:
            description: Cookies to look for the token in.
            type: list
            elements: str
            aliases: [fromCookies]
          forward_original_token:
            description: Whether the token stays in the request that is forwarded. Istio removes it.
            type: bool
            aliases: [forwardOriginalToken]
          output_payload_to_header:
            description: Header that hands the token's payload, base64url encoded, to the workload.
            type: str
            aliases: [outputPayloadToHeader]
          output_claim_to_headers:
            description: Headers that hand single claims to the workload.
            type: list
            elements: dict
            aliases: [outputClaimToHeaders]
            suboptions:
              header:
                description: Name of the header.
                type: str
                required: true
              claim:
                description:
                  - Name of the claim. Nested claims are joined by a full stop. Only strings, numbers and booleans are
                    handed on.
                type: str
                required: true
          space_delimited_claims:
            description:
              - Claims whose value is a list joined by spaces, beside C(scope) and C(permission), which always are.
            type: list
            elements: str
            aliases: [spaceDelimitedClaims]
          timeout:
            description: Time to fetch the public keys, for example V(5s), which is the default.
            type: str
"""

EXAMPLES = r"""
---
- name: Take the tokens of the company's login
  meshops.lifecycle.request_authentication:
    name: storefront-jwt
    namespace: shop
    spec:
      selector:
        match_labels:
          app: storefront
      jwt_rules:
        - issuer: https://login.example.com
          jwks_uri: https://login.example.com/.well-known/jwks.json
          audiences: [shop]

- name: Hand the user's name to the workload, and keep the token
  meshops.lifecycle.request_authentication:
    name: orders-jwt
    namespace: shop
    spec:
      selector:
        match_labels:
          app: orders
      jwt_rules:
        - issuer: https://login.example.com
          forward_original_token: true
          from_headers:
            - name: Authorization
              prefix: "Bearer "
          from_cookies: [shop-token]
          output_claim_to_headers:
            - header: x-user-name
              claim: preferred_username

- name: Check tokens at the edge already
  meshops.lifecycle.request_authentication:
    namespace: istio-ingress
    definition:
      apiVersion: security.istio.io/v1
      kind: RequestAuthentication
      metadata:
        name: edge-jwt
      spec:
        selector:
          matchLabels:
            istio: ingressgateway
        jwtRules:
          - issuer: https://login.example.com
            jwksUri: https://login.example.com/.well-known/jwks.json
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
    kind: RequestAuthentication
    metadata:
      name: storefront-jwt
      namespace: shop
    spec:
      jwtRules:
        - issuer: https://login.example.com
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
    - kind: RequestAuthentication
      namespace: shop
      name: storefront-jwt
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.requestauthentication import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.request_authentication import ARGUMENTS

ENTRY = Entry("request_authentication", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
