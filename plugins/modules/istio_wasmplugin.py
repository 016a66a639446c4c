#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_wasmplugin
short_description: Manage Istio WasmPlugins
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(WasmPlugin), which puts a WebAssembly filter into the proxies.
  - An object without selector and targets counts for its whole namespace, and in Istio's root namespace for the whole
    mesh.
notes:
  - Proxies fetch the module themselves. While it cannot be fetched, O(spec.fail_strategy) says what happens to
    requests.
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
  - module: meshops.lifecycle.istio_trafficextension
  - module: meshops.lifecycle.istio_envoyfilter
  - name: WasmPlugin reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
options:
  spec:
    description: The specification of the WasmPlugin, every field of the API.
    type: dict
    suboptions:
      selector:
        description:
          - Workloads that the object is for. Excludes O(spec.target_refs). Without either, all of the namespace.
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
      url:
        description:
          - Where the module is, as V(oci://), V(http://), V(https://) or V(file://). Without a scheme V(oci://) is
            meant. The API requires it.
        type: str
      sha256:
        description:
          - Checksum of the module or of the image, in hexadecimal. A module whose checksum is known is fetched once
            only.
        type: str
      image_pull_policy:
        description:
          - When the module is fetched. V(Always) fetches it anew when the object changes, V(IfNotPresent) uses what
            is there. Without it, V(Always) for images with the tag C(latest) and V(IfNotPresent) otherwise.
        type: str
        aliases: [imagePullPolicy]
        choices: [UNSPECIFIED_POLICY, IfNotPresent, Always]
      image_pull_secret:
        description: Name of the Secret, in the namespace of this object, with the credentials of the registry.
        type: str
        aliases: [imagePullSecret]
      verification_key:
        description: Public key to verify the signature of the image. In the schema, but not implemented by Istio.
        type: str
        aliases: [verificationKey]
      plugin_config:
        description: Configuration that the plugin gets. It is sent as it is written.
        type: dict
        aliases: [pluginConfig]
      plugin_name:
        description: Name of the plugin in Envoy, its root identifier. It tells apart several plugins in one module.
        type: str
        aliases: [pluginName]
      phase:
        description:
          - Stage of the filter chain that the plugin goes into, before Istio's own filters of that stage. Without it,
            at the end, before the router.
        type: str
        choices: [UNSPECIFIED_PHASE, AUTHN, AUTHZ, STATS]
      priority:
        description: Place among the plugins of the same phase. Higher numbers come first, 0 is the default.
        type: int
      match:
        description: Traffic that the plugin sees, any one of the entries. Without it, all of it.
        type: list
        elements: dict
        suboptions:
          mode:
            description:
              - V(CLIENT) is what the workload sends, V(SERVER) is what it receives, V(CLIENT_AND_SERVER), the
                default, is both. Gateways count as V(CLIENT).
            type: str
            choices: [UNDEFINED, CLIENT, SERVER, CLIENT_AND_SERVER]
          ports:
            description: Ports of the destination, one of which has to match.
            type: list
            elements: dict
            suboptions:
              number:
                description: Number of the port.
                type: int
                required: true
      type:
        description: V(HTTP), which is the default, for a filter of requests, V(NETWORK) for a filter of connections.
        type: str
        choices: [UNSPECIFIED_PLUGIN_TYPE, HTTP, NETWORK]
      fail_strategy:
        description:
          - What happens when the plugin fails for good. V(FAIL_CLOSE), the default, refuses requests, V(FAIL_OPEN)
            lets them pass without it, V(FAIL_RELOAD) starts it anew after a crash.
        type: str
        aliases: [failStrategy]
        choices: [FAIL_CLOSE, FAIL_OPEN, FAIL_RELOAD]
      vm_config:
        description: The virtual machine that runs the plugin.
        type: dict
        aliases: [vmConfig]
        suboptions:
          env:
            description: Environment variables that the plugin sees.
            type: list
            elements: dict
            suboptions:
              name:
                description: Name of the variable.
                type: str
                required: true
              value:
                description: Value of the variable, for V(INLINE).
                type: str
              value_from:
                description:
                  - Where the value comes from, this object, V(INLINE), which is the default, or the environment of
                    the proxy, V(HOST).
                type: str
                aliases: [valueFrom]
                choices: [INLINE, HOST]
"""

EXAMPLES = r"""
---
- name: Ask for a password at the gateway, before anything else
  meshops.lifecycle.istio_wasmplugin:
    name: basic-auth
    namespace: istio-ingress
    spec:
      selector:
        match_labels:
          istio: ingressgateway
      url: oci://registry.example.com/plugins/basic-auth:1.4.0
      image_pull_policy: IfNotPresent
      image_pull_secret: registry-credentials
      phase: AUTHN
      plugin_config:
        realm: shop
        users_file: /etc/shop/users

- name: Count requests of one port, and let them pass when the plugin fails
  meshops.lifecycle.istio_wasmplugin:
    name: request-counter
    namespace: shop
    spec:
      url: https://plugins.example.com/counter.wasm
      sha256: 1ef0c9a92b0420cf25f7fe5d481b231464bc88f486ca3b9c83ed5cc21d2f6210
      phase: STATS
      priority: 10
      fail_strategy: FAIL_OPEN
      match:
        - mode: SERVER
          ports:
            - number: 8080
      vm_config:
        env:
          - name: POD_NAME
            value_from: HOST
          - name: BUCKETS
            value: "10,100,1000"

- name: Apply a document as it was pasted
  meshops.lifecycle.istio_wasmplugin:
    definition:
      apiVersion: extensions.istio.io/v1alpha1
      kind: WasmPlugin
      metadata:
        name: headers
        namespace: shop
      spec:
        url: oci://registry.example.com/plugins/headers:2.0.1
        targetRefs:
          - group: gateway.networking.k8s.io
            kind: Gateway
            name: waypoint
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
    apiVersion: extensions.istio.io/v1alpha1
    kind: WasmPlugin
    metadata:
      name: basic-auth
      namespace: istio-ingress
    spec:
      url: oci://registry.example.com/plugins/basic-auth:1.4.0
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
    - kind: WasmPlugin
      namespace: istio-ingress
      name: basic-auth
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.wasmplugin import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_wasmplugin import ARGUMENTS

ENTRY = Entry("istio_wasmplugin", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
