# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels of a namespace edited in its file: all the rest stays, or the edit is refused in words."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import labels, namespace_file
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files

HEAD = "apiVersion: v1\nkind: Namespace\n"
OTHER = "# ours\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n---\n"
TAGS = {"prod": "1-30"}
BEFORE = labels.BEFORE


def live(selector: str, kept: str = "") -> dict:
    name, _equals, value = selector.partition("=")
    annotations = {BEFORE: kept} if kept else {}
    return {"metadata": {"name": "shop", "resourceVersion": "7", "labels": {name: value}, "annotations": annotations}}


TO_NEW = labels.patch(live("istio.io/rev=prod"), "1-31", TAGS)
FROM_DEFAULT = labels.patch(live("istio-injection=enabled"), "1-31", {})
RESTORED = labels.patch(live("istio.io/rev=1-31", "istio.io/rev=prod"), "1-30", TAGS)

# A file, the patch, and the file after it.
EDITED = [
    (
        f"{OTHER}{HEAD}metadata:\n  name: shop\n  labels:\n    istio.io/rev: prod\n    team: a\n\n# the end\n",
        TO_NEW,
        f"{OTHER}{HEAD}metadata:\n  name: shop\n  labels:\n    istio.io/rev: 1-31\n    team: a\n"
        f"  annotations:\n    {BEFORE}: istio.io/rev=prod\n\n# the end\n",
    ),
    (
        f"{HEAD}metadata: {{name: shop, labels: {{istio.io/rev: prod}}}}\n",
        TO_NEW,
        f'{HEAD}metadata: {{"name": "shop", "labels": {{"istio.io/rev": "1-31"}}, '
        f'"annotations": {{"{BEFORE}": "istio.io/rev=prod"}}}}\n',
    ),
    (
        f"{HEAD}metadata:\n  name: shop\n  labels: {{istio-injection: enabled}}\n",
        FROM_DEFAULT,
        f"{HEAD}metadata:\n  name: shop\n  labels:\n    istio.io/rev: 1-31\n"
        f"  annotations:\n    {BEFORE}: istio-injection=enabled\n",
    ),
    (
        f"{HEAD}metadata:\n  name: shop\n  labels: {{istio.io/rev: 1-31}}\n"
        f"  annotations: {{{BEFORE}: istio.io/rev=prod}}\n",
        RESTORED,
        f"{HEAD}metadata:\n  name: shop\n  labels:\n    istio.io/rev: prod\n",
    ),
]


@pytest.mark.parametrize(("before", "patch", "after"), EDITED)
def test_labels_change_and_the_rest_stays(before, patch, after):
    edited = namespace_file.edited("a/shop.yaml", before.encode(), "shop", patch)
    assert list(yaml.safe_load_all(edited.decode())) == list(yaml.safe_load_all(after))
    assert edited.decode().replace('"1-31"', "1-31") == after.replace('"1-31"', "1-31")
    assert namespace_file.edited("a/shop.yaml", edited, "shop", patch) == edited


def test_a_file_of_ours_keeps_its_form():
    document = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"istio.io/rev": "prod"}},
    }
    before = files.text(document, "the set 'mesh-config'")
    edited = namespace_file.edited("a/shop.yaml", before, "shop", TO_NEW)
    assert files.owner_of(edited) == "the set 'mesh-config'"
    assert edited == files.text(yaml.safe_load(edited), "the set 'mesh-config'")


REFUSED = [
    (f"{HEAD}metadata:\n  name: shop # ours\n  labels: {{istio.io/rev: prod}}\n", "comments, anchors or aliases"),
    (
        f"{HEAD}metadata:\n  name: shop\n  labels: &all {{istio.io/rev: prod}}\n  annotations: *all\n",
        "comments, anchors or aliases",
    ),
    (f"{HEAD}metadata: {{name: other}}\n", "Namespace shop is there 0 times"),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED)
def test_what_would_be_lost_is_refused(content, reason):
    with pytest.raises(MeshError, match=reason):
        namespace_file.edited("a/shop.yaml", content.encode(), "shop", TO_NEW)


def test_the_file_is_found_wherever_it_is():
    shop = f"{OTHER}{HEAD}metadata: {{name: shop}}\n".encode()
    contents = {"a.yaml": OTHER.encode(), "b/c.yaml": shop, "d.yaml": b"{{ .Values.Namespace }} shop: ["}
    assert namespace_file.find(contents, "shop") == "b/c.yaml"
    assert namespace_file.find(contents, "stock") == ""
    with pytest.raises(MeshError, match=r"several files of the repository: b/c\.yaml, e\.yaml"):
        namespace_file.find({**contents, "e.yaml": shop}, "shop")
