# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a chart comes from, and the mark that chart and values leave on a revision."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs import runner
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.chart import Chart, Inputs, metadata


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "shop"
    (path / "templates").mkdir(parents=True)
    (path / "Chart.yaml").write_text("name: shop\nversion: 1.0.0\n")
    (path / "templates" / "a.yaml").write_text("a")
    return path


def no_helm():
    raise AssertionError("helm was asked for")


def mark(revision=1, definitions=False, **params):
    return Inputs(params).mark(revision, no_helm, definitions=definitions)


@pytest.mark.parametrize(
    ("params", "remote", "pinned"),
    [
        ({"chart": "oci://r/c"}, True, False),
        ({"chart": "oci://r/c", "version": "1.2.3"}, True, True),
        ({"chart": "oci://r/c@sha256:abc"}, True, True),
        ({"chart": "https://h/c.tgz"}, True, False),
        ({"chart": "c", "repo_url": "https://h"}, True, False),
        ({"chart": "c", "repo_url": "https://h", "version": "1.2"}, True, False),
        ({"chart": "c", "repo_url": "https://h", "version": "^1.2.3"}, True, False),
        ({"chart": "c", "repo_url": "https://h", "version": "v1.2.3-rc.1+b"}, True, True),
        ({"chart": "repo/c", "version": "1.2.3"}, True, True),
    ],
)
def test_references(params, remote, pinned):
    chart = Chart(params)
    assert (chart.remote, chart.pinned) == (remote, pinned)


@pytest.mark.parametrize("name", ["/nope", "./nope", "nope"])
def test_a_path_that_is_not_there(name):
    with pytest.raises(MeshError, match=r"there is no .*nope\. A chart is a folder"):
        Chart({"chart": name})


def test_a_folder_that_is_no_chart(tmp_path):
    with pytest.raises(MeshError, match=r"without a Chart\.yaml"):
        Chart({"chart": str(tmp_path)})


def test_the_mark_follows_chart_values_and_revision(folder, tmp_path):
    values = tmp_path / "values.yml"
    values.write_text("a: 1\n")
    base = {"chart": str(folder), "values": {"x": 1, "y": 2}, "values_files": [str(values)]}
    first = mark(**base)
    assert first == mark(**{**base, "values": {"y": 2, "x": 1}})
    assert len(first) == 40
    assert first != mark(2, **base)
    assert first != mark(1, True, **base)
    assert first != mark(**{**base, "values": {"x": 1, "y": 3}})
    values.write_text("a: 2\n")
    second = mark(**base)
    (folder / "templates" / "a.yaml").write_text("b")
    assert len({first, second, mark(**base)}) == 3


def test_the_mark_of_a_pinned_reference_needs_no_helm():
    base = {"chart": "c", "repo_url": "https://h", "version": "1.2.3"}
    assert mark(**base) == mark(**base)
    assert len({mark(**base), mark(**{**base, "version": "1.2.4"}), mark(**{**base, "repo_url": "https://i"})}) == 3


def test_a_floating_reference_is_asked_of_helm():
    with pytest.raises(AssertionError, match="helm was asked for"):
        mark(chart="c", repo_url="https://h")


def test_a_values_file_that_is_not_there(folder):
    with pytest.raises(MeshError, match=r"values_files: '/nope\.yml' cannot be read"):
        mark(chart=str(folder), values_files=["/nope.yml"])
    with pytest.raises(MeshError, match=r"values_files: .* cannot be read"):
        mark(chart=str(folder), values_files=["a\0b"])


def test_a_null_character_is_no_argument():
    with pytest.raises(MeshError, match="helm: an option of the task holds a null character"):
        runner.run(["/nope/helm", "a\0b"], env={}, progress=print, end=runner.kill)


def test_a_key_that_stands_twice_in_a_values_file(folder, tmp_path):
    twice, other = tmp_path / "twice.yaml", tmp_path / "broken.yaml"
    twice.write_text("a:\n  b: 1\n  b: 2\n")
    other.write_text("a: [\n")
    values = Inputs({"chart": str(folder), "values_files": [str(twice), str(other)]}).values
    told = f"values_files: {twice}, line 3: the key 'b' is duplicated in the same mapping. Helm uses the last."
    assert values.duplicates() == [told]


def test_what_a_chart_says_of_itself(folder):
    assert metadata(str(folder)) == {"name": "shop", "version": "1.0.0"}
    assert metadata("/nope") == {}
