# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of every module: runs it inside Ansible's worker where that is the same, else as an ordinary module.

In a worker the imports were paid once, in the parent, which looks an action up under the module's own name before it
forks; and connections are kept over the items of a loop.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator, Mapping

from ansible.errors import AnsibleError, AnsibleTemplateError
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import vault
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.orphan import end_if_orphan
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect, desired, reading, remote
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import VERBOSITY_OF_TRACEBACKS, Entry, execute
from ansible_collections.meshops.lifecycle.plugins.plugin_utils import before_fork
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.short_diff import shortened

try:
    from ansible.errors import AnsibleValueOmittedError
except ImportError:

    class AnsibleValueOmittedError(Exception):
        """Stands in where ansible-core is older than 2.19: that fills in all options itself, `omit` among them."""


# The item that failed in the loop of a task, by the task's id; a worker runs all items of a loop. (loop_control's
# break_when does the same from ansible-core 2.18 on.)
_failed_items: dict = {}


before_fork.prepare()


class MeshAction(ActionBase):
    """Base of the generated stubs; each sets ``entry`` to that of its module."""

    entry: Entry
    _supports_check_mode = True
    _supports_diff = True
    _supports_async = True

    @classmethod
    def finalize_task_arg(cls, name, value, templar, context):
        """Template one option; where that fails, say why, and what to do with braces that are not Ansible's."""
        try:
            return super().finalize_task_arg(name, value, templar, context)
        except AnsibleValueOmittedError:
            raise  # `omit`, which is no failure
        except AnsibleTemplateError as error:
            raise AnsibleError(f"{_cause(error)} (in the option {name!r}).{_advice(error)}") from error

    def run(self, tmp=None, task_vars=None):
        """Run the task; returns the result of the module, whichever way it ran."""
        task_vars = task_vars or {}
        end_if_orphan()
        result = self._unless_stopped(tmp, task_vars)
        end_if_orphan()
        if isinstance(result.get("diff"), list):
            result["diff"] = shortened(result["diff"], self._most_lines(task_vars))
        if self._task._role:
            role, variables = self._task._role.get_name(), self._variables_of_options(task_vars)
            if result.get("failed"):
                result["msg"] = in_terms_of_role(str(result.get("msg", "")), role, variables)
            if result.get("warnings"):
                result["warnings"] = [
                    in_terms_of_role(warning, role, variables) if isinstance(warning, str) else warning
                    for warning in result["warnings"]
                ]
        return result

    def _most_lines(self, task_vars: Mapping) -> int | None:
        """How many lines a difference may have before it is one line for each object; None is without a limit."""
        most = self._variable(task_vars, "meshops_diff_lines", None)
        if most is None or str(most).isdecimal():
            return None if most is None else int(most)
        raise AnsibleError(
            f"meshops_diff_lines must be a whole number, not {most!r}. Differences are shown in full without it."
        )

    def _variables_of_options(self, task_vars: Mapping) -> dict[str, str]:
        """The variables of the task's role that set options: by the names of both, and by what the task states."""
        prefix = self._task._role.get_name().rpartition(".")[2]
        named = {option: f"{prefix}_{option}" for option in self.entry.arguments}
        named = {option: variable for option, variable in named.items() if variable in task_vars}
        arguments = (self._task.get_ds() or {}).get(self._task.action)
        if not isinstance(arguments, Mapping):
            return named
        defaults = self._task._role.get_default_vars()
        stated = {option: _VARIABLE.match(value) for option, value in arguments.items() if isinstance(value, str)}
        return {**named, **{option: match[1] for option, match in stated.items() if match and match[1] in defaults}}

    def _unless_stopped(self, tmp, task_vars: Mapping) -> dict:
        """The result, unless an item of a loop that is to stop then has failed."""
        if not self._task.loop or not boolean(self._variable(task_vars, "meshops_stop_loop", False), strict=False):
            return self._run(tmp, task_vars)
        item = task_vars.get(getattr(self._task.loop_control, "loop_var", None) or "item")
        if self._task._uuid in _failed_items and _failed_items[self._task._uuid] != item:  # the same one is tried again
            return {"changed": False, "skipped": True, "msg": "Not tried, because an earlier item of the loop failed."}
        _failed_items.pop(self._task._uuid, None)
        result = self._run(tmp, task_vars)
        if result.get("failed"):
            _failed_items[self._task._uuid] = item
        return result

    def _run(self, tmp, task_vars: Mapping) -> dict:
        result = super().run(tmp, task_vars)
        try:
            given = self.entry.checked(self._task.args)
            written = self._with_files(self._with_made(self._with_kubeconfig(given), task_vars))
        except MeshError as error:
            return {**result, "failed": True, "msg": error.message, **error.details}
        if self._belongs_in_process(task_vars):
            with self._environment():
                answer = self._in_process(written, task_vars)
        else:
            answer = self._as_module(written, task_vars)
        if written is not given and "invocation" in answer:  # not what stood in the files, which may be encrypted ones
            answer["invocation"] = remove_values(self.entry.invocation(given), self.entry.secrets_of(given))
        return {**result, **answer}

    def _in_process(self, written: dict, task_vars: Mapping) -> dict:
        warnings: list[str] = []
        hidden = self.entry.secrets_of(written)
        host = task_vars.get("inventory_hostname", "")

        def progress(message: str) -> None:
            # stderr, so that what a program reads on stdout (JSON callbacks, -o) stays whole
            if not self._task.no_log:
                self._display.display(f"  ... [{host}] {remove_values(message, hidden)}", stderr=True)

        try:
            task = self.entry.task(
                written,
                check=bool(self._task.check_mode),
                diff=bool(self._task.diff),
                warn=warnings.append,
                progress=progress,
            )
        except MeshError as error:
            answer = {"failed": True, "msg": error.message, **error.details}
        else:
            keep_traceback = self._display.verbosity >= VERBOSITY_OF_TRACEBACKS
            answer = execute(self.entry, task, keep_traceback=keep_traceback)
        if warnings:
            answer["warnings"] = warnings
        answer["invocation"] = self.entry.invocation(written)
        return remove_values(answer, hidden) if hidden else answer

    def _as_module(self, written: dict, task_vars: Mapping) -> dict:
        if not self._interpreter(task_vars) and self._is_local():
            # What discovery finds on the controller is often another Python, without our libraries.
            task_vars = self._with_variable(task_vars, "ansible_python_interpreter", sys.executable)
        return self._execute_module(
            module_name=self._task.resolved_action or self._task.action,
            module_args=written,
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val),
        )

    def _belongs_in_process(self, task_vars: Mapping) -> bool:
        if not boolean(self._variable(task_vars, "meshops_in_process", True), strict=False):
            return False
        become = self._task.become or getattr(self._connection, "become", None)  # or by the variable ansible_become
        if self._task.async_val or become or not self._is_local():
            return False
        interpreter = self._interpreter(task_vars)
        return not interpreter or _is_this_python(interpreter)

    def _is_local(self) -> bool:
        return getattr(self._connection, "transport", "") == "local"

    def _interpreter(self, task_vars: Mapping) -> str:
        """The interpreter that somebody chose, or an empty text when it was left to discovery."""
        chosen = str(self._variable(task_vars, "ansible_python_interpreter", "") or "")
        return "" if chosen.startswith("auto") else chosen

    def _variable(self, task_vars: Mapping, name: str, default):
        if self._task.delegate_to:
            task_vars = (task_vars.get("ansible_delegated_vars") or {}).get(self._task.delegate_to) or {}
        return self._templar.template(task_vars[name]) if name in task_vars else default

    def _with_variable(self, task_vars: Mapping, name: str, value) -> dict:
        """Variables in which the host that the task runs on has this one."""
        host = self._task.delegate_to
        if not host:
            return {**task_vars, name: value}
        delegated = dict(task_vars.get("ansible_delegated_vars") or {})
        delegated[host] = {**(delegated.get(host) or {}), name: value}
        return {**task_vars, "ansible_delegated_vars": delegated}

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        """The task's ``environment`` for as long as it runs; a worker runs one task at a time."""
        wanted: dict = {}
        self._compute_environment_string(wanted)
        before = dict(os.environ)
        os.environ.update({key: str(value) for key, value in wanted.items()})
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _with_made(self, arguments: dict, task_vars: Mapping) -> dict:
        """The documents of ``templates`` and ``urls`` among the objects, whichever way the task runs."""
        roles = self.entry.roles
        templates, urls = arguments.get(roles.templates) or [], arguments.get(roles.urls) or []
        if not templates and not urls:
            return arguments
        documents = list(arguments.get(roles.objects) or [])
        on_duplicate = self._on_duplicate(arguments)
        for one in urls:
            documents += reading.parse(remote.text(one["url"], one["checksum"]), one["url"], on_duplicate)
        for name in templates:
            documents += reading.parse(self._filled_in(name, task_vars), name, on_duplicate)
        rest = {key: value for key, value in arguments.items() if key not in (roles.templates, roles.urls)}
        return {**rest, roles.objects: documents}

    def _on_duplicate(self, arguments: Mapping):
        """What to do about a key that stands twice, as the task wants it."""
        return reading.duplicates(desired.validation(arguments), self._display.warning)

    def _filled_in(self, name: str, task_vars: Mapping) -> str:
        lookup = lookup_loader.get("ansible.builtin.template", loader=self._loader, templar=self._templar)
        try:
            path = self._find_needle("templates", name)
            return "".join(lookup.run([path], variables=dict(task_vars)))
        except AnsibleError as error:
            raise MeshError(f"templates: {name} cannot be rendered: {error}") from None

    def _with_files(self, arguments: dict) -> dict:
        """``src`` as absolute paths on the controller; what runs elsewhere gets the documents themselves."""
        source, spec = arguments.get("src"), self.entry.arguments
        if not source or "src" not in spec:
            return arguments
        many = spec["src"]["type"] == "list"
        inline = self.entry.roles.text or "definition"
        if not many and arguments.get(inline):
            raise MeshError(f"Give '{inline}' or 'src', not both.")
        sources = source if isinstance(source, list) else [source]
        paths = [path for pattern in sources for path in collect.files(self._found(pattern))]
        if not many and len(paths) > 1:
            raise MeshError(f"src: {source} names {len(paths)} files; this module takes one. mesh_apply takes many.")
        taken = [path for path in paths if not self._is_local() or vault.is_encrypted(path)]
        if not taken:
            return {**arguments, "src": paths if many else paths[0]}
        apart = set(taken)
        kept = [path for path in paths if path not in apart]
        rest = {key: value for key, value in arguments.items() if key != "src"}
        if self.entry.roles.text:
            return {**rest, self.entry.roles.text: self._content(paths[0])}
        on_duplicate = self._on_duplicate(arguments)
        documents = [document for path in taken for document in reading.parse(self._content(path), path, on_duplicate)]
        if many:
            objects = [*(rest.get(self.entry.roles.objects) or []), *documents]
            return {**rest, self.entry.roles.objects: objects, **({"src": kept} if kept else {})}
        if len(documents) != 1:
            raise MeshError(
                f"src: {source} holds {len(documents)} documents; this module takes one. mesh_apply takes many."
            )
        return {**rest, "definition": documents[0]}

    def _content(self, path: str) -> str:
        """What stands in a file, decrypted when ansible-vault has encrypted it."""
        if not vault.is_encrypted(path):
            return reading.text_of(path)
        try:
            content = self._loader._get_file_contents(path)[0]
        except AnsibleError as error:
            reason = " ".join(str(error).split())
            raise MeshError(
                f"{path} is encrypted by ansible-vault, and cannot be decrypted: {reason}. Give the password with "
                "--ask-vault-pass, --vault-password-file or --vault-id."
            ) from None
        return reading.decoded(content, path)

    def _with_kubeconfig(self, arguments: dict) -> dict:
        """A kubeconfig that ansible-vault has encrypted as its content: only the controller has the password."""
        held = {"": arguments, **{name: arguments.get(name) for name in self.entry.roles.clusters}}
        for name, holder in held.items():
            path = holder.get("kubeconfig") if isinstance(holder, dict) else None
            if isinstance(path, str) and self._is_local() and vault.is_encrypted(path):
                opened = {**holder, "kubeconfig": kubeconfig.parsed(self._content(path))}
                arguments = {**arguments, name: opened} if name else {**opened}
        return arguments

    def _found(self, pattern: str) -> str:
        """A path as Ansible searches for files (a role's files/, the playbook's folder); a glob beside the playbook."""
        try:
            return self._find_needle("files", pattern)
        except AnsibleError:
            return self._loader.path_dwim(pattern)


# An option that is one variable: "{{ istio_chart_crds }}".
_VARIABLE = re.compile(r"\s*\{\{\s*(\w+)(?:\s+or\s+omit|\s*\|\s*default\(omit\))?\s*\}\}\s*$")


def in_terms_of_role(message: str, role: str, variables: Mapping[str, str]) -> str:
    """The message with the variables of the role that set the options it names: who runs a role has no options.

    ``variables``: those of the role by option.
    """
    prefix = role.rpartition(".")[2]
    known = [
        name
        for name in variables
        if re.search(rf"\b{name}{'' if '_' in name else '(?=: |=)'}\b", message) and variables[name] not in message
    ]
    if not known:
        return message
    told = ", ".join(f"{variables[name]} for {name}" for name in known)
    return f"{message} The role {prefix} has the variable{'s' if len(known) > 1 else ''} {told}."


# What Argo CD, Prometheus and charts fill in themselves: parameters of generators, and the variables of templates.
_OTHERS = (
    "name nameNormalized server project metadata path values index cluster branch branch_slug sha short_sha number "
    "repository organization url target_branch head_sha labels Values Release Chart"
)
_OTHERS_VARIABLES = frozenset(_OTHERS.split())


def _cause(error: AnsibleError) -> str:
    """Ansible's own words, without their full stop."""
    return str(getattr(error, "message", "") or error).strip().rstrip(".")


def _advice(error: AnsibleError) -> str:
    """What to do where the braces look like somebody else's: no Jinja at all, or a variable of Argo CD or a chart."""
    undefined = re.search(r"'([^']+)' is undefined", str(error))
    if undefined and undefined[1].partition(".")[0] not in _OTHERS_VARIABLES:
        return ""
    return (
        " If the braces belong to Argo CD, Prometheus or a chart, put !unsafe before the value, or keep the "
        "document in a file for 'src', which is not templated."
    )


def _is_this_python(interpreter: str) -> bool:
    """The same program in the same folder: virtual environments share the program that they link to."""
    here, there = (os.path.abspath(path) for path in (sys.executable, interpreter))
    folders = {os.path.realpath(os.path.dirname(path)) for path in (here, there)}
    return len(folders) == 1 and os.path.realpath(here) == os.path.realpath(there)
