# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster that tests run on: our own lab, or the one that `make test-cluster CLUSTER=…` has confirmed."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import playing

# The command `lab`, by a Python that is new enough for it: ansible-core's oldest versions run on older ones.
PYTHON = sys.executable if sys.version_info >= (3, 11) else str(playing.BUILD / "venv" / "bin" / "python")
LAB = (PYTHON, str(playing.ROOT / "tests" / "lab" / "lab"))


@dataclass
class Cluster:
    """A cluster's kubeconfig, and the environment in which its programs (kubectl, helm, …) are found.

    `is_lab` tells whether it is our own: only there may a test stop processes or install definitions.
    """

    kubeconfig: Path
    variables: dict = field(default_factory=dict)
    is_lab: bool = True

    def lab(self, command, *arguments):
        """What the command `lab` prints about this lab: `cluster.lab("call", "--from", "shop/client", url)`."""
        argv = self.lab_command(command, *arguments)
        done = subprocess.run(argv, env=_environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"lab {command} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def lab_command(self, command, *arguments):
        return [*LAB, command, "--dir", str(self.kubeconfig.parent), *arguments]

    def environment(self, **more):
        """A clean environment plus the lab's, with this cluster as Ansible's K8S_AUTH_KUBECONFIG."""
        return {
            **playing.environment(),
            **self.variables,
            "KUBECONFIG": str(playing.BUILD / "no-kubeconfig"),
            "K8S_AUTH_KUBECONFIG": str(self.kubeconfig),
            **more,
        }

    def program(self, name):
        path = shutil.which(name, path=self.environment()["PATH"])
        assert path, f"{name} is not on the PATH of `tests/lab/lab env`"
        return path

    def run(self, name, *arguments, stdin=None, check=True):
        """Run a program on the cluster; returns what it prints, or with -o json the document.

        Raises AssertionError with its words.
        """
        done = subprocess.run(
            [self.program(name), *arguments],
            env=self.environment(KUBECONFIG=str(self.kubeconfig)),
            input=stdin if stdin is None or isinstance(stdin, str) else json.dumps(stdin),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{name} {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        as_json = "json" in arguments or "-ojson" in arguments
        return json.loads(done.stdout) if as_json and done.returncode == 0 else done.stdout

    def kubectl(self, *arguments, **options):
        return self.run("kubectl", *arguments, **options)

    def helm(self, *arguments, **options):
        return self.run("helm", *arguments, **options)

    def await_definitions(self, *names, seconds=60):
        """Wait until CRDs are established; `kubectl wait` fails at once for one that has no conditions yet."""
        deadline = time.monotonic() + seconds
        while True:
            listed = self.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
            ready = {each["metadata"]["name"] for each in listed if _is_established(each)}
            missing = (set(names) or {each["metadata"]["name"] for each in listed}) - ready
            if not missing:
                return
            assert time.monotonic() < deadline, f"not established: {', '.join(sorted(missing))}"
            time.sleep(0.2)

    @property
    def client(self):
        """The Kubernetes client library's connection to it.

        The library writes certificates to files that are one process's, and a test that runs our code in this process
        has it remove them. So these are copies of our own.
        """
        if not hasattr(self, "_client"):
            from kubernetes import client, config

            configuration = client.Configuration()
            config.load_kube_config(config_file=str(self.kubeconfig), client_configuration=configuration)
            folder = Path(tempfile.mkdtemp(prefix="meshops-tests-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            for name in ("ssl_ca_cert", "cert_file", "key_file"):
                if getattr(configuration, name):
                    copied = shutil.copy(getattr(configuration, name), folder / name)
                    setattr(configuration, name, str(copied))
            self._client = client.ApiClient(configuration)
            self._client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = _tls(configuration)
        return self._client

    def api(self, method, path, body=None, content_type="application/json", **query):
        """One request to the API server, apart from the code under test; None when the answer is 404.

        query: parameters of a GET; other requests carry theirs in the path. A `body` is sent as JSON.
        """
        client = self.client
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        for setting in client.configuration.auth_settings().values():
            headers[setting["key"]] = setting["value"]
        answer = client.rest_client.pool_manager.request(
            method,
            client.configuration.host + path,
            fields=query if method == "GET" else None,
            body=None if body is None else json.dumps(body),
            headers=headers,
            timeout=30,
        )
        if answer.status == 404:
            return None
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.data.decode()}"
        return json.loads(answer.data)

    def get(self, path):
        """The object at a path such as /api/v1/namespaces/shop; None when there is none."""
        return self.api("GET", path)


def _is_established(definition):
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def _tls(configuration):
    """As the collection's own: Python 3.13 refuses authorities without key identifiers, which many clusters have."""
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not configuration.verify_ssl:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def named_cluster():
    """The cluster that the Makefile's guard has let through, or None."""
    path = os.environ.get("MESHOPS_KUBECONFIG")
    return Cluster(Path(path), {"PATH": playing.environment()["PATH"]}, is_lab=False) if path else None


def lab(start=True):
    """Our own lab, started when none runs. Raises AssertionError when it cannot be."""
    status = subprocess.run([*LAB, "status"], env=_environment(), capture_output=True, check=False)
    if status.returncode != 0:
        assert start, "the lab does not run; `make lab` starts it"
        print(
            "\nthe lab does not run: starting it (about 20 minutes when it was never built)",
            file=sys.stderr,
            flush=True,
        )
        _up()
    return _running()


@contextlib.contextmanager
def another_lab(folder, port_base=None, only=None):
    """A lab beside our own, into which nothing was installed; gone at the end. `only="kube"`: no pods that run.

    What an earlier one has left in the folder, because its tests were killed, ends first.
    """
    _start(folder, port_base, only)
    try:
        yield _running("--dir", str(folder))
    finally:
        _down(folder)


def _start(folder, port_base=None, only=None):
    _down(folder)
    ports = ["--port-base", str(port_base)] if port_base else []  # else free ones
    _up("--dir", str(folder), *ports, *(["--only", only] if only else []))


def _up(*options):
    subprocess.run([*LAB, "up", *options], env=_environment(), stdin=subprocess.DEVNULL, check=True)


def _down(folder):
    if (Path(folder) / "lab.json").exists():
        command = [*LAB, "down", "--dir", str(folder)]
        subprocess.run(command, env=_environment(), stdin=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def locked(path, shared=False):
    """Hold a lock between processes; many may hold it while they all want it shared."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


# ---- What the workers of one test run have in common ----------------------------------------------------------------


@dataclass
class Together:
    """One run of tests, in one process or in several workers (pytest-xdist). `folder`: where its locks lie."""

    folder: Path

    def lab(self, name, only=None, prepare=None):
        """A lab beside our own, which the first worker starts and prepares, and which ends with the run.

        `prepare(cluster)` puts into it what it is to have.
        """
        folder = playing.BUILD / f"lab-{name}"

        def start():
            (self.folder / f"lab-{name}.begun").touch()
            _start(folder, only=only)
            if prepare:
                prepare(_running("--dir", str(folder)))

        self.once(f"lab-{name}", start)
        return _running("--dir", str(folder))

    def once(self, name, do):
        """Call `do()` in the first worker that comes here, and let the others wait; all are given the text it returns.

        Where it raises, the next who comes tries it again.
        """
        with self.locked(f"once-{name}"):
            done = self.folder / f"once-{name}.done"
            if not done.exists():
                done.write_text(do() or "", encoding="utf-8")
            return done.read_text(encoding="utf-8")

    def locked(self, name):
        """Hold a lock of this name; for what is done by one worker at a time."""
        return locked(self.folder / f"{name}.lock")

    @contextlib.contextmanager
    def turn(self, name, alone):
        """Use something together with others, or alone. Who wants it alone is not kept waiting by who comes later."""
        with contextlib.ExitStack() as inside:
            with locked(self.folder / f"{name}.door"):
                inside.enter_context(locked(self.folder / f"{name}.room", shared=not alone))
            yield

    def end(self):
        """Take down the labs of this run."""
        for begun in self.folder.glob("lab-*.begun"):
            _down(playing.BUILD / begun.stem)
        shutil.rmtree(self.folder, ignore_errors=True)


def _environment():
    """The environment of the lab's program, which runs on Python 3.11 or newer, whichever Python the tests run on."""
    return {**os.environ, "PATH": f"{Path(PYTHON).parent}:{os.environ['PATH']}"}


def _running(*options):
    """The Cluster of a lab that runs: what `lab env` prints, evaluated by a shell as a person would."""
    command = shlex.join([*LAB, "env", *options])
    script = f'set -e; out=$({command}); eval "$out"; env -0'
    before = playing.environment(PATH=_environment()["PATH"])
    done = subprocess.run(["bash", "-c", script], env=before, capture_output=True, text=True, check=True).stdout
    variables = dict(line.split("=", 1) for line in done.split("\0") if "=" in line)
    added = {
        name: value for name, value in variables.items() if before.get(name) != value and name not in ("_", "SHLVL")
    }
    if "PATH" in added:  # with the programs of the Python that runs the tests before the lab's
        added["PATH"] = added["PATH"].replace(before["PATH"], playing.environment()["PATH"])
    kubeconfig = Path(added.pop("KUBECONFIG"))
    return Cluster(kubeconfig, added)
