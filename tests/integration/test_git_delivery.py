# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`delivery: git`: real repositories, by path and over HTTP, and the real Argo CD for what is waited for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import git_over_http
import pytest
import yaml
from gitops import config_map, deployment

OURS = "meshops.lifecycle"
LINE = "# Written by meshops.lifecycle for the set shop/set; edits are put back.\n"


def git(folder, *arguments, data=None):
    identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, input=data).stdout.strip()


class Bare:
    """A bare repository: what its main branch has, and what somebody else pushes to it."""

    def __init__(self, folder: Path):
        self.folder, self.clone = folder, folder.with_suffix(".clone")
        git("/", "init", "-q", "--bare", "-b", "main", str(folder))

    def git(self, *arguments):
        return git(self.folder, *arguments)

    @property
    def head(self):
        return self.git("rev-parse", "main")

    def commits(self, branch="main"):
        return int(self.git("rev-list", "--count", branch))

    def files(self, branch="main"):
        listed = self.git("ls-tree", "-r", "--name-only", branch).splitlines()
        return {path: self.git("show", f"{branch}:{path}") + "\n" for path in listed}

    def somebody(self, files):
        """Somebody else commits {path: text, or None to take it away} and pushes it."""
        if not self.clone.exists():
            git("/", "clone", "-q", str(self.folder), str(self.clone))
        git(self.clone, "pull", "-q", "--rebase", "origin", "main") if self.git("branch", "--list", "main") else None
        for path, text in files.items():
            file = self.clone / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink() if text is None else file.write_text(text)
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "-m", "by hand")
        git(self.clone, "push", "-q", "origin", "HEAD:main")

    def hook(self, name, script):
        path = self.folder / "hooks" / name
        path.write_text("#!/bin/sh\n" + textwrap.dedent(script))
        path.chmod(0o755)


@pytest.fixture
def bare(tmp_path):
    return Bare(tmp_path / "repository.git")


@pytest.fixture
def nowhere(play):
    """`play` without any way to a cluster."""

    def run(tasks, **options):
        return play(tasks, env={"K8S_AUTH_KUBECONFIG": None, "KUBECONFIG": "/nonexistent"}, **options)

    return run


@pytest.fixture
def deliver(bare):
    """`deliver("name", objects=[…], git={…})`: a task that delivers the set `set` to the bare repository."""

    def make(called="Set", git=None, **options):
        keywords = {key: options.pop(key) for key in ("ignore_errors", "check_mode") if key in options}
        where = {"repository": str(bare.folder), "path": "mesh", **(git or {})}
        stated = {"name": "set", "namespace": "shop", "delivery": "git", "git": where, "prune": True, **options}
        return {"name": called, f"{OURS}.mesh_apply": stated, **keywords}

    return make


def rows(result):
    return {f"{one['kind']} {one['name']}": one["action"] for one in result.result["resources"]}


def secret(value="hunter-two"):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "door"}, "stringData": {"key": value}}


# ---- Files and commits ----------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_a_set_in_git_from_first_to_last(nowhere, bare, deliver):
    one, two = config_map("one", {"text": "12e3", "lines": "a\nb\n"}, labels={"app": "x"}), config_map("two")
    route = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "reviews", "resourceVersion": "1"},
        "spec": {"http": [{"route": [{"weight": 1, "destination": {"host": "reviews"}}]}], "hosts": ["reviews"]},
        "status": {},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    everything = [two, route, namespace, one]
    run = nowhere(
        [
            deliver("check", objects=everything, check_mode=True),
            deliver("first", objects=everything),
            deliver("again", objects=everything),
            deliver("change", objects=[config_map("one", {"text": "new"}), route, namespace]),
            deliver("check none", objects=[], check_mode=True, ignore_errors=True),
            deliver("none", objects=[], ignore_errors=True),
        ],
        diff=True,
    )
    assert run.changed == ["check", "first", "change"]
    assert rows(run["check"]) == rows(run["first"]) == {
        "Namespace shop": "created", "ConfigMap two": "created", "ConfigMap one": "created",
        "VirtualService reviews": "created",
    }  # fmt: skip
    assert (run["check"].result["commit"], run["check"].result["pushed"]) == (None, False)
    assert run["check"].diffs == run["first"].diffs
    first, again, change = (run[name].result for name in ("first", "again", "change"))
    assert first["commit"] == again["commit"] != change["commit"] == bare.head
    assert (first["pushed"], again["pushed"], again["branch"], first["validated"]) == (True, False, "main", False)
    assert rows(run["change"])["ConfigMap two"] == "deleted"
    assert '-  text: "12e3"\n' in run.stdout and "+  text: new\n" in run.stdout
    for refused in (run["check none"], run["none"]):
        assert "The set shop/set would lose all of its 3 files" in refused.msg and "prune_all: true" in refused.msg

    files = bare.files()
    assert list(files) == [
        "mesh/_cluster/namespace-shop.yaml", "mesh/shop/configmap-one.yaml", "mesh/shop/virtualservice-reviews.yaml",
    ]  # fmt: skip
    assert files["mesh/shop/virtualservice-reviews.yaml"] == LINE + textwrap.dedent(
        """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: reviews
          namespace: shop
        spec:
          hosts:
            - reviews
          http:
            - route:
                - destination:
                    host: reviews
                  weight: 1
        """
    )
    assert bare.commits() == 2
    message = bare.git("log", "-1", "--format=%B")
    assert message.startswith("Deliver the set shop/set: 1 changed, 1 deleted\n")
    assert "deleted ConfigMap shop/two" in message

    run = nowhere([deliver("gone", state="absent", prune=False), deliver("still", state="absent", prune=False)])
    assert run.changed == ["gone"]
    assert list(bare.files()) == ["mesh/.gitkeep"]  # a folder that Argo CD still finds


MISSPELT = {
    "virtual_services": ({"name": "a", "spec": {"hosts": ["a"], "htp": []}}, "Did you mean 'http'?"),
    "peer_authentications": ({"name": "a", "spec": {"mtls": {"mode": "STRCT"}}}, "STRICT"),
    "objects": (
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "dat": {}},
        "Did you mean 'data'?",
    ),
}


@pytest.mark.in_process
def test_the_role_judges_without_a_cluster_and_says_what_it_cannot(nowhere, bare):
    """Misspelt fields are refused in check mode; of a kind without a module a warning says that nobody has looked."""

    def role(called, **variables):
        where = {"mesh_config_delivery": "git", "mesh_config_git": {"repository": str(bare.folder), "path": "mesh"}}
        stated = {**where, "mesh_config_set_namespace": "shop", **variables}
        module = {"ansible.builtin.include_role": {"name": f"{OURS}.mesh_config"}, "vars": stated}
        return {"name": called, **module}

    for kind, (entry, words) in MISSPELT.items():
        run = nowhere([role("Role", **{f"mesh_config_{kind}": [entry]})], check=True, expect="failed")
        assert words in run.msg and run.changed == [], kind
    unknown = [{**deployment("web"), "specc": {}}, config_map("a")]
    task = "Declare the configuration of the mesh"
    for check in (True, False):
        run = nowhere([role("Role", mesh_config_objects=unknown)], check=check)
        [warning] = run[task].result["warnings"]
        assert warning.startswith("Not judged: Deployment shop/web. This collection has no module for these")
    again = nowhere([role("Role", mesh_config_objects=unknown)])
    assert not again[task].changed and not again[task].result.get("warnings")


@pytest.mark.in_process
def test_files_of_others_stay_and_ours_are_put_back(nowhere, bare, deliver):
    nowhere([deliver(objects=[config_map("one", {"a": "b"}), config_map("two")])])
    ours = bare.files()["mesh/shop/configmap-one.yaml"]
    bare.somebody(
        {
            "mesh/shop/configmap-one.yaml": ours.replace("b\n", "by hand\n"),
            "mesh/shop/configmap-three.yaml": "# somebody's\nkind: ConfigMap\n",
            "mesh/readme.md": "hello\n",
            "other/shop/configmap-one.yaml": LINE,
        }
    )
    objects = [config_map("one", {"a": "b"}), config_map("three")]
    run = nowhere(
        [
            deliver("put back", objects=objects[:1]),
            deliver("foreign", objects=objects, ignore_errors=True),
            deliver("other set", name="mine", objects=objects[:1], ignore_errors=True),
            deliver("taken over", objects=objects, force_conflicts=True),
        ]
    )
    assert run.changed == ["put back", "taken over"]
    assert rows(run["put back"]) == {"ConfigMap one": "changed", "ConfigMap two": "deleted"}
    assert "mesh/shop/configmap-three.yaml on branch main was not written by this collection" in run["foreign"].msg
    assert "belongs to the set shop/set" in run["other set"].msg and "force_conflicts" in run["other set"].msg
    assert bare.files()["mesh/shop/configmap-one.yaml"] == ours
    assert bare.files()["mesh/shop/configmap-three.yaml"].startswith(LINE)
    assert bare.files()["mesh/readme.md"] == "hello\n" and bare.files()["other/shop/configmap-one.yaml"]


@pytest.mark.in_process
def test_a_link_in_the_repository_leads_nowhere(nowhere, bare, deliver, tmp_path):
    (tmp_path / "outside").mkdir()
    bare.somebody({"readme": ""})
    (bare.clone / "mesh").mkdir()
    os.symlink(tmp_path / "outside", bare.clone / "mesh" / "shop")
    bare.somebody({"readme": "x"})
    run = nowhere(
        [
            deliver("bare", objects=[config_map("one")], ignore_errors=True),
            deliver(
                "checkout",
                objects=[config_map("one")],
                git={"repository": None, "working_tree": str(bare.clone)},
                ignore_errors=True,
            ),
        ]
    )
    assert all(task.failed for task in run.tasks)
    assert (
        "mesh/shop is a file or a link" in run["bare"].msg and "nothing is written through links" in run["checkout"].msg
    )
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.in_process
def test_single_objects_and_one_setting_for_the_play(nowhere, bare, tmp_path):
    book = tmp_path / "book.yml"
    book.write_text(
        json.dumps(
            [
                {
                    "name": "One setting",
                    "hosts": "all",
                    "gather_facts": False,
                    "module_defaults": {
                        f"group/{OURS}.objects": {"delivery": "git", "git": {"repository": str(bare.folder)}}
                    },
                    "tasks": [
                        {
                            "name": "Route",
                            f"{OURS}.istio_destinationrule": {
                                "name": "reviews",
                                "namespace": "shop",
                                "spec": {"host": "reviews", "trafficPolicy": {"tls": {}}},
                            },
                        },
                        {
                            "name": "Application",
                            f"{OURS}.argocd_application": {
                                "name": "shop",
                                "spec": {"project": "default", "source": {"repoURL": "https://example.com/a.git"}},
                            },
                        },
                        {"name": "No namespace", f"{OURS}.istio_gateway": {"name": "x"}, "ignore_errors": True},
                        {
                            "name": "Repository",
                            f"{OURS}.argocd_repository": {"spec": {"url": "https://example.com/a.git"}},
                            "ignore_errors": True,
                        },
                        {
                            "name": "Absent",
                            f"{OURS}.istio_destinationrule": {
                                "name": "reviews",
                                "namespace": "shop",
                                "state": "absent",
                            },
                        },
                    ],
                }
            ]
        )
    )
    run = nowhere(None, playbook=str(book))
    assert run.changed == ["Route", "Application", "Absent"]
    assert run["Route"].result["result"]["spec"]["trafficPolicy"] == {"tls": {}}
    assert "Gateway x (the task) has no namespace" in run["No namespace"].msg
    assert "is not written to Git in the clear" in run["Repository"].msg
    assert list(bare.files()) == ["argocd/application-shop.yaml"]
    assert bare.git("log", "-1", "--format=%s") == "Deleted DestinationRule shop/reviews"


# ---- A checkout -----------------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_a_checkout_is_written_and_then_committed(nowhere, bare, deliver):
    bare.somebody({"readme": "x"})
    (bare.clone / "readme").write_text("not finished")
    git(bare.clone, "add", "readme")
    tree = {"repository": None, "working_tree": str(bare.clone)}
    objects = [config_map("one"), config_map("two")]
    run = nowhere(
        [
            deliver("write", objects=objects, git={**tree, "commit": False}),
            deliver("write again", objects=objects, git={**tree, "commit": False}),
            deliver("commit", objects=objects, git={**tree, "push": False}),
            deliver("push", objects=objects, git=tree),
            deliver("same", objects=objects, git=tree),
            deliver("less", objects=objects[:1], git=tree),
        ]
    )
    assert run.changed == ["write", "commit", "push", "less"]
    assert run["write"].result["commit"] is None
    assert run["commit"].result["commit"] == run["push"].result["commit"] != run["less"].result["commit"] == bare.head
    assert [run[name].result["pushed"] for name in ("commit", "push", "same")] == [False, True, False]
    assert list(bare.files()) == ["mesh/shop/configmap-one.yaml", "readme"]
    assert git(bare.clone, "status", "--porcelain") == "M  readme"  # as somebody left it

    colleague = Bare.__new__(Bare)
    colleague.folder, colleague.clone = bare.folder, bare.clone.with_suffix(".colleague")
    colleague.somebody({"faster": "x"})
    behind = nowhere([deliver(objects=objects, git=tree)], expect="failed")
    assert "push to branch main" in behind.msg and "Pull them" in behind.msg
    git(bare.clone, "pull", "-q", "--rebase", "--autostash", "origin", "main")
    assert nowhere([deliver(objects=objects, git=tree)])["Set"].result["pushed"] is True


# ---- Secrets --------------------------------------------------------------------------------------------------------


@pytest.fixture
def seal(tmp_path):
    """A program that seals like kubeseal: another text each time, and the Secret's name stays readable."""
    path = tmp_path / "seal"
    path.write_text(
        f"""#!{sys.executable}
import hashlib, os, sys, yaml
open({str(tmp_path / "sealed")!r}, "a").write("x")
document = yaml.safe_load(sys.stdin)
if sys.argv[1:] == ["leak"]:
    print(yaml.safe_dump(document))
    sys.exit()
if sys.argv[1:] == ["fail"]:
    sys.exit("cannot seal " + document["data"]["key"])
text = hashlib.sha256(os.urandom(8)).hexdigest()
print("---")
print(yaml.safe_dump({{"apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "metadata": document["metadata"],
                      "spec": {{"encryptedData": {{"key": text}}}}}}))
"""
    )
    path.chmod(0o755)
    return path


@pytest.mark.both_ways
def test_secrets_are_refused_or_sealed(nowhere, bare, deliver, seal, secret_text, tmp_path):
    key, other = (
        {"seal_command": [str(seal)], "seal_key": secret_text("the-key-of-all-seals")},
        secret("battery-staple"),
    )
    run = nowhere(
        [
            deliver("clear", objects=[secret()], ignore_errors=True),
            deliver("leak", objects=[secret()], git={"seal_command": [str(seal), "leak"]}, ignore_errors=True),
            deliver("fail", objects=[secret()], git={"seal_command": [str(seal), "fail"]}, ignore_errors=True),
            deliver("sealed", objects=[secret()], git=key),
            deliver("same", objects=[secret()], git=key),
            deliver("new", objects=[other], git=key),
        ],
        diff=True,
        args=["-vvvv"],
    )
    assert run.changed == ["sealed", "new"]
    assert "Secret shop/door (objects[0]) is not written to Git in the clear" in run["clear"].msg
    assert "git.seal_command" in run["clear"].msg
    assert "prints the Secret in the clear" in run["leak"].msg
    assert "failed with 1: cannot seal <hidden>" in run["fail"].msg
    assert rows(run["sealed"]) == {"Secret door": "created"}
    [(path, text)] = bare.files().items()
    assert path == "mesh/shop/secret-door.yaml"
    assert yaml.safe_load(text)["kind"] == "SealedSecret"
    assert re.match(r"# Written by .* edits are put back\. Sealed from [0-9a-f]{32}\.\n", text)
    assert (tmp_path / "sealed").read_text() == "xxxx"


@pytest.fixture
def secret_text(secret):
    return secret


# ---- Ways to fail ---------------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_somebody_elses_push_comes_first(nowhere, bare, deliver):
    """The hook of the first push is where somebody else's comes in between; the second attempt is made on top of it."""
    bare.somebody({"readme": "x"})
    other = git(bare.clone, "commit-tree", "-p", "HEAD", "-m", "faster", "HEAD^{tree}")
    git(bare.clone, "push", "-q", "origin", f"{other}:refs/heads/faster")
    bare.hook(
        "pre-receive",
        """
        unset GIT_QUARANTINE_PATH
        test -e raced && exit 0
        touch raced
        git update-ref refs/heads/main refs/heads/faster
        """,
    )
    run = nowhere([deliver(objects=[config_map("one")])])
    assert run["Set"].result["commit"] == bare.head
    assert bare.git("rev-parse", "main~1") == other


@pytest.mark.in_process
def test_a_push_that_is_killed_has_not_happened(nowhere, bare, deliver):
    bare.somebody({"readme": "x"})
    before = bare.head
    bare.hook(
        "pre-receive",
        """
        test -e killed && exit 0
        touch killed
        pid=$PPID
        until tr '\\0' ' ' < /proc/$pid/cmdline | grep -q ' push --porcelain'; do
          pid=$(sed -n 's/^PPid:[^0-9]*//p' /proc/$pid/status)
          test "$pid" -gt 1 || exit 1
        done
        kill -9 $pid
        exit 1
        """,
    )
    run = nowhere([deliver(objects=[config_map("one")])], expect="failed")
    assert "Git could not push to branch main" in run.msg and "ended by signal 9" in run.msg and bare.head == before
    run = nowhere([deliver(objects=[config_map("one")])])
    assert run["Set"].result["commit"] == bare.head and bare.commits() == 2


@pytest.mark.in_process
def test_two_at_once_both_arrive(nowhere, bare, tmp_path):
    where = {"repository": str(bare.folder), "path": "{{ inventory_hostname }}"}
    hosts = {f"cluster-{number}": {} for number in range(4)}
    task = {f"{OURS}.mesh_apply": {"name": "set", "namespace": "shop", "delivery": "git", "git": where}}
    task[f"{OURS}.mesh_apply"]["objects"] = [config_map("one")]
    run = nowhere([{"name": "Set", **task}], inventory=hosts)
    assert all(task.changed for task in run.tasks) and len(run.tasks) == 4
    assert sorted(bare.files()) == [f"cluster-{number}/shop/configmap-one.yaml" for number in range(4)]
    assert bare.commits() == 4


@pytest.mark.in_process
def test_a_protected_branch_says_why_and_another_one_can_be_made(nowhere, bare, deliver):
    bare.somebody({"readme": "x"})
    bare.hook(
        "pre-receive",
        """
        while read old new name; do
          test "$name" != refs/heads/main || { echo "GL-HOOK-ERR: main is protected" >&2; exit 1; }
        done
        """,
    )
    before = bare.head
    run = nowhere(
        [
            deliver("main", objects=[config_map("one")], ignore_errors=True),
            deliver("branch", objects=[config_map("one")], git={"branch": "mesh/one", "commit_message": "Ask for it"}),
            deliver("again", objects=[config_map("one")], git={"branch": "mesh/one"}),
        ]
    )
    for text in ("push to branch main of", str(bare.folder), "main is protected", "git.branch"):
        assert text in run["main"].msg
    assert run.changed == ["branch"] and bare.head == before
    assert bare.git("rev-parse", "mesh/one~1") == before
    assert bare.git("log", "-1", "--format=%s", "mesh/one") == "Ask for it"


@pytest.mark.both_ways
def test_credentials_are_used_and_never_shown(nowhere, bare, deliver, secret, tmp_path):
    password = secret("correct-horse")
    with git_over_http.GitServer(tmp_path, "127.0.0.1", "bot", password) as server:
        url = f"{server.url}/{bare.folder.name}"
        good = {"repository": url, "username": "bot", "password": password}
        inside = url.replace("//", f"//bot:{secret('in-the-url')}@")
        run = nowhere(
            [
                deliver("good", objects=[config_map("one")], git=good),
                deliver("wrong", objects=[], git={**good, "password": secret("wrong-horse")}, ignore_errors=True),
                deliver("none", objects=[], git={"repository": url}, ignore_errors=True),
                deliver("in the URL", objects=[], git={"repository": inside}, ignore_errors=True),
                deliver("gone", objects=[], git={**good, "repository": "http://127.0.0.1:9/x"}, ignore_errors=True),
                deliver("not there", objects=[], git={**good, "repository": f"{server.url}/nope"}, ignore_errors=True),
            ],
            args=["-vvvv"],
        )
    assert run.changed == ["good"] and bare.head == run["good"].result["commit"]
    for name in ("wrong", "none"):
        assert f"Git could not read {url}" in run[name].msg and "git.username and git.password" in run[name].msg
    assert "Give that as git.password" in run["in the URL"].msg
    assert "nope" in run["not there"].msg and "git.repository" in run["not there"].msg
    assert "can be reached" in run["gone"].msg


@pytest.mark.in_process
def test_over_ssh_with_a_key_of_its_own(play, bare, deliver, tmp_path):
    """A program in the place of ssh writes down how it was called, and does on this machine what it was asked to."""
    (tmp_path / "key").write_text("a key")
    path = tmp_path / "bin" / "ssh"
    path.parent.mkdir()
    path.write_text(f"""#!/bin/sh
for word; do echo "$word" >> {tmp_path}/called; done
eval "exec $word"
""")
    path.chmod(0o755)
    where = {"repository": f"git@git.example.com:{bare.folder}", "ssh_key_file": str(tmp_path / "key")}
    run = play([deliver(objects=[config_map("one")], git=where)], env={"PATH": f"{path.parent}:{os.environ['PATH']}"})
    assert run["Set"].result["commit"] == bare.head
    called = (tmp_path / "called").read_text().split("\n")
    assert {"BatchMode=yes", "IdentitiesOnly=yes", str(tmp_path / "key"), "git@git.example.com"} <= set(called)


@pytest.mark.in_process
def test_a_commit_is_signed_with_an_ssh_key(nowhere, bare, deliver, tmp_path):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    author = {"author_name": "Mesh", "author_email": "mesh@example.com"}
    run = nowhere(
        [
            deliver("signed", objects=[config_map("one")], git={"sign": str(key), **author}),
            deliver("no key", objects=[config_map("two")], git={"sign": "0xNOBODY"}, ignore_errors=True),
        ]
    )
    (tmp_path / "allowed").write_text(f"mesh@example.com {key.with_suffix('.pub').read_text()}")
    said = subprocess.run(
        ["git", "-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "verify-commit", "-v", "main"],
        cwd=bare.folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert 'Good "git" signature for mesh@example.com' in said.stderr
    assert "committer Mesh <mesh@example.com>" in said.stdout
    assert run.changed == ["signed"] and "git.sign" in run["no key"].msg


# ---- Until it is live -----------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_wait_until_the_commit_is_live(play, apps, deliver, namespace, cluster):
    """From Git by Argo CD, and the same objects by mesh_apply: the cluster then has the same."""
    where = {"repository": str(apps.repository.folder), "path": "mesh", "application": apps.name()}
    git(apps.repository.folder, "config", "receive.denyCurrentBranch", "ignore")
    source = {**apps.spec("mesh")["source"], "directory": {"recurse": True}}
    policy = {"automated": {"prune": True, "selfHeal": True, "allowEmpty": True}}
    application = apps.task(spec=apps.spec(source=source, syncPolicy=policy))
    objects = [config_map("both", {"text": "12e3", "yes": "on"}), deployment("web"), config_map("leaves")]
    bad = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bad"}, "spec": {"ports": [{"port": 0}]}}

    def step(called, these, **more):
        return deliver(called, namespace=namespace, objects=these, git={**where, **more}, wait=True, wait_timeout=90)

    run = play(
        [
            *application,
            step("first", objects),
            step("again", objects),
            step("less", objects[:2]),
            {**step("bad", [*objects[:2], bad]), "ignore_errors": True},
            step("good", objects[:2]),
            {**step("elsewhere", [config_map("x")], branch="other"), "ignore_errors": True},
            {**step("no application", objects[:2], application="nope"), "ignore_errors": True},
        ]
    )
    assert [run[name].result["waited"] for name in ("first", "again", "less")] == [True] * 3
    assert run["again"].result["commit"] == run["first"].result["commit"] and not run["again"].changed
    assert run["bad"].result["commit"][:8] in run["bad"].msg and "spec.ports[0].port" in run["bad"].msg
    assert run["bad"].result["pushed"] is True and run["bad"].result["changed"] is True
    assert "does not contain the commit" in run["elsewhere"].msg and "branch other" in run["elsewhere"].msg
    assert "there is no Application argocd/nope" in run["no application"].msg
    for failed in ("bad", "elsewhere"):
        assert "timed out after" not in run[failed].msg  # told at once, not at the time-out

    assert apps.core("configmaps", "leaves") is None
    by_git = [apps.core("configmaps", "both")["data"], live_spec(cluster, namespace)]
    apps.clean()
    tasks = [
        {
            "name": "Cluster",
            f"{OURS}.mesh_apply": {"namespace": namespace, "objects": objects[:2], "force_conflicts": True},
        }
    ]
    play(tasks)
    assert [apps.core("configmaps", "both")["data"], live_spec(cluster, namespace)] == by_git


def live_spec(cluster, namespace):
    return cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")["spec"]


@pytest.mark.in_process
def test_the_playbooks_deliver_the_mesh_by_git(play, apps, bare, namespace, cluster):
    """From an empty repository to a live mesh and back, with the Application that brings it."""
    target = f"{namespace}-mesh"
    variables = {
        "mesh_parts": ["mesh_config"],
        "mesh_delivery": "git",
        "mesh_git": {"repository": f"file://{served_copy(bare, apps)}", "path": "staging", "application": apps.name()},
        "mesh_config_git_declare_application": True,
        "mesh_config_set_namespace": namespace,
        "mesh_config_namespaces": [{"name": target, "labels": {"team": "shop"}}],
        "mesh_config_objects": [{**config_map("one", {"a": "1"}), "metadata": {"name": "one", "namespace": target}}],
        "mesh_config_wait_timeout": 90,
    }

    def run(name, **options):
        return play(playbook=f"{OURS}.{name}", vars=variables, **options)

    try:
        lines = said(run("bootstrap", check=True))
        assert f"created ConfigMap {target}/one" in lines and f"created Application argocd/{apps.name()}" in lines
        done = run("bootstrap")
        assert [line for line in said(done) if not line.startswith("pushed")] == lines
        assert f"pushed commit {done['Declare the configuration of the mesh'].result['commit'][:8]} to main" in said(
            done
        )
        where = f"/api/v1/namespaces/{target}/configmaps/one"
        assert cluster.get(where)["data"] == {"a": "1"}
        assert said(run("verify", expect="any"), "Report what differs") == []
        variables["mesh_config_objects"] = [config_map("two", namespace=target)]
        done = run("bootstrap")
        assert {f"created ConfigMap {target}/two", f"deleted ConfigMap {target}/one"} < set(said(done))
        assert cluster.get(where) is None
        run("teardown")
        assert cluster.get(f"/api/v1/namespaces/{target}/configmaps/two") is None
        assert cluster.get(f"/api/v1/namespaces/{target}")["status"]["phase"] == "Active"
        assert apps.live() is None
    finally:
        cluster.api("DELETE", f"/api/v1/namespaces/{target}")


def said(run, task="What changed"):
    return [line for line in run[task].msg if not line.startswith(("nothing", "not compared: "))]


def served_copy(bare, apps):
    """The bare repository, put where Argo CD's pods can read it."""
    folder = apps.repository.folder / "bare.git"
    bare.folder.rename(folder)
    return folder
