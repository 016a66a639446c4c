# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Waiting until the proxies have what was written."""

    DOCUMENTATION = r"""
options:
  wait_proxies:
    description:
      - Whether O(wait=true) also waits until every connected proxy has acknowledged the Istio configuration that was
        written or deleted. Each replica of istiod is asked, through the API server's port-forward.
      - When nothing was written, or no istiod runs, there is no such wait.
      - When a proxy rejects the configuration, the task fails at once with the proxy's message. A time-out names the
        proxies that have not acknowledged it.
      - It needs the verb C(list) on C(pods) and the verbs C(get) and C(create) on C(pods/portforward) in
        O(istiod_namespace). Without these permissions the task fails before anything is written.
    type: bool
    default: true
  references:
    description:
      - How to handle unresolved references, to objects that neither this task declares nor the cluster has. The API
        server and istiod accept them, and requests then fail. Checked are hosts, subsets, gateways, certificates of
        gateways, and the targets of policies.
      - V(warn) warns, V(refuse) fails before anything is written, V(ignore) does not check.
      - Objects that change are checked; in check mode, all objects. What the task has no permission to read counts as
        existing.
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  plain_text:
    description:
      - What to do when mTLS becomes required while pods without a sidecar are running, which can then no longer send
        requests. That is so when a PeerAuthentication says V(STRICT), and when one that says V(PERMISSIVE) is deleted or
        set to V(UNSET) below a stricter one. V(warn) names the workloads of these pods, V(refuse) fails before anything is written,
        V(ignore) does not check.
      - It needs the verb C(list) on C(pods) of all namespaces; without it no workload is named.
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  foreign_fields:
    description:
      - What to do about fields of C(spec) that are not declared here and that somebody else has set, such as a C(selector)
        that C(kubectl edit) has added to a PeerAuthentication. Istio acts by them. The same holds for the label
        C(istio.io/rev) and the annotation C(istio.io/dry-run), by which Istio does not act by the object.
      - V(remove) removes them, with the name of who has set them in a warning and in the diff. V(warn) leaves them and
        warns, V(ignore) leaves them.
      - Defaults to V(remove) for the kinds that say what is allowed, AuthorizationPolicy, PeerAuthentication and
        RequestAuthentication, unless O(ignore:field_manager) has a name that does not begin with C(meshops.lifecycle), for
        parts of an object that others declare too. Defaults to V(warn) for Istio's other kinds.
      - Fields that another task of this collection declares are never removed. A declared field that somebody else has
        changed is a conflict, see O(ignore:force_conflicts).
    type: str
    choices: [remove, warn, ignore]
"""
