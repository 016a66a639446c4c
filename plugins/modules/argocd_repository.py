#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: argocd_repository
short_description: Manage repositories and credential templates of Argo CD
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates, updates and deletes the Secret that registers a Git, Helm or OCI repository in Argo CD, or credentials for
    all repositories whose URL begins with the same text.
  - Uses the Kubernetes API only. Whether Argo CD can connect to the repository becomes visible with the first
    Application that uses it, see M(meshops.lifecycle.argocd_application).
notes:
  - Options that hold a secret are never shown, and the Secret's data is masked wherever it is.
  - Mistakes that Argo CD would report only when it cannot render an Application are refused here, such as an SSH key
    for an HTTPS URL.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.wait
  - meshops.lifecycle.delivery
  - meshops.lifecycle.attributes
seealso:
  - module: meshops.lifecycle.argocd_certificate
  - module: meshops.lifecycle.argocd_application
  - name: Private repositories
    description: Which credentials Argo CD takes for which kind of repository.
    link: https://argo-cd.readthedocs.io/en/stable/user-guide/private-repositories/
options:
  state:
    description:
      - Whether the Secret should exist. V(present) creates or updates it as declared; V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the Secret. Defaults to the name that Argo CD's own command line uses, which is derived from O(spec.url)
        and O(spec.project).
    type: str
  namespace:
    description: Namespace of the Secret, which is that of Argo CD.
    type: str
    default: argocd
  secret_type:
    description:
      - Type of the Secret. V(repository) is one repository; V(repo-creds) are the credentials of every repository whose
        address begins with O(spec.url).
      - V(repository-write) and V(repo-write-creds) are the same for pushing hydrated manifests.
    type: str
    choices: [repository, repo-creds, repository-write, repo-write-creds]
    default: repository
  labels:
    description:
      - Labels of the Secret. A label that an earlier run declared and that is no longer declared is removed.
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
  spec:
    description: The repository, with the names of Argo CD's own keys.
    type: dict
    suboptions:
      url:
        description:
          - Address of the repository, or what the addresses of a credential template begin with.
          - A registry of Helm charts (O(spec.enable_oci=true)) has no scheme in Argo CD, as in
            V(registry-1.docker.io/bitnamicharts). Images (O(spec.type=oci)) are named with V(oci://).
        type: str
        required: true
      type:
        description: What kind of repository it is. Argo CD's default is V(git).
        type: str
        choices: [git, helm, oci]
      name:
        description: Name of the repository in Argo CD. A Helm repository that charts depend on is found by it.
        type: str
      project:
        description: Project that the repository belongs to, which makes it a repository of that project alone.
        type: str
      username:
        description: User name for HTTPS.
        type: str
      password:
        description: Password or access token for HTTPS. A trailing line end is removed.
        type: str
      bearer_token:
        description: Bearer token for HTTPS, as Bitbucket Data Center takes it.
        type: str
        aliases: [bearerToken]
      ssh_private_key:
        description:
          - Private key for SSH, in PEM or in the form of OpenSSH, without a passphrase.
          - Damage from YAML, templates and vaults is corrected, namely CR LF, indentation, blank lines, lines joined by
            spaces, C(\n) instead of line ends, and a missing line end. Anything else is refused.
        type: str
        aliases: [sshPrivateKey]
      tls_client_cert_data:
        description: Client certificate for HTTPS, in PEM. It is corrected like O(spec.ssh_private_key).
        type: str
        aliases: [tlsClientCertData]
      tls_client_cert_key:
        description: Key of the client certificate, in PEM. It is corrected like O(spec.ssh_private_key).
        type: str
        aliases: [tlsClientCertKey]
      insecure:
        description: Whether to skip the verification of the server's certificate.
        type: bool
      insecure_ignore_host_key:
        description:
          - Whether to skip the verification of the server's SSH host key. Argo CD has replaced it by O(spec.insecure).
        type: bool
        aliases: [insecureIgnoreHostKey]
      enable_lfs:
        description: Whether to fetch Git LFS objects.
        type: bool
        aliases: [enableLfs]
      enable_oci:
        description: Whether the Helm repository is an OCI registry.
        type: bool
        aliases: [enableOCI]
      insecure_oci_force_http:
        description: Whether to connect to the OCI registry without TLS.
        type: bool
        aliases: [insecureOCIForceHttp]
      force_http_basic_auth:
        description: Whether to send the password before the server asks for it.
        type: bool
        aliases: [forceHttpBasicAuth]
      github_app_id:
        description: Number of the GitHub App.
        type: int
        aliases: [githubAppID]
      github_app_installation_id:
        description: Number of the App's installation. Argo CD finds it by the organization without it.
        type: int
        aliases: [githubAppInstallationID]
      github_app_private_key:
        description: Private key of the GitHub App, in PEM. It is corrected like O(spec.ssh_private_key).
        type: str
        aliases: [githubAppPrivateKey]
      github_app_enterprise_base_url:
        description: Address of the API of a GitHub Enterprise server.
        type: str
        aliases: [githubAppEnterpriseBaseUrl]
      gcp_service_account_key:
        description: Key of a Google service account, in JSON.
        type: str
        aliases: [gcpServiceAccountKey]
      use_azure_workload_identity:
        description: Whether to authenticate with Azure workload identity.
        type: bool
        aliases: [useAzureWorkloadIdentity]
      azure_service_principal_client_id:
        description: Client of an Azure service principal.
        type: str
        aliases: [azureServicePrincipalClientId]
      azure_service_principal_client_secret:
        description: Secret of that client.
        type: str
        aliases: [azureServicePrincipalClientSecret]
      azure_service_principal_tenant_id:
        description: Tenant of the Azure service principal.
        type: str
        aliases: [azureServicePrincipalTenantId]
      azure_active_directory_endpoint:
        description: Where Azure authenticates, instead of its public cloud.
        type: str
        aliases: [azureActiveDirectoryEndpoint]
      proxy:
        description: Proxy between Argo CD and the repository.
        type: str
      no_proxy:
        description: Hosts that are reached without the proxy, separated by commas.
        type: str
        aliases: [noProxy]
      depth:
        description: Number of commits to fetch. Defaults to all.
        type: int
      webhook_manifest_cache_warm_disabled:
        description: Whether to turn off rendering manifests in advance when a webhook reports a commit.
        type: bool
        aliases: [webhookManifestCacheWarmDisabled]
"""

EXAMPLES = r"""
---
- name: A repository over HTTPS
  meshops.lifecycle.argocd_repository:
    name: shop
    spec:
      url: https://git.example.com/shop.git
      username: argocd
      password: "{{ shop_git_token }}"

- name: One key for everything of a team, over SSH
  meshops.lifecycle.argocd_repository:
    name: team-blue
    secret_type: repo-creds
    spec:
      url: git@git.example.com:blue/
      ssh_private_key: "{{ lookup('ansible.builtin.file', 'keys/blue') }}"

- name: Charts of an OCI registry
  meshops.lifecycle.argocd_repository:
    name: charts
    spec:
      url: registry.example.com/charts
      type: helm
      name: charts
      enable_oci: true

- name: A GitHub App
  meshops.lifecycle.argocd_repository:
    name: shop-github
    spec:
      url: https://github.example.com/shop/config.git
      github_app_id: 4711
      github_app_installation_id: 815
      github_app_private_key: "{{ lookup('ansible.builtin.file', 'keys/app.pem') }}"

- name: Forget a repository
  meshops.lifecycle.argocd_repository:
    name: shop
    state: absent
"""

RETURN = r"""
---
changed:
  description: Whether the cluster was changed, or would have been in check mode.
  returned: always
  type: bool
  sample: true
result:
  description: The live Secret, with its data masked. Empty when it is absent.
  returned: success
  type: dict
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
    - {kind: Secret, namespace: argocd, name: shop, action: created}
diff:
  description: What changes, before and after, without server-managed fields and with secrets masked.
  returned: in diff mode, when something changes
  type: dict
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

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_repository import (
    KIND,
    SECRET_OPTIONS,
    declared,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.manage import manage
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_repository import ARGUMENTS

ENTRY = Entry("argocd_repository", ARGUMENTS, manage(KIND, declare=declared), secrets=SECRET_OPTIONS)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
