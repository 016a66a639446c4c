# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents from an http or https address, which are taken only when they are what was meant."""

from __future__ import annotations

import hashlib
import re
import urllib.error

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

ALGORITHMS = {"sha256": 64, "sha384": 96, "sha512": 128}  # and how many digits each has
_SECONDS = 30
_MOST = 64 * 2**20  # bytes; the largest bundle of a mesh is about 5 MB


def check(url: str, checksum: str) -> tuple[str, str]:
    """(algorithm, digits) of a checksum as written. Raises MeshError for anything else."""
    if not re.match(r"https?://[^/]", url):
        raise MeshError(f"urls: {url!r} is not an http or https URL. Use 'src' for local files.")
    algorithm, _colon, digits = checksum.strip().partition(":")
    if not re.fullmatch(r"[0-9a-fA-F]+", digits) or len(digits) != ALGORITHMS.get(algorithm):
        raise MeshError(
            f"urls: the checksum of {url} must be one of {', '.join(ALGORITHMS)}, a colon and its digits, such as "
            f"sha256:9f86d081…, not {checksum!r}."
        )
    return algorithm, digits.lower()


def text(url: str, checksum: str) -> str:
    """What stands at an address. Raises MeshError when it cannot be had, or is not what the checksum says."""
    from ansible.module_utils.urls import open_url  # late: it takes 0.1 s, and few tasks have addresses

    algorithm, wanted = check(url, checksum)
    try:
        with open_url(url, timeout=_SECONDS, http_agent="meshops.lifecycle") as answer:
            content = answer.read(_MOST + 1)
    except urllib.error.HTTPError as error:
        raise MeshError(f"urls: {url} answers {error.code} ({error.reason}).") from None
    except (OSError, ValueError) as error:
        raise MeshError(f"urls: {url} cannot be read ({getattr(error, 'reason', None) or error}).") from None
    if len(content) > _MOST:
        raise MeshError(f"urls: {url} has more than {_MOST // 2**20} MB.")
    actual = hashlib.new(algorithm, content).hexdigest()
    if actual != wanted:
        raise MeshError(
            f"urls: {url} does not have the expected checksum: it is {algorithm}:{actual}, not {algorithm}:{wanted}. "
            "Check what has changed there before you use the new checksum. Nothing was applied."
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MeshError(f"urls: {url} is not text.") from None
