# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Waiting until what was declared is true."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the object is ready, as its kind defines it; with O(state=absent), until it is deleted.
      - A terminal failure ends the wait at once. A time-out says what was missing.
    type: bool
    default: false
  wait_timeout:
    description:
      - The time to wait, in seconds.
    type: int
    default: 120
  wait_for:
    description:
      - A JMESPath expression over the object that must evaluate to true, in addition to the kind's own readiness. It
        takes effect with O(wait=true).
    type: str
"""
