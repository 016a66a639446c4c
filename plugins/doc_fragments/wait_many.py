# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Waiting until all that was declared is true."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until every object is ready, as its kind defines it, and until deleted objects are gone.
      - Ready means that a workload has rolled out, a Job is complete, a definition is established, an Application is synced
        and healthy, a route or Gateway is accepted by its controller; that a PersistentVolumeClaim is bound, unless its
        storage class has it wait for its first pod; and that a Service of type LoadBalancer has an address.
      - Any other object is ready when it is stored. So is a HorizontalPodAutoscaler, which never has what it scales by
        in a cluster without metrics, and an Ingress, whose controller need not report an address. Wait for their status
        with O(meshops.lifecycle.mesh_info#module:wait).
      - A terminal failure ends the wait at once. A time-out says what was missing.
    type: bool
    default: false
  wait_timeout:
    description:
      - The time to wait, in seconds.
    type: int
    default: 120
"""
