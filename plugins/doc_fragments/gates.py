# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """What judges a canary, and where its metrics are."""

    DOCUMENTATION = r"""
options:
  gates:
    description:
      - What has to hold for the canary. Each gate has one of four verdicts, V(pass), V(fail), V(inconclusive) or
        V(no_data). The queries and the rules behind the verdicts are described in C(docs/gates.md).
      - Gates that use metrics need O(metrics).
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the gate in results. Defaults to O(gates[].type).
        type: str
      type:
        description:
          - V(success_rate) is the share of requests to the canary that succeeded, in percent.
          - V(latency) is a percentile of the duration of requests to the canary, in milliseconds.
          - V(compare) tests whether the canary has more errors, or is slower, than the stable side in the same time.
          - V(query) compares the value of a PromQL query of your own with bounds.
          - V(url) requests an address, and checks the status and the body of the response.
          - V(object) evaluates a JMESPath expression over a live object.
          - V(application) passes when an Application of Argo CD is healthy.
        type: str
        required: true
        choices: [success_rate, latency, compare, query, url, object, application]
      min:
        description:
          - The gate passes at this value or above, and fails below it, unless O(gates[].fail_below) is given.
          - For V(success_rate) in percent, with 99 as the default. Used with V(success_rate) and V(query).
        type: float
      max:
        description:
          - The gate passes at this value or below, and fails above it, unless O(gates[].fail_above) is given.
          - For V(latency) in milliseconds, and required there. Used with V(latency) and V(query).
        type: float
      fail_below:
        description:
          - The gate fails only below this value. Between it and O(gates[].min) the verdict is V(inconclusive).
        type: float
      fail_above:
        description:
          - The gate fails only above this value. Between O(gates[].max) and it the verdict is V(inconclusive).
        type: float
      protocol:
        description:
          - What counts as a request and as an error, for V(success_rate) and V(compare).
          - With V(http) errors are the status codes 500 to 599, and 0, which means that no response was sent.
          - With V(grpc) errors are the statuses 2, 4, 12, 13, 14 and 15, as well as the errors of HTTP.
          - With V(tcp) connections are counted, and errors are those that could not be established.
        type: str
        choices: [http, grpc, tcp]
        default: http
      reporter:
        description:
          - Whose metrics are used, for V(success_rate), V(latency) and V(compare). V(source) are the proxies of callers
            and gateways, V(destination) are the proxies of the workload, V(waypoint) are waypoints of an ambient mesh.
          - With V(both), V(source) and V(destination) are judged separately and the worse verdict counts. Only the source
            sees requests that never arrive (response flags such as C(UF), C(UH) and C(UO)).
        type: str
        choices: [both, source, destination, waypoint]
        default: both
      count_disconnects:
        description:
          - Whether requests that the client has given up (response flag C(DC)) count as errors. If not, they do not count
            at all. Set it to V(false) behind a gateway whose clients are browsers.
        type: bool
        default: true
      percentile:
        description: The percentile of V(latency), such as 50, 90 or 99.
        type: float
        default: 99
      measure:
        description:
          - What V(compare) compares. V(errors) uses a test of two proportions (Fisher's exact test for small counts),
            V(latency) uses the Mann-Whitney U test on the histograms of durations.
        type: str
        choices: [errors, latency]
        default: errors
      confidence:
        description:
          - How certain it must be that the canary is worse for V(compare) to fail, from 0.5 to 1. The gate is evaluated
            many times during a step, which is why the default is high.
        type: float
        default: 0.99
      tolerance:
        description:
          - By how much the canary may be worse in V(compare). For V(errors) the percentage points of errors, by default 0.
          - For V(latency) the greatest accepted probability that a request to the canary takes longer than a request to
            the stable side, in percent, by default 56. It is 50 when both are equally fast.
        type: float
      min_requests:
        description: Overrides O(min_requests) for this gate. For V(query) it is compared with O(gates[].count_query).
        type: int
      query:
        description:
          - The PromQL expression of V(query). It must evaluate to one value.
          - The texts C(${window}), C(${namespace}), C(${canary_service}), C(${canary_workloads}), C(${canary_version}),
            and the same with C(stable), are replaced. C(${window}) is a duration, C(workloads) is a regular expression.
        type: str
      count_query:
        description: A PromQL expression for the number of requests behind O(gates[].query), with the same replacements.
        type: str
      url:
        description: The address that V(url) requests, from where the module runs.
        type: str
      status:
        description: Status codes that V(url) accepts. Redirects are not followed.
        type: list
        elements: int
        default: [200]
      body:
        description: A regular expression that must match somewhere in the body of the response to V(url).
        type: str
      headers:
        description: Headers of the request of V(url).
        type: dict
      timeout:
        description: Seconds that the response to V(url) may take.
        type: float
        default: 5
      ca_cert:
        description: Path of a file with the certificate authorities that V(url) trusts instead of those of the system.
        type: path
      validate_certs:
        description: Whether V(url) verifies certificates.
        type: bool
        default: true
      object:
        description: The object of V(object), or the Application of V(application).
        type: dict
        suboptions:
          api_version:
            description: API version. Required for kinds that this collection has no module for.
            type: str
          kind:
            description: Kind of the object. Not needed for V(application).
            type: str
          name:
            description: Name of the object.
            type: str
            required: true
          namespace:
            description: Namespace of the object.
            type: str
      expression:
        description: The JMESPath expression of V(object). The gate passes when it evaluates to true.
        type: str
  min_requests:
    description:
      - The least number of requests to the canary that metrics have to be based on. With fewer, a gate on metrics has the
        verdict V(no_data).
    type: int
    default: 100
  window:
    description:
      - The longest time, in seconds, that metrics are judged over. It ends now, and never begins before the step.
    type: int
    default: 300
  interval:
    description:
      - Seconds between two evaluations of the gates.
    type: float
    default: 10
"""
