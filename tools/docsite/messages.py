# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error message that the collection raises, by reading its code: none can be missed that somebody adds.

A message is a template: what differs from run to run is an ellipsis. Read are the first arguments of exceptions, also
where a function takes the words and raises for its callers (a carrier), and fail_msg and msg in roles and playbooks.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

GAP = "…"
_LEFT_OUT = {"AssertionError", "KeyError", "NotImplementedError", "StopIteration", "SystemExit"}
_VERBS = {"is", "has", "no", "not", "cannot", "must"}
_MOST = 12  # forms of one message


class Message(NamedTuple):
    text: str
    file: str
    line: int


class _Module(NamedTuple):
    path: str
    functions: dict[str, ast.FunctionDef]
    classes: list[ast.ClassDef]
    calls: list[tuple[ast.Call, ast.FunctionDef | None]]  # each with the function that it is in


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def _nodes(tree: ast.AST, kind: type) -> tuple:
    """The nodes of a kind below one, which are asked for again and again."""
    return tuple(node for node in ast.walk(tree) if isinstance(node, kind))


def _inits(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]


def _module(path: str, tree: ast.Module) -> _Module:
    """What of a file is looked at, by one walk."""
    module = _Module(path, {}, [], [])
    left: list[tuple[ast.AST, ast.FunctionDef | None]] = [(tree, None)]
    while left:
        node, inside = left.pop()
        if isinstance(node, ast.Call):
            module.calls.append((node, inside))
        elif isinstance(node, ast.ClassDef):
            module.classes.append(node)
        elif isinstance(node, ast.FunctionDef):
            module.functions.setdefault(node.name, node)
            inside = node
        left.extend((child, inside) for child in ast.iter_child_nodes(node))
    module.calls.sort(key=lambda call: call[0].lineno)
    return module


def _modules(root: Path) -> list[_Module]:
    modules = []
    for path in sorted([*(root / "plugins").rglob("*.py"), *(root / "extensions").rglob("*.py")]):
        if "specs" in path.parts or "doc_fragments" in path.parts:
            continue
        modules.append(_module(str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))))
    return modules


def _exceptions(modules: list[_Module]) -> set[str]:
    """Names of classes that are exceptions, our own and Python's and Ansible's."""
    parents = {node.name: {_name(base) for base in node.bases} for module in modules for node in module.classes}
    known = {"MeshError", "Exception", "ValueError", "OSError", "TimeoutError"}
    known |= {"AnsibleError", "AnsibleFilterError", "AnsibleLookupError", "AnsibleParserError", "AnsibleActionFail"}
    while more := {name for name, bases in parents.items() if bases & known} - known:
        known |= more
    return known - _LEFT_OUT


class _Texts:
    """The texts that an expression can be, within one function of a module."""

    def __init__(self, module: _Module, function: ast.FunctionDef | None) -> None:
        self._module, self._function = module, function

    def of(self, node: ast.expr | None, depth: int = 0) -> list[str]:
        if node is None or depth > 6:
            return [GAP]
        if isinstance(node, ast.Constant):
            return [node.value if isinstance(node.value, str) else GAP if node.value is not None else ""]
        if isinstance(node, ast.IfExp):
            return [*self.of(node.body, depth + 1), *self.of(node.orelse, depth + 1)]
        if isinstance(node, ast.BoolOp):
            return [text for value in node.values for text in self.of(value, depth + 1)]
        if isinstance(node, ast.JoinedStr):
            return self._joined([self._part(value, depth) for value in node.values])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._joined([self.of(node.left, depth + 1), self.of(node.right, depth + 1)])
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        if isinstance(node, ast.Name):
            return self._assigned(node.id, depth)
        return [GAP]

    def _part(self, value: ast.expr, depth: int) -> list[str]:
        if isinstance(value, ast.FormattedValue):
            texts = self.of(value.value, depth + 1)
            return texts if any(re.search(r"\w{3}", text) for text in texts) else [GAP]
        return self.of(value, depth)

    @staticmethod
    def _joined(parts: list[list[str]], between: str = "") -> list[str]:
        forms = itertools.islice(itertools.product(*parts), _MOST)
        return list(dict.fromkeys(between.join(part for part in form if part) for form in forms))

    def _called(self, node: ast.Call, depth: int) -> list[str]:
        name = _name(node.func)
        if name == "sentence":
            return self._joined([self.of(each, depth + 1) for each in node.args], " ")
        if name in ("rstrip", "strip") and isinstance(node.func, ast.Attribute):
            return self.of(node.func.value, depth + 1)
        function = self._module.functions.get(name)
        if function is None or function is self._function:
            return [GAP]
        inside = _Texts(self._module, function)
        returned = [each.value for each in _nodes(function, ast.Return) if each.value]
        return [text for each in returned for text in inside.of(each, depth + 1)] or [GAP]

    def _assigned(self, name: str, depth: int) -> list[str]:
        texts = []
        for node in _nodes(self._function, ast.Assign) if self._function else ():
            if any(_name(target) == name for target in node.targets):
                texts += self.of(node.value, depth + 1)
        return texts or [GAP]


def _arguments(function: ast.FunctionDef) -> list[str]:
    names = [each.arg for each in function.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _given(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


class _Carriers:
    """Functions that raise with the words of their callers: name → which of their arguments."""

    def __init__(self, modules: list[_Module], exceptions: set[str]) -> None:
        self._exceptions = exceptions
        self.known: dict[str, set[tuple[int, str]]] = {}
        pairs = [(name, function) for module in modules for name, function in module.functions.items()]
        # What makes an exception gives it the arguments of its __init__.
        pairs += [(each.name, node) for module in modules for each in module.classes for node in _inits(each)]
        pairs = [(name, function) for name, function in pairs if name != "__init__"]
        while True:
            before = sum(map(len, self.known.values()))
            for name, function in pairs:
                self._learn(name, function)
            if sum(map(len, self.known.values())) == before:
                return

    def words(self, call: ast.Call) -> list[ast.expr]:
        """The arguments of a call that are words of an error."""
        name = _name(call.func)
        if name == "__init__" and call.args:  # of an exception of ours
            return call.args[:1]
        if name in self._exceptions and name not in self.known:
            return call.args[:1]
        return [node for position, arg in sorted(self.known.get(name, ())) if (node := _given(call, position, arg))]

    def _learn(self, called: str, function: ast.FunctionDef) -> None:
        arguments = _arguments(function)
        for call in _nodes(function, ast.Call):
            for words in self.words(call):
                used = {each.id for each in _nodes(words, ast.Name)}
                for position, name in enumerate(arguments):
                    if name in used and self._is_text(function, name):
                        self.known.setdefault(called, set()).add((position, name))

    @staticmethod
    def _is_text(function: ast.FunctionDef, name: str) -> bool:
        annotation = next((each.annotation for each in function.args.args if each.arg == name), None)
        return annotation is None or "str" in ast.unparse(annotation)


def _clean(text: str) -> str:
    text = re.sub(rf"{GAP}(\s*{GAP})+", GAP, re.sub(r"\s+", " ", text))
    return text.strip()


def of_python(root: Path) -> Iterator[Message]:
    modules = _modules(root)
    carriers = _Carriers(modules, _exceptions(modules))
    for module in modules:
        for call, function in module.calls:
            for words in carriers.words(call):
                for text in _Texts(module, function).of(words):
                    yield Message(_clean(text), module.path, call.lineno)


def _tasks(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _tasks(each)


def of_yaml(root: Path) -> Iterator[Message]:
    for path in sorted([*(root / "playbooks").rglob("*.yml"), *(root / "roles").glob("*/tasks/*.yml")]):
        for task in _tasks(yaml.safe_load(path.read_text(encoding="utf-8"))):
            for action, key in (("ansible.builtin.assert", "fail_msg"), ("ansible.builtin.fail", "msg")):
                text = (task.get(action) or {}).get(key) if isinstance(task.get(action), dict) else None
                if text:
                    yield Message(
                        _clean(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", GAP, text, flags=re.S)), str(path.relative_to(root)), 0
                    )


def _is_sentence(text: str) -> bool:
    """Not a label or the name of an option, which carriers take as well."""
    words = re.findall(r"[a-z]{2,}", text)
    return len(words) >= 4 or (len(words) >= 3 and (":" in text or bool(_VERBS & set(words))))


def all_messages(root: Path) -> list[Message]:
    """Each text once, by file. What has no words of its own only passes others on."""
    seen: dict[str, Message] = {}
    for message in [*of_python(root), *of_yaml(root)]:
        if _is_sentence(message.text):
            seen.setdefault(message.text, message)
    return list(seen.values())
