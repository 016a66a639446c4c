# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters and lookups: tables of what goes in and what comes out."""

from __future__ import annotations

import datetime
import hashlib
import http.server
import importlib
import threading
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible_collections.meshops.lifecycle.plugins.lookup.download import paths
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import versions
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.meshops.lifecycle.plugins.filter"
FILTERS = sorted(path.stem for path in (ROOT / "plugins" / "filter").glob("[!_]*.py"))


def apply(name, *arguments, **options):
    module = importlib.import_module(f"{PACKAGE}.{name}")
    return module.FilterModule().filters()[name](*arguments, **options)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_documented_under_its_name(name):
    module = importlib.import_module(f"{PACKAGE}.{name}")
    documentation = yaml.safe_load(module.DOCUMENTATION)
    assert documentation["name"] == name and list(module.FilterModule().filters()) == [name]
    assert f"meshops.lifecycle.{name}" in module.EXAMPLES and "_value" in yaml.safe_load(module.RETURN)


def definitions(*names):
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return [{**head, "metadata": {"name": name}} for name in names]


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}
ROW = {"action": "changed", "kind": "VirtualService", "namespace": "shop", "name": "reviews"}
HELD = {**ROW, "action": "unchanged", "held_by": "traffic_shift"}


def proxied(name, version, revision, expected_version, expected):
    row = {"kind": "Deployment", "namespace": "n", "name": name, "versions": [version], "revisions": [revision]}
    return {**row, "expected_version": expected_version, "expected_revision": expected}


VERSIONS = {
    "control_planes": [{"revision": "old"}],
    "injectors": [{"revision": "new"}],
    "workloads": [
        proxied("a", "1.30", "old", "1.31", "new"),
        *(proxied(name, "1.29", "gone", None, "away") for name in "bcd"),
    ],
}
VALUES = {
    "config maps without data are left out": (
        ("config_maps", {"a": {"x": "1"}, "b": {}}),
        {"namespace": "n", "labels": {"l": "m"}},
        [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "a", "namespace": "n", "labels": {"l": "m"}},
                "data": {"x": "1"},
            }
        ],
    ),
    "sources of a volume": (("volume_sources", [SECRET]), {}, [{"secret": {"name": "s"}}]),
    "defaults for what is not said": (
        ("with_defaults", [{"a": 1, "b": None, "c": ""}, {"b": False}], {"b": 2, "c": 3}),
        {"without": ["c"]},
        [{"a": 1, "b": 2}, {"b": False}],
    ),
    "definitions of one group": (
        ("definitions", "argoproj.io"),
        {},
        definitions("applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io"),
    ),
    "names of namespaces": (
        ("namespaces", ["a"]),
        {},
        [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}],
    ),
    "ambient as a text": (
        ("namespaces", [{"name": "a", "ambient": "no"}]),
        {},
        [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}],
    ),
    "a dashboard as a mapping": (
        ("dashboards", {"a": {"title": "A"}}, "n"),
        {},
        [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "dashboard-a", "namespace": "n", "labels": {"grafana_dashboard": "1"}},
                "data": {"a.json": '{\n  "title": "A"\n}'},
            }
        ],
    ),
    "changes of loops and of pushes": (
        (
            "changes",
            [
                {"results": [{"resources": [ROW, {**ROW, "action": "unchanged"}]}, {"skipped": True}]},
                {"pushed": True, "commit": "0123456789", "branch": "main"},
                {"skipped": True},
                {"resources": [{**ROW, "kind": "Namespace", "namespace": None}]},
            ],
        ),
        {},
        ["changed VirtualService shop/reviews", "pushed commit 01234567 to main", "changed Namespace reviews"],
    ),
    "changes of workloads": (
        ("changes", [{"resources": [{**ROW, "kind": "Deployment", "restarts": True}]}]),
        {},
        ["changed Deployment shop/reviews, which replaces its pods"],
    ),
    "changes: what an operation holds": (
        ("changes", [{"resources": [HELD]}, {"resources": [{**HELD, "held_by": ""}]}]),
        {},
        ["left as it is VirtualService shop/reviews, held by traffic_shift"],
    ),
    "problems: what an operation holds is none": (("problems", {"results": [{"resources": [HELD]}]}), {}, []),
    "settings of Argo CD": (
        (
            "argocd_settings",
            {"a": True, "b": 3, "c": None, "d": {"e": [1.5]}, "f": datetime.date(2024, 5, 1), "g": "1.10"},
        ),
        {},
        {"a": "true", "b": "3", "c": "", "d": "e:\n- 1.5\n", "f": "2024-05-01", "g": "1.10"},
    ),
    "problems of many workloads, and undeclared policies": (
        (
            "problems",
            {
                "workloads": [
                    {"kind": "Deployment", "namespace": "n", "name": f"d{number}", "wanted": 1, "ready": None}
                    for number in range(150)
                ],
                "policies": [
                    {
                        "kind": "EnvoyFilter",
                        "namespace": "n",
                        "name": name,
                        "managers": ["kubectl"],
                        "effect": "patches",
                    }
                    for name in "abc"
                ],
            },
        ),
        {"most": 2},
        [
            *(f"Deployment n/d{number} has 0 of 1 replicas ready with its present template" for number in range(100)),
            "more workloads are like these",
            *(f"EnvoyFilter n/{name} is not declared (set by kubectl): patches." for name in "ab"),
            "1 more of them are not declared.",
        ],
    ),
    "problems": (
        (
            "problems",
            {
                "results": [
                    {"resources": [ROW]},
                    {"failed": True, "msg": "One or more items failed", "results": [{"failed": True, "msg": "No."}]},
                ],
                "workloads": [
                    {"kind": "Deployment", "namespace": "n", "name": "d", "wanted": 2, "ready": None},
                    {
                        "kind": "Deployment",
                        "namespace": "n",
                        "name": "e",
                        "wanted": 1,
                        "available": 1,
                        "updated": 1,
                        "pods": 2,
                    },
                ],
                "applications": [{"namespace": "n", "name": "a", "sync": None, "health": "Degraded"}],
                "deviations": [
                    {"resources": [{**ROW, "foreign_fields": ["spec.a, set by x"]}], "unresolved": ["A: no."]}
                ],
                "istio": ["the tag t points to nothing"],
                "proxies": VERSIONS,
                "orphans": VERSIONS,
                "pods": [{"namespace": "n", "name": f"p{number}"} for number in range(4)]
                + [{"namespace": "m", "name": "q"}],
                "requests": [
                    {"item": {"namespace": "n", "service": name}, "verdicts": [verdict]}
                    for name, verdict in {
                        "bad": {"outcome": "fail", "reason": "threshold", "message": "90 % succeeded."},
                        "good": {"outcome": "pass", "reason": "within_bounds", "message": "All."},
                        "idle": {"outcome": "no_data", "reason": "empty", "message": "None."},
                        "x": {"outcome": "no_data", "reason": "unreachable", "message": "No answer."},
                        "y": {"outcome": "no_data", "reason": "unreachable", "message": "No answer."},
                    }.items()
                ]
                + [{"item": {"namespace": "n", "service": "skipped"}, "skipped": True}],
            },
        ),
        {"most": 2},
        [
            "refused: No.",
            "not as declared: would be changed VirtualService shop/reviews",
            "Deployment n/d has 0 of 2 replicas ready with its present template",
            "Deployment n/e has 0 of 1 replicas ready with its present template",
            "Application n/a is not compared and Degraded",
            "not as declared: VirtualService shop/reviews has undeclared spec.a, set by x",
            "leads nowhere: A: no.",
            "the tag t points to nothing",
            "Pods n/p0, p1 and 2 more have no sidecar: they are older than the injection label of the namespace",
            "Pod m/q has no sidecar: it is older than the injection label of the namespace",
            "Deployment n/a has the proxy 1.30 of revision old; after a restart 1.31 of revision new",
            "Deployment n/b, Deployment n/c and 1 more have the proxy 1.29 of revision gone, which has no control "
            "plane; the namespace selects revision away, which has no control plane",
            "requests to Service n/bad: 90 % succeeded.",
            "requests to 2 Services could not be judged: No answer.",
        ],
    ),
}


@pytest.mark.parametrize(("call", "options", "wanted"), VALUES.values(), ids=VALUES.keys())
def test_gives(call, options, wanted):
    assert apply(*call, **options) == wanted


NOON = datetime.datetime(2024, 5, 1, 12)
REFUSALS = {
    "a kind that is misspelt": (("documents", [], "VirtualServise"), "Did you mean VirtualService?"),
    "a kind of two APIs": (("documents", [], "Gateway"), "group="),
    "a key that is misspelt": (("documents", [{"name": "a", "lables": {}}], "Sidecar"), "Did you mean labels?"),
    "an entry without a name": (("documents", [{"spec": {}}], "Sidecar"), "has no name"),
    "a number instead of an entry": (("documents", [1], "Sidecar"), "ansible-doc -t filter"),
    "a text instead of a mapping": (("config_maps", "a"), "ansible-doc -t filter"),
    "injection and revision": (("namespaces", [{"name": "a", "injection": "enabled", "revision": "r"}]), "both"),
    "an API that is not known": (("definitions", "example.com"), "networking.istio.io"),
    "a kind that an API has not": (("argocd_health_checks", "x", "istio.io", ["Sidekick"]), "Sidekick"),
    "an option of a repository": (("argocd_repositories", [{"name": "a", "pasword": "p"}], "n"), "password?"),
    "a password that was digits": (
        ("argocd_repositories", [{"name": "a", "password": 42798}], "n"),
        "a: password must",
    ),
    "a user name that was NO": (("argocd_repositories", [{"name": "a", "username": False}], "n"), "quotes around it"),
    "a user name that was a time": (
        ("argocd_repositories", [{"name": "a", "username": NOON}], "n"),
        "quotes around it",
    ),
    "a flag that is none": (("argocd_repositories", [{"name": "a", "insecure": "perhaps"}], "n"), "true or false"),
    "a version that was 1.10": (
        ("argocd_settings", {"kustomize.version": 1.1}),
        "kustomize.version must be text, not 1.1",
    ),
    "a time as a setting": (("argocd_settings", {"a": {"b": NOON}}), "a.b is a timestamp"),
    "what cannot be projected": (("volume_sources", [{"kind": "Pod"}]), "Pod cannot be projected"),
    "no name of a workload": (("pod_annotations", [{"kind": "Deployment"}], {}), "'name' is missing"),
}


@pytest.mark.parametrize(("call", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refuses(call, words):
    with pytest.raises(AnsibleFilterError) as refusal:
        apply(*call)
    assert words in str(refusal.value) and call[0] in str(refusal.value)


def test_argocd_has_a_health_check_for_every_kind_of_istio():
    checks = apply("argocd_health_checks", "script", "istio.io")
    every = {f"{group}_{kind}" for group, kind in KINDS if group.endswith(".istio.io")}
    assert checks == {f"resource.customizations.health.{name}": "script" for name in every}


def test_the_kinds_that_argocd_does_not_know_are_kinds():
    told = yaml.safe_load((ROOT / "roles/argocd/vars/main.yml").read_text())["argocd_unknown_routes"]
    assert apply("argocd_health_checks", "script", "gateway.networking.k8s.io", told)


# ---- The lookup that fetches -----------------------------------------------------------------------------------------
@pytest.fixture
def url():
    """A server of one file that counts how often it was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            self.send_response(404 if "missing" in self.path else 200)
            self.end_headers()
            self.wfile.write(b"kind: x\n")

        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://user:hunter2@127.0.0.1:{server.server_port}", server
        server.shutdown()


@pytest.fixture
def download(monkeypatch, tmp_path):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return lambda *terms, **options: paths(list(terms), str(tmp_path / "cache"), **options)


def test_a_url_is_fetched_once_and_a_path_stays(url, download, tmp_path):
    address, server = url
    first, path = download(f"{address}/a.yaml", "/x/y.yaml")
    assert download(f"{address}/a.yaml") == [first] and server.asked == 1
    assert Path(first).read_text() == "kind: x\n" and path == "/x/y.yaml"
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [Path(first).name]
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_a_checksum_is_that_of_what_is_fetched_and_of_what_is_there(url, download):
    address, server = url
    right = "sha256:" + hashlib.sha256(b"kind: x\n").hexdigest()
    with pytest.raises(AnsibleError, match="has the checksum"):
        download(f"{address}/a.yaml", checksum="sha256:00")
    [path] = download(f"{address}/a.yaml", checksum=right)
    Path(path).write_text("changed")
    with pytest.raises(AnsibleError, match="fetched from"):
        download(f"{address}/a.yaml", checksum=right)
    assert server.asked == 2


@pytest.mark.parametrize(("terms", "options", "words"), [
    (["{}/missing"], {}, "cannot be fetched"),
    (["{}/a", "{}/b"], {"checksum": "sha256:00"}, "One checksum"),
    (["{}/a"], {"checksum": "00"}, "algorithm"),
])  # fmt: skip
def test_a_download_refuses(url, download, terms, options, words):
    with pytest.raises(AnsibleError) as refusal:
        download(*(term.format(url[0]) for term in terms), **options)
    assert words in str(refusal.value) and "hunter2" not in str(refusal.value)


# ---- Versions --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("before", "after", "minors", "words"), [
    ("1.31.1", "1.31.1", 1, ""),
    ("1.31.1", "1.31.2", 1, ""),
    ("1.30.4", "1.31.0", 1, ""),
    ("1.29.4", "1.31.0", 2, ""),
    ("1.29.4", "1.31.0", 1, "more than 1 minor version"),
    ("1.28.0", "1.31.0", 2, "more than 2 minor versions"),
    ("1.31.1", "1.31.0", 1, "1.31.0 is older than 1.31.1"),
    ("1.31.1", "1.27.0", 1, "older"),
    ("1.31.1", "2.0.0", 9, "more than"),
    ("v1.31.1", "1.32.0-beta.1", 1, ""),
    ("main", "1.27.0", 1, ""),
    ("1.31.1", "", 1, ""),
    ("1.31.1", "1.31.1-rc.0", 1, "1.31.1-rc.0 is older than 1.31.1"),
    ("1.31.1-rc.0", "1.31.1", 1, ""),
    ("1.31.1", "1.31.1-distroless", 1, ""),
])  # fmt: skip
def test_a_step_between_versions(before, after, minors, words):
    reason = versions.unsupported_step(before, after, minors)
    assert words in reason and bool(words) == bool(reason)
