# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Whose long work is, and when it may be taken over."""

    DOCUMENTATION = r"""
options:
  run:
    description:
      - How people know this run, such as the id of a job of AWX. It is shown to whoever is refused meanwhile, and kept in
        the record.
    type: str
  lease_duration:
    description:
      - Seconds after which a run that does not renew its lease counts as dead, and the next one takes over.
    type: int
    default: 60
"""
