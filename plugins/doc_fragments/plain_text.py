# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Who sends plain text, by metrics."""

    DOCUMENTATION = r"""
options:
  plain_text_history:
    description:
      - Seconds of traffic that O(metrics) are asked about when mTLS becomes required. It should cover the rarest job, such
        as one that runs weekly.
      - With O(metrics), those that have sent plain text to the workloads in question are named in place of all workloads
        without a sidecar, with the number of their requests; and nobody is, and O(ignore:plain_text=refuse) refuses nothing,
        where nobody has. Metrics that cannot be read, do not reach back that far or lack a pod of these workloads prove
        nothing.
    type: int
    default: 86400
"""
