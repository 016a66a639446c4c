# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of exceptions follow what is declared: new, changed (another date, say), and those that are no more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.findings import EXPIRES
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import exceptions, policies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import Waiver

Document = dict[str, Any]


def is_exception(policy: Document) -> bool:
    """Whether a policy that a migration has written is an exception."""
    return EXPIRES in (policy["metadata"].get("annotations") or {}) and bool(mtls.selector_of(policy))


def live(resources: Resources) -> list[Document]:
    """The exceptions of all namespaces that migrations have written. Raises ApiError."""
    return [policy for policy in policies.ours(resources) if is_exception(policy)]


def surplus(there: Iterable[Document], waivers: list[Waiver], namespace: str) -> list[Document]:
    """The exceptions of a namespace that are not declared any more."""
    declared = {mtls.name_of(document) for document in exceptions.policies(waivers, namespace)}
    own = [policy for policy in there if mtls.namespace_of(policy) == namespace]
    return [policy for policy in own if mtls.name_of(policy) not in declared]


def differing(there: Iterable[Document], waivers: list[Waiver], namespace: str) -> bool:
    """Whether the exceptions of a namespace are others than those that are declared."""
    own = {mtls.name_of(policy): policy for policy in there if mtls.namespace_of(policy) == namespace}
    declared = {mtls.name_of(document): document for document in exceptions.policies(waivers, namespace)}
    if own.keys() != declared.keys():
        return True
    return any(not policies.is_as_declared(own[name], declared[name]) for name in own)


def declare(resources: Resources, waivers: list[Waiver], namespace: str, dry_run: bool = False) -> list[Change | None]:
    """Create and change the exceptions of a namespace. Raises MeshError."""
    documents = exceptions.policies(waivers, namespace)
    return [policies.create(resources, document, dry_run=dry_run) for document in documents]


def remove(resources: Resources, waivers: list[Waiver], namespace: str, dry_run: bool = False) -> list[Change | None]:
    """Delete those that are not declared any more. Raises MeshError."""
    gone = surplus(live(resources), waivers, namespace)
    return [policies.put_back(resources, policy, dry_run=dry_run) for policy in gone]


def kept(policy: Document) -> Document:
    """A live exception as it is created again on the way back."""
    metadata = policy["metadata"]
    names = ("namespace", "name", "labels", "annotations")
    known = {key: metadata[key] for key in names if key in metadata}
    return {
        "apiVersion": policy.get("apiVersion"),
        "kind": "PeerAuthentication",
        "metadata": known,
        "spec": policy["spec"],
    }


def restore(resources: Resources, before: list[Document], namespace: str) -> list[Change | None]:
    """Bring the exceptions of a namespace to what they were. Raises MeshError."""
    changes = [policies.create(resources, document) for document in before]
    names = {mtls.name_of(document) for document in before}
    later = [policy for policy in live(resources) if mtls.namespace_of(policy) == namespace]
    return changes + [policies.put_back(resources, policy) for policy in later if mtls.name_of(policy) not in names]
