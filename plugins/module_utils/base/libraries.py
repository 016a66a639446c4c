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
    "bcrypt",
    "cryptography",
    "incluster_config",
    "jmespath",
    "kube_config",
    "need",
    "should_bypass_proxies",
    "urllib3",
    "websocket_client",
    "yaml",
]


def websocket_client():
    """The package websocket-client, which comes with kubernetes. It is imported when it is needed: that takes 0.2 s."""
    import websocket

    return websocket


def bcrypt():
    """The package bcrypt, which only argocd_account needs. Raises MeshError when it is missing."""
    try:
        import bcrypt as package
    except ImportError:
        raise MeshError(
            f"{sys.executable} lacks the Python package bcrypt, which is needed to hash and compare passwords. Install "
            f"with: {sys.executable} -m pip install bcrypt; or give account_password_hash instead of account_password."
        ) from None
    return package


def cryptography():
    """The package cryptography, which only the work with certificates needs. Raises MeshError when it is missing or
    older than what verifies signatures (40)."""
    try:
        import cryptography as package
        from cryptography.x509 import Certificate
    except ImportError:
        package = Certificate = None
    if not hasattr(Certificate, "verify_directly_issued_by"):
        raise MeshError(
            f"{sys.executable} {'has an old' if package else 'lacks the'} Python package cryptography"
            f"{' (' + package.__version__ + ')' if package else ''}, by which certificates are read and made; version "
            f"40 or later is needed. Install with: {sys.executable} -m pip install 'cryptography>=40'."
        )
    return package


def need() -> None:
    """Raise MeshError when a package is missing from the interpreter that runs this."""
    if _missing:
        raise MeshError(
            f"{sys.executable} lacks the Python package{'s' if len(_missing) > 1 else ''} {', '.join(_missing)}. "
            f"Install with: {sys.executable} -m pip install {' '.join(_missing)}; or set ansible_python_interpreter to "
            "a Python that has them."
        )
