# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation as a site: `build_docs.py .build/docs`, run by .build/venv-tools's Python.

The pages of docs/, a reference made from what ansible-doc, the playbooks and the rulebooks say, and a page of all
error messages become a Sphinx project, and Sphinx makes HTML that needs no server. Ends with 1 when a page is missing
from the contents, a variable or message has no explanation, a link leads nowhere, or text cannot be read on its
background.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from docsite import contrast, events, links, pages, playbooks, reference, themes, troubleshooting

ROOT = Path(__file__).resolve().parent.parent


def sources(folder, programs):
    """Write Sphinx's sources. Raises NotListed and Undocumented."""
    (folder / "reference").mkdir(parents=True)
    pages.write(folder, ROOT)
    documented = reference.read(programs)
    reference.write(folder / "reference", ROOT, documented)
    playbooks.write(folder / "reference", ROOT, documented["module"])
    events.write(folder / "reference", ROOT)
    troubleshooting.write(folder, ROOT)


def html(source, target, programs):
    """Whether Sphinx could build it without a warning."""
    settings = ROOT / "tools" / "docsite"
    command = [
        programs / "python",
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-c",
        settings,
        source,
        target,
    ]
    environment = {**os.environ, "PYTHONPATH": str(settings)}
    return subprocess.run([str(word) for word in command], env=environment, check=False).returncode == 0


def problems(target):
    colours = {"light": themes.LIGHT, "dark": {**themes.LIGHT, **themes.DARK}}
    return [
        *troubleshooting.judged(ROOT).problems,
        *contrast.of_themes(colours),
        *contrast.of_pictures(ROOT / "docs" / "pictures"),
        *links.problems(target),
    ]


def main(folder):
    programs = Path(sys.executable).parent
    source, target = folder / "source", folder / "build" / "html"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        sources(source, programs)
    except (pages.NotListed, playbooks.Undocumented) as reason:
        print(f"docs: {reason}", file=sys.stderr)
        return 1
    built = html(source, target, programs)
    found = problems(target) if built else ["Sphinx complains, see above"]
    for problem in found:
        print(f"docs: {problem}", file=sys.stderr)
    if not found:
        print(f"docs: open {target}/index.html")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
