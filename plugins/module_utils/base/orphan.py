# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the playbook that this process works for is still there.

Ansible's workers outlive an ansible-playbook that is killed (SIGKILL, out of memory): since ansible-core 2.19 they have
sessions of their own (WorkerProcess._detach), and none of them looks whether somebody waits for its result. Such a
worker would go on with the items of its loop, and renew its leases, while the next run takes it for alive.
"""

from __future__ import annotations

import multiprocessing
import os


def is_orphan() -> bool:
    """Whether this is a worker whose playbook is gone. A module that is a process of its own never knows."""
    parent = multiprocessing.parent_process()
    return parent is not None and os.getppid() != parent.pid


def end_if_orphan() -> None:
    """End this process where nobody waits for what it does: no further item, and nobody to tell."""
    if is_orphan():
        os._exit(1)
