#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: traffic_shift_info
short_description: Read which traffic shifts are under way, and how far they are
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Reads the traffic shifts that C(traffic_shift) has begun and neither promoted nor aborted, from the cluster.
  - For each of them it says at which step it is, what the route has now, whether a run is at work on it, and which
    verdicts there were.
options:
  kind:
    description: Only routes of this kind.
    type: str
    choices: [VirtualService, HTTPRoute, GRPCRoute]
  name:
    description: Only the route with this name.
    type: str
  namespace:
    description: Only routes of this namespace. Without it, those of all namespaces.
    type: str
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.attributes_info
seealso:
  - module: meshops.lifecycle.traffic_shift
"""

EXAMPLES = r"""
- name: What is under way in the shop
  meshops.lifecycle.traffic_shift_info:
    namespace: shop
  register: shifts

- name: Show it to whoever approves the next step
  ansible.builtin.debug:
    msg: "{{ item.object }} is at {{ item.step }} since {{ item.since }}"
  loop: "{{ shifts.shifts }}"
"""

RETURN = r"""
---
shifts:
  description: The shifts that are under way.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: The route.
      type: str
      returned: always
      sample: VirtualService shop/reviews
    step:
      description: The step that it is at.
      type: str
      returned: always
      sample: "step 1 of 2: 10 %"
    since:
      description: When that step began.
      type: str
      returned: always
    started:
      description: When the shift began.
      type: str
      returned: always
    holder:
      description: Who is at work on it right now, or nothing between two runs.
      type: str
      returned: always
    phase:
      description: V(progressing), V(aborting), or V(taken_over) if the route does not look as the shift has left it.
      type: str
      returned: always
    weights:
      description: The weights that the route has now.
      type: dict
      returned: always
      sample: {from: 90, to: 10}
    steps:
      description: The steps of the plan with their weights.
      type: list
      elements: dict
      returned: always
    record:
      description: Steps, verdicts with queries, values and counts, runs, and what was there before.
      type: dict
      returned: always
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.info import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.traffic_shift_info import ARGUMENTS

ENTRY = Entry("traffic_shift_info", ARGUMENTS, run)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
