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
  - Creates, updates and prunes any number of Kubernetes objects by server-side apply, several at a time.
  - They are applied in the order of their kinds. Namespaces come first, then custom resource definitions, which are
    established before anything that needs them, and so on to destination rules, gateways and virtual services. Objects
    are deleted in reverse order.
  - With O(wait=true) a change of Istio's configuration loses no request. What routes refer to (service entries,
    destination rules and their subsets, gateways) is written first. Routes follow when every proxy has acknowledged
    that. What no route of the set refers to any more is removed last.
  - With O(name) the objects are a set that is recorded in the cluster. With O(prune), objects that have left the set
    are deleted.
  - Only differences are written. An unchanged set costs one read per kind and namespace.
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
      - The objects, each a complete document. A C(kind=List), or a typed list such as C(ConfigMapList), is replaced by
        its items.
      - YAML text, or a list of such texts, is accepted as well.
      - For kinds that have a module of their own, a field that is null is left out, as in the options of that module,
        and text is converted where the field is a number or a boolean.
    type: list
    elements: dict
    aliases: [definition]
  src:
    description:
      - Files, folders or globs on the controller with more documents, in YAML or JSON. They are not templated. Files
        that are encrypted with ansible-vault are decrypted.
      - YAML is read as C(kubectl) reads it. C(17:00) and times are text, C(0123) is octal, C(yes) is true.
    type: list
    elements: str
  templates:
    description:
      - Jinja templates on the controller that render more documents, searched for like those of
        M(ansible.builtin.template).
      - They are rendered by Ansible's P(ansible.builtin.template#lookup) lookup. Use O(src) for documents that contain
        braces of their own.
    type: list
    elements: str
  urls:
    description:
      - URLs of more documents. The controller downloads them, and accepts them only if the checksum matches.
    type: list
    elements: dict
    suboptions:
      url:
        description:
          - The URL, http or https.
        type: str
        required: true
      checksum:
        description:
          - Checksum of the document, as V(sha256:DIGITS), V(sha384:DIGITS) or V(sha512:DIGITS).
        type: str
        required: true
  only_kinds:
    description:
      - Use only documents of these kinds. So a bundle with custom resource definitions and workloads can be applied in
        two parts.
    type: list
    elements: str
  except_kinds:
    description:
      - Leave out documents of these kinds.
    type: list
    elements: str
  overlays:
    description:
      - Partial documents, each merged into the document of the same kind and name. Mappings are merged, anything else
        is replaced. So you can change settings of an upstream file without editing it.
    type: list
    elements: dict
  images:
    description:
      - Replacements for images of pod templates, as a mapping from the beginning of an image reference to its
        replacement. The longest match wins.
    type: dict
  validate:
    description:
      - How to handle unknown fields, wrong types, invalid choices and duplicate keys in objects of kinds that have a
        module.
      - V(strict) refuses the document before anything is written, also with O(delivery=git). V(warn) and V(ignore)
        leave the decision to the cluster, which also validates strictly; use them for fields that are newer than this
        collection. Of duplicate keys they take the last.
    type: str
    choices: [strict, warn, ignore]
    default: strict
  state:
    description:
      - Whether the objects should exist. V(present) creates or updates them as declared. V(absent) deletes them; with
        O(name) and no objects, the whole set.
    type: str
    choices: [present, absent]
    default: present
  prune:
    description:
      - Whether to delete the live members of the set that are no longer declared.
    type: bool
    default: false
  prune_all:
    description:
      - Whether O(prune) may delete every member of the set, when none is declared any more. Otherwise that is an error.
    type: bool
    default: false
  prune_kinds:
    description:
      - The kinds whose last object O(prune) may delete. When the last object of another kind is no longer declared, the
        task fails before anything is written, because a misspelt variable or an empty list may be the cause.
      - Without this option, that applies to every kind. An empty list means none.
    type: list
    elements: str
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
    type: bool
    default: false
  field_manager:
    description:
      - Name of the field manager that owns the declared fields. Defaults to V(meshops.lifecycle), with the set's name
        when there is one.
    type: str
  on_failure:
    description:
      - What to do when an object fails. V(stop) does not begin the next step of the order. V(continue) goes on with the
        other objects. V(rollback) stops, and restores values and ownership of the changed fields, in reverse order.
      - In each case the task fails, nothing is pruned, and the result lists what was done, rolled back and not begun.
    type: str
    choices: [stop, continue, rollback]
    default: stop
  foreign_policies:
    description:
      - What to do about objects that no task of this collection has applied and that decide who may call whom, in the
        namespaces in which Istio's or Gateway API's objects are declared, and in declared namespaces.
        These are objects of the kinds AuthorizationPolicy, PeerAuthentication, RequestAuthentication, EnvoyFilter,
        WasmPlugin and TrafficExtension, and any DestinationRule with settings of TLS. An undeclared PeerAuthentication
        with a selector, for example, takes its workloads out of a declared V(STRICT).
      - V(warn) names them in check mode, with what they do and who has set them, and in the result. V(refuse) fails
        before anything is written, also outside of check mode. V(ignore) does not look for them.
      - Objects that the task has no permission to list are not named; with V(refuse) the task fails then.
      - Without effect for O(delivery=git) and O(state=absent).
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  policy_namespaces:
    description:
      - More namespaces in which to look for such objects, for example those that another task declares.
    type: list
    elements: str
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait_many
  - meshops.lifecycle.proxies
  - meshops.lifecycle.prometheus
  - meshops.lifecycle.plain_text
  - meshops.lifecycle.istiod
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - name: ApplySet
    description: The convention that identifies the members of a set.
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

- name: Fail when somebody else has created a policy in the namespace
  meshops.lifecycle.mesh_apply:
    name: shop-policies
    namespace: shop
    src: [mesh/policies/]
    prune: true
    foreign_policies: refuse

- name: The set is no longer wanted
  meshops.lifecycle.mesh_apply:
    name: shop-policies
    namespace: shop
    state: absent
"""

RETURN = r"""
resources:
  description: One entry per object, in the order of processing; for a failed task, only those that changed.
  returned: always
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    namespace:
      description: Its namespace, or null for a cluster-scoped object.
      type: str
    name:
      description: Its name.
      type: str
    action:
      description: V(created), V(changed), V(deleted) or V(unchanged).
      type: str
    restarts:
      description:
        - Whether the change replaces the pods of a Deployment, StatefulSet or DaemonSet; in check mode, would replace them.
      type: bool
      returned: when it does
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
    file:
      description: With O(delivery=git), the path of its file in the repository.
      type: str
  sample:
    - {kind: Namespace, namespace: null, name: shop, action: created}
unresolved:
  description: References to objects that do not exist, one sentence each, as O(references) finds them.
  returned: when there are any, unless O(references) is V(ignore)
  type: list
  elements: str
diff:
  description:
    - Each changed object before and after, without server-managed fields and with secrets masked.
    - With O(delivery=git), each file.
  returned: in diff mode, when something changes
  type: list
  elements: dict
foreign_policies:
  description: The objects that O(foreign_policies) is about.
  returned: in check mode, when there are any and unless O(foreign_policies=ignore); on failure by V(refuse)
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of the object.
      type: str
    namespace:
      description: Its namespace.
      type: str
    name:
      description: Its name.
      type: str
    managers:
      description: The field managers that have written it.
      type: list
      elements: str
    effect:
      description: What it does, in a few words.
      type: str
  sample:
    - kind: PeerAuthentication
      namespace: shop
      name: legacy
      managers: [kubectl-create]
      effect: mTLS DISABLE, for workloads with app=legacy of shop
validated:
  description:
    - Whether the API server validated all objects. V(false) in check mode when a kind or a namespace does not exist
      yet.
  returned: always
  type: bool
proxies:
  description: Number of proxies that have acknowledged the configuration.
  returned: when something was written and O(wait_proxies) took effect
  type: int
  sample: 7
commit:
  description:
    - The commit that contains what is declared, created by this task or already present. V(null) in check mode if one
      would be created, and with O(git.commit=false).
  returned: with O(delivery=git)
  type: str
  sample: 84f24f115fb73d32eddc2519dc61278f68d885e9
branch:
  description: The branch of the commit.
  returned: with O(delivery=git)
  type: str
  sample: main
pushed:
  description: Whether this task pushed something.
  returned: with O(delivery=git)
  type: bool
waited:
  description: Whether the task waited for the objects to be ready or deleted.
  returned: always
  type: bool
errors:
  description: The error of each failed object; the first 20, and how many more there are.
  returned: on failure of an object
  type: dict
undone:
  description: The objects that were rolled back.
  returned: on failure of an object
  type: list
  elements: str
not_undone:
  description: The objects that could not be rolled back, and why.
  returned: on failure of an object
  type: dict
not_begun:
  description: The objects that were not processed; the first 20, and how many more there are.
  returned: on failure of an object
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import ADDRESSES, SECRETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_apply.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS

ENTRY = Entry(
    "mesh_apply",
    ARGUMENTS,
    run,
    secrets=SECRETS,
    roles=Roles(
        documents=("objects", "overlays"), objects="objects", templates="templates", urls="urls", addresses=ADDRESSES
    ),
    required_if=[("prune", True, ("name",)), ("prune_all", True, ("prune",))],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
