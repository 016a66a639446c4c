# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """What every module for one object has in common."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) makes the object what the task declares; V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the object. Required unless O(definition) or O(src) names it.
    type: str
  labels:
    description:
      - Labels of the object. A label that an earlier run declared and this one does not is removed.
    type: dict
  annotations:
    description:
      - Annotations of the object, owned like O(labels).
    type: dict
  definition:
    description:
      - The object as a whole document, as documentation prints it. Options beside it win over it.
    type: dict
  src:
    description:
      - A file on the controller that holds the document, in YAML or JSON. It is read as it is and not templated, so that
        braces which belong to Argo CD or Prometheus survive. A file that ansible-vault has encrypted is decrypted.
    type: str
  spec_extra:
    description:
      - Fields merged into the object's spec as they are written, under the API's own names. For fields that are newer
        than the options of this module.
    type: dict
  force_conflicts:
    description:
      - Take over fields that another field manager owns, instead of failing with its name.
    type: bool
    default: false
  field_manager:
    description:
      - The name under which the declared fields are owned. Two tasks that declare parts of the same object need two
        names.
    type: str
    default: meshops.lifecycle
"""
