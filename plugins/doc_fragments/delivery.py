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
      - Where to deliver the declared objects. V(cluster) applies them. V(git) writes the same objects into a Git
        repository, one file per object, from which Argo CD or another tool applies them. No cluster is contacted,
        unless O(wait=true) waits for Argo CD.
      - With V(git) the result also has C(commit), C(branch) and C(pushed), and C(file) for each of the C(resources).
      - No server validates objects in Git, so RV(ignore:validated) is V(false). O(ignore:force_conflicts) takes over
        files of somebody else.
      - To set this for a play, use C(module_defaults) of the group C(meshops.lifecycle.objects).
    type: str
    choices: [cluster, git]
    default: cluster
  git:
    description:
      - Repository and credentials for O(delivery=git). It needs the program C(git), 2.31 or newer, where the task runs.
    type: dict
    suboptions:
      repository:
        description:
          - URL or path of the repository. It is cloned into a private folder, which is deleted when the task ends.
          - Required unless O(git.working_tree) is set.
        type: str
      branch:
        description:
          - The branch to write to. If it does not exist, it is created from the repository's default branch.
          - Defaults to the default branch, and with O(git.working_tree) to the branch that is checked out. With
            O(git.working_tree) no other branch is allowed.
        type: str
      path:
        description:
          - The folder within the repository. The files are V(NAMESPACE/KIND-NAME.yaml) below it, with C(_cluster) for
            cluster-scoped objects. An Application of Argo CD that reads it needs C(directory.recurse).
        type: str
        default: .
      working_tree:
        description:
          - Path of an existing checkout to write to instead of a clone. Only files of this collection in it are written
            and committed.
        type: path
      commit:
        description:
          - Whether to commit. V(false) is for a O(git.working_tree) that is reviewed before the commit.
        type: bool
        default: true
      push:
        description:
          - Whether to push. V(false) is for a O(git.working_tree).
        type: bool
        default: true
      commit_message:
        description:
          - The commit message. Defaults to a line with the set and what changes, followed by the objects.
        type: str
      author_name:
        description:
          - Name of the author and committer. Defaults to git's own configuration, then to V(meshops.lifecycle).
        type: str
      author_email:
        description:
          - Email address of the author and committer. Defaults to git's own configuration, then to an address at
            V(localhost).
        type: str
      sign:
        description:
          - The key to sign commits with. The id of an OpenPGP or X.509 key, or the path of an SSH key that has no
            passphrase or is loaded in an agent.
        type: str
      sign_format:
        description:
          - The type of the key O(git.sign). Defaults to V(ssh) if a file of that name exists, else to V(openpgp).
        type: str
        choices: [openpgp, ssh, x509]
      username:
        description:
          - User name for a repository at an http or https URL. With O(git.password) it defaults to V(git).
        type: str
      password:
        description:
          - Password or token for a repository at an http or https URL. Without it, git uses its own credential helpers.
        type: str
      ca_cert:
        description:
          - Path of the certificate authority that signed the certificate of a repository at https.
        type: path
      ssh_key_file:
        description:
          - Path of the private key for a repository that is reached by SSH. Without it, SSH uses its own configuration.
        type: path
      known_hosts_file:
        description:
          - Path of a known_hosts file to use instead of the user's own.
        type: path
      seal_command:
        description:
          - The command and arguments to seal a Secret with. It reads one Secret as YAML on stdin and prints what may be
            written to Git, such as a SealedSecret. It is not run in a shell.
          - Without this option, Secrets are refused.
        type: list
        elements: str
      seal_key:
        description:
          - A secret text of your choice, so that an unchanged Secret is not sealed again. Most programs seal the same
            Secret differently each time. With this option a keyed digest of the Secret is stored in the file and
            compared.
        type: str
      application:
        description:
          - Name of the Argo CD Application that O(wait=true) waits for, until it is Synced and Healthy at the delivered
            commit, or at a later one that contains it.
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
