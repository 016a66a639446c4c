# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials of a tarball, CycloneDX 1.6 as JSON: `release_sbom.py TARBALL RESULT SECONDS`.

It lists the files of the tarball with their checksums, and what it needs: ansible-core, the Python packages of
requirements.txt and the programs. Nothing of others is in the tarball; charts and images that the roles install are
named by the variables of whoever runs them. It runs in .build/venv-tools.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import sys
import tarfile
import uuid
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

PROGRAMS = {"helm": ">=3.13", "git": ">=2.31"}


def bill(tarball: Path, seconds: int) -> Bom:
    with tarfile.open(tarball) as archive:
        read = {name: archive.extractfile(name).read() for name in ("MANIFEST.json", "FILES.json", "requirements.txt")}
        runtime = archive.extractfile("meta/runtime.yml").read().decode()
    about = json.loads(read["MANIFEST.json"])["collection_info"]
    digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
    collection = Component(
        name=f"{about['namespace']}.{about['name']}",
        version=about["version"],
        type=ComponentType.LIBRARY,
        bom_ref="collection",
        description=about["description"],
        purl=PackageURL("generic", about["namespace"], about["name"], about["version"]),
        supplier=OrganizationalEntity(name=about["authors"][0]),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    core = re.search(r'requires_ansible: "?([^"\n]+)', runtime)[1]
    needed = [_needed("ansible-core", core, "pypi")]
    for line in read["requirements.txt"].decode().splitlines():
        if line and not line.startswith("#"):
            name, demand = re.fullmatch(r"([\w.-]+)(.*)", line).groups()
            needed.append(_needed(name, demand, "pypi"))
    needed += [_needed(name, demand, "generic") for name, demand in PROGRAMS.items()]
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{about['repository']}#{digest}"))
    bom.metadata.timestamp = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    bom.metadata.component = collection
    bom.components = [*needed, *_files(json.loads(read["FILES.json"])["files"])]
    bom.register_dependency(collection, needed)
    return bom


def _needed(name: str, demand: str, kind: str) -> Component:
    return Component(
        name=name,
        type=ComponentType.LIBRARY if kind == "pypi" else ComponentType.APPLICATION,
        bom_ref=f"needed:{name}",
        purl=PackageURL(kind, None, name.lower()),
        properties=[Property(name="meshops:requirement", value=demand or "any")],
    )


def _files(entries: list[dict]) -> list[Component]:
    return [
        Component(
            name=entry["name"],
            type=ComponentType.FILE,
            bom_ref=f"file:{entry['name']}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=entry["chksum_sha256"])],
        )
        for entry in entries
        if entry["ftype"] == "file"
    ]


def main(tarball: Path, result: Path, seconds: int) -> int:
    text = make_outputter(bill(tarball, seconds), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        print(f"release: the bill of materials does not fit its schema: {error}", file=sys.stderr)
        return 1
    result.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
