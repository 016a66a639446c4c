# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `lab` command."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from . import build, claims, control_plane, git, images, inside, network, outside, packages, processes, rootless, xds
from .directory import RELAYS
from .settings import HERE, Lab, LabError

ONLY_KUBE = "--only kube"
# The loopback ports of each program. The kubelet's is on the bridge.
LISTENS = {
    "etcd": ("etcd", "etcd-peer"),
    "kube-apiserver": ("apiserver",),
    "kube-controller-manager": ("controller-manager",),
    "kube-scheduler": ("scheduler",),
    "kwok": ("kwok",),
    "node-agent": tuple(RELAYS),
}


def report(message: str) -> None:
    print(f"lab: {message}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    options = parser().parse_args(argv)
    if options.run in (status, env, logs, call, behave, ask_istiod):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that has enough, as `head`, ends them without a word
    try:
        return options.run(options) or 0
    except LabError as error:
        report(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="lab", description="A real control plane, mesh and GitOps on this machine.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--dir", help="the lab's folder (MESHLAB_DIR; default: .lab in the repository)")
        sub.set_defaults(run=run)
        return sub

    start = command("up", up, "Build what is missing, start or repair the lab.")
    start.add_argument("--port-base", type=int, help="first of 100 loopback ports (default: 16400, or a free one)")
    start.add_argument("--only", choices=["kube"], help="kube: the Kubernetes control plane; kwok pretends every pod")
    start.add_argument("--all", action="store_true", help="compile also what is otherwise compiled at its first use")
    command("down", down, "End what `up` started and forget the cluster; logs stay.")
    command("status", status, "What runs.").add_argument("--json", action="store_true")
    command("env", env, "Shell exports: where everything is.")
    command("logs", logs, "The log of a process, or of NAMESPACE/POD[/CONTAINER].").add_argument("name", nargs="?")
    question = command("xds", ask_istiod, "What istiod would send the pod's proxy, were it Istio's own; JSON.")
    question.add_argument("where", metavar="NAMESPACE/POD")
    question.add_argument("kind", nargs="?", choices=["listeners", "clusters"], default="listeners")
    compiling = command("build", build_programs, "Only compile: what `up` needs, or what is named.")
    compiling.add_argument("--all", action="store_true", help="every program")
    compiling.add_argument("names", nargs="*", metavar="PROGRAM", help=", ".join([*build.ALL, *build.GROUPS]))
    tool = command("tool", run_tool, "Run a program of the lab, such as istioctl; it is compiled when it is not there.")
    tool.add_argument("name", choices=outside.TOOLS)
    tool.add_argument("argv", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    execute = command("exec", run_inside, "Run a command in the network, with the files and as the user of a pod.")
    execute.add_argument("where", metavar="NAMESPACE/POD[/CONTAINER]", help="a pod's name or its beginning")
    execute.add_argument("argv", nargs="+", metavar="COMMAND")
    calls = command("call", call, "Make HTTP requests; prints JSON.")
    calls.add_argument("--count", type=int, default=1, help="several requests: tells how many of each answer came")
    calls.add_argument("--rate", type=float, help="requests a second")
    steady = command("load", load, "Make requests at a steady rate; prints every failed one, and a tally at the end.")
    steady.add_argument("--rate", type=float, default=50, help="requests a second (default 50)")
    steady.add_argument("--seconds", type=float, help="for how long (default: until it is interrupted)")
    steady.add_argument("--connections", type=int, default=8, help="at most so many at once (default 8)")
    for requests in (calls, steady):
        requests.add_argument(
            "--from",
            dest="origin",
            default="outside",
            metavar="NAMESPACE/POD",
            help="from inside this pod (default: from this machine)",
        )
        requests.add_argument("--timeout", type=float, default=5, help="seconds for each request")
        requests.add_argument("--header", action="append", default=[], metavar="NAME: VALUE")
        requests.add_argument("url")
    behaviour = command("behave", behave, "Tell pods of meshlab-http to fail, to be slow or to crash; prints JSON.")
    behaviour.add_argument("where", metavar="NAMESPACE/POD", help="all pods whose names begin so")
    behaviour.add_argument("wish", nargs="+", metavar="NAME=VALUE", help="such as fail=0.05, slow=0.3, crash=1")
    return top


@contextmanager
def locked(lab: Lab):
    """One `up` or `down` of a lab at a time."""
    lab.folder.mkdir(parents=True, exist_ok=True)
    with (lab.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def up(options: argparse.Namespace) -> None:
    began = time.monotonic()
    lab, why_not = to_start(options)
    with locked(lab):
        lab = claims.settle(lab, options.port_base, report)
    packages.ensure(lab.real_pods and not lab.rootless, report)
    build.build(report, wanted(options))
    with locked(lab):
        control_plane.prepare(lab)
        git.ensure_repository(lab)
        outside.link(lab)
        if lab.rootless and rootless.ensure_namespace(lab):
            report("made a user namespace")
        for program in control_plane.programs(lab):
            start(lab, program)
            if program.name == "kube-apiserver":
                control_plane.register(lab)
        if not processes.wait_until(lambda: control_plane.node_is_ready(lab), 30):
            raise LabError(f"The node did not become ready within 30 s; see {processes.log_path(lab, 'kwok')}")
        if lab.real_pods:
            repair_network(lab)
            for program in node_programs(lab):
                start(lab, program)
        report_pretended(lab, why_not)
    report(f"ready in {time.monotonic() - began:.1f} s; KUBECONFIG={lab.kubeconfig}")


def wanted(options: argparse.Namespace) -> tuple[str, ...]:
    """The programs that this `up` compiles."""
    if options.all:
        return build.TESTED
    return build.KUBE_ONLY if options.only else build.USUAL


def to_start(options: argparse.Namespace) -> tuple[Lab, str]:
    """The lab as this `up` is to run it; and why every pod of it is pretended, if so. Raises LabError."""
    lab = Lab.open(options.dir, options.port_base)
    if options.only:
        return lab.started_as(real_pods=False, rootless=False), ONLY_KUBE
    if Lab.can_run_pods():
        return lab.started_as(real_pods=True, rootless=False), ""
    why_not = rootless.forbidden()
    return lab.started_as(real_pods=not why_not, rootless=not why_not), why_not


def start(lab: Lab, program: processes.Program) -> None:
    """Raises LabError: it does not start, or another program of this machine listens on its port."""
    ports = LISTENS.get(program.name, ())
    if not lab.rootless and not processes.record(lab, program.name):
        # A process that was killed just now may keep its ports for a moment.
        if not processes.wait_until(lambda: not claims.busy_ports(lab, ports), 3):
            raise LabError(
                f"{program.name} needs port {lab.port(claims.busy_ports(lab, ports)[0])}, and another program of this "
                "machine has it. End that one, or `lab down`, after which `lab up` takes a free port base."
            )
    if processes.ensure(lab, rootless.entered(lab, program)):
        report(f"started {program.name}")


def repair_network(lab: Lab) -> None:
    """What somebody took away from the network of running pods is there again. In a user namespace nobody can."""
    if lab.rootless:
        return
    if network.repair_bridge(lab) and processes.record(lab, "node-agent"):
        report(f"repaired the bridge {lab.bridge}")
    lost = {pod["netns"] for pod in inside.pods(lab) if pod["netns"]} - set(network.namespaces(lab))
    if lost and processes.stop(lab, "node-agent", patience=30):
        report(f"network namespaces are lost ({', '.join(sorted(lost))}): all pods start anew")


def report_pretended(lab: Lab, why_not: str) -> None:
    """Say which pods do not really run, and why."""
    if lab.rootless:
        report(rootless.LEFT_OUT)
    elif not lab.real_pods:
        report(
            "only the control plane: every pod is pretended; istiod, Argo CD, Prometheus, gateways and sidecars "
            + ("are left out" if why_not == ONLY_KUBE else f"need root, or a user namespace ({why_not})")
        )


def node_programs(lab: Lab) -> list[processes.Program]:
    """What runs the pods, and what answers the API server's questions about them."""

    def ready() -> bool:
        try:
            state = json.loads((lab.data / "pods.state").read_text())
        except (OSError, ValueError):
            return False
        return (processes.record(lab, "node-agent") or {}).get("pid") == state["agent"]

    argv = [images.PYTHON, "-m", "meshlab.agent", str(lab.folder)]
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(HERE.glob("meshlab/*.py")))).hexdigest()
    env = {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1", "MESHLAB_CODE": code}  # other code: another agent
    port = lab.port("kubelet")
    address, seen = f"{lab.bridge_address}:{port}", "127.0.0.1" if lab.rootless else lab.bridge_address
    kubelet = [str(build.program("kubelet")), address, str(lab.pki), str(lab.data / "pods.state"), *inside.LAUNCHER]
    return [
        processes.Program("node-agent", argv, ready, env),
        processes.Program("kubelet", kubelet, control_plane.answers(f"https://{seen}:{port}/healthz")),
    ]


def down(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    if not lab.exists():
        report(f"no lab in {lab.folder}")
        return
    with locked(lab):
        own_network = claims.is_own(lab, running=bool(processes.record(lab, "node-agent")))
        processes.stop(lab, "node-agent", patience=30)  # it ends the pods and removes their network
        for row in outside.running(lab):
            processes.stop(lab, row["name"], patience=3)  # their data goes anyway
        if lab.rootless:
            rootless.end_strays(lab)  # its network has gone with the last process in it
        elif lab.real_pods and own_network:
            network.remove(lab)
        for folder in (lab.pods, lab.data):
            shutil.rmtree(folder, ignore_errors=True)
        lab.kubeconfig.unlink(missing_ok=True)
        claims.release(lab)
        lab.forget()
    report("down")


def status(options: argparse.Namespace) -> int:
    """Exit code 0: all runs; 3: something that was started has ended, or nothing was started."""
    lab = Lab.open(options.dir, None)
    rows, pods = outside.running(lab), inside.pods(lab)
    if options.json:
        state = {
            "folder": str(lab.folder),
            "port_base": lab.port_base,
            "real_pods": lab.real_pods,
            "rootless": lab.rootless,
            "processes": rows,
            "pods": pods,
        }
        print(json.dumps(state, indent=1))
    else:
        for row in rows:
            print(f"{row['name']:<60} {row['pid'] or 'ENDED'}")
        for pod in pods:
            for container in pod["containers"]:
                name = f"{pod['namespace']}/{pod['name']}/{container['name']}"
                state = "ready" if container["ready"] else container["message"] or "not ready"
                print(f"{name:<60} {container['pid'] or '-':<8} {pod['address']:<16} {state}")
        if not rows:
            print("no lab runs here")
        elif lab.rootless:
            print(rootless.LEFT_OUT)
    return 0 if rows and all(row["pid"] for row in rows) else 3


def env(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    if not lab.kubeconfig.exists():
        raise LabError(f"No lab runs in {lab.folder}: `lab up` first.")
    for name, value in outside.variables(lab).items():
        print(f"export {name}={shlex.quote(value)}")


def ask_istiod(options: argparse.Namespace) -> None:
    print(json.dumps(xds.ask(Lab.open(options.dir, None), options.where, options.kind), indent=1))


def logs(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    known = {
        path.stem.replace("_", "/") if path.parent != lab.logs else path.stem: path
        for path in sorted(lab.logs.glob("**/*.log"))
    }
    found = [path for name, path in known.items() if name == options.name] or [
        path for name, path in known.items() if options.name and name.startswith(options.name)
    ]
    if not found:
        raise LabError("Logs of:\n  " + "\n  ".join(known))
    for path in found:
        if len(found) > 1:
            print(f"==> {path}")
        sys.stdout.write(path.read_text(errors="replace"))


def build_programs(options: argparse.Namespace) -> None:
    """Raises LabError for a name that is none."""
    known = {**build.GROUPS, **{name: (name,) for name in build.ALL}}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        raise LabError(f"There is no program {unknown[0]}; these are compiled: {', '.join(known)}")
    names = tuple(name for group in options.names for name in known[group])
    build.build(report, build.ALL if options.all else names or build.USUAL)
    lab = Lab.open(options.dir, None)
    if lab.exists():
        outside.link(lab)


def run_tool(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    build.build(report, (options.name,))
    if lab.exists():
        outside.link(lab)
    program = str(build.program(options.name))
    os.execv(program, [options.name, *options.argv])


def run_inside(options: argparse.Namespace) -> int:
    lab = Lab.open(options.dir, None)
    return subprocess.call(inside.command(lab, options.where, options.argv))


def call(options: argparse.Namespace) -> None:
    wish = {**request(options), "count": options.count, "rate": options.rate}
    print(json.dumps(inside.call(Lab.open(options.dir, None), options.origin, wish), indent=1))


def load(options: argparse.Namespace) -> None:
    if options.rate <= 0:
        raise LabError(f"--rate {options.rate:g}: requests a second, more than 0")
    wish = {**request(options), "rate": options.rate, "seconds": options.seconds, "connections": options.connections}
    inside.load(Lab.open(options.dir, None), options.origin, wish)


def request(options: argparse.Namespace) -> dict:
    headers = {}
    for header in options.header:
        name, _colon, value = header.partition(":")
        headers[name.strip()] = value.strip()
    return {"url": options.url, "timeout": options.timeout, "headers": headers}


def behave(options: argparse.Namespace) -> None:
    print(json.dumps(inside.behave(Lab.open(options.dir, None), options.where, options.wish), indent=1))
