# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Files of URLs on the controller, each fetched once."""

from __future__ import annotations

DOCUMENTATION = r"""
name: download
short_description: Download URLs to the controller once
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Fetches a URL into a folder on the controller, and returns the path of the file. A file that already exists is not
    fetched again, because a URL of a release does not change; delete the file to fetch it again.
  - A term that is not a URL is returned unchanged, as a path.
options:
  _terms:
    description: URLs that begin with V(https://) or V(http://), and paths.
    type: list
    elements: str
    required: true
  folder:
    description: The folder. It is created, for this user alone, where it is missing.
    type: path
    required: true
  checksum:
    description:
      - Checksum of the file, such as V(sha256:0a1b…). For one URL. A file that was fetched before is compared as well.
    type: str
    default: ""
  timeout:
    description: Time-out in seconds for the server to send data.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Argo CD by the manifests of a release
  meshops.lifecycle.mesh_apply:
    name: argocd-install
    namespace: argocd
    src: "{{ query('meshops.lifecycle.download', url, folder='~/.cache/meshops.lifecycle') }}"
  vars:
    url: https://raw.githubusercontent.com/argoproj/argo-cd/v3.5.7/manifests/install.yaml
"""

RETURN = r"""
_list:
  description: The paths of the files, in the order of the terms.
  type: list
  elements: str
"""

import hashlib
import os
import tempfile

from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.text.converters import to_native
from ansible.plugins.lookup import LookupBase
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import without_secrets


class LookupModule(LookupBase):
    """What Ansible looks for in this file."""

    def run(self, terms, variables=None, **options):
        """The paths. Raises AnsibleLookupError for what cannot be fetched, or is not what the checksum says."""
        self.set_options(var_options=variables, direct=options)
        return paths(terms, self.get_option("folder"), self.get_option("checksum"), self.get_option("timeout"))


def paths(terms, folder, checksum="", timeout=60):
    """The path of each term; what is a URL is fetched unless it was before. Raises AnsibleLookupError."""
    urls = [term for term in terms if _is_url(term)]
    if checksum and len(urls) > 1:
        raise AnsibleLookupError(f"One checksum cannot be that of {len(urls)} URLs. Give one URL, or no checksum.")
    folder = os.path.expanduser(folder)
    return [_file(term, folder, checksum, timeout) if _is_url(term) else str(term) for term in terms]


def _file(url, folder, checksum, timeout):
    path = os.path.join(folder, f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.yaml")
    if not os.path.exists(path):
        content = _content(url, timeout)
        _compare(content, checksum, url)
        _keep(folder, path, content)
    elif checksum:
        with open(path, "rb") as stream:
            _compare(stream.read(), checksum, f"{path}, which was fetched from {url} before,")
    return path


def _content(url, timeout):
    from ansible.module_utils.urls import open_url  # which takes 30 ms, and most runs fetch nothing

    try:
        return open_url(url, timeout=timeout, http_agent="meshops.lifecycle").read()
    except Exception as error:  # whatever urllib, ssl and http raise
        raise AnsibleLookupError(
            without_secrets(
                f"{url} cannot be fetched: {to_native(error)}. If the controller has no internet access, use files "
                "instead of URLs."
            )
        ) from None


def _is_url(term):
    return str(term).startswith(("https://", "http://"))


def _compare(content, checksum, what):
    """Raise AnsibleLookupError when the content is not what the checksum says."""
    if not checksum:
        return
    algorithm, _colon, wanted = checksum.partition(":")
    try:
        there = hashlib.new(algorithm, content).hexdigest()
    except ValueError:
        raise AnsibleLookupError(f"checksum {checksum!r} must begin with an algorithm, as sha256: does.") from None
    if there != wanted.strip().lower():
        raise AnsibleLookupError(
            without_secrets(f"{what} has the checksum {algorithm}:{there}, not {checksum}. It was not used.")
        )


def _keep(folder, path, content):
    """Write the file whole or not at all: another run may look for it at the same moment."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise AnsibleLookupError(f"{path} cannot be written: {error.strerror}.") from None
