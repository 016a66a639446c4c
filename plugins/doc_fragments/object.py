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
      - Whether the object should exist. V(present) creates or updates it as declared; V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the object. Required unless O(definition) or O(src) names it.
    type: str
  labels:
    description:
      - Labels of the object. A label that an earlier run declared and that is no longer declared is removed.
      - Values are strings. YAML changes C(1.10), C(0123) and C(no) before a module sees them, so numbers and booleans
        are refused; put quotes around them. A label without a value is an empty string.
    type: dict
  annotations:
    description:
      - Annotations of the object, owned like O(labels).
    type: dict
  definition:
    description:
      - The object as a complete document, as a mapping or as YAML text. Other options of the task win over it.
      - A field that is null is left out, like an option, if O(spec) has an option for it.
    type: dict
  src:
    description:
      - Path of a file on the controller that contains the document, in YAML or JSON. It is not templated, so that
        braces of Argo CD or Prometheus are kept. A file that is encrypted with ansible-vault is decrypted.
      - YAML is read as C(kubectl) reads it. C(17:00) and times are text, C(0123) is octal, C(yes) is true.
    type: str
  validate:
    description:
      - How to handle unknown fields, wrong types, invalid choices and duplicate keys in a document of O(definition) or
        O(src).
      - V(strict) refuses the document before anything is written. V(warn) and V(ignore) leave the decision to the
        cluster, which also validates strictly; use them for fields that are newer than this collection. Of duplicate
        keys they take the last.
    type: str
    choices: [strict, warn, ignore]
    default: strict
  spec_extra:
    description:
      - Fields to merge into the object's spec unchanged, under the API's own names, for fields that are newer than the
        options of this module.
    type: dict
  force_conflicts:
    description:
      - Whether to take over fields that another field manager owns. Otherwise the task fails and names the owner.
    type: bool
    default: false
  field_manager:
    description:
      - Name of the field manager that owns the declared fields. Tasks that declare different parts of the same object
        need different names.
    type: str
    default: meshops.lifecycle
"""
