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
      - The types are those of that module. A number or a boolean in place of a text, such as an unquoted password of digits,
        is refused.
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

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_repository import ARGUMENTS
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering, flag

# An option of a repository, and the field of its Secret, which is the option's first alias where the names differ.
_OPTIONS = {name: option for name, option in ARGUMENTS["spec"]["options"].items() if name != "name"}
_FIELDS = {name: (option.get("aliases") or [name])[0] for name, option in _OPTIONS.items()}
_OTHERS = ("name", "credentials_only", "fields")


@answering("argocd_repositories")
def argocd_repositories(repositories, namespace):
    """The Secrets of the repositories. Raises MeshError for an option that is not known, or of another type."""
    return [_secret(repository, namespace) for repository in repositories]


def _secret(repository, namespace):
    for option in repository:
        if option not in _FIELDS and option not in _OTHERS:
            near = difflib.get_close_matches(option, [*_FIELDS, *_OTHERS], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise MeshError(f"repository {repository.get('name')} has no option {option}.{hint}")
    try:
        options = {option: value for option, value in repository.items() if option in _FIELDS}
        checked = params.check(options, _OPTIONS, "a repository", partial=True)
    except MeshError as error:
        raise MeshError(f"repository {repository.get('name')}: {error.message}") from None
    fields = {_FIELDS[option]: _text(value) for option, value in checked.items()}
    kind = "repo-creds" if flag(repository.get("credentials_only", False)) else "repository"
    metadata = {
        "name": repository["name"],
        "namespace": namespace,
        "labels": {"argocd.argoproj.io/secret-type": kind},
    }
    data = {**fields, **(repository.get("fields") or {})}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"argocd_repositories": argocd_repositories}
