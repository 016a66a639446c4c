# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same tarball from the same commit, wherever it is built.

What ansible-galaxy builds has the order of the file system and the times of the build. Here files are in the order of
their names, with one time in seconds since 1970, and FILES.json and the checksum of it in MANIFEST.json follow.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

_FIRST = ("MANIFEST.json", "FILES.json")  # where ansible-galaxy has them


def rewrite(built: Path, result: Path, seconds: int) -> str:
    """Write the tarball; its SHA-256. Raises OSError, KeyError where `built` is no tarball of a collection."""
    with tarfile.open(built) as archive:
        contents = {member.name: (member, _content(archive, member)) for member in archive.getmembers()}
    files = json.loads(contents["FILES.json"][1])
    files["files"].sort(key=lambda entry: entry["name"])
    listed = json.dumps(files, indent=True).encode()
    manifest = json.loads(contents["MANIFEST.json"][1])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed).hexdigest()
    written = {"MANIFEST.json": json.dumps(manifest, indent=True).encode(), "FILES.json": listed}

    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in (*_FIRST, *sorted(set(contents) - set(_FIRST))):
            member, content = contents[name]
            _add(archive, member, written.get(name, content), seconds)
    with result.open("wb") as handle, gzip.GzipFile(filename="", mode="wb", fileobj=handle, mtime=seconds) as zipped:
        zipped.write(plain.getvalue())
    return hashlib.sha256(result.read_bytes()).hexdigest()


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    handle = archive.extractfile(member) if member.isfile() else None
    return handle.read() if handle else b""


def _add(archive: tarfile.TarFile, like: tarfile.TarInfo, content: bytes, seconds: int) -> None:
    member = tarfile.TarInfo(like.name)
    member.type, member.linkname, member.mode, member.mtime = like.type, like.linkname, like.mode, seconds
    member.size = len(content) if like.isfile() else 0
    archive.addfile(member, io.BytesIO(content) if like.isfile() else None)
