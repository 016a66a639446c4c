# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """For kinds that live in a namespace."""

    DOCUMENTATION = r"""
options:
  namespace:
    description:
      - Namespace of the object. Defaults to that of the document, then to that of the kubeconfig's context, then to
        V(default).
    type: str
"""
