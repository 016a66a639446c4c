# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `lab` command."""

from __future__ import annotations

import argparse
import fcntl
import json
import shlex
import shutil
import sys
import time
from contextlib import contextmanager

from . import build, control_plane, processes
from .settings import Lab, LabError


def report(message: str) -> None:
    print(f"lab: {message}", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    options = parser().parse_args(argv)
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
    start.add_argument("--port-base", type=int, help="first of 100 loopback ports (default 16400)")
    start.add_argument("--only", choices=["kube"], help="kube: the Kubernetes control plane; kwok pretends every pod")
    command("down", down, "End what `up` started and forget the cluster; logs stay.")
    command("status", status, "What runs.").add_argument("--json", action="store_true")
    command("env", env, "Shell exports: where everything is.")
    command("logs", logs, "The log of one process.").add_argument("name", nargs="?")
    command("build", build_all, "Only compile.")
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
    lab = Lab.open(options.dir, options.port_base, real_pods=False if options.only == "kube" else None)
    build.build(report, build.KUBE_ONLY if options.only == "kube" else None)
    with locked(lab):
        lab.remember()
        control_plane.prepare(lab)
        for program in control_plane.programs(lab):
            if processes.ensure(lab, program):
                report(f"started {program.name}")
            if program.name == "kube-apiserver":
                control_plane.register(lab)
        if not processes.wait_until(lambda: control_plane.node_is_ready(lab), 30):
            raise LabError(f"The node did not become ready within 30 s; see {processes.log_path(lab, 'kwok')}")
    report(f"ready in {time.monotonic() - began:.1f} s; KUBECONFIG={lab.kubeconfig}")


def down(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    with locked(lab):
        for path in sorted(lab.run.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True):
            processes.stop(lab, path.stem)
        shutil.rmtree(lab.data, ignore_errors=True)
        lab.kubeconfig.unlink(missing_ok=True)
        (lab.folder / "lab.json").unlink(missing_ok=True)
    report("down")


def status(options: argparse.Namespace) -> int:
    lab = Lab.open(options.dir, None)
    rows = [{"name": path.stem, "pid": (processes.record(lab, path.stem) or {}).get("pid")}
            for path in sorted(lab.run.glob("*.json"))]
    if options.json:
        print(json.dumps({"folder": str(lab.folder), "port_base": lab.port_base, "processes": rows}, indent=1))
    else:
        for row in rows:
            print(f"{row['name']:28} {row['pid'] or 'ENDED'}")
    return 0 if rows and all(row["pid"] for row in rows) else 3


def env(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    for name, value in variables(lab).items():
        print(f"export {name}={shlex.quote(str(value))}")


def variables(lab: Lab) -> dict[str, object]:
    return {"MESHLAB_DIR": lab.folder, "KUBECONFIG": lab.kubeconfig, "K8S_AUTH_KUBECONFIG": lab.kubeconfig}


def logs(options: argparse.Namespace) -> None:
    lab = Lab.open(options.dir, None)
    path = processes.log_path(lab, options.name or "")
    if not path.exists():
        raise LabError("Logs of: " + " ".join(sorted(p.stem for p in lab.logs.glob("*.log"))))
    print(path.read_text(errors="replace"), end="")


def build_all(options: argparse.Namespace) -> None:
    build.build(report)
