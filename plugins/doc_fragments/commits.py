# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Steps of an operation that are commits to a repository which Argo CD reads."""

    DOCUMENTATION = r"""
options:
  delivery:
    description:
      - How a change gets to the cluster. V(cluster) writes the live objects. V(git) commits it to a Git repository, and waits
        until Argo CD has synced that commit.
    type: str
    choices: [cluster, git]
    default: cluster
  git:
    description:
      - Repository and credentials for O(delivery=git). It needs the program C(git), 2.31 or newer, where the task runs.
    type: dict
    suboptions:
      repository:
        description: URL or path of the repository. Required with O(delivery=git).
        type: str
      branch:
        description: The branch that is delivered. Defaults to the default branch of the repository.
        type: str
      path:
        description: The folder within the repository.
        type: str
        default: .
      application:
        description: Name of the Argo CD Application that reads the folder. Required with O(delivery=git).
        type: str
      application_namespace:
        description: Namespace of O(git.application).
        type: str
        default: argocd
      author_name:
        description: Name of the author and committer. Defaults to git's own configuration, then to V(meshops.lifecycle).
        type: str
      author_email:
        description: Email address of the author and committer. Defaults to git's own, then to an address at V(localhost).
        type: str
      sign:
        description:
          - The key to sign commits with. The id of an OpenPGP or X.509 key, or the path of an SSH key that has no
            passphrase or is loaded in an agent.
        type: str
      sign_format:
        description: The type of the key O(git.sign). Defaults to V(ssh) if a file of that name exists, else to V(openpgp).
        type: str
        choices: [openpgp, ssh, x509]
      username:
        description: User name for a repository at http or https. With O(git.password) it defaults to V(git).
        type: str
      password:
        description: Password or token for a repository at http or https. Without it, git uses its own credential helpers.
        type: str
      ca_cert:
        description: Path of the certificate authority that signed the certificate of a repository at https.
        type: path
      ssh_key_file:
        description: Path of the private key for a repository that is reached by SSH.
        type: path
      known_hosts_file:
        description: Path of a known_hosts file to use instead of the user's own.
        type: path
"""
