# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments as written → checked arguments → the API's names: presence kept, mistakes told by their path."""

from __future__ import annotations

import datetime

import pytest
from ansible.utils import unsafe_proxy
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.params import api_names, check, plain
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.argocd_application import (
    ARGUMENTS as APPLICATION,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.authorization_policy import ARGUMENTS as POLICY
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS as ROUTE
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.mesh_apply import ARGUMENTS as MANY

# A small spec with every shape that the generated ones have.
LEAF = {
    "host": {"type": "str", "required": True},
    "port_number": {"type": "int", "aliases": ["portNumber"]},
    "mode": {"type": "str", "choices": ["STRICT", "PERMISSIVE"]},
    "ratio": {"type": "float"},
    "enabled": {"type": "bool"},
    "match_labels": {"type": "dict", "aliases": ["matchLabels"]},
    "target_port": {"type": "raw", "aliases": ["targetPort"]},
}
SPEC = {
    "name": {"type": "str"},
    "ca_cert": {"type": "path", "aliases": ["ssl_ca_cert"]},
    "spec": {
        "type": "dict",
        "options": {
            "hosts": {"type": "list", "elements": "str"},
            "weights": {"type": "list", "elements": "int"},
            "anything": {"type": "list", "elements": "raw"},
            "leaf": {"type": "dict", "options": LEAF},
            "traffic_policy": {"type": "dict", "aliases": ["trafficPolicy"], "options": {"leaf": LEAF["mode"]}},
            "routes": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "leaf": {"type": "dict", "options": LEAF},
                    "leaves": {"type": "list", "elements": "dict", "options": LEAF},
                },
            },
        },
    },
}


def test_errors_below_spec_name_the_object_and_the_way_out():
    arguments = {"name": "reviews", "namespace": "shop", "spec": {"htp": []}}
    with pytest.raises(MeshError) as caught:
        check(arguments, ROUTE, "istio_virtualservice")
    assert caught.value.message == (
        "istio_virtualservice shop/reviews: spec.htp is not an option of istio_virtualservice. Did you mean 'http'? "
        "Put fields that are newer than this module under spec_extra."
    )
    with pytest.raises(MeshError) as caught:
        check({"name": "reviews", "spec": {"http": [{"route": [{}]}]}}, ROUTE, "istio_virtualservice")
    assert caught.value.message == (
        "istio_virtualservice reviews: spec.http[0].route[0] has no 'destination', which is required."
    )


def test_a_mapping_for_text_that_has_an_option_of_its_own():
    spec = {"source": {"repoURL": "https://x/y", "helm": {"values": {"a": 1}}}}
    with pytest.raises(MeshError, match=r"spec.source.helm.values must be text, not a mapping. Put a mapping under 'v"):
        check({"spec": spec}, APPLICATION, "argocd_application", partial=True)


@pytest.mark.parametrize("value", [1.1, 83, True, ["a"]])
def test_mappings_of_text_to_text(value):
    for spec in (
        {"leaf": {"host": "a", "matchLabels": {"b": value}}},
        {"leaf": {"host": "a", "match_labels": {"b": value}}},
    ):
        with pytest.raises(MeshError, match=r"^spec\.leaf\.match_?[lL]abels\.b must be text, not "):
            checked(spec)


QUOTES = "Put quotes around it; the result of a template becomes text by '| string'."


def checked(spec):
    return check({"spec": spec}, SPEC, "module")["spec"]


def named(arguments, options):
    return api_names(check(arguments, options, "module")["spec"], options["spec"]["options"])


@pytest.mark.parametrize(
    ("options", "spec"),
    [
        (POLICY, {"rules": [{}]}),
        (POLICY, {"rules": []}),
        (POLICY, {}),
        (POLICY, {"rules": [{"from": [{"source": {}}], "to": []}]}),
        (APPLICATION, {"syncPolicy": {"automated": {}}}),
        (APPLICATION, {"syncPolicy": {}}),
        (APPLICATION, {"source": {"repoURL": "x", "directory": {}, "helm": {"values": ""}}}),
        (APPLICATION, {"syncPolicy": {"automated": {"prune": False}, "syncOptions": []}}),
        (ROUTE, {"http": [{}], "hosts": []}),
        (ROUTE, {"http": [{"match": [{"headers": {}}], "fault": {}}]}),
        (ROUTE, {"http": [{"route": [{"destination": {"host": "a"}, "weight": 0}]}]}),
        (ROUTE, {"http": [{"rewrite": {"uri": ""}}]}),
    ],
)
def test_what_is_present_but_empty_stays(options, spec):
    assert named({"spec": spec}, options) == spec


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"hosts": None}, {}),
        ({"leaf": None, "hosts": []}, {"hosts": []}),
        ({"leaf": {"host": "a", "mode": None, "enabled": False}}, {"leaf": {"host": "a", "enabled": False}}),
        ({"routes": [{"leaf": None}]}, {"routes": [{}]}),
        # What has no options of its own is the API's: nulls in it may mean something there.
        ({"leaf": {"host": "a", "matchLabels": {"a": None}}}, {"leaf": {"host": "a", "match_labels": {"a": None}}}),
        ({"anything": [None, {"a": None}]}, {"anything": [None, {"a": None}]}),
    ],
)
def test_null_is_an_option_left_out(written, kept):
    assert checked(written) == kept


def test_what_a_document_or_another_task_holds_need_not_be_repeated():
    arguments = {"spec": {"leaf": {"mode": "STRICT"}}}
    assert check(arguments, SPEC, "module", partial=True) == arguments


def test_nothing_is_added():
    assert check({"name": "a"}, ROUTE, "istio_virtualservice") == {"name": "a"}


@pytest.mark.parametrize(
    "spec",
    [
        {"leaf": {"host": "a", "portNumber": 1, "matchLabels": {"x": "y"}, "targetPort": "http"}},
        {"leaf": {"host": "a", "port_number": 1, "match_labels": {"x": "y"}, "target_port": "http"}},
    ],
)
def test_the_apis_names_and_ours_are_one(spec):
    written = checked(spec)
    assert written == {"leaf": {"host": "a", "port_number": 1, "match_labels": {"x": "y"}, "target_port": "http"}}
    assert api_names(written, SPEC["spec"]["options"])["leaf"] == {
        "host": "a",
        "portNumber": 1,
        "matchLabels": {"x": "y"},
        "targetPort": "http",
    }


@pytest.mark.parametrize(
    ("snake", "camel"),
    [
        (
            {"http": [{"cors_policy": {"allow_origins": [{"exact": "a"}], "max_age": "1s"}}]},
            {"http": [{"corsPolicy": {"allowOrigins": [{"exact": "a"}], "maxAge": "1s"}}]},
        ),
        (
            {"http": [{"retries": {"attempts": 3, "per_try_timeout": "2s", "retry_on": "5xx"}}]},
            {"http": [{"retries": {"attempts": 3, "perTryTimeout": "2s", "retryOn": "5xx"}}]},
        ),
        (
            {"http": [{"match": [{"query_params": {"a": {"exact": "b"}}, "source_labels": {"x": "y"}}]}]},
            {"http": [{"match": [{"queryParams": {"a": {"exact": "b"}}, "sourceLabels": {"x": "y"}}]}]},
        ),
        ({"export_to": ["."]}, {"exportTo": ["."]}),
    ],
)
def test_a_pasted_block_and_our_spelling_make_the_same_object(snake, camel):
    assert named({"spec": snake}, ROUTE) == named({"spec": camel}, ROUTE) == camel


def test_keys_of_free_mappings_are_not_renamed():
    spec = {"leaf": {"host": "a", "match_labels": {"port_number": "1", "matchLabels": "2"}}}
    assert checked(spec)["leaf"]["match_labels"] == {"port_number": "1", "matchLabels": "2"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"nmae": "a"}, "nmae is not an option of module. Did you mean 'name'?"),
        ({"spec": {"host": []}}, "spec.host is not an option of module. Did you mean 'hosts'?"),
        (
            {"spec": {"routes": [{}, {"leaves": [{"host": "a"}, {"host": "a", "prot_number": 1}]}]}},
            "spec.routes[1].leaves[1].prot_number is not an option of module. Did you mean 'port_number'?",
        ),
        (
            {"spec": {"leaf": {"portNumbre": 1}}},
            "spec.leaf.portNumbre is not an option of module. Did you mean 'portNumber'?",
        ),
        (
            {"spec": {"trafficPolicy": {"zzz": 1}}},
            "spec.trafficPolicy.zzz is not an option of module. Known: leaf.",
        ),
        (
            {"ca_cert": "/a", "ssl_ca_cert": "/b"},
            "ssl_ca_cert is given twice, as 'ca_cert' and under another of its names. Use only one of them.",
        ),
        (
            {"spec": {"leaf": {"portNumber": 1, "port_number": 2}}},
            "spec.leaf.port_number is given twice, as 'port_number' and under another of its names. Use only one of "
            "them.",
        ),
        ({"spec": {"leaf": {}}}, "spec.leaf has no 'host', which is required."),
        ({"spec": {"routes": [{"leaf": {"mode": "STRICT"}}]}}, "spec.routes[0].leaf has no 'host', which is required."),
    ],
)
def test_names_that_are_wrong(written, message):
    with pytest.raises(MeshError) as caught:
        check(written, SPEC, "module")
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"leaf": {"host": {"a": 1}}}, "spec.leaf.host must be text, not a mapping."),
        ({"leaf": {"host": ["a"]}}, "spec.leaf.host must be text, not a list."),
        ({"leaf": {"host": True}}, "spec.leaf.host must be text, not true. Put quotes around it."),
        # What was written as 1.10, 0123 and 12:30 has lost its text before any module sees it.
        ({"leaf": {"host": 1.1}}, f"spec.leaf.host must be text, not 1.1. {QUOTES}"),
        ({"leaf": {"host": 83}}, f"spec.leaf.host must be text, not 83. {QUOTES}"),
        ({"hosts": ["a", 750]}, f"spec.hosts[1] must be text, not 750. {QUOTES}"),
        ({"hosts": 750}, f"spec.hosts[0] must be text, not 750. {QUOTES}"),
        ({"leaf": {"host": "a", "mode": False}}, "spec.leaf.mode must be text, not false. Put quotes around it."),
        ({"leaf": {"host": "a", "port_number": "http"}}, "spec.leaf.port_number must be a whole number, not 'http'."),
        ({"leaf": {"host": "a", "portNumber": 1.5}}, "spec.leaf.portNumber must be a whole number, not 1.5."),
        ({"leaf": {"host": "a", "portNumber": True}}, "spec.leaf.portNumber must be a whole number, not true."),
        ({"leaf": {"host": "a", "ratio": "much"}}, "spec.leaf.ratio must be a number, not 'much'."),
        ({"leaf": {"host": "a", "ratio": False}}, "spec.leaf.ratio must be a number, not false."),
        ({"leaf": {"host": "a", "enabled": "perhaps"}}, "spec.leaf.enabled must be true or false, not 'perhaps'."),
        ({"leaf": {"host": "a", "enabled": {}}}, "spec.leaf.enabled must be true or false, not a mapping."),
        (
            {"leaf": {"host": "a", "mode": "STRCT"}},
            "spec.leaf.mode must be one of STRICT, PERMISSIVE, not 'STRCT'. Did you mean 'STRICT'?",
        ),
        ({"leaf": {"host": "a", "mode": "x"}}, "spec.leaf.mode must be one of STRICT, PERMISSIVE, not 'x'."),
        (
            {"leaf": {"host": "a", "match_labels": "abc"}},
            "spec.leaf.match_labels must be a mapping of options, not 'abc'.",
        ),
        (
            {"leaf": {"host": "a", "match_labels": "a=b c"}},
            "spec.leaf.match_labels must be a mapping of options, not 'a=b c'.",
        ),
        ({"leaf": []}, "spec.leaf must be a mapping of options, not a list."),
        ({"leaf": 5}, "spec.leaf must be a mapping of options, not 5."),
        ({"leaf": True}, "spec.leaf must be a mapping of options, not true."),
        ({"routes": {"leaf": {"host": "a"}}}, "spec.routes must be a list, not a mapping. Put a '-' before its item."),
        ({"routes": True}, "spec.routes must be a list, not true."),
        ({"routes": ["a"]}, "spec.routes[0] must be a mapping of options, not 'a'."),
        ({"routes": [{}, None]}, "spec.routes[1] is empty."),
        ({"hosts": ["a", None]}, "spec.hosts[1] is empty."),
        ({"hosts": ["a", {"b": 1}]}, "spec.hosts[1] must be text, not a mapping."),
        ({"weights": [1, "x"]}, "spec.weights[1] must be a whole number, not 'x'."),
        ("hello", "spec must be a mapping of options, not 'hello'."),
        ({"leaf": "kind: Secret\ndata: {}"}, "spec.leaf must be a mapping of options, not text."),
        ({"leaf": "password: " + "x" * 40}, "spec.leaf must be a mapping of options, not text."),
        ("{broken", "spec must be a mapping of options, not '{broken'."),
    ],
)
def test_values_that_are_wrong(spec, message):
    with pytest.raises(MeshError) as caught:
        checked(spec)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        # Templates give text, where the option wants another type; Ansible's own rules convert it.
        ({"leaf": {"host": "5", "port_number": "80"}}, {"leaf": {"host": "5", "port_number": 80}}),
        ({"leaf": {"host": "a", "enabled": "yes"}}, {"leaf": {"host": "a", "enabled": True}}),
        ({"leaf": {"host": "a", "ratio": "0.5"}}, {"leaf": {"host": "a", "ratio": 0.5}}),
        ({"hosts": "a"}, {"hosts": ["a"]}),
        ({"hosts": "a,b"}, {"hosts": ["a", "b"]}),
        ({"weights": 5}, {"weights": [5]}),
        ({"weights": "5,6"}, {"weights": [5, 6]}),
        ({"weights": ["1", 2]}, {"weights": [1, 2]}),
        ('{"hosts": ["a"]}', {"hosts": ["a"]}),
        ({"leaf": {"host": "a", "target_port": 8080}}, {"leaf": {"host": "a", "target_port": 8080}}),
        ({"leaf": {"host": "a", "target_port": "http"}}, {"leaf": {"host": "a", "target_port": "http"}}),
    ],
)
def test_types_are_converted_as_ansible_does(spec, kept):
    assert checked(spec) == kept


class Tagged(str):
    """Stands for Ansible's tagged strings, which JSON encoders of other libraries refuse."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Tagged("a"), "a"),
        ({Tagged("a"): [Tagged("b")]}, {"a": ["b"]}),
        ({1: 2}, {"1": 2}),
        (("a", 1), ["a", 1]),
        (datetime.date(2026, 11, 21), "2026-11-21"),
        ({datetime.date(2026, 11, 21): 1}, {"2026-11-21": 1}),
        (b"\xc3\xa4", "ä"),
        (2**64 - 1, 2**64 - 1),
        ({"a": None, "b": True, "c": 1.5}, {"a": None, "b": True, "c": 1.5}),
    ],
)
def test_plain_json_types(value, expected):
    made = plain(value)
    assert made == expected
    _only_plain(made)


TIME = datetime.datetime(2024, 5, 1, 10, tzinfo=datetime.timezone.utc)
HALF = "is not text: character 3 is half of a character, or a byte that is not UTF-8. Binary data belongs in base64."


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (TIME, "The value is a timestamp, and YAML has not kept its text. Put quotes around it."),
        (
            {"spec": {"a": [1, {"at": TIME}]}},
            "spec.a[1].at is a timestamp, and YAML has not kept its text. Put quotes around it.",
        ),
        (
            {"data": {True: "x"}},
            "data has a key that is not text (true, which may have been yes or on). Put quotes around the key.",
        ),
        (
            [{False: "x"}],
            "[0] has a key that is not text (false, which may have been no or off). Put quotes around the key.",
        ),
        ({1.0: "x"}, "The value has a key that is not text (1.0). Put quotes around the key."),
        ({"a": {None: "x"}}, "a has a key that is not text (null). Put quotes around the key."),
        ({"a": {"b": "ab\ud83d"}}, f"a.b {HALF}"),
        ({"a": b"ab\xff"}, f"a {HALF}"),
        ({"ab\udcff": 1}, f"The value {HALF}"),
        ({"a": float("inf")}, "a is inf, which is not a number in JSON. If you mean the text, put quotes around it."),
        (
            {"a": 2**64},
            "a has more digits than Kubernetes stores for a number. If you mean the text, put quotes around it.",
        ),
    ],
)
def test_values_whose_text_is_lost(value, message):
    with pytest.raises(MeshError) as caught:
        plain(value)
    assert caught.value.message == message


def test_a_secret_that_is_no_text_is_not_shown():
    for password, shown in ((12345678, "a number"), (1.5, "a number"), (True, "true")):
        with pytest.raises(MeshError) as caught:
            check({"password": password}, MANY, "mesh_apply")
        assert caught.value.message.startswith(f"password must be text, not {shown}. Put quotes around it")


def _only_plain(value):
    assert type(value) in (str, int, float, bool, dict, list, type(None))
    for item in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []:
        _only_plain(item)


def test_ansibles_own_tags_go():
    tags = pytest.importorskip("ansible._internal._datatag._tags")
    tagged = tags.Origin(path="/a.yml", line_num=1).tag({"a": tags.Origin(path="/a.yml").tag("b")})
    made = check({"name": tagged["a"], "spec": {"leaf": {"host": tagged["a"], "matchLabels": tagged}}}, SPEC, "module")
    _only_plain(made)


def test_ansibles_mark_of_what_is_unsafe_goes():
    """Before ansible-core 2.19 that is a class of text, whose `str()` is of that class again."""
    marked = unsafe_proxy.wrap_var({"host": "{{ a }}", "targetPort": {"b": ["{{ c }}"]}})
    made = check({"name": marked["host"], "spec": {"leaf": marked}}, SPEC, "module")
    _only_plain(made)
    assert made["spec"]["leaf"] == {"host": "{{ a }}", "target_port": {"b": ["{{ c }}"]}}


def test_the_arguments_themselves_are_not_changed():
    written = {"spec": {"leaf": {"host": "5", "portNumber": "1"}, "hosts": None}}
    check(written, SPEC, "module")
    assert written == {"spec": {"leaf": {"host": "5", "portNumber": "1"}, "hosts": None}}


def test_documents_are_left_as_they_are():
    documents = [{"apiVersion": "v1", "kind": "X", "spec": {"anyName": None, "any_name": [{}]}}]
    assert check({"definition": documents}, MANY, "mesh_apply") == {"objects": documents}


def test_a_list_of_lists_has_text_below():
    spec = {"waves": {"type": "list", "elements": "list"}}
    assert check({"waves": [["a", "b"], "c,d"]}, spec, "x") == {"waves": [["a", "b"], ["c", "d"]]}
    with pytest.raises(MeshError, match=r"waves\[0\]\[1\] must be text, not 83\. Put quotes"):
        check({"waves": [["a", 83]]}, spec, "x")
