#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_cluster
short_description: Register clusters in Argo CD
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Registers a cluster in Argo CD, so that Applications can be deployed to it, and removes it again.
  - In the cluster that is registered, a service account for Argo CD is made with its rights and a token. In the cluster of
    Argo CD, the Secret is made that holds its address and that token. Both as O(cluster) and the connection options of
    the task say.
  - Works over the two Kubernetes APIs alone. Argo CD connects when the first Application is deployed there.
notes:
  - What the service account may do is everything, unless O(service_account.rules) or O(spec.namespaces) narrow it.
  - A new token comes into effect before the old one is taken away, so that a rotation interrupts nothing.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_applicationset
  - plugin: meshops.lifecycle.argocd_clusters
    plugin_type: inventory
  - name: Clusters
    description: The format of the Secret.
    link: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters
options:
  state:
    description:
      - V(present) registers the cluster. V(absent) removes it from Argo CD, and with O(cluster) also the service account
        and its rights from the cluster itself.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the cluster in Argo CD.
    type: str
    required: true
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
  secret_name:
    description:
      - Name of the Secret. The default is the one of a Secret that registers this name already, then the one that Argo
        CD's command line gives it, which follows from the address.
    type: str
  labels:
    description:
      - Labels of the Secret, by which generators of an ApplicationSet choose clusters. A label that an earlier run declared and this one does not is removed.
    type: dict
  annotations:
    description:
      - Annotations of the Secret, owned like O(labels).
    type: dict
  force_conflicts:
    description:
      - Take over fields that another field manager owns, instead of failing with its name.
    type: bool
    default: false
  field_manager:
    description:
      - The name under which the declared fields are owned.
    type: str
    default: meshops.lifecycle
  cluster:
    description:
      - How this task reaches the cluster that is registered. Only what is stated here counts, and none of the environment
        variables, but the kubeconfig of the task is taken where O(cluster.context) stands alone.
      - Not needed where O(spec.config) holds credentials, or for the cluster that Argo CD itself runs in.
    type: dict
    suboptions:
      kubeconfig:
        description: Path of a kubeconfig file, or its content.
        type: raw
      context:
        description: Context of the kubeconfig.
        type: str
      host:
        description: URL of the API server.
        type: str
      api_key:
        description: Bearer token.
        type: str
      ca_cert:
        description: Path of the certificate authority.
        type: path
      client_cert:
        description: Path of a client certificate.
        type: path
      client_key:
        description: Path of its key.
        type: path
      validate_certs:
        description: Whether the API server's certificate must be valid.
        type: bool
      impersonate_user:
        description: User to act as.
        type: str
      proxy:
        description: Proxy between here and the API server.
        type: str
  service_account:
    description: What Argo CD is in the cluster that is registered.
    type: dict
    suboptions:
      name:
        description: Name of the service account, V(argocd-manager) without it. Its roles and tokens are named after it.
        type: str
      namespace:
        description: Namespace of the service account, V(kube-system) without it. It has to exist.
        type: str
      rules:
        description: What it may do, as C(rules) of a ClusterRole. Everything without it.
        type: list
        elements: dict
  rotate_token:
    description: Make a new token now, and take the old one away. Such a task changes something whenever it runs.
    type: bool
    default: false
  token_max_age:
    description: Make a new token when the present one is older than so many days.
    type: int
  spec:
    description: The registration, by the names of Argo CD's own keys.
    type: dict
    suboptions:
      server:
        description:
          - Address of the API server as Argo CD reaches it. The default is the address that O(cluster) leads to.
          - V(https://kubernetes.default.svc) is the cluster that Argo CD runs in. Registering it gives it a name, labels
            and annotations.
        type: str
      namespaces:
        description: The only namespaces that Argo CD manages there. The service account has rights in no others then.
        type: list
        elements: str
      cluster_resources:
        description: With O(spec.namespaces), whether resources outside of namespaces are managed as well.
        type: bool
        aliases: [clusterResources]
      project:
        description: Project that the cluster belongs to, which makes it a destination of that project alone.
        type: str
      shard:
        description: Number of the application controller's shard that is to look after it.
        type: int
      config:
        description:
          - How Argo CD connects. Credentials stated here take the place of a service account; what is stated beside
            credentials is added.
        type: dict
        suboptions:
          username:
            description: User name for basic authentication.
            type: str
          password:
            description: Password for basic authentication.
            type: str
          bearer_token:
            description: Bearer token.
            type: str
            aliases: [bearerToken]
          tls_client_config:
            description: TLS.
            type: dict
            aliases: [tlsClientConfig]
            suboptions:
              insecure:
                description: Do not check the certificate of the API server.
                type: bool
              server_name:
                description: Name in that certificate, where it is another than the address.
                type: str
                aliases: [serverName]
              ca_data:
                description: Certificate authority, as PEM, or PEM in base64.
                type: str
                aliases: [caData]
              cert_data:
                description: Client certificate, as PEM, or PEM in base64.
                type: str
                aliases: [certData]
              key_data:
                description: Key of the client certificate, as PEM, or PEM in base64.
                type: str
                aliases: [keyData]
          aws_auth_config:
            description: Authentication by AWS.
            type: dict
            aliases: [awsAuthConfig]
            suboptions:
              cluster_name:
                description: Name of the EKS cluster.
                type: str
                aliases: [clusterName]
              role_arn:
                description: Role to assume.
                type: str
                aliases: [roleARN]
              profile:
                description: Profile to use.
                type: str
          exec_provider_config:
            description: A program of Argo CD's image that gives credentials.
            type: dict
            aliases: [execProviderConfig]
            suboptions:
              command:
                description: The program.
                type: str
              args:
                description: Its arguments.
                type: list
                elements: str
              env:
                description: Its environment.
                type: dict
              api_version:
                description: Version of the ExecCredential API.
                type: str
                aliases: [apiVersion]
              install_hint:
                description: What is said when the program is missing.
                type: str
                aliases: [installHint]
              provide_cluster_info:
                description: Tell the program about the cluster.
                type: bool
                aliases: [provideClusterInfo]
          disable_compression:
            description: Ask the API server for uncompressed answers.
            type: bool
            aliases: [disableCompression]
          proxy_url:
            description: Proxy between Argo CD and the API server.
            type: str
            aliases: [proxyUrl]
"""

EXAMPLES = r"""
---
- name: Register the cluster of a kubeconfig's context
  meshops.lifecycle.argocd_cluster:
    name: prod-eu
    cluster:
      kubeconfig: ~/.kube/prod
      context: prod-eu
    labels:
      stage: prod
      region: eu

- name: Let Argo CD into two namespaces alone
  meshops.lifecycle.argocd_cluster:
    name: shared
    cluster: {kubeconfig: ~/.kube/shared}
    spec:
      namespaces: [shop, cart]

- name: A new token every quarter
  meshops.lifecycle.argocd_cluster:
    name: prod-eu
    cluster: {kubeconfig: ~/.kube/prod, context: prod-eu}
    labels: {stage: prod, region: eu}
    token_max_age: 90

- name: Give labels to the cluster that Argo CD runs in
  meshops.lifecycle.argocd_cluster:
    name: in-cluster
    labels: {stage: management}
    spec:
      server: https://kubernetes.default.svc

- name: A cluster of AWS, by the role of Argo CD's own pods
  meshops.lifecycle.argocd_cluster:
    name: eks
    spec:
      server: https://eks.example.com
      config:
        aws_auth_config: {cluster_name: shop}
        tls_client_config: {ca_data: "{{ eks_ca }}"}

- name: Remove a cluster, and Argo CD's rights in it
  meshops.lifecycle.argocd_cluster:
    name: shared
    state: absent
    cluster: {kubeconfig: ~/.kube/shared}
"""

RETURN = r"""
---
changed:
  description: Whether the cluster was changed, or, in check mode, would have been.
  returned: always
  type: bool
  sample: true
result:
  description: The Secret as the cluster of Argo CD has it, its data masked. Empty when it is absent.
  returned: success
  type: dict
server:
  description: The address that Argo CD reaches the cluster by.
  returned: success
  type: str
  sample: https://prod-eu.example.com:6443
resources:
  description: What the task did to each object.
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
      description: What was done, one of V(created), V(changed), V(deleted) and V(unchanged).
      type: str
      returned: always
    taken_over_from:
      description:
        - The field managers, kubectl's say, whose fields became this task's. No value need have changed for that.
      type: list
      elements: str
      returned: when an object was taken over
  sample:
    - {kind: Secret, namespace: argocd, name: cluster-prod-eu, action: created}
diff:
  description: What changes, before and after, without what only the server writes, with secrets masked.
  returned: in diff mode, when something changes
  type: list
validated:
  description: Whether the cluster itself judged what was written.
  returned: success
  type: bool
  sample: true
waited:
  description: Whether the task waited.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, Roles, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_cluster import SECRET_OPTIONS, run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_cluster import ARGUMENTS

ENTRY = Entry("argocd_cluster", ARGUMENTS, run, secrets=SECRET_OPTIONS, roles=Roles(clusters=("cluster",)))


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
