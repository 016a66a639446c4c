# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Application refers to. Its repositories and its cluster are Secrets under any name, so they stand for
themselves, by address.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    References,
    named,
    rules,
)

PROJECT = ("argoproj.io", "AppProject")
REPOSITORY = ("", "repository")
CLUSTER = ("", "cluster")


def of_application(spec: str) -> References:
    """The references of the spec at a path; what has braces of a template (``{{path}}``) is no name yet."""
    everything = rules(
        named(f"{spec}.project", PROJECT),
        named(f"{spec}.destination.server", CLUSTER, cluster_wide=True),
        named(f"{spec}.destination.name", CLUSTER, cluster_wide=True),
        named(f"{spec}.source.repoURL", REPOSITORY, cluster_wide=True),
        named(f"{spec}.sources[].repoURL", REPOSITORY, cluster_wide=True),
    )
    return lambda document: [reference for reference in everything(document) if "{{" not in reference.name]
