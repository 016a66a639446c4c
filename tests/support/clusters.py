# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster that tests run on: our own lab, or the one that `make test-cluster CLUSTER=…` has confirmed."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import playing

LAB = playing.ROOT / "tests" / "lab" / "lab"


@dataclass
class Cluster:
    """A cluster's kubeconfig, and the environment in which its programs (kubectl, helm, …) are found.

    `is_lab` tells whether it is our own: only there may a test stop processes or install definitions.
    """

    kubeconfig: Path
    variables: dict = field(default_factory=dict)
    is_lab: bool = True

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


def named_cluster():
    """The cluster that the Makefile's guard has let through, or None."""
    path = os.environ.get("MESHOPS_KUBECONFIG")
    return Cluster(Path(path), {"PATH": playing.environment()["PATH"]}, is_lab=False) if path else None


def lab(start=True):
    """Our own lab, started when none runs. Raises AssertionError when it cannot be."""
    environment = _environment()
    status = subprocess.run([str(LAB), "status"], env=environment, capture_output=True, check=False)
    if status.returncode != 0:
        assert start, "the lab does not run; `make lab` starts it"
        print(
            "\nthe lab does not run: starting it (about 20 minutes when it was never built)",
            file=sys.stderr,
            flush=True,
        )
        subprocess.run([str(LAB), "up"], env=environment, stdin=subprocess.DEVNULL, check=True)
    return _told()


@contextlib.contextmanager
def another_lab(folder, port_base, only=None):
    """A lab beside our own, into which nothing was installed; gone at the end. `only="kube"`: no pods that run."""
    options = ["--dir", str(folder)]
    environment = _environment()
    start = [str(LAB), "up", *options, "--port-base", str(port_base), *(["--only", only] if only else [])]
    subprocess.run(start, env=environment, stdin=subprocess.DEVNULL, check=True)
    try:
        yield _told(*options)
    finally:
        subprocess.run([str(LAB), "down", *options], env=environment, stdin=subprocess.DEVNULL, check=True)


def _environment():
    """The environment of the lab's program, which runs on Python 3.11 or newer, whichever Python the tests run on."""
    folder = Path(sys.executable).parent if sys.version_info >= (3, 11) else playing.BUILD / "venv" / "bin"
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def _told(*options):
    """The cluster that `lab env` tells of, evaluated by a shell, as a person would."""
    command = shlex.join([str(LAB), "env", *options])
    script = f'set -e; out=$({command}); eval "$out"; env -0'
    before = playing.environment(PATH=_environment()["PATH"])
    done = subprocess.run(["bash", "-c", script], env=before, capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in done.split("\0") if "=" in line)
    told = {name: value for name, value in found.items() if before.get(name) != value and name not in ("_", "SHLVL")}
    if "PATH" in told:  # with the programs of the Python that runs the tests before the lab's
        told["PATH"] = told["PATH"].replace(before["PATH"], playing.environment()["PATH"])
    kubeconfig = Path(told.pop("KUBECONFIG"))
    return Cluster(kubeconfig, told)
