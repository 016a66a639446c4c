# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Becomes a container's program: enters the pod's network, builds a root of its own, drops to its user, executes.

Run as `python -I container.py SPEC.json`, as root. The mounts live in a mount namespace of the process alone and
vanish with it. Keys of SPEC: netns, root (an empty folder), binds [[source, target]], dirs [[path, mode, uid]],
argv, env, cwd, uid, gid.
"""

import ctypes
import json
import os
import sys

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID = 4096, 16384, 1 << 18, 2
# What a program may need of the machine's own /etc; the rest stays unseen.
ETC = (
    "alternatives",
    "ca-certificates",
    "group",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "nsswitch.conf",
    "passwd",
    "protocols",
    "services",
    "ssl",
    "mime.types",
)
libc = ctypes.CDLL(None, use_errno=True)


def checked(result, doing):
    if result:
        error = ctypes.get_errno()
        sys.exit(f"container: {doing}: {os.strerror(error)}")


def mount(source, target, kind, flags, data=""):
    result = libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    checked(result, f"mount {source} on {target}")


def enter_namespaces(netns):
    descriptor = os.open(f"/run/netns/{netns}", os.O_RDONLY)
    checked(libc.setns(descriptor, CLONE_NEWNET), f"enter network {netns}")
    os.close(descriptor)
    checked(libc.unshare(CLONE_NEWNS), "unshare mounts")
    mount("none", "/", "", MS_REC | MS_PRIVATE)


def bind(root, source, target):
    """Mount a file or folder; a target inside the machine's read-only part gets a folder of its own first."""
    place = root + target
    parent = os.path.dirname(place)
    if not os.path.lexists(place) and os.path.isdir(parent) and os.path.realpath(parent).startswith(f"{root}/usr"):
        cover(root, os.path.realpath(parent))
    if not os.path.lexists(place):
        os.makedirs(parent, exist_ok=True)
        if os.path.isdir(source):
            os.mkdir(place)
        else:
            open(place, "w").close()
    mount(source, place, "", MS_BIND | MS_REC)


covered = set()


def cover(root, folder):
    """A writable folder in place of a read-only one, with links to all that was in it."""
    if folder in covered:
        return
    covered.add(folder)
    names = os.listdir(folder)
    shadow = f"{root}/.shadow{folder[len(root) :]}"
    os.makedirs(shadow, exist_ok=True)
    mount(folder, shadow, "", MS_BIND | MS_REC)
    mount("tmpfs", folder, "tmpfs", MS_NOSUID, "mode=0755")
    for name in names:
        os.symlink(f"{shadow[len(root) :]}/{name}", f"{folder}/{name}")


def build_root(root, spec):
    mount("tmpfs", root, "tmpfs", MS_NOSUID, "mode=0755")
    for name in ("usr", "bin", "sbin", "lib", "lib64"):
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{root}/{name}")
        elif os.path.isdir(f"/{name}"):
            bind(root, f"/{name}", f"/{name}")
    for name in ("proc", "dev"):
        bind(root, f"/{name}", f"/{name}")
    for name in ETC:
        if os.path.exists(f"/etc/{name}"):
            bind(root, f"/etc/{name}", f"/etc/{name}")
    for path, mode, uid in [["/tmp", 0o1777, 0], ["/run", 0o755, 0], ["/var/run", 0o755, 0], *spec["dirs"]]:
        os.makedirs(root + path, exist_ok=True)
        os.chmod(root + path, mode)
        os.chown(root + path, uid, uid)
    for source, target in spec["binds"]:
        bind(root, source, target)


def main():
    with open(sys.argv[1]) as file:
        spec = json.load(file)
    enter_namespaces(spec["netns"])
    build_root(spec["root"], spec)
    os.chroot(spec["root"])
    os.chdir(spec["cwd"])
    os.umask(0o022)
    with open("/proc/self/setgroups") as file:
        if file.read().strip() == "allow":  # not where one user is all there is
            os.setgroups([])
    os.setgid(spec["gid"])
    os.setuid(spec["uid"])
    argv = sys.argv[2:] or spec["argv"]
    try:
        os.execvpe(argv[0], argv, spec["env"])
    except OSError as error:
        sys.exit(f"container: {argv[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
