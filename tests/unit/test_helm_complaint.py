# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What helm said (recorded from Helm 3.22 and 4.3), and what the person reads."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import complaint

LABEL = "release ns/shop"


def told(stderr, not_ready=""):
    text = complaint.about_release(stderr, LABEL, "shop", not_ready).message
    assert text.startswith("release ns/shop (chart shop)")
    return text.removeprefix("release ns/shop (chart shop)").lstrip(": ")


SCHEMA = """Error: values don't meet the specifications of the schema(s) in the following chart(s):
sample:
- at '/replicas': minimum: got -1, want 0
- at '/deep/color': got number, want string

"""
CONFLICT = (
    'level=WARN msg="upgrade failed" name=shop error=x\nError: UPGRADE FAILED: conflict occurred while applying object '
    'ns/shop /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.color\n'
)
OWNED = (
    'Error: unable to continue with install: ConfigMap "a" in namespace "ns" exists and cannot be imported into the '
    "current release: invalid ownership metadata; {why}\n"
)
NOT_LABELLED = 'label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"'
OWNED_DEFINITION = OWNED.replace(
    'ConfigMap "a" in namespace "ns"', 'CustomResourceDefinition "a.b" in namespace ""'
).format(why=NOT_LABELLED)
TOO_LONG = 'Error: create: failed to create: Secret "{}" is invalid: data: Too long: {} 1048576 bytes\n'
TOO_LARGE = (
    "helm stores the release with its chart and values, compressed, in one Secret, which holds 1 MiB, and this one is "
    "larger. Leave out of the chart what no template reads (.helmignore), install its custom resource definitions by "
    "themselves, or split it into several charts."
)
OTHER = 'annotation validation error: key "meta.helm.sh/release-name" must equal "shop": current value is "other"'


@pytest.mark.parametrize(
    ("stderr", "answer"),
    [
        (
            SCHEMA,
            "the values do not fit the chart's schema: in chart sample: replicas: minimum: got -1, want 0; "
            "deep.color: got number, want string.",
        ),
        (
            "Error: execution error at (sample/templates/objects.yaml:1:26): color must be a colour\n",
            "the chart's template sample/templates/objects.yaml:1 fails: color must be a colour.",
        ),
        (
            'Error: template: sample/templates/a.yaml:3:7: executing "sample/templates/a.yaml" at <.Values.a.b>: '
            "nil pointer evaluating interface {}.b\n",
            "the chart's template sample/templates/a.yaml:3 fails: nil pointer evaluating interface {}.b.",
        ),
        (
            "Error: YAML parse error on sample/templates/a.yaml: error converting YAML to JSON: yaml: line 2: oops\n",
            "the chart's template sample/templates/a.yaml fails: error converting YAML to JSON: yaml: line 2: oops.",
        ),
        (
            'Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" '
            'namespace: "" from "": no matches for kind "Widget" in version "a.b/v1"\n'
            "ensure CRDs are installed first\n",
            "the cluster does not serve Widget of a.b/v1. Install the custom resource definitions first; the chart may "
            "have them in another chart, or as an option.",
        ),
        (
            CONFLICT,
            "fields are owned by another manager: data.color by 'kubectl-edit'. Set them where that owner takes them "
            "from, or take them over with force_conflicts: true.",
        ),
        (
            OWNED.format(why=NOT_LABELLED),
            "ConfigMap ns/a exists already and belongs to no release. take_ownership: true makes it part of the "
            "release; or delete it, if it is a leftover.",
        ),
        (
            OWNED_DEFINITION,
            "CustomResourceDefinition a.b exists already and belongs to no release. take_ownership: true makes it part "
            "of the release.",
        ),
        (
            OWNED.format(why=f"{NOT_LABELLED}; {OTHER}"),
            "ConfigMap ns/a exists already and belongs to release other. Go on with that release by its name, or make "
            "the object part of this one with take_ownership: true.",
        ),
        (
            "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n",
            "another helm works on this release at this moment. Let it end, and run the task again.",
        ),
        (
            'Error: create: failed to create: secrets "sh.helm.release.v1.shop.v1" already exists\n',
            "another helm works on this release at this moment. Let it end, and run the task again.",
        ),
        (
            "Error: release: already exists\n",
            "another helm works on this release at this moment. Let it end, and run the task again.",
        ),
        (TOO_LONG.format("sh.helm.release.v1.shop.v1", "may not be more than"), TOO_LARGE),
        (TOO_LONG.format("sh.helm.release.v1.shop.v1", "must have at most"), TOO_LARGE),  # older servers
        (
            "Error: UPGRADE FAILED: create: failed to create: Request entity too large: limit is 3145728\n",
            TOO_LARGE,
        ),
        (
            TOO_LONG.format("other", "may not be more than"),
            'create: failed to create: Secret "other" is invalid: data: Too long: may not be more than 1048576 bytes.',
        ),
        ('Error: configmaps "sh.other" already exists\n', 'configmaps "sh.other" already exists.'),
        ("Error: INSTALLATION FAILED: something new\n", "something new."),
        ("WARNING: noise\nwhatever\n", "whatever."),
        ("", "helm said nothing."),
    ],
)
def test_about_a_release(stderr, answer):
    assert told(stderr) == answer


def test_a_wait_that_ended_names_what_was_missing():
    text = "Error: UPGRADE FAILED: context deadline exceeded\n"
    assert told(text, "Deployment ns/a: 0 of 1 replicas available, 1 updated") == (
        "was not ready within wait_timeout; not ready: Deployment ns/a: 0 of 1 replicas available, 1 updated."
    )
    rolled = "Error: UPGRADE FAILED: release shop failed, and has been rolled back due to atomic being set: timed out\n"
    assert told(rolled) == "was not ready within wait_timeout. It was rolled back."
    gone = "Error: release shop failed, and has been uninstalled due to atomic being set: context deadline exceeded\n"
    assert told(gone, "Pod ns/a: x") == (
        "was not ready within wait_timeout; not ready: Pod ns/a: x. It was uninstalled again."
    )


@pytest.mark.parametrize(
    ("stderr", "part"),
    [
        ("Error: repo foo not found\n", "a name alone needs 'repo_url'"),
        ('Error: chart "x" version "9.9.9" not found in http://y repository\n', "Check the name and the version"),
        ("Error: failed to fetch http://y/x.tgz : 401 Unauthorized\n", "Check repo_username and repo_password"),
        ('Error: Get "http://y/index.yaml": dial tcp: lookup y: no such host\n', "Check the address"),
        (
            'Error: Get "https://y/index.yaml": tls: failed to verify certificate: x509: unknown authority\n',
            "repo_ca_cert",
        ),
    ],
)
def test_about_a_chart(stderr, part):
    text = complaint.about_chart(stderr, "x", "9.9.9", "http://y").message
    assert text.startswith("chart x, version 9.9.9, cannot be had from http://y: ") and part in text


def test_warnings_of_the_server_are_kept_from_the_log_lines():
    log = (
        'I1126 14:54:10.2 9009 warnings.go:107] "Warning: spec.nodeSelector[a]: use \\"b\\" instead"\n'
        'W0102 03:04:05.6 1 warnings.go:70] "Warning: batch/v1 is old"\nW0102 03:04:05.6 1 other.go:70] "Warning: no"\n'
    )
    assert complaint.warnings(log) == ['spec.nodeSelector[a]: use "b" instead', "batch/v1 is old"]
