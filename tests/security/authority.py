# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another intermediate or root, the way back, a proxy that does not follow; another certificate of a gateway."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import authorities
import clusters
import meshes
import playing
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from loads import Loads, inside
from row import Row

FOLDER = playing.BUILD / "lab-authority"
SYSTEM, SPACE, INGRESS = "istio-system", "sec-shop", "istio-ingress"
HOST = "shop.example"
TITLE = "Certificates"
ABOUT = """A client calls a service through both sidecars; `istio_ca` runs with `settle: 0`, in production the time that
a kubelet takes. By kubectl the Secret is deleted and created again. At the gateway, eight threads make a TLS connection
for each request, and one connection stays open the whole time.
"""
OURS = "istio_ca"


@contextlib.contextmanager
def lab():
    """A lab of its own: to change its root would disturb others."""
    with clusters.another_lab(FOLDER) as cluster, tempfile.TemporaryDirectory(prefix="security-") as folder:
        meshes.install(cluster, Path(folder), **authorities.SETTINGS)
        yield cluster


def rows(cluster, folder, options):
    bench = Bench(cluster, folder, options)
    bench.prepare()
    cases = (
        bench.intermediate,
        bench.root,
        bench.back,
        bench.does_not_follow,
        bench.gateway,
    )
    for case in cases:
        if not options.case or options.case in case.__name__:
            yield from case()


class Bench:
    def __init__(self, cluster, folder, options):
        self.cluster, self.folder, self.options = cluster, folder, options
        self.player = playing.Player(folder / "plays", cluster.kubeconfig, cluster.environment())

    def prepare(self):
        without_retries = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": {"name": "reviews", "namespace": SPACE},
            "spec": {
                "hosts": ["reviews", HOST],
                "gateways": ["mesh", "shop"],
                "http": [{"retries": {"attempts": 0}, "route": [{"destination": {"host": "reviews"}}]}],
            },
        }
        tls = {"mode": "SIMPLE", "credentialName": "shop-example"}
        server = {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": [HOST], "tls": tls}
        gateway = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "Gateway",
            "metadata": {"name": "shop", "namespace": SPACE},
            "spec": {"selector": {"istio": "ingressgateway"}, "servers": [server]},
        }
        documents = [*meshes.shop(SPACE), *(json.dumps(each) + "\n" for each in (without_retries, gateway))]
        self.cluster.kubectl("apply", "-f", "-", stdin="---\n".join(documents))
        self.settled("reviews-v1", "reviews-v2", "client")

    # ---- Cases -------------------------------------------------------------------------------------------------------

    def intermediate(self):
        case = "another intermediate, the same root"
        first, root = authorities.bundle()
        self.change(first, "retired")
        second, _root = authorities.bundle(root, name="second")
        with self.loaded() as loads:
            seconds, done = self.change(second, "present")
        yield self.row(case, OURS, self.followed(second), loads, seconds, good=done["phase"] == "issuing")
        third, _root = authorities.bundle(root, name="third")
        with self.loaded() as loads:
            self.recipe(third)
            time.sleep(20)
        yield self.row(case, "kubectl", self.followed(third), loads)

    def root(self):
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            seconds, _done = self.change(bundle, "retired")
        yield self.row("another root, three phases", OURS, self.followed(bundle), loads, seconds)

    def back(self):
        for phase in ("trusted", "issuing"):
            before = self.info()["authority"]
            bundle, _root = authorities.bundle()
            with self.loaded() as loads:
                self.change(bundle, phase)
                begun = time.monotonic()
                self.play({"state": "aborted"})
                seconds = time.monotonic() - begun
            good = self.info()["authority"] == before
            yield self.row(
                f"back from {phase}", OURS, "as before" if good else "not as before", loads, seconds, good=good
            )

    def does_not_follow(self):
        """A proxy whose agent takes no roots while it runs; after its restart the next run goes on."""
        annotation = {"proxy.istio.io/config": "proxyMetadata:\n  PROXY_CONFIG_XDS_AGENT: 'false'\n"}
        template = {"spec": {"template": {"metadata": {"annotations": annotation}}}}
        self.cluster.kubectl("patch", "deployment", "reviews-v2", "-n", SPACE, "-p", json.dumps(template))
        self.settled("reviews-v2")
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            _seconds, stopped = self.change(bundle, "retired", wait_timeout=15, expect="failed")
            named = [row["workload"]["name"] for row in stopped["stragglers"]]
            self.play({"state": "aborted"}, expect="any")
        good = stopped["phase"] == "trusted" and named == ["reviews-v2"]
        yield self.row("a proxy does not follow", OURS, "stays at trusted", loads, remark=f"named: {named}", good=good)
        template["spec"]["template"]["metadata"]["annotations"] = dict.fromkeys(annotation)
        self.cluster.kubectl("patch", "deployment", "reviews-v2", "-n", SPACE, "-p", json.dumps(template))
        self.settled("reviews-v2")
        self.play({"state": "aborted"})

    def gateway(self):
        case = "another certificate of a gateway"
        place = {"name": "shop-example", "namespace": INGRESS}
        certificate, key = authorities.served(HOST, folder=self.folder)
        self.gateway_task({**place, "certificate": certificate, "private_key": key})
        certificate, key = authorities.served(HOST, folder=self.folder)
        with Handshakes(self.cluster, self.options.rate) as handshakes:
            begun = time.monotonic()
            self.gateway_task({**place, "certificate": certificate, "private_key": key})
            seconds = time.monotonic() - begun
            handshakes.expect(certificates.read(certificate, "it")[0].fingerprint)
        yield handshakes.row(case, "gateway_certificate", seconds)
        certificate, key = authorities.served(HOST, folder=self.folder)
        paths = [self.folder / "tls.crt", self.folder / "tls.key"]
        for path, text in zip(paths, (certificate, key), strict=True):
            path.write_text(text)
        with Handshakes(self.cluster, self.options.rate) as handshakes:
            self.cluster.kubectl("delete", "secret", place["name"], "-n", INGRESS)
            files = [f"--cert={paths[0]}", f"--key={paths[1]}"]
            self.cluster.kubectl("create", "secret", "tls", place["name"], "-n", INGRESS, *files)
            handshakes.expect(certificates.read(certificate, "it")[0].fingerprint)
        yield handshakes.row(case, "kubectl delete, create", None)

    # ---- Parts of cases ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def loaded(self):
        """A load from the client, through both sidecars."""
        loads = Loads(
            self.cluster, self.folder, self.options.rate, {"client": inside(f"{SPACE}/client", "http://reviews:9080/")}
        )
        try:
            time.sleep(5)
            yield loads
            time.sleep(5)
        finally:
            loads.stop()

    def change(self, bundle, state, expect="ok", **options):
        """Go to a phase with the authority of a bundle: (seconds, result)."""
        begun = time.monotonic()
        result = self.play({"state": state, "bundle": bundle, **options}, expect=expect)
        return time.monotonic() - begun, result

    def play(self, options, expect="ok"):
        arguments = {"settle": 0, "wait_timeout": 120, **options}
        run = self.player.play([{"name": "CA", "meshops.lifecycle.istio_ca": arguments}], expect=expect)
        return run["CA"].result

    def gateway_task(self, arguments):
        self.player.play([{"name": "Change", "meshops.lifecycle.gateway_certificate": arguments}])

    def info(self):
        return self.player.play([{"name": "Info", "meshops.lifecycle.istio_ca_info": {}}])["Info"].result

    def followed(self, bundle):
        """How many proxies have a certificate of this authority."""
        there = self.info()
        subject = certificates.read(bundle["cert"], "it")[0].subject
        new = sum((proxy["leaf"] or {}).get("issuer") == subject for proxy in there["proxies"])
        return f"{new} of {len(there['proxies'])} proxies have new certificates"

    def recipe(self, bundle):
        """The Secret as the documentation makes it: deleted and created again."""
        files = {
            "ca-cert.pem": bundle["cert"],
            "ca-key.pem": bundle["key"],
            "cert-chain.pem": bundle["cert"] + bundle["root"],
            "root-cert.pem": bundle["root"],
        }
        arguments = []
        for name, text in files.items():
            path = self.folder / name
            path.write_text(text)
            arguments.append(f"--from-file={path}")
        self.cluster.kubectl("delete", "secret", "cacerts", "-n", SYSTEM)
        self.cluster.kubectl("create", "secret", "generic", "cacerts", "-n", SYSTEM, *arguments)

    def settled(self, *names):
        for name in names:
            self.cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", SPACE, "--timeout=180s")

    @staticmethod
    def row(case, by, outcome, loads, seconds=None, remark="", good=None):
        good = (not loads.failed and good is not False) if by == OURS else True
        return Row(case, by, outcome, loads.requests, loads.failed, seconds, remark, good)


class Handshakes:
    """Requests to the gateway over TLS: new connections by eight threads, and one that stays open."""

    def __init__(self, cluster, rate):
        address = urllib.parse.urlsplit(cluster.variables["MESHLAB_GATEWAY_HTTPS_URL"])
        self.address = address.hostname, address.port
        self.context = ssl._create_unverified_context()
        self.pause = 8 / rate
        self.requests = self.failed = self.on_open = 0
        self.served, self._over, self._lock = set(), threading.Event(), threading.Lock()

    def __enter__(self):
        works = [self._new] * 8 + [self._open]
        self._threads = [threading.Thread(target=work) for work in works]
        for thread in self._threads:
            thread.start()
        time.sleep(5)
        return self

    def __exit__(self, *_error):
        time.sleep(3)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def expect(self, fingerprint, timeout=60):
        """Wait until a certificate is served."""
        deadline = time.monotonic() + timeout
        while fingerprint not in self.served:
            if time.monotonic() > deadline:
                raise SystemExit("the gateway does not serve the new certificate")
            time.sleep(0.1)

    def _connection(self):
        connection = http.client.HTTPConnection(HOST)
        plain = socket.create_connection(self.address, timeout=10)
        connection.sock = self.context.wrap_socket(plain, server_hostname=HOST)
        return connection

    def _new(self):
        while not self._over.wait(self.pause):
            try:
                connection = self._connection()
                served = certificates.from_der(connection.sock.getpeercert(binary_form=True)).fingerprint
                self._ask(connection)
                connection.close()
                self.served.add(served)
            except OSError:
                self._count(False)

    def _open(self):
        connection = self._connection()
        while not self._over.wait(0.1):
            try:
                self._ask(connection)
                self.on_open += 1
            except OSError:
                self._count(False)
                connection = self._connection()

    def _ask(self, connection):
        connection.request("GET", "/")
        response = connection.getresponse()
        response.read()
        self._count(response.status == 200)

    def _count(self, good):
        with self._lock:
            self.requests += 1
            self.failed += not good

    def row(self, case, by, seconds):
        remark = f"{self.on_open} of them on the connection that was open"
        outcome = f"{len(self.served)} certificates were seen"
        return Row(
            case, by, outcome, self.requests, self.failed, seconds, remark, not self.failed or by[:7] == "kubectl"
        )
