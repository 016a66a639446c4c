# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads who wrote something wrong, or runs it against a cluster that lacks what it needs."""

from __future__ import annotations

import playing
import pytest
import yaml

OURS = "meshops.lifecycle"


def task(called, module, **options):
    keywords = {key: options.pop(key) for key in list(options) if key in ("check_mode", "environment")}
    return {"name": called, f"{OURS}.{module}": options, "ignore_errors": True, **keywords}


def messages(run):
    """{task: message} of a run in which every task failed and the run itself did not, as all were ignored."""
    assert all(one.failed for one in run.tasks), [one.name for one in run.tasks if not one.failed]
    assert run.rc == 0
    return {one.name: one.msg for one in run.tasks}


def route(called, spec, module="istio_virtualservice", **options):
    return task(called, module, name="reviews", namespace="default", spec=spec, **options)


WEIGHTED = {"destination": {"host": "reviews"}}

# ---- Before any cluster is asked ------------------------------------------------------------------------------------

TOLD = {
    "option": ({"hots": []}, "spec.hots is not an option of istio_virtualservice. Did you mean 'hosts'?"),
    "deep option": (
        {"http": [{"route": [WEIGHTED]}, {"route": [WEIGHTED, {**WEIGHTED, "wieght": 1}]}]},
        "spec.http[1].route[1].wieght is not an option of istio_virtualservice. Did you mean 'weight'?",
    ),
    "deep type": (
        {"http": [{"route": [{**WEIGHTED, "weight": "ninety"}]}]},
        "spec.http[0].route[0].weight must be a whole number, not 'ninety'.",
    ),
    "mapping": (
        {"http": [{"route": [{"destination": "reviews"}]}]},
        "spec.http[0].route[0].destination must be a mapping of options, not 'reviews'.",
    ),
    "list": ({"http": {"route": []}}, "spec.http must be a list, not a mapping. Put a '-' before its item."),
    "text": ({"hosts": [{"a": 1}]}, "spec.hosts[0] must be text, not a mapping."),
    "true": (
        {"http": [{"match": [{"headers": {}, "authority": {"exact": True}}]}]},
        "spec.http[0].match[0].authority.exact must be text, not true. Put quotes around it.",
    ),
    "required": (
        {"http": [{"route": [{"weight": 1}]}]},
        "spec.http[0].route[0] has no 'destination', which is required.",
    ),
}


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_options_that_are_wrong(play):
    tasks = [route(called, spec) for called, (spec, _told) in TOLD.items()]
    tasks += [
        task("top", "istio_virtualservice", nmae="a"),
        task("choice", "peer_authentication", name="a", spec={"mtls": {"mode": "STRIKT"}}),
        task("state", "istio_virtualservice", name="a", state="gone"),
    ]
    told = messages(play(tasks, env={"K8S_AUTH_KUBECONFIG": "/nowhere"}))
    for called, (_spec, expected) in TOLD.items():
        way_out = " Put fields that are newer than this module under spec_extra."
        label = "istio_virtualservice default/reviews"
        assert told[called] == f"{label}: {expected}{way_out if ' is not an ' in expected else ''}"
    assert told["top"] == "nmae is not an option of istio_virtualservice. Did you mean 'name'?"
    assert "spec.mtls.mode must be one of " in told["choice"] and "Did you mean 'STRICT'?" in told["choice"]
    assert told["state"] == "state must be one of present, absent, not 'gone'."


# As the article that this collection grew from prints it, word for word: of the core group, which has no such kind.
ARTICLE = """
apiVersion: v1
kind: ServiceMonitor
metadata:
  name: argocd-metrics
  namespace: argocd
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: argocd-metrics
  endpoints:
  - port: metrics
    interval: 30s
    path: /metrics
"""


NO_ADDRESS = {
    "project": "default",
    "source": {"repoURL": "undefined", "path": "."},
    "destination": {"server": "in-cluster"},
}
NO_CLUSTER = {"destinations": [{"server": "in-cluster", "namespace": "shop"}]}


def argocd(kind, spec):
    metadata = {"name": "a", "namespace": "argocd"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.mark.both_ways
def test_documents_that_are_wrong(play, cluster, tmp_path):
    """The article's ServiceMonitor as it is printed, and other documents for the wrong module."""
    article = yaml.safe_load(ARTICLE)
    printed = tmp_path / "article.yml"
    printed.write_text(ARTICLE)
    two = tmp_path / "two.yml"
    two.write_text("kind: VirtualService\n---\nkind: VirtualService\n")
    broken = tmp_path / "broken.yml"
    broken.write_text("kind: VirtualService\nspec: {hosts: [}\n")
    told = messages(
        play(
            [
                task("article", "service_monitor", definition=article),
                task("article in a file", "service_monitor", src=str(printed)),
                task("article in a set", "mesh_apply", objects=[article]),
                task("other kind", "istio_virtualservice", definition={"kind": "Gateway", "metadata": {"name": "a"}}),
                task("two", "istio_virtualservice", src=str(two)),
                task("broken", "istio_virtualservice", src=str(broken)),
                task("nowhere", "istio_virtualservice", src="nowhere.yml"),
                task("both", "istio_virtualservice", src=str(two), definition={"kind": "VirtualService"}),
                task("no name", "istio_virtualservice", spec={"hosts": ["a"]}),
                task("addresses in a set", "mesh_apply", objects=[argocd("Application", NO_ADDRESS)]),
                task("addresses of a project", "mesh_apply", objects=[argocd("AppProject", NO_CLUSTER)]),
            ]
        )
    )
    assert told["article"] == "ServiceMonitor has no apiVersion 'v1'. It must be monitoring.coreos.com/v1."
    assert told["article in a file"] == told["article"]
    assert "ServiceMonitor is not in 'v1'. Its apiVersion is monitoring.coreos.com/v1." in told["article in a set"]
    assert told["other kind"] == (
        "The document is a Gateway; this module manages only VirtualService. Use the module for Gateway, or mesh_apply."
    )
    assert told["two"] == f"src: {two} holds 2 documents; this module takes one. mesh_apply takes many."
    assert told["broken"].startswith(f"{broken}, line 2, column 16: not YAML (")
    assert told["nowhere"].startswith("src: ") and "nowhere.yml is not a file" in told["nowhere"]
    assert told["both"] == "Give 'definition' or 'src', not both."
    for part in ("spec.source.repoURL is 'undefined'", "spec.destination.server is 'in-cluster', which is not the URL"):
        assert part in told["addresses in a set"]
    assert "AppProject argocd/a: spec.destinations[0].server is 'in-cluster'" in told["addresses of a project"]
    assert told["no name"] == "VirtualService: give 'name', or a document with metadata.name."


@pytest.mark.each_core
@pytest.mark.in_process
def test_braces_that_are_not_ansibles(play):
    run = play(
        """
        - name: eaten
          meshops.lifecycle.mesh_apply:
            objects:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: "{{name}}-guestbook", namespace: default}
          ignore_errors: true
        - name: not Jinja at all
          meshops.lifecycle.istio_virtualservice:
            name: a
            annotations: {summary: "{{ $labels.pod }} is down"}
          ignore_errors: true
        - name: a variable that nobody has
          meshops.lifecycle.istio_virtualservice:
            name: a
            spec: {http: [{route: [{destination: {host: a}, weight: "{{ weihgt }}"}]}]}
          ignore_errors: true
        - name: kept
          check_mode: true
          diff: true
          meshops.lifecycle.mesh_apply:
            objects:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {name: kept, namespace: default}
                data: {summary: !unsafe "{{ $labels.pod }} is down"}
        """
    )
    for eaten in run.tasks[:2]:
        assert eaten.failed
        if playing.ANSIBLE_CORE >= (2, 19):  # before that nobody is asked when Ansible cannot fill in an option
            assert "!unsafe" in eaten.msg and "'src'" in eaten.msg
    assert "'name' is undefined" in run["eaten"].msg
    assert "'weihgt' is undefined" in run["a variable that nobody has"].msg
    assert "!unsafe" not in run["a variable that nobody has"].msg
    assert run["kept"].diffs[0]["after"]["data"] == {"summary": "{{ $labels.pod }} is down"}


# ---- The API server's verdict ---------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_what_only_the_schema_knows(play, crds, namespace):
    crds("istio.io")
    where = {"name": "reviews", "namespace": namespace}
    run = play(
        [
            task("unknown field", "istio_virtualservice", **where, spec_extra={"htp": []}),
            task("unknown deep field", "istio_virtualservice", **where, spec_extra={"http": [{"rote": []}]}),
            task("type", "istio_virtualservice", **where, spec_extra={"http": [{"timeout": 5}]}),
            task("rule", "istio_destinationrule", **where, spec_extra={"host": ""}),
            task("name", "istio_virtualservice", name="Not_A_Name", namespace=namespace, spec={"hosts": ["a"]}),
            task("label", "istio_virtualservice", **where, labels={"a b": "c"}, spec={"hosts": ["a"]}),
        ]
    )
    label = f"VirtualService {namespace}/reviews: "
    told = {one.name: one.msg for one in run.tasks if one.failed}
    unknown = "is not a field of this kind in the version that the cluster serves."
    assert told["unknown field"] == f"{label}spec.htp {unknown}"
    assert told["unknown deep field"] == f"{label}spec.http[0].rote {unknown}"
    assert told["type"] == f"{label}spec.http[0].timeout must be text. Put quotes around it."
    assert told["name"].startswith(f"VirtualService {namespace}/Not_A_Name: metadata.name: Invalid value")
    assert told["label"].startswith(f'{label}metadata.labels: Invalid value: "a b"')
    for message in told.values():
        assert "<nil>" not in message and "&{" not in message


# ---- Waits that end -------------------------------------------------------------------------------------------------

NOWHERE = {"example.com/there-is-no-such-node": "true"}


def workload(kind, **spec):
    """A workload whose pods are never scheduled."""
    group = "batch/v1" if kind == "Job" else "apps/v1"
    labels = {"app": kind.lower()}
    pod = {"nodeSelector": NOWHERE, "containers": [{"name": "main", "image": "registry.example.com/nothing:1"}]}
    template = {"metadata": {"labels": labels}, "spec": pod if kind != "Job" else {**pod, "restartPolicy": "Never"}}
    selector = {} if kind == "Job" else {"selector": {"matchLabels": labels}}
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": kind.lower()},
        "spec": {**selector, "template": template, **spec},
    }


# What waits in vain, and what its message says was missing.
IN_VAIN = {
    "deployment": (workload("Deployment"), "0 of 1 replicas available"),
    "statefulset": (workload("StatefulSet", serviceName="x"), "0 of 1 replicas ready"),
    "job": (workload("Job"), "not complete yet"),
    "pod": (
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "pod"},
            "spec": workload("Deployment")["spec"]["template"]["spec"],
        },
        "didn't match Pod's node affinity/selector",
    ),
    "gateway": (
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "Gateway",
            "metadata": {"name": "gateway"},
            "spec": {"gatewayClassName": "nobodys", "listeners": [{"name": "a", "port": 80, "protocol": "HTTP"}]},
        },
        "Accepted is ",
    ),
    "route": (
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": "route"},
            "spec": {"parentRefs": [{"name": "nobodys"}]},
        },
        "no controller has reported a status",
    ),
}


@pytest.mark.in_process
def test_waits_that_end_say_what_was_missing(play, crds, cluster, namespace):
    """A wait of each sort of object; those of Argo CD and of helm have tests of their own."""
    crds("gateway.networking.k8s.io")
    held = {"metadata": {"finalizers": ["example.com/stuck"], "name": "held"}, "kind": "ConfigMap", "apiVersion": "v1"}
    cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=held)
    wait = {"namespace": namespace, "wait": True, "wait_timeout": 2}
    tasks = [task(called, "mesh_apply", objects=[body], **wait) for called, (body, _said) in IN_VAIN.items()]
    tasks.append(task("all", "mesh_apply", objects=[body for body, _said in IN_VAIN.values()], **wait))
    tasks.append(task("gone", "mesh_apply", objects=[held], state="absent", **wait))
    try:
        run = play(tasks)
        told = messages(run)
        for called, (body, said) in IN_VAIN.items():
            assert f"1 of 1 objects were not ready in time: {body['kind']} {namespace}/{called}: " in told[called]
            assert said in told[called]
            assert run[called].result["resources"][0]["action"] == "created"
        assert f"{len(IN_VAIN)} of {len(IN_VAIN)} objects were not ready in time: " in told["all"]
        assert (
            f"ConfigMap {namespace}/held is marked for deletion but still there, held by example.com/stuck"
            in (told["gone"])
        )
    finally:
        cluster.kubectl("patch", "configmap", "held", "-n", namespace, "-p", '{"metadata": {"finalizers": null}}')


# ---- Clusters that lack something -----------------------------------------------------------------------------------


@pytest.mark.in_process
@pytest.mark.needs_lab
def test_what_is_not_installed_is_named_with_its_role(play, bare):
    spec = {"selector": {}, "endpoints": []}
    on_it = {"K8S_AUTH_KUBECONFIG": bare.kubeconfig}
    wanted = [
        ("istio", route("route", {"hosts": ["a"]})),
        ("istio", task("policy", "peer_authentication", name="a", namespace="default", spec={})),
        ("monitoring", task("monitor", "service_monitor", name="a", namespace="default", spec=spec)),
        ("argocd", task("application", "argocd_project", name="a", namespace="default", spec={})),
    ]
    told = messages(play([one for _role, one in wanted], env=on_it))
    for role, one in wanted:
        assert "The cluster does not serve " in told[one["name"]]
        assert told[one["name"]].endswith(f"The role meshops.lifecycle.{role} installs it.")
    predicted = play([one for _role, one in wanted], check=True, env=on_it)
    for one in predicted.tasks:
        assert one.changed and one.result["validated"] is False
        assert "is not served in the cluster yet" in one.result["warnings"][0]
    absent = [{**one, "name": f"{one['name']} gone"} for _role, one in wanted]
    for one in absent:
        options = next(value for key, value in one.items() if key.startswith(OURS))
        options.update(state="absent")
    assert play(absent, env=on_it).changed == []


@pytest.mark.in_process
@pytest.mark.needs_lab
@pytest.mark.xdist_group("mesh")
def test_what_istiod_refuses(play, mesh):
    """The verdict of Istio's own validation, in check mode and in the run, and nothing is written."""
    negative = [{**WEIGHTED, "weight": -1}, {**WEIGHTED, "weight": 101}]
    nothing = [{**WEIGHTED, "weight": 0}, {**WEIGHTED, "weight": 0}]
    tasks = []
    for check in (True, False):
        tasks += [
            route(f"negative {check}", {"hosts": ["a"], "http": [{"route": negative}]}, check_mode=check),
            route(f"nothing {check}", {"hosts": ["a"], "http": [{"route": nothing}]}, check_mode=check),
            route(f"host {check}", {"hosts": ["not a host"], "http": [{"route": [WEIGHTED]}]}, check_mode=check),
            route(f"no route {check}", {"hosts": ["a"], "http": [{}]}, check_mode=check),
        ]
    told = messages(play(tasks, env={"K8S_AUTH_KUBECONFIG": mesh.kubeconfig}))
    for called, message in told.items():
        assert message.startswith("VirtualService default/reviews: Refused by istiod ("), called
        assert "admission webhook" not in message
    assert "weight -1 < 0" in told["negative False"]
    assert "total destination weight = 0" in told["nothing False"]
    assert "not a host" in told["host False"]
    for called in ("negative", "nothing", "host", "no route"):
        assert told[f"{called} True"] == told[f"{called} False"]
    assert mesh.kubectl("get", "virtualservices", "-n", "default", "-o", "json")["items"] == []
