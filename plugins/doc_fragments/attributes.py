# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """What every module that writes supports."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Predicts what a run would do, with a server-side dry run.
    support: full
  diff_mode:
    description:
      - Shows each object before and after, without server-managed fields, with secrets masked.
      - A custom resource definition that is created or deleted is one line, with its versions and size.
    support: full
  idempotent:
    description: A second run changes nothing and sends no write.
    support: full
  async:
    description: Supports C(async).
    support: full
  action_group:
    description: Supports C(module_defaults) of the group.
    support: full
    membership: [meshops.lifecycle.mesh]
"""
