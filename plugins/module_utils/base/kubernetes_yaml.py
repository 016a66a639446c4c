# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as kubectl, Helm and the API server read it: sigs.k8s.io/yaml over go-yaml v2.

That is YAML 1.1's booleans with most of YAML 1.2's numbers: ``17:00`` and dates are text, ``0123`` and ``0o123`` are
octal, ``=`` is text, ``1e3`` is a number. What differs from it on purpose raises an error instead of losing something:
binary data that is no text, and a key such as ``1.10``. A table in tests/integration/test_values.py holds it against
kubectl.
"""

from __future__ import annotations

import base64
import decimal
import math
import re

try:
    import yaml

    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
except ImportError:  # libraries.need() says so before anything is read
    yaml, _SafeLoader = None, object

_TAG = "tag:yaml.org,2002:"
_PLAIN = "meshops:plain"  # a scalar without quotes and without a tag, which its text alone decides
_TEXT = f"{_TAG}str"
_BOOLEANS = {
    spelling: value
    for value, words in ((True, ("y", "yes", "true", "on")), (False, ("n", "no", "false", "off")))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_NOT_JSON = frozenset(
    f"{sign}.{word}"
    for sign, words in (("", ("nan", "NaN", "NAN", "inf", "Inf", "INF")), ("+", ("inf", "Inf", "INF")))
    for word in words
) | {"-.inf", "-.Inf", "-.INF"}
_FIRST = frozenset("0123456789+-.~yYnNtTfFoO")  # text that begins otherwise is text
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)?")
_INT64 = range(-(2**63), 2**63)
# go-yaml's own bound: of a large document at most this part may come from aliases.
_FEW_NODES, _MANY_NODES = 400_000, 4_000_000


class Loader(_SafeLoader):
    """A loader for ``yaml.load`` and ``yaml.load_all``; by libyaml where it is there, which is ten times faster.

    ``duplicates``: (key, line from 1) of every key that stands a second time in its mapping; the last one counts.
    """

    def __init__(self, stream):
        super().__init__(stream)
        self.duplicates: list[tuple[str, int]] = []

    def resolve(self, kind, value, implicit):
        """The tag of a node that has none of its own."""
        if kind is not yaml.ScalarNode:
            return super().resolve(kind, value, implicit)
        return _PLAIN if implicit[0] else _TEXT

    def construct_document(self, node):
        """The document in JSON's types. Raises ConstructorError."""
        return _Document(self.duplicates).value(node)


class _Document:
    """The values of the nodes of one document. ``duplicates`` is added to."""

    def __init__(self, duplicates: list):
        self._duplicates = duplicates
        self._seen: set[int] = set()  # nodes that were met; a second time it is by an alias
        self._open: set[int] = set()  # nodes that are being read
        self._count = self._by_alias = self._depth = 0

    def value(self, node):
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        aliased = id(node) in self._seen
        if id(node) in self._open:
            raise _error(node, "an anchor's value contains itself")
        self._seen.add(id(node))
        self._open.add(id(node))
        self._depth += aliased
        self._bound(node)
        result = (
            self._mapping(node) if isinstance(node, yaml.MappingNode) else [self.value(item) for item in node.value]
        )
        self._depth -= aliased
        self._open.discard(id(node))
        return result

    def _bound(self, node) -> None:
        """Few lines of aliases of aliases can be a document of gigabytes."""
        self._count += len(node.value) + 1
        self._by_alias += (len(node.value) + 1) if self._depth else 0
        part = (self._count - _FEW_NODES) / (_MANY_NODES - _FEW_NODES)
        allowed = 0.99 - 0.89 * min(max(part, 0.0), 1.0)
        if self._by_alias > 100 and self._count > 1000 and self._by_alias / self._count > allowed:
            raise _error(node, "its aliases expand to too much data")

    def _mapping(self, node) -> dict:
        result: dict = {}
        stated: set[str] = set()
        for key_node, value_node in node.value:
            if _is_merge(key_node):
                self._merge(value_node, result, stated)
                continue
            key = _key(key_node)
            if key in stated:
                self._duplicates.append((key, key_node.start_mark.line + 1))
            stated.add(key)
            result[key] = self.value(value_node)
        return result

    def _merge(self, node, into: dict, stated: set[str]) -> None:
        """``<<``: of several mappings the first one counts. go-yaml lets it win over the keys that stand before it,
        other readers let those win: such a key counts as a duplicate."""
        nodes = node.value[::-1] if isinstance(node, yaml.SequenceNode) else [node]
        for mapping in nodes:
            if not isinstance(mapping, yaml.MappingNode):
                raise _error(mapping, "'<<' takes a mapping or a list of mappings")
            merged = self.value(mapping)
            self._duplicates += [(key, mapping.start_mark.line + 1) for key in merged if key in stated]
            into.update(merged)


def _is_merge(node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == "<<" and node.tag in (_PLAIN, f"{_TAG}merge")


def _key(node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        hint = ". A value that begins with '{{' needs quotes" if isinstance(node, yaml.MappingNode) else ""
        raise _error(node, f"a key is not text{hint}")
    key = _scalar(node)
    if isinstance(key, str):
        return key
    if key is None:
        raise _error(node, "a key is empty")
    if isinstance(key, bool):
        return "true" if key else "false"
    if re.search(r"[.eE]", node.value) and node.value != repr(float(node.value)):
        raise _error(node, f"the key {node.value} would be {key}. Put quotes around it")
    return node.value if isinstance(key, float) else str(key)


def _scalar(node):
    """The value of a scalar, in JSON's types."""
    tag, text = node.tag, node.value
    if tag == _TEXT:
        return text
    if tag == _PLAIN:
        value = resolved(text)
    elif tag == f"{_TAG}binary":
        return _decoded(node)
    elif tag in (f"{_TAG}bool", f"{_TAG}int", f"{_TAG}float", f"{_TAG}null"):
        value = _tagged(node, tag.removeprefix(_TAG))
    elif tag in ("!vault", "!vault-encrypted"):
        raise _error(node, "a value that ansible-vault encrypted cannot be decrypted here. Pass it as a variable")
    else:
        return text  # a tag that nobody here knows, as kubectl has it
    if isinstance(value, float) and not math.isfinite(value):
        raise _error(node, f"this is not a number in JSON: {text}")
    return value


def resolved(text: str):
    """What a plain scalar without a tag is: text, true or false, a number or None. Infinity and NaN as such."""
    if text in _NULLS:
        return None
    if text[0] not in _FIRST:
        return text
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NOT_JSON:
        return float(text.replace(".", ""))
    if text[0] == ".":
        return _float(text.replace("_", ""), text) if _FRACTION.fullmatch(text) else text
    digits = text.replace("_", "")
    integer = _INTEGER.fullmatch(digits)
    if integer:
        value = _whole(integer)
        if value is not None:
            return value
    return _float(digits, text) if _FLOAT.fullmatch(digits) else text


def _whole(match: re.Match) -> int | float | None:
    """A whole number as JSON's readers in Go have it: beyond 64 bits a float; None where that cannot be."""
    sign, hexadecimal, binary, octal, tens = match.groups()
    bases = ((hexadecimal, 16), (binary, 2), (octal, 8), (tens, 10))
    magnitude = next(int(digits[:70], base) for digits, base in bases if digits is not None)
    value = -magnitude if sign == "-" else magnitude
    if value in _INT64:
        return value
    return float(value) if not sign and value < 2**64 else None


def _float(digits: str, text: str) -> int | float | str:
    """A float, or the text where it is too large for one."""
    value = float(digits)
    return text if math.isinf(value) else number(value)


def number(value: float) -> int | float:
    """A finite float as it comes out of Go's JSON again: 1.0 is 1, and large ones have their shortest digits."""
    if not value.is_integer() or abs(value) > _INT64.stop:
        return value
    whole = int(decimal.Decimal(repr(value)))
    return whole if whole in _INT64 else value


def _tagged(node, wanted: str):
    """A scalar with a tag of YAML's own. Raises ConstructorError where the text is no such thing."""
    value = resolved(node.value)
    kinds = {"bool": bool, "int": int, "float": (int, float), "null": type(None)}
    if not isinstance(value, kinds[wanted]) or isinstance(value, bool) != (wanted == "bool"):
        raise _error(node, f"{node.value!r} is no {wanted}")
    return value


def _decoded(node) -> str:
    try:
        return base64.b64decode("".join(node.value.split()), validate=True).decode()
    except UnicodeDecodeError:
        raise _error(
            node, "a value tagged !!binary is not text. In a Secret or ConfigMap, binary data is base64 without the tag"
        ) from None
    except ValueError:
        raise _error(node, "a value tagged !!binary is not base64") from None


def _error(node, problem: str) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
