# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A branch of a repository elsewhere: read, committed to and pushed to without a working tree.

Nothing is checked out, so no link, filter or hook of the repository can make us write anywhere else than into its
objects. What is fetched is the newest commit of the branch alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import Workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.program import GitFailed, Program

# Refusals of a push that only mean that somebody else's came first.
_BEATEN = re.compile(
    r"\((fetch first|non-fast-forward|stale info|cannot lock ref.*|failed to update ref|incorrect old value provided|"
    r"reference already exists)\)"
)
_OURS = "refs/meshops/base"


def files_of(
    git: Callable, commit: str, path: str, is_wanted: Callable[[str, str], bool] | None = None
) -> dict[str, bytes]:
    """The files of a commit that have the form of ours, by their whole path; of a link it is the target."""
    is_wanted = is_wanted or is_one
    below = ["--", f"{path}/"] if path else []
    listed = git("ls-tree", "-r", "-z", "--full-tree", commit, *below).decode("utf-8", "surrogateescape")
    entries = [entry.partition("\t") for entry in listed.split("\0") if entry]
    wanted = [(name, about.split()[2]) for about, _tab, name in entries if " blob " in about and is_wanted(name, path)]
    if not wanted:
        return {}
    out = git("cat-file", "--batch", data="".join(f"{blob}\n" for _name, blob in wanted))
    contents, start = {}, 0
    for name, _blob in wanted:
        end = out.index(b"\n", start)
        size = int(out[start:end].split()[2])
        contents[name] = out[end + 1 : end + 1 + size]
        start = end + size + 2
    return contents


def is_one(name: str, path: str) -> bool:
    """Whether a path is of the form that our files have: FOLDER/FILE.yaml below ``path``."""
    rest = name[len(path) + 1 :] if path else name
    return rest.count("/") == 1 and rest.endswith(".yaml")


def is_yaml(name: str, _path: str) -> bool:
    """Whether a file is YAML by its name."""
    return name.endswith((".yaml", ".yml"))


def push(program: Program, where: str, target: str, commit: str, branch: str) -> bool:
    """Push a commit of the repository that git finds by the option ``where``; False when somebody else's came first.

    Raises MeshError for a refusal.
    """
    try:
        program.run(where, "push", "--porcelain", "--", target, f"{commit}:refs/heads/{branch}")
    except GitFailed as failed:
        if _BEATEN.search(failed.out):
            return False
        refused = re.search(r"\[remote rejected\] \((.*)\)", failed.out)
        if refused:
            failed.stderr = f"{failed.stderr}\n{refused[1]}"
            more = "If the branch is protected, deliver to another one with git.branch, and merge that."
            raise program.answer(failed, f"push to branch {branch} of", more) from None
        raise program.answer(failed, f"push to branch {branch} of") from None
    return True


class Remote:
    """One branch of ``git.repository``. ``branch`` is its name, ``base`` its newest commit, or None of an empty one."""

    def __init__(self, program: Program, settings, workspace: Workspace):
        self._program, self._url = program, settings.repository
        self._folder, self._index = workspace.path("repository"), workspace.path("index")
        self._workspace = workspace
        self._initialised = False
        self.branch: str = settings.branch or ""
        self.base: str | None = None

    def git(self, *arguments: str, **more) -> bytes:
        return self._program.run(f"--git-dir={self._folder}", *arguments, **more)

    def fetch(self) -> None:
        """Have the branch as it is now. A branch that is not there yet starts where the default branch is."""
        wanted = ["HEAD", *([f"refs/heads/{self.branch}"] if self.branch else [])]
        listed = self._program.text("ls-remote", "--symref", "--", self._url, *wanted, doing="read")
        refs = dict(reversed(line.split("\t", 1)) for line in listed.splitlines() if not line.startswith("ref:"))
        default = re.search(r"^ref: refs/heads/(\S+)\tHEAD$", listed, re.M)
        self.branch = self.branch or (default[1] if default else "main")
        name = f"refs/heads/{self.branch}"
        source = name if name in refs else "HEAD" if "HEAD" in refs else ""
        if not self._initialised:
            wide = any(len(sha) == 64 for sha in refs.values())
            self._program.run(
                "init", "-q", "--bare", *["--object-format=sha256"] * wide, self._folder, doing="prepare for"
            )
            self._initialised = True
        if not source:
            self.base = None
            return
        self.git("fetch", "-q", "--depth=1", "--no-tags", "--", self._url, f"+{source}:{_OURS}", doing="fetch from")
        self.base = self.git("rev-parse", _OURS).decode().strip()

    def files(self, path: str) -> dict[str, bytes]:
        """The files below a folder that have the form of ours."""
        return files_of(self.git, self.base, path) if self.base else {}

    def documents(self, path: str) -> dict[str, bytes]:
        """All files below a folder that may have objects in them, whoever wrote them; no links."""
        return files_of(self.git, self.base, path, is_yaml) if self.base else {}

    def file(self, path: str) -> bytes | None:
        """The content of one file; None where there is none. Raises MeshError for a folder or a link."""
        if not self.base:
            return None
        listed = self.git("ls-tree", "-z", "--full-tree", self.base, "--", path).decode("utf-8", "surrogateescape")
        if not listed:
            return None
        mode, kind, blob = listed.partition("\t")[0].split()
        if kind != "blob" or mode == "120000":
            raise MeshError(f"On branch {self.branch} of {self._url}, {path} is a folder or a link, not a file.")
        return self.git("cat-file", "blob", blob)

    def is_empty(self, path: str, without: set[str]) -> bool:
        """Whether the folder has no files but these."""
        if not self.base or not path:
            return False
        listed = self.git("ls-tree", "-r", "-z", "--name-only", "--full-tree", self.base, "--", f"{path}/")
        return not set(filter(None, listed.decode("utf-8", "surrogateescape").split("\0"))) - without

    def commit(self, changes: dict[str, bytes | None], message: str, sign: bool) -> str:
        """A commit on top of the branch with these files written, or taken away where there is None; returns its id."""
        written = [(path, content) for path, content in changes.items() if content is not None]
        self._refuse_in_the_way([path for path, _content in written])
        paths = [self._workspace.write(f"blob-{number}", content) for number, (_path, content) in enumerate(written)]
        hashes = self.git(
            "hash-object", "-w", "--no-filters", "--stdin-paths", data="".join(f"{blob_path}\n" for blob_path in paths)
        )
        blobs = dict(zip([path for path, _content in written], hashes.decode().split(), strict=True))
        none = "0" * len(self.base or "0" * 40)
        lines = [
            f"100644 {blobs[path]}\t{path}\0" if path in blobs else f"0 {none}\t{path}\0" for path in sorted(changes)
        ]
        env = {"GIT_INDEX_FILE": self._index}
        self.git("read-tree", self.base or "--empty", **env)
        self.git("update-index", "-z", "--index-info", data="".join(lines), doing="put the files into", **env)
        tree = self.git("write-tree", **env).decode().strip()
        parent = ["-p", self.base] if self.base else []
        env = self._program.with_author(f"--git-dir={self._folder}")
        commit = self.git(
            "commit-tree", *["-S"] * sign, *parent, "-F", "-", tree, data=message, doing="commit to", **env
        )
        return commit.decode().strip()

    def _refuse_in_the_way(self, paths: list[str]) -> None:
        """Git would silently put folders in the place of links and files, and the other way round. Raises MeshError."""
        folders = {path[:end] for path in paths for end, letter in enumerate(path) if letter == "/"}
        asked = sorted(folders) + paths
        if not self.base or not asked:
            return
        answers = self.git(
            "cat-file", "--batch-check", data="".join(f"{self.base}:{path}\n" for path in asked)
        ).decode()
        for path, answer in zip(asked, answers.splitlines(), strict=True):
            kind_there = "" if answer.endswith(" missing") else answer.split()[1]
            if kind_there and kind_there != ("tree" if path in folders else "blob"):
                what = "a file or a link" if path in folders else "a folder"
                raise MeshError(
                    f"On branch {self.branch} of {self._url}, {path} is {what}, where we would need the other. Take it "
                    "away there, or deliver to another git.path."
                )

    def push(self, commit: str) -> bool:
        """Push to the branch; False when somebody else's push came first. Raises MeshError for a refusal."""
        return push(self._program, f"--git-dir={self._folder}", self._url, commit, self.branch)

    def contains(self, revision: str, commit: str) -> bool:
        """Whether a revision of the branch is the commit, or was made on top of it."""
        if revision == commit:
            return True
        try:
            if not self._has(revision):
                self.git("fetch", "-q", "--no-tags", "--", self._url, f"+refs/heads/{self.branch}:refs/meshops/newer")
            self.git("merge-base", "--is-ancestor", commit, revision)
        except GitFailed:
            return False
        return True

    def _has(self, revision: str) -> bool:
        try:
            self.git("cat-file", "-e", f"{revision}^{{commit}}")
        except GitFailed:
            return False
        return True
