# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as they were written: in files as kubectl reads them, in requests and in Git as they are."""

from __future__ import annotations

import json
import sys

import playing
import pytest

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading

OURS = "meshops.lifecycle"

# ---- Files ----------------------------------------------------------------------------------------------------------

SCALARS = """
17:00 | 12:30:45 | 2024-05-01T10:00:00Z | 2024-05-01 | 2024-5-1 | 2024-05-01 10:00:00 | 0123 | 0o17 | 0o8 | 08
0129 | 00 | 0x1F | 0X1f | 0xfg | 0b11 | 0b | -0b11 | +0x1F | -017 | 1_000 | 1__0 | _1 | 1_0.5_0 | .5 | -.5 | .5_0
._5 | 5. | . | 1.0 | 1.10 | 1e3 | 1E3 | 1e+3 | 1e-3 | 1e400 | 1e-400 | 12e4567 | 0x1p-2 | 1.5e300 | -0 | -0.0 | +5
+ | --1 | 9223372036854775807 | 9223372036854775808 | -9223372036854775808 | -9223372036854775809
18446744073709551615 | 18446744073709551616 | 123456789012345678901234567890 | 0xFFFFFFFFFFFFFFFF
0xFFFFFFFFFFFFFFFFF | ~ | null | Null | NULL | nUll | true | True | TRUE | tRue | yes | Yes | YES | no | NO | on
On | ON | oN | off | y | Y | n | N | = | "=" | '1' | "0123" | !!str 5 | !!str yes | !!int "5" | !!float 5
!!float "1e3" | !!bool "yes" | !!null "" | !!timestamp 2024-01-01 | !!binary aGVsbG8= | !!binary "aGVs\\nbG8="
!foo bar | !!set {a, b} | !foo [1] | {a, b: c} | "\\U0001F680 \\u00e9 \\x41 \\e \\0 \\N \\L \\P \\_"
'it''s' | plain text | a#b | a:b | 1.2.3 | 1-2 | 0.1.2 | Infinity | NaN
"""
KEYS = """
{<<: {a: 1, b: 2}, a: 3} | {<<: [{a: 1}, {a: 2, b: 3}]} | {8080: a} | {0123: a} | {0x1F: a} | {on: a} | {yes: a}
{1.5: a} | {"<<": a} | {2024-05-01: a} | {12:30: a} | {=: a} | {!!str 5: a} | &x [1, 2] | *x
{&y k: v} | *y
"""
BLOCKS = """\
a: |
  x
  ---
  y
b: >-
  folded
  text

  more
c: |+2
    indented

d: plain
  over lines
e: "double \\
  quoted"
f:
- in: line
"""


def table(text):
    """The cells of a table as the values of one mapping, in YAML."""
    cells = [cell.strip() for row in text.strip().splitlines() for cell in row.split(" | ")]
    return "".join(f"  v{number:03}: {cell}\n" for number, cell in enumerate(cells))


def document(body):
    return f"apiVersion: example.com/v1\nkind: Table\nmetadata: {{name: a}}\n{body}"


def read_by_kubectl(cluster, path):
    """The documents of a file as kubectl has them, which it prints one after the other."""
    printed = cluster.kubectl("label", "--local", "--dry-run=client", "-o", "json", "-f", str(path), "kubectl=read")
    listed = printed if isinstance(printed, list) else [printed]
    for one in listed:
        del one["metadata"]["labels"]
    return listed


FILES = {
    "scalars": document(f"spec:\n{table(SCALARS)}"),
    "keys": document(f"spec:\n{table(KEYS)}"),
    "blocks": document("spec:\n" + "".join(f"  {line}\n" for line in BLOCKS.splitlines())),
    "json": '{"apiVersion": "x/v1", "kind": "T", "metadata": {"name": "a"}, "a": ["\\ud83d\\ude80", 1.0, 1e3, '
    "1e21, -0, 9223372036854775808, null]}",
    "utf-16": document("spec: {a: ä\U0001f680}\n").encode("utf-16"),
    "utf-8 with its mark": document("spec: {a: ä\U0001f680}\n").encode("utf-8-sig"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_kubectl_reads_it(cluster, tmp_path, name):
    path = tmp_path / "file.yaml"
    content = FILES[name]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ours, theirs = reading.read(str(path)), read_by_kubectl(cluster, path)
    assert len(ours) == len(theirs) == 1
    if "spec" in theirs[0]:
        differing = {key: (ours[0]["spec"].get(key), value) for key, value in theirs[0]["spec"].items()}
        assert {key: pair for key, pair in differing.items() if not same(*pair)} == {}
    assert same(ours[0], theirs[0])


def same(one, other):
    """Whether two values are the same to JSON's readers in Go: true is not 1, and beyond 64 bits all are floats."""
    return json.dumps(_in_go(one), sort_keys=True) == json.dumps(_in_go(other), sort_keys=True)


def _in_go(value):
    if isinstance(value, dict):
        return {key: _in_go(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_go(item) for item in value]
    return float(value) if type(value) is int and not -(2**63) <= value < 2**63 else value


# What kubectl refuses as well, and what it takes and changes.
REFUSED_BY_BOTH = (
    "{~: a}",
    "{[a]: b}",
    ".inf",
    "!!int abc",
    "!!bool 5",
    '"\\ud83d"',
    "*nowhere",
    "@a",
    "[a",
    "a: b: c",
)
REFUSED_HERE = ("{1.10: a}", "!!binary aGVsbG//", "{a: 1, a: 2}", "!vault abc")


@pytest.mark.parametrize("text", [*REFUSED_BY_BOTH, *REFUSED_HERE])
def test_what_cannot_be_read_is_refused(cluster, tmp_path, text):
    path = tmp_path / "file.yaml"
    path.write_text(document(f"spec:\n  a: {text}\n"))
    with pytest.raises(MeshError) as caught:
        reading.read(str(path))
    assert caught.value.message.startswith(f"{path}, line ")
    asked = ("label", "--local", "--dry-run=client", "-o", "json", "-f", str(path), "kubectl=read")
    assert bool(cluster.kubectl(*asked, check=False)) == (text in REFUSED_HERE)
