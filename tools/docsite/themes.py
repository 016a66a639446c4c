# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours of the site; contrast.py checks them."""

LIGHT = {
    "color-foreground-primary": "#16202a",
    "color-foreground-secondary": "#44515c",
    "color-foreground-muted": "#55626d",
    "color-foreground-border": "#6b7780",
    "color-background-primary": "#ffffff",
    "color-background-secondary": "#f4f7f9",
    "color-brand-primary": "#0b5d7a",
    "color-brand-content": "#0b5d7a",
    "color-brand-visited": "#5d3a8a",
    "mesh-required": "#a3262a",
    "font-stack": "Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif",
    "font-stack--monospace": "'JetBrains Mono', 'SFMono-Regular', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
}
DARK = {
    "color-foreground-primary": "#e4eaee",
    "color-foreground-secondary": "#b4c0c9",
    "color-foreground-muted": "#9aa8b2",
    "color-foreground-border": "#7d8a94",
    "color-background-primary": "#12181d",
    "color-background-secondary": "#1a2229",
    "color-brand-primary": "#6cc6e4",
    "color-brand-content": "#6cc6e4",
    "color-brand-visited": "#c3a6ec",
    "mesh-required": "#ff9a94",
}
