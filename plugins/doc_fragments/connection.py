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
        C(kubectl) merges those of E(KUBECONFIG). One that ansible-vault has encrypted is decrypted.
      - Defaults to E(K8S_AUTH_KUBECONFIG), then E(KUBECONFIG), then C(~/.kube/config), then the service account of
        the pod the task runs in.
      - A kubeconfig that the task gives is a connection of its own. No variable K8S_AUTH_* changes where it leads or
        whose credential it holds.
    type: raw
  context:
    description:
      - The context of the kubeconfig to use, instead of its current one. Without O(kubeconfig) it is looked up in the
        kubeconfig of the environment.
      - Defaults to E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - URL of the API server. With a credential beside it, that is all that counts, and no kubeconfig is read. Without
        one, it takes the place of the address in O(kubeconfig), and keeps the user of that.
      - Variables K8S_AUTH_* that name another cluster are not used beside it, nor is the user of a kubeconfig that the
        environment names.
      - Defaults to E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - Bearer token to authenticate with. It is the only credential that is sent then, whatever other sources have. The
        same holds for O(username) with O(password), and for O(client_cert) with O(client_key); two of these kinds
        together are refused, and so are halves from two sources.
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
      - Path of the certificate authority that signed the API server's certificate. Who gives it wants that checked,
        unless O(validate_certs=false) stands beside it.
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
      - Whether the API server's certificate must be valid.
      - Defaults to E(K8S_AUTH_VERIFY_SSL), then to what the kubeconfig says.
    type: bool
    aliases: [verify_ssl]
  impersonate_user:
    description:
      - User to act as. It takes the place of C(as) in a kubeconfig.
      - Defaults to E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - Groups to act as a member of.
      - Defaults to E(K8S_AUTH_IMPERSONATE_GROUPS), separated by commas.
    type: list
    elements: str
  proxy:
    description:
      - URL of an HTTP proxy between here and the API server.
      - Defaults to E(K8S_AUTH_PROXY), then to the kubeconfig's C(proxy-url).
    type: str
  no_proxy:
    description:
      - Hosts, domains and networks that are reached without the proxy, separated by commas.
      - Defaults to E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description:
      - What to tell the proxy.
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
          - The user agent to name.
        type: str
requirements:
  - Python 3.10 or newer
  - kubernetes (the Python package) 31.0.0 or newer
  - jmespath
"""
