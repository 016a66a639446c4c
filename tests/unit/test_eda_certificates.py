# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source of certificates: reading their end without a package, and saying it once for each threshold."""

from __future__ import annotations

import base64
import runpy
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import certificates
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = runpy.run_path(str(ROOT / "extensions/eda/plugins/event_source/mesh_certificates.py"))
NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)


def secret(pem, key="tls.crt", uid="1", name="shop-tls"):
    metadata = {"uid": uid, "namespace": "istio-ingress", "name": name}
    return {"metadata": metadata, "data": {key: base64.b64encode(pem.encode()).decode(), "tls.key": "c2VjcmV0"}}


@pytest.mark.parametrize(("key_type", "days"), [("ec", 2), ("rsa:2048", 90), ("ec", 12000)])
def test_the_end_is_the_one_that_openssl_reads(key_type, days):
    pem = certificates.self_signed(key_type=key_type, days=days)
    command = ["openssl", "x509", "-noout", "-enddate"]
    shown = subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout
    end = datetime.strptime(shown.strip().removeprefix("notAfter="), "%b %d %H:%M:%S %Y GMT")
    assert SOURCE["end_of"](secret(pem)) == ("tls.crt", end.replace(tzinfo=timezone.utc))


def test_of_a_chain_the_first_end_counts():
    short, long = certificates.self_signed(days=2), certificates.self_signed(days=90)
    assert SOURCE["end_of"](secret(long + short, "ca-cert.pem")) == ("ca-cert.pem", SOURCE["end_of"](secret(short))[1])


@pytest.mark.parametrize("text", ["", "text", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_passed_over(text):
    assert SOURCE["end_of"](secret(text)) is None
    assert SOURCE["end_of"]({"metadata": {}}) is None


def at(known, left):
    """Days → thresholds that are due now and then are reported."""
    thresholds = []
    for each, told, passed in known.due(known._known["1"]["end"] - left):
        assert told["certificate"]["secret"] and "key" not in str(told).replace("'key'", "")
        each["reported"] = passed
        thresholds.append(passed)
    return thresholds


def test_each_threshold_is_due_once_and_a_new_certificate_begins_anew():
    known = SOURCE["Certificates"]([30, 7, 1])
    known.seen(secret(certificates.self_signed(days=90)))
    lefts = [(40, []), (30, [30]), (29, []), (5, [7]), (4, []), (0, [1]), (-3, [])]
    assert [at(known, timedelta(days=days)) for days, _due in lefts] == [due for _days, due in lefts]
    known.seen(secret(certificates.self_signed(days=80)))
    assert at(known, timedelta(days=20)) == [30]
    known.gone(secret(""))
    assert known.due(NOW) == []


def test_an_authority_is_told_from_the_certificate_of_a_server():
    known = SOURCE["Certificates"]([10])
    known.seen(secret(certificates.self_signed(), "ca-cert.pem", "1", "cacerts"))
    known.seen(secret(certificates.self_signed(), "tls.crt", "2"))
    told = {
        each["certificate"]["secret"]: each["certificate"]
        for _known, each, _days in known.due(datetime.now(timezone.utc))
    }
    assert {name: each["kind"] for name, each in told.items()} == {"cacerts": "authority", "shop-tls": "server"}
    assert told["cacerts"]["days_left"] == 1 and "secret" not in told["cacerts"].get("labels", {})
