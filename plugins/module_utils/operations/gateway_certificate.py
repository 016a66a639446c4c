# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``gateway_certificate`` does: another certificate for a gateway, in one write, awaited until it is served."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates, pem, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET, renewer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import gateway_certificates, gateway_serving
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gateway_certificates import FORMS, Use

MANAGER = "meshops.lifecycle.ca"
Document = dict[str, Any]


def run(task: Task) -> Document:
    """The ``run`` of gateway_certificate. Raises MeshError."""
    namespace, name = task.params["namespace"], task.params["name"]
    given = task.params["certificate"] is not None
    live = _get(task, namespace, name)
    certificate, key = _pair(task, live)
    chain = certificates.read(certificate, "certificate")
    everywhere = gateway_certificates.uses(task.resources)
    uses = [use for use in everywhere if (use.namespace, use.secret) == (namespace, name)]
    problems = [
        *_of_the_chain(chain, key),
        *_of_the_hosts(task, chain[0], uses),
        *(_of_the_secret(live) if given else []),
    ]
    if problems:
        raise MeshError(sentence(f"Secret {namespace}/{name} was not touched", *problems), problems=problems)
    after = _desired(live, namespace, name, "".join(link.text for link in chain), key)
    before = _live_certificate(live, namespace, name)
    changed = given and (live is None or (live.get("data") or {}) != after["data"])
    if not uses:
        task.warn(f"No gateway names Secret {namespace}/{name}, so nothing is awaited.")
    if changed and not task.check:
        _write(task, live, after)
    waited = bool(task.params["wait"] and uses and not task.check)
    served = _await(task, uses, chain[0]) if waited else []
    return _result(task, changed, live is None, waited, before, chain[0], served, uses)


def _pair(task: Task, live: Document | None) -> tuple[str, str]:
    """The certificate with its chain and the key, as given, or as the Secret has them. Raises MeshError."""
    if task.params["certificate"] is not None:
        return task.params["certificate"], pem.private_key(task.params["private_key"], "private_key", ssh=False)
    label = SECRET.label(task.params["namespace"], task.params["name"])
    data = (live or {}).get("data") or {}
    form = next((form for form in FORMS if data.get(form[0]) and data.get(form[1])), None)
    if form is None:
        raise MeshError(
            f"{label} {'has no certificate with a key' if live else 'does not exist'}. Give certificate and "
            "private_key, or wait until the program that writes it is ready."
        )
    certificate, key = (ca.text(data[part], f"{label}, key {part}") for part in form[:2])
    return certificate, key


def _get(task: Task, namespace: str, name: str) -> Document | None:
    try:
        return task.resources.get(SECRET, namespace, name)
    except ApiError as error:
        raise explained(error, SECRET, namespace, name) from None


def _of_the_chain(chain: list[Certificate], key: str) -> list[str]:
    leaf, problems = chain[0], []
    if not certificates.is_key_of(leaf, certificates.load_key(key, "private_key")):
        problems.append(f"private_key is not the key of the first certificate of certificate, {leaf.label}.")
    problems += [f"certificate {flaw}." for flaw in leaf.flaws(times.now())]
    for link, issuer in itertools.pairwise(chain):
        if not link.is_issued_by(issuer):
            problems.append(
                f"certificate: {issuer.label} does not follow {link.label}, which {link.issuer} has issued. Clients "
                "expect each certificate to be followed by its issuer."
            )
    return problems


def _of_the_hosts(task: Task, leaf: Certificate, uses: list[Use]) -> list[str]:
    if task.params["hosts"] is not None:
        lacking = gateway_certificates.uncovered(leaf, task.params["hosts"])
        return [f"certificate is not valid for {', '.join(lacking)} (hosts)."] if lacking else []
    problems = []
    for use in uses:
        lacking = gateway_certificates.uncovered(leaf, use.hosts)
        if lacking:
            problems.append(
                f"certificate is not valid for {', '.join(lacking)}, which {use.gateway} serves on port {use.port}. It "
                f"is valid for {', '.join(leaf.names) or 'no name'}. Name the hosts that it has to cover with hosts."
            )
    return problems


def _of_the_secret(live: Document | None) -> list[str]:
    writer = renewer(live) if live else ""
    return [f"It is written by the {writer}, which would write over the change."] if writer else []


def _desired(live: Document | None, namespace: str, name: str, certificate: str, key: str) -> Document:
    """The Secret with the pair in the form that it has; what else is in it stays, such as the roots of clients."""
    metadata = {"namespace": namespace, "name": name}
    whole = live or {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": "kubernetes.io/tls",
        "data": {},
    }
    data = dict(whole.get("data") or {})
    form = next((form for form in FORMS if form[0] in data), FORMS[0])
    for part, text in zip(form, (certificate, key)):
        data[part] = base64.b64encode(text.encode()).decode()
    return {"apiVersion": "v1", "kind": "Secret", **whole, "data": data}


def _live_certificate(live: Document | None, namespace: str, name: str) -> Certificate | None:
    """None for one that cannot be read: it is being replaced."""
    try:
        return gateway_certificates.certificate_in(live, SECRET.label(namespace, name)) if live else None
    except MeshError:
        return None


def _write(task: Task, live: Document | None, after: Document) -> None:
    """One request, at the state that was read. Raises MeshError."""
    namespace, name = after["metadata"]["namespace"], after["metadata"]["name"]
    try:
        if live is None:
            task.resources.create(SECRET, namespace, after, manager=MANAGER)
        else:
            task.resources.replace(SECRET, after, manager=MANAGER)
    except ApiError as error:
        if error.status == 409:
            raise MeshError(
                f"Secret {namespace}/{name} was changed by somebody else meanwhile. Run it again."
            ) from None
        raise explained(error, SECRET, namespace, name) from None


def _await(task: Task, uses: list[Use], leaf: Certificate) -> list[Document]:
    """Wait until every pod of every gateway serves it. Raises MeshError that names those that do not."""
    deadline = Deadline(task.params["wait_timeout"])
    reports = Progress(task, f"Secret {task.params['namespace']}/{task.params['name']}", deadline)
    late: list[str] = []
    for _turn in pauses(deadline, first=0.3, most=2.0):
        places = gateway_serving.places(task, gateway_certificates.uses(task.resources), uses)
        reasons = parallel(lambda place: gateway_serving.lacking(task, place, leaf), places)
        late = [f"{place.label}: {why}" for place, why in zip(places, reasons, strict=True) if why]
        if places and not late:
            return [place.row() for place in places]
        if not places:
            late = [f"{use.gateway} has no running pod" for use in uses]
        reports.say("; ".join(late[:3]))
    raise MeshError(
        sentence(
            f"The certificate is written, and not every gateway serves it after {deadline.elapsed:.0f} s: "
            f"{'; '.join(late[:5])}",
            "Gateways take it from istiod: see whether it runs, and whether it may read the Secret",
        ),
        late=late,
    )


def _result(
    task: Task,
    changed: bool,
    created: bool,
    waited: bool,
    before: Certificate | None,
    after: Certificate,
    served: list[Document],
    uses: list[Use],
) -> Document:
    namespace, name, now = task.params["namespace"], task.params["name"], times.now()
    action = "unchanged" if not changed else "created" if created else "changed"
    label = SECRET.label(namespace, name)
    headers = {"before_header": label, "after_header": label}
    sides = {"before": before.row(now) if before else None, "after": after.row(now)}
    return results.contract(
        changed=changed,
        resources=[{"kind": "Secret", "namespace": namespace, "name": name, "action": action}],
        validated=not task.check,
        waited=waited,
        certificate=after.row(now),
        previous=sides["before"],
        gateways=sorted({use.gateway for use in uses}),
        served_by=served,
        diff=[{**sides, **headers}] if changed and task.diff else None,
    )
