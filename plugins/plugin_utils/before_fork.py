# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's parent process does once, so that its workers need not: each is a fork that ends with its task."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import ssl

_FILTERS = "ansible_collections.meshops.lifecycle.plugins.filter"


def prepare() -> None:
    """Import the filters, have OpenSSL start, and take what is there out of the garbage collector.

    To find one filter Ansible loads all of a collection, which takes 20 ms in each worker that evaluates a template of
    our roles. And a collector that looks through everything the parent has imported makes a worker copy the pages that
    it is on, which took a tenth of the processor's time of a playbook. What is there now stays until the end anyway.
    """
    for module in pkgutil.iter_modules(importlib.import_module(_FILTERS).__path__):
        importlib.import_module(f"{_FILTERS}.{module.name}")
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    gc.freeze()
