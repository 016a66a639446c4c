# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Where istiod is asked about its proxies."""

    DOCUMENTATION = r"""
options:
  istiod_namespace:
    description:
      - Namespace of istiod.
    type: str
    default: istio-system
  istiod_urls:
    description:
      - URLs of the monitoring port of each replica of istiod, such as V(http://localhost:15014), for a control plane
        outside of the cluster. Istiod answers such requests from its own localhost only.
    type: list
    elements: str
"""
