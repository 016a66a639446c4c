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
MORE_SCALARS = r"""
1_000.5 | 0x_1F | 0b1_0 | 0o1_7 | 1e1_0 | 017:00 | 1:2:3.5 | -1:30 | 190:20:30 | 100000000000000000000.0 | 1e21 | 0.1
-0x1F | -0o17 | +.5 | +0b1 | .1e3 | 1.e3 | 00.5 | 01.5 | 08.5 | 0e0 | 0x | 0o | 1,000 | 12e03 | 1e | e1 | 1e+ | 0xAG
1.7976931348623157e+308 | 123456789.125 | 1e-7 | 0.1e-7 | !!int 0x1F | !!int 017 | !!int "0b11" | !!int 1_0
!!float .5 | !!float "5" | !!float 017 | !!bool on | !!str null | !!str 2024-01-01 | !!str | !!null ~ | !local 5
2024-01-01T00:00:00.5+02:00 | 2001-12-14t21:59:43.10-05:00 | 2024-13-01 | 20240101 | 2024-01-01 00:00
2024-01-01T10:00Z | truE | YeS | oFF | 'no' | yes please | nullable | ~x | "~" | !!seq [1] | !!map {a: 1}
!!omap [a: 1] | !!pairs [a: 1] | !<tag:yaml.org,2002:str> 5 | !<tag:yaml.org,2002:int> "5" | [1, 2,] | {a: 1,} | {a, b}
[a: b] | [[]] | {} | [] | {? a : b} | [? a : b] | "\t" | "\xe9"
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
    "more scalars": document(f"spec:\n{table(MORE_SCALARS)}"),
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
    "!!binary \u00fc",
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
REFUSED_HERE = ("{1.10: a}", "{a:}", "!!binary aGVsbG//", "{a: 1, a: 2}", "!vault abc")


@pytest.mark.parametrize("text", [*REFUSED_BY_BOTH, *REFUSED_HERE])
def test_what_cannot_be_read_is_refused(cluster, tmp_path, text):
    path = tmp_path / "file.yaml"
    path.write_text(document(f"spec:\n  a: {text}\n"))
    with pytest.raises(MeshError) as caught:
        reading.read(str(path))
    assert caught.value.message.startswith(f"{path}, line ")
    asked = ("label", "--local", "--dry-run=client", "-o", "json", "-f", str(path), "kubectl=read")
    assert bool(cluster.kubectl(*asked, check=False)) == (text in REFUSED_HERE)


# ---- Characters -----------------------------------------------------------------------------------------------------

CHARACTERS = {
    "rocket": "\U0001f680 and \U0010fffd",
    "line-ends": "a\u0085b\u2028c\u2029d\r\ne\rf\n",
    "marks": "\ufeffa\ufeff",
    "controls": "\x01\t\x1b\x7f\x9f",
    "edges": "\uffff\ufffe\ufffd\xa0 ",
    "yaml": "{{ braces }} 'quotes' \"double\" #: - ? | > & * ! % @ ` ~ =",
}


def as_yaml(value):
    """For a playbook, whose text is in ASCII: YAML has an escape for every character, and braces stay."""
    return json.dumps(value) if value.isascii() else '"' + "".join(map(_escape, value)) + '"'


def _escape(character):
    return f"\\U{ord(character):08x}"


@pytest.mark.in_process
def test_characters_are_stored_as_they_were_written(play, cluster, namespace, tmp_path):
    inline = "".join(f"              {key}: !unsafe {as_yaml(value)}\n" for key, value in CHARACTERS.items())
    file = tmp_path / "file.yaml"
    written = "".join(f"  {key}: {as_yaml(value)}\n" for key, value in CHARACTERS.items())
    file.write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: file}}\ndata:\n{written}")
    tasks = f"""
    - name: apply
      meshops.lifecycle.mesh_apply:
        namespace: {namespace}
        src: [{file}]
        objects:
          - apiVersion: v1
            kind: ConfigMap
            metadata:
              name: inline
              annotations:
                example.com/rocket: "\\U0001f680\\u2028"
            data:
{inline}
    """
    assert play(tasks).changed == ["apply"]
    for name in ("inline", "file"):
        stored = cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        assert stored["data"] == CHARACTERS, name
    stored = cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/inline")
    assert stored["metadata"]["annotations"] == {"example.com/rocket": "\U0001f680\u2028"}
    assert play(tasks).changed == []


# ---- Values whose text is gone, and documents that are wrong, before anything is written --------------------------

ROUTE = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "reviews"}}
REFUSED = {
    "number as a label": ("mesh_apply", "{objects: [{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: "
    "{version: 1.10}}}]}", "metadata.labels.version must be text, not 1.1. Put quotes around it"),
    "octal": ("peer_authentication", "{name: a, labels: {build: 0123456}}", "labels.build must be text, not 42798."),
    "base 60": ("peer_authentication", "{name: a, annotations: {at: 12:30:45}}", "at must be text, not 45045."),
    "Norway": ("peer_authentication", "{name: a, labels: {country: NO}}", "labels.country must be text, not false."),
    "time": ("peer_authentication", "{name: a, annotations: {at: 2024-05-01T10:00:00Z}}", "annotations.at is a time"),
    "revision": ("argocd_application", "{name: a, spec: {source: {target_revision: 1.10}}}",
    "spec.source.target_revision must be text, not 1.1. Put quotes around it"),
    "key": ("mesh_apply", "{objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {on: x}}]}",
    "objects[0].data has a key that is not text (true, which may have been yes or on). Put quotes around the key."),
    "data": ("mesh_apply", "{objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: 1.10}}]}",
    "objects[0], ConfigMap a: data.x must be text, not a number. Put quotes around it"),
    "duration": ("prometheus_rule", "{name: a, spec: {groups: [{name: g, rules: [{alert: A, expr: x, for: 5}]}]}}",
    "rules[0].for must be text, not 5. Put quotes around it"),
    "expression": ("prometheus_rule", "{name: a, spec: {groups: [{name: g, rules: [{alert: A, expr: on}]}]}}",
    "expr of the rule A must be text or a number, not true, which may have been yes or no. Put quotes around it."),
    "field": ("mesh_apply", "{objects: [{**, spec: {htp: []}}]}",
    "objects[0], VirtualService reviews: spec.htp is not a field of VirtualService. Did you mean 'http'?"),
    "deep field": ("mesh_apply", "{objects: [{**, spec: {http: [{route: [{destination: {host: a}, weigth: 1}]}]}}]}",
    "spec.http[0].route[0].weigth is not a field of VirtualService. Did you mean 'weight'?"),
    "choice": ("mesh_apply", "{objects: [{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: "
    "{name: a}, spec: {mtls: {mode: STRCT}}}]}", "mtls.mode must be one of UNSET, DISABLE, PERMISSIVE, STRICT, not "),
    "type": ("mesh_apply", "{objects: [{**, spec: {hosts: reviews}}]}", "spec.hosts must be a list, not 'reviews'."),
    "spec": ("mesh_apply", "{objects: [{**, spec: reviews}]}", "spec must be a mapping, not 'reviews'."),
    "our own spelling": ("mesh_apply", "{objects: [{**, spec: {export_to: [.]}}]}", "Did you mean 'exportTo'?"),
    "metadata": ("mesh_apply", "{objects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a, lables: {}}}]}",
    "metadata.lables is not a field of metadata. Did you mean 'labels'?"),
    "other API": ("istio_gateway", "{definition: {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: "
    "{name: a}}}", "this module manages those of networking.istio.io/v1. Use gateway_api_gateway, or mesh_apply."),
    "Application": ("argocd_application", "{name: a, definition: {spec: {destination: [x]}}}",
    "spec.destination must be a mapping, not a list."),
    "ApplicationSet": ("argocd_applicationset", "{name: a, definition: {spec: {template: {spec: 5}}}}",
    "spec.template.spec must be a mapping, not 5."),
    "generators": ("argocd_applicationset", "{name: a, definition: {spec: {generators: {}}}}",
    "spec.generators must be a list, not a mapping."),
}  # fmt: skip


@pytest.mark.in_process
def test_what_is_refused_before_any_cluster_is_asked(play):
    route = json.dumps(ROUTE)[1:-1]
    git = "delivery: git, git: {repository: /nowhere}"
    tasks = "".join(
        f"- name: {name}\n  ignore_errors: true\n"
        f"  {OURS}.{module}: {{{git}, namespace: shop, {options.replace('**', route)[1:]}\n"
        for name, (module, options, _told) in REFUSED.items()
    )
    run = play(tasks, check=True)
    assert len(run.tasks) == len(REFUSED)
    for task in run.tasks:
        assert task.failed and REFUSED[task.name][2] in task.msg, (task.name, task.msg)


@pytest.mark.in_process
def test_a_key_that_stands_twice_and_files_that_are_empty(play, cluster, namespace, tmp_path):
    twice = tmp_path / "twice.yaml"
    twice.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: '1'\n  x: '2'\n")
    lists = tmp_path / "list.json"
    lists.write_text('{"apiVersion": "v1", "kind": "ConfigMapList", "items": [{"metadata": {"name": "b"}}]}\n')
    empty = tmp_path / "empty.yaml"
    empty.write_text("\n")
    apply = {"namespace": namespace}
    large = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}, "data": {"a": "x" * 1100000}}
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text}\n---\n"
    run = play(
        [
            {"name": "refused", f"{OURS}.mesh_apply": {**apply, "src": [str(twice)]}, "ignore_errors": True},
            {"name": "warned", f"{OURS}.mesh_apply": {**apply, "src": [str(twice)], "validate": "warn"}},
            {"name": "others", f"{OURS}.mesh_apply": {**apply, "src": [str(lists), str(empty)], "definition": text}},
            {"name": "long", f"{OURS}.mesh_apply": {**apply, "name": "s" * 120, "objects": []}, "ignore_errors": True},
            {"name": "large", f"{OURS}.mesh_apply": {**apply, "objects": [large]}, "ignore_errors": True},
        ]
    )
    assert "has 142 characters, and Kubernetes takes 128. Shorten the name of the set" in run["long"].msg
    assert (
        "its data is larger than Kubernetes allows for one object" in run["large"].msg and "[]" not in run["large"].msg
    )
    told = f"{twice}, line 6: the key 'x' is duplicated in the same mapping."
    assert run["refused"].msg.startswith(told)
    assert any(warning.startswith(told) for warning in run["warned"].result["warnings"])
    assert any(warning.endswith("empty.yaml is empty.") for warning in run["others"].result["warnings"])
    maps = {name: cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}") for name in ("a", "b", "text")}
    assert {name: live.get("data") for name, live in maps.items()} == {"a": {"x": "2"}, "b": None, "text": None}


@pytest.mark.in_process
def test_text_of_a_survey_and_nulls_in_documents(play, crds, cluster, namespace):
    """Text becomes what the field is, a null leaves it out, and what is newer than the collection is the server's."""
    crds("istio.io")
    crds("monitoring.coreos.com")
    run = play(
        """
        - name: converted
          meshops.lifecycle.mesh_apply:
            namespace: "{{ where }}"
            objects:
              - apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews]
                  tls: null
                  http:
                    - route:
                        - {destination: {host: reviews, subset: null}, weight: "{{ weight }}"}
                        - {destination: {host: canary}, weight: 10}
        - name: an expression that is a fraction
          meshops.lifecycle.prometheus_rule:
            name: fraction
            namespace: "{{ where }}"
            spec: {groups: [{name: g, rules: [{record: "half:x", expr: 0.50}, {record: "one:x", expr: 1}]}]}
        - name: left to the cluster
          meshops.lifecycle.mesh_apply:
            namespace: "{{ where }}"
            validate: warn
            objects:
              - {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: b}, spec: {newer: {}}}
          ignore_errors: true
        """,
        vars={"where": namespace},
        args=("-e", "weight=90"),
    )
    spec = cluster.get(f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews")["spec"]
    routes = [{"destination": {"host": "reviews"}, "weight": 90}, {"destination": {"host": "canary"}, "weight": 10}]
    assert run["converted"].changed and spec == {"hosts": ["reviews"], "http": [{"route": routes}]}
    rules = cluster.get(f"/apis/monitoring.coreos.com/v1/namespaces/{namespace}/prometheusrules/fraction")
    assert [rule["expr"] for rule in rules["spec"]["groups"][0]["rules"]] == ["0.5", 1]
    assert "is not a field of this kind in the version that the cluster serves" in run["left to the cluster"].msg
    assert any("spec.newer is not a field" in warning for warning in run["left to the cluster"].result["warnings"])
