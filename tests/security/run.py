#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make security-proof`: changes of mTLS and certificates under a steady load, by this collection and as documented.

Each part is a module beside this file with `TITLE`, `ABOUT`, `lab()` and `rows(cluster, folder, options)`, which yields
`Row`s. What the load saw is counted from outside. Writes docs/security-proof.md, a table for each part. Exit code 1
when a row of ours is not as it should be.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import playing  # noqa: E402

PAGE = playing.ROOT / "docs" / "security-proof.md"
PARTS = ("migration", "authority")  # modules of this folder
HEAD = """# Changes of mTLS and certificates under load

`make security-proof` writes this page. Clients send steady loads through real sidecars of the lab, with mutual TLS and
without retries, while something is changed: by this collection, and beside it as the documented recipe does it.
Requests are counted from outside of both. Measured on {when} on a machine with two busy cores.
"""
COLUMNS = ("case", "by", "outcome", "requests", "failed", "time", "remark")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=50, help="requests a second of each client")
    parser.add_argument("--part", choices=PARTS, help="only this part; the page is not written")
    parser.add_argument("--case", help="only cases whose name holds this; the page is not written")
    options = parser.parse_args()
    bad, page = [], [HEAD.format(when=time.strftime("%Y-%m-%d"))]
    for name in [options.part] if options.part else PARTS:
        part = importlib.import_module(name)
        page += [f"\n## {part.TITLE}\n", part.ABOUT, _line(COLUMNS), _line(["---"] * len(COLUMNS))]
        with part.lab() as cluster, tempfile.TemporaryDirectory(prefix="security-") as folder:
            for row in part.rows(cluster, Path(folder), options):
                page.append(_line(row.cells()))
                print(page[-1], flush=True)
                bad += [row.case] * (not row.good)
    if not options.part and not options.case:
        PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    print(f"not as it should be: {', '.join(bad)}" if bad else "as it should be")
    return 1 if bad else 0


def _line(cells) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())
