# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Repositories as the Secrets that Argo CD keeps them in."""

from __future__ import annotations

DOCUMENTATION = r"""
name: argocd_repositories
short_description: Convert repositories to the Secrets of Argo CD
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Makes the Secret of each repository, for a set of many objects. One repository is managed by
    M(meshops.lifecycle.argocd_repository), which looks at more of what can be wrong with it.
positional: namespace
options:
  _input:
    description:
      - A list of mappings, each with C(name) (that of the Secret) and C(url), with any other option of
        O(meshops.lifecycle.argocd_repository#module:spec) but its C(name), with C(credentials_only) (V(true) for credentials of all
        repositories whose URL begins so), and with C(fields), more fields of the Secret under the names of Argo CD.
    type: list
    elements: dict
    required: true
  namespace:
    description: Namespace of Argo CD.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: The repositories of Argo CD, as one set
  meshops.lifecycle.mesh_apply:
    name: argocd-repositories
    namespace: argocd
    objects: "{{ repositories | meshops.lifecycle.argocd_repositories('argocd') }}"
    prune: true
  vars:
    repositories:
      - name: shop
        url: https://git.example.com/shop.git
        username: argocd
        password: "{{ vault_git_password }}"
"""

RETURN = r"""
_value:
  description: Documents of the kind Secret, in the order of the repositories.
  type: list
  elements: dict
"""

import difflib

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_repository import ARGUMENTS
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, flag, text_of_setting

# An option of a repository, and the field of its Secret, which is the option's first alias where the names differ.
_FIELDS = {
    name: (spec.get("aliases") or [name])[0] for name, spec in ARGUMENTS["spec"]["options"].items() if name != "name"
}
_OTHERS = ("name", "credentials_only", "fields")


@answering("argocd_repositories")
def argocd_repositories(repositories, namespace):
    """The Secrets of the repositories. Raises MeshError for an option that is not known."""
    return [_secret(repository, namespace) for repository in repositories]


def _secret(repository, namespace):
    fields = {}
    for option, value in repository.items():
        if option in _FIELDS:
            fields[_FIELDS[option]] = text_of_setting(value)
        elif option not in _OTHERS:
            near = difflib.get_close_matches(option, [*_FIELDS, *_OTHERS], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise MeshError(f"repository {repository.get('name')} has no option {option}.{hint}")
    kind = "repo-creds" if flag(repository.get("credentials_only", False)) else "repository"
    metadata = {
        "name": repository["name"],
        "namespace": namespace,
        "labels": {"argocd.argoproj.io/secret-type": kind},
    }
    data = {**fields, **(repository.get("fields") or {})}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"argocd_repositories": argocd_repositories}
