# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """How to reach a cluster: the names and variables of kubernetes.core."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of a kubeconfig file, or its content as a dictionary. Several paths, joined by colons, are merged as
        C(kubectl) merges those of E(KUBECONFIG). A file that is encrypted with ansible-vault is decrypted.
      - Defaults to E(K8S_AUTH_KUBECONFIG), then E(KUBECONFIG), then C(~/.kube/config), then the service account of the
        pod that the task runs in.
      - A kubeconfig that the task sets is a complete connection. Variables K8S_AUTH_* change neither its cluster nor
        its credential.
    type: raw
  context:
    description:
      - The context of the kubeconfig to use, instead of its current one. Without O(kubeconfig) it is looked up in the
        kubeconfig of the environment.
      - Defaults to E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server. With a credential, no kubeconfig is read. Without one, it replaces the address in
        O(kubeconfig) and keeps the user of the kubeconfig.
      - Variables K8S_AUTH_* that name another cluster are ignored then, and so is the user of a kubeconfig that the
        environment names.
      - Defaults to E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token to authenticate with. It is then the only credential that is sent, whatever other sources have. The
        same applies to O(username) with O(password), and to O(client_cert) with O(client_key). Two of these kinds
        together are refused, and so is a credential that is split over two sources.
      - Defaults to E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - User name for clusters behind HTTP basic authentication.
      - Defaults to E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - Password that goes with O(username).
      - Defaults to E(K8S_AUTH_PASSWORD).
    type: str
  ca_cert:
    description:
      - Path of the certificate authority that signed the API server's certificate. If it is set, the certificate is
        verified, unless O(validate_certs=false) is set as well.
      - Defaults to E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  client_cert:
    description:
      - Path of a client certificate to authenticate with.
      - Defaults to E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - Path of the key that belongs to O(client_cert).
      - Defaults to E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  validate_certs:
    description:
      - Whether to verify the API server's certificate.
      - Defaults to E(K8S_AUTH_VERIFY_SSL), then to what the kubeconfig says.
    type: bool
    aliases: [verify_ssl]
  impersonate_user:
    description:
      - User to impersonate. It replaces C(as) of a kubeconfig.
      - Defaults to E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - Groups to impersonate.
      - Defaults to E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
  proxy:
    description:
      - URL of an HTTP proxy to reach the API server.
      - Defaults to E(K8S_AUTH_PROXY), then to the kubeconfig's C(proxy-url).
    type: str
  no_proxy:
    description:
      - Hosts, domains and networks that are reached without the proxy, as a comma-separated list.
      - Defaults to E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description:
      - Headers for the proxy.
    type: dict
    suboptions:
      basic_auth:
        description:
          - Basic authentication, as C(user:password).
        type: str
      proxy_basic_auth:
        description:
          - Basic authentication towards the proxy, as C(user:password).
        type: str
      user_agent:
        description:
          - The user agent to send.
        type: str
requirements:
  - Python 3.10 or newer
  - kubernetes (the Python package) 31.0.0 or newer
  - jmespath
"""
