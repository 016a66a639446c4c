# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings as the texts of Argo CD's ConfigMaps."""

from __future__ import annotations

DOCUMENTATION = r"""
name: argocd_settings
short_description: Convert settings to the strings of Argo CD's ConfigMaps
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - The values of Argo CD's ConfigMaps are texts. Booleans become C(true) or C(false), mappings and lists YAML, and whole
    numbers their digits.
  - Fractions and times are refused, because YAML has not kept their text. Put quotes around them.
options:
  _input:
    description: The settings, as a mapping.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Settings of Argo CD as an overlay of its manifests
  meshops.lifecycle.mesh_apply:
    name: argocd-install
    namespace: argocd
    src: [argocd/install.yaml]
    overlays:
      - kind: ConfigMap
        metadata: {name: argocd-cm}
        data: "{{ settings | meshops.lifecycle.argocd_settings }}"
  vars:
    settings:
      admin.enabled: false
      resource.exclusions:
        - apiGroups: [cilium.io]
          kinds: [CiliumIdentity]
"""

RETURN = r"""
_value:
  description: The settings, each a text.
  type: dict
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("argocd_settings")
def argocd_settings(settings):
    """The settings as texts. Raises MeshError for what has lost its text."""
    # Imported when it is asked for: Ansible loads the files of all filters to find one.
    from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.argocd_config import texts

    return texts(settings)


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"argocd_settings": argocd_settings}
