#!/usr/bin/python

# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesh_apply
short_description: Apply many objects of any kind as one set
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Brings any number of Kubernetes objects to what is declared, by server-side apply, several at a time.
  - They are applied in the order of their kinds. Namespaces come first, then custom resource definitions, which are
    established before anything that needs them, and so on to destination rules, gateways and virtual services. Deletes
    go the other way round.
  - With O(wait=true) a change of Istio's configuration loses no request. What routes lead to (service entries,
    destination rules and their subsets, gateways) is written first. Routes follow when every proxy has acknowledged that.
    What no route of the set names any more goes last.
  - With O(name) the objects are a set that the cluster knows. With O(prune), what leaves the set leaves the cluster.
  - Only what differs is written. An unchanged set costs one read a kind and namespace.
options:
  name:
    description:
      - Name of the set, by the ApplySet convention of Kubernetes. A ConfigMap of this name in O(namespace) is its parent.
      - Required to prune.
    type: str
  namespace:
    description:
      - Namespace of the set's parent, and of the objects that name none. Defaults to that of the kubeconfig's context,
        then to V(default).
    type: str
  objects:
    description:
      - The objects, each a whole document. A C(kind=List), or a typed list such as C(ConfigMapList), counts as its items.
      - Text in YAML, or a list of texts, is taken as well.
      - Of kinds that have a module of their own, a null leaves the field out that it stands for, as it does in the options of
        that module, and text becomes the number or truth that the field is.
    type: list
    elements: dict
    aliases: [definition]
  src:
    description:
      - Files, folders or globs on the controller that hold more documents, in YAML or JSON. They are read as they are and
        not templated. Those that ansible-vault has encrypted are decrypted.
      - They are read as C(kubectl) reads them. C(17:00) and times are text, C(0123) is octal, C(yes) is true.
    type: list
    elements: str
  templates:
    description:
      - Jinja templates on the controller that make more documents, found as M(ansible.builtin.template) finds them.
      - They are filled in by Ansible's P(ansible.builtin.template#lookup) lookup. Documents with braces of their own
        belong under O(src).
    type: list
    elements: str
  urls:
    description:
      - Addresses of more documents. The controller fetches them, and takes them only when they have the checksum.
    type: list
    elements: dict
    suboptions:
      url:
        description:
          - The address, http or https.
        type: str
        required: true
      checksum:
        description:
          - What the document must be, as V(sha256:DIGITS), V(sha384:DIGITS) or V(sha512:DIGITS).
        type: str
        required: true
  only_kinds:
    description:
      - Of all documents, take those of these kinds alone. A bundle that holds custom resource definitions beside workloads
        can be taken in two parts that way.
    type: list
    elements: str
  except_kinds:
    description:
      - Of all documents, leave out those of these kinds.
    type: list
    elements: str
  overlays:
    description:
      - Partial documents, each merged into the document of the same kind and name. Mappings are merged, anything else is
        replaced. So a file from elsewhere stays as it came, and its settings are ours.
    type: list
    elements: dict
  images:
    description:
      - Where images of pod templates are pulled from instead. The start of an image reference, and what to put in its
        place. The longest start that fits counts.
    type: dict
  validate:
    description:
      - What to do about an object that has a field, a type or a choice which the module of its kind does not know, or about a
        key that stands twice in a file.
      - V(strict) refuses it before anything is written, also where no cluster is asked. V(warn) and V(ignore) leave it to
        the cluster, which validates strictly as well. They are for fields that are newer than this collection, and of two
        keys they take the last.
    type: str
    choices: [strict, warn, ignore]
    default: strict
  state:
    description:
      - V(present) makes the objects what is declared. V(absent) deletes them; with O(name) and no objects, the whole set.
    type: str
    choices: [present, absent]
    default: present
  prune:
    description:
      - Delete the live members of the set that are no longer declared.
    type: bool
    default: false
  prune_all:
    description:
      - Allow O(prune) to delete every member because none is declared any more. Without it that is an error.
    type: bool
    default: false
  prune_kinds:
    description:
      - The kinds whose last object O(prune) may delete. When another kind of the set is not declared any more at all, the
        task fails before anything is written, because a misspelt variable or an empty list looks like that.
      - Without this option every kind may. An empty list means none.
    type: list
    elements: str
  force_conflicts:
    description:
      - Take over fields that another field manager owns, instead of failing with its name.
    type: bool
    default: false
  field_manager:
    description:
      - The name under which the declared fields are owned. Defaults to V(meshops.lifecycle), with the set's name when
        there is one.
    type: str
  on_failure:
    description:
      - V(stop) does not begin a further step of the order once an object has failed. V(continue) goes on with the others.
        V(rollback) stops, and puts back what was changed, values and ownership of fields, in reverse order.
      - In each case the task fails, nothing is pruned, and the result says what was done, undone and never begun.
    type: str
    choices: [stop, continue, rollback]
    default: stop
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait_many
  - meshops.lifecycle.proxies
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - name: ApplySet
    description: The convention by which members of a set are known.
    link: https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-id
"""

EXAMPLES = r"""
- name: A namespace and what belongs in it, in any order
  meshops.lifecycle.mesh_apply:
    objects:
      - apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews, namespace: shop}
        spec:
          host: reviews
          subsets:
            - {name: v1, labels: {version: v1}}
      - apiVersion: v1
        kind: Namespace
        metadata:
          name: shop
          labels: {istio-injection: enabled}

- name: A set that prunes what is no longer declared
  meshops.lifecycle.mesh_apply:
    name: shop-policies
    namespace: shop
    prune: true
    objects:
      - apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: allow-all}
        spec: {rules: [{}]}

- name: The same from files, and wait until all are ready
  meshops.lifecycle.mesh_apply:
    src:
      - mesh/namespaces.yml
      - mesh/routes/
    wait: true

- name: Other subsets and the routes to them, without a lost request
  meshops.lifecycle.mesh_apply:
    name: reviews
    namespace: shop
    wait: true
    objects:
      - apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews}
        spec:
          host: reviews
          subsets:
            - {name: stable, labels: {version: v2}}
            - {name: canary, labels: {version: v3}}
      - apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
            - route:
                - {destination: {host: reviews, subset: stable}, weight: 95}
                - {destination: {host: reviews, subset: canary}, weight: 5}

- name: The definitions alone of a bundle
  meshops.lifecycle.mesh_apply:
    src: [bundle.yaml]
    only_kinds: [CustomResourceDefinition]

- name: The rest of it, with images from a mirror
  meshops.lifecycle.mesh_apply:
    name: operator
    namespace: monitoring
    src: [bundle.yaml]
    except_kinds: [CustomResourceDefinition]
    images:
      quay.io/: registry.example.com/quay/
    overlays:
      - kind: Deployment
        metadata: {name: prometheus-operator}
        spec: {replicas: 2}
    prune: true

- name: Definitions as they were published, and a route with values of the inventory
  meshops.lifecycle.mesh_apply:
    urls:
      - url: https://example.com/releases/v1.2.3/crds.yaml
        checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    templates: [routes.yml.j2]

- name: The same objects into Git, and wait until Argo CD has made the commit live
  meshops.lifecycle.mesh_apply:
    name: reviews
    namespace: shop
    src: [mesh/routes/]
    prune: true
    wait: true
    delivery: git
    git:
      repository: https://git.example.com/platform/mesh.git
      path: clusters/staging
      password: "{{ git_token }}"
      application: mesh

- name: The set is no longer wanted
  meshops.lifecycle.mesh_apply:
    name: shop-policies
    namespace: shop
    state: absent
"""

RETURN = r"""
resources:
  description: One entry an object, in the order they were dealt with; of a task that fails only those that changed.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    namespace:
      description: Its namespace, or null for one of the whole cluster.
      type: str
    name:
      description: Its name.
      type: str
    action:
      description: V(created), V(changed), V(deleted) or V(unchanged).
      type: str
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
    file:
      description: With O(delivery=git), the path of its file in the repository.
      type: str
  sample:
    - {kind: Namespace, namespace: null, name: shop, action: created}
diff:
  description:
    - Each object that changes, before and after, without the bookkeeping of the server and with secrets masked.
    - With O(delivery=git), each file.
  returned: in diff mode, when something changes
  type: list
  elements: dict
validated:
  description: False when the cluster could not judge an object in check mode, because its kind or namespace is not there.
  returned: always
  type: bool
proxies:
  description: How many proxies have acknowledged what was written.
  returned: when something was written and O(wait_proxies) took effect
  type: int
  sample: 7
commit:
  description:
    - The commit that has what is declared, made by this task or found. V(null) in check mode where one would be made, and
      with O(git.commit=false).
  returned: with O(delivery=git)
  type: str
  sample: 84f24f115fb73d32eddc2519dc61278f68d885e9
branch:
  description: The branch that it is on.
  returned: with O(delivery=git)
  type: str
  sample: main
pushed:
  description: Whether this task pushed something.
  returned: with O(delivery=git)
  type: bool
waited:
  description: Whether the task waited until the objects were ready, or gone.
  returned: always
  type: bool
errors:
  description: What went wrong, by object; the first 20, and how many more.
  returned: on failure of an object
  type: dict
undone:
  description: The objects that were put back as they were.
  returned: on failure of an object
  type: list
  elements: str
not_undone:
  description: The objects that could not be put back, and why.
  returned: on failure of an object
  type: dict
not_begun:
  description: The objects that nothing was done about; the first 20, and how many more.
  returned: on failure of an object
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_apply import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS

ENTRY = Entry(
    "mesh_apply",
    ARGUMENTS,
    run,
    roles=Roles(documents=("objects", "overlays"), objects="objects", templates="templates", urls="urls"),
    required_if=[("prune", True, ("name",)), ("prune_all", True, ("prune",))],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
