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
      - Values are text. YAML makes other values of C(1.10), C(0123) and C(no) before a module sees them, so numbers and truths
        are refused; put quotes around them. A label without a value is empty text.
    type: dict
  annotations:
    description:
      - Annotations of the object, owned like O(labels).
    type: dict
  definition:
    description:
      - The object as a whole document, as documentation prints it, also as text in YAML. Options beside it win over it.
      - A field that is null is left out, as an option is, wherever O(spec) has an option for it.
    type: dict
  src:
    description:
      - A file on the controller that holds the document, in YAML or JSON. It is read as it is and not templated, so that
        braces which belong to Argo CD or Prometheus survive. A file that ansible-vault has encrypted is decrypted.
      - It is read as C(kubectl) reads it. C(17:00) and times are text, C(0123) is octal, C(yes) is true.
    type: str
  validate:
    description:
      - What to do about a document of O(definition) or O(src) that has a field, a type or a choice which its kind has not, or
        a key that stands twice in a file.
      - V(strict) refuses it before anything is written. V(warn) and V(ignore) leave it to the cluster, which validates
        strictly as well. They are for fields that are newer than this collection, and of two keys they take the last.
    type: str
    choices: [strict, warn, ignore]
    default: strict
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
