# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages that the collection stands on, imported in one place, so that a missing one is an answer.

A name that could not be imported is None; :func:`need` is asked before anything uses it.
"""

from __future__ import annotations

import sys

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_missing: list[str] = []

try:
    import yaml
    from ansible_collections.meshops.lifecycle.plugins.module_utils.base.kubernetes_yaml import Loader as YAML_LOADER
except ImportError:
    yaml = YAML_LOADER = None
    _missing.append("PyYAML")

try:
    import jmespath
except ImportError:
    jmespath = None
    _missing.append("jmespath")

try:
    import urllib3
    from kubernetes.client import Configuration
    from kubernetes.client.rest import should_bypass_proxies
    from kubernetes.config import ConfigException, incluster_config, kube_config
except ImportError:
    urllib3 = Configuration = should_bypass_proxies = None
    incluster_config = kube_config = None
    _missing.append("kubernetes")

    class ConfigException(Exception):
        """Stands in for the missing one; nothing raises it."""


__all__ = [
    "YAML_LOADER",
    "ConfigException",
    "Configuration",
    "incluster_config",
    "jmespath",
    "kube_config",
    "need",
    "should_bypass_proxies",
    "urllib3",
    "yaml",
]


def need() -> None:
    """Raise MeshError when a package is missing from the interpreter that runs this."""
    if _missing:
        raise MeshError(
            f"{sys.executable} lacks the Python package{'s' if len(_missing) > 1 else ''} {', '.join(_missing)}. "
            f"Install with: {sys.executable} -m pip install {' '.join(_missing)}; or set ansible_python_interpreter to "
            "a Python that has them."
        )
