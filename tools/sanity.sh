#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ansible-test sanity on the collection as a user installs it: `tools/sanity.sh VENV [ansible-test options]`, after
# `make installed`. There are no ignore files.
#
# It works with nothing but a package index, and with a home folder of its own, so that the person's is not touched:
# ansible-test makes its environments by a script that it downloads, unless one lies in its cache; ours uses the pip that
# Python itself carries.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$(cd "$1" && pwd)
shift
build="$root/.build"
python="$venv/bin/python"
installed="$build/installed/ansible_collections/meshops/lifecycle"
home="$build/sanity-home"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

mkdir -p "$home/.ansible/test/cache" "$home/.config/pip"
# The person's package index and certificates, as pip sees them now: ansible-test hands no PIP_* variable on.
"$python" -m pip config list | "$python" -c '
import sys
print("[global]")
for line in sys.stdin:
    name, _, value = line.strip().partition("=")
    if value and name.startswith((":env:.", "global.", "install.")):
        print(name.rsplit(".", 1)[1], "=", value.strip("\x27\""))
' | awk '!seen[$1]++' > "$home/.config/pip/pip.conf"
pip_version=$("$python" -c '
import sys, types
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(types.SimpleNamespace(version=sys.argv[1]))["pip"])' "$version")
printf 'import ensurepip\nensurepip.bootstrap()\n' > "$home/.ansible/test/cache/get_pip_${pip_version//./_}.py"

cd "$installed"
echo "sanity: $("$venv/bin/ansible-test" --version), Python $version (2 to 4 minutes; the first time it makes its environments)"
export HOME="$home" PATH="$venv/bin:$PATH"
exec "$venv/bin/ansible-test" sanity --venv --python "$version" --color no "$@"
