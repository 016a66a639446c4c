# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that stay until they are mended: what a person reads, what was written, and that the next run converges."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import threading
import urllib.request

import fault_proxy
import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import session
from ansible_collections.meshops.lifecycle.plugins.modules.istio_virtualservice import ENTRY as ROUTE
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY as SET
from fault_proxy import Fault, Proxy
from test_passing_faults import MAPS, ROUTES, config_map, route, split, the_route, the_set


def names(upstream, namespace):
    listed = upstream.get(MAPS.format(namespace))["items"]
    return {item["metadata"]["name"] for item in listed} - {"kube-root-ca.crt"}


def converges(call, entry, options):
    """The next run does what is left, and the one after it nothing."""
    assert not call(entry, **options).get("failed")
    assert call(entry, **options)["changed"] is False


LASTING = {
    "reset": (fault_proxy.reset, "cannot be reached: "),
    "silent": (fault_proxy.silent, "Read timed out"),
    "truncated": (fault_proxy.truncated, "cannot be reached: "),
    "half_a_document": (fault_proxy.half_a_document, "another server may have answered"),
    "too_many": (fault_proxy.too_many, "Too many requests"),
    "internal": (fault_proxy.internal, "etcdserver: leader changed"),
    "bad_gateway": (fault_proxy.bad_gateway, "HTTP 502"),
    "unavailable": (fault_proxy.unavailable, "apiserver is shutting down"),
    "timed_out": (fault_proxy.timed_out, "request did not complete within requested timeout"),
    "conflict": (fault_proxy.conflict, "the object has been modified"),
}


@pytest.mark.parametrize("name", LASTING)
def test_writes_that_never_succeed(name, proxy, upstream, namespace, call, impatient, monkeypatch):
    """Reads are answered, writes are not: given up in time, told, nothing pruned, and the next run goes on."""
    monkeypatch.setattr(session, "READ_TIMEOUT", 0.5)
    act, said = LASTING[name]
    before = the_set("old", range(3))(namespace)
    call(SET, **before)
    options = the_set("new", range(1, 4))(namespace)
    proxy.faults.append(Fault(act, ("PATCH",), times=-1))
    result = call(SET, **options)
    assert result["failed"] and said in result["msg"], result["msg"]
    assert result["seconds"] < 30
    assert "map-0" in names(upstream, namespace), "what leaves a set goes last"
    proxy.faults.clear()
    converges(call, SET, options)
    assert names(upstream, namespace) == {"set", "map-1", "map-2", "map-3"}


def test_a_server_that_asks_for_too_much_patience(proxy, namespace, call):
    def come_back_tomorrow(exchange):
        exchange.status(429, "TooManyRequests", "Come back tomorrow.", Retry_After="86400")

    proxy.faults.append(Fault(come_back_tomorrow, ("PATCH",), times=-1))
    result = call(ROUTE, **the_route(90)(namespace))
    assert "Come back tomorrow." in result["msg"] and result["seconds"] < 10


def test_watches_that_end(proxy, upstream, namespace, call):
    """A wait outlives watches that break off, end at once, or are refused."""
    body = config_map("slow", finalizers=["example.com/stuck"])
    upstream.api("POST", MAPS.format(namespace), body)

    def write_status():
        patch = {"metadata": {"annotations": {"ready": "yes"}}}
        upstream.api("PATCH", f"{ROUTES.format(namespace)}/reviews", patch, "application/merge-patch+json")

    def ends(exchange):
        exchange.stream(0)

    def too_old(exchange):
        event = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}}
        exchange.answer(200, json.dumps(event).encode() + b"\n")

    for act in (ends, fault_proxy.reset, fault_proxy.unavailable, too_old):
        proxy.faults.append(Fault(act, ("GET",), "watch=1"))
    timer = threading.Timer(3, write_status)
    timer.start()
    expression = {"wait": True, "wait_timeout": 60, "wait_for": "metadata.annotations.ready"}
    result = call(ROUTE, name="reviews", namespace=namespace, spec=split(90), **expression)
    timer.join()
    assert not result.get("failed"), result["msg"]
    assert all(fault.met for fault in proxy.faults)
    assert result["seconds"] < 30


# ---- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificates(tmp_path):
    """`certificates(days)`: an authority and a certificate of it for 127.0.0.1 that ends in so many days."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(days, host="127.0.0.1"):
        now = datetime.datetime.now(datetime.timezone.utc)
        keys = [ec.generate_private_key(ec.SECP256R1()) for _each in range(2)]
        name = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in ("authority", host)]
        made = []
        for subject, key, until in ((name[0], keys[0], 9), (name[1], keys[1], days)):
            builder = x509.CertificateBuilder(name[0], subject, key.public_key(), x509.random_serial_number())
            builder = builder.not_valid_before(now - datetime.timedelta(9))
            builder = builder.not_valid_after(now + datetime.timedelta(until))
            if subject is name[0]:
                builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            else:
                address = x509.IPAddress(ipaddress.ip_address(host))
                builder = builder.add_extension(x509.SubjectAlternativeName([address]), False)
            made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        for file, content in zip(("ca", "cert", "key"), [*made, keys[1].private_bytes(*form)]):
            (tmp_path / file).write_bytes(content)
        return str(tmp_path / "ca"), (str(tmp_path / "cert"), str(tmp_path / "key"))

    return make


@pytest.mark.parametrize(
    ("days", "host", "said"),
    [
        (1, "127.0.0.1", ""),
        (-1, "127.0.0.1", "certificate has expired"),
        (1, "127.0.0.2", "IP address mismatch"),
    ],
)
def test_the_servers_certificate(days, host, said, upstream, namespace, certificates, call):
    authority, certificate = certificates(days, host)
    with Proxy(upstream, certificate) as proxy:
        result = call(ROUTE, host=proxy.url, ca_cert=authority, **the_route(90)(namespace))
    if not said:
        assert result["changed"], result
        return
    assert f"The API server {proxy.url} (the task's options) cannot be reached: its certificate cannot" in result["msg"]
    assert said in result["msg"] and result["seconds"] < 5, "a certificate does not get better by asking again"


@pytest.mark.parametrize(("days", "says"), [(1, ""), (-1, "(401)")])
def test_our_own_certificate(days, says, broken_lab, namespace, call, tmp_path):
    """Signed by the cluster's authority, and expired or not."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pki, now = broken_lab.kubeconfig.parent / "data" / "pki", datetime.datetime.now(datetime.timezone.utc)
    authority = x509.load_pem_x509_certificate((pki / "ca.crt").read_bytes())
    signer = serialization.load_pem_private_key((pki / "ca.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    names_of = {x509.NameOID.ORGANIZATION_NAME: "system:masters", x509.NameOID.COMMON_NAME: "me"}
    me = x509.Name([x509.NameAttribute(oid, text) for oid, text in names_of.items()])
    builder = x509.CertificateBuilder(authority.subject, me, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(9)).not_valid_after(now + datetime.timedelta(days))
    usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH])
    made = builder.add_extension(usage, False).sign(signer, hashes.SHA256())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key").write_bytes(key.private_bytes(*form))
    cluster = yaml.safe_load(broken_lab.kubeconfig.read_text())["clusters"][0]["cluster"]
    (tmp_path / "ca").write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    files = {"ca_cert": "ca", "client_cert": "cert", "client_key": "key"}
    login = {option: str(tmp_path / name) for option, name in files.items()}
    result = call(ROUTE, host=cluster["server"], **login, **the_route(90)(namespace))
    if not says:
        assert result["changed"], result
        return
    assert "rejects the credentials of the task's options (401)" in result["msg"]
    assert "expired" in result["msg"] and result["seconds"] < 5, "asking again does not renew it"


# ---- Others at the same objects -------------------------------------------------------------------------------------


def meanwhile(upstream, change):
    """A fault in which somebody changes something between our read and our write."""

    def act(exchange):
        change(upstream)
        fault_proxy.pass_on(exchange)

    return act


def patch(path, body, manager="somebody"):
    return lambda upstream: upstream.api(
        "PATCH", f"{path}?fieldManager={manager}", body, "application/merge-patch+json"
    )


def test_somebody_changes_another_field_between_our_read_and_our_write(proxy, upstream, namespace, call):
    path = f"{ROUTES.format(namespace)}/reviews"
    call(ROUTE, **the_route(90)(namespace))
    theirs = patch(path, {"metadata": {"labels": {"their": "label"}}})
    proxy.faults.append(Fault(meanwhile(upstream, theirs), ("PATCH",)))
    assert call(ROUTE, **the_route(70)(namespace))["changed"]
    live = upstream.get(path)
    assert live["spec"] == split(70) and live["metadata"]["labels"] == {"their": "label"}
    converges(call, ROUTE, the_route(70)(namespace))


def test_what_a_controller_writes_meanwhile_is_no_change_of_ours(proxy, upstream, namespace, call):
    """Not in the diff, and where nothing is left to do, not in ``changed``."""
    path = f"{ROUTES.format(namespace)}/reviews"
    call(ROUTE, **the_route(90)(namespace))
    theirs = patch(path, {"metadata": {"labels": {"their": "label"}}})
    proxy.faults.append(Fault(meanwhile(upstream, theirs), ("PATCH",)))
    result = call(ROUTE, diff=True, **the_route(70)(namespace))
    (shown,) = [result["diff"]] if isinstance(result["diff"], dict) else result["diff"]
    assert shown["before"]["metadata"] == shown["after"]["metadata"] and shown["after"]["spec"] == split(70)

    def ours(api):  # another run of the same task, which comes first
        body = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "spec": split(50)}
        body["metadata"] = {"name": "reviews"}
        api.api("PATCH", f"{path}?fieldManager=meshops.lifecycle&force=true", body, "application/apply-patch+yaml")

    proxy.faults.append(Fault(meanwhile(upstream, ours), ("PATCH",)))
    assert call(ROUTE, **the_route(50)(namespace))["changed"] is False
    assert upstream.get(path)["metadata"]["labels"]["their"] == "label"


def test_somebody_changes_our_field_between_our_read_and_our_write(proxy, upstream, namespace, call):
    path = f"{ROUTES.format(namespace)}/reviews"
    call(ROUTE, **the_route(90)(namespace))
    proxy.faults.append(Fault(meanwhile(upstream, patch(path, {"spec": {"hosts": ["theirs"]}})), ("PATCH",)))
    result = call(ROUTE, **the_route(70)(namespace))
    assert "owned by another manager: spec.hosts by 'somebody'" in result["msg"]
    assert upstream.get(path)["spec"] == {**split(90), "hosts": ["theirs"]}, "all or nothing"
    converges(call, ROUTE, the_route(70, force_conflicts=True)(namespace))


def test_somebody_deletes_between_our_read_and_our_write(proxy, upstream, namespace, call):
    path = f"{ROUTES.format(namespace)}/reviews"
    call(ROUTE, **the_route(90)(namespace))
    gone = meanwhile(upstream, lambda api: api.api("DELETE", path))
    proxy.faults.append(Fault(gone, ("PATCH",)))
    assert call(ROUTE, **the_route(70)(namespace))["changed"]
    assert upstream.get(path)["spec"] == split(70)
    proxy.faults.append(Fault(gone, ("DELETE",)))
    assert not call(ROUTE, **the_route(70, state="absent")(namespace)).get("failed")
    assert upstream.get(path) is None


def test_somebody_makes_it_anew_before_we_delete(proxy, upstream, namespace, call):
    path = f"{ROUTES.format(namespace)}/reviews"
    call(ROUTE, **the_route(90)(namespace))

    def anew(api):
        api.api("DELETE", path)
        api.api("POST", ROUTES.format(namespace), route(namespace, 20))

    proxy.faults.append(Fault(meanwhile(upstream, anew), ("DELETE",)))
    result = call(ROUTE, **the_route(90, state="absent")(namespace))
    assert "was deleted and made anew by somebody in this very moment. Run the task again." in result["msg"]
    assert upstream.get(path)["spec"] == split(20)


def test_somebody_changes_what_we_are_adopting(proxy, upstream, namespace, call):
    """Adoption takes two writes; a change between the read and the first of them is no conflict and is not lost."""
    path = f"{ROUTES.format(namespace)}/reviews"
    upstream.api("POST", ROUTES.format(namespace) + "?fieldManager=kubectl-client-side-apply", route(namespace, 50))
    theirs = patch(path, {"metadata": {"labels": {"their": "label"}}}, "a-controller")
    proxy.faults.append(Fault(meanwhile(upstream, theirs), ("PATCH",), skip=1))
    assert call(ROUTE, **the_route(70)(namespace))["changed"]
    live = upstream.get(path)
    assert live["spec"] == split(70) and live["metadata"]["labels"] == {"their": "label"}
    converges(call, ROUTE, the_route(70)(namespace))


def test_a_conflict_of_versions_is_tried_again(proxy, upstream, namespace, call):
    """409 without a manager that is in the way: the object moved on while the server stored it."""
    call(SET, **the_set("old", range(3))(namespace))
    for verb in ("PATCH", "DELETE"):
        proxy.faults.append(Fault(fault_proxy.conflict, (verb,)))
    assert call(SET, **the_set("new", range(1, 4))(namespace)).get("failed") is None
    assert all(fault.met for fault in proxy.faults)
    assert names(upstream, namespace) == {"set", "map-1", "map-2", "map-3"}


def test_two_runs_of_one_set_that_differ_forget_nothing(proxy, upstream, namespace, call):
    """The other run's kinds stay known to the parent, so that a later run still finds its members."""

    def secret(name):
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"k": "v"}}

    def other_run(_upstream):
        ours = dict(session._sessions)
        assert call(SET, **the_set("old", [0], secret("theirs"))(namespace))["changed"]
        session._sessions.update(ours)

    call(SET, **the_set("old", [0], secret("old"))(namespace))
    proxy.faults.append(Fault(meanwhile(upstream, other_run), ("PATCH",), "configmaps/map-1"))
    without = the_set("old", [0, 1])(namespace)
    assert call(SET, **without)["changed"]
    theirs = f"/api/v1/namespaces/{namespace}/secrets/theirs"
    assert upstream.get(theirs)
    call(SET, **without)
    assert upstream.get(theirs) is None, "it was forgotten"


# ---- The cluster's own troubles -------------------------------------------------------------------------------------


def test_a_finalizer_that_never_ends(upstream, namespace, call):
    held = config_map("map-0", "old", finalizers=["example.com/stuck"])
    options = the_set("old", [1], held)(namespace)
    call(SET, **options)
    without = the_set("old", [1], wait=True, wait_timeout=1)(namespace)
    result = call(SET, **without)
    assert (
        f"ConfigMap {namespace}/map-0 is marked for deletion but still there, held by example.com/stuck"
        in (result["msg"])
    )
    assert call(SET, **options)["failed"], "what is being deleted cannot be declared"
    free = {"metadata": {"finalizers": None}}
    upstream.api("PATCH", f"{MAPS.format(namespace)}/map-0", free, "application/merge-patch+json")
    converges(call, SET, options)


def test_a_namespace_that_is_going(upstream, namespace, call):
    body = config_map("holds", finalizers=["example.com/stuck"])
    upstream.api("POST", MAPS.format(namespace), body)
    upstream.api("DELETE", f"/api/v1/namespaces/{namespace}")
    result = call(ROUTE, **the_route(90)(namespace))
    assert f"namespace {namespace} is being deleted, and accepts no new objects" in result["msg"]
    free = {"metadata": {"finalizers": None}}
    upstream.api("PATCH", f"{MAPS.format(namespace)}/holds", free, "application/merge-patch+json")


HOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@pytest.fixture
def webhook(upstream, namespace):
    """A webhook that has to admit ConfigMaps of the test's namespace, and that nobody serves."""
    hook = {
        "name": "policy.example.com",
        "clientConfig": {"service": {"name": "nobody", "namespace": namespace, "path": "/validate"}},
        "rules": [{"operations": ["*"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "objectSelector": {"matchExpressions": [{"key": "free", "operator": "DoesNotExist"}]},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 1,
    }
    body = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    upstream.api("POST", HOOKS, {**body, "metadata": {"name": namespace}, "webhooks": [hook]})
    yield lambda: upstream.api("DELETE", f"{HOOKS}/{namespace}")
    upstream.api("DELETE", f"{HOOKS}/{namespace}")


def test_a_webhook_that_is_down(upstream, namespace, webhook, call):
    options = {"namespace": namespace, "objects": [config_map("one")]}
    told = {}
    for check in (True, False):
        for _each in range(40):  # until the API server has seen the webhook
            told[check] = call(SET, check=check, **options)
            if told[check].get("failed"):
                break
            upstream.api("DELETE", f"{MAPS.format(namespace)}/one")
        message = told[check]["msg"]
        assert "No response from the admission webhook policy.example.com, which must admit this object" in message
        assert (
            'service "nobody" not found' in message
            and "Start the service of the webhook, or remove its webhook" in message
        )
        assert told[check]["seconds"] < 15
    assert upstream.get(f"{MAPS.format(namespace)}/one") is None
    webhook()
    for _each in range(40):
        if not call(SET, **options).get("failed"):
            break
    converges(call, SET, options)


@pytest.fixture
def full_etcd(broken_lab):
    """`full_etcd(True)` raises etcd's own alarm that it has no space left, `full_etcd(False)` disarms it."""
    server = yaml.safe_load(broken_lab.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    etcd = f"http://127.0.0.1:{int(server.rpartition(':')[2]) + 1}/v3/maintenance/alarm"

    def alarm(on):
        def post(body):
            request = urllib.request.Request(etcd, json.dumps(body).encode(), {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)

        member = {"alarm": "NOSPACE"}
        post({"action": "ACTIVATE" if on else "DEACTIVATE", **member})
        return post({"action": "GET", **member})

    yield alarm
    alarm(False)


def test_etcd_is_full(upstream, namespace, full_etcd, call, impatient):
    options = the_set("v", range(3))(namespace)
    assert full_etcd(True)["alarms"]
    result = call(SET, **options)
    assert "The cluster accepts no more writes because its etcd is full." in result["msg"]
    assert "disarm its alarm" in result["msg"] and result["seconds"] < 20
    assert names(upstream, namespace) == set()
    full_etcd(False)
    converges(call, SET, options)


def test_etcd_becomes_full_half_way(proxy, upstream, namespace, full_etcd, call, impatient):
    """What was written stays and is counted, what was not is named; nothing is pruned, and the next run goes on."""
    call(SET, **the_set("old", range(3))(namespace))
    options = the_set("new", range(2, 40))(namespace)

    def fill(exchange):
        full_etcd(True)
        fault_proxy.pass_on(exchange)

    proxy.faults.append(Fault(fill, ("PATCH",), "configmaps/map-", skip=10))
    result = call(SET, **options)
    assert "because its etcd is full" in result["msg"]
    there = names(upstream, namespace) - {"set"}
    written = {row["name"] for row in result["resources"] if row["action"] in ("created", "changed")}
    assert {"map-0", "map-1"} <= there and len(written) >= 3
    assert there == written | {"map-0", "map-1", "map-2"}
    full_etcd(False)
    converges(call, SET, options)
    assert names(upstream, namespace) == {"set", *(f"map-{number}" for number in range(2, 40))}
