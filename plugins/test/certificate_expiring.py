# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Whether a certificate is near its end."""

from __future__ import annotations

DOCUMENTATION = r"""
name: certificate_expiring
short_description: Whether one of the certificates expires within a number of days, or has expired
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - True if at least one certificate in a text, a Secret or a ConfigMap has no more than O(days) left.
requirements:
  - The Python package C(cryptography) on the controller, which ansible-core brings.
options:
  _input:
    description: What P(meshops.lifecycle.certificates#filter) takes.
    type: raw
    required: true
  days:
    description: Number of days.
    type: float
    default: 30
seealso:
  - plugin: meshops.lifecycle.certificates
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Names of the Secrets to renew within two weeks
  ansible.builtin.debug:
    msg: "{{ secrets.result | select('meshops.lifecycle.certificate_expiring', 14) | map(attribute='metadata.name') }}"
"""

RETURN = r"""
_value:
  description: Whether a certificate is near its end. False if there is none.
  type: bool
"""

from ansible_collections.meshops.lifecycle.plugins.plugin_utils import certificates as certs
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering


@answering("certificate_expiring", "test")
def certificate_expiring(source, days=30):
    """Whether the earliest end is within the days."""
    return any(certificate["days_left"] <= float(days) for certificate in certs.read(source))


class TestModule:
    """What Ansible looks for in this file."""

    __test__ = False  # no test of pytest's

    def tests(self):
        return {"certificate_expiring": certificate_expiring}
