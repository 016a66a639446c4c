# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority of a mesh: which bundles istiod is given, at which phase what is live is, and who does not follow."""

from __future__ import annotations

import base64
from datetime import timedelta

import certificates as made
import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import authorities, times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates as x509
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.ca import Bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import checks, proxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca import plan as plans
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import of_bundle
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.plan import Plan

NOW = times.now()
NAMES = {part: f"bundle.{part}" for part in ("cert", "key", "chain", "root")}
KEY = "ecdsa_p256"
OLD_ROOT, NEW_ROOT = (authorities.make_root(name, "Test", 900, KEY, NOW) for name in ("old", "new"))


def signer(root, name="signer", days=90, now=NOW):
    return authorities.make_intermediate(root.certificate, root.key, name, "Test", days, KEY, now)


OLD, NEW, NEXT = signer(OLD_ROOT), signer(NEW_ROOT), signer(OLD_ROOT, "next")


def bundle(pair, *roots, key=None, chain=None):
    text = pair.certificate.text
    trusted = "".join(root.certificate.text for root in roots)
    return Bundle(text, key or pair.key, text if chain is None else chain, trusted)


def problems(given, now=NOW):
    return checks.problems(of_bundle(given, "bundle"), NAMES, now)


def test_a_complete_bundle_has_no_problem():
    assert problems(bundle(OLD, OLD_ROOT)) == []
    assert problems(bundle(OLD, OLD_ROOT, NEW_ROOT)) == []


@pytest.mark.parametrize(
    "given, words",
    [
        (bundle(OLD, OLD_ROOT, key=NEW.key), ["bundle.key is not the key of bundle.cert"]),
        (bundle(OLD, NEW_ROOT), ["bundle.cert", "does not lead to any certificate of bundle.root", "CN=old"]),
        (bundle(OLD, OLD_ROOT, chain=NEW.certificate.text), ["bundle.chain does not begin with bundle.cert"]),
    ],
    ids=["another key", "another root", "another chain"],
)
def test_a_bundle_that_does_not_belong_together_is_refused_by_its_field(given, words):
    (problem, *_more) = problems(given)
    assert all(word in problem for word in words), problem


def test_expired_not_yet_valid_and_not_an_authority_are_told_apart():
    given = bundle(OLD, OLD_ROOT)
    assert any("bundle.cert" in line and "has expired" in line for line in problems(given, NOW + timedelta(days=100)))
    assert any("is not valid before" in line for line in problems(given, NOW - timedelta(days=1)))
    leaf = made.self_signed(extensions=["basicConstraints=critical,CA:FALSE"])
    assert any("CA:FALSE" in line for line in problems(Bundle(leaf, OLD.key, leaf, leaf)))


def test_a_weak_key_is_named_with_its_bits():
    weak = x509.read(made.self_signed(key_type="rsa:1024"), "root")[0]
    assert "1024 bits" in weak.weakness


def test_an_incomplete_secret_names_what_is_missing():
    data = ca.data_of(bundle(OLD, OLD_ROOT), ca.PEM)
    del data["root-cert.pem"]
    with pytest.raises(MeshError, match=r"root-cert\.pem is missing") as caught:
        ca.bundle_of({"data": data}, "Secret istio-system/cacerts")
    assert caught.value.details["missing"] == ["root-cert.pem"]


@pytest.mark.parametrize("form", [ca.PEM, ca.TLS], ids=["pem", "tls"])
def test_both_forms_of_the_secret_are_read_as_they_are_written(form):
    given = bundle(OLD, OLD_ROOT)
    secret = {"data": ca.data_of(given, form)}
    assert ca.form_of(secret) is form
    assert ca.bundle_of(secret, "it").digest == given.digest
    assert base64.b64decode(secret["data"][form.key]).decode() == OLD.key


def test_no_text_of_a_bundle_or_a_pair_shows_the_key():
    body = OLD.key.split("\n")[1]
    assert body not in f"{bundle(OLD, OLD_ROOT)!r} {OLD!r} {of_bundle(bundle(OLD, OLD_ROOT), 'it')!r}"


def a_plan(**more):
    old, new = ((root.certificate.fingerprint,) for root in (OLD_ROOT, NEW_ROOT))
    given = {"old_roots": old, "new_roots": new, "old_signing": OLD.certificate.fingerprint}
    return Plan(**{**given, "live_renewal": True, "restarts_istiod": False, **more})


@pytest.mark.parametrize(
    "live, phase",
    [
        (bundle(OLD, OLD_ROOT), "before"),
        (bundle(OLD, OLD_ROOT, NEW_ROOT), "trusted"),
        (bundle(NEW, NEW_ROOT, OLD_ROOT), "issuing"),
        (bundle(NEW, NEW_ROOT), "retired"),
        (bundle(OLD, NEW_ROOT), None),
        (bundle(NEXT, OLD_ROOT, NEW_ROOT), None),
        (bundle(NEW, OLD_ROOT), None),
    ],
)
def test_what_is_live_says_the_phase(live, phase):
    assert a_plan().locate(of_bundle(live, "it")) == phase


def test_another_signing_certificate_under_the_same_root_is_one_phase():
    plan = a_plan(new_roots=(OLD_ROOT.certificate.fingerprint,))
    assert plan.phases == ("issuing",)
    assert plan.locate(of_bundle(bundle(OLD, OLD_ROOT), "it")) == "before"
    assert plan.locate(of_bundle(bundle(NEXT, OLD_ROOT), "it")) == "issuing"
    assert plan.locate(of_bundle(bundle(NEW, NEW_ROOT), "it")) is None


def test_a_plan_is_the_same_after_the_journal():
    assert plans.parse(a_plan().row()) == a_plan()


@pytest.mark.parametrize(
    "writes, known",
    [
        ([], {"before"}),
        ([("before", "trusted")], {"before", "trusted"}),
        ([("before", "trusted"), ("before", "trusted")], {"before", "trusted"}),
        ([("before", "trusted"), ("trusted", "made"), ("trusted", "made anew")], {"trusted", "made anew"}),
        ([("before", "trusted"), ("trusted", "before")], {"before", "trusted"}),
    ],
)
def test_what_was_announced_again_and_again_and_never_written_leaves_what_is_live_known(writes, known):
    verdicts = [{"step": "it", "over": over, "wrote": wrote} for over, wrote in writes]
    assert plans.digests("before", [*verdicts, {"step": "it", "proven": 3}]) == known


def test_the_text_of_the_roots_always_differs_from_the_one_before():
    one = [OLD_ROOT.certificate]
    first = plans.roots_text(one)
    second = plans.roots_text(one, first)
    assert first != second != plans.roots_text(one, second)
    assert plans.roots_text([*one, *one]) == first


def proxy(pair, *roots, takes_anchors=True):
    trusted = frozenset(root.certificate.fingerprint for root in roots)
    workload = Workload("Deployment", "shop", "web")
    return proxies.Proxy("shop", "web-1", workload, False, takes_anchors, pair.certificate, trusted)


def test_a_proxy_that_does_not_follow_is_named_with_the_reason():
    trusts = {root.certificate.fingerprint: root.certificate.label for root in (OLD_ROOT, NEW_ROOT)}
    expected = proxies.Expectation(trusts, {}, OLD_ROOT.certificate)
    assert expected.stragglers([proxy(OLD, OLD_ROOT, NEW_ROOT)]) == []
    (late,) = expected.stragglers([proxy(OLD, OLD_ROOT, takes_anchors=False)])
    assert (late["namespace"], late["pod"], late["workload"]["name"]) == ("shop", "web-1", "web")
    assert "does not trust" in late["reason"] and "when it is restarted" in late["reason"]
    (wrong,) = expected.stragglers([proxy(NEW, OLD_ROOT, NEW_ROOT)])
    assert "is issued by" in wrong["reason"] and "CN=new" in wrong["reason"]


def test_names_cover_hosts_by_one_label():
    certificate = x509.read(
        made.self_signed(extensions=["subjectAltName=DNS:shop.example,DNS:*.shop.example,IP:192.0.2.1"]), "it"
    )[0]
    covered = {
        "shop.example": True,
        "www.shop.example": True,
        "*.shop.example": True,
        "a.b.shop.example": False,
        "example": False,
        "192.0.2.1": True,
        "192.0.2.2": False,
    }
    assert {host: certificate.covers(host) for host in covered} == covered
