# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's git repository: bare, local, with one empty commit on `main`; Argo CD's pods see it at the same path."""

from __future__ import annotations

import shutil
import subprocess

from .processes import clean_environment
from .settings import Lab, LabError

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "meshlab"), ("EMAIL", "meshlab@localhost"))
}
ALONE = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


def ensure_repository(lab: Lab) -> None:
    """Raises LabError when git is missing or fails."""
    if (lab.repository / "refs" / "heads" / "main").exists() or (lab.repository / "packed-refs").exists():
        return
    if not shutil.which("git"):
        raise LabError("git is missing: install the package `git`.")
    shutil.rmtree(lab.repository, ignore_errors=True)
    lab.repository.mkdir(parents=True)
    where = ["--git-dir", str(lab.repository)]
    git("init", "--quiet", "--bare", "--initial-branch=main", str(lab.repository))
    tree = git(*where, "mktree")
    commit = git(*where, "commit-tree", tree, "-m", "An empty mesh")
    git(*where, "update-ref", "refs/heads/main", commit)


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], input="", capture_output=True, text=True, env=clean_environment({**IDENTITY, **ALONE})
    )
    if done.returncode:
        raise LabError(f"`git {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()
