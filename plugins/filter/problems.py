# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is wrong with a mesh, one line each."""

from __future__ import annotations

DOCUMENTATION = r"""
name: problems
short_description: List the problems of a mesh, one line per problem
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Turns what the playbook C(meshops.lifecycle.verify) has read into readable sentences. Each part may be left out.
options:
  _input:
    description:
      - A mapping with any of the following lists.
      - C(results), registered results of tasks in check mode. What they would change, and what they refuse, are problems.
      - C(workloads), each with C(kind), C(namespace), C(name), and its numbers of replicas, C(wanted) and C(ready). In place of
        C(ready) a Deployment has C(available), C(updated) and C(pods), as its status counts them.
      - C(applications), each with C(namespace), C(name), C(sync) and C(health), as Argo CD says them.
      - C(deviations), registered results as well. Fields that others have added to what is declared, and references
        that lead nowhere, are problems.
      - C(istio), the C(problems) of a result of M(meshops.lifecycle.mesh_versions).
      - C(pods), each with C(namespace) and C(name), that have no sidecar where there should be one.
      - C(proxies), a result of M(meshops.lifecycle.mesh_versions) with O(meshops.lifecycle.mesh_versions#module:outdated_only).
        Proxies that a restart would change are problems, and those that have no control plane.
      - C(orphans), such a result, of which only proxies that have no control plane are problems.
      - C(requests), the results of a loop of M(meshops.lifecycle.mesh_gate) over Services. Too many failed requests are a
        problem, and metrics that cannot be asked; too few requests are none.
      - C(policies), the C(foreign_policies) of a result of M(meshops.lifecycle.mesh_apply).
    type: dict
    required: true
  most:
    description:
      - Maximum number of names per line; further ones are counted.
      - Of workloads and of Applications, 100 have a line each, and another line says that there are more.
    type: int
    default: 5
"""

EXAMPLES = r"""
- name: The routes are as declared
  ansible.builtin.assert:
    that: "{{ problems | length == 0 }}"
    fail_msg: "{{ problems }}"
  vars:
    problems: "{{ {'results': [routes_result]} | meshops.lifecycle.problems }}"
"""

RETURN = r"""
_value:
  description: The problems. An empty list means that there is none.
  type: list
  elements: str
"""

from ansible_collections.meshops.lifecycle.plugins.filter.changes import changed
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import (
    answering,
    label_of,
    results_of,
    rows_of,
)

_LINES = 100  # workloads, and Applications, with a line of their own


@answering("problems")
def problems(readings, most=5):
    """The sentences, what differs first."""
    results = readings.get("results") or []
    return [
        *(f"refused: {message}" for message in _refusals(results)),
        *dict.fromkeys(
            f"not as declared: would be {line}" for result in results_of(results) for line in changed(result)
        ),
        *_first([_workload(workload) for workload in readings.get("workloads") or []], "workloads"),
        *_first([_application(application) for application in readings.get("applications") or []], "Applications"),
        *dict.fromkeys(line for result in results_of(readings.get("deviations") or []) for line in _deviations(result)),
        *(readings.get("istio") or []),
        *_bare(readings.get("pods") or [], most),
        *_proxies(readings.get("proxies") or {}, most, orphans=False),
        *_proxies(readings.get("orphans") or {}, most, orphans=True),
        *_requests(readings.get("requests") or []),
        *_policies(readings.get("policies") or [], most),
    ]


def _refusals(results):
    """What tasks refused, each once: of a loop the items' words, not its own."""
    messages = [str(result.get("msg", "")) for result in results_of(results) if result.get("failed")]
    return list(dict.fromkeys(messages))


def _deviations(result):
    """What others have added to declared objects, and what declared objects refer to and is not there."""
    for row in rows_of([result]):
        for fields in row.get("foreign_fields") or []:
            yield f"not as declared: {label_of(row)} has undeclared {fields}"
    yield from (f"leads nowhere: {finding}" for finding in result.get("unresolved") or [])


def _first(lines, what):
    """As many lines as a person reads. Who read the cluster may have left out more."""
    return [*lines[:_LINES], f"more {what} are like these"] if len(lines) > _LINES else lines


def _workload(workload):
    place = f"{workload['kind']} {workload['namespace']}/{workload['name']}"
    ready = workload.get("ready") or 0
    if "pods" in workload:  # of which those that are not updated are still available
        ready = max(0, workload["available"] + workload["updated"] - workload["pods"])
    return f"{place} has {ready} of {workload['wanted']} replicas ready with its present template"


def _application(application):
    verdict = f"{application.get('sync') or 'not compared'} and {application.get('health') or 'of unknown health'}"
    return f"Application {application['namespace']}/{application['name']} is {verdict}"


def _bare(pods, most):
    """One line for each namespace, as the pods of a Deployment are alike."""
    names = {}
    for pod in pods:
        names.setdefault(pod["namespace"], []).append(pod["name"])
    for namespace, every in names.items():
        many = len(every) > 1
        yield (
            f"{_pods(namespace, every, most)} {'have' if many else 'has'} no sidecar: "
            f"{'they are' if many else 'it is'} older than the injection label of the namespace"
        )


# Nobody has called the Service, or not often enough to say.
_TOO_FEW = ("empty", "below_min_requests", "nan")


def _requests(results):
    """A line for each Service whose requests fail, and one for all that could not be judged."""
    unjudged = {}
    for result in results:
        for verdict in result.get("verdicts") or []:
            service = f"{result['item']['namespace']}/{result['item']['service']}"
            if verdict["outcome"] == "fail":
                yield f"requests to Service {service}: {verdict['message']}"
            elif verdict["outcome"] != "pass" and verdict["reason"] not in _TOO_FEW:
                unjudged.setdefault(verdict["message"], []).append(service)
    for message, services in unjudged.items():
        yield f"requests to {len(services)} Services could not be judged: {message}"


def _proxies(facts, most, *, orphans):
    """One line for each namespace, and in it for each version and revision.

    ``orphans``: of proxies without a control plane alone.
    """
    present = {row["revision"] for row in [*(facts.get("control_planes") or []), *(facts.get("injectors") or [])]}
    names = {}
    for row in facts.get("workloads") or []:
        alone = not present.issuperset(row["revisions"])
        if alone == orphans and (alone or facts.get("injectors")):
            alike = row["namespace"], ", ".join(row["versions"]), tuple(row["revisions"])
            wanted = row.get("expected_revision"), row.get("expected_version")
            names.setdefault((*alike, *wanted), []).append(f"{row['kind']} {row['namespace']}/{row['name']}")
    for (_namespace, version, revisions, revision, expected), every in names.items():
        after = f"; after a restart {expected} of revision {revision}" if expected else ""
        if not expected and revision and revision not in revisions:
            after = f"; the namespace selects revision {revision}, which has no control plane"
        more = f" and {len(every) - most} more" if len(every) > most else ""
        yield (
            f"{', '.join(every[:most])}{more} {'have' if len(every) > 1 else 'has'} the proxy {version or 'unknown'} of "
            f"revision {', '.join(revisions) or 'unknown'}{', which has no control plane' if orphans else ''}{after}"
        )


def _policies(policies, most):
    """One line each, of the first ones."""
    for policy in policies[:most]:
        by = f" (set by {', '.join(policy['managers'])})" if policy.get("managers") else ""
        yield f"{policy['kind']} {policy['namespace']}/{policy['name']} is not declared{by}: {policy['effect']}."
    if len(policies) > most:
        yield f"{len(policies) - most} more of them are not declared."


def _pods(namespace, names, most):
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"Pod{'s' if len(names) > 1 else ''} {namespace}/{', '.join(names[:most])}{more}"


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"problems": problems}
