# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text and files → documents, as kubectl reads them. tests/integration/test_values.py asks kubectl itself."""

from __future__ import annotations

import codecs
import json

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import json_text
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("a: 1", [{"a": 1}]),
        ("a: 1\n---\n---\n# nothing\n---\nb: '{{ x }}'\n", [{"a": 1}, {"b": "{{ x }}"}]),
        ('{"a": [1, null]}', [{"a": [1, None]}]),
        ("a: 2026-11-21", [{"a": "2026-11-21"}]),
        ("enum: [=, '!=']", [{"enum": ["=", "!="]}]),
        ("", []),
        ("a: &x {b: 1}\nc: *x", [{"a": {"b": 1}, "c": {"b": 1}}]),
    ],
)
def test_a_file_is_read_as_it_is(tmp_path, text, documents):
    path = tmp_path / "file.yml"
    path.write_text(text, encoding="utf-8")
    assert reading.read(str(path)) == documents


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "{path}, line 2, column 1: not YAML (did not find expected node content)."),
        (
            b"a: 1\nb: {{ x }}\n",
            "{path}, line 2, column 5: not YAML (a key is not text. A value that begins with '{{{{' needs quotes).",
        ),
        (b"- 1\n- 2\n", "{path}: a document is not a mapping but a list."),
        (b"hello", "{path}: a document is not a mapping but text."),
        (b"\xff\xfe\x00", "{path}, line 1: byte 0x00 is not UTF-16."),
        (b"a: 1\nb: \xe4\n", "{path}, line 2: byte 0xe4 is not UTF-8. Save the file as UTF-8"),
        (
            b"a: !vault x",
            "{path}, line 1, column 4: not YAML (a value that ansible-vault encrypted cannot be decrypted here.",
        ),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162", "{path} is encrypted by ansible-vault"),
        (b"a: 1\n\tb: 2\n", "{path}, line 2, column 1: not YAML (found a tab character"),
        (b"a:\n\tb: 2\n", "{path}, line 2, column 1: not YAML (found character that cannot start any token). Text"),
        (b'a: "\\ud83d\\ude80"\n', "{path}, line 1, column 7: not YAML (found invalid Unicode character escape code)"),
        (b'{"a": 1,\n"b": "\\ud83d"}', "{path}, line 2: \\ud83d is only half of a character."),
        (b"a: \x01\n", "{path}: not YAML ("),
        (b"a: .inf\n", "{path}, line 1, column 4: not YAML (this is not a number in JSON: .inf)."),
        (b"a: !!int abc\n", "{path}, line 1, column 4: not YAML ('abc' is no int)."),
        (b"a: !!binary aGVsbG//\n", "{path}, line 1, column 4: not YAML (a value tagged !!binary is not text."),
        (b"a: &x [*x]\n", "{path}, line 1, column 4: not YAML (an anchor's value contains itself)."),
        (b"a: 1\n1.10: b\n", "{path}, line 2, column 1: not YAML (the key 1.10 would be 1.1. Put quotes around it)."),
        (b"a: 1\n~: b\n", "{path}, line 2, column 1: not YAML (a key is empty)."),
        (b"a: " + b"[" * 2000 + b"]" * 2000, "{path}: its mappings and lists are nested too deeply."),
        (b"a: " + b"[" * 20000, "{path}"),  # by libyaml's version it is too deep, or it ends too early
    ],
)
def test_files_that_are_wrong(tmp_path, content, message):
    path = tmp_path / "file.yml"
    path.write_bytes(content)
    with pytest.raises(MeshError) as caught:
        reading.read(str(path))
    assert caught.value.message.startswith(message.format(path=path))


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ('{"a": {"b": [1, true, null, 1.5, "2026-01-01"]}}', [{"a": {"b": [1, True, None, 1.5, "2026-01-01"]}}]),
        ('\n\t{"a":\t1e3}\n', [{"a": 1000.0}]),
        ("{}", [{}]),
        ('{"a": "\\ud83d\\ude00"}', [{"a": "\U0001f600"}]),
        ("{a: yes, b: 2026-01-01}", [{"a": True, "b": "2026-01-01"}]),
        ('{"a": 1}\n---\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1} # a word', [{"a": 1}]),
        ('{"a": NaN}', [{"a": "NaN"}]),
    ],
)
def test_json_is_read_as_json_and_what_only_looks_like_it_as_yaml(text, documents):
    assert reading.parse(text, "file") == documents


def test_broken_json_is_told_by_line():
    with pytest.raises(MeshError, match=r"^file, line 2, column \d+: not YAML "):
        reading.parse('{"a": 1,\n "b": ]}', "file")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MeshError, match=r"src: .*/nowhere cannot be read \(No such file or directory\)\."):
        reading.read(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3),
        ("x:\n  y:\n    - a: 1\n      a: 1\n", "a", 4),
        ("x: {a: 1, b: 2, a: 3}\n", "a", 1),
        ("yes: 1\non: 2\n", "true", 2),
        ("010: 1\n8: 2\n", "8", 2),
        ('{"a": {"b": 1,\n"b": 2}}', "b", 2),
        ("a: 1\n---\nb: 1\nb: 2\n", "b", 4),
        # Readers disagree on whether what stands before '<<' counts.
        ("base: &x {a: 1}\nuse:\n  a: 2\n  <<: *x\n", "a", 1),
    ],
)
def test_a_key_that_stands_twice(text, key, line):
    with pytest.raises(MeshError) as caught:
        reading.parse(text, "file.yml")
    told = f"file.yml, line {line}: the key {key!r} is duplicated in the same mapping."
    assert caught.value.message == f"{told} Remove one of them; validate: warn uses the last one."
    warnings = []
    assert reading.parse(text, "file.yml", reading.duplicates("warn", warnings.append))
    assert warnings == [f"{told} The last one is used."]
    reading.parse(text, "file.yml", reading.duplicates("ignore", warnings.append))
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("base: &x {a: 1, b: 2}\nuse: {<<: *x, a: 3}", {"a": 3, "b": 2}),
        ("base: &x {a: 1}\nother: &y {a: 2, b: 2}\nuse: {<<: [*x, *y]}", {"a": 1, "b": 2}),
        ("use: {'<<': 1}", {"<<": 1}),
    ],
)
def test_merged_mappings_are_no_duplicates(text, value):
    assert reading.parse(text, "file")[0]["use"] == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path, encoding):
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    path = tmp_path / "file.yml"
    path.write_bytes(mark + 'a: "ä\U0001f680"\r\nb: 1\r\n'.encode(encoding))
    assert reading.read(str(path)) == [{"a": "ä\U0001f680", "b": 1}]


def test_few_lines_are_not_a_document_of_gigabytes():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(MeshError, match="its aliases expand to too much data"):
        reading.parse("\n".join(lines), "file")


def test_json_documents_one_after_the_other():
    assert reading.parse('{"a": 1}\n {"b": 2.0}{"c": 18446744073709551616}\n', "file") == [
        {"a": 1},
        {"b": 2},
        {"c": 2.0**64},
    ]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    "\n \t:#-'\"{}[]|>&*!%@`,?=~<\x00\x85\u2028\u2029\ufeff\uffff\x7f\U0001f680aNyo01.e+_x", max_size=12
)
VALUES = TEXTS | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(TEXTS, VALUES | st.lists(VALUES, max_size=2), min_size=1))
def test_what_is_sent_and_what_is_written_to_git_is_read_as_the_same(data):
    document = {"apiVersion": "v1", "kind": "ConfigMap", "data": data}
    expected = reading.parse(json.dumps(document), "file")
    assert reading.parse(files.text(document, "the set a").decode(), "file") == expected
    loader = reading.YAML_LOADER(json_text.compact(document))  # as the API server and helm read it
    assert [loader.get_data()] == expected


def test_two_kinds_in_a_document_that_is_chosen_by_kind(tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text("apiVersion: v1\nkind: ConfigMap\nkind: Secret\nmetadata: {name: a}\n")
    with pytest.raises(MeshError, match="line 3: the key 'kind' is duplicated"):
        reading.read(str(path), reading.Kinds(only=("Secret",)))
