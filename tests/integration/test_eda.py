# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event sources on a real API server, over a connection that is cut, and rulebooks in the real ansible-rulebook."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import subprocess
import threading

import canaries
import certificates
import event_sources
import playing
import pytest
import yaml

pytestmark = [pytest.mark.in_process, pytest.mark.once, pytest.mark.needs_lab]
EXTENSIONS = playing.ROOT / "extensions" / "eda"
SOURCES = EXTENSIONS / "plugins" / "event_source"
APPLICATIONS = "/apis/argoproj.io/v1alpha1/namespaces/{}/applications"
MERGE = "application/merge-patch+json"


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


class Relay:
    """A way to the API server that can be cut: connections end, and new ones are refused."""

    def __init__(self, host, port):
        self._there, self._open, self._cut = (host, port), [], False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, cut):
        self._cut = cut
        while cut and self._open:
            for each in self._open.pop():
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.cut(True)
        self._server.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._server.accept()
                if self._cut:
                    client.close()
                    continue
                pair = (client, socket.create_connection(self._there))
                self._open.append(pair)
                for source, sink in (pair, pair[::-1]):
                    threading.Thread(target=self._pipe, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pipe(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def source(eda, cluster):
    """`source(name, args, relay=)` starts one, with this cluster's kubeconfig."""
    running = []

    def start(name, args, relay=None):
        config = yaml.safe_load(cluster.kubeconfig.read_text())
        if relay:
            config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{relay.port}"
        running.append(event_sources.Source(eda, name, {"kubeconfig": config, **args}))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()


@pytest.fixture
def relay(cluster):
    host, port = cluster.client.configuration.host.removeprefix("https://").split(":")
    relay = Relay(host, int(port))
    yield relay
    relay.close()


@pytest.fixture
def application(cluster, namespace, crds):
    """`application(name, health=, sync=, …)` creates or changes an Application, as Argo CD's controller writes it."""
    crds("argoproj.io")

    def write(name, health="Healthy", sync="Synced", **metadata):
        path = APPLICATIONS.format(namespace)
        status = {"health": {"status": health}, "sync": {"status": sync, "revision": "abc"}}
        if cluster.get(f"{path}/{name}"):
            cluster.api("PATCH", f"{path}/{name}", {"metadata": metadata, "status": status}, content_type=MERGE)
            return
        place = {"repoURL": "https://git.example.com/shop", "path": ".", "targetRevision": "HEAD"}
        spec = {"project": "default", "source": place, "destination": {"name": "staging", "namespace": "shop"}}
        head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, **metadata}}
        cluster.api("POST", path, {**head, "spec": spec, "status": status})

    return write


def test_applications_are_reported_once_and_none_is_lost(source, relay, application, namespace, cluster):
    application("good")
    application("bad", health="Degraded")
    events = source("argocd_applications", {"namespace": namespace}, relay)
    first = events.next()
    assert first["application"]["name"] == "bad" and first["application"]["health"] == "Degraded"
    assert first["meta"]["hosts"] == ["staging"] and first["previous"] == {}

    application("good", annotations={"touched": "yes"})  # a write that is not about the health
    application("good", health="Progressing")
    second = events.next()
    assert second["application"]["name"] == "good" and second["changed"] == ["health"]
    assert second["previous"]["health"] == "Healthy"

    relay.cut(True)
    application("good", health="Degraded", sync="OutOfSync")
    application("new", health="Missing")
    cluster.api("DELETE", f"{APPLICATIONS.format(namespace)}/bad")
    relay.cut(False)
    missed = {event["application"]["name"]: event["changed"] for event in (events.next(), events.next())}
    assert missed["good"] == ["health", "sync"] and "new" in missed
    events.nothing_within(3)
    assert events.end() == {"end": "cancelled"}


def test_what_others_change_in_a_mesh(source, cluster, namespace, crds, play):
    crds("istio.io")
    route = {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]}
    task = {"name": "Route", "meshops.lifecycle.istio_virtualservice": {"name": "ours", "namespace": namespace}}
    task["meshops.lifecycle.istio_virtualservice"]["spec"] = route
    play([task])
    path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices"
    kinds = ["networking.istio.io/v1/virtualservices"]
    events = source("mesh_objects", {"namespace": namespace, "kinds": kinds})
    # What was changed before the first listing is no event, so this goes on until one comes.
    changed = None
    for number in range(60):
        spec = {"spec": {"exportTo": ["." if number % 2 else "*"]}}
        cluster.api("PATCH", f"{path}/ours?fieldManager=somebody", spec, content_type=MERGE)
        with contextlib.suppress(queue.Empty):
            changed = events.next(within=1)
            break
    assert (changed["object"]["name"], changed["action"], changed["managers"]) == ("ours", "changed", ["somebody"])
    route["hosts"] = ["reviews", "ratings"]
    play([task])
    head = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}
    cluster.api("POST", path, {**head, "metadata": {"name": "foreign"}, "spec": route})
    cluster.api("DELETE", f"{path}/ours")
    assert events.next()["action"] == "deleted"
    assert events.end() == {"end": "cancelled"}


def certificate_secret(cluster, namespace, name, days):
    """Write the Secret of a gateway with a certificate that ends in so many days."""
    text = {"tls.crt": certificates.self_signed(days=days), "tls.key": "not a key, and not read"}
    head = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/tls"}
    path = f"/api/v1/namespaces/{namespace}/secrets"
    if cluster.get(f"{path}/{name}"):
        cluster.api("PATCH", f"{path}/{name}", {"stringData": text}, content_type=MERGE)
    else:
        cluster.api("POST", path, {**head, "stringData": text})


def test_certificates_near_their_end(source, relay, cluster, namespace):
    certificate_secret(cluster, namespace, "old", 5)
    certificate_secret(cluster, namespace, "new", 90)
    events = source("mesh_certificates", {"namespaces": [namespace], "days": [30, 7]}, relay)
    first = events.next()
    assert (first["certificate"]["secret"], first["threshold"]) == ("old", 7)
    assert first["certificate"]["days_left"] in (4, 5) and "not a key" not in json.dumps(first)
    certificate_secret(cluster, namespace, "old", 80)  # renewed: no event
    relay.cut(True)
    certificate_secret(cluster, namespace, "new", 20)
    relay.cut(False)
    second = events.next()
    assert (second["certificate"]["secret"], second["threshold"]) == ("new", 30)
    events.nothing_within(2)
    assert events.end() == {"end": "cancelled"}


# A cluster whose server has forgotten the version of the first watch, and lists other objects then.
FORGOTTEN = """
import asyncio, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("shared", sys.argv[1])
shared = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared)
thing = lambda uid, version: {"metadata": {"uid": uid, "resourceVersion": version}}
class Cluster:
    lists = [([thing("a", "1"), thing("b", "2")], "2"), ([thing("a", "1"), thing("c", "9")], "9")]
    watches = []
    async def list(self, path, selector):
        return self.lists.pop(0)
    async def watch(self, path, version, selector):
        self.watches.append(version)
        if version == "2":
            raise shared.Refused(410, "too old resource version")
        yield "BOOKMARK", thing("", "12")
        yield "MODIFIED", thing("c", "13")
async def main():
    rows, cluster = [], Cluster()
    async for what, item in shared.follow(cluster, "/things"):
        rows.append([what, item.get("metadata", {}).get("uid")])
        if len(rows) == 8:
            break
    print(json.dumps([rows, cluster.watches]))
asyncio.run(main())
"""


def test_a_version_that_the_server_has_forgotten(eda):
    command = [str(eda / "python"), "-c", FORGOTTEN, str(EXTENSIONS / "plugins" / "shared" / "kubernetes_watch.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    rows, watches = json.loads(done.stdout)
    assert rows[:3] == [["seen", "a"], ["seen", "b"], ["listed", None]]
    assert rows[3:7] == [["gone", "b"], ["seen", "a"], ["seen", "c"], ["seen", "c"]]
    assert watches == ["2", "9", "13"]


def test_rulebooks_are_rulebooks(eda):
    check = """
import sys, yaml
from ansible_rulebook.validators import Validate
for path in sys.argv[1:]:
    Validate.rulebook(yaml.safe_load(open(path)))
"""
    rulebooks = sorted(map(str, (EXTENSIONS / "rulebooks").glob("*.yml")))
    assert len(rulebooks) == 5
    done = subprocess.run([str(eda / "python"), "-c", check, *rulebooks], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "args", "words"), [
    ("argocd_applications", {"namespaces": "x"}, "unknown arguments: namespaces"),
    ("argocd_applications", {"initial": "some"}, "initial must be one of"),
    ("argocd_applications", {"context": "nowhere"}, "has no context 'nowhere'"),
    ("mesh_objects", {"kinds": ["virtualservices"]}, "GROUP/VERSION/PLURAL"),
    ("mesh_certificates", {"days": 7}, "days must be a list"),
    ("mesh_certificates", {"interval": 0}, "interval must be a number"),
    ("mesh_objects", {"kinds": ["example.com/v1/things"]}, "answers 404"),
    ("mesh_proxies", {"stale_after": 0}, "stale_after must be a number"),
    ("mesh_proxies", {"namespaces": "shop"}, "namespaces must be a list"),
])  # fmt: skip
def test_bad_arguments_end_a_source_with_words(source, name, args, words):
    assert words in source(name, args).next()["message"]


def test_the_certificate_of_the_server_is_not_verified_where_the_source_says_so(source, cluster):
    server = yaml.safe_load(cluster.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    args = {"host": server, "api_key": "nobody", "validate_certs": False}
    assert "answers 401" in source("argocd_applications", args).next()["message"]


def test_a_rulebook_reports_a_degraded_application(rulebook, application, namespace, tmp_path):
    application("good")
    marker = tmp_path / "marker"
    (tmp_path / "report.yml").write_text(event_sources.REPORT)
    variables = {"argocd_namespace": namespace, "report_playbook": str(tmp_path / "report.yml"), "marker": str(marker)}
    running = rulebook("meshops.lifecycle.applications", variables, {"staging": {}, "prod": {}})
    application("good", health="Degraded")
    event_sources.until(marker.exists, running)
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    assert marker.read_text() == "staging good" and "[prod]" not in running.text(), running.text()


def test_a_rulebook_compares_what_somebody_has_changed(rulebook, cluster, namespace, crds, player, tmp_path):
    """The rulebook drift, and the playbook that it runs where nobody names another one."""
    crds("istio.io")
    route = {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]}
    head = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}
    declared = {
        "mesh_parts": "mesh_config",
        "mesh_config_set_namespace": namespace,
        "mesh_config_objects": [{**head, "metadata": {"name": "ours", "namespace": namespace}, "spec": route}],
    }
    player.play(playbook="meshops.lifecycle.bootstrap", vars=declared)
    book = event_sources.narrowed("drift", tmp_path, namespace=namespace)
    running = rulebook(book, {**declared, "drift_hosts": "staging"}, {"staging": {}, "prod": {}})
    path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/ours?fieldManager=somebody"
    for number in range(60):  # what was changed before the source has listed the objects is no event
        patch = {"spec": {"exportTo": ["." if number % 2 else "*"]}}
        cluster.api("PATCH", path, patch, content_type=MERGE)
        with contextlib.suppress(AssertionError):
            event_sources.until(lambda: "somebody" in running.text(), running, within=2)
            break
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    text = running.text()
    assert "/ours has undeclared spec.exportTo, set by somebody" in text and "failed=1" in text, text
    assert "[prod]" not in text, text


def test_a_rulebook_renews_a_certificate(rulebook, cluster, namespace, tmp_path):
    certificate_secret(cluster, namespace, "shop-tls", 5)
    marker = tmp_path / "marker"
    text = event_sources.REPORT.replace("event.application.name", "event.certificate.secret")
    (tmp_path / "renew.yml").write_text(text)
    book = event_sources.narrowed("certificates", tmp_path, namespaces=[namespace])
    variables = {"renew_playbook": str(tmp_path / "renew.yml"), "marker": str(marker), "certificate_hosts": "staging"}
    running = rulebook(book, variables, {"staging": {}, "prod": {}})
    event_sources.until(marker.exists, running)
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    assert marker.read_text() == "staging shop-tls" and "[prod]" not in running.text(), running.text()


def test_a_rulebook_aborts_the_canary_of_a_burning_service(rulebook, cluster, namespace, crds, player, tmp_path):
    """The rulebook slo, with the alert from a source of ansible-rulebook's own in place of Alertmanager."""
    crds("istio.io")
    objects, variables = canaries.shop(namespace)
    player.play([{"name": "Shop", "meshops.lifecycle.mesh_apply": {"objects": objects, "wait": True}}])
    player.play(playbook="meshops.lifecycle.canary", vars={**variables, "canary_release_state": "started"})
    assert canaries.state(cluster, namespace)[0] == {"stable": 90, "canary": 10}
    labels = {"cluster": "staging", "namespace": namespace, "service": "reviews", "severity": "critical"}
    events = [{"alert": {"status": "firing", "labels": labels}}]
    slo = yaml.safe_load((EXTENSIONS / "rulebooks" / "slo.yml").read_text())
    (source,) = slo[0]["sources"]
    del source["ansible.eda.alertmanager"]
    source["eda.builtin.generic"] = {"payload": events, "shutdown_after": 60}
    (tmp_path / "slo.yml").write_text(json.dumps(slo))
    running = rulebook("slo.yml", {"canary_release_wait_proxies": False}, {"staging": {}, "prod": {}})
    event_sources.until(lambda: canaries.state(cluster, namespace)[0] == {"stable": 100}, running)
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    assert "failed=0" in running.text() and "prod" not in running.text()
