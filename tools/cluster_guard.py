# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let `make demo` and `make test-cluster` at a person's own cluster only when they mean it, and only where it is safe.

    cluster_guard.py --out FILE '<kubeconfig>[:context]'

Shows which cluster is meant, refuses where an Istio or Argo CD lives that this collection did not install, asks for a
yes (CONFIRM=yes answers it), and writes a kubeconfig of that one context to FILE (mode 0600). What runs afterwards is
given FILE and nothing else, so that no other context can be reached by mistake.

Whose an installation is, is told by a label on its namespace, `meshops.lifecycle/installed: "true"`: our roles set it.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
from pathlib import Path

import yaml

MARKER = "meshops.lifecycle/installed"
# Files that a kubeconfig points at, and the field that holds the same content in place.
EMBEDDED = (
    ("cluster", "certificate-authority", "certificate-authority-data"),
    ("user", "client-certificate", "client-certificate-data"),
    ("user", "client-key", "client-key-data"),
)


class Refusal(Exception):
    """The whole sentence for the person: what is wrong and what to do."""


def split_cluster(text, exists=os.path.isfile):
    """'<kubeconfig>[:context]' → (path, context or None). A context may hold colons itself (an EKS ARN does)."""
    parts = os.path.expanduser(text).split(":")
    for end in range(len(parts), 0, -1):
        path = ":".join(parts[:end])
        if exists(path):
            return path, ":".join(parts[end:]) or None
    raise Refusal(f"CLUSTER={text}: no such kubeconfig file: {parts[0]}. Write CLUSTER=<kubeconfig>[:context].")


def named(config, section, name):
    for entry in config.get(section) or []:
        if entry.get("name") == name:
            return entry.get({"clusters": "cluster", "users": "user", "contexts": "context"}[section]) or {}
    return None


def single_context(config, context, folder):
    """A kubeconfig that holds `context` alone, its files embedded; `folder` is where its relative paths start.

    Raises Refusal when the context, its cluster or a file is missing.
    """
    context = context or config.get("current-context")
    if not context:
        raise Refusal("The kubeconfig has no current context. Write CLUSTER=<kubeconfig>:<context>.")
    chosen = named(config, "contexts", context)
    if chosen is None:
        known = ", ".join(entry.get("name", "?") for entry in config.get("contexts") or []) or "none"
        raise Refusal(f"The kubeconfig has no context {context!r}. It has: {known}.")
    parts = {
        "cluster": named(config, "clusters", chosen.get("cluster")),
        "user": named(config, "users", chosen.get("user")) if chosen.get("user") else {},
    }
    for part, value in parts.items():
        if value is None:
            raise Refusal(f"Context {context!r} names a {part} {chosen.get(part)!r} that the kubeconfig does not hold.")
    parts = {part: absolute(part, dict(value), Path(folder)) for part, value in parts.items()}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": dict(chosen, cluster="cluster", user="user")}],
        "clusters": [{"name": "cluster", "cluster": parts["cluster"]}],
        "users": [{"name": "user", "user": parts["user"]}],
    }


def absolute(part, value, folder):
    """`value` with certificates and keys embedded, and with the paths that must stay paths made absolute."""
    for owner, by_path, in_place in EMBEDDED:
        if owner == part and value.get(by_path):
            path = folder / value.pop(by_path)
            try:
                value.setdefault(in_place, base64.b64encode(path.read_bytes()).decode())
            except OSError as error:
                raise Refusal(f"The kubeconfig's {by_path} cannot be read: {path}: {error.strerror}.") from None
    if value.get("tokenFile"):
        value["tokenFile"] = str(folder / value["tokenFile"])
    program = value.get("exec") or {}
    if "/" in program.get("command", ""):
        value["exec"] = dict(program, command=str(folder / program["command"]))
    return value


def write_private(path, config):
    """Write `config` as YAML to `path`, readable by its owner alone from the first byte."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        yaml.safe_dump(config, handle)


def foreign(workloads, webhooks, marked):
    """Control planes that are not ours, as sentences.

    workloads: (kind, namespace, name, labels) of every Deployment and StatefulSet; webhooks: (name, namespace of its
    service or None) of every mutating webhook configuration; marked: the namespaces that carry our label.
    """
    found = []
    for kind, namespace, name, labels in workloads:
        product = None
        if labels.get("app") == "istiod" or (namespace, name) == ("istio-system", "istiod"):
            product = "Istio"
        elif labels.get("app.kubernetes.io/part-of") == "argocd" or name.startswith("argocd-"):
            product = "Argo CD"
        if product and namespace not in marked:
            found.append(f"{product}: {kind} {namespace}/{name}")
    for name, namespace in webhooks:
        if name.startswith(("istio-sidecar-injector", "istio-revision-tag")) and namespace not in marked:
            # An injector reached by URL names no namespace: it is ours only where we installed something at all.
            if namespace or not marked:
                found.append(f"Istio: MutatingWebhookConfiguration {name}")
    return found


def look(kubeconfig):
    """What `foreign` wants to know of the cluster, and what a person knows it by."""
    from kubernetes import client, config

    api = config.new_client_from_config(config_file=str(kubeconfig))
    get = {"_request_timeout": 20}
    apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
    namespaces = core.list_namespace(**get).items
    workloads = [
        (kind, item.metadata.namespace, item.metadata.name, item.metadata.labels or {})
        for kind, listed in (
            ("Deployment", apps.list_deployment_for_all_namespaces(**get)),
            ("StatefulSet", apps.list_stateful_set_for_all_namespaces(**get)),
        )
        for item in listed.items
    ]
    webhooks = []
    for item in client.AdmissionregistrationV1Api(api).list_mutating_webhook_configuration(**get).items:
        services = [hook.client_config.service for hook in item.webhooks or []]
        webhooks.append((item.metadata.name, next((service.namespace for service in services if service), None)))
    return {
        "version": client.VersionApi(api).get_code(**get).git_version,
        "namespaces": sorted(item.metadata.name for item in namespaces),
        "nodes": len(core.list_node(**get).items),
        "marked": {item.metadata.name for item in namespaces if (item.metadata.labels or {}).get(MARKER) == "true"},
        "workloads": workloads,
        "webhooks": webhooks,
    }


def describe(path, config, seen):
    context = config["contexts"][0]
    names = seen["namespaces"]
    shown = ", ".join(names[:8]) + (f", and {len(names) - 8} more" if len(names) > 8 else "")
    return "\n".join(
        [
            f"  kubeconfig  {path}",
            f"  context     {context['name']}",
            f"  server      {config['clusters'][0]['cluster'].get('server')}",
            f"  Kubernetes  {seen['version']}, {seen['nodes']} nodes",
            f"  namespaces  {shown}",
        ]
    )


def confirmed():
    if os.environ.get("CONFIRM") == "yes":
        print("CONFIRM=yes was given.")
        return True
    if not sys.stdin.isatty():
        raise Refusal("Nobody is there to ask: say CONFIRM=yes beside CLUSTER=… to go on.")
    return input("This installs and removes things on that cluster. Type yes to go on: ").strip() == "yes"


def guard(cluster, out):
    Path(out).unlink(missing_ok=True)  # so that a refusal never leaves the cluster of an earlier run behind
    path, context = split_cluster(cluster)
    try:
        with open(path, encoding="utf-8") as handle:
            config = yaml.safe_load(handle)
    except (OSError, yaml.YAMLError) as error:
        raise Refusal(f"The kubeconfig {path} cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(config, dict):
        raise Refusal(f"The file {path} is not a kubeconfig.")
    config = single_context(config, context, Path(path).resolve().parent)
    pending = Path(f"{out}.unconfirmed")
    write_private(pending, config)
    try:
        try:
            seen = look(pending)
        except Exception as error:  # the client library raises many kinds, urllib3's among them
            server = config["clusters"][0]["cluster"].get("server")
            reason = str(getattr(error, "reason", None) or error).strip() or repr(error)
            raise Refusal(f"The cluster at {server} does not answer: {reason.splitlines()[0]}") from None
        print("The cluster that CLUSTER names:\n" + describe(path, config, seen), flush=True)
        others = foreign(seen["workloads"], seen["webhooks"], seen["marked"])
        if others:
            raise Refusal(
                "Refused: it holds what this collection did not install:\n  "
                + "\n  ".join(others)
                + f"\nUse a cluster without them. (Ours are known by the label {MARKER}=true on their namespace.)"
            )
        if not confirmed():
            raise Refusal("Not confirmed; nothing was done.")
        pending.rename(out)
    finally:
        pending.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cluster", help="<kubeconfig>[:context]")
    parser.add_argument("--out", required=True, help="where the kubeconfig of that one context is written")
    options = parser.parse_args()
    try:
        guard(options.cluster, options.out)
    except Refusal as refusal:
        print(f"CLUSTER: {refusal}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nCLUSTER: not confirmed; nothing was done.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
