# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``git`` program: finding it, running it, and what it complains about as an answer."""

from __future__ import annotations

import base64
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import urlsplit

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import PREFIX
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs import runner

OLDEST = (2, 31)  # the first that takes configuration from the environment, where nobody else reads it
_GET = "Install git 2.31 or newer where the task runs."
_MOST = 600.0  # seconds that one command may take
# What a person may have set for their own git and wants here as well; everything else (GIT_DIR, GIT_TRACE and their
# like) would have git work elsewhere, or print what it should not.
_KEPT = frozenset(
    {
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_EXEC_PATH",
        "GIT_PROXY_COMMAND",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_CERT",
        "GIT_SSL_KEY",
        "GIT_SSL_NO_VERIFY",
    }
)
_NOISE = re.compile(r"^(hint:|warning: |To |error: failed to push some refs|From |Cloning into|remote: *$)")
# What git says, and what to do about it; the first that fits.
_ADVICE = (
    (
        "Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 401",
        "Its credentials were refused, or there were none. See git.username and git.password.",
    ),
    ("returned error: 403", "These credentials may not do that. See what rights they have on the repository."),
    ("Permission denied \\(", "See git.ssh_key_file, and whether the key may write to the repository."),
    ("Host key verification failed", "Put the host's key into git.known_hosts_file."),
    ("SSL certificate problem|unable to get local issuer", "See git.ca_cert."),
    ("dubious ownership", "The files belong to another user; git's safe.directory allows that."),
    (
        "not found|does not appear to be a git repository|does not exist|No such file or directory",
        "See whether git.repository is right, and whether these credentials may see it.",
    ),
    (
        "Could not resolve|Failed to connect|Connection (refused|reset)|No route to host|[Tt]imed out|RPC failed",
        "See whether the repository can be reached from where the task runs.",
    ),
    ("failed to sign|gpg failed|Couldn't load public key|Load key", "See git.sign and git.sign_format."),
)


class GitFailed(Exception):
    """git ended with an error. ``stderr`` and ``out`` are its output, without secrets."""

    def __init__(self, stderr: str, out: str = ""):
        super().__init__(stderr)
        self.stderr, self.out = stderr, out


class Program:
    """git, with what the task's options say of credentials, signing and the author."""

    def __init__(self, settings: SimpleNamespace, progress: Callable[[str], None]):
        self.path = _find()
        self._settings, self._progress = settings, progress
        self._secrets: list[str] = []
        self.env = self._environment()

    def run(self, *arguments: str, data: bytes | str = b"", doing: str = "", **env: str) -> bytes:
        """Run a command and return its stdout. ``doing`` (``push to``) names it in errors and progress; ``data`` goes
        to its stdin. Raises MeshError, or GitFailed where ``doing`` is empty.
        """
        try:
            ended = runner.run(
                [self.path, *arguments],
                env={**self.env, **env},
                progress=lambda seconds: self._progress(f"git works on it for {seconds} s: {doing} {self.place}"),
                end=runner.kill,
                data=data.encode() if isinstance(data, str) else data,
                limit=_MOST,
            )
        except runner.TookTooLong as error:
            raise MeshError(f"git did not finish within {error.seconds} s: {doing} {self.place}.") from None
        if ended.code == 0:
            return ended.out
        by_signal = f"it was ended by signal {-ended.code}" if ended.code < 0 else ""
        failed = GitFailed(self.shown(ended.err) + by_signal, self.shown(ended.out))
        if doing:
            raise self.answer(failed, doing) from None
        raise failed

    def text(self, *arguments: str, **more) -> str:
        """Like :meth:`run`, with stdout as text."""
        return self.run(*arguments, **more).decode(errors="replace").strip()

    @property
    def place(self) -> str:
        """The repository as messages name it."""
        return self._settings.repository or self._settings.working_tree

    def shown(self, output: bytes) -> str:
        """Output of git without the credentials that it was given."""
        text = output.decode(errors="replace")
        for secret in self._secrets:
            text = text.replace(secret, "<hidden>")
        return re.sub(r"(\w+://)[^/@\s]+@", r"\1", text)

    def answer(self, failed: GitFailed, doing: str, more: str = "") -> MeshError:
        """What git complained about as an error that names the repository, the reason and the way out."""
        advice = more or next((hint for pattern, hint in _ADVICE if re.search(pattern, failed.stderr)), "")
        return MeshError(f"Git could not {doing} {self.place}: {reason(failed.stderr)}. {advice}".rstrip())

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        foreign = ("GIT_", PREFIX)  # its hooks and helpers have no use for a cluster's credentials
        env = {key: value for key, value in os.environ.items() if not key.startswith(foreign) or key in _KEPT}
        env.update(LC_ALL="C", GIT_TERMINAL_PROMPT="0", GIT_ASKPASS="", SSH_ASKPASS_REQUIRE="never")
        env.pop("SSH_ASKPASS", None)
        ssh = self._ssh(env)
        if ssh:
            env["GIT_SSH_COMMAND"] = ssh
        for number, (key, value) in enumerate(self._configuration()):
            env[f"GIT_CONFIG_KEY_{number}"], env[f"GIT_CONFIG_VALUE_{number}"] = key, value
            env["GIT_CONFIG_COUNT"] = str(number + 1)
        for role in ("AUTHOR", "COMMITTER"):
            for field, value in (("NAME", settings.author_name), ("EMAIL", settings.author_email)):
                if value:
                    env[f"GIT_{role}_{field}"] = value
        return env

    def _ssh(self, env: dict) -> str:
        """The command for SSH, which git splits as a shell would; a person's own is kept unless options say more."""
        settings = self._settings
        if (
            not settings.ssh_key_file
            and not settings.known_hosts_file
            and ("GIT_SSH_COMMAND" in env or "GIT_SSH" in env)
        ):
            return ""
        words = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20"]
        if settings.ssh_key_file:
            words += ["-i", settings.ssh_key_file, "-o", "IdentitiesOnly=yes"]
        if settings.known_hosts_file:
            words += ["-o", f"UserKnownHostsFile={settings.known_hosts_file}"]
        return shlex.join(words)

    def _configuration(self) -> list[tuple[str, str]]:
        """What is configured by the environment: other users of the machine cannot read that, as they can arguments."""
        settings = self._settings
        entries = [("core.autocrlf", "false"), ("commit.gpgSign", "false"), ("gc.auto", "0")]
        entries += [("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "60")]
        if settings.repository:
            entries.append(("core.hooksPath", os.devnull))
        if settings.ca_cert:
            entries.append(("http.sslCAInfo", settings.ca_cert))
        if settings.password:
            token = base64.b64encode(f"{settings.username or 'git'}:{settings.password}".encode()).decode()
            self._secrets += [settings.password, token]
            address = urlsplit(settings.repository)
            # For this server alone, so that a redirect or a submodule does not carry it elsewhere.
            entries.append((f"http.{address.scheme}://{address.netloc}/.extraHeader", f"Authorization: Basic {token}"))
            entries.append(("credential.helper", ""))
        elif settings.username:
            entries.append(("credential.username", settings.username))
        if settings.sign:
            key = os.path.expanduser(settings.sign)
            format_by_key = "ssh" if os.path.isfile(key) or settings.sign.startswith(("ssh-", "key::")) else "openpgp"
            entries.append(("gpg.format", settings.sign_format or format_by_key))
            entries.append(("user.signingKey", key if os.path.isfile(key) else settings.sign))
        return entries

    def with_author(self, where: str) -> dict[str, str]:
        """Environment for a commit to the repository that git finds by ``where``: a name and an address also where git
        knows none.
        """
        env = {}
        for field, key, value in (
            ("NAME", "user.name", "meshops.lifecycle"),
            ("EMAIL", "user.email", "meshops.lifecycle@localhost"),
        ):
            try:
                self.run(where, "config", key)
            except GitFailed:
                env.update(
                    {
                        f"GIT_{role}_{field}": value
                        for role in ("AUTHOR", "COMMITTER")
                        if f"GIT_{role}_{field}" not in self.env
                    }
                )
        return env


def reason(stderr: str) -> str:
    """What matters of git's stderr: what the server said first, then git's own words; a few lines at most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not _NOISE.match(line.strip())]
    remote = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
    own = [re.sub(r"^(fatal|error): ", "", line) for line in lines if not line.startswith(("remote:", "!"))]
    words = "; ".join(line.rstrip(".") for line in (remote + own)[:6] if line)
    return words or "git gives no reason"


def _find() -> str:
    """The path of git. Raises MeshError that says how to get it."""
    path = shutil.which("git")
    if not path:
        raise MeshError(f"git was not found on PATH ({os.environ.get('PATH', '')}). {_GET}")
    asked = subprocess.run(  # pylint: disable=ansible-bad-function
        [path, "--version"], capture_output=True, timeout=60, check=False
    )
    version = re.search(rb"(\d+)\.(\d+)", asked.stdout)
    if not version or (int(version[1]), int(version[2])) < OLDEST:
        raise MeshError(f"{path} is {asked.stdout.decode(errors='replace').strip() or 'not git'}. {_GET}")
    return path
