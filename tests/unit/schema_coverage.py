# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what a module documents with what the CRD of its kind declares.

As a program it prints one line a module: ``python tests/unit/schema_coverage.py [MODULE ...]``. With ``--kubeconfig
FILE`` it asks that cluster, by kubectl, for the schema of every version that it serves: so it tells what a newer Istio,
Gateway API, Argo CD or Prometheus operator has that no option reaches yet (``make coverage CLUSTER=...``).

Without a cluster the CRDs come from the files in ``MESHOPS_CRDS`` (joined by ``:``, as ``kubectl get crd -o yaml``
writes them), or else from the Go modules that the lab is built from, in the versions its go.mod files pin.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "plugins" / "modules"
KINDS = ROOT / "plugins" / "module_utils" / "kinds"
# API group -> folder of the lab's go.mod, Go module, files in it that hold the CRDs.
SOURCES = {
    "istio.io": ("istio", "istio.io/istio", "manifests/charts/base/files/crd-all.gen.yaml"),
    "monitoring.coreos.com": ("prom", "github.com/prometheus-operator/prometheus-operator", "bundle.yaml"),
    "argoproj.io": ("argo", "github.com/argoproj/argo-cd/v3", "manifests/crds/*-crd.yaml"),
    "gateway.networking.k8s.io": ("istio", "sigs.k8s.io/gateway-api", "config/crd/standard/*.yaml"),
}
TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "object": "dict",
    "array": "list",
    None: "raw",  # a number or a string, or anything at all
}
# Options that hold a message of the API without typing its fields: recursive, or free by nature.
_GENERATORS = [
    "clusterDecisionResource",
    "clusters",
    "git",
    "list",
    "matrix",
    "merge",
    "plugin",
    "pullRequest",
    "scmProvider",
]
FREE_FORM = frozenset(
    {
        "spec.template.spec",  # the same as argocd_application's, and checked as such
        "spec.generators.matrix.generators",
        "spec.generators.merge.generators",
        *(f"spec.generators.{name}.template" for name in _GENERATORS),
    }
)


# Problems that keep a person from what an API has; the others tell of what it has not, or has otherwise.
OUT_OF_REACH = ("no option reaches it", "are not typed", "no choice reaches")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as the Prometheus Operator's bundle needs it, which has a bare ``=`` among its enums."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


class Coverage(NamedTuple):
    """``fields``: how many fields the schema has; ``reached``: how many of them options reach; and what is wrong."""

    fields: int
    reached: int
    problems: list[str]


def constant(path: Path, name: str) -> str:
    """The string assigned to ``name`` at the top of a Python file."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    raise LookupError(f"{path} has no {name}")


def kind_of(module: str) -> tuple[str, str] | None:
    """(group, kind) of a module for one object whose CRD has a spec, None for any other module."""
    found = re.search(r"kinds\.(\w+)\.(\w+) import KIND$", (MODULES / f"{module}.py").read_text(), re.M)
    path = KINDS / found[1] / f"{found[2]}.py" if found else None
    return _stated(path) if path and path.exists() else None


def _stated(path: Path, name: str = "") -> tuple[str, str] | None:
    """(group, kind) of the Kind that a file makes; a bare one that it completes stands in place.py beside it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Assign) or name not in ("", getattr(node.targets[0], "id", None)):
            continue
        call = node.value
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "replace":
            return _stated(path.with_name("place.py"), call.args[0].id)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Kind":
            said = {word.arg: word.value.value for word in call.keywords if isinstance(word.value, ast.Constant)}
            return said["group"], said["kind"]
    return None


def documented(module: str) -> dict:
    """The options under ``spec``, as DOCUMENTATION has them."""
    options = yaml.load(constant(MODULES / f"{module}.py", "DOCUMENTATION"), Loader)["options"]
    return options.get("spec", {}).get("suboptions") or {}


def crd_files(group: str) -> list[Path]:
    """Files that may hold the CRDs of a group; empty when nothing was downloaded."""
    if os.environ.get("MESHOPS_CRDS"):
        return [Path(name) for name in os.environ["MESHOPS_CRDS"].split(":")]
    for suffix, (folder, module, pattern) in SOURCES.items():
        if group == suffix or group.endswith(f".{suffix}"):
            return _downloaded(folder, module, pattern)
    return []


def _downloaded(folder: str, module: str, pattern: str) -> list[Path]:
    """Files of a Go module in the version that a go.mod of the lab pins, as far as it was downloaded."""
    pinned = re.search(
        rf"^\s*{re.escape(module)} (v\S+)", (ROOT / "tests/lab/modules" / folder / "go.mod").read_text(), re.M
    )
    cache = Path(os.environ.get("GOMODCACHE") or Path(os.environ.get("GOPATH") or Path.home() / "go") / "pkg/mod")
    return sorted((cache / f"{module}@{pinned[1]}").glob(pattern)) if pinned else []


def samples() -> list[tuple[str, dict]]:
    """(where it stands, document) of all that Istio's own samples declare of the mesh's kinds.

    They are read where the lab has them from, in its version, and are empty where that was not downloaded.
    """
    kinds = {kind for kind in map(kind_of, modules()) if kind[0].endswith(("istio.io", "gateway.networking.k8s.io"))}
    found = []
    for path in _downloaded("istio", "istio.io/istio", "samples/**/*.y*ml"):
        if "templates" in path.parts:  # of charts
            continue
        for number, document in enumerate(_documents(path)):
            group = str(document.get("apiVersion", "")).rpartition("/")[0] if isinstance(document, dict) else ""
            if group and (group, document.get("kind")) in kinds:
                found.append((f"{path.parent.name}/{path.stem}, document {number + 1}", document))
    return found


@functools.cache
def _documents(path: Path) -> tuple[dict, ...]:
    with path.open() as file:
        return tuple(document for document in yaml.load_all(file, Loader) if document)


def schema_of(group: str, kind: str) -> dict | None:
    """The schema of the kind's ``spec``, of its newest version, or None when no CRD is at hand."""
    for path in crd_files(group):
        for document in _documents(path):
            for crd in document["items"] if document["kind"].endswith("List") else [document]:
                if crd["kind"] != "CustomResourceDefinition":
                    continue
                spec = crd["spec"]
                if (spec["group"], spec["names"]["kind"]) == (group, kind):
                    version = next((v for v in spec["versions"] if v["name"] == "v1"), spec["versions"][0])
                    return version["schema"]["openAPIV3Schema"]["properties"].get("spec")
    return None


def api_name(name: str, option: dict) -> str:
    return (option.get("aliases") or [name])[0]


def message(schema: dict) -> dict:
    """The schema of what a list holds, or the schema itself."""
    return schema["items"] if schema.get("type") == "array" else schema


def fields(schema: dict) -> dict:
    """The fields of a message. Two spellings of one field in the schema, jwksUri and jwks_uri, are one."""
    found = message(schema).get("properties") or {}
    camel = {name.lower() for name in found if "_" not in name}
    return {name: value for name, value in found.items() if "_" not in name or name.replace("_", "") not in camel}


def compare(options: dict, schema: dict, path: str = "spec") -> Coverage:
    """Walk options and schema side by side."""
    wanted = fields(schema)
    required = message(schema).get("required") or [] if path != "spec" else []
    problems, total, reached = [], 0, 0
    by_api = {api_name(name, option): name for name, option in options.items()}
    for api in by_api.keys() - wanted.keys():
        problems.append(f"{path}.{by_api[api]}: the API has no field {api}")
    for api, below in wanted.items():
        where = f"{path}.{api}"
        if api not in by_api:
            missing = 1 + count(below)
            problems.append(f"{where}: {OUT_OF_REACH[0]}")
            total += missing
            continue
        name = by_api[api]
        option = options[name]
        total, reached = total + 1, reached + 1
        problems.extend(f"{where}: {problem}" for problem in mistakes(name, api, option, below, api in required))
        if option.get("suboptions"):
            inner = compare(option["suboptions"], below, where)
            total, reached = total + inner.fields, reached + inner.reached
            problems.extend(inner.problems)
        elif fields(below):
            inside = count(below)
            total, reached = total + inside, reached + inside
            if where not in FREE_FORM:
                problems.append(f"{where}: its {inside} fields {OUT_OF_REACH[1]}")
    return Coverage(total, reached, problems)


def count(schema: dict) -> int:
    """How many fields lie below a schema."""
    return sum(1 + count(below) for below in fields(schema).values())


def mistakes(name: str, api: str, option: dict, schema: dict, required: bool) -> Iterator[str]:
    """What one option says differently from its field."""
    if name.replace("_", "").lower() != api.replace("_", "").lower() or name != name.lower():
        yield f"{name} is not its snake_case"
    if re.search(r"[a-z][A-Z]", api) and "_" not in name:
        yield f"{name} runs its words together"
    if option.get("type") != (expected := TYPES[schema.get("type")]):
        yield f"is {option.get('type')}, should be {expected}"
    if expected == "list" and option.get("elements") != (inner := TYPES[schema["items"].get("type")]):
        yield f"holds {option.get('elements')}, should hold {inner}"
    ours, theirs = set(option.get("choices") or []), set(message(schema).get("enum") or [])
    if theirs - ours:
        yield f"{OUT_OF_REACH[2] if ours else 'has no choices of'} {sorted(theirs - ours)}"
    if ours - theirs:
        yield f"the API has no value {sorted(ours - theirs)}"
    if bool(option.get("required")) != required:
        yield "required by the API" if required else "not required by the API"
    if "default" in option:
        yield "has a default, which is the server's to give"
    if not option.get("description"):
        yield "has no description"


def defaults(schema: dict, path: str = "spec") -> Iterator[tuple[str, object]]:
    """The path and value of every default that the server fills in, as ``kinds.base.defaults_of`` takes them."""
    if "default" in schema:
        yield path, schema["default"]
    if schema.get("type") == "array":
        yield from defaults(schema["items"], f"{path}[]")
    for name, below in (schema.get("properties") or {}).items():
        yield from defaults(below, f"{path}.{name}")


def violations(value, schema: dict, path: str = "spec") -> Iterator[str]:
    """What the API server's strict field validation would say of a value: unknown and missing fields, types, values.

    Nothing but the structure is looked at, neither patterns nor CEL.
    """
    if schema.get("x-kubernetes-int-or-string") or not schema.get("type"):
        return
    kinds = {
        "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
    }  # fmt: skip
    right = isinstance(value, kinds[schema["type"]]) and (schema["type"] == "boolean") == isinstance(value, bool)
    if not right:
        yield f"{path}: {value!r} is not of type {schema['type']}"
        return
    if schema.get("enum") and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from violations(item, schema["items"], f"{path}[{index}]")
    if isinstance(value, dict):
        known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
        for name in schema.get("required") or []:
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, item in value.items():
            if name in known:
                yield from violations(item, known[name], f"{path}.{name}")
            elif isinstance(rest, dict):
                yield from violations(item, rest, f"{path}.{name}")
            elif not rest and not schema.get("x-kubernetes-preserve-unknown-fields"):
                yield f"{path}.{name}: the API has no such field"


def modules() -> list[str]:
    """Every module for one object that has a ``spec``."""
    names = sorted(path.stem for path in MODULES.glob("*.py"))
    return [name for name in names if kind_of(name) and documented(name)]


# What every object has, and what another module writes: an Application's operation is argocd_sync's.
APART = {"apiVersion", "kind", "metadata", "spec", "status"}
OF_ANOTHER_MODULE = {("argoproj.io", "Application"): {"operation"}}


def served(get: Callable[[str], dict]) -> dict[tuple[str, str], dict[str, dict]]:
    """{(group, kind): {version: schema}} of the APIs that we have modules for, from the API server's own OpenAPI.

    ``get(path)`` gives the JSON document at a path of the API server. OpenAPI goes on telling of a version that a
    CRD has dropped, so discovery is asked as well.
    """
    found: dict[tuple[str, str], dict[str, dict]] = {}
    for path in get("/openapi/v3")["paths"]:
        group, _slash, version = path.removeprefix("apis/").partition("/")
        if not version or not any(group == api or group.endswith(f".{api}") for api in SOURCES):
            continue
        kinds = {resource["kind"] for resource in (get(f"/{path}") or {}).get("resources", [])}
        for schema in get(f"/openapi/v3/{path}")["components"]["schemas"].values():
            for told in schema.get("x-kubernetes-group-version-kind") or []:
                if told["kind"] in kinds and {"spec", "metadata"} <= schema.get("properties", {}).keys():
                    found.setdefault((group, told["kind"]), {})[version] = schema
    return found


def reached(module: str, identity: tuple[str, str], schema: dict) -> Coverage:
    """How far a module's options reach into one version that a cluster serves; what is missing are its problems."""
    beside = schema["properties"].keys() - APART - OF_ANOTHER_MODULE.get(identity, set())
    found = compare(documented(module), schema["properties"]["spec"])
    missing = [problem for problem in found.problems if any(words in problem for words in OUT_OF_REACH)]
    missing += [f"{name}: {OUT_OF_REACH[0]}" for name in sorted(beside)]
    return Coverage(found.fields + len(beside), found.reached, missing)


def ask(kubeconfig: str, path: str) -> dict:
    """The document at a path of a cluster, by kubectl."""
    command = ["kubectl", "--kubeconfig", kubeconfig, "get", "--raw", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def of_cluster(kubeconfig: str, chosen: list[str]) -> Iterator[tuple[str, Coverage | None]]:
    """(line, Coverage) of every version of every kind that a cluster serves; None where there is no module."""
    module_of = {kind_of(module): module for module in modules()}
    for identity, versions in sorted(served(lambda path: ask(kubeconfig, path)).items()):
        module = module_of.get(identity)
        if not module and not chosen:
            yield f"{identity[1]} of {identity[0]}: no module", None
        for version, schema in sorted(versions.items() if module and module in (chosen or [module]) else []):
            yield f"{module} {version}", reached(module, identity, schema)


def of_files(chosen: list[str]) -> Iterator[tuple[str, Coverage | None]]:
    """(line, Coverage) of the newest version of each module's kind; None where no CRD is at hand."""
    for module in chosen or modules():
        schema = schema_of(*kind_of(module))
        yield (f"{module}: no CRD at hand", None) if schema is None else (module, compare(documented(module), schema))


def main() -> int:
    parser = argparse.ArgumentParser(description="What of the APIs' fields the options reach.")
    parser.add_argument("--kubeconfig", help="of a cluster, which is asked what it serves")
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    asked = parser.parse_args()
    failed = False
    for line, found in of_cluster(asked.kubeconfig, asked.modules) if asked.kubeconfig else of_files(asked.modules):
        if found is None:
            print(line)
            continue
        failed = failed or bool(found.problems)
        print(f"{line}: {found.reached} of {found.fields} fields, {len(found.problems)} problems")
        for problem in found.problems:
            print(f"  {problem}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
