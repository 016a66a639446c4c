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
  - Uses only the Kubernetes APIs of both clusters. Argo CD connects when the first Application is deployed there.
notes:
  - The service account may do everything, unless O(service_account.rules) or O(spec.namespaces) restrict it.
  - A new token takes effect before the old one is deleted, so that a rotation interrupts nothing.
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
      - V(present) registers the cluster. V(absent) removes it from Argo CD, and with O(cluster) also the service
        account and its permissions from the cluster itself.
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
      - Labels of the Secret, by which generators of an ApplicationSet select clusters. A label that an earlier run
        declared and that is no longer declared is removed.
    type: dict
  annotations:
    description:
      - Annotations of the Secret, owned like O(labels).
    type: dict
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
    type: bool
    default: false
  field_manager:
    description:
      - Name of the field manager that owns the declared fields.
    type: str
    default: meshops.lifecycle
  cluster:
    description:
      - How this task connects to the cluster that is registered. Environment variables are not used. Only if
        O(cluster.context) is set alone, the kubeconfig of the task is used.
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
        description: Whether to verify the API server's certificate.
        type: bool
      impersonate_user:
        description: User to impersonate.
        type: str
      proxy:
        description: URL of an HTTP proxy to reach the API server.
        type: str
  service_account:
    description: The service account of Argo CD in the cluster that is registered.
    type: dict
    suboptions:
      name:
        description:
          - Name of the service account. Defaults to V(argocd-manager). Its roles and tokens are named after it.
        type: str
      namespace:
        description: Namespace of the service account. Defaults to V(kube-system). It has to exist.
        type: str
      rules:
        description: Permissions of the service account, as C(rules) of a ClusterRole. Defaults to all permissions.
        type: list
        elements: dict
  rotate_token:
    description: Whether to create a new token now, and delete the old one. Such a task reports a change in every run.
    type: bool
    default: false
  token_max_age:
    description: Create a new token when the present one is older than this number of days.
    type: int
  spec:
    description: The registration, with the names of Argo CD's own keys.
    type: dict
    suboptions:
      server:
        description:
          - Address of the API server as Argo CD reaches it. Defaults to the address of O(cluster).
          - V(https://kubernetes.default.svc) is the cluster that Argo CD runs in. Registering it gives it a name, labels
            and annotations.
        type: str
      namespaces:
        description:
          - The only namespaces that Argo CD manages there. The service account then has permissions in these only.
        type: list
        elements: str
      cluster_resources:
        description: Whether to manage cluster-scoped resources as well, with O(spec.namespaces).
        type: bool
        aliases: [clusterResources]
      project:
        description: Project that the cluster belongs to, which makes it a destination of that project alone.
        type: str
      shard:
        description: Number of the application controller's shard that manages the cluster.
        type: int
      config:
        description:
          - How Argo CD connects. Credentials set here are used instead of a service account; other settings are added.
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
                description: Whether to skip the verification of the API server's certificate.
                type: bool
              server_name:
                description: Server name in the certificate, if it differs from the address.
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
            description: A program in Argo CD's image that returns credentials.
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
                description: Message when the program is missing.
                type: str
                aliases: [installHint]
              provide_cluster_info:
                description: Whether to pass information about the cluster to the program.
                type: bool
                aliases: [provideClusterInfo]
          disable_compression:
            description: Whether to request uncompressed responses from the API server.
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
  description: Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The live Secret in the cluster of Argo CD, with its data masked. Empty when it is absent.
  returned: success
  type: dict
server:
  description: The address by which Argo CD connects to the cluster.
  returned: success
  type: str
  sample: https://prod-eu.example.com:6443
resources:
  description: The action for each object.
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
      description: The action, one of V(created), V(changed), V(deleted) and V(unchanged).
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
    - {kind: Secret, namespace: argocd, name: cluster-prod-eu, action: created}
diff:
  description: What changes, before and after, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: list
validated:
  description: Whether the API server validated the objects.
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
