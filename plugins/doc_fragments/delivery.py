# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Where what is declared goes to: the cluster, or Git."""

    DOCUMENTATION = r"""
options:
  delivery:
    description:
      - V(cluster) applies what is declared. V(git) writes the same objects into a Git repository, one file each, from which
        Argo CD or another tool applies them. No cluster is contacted for that, unless O(wait=true) asks Argo CD.
      - The result of V(git) has C(commit), C(branch) and C(pushed) as well, and C(file) for each of the C(resources).
      - In Git nothing is judged by a server, so RV(ignore:validated) is V(false). O(ignore:force_conflicts) takes over files that
        somebody else wrote.
      - To set this for a play, use C(module_defaults) of the group C(meshops.lifecycle.objects).
    type: str
    choices: [cluster, git]
    default: cluster
  git:
    description:
      - Where and how O(delivery=git) writes. It needs the program C(git), 2.31 or newer, where the task runs.
    type: dict
    suboptions:
      repository:
        description:
          - URL or path of the repository. It is cloned into a private folder that is gone when the task ends.
          - Required unless there is a O(git.working_tree).
        type: str
      branch:
        description:
          - The branch to write to. One that does not exist is made from the repository's default branch.
          - Defaults to the default branch, and for a O(git.working_tree) to the branch that is checked out, which it has to
            be in any case.
        type: str
      path:
        description:
          - The folder within the repository. The files are V(NAMESPACE/KIND-NAME.yaml) below it, with C(_cluster) for a
            namespace where there is none. An Application of Argo CD that reads it needs C(directory.recurse).
        type: str
        default: .
      working_tree:
        description:
          - A checkout to write to instead, which stays. Only its files that are ours are written and committed.
        type: path
      commit:
        description:
          - Whether to commit. V(false) is for a O(git.working_tree) that somebody reads before it is committed.
        type: bool
        default: true
      push:
        description:
          - Whether to push. V(false) is for a O(git.working_tree).
        type: bool
        default: true
      commit_message:
        description:
          - The message of the commit. Defaults to a line with the set and what changes, and the objects below it.
        type: str
      author_name:
        description:
          - The name of author and committer. Defaults to git's own configuration, then to V(meshops.lifecycle).
        type: str
      author_email:
        description:
          - The address of author and committer. Defaults to git's own configuration, then to one at V(localhost).
        type: str
      sign:
        description:
          - Sign commits with this key. The id of an OpenPGP or X.509 key, or the path of an SSH key, which has no
            passphrase or is held by an agent.
        type: str
      sign_format:
        description:
          - What kind of key O(git.sign) is. Defaults to V(ssh) for a file that is there, else to V(openpgp).
        type: str
        choices: [openpgp, ssh, x509]
      username:
        description:
          - User name for a repository at http or https. With O(git.password) it defaults to V(git).
        type: str
      password:
        description:
          - Password or token for a repository at http or https. Without it, git asks its own credential helpers.
        type: str
      ca_cert:
        description:
          - Path of the certificate authority that signed the certificate of a repository at https.
        type: path
      ssh_key_file:
        description:
          - Path of the private key for a repository that is reached by SSH. Without it, SSH takes what it is configured to.
        type: path
      known_hosts_file:
        description:
          - Path of a file with the SSH keys of hosts, instead of the user's own.
        type: path
      seal_command:
        description:
          - A program that seals Secrets, and its arguments. It reads one Secret as YAML on stdin and prints what may be
            written to Git, such as a SealedSecret. No shell is involved.
          - Without it, a Secret is refused.
        type: list
        elements: str
      seal_key:
        description:
          - Most programs seal the same Secret differently each time. With this text, which only those who run the play know, a
            keyed digest of what was sealed is kept in the file, and an unchanged Secret is not sealed again.
        type: str
      application:
        description:
          - Name of the Argo CD Application that O(wait=true) waits for, until it is Synced and Healthy at the commit that
            was delivered, or at one that contains it.
        type: str
      application_namespace:
        description:
          - Namespace of that Application.
        type: str
        default: argocd
attributes:
  action_group:
    membership: [meshops.lifecycle.mesh, meshops.lifecycle.objects]
"""
