# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spec of an Application as Argo CD's controller sees it.

The controller reads an Application into its own types and writes the whole of it back (when it starts an automated
sync, and when it normalises). What these types cannot tell from "not there" is gone afterwards: ``recurse: false``, an
empty list, a ``helm`` without content. Such values mean nothing, so they are not sent, and do not count in a
comparison.

Sources: ``types.go`` (json tags, ``IsZero``) and ``NormalizeApplicationSpec`` of Argo CD 3.5.
"""

from __future__ import annotations

import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import HERE


class Struct:
    """Which fields of a structure vanish in Argo CD's types when they are zero.

    ``names``: scalars, lists and maps that vanish; ``below``: fields that are structures, or lists of them;
    ``vanishes``: the structure itself goes when nothing is left in it; ``matters``: the only fields that keep it.
    """

    def __init__(self, names: str, *, vanishes: bool = False, matters: str = "", **below: Struct):
        self.names = frozenset(names.split()) | frozenset(below)
        self.below = below
        self.vanishes = vanishes
        self.matters = frozenset(matters.split())


_HELM = Struct(
    "valueFiles releaseName values version passCredentials ignoreMissingValueFiles skipCrds namespace kubeVersion "
    "apiVersions skipTests skipSchemaValidation",
    vanishes=True,
    parameters=Struct("name value forceString"),
    fileParameters=Struct("name path"),
)
_ZERO_IN_KUSTOMIZE = (
    "namePrefix nameSuffix version namespace images replicas commonLabels commonAnnotations patches components "
    "kubeVersion apiVersions ignoreMissingComponents"
)
_KUSTOMIZE = Struct(
    _ZERO_IN_KUSTOMIZE + " forceCommonLabels forceCommonAnnotations commonAnnotationsEnvsubst labelWithoutSelector "
    "labelIncludeTemplates",
    vanishes=True,
    matters=_ZERO_IN_KUSTOMIZE,
    patches=Struct("path patch options"),
)
_JSONNET = Struct("libs", vanishes=True, extVars=Struct("code"), tlas=Struct("code"))
_DIRECTORY = Struct("recurse exclude include", vanishes=True, jsonnet=_JSONNET)
_PLUGIN = Struct("name env parameters")
_RENDERED = {"helm": _HELM, "kustomize": _KUSTOMIZE, "directory": _DIRECTORY, "plugin": _PLUGIN}
_SOURCE = Struct("path targetRevision chart ref name tagPrefix", **_RENDERED)
_DESTINATION = Struct("server namespace name")
_DIFFERENCES = Struct("group name namespace jsonPointers jqPathExpressions managedFieldsManagers")
SPEC = Struct(
    "info",
    source=_SOURCE,
    sources=_SOURCE,
    sourceHydrator=Struct("", drySource=Struct("", **_RENDERED), syncSource=Struct("repoURL")),
    destination=_DESTINATION,
    ignoreDifferences=_DIFFERENCES,
    syncPolicy=Struct(
        "syncOptions",
        vanishes=True,
        retry=Struct("limit refresh", backoff=Struct("duration maxDuration")),
        managedNamespaceMetadata=Struct("labels annotations"),
    ),
)
_COMPARED = Struct("", source=_SOURCE, sources=_SOURCE, destination=_DESTINATION, ignoreDifferences=_DIFFERENCES)
_GONE = object()
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+")  # a registry of charts, which has no scheme in Argo CD


def normalise(declared: dict, live: dict | None = None) -> dict:
    """The declared Application without what Argo CD would drop; with ``live``, only where live lacks it too.

    So a declared ``false`` still overrules somebody's ``true``. An ``operation`` is not a declaration.
    Raises MeshError.
    """
    if declared.get("operation") is not None:
        raise MeshError(
            f"{_label(declared)}: 'operation' starts a sync and cannot be declared. Leave it out; automated sync "
            "starts one by itself."
        )
    kept = {key: value for key, value in declared.items() if key not in ("operation", "status")}
    if isinstance(kept.get("spec"), dict):
        spec = (live or {}).get("spec")
        kept["spec"] = _without(kept["spec"], SPEC, spec if isinstance(spec, dict) else None)
    return kept


def _without(value: dict, struct: Struct, live: dict | None) -> dict:
    kept = {}
    for name, item in value.items():
        item = _field(name, item, struct, live)
        if item is not _GONE:
            kept[name] = item
    return kept


def _field(name: str, item, struct: Struct, live: dict | None):
    """A field as Argo CD keeps it, or _GONE. ``live`` is None where nothing there could have to be overruled."""
    below = struct.below.get(name)
    there = live is not None and name in live
    if isinstance(item, dict) and below:
        inner = live[name] if there and isinstance(live[name], dict) else None
        left = _without(item, below, inner)
        if below.vanishes and not there and not (left.keys() & below.matters if below.matters else left):
            return _GONE
        # A structure that was written empty says something; one that has become empty has nothing to send.
        return _GONE if item and not left and there and not live[name] else left
    if isinstance(item, list) and below:
        # Lists are replaced as a whole, so there is nothing in them to overrule.
        item = [_without(entry, below, None) if isinstance(entry, dict) else entry for entry in item]
    wrong = below and item is not None and not isinstance(item, (dict, list))  # the server's to refuse
    vanishes = name in struct.names and not item and not (below and isinstance(item, dict)) and not wrong
    return _GONE if vanishes and not there else item


def compared_to(spec: dict) -> dict:
    """What ``status.sync.comparedTo`` holds once the controller has compared this spec."""
    wanted = {"destination": spec.get("destination") or {}, "ignoreDifferences": spec.get("ignoreDifferences") or []}
    hydrator = spec.get("sourceHydrator")
    if hydrator:
        wanted["source"] = _sync_source(hydrator)
    elif spec.get("sources"):
        wanted["sources"] = spec["sources"]
    else:
        wanted["source"] = spec.get("source") or {}
    return wanted


def _sync_source(hydrator: dict) -> dict:
    sync = hydrator.get("syncSource") or {}
    return {
        "repoURL": sync.get("repoURL") or (hydrator.get("drySource") or {}).get("repoURL"),
        "path": sync.get("path"),
        "targetRevision": sync.get("targetBranch"),
    }


def is_compared(live: dict) -> bool:
    """Whether the controller's last comparison was with the spec as it is now (and not an earlier one)."""
    seen = ((live.get("status") or {}).get("sync") or {}).get("comparedTo")
    return bool(seen) and same(compared_to(live.get("spec") or {}), seen, _COMPARED)


def same(left: dict, right: dict, struct: Struct = _COMPARED) -> bool:
    """Whether two structures are the same to Argo CD."""
    return _bare(_without(_without_nulls(left), struct, None)) == _bare(_without(_without_nulls(right), struct, None))


def _without_nulls(value):
    """Without nulls, at any depth: the controller writes its status by a merge patch, which cannot hold any."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def same_source(left: dict | None, right: dict | None) -> bool:
    return same({"source": left or {}}, {"source": right or {}})


def same_sources(left: list | None, right: list | None) -> bool:
    return same({"sources": left or []}, {"sources": right or []})


def _bare(value: dict) -> dict:
    """Without empty members at the top, which the controller writes and leaves out as it likes."""
    return {key: item for key, item in value.items() if item not in ({}, [], None, {"repoURL": ""})}


def is_automated(spec: dict) -> bool:
    """Whether Argo CD syncs the Application by itself."""
    automated = (spec.get("syncPolicy") or {}).get("automated")
    return automated is not None and automated.get("enabled") is not False


def check_addresses(declared: dict) -> None:
    """Refuse what can be no address: Argo CD takes any text, and says so only in a status that few people read.

    Raises MeshError.
    """
    spec = _mapping(declared.get("spec"))
    problems = []
    server = _mapping(spec.get("destination")).get("server")
    for path, source in _sources(spec):
        problems += [f"{path}.{problem}" for problem in _source_problems(source)]
    problems += _server_problems("spec.destination.server", server)
    if problems:
        hint = (
            "A variable was undefined or empty when this document was created"
            if "undefined" in (server, *_urls(spec))
            else ""
        )
        raise MeshError(sentence(f"{_label(declared)}: {'. '.join(problems)}", hint))


def check_project_addresses(declared: dict) -> None:
    """The same for the clusters of an AppProject, which may be patterns. Raises MeshError."""
    destinations = _mapping(declared.get("spec")).get("destinations")
    problems = []
    for index, destination in enumerate(destinations if isinstance(destinations, list) else []):
        server = _mapping(destination).get("server")
        if isinstance(server, str) and not set(server) & set("*?["):
            problems += _server_problems(f"spec.destinations[{index}].server", server.removeprefix("!"))
    if problems:
        raise MeshError(sentence(f"{_label(declared, 'AppProject')}: {'. '.join(problems)}"))


def _server_problems(path: str, server) -> list[str]:
    if not isinstance(server, str) or not server or "://" in server:
        return []
    return [f"{path} is {server!r}, which is not the URL of a cluster; the cluster of Argo CD itself is {HERE}"]


def _source_problems(source: dict) -> list[str]:
    url, chart = source.get("repoURL"), source.get("chart")
    if not isinstance(url, str) or not url:
        return []
    if not set(url) & set("/:") and not _HOST.fullmatch(url):
        return [
            f"repoURL is {url!r}, which is not the URL of a repository (https://…, ssh://…, git@host:path, oci://…, or "
            "a registry such as registry-1.docker.io)"
        ]
    if chart and url.startswith("oci://") and not url.endswith(f"/{chart}"):
        return [
            f"repoURL begins with oci://, where Argo CD does not look at chart. Write {url.removeprefix('oci://')!r}, "
            f"without the scheme, beside chart: {chart}; or the whole image '{url.rstrip('/')}/{chart}' with path: ."
        ]
    return []


def _sources(spec: dict) -> list[tuple[str, dict]]:
    sources = spec.get("sources")
    places = [("spec.source", spec.get("source"))]
    places += [
        (f"spec.sources[{index}]", source) for index, source in enumerate(sources if isinstance(sources, list) else [])
    ]
    hydrator = _mapping(spec.get("sourceHydrator"))
    places += [(f"spec.sourceHydrator.{name}", hydrator.get(name)) for name in ("drySource", "syncSource")]
    return [(path, source) for path, source in places if isinstance(source, dict)]


def _mapping(value) -> dict:
    """A value that was declared as a mapping; one of another type is refused elsewhere, in words."""
    return value if isinstance(value, dict) else {}


def _urls(spec: dict) -> list:
    return [source.get("repoURL") for _path, source in _sources(spec)]


def _label(document: dict, kind: str = "Application") -> str:
    metadata = document.get("metadata") or {}
    return f"{kind} {metadata.get('namespace')}/{metadata.get('name')}"
