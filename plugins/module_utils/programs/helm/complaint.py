# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm says on stderr, as an answer: the release, the cause, what to do."""

from __future__ import annotations

import json
import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence

# Log lines of helm 3 (klog, WARNING:), and helm 4 (slog's level=…).
_NOISE = re.compile(
    r"^(WARNING:|[IWE]\d{4} |level=|time=|\d{4}[/-]\d\d[/-]\d\d |coalesce\.go|walk\.go|Pulled:|Digest:)"
)
_WARNED = re.compile(r'^[IWE]\d{4} .*\bwarnings\.go:\d+\] ("Warning: .*")$', re.M)  # client-go's, by klog
_PREFIX = re.compile(r"^Error: *(?:(?:INSTALLATION|UPGRADE) FAILED: *)?")
_CONFLICT = re.compile(r'conflict with "(?P<owner>[^"]+)"[^:]*: (?P<fields>[^\n]+)')
_BUSY = re.compile(
    r"another operation|release: already exists|cannot re-?use a name"
    r'|(?:secrets|configmaps) "sh\.helm\.release\.v1\.[^"]+"(?: already exists|: the object has been modified)'
)
_NO_KIND = re.compile(r'no matches for kind "(?P<kind>[^"]+)" in version "(?P<version>[^"]+)"')
_NOT_OURS = re.compile(
    r'(?P<kind>\S+) "(?P<name>[^"]+)" in namespace "(?P<namespace>[^"]*)" exists and cannot be imported'
    r"[^:]*: (?P<why>.*)"
)
# What helm stores a release in has a limit of the API server's; a request has another one, which is larger.
_TOO_LARGE = re.compile(
    r'"sh\.helm\.release\.v1\.[^"]+" is invalid: [^;]*Too long'
    r"|(?:create: failed to create|update: failed to update): Request entity too large"
)
_EXECUTION = re.compile(r"execution error at \((?P<where>[^:()]+:\d+)(?::\d+)?\): (?P<what>.*)", re.S)  # fail, required
_TEMPLATE = re.compile(
    r"(?:template|parse error at|YAML parse error on)[: ]+\(?(?P<where>[^\s:()]+/templates/[^\s:()]+(?::\d+)?)"
    r"(?::\d+)?\)?: (?:executing .*? at <.*?>: )?(?P<what>.*)",
    re.S,
)


def lines(stderr: str) -> list[str]:
    """The lines of an error, without log lines and helm's own prefixes."""
    kept = [line.strip() for line in stderr.splitlines() if line.strip() and not _NOISE.match(line.strip())]
    for number, line in enumerate(kept):
        if line.startswith("Error:"):
            kept = [_PREFIX.sub("", line), *kept[number + 1 :]]
            break
    return kept or [line.strip() for line in stderr.splitlines() if line.strip()][-1:] or ["helm said nothing"]


def warnings(stderr: str) -> list[str]:
    """What the API server has warned helm of."""
    quoted = [match[1] for match in _WARNED.finditer(stderr)]
    texts = []
    for text in quoted:
        try:
            plain = json.loads(text)
        except ValueError:  # Go quotes a few characters otherwise than JSON does
            plain = text.strip('"')
        texts.append(plain.removeprefix("Warning: "))
    return texts


def lacks_kind(stderr: str) -> re.Match | None:
    """The kind and version that the cluster does not serve, when that is the complaint."""
    return _NO_KIND.search(stderr)


def about_chart(stderr: str, chart: str, version: str | None, repo_url: str | None) -> MeshError:
    """helm could not fetch a chart."""
    text = "; ".join(lines(stderr))
    wanted = f"chart {chart}" + (f", version {version}," if version else "")
    origin = f" from {repo_url}" if repo_url else ""
    if re.search(r"401|403|[Uu]nauthorized|denied|basic credential", text):
        remedy = "Check repo_username and repo_password"
    elif re.search(r"no such host|connection refused|i/o timeout|dial tcp", text):
        remedy = "Check the address, and the proxy that the way there may need (HTTPS_PROXY in the task's environment)"
    elif re.search(r"not found|no chart|no .*version", text, re.I):
        remedy = "Check the name and the version; a name alone needs 'repo_url', a local chart a path"
    elif "certificate" in text or "x509" in text:
        remedy = "Set repo_ca_cert"
    else:
        remedy = ""
    return MeshError(sentence(f"{wanted} cannot be had{origin}: {text}", remedy))


def about_release(stderr: str, label: str, chart: str, timed_out: str = "") -> MeshError:
    """helm could not render, install or upgrade. ``timed_out`` says what was not ready, for a wait that ended."""
    messages = lines(stderr)
    text = "; ".join(messages)
    head = f"{label} (chart {chart})"
    explain = (_schema, _template, _unserved, _not_ours, _conflicts, _pending, _too_large)
    for answer in filter(None, (rule(text) for rule in explain)):
        return MeshError(sentence(f"{head}: {answer}"), helm=text)
    if re.search(r"context deadline exceeded|timed out", text):
        missing = f"; not ready: {timed_out}" if timed_out else ""
        return MeshError(sentence(f"{head} was not ready within wait_timeout{missing}", undone(text)), helm=text)
    return MeshError(sentence(f"{head}: {messages[0] if len(messages) == 1 else text}"), helm=text)


def _schema(text: str) -> str:
    if "meet the specifications of the schema" not in text:
        return ""
    findings = re.sub(r"^.*?following chart\(s\):;?\s*", "", text)
    findings = re.sub(
        r"at '([^']*)': ", lambda place: f"{place[1].strip('/').replace('/', '.')}: ".lstrip(": "), findings
    )
    findings = re.sub(r"(?:^|; )([\w.-]+):; ", r"; in chart \1: ", findings).lstrip("; ")
    findings = re.sub(r"(^|: |; )- ", r"\1", findings)
    return f"the values do not fit the chart's schema: {findings}"


def _template(text: str) -> str:
    match = _EXECUTION.search(text) or _TEMPLATE.search(text)
    return f"the chart's template {match['where']} fails: {match['what'].strip()}" if match else ""


def _unserved(text: str) -> str:
    match = lacks_kind(text)
    if not match:
        return ""
    return (
        f"the cluster does not serve {match['kind']} of {match['version']}. "
        "Install the custom resource definitions first; the chart may have them in another chart, or as an option"
    )


def not_ours_kind(stderr: str) -> str | None:
    """The kind of the object that helm refused to import, when that is the complaint."""
    match = _NOT_OURS.search(stderr)
    return match["kind"] if match else None


def not_ours(label: str, owner: str | None) -> str:
    """A sentence about an object, such as ``ConfigMap shop/a``, that belongs to another release, or to none."""
    if owner:
        return (
            f"{label} exists already and belongs to release {owner}. Go on with that release by its name, or make the "
            "object part of this one with take_ownership: true"
        )
    # Deleting a definition deletes every object of its kind, so nobody is told to.
    leftover = "" if label.startswith("CustomResourceDefinition ") else "; or delete it, if it is a leftover"
    return (
        f"{label} exists already and belongs to no release. take_ownership: true makes it part of the release{leftover}"
    )


def _not_ours(text: str) -> str:
    match = _NOT_OURS.search(text)
    if not match:
        return ""
    where = f"{match['namespace']}/{match['name']}" if match["namespace"] else match["name"]
    other = re.search(r'release-name" must equal "[^"]*": current value is "([^"]*)"', match["why"])
    return not_ours(f"{match['kind']} {where}", other[1] if other else None)


def _conflicts(text: str) -> str:
    owned = [f"{match['fields'].lstrip('.')} by {match['owner']!r}" for match in _CONFLICT.finditer(text)]
    if not owned:
        return ""
    return (
        f"fields are owned by another manager: {'; '.join(owned)}. Set them where that owner takes them from, "
        "or take them over with force_conflicts: true"
    )


def undone(stderr: str) -> str:
    """What helm did by itself after the failure, as a sentence; empty when the failure stands as it is."""
    if "rolled back" in stderr:
        return "It was rolled back"
    return "It was uninstalled again" if "has been uninstalled" in stderr else ""


def is_busy(stderr: str) -> bool:
    """Whether helm found another helm at work on the release, which began in the same moment or before."""
    return bool(_BUSY.search(stderr))


def _pending(text: str) -> str:
    if not is_busy(text):
        return ""
    return "another helm works on this release at this moment. Let it end, and run the task again"


def _too_large(text: str) -> str:
    if not _TOO_LARGE.search(text):
        return ""
    return (
        "helm stores the release with its chart and values, compressed, in one Secret, which holds 1 MiB, and this one "
        "is larger. Leave out of the chart what no template reads (.helmignore), install its custom resource "
        "definitions by themselves, or split it into several charts"
    )
