# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instant queries to anything with Prometheus's HTTP API, and why there is no value.

Source of statuses and of ``errorType``: prometheus.io/docs/prometheus/latest/querying/api.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.http_client import (
    Client,
    Response,
    Slow,
    Unreachable,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import (
    PrometheusError,
    Trouble,
)

_PATH = "/api/v1/query"
_LONGEST_URL = 2000  # characters of a query that goes into the URL; some proxies cut longer ones
_SHOWN = 5  # series that a message names


class Sample(NamedTuple):
    """One series of an answer: its labels and its value, which may be NaN or infinite."""

    labels: Mapping[str, str]
    value: float


class Answer(NamedTuple):
    """``warnings``: what Prometheus says about an answer that may be incomplete, such as a store that is away."""

    samples: list[Sample]
    warnings: tuple[str, ...] = ()


class Prometheus:
    """``timeout``: seconds for one query, which Prometheus is told as well."""

    def __init__(self, client: Client, timeout: float):
        self._client, self._timeout = client, timeout
        self.label = client.label

    def query(self, expression: str) -> Answer:
        """All series of an instant query at the server's present time. Raises PrometheusError."""
        form = urlencode({"query": expression, "timeout": f"{self._timeout:g}s"})
        response = self._response(form)
        document = _decoded(response.body)
        if response.status != 200 or document.get("status") != "success":
            raise self._refusal(response, document)
        try:
            samples = list(_samples(document["data"]))
        except (KeyError, IndexError, TypeError, ValueError):
            raise self._error(Trouble.UNEXPECTED, "gives something that is not a value or a list of values") from None
        return Answer(samples, tuple(str(warning) for warning in document.get("warnings") or ()))

    def scalar(self, expression: str) -> Sample:
        """The one value of an instant query.

        Raises PrometheusError also for no series, for several, and for a value that is not a number.
        """
        samples = self.query(expression).samples
        if not samples:
            raise PrometheusError(Trouble.EMPTY, "The query has no result: there is no such series in this time")
        if len(samples) > 1:
            shown = ", ".join(_shown(sample.labels) for sample in samples[:_SHOWN])
            more = f" and {len(samples) - _SHOWN} more" if len(samples) > _SHOWN else ""
            text = f"The query has {len(samples)} results instead of one: {shown}{more}"
            text = f"{text}. Aggregate them, with sum() for example"
            raise PrometheusError(Trouble.SEVERAL, text)
        if math.isnan(samples[0].value):
            text = "The query results in NaN, as a division of 0 by 0 does: there was nothing to divide by"
            raise PrometheusError(Trouble.NAN, text)
        return samples[0]

    def close(self) -> None:
        self._client.close()

    def _response(self, form: str) -> Response:
        try:
            if len(form) > _LONGEST_URL:
                return self._client.request(_PATH, form)
            return self._client.request(f"{_PATH}?{form}")
        except Slow as error:
            raise self._error(Trouble.SLOW, f"is too slow: {error}. metrics.timeout allows more") from None
        except Unreachable as error:
            raise self._error(Trouble.UNREACHABLE, f"cannot be reached: {error}") from None
        except ApiError as error:
            trouble = Trouble.REFUSED if error.status in (401, 403) else Trouble.UNREACHABLE
            raise self._error(trouble, f"cannot be reached through the API server: {error.message}") from None

    def _refusal(self, response: Response, document: Mapping) -> PrometheusError:
        status = response.status
        explanation = str(document.get("error") or "").strip()[:500]
        if status in (401, 403):
            hint = "Set metrics.token, or the user, headers or certificate that it wants"
            return self._error(Trouble.REFUSED, f"refuses the request ({status} {response.reason}). {hint}")
        if document.get("errorType") in ("timeout", "canceled"):
            return self._error(Trouble.SLOW, f"has not evaluated the query in time: {explanation}")
        if status in (400, 422) or document.get("errorType") in ("bad_data", "execution"):
            return self._error(Trouble.BAD_QUERY, f"refuses the query: {explanation or f'{status} {response.reason}'}")
        if status >= 500:
            return self._error(
                Trouble.UNREACHABLE, f"answers {status} {response.reason}{f': {explanation}' if explanation else ''}"
            )
        if explanation:
            return self._error(Trouble.UNEXPECTED, f"answers with an error: {explanation}")
        hint = " Check the address and its path prefix" if status in (200, 301, 302, 307, 308, 404, 405) else ""
        return self._error(
            Trouble.UNEXPECTED, f"does not answer as Prometheus does ({status} {response.reason}).{hint}"
        )

    def _error(self, trouble: Trouble, text: str) -> PrometheusError:
        return PrometheusError(trouble, f"Prometheus at {self.label} {text}")


def _decoded(body: bytes) -> dict:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _samples(data: Mapping) -> list[Sample]:
    if data["resultType"] == "scalar":
        return [Sample({}, float(data["result"][1]))]
    if data["resultType"] != "vector":
        raise ValueError(data["resultType"])
    return [Sample(series["metric"], float(series["value"][1])) for series in data["result"]]


def _shown(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
