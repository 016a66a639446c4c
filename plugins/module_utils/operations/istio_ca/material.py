# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority that a task wants: from its options, from a Secret, or made. Keys stay in memory and in Secrets."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import authorities, certificates, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.authorities import Pair
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.ca import Bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import checks
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import (
    Authority,
    of_bundle,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import leads_to

MANAGER = "meshops.lifecycle.ca"
_OPTIONS = {"cert": "bundle.cert", "key": "bundle.key", "chain": "bundle.chain", "root": "bundle.root"}
_MOST_DAYS = 36500  # a hundred years
_CERT, _KEY = "tls.crt", "tls.key"  # of the Secret that keeps a root


@dataclass(frozen=True)
class Wanted:
    """``roots``: those that are trusted in the end; ``make()``: what is to sign, with these roots;
    ``is_met_by(live)``: whether what signs now needs no replacement; ``generated``: the signing certificate is made,
    each time another; ``predicted``: check mode has made a root up.
    """

    roots: tuple[Certificate, ...]
    make: Callable[[], Authority]
    is_met_by: Callable[[Authority], bool]
    generated: bool = False
    predicted: bool = False


def of(task: Task) -> Wanted:
    """What the options declare. Raises MeshError for a bundle that istiod cannot sign with."""
    params = task.params
    if params["bundle"] is not None:
        return _given(_complete(params["bundle"]), _OPTIONS)
    if params["from_secret"] is not None:
        return _from_secret(task, params["from_secret"])
    root, intermediate = params["root"] or {}, params["intermediate"] or {}
    _check_days("root.days", root.get("days"))
    _check_days("intermediate.days", intermediate.get("days"))
    _check_days("intermediate.renew_before", intermediate.get("renew_before"), least=0)
    return _from_root(task, root, intermediate)


def _check_days(option: str, days: int | None, least: int = 1) -> None:
    """Raises MeshError for days that no certificate lasts."""
    if days is not None and not least <= days <= _MOST_DAYS:
        raise MeshError(f"{option} is {days}. It must be from {least} to {_MOST_DAYS} days.")


def _complete(given: dict[str, Any]) -> Bundle:
    missing = [_OPTIONS[part] for part in ("cert", "key", "root") if not given.get(part)]
    if missing:
        raise MeshError(f"{', '.join(missing)} is missing. istiod signs with a certificate, its key and a root.")
    return _bundle(given["cert"], given["key"], given.get("chain") or "", given["root"], _OPTIONS)


def _bundle(cert: str, key: str, chain: str, root: str, names: dict[str, str]) -> Bundle:
    """With a chain that begins with the signing certificate, whichever way it was given."""
    own = certificates.read(cert, names["cert"])
    links = [*own, *(certificates.read(chain, names["chain"]) if chain.strip() else [])]
    unique = {link.fingerprint: link.text for link in links}
    return Bundle(own[0].text, key, "".join(unique.values()), root)


def _given(bundle: Bundle, names: dict[str, str]) -> Wanted:
    wanted = of_bundle(bundle, names["cert"])
    problems = checks.problems(wanted, names, times.now())
    if problems:
        raise MeshError(sentence("istiod was not given this authority", *problems), problems=problems)
    signing = wanted.signing
    return Wanted(wanted.roots, lambda: wanted, lambda live: live.signing == signing)


def _from_secret(task: Task, place: dict[str, Any]) -> Wanted:
    """A Secret in either form, as cert-manager writes for a Certificate with isCA."""
    namespace = place.get("namespace") or task.params["istiod_namespace"]
    label = SECRET.label(namespace, place["name"])
    secret = _read(task, namespace, place["name"])
    if secret is None:
        raise MeshError(f"{label} does not exist. Where cert-manager makes it, wait until its Certificate is ready.")
    if namespace == task.params["istiod_namespace"] and place["name"] == ca.PLUGGED:
        raise MeshError(f"from_secret: {label} is what istiod signs with already. Name another Secret.")
    form = ca.form_of(secret)
    names = {part: f"{label}, key {getattr(form, part) or form.cert}" for part in ("cert", "key", "chain", "root")}
    bundle = ca.bundle_of(secret, label)
    return _given(_bundle(bundle.cert, bundle.key, bundle.chain, bundle.roots, names), names)


def _read(task: Task, namespace: str, name: str) -> dict[str, Any] | None:
    try:
        return task.resources.get(SECRET, namespace, name)
    except ApiError as error:
        raise explained(error, SECRET, namespace, name) from None


def _from_root(task: Task, root: dict[str, Any], intermediate: dict[str, Any]) -> Wanted:
    """An intermediate of our own under a root that is given, or that is kept in a Secret and made where it is not."""
    now, predicted = times.now(), False
    if root.get("secret_name"):
        pair, predicted = _kept_root(task, root, now)
    else:
        if not root.get("cert") or not root.get("key"):
            raise MeshError("root: give secret_name, or both cert and key.")
        pair = Pair(certificates.read(root["cert"], "root.cert")[0], root["key"])
    names = {"cert": "root.cert", "key": "root.key", "chain": "root.cert", "root": "root.cert"}
    itself = of_bundle(Bundle(pair.certificate.text, pair.key, "", pair.certificate.text), "root.cert")
    problems = checks.problems(itself, names, now)
    if problems:
        raise MeshError(sentence("Nothing can be issued from this root", *problems), problems=problems)

    def make() -> Authority:
        name, days = intermediate.get("common_name") or "Istio Intermediate CA", int(intermediate.get("days") or 730)
        organization, key_type = intermediate.get("organization") or "Istio", intermediate.get("key_type") or "rsa_2048"
        signer = authorities.make_intermediate(pair.certificate, pair.key, name, organization, days, key_type, now)
        text = signer.certificate.text
        return of_bundle(Bundle(text, signer.key, text, pair.certificate.text), "the new authority")

    def is_met_by(live: Authority) -> bool:
        signing = live.signing
        if signing is None or signing == pair.certificate or not leads_to(signing, live.chain, [pair.certificate]):
            return False
        name = intermediate.get("common_name")
        if name and f"CN={name}" not in signing.subject.split(","):
            return False
        stated = intermediate.get("renew_before")
        return signing.not_after - now > timedelta(days=30 if stated is None else stated)

    return Wanted((pair.certificate,), make, is_met_by, True, predicted)


def _kept_root(task: Task, root: dict[str, Any], now: datetime) -> tuple[Pair, bool]:
    """The root in its Secret, made where it is not there; in check mode one is made up, and True returned."""
    namespace, name = root.get("secret_namespace") or task.params["istiod_namespace"], root["secret_name"]
    label = SECRET.label(namespace, name)
    secret = _read(task, namespace, name)
    if secret:
        data = secret.get("data") or {}
        missing = [key for key in (_CERT, _KEY) if not data.get(key)]
        if missing:
            raise MeshError(f"{label} has no {' and no '.join(missing)}, so it keeps no root. Name another Secret.")
        text, key = (ca.text(data[part], f"{label}, key {part}") for part in (_CERT, _KEY))
        return Pair(certificates.read(text, f"{label}, key {_CERT}")[0], key), False
    common_name, days = root.get("common_name") or name, int(root.get("days") or 3650)
    organization, key_type = root.get("organization") or "Istio", root.get("key_type") or "rsa_2048"
    pair = authorities.make_root(common_name, organization, days, key_type, now)
    if task.check:
        return pair, True
    texts = {_CERT: pair.certificate.text, _KEY: pair.key}
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"namespace": namespace, "name": name},
        "type": "kubernetes.io/tls",
        "data": {part: base64.b64encode(text.encode()).decode() for part, text in texts.items()},
    }
    try:
        task.resources.create(SECRET, namespace, body, manager=MANAGER)
    except ApiError as error:
        raise explained(error, SECRET, namespace, name) from None
    task.progress(f"{label}: a new root, {pair.certificate.label}")
    return pair, False
