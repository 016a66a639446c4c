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
      - With O(wait=true), wait until every proxy that is connected to an istiod of the cluster has acknowledged what was
        written or deleted of Istio's configuration. Each replica of istiod is asked, by the port-forward of the API server.
      - When nothing was written, nobody is asked. Where no istiod runs, there is no such wait.
      - A proxy that refuses the configuration fails the task at once, with the proxy's words. A time-out names the proxies
        that have not acknowledged it.
      - It takes the verb C(list) on C(pods) and the verbs C(get) and C(create) on C(pods/portforward) in
        O(istiod_namespace). Without them the task fails before anything is written.
    type: bool
    default: true
  references:
    description:
      - What to do about names that lead nowhere, neither to an object that this task declares nor to one in the cluster;
        the API server and istiod accept them, and requests then fail. It is about hosts, subsets, gateways, certificates
        of gateways, and what a policy is attached to.
      - V(warn) warns, V(refuse) fails before anything is written, V(ignore) does not look.
      - Looked at are objects that change, and in check mode all. What may not be read counts as being there.
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  plain_text:
    description:
      - What to do when a PeerAuthentication begins to require mTLS while pods without a sidecar run, which then cannot call
        any more. V(warn) names their workloads, V(refuse) fails before anything is written, V(ignore) does not look.
      - It takes the verb C(list) on C(pods) of all namespaces; without it nobody is named.
    type: str
    choices: [warn, refuse, ignore]
    default: warn
  foreign_fields:
    description:
      - What to do about fields of C(spec) that are not declared here and that somebody else has set, such as a C(selector)
        that C(kubectl edit) has added to a PeerAuthentication. Istio acts by them.
      - V(remove) removes them, with the name of who has set them in a warning and in the diff. V(warn) leaves them and
        warns, V(ignore) leaves them.
      - Defaults to V(remove) for the kinds that say what is allowed, AuthorizationPolicy, PeerAuthentication and
        RequestAuthentication, unless O(ignore:field_manager) has a name that does not begin with C(meshops.lifecycle), for
        parts of an object that others declare too. Defaults to V(warn) for Istio's other kinds.
      - Fields that another task of this collection declares are never removed. A declared field that somebody else has
        changed is a conflict, see O(ignore:force_conflicts).
    type: str
    choices: [remove, warn, ignore]
  istiod_namespace:
    description:
      - The namespace that istiod runs in.
    type: str
    default: istio-system
  istiod_urls:
    description:
      - Where each replica of istiod is asked instead, for example a control plane outside of the cluster. A URL for the
        monitoring port of each, such as V(http://localhost:15014). Istiod answers such questions to its own localhost
        only.
    type: list
    elements: str
"""
