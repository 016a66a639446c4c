# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kubernetes control plane, Istio, Argo CD and a data plane as plain processes of one machine."""
