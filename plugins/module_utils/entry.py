# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is, and one call of it: the same whether Ansible's worker runs it or a module process does."""

from __future__ import annotations

import copy
import functools
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import _list_no_log_values
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import libraries, masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params as params_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import BUG, MeshError, without_secrets
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import reading
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import run_lease
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import settings

_MOST_DOCUMENTS = 20  # of an option that the invocation of a result repeats


@dataclass(frozen=True)
class Roles:
    """What options are for, where more than the module has to know: who masks, reads files or fills in templates.

    ``documents``: options that hold Kubernetes objects, one or a list; they are shown with their Secrets masked.
    ``hidden``: mappings that are never shown, because they end in Secrets.
    ``clusters``: options that hold the connection options of another cluster.
    ``addresses``: dotted paths of addresses that may carry a password.
    ``objects``: the option that takes documents; the action adds to it what ``templates`` (files to fill in) and
    ``urls`` (addresses with checksums) name.
    ``text``: the option that takes what stands in the file of ``src``, where that file is text and no object.
    """

    documents: tuple[str, ...] = ("definition",)
    hidden: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ("git.repository",)
    objects: str = ""
    templates: str = ""
    urls: str = ""
    text: str = ""


VERBOSITY_OF_TRACEBACKS = 3  # -vvv


class Entry:
    """A module: its name, its argument spec, and ``run(task) -> result``.

    ``secrets``: dotted paths of options whose values are never shown (the generated spec carries them as no_log).
    ``roles``: what some of its options are for. The constraints are those of AnsibleModule.
    """

    def __init__(
        self,
        name: str,
        arguments: dict,
        run: Callable[[Task], dict],
        *,
        secrets: tuple[str, ...] = (),
        supports_check_mode: bool = True,
        roles: Roles = Roles(),
        **constraints,
    ):
        self.name = name
        self.arguments = arguments
        self.run = run
        self.secrets = secrets
        self.supports_check_mode = supports_check_mode
        self.roles = roles
        self.constraints = constraints

    def checked(self, arguments: Mapping) -> dict:
        """The arguments under the options' own names and in their types. Raises MeshError for bad ones."""
        arguments = self._with_documents(arguments)
        partial = any(arguments.get(name) for name in ("definition", "src", "field_manager"))
        written = params_module.check(arguments, self.arguments, self.name, partial=partial)
        for holder in self._kubeconfig_holders(written):
            content = holder["kubeconfig"]
            if isinstance(content, str) and "\n" in content:  # a file's content, not its path
                holder["kubeconfig"] = kubeconfig.parsed(content)
        return written

    def _with_documents(self, arguments: Mapping) -> Mapping:
        """Documents that were given as text, as kubernetes.core takes them, are read before anything shows them."""
        many = bool(self.roles.objects)
        taker = self.roles.objects or "definition"
        option = self.arguments.get(taker) or {}
        if option.get("type") != ("list" if many else "dict"):
            return arguments
        given = {}
        for name in (taker, *(option.get("aliases") or [])):
            value = arguments.get(name)
            parts = value if isinstance(value, list) and many else [value]
            if not any(isinstance(part, str) for part in parts):
                continue
            libraries.need()
            read = [
                reading.parse(params_module.plain(part), name) if isinstance(part, str) else [part] for part in parts
            ]
            documents = [document for several in read for document in several]
            if not many and len(documents) != 1:
                raise MeshError(
                    f"{name} holds {len(documents)} documents; this module takes one. mesh_apply takes many."
                )
            given[name] = documents if many else documents[0]
        return {**arguments, **given}

    def task(self, written: dict, *, check: bool, diff: bool = False, warn: Callable, progress: Callable) -> Task:
        """One call, from checked arguments; defaults and constraints by Ansible's own validator.

        Raises MeshError for arguments that exclude each other or are missing, and for missing Python packages.
        """
        libraries.need()
        outcome = self._validator.validate(written)
        if outcome.error_messages:
            raise MeshError("; ".join(outcome.error_messages))
        params = {name: self._not_empty(name, value) for name, value in outcome.validated_parameters.items()}

        def cleaned(tell: Callable[[str], object]) -> Callable[[str], object]:
            return lambda message: tell(without_secrets(message))

        return Task(self.name, self.arguments, written, params, check, diff, cleaned(warn), cleaned(progress))

    def _not_empty(self, name: str, value):
        """A namespace that is an empty text, as a template leaves it, is one that is left out."""
        default = (self.arguments.get(name) or {}).get("default")
        return default if value == "" and default and name.endswith("namespace") else value

    def secrets_of(self, written: Mapping) -> set[str]:
        """The texts that must never be shown: values of no_log options, credentials within an inline kubeconfig, and
        passwords in addresses.
        """
        secrets = set(_list_no_log_values(self.arguments, written))
        for holder in self._kubeconfig_holders(written):
            secrets |= kubeconfig.secrets(holder["kubeconfig"])
        for path in self.roles.addresses:
            password = settings.password_in(_below(written, path))
            if password:
                secrets.add(password)
        return secrets

    def invocation(self, written: Mapping) -> dict:
        """The arguments as a result shows them (-vvv): without Secrets wherever they stand, the users of a kubeconfig,
        what is a secret by its looks, and what ends in Secrets.
        """
        shown = {name: self._shown(name, value) for name, value in written.items()}
        for holder in self._kubeconfig_holders(shown):
            if isinstance(holder["kubeconfig"], Mapping):
                holder["kubeconfig"] = {**holder["kubeconfig"], "users": masking.MASK}
        return {"module_args": shown}

    def _shown(self, name: str, value):
        if name in self.roles.hidden and isinstance(value, dict):
            return masking.MASK
        if name not in self.roles.documents:
            return masking.masked(value)
        if not isinstance(value, list):
            return masking.masked(value, document=True)
        more = len(value) - _MOST_DOCUMENTS
        rest = [f"and {more} more"] if more > 0 else []
        return [*masking.masked(value[:_MOST_DOCUMENTS], document=True), *rest]

    def _kubeconfig_holders(self, written: Mapping) -> list[dict]:
        """The arguments, and options that lead to another cluster, where they hold a kubeconfig."""
        holders = [written, *(written.get(name) for name in self.roles.clusters)]
        return [holder for holder in holders if isinstance(holder, Mapping) and holder.get("kubeconfig")]

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


def execute(entry: Entry, task: Task, *, keep_traceback: bool = False) -> dict:
    """Run a task to its result; an error becomes a failed result, also one that nobody foresaw.

    ``keep_traceback``: leave the traceback of such a one in ``exception``, for who asked for it by -vvv.
    """
    try:
        with run_lease.kept(task):
            answer = entry.run(task)
    except MeshError as error:
        answer = {"failed": True, "changed": False, "msg": error.message, **error.details}
    except Exception as error:
        answer = {"failed": True, "changed": False, "msg": _unforeseen(entry.name, error)}
        if keep_traceback:
            answer["exception"] = without_secrets(traceback.format_exc())
    for notice in task.notices():
        task.warn(notice)
    retried = task.retries
    return {**answer, "retries": retried} if retried else answer


def _unforeseen(name: str, error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Unexpected error in {name}: {type(error).__name__}: {without_secrets(str(error))} "
        f"({os.path.basename(last.filename)}, line {last.lineno}). {BUG}; please report it with the output of -vvv."
    )


def _below(written: Mapping, path: str):
    """The value at a dotted path of the arguments, or None."""
    value: object = written
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


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
        module.no_log_values |= entry.secrets_of(written)
        task = entry.task(written, check=module.check_mode, diff=module._diff, warn=module.warn, progress=module.debug)
    except MeshError as error:
        answer = {"failed": True, "msg": error.message, **error.details}
    else:
        answer = execute(entry, task, keep_traceback=module._verbosity >= VERBOSITY_OF_TRACEBACKS)
    answer["invocation"] = entry.invocation(written)
    # Outside of the handlers: fail_json would add an exception that is being handled.
    if answer.pop("failed", False):
        module.fail_json(**answer)
    module.exit_json(**answer)
