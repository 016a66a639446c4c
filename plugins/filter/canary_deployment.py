# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Deployment of a canary, like that of the stable side but for its name, its labels and its image."""

from __future__ import annotations

DOCUMENTATION = r"""
name: canary_deployment
short_description: Derive the Deployment of a canary from that of the stable side
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Takes a live Deployment and returns the documents of a release that only changes the image. Nothing is written.
  - Labels and annotations by which Helm, Argo CD, kubectl and sets know the stable Deployment are left out of the canary.
positional: image, labels
options:
  _input:
    description: The live Deployment of the stable side.
    type: dict
    required: true
  image:
    description: The new image.
    type: str
    required: true
  labels:
    description: Labels of the canary's pods and of its selector, which tell it from the stable side.
    type: dict
    required: true
  container:
    description: Name of the container that gets the image. Not needed if there is only one.
    type: str
  suffix:
    description: What the canary's name has in addition.
    type: str
    default: -canary
"""

EXAMPLES = r"""
- name: A canary with another image
  meshops.lifecycle.mesh_apply:
    objects: ["{{ (stable.resources[0] | meshops.lifecycle.canary_deployment(image, labels={'version': 'canary'})).canary }}"]
    wait: true
  vars:
    image: registry.example.com/reviews:2.0
"""

RETURN = r"""
_value:
  description:
    - A mapping with C(canary), the Deployment of the canary, and C(stable), that of the stable side with the new image, for
      the end of the release. Both are complete.
  type: dict
"""

import copy

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import (
    MANAGED_BY,
    OF_RELEASES,
    PART_OF,
    TRACKING,
)
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering

_WRITTEN = ("kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision")  # by programs
_MARKS = (
    MANAGED_BY,
    *OF_RELEASES,
    TRACKING,
    "app.kubernetes.io/instance",
    "helm.sh/chart",
    PART_OF,
    *_WRITTEN,
)


@answering("canary_deployment")
def canary_deployment(live, image, labels, container=None, suffix="-canary"):
    """The two documents. Raises MeshError for what is no Deployment, and for a container that it does not have."""
    if not isinstance(live, dict) or live.get("kind") != "Deployment":
        raise MeshError("canary_deployment takes a live Deployment.")
    name = live["metadata"]["name"]
    selector = live["spec"]["selector"].get("matchLabels") or {}
    if not labels or all(selector.get(key) == value for key, value in labels.items()):
        raise MeshError(f"Deployment {name}: labels do not tell the canary from the stable side, whose pods have them.")
    chosen = _container(live, container)
    return {"canary": _canary(live, chosen, image, labels, suffix), "stable": _stable(live, chosen, image)}


def _container(live, container):
    names = [each["name"] for each in live["spec"]["template"]["spec"]["containers"]]
    if container is None and len(names) == 1:
        return names[0]
    if container not in names:
        what = f"has no container {container!r}" if container else "has several containers"
        raise MeshError(f"Deployment {live['metadata']['name']} {what}. Name one of: {', '.join(names)}.")
    return container


def _canary(live, container, image, labels, suffix):
    spec = copy.deepcopy(live["spec"])
    spec["selector"]["matchLabels"] = {**(spec["selector"].get("matchLabels") or {}), **labels}
    template = spec["template"]
    template["metadata"] = {
        key: value for key, value in template["metadata"].items() if key in ("labels", "annotations")
    }
    template["metadata"]["labels"] = {**(template["metadata"].get("labels") or {}), **labels}
    for each in template["spec"]["containers"]:
        if each["name"] == container:
            each["image"] = image
    metadata = {"name": f"{live['metadata']['name']}{suffix}", "namespace": live["metadata"].get("namespace")}
    for key in ("labels", "annotations"):
        kept = {name: value for name, value in (live["metadata"].get(key) or {}).items() if name not in _MARKS}
        metadata |= {key: kept} if kept else {}
    if "labels" in metadata:
        metadata["labels"].update({name: value for name, value in labels.items() if name in metadata["labels"]})
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def _stable(live, container, image):
    """The whole Deployment: whoever declares it has all of its fields, and loses those that a later declaration lacks."""
    spec = copy.deepcopy(live["spec"])
    for each in spec["template"]["spec"]["containers"]:
        if each["name"] == container:
            each["image"] = image
    metadata = {key: live["metadata"][key] for key in ("name", "namespace", "labels") if live["metadata"].get(key)}
    annotations = live["metadata"].get("annotations") or {}
    kept = {name: value for name, value in annotations.items() if name not in _WRITTEN}
    metadata |= {"annotations": kept} if kept else {}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"canary_deployment": canary_deployment}
