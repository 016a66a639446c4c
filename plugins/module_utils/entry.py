# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is, and one call of it: the same whether Ansible's worker runs it or a module process does."""

from __future__ import annotations

import copy
import functools
import os
import traceback
from collections.abc import Callable, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import _list_no_log_values
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import libraries
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params as params_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import (
    OUR_DEFECT,
    MeshError,
    without_secrets,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session, connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import settings

_DOCUMENTS = ("definition", "objects", "overlays")  # which may be many, and are masked as documents
_MOST_DOCUMENTS = 20  # of an option that the invocation of a result repeats


class Entry:
    """A module: its name, its argument spec, and ``run(task) -> result``.

    ``secrets``: dotted paths of options whose values are never shown (the generated spec carries them as no_log).
    ``text_option``: the option that takes what stands in the file of ``src``, where that file is text and no object.
    The constraints are those of AnsibleModule.
    """

    def __init__(
        self,
        name: str,
        arguments: dict,
        run: Callable[[Task], dict],
        *,
        secrets: tuple[str, ...] = (),
        supports_check_mode: bool = True,
        text_option: str = "",
        **constraints,
    ):
        self.name = name
        self.arguments = arguments
        self.run = run
        self.secrets = secrets
        self.supports_check_mode = supports_check_mode
        self.text_option = text_option
        self.constraints = constraints

    def checked(self, arguments: Mapping) -> dict:
        """The arguments under the options' own names and in their types. Raises MeshError for bad ones."""
        partial = any(arguments.get(name) for name in ("definition", "src", "field_manager"))
        written = params_module.check(arguments, self.arguments, self.name, partial=partial)
        for holder in _kubeconfig_holders(written):
            content = holder["kubeconfig"]
            if isinstance(content, str) and "\n" in content:  # a file's content, not its path
                holder["kubeconfig"] = kubeconfig.parsed(content)
        return written

    def task(self, written: Mapping, *, check: bool, diff: bool = False, warn: Callable, progress: Callable) -> Task:
        """One call, from checked arguments; defaults and constraints by Ansible's own validator.

        Raises MeshError for arguments that exclude each other or are missing, and for missing Python packages.
        """
        libraries.need()
        outcome = self._validator.validate(written)
        if outcome.error_messages:
            raise MeshError("; ".join(outcome.error_messages))
        return Task(self, written, outcome.validated_parameters, check, diff, warn, progress)

    @functools.cached_property
    def top_level(self) -> dict:
        """The spec without its inner levels, which ``checked`` sees to."""
        return {
            name: {key: value for key, value in option.items() if key != "options"}
            for name, option in self.arguments.items()
        }

    @functools.cached_property
    def _validator(self) -> ArgumentSpecValidator:
        return ArgumentSpecValidator(self.top_level, **self.constraints)


class Task:
    """One call of a module.

    ``params``: the top-level options with defaults, inner levels as written; ``written``: only what was written, under
    the options' names; ``options``: the argument spec; ``check`` and ``diff``: True in check mode and in diff mode.
    """

    def __init__(
        self,
        entry: Entry,
        written: dict,
        params: dict,
        check: bool,
        diff: bool,
        warn: Callable,
        progress: Callable,
    ):
        self.name = entry.name
        self.options = entry.arguments
        self.written = written
        self.params = params
        self.check = check
        self.diff = diff
        self.warn = warn
        self.progress = progress
        self._session: Session | None = None
        self._before = {"retries": 0, "writes": 0}

    @property
    def session(self) -> Session:
        """The connection, made when first needed. Raises MeshError."""
        if self._session is None:
            self._session = connect(self.params)
            self._before = dict(self._session.counts)
        return self._session

    @property
    def delivers_to_git(self) -> bool:
        """Whether what is declared goes into a repository; nothing connects to a cluster then, but to wait."""
        return self.params.get("delivery") == "git"

    @property
    def default_namespace(self) -> str:
        """The namespace of objects that name none: by the option, where the module has a default for it, then by the
        kubeconfig; empty where no cluster is asked."""
        stated = self.params.get("namespace")
        return stated or ("" if self.delivers_to_git else self.session.default_namespace)

    @property
    def retries(self) -> int:
        """How many requests of this task had to be sent again."""
        return self._count("retries")

    @property
    def writes(self) -> int:
        """How many requests of this task have written something so far."""
        return self._count("writes")

    def _count(self, what: str) -> int:
        """Over all tasks of a loop there is one session."""
        return self._session.counts[what] - self._before[what] if self._session else 0


def execute(entry: Entry, task: Task) -> dict:
    """Run a task to its result; an error becomes a failed result, also one that nobody foresaw."""
    try:
        answer = entry.run(task)
    except MeshError as error:
        answer = {"failed": True, "changed": False, "msg": error.message, **error.details}
    except Exception as error:
        answer = {"failed": True, "changed": False, "msg": _unforeseen(entry.name, error)}
    retried = task.retries
    return {**answer, "retries": retried} if retried else answer


def _unforeseen(name: str, error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{name} met a case that it does not know: {type(error).__name__}: {error} "
        f"({os.path.basename(last.filename)}, line {last.lineno}). {OUR_DEFECT}"
    )


def secrets_of(entry: Entry, written: Mapping) -> set[str]:
    """The texts that must never be shown: values of no_log options, and credentials within an inline kubeconfig."""
    found = set(_list_no_log_values(entry.arguments, written))
    for holder in _kubeconfig_holders(written):
        found |= kubeconfig.secrets(holder["kubeconfig"])
    misplaced = settings.password_in((written.get("git") or {}).get("repository"))
    return found | {misplaced} if misplaced else found


def _kubeconfig_holders(written: Mapping) -> list[dict]:
    """The arguments, and an option that leads to another cluster, where they hold a kubeconfig."""
    return [one for one in (written, written.get("cluster")) if isinstance(one, Mapping) and one.get("kubeconfig")]


def invocation(written: Mapping) -> dict:
    """The arguments as a result shows them (-vvv): documents of Secrets and the users of a kubeconfig masked, likewise
    what is a secret by its looks, and a chart's values, which end in Secrets."""
    shown = {key: value if key in _DOCUMENTS else _by_looks(value) for key, value in written.items()}
    if isinstance(shown.get("cluster"), Mapping):
        shown["cluster"] = dict(shown["cluster"])
    for holder in _kubeconfig_holders(shown):
        if isinstance(holder["kubeconfig"], Mapping):
            holder["kubeconfig"] = {**holder["kubeconfig"], "users": diff.MASK}
    if isinstance(shown.get("definition"), dict):
        shown["definition"] = diff.masked_document(shown["definition"])
    for name in ("objects", "overlays"):
        if isinstance(shown.get(name), list):
            more = len(shown[name]) - _MOST_DOCUMENTS
            shown[name] = [diff.masked_document(item) for item in shown[name][:_MOST_DOCUMENTS]]
            if more > 0:
                shown[name].append(f"and {more} more")
    if isinstance(shown.get("values"), dict):
        shown["values"] = diff.MASK
    return {"module_args": shown}


def _by_looks(value):
    """An argument without what is a secret by its looks, at every level."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, dict):
        return {key: _by_looks(below) for key, below in value.items()}
    return [_by_looks(item) for item in value] if isinstance(value, list) else value


class _Module(AnsibleModule):
    """AnsibleModule that keeps the arguments as they were written, and leaves their inner levels to us."""

    entry: Entry

    def _load_params(self):
        super()._load_params()
        self.as_written = {
            key: copy.deepcopy(value) for key, value in self.params.items() if not key.startswith("_ansible_")
        }
        self.argument_spec = self.entry.top_level

    def _log_invocation(self):
        """Not to syslog: documents may hold secrets."""


def run_module(entry: Entry) -> None:
    """``main()`` of every module."""
    _Module.entry = entry
    module = _Module(argument_spec=entry.arguments, supports_check_mode=entry.supports_check_mode, **entry.constraints)
    written: dict = {}
    try:
        written = entry.checked(module.as_written)
        module.no_log_values |= secrets_of(entry, written)
        task = entry.task(written, check=module.check_mode, diff=module._diff, warn=module.warn, progress=module.debug)
    except MeshError as error:
        answer = {"failed": True, "msg": error.message, **error.details}
    else:
        answer = execute(entry, task)
    answer["invocation"] = invocation(written)
    # Outside of the handlers: fail_json would add an exception that is being handled.
    if answer.pop("failed", False):
        module.fail_json(**answer)
    module.exit_json(**answer)
