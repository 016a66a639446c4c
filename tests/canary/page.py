# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/canary-proof.md: what was seen, and what is to hold of traffic_shift."""

from __future__ import annotations

import math
import time

from bench import Seen

BACK = 2.0  # seconds from the weight of 0 to the last proxy
ENOUGH = 20_000  # requests of the good case

HEAD = """# Canaries under load, by traffic_shift, by Argo Rollouts and by kubectl

`make canary` writes this page. Two clients send {rate} requests a second without retries, one half through the ingress
gateway and one half from a sidecar, while requests move from version 1 to version 2 with the weights {steps} and 100.
Each step of the good version has {long} s, of the others {short} s. All that runs is real: istiod, the gateway,
sidecars with mutual TLS, and a Prometheus that scrapes them every 5 s. Measured on {when}, on a machine with two busy
cores.

- **traffic_shift** has two gates, success rate (at least 99 %, fails below 98 %) and p99 (at most 250 ms). It wants 50
  requests for a verdict, asks every 3 s, and goes back after two failed evaluations in a row.
- **Argo Rollouts** 1.10.2 has the same as an AnalysisTemplate in the background, over the last 20 s: the same queries,
  thresholds, count and interval, and `failureLimit: 1`. Where pods never become ready it waits to switch the
  DestinationRule, with all requests at version 1, and does not come to its `progressDeadlineSeconds` (not begun).
- **kubectl** has no gates: it writes the weights, and goes on whatever happens.

Requests are counted by the clients. Weights, verdicts and istiod's acknowledgements are looked at ten times a second,
from outside of all three. After a promotion the old version goes away, still under load.

- **Lost by shifting**: failed requests that version 2 does not explain. **Lost**: all that failed.
- **Share**: requests that the weights gave version 2 as long as they stood.
- **Bad verdict**: from the first weight to the first failed evaluation. **Back**: from there to the weight of 0.
  **Proxies**: from there to the last proxy's acknowledgement; in brackets from the weight of 0 on.

| version 2 | by | outcome | requests | lost by shifting | lost | share | p99 | bad verdict | back | proxies |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def row(seen: Seen, rate: float) -> str:
    def span(start: float | None, end: float | None) -> str:
        return "" if start is None or end is None else f"{max(0.0, end - start):.1f} s"

    proxies = span(seen.bad, seen.proxies)
    if seen.proxies:
        proxies += f" ({span(seen.back, seen.proxies)})"
    promoted = seen.outcome == "promoted"
    times = ["", "", ""] if promoted else [span(seen.begun, seen.bad), span(seen.bad, seen.back), proxies]
    counts = [f"{number:,}" for number in (seen.requests, len(seen.by_shifting), len(seen.failures))]
    cells = [
        seen.case.name,
        seen.tool,
        seen.outcome,
        *counts,
        f"{seen.share(rate):,.0f}",
        f"{seen.milliseconds:.0f} ms",
    ]
    return f"| {' | '.join([*cells, *times])} |"


def complaints(seen: Seen, rate: float) -> list[str]:
    """What is not as traffic_shift promises."""
    case = seen.case
    wanted = "promoted" if case.good else "rolled back" if case.starts else "refused"
    found = [] if seen.outcome == wanted else [f"{seen.outcome}, should be {wanted}"]
    if seen.by_shifting:
        found.append(f"{len(seen.by_shifting)} requests lost by shifting")
    if case.good and seen.requests < ENOUGH:
        found.append(f"only {seen.requests} requests")
    share = seen.share(rate)
    if len(seen.failures) > share + 4 * math.sqrt(share):
        found.append(f"{len(seen.failures)} requests lost, the share of the weights is {share:.0f}")
    if seen.back and (seen.proxies is None or seen.proxies - seen.back > BACK):
        found.append("proxies took longer than 2 s")
    return [f"{case.name}: {each}" for each in found]


def page(rows: list[str], seen: list[Seen], rate: float, steps: tuple, pauses: tuple[float, float]) -> str:
    short, long = pauses
    when = time.strftime("%Y-%m-%d")
    head = HEAD.format(
        rate=f"{rate:g}", steps=" and ".join(map(str, steps)), when=when, short=f"{short:g}", long=f"{long:g}"
    )
    totals = {}
    for each in seen:
        requests, lost = totals.get(each.tool, (0, 0))
        totals[each.tool] = requests + each.requests, lost + len(each.by_shifting)
    lines = [f"- {tool}: {lost:,} of {requests:,}" for tool, (requests, lost) in totals.items()]
    kinds = sorted({f"- {e.tool}, {e.case.name}: {f[1]}, {f[3]}" for e in seen for f in e.by_shifting if e.case.good})
    why = ["", "What callers were told in the good case:", "", *kinds[:12]] if kinds else []
    return "\n".join([head + "\n".join(rows), "", "Lost by shifting, in all cases together:", "", *lines, *why, ""])
