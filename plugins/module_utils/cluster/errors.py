# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server answers, in the words of the person who wrote the task."""

from __future__ import annotations

import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence

# structured-merge-diff reports what the schema does not know as an internal error (kubernetes#102749 and others);
# it is bad input, and asking again changes nothing.
_TYPED_PATCH = "failed to create typed patch object"
_NOT_CONVERTED = "failed to convert new object"
# Go's words for types. What it prints after "got &" is the value itself, which may be secret, and is left out.
_GO_TYPES = {"string": "text", "numeric (int or float)": "a number", "boolean": "true or false"}
_GO_TYPES |= {"list": "a list", "map": "a mapping", "int": "a whole number"}
_GO_TYPES |= {"[]interface {}": "a list", "map[string]interface {}": "a mapping", "any scalar": "text or a number"}
# Of a value of the wrong type Go's reader of JSON says: "json: cannot unmarshal array into Go value of type int32".
_UNMARSHAL = re.compile(
    r"json: cannot unmarshal (?P<got>array|object|string|number|bool)(?: \S+)? into Go "
    r"(?:value|struct field (?P<field>\S+)) of type \S+"
)
_JSON_TYPES = {
    "array": "a list",
    "object": "a mapping",
    "string": "text",
    "number": "a number",
    "bool": "true or false",
}
_FRACTION = re.compile(r"cannot convert float64 to u?int\d+")
_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]*)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]*)"| at the cluster scope)?'
)
_WEBHOOK_DENIED = re.compile(r'admission webhook "(?P<webhook>[^"]+)" denied the request: (?P<reason>.*)', re.S)
_NO_SPACE = "mvcc: database space exceeded"
_TERMINATING = re.compile(r"in namespace (?P<namespace>\S+) because it is being terminated")
_WEBHOOK_DOWN = re.compile(r'failed calling webhook "(?P<webhook>[^"]+)": (?P<reason>.*)', re.S)


class ApiError(MeshError):
    """An answer of the API server that is not success.

    ``status``: HTTP status, 0 when there was no answer; ``reason``: the Status object's reason; ``text``: its message;
    ``causes``: its list of {reason, field, message}; ``retry_after``: what the server asks for, as it sent it;
    ``final``: there was no answer, and asking again gives none either; ``repeated``: the request had been sent before,
    so that an earlier one may have been carried out without its answer having come.
    """

    def __init__(
        self, message: str, *, status=0, reason="", text="", causes=None, retry_after=None, final=False, **details
    ):
        super().__init__(message, **details)
        self.status = status
        self.reason = reason
        self.text = text or message
        self.causes = causes or []
        self.retry_after = retry_after
        self.final = final
        self.repeated = False

    @property
    def as_sent(self) -> dict:
        """The refusal as the server sent it, for a result: ``status`` and ``reason``, where it has them."""
        return {name: value for name, value in (("status", self.status), ("reason", self.reason)) if value}


class NotInstalled(MeshError):
    """The cluster does not serve the kind at all."""


def from_status(status: int, body, giver: str, remark: str = "", retry_after: str | None = None) -> ApiError:
    """An ApiError from an HTTP answer: ``body`` is the decoded Status object, or text.

    ``giver`` names who gave the credentials; ``remark`` is added where they were refused, or there were none.
    """
    document = body if isinstance(body, dict) else {}
    other = f": {body.strip()[:200]}" if isinstance(body, str) and body.strip() else ""
    text = str(document.get("message") or f"HTTP {status}{other}").strip()
    details = document.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    reason = str(document.get("reason") or "")
    message = _in_our_words(status, text, giver, remark)
    listed = [cause for cause in causes if isinstance(cause, dict)] if isinstance(causes, list) else []
    return ApiError(message, status=status, reason=reason, text=text, causes=listed, retry_after=retry_after)


def _in_our_words(status: int, text: str, giver: str, remark: str) -> str:
    if status == 401:
        return sentence(
            f"The API server rejects the credentials of {giver} (401)",
            "The token or certificate may have expired, or belong to another cluster",
            remark,
        )
    forbidden = _FORBIDDEN.search(text)
    if status == 403 and forbidden:
        return _forbidden(forbidden, remark)
    denied = _WEBHOOK_DENIED.search(text)
    if denied:
        return sentence(f"Refused by {_webhook_owner(denied['webhook'])}: {_without_prefix(denied['reason'])}")
    down = _WEBHOOK_DOWN.search(text)
    if down:
        return sentence(
            f"No response from {_webhook_owner(down['webhook'])}, which must admit this object: {down['reason']}",
            "Start the service of the webhook, or remove its webhook configuration if it is no longer used. The "
            "object was not written",
        )
    if _NO_SPACE in text:
        return (
            "The cluster accepts no more writes because its etcd is full. Compact and defragment etcd, or give it a "
            "larger quota, and disarm its alarm (etcdctl alarm disarm); this was not written."
        )
    terminating = _TERMINATING.search(text)
    if terminating:
        return (
            f"namespace {terminating['namespace']} is being deleted, and accepts no new objects. Wait until it is "
            "gone; if "
            "that takes too long, its status says what blocks the deletion."
        )
    if _TYPED_PATCH in text:
        return sentence(_typed_patch(text))
    if _NOT_CONVERTED in text:
        return sentence(_not_converted(text))
    return text


def _forbidden(match: re.Match, remark: str) -> str:
    where = f"in namespace {match['namespace']}" if match["namespace"] else "cluster-wide"
    resource = f"{match['resource']}.{match['group']}" if match["group"] else match["resource"]
    if match["user"] == "system:anonymous":
        return sentence(
            f"Nobody may {match['verb']} {resource} {where} without credentials (403), and none are configured. Set "
            "'api_key', or 'client_cert' and 'client_key', or a kubeconfig that has them",
            remark,
        )
    return (
        f"{match['user']!r} may not {match['verb']} {resource} {where} (403). "
        f"Grant the verb {match['verb']!r} on {resource!r} by a Role or ClusterRole, or use other credentials."
    )


def _webhook_owner(webhook: str) -> str:
    return f"istiod ({webhook})" if "istio.io" in webhook else f"the admission webhook {webhook}"


def _without_prefix(reason: str) -> str:
    """istiod's verdict without the words that every one of them starts with."""
    reason = reason.strip()
    for prefix in ("configuration is invalid:", "Validation error:"):
        reason = reason.removeprefix(prefix).strip()
    # Several findings come as "N errors occurred:\n\t* one\n\t* two".
    lines = [line.strip(" \t*") for line in reason.splitlines()]
    return "; ".join(line for line in lines if line and not re.match(r"\d+ errors? occurred:", line))


def _typed_patch(text: str) -> str:
    """'failed to create typed patch object (ns/name; group/version, Kind=K): .spec.http[0].x: field not declared …'"""
    findings = text.split("): ", 1)[-1].strip()
    findings = re.sub(r"errors:\s*", "", findings)
    parts = []
    for line in findings.splitlines():
        line = line.strip()
        path, _colon, what = line.partition(": ")
        if "field not declared in schema" in what:
            parts.append(f"{path.lstrip('.')} is not a field of this kind in the version that the cluster serves")
        elif line:
            parts.append(f"{path.lstrip('.')}{_expected(what)}" if what else path)
    return "; ".join(parts)


def _expected(what: str) -> str:
    """'expected string, got &value.valueUnstructured{Value:5}' or 'expected list, got string', in plain words."""
    match = re.match(r"expected (?P<wanted>.+?), got (?P<got>.*)$", what, re.S)
    if not match or match["wanted"] not in _GO_TYPES:
        return f": {what}"
    got = "" if match["got"].startswith("&") else f", not {_GO_TYPES.get(match['got'], match['got'])}"
    quotes = ". Put quotes around it" if match["wanted"] == "string" and match["got"].startswith("&") else ""
    return f" must be {_GO_TYPES[match['wanted']]}{got}{quotes}"


def _not_converted(text: str) -> str:
    """'failed to convert new object (ns/name; v1, Kind=K) to proper version: unable to …: the reason'"""
    reason = text.rsplit("error decoding from json: ", 1)[-1].rsplit("proper version: ", 1)[-1]
    if "illegal base64 data" in reason:
        encoded, plain = ("binaryData", "data") if "Kind=ConfigMap" in text else ("data", "stringData")
        if "Kind=Secret" not in text and encoded == "data":
            return f"a value of a field that holds bytes is not base64 ({reason})"
        return f"a value under '{encoded}' is not base64 ({reason}); put plain text under '{plain}'"
    match = _UNMARSHAL.search(reason)
    if match:
        where = f" at {match['field']}" if match["field"] else ""
        reason = f"{_JSON_TYPES[match['got']]} stands where a value of another type is expected{where}"
    elif _FRACTION.search(reason):
        reason = "a number with a fraction stands where a whole number is expected"
    return f"the cluster cannot read the object: {reason}"


def findings(error: ApiError) -> list[str]:
    """The causes of a 422, one sentence each; without the server's remark that it left off validating.

    In an order of their own: the server's differs from request to request.
    """
    messages = []
    for cause in sorted(error.causes, key=lambda cause: (str(cause.get("field")), str(cause.get("message")))):
        field, message = str(cause.get("field") or ""), _without_go(str(cause.get("message") or ""))
        if "some validation rules were not checked" in message and len(error.causes) > 1:
            continue
        if field == "[]" and message.startswith("Too long"):
            message = f"its data is larger than Kubernetes allows for one object ({message}). Split it into several"
        messages.append(f"{field}: {message}" if field and field not in ("<nil>", "[]") else message)
    return messages


def _without_go(message: str) -> str:
    """A verdict without the object that the server prints with it, in JSON or Go: a page of it for a pod template."""
    verdict = re.sub(r"^(Invalid|Unsupported) value: (?:[&*\[\]\w.]+\{.*|[\[{].{100,})[\]}]: ", "", message, flags=re.S)
    verdict = re.sub(r"\n\s*[&*\[\]\w.]+\{.*", "", verdict, flags=re.S).strip()
    if "field is immutable" in verdict:
        verdict += ", so it cannot be changed in the existing object: delete the object first, or choose another name"
    return verdict


def is_final(error: ApiError) -> bool:
    """True for a 5xx that will be the same next time: a verdict about the object, not trouble of the server."""
    return error.status == 500 and (_TYPED_PATCH in error.text or _NOT_CONVERTED in error.text)
