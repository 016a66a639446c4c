# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What API servers answered (Kubernetes 1.36, word for word), and what a person reads instead."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import errors
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.virtualservice import KIND as ROUTE

TYPED = "failed to create typed patch object (default/p; networking.istio.io/v1, Kind=VirtualService): "
NOT_CONVERTED = "failed to convert new object (default/s; /v1, Kind=Service) to proper version: unable to convert: "
PLAIN = "failed to create typed patch object (default/p; /v1, Kind=ConfigMap): "
LEFT_OFF = {
    "reason": "FieldValueInvalid",
    "message": "Invalid value: null: some validation rules were not checked because the object was invalid; correct "
    "the existing errors to complete validation",
    "field": "<nil>",
}


def answer(status, text, reason="", causes=None):
    body = {"kind": "Status", "message": text, "reason": reason, "details": {"causes": causes or []}}
    return errors.from_status(status, body, "kubeconfig /k, context c")


@pytest.mark.parametrize(
    ("status", "text", "message"),
    [
        (
            500,
            f"{TYPED}.spec.htp: field not declared in schema",
            "spec.htp is not a field of this kind in the version that the cluster serves.",
        ),
        (
            500,
            f"{TYPED}errors:\n  .spec.http[0].route[0].destination.subsett: field not declared in schema\n"
            "  .spec.http[0].route[0].wieght: field not declared in schema",
            "spec.http[0].route[0].destination.subsett is not a field of this kind in the version that the cluster "
            "serves; "
            "spec.http[0].route[0].wieght is not a field of this kind in the version that the cluster serves.",
        ),
        (
            500,
            f"{TYPED}.spec.http[0].route[0].weight: expected numeric (int or float), got string",
            "spec.http[0].route[0].weight must be a number, not text.",
        ),
        (500, f"{TYPED}.spec.http: expected list, got &{{map[route:[]]}}", "spec.http must be a list."),
        (
            500,
            f"{TYPED}.spec.replicas: expected numeric (int or float), got []interface {{}}",
            "spec.replicas must be a number, not a list.",
        ),
        (
            500,
            f"{TYPED}.spec.replicas: expected numeric (int or float), got map[string]interface {{}}",
            "spec.replicas must be a number, not a mapping.",
        ),
        (500, f"{TYPED}.spec.cpu: expected any scalar, got &{{map[]}}", "spec.cpu must be text or a number."),
        (
            500,
            f"{NOT_CONVERTED}json: cannot unmarshal array into Go value of type int32",
            "the cluster cannot read the object: a list stands where a value of another type is expected.",
        ),
        (
            500,
            f"{NOT_CONVERTED}json: cannot unmarshal object into Go struct field ServiceSpec.ports of type []v1.Port",
            "the cluster cannot read the object: a mapping stands where a value of another type is expected at "
            "ServiceSpec.ports.",
        ),
        (
            500,
            f"{NOT_CONVERTED}cannot convert float64 to int32",
            "the cluster cannot read the object: a number with a fraction stands where a whole number is expected.",
        ),
        # The value in Go's braces may be secret.
        (
            500,
            "failed to create typed patch object (default/p; /v1, Kind=Secret): .stringData.pin: expected string, got "
            "&value.valueUnstructured{Value:4711}",
            "stringData.pin must be text. Put quotes around it.",
        ),
        (
            500,
            'failed to create typed patch object (default/p; apps/v1, Kind=Deployment): '
            '.spec.template.spec.containers: '
            'duplicate entries for key [name="x"]',
            'spec.template.spec.containers: duplicate entries for key [name="x"].',
        ),
        (
            500,
            "failed to convert new object (default/p; /v1, Kind=Secret) to proper version: unable to convert "
            "unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 7",
            "a value under 'data' is not base64 (illegal base64 data at input byte 7); put plain text under "
            "'stringData'.",
        ),
        (
            500,
            "failed to convert new object (default/p; /v1, Kind=ConfigMap) to proper version: unable to convert "
            "unstructured object to /v1, Kind=ConfigMap: error decoding from json: illegal base64 data at input byte 3",
            "a value under 'binaryData' is not base64 (illegal base64 data at input byte 3); put plain text under "
            "'data'.",
        ),
        (
            500,
            "failed to convert new object (a; admissionregistration.k8s.io/v1, Kind=MutatingWebhookConfiguration) to "
            "proper version: unable to convert unstructured object to admissionregistration.k8s.io/v1, "
            "Kind=MutatingWebhookConfiguration: error decoding from json: illegal base64 data at input byte 0",
            "a value of a field that holds bytes is not base64 (illegal base64 data at input byte 0).",
        ),
        (
            401,
            "Unauthorized",
            "The API server rejects the credentials of kubeconfig /k, context c (401). The token or "
            "certificate "
            "may have expired, or belong to another cluster.",
        ),
        (
            403,
            'virtualservices.networking.istio.io "x" is forbidden: User "jane" cannot get resource "virtualservices" '
            'in '
            'API group "networking.istio.io" in the namespace "shop"',
            "'jane' may not get virtualservices.networking.istio.io in namespace shop (403). Grant the verb 'get' on "
            "'virtualservices.networking.istio.io' by a Role or ClusterRole, or use other credentials.",
        ),
        (
            403,
            'namespaces is forbidden: User "jane" cannot list resource "namespaces" in API group "" '
            'at the cluster scope',
            "'jane' may not list namespaces cluster-wide (403). Grant the verb 'list' on 'namespaces' by a Role or "
            "ClusterRole, or use other credentials.",
        ),
        (403, 'forbidden: User "jane" cannot get path "/metrics"', 'forbidden: User "jane" cannot get path "/metrics"'),
        (
            400,
            'admission webhook "rev.validation.istio.io" denied the request: configuration is invalid: '
            'total destination '
            "weight = 0",
            "Refused by istiod (rev.validation.istio.io): total destination weight = 0.",
        ),
        (
            400,
            'admission webhook "rev.validation.istio.io" denied the request: configuration is invalid: 2 errors '
            "occurred:\n\t* weight -1 < 0\n\t* total destination weight = 0\n\n",
            "Refused by istiod (rev.validation.istio.io): weight -1 < 0; total destination weight = 0.",
        ),
        (
            403,
            'admission webhook "policy.example.com" denied the request: no.',
            "Refused by the admission webhook policy.example.com: no.",
        ),
        (
            500,
            'Internal error occurred: failed calling webhook "rev.validation.istio.io": failed to call webhook: Post '
            '"https://istiod.istio-system.svc:443/validate?timeout=10s": service "istiod" not found',
            "No response from istiod (rev.validation.istio.io), which must admit this object: failed to call webhook: "
            "Post "
            '"https://istiod.istio-system.svc:443/validate?timeout=10s": service "istiod" not found. Start the '
            "service of the webhook, or remove its webhook configuration if it is no longer used. The object was not "
            "written.",
        ),
        (404, "404 page not found", "404 page not found"),
    ],
)  # fmt: skip
def test_in_our_words(status, text, message):
    assert answer(status, text).message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<html>no gateway</html>\n", "HTTP 502: <html>no gateway</html>"),
        ("", "HTTP 502"),
        ({}, "HTTP 502"),
        ({"message": None}, "HTTP 502"),
    ],
)
def test_answers_that_are_no_status(body, message):
    assert errors.from_status(502, body, "x").text == message


A_PAGE_OF_GO = 'core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:"x"}}'


@pytest.mark.parametrize(
    ("causes", "findings"),
    [
        (
            [
                {
                    "field": "spec.template",
                    "message": 'Invalid value: core.PodTemplateSpec{A:v1.B{Name:"x"}}: field is immutable',
                }
            ],
            [
                "spec.template: field is immutable, so it cannot be changed in the existing object: delete the "
                "object first, or choose another name"
            ],
        ),
        (
            [
                {
                    "field": "spec",
                    "message": "Forbidden: pod updates may not change fields other than x\n  core.PodSpec{\n  a",
                }
            ],
            ["spec: Forbidden: pod updates may not change fields other than x"],
        ),
        (
            [
                {"reason": "FieldValueRequired", "message": "Required value", "field": "spec.http[0].route"},
                LEFT_OFF,
            ],
            ["spec.http[0].route: Required value"],
        ),
        ([LEFT_OFF], [LEFT_OFF["message"]]),
        ([{"message": "no field"}], ["no field"]),
        (
            [{"message": "Too long: may not be more than 1048576 bytes", "field": "[]"}],
            [
                "its data is larger than Kubernetes allows for one object (Too long: may not be more than 1048576 "
                "bytes). Split it into several"
            ],
        ),
        ([], []),
    ],
)
def test_findings_of_a_validation(causes, findings):
    assert errors.findings(answer(422, "x is invalid", "Invalid", causes)) == findings


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            answer(
                422,
                'PeerAuthentication.security.istio.io "p" is invalid: …',
                "Invalid",
                [
                    {"message": 'Unsupported value: "STRIKT": supported values: "STRICT"', "field": "spec.mtls.mode"},
                    LEFT_OFF,
                ],
            ),
            'VirtualService shop/a: spec.mtls.mode: Unsupported value: "STRIKT": supported values: "STRICT".',
        ),
        (
            answer(404, 'namespaces "shop" not found', "NotFound"),
            "VirtualService shop/a: namespace shop does not exist. Create it first.",
        ),
        (
            answer(
                409,
                'Apply failed with 2 conflicts: conflicts with "alice":\n- .spec.hosts\n- .spec.http',
                "Conflict",
                [
                    {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".spec.hosts"},
                    {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".spec.http"},
                    {
                        "reason": "FieldManagerConflict",
                        "message": 'conflict with "kubectl-edit" using networking.istio.io/v1',
                        "field": ".spec.gateways",
                    },
                ],
            ),
            "VirtualService shop/a: fields are owned by another manager: spec.hosts, spec.http by 'alice'; "
            "spec.gateways "
            "by 'kubectl-edit'. Leave them out of the task, change them where that owner takes them from, or take them "
            "over with force_conflicts: true.",
        ),
        (
            answer(
                409,
                'Operation cannot be fulfilled on ConfigMap "pc": the UID in the precondition (x) does not '
                "match the UID "
                "in record (y). The object might have been deleted and then recreated",
                "Conflict",
            ),
            "VirtualService shop/a was deleted and made anew by somebody in this very moment. Run the task again.",
        ),
        (
            errors.NotInstalled("The cluster does not serve VirtualService."),
            "VirtualService shop/a: The cluster does not serve VirtualService.",
        ),
    ],
)
def test_an_error_names_its_object(error, message):
    assert change.explained(error, ROUTE, "shop", "a").message == message


def test_a_conflict_can_be_read_by_a_program():
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "alice"', "field": ".spec.hosts"}
    made = change.explained(answer(409, "…", "Conflict", [cause]), ROUTE, "shop", "a")
    assert made.details == {"conflicts": [{"manager": "alice", "fields": ["spec.hosts"]}]}


@pytest.mark.parametrize(
    ("text", "final"),
    [
        (f"{TYPED}.spec.htp: field not declared in schema", True),
        ("failed to convert new object (default/p; /v1, Kind=Secret) to proper version: …", True),
        ("etcdserver: request timed out", False),
    ],
)
def test_what_asking_again_does_not_change(text, final):
    assert errors.is_final(answer(500, text)) is final


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("a", "b."), "a. b."),
        (("a", ""), "a."),
        ((" a. ",), "a."),
        ((), ""),
    ],
)
def test_sentences(parts, text):
    assert sentence(*parts) == text


TOKEN = "ghp_0123456789abcdefghij"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:pass@proxy:3128 is shut", "http://me:<hidden>@proxy:3128 is shut"),
        ("https://:pass@a and ssh://b:c@d", "https://:<hidden>@a and ssh://b:<hidden>@d"),
        (f"https://{TOKEN}@git.example.com/a.git", "https://<hidden>@git.example.com/a.git"),
        ("https://git@git.example.com:443/a@b", "https://git@git.example.com:443/a@b"),
        ("spiffe://cluster.local/ns/a/sa/b", "spiffe://cluster.local/ns/a/sa/b"),
        ("a:b@c is no URL", "a:b@c is no URL"),
        ("see https://a/b?x=1&access_token=abc#c", "see https://a/b?x=1&access_token=<hidden>#c"),
        ("https://me:pass@a?api_key=abc", "https://me:<hidden>@a?api_key=<hidden>"),
        ("https://s3/b?X-Amz-Signature=d&X-Amz-Date=1", "https://s3/b?X-Amz-Signature=<hidden>&X-Amz-Date=1"),
        ("'https://a/b?sig=abc' and https://a?tokenize=1", "'https://a/b?sig=<hidden>' and https://a?tokenize=1"),
        (
            "-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY----- is none",
            "-----BEGIN EC PRIVATE KEY-----<hidden>-----END EC PRIVATE KEY----- is none",
        ),
        ("cut off: -----BEGIN PRIVATE KEY-----\nx", "cut off: -----BEGIN PRIVATE KEY-----<hidden>"),
        ("-----BEGIN CERTIFICATE-----\nx", "-----BEGIN CERTIFICATE-----\nx"),
    ],
)
def test_a_message_shows_no_secret_that_looks_like_one(text, shown):
    error = MeshError(text)
    assert (error.message, str(error)) == (shown, shown)


def test_what_the_server_did_not_send_is_not_in_a_result():
    body = {"kind": "Status", "message": "failed to create typed patch object (a/b; v1, Kind=C): .x: y", "code": 500}
    assert errors.from_status(500, body, "here").as_sent == {"status": 500}
    assert errors.from_status(403, {"reason": "Forbidden"}, "here").as_sent == {"status": 403, "reason": "Forbidden"}
    assert errors.ApiError("cannot be reached").as_sent == {}
