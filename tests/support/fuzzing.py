# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments as nobody would write them, made from a module's argument spec: right, nearly right, and wild."""

from __future__ import annotations

import importlib
from pathlib import Path

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.options import ENVIRONMENT

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
# How a cluster is reached is played with apart.
CONNECTION = {*ENVIRONMENT, "proxy_headers"}

TEXTS = (
    "", "a", "reviews", "reviews.prod.svc.cluster.local", "*", "90", "-1", "1.5", "true", "null", "{{ x }}", "{% x %}",
    "a\nb", "ü\u200b\U0001f600", "\x00", "a" * 300, "../..", "=", "key=value", "[1, 2", '{"a": 1}', "5s", "%s", "$(x)",
    "default", "STRICT", "2026-01-01",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2**31, 2**63, -(2**64), 0.5, -0.0, 1e308, float("nan"), float("inf"))


def anything(rng, depth=0):
    """A value of any type of YAML."""
    kind = rng.randrange(8 if depth < 3 else 4)
    if kind == 0:
        return None
    if kind == 1:
        return rng.choice((True, False))
    if kind == 2:
        return rng.choice(NUMBERS)
    if kind in (3, 4):
        return rng.choice(TEXTS)
    if kind == 5:
        return [anything(rng, depth + 1) for _each in range(rng.randrange(3))]
    return {rng.choice(TEXTS): anything(rng, depth + 1) for _each in range(rng.randrange(3))}


def value(rng, option: dict, wildness: int, depth: int = 0):
    """A value for an option; one in ``wildness`` is of any type."""
    if rng.randrange(wildness) == 0:
        return anything(rng)
    if option.get("choices") and rng.randrange(6):
        return rng.choice(option["choices"])
    kind = option.get("type", "str")
    if kind == "list":
        element = {**option, "type": option.get("elements", "raw")}
        return [value(rng, element, wildness, depth + 1) for _each in range(rng.randrange(3))]
    if kind == "dict" and option.get("options") and depth < 12:
        return options(rng, option["options"], wildness, depth + 1)
    if kind == "dict":
        return {rng.choice(TEXTS): anything(rng, 2) for _each in range(rng.randrange(3))}
    plain = {
        "bool": (True, False, "yes", "off", 1),
        "int": (0, 1, 100, "7", -1, 2**40),
        "float": (0, 0.5, "1.5", -2),
        "raw": (1, "a", True, None, [1], {"a": 1}),
    }
    return rng.choice(plain.get(kind, TEXTS))


def options(rng, spec: dict, wildness: int, depth: int = 0) -> dict:
    """Some of a level's options, under one of their names, and now and then one that there is not."""
    names = sorted(spec) if depth else sorted(name for name in spec if name not in CONNECTION)
    chosen = rng.sample(names, min(len(names), rng.randrange(1, 5)))
    chosen += [name for name in names if spec[name].get("required") and name not in chosen and rng.randrange(5)]
    made = {}
    for name in chosen:
        key = rng.choice([name, *(spec[name].get("aliases") or [])])
        made[key] = value(rng, spec[name], wildness, depth)
    if rng.randrange(wildness) == 0:
        made[rng.choice(TEXTS)] = anything(rng)
    return made


def entry(module: str):
    """The Entry of a module."""
    return importlib.import_module(f"ansible_collections.meshops.lifecycle.plugins.modules.{module}").ENTRY
