# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``istio_ca`` returns: phases, fingerprints and dates, never a key."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import record as records
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import Authority
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.material import Wanted
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import (
    BEFORE,
    ISSUING,
    RETIRED,
    Plan,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.rotation import Rotation
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.store import Store

_HIDDEN = "known after the run"  # the fingerprint of what check mode does not make
Document = dict[str, Any]


def unchanged(task: Task, live: Authority) -> Document:
    """Nothing was to be done."""
    return results.contract(
        changed=False,
        resources=[],
        validated=True,
        waited=False,
        phase=None,
        authority=live.row(times.now()),
    )


def result(task: Task, store: Store, rotation: Rotation) -> Document:
    """The phase was reached."""
    authority = store.read().row(times.now())
    document = records.of(rotation.state, rotation.phase, authority, [])
    records.write(task, document)
    return results.contract(
        changed=bool(store.written),
        resources=_rows(store),
        validated=True,
        waited=True,
        phase=rotation.phase,
        authority=authority,
        proxies=rotation.seen.proxies,
        record=document,
        diff=_diffs(task, store),
    )


def failed(task: Task, store: Store, rotation: Rotation, error: MeshError) -> MeshError:
    """The same error, with how far it came."""
    after = _public_authority(store)
    document = records.of(rotation.state, rotation.phase, after, error.details.get("stragglers") or [])
    records.write(task, document)
    more = {"phase": rotation.phase, "record": document, "resources": _rows(store)}
    return MeshError(error.message, **{**more, **error.details})


def _public_authority(store: Store) -> Document:
    """What is live; empty when it cannot be read, which is not the error to report."""
    try:
        return store.read().row(times.now())
    except MeshError:
        return {}


def created(task: Task, store: Store, new: Authority) -> Document:
    """The first authority of a mesh."""
    authority = _predicted_row(new) if task.check else store.read().row(times.now())
    return results.contract(
        changed=True,
        resources=_rows(store),
        validated=not task.check,
        waited=False,
        phase=None,
        authority=authority,
        diff=_diffs(task, store),
    )


def predicted(task: Task, store: Store, live: Authority, plan: Plan, target: str, wanted: Wanted) -> Document:
    """Check mode: each phase that would be written, with its diff; no time passes."""
    where = plan.locate(live) or BEFORE
    new, before = wanted.make(), live
    for phase in plan.phases[plan.index(where) + 1 : plan.index(target) + 1]:
        signer = new if phase in (ISSUING, RETIRED) else live
        roots = wanted.roots if phase == RETIRED or not plan.changes_root else (*live.roots, *wanted.roots)
        unique = tuple({root.fingerprint: root for root in roots}.values())
        after = Authority("plugged", live.secret, signer.bundle, signer.signing, signer.chain, unique)
        store.written.append({**store.row(before, after), "phase": phase})
        before = after
    for row in store.written:
        _hide(row["diff"]["after"], live, wanted)
    return results.contract(
        changed=bool(store.written),
        resources=_rows(store),
        validated=False,
        waited=False,
        phase=target,
        authority=live.row(times.now()),
        diff=_diffs(task, store),
    )


def predicted_abort(task: Task, store: Store) -> Document:
    """Check mode of the way back."""
    live, before = store.read(), store.saved()
    if before is not None and before.bundle != live.bundle:
        store.written.append(store.row(live, before))
    return results.contract(
        changed=True,
        resources=_rows(store),
        validated=False,
        waited=False,
        phase="aborted",
        authority=live.row(times.now()),
        diff=_diffs(task, store),
    )


def _hide(side: Document | None, live: Authority, wanted: Wanted) -> None:
    """What a run would make has another fingerprint than what check mode has made up."""
    if side is None:
        return
    if wanted.generated and live.signing and side["signing"]["fingerprint"] != live.signing.fingerprint:
        side["signing"]["fingerprint"] = _HIDDEN
    for shown in side["roots"] if wanted.predicted else []:
        if shown["fingerprint"] not in live.root_fingerprints:
            shown["fingerprint"] = _HIDDEN


def _predicted_row(new: Authority) -> Document:
    row = new.row(times.now())
    for shown in [row["signing"], *row["chain"], *row["roots"]]:
        shown["fingerprint"] = shown["serial"] = _HIDDEN
    return row


def _rows(store: Store) -> list[Document]:
    return [{key: value for key, value in row.items() if key != "diff"} for row in store.written]


def _diffs(task: Task, store: Store) -> list[Document] | None:
    return [row["diff"] for row in store.written] or None if task.diff else None
