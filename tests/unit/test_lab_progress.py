# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's build: how long it still takes, how much memory its compilers may use, what it leaves for later."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))

from meshlab import build, outside, progress
from meshlab.settings import Lab

GIB = 2**30


@pytest.mark.parametrize(
    ("total", "done", "current", "cpu_done", "cpu_current", "elapsed", "low", "high"),
    [
        pytest.param(2000, 0, 100, 0, 0, 0, 850, 930, id="nothing measured: an average machine"),
        pytest.param(2000, 1000, 200, 800, 0, 450, 420, 470, id="half done, as expected"),
        pytest.param(2000, 1000, 200, 1600, 0, 900, 840, 920, id="a processor half as fast"),
        pytest.param(2000, 1000, 200, 800, 0, 900, 840, 940, id="others use half of the machine"),
        pytest.param(2000, 1000, 200, 800, 80, 500, 370, 430, id="half way in the current step"),
        pytest.param(1000, 800, 200, 640, 500, 640, 1, 10, id="the last step is dearer than expected"),
    ],
)
def test_time_left(total, done, current, cpu_done, cpu_current, elapsed, low, high):
    measured = progress.Measured(total, done, current, cpu_done, cpu_current, elapsed)
    assert low <= measured.seconds_left(cores=2) <= high


def test_time_left_never_grows_while_a_step_goes_on_as_expected():
    moments = [progress.Measured(1000, 200, 400, 160, 1.8 * s, 90 + s).seconds_left(2) for s in range(0, 180, 10)]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute left"), (75, "about 1 minute left"), (930, "about 16 minutes left")],
)
def test_words(seconds, text):
    assert progress.words(seconds) == text


@pytest.mark.parametrize(
    ("available", "cores", "share"),
    [
        pytest.param(16 * GIB, 2, 2 * GIB, id="half of it, for three compilers and go"),
        pytest.param(64 * GIB, 30, GIB, id="many cores share it"),
        pytest.param(3 * GIB, 2, None, id="too little: Go's own settings"),
        pytest.param(0, 2, None, id="unknown: Go's own settings"),
    ],
)
def test_memory_of_the_compilers(monkeypatch, available, cores, share):
    monkeypatch.setattr(build.os, "cpu_count", lambda: cores)
    expected = {"GOGC": "off", "GOMEMLIMIT": str(share)} if share else {}
    assert build.garbage_settings(available) == expected


def test_each_module_is_one_step_and_what_only_tests_need_is_left_out():
    steps = build.by_module([build.BY_NAME[name] for name in build.USUAL])
    assert len({sources[0].module for sources in steps}) == len(steps)
    names = {source.name for sources in steps for source in sources}
    only_tests = {"helm3", "istioctl", "promtool", "cert-manager", build.ROLLOUTS, *build.OLDER_ISTIO}
    assert set(build.ALL) - names == only_tests
    assert set(build.KUBE_ONLY) <= names
    for sources in steps:  # `go build` names them by the last part of the package
        assert len({source.package.rpartition("/")[2] for source in sources}) == len(sources)


def test_what_is_not_compiled_has_a_stand_in_until_it_is(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "program", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(build, "artefacts", lambda: tmp_path / "nothing")
    lab = Lab(tmp_path / "lab", 20000)
    lab.folder.mkdir()
    outside.link(lab)
    stand_in = lab.folder / "bin" / "istioctl"
    assert f"tool --dir {lab.folder} istioctl" in stand_in.read_text()
    assert stand_in.stat().st_mode & 0o111
    program = tmp_path / "cache" / "istioctl"
    program.parent.mkdir()
    program.write_text("the program")
    outside.link(lab)
    assert stand_in.is_symlink() and stand_in.read_text() == "the program"
