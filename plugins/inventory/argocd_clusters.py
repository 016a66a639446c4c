# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The clusters that Argo CD knows, as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: argocd_clusters
short_description: Use clusters that are registered in Argo CD as hosts
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Creates a host for every cluster that is registered in Argo CD, in groups by the labels of its registration, with
    the variables that the roles, playbooks and modules of this collection need to connect.
  - Reads the Secrets of Argo CD, through the Kubernetes API only.
  - The name of its file ends in C(argocd_clusters.yml) or C(argocd_clusters.yaml).
notes:
  - With O(credentials=true) hosts hold the tokens of Argo CD, which C(ansible-inventory --list) prints.
  - A cluster that Argo CD reaches by a cloud's own authentication comes without credentials, with a warning.
extends_documentation_fragment:
  - meshops.lifecycle.connection
  - ansible.builtin.constructed
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [meshops.lifecycle.argocd_clusters]
  namespace:
    description: Namespace of Argo CD.
    type: str
    default: argocd
  label_selectors:
    description: Only clusters whose registrations have these labels, each as V(key=value), V(key!=value) or V(key).
    type: list
    elements: str
    default: []
  label_groups:
    description:
      - Whether to add hosts to a group for each of their labels, named after the label and its value, as V(stage_prod).
    type: bool
    default: true
  credentials:
    description:
      - Whether to set the variable C(mesh_kubeconfig) of hosts, with the address and the credentials that Argo CD has.
    type: bool
    default: true
"""

EXAMPLES = r"""
# production.argocd_clusters.yml: every production cluster, as Argo CD knows it
plugin: meshops.lifecycle.argocd_clusters
kubeconfig: ~/.kube/management
label_selectors:
  - stage=prod
keyed_groups:
  - key: argocd_labels.region
    prefix: region
compose:
  istio_revision: argocd_labels.revision | default('stable')

# A task on these hosts names the connection as the roles do:
#   meshops.lifecycle.mesh_info:
#     kind: Namespace
#     kubeconfig: "{{ mesh_kubeconfig }}"
"""

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import libraries
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import options
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import SECRET_TYPE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import argocd_registration as registration

_FILES = ("argocd_clusters.yml", "argocd_clusters.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable):
    """One host a cluster."""

    NAME = "meshops.lifecycle.argocd_clusters"

    def verify_file(self, path):
        """Whether a file is meant for this plugin, by its name."""
        return super().verify_file(path) and path.endswith(_FILES)

    def parse(self, inventory, loader, path, cache=True):
        """Read the clusters, and make hosts, groups and variables of them. Raises AnsibleParserError."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            libraries.need()
            for found in self._registered():
                self._add(found)
        except MeshError as error:
            raise AnsibleParserError(f"{path}: {error.message}") from error

    def _registered(self) -> list:
        session = connect(self._connection())
        selector = ",".join([f"{SECRET_TYPE}=cluster", *self.get_option("label_selectors")])
        secrets = Resources(session).list(SECRET, self.get_option("namespace"), selector)
        found = [registration.read(secret) for secret in secrets]
        return sorted(found, key=lambda one: one.name)

    def _connection(self) -> dict:
        return {name: self.get_option(name) for name in options.OPTIONS}

    def _add(self, found) -> None:
        host = self.inventory.add_host(found.name)
        variables = {
            "ansible_connection": "local",
            "argocd_cluster_name": found.name,
            "argocd_cluster_server": found.server,
            "argocd_cluster_namespaces": found.namespaces,
            "argocd_cluster_project": found.project,
            "argocd_labels": found.labels,
            "argocd_annotations": found.annotations,
            **(self._reach(found) if self.get_option("credentials") else {}),
        }
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        groups = ["argocd_clusters"]
        if self.get_option("label_groups"):
            groups += [f"{key}_{value}" if value else key for key, value in found.labels.items()]
        for name in groups:
            self.inventory.add_host(host, group=self.inventory.add_group(self._sanitize_group_name(name)))
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _reach(self, found) -> dict:
        """The variables by which a cluster is reached."""
        if found.is_here:  # the cluster that we have read from
            own = options.resolve(self._connection())
            if own.host or own.credential or own.impersonation or own.settings or own.defaults:
                self.display.warning(
                    f"{found.name} is the cluster that this inventory was read from, by other options than a "
                    "kubeconfig. Set its mesh_kubeconfig yourself."
                )
                return {}
            reach = {"mesh_kubeconfig": own.kubeconfig, "mesh_context": own.context}
            return {name: value for name, value in reach.items() if value is not None}
        kubeconfig = found.kubeconfig()
        if kubeconfig is None:
            self.display.warning(
                f"{found.name} has no mesh_kubeconfig: Argo CD connects to it with credentials that only its own pods have."
            )
            return {}
        return {"mesh_kubeconfig": kubeconfig}
