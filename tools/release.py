# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare a release: `make release VERSION=0.2.0`.

Refuses what is not ready to be released, writes the version and the changelog, builds the tarball so that anybody who
builds the same commit gets the same bytes, and puts it, its bill of materials and SHA256SUMS into .build/release/.
It commits and publishes nothing; it says which commands do.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import interface
import release_tarball
import yaml

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
BIN, TOOLS = BUILD / "venv" / "bin", BUILD / "venv-tools" / "bin"
LINKED = BUILD / "collections" / "ansible_collections" / "meshops" / "lifecycle"
RELEASES = ROOT / "tests" / "releases"
# Where the version of the tarball is written, beside galaxy.yml.
MENTIONS = ("README.md", "docs/quickstart.md", "docs/execution-environment.yml", "docs/decision-environment.yml")
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
BREAKING = ("breaking_changes", "removed_features", "deprecated_features")


class NotReady(Exception):
    """Why there can be no release now."""


def run(*command, cwd=ROOT):
    done = subprocess.run([str(word) for word in command], cwd=cwd, check=False)
    if done.returncode != 0:
        raise NotReady(f"{Path(str(command[0])).name} failed, see above")


def git(*words):
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def numbers(version):
    parsed = VERSION.fullmatch(version)
    if not parsed:
        raise NotReady(f"{version} is no version. It must be MAJOR.MINOR.PATCH, such as 0.2.0.")
    return tuple(map(int, parsed.groups()))


def checked(version):
    """The changelog's data, if this version can be released now. Raises NotReady."""
    wanted = numbers(version)
    changes = git("status", "--porcelain")
    if changes:
        raise NotReady(f"the repository has changes that are not committed:\n{changes}")
    changelog = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))
    tags = {tag.removeprefix("v") for tag in git("tag", "--list", "v*").splitlines()}
    if version in tags:
        raise NotReady(f"{version} has been released: there is a tag v{version}.")
    newest = max(map(numbers, changelog["releases"]), default=(0, 0, 0))
    if wanted < newest:
        raise NotReady(f"{version} is older than {'.'.join(map(str, newest))}, which the changelog has already.")
    _check_last_release(wanted, changelog)
    promised = [name for name, added in _version_added() if numbers(added) > wanted]
    if promised:
        raise NotReady(f"these say a version_added that is newer than {version}: {', '.join(promised)}")
    _check_upgrade_notes(version, changelog)
    return changelog


def _version_added():
    for path in [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "roles").glob("*/meta/argument_specs.yml")]:
        for added in re.findall(r"version_added: \"?([\d.]+)", path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), added


def _check_last_release(wanted, changelog):
    """What was written for the release before this one is kept, so that the tests know what has to go on working."""
    older = [release for release in changelog["releases"] if numbers(release) < wanted]
    last = max(older, key=numbers, default=None)
    if last and not (RELEASES / last / "interface.json").exists():
        raise NotReady(f"tests/releases/{last}/interface.json is missing, by which tests hold what {last} could do")


def _check_upgrade_notes(version, changelog):
    """What breaks or will break is explained where people look before they upgrade."""
    old = {
        name for release, entry in changelog["releases"].items() if release != version for name in entry["fragments"]
    }
    fragments = [path for path in (ROOT / "changelogs/fragments").glob("*.yml") if path.name not in old]
    if not fragments and version not in changelog["releases"]:
        raise NotReady("no fragment in changelogs/fragments is new since the last release")
    breaking = [
        path.name for path in fragments if set(BREAKING) & set(yaml.safe_load(path.read_text(encoding="utf-8")))
    ]
    notes = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
    if breaking and f"\n## {version}\n" not in notes:
        raise NotReady(
            f"docs/upgrading.md needs a section '## {version}' for what {', '.join(sorted(breaking))} announce"
        )


def write_version(version):
    """The version into galaxy.yml, and into the name of the tarball where people read it."""
    galaxy = ROOT / "galaxy.yml"
    text = galaxy.read_text(encoding="utf-8")
    before = yaml.safe_load(text)["version"]
    galaxy.write_text(re.sub(r"(?m)^version: .*$", f"version: {version}", text), encoding="utf-8")
    for name in MENTIONS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for form in ("meshops-lifecycle-{}.tar.gz", "meshops.lifecycle:=={}"):
            text = text.replace(form.format(before), form.format(version))
        (ROOT / name).write_text(text, encoding="utf-8")


def write_changelog(version, changelog, date):
    again = ["--update-existing", "--refresh"] if version in changelog["releases"] else []
    command = [BIN / "antsibull-changelog", "release", "--version", version, "--date", date, "--reload-plugins", *again]
    run(*command, cwd=LINKED)


def write_interface(version):
    """What can be written for this version, for the tests of those after it."""
    path = RELEASES / version / "interface.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(interface.text(interface.interface(ROOT)), encoding="utf-8")


def build(version, seconds):
    """The files of the release, in .build/release/VERSION."""
    folder = BUILD / "release" / version
    folder.mkdir(parents=True, exist_ok=True)
    run("make", "build")
    built = BUILD / f"meshops-lifecycle-{version}.tar.gz"
    tarball = folder / built.name
    release_tarball.rewrite(built, tarball, seconds)
    built.write_bytes(tarball.read_bytes())  # what the checks look at is what is released
    bill = folder / f"meshops-lifecycle-{version}.cdx.json"
    run(TOOLS / "python", ROOT / "tools/release_sbom.py", tarball, bill, seconds)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in (tarball, bill)]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version")
    parser.add_argument("--date", default=f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}", help="YYYY-MM-DD")
    parser.add_argument("--no-checks", action="store_true", help="leave out `make lint environments sanity`, an hour")
    parser.add_argument("--build-only", action="store_true", help="build the version that galaxy.yml has, from a tag")
    options = parser.parse_args()
    seconds = int(datetime.datetime.fromisoformat(f"{options.date}T00:00:00+00:00").timestamp())
    try:
        if not options.build_only:
            changelog = checked(options.version)
            write_version(options.version)
            write_changelog(options.version, changelog, options.date)
            write_interface(options.version)
        folder = build(options.version, seconds)
        if not options.no_checks:
            run("make", "-o", "build", "lint", "environments", "sanity")
    except NotReady as reason:
        print(f"release: {reason}", file=sys.stderr)
        return 1
    print((folder / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    print(f"release: {folder.relative_to(ROOT)} is ready. Look at `git diff`, then:")
    print(f"  git add tests/releases && git commit -am 'Release {options.version}'")
    print(f"  git tag -s v{options.version} -m 'Release {options.version}'")
    print(f"  git push --follow-tags && ansible-galaxy collection publish {folder.relative_to(ROOT)}/*.tar.gz")
    return 0


if __name__ == "__main__":
    sys.exit(main())
