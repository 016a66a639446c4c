# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make release`: what it refuses, in a clone, and that the bytes of a tarball follow from its content alone."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import release_tarball  # noqa: E402


def tarball(path, names, seconds):
    """What ansible-galaxy builds: the files in any order, with the times of the build."""
    entry = {"format": 1, "ftype": "file", "chksum_type": "sha256"}
    files = [{**entry, "name": name, "chksum_sha256": hashlib.sha256(name.encode()).hexdigest()} for name in names]
    folder = {"name": ".", "ftype": "dir", "chksum_type": None, "chksum_sha256": None, "format": 1}
    listed = json.dumps({"files": [folder, *files], "format": 1}, indent=True).encode()
    listing = {**entry, "name": "FILES.json", "chksum_sha256": hashlib.sha256(listed).hexdigest()}
    manifest = {"collection_info": {"name": "x"}, "file_manifest_file": listing, "format": 1}
    contents = {"MANIFEST.json": json.dumps(manifest, indent=True).encode(), "FILES.json": listed}
    with tarfile.open(path, "w:gz") as archive:
        for name in [*contents, *names]:
            content = contents.get(name, name.encode())
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), seconds, 0o755 if name == "run" else 0o644
            archive.addfile(member, io.BytesIO(content))
    return path


def test_the_bytes_follow_from_the_content(tmp_path):
    one = release_tarball.rewrite(tarball(tmp_path / "a", ["b", "a", "run"], 5), tmp_path / "one.tar.gz", 1700000000)
    two = release_tarball.rewrite(tarball(tmp_path / "b", ["run", "a", "b"], 6), tmp_path / "two.tar.gz", 1700000000)
    other = release_tarball.rewrite(tarball(tmp_path / "c", ["a", "b"], 6), tmp_path / "c.tar.gz", 1700000000)
    assert one == two != other
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        members = archive.getmembers()
        assert [member.name for member in members] == ["MANIFEST.json", "FILES.json", "a", "b", "run"]
        assert {member.mtime for member in members} == {1700000000} and members[-1].mode == 0o755
        files = archive.extractfile("FILES.json").read()
        manifest = json.loads(archive.extractfile("MANIFEST.json").read())
    assert manifest["file_manifest_file"]["chksum_sha256"] == hashlib.sha256(files).hexdigest()
    assert [entry["name"] for entry in json.loads(files)["files"]] == [".", "a", "b", "run"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of the last commit, with the tools as they are now."""
    folder = tmp_path_factory.mktemp("clone") / "repository"
    subprocess.run(["git", "clone", "--quiet", "--no-tags", str(ROOT), str(folder)], check=True)
    for name in ("tools/release.py", "tools/release_tarball.py", "docs/upgrading.md"):
        (folder / name).write_text((ROOT / name).read_text())
    commit(folder)
    return folder


def commit(folder):
    author = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
    subprocess.run(["git", *author, "commit", "--quiet", "--allow-empty", "-am", "Now"], cwd=folder, check=True)


def refused(clone, version):
    command = [sys.executable, "tools/release.py", version, "--no-checks"]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stdout + done.stderr
    changed = subprocess.run(["git", "diff", "--stat", "galaxy.yml", "changelogs"], cwd=clone, capture_output=True)
    assert not changed.stdout
    return done.stderr


def test_what_is_not_ready_is_refused(clone):
    assert "must be MAJOR.MINOR.PATCH" in refused(clone, "1.0")
    assert "is older than" in refused(clone, "0.0.9")
    notes = clone / "docs" / "upgrading.md"
    with notes.open("a") as handle:
        handle.write("\nMore.\n")
    assert "not committed" in refused(clone, "9.0.0")
    commit(clone)
    (clone / "changelogs" / "fragments" / "breaks.yml").write_text("---\nbreaking_changes:\n  - x - y.\n")
    subprocess.run(["git", "add", "."], cwd=clone, check=True)
    commit(clone)
    answer = refused(clone, "9.0.0")
    assert "docs/upgrading.md needs a section '## 9.0.0'" in answer and "breaks.yml" in answer
    subprocess.run(["git", "tag", "v9.0.0"], cwd=clone, check=True)
    assert "has been released" in refused(clone, "9.0.0")
