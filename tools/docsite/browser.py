# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the built site only a browser shows, by Chromium from files: `browser.py .build/docs/build/html`.

The search finds pages, the field for messages finds theirs, and no page is wider than a phone or a desk. Ends with 1
for a problem, and with 0 and a word where there is no Chromium.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_WIDTHS = (390, 1280)
_MILLISECONDS = 60_000  # of the page's own clock, which runs faster than ours
# What somebody searches → a page that has to be among those that are shown.
_SEARCHES = {"canary": "howto_canary", "certificate": "certificates", "foreign_fields": "istio_gateway_module"}
# What somebody pastes → words of the help that has to be shown, beside few others.
_MESSAGES = {
    "VirtualService shop/reviews: this is not ready. helm was not found on the PATH": "needs Helm",
    "The API server https://10.0.0.1:6443 rejects the credentials": "Tokens of clouds live for minutes",
    "name: must be text, not 1.1. Put quotes around it": "Quotes keep them",
}
_MOST_HELPS = 25
# Loads each page into a frame of each width, and writes those that are wider than it.
_FRAMES = """<!DOCTYPE html><title>widths</title><pre id="wide">unfinished</pre><script>
const pages = PAGES, widths = WIDTHS, wide = [];
const frame = document.createElement("iframe");
frame.style.height = "800px";
document.body.append(frame);
const load = (address) => new Promise((done) => { frame.onload = () => setTimeout(done, 50); frame.src = address; });
(async () => {
  for (const width of widths) {
    frame.style.width = `${width}px`;
    for (const page of pages) {
      await load(page);
      const root = frame.contentDocument.documentElement;
      if (root.scrollWidth > width + 1) wide.push(`${page}: ${root.scrollWidth} px at ${width} px`);
    }
  }
  document.getElementById("wide").textContent = JSON.stringify(wide);
})();
</script>"""


def program() -> str | None:
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def shown(address: str) -> str:
    """The document of an address as it is when its scripts have run."""
    command = [str(program()), "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    with tempfile.TemporaryDirectory() as profile:
        command += ["--disable-web-security", f"--user-data-dir={profile}"]
        command += [f"--virtual-time-budget={_MILLISECONDS}", "--dump-dom", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout


def search_problems(folder: Path) -> list[str]:
    problems = []
    for words, page in _SEARCHES.items():
        text = shown(f"file://{folder}/search.html?q={quote(words)}")
        results = re.findall(r'<li class="kind[^"]*"><a href="([^"?#]+)', text)
        if not any(page in result for result in results):
            problems.append(f"the search for {words} does not show {page}: {results[:5]}")
    return problems


def message_problems(folder: Path) -> list[str]:
    problems = []
    for message, help_ in _MESSAGES.items():
        text = shown(f"file://{folder}/troubleshooting.html?message={quote(message)}")
        helps = re.findall(r'<div class="option help">(.*?)</div>', text, re.S)
        if not any(help_ in html.unescape(each) for each in helps) or len(helps) > _MOST_HELPS:
            problems.append(f"the field for messages shows {len(helps)} helps for {message!r}, wanted is {help_!r}")
    nonsense = shown(f"file://{folder}/troubleshooting.html?message=xylophone")
    if 'id="messages-none" hidden' in nonsense:
        problems.append("the field for messages finds something for a word that no message has")
    return problems


def width_problems(folder: Path) -> list[str]:
    pages = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html") if "_static" not in path.parts)
    text = _FRAMES.replace("PAGES", json.dumps(pages)).replace("WIDTHS", json.dumps(_WIDTHS))
    harness = folder / "_widths.html"
    harness.write_text(text, encoding="utf-8")
    try:
        found = re.search(r'<pre id="wide">(.*?)</pre>', shown(f"file://{harness}"), re.S)
    finally:
        harness.unlink()
    if not found or found[1] == "unfinished":
        return ["the widths of the pages were not measured in time"]
    return list(json.loads(html.unescape(found[1])))


def main(folder: Path) -> int:
    if not program():
        print("browser: no Chromium here, so search, the field for messages and widths were not tried")
        return 0
    if not (folder / "search.html").exists():
        print(f"browser: there is no site in {folder}; run `make docs` first")
        return 1
    problems = [*search_problems(folder), *message_problems(folder), *width_problems(folder)]
    print("\n".join(f"browser: {problem}" for problem in problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
