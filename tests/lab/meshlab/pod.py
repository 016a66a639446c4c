# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pod as processes: its network, its containers in their order, its probes, its status, its end."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import images, metrics, network, podspec
from .api import Api, ApiError
from .inside import LAUNCHER
from .processes import clean_environment, collector

if TYPE_CHECKING:
    from .agent import Agent

STEP = 0.2  # seconds between two looks at a pod
CALM = 0.5  # seconds between two looks at one that is ready and does not change
LONGEST_GRACE = 10  # seconds; a laboratory does not wait 30


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Container:
    """One container: its process, if its image has a program here, and what the pod's status says of it."""

    def __init__(self, pod: Pod, spec: dict):
        self.pod, self.spec, self.name = pod, spec, spec["name"]
        self.image = images.find(spec["image"])
        self.process: subprocess.Popen | None = None
        self.restarts = 0
        self.started_at: str | None = None
        self.waiting = "ContainerCreating"
        self.message = ""
        self.exit_code: int | None = None
        self.finished_at: str | None = None
        self.started = False  # its startup probe, if any, has passed
        self.ready = False
        self.next_start = self.next_probe = 0.0
        self.failures = 0

    @property
    def lasting(self) -> bool:
        """Whether it is to run for as long as the pod does."""
        if self in self.pod.main:
            return self.pod.spec.get("restartPolicy", "Always") == "Always"
        return self.spec.get("restartPolicy") == "Always"

    @property
    def running(self) -> bool:
        return self.started_at is not None and self.exit_code is None

    @property
    def log(self) -> Path:
        meta = self.pod.meta
        return self.pod.agent.lab.logs / "pods" / f"{meta['namespace']}_{meta['name']}_{self.name}.log"

    def start(self) -> None:
        """Start its program. Raises NotYet, ApiError, OSError. An image unknown here runs in name only."""
        if self.image is None:
            self.process = None
        elif self.image.missing:
            raise podspec.NotYet(f"image {self.spec['image']!r} cannot be pulled")
        else:
            spec_file = self.write_spec()
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("ab") as out:
                os.fchmod(out.fileno(), 0o666)  # Envoy, another user, opens /dev/stdout for its access log
                self.process = subprocess.Popen(
                    [*LAUNCHER, str(spec_file)],
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    env=clean_environment(),
                )
        self.started_at, self.exit_code = now(), None
        self.started = "startupProbe" not in self.spec
        self.ready, self.next_probe = False, 0.0

    @property
    def due(self) -> bool:
        """To be started now: never was, or ended and is to run again."""
        policy = self.pod.spec.get("restartPolicy", "Always")
        again = self.lasting or self.exit_code is None or (self.exit_code != 0 and policy != "Never")
        return not self.running and again and time.monotonic() >= self.next_start

    def write_spec(self) -> Path:
        pod, image = self.pod, self.image
        env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": image.home,
            "HOSTNAME": pod.meta["name"],
            **collector(),
            **pod.agent.service_environment(),
            **image.env,
            **podspec.environment(self.spec, pod.source),
        }
        if image.is_proxy:
            env[metrics.IDENTITY_VARIABLE] = metrics.identity(pod.pod, env.get("ISTIO_META_WORKLOAD_NAME", ""))
        command = self.spec.get("command")
        arguments = self.spec.get("args") or (image.command if not command else [])
        argv = [podspec.expand(word, env) for word in [*(command or image.entrypoint), *arguments]]
        contexts = [self.spec.get("securityContext") or {}, pod.spec.get("securityContext") or {}]
        uid = next((c["runAsUser"] for c in contexts if "runAsUser" in c), image.user)
        gid = next((c["runAsGroup"] for c in contexts if "runAsGroup" in c), uid)
        if pod.agent.lab.rootless:
            uid = gid = 0  # the one user that there is
        root = pod.folder / "root"
        root.mkdir(exist_ok=True)
        spec = {
            "netns": pod.netns,
            "root": str(root),
            "argv": argv,
            "env": env,
            "uid": uid,
            "gid": gid,
            "cwd": self.spec.get("workingDir") or image.home,
            "binds": self.binds(),
            "dirs": [[image.home, 0o755, uid]] if image.home != "/" else [],
        }
        path = pod.folder / f"{self.name}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(spec))
        return path

    def binds(self) -> list[list[str]]:
        pod = self.pod
        result = [[str(source), target] for target, source in self.image.files.items()]
        result += [
            [str(pod.hosts_file(self)), "/etc/hosts"],
            [str(pod.agent.gitconfig), "/etc/gitconfig"],
            [str(pod.agent.resolv_conf), "/etc/resolv.conf"],
        ]
        prefix = sys.base_prefix
        if not prefix.startswith("/usr"):
            result.append([prefix, prefix])
        for mount in self.spec.get("volumeMounts") or []:
            folder = pod.volume(mount["name"])
            part = mount.get("subPath") or podspec.expand(mount.get("subPathExpr") or "", {})
            source = folder / part if part else folder
            if not source.exists():
                source.mkdir(parents=True)
                source.chmod(0o777)
            result.append([str(source), mount["mountPath"]])
        if "argocd" in self.spec["image"]:
            result.append([str(pod.agent.lab.repository.parent)] * 2)  # after volumes: one may be a folder above
        return result

    def poll(self) -> None:
        """Notice an end, start again when its time has come, probe."""
        if self.running and self.process and self.process.poll() is not None:
            self.exit_code, self.finished_at = self.process.returncode, now()
            self.ready = self.started = False
            self.restarts += 1 if self.exit_code or self.lasting else 0
            self.next_start = time.monotonic() + min(10, 2 ** min(self.restarts, 4) / 4)
            self.waiting = "CrashLoopBackOff"
        if self.due:
            self.try_start()
        if self.running:
            self.probe()

    def try_start(self) -> None:
        try:
            if self.name == "istio-proxy" and self.pod.agent.istiod_is_coming():
                raise podspec.NotYet("istiod is starting")
            self.start()
            self.message = ""
        except podspec.NotYet as reason:
            missing = self.image is not None and self.image.missing
            self.waiting, self.message = "ErrImagePull" if missing else "CreateContainerConfigError", str(reason)
            self.next_start = time.monotonic() + 0.5
        except (ApiError, OSError) as error:
            self.message = str(error)
            self.next_start = time.monotonic() + 1

    def probe(self) -> None:
        kind = "readinessProbe" if self.started else "startupProbe"
        probe = self.spec.get(kind)
        if self.process is None or not probe:
            self.started = self.ready = True
            return
        if time.monotonic() < self.next_probe:
            return
        passed = probe_passes(probe, self)
        self.failures = 0 if passed else self.failures + 1
        if kind == "startupProbe":
            self.started = passed
        elif passed or self.failures >= probe.get("failureThreshold", 3):
            self.ready = passed
        # Once ready, as often as the pod says; until then as often as we look.
        self.next_probe = time.monotonic() + (probe.get("periodSeconds", 10) if self.ready and passed else 0.3)

    def status(self) -> dict:
        entry = {
            "name": self.name,
            "image": self.spec["image"],
            "imageID": "",
            "restartCount": self.restarts,
            "ready": self.ready,
            "started": self.running and self.started,
        }
        ended = {
            "exitCode": self.exit_code,
            "startedAt": self.started_at,
            "finishedAt": self.finished_at,
            "reason": "Error" if self.exit_code else "Completed",
        }
        if self.running:
            entry["state"] = {"running": {"startedAt": self.started_at}}
        elif self.exit_code is not None and not self.lasting:
            entry["state"] = {"terminated": ended}
            entry["ready"] = self.exit_code == 0
        else:
            entry["state"] = {"waiting": {"reason": self.waiting, "message": self.message}}
        if self.restarts and self.lasting and self.finished_at:
            entry["lastState"] = {"terminated": {**ended, "exitCode": self.exit_code or 0}}
        return entry

    @property
    def sleep_before_end(self) -> float:
        """Seconds of its hook preStop, if that is a sleep."""
        hook = (self.spec.get("lifecycle") or {}).get("preStop") or {}
        return float((hook.get("sleep") or {}).get("seconds", 0))

    def signal(self, number: int) -> None:
        """To its first process alone, as a container runtime does: an agent drains its Envoy before it ends it."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


def probe_passes(probe: dict, container: Container) -> bool:
    """An HTTP or TCP probe against the pod's address; exec probes count as passed while the process runs."""
    target = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc")
    if target is None:
        return True
    port, timeout = target["port"], probe.get("timeoutSeconds", 1)
    if isinstance(port, str):
        port = next(p["containerPort"] for p in container.spec.get("ports", []) if p.get("name") == port)
    try:
        if "httpGet" not in probe:
            socket.create_connection((container.pod.address, port), timeout).close()
            return True
        if target.get("scheme") == "HTTPS":
            connection = http.client.HTTPSConnection(
                container.pod.address, port, timeout=timeout, context=ssl._create_unverified_context()
            )
        else:
            connection = http.client.HTTPConnection(container.pod.address, port, timeout=timeout)
        headers = {header["name"]: header["value"] for header in target.get("httpHeaders") or []}
        connection.request("GET", target.get("path", "/"), headers=headers)
        return 200 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False


class Pod(threading.Thread):
    """Runs one pod until it is deleted or the agent ends."""

    def __init__(self, agent: Agent, pod: dict, octet: int):
        super().__init__(name=f"{pod['metadata']['namespace']}/{pod['metadata']['name']}", daemon=True)
        self.agent, self.pod, self.meta, self.spec = agent, pod, pod["metadata"], pod["spec"]
        self.octet, self.address = octet, f"{agent.lab.subnet}.{octet}"
        self.folder = agent.lab.pods / self.meta["uid"]
        self.netns = ""
        self.deleted = threading.Event()  # the API server wants it gone
        self.ending = threading.Event()  # the agent ends: stop everything, leave the object
        self.source = podspec.Source(agent.api, pod, self.address, agent.lab.bridge_address)
        self.main: list[Container] = []
        self.main = [Container(self, spec) for spec in self.spec["containers"]]
        self.init = [Container(self, spec) for spec in self.spec.get("initContainers") or []]
        self.volumes: dict[str, Path] = {}
        self.reported: dict | None = None
        self.since = {}
        self.filled: dict[str, str | None] = {}  # volume: the version of what it was filled from

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.meta['namespace']}/pods/{self.meta['name']}"

    @property
    def captured(self) -> bool:
        return any(c.name == "istio-proxy" for c in self.main + self.init) and bool(self.init)

    def run(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        while not (self.deleted.is_set() or self.ending.is_set()):
            try:
                if not self.netns:
                    self.netns = network.add_namespace(self.agent.lab, self.octet)
                self.step()
                calm = self.report()
                self.deleted.wait(CALM if calm else STEP)
            except Exception as error:  # whatever it was, the pod is tried again
                self.agent.log(f"{self.name}: {error!r}")
                time.sleep(1)
        self.finish()

    def step(self) -> None:
        """One look at every container, in the order in which they may start."""
        self.refresh_volumes()  # a sidecar that waits for its authority's root is an init container
        for container in self.init:
            container.poll()
            passed = container.running and container.started if container.lasting else container.exit_code == 0
            if not passed:
                return
        for container in self.main:
            container.poll()

    def volume(self, name: str) -> Path:
        """The folder of a volume, filled. Raises NotYet."""
        if name not in self.volumes:
            folder = self.folder / "volumes" / name
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
            self.fill(name, folder)
            self.volumes[name] = folder
        return self.volumes[name]

    def fill(self, name: str, folder: Path) -> None:
        volume = next((v for v in self.spec.get("volumes") or [] if v["name"] == name), {})
        resources = {spec["name"]: spec for spec in self.spec["containers"]}
        files = podspec.volume_files(volume, resources, self.source)
        if files is not None:
            podspec.write_files(folder, files)

    def refresh_volumes(self) -> None:
        """ConfigMaps and Secrets that changed reach the running pod; tokens last and are left alone."""
        for volume in self.spec.get("volumes") or []:
            name = volume["name"]
            origin = podspec.origin(volume)
            if name not in self.volumes or origin is None:
                continue
            version = self.agent.versions.get((origin[0], self.meta["namespace"], origin[1]))
            if self.filled.get(name, "") != version:
                with contextlib.suppress(ApiError, OSError):
                    with contextlib.suppress(podspec.NotYet):  # it was deleted: the files stay
                        self.fill(name, self.volumes[name])
                    self.filled[name] = version

    def hosts_file(self, container: Container) -> Path:
        """Its /etc/hosts; applications behind a sidecar see Services' own addresses, all others their endpoints."""
        through_proxy = self.captured and container in self.main and container.name != "istio-proxy"
        path = self.folder / ("hosts-captured" if through_proxy else "hosts")
        if not path.exists():
            path.write_text(self.agent.directory.hosts(self, through_proxy))
        return path

    def rewrite_hosts(self) -> None:
        for name, through_proxy in (("hosts", False), ("hosts-captured", True)):
            path = self.folder / name
            text = self.agent.directory.hosts(self, through_proxy)
            if path.exists() and path.read_text() != text:
                path.write_text(text)  # in place: it is mounted

    def report(self) -> bool:
        """Write the pod's status when it differs from what was written last; true when it does not and is ready."""
        status = self.status()
        if status == self.reported:
            return status["conditions"][-1]["status"] == "True"
        try:
            self.agent.api.merge(f"{self.path}/status", {"status": status})
            self.reported = status
        except ApiError as error:
            if error.status == 404:
                self.deleted.set()
        except OSError:
            pass
        return False

    def status(self) -> dict:
        initialized = all(c.running and c.started if c.lasting else c.exit_code == 0 for c in self.init)
        ready = initialized and all(c.ready for c in self.main + [c for c in self.init if c.lasting])
        phase = "Running" if initialized and any(c.started_at for c in self.main) else "Pending"
        if self.spec.get("restartPolicy", "Always") != "Always" and all(c.exit_code is not None for c in self.main):
            phase = "Succeeded" if not any(c.exit_code for c in self.main) else "Failed"
        status = {
            "phase": phase,
            "hostIP": self.agent.lab.bridge_address,
            "podIP": self.address,
            "hostIPs": [{"ip": self.agent.lab.bridge_address}],
            "podIPs": [{"ip": self.address}],
            "startTime": self.meta["creationTimestamp"],
            "containerStatuses": [c.status() for c in self.main],
            "conditions": [
                self.condition("PodScheduled", True),
                self.condition("Initialized", initialized),
                self.condition("ContainersReady", ready),
                self.condition("Ready", ready),
            ],
        }
        if self.init:
            status["initContainerStatuses"] = [c.status() for c in self.init]
        return status

    def condition(self, kind: str, value: bool) -> dict:
        if self.since.get(kind, (None, ""))[0] != value:
            self.since[kind] = (value, now())
        return {"type": kind, "status": str(value), "lastTransitionTime": self.since[kind][1]}

    def finish(self) -> None:
        """Stop applications, then sidecars, then all that is left in the namespace; forget the pod."""
        grace = min(LONGEST_GRACE, self.spec.get("terminationGracePeriodSeconds", 30))
        if self.ending.is_set():
            grace = min(grace, 1)
        deadline = time.monotonic() + grace
        for group in (self.main, [c for c in self.init if c.running]):
            began, waiting = time.monotonic(), list(group)
            while any(c.process and c.process.poll() is None for c in group) and time.monotonic() < deadline:
                for container in [c for c in waiting if time.monotonic() - began >= c.sleep_before_end]:
                    container.signal(signal.SIGTERM)
                    waiting.remove(container)
                time.sleep(0.05)
        if self.netns:
            network.remove_namespace(self.netns)
        for container in self.main + self.init:
            if container.process:
                container.process.wait()
        if self.deleted.is_set():
            shutil.rmtree(self.folder, ignore_errors=True)
            delete_object(self.agent.api, self.pod)
        self.agent.forget(self)


def delete_object(api: Api, pod: dict) -> None:
    """What a kubelet does when a pod has ended: the object goes."""
    meta = pod["metadata"]
    body = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
    for _attempt in range(5):
        try:
            api.request("DELETE", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}", body)
            return
        except ApiError as error:
            if error.status in (404, 409):
                return
        except OSError:
            pass
        time.sleep(1)
