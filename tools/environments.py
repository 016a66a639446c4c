# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the steps of the documented environments in bare virtual environments: `environments.py [execution] …`.

ansible-builder writes the build context of docs/NAME-environment.yml, with our tarball in it. Then the steps of its
Containerfile run in their order: as they stand there, with .build/environments/NAME in place of the image's folders.
Without a container engine and the packages of a distribution some cannot run: LEFT_OUT names them, and says why; any
other step runs. Two steps are scripts that also call the package manager; what they do with pip is written here
(STEPS_OF). Helm and istioctl are downloaded from a folder, with a checksum that is wrong and with the right one. At the
end all of the collection is imported, and its playbooks are read and run until a cluster has to answer.

`navigator` gives ansible-navigator the settings of examples/estate. `devcontainer` runs the commands of .devcontainer
in a fresh clone; its packages are only looked up.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import venvs
import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
TOOLS = BUILD / "venv-tools" / "bin"
NAMES = ("execution", "decision")
ALL = (*NAMES, "navigator", "devcontainer")
PIP = '"$PYCMD" -m pip install'
# The beginning of a step → why it cannot run here.
LEFT_OUT = {
    "$PKGMGR install $PYPKG": "the Python is a package of the distribution; here it is one of the machine",
    "/output/scripts/pip_install": "a virtual environment begins with pip",
    "chmod ug+rw /etc/passwd": "only an image has an /etc/passwd of its own",
    "mkdir -p /runner": "only an image has a folder /runner",
    "rm -rf /output": "only an image has a folder /output",
}
# A step that is a script of ansible-builder → what it does beside the package manager.
INSTALL = f"{PIP} -r /tmp/src/requirements.txt"
STEPS_OF = {
    "/output/scripts/assemble": f"bindep -l newline -f /tmp/src/bindep.txt; [ $? -ne 2 ] && {INSTALL}",
    "/output/scripts/install-from-bindep": INSTALL,
}
# Run by the Python of the environment: our code has all that it imports, and no package asks for what is not there.
IMPORTS = """
import importlib, pathlib, sys
root = pathlib.Path(sys.argv[1], "ansible_collections", "meshops", "lifecycle")
sys.path.insert(0, sys.argv[1])
names = [path.relative_to(sys.argv[1]).with_suffix("") for path in sorted((root / "plugins").rglob("*.py"))]
for name in names:
    importlib.import_module(".".join(name.parts))
for name in ("kubernetes", "jmespath", "yaml", "cryptography", *sys.argv[2:]):
    importlib.import_module(name)
print(f"{len(names)} files of the collection can be imported")
"""
MORE_IMPORTS = {"execution": ("bcrypt", "ansible_runner"), "decision": ("ansible_rulebook", "aiohttp", "drools")}


class Wrong(Exception):
    """What is wrong with an environment."""


def tarball():
    built = sorted(BUILD.glob("meshops-lifecycle-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not built:
        raise SystemExit("there is no tarball in .build; `make build` writes it")
    return built[-1]


def run(command, **options):
    """What a command prints. Raises Wrong with it."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
    done = subprocess.run(command, check=False, text=True, **streams, **options)
    if done.returncode != 0:
        raise Wrong(f"{command if isinstance(command, str) else shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def context(name, folder, packed):
    """The build context of an environment with a tarball, in folder/context, by ansible-builder. Raises Wrong."""
    definition = f"{name}-environment.yml"
    shutil.copy(ROOT / "docs" / definition, folder)
    shutil.copy(packed, folder)
    create = ["create", "-f", definition, "-c", "context", "-v", "0", "--output-filename", "Containerfile"]
    programs = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    run([TOOLS / "python", TOOLS / "ansible-builder", *create], cwd=folder, env=programs)
    built = folder / "context"
    requested = packed.name in (built / "_build" / "requirements.yml").read_text(encoding="utf-8")
    if not requested or not (built / "_build" / "collections" / packed.name).is_file():
        raise Wrong(f"{definition}: the tarball is not in the build context, or nothing installs it")
    text = (built / "Containerfile").read_text(encoding="utf-8")
    unchecked = text.count("curl ") - text.count("sha256sum --check --strict")
    if unchecked:
        raise Wrong(f"{definition}: {unchecked} downloads are not checked against a checksum")
    for stage in text.split("\nFROM ")[1:]:
        if "pip install" in stage or "/assemble" in stage:
            if "ARG PIP_INDEX_URL" not in stage:
                raise Wrong(f"{definition}: the stage {stage.split()[2]} takes no address of a package index")
    return built


class Environment:
    """A bare virtual environment in which the steps of a context run."""

    def __init__(self, name, packed, folder=BUILD / "environments"):
        self.name, self.tarball, self.folder = name, packed, folder / name
        self.bin = self.folder / "venv" / "bin"
        self.collections = self.folder / "share" / "collections"

    def make(self):
        """Run all steps, unless they ran with the same context; the collection is always installed anew."""
        shutil.rmtree(self.folder / "context", ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        built = context(self.name, self.folder, self.tarball)
        steps = list(self._steps((built / "Containerfile").read_text(encoding="utf-8")))
        self._without_galaxy(built / "_build" / "requirements.yml")
        stamp, fingerprint = self.folder / ".ready", self._fingerprint(built)
        done = stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint
        if not done:
            shutil.rmtree(self.folder / "venv", ignore_errors=True)
            stamp.unlink(missing_ok=True)
            run([self._python(), "-m", "venv", self.folder / "venv"])
        shutil.rmtree(self.folder / "share", ignore_errors=True)
        (self.folder / "src").mkdir(exist_ok=True)
        for step in steps:
            if "curl " in step:
                self._download(step)
            elif not done or "ansible-galaxy" in step or step.startswith("mkdir"):
                self._run(step)
        stamp.write_text(fingerprint, encoding="utf-8")
        return self

    def check(self):
        """Prove that the packages fit each other, that all of our code has what it imports, and that playbooks run."""
        run([self.bin / "python", "-m", "pip", "check"])
        said = run([self.bin / "python", "-c", IMPORTS, self.collections, *MORE_IMPORTS[self.name]])
        self._say(said.strip())
        names = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
        playbooks = [f"meshops.lifecycle.{name}" for name in names]
        run([self.bin / "ansible-playbook", "-i", "staging,", "--syntax-check", *playbooks], env=self.environment())
        self._nobody_answers()
        self._say(f"{len(playbooks)} playbooks can be read, and run until a cluster has to answer")

    def _nobody_answers(self):
        """A playbook that asks a cluster at an address where none is says so: nothing it needs is missing before."""
        command = [self.bin / "ansible-playbook", "-i", "staging,", "meshops.lifecycle.verify"]
        environment = {**self.environment(), "K8S_AUTH_HOST": "https://127.0.0.1:1", "K8S_AUTH_API_KEY": "none"}
        done = subprocess.run(
            [*command, "-e", "mesh_parts=mesh_config"], env=environment, capture_output=True, text=True, check=False
        )
        if "refused" not in done.stdout or "127.0.0.1" not in done.stdout or "Traceback" in done.stdout + done.stderr:
            raise Wrong(f"verify does not say that nobody answers:\n{done.stdout}{done.stderr}")

    def environment(self):
        """The environment of programs that run in it: nothing of the person's, and its own collections alone."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "K8S_AUTH_"))}
        return {
            **kept,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_CONFIG": str(self.folder / "none"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_NOCOLOR": "1",
            "KUBECONFIG": str(self.folder / "none"),
        }

    def _say(self, words):
        print(f"environments: {self.name}: {words}", flush=True)

    def _without_galaxy(self, path):
        """Leave out what would come from Galaxy, and say so: these checks need a package index and no other server."""
        requested = yaml.safe_load(path.read_text(encoding="utf-8"))["collections"]
        files = [entry for entry in requested if entry.get("type") == "file"]
        for entry in requested:
            if entry not in files:
                self._say(f"left out: {entry['name']}, which comes from Galaxy")
        for entry in files:
            entry["name"] = str(path.parent / entry["name"].removeprefix("/build/"))
        path.write_text(yaml.safe_dump({"collections": files}), encoding="utf-8")

    def _fingerprint(self, built):
        texts = [path.read_bytes() for path in sorted(built.rglob("*")) if path.is_file() and path.suffix != ".gz"]
        ours = (ROOT / "requirements.txt").read_bytes() + (ROOT / "bindep.txt").read_bytes()
        return hashlib.sha256(b"".join(texts) + ours + Path(__file__).read_bytes()).hexdigest()

    def _steps(self, text):
        """The commands of the Containerfile that can run here, in order."""
        self.arguments = dict(re.findall(r'(?m)^ARG (\w+)="?([^"\n]*?)"?$', text))
        for step in re.findall(r"(?m)^RUN (.*)$", text):
            reason = next((why for start, why in LEFT_OUT.items() if step.startswith(start)), None)
            if reason:
                self._say(f"left out: {step[:50]}: {reason}")
            else:
                yield next((does for start, does in STEPS_OF.items() if step.startswith(start)), step)

    def _python(self):
        wanted = self.arguments["PYPKG"].removeprefix("python")
        python, version = venvs.find_python((wanted, "3.13", "3.11"))
        if not python:
            raise Wrong(f"no Python {wanted} with its venv module was found")
        self._say(f"Python {version}" + ("" if version == wanted else f" in place of {wanted}"))
        return python

    def _download(self, step):
        """A step that downloads a program: from a folder, which holds a stand-in for it. A wrong checksum ends it."""
        name = next(name for name in ("helm", "istioctl") if f"{name.upper()}_URL" in step)
        version = self.arguments[f"{name.upper()}_VERSION"]
        arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        place, inside = ("", f"linux-{arch}/helm") if name == "helm" else (version, "istioctl")
        packed = self.folder / "mirror" / place / f"{name}-{version}-linux-{arch}.tar.gz"
        packed.parent.mkdir(parents=True, exist_ok=True)
        program = f"#!/bin/sh\necho {name} {version}\n".encode()
        with tarfile.open(packed, "w:gz") as archive:
            entry = tarfile.TarInfo(inside)
            entry.size, entry.mode = len(program), 0o755
            archive.addfile(entry, io.BytesIO(program))
        url, checksum = {f"{name.upper()}_URL": f"file://{self.folder}/mirror"}, f"{name.upper()}_SHA256"
        with contextlib.suppress(Wrong):
            self._run(step, **url, **{checksum: "0" * 64})
            raise SystemExit(f"environments: {self.name}: {name} was installed with a wrong checksum")
        self._run(step, **url, **{checksum: hashlib.sha256(packed.read_bytes()).hexdigest()})
        if not (self.bin / name).exists():
            raise Wrong(f"{step}\nhas not installed {name}")

    def _run(self, step, **more):
        """One step, with the folders of the image in this one, and `more` build arguments."""
        places = {
            "/usr/share/ansible": self.folder / "share",
            "/output/scripts": self.folder / "context" / "_build" / "scripts",
            "/tmp/": f"{self.folder}/",
            "/usr/local/bin": self.bin,
        }
        step = re.sub("|".join(places), lambda place: str(places[place[0]]), step)
        if "introspect.py" in step:
            step += f" {self.collections}"  # where it would look in an image
        variables = {**self.environment(), **self.arguments, "PYCMD": str(self.bin / "python"), **more}
        started = time.monotonic()
        run(["bash", "-c", step], cwd=self.folder / "context" / "_build", env=variables)
        self._say(f"{step.splitlines()[0][:90]} ({time.monotonic() - started:.0f} s)")


class Devcontainer:
    """A fresh clone in which the commands of .devcontainer run, as they do in a new container."""

    def __init__(self):
        self.folder = BUILD / "environments" / "devcontainer"

    def make(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        run(["git", "clone", "--quiet", "--depth=1", f"file://{ROOT}", self.folder / "workspace"])
        self.definition = devcontainer(self.folder / "workspace")
        for step in self.definition["onCreateCommand"].split(" && "):
            if step.startswith("apt-get install ") and shutil.which("apt-get"):
                run(["bash", "-c", f"{step} --simulate"])
                print(
                    "environments: devcontainer: its packages are known to apt-get, and were not installed", flush=True
                )
        self._run(self.definition["postCreateCommand"])
        return self

    def check(self):
        """Programs that the editor is told of are there, and tests run."""
        for name, value in self.definition["customizations"]["vscode"]["settings"].items():
            path = Path(value.replace("${containerWorkspaceFolder}", str(self.folder / "workspace")))
            if not path.exists():
                raise Wrong(f"devcontainer: {name} is {value}, which is not there")
        self._run("make unit CORES= ARGS=tests/unit/test_times.py")

    def _run(self, command):
        started = time.monotonic()
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "MAKE", "MFLAGS"))
        }
        home = {"HOME": str(self.folder / "home"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        (self.folder / "home").mkdir(exist_ok=True)
        root = {"PYENV_ROOT": os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")}  # the Pythons stay
        run(["bash", "-c", command], cwd=self.folder / "workspace", env={**kept, **root, **home})
        print(f"environments: devcontainer: {command} ({time.monotonic() - started:.0f} s)", flush=True)


class Navigator:
    """ansible-navigator with the settings of examples/estate, in a copy of it, without an execution environment."""

    def __init__(self, packed):
        self.tarball, self.folder = packed, BUILD / "environments" / "navigator"
        self.bin, self.estate = self.folder / "venv" / "bin", self.folder / "estate"

    def make(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        python, _version = venvs.find_python(("3.12", "3.13", "3.11"))
        if not python:
            raise Wrong("no Python 3.11 to 3.13 with its venv module was found")
        run([python, "-m", "venv", self.folder / "venv"])
        run(
            [
                self.bin / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "ansible-navigator>=25",
                "ansible-core>=2.16,<2.22",
            ]
        )
        shutil.copytree(ROOT / "examples" / "estate", self.estate)
        (self.estate / ".vault-password").write_text("none", encoding="utf-8")
        (self.folder / ".kube").mkdir()  # which the settings mount from the home of a person
        galaxy = ["collection", "install", "--offline", "--no-deps", "-p", "collections", self.tarball]
        run([self.bin / "ansible-galaxy", *galaxy], cwd=self.estate, env=self._environment())
        return self

    def check(self):
        """It takes the settings, notices a wrong one, and reads the estate's playbook by them."""
        shown = self._navigator("settings", "--effective", "--mode", "stdout")
        if "registry.example.com/mesh-ee" not in shown:
            raise Wrong(f"navigator: the settings of examples/estate do not count:\n{shown}")
        self._navigator("run", "platform.yml", "--syntax-check")
        settings = self.estate / "ansible-navigator.yml"
        settings.write_text(settings.read_text(encoding="utf-8").replace("pull:", "pul:"), encoding="utf-8")
        with contextlib.suppress(Wrong):
            self._navigator("settings", "--effective", "--mode", "stdout")
            raise SystemExit("environments: navigator takes settings that do not exist")
        print("environments: navigator: takes the settings of examples/estate, and reads its playbook", flush=True)

    def _navigator(self, *words):
        command = [self.bin / "ansible-navigator", *words, "--ee", "false"]
        return run(command, cwd=self.estate, env=self._environment())

    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "K8S_AUTH_"))}
        home = {"HOME": str(self.folder), "ANSIBLE_HOME": str(self.folder / "home"), "ANSIBLE_NOCOLOR": "1"}
        return {**kept, **home, "PATH": f"{self.bin}:{os.environ['PATH']}"}


def devcontainer(root):
    """What .devcontainer/devcontainer.json says; lines that begin with // are comments."""
    text = (root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    return json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=ALL, default=ALL)
    for name in parser.parse_args().names:
        try:
            if name == "devcontainer":
                Devcontainer().make().check()
            elif name == "navigator":
                Navigator(tarball()).make().check()
            else:
                Environment(name, tarball()).make().check()
        except Wrong as wrong:
            print(f"environments: {name}: FAILED\n{wrong}", file=sys.stderr)
            return 1
    print("environments: all steps that can run here have run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
