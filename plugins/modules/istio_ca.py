#!/usr/bin/python
# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: istio_ca
short_description: Change the authority by which istiod signs, in phases, with proof at every proxy
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Declares the authority by which istiod signs the certificates of a mesh, the Secret C(cacerts). It is made by this module,
    given as text, or taken from another Secret, such as one of cert-manager.
  - A new signing certificate under the same root is written at once. Another root goes by three phases. First both roots are
    trusted (V(trusted)), then the new authority signs (V(issuing)), then the old root is not trusted any more (V(retired)).
  - Each phase is proven before the next begins. Every replica of istiod has to sign by the authority of the phase, the root
    certificates in every namespace and of istiod's webhooks have to be those of the phase, and every proxy is asked for the
    certificate that it presents and the roots that it trusts. When one does not follow, the task ends with its name, and the
    next phase is not begun.
  - The Secret is written in one request, at the state that was read, and is never deleted for it.
  - The work is recorded in a ConfigMap and guarded by a Lease, both beside the Secret. A task that was killed is continued by
    the next one, and a second one at the same time is refused. What was there before is kept in the Secret
    C(meshops-ca-before) until the last phase, for the way back with O(state=aborted).
  - Where istiod signs by itself so far (C(istio-ca-secret)), its own root becomes the old one, and istiod is restarted once,
    because it looks for the Secret only when it starts.
  - How the phases work, and what was measured, is described in C(docs/certificates.md).
requirements:
  - cryptography >= 40
options:
  state:
    description:
      - V(present) wants the authority, without a change of the root.
      - V(trusted), V(issuing) and V(retired) go on to the end of that phase, and through those before it. So V(retired) goes
        the whole way. Without a change of the root, they are the same as V(present), and V(trusted) changes nothing.
      - V(aborted) restores the authority from before, which is possible until V(retired) has ended. The other options
        that describe an authority are not needed for it.
    type: str
    choices: [present, trusted, issuing, retired, aborted]
    default: present
  bundle:
    description:
      - The authority, as PEM texts.
      - It is refused when a part is missing, when the key is not that of the certificate, when the certificate does not lead
        to the root, and when a certificate may not sign, has expired, or is weak.
    type: dict
    suboptions:
      cert:
        description:
          - The certificate to sign with.
        type: str
      key:
        description:
          - Its private key, without a passphrase.
        type: str
      chain:
        description:
          - The certificates between it and the root. The signing certificate itself may be left out.
        type: str
      root:
        description:
          - The root certificate, or several.
        type: str
  from_secret:
    description:
      - A Secret with the authority, with the keys C(tls.crt), C(tls.key) and C(ca.crt), as cert-manager writes it for a
        Certificate with C(isCA), or with those of C(cacerts). It is copied; when it has changed, the task has to run again.
    type: dict
    suboptions:
      name:
        description:
          - Name of the Secret.
        type: str
        required: true
      namespace:
        description:
          - Namespace of the Secret. Defaults to O(istiod_namespace).
        type: str
  root:
    description:
      - A root under which this module makes the signing certificate. It is given by O(root.cert) and O(root.key), or kept in
        a Secret.
    type: dict
    suboptions:
      secret_name:
        description:
          - Name of a Secret of the type C(kubernetes.io/tls) that keeps the root and its key. It is created if it does not
            exist. Another name means another root.
        type: str
      secret_namespace:
        description:
          - Namespace of that Secret. Defaults to O(istiod_namespace). Whoever can read it there can sign for the mesh.
        type: str
      cert:
        description:
          - The root certificate, in PEM.
        type: str
      key:
        description:
          - Its private key, in PEM. It is used for the signature, and not stored in the cluster.
        type: str
      common_name:
        description:
          - Common name of a new root. Defaults to the name of its Secret.
        type: str
      organization:
        description:
          - Organization of a new root.
        type: str
        default: Istio
      days:
        description:
          - Days for which a new root is valid.
        type: int
        default: 3650
      key_type:
        description:
          - Key of a new root.
        type: str
        choices: [rsa_2048, rsa_4096, ecdsa_p256, ecdsa_p384]
        default: rsa_2048
  intermediate:
    description:
      - The signing certificate that is made under O(root). It is made once, and again when less than
        O(intermediate.renew_before) days of it are left, or when O(intermediate.common_name) is another.
    type: dict
    suboptions:
      common_name:
        description:
          - Its common name. Defaults to V(Istio Intermediate CA) for a new one. If set, one with another name is replaced.
        type: str
      organization:
        description:
          - Its organization.
        type: str
        default: Istio
      days:
        description:
          - Days for which it is valid, at most as long as the root.
        type: int
        default: 730
      renew_before:
        description:
          - It is replaced when so many days or less are left.
        type: int
        default: 30
      key_type:
        description:
          - Its key.
        type: str
        choices: [rsa_2048, rsa_4096, ecdsa_p256, ecdsa_p384]
        default: rsa_2048
  settle:
    description:
      - Seconds between a phase that is proven and the next one. The roots that istiod distributes reach the files of running
        pods by the kubelet, which takes up to 90 seconds, and which no proxy can be asked about.
    type: int
    default: 120
  wait_timeout:
    description:
      - The time for each phase to be proven, in seconds. The kubelet takes up to 90 of them to bring the Secret to istiod.
    type: int
    default: 600
  record:
    description:
      - File on the machine where the module runs, to which the record is written, as Markdown if the name ends in C(.md),
        otherwise as JSON. It is written at the end of the task, also if it fails, and has no key.
    type: path
  istiod_namespace:
    description:
      - Namespace of istiod.
    type: str
    default: istio-system
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - meshops.lifecycle.journal
  - meshops.lifecycle.attributes
notes:
  - A change of the root needs C(ISTIO_MULTIROOT_MESH) in the environment of istiod and C(PROXY_CONFIG_XDS_AGENT) in the
    C(proxyMetadata) of the mesh configuration. Without them the task is refused, and says how the role C(istio) sets them.
  - It needs the verbs C(get), C(list), C(create), C(update), C(patch) and C(delete) on C(secrets), C(configmaps) and C(leases)
    in O(istiod_namespace), C(list) on C(pods), C(deployments), C(services) and webhook configurations, and the verbs C(get) and
    C(create) on C(pods/portforward) in every namespace with proxies.
  - The certificates of workloads in other clusters and on virtual machines are not seen. Check them before V(retired).
  - Check mode makes no certificate and waits for nothing. Of what a run would make, it shows no fingerprint.
seealso:
  - module: meshops.lifecycle.istio_ca_info
  - module: meshops.lifecycle.workload_restart
  - module: meshops.lifecycle.gateway_certificate
"""

EXAMPLES = r"""
---
- name: Sign by an intermediate of our own, whose root is kept in another namespace
  meshops.lifecycle.istio_ca:
    root: {secret_name: istio-root-2026, secret_namespace: mesh-root}
    intermediate: {days: 365, renew_before: 60}

- name: Another root, the whole way
  meshops.lifecycle.istio_ca:
    state: retired
    root: {secret_name: istio-root-2036, secret_namespace: mesh-root}
    record: /var/lib/awx/records/root-2036.md

- name: One phase of it, so that somebody can look before the next
  meshops.lifecycle.istio_ca:
    state: trusted
    bundle:
      cert: "{{ lookup('file', 'ca-cert.pem') }}"
      key: "{{ vaulted_ca_key }}"
      root: "{{ lookup('file', 'root-cert.pem') }}"

- name: And back
  meshops.lifecycle.istio_ca:
    state: aborted

- name: Take what cert-manager has issued
  meshops.lifecycle.istio_ca:
    from_secret: {name: istio-ca}
"""

RETURN = r"""
---
phase:
  description:
    - The phase that was reached, V(trusted), V(issuing), V(retired) or V(aborted); null when nothing was to be done.
  returned: always
  type: str
  sample: trusted
authority:
  description: What istiod signs with now, as M(meshops.lifecycle.istio_ca_info) returns it.
  returned: success
  type: dict
proxies:
  description: How many proxies were asked, and follow.
  returned: when phases were proven
  type: int
stragglers:
  description: The proxies that do not follow, each with C(namespace), C(pod), C(workload) and C(reason).
  returned: when a phase could not be proven
  type: list
  elements: dict
record:
  description: The authority before and after, steps with their times, verdicts, stragglers and runs.
  returned: when phases were written
  type: dict
resources:
  description: The writes, each with C(kind), C(namespace), C(name) and C(action).
  returned: always
  type: list
  elements: dict
diff:
  description: Subjects, fingerprints and dates before and after each write. Keys are never shown.
  returned: in diff mode
  type: list
  elements: dict
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import Entry, run_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.run import run
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_ca import ARGUMENTS

ENTRY = Entry(
    "istio_ca",
    ARGUMENTS,
    run,
    secrets=("bundle.key", "root.key"),
    mutually_exclusive=[("bundle", "from_secret", "root")],
    required_if=[
        ("state", state, ("bundle", "from_secret", "root"), True)
        for state in ("present", "trusted", "issuing", "retired")
    ],
)


def main():
    run_module(ENTRY)


if __name__ == "__main__":
    main()
