# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another intermediate or root, the way back, a proxy that does not follow; another certificate of a gateway."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
import time
from pathlib import Path

import authorities
import beside
import cert_manager
import clusters
import killed
import meshes
import playing
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.modules.istio_ca import ENTRY
from ansible_collections.meshops.lifecycle.plugins.modules.istio_ca_info import ENTRY as INFO
from handshakes import HOST, Handshakes
from loads import Loads, inside
from row import Row

FOLDER = playing.BUILD / "lab-authority"
SYSTEM, SPACE, INGRESS = "istio-system", "sec-shop", "istio-ingress"
TITLE = "Certificates"
ABOUT = """A client calls a service through both sidecars; `istio_ca` runs with `settle: 0`, in production the time
that a kubelet takes. By kubectl the Secret is deleted and created again, as Istio's documentation has it; for another
root istiod and then the workloads are restarted after it, all but the client, from which the load comes. At the
gateway, eight threads make a TLS connection for each request, and one connection stays open the whole time.
cert-manager is the real one, v1.21.2. Where a case has one row, there is no documented recipe to compare with.
"""
OURS = "istio_ca"
CACERTS = f"/api/v1/namespaces/{SYSTEM}/secrets/cacerts"
WORKLOADS = (  # all but the client, whose load would end with it
    (SPACE, "reviews-v1"),
    (SPACE, "reviews-v2"),
    (INGRESS, "istio-ingressgateway"),
    ("istio-egress", "istio-egressgateway"),
)


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
        bench.first,
        bench.intermediate,
        bench.root,
        bench.back,
        bench.does_not_follow,
        bench.istiod_is_away,
        bench.killed,
        bench.edited,
        bench.gateway,
        bench.cert_manager,
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

    def first(self):
        """From istiod's own root, by which it signs in a mesh that was never given an authority."""
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            seconds, _done = self.change(bundle, "retired")
        yield self.row("the first authority, from istiod's own root", OURS, self.followed(bundle), loads, seconds)

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
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            begun = time.monotonic()
            self.recipe(bundle)
            self.restart(SYSTEM, "istiod")
            for space, name in WORKLOADS:
                self.cluster.kubectl("rollout", "restart", f"deployment/{name}", "-n", space)
            for space, name in WORKLOADS:
                self.settled(name, space=space)
            seconds = time.monotonic() - begun
        remark = "restarted pods begin with the old root, until the new istiod is elected and writes the new one"
        yield self.row("another root", "kubectl, restarts", self.followed(bundle), loads, seconds, remark)

    def back(self):
        for phase in ("trusted", "issuing", "retired"):
            before = self.info()["authority"]
            bundle, root = authorities.bundle()
            with self.loaded() as loads:
                if phase == "retired":
                    self.killed_at(bundle, root)
                else:
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

    def istiod_is_away(self):
        """While a phase is written; a second run comes meanwhile."""
        bundle, _root = authorities.bundle()
        refused = []

        def away():
            self.scale(0)
            time.sleep(5)
            refused.append(self.play({"state": "retired", "bundle": bundle}, expect="failed")["msg"])
            time.sleep(5)
            self.scale(1)

        with self.loaded() as loads, self.when_trusted(bundle, away):
            seconds, _done = self.change(bundle, "retired")
        good = bool(refused) and "is held by" in refused[0]
        remark = "a second run meanwhile was refused" if good else f"a second run: {refused}"
        yield self.row(
            "istiod is down in a phase", OURS, self.followed(bundle), loads, seconds, remark=remark, good=good
        )

    def killed(self):
        """At every second write, and run again."""
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            kills = next(kills for kills in range(60) if self.run_until(bundle, 2 * kills + 3))
        good = kills > 3
        yield self.row("killed and run again", OURS, self.followed(bundle), loads, remark=f"{kills} kills", good=good)

    def edited(self):
        before = self.info()["authority"]
        bundle, _root = authorities.bundle()
        with self.loaded() as loads:
            self.change(bundle, "issuing")
            live = self.cluster.get(CACERTS)
            live["data"]["root-cert.pem"] = base64.b64encode(f"{bundle['root']}\n\n".encode()).decode()
            self.cluster.api("PUT", CACERTS, live)
            _seconds, stopped = self.change(bundle, "retired", expect="failed")
            self.play({"state": "aborted"})
        good = "somebody has changed it since" in stopped["msg"] and self.info()["authority"] == before
        outcome = "as before, after the way back" if good else "not as before"
        yield self.row("the Secret is edited by hand", OURS, outcome, loads, remark="stopped, and said so", good=good)

    def cert_manager(self):
        yield from cert_manager.rows(self)

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

    def run_until(self, bundle, dies):
        """One run that is killed at its nth write; its result, None when it was."""
        arguments = {"kubeconfig": str(self.cluster.kubeconfig), "settle": 0, "lease_duration": 1, "wait_timeout": 120}
        arguments |= {"state": "retired", "bundle": bundle}
        return killed.run(ENTRY, arguments, dies=dies, answered=dies % 4 == 1, reads=False)

    def killed_at(self, bundle, root):
        """Go to where the old root is not trusted any more, and die."""
        for dies in range(3, 60):
            assert not self.run_until(bundle, dies), "it has ended"
            trusted = self.info()["authority"]["roots"]
            if [each["fingerprint"] for each in trusted] == [root.certificate.fingerprint]:
                return

    def when_trusted(self, bundle, do):
        """Do it beside what runs, when the new root is trusted."""

        def is_trusted():
            text = base64.b64decode(self.cluster.get(CACERTS)["data"]["root-cert.pem"]).decode()
            return bundle["root"].strip() in text

        return beside.once(is_trusted, do)

    def scale(self, replicas):
        self.cluster.kubectl("scale", "deployment/istiod", "-n", SYSTEM, f"--replicas={replicas}")

    def restart(self, space, name):
        self.cluster.kubectl("rollout", "restart", f"deployment/{name}", "-n", space)
        self.settled(name, space=space)

    def gateway_task(self, arguments):
        self.player.play([{"name": "Change", "meshops.lifecycle.gateway_certificate": arguments}])

    def info(self):
        return killed.run(INFO, {"kubeconfig": str(self.cluster.kubeconfig)})

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

    def settled(self, *names, space=SPACE):
        for name in names:
            for _attempt in range(3):  # a program may run for two minutes
                limit = "--timeout=110s"
                text = self.cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", space, limit, check=False)
                if "successfully rolled out" in text:
                    break

    @staticmethod
    def row(case, by, outcome, loads, seconds=None, remark="", good=None):
        good = by.startswith("kubectl") or (not loads.failed and good is not False)
        return Row(case, by, outcome, loads.requests, loads.failed, seconds, remark, good)
