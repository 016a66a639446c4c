#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_proxyconfig
short_description: Manage Istio ProxyConfigs
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, changes and removes an Istio C(ProxyConfig), which sets what a workload's proxy reads when it starts.
  - An object without a selector counts for its whole namespace, and in Istio's root namespace for the whole mesh.
notes:
  - Proxies that already run keep what they started with. Restart the workloads for a change to take effect.
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
  - name: ProxyConfig reference
    description: The API's own description of every field.
    link: https://istio.io/latest/docs/reference/config/networking/proxy-config/
options:
  spec:
    description: The specification of the ProxyConfig, every field of the API.
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
      concurrency:
        description:
          - Worker threads of the proxy. V(0) means one for each processor. Without it, as many as the processor limit
            of the container asks for.
        type: int
      environment_variables:
        description:
          - Further environment variables of the proxy, by name. Those whose names begin with C(ISTIO_META_) become
            metadata of the proxy as well.
        type: dict
        aliases: [environmentVariables]
      image:
        description: The image of the proxy.
        type: dict
        suboptions:
          image_type:
            description:
              - Variant of the image, V(default), V(debug) or V(distroless). It follows the tag of the image as it is
                written.
            type: str
            aliases: [imageType]
"""

EXAMPLES = r"""
---
- name: Give the proxies of a namespace two threads
  meshops.lifecycle.istio_proxyconfig:
    name: default
    namespace: shop
    spec:
      concurrency: 2

- name: Use the small image for one workload
  meshops.lifecycle.istio_proxyconfig:
    name: checkout
    namespace: shop
    spec:
      selector:
        match_labels:
          app: checkout
      image:
        image_type: distroless

- name: Set an environment variable for the whole mesh
  meshops.lifecycle.istio_proxyconfig:
    definition:
      apiVersion: networking.istio.io/v1beta1
      kind: ProxyConfig
      metadata:
        name: mesh
        namespace: istio-system
      spec:
        environmentVariables:
          ISTIO_META_DNS_CAPTURE: "true"
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
    apiVersion: networking.istio.io/v1beta1
    kind: ProxyConfig
    metadata:
      name: default
      namespace: shop
    spec:
      concurrency: 2
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
    - kind: ProxyConfig
      namespace: shop
      name: default
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
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.proxyconfig import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_proxyconfig import ARGUMENTS

ENTRY = Entry("istio_proxyconfig", ARGUMENTS, manage(KIND, CONVERSATION))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
