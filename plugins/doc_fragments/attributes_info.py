# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """What every module that only reads supports."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Reads in check mode as in a normal run.
    support: full
  diff_mode:
    description: The module changes nothing.
    support: N/A
  async:
    description: Supports C(async).
    support: full
  action_group:
    description: Supports C(module_defaults) of the group.
    support: full
    membership: [meshops.lifecycle.mesh]
"""
