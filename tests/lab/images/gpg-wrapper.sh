#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands where Argo CD's image has a wrapper around gpg.
exec gpg "$@"
