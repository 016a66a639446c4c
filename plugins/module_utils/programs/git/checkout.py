# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody's checkout, ``git.working_tree``: our files in it are written, committed and pushed, and nothing else."""

from __future__ import annotations

import contextlib
import os

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import Workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import remote
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import GitFailed, Program


class Checkout:
    """The same face as a Remote has. ``base`` is the commit that is checked out, or None before the first."""

    def __init__(self, program: Program, settings, workspace: Workspace):
        self._program, self._settings, self._workspace = program, settings, workspace
        self._folder = settings.working_tree
        self.branch = ""
        self.base: str | None = None

    def git(self, *arguments: str, **more) -> bytes:
        return self._program.run("-C", self._folder, *arguments, **more)

    def fetch(self) -> None:
        """See what is checked out; nothing is asked of any server. Raises MeshError for what is no checkout."""
        if not os.path.isdir(self._folder):
            raise MeshError(f"git.working_tree: there is no folder {self._folder}. Clone the repository first.")
        top = self._text("rev-parse", "--show-toplevel", doing="find the working tree of")
        if os.path.realpath(top) != os.path.realpath(self._folder):
            raise MeshError(f"git.working_tree: {self._folder} lies within the working tree {top}. Name that one.")
        with contextlib.suppress(GitFailed):
            self.branch = self._text("symbolic-ref", "--quiet", "--short", "HEAD")
        wanted = self._settings.branch
        if self._settings.commit and (not self.branch or wanted not in (None, self.branch)):
            raise MeshError(
                f"git.working_tree: {self._folder} has {self.branch or 'no branch'} checked out"
                f"{f', not {wanted}' if wanted else ''}. Check out the branch that is to be committed to."
            )
        with contextlib.suppress(GitFailed):
            self.base = self._text("rev-parse", "--verify", "--quiet", "HEAD")

    def _text(self, *arguments: str, **more) -> str:
        return self.git(*arguments, **more).decode(errors="replace").strip()

    def files(self, path: str) -> dict[str, bytes]:
        """The files as they lie there, in folders that are none by a link."""
        top, contents = os.path.join(self._folder, path), {}
        self._no_link(path)
        for folder in sorted(os.listdir(top)) if os.path.isdir(top) else []:
            whole = os.path.join(top, folder)
            if os.path.islink(whole) or not os.path.isdir(whole):
                continue
            for name in sorted(os.listdir(whole)):
                file, place = os.path.join(whole, name), "/".join(filter(None, (path, folder, name)))
                if remote.is_one(place, path) and os.path.isfile(file) and not os.path.islink(file):
                    with open(file, "rb") as stream:
                        contents[place] = stream.read()
        return contents

    def committed(self, path: str) -> dict[str, bytes]:
        """The files as the commit has them that is checked out."""
        return remote.files_of(self.git, self.base, path) if self.base else {}

    def is_empty(self, path: str, without: set[str]) -> bool:
        """Whether the folder has no files but these."""
        if not path:
            return False
        top = os.path.join(self._folder, path)
        paths = [os.path.join(folder, name) for folder, _folders, names in os.walk(top) for name in names]
        return not {os.path.relpath(path, self._folder) for path in paths} - without

    def write(self, changes: dict[str, bytes | None]) -> None:
        """Write files, each whole or not at all, and take away those that are None, with folders left empty."""
        for path, content in changes.items():
            self._no_link(path)
            whole = os.path.join(self._folder, path)
            if content is None:
                os.unlink(whole)
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.dirname(whole))
                continue
            os.makedirs(os.path.dirname(whole), exist_ok=True)
            beside = f"{whole}.{os.getpid()}.tmp"
            with open(beside, "wb") as stream:
                stream.write(content)
            os.replace(beside, whole)

    def _no_link(self, path: str) -> None:
        """A link in the working tree could lead anywhere. Raises MeshError."""
        place = self._folder
        for part in path.split("/"):
            place = os.path.join(place, part)
            if os.path.islink(place):
                raise MeshError(f"git.working_tree: {place} is a link, and nothing is written through links.")

    def commit(self, changes: dict[str, bytes | None], message: str, sign: bool) -> str:
        """Commit these files and no other, whatever else is staged; returns the commit's id."""
        paths = "".join(f"{path}\0" for path in sorted(changes))
        file = self._workspace.write("message", message)
        listed = ["--pathspec-from-file=-", "--pathspec-file-nul"]
        self.git("--literal-pathspecs", "add", "-A", "-f", *listed, data=paths, doing="add files to")
        author = self._program.with_author(f"--git-dir={self._git_dir()}")
        arguments = ["commit", "-q", "-F", file, *["-S"] * sign, "--only", *listed]
        self.git("--literal-pathspecs", *arguments, data=paths, doing="commit to", **author)
        return self._text("rev-parse", "HEAD")

    def is_ahead(self) -> bool:
        """Whether the branch has commits that, as far as is known here, were not pushed."""
        try:
            return (
                self._text("rev-parse", "--verify", "--quiet", f"refs/remotes/{self._remote()}/{self.branch}")
                != self.base
            )
        except GitFailed:
            return True

    def _remote(self) -> str:
        with contextlib.suppress(GitFailed):
            return self._text("config", f"branch.{self.branch}.remote")
        return "origin"

    def push(self, commit: str) -> bool:
        """Push to the remote of the branch. Raises MeshError where somebody else's push came first: it is not ours to
        redo what a person has checked out.
        """
        if not remote.push(self._program, f"--git-dir={self._git_dir()}", self._remote(), commit, self.branch):
            raise MeshError(
                f"Git could not push to branch {self.branch} of {self._folder}: it has commits that are not checked "
                "out here. Pull them, and run the task again."
            )
        return True

    def _git_dir(self) -> str:
        return self._text("rev-parse", "--absolute-git-dir")

    def contains(self, revision: str, commit: str) -> bool:
        """Whether a revision is the commit, or was made on top of it."""
        if revision == commit:
            return True
        for fetch in (False, True):
            try:
                if fetch:
                    self.git("fetch", "-q", "--no-tags", "--", self._remote(), f"refs/heads/{self.branch}")
                self.git("merge-base", "--is-ancestor", commit, revision)
            except GitFailed:
                continue
            return True
        return False
