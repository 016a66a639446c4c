# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long files are parsed once; what the cache holds is what was read, and nobody else's."""

from __future__ import annotations

import os

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import cache, reading

LONG = "a: " + "x" * 30_000 + '\nb: {c: [1, 1.5, true, null, "é🚀", 17:00, 0777]}\nkind: Thing\n'


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "meshops.lifecycle" / "documents"


@pytest.fixture
def parsed(monkeypatch):
    """How often YAML was parsed."""
    calls = []
    parse = reading.parse
    monkeypatch.setattr(reading, "parse", lambda *arguments: calls.append(arguments) or parse(*arguments))
    return calls


def written(tmp_path, text, name="file.yaml"):
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_a_long_file_is_parsed_once(folder, parsed, tmp_path):
    first = reading.read(written(tmp_path, LONG))
    assert reading.read(written(tmp_path, LONG)) == first and len(parsed) == 1
    [entry] = folder.iterdir()
    assert entry.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    assert reading.read(written(tmp_path, LONG + "d: 1\n")) != first and len(parsed) == 2


def test_each_choice_of_kinds_is_kept_by_itself(folder, parsed, tmp_path):
    path = written(tmp_path, LONG + "---\nkind: Other\n")
    for _ in range(2):
        assert [document["kind"] for document in reading.read(path)] == ["Thing", "Other"]
        assert reading.read(path, reading.Kinds(only=("Other",))) == [{"kind": "Other"}]
        assert [document["kind"] for document in reading.read(path, reading.Kinds(never=("Other",)))] == ["Thing"]
        assert reading.read(path, reading.Kinds(only=("Third",))) == []
    assert len(parsed) == 4


@pytest.mark.parametrize("text", [
    "a: 1\n",
    LONG + "---\nkind: Secret\nstringData: {password: hunter2}\n",
    LONG + "---\nkind: List\nitems: [{kind: Secret, data: {a: aHVudGVyMg==}}]\n",
], ids=["a short one", "a Secret", "a Secret in a list"])  # fmt: skip
def test_is_not_kept(folder, tmp_path, text):
    reading.read(written(tmp_path, text))
    assert not folder.exists() or not list(folder.iterdir())


def test_a_key_that_stands_twice_is_told_every_time(folder, tmp_path):
    path = written(tmp_path, LONG + "a: again\n")
    for _ in range(2):
        with pytest.raises(MeshError, match="is duplicated"):
            reading.read(path)
        messages = []
        reading.read(path, on_duplicate=messages.append)
        assert len(messages) == 1


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_text("{"),
    lambda path: path.write_text('"text"'),
    lambda path: path.chmod(0o666),
    lambda path: (path.rename(path.with_name("other")), path.symlink_to(path.with_name("other"))),
], ids=["half", "no documents", "others may write it", "a link"])  # fmt: skip
def test_what_is_not_ours_is_not_believed(folder, parsed, tmp_path, spoil):
    path = written(tmp_path, LONG)
    first = reading.read(path)
    spoil(next(folder.iterdir()))
    assert reading.read(path) == first and len(parsed) == 2


def test_a_cache_that_cannot_be_written_is_none(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert reading.read(written(tmp_path, LONG))[0]["kind"] == "Thing"


def test_few_entries_stay(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "_MOST", 2)
    for number in range(4):
        reading.read(written(tmp_path, f"{LONG}n: {number}\n"))
        for age, entry in enumerate(sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime)):
            os.utime(entry, (number * 10 + age, number * 10 + age))
    assert len(list(folder.iterdir())) == 2
