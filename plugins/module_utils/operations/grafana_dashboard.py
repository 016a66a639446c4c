# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards of Grafana as ConfigMaps, which the sidecar of Grafana's chart puts before it as files.

Grafana says what is wrong with such a file in its own log alone, so it is looked for here.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired, reading

LIMIT = 1048576  # bytes of a ConfigMap's data, by the API server's validation
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")  # Grafana refuses others
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_REFERENCE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")


def declared(task: Task) -> dict:
    """The ConfigMap that a task declares. Raises MeshError for a dashboard that Grafana would not show."""
    written, params = task.written, task.params
    metadata = {
        "name": params["name"],
        "namespace": params.get("namespace") or task.default_namespace,
        "labels": {**(written.get("labels") or {}), params["label"]: params["label_value"]},
    }
    annotations = dict(written.get("annotations") or {})
    if params.get("folder"):
        annotations[params["folder_annotation"]] = params["folder"]
    if annotations:
        metadata["annotations"] = annotations
    document = desired.tidy({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    if params["state"] == "absent":
        return document
    text, warnings = rendered(written)
    for warning in warnings:
        task.warn(warning)
    return {**document, "data": {params.get("file") or f"{params['name']}.json": text}}


def rendered(written: dict) -> tuple[str, list[str]]:
    """The dashboard as the text that is stored, and what Grafana will not do with it as one may think.

    A file's text stays as it is, unless something in it has to change. Raises MeshError.
    """
    origin = written.get("src") or "dashboard"
    if not written.get("src") and written.get("dashboard") is None:
        raise MeshError("Give 'dashboard', or 'src' with the path of its file; 'src' is empty.")
    given = reading.text_of(written["src"]) if written.get("src") else written["dashboard"]
    duplicates: list[str] = []
    text, model = (given, parsed(given, origin, duplicates)) if isinstance(given, str) else ("", given)
    warnings = [
        f"{origin}: the key {key!r} is duplicated in the same mapping. The last one is used." for key in duplicates
    ]
    checked(model, origin)
    if "spec" in model and "apiVersion" in model:  # the form of Grafana's own API server, without the older one's traps
        return _stored(text, model, origin), warnings
    filled = with_inputs(model, written.get("inputs") or {}, origin)
    warnings += remarks(filled, origin)
    if filled.get("id") is not None:
        filled = {**filled, "id": None}
    return _stored(text if filled == model else "", filled, origin), warnings


def parsed(text: str, origin: str, duplicates: list[str]):
    """A JSON text; keys that stand twice are added to ``duplicates``. Raises MeshError that says where it is none."""

    def mapping(pairs: list) -> dict:
        keys = [key for key, _value in pairs]
        duplicates.extend(sorted({key for key in keys if keys.count(key) > 1}) if len({*keys}) < len(keys) else [])
        return dict(pairs)

    try:
        return json.loads(text, parse_constant=lambda name: _no_number(name, origin), object_pairs_hook=mapping)
    except json.JSONDecodeError as error:
        raise MeshError(f"{origin}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}).") from None


def _no_number(name: str, origin: str):
    raise MeshError(f"{origin}: not JSON ({name} is not a number).")


def checked(model, origin: str) -> None:
    """Raises MeshError for what Grafana would refuse."""
    if not isinstance(model, dict):
        raise MeshError(f"{origin}: a dashboard is a mapping, not {reading.words(model)}.")
    if isinstance(model.get("dashboard"), dict) and "title" not in model:
        raise MeshError(
            f"{origin}: this is an answer of Grafana's API, in which the dashboard is the value of 'dashboard'. Keep "
            "that value alone."
        )
    body = model["spec"] if "apiVersion" in model and isinstance(model.get("spec"), dict) else model
    if not body.get("title") or not isinstance(body["title"], str):
        raise MeshError(f"{origin}: the dashboard has no 'title', without which Grafana does not take it.")
    uid = model.get("uid")
    if uid and not (isinstance(uid, str) and _UID.fullmatch(uid)):
        raise MeshError(f"{origin}: uid {uid!r} is not possible. Grafana takes up to 40 letters, digits, '-' and '_'.")


def with_inputs(model: dict, inputs: dict, origin: str) -> dict:
    """The dashboard with values for the inputs that an export "for sharing" asks a person for. Raises MeshError.

    Grafana asks nobody when it reads a file: the panels would look for a data source of the name ``${DS_PROMETHEUS}``.
    """
    asked = [
        entry for entry in _mappings(model.get("__inputs")) if isinstance(entry.get("name"), str) and entry["name"]
    ]
    values = {entry["name"]: entry["value"] for entry in asked if entry.get("type") == "constant" and "value" in entry}
    values.update({name: str(value) for name, value in inputs.items()})
    missing = [entry["name"] for entry in asked if entry["name"] not in values]
    if missing:
        example = f"inputs: {{{missing[0]}: prometheus}}"
        raise MeshError(
            f"{origin}: the dashboard was exported for sharing, and asks for {', '.join(missing)} (__inputs). Nobody "
            f"is asked when Grafana reads it from a file. Give values, for a data source its uid or name ({example}), "
            "or export it without 'for sharing'."
        )
    known = {entry["name"] for entry in asked} | {name for text in _texts(model) for name in _PLACEHOLDER.findall(text)}
    for name in inputs:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise MeshError(f"inputs: the dashboard has no {name!r}.{hint}")
    if not values and "__inputs" not in model:
        return model
    return {name: _filled(value, values) for name, value in model.items() if name not in ("__inputs", "__requires")}


def _mappings(value) -> list[dict]:
    """The mappings of a list; none of what is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _filled(value, values: dict):
    if isinstance(value, dict):
        return {name: _filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if isinstance(value, str) and "${" in value:
        return _PLACEHOLDER.sub(lambda placeholder: str(values.get(placeholder[1], placeholder[0])), value)
    return value


def remarks(model: dict, origin: str) -> Iterator[str]:
    """What a dashboard says that comes to nothing, or to something else, in another Grafana."""
    if model.get("id") is not None:
        yield f"{origin}: id {model['id']} numbers the dashboard in the Grafana it comes from. It is left out."
    if not model.get("uid"):
        yield f"{origin}: without a uid Grafana makes one up, and links to the dashboard do not last. Give it one."
    if model.get("__elements"):
        yield f"{origin}: library panels (__elements) are not read from files. Unlink them before the export."
    templating = model.get("templating")
    variables = _mappings(templating.get("list") if isinstance(templating, dict) else None)
    names = {str(variable.get("name")) for variable in variables}
    for name in sorted(set(_sources(model)) - names):
        yield (
            f"{origin}: a data source is named ${{{name}}}, but the dashboard has no variable {name!r}. Give the data "
            f"source by 'inputs' ({name}: its uid or name)."
        )


def _sources(value, below: bool = False) -> Iterator[str]:
    """The names of the variables that data sources are chosen by; ``below``: the value is that of a data source."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _sources(item, name == "datasource" or below and name == "uid")
    elif isinstance(value, list):
        for item in value:
            yield from _sources(item)
    elif below and isinstance(value, str):
        reference = _REFERENCE.fullmatch(value)
        if reference:
            yield reference[1] or reference[2]


def _texts(value) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _stored(text: str, model: dict, origin: str) -> str:
    """The text, or what the model gives, without white space where it would be too long otherwise. Raises MeshError."""
    for candidate in (text, json.dumps(model, indent=2, ensure_ascii=False), _compact(model)):
        if candidate and len(candidate.encode()) <= LIMIT:
            return candidate
    size = len(_compact(model).encode())
    raise MeshError(f"{origin}: the dashboard has {size} bytes; a ConfigMap holds {LIMIT}. Split it, or drop panels.")


def _compact(model: dict) -> str:
    return json.dumps(model, separators=(",", ":"), ensure_ascii=False)
