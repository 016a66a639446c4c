# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``helm`` program: finding it, its version, running it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import Workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import PREFIX
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs import runner
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint

OLDEST = (3, 13)  # the first with --dry-run=server and with --labels
_GET = "Install Helm 3.13 or newer, or 4 (https://helm.sh/docs/intro/install/), or name the program by 'binary_path'."
_GRACE = 10.0  # seconds that helm gets to record an end that was asked for
# What a person may have set for their own helm and wants here as well; everything else (HELM_NAMESPACE, HELM_KUBETOKEN
# and their like) would send helm to another cluster than the task names. K8S_AUTH_* is none of its business.
_KEPT = frozenset(
    {
        "HELM_CACHE_HOME",
        "HELM_CONFIG_HOME",
        "HELM_DATA_HOME",
        "HELM_DRIVER",
        "HELM_PLUGINS",
        "HELM_REGISTRY_CONFIG",
        "HELM_REPOSITORY_CACHE",
        "HELM_REPOSITORY_CONFIG",
    }
)
_versions: dict[tuple, tuple[int, int]] = {}


class HelmFailed(Exception):
    """helm ended with an error; ``stderr`` is what it said, ``stdout`` what it had printed until then."""

    def __init__(self, stderr: str, stdout: str = ""):
        super().__init__(stderr)
        self.stderr = stderr
        self.stdout = stdout


class Program:
    """helm, with the task's cluster and nothing of the person's own defaults for one.

    ``progress`` gets a line now and then while a long command runs.
    """

    def __init__(self, binary_path: str | None, session, workspace: Workspace, progress: Callable[[str], None]):
        self.path = find(binary_path)
        self.version = version(self.path)
        self.workspace = workspace
        self.session = session
        self._progress = progress
        self._environment: dict | None = None

    @property
    def major(self) -> int:
        return self.version[0]

    def run(
        self, *arguments: str, doing: str, observe: Callable[[], str] | None = None, timeout: float | None = None
    ) -> str:
        """Run a command and return its stdout. Raises HelmFailed.

        ``doing`` names it in progress lines; ``observe`` is asked for each what it waits for, where anybody knows;
        ``timeout`` are the seconds that helm itself waits at most.
        """

        def report(seconds: int) -> None:
            waits_for = observe() if observe else ""
            left = "" if timeout is None else f", {max(0, timeout - seconds):.0f} s left"
            self._progress(
                f"{doing}: {f'not ready: {waits_for}' if waits_for else 'helm works on it'} ({seconds} s so far{left})"
            )

        ended = runner.run(
            [self.path, *arguments],
            env=self._env(),
            progress=report,
            locks=self.workspace.locks,
            end=runner.ask_to_end(
                _GRACE
            ),  # so that it records the release as failed; killed, it would leave it pending
        )
        out, err = ended.out.decode(errors="replace"), ended.err.decode(errors="replace")
        self.session.notices.add(complaint.warnings(err))
        if ended.code:
            raise HelmFailed(err, out)
        return out

    def set(self, **variables: str) -> None:
        """Add environment variables for the commands that follow."""
        self._env().update(variables)

    def _env(self) -> dict:
        if self._environment is None:
            foreign = ("HELM_", PREFIX)
            env = {key: value for key, value in os.environ.items() if not key.startswith(foreign) or key in _KEPT}
            env["KUBECONFIG"] = self.workspace.path("kubeconfig")
            env["KUBECACHEDIR"] = self.workspace.path("discovery")
            self.session.write_kubeconfig(env["KUBECONFIG"])
            home = env.get("HOME") or ""
            if "HELM_CACHE_HOME" not in env and not os.access(home, os.W_OK):
                env["HELM_CACHE_HOME"] = self.workspace.path("cache")
            self._environment = env
        return self._environment


def find(binary_path: str | None) -> str:
    """The path of helm. Raises MeshError that says how to get it."""
    if binary_path:
        path = os.path.expanduser(binary_path)
        if not os.path.isfile(path):
            raise MeshError(f"binary_path: there is no helm at {path}. {_GET}")
        if not os.access(path, os.X_OK):
            raise MeshError(f"binary_path: {path} is not executable. Make it so with chmod +x.")
        return path
    path = shutil.which("helm")
    if not path:
        raise MeshError(f"helm was not found on PATH ({os.environ.get('PATH', '')}). {_GET}")
    return path


def version(path: str) -> tuple[int, int]:
    """(major, minor) of a helm program, asked once a process. Raises MeshError for what is not helm, or too old."""
    stat = os.stat(path)
    key = (os.path.realpath(path), stat.st_mtime_ns, stat.st_size)
    if key not in _versions:
        _versions[key] = _ask_version(path)
    return _versions[key]


def _ask_version(path: str) -> tuple[int, int]:
    try:
        answer = subprocess.run(  # pylint: disable=ansible-bad-function
            [path, "version", "--short"], capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MeshError(f"{path} cannot be run: {error}. {_GET}") from None
    text = answer.stdout.decode(errors="replace")
    match = re.search(r"v?(\d+)\.(\d+)", text)
    if answer.returncode or not match:
        raise MeshError(f"{path} does not answer like helm to 'version'. {_GET}")
    version = int(match[1]), int(match[2])
    if version < OLDEST:
        raise MeshError(f"{path} is Helm {version[0]}.{version[1]}, which cannot do a dry run on the server. {_GET}")
    return version
