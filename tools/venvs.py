# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments that everything else runs in: `venvs.py 2.19 2.21 tools`.

An environment is made once; a later call only compares a fingerprint of its requirement files. Needs nothing but a
Python of the standard library (3.8 or newer, to find the right one for each environment).
"""

from __future__ import annotations

import argparse
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# ansible-core → the Pythons that it runs on, the one to test it on first. Each Python comes first for one of them, and
# the floor of ansible-core meets the floor of Python.
CORES = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.17": ("3.10", "3.12", "3.11"),
    "2.18": ("3.13", "3.12", "3.11"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.13", "3.12", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
MAIN = "2.19"  # lives in .build/venv, with the linters; everything is run on it


def core(version, python=""):
    """The environment of an ansible-core: by its first Python, or on one that is named."""
    folder = ".build/venv" if version == MAIN else f".build/venv-{version}"
    requirements = (f"tests/requirements-{version}.txt",)
    return {
        "folder": f"{folder}-py{python}" if python else folder,
        "pythons": (python,) if python else CORES[version],
        "requirements": (*requirements, "tests/requirements-lint.txt")
        if version == MAIN and not python
        else requirements,
        "optional": version != MAIN or bool(python),
        "purpose": f"ansible-core {version} and tests",
    }


# name → folder, Pythons (preferred first), requirement files, may it be left out, what it is for
VENVS = {
    **{version: core(version) for version in CORES},
    **{f"{version}@{python}": core(version, python) for version in CORES for python in CORES[version]},
    "build": {
        "folder": ".build/venv-build",
        "pythons": ("3.11", "3.12", "3.13", "3.10"),
        "requirements": ("tests/requirements-build.txt",),
        "optional": False,
        "purpose": "ansible-galaxy",
    },
    "eda": {
        "folder": ".build/venv-eda",
        "pythons": ("3.11", "3.12", "3.13"),
        "requirements": ("tests/requirements-eda.txt",),
        "optional": False,
        "purpose": "ansible-rulebook",
    },
    "tools": {
        "folder": ".build/venv-tools",
        "pythons": ("3.11", "3.12", "3.13"),
        "requirements": ("tests/requirements-tools.txt",),
        "optional": False,
        "purpose": "galaxy-importer, Sphinx, ansible-builder, CycloneDX",
    },
}
# Prints the version only where an environment can be made; Debian ships Python without ensurepip.
PROBE = "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])"


def say(message):
    print(f"venv: {message}", flush=True)


def requirement_text(path):
    """The text of a requirement file and of the files that it includes by `-r`."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as handle:
        text = handle.read()
    for line in text.splitlines():
        if line.startswith("-r "):
            text += requirement_text(os.path.join(os.path.dirname(path), line[3:].strip()))
    return text


def candidates(version):
    """Programs that may be Python `version`: on PATH, of pyenv, and the one that runs this."""
    found = [shutil.which(f"python{version}"), shutil.which("python3"), sys.executable]
    roots = {os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), os.path.expanduser("~/.pyenv")}
    for root in sorted(roots):
        found += sorted(glob.glob(os.path.join(root, "versions", version + "*", "bin", "python")), reverse=True)
    found += [f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"]
    return [path for path in dict.fromkeys(found) if path and os.path.exists(path)]


def find_python(versions):
    """The first program that really runs as one of `versions` and can make environments; None when there is none.

    A pyenv shim exists for every installed version and fails when it is called, so each candidate is tried.
    """
    for version in versions:
        for path in candidates(version):
            try:
                probe = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False)
            except (OSError, subprocess.TimeoutExpired):
                continue
            if probe.returncode == 0 and probe.stdout.strip() == version:
                return path, version
    return None, None


def runs(python):
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def prepare(name):
    """Make or refresh one environment. Returns False when it is needed and cannot be made."""
    spec = VENVS[name]
    folder = os.path.join(ROOT, spec["folder"])
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, ".ready")
    texts = "".join(requirement_text(path) for path in spec["requirements"])
    fingerprint = hashlib.sha256(texts.encode()).hexdigest()
    if os.path.exists(stamp) and os.path.exists(python):
        with open(stamp, encoding="utf-8") as handle:
            if handle.read().strip() == fingerprint:
                return True

    started = time.monotonic()
    if not runs(python):
        base, version = find_python(spec["pythons"])
        if not base:
            wanted = ", ".join(spec["pythons"])
            if spec["optional"]:
                say(f"{name}: left out, no Python {wanted} that runs was found (looked on PATH, in pyenv and /usr)")
                return True
            say(f"{name}: needs one of Python {wanted} with its venv module; none was found on PATH, in pyenv or /usr.")
            say("on Debian and Ubuntu: apt-get install python3 python3-venv")
            return False
        say(f"{name}: making {spec['folder']} with Python {version} ({base})")
        subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
    takes = "some seconds" if name == "build" else "a minute or two"
    say(f"{name}: installing {spec['purpose']} into {spec['folder']} ({takes} the first time)")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for path in spec["requirements"]:
        command += ["-r", os.path.join(ROOT, path)]
    if subprocess.run(command, check=False).returncode != 0:
        say(f"{name}: pip failed, see above. Nothing is half made: the next run goes on from here.")
        return False
    with open(stamp, "w", encoding="utf-8") as handle:
        handle.write(fingerprint + "\n")
    say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=sorted(VENVS))
    names = parser.parse_args().names
    prepared = [prepare(name) for name in names]  # all of them, also after one that failed
    return 0 if all(prepared) else 1


if __name__ == "__main__":
    sys.exit(main())
