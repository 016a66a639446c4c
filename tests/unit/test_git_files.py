# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object as a file in Git: its place, and a text that every reader of YAML takes for the same."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, program, settings
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS

OWNER = "the set shop/set"

TEXTS = ["12e3", "0x1f", "0o17", "1_000", "010", "1:30", "2026-11-21", "y", "No", "ON", "null", "~", "", " ", "=", "<<",
         "- a", "a: b", "a #b", "#", "é", "日本", "a\nb\n", "a\n b \n", "\ta", "a\n\n", "\n", "{{ x }}", "*a", "&a",
         "!a", "v1", "/path", "a b", ".5", "+1", "-", "?", "@x", "%x", "`x`", "true", "0", "1.0",
         "\u2028", "a\rb"]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_text(text):
    made = files.text({"apiVersion": "v1", "kind": "A", "metadata": {"name": "x"}, "data": {"k": text, text: 1}}, OWNER)
    assert yaml.safe_load(made)["data"] == {"k": text, text: 1}


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if text and re.match(r"[-+.\d]|(y|no|on|null|true|~)$", text, re.I)]
)
def test_what_could_be_a_number_or_a_truth_has_quotes(text):
    """YAML 1.1 and 1.2 differ here, and Argo CD's reader is not ours."""
    made = files.text({"kind": "A", "data": {"k": text}}, OWNER).decode()
    assert f'k: "{text}"' in made


def test_the_order_and_the_header():
    document = {"spec": {"b": 1, "a": [{"d": None, "c": {}}]}, "data": {}, "metadata": {"name": "x"}, "kind": "A"}
    made = files.text({**document, "apiVersion": "v1"}, OWNER)
    assert made.decode().splitlines() == [
        "# Written by meshops.lifecycle for the set shop/set; edits are put back.",
        "apiVersion: v1", "kind: A", "metadata:", "  name: x",
        "spec:", "  a:", "    - c: {}", "      d: null", "  b: 1", "data: {}",
    ]  # fmt: skip
    assert files.owner_of(made) == files.owner_of(made.replace(b"\n", b"\r\n")) == OWNER
    assert files.owner_of(b"\n" + made) is None
    assert files.sealed_from(files.header(OWNER, "ab12")) == "ab12"


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "wanted"),
    [
        (KINDS["networking.istio.io", "VirtualService"], "shop", "a", "mesh/shop/virtualservice-a.yaml"),
        (KINDS["networking.istio.io", "Gateway"], "shop", "a", "mesh/shop/gateway.networking.istio.io-a.yaml"),
        (KINDS["gateway.networking.k8s.io", "Gateway"], "s", "a", "mesh/s/gateway.gateway.networking.k8s.io-a.yaml"),
        (KINDS["", "Namespace"], None, "shop", "mesh/_cluster/namespace-shop.yaml"),
        (Kind("example.com", "Service", "services", ("v1",)), "s", "a", "mesh/s/service.example.com-a.yaml"),
        (
            KINDS["rbac.authorization.k8s.io", "ClusterRole"],
            None,
            "system:x",
            "mesh/_cluster/clusterrole-system%3Ax.yaml",
        ),
    ],
)
def test_the_place(kind, namespace, name, wanted):
    assert files.place(kind, namespace, name, "mesh") == wanted


@pytest.mark.parametrize(
    ("git", "word"),
    [
        ({}, "needs a git.repository or a git.working_tree"),
        ({"repository": "a", "working_tree": "b"}, "one of them alone"),
        ({"repository": "a", "push": False}, "git.push: false needs a git.working_tree"),
        ({"repository": "a", "path": "../b"}, "must be a folder within"),
        ({"repository": "a", "path": "b/.GIT/hooks"}, "must be a folder within"),
        ({"repository": "a", "path": "/b"}, "must be a folder within"),
        ({"repository": "a", "branch": "--force"}, "cannot be the name of a branch"),
        ({"repository": "--upload-pack=x"}, "no URL and no path"),
        ({"repository": "https://a:b@example.com/x"}, "git.password"),
        ({"repository": "ssh://example.com/x", "password": "y"}, "not at http"),
        ({"repository": "a", "ssh_key_file": "/nowhere"}, "there is no file /nowhere"),
        ({"repository": "a", "seal_key": "k"}, "git.seal_command"),
    ],
)
def test_what_does_not_go_together_is_told(git, word):
    with pytest.raises(MeshError, match=re.escape(word)) as told:
        settings.of(SimpleNamespace(options=ARGUMENTS, params={"git": git}))
    assert "a:b@" not in told.value.message


def test_what_git_says_in_a_few_words():
    said = (
        "remote: \nremote: GL: main is protected\nTo https://x\n ! [remote rejected]\nerror: failed to push some refs\n"
    )
    assert program.reason(said) == "GL: main is protected"
    assert program.reason("fatal: Authentication failed for 'https://x/'\n") == "Authentication failed for 'https://x/'"
    assert program.reason("") == "git gives no reason"
