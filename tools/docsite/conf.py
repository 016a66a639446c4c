# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings of the site."""

from pathlib import Path

import themes
import yaml

ROOT = Path(__file__).resolve().parents[2]

project = "meshops.lifecycle"
author = "The meshops.lifecycle contributors"
copyright = f"2026 {author}"
version = release = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
# Blocks of the pages may have templates, which no lexer knows.
suppress_warnings = ["misc.highlighting_failure"]
highlight_language = "yaml"

html_theme = "furo"
html_title = f"meshops.lifecycle {version}"
html_static_path = [str(ROOT / "docs/docsite/static")]
html_css_files = ["site.css"]
html_js_files = ["messages.js"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
# A page from a file cannot read other files, so the results of a search are titles, without a summary.
html_show_search_summary = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {
    "light_css_variables": themes.LIGHT,
    "dark_css_variables": themes.DARK,
    "navigation_with_keys": True,
    "top_of_page_buttons": [],
}
