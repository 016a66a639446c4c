#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: gateway_api_backendtlspolicy
short_description: Manage BackendTLSPolicies of the Kubernetes Gateway API
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes a C(BackendTLSPolicy), which makes gateways speak TLS with a service, and says which
    certificates they accept from it.
notes:
  - With O(wait=true) the task waits until the controller has taken the policy, with its authorities, wherever it
    applies it. Some controllers answer only once a route leads to the service.
  - Clusters that serve C(v1alpha3) alone work as well, as far as that version has the fields.
extends_documentation_fragment:
  - meshops.lifecycle.object
  - meshops.lifecycle.namespaced
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.gateway_api_gateway
  - module: meshops.lifecycle.gateway_api_httproute
  - module: meshops.lifecycle.istio_destinationrule
  - name: Reference of the Gateway API
    description: The API's own description of every field.
    link: https://gateway-api.sigs.k8s.io/reference/spec/
options:
  spec:
    description: The specification of the policy, every field of the API.
    type: dict
    suboptions:
      target_refs:
        description:
          - The services that TLS is spoken with, in the namespace of the policy. The API requires at least one.
        type: list
        elements: dict
        aliases: [targetRefs]
        suboptions:
          group:
            description: API group of the target, V("") for a Service.
            type: str
            required: true
          kind:
            description: Kind of the target, as a rule V(Service).
            type: str
            required: true
          name:
            description: Name of the target.
            type: str
            required: true
          section_name:
            description: Name of one port of the service. Without it, all of them.
            type: str
            aliases: [sectionName]
      validation:
        description: What is checked of the certificate that the service shows. The API requires it.
        type: dict
        suboptions:
          hostname:
            description:
              - Name that is asked for when TLS begins (SNI), and that the certificate has to carry unless
                O(spec.validation.subject_alt_names) says otherwise.
            type: str
            required: true
          ca_certificate_refs:
            description:
              - Authorities that the certificate is checked against, as a rule a ConfigMap with C(ca.crt). Excludes
                O(spec.validation.well_known_ca_certificates). One of the two is needed.
            type: list
            elements: dict
            aliases: [caCertificateRefs]
            suboptions:
              group:
                description: API group of what holds the authorities, V("") for a ConfigMap.
                type: str
                required: true
              kind:
                description: Kind of what holds the authorities.
                type: str
                required: true
              name:
                description: Name of what holds the authorities, in the namespace of the policy.
                type: str
                required: true
          well_known_ca_certificates:
            description:
              - V(System) for the authorities that the proxy knows by itself, or a name that the controller defines.
                Excludes O(spec.validation.ca_certificate_refs).
            type: str
            aliases: [wellKnownCACertificates]
          subject_alt_names:
            description:
              - Names of which the certificate has to carry one, instead of the hostname. The hostname is then for SNI
                alone.
            type: list
            elements: dict
            aliases: [subjectAltNames]
            suboptions:
              type:
                description: What kind of name it is.
                type: str
                required: true
                choices: [Hostname, URI]
              hostname:
                description: The name, for V(Hostname). The first label may be a wildcard.
                type: str
              uri:
                description: The URI, for V(URI), for example a SPIFFE identity.
                type: str
      options:
        description: Further settings that a controller defines, by name. The values are text.
        type: dict
"""

EXAMPLES = r"""
---
- name: Speak TLS with the payment service, and accept certificates of the company's own authority
  meshops.lifecycle.gateway_api_backendtlspolicy:
    name: payments
    namespace: payments
    spec:
      target_refs:
        - {group: "", kind: Service, name: payments, section_name: https}
      validation:
        hostname: payments.internal.example.com
        ca_certificate_refs:
          - {group: "", kind: ConfigMap, name: company-authority}
    wait: true

- name: Speak TLS with a service whose certificate is publicly trusted
  meshops.lifecycle.gateway_api_backendtlspolicy:
    name: search
    namespace: shop
    spec:
      target_refs:
        - {group: "", kind: Service, name: search}
      validation:
        hostname: search.example.com
        well_known_ca_certificates: System
        subject_alt_names:
          - {type: Hostname, hostname: "*.search.example.com"}

- name: Remove a policy
  meshops.lifecycle.gateway_api_backendtlspolicy:
    name: search
    namespace: shop
    state: absent
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
    apiVersion: gateway.networking.k8s.io/v1
    kind: BackendTLSPolicy
    metadata:
      name: payments
      namespace: payments
    spec:
      targetRefs:
        - {group: "", kind: Service, name: payments}
      validation:
        hostname: payments.internal.example.com
        wellKnownCACertificates: System
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
  sample:
    - kind: BackendTLSPolicy
      namespace: payments
      name: payments
      action: changed
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
waited:
  description: Whether the task waited for the object to be ready or deleted.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.backendtlspolicy import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.gateway_api_backendtlspolicy import ARGUMENTS

ENTRY = Entry("gateway_api_backendtlspolicy", ARGUMENTS, manage(KIND))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
