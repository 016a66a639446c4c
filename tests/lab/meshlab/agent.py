# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node agent: does for pods of known images what a kubelet does, with processes in place of containers.

It watches pods, Services and EndpointSlices; starts and stops one `Pod` thread for each pod; keeps their
/etc/hosts; relays the API server to them and them to loopback. Run as `python -m meshlab.agent FOLDER`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable

from . import images, mesh, network, relay
from .api import JSON, METADATA, METADATA_LIST, Api, ApiError
from .directory import RELAYS, Directory, Relay
from .pod import Pod, delete_object
from .settings import Lab


class Agent:
    def __init__(self, lab: Lab):
        self.lab, self.api, self.directory = lab, Api(lab), Directory()
        self.lock = threading.RLock()
        self.pods: dict[str, Pod] = {}  # by uid
        self.stopping = threading.Event()
        self.began = time.monotonic()
        self.cursor = 9  # the address given out last
        self.hosts_changed = threading.Event()
        self.versions: dict[tuple[str, str, str], str] = {}  # of ConfigMaps and Secrets, which pods mount
        self.state = ""  # what write_state wrote last
        self.gitconfig, self.resolv_conf = lab.data / "gitconfig", lab.data / "resolv.conf"

    def log(self, message: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {message}", flush=True)

    def service_environment(self) -> dict[str, str]:
        """Where a pod finds the API server, as client libraries look for it."""
        return {
            "KUBERNETES_SERVICE_HOST": self.lab.bridge_address,
            "KUBERNETES_SERVICE_PORT": str(self.lab.port("apiserver")),
        }

    def run(self) -> None:
        network.remove_namespaces(self.lab)  # what an agent that crashed left behind
        network.ensure_bridge(self.lab)
        shutil.rmtree(self.lab.pods, ignore_errors=True)
        self.lab.pods.mkdir(mode=0o700)
        self.gitconfig.write_text("[safe]\n\tdirectory = *\n")
        # No name server: names are in /etc/hosts, and a question to nobody is refused at once.
        self.resolv_conf.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        works = [
            lambda: relay.run(self.relays()),
            self.keep_hosts,
            lambda: self.follow("/api/v1/services", self.directory_event(self.directory.service)),
            lambda: self.follow(
                "/apis/discovery.k8s.io/v1/endpointslices", self.directory_event(self.directory.endpoint_slice)
            ),
            lambda: self.follow("/api/v1/pods", self.pod_event),
            lambda: self.follow_versions("configmaps"),
            lambda: self.follow_versions("secrets"),
            self.keep_objects,
        ]
        for work in works:
            threading.Thread(target=self.guarded(work), daemon=True).start()
        while not self.stopping.is_set():
            self.write_state()
            self.stopping.wait(0.3)
        self.end_all()

    def guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """A thread that dies takes the agent with it, so that `status` and `up` see it."""

        def body() -> None:
            try:
                work()
            except Exception as error:
                self.log(f"ended by {error!r}")
                os._exit(1)

        return body

    def follow_versions(self, kind: str) -> None:
        """Know the version of each ConfigMap or Secret: a pod reads again what changed, and nothing else."""

        def note(event: str, obj: dict) -> None:
            meta = obj["metadata"]
            key = (kind, meta["namespace"], meta["name"])
            if event == "DELETED":
                self.versions.pop(key, None)
            else:
                self.versions[key] = meta["resourceVersion"]

        self.follow(f"/api/v1/{kind}", note, metadata_only=True)

    def follow(self, path: str, handle: Callable[[str, dict], None], metadata_only: bool = False) -> None:
        """List, then watch, for ever; a list also tells what vanished meanwhile."""
        list_as, watch_as = (METADATA_LIST, METADATA) if metadata_only else (JSON, JSON)
        known: dict[str, dict] = {}
        while True:
            try:
                listed = self.api.request("GET", path, accept=list_as)
                current = {obj["metadata"]["uid"]: obj for obj in listed["items"] or []}
                for uid in set(known) - set(current):
                    handle("DELETED", known.pop(uid))
                for uid, obj in current.items():
                    known[uid] = obj
                    handle("MODIFIED", obj)
                version = listed["metadata"]["resourceVersion"]
                while True:
                    for event in self.api.events(path, version, watch_as):
                        obj = event["object"]
                        version = obj["metadata"]["resourceVersion"]
                        if event["type"] == "BOOKMARK":
                            continue
                        if event["type"] == "DELETED":
                            known.pop(obj["metadata"]["uid"], None)
                        else:
                            known[obj["metadata"]["uid"]] = obj
                        handle(event["type"], obj)
            except (ApiError, OSError) as error:
                self.log(f"watch of {path}: {error}")
                time.sleep(0.5)

    def directory_event(self, note: Callable[[str, dict], None]) -> Callable[[str, dict], None]:
        def handle(event: str, obj: dict) -> None:
            note(event, obj)
            self.hosts_changed.set()

        return handle

    def keep_hosts(self) -> None:
        while True:
            self.hosts_changed.wait()
            self.hosts_changed.clear()
            with self.lock:
                pods = list(self.pods.values())
            for pod in pods:
                with contextlib.suppress(OSError):  # the pod is just going
                    pod.rewrite_hosts()
            self.serve_balancers()
            time.sleep(0.2)

    def serve_balancers(self) -> None:
        """A Service of type LoadBalancer has the address of a ready pod, which this machine reaches."""
        for namespace, name, address in self.directory.balancer_changes(self.lab.subnet + "."):
            status = {"status": {"loadBalancer": {"ingress": [{"ip": address, "ipMode": "VIP"}]}}}
            try:
                self.api.merge(f"/api/v1/namespaces/{namespace}/services/{name}/status", status)
            except (ApiError, OSError) as error:
                self.log(f"LoadBalancer {namespace}/{name}: {error}")

    def keep_objects(self) -> None:
        while True:
            time.sleep(5 if mesh.ensure_objects(self.api) else 1)

    def pod_event(self, event: str, obj: dict) -> None:
        uid, meta = obj["metadata"]["uid"], obj["metadata"]
        with self.lock:
            running = self.pods.get(uid)
            if event == "DELETED" or meta.get("deletionTimestamp"):
                if running:
                    running.deleted.set()
                elif event != "DELETED" and self.is_real(obj) and obj["spec"].get("nodeName"):
                    delete_object(self.api, obj)
            elif not running and self.is_due(obj):
                pod = Pod(self, obj, self.free_octet(obj))
                self.pods[uid] = pod
                self.log(f"starting {pod.name} at {pod.address}")
                pod.start()

    def istiod_is_coming(self) -> bool:
        """An istiod starts together with the agent: a proxy that started before it would back off for 20 s."""
        if time.monotonic() > self.began + 20:
            return False
        with self.lock:
            istiods = [pod for pod in self.pods.values() if (pod.meta.get("labels") or {}).get("app") == "istiod"]
        return bool(istiods) and not any(c.ready for pod in istiods for c in pod.main)

    def is_due(self, obj: dict) -> bool:
        phase = obj.get("status", {}).get("phase")
        return bool(obj["spec"].get("nodeName")) and phase not in ("Succeeded", "Failed") and self.is_real(obj)

    def is_real(self, obj: dict) -> bool:
        return images.is_real(obj, sidecars=not self.lab.rootless)

    def free_octet(self, obj: dict) -> int:
        """The last part of a pod's address: the one it had before the agent was started anew, or a free one."""
        used = {pod.octet for pod in self.pods.values()}
        before = obj.get("status", {}).get("podIP", "")
        if before.startswith(self.lab.subnet + "."):
            octet = int(before.rpartition(".")[2])
            if octet not in used:
                return octet
        if len(used) >= 245:
            raise RuntimeError("no address is left: 245 pods really run already")
        while True:  # the one least lately used, as clusters do
            self.cursor = 10 + (self.cursor - 9) % 245
            if self.cursor not in used:
                return self.cursor

    def forget(self, pod: Pod) -> None:
        with self.lock:
            self.pods.pop(pod.meta["uid"], None)
        self.log(f"ended {pod.name}")

    def relays(self) -> list[tuple[socket.socket, relay.Target]]:
        api = self.lab.port("apiserver")
        result: list = [(socket.create_server((self.lab.bridge_address, api)), lambda: ("127.0.0.1", api, None))]
        for name, wanted in RELAYS.items():
            result.append((socket.create_server(("127.0.0.1", self.lab.port(name))), self.target(wanted)))
        return result

    def target(self, wanted: Relay) -> relay.Target:
        def first_ready() -> tuple[str, int, str | None] | None:
            with self.lock:
                # A pod that is being deleted gets no new connections, as behind a Service.
                pods = sorted((p for p in self.pods.values() if not p.deleted.is_set()), key=lambda pod: pod.name)
            for pod in pods:
                mine = (pod.meta.get("labels") or {}).items()
                if any(labels.items() <= mine for labels in wanted.labels) and all(c.ready for c in pod.main):
                    return ("127.0.0.1", wanted.port, pod.netns) if wanted.local else (pod.address, wanted.port, None)
            return None

        return first_ready

    def write_state(self) -> None:
        """What runs, for `lab status`, `lab exec` and `lab logs`."""
        with self.lock:
            pods = list(self.pods.values())
        rows = [
            {
                "namespace": pod.meta["namespace"],
                "name": pod.meta["name"],
                "address": pod.address,
                "netns": pod.netns,
                "folder": str(pod.folder),
                "containers": [
                    {
                        "name": c.name,
                        "pid": c.process.pid if c.process and c.running else None,
                        "real": c.image is not None,
                        "running": c.running,
                        "ready": c.ready,
                        "restarts": c.restarts,
                        "message": c.message,
                        "log": str(c.log),
                    }
                    for c in pod.init + pod.main
                    if c.lasting
                ],
            }
            for pod in sorted(pods, key=lambda pod: pod.name)
        ]
        path = self.lab.data / "pods.state"
        text = json.dumps({"agent": os.getpid(), "pods": rows}, indent=1)
        if text != self.state:
            self.state = text
            path.with_suffix(".new").write_text(text)
            path.with_suffix(".new").replace(path)

    def end_all(self) -> None:
        with self.lock:
            pods = list(self.pods.values())
        for pod in pods:
            pod.ending.set()
        for pod in pods:
            pod.join(5)
        network.remove_namespaces(self.lab)


def main() -> None:
    agent = Agent(Lab.open(sys.argv[1], None))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.stopping.set())
    sys.dont_write_bytecode = True
    agent.run()


if __name__ == "__main__":
    main()
