# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON for those who read it as YAML: the API server's server-side apply, and helm."""

from __future__ import annotations

import json
import re

# YAML has no pairs of escapes for one character, so characters stay as they are; but these it takes for line ends, for
# a byte order mark, or not at all.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def compact(value) -> str:
    """A value in plain JSON types, as text that JSON's and YAML's readers take for the same."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
