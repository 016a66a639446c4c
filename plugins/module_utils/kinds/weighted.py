# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a route that split requests by weight: what an API has to say of them, so that any route is edited alike.

Each API has one ``Form``. All functions are pure: they return changed copies, and leave every field that they are not
about as it is.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

Rule = dict[str, Any]


class Target(NamedTuple):
    """Where a rule sends requests: a host (of Istio) or the name of a Service (Gateway API), and a subset of it."""

    host: str
    subset: str = ""

    @property
    def label(self) -> str:
        return f"{self.host} subset {self.subset}" if self.subset else self.host


class Match(NamedTuple):
    """Requests that go to the canary whatever the weights are.

    ``headers``: {name: {"exact": text}}, or ``prefix`` or ``regex`` in place of ``exact``; ``cookie``: the value of
    ``Set-Cookie`` in responses of the canary, by which later requests match; empty for none.
    """

    headers: dict[str, dict[str, str]]
    cookie: str = ""


class Form(Protocol):
    """How the routes of one API are written."""

    rules: str  # the key of the rules in ``spec``
    targets: str  # the key of the weighted targets in a rule
    whole: int  # what weights sum up to where the rule says nothing else
    of_requests: bool  # whether its rules know requests, and so mirrors and headers, or connections alone

    def is_target(self, entry: dict[str, Any], target: Target, namespace: str) -> bool:
        """Whether an entry of ``targets`` is this target."""

    def weight(self, entry: dict[str, Any], count: int) -> int:
        """The weight of one of ``count`` entries, by the API's defaults."""

    def target(self, like: dict[str, Any], target: Target) -> dict[str, Any]:
        """An entry for the target, with the port of another entry, and no weight."""

    def foreign_mirrors(self, rule: Rule, target: Target, namespace: str) -> bool:
        """Whether the rule mirrors requests already."""

    def mirrored(self, rule: Rule, entry: dict[str, Any], target: Target, percent: float, namespace: str) -> Rule:
        """The rule with this share of its requests mirrored to the target; with 0 it is not mirrored there."""

    def cookies(self, entry: dict[str, Any]) -> list[str]:
        """The cookies that an entry of ``targets`` sets in responses."""

    def with_cookie(self, entry: dict[str, Any], cookie: str, add: bool) -> dict[str, Any]:
        """The entry with this cookie set in responses, or with it taken out; other headers stay."""

    def matched(self, rule: Rule, entry: dict[str, Any], match: Match) -> Rule:
        """A rule for the requests of ``rule`` that match, all of which go to the target of ``entry``."""

    def is_matched(self, rule: Rule, target: Target, match: Match, namespace: str) -> bool:
        """Whether a rule is such a one."""
