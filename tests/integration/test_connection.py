# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way to reach a cluster, and what a person reads when it cannot be reached."""

from __future__ import annotations

import base64
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import certificates
import playing
import pytest
import yaml

NOBODY = {"K8S_AUTH_KUBECONFIG": None, "KUBECONFIG": None}


@pytest.fixture
def server(cluster):
    """The cluster's address and authority, and the files of an administrator's certificate."""
    configuration = cluster.client.configuration
    return {
        "host": configuration.host,
        "ca_cert": configuration.ssl_ca_cert,
        "client_cert": configuration.cert_file,
        "client_key": configuration.key_file,
    }


@pytest.fixture
def token(cluster, namespace, secret):
    """The token of a ServiceAccount that may do nothing but read and write ConfigMaps in the test's namespace."""
    cluster.kubectl("create", "serviceaccount", "robot", "-n", namespace)
    verbs = "--verb=get,create,patch"
    cluster.kubectl("create", "role", "maps", verbs, "--resource=configmaps", "-n", namespace)
    account = f"--serviceaccount={namespace}:robot"
    cluster.kubectl("create", "rolebinding", "maps", "--role=maps", account, "-n", namespace)
    return secret(cluster.kubectl("create", "token", "robot", "-n", namespace).strip())


@pytest.fixture
def kubeconfig(server, tmp_path):
    """`kubeconfig(user={…})` gives the document of a kubeconfig of the cluster; `path` writes it there."""

    def make(user, path=None, cluster=None, **context):
        authority = base64.b64encode(Path(server["ca_cert"]).read_bytes()).decode()
        own = {"server": server["host"], "certificate-authority-data": authority}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "c", "cluster": {**own, **(cluster or {})}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", **context}}],
        }
        if path:
            path.write_text(yaml.safe_dump(document))
        return document

    return make


@pytest.fixture
def reach(namespace):
    """`reach("name", host=…)`: a task that reads and, in check mode, would write a ConfigMap."""

    def make(called, kind="ConfigMap", **options):
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "reached"}}
        arguments = {"namespace": namespace, "objects": [body], **options}
        task = {"name": called, "meshops.lifecycle.mesh_apply": arguments}
        return {**task, "check_mode": True, "ignore_errors": True}

    return make


def all_reached(run):
    failed = {task.name: task.msg for task in run.tasks if task.failed}
    assert not failed
    assert all(task.changed for task in run.tasks)


# ---- Ways that work -------------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_by_kubeconfig(play, reach, kubeconfig, token, server, tmp_path):
    document = kubeconfig({"token": token}, tmp_path / "kubeconfig")
    (tmp_path / "token").write_text(token)
    relative = kubeconfig({"tokenFile": "token"}, tmp_path / "relative")
    relative["clusters"][0]["cluster"] = {"server": server["host"], "certificate-authority": "ca.crt"}
    shutil.copy(server["ca_cert"], tmp_path / "ca.crt")
    (tmp_path / "relative").write_text(yaml.safe_dump(relative))
    other = kubeconfig({"token": "wrong"})
    other["contexts"].append({"name": "there", "context": {"cluster": "c", "user": "robot"}})
    other["users"].append({"name": "robot", "user": {"token": token}})
    all_reached(
        play(
            [
                reach("path", kubeconfig=str(tmp_path / "kubeconfig")),
                reach("inline", kubeconfig=document),
                reach("content", kubeconfig=yaml.safe_dump(document)),
                reach("paths beside it", kubeconfig=str(tmp_path / "relative")),
                reach("another context", kubeconfig=other, context="there"),
                reach("token beside it", kubeconfig=kubeconfig({"token": "wrong"}), api_key=token),
            ],
            env=NOBODY,
            args=["-vvv"],
        )
    )


@pytest.mark.in_process
def test_by_options(play, reach, server, token):
    host, authority = server["host"], {"ca_cert": server["ca_cert"]}
    all_reached(
        play(
            [
                reach("token", host=host, api_key=token, **authority),
                reach("kubernetes.core's names", host=host, api_key=token, ssl_ca_cert=server["ca_cert"]),
                reach("certificate", **server),
                reach("unchecked", host=host, api_key=token, validate_certs=False),
                reach("slash", host=host + "/", api_key=token, **authority),
            ],
            env=NOBODY,
            args=["-vvv"],
        )
    )


@pytest.mark.each_core
@pytest.mark.both_ways
def test_by_the_environment(play, reach, server, token, kubeconfig, tmp_path):
    """The run's environment, the task's, and module_defaults of the action group."""
    kubeconfig({"token": token}, tmp_path / "kubeconfig")
    awx = {"K8S_AUTH_HOST": server["host"], "K8S_AUTH_API_KEY": token, "K8S_AUTH_SSL_CA_CERT": server["ca_cert"]}
    all_reached(play([reach("as AWX does")], env={**NOBODY, **awx}, args=["-vvv"]))
    all_reached(play([reach("KUBECONFIG")], env={**NOBODY, "KUBECONFIG": tmp_path / "kubeconfig"}))
    defaults = {"group/meshops.lifecycle.mesh": {"kubeconfig": str(tmp_path / "kubeconfig")}}
    run = play(
        [
            {**reach("of the task"), "environment": {"K8S_AUTH_KUBECONFIG": str(tmp_path / "kubeconfig")}},
            {**reach("of the group"), "module_defaults": defaults},
            {
                **reach("of the item"),
                "environment": {"K8S_AUTH_API_KEY": "{{ tokens[item] }}"},
                "loop": ["right", "wrong"],
            },
        ],
        vars={"tokens": {"right": token, "wrong": "wrong"}},
        env={**NOBODY, **{name: value for name, value in awx.items() if name != "K8S_AUTH_API_KEY"}},
    )
    assert run.tasks[0].changed and run.tasks[1].changed
    first, second = run.tasks[2].items
    assert first["changed"] and "(401)" in second["msg"], "each item has its own environment"


@pytest.mark.both_ways
def test_by_an_exec_plugin(play, reach, kubeconfig, token, tmp_path):
    script = tmp_path / "plugin"
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}}
    (tmp_path / "credential.json").write_text(json.dumps(credential))
    script.write_text(
        f'#!/bin/sh\n[ "$WHO" = robot ] || {{ echo "who are you?" >&2; exit 3; }}\ncat {tmp_path}/credential.json\n'
    )
    script.chmod(0o755)

    def plugin(**more):
        base = {"apiVersion": "client.authentication.k8s.io/v1", "command": str(script), "interactiveMode": "Never"}
        return kubeconfig({"exec": {**base, **more}})

    run = play(
        [
            reach("plugin", kubeconfig=plugin(env=[{"name": "WHO", "value": "robot"}])),
            {**reach("plugin by the task's environment", kubeconfig=plugin()), "environment": {"WHO": "robot"}},
            reach("failing", kubeconfig=plugin()),
            reach("missing", kubeconfig=plugin(command="/nowhere/plugin")),
        ],
        env=NOBODY,
    )
    assert run.tasks[0].changed and run.tasks[1].changed
    assert f"The credential plugin '{script}' of the kubeconfig given inline, context 'here'" in run["failing"].msg
    assert "who are you?" in run["failing"].msg
    assert "'/nowhere/plugin'" in run["missing"].msg


@pytest.fixture
def exec_plugin(kubeconfig, token, tmp_path):
    """`exec_plugin("shell lines")`: an inline kubeconfig whose token comes from a program that runs these first."""
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": token}}

    def make(lines):
        (tmp_path / "credential.json").write_text(json.dumps(credential))
        script = tmp_path / "plugin"
        script.write_text(f"#!/bin/sh\n{textwrap.dedent(lines)}\ncat {tmp_path}/credential.json\n")
        script.chmod(0o755)
        base = {"apiVersion": credential["apiVersion"], "command": str(script), "interactiveMode": "Never"}
        return kubeconfig({"exec": base})

    return make


@pytest.mark.in_process
def test_an_exec_plugin_is_asked_once_a_task(play, reach, exec_plugin, namespace, tmp_path):
    """However many items a loop has, and however many objects are written over however many connections."""
    by_plugin = exec_plugin(f"echo called >> {tmp_path}/calls")
    many = reach("many", kubeconfig=by_plugin)
    (options,) = (value for name, value in many.items() if name.startswith("meshops."))
    options["objects"] = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"map-{number}"}} for number in range(20)
    ]
    # The token may not list, so that every object is read by a request of its own.
    run = play([{**reach("loop", kubeconfig=by_plugin), "loop": list(range(10))}, many], env=NOBODY)
    assert run["loop"].changed and len(run["many"].result["resources"]) == 20
    assert (tmp_path / "calls").read_text().split() == ["called", "called"]


@pytest.mark.in_process
def test_twenty_clusters_wait_for_nobody_and_share_no_file(play, reach, exec_plugin, tmp_path):
    """Each host's plugin gives its credential only when those of all others run as well: a lock would stop them."""
    here, seen, temporary = (tmp_path / name for name in ("here", "seen", "temporary"))
    for folder in (here, seen, temporary):
        folder.mkdir()
    by_plugin = exec_plugin(f"""\
        touch {here}/$$
        for attempt in $(seq 120); do
          [ $(ls {here} | wc -l) -lt 20 ] || break
          sleep 0.5
        done
        [ $(ls {here} | wc -l) -eq 20 ] || {{ echo "the others do not come" >&2; exit 3; }}
        ls $TMPDIR > {seen}/$$
        """)
    hosts = {f"cluster-{number}": {} for number in range(20)}
    environment = {**NOBODY, "TMPDIR": temporary}
    run = play([reach("one", kubeconfig=by_plugin)], inventory=hosts, env=environment, args=["--forks", "20"])
    assert len(run.tasks) == 20
    all_reached(run)
    folders = {name for path in seen.iterdir() for name in path.read_text().split() if name.startswith("meshops-")}
    assert len(folders) == 20, "each has a folder of its own while the kubernetes package needs files"
    assert not list(temporary.glob("meshops-*"))


@pytest.mark.in_process
def test_impersonation(play, reach, server, namespace):
    robot = f"system:serviceaccount:{namespace}:nobody"
    run = play(
        [
            reach("as a user", **server, impersonate_user="jane", impersonate_groups=["system:masters"]),
            reach("as a user without groups", **server, impersonate_user=robot),
        ],
        env=NOBODY,
    )
    assert run["as a user"].changed
    expected = f"'{robot}' may not get configmaps in namespace {namespace} (403). Grant the verb 'get' on 'configmaps'"
    assert expected in run["as a user without groups"].msg


class ConnectProxy:
    """An HTTP proxy that knows CONNECT alone; `seen` lists what was asked of it."""

    def __init__(self, refuse=False):
        self.seen: list[str] = []
        self.refuse = refuse
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.seen.append(head.decode())
        if self.refuse:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            client.close()
            return
        host, _colon, port = head.split()[1].decode().rpartition(":")
        upstream = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for one, other in ((client, upstream), (upstream, client)):
            threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            target.close()

    def close(self):
        self.socket.close()


@pytest.mark.in_process
def test_a_proxy(play, reach, server, kubeconfig, token, secret):
    open_one, shut_one = ConnectProxy(), ConnectProxy(refuse=True)
    login = secret("proxyuser:proxypass")
    by_file = kubeconfig({"token": token}, cluster={"proxy-url": open_one.url})
    address = server["host"].removeprefix("https://")
    hosts = address.rpartition(":")[0]
    headers = {"proxy_basic_auth": login}
    run = play(
        [
            reach("option", **server, proxy=open_one.url, proxy_headers=headers),
            reach("kubeconfig", kubeconfig=by_file),
            {**reach("environment", **server), "environment": {"K8S_AUTH_PROXY": open_one.url}},
            reach("around", **server, proxy=shut_one.url, no_proxy=hosts),
            reach("shut", **server, proxy=shut_one.url),
            reach("no proxy there", **server, proxy="http://127.0.0.1:9"),
            reach("no URL", **server, proxy="socks://x"),
        ],
        env=NOBODY,
        args=["-vvv"],
    )
    open_one.close()
    shut_one.close()
    assert [task.name for task in run.tasks if task.changed] == ["option", "kubeconfig", "environment", "around"]
    assert all(head.startswith(f"CONNECT {address} ") for head in open_one.seen)
    credentials = base64.b64encode(login.encode()).decode()
    assert f"Basic {credentials}" in open_one.seen[0]
    assert f"the proxy {shut_one.url} refuses the connection" in run["shut"].msg
    assert "the proxy http://127.0.0.1:9 refuses the connection (Failed to establish" in run["no proxy there"].msg
    assert run["no URL"].msg.endswith("'proxy' must be an http or https URL, not 'socks://x'.")


IN_A_POD = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
session = connect({})
answer = session.request("GET", "/api/v1/namespaces/%s/configmaps/reached" % session.default_namespace)
print(answer["metadata"]["name"], session.credentials.origin)
"""


@pytest.mark.in_process
def test_in_a_pod(cluster, mode, server, token, namespace, tmp_path):
    """The files of a pod's ServiceAccount, bound to where a pod has them, in a mount namespace of the test's own."""
    mounted = Path("/var/run/secrets/kubernetes.io/serviceaccount")
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("wants root, for a mount namespace")
    (tmp_path / "ca.crt").write_bytes(Path(server["ca_cert"]).read_bytes())
    (tmp_path / "token").write_text(token)
    (tmp_path / "namespace").write_text(namespace)
    cluster.kubectl("create", "configmap", "reached", "-n", namespace)
    host, _colon, port = server["host"].removeprefix("https://").rpartition(":")
    shell = (
        f"mount -t tmpfs none /var/run && mkdir -p {mounted} && mount --bind {tmp_path} {mounted} && "
        f"exec {sys.executable} -c '{IN_A_POD}' {playing.BUILD / 'collections'}"
    )
    if str(tmp_path).startswith("/var/run"):
        pytest.skip("the temporary folder lies where the mount goes")
    variables = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
    environment = {name: value for name, value in playing.environment(**variables).items() if name != "KUBECONFIG"}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", shell], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "reached the pod's service account\n", done.stderr


@pytest.mark.each_core
@pytest.mark.both_ways
def test_nothing_is_left_in_temporary_folders(play, reach, server, token, kubeconfig, request):
    folder = Path(tempfile.mkdtemp(prefix="t-"))  # short: Ansible puts a socket into it
    request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    user = {
        "client-certificate-data": base64.b64encode(Path(server["client_cert"]).read_bytes()).decode(),
        "client-key-data": base64.b64encode(Path(server["client_key"]).read_bytes()).decode(),
    }
    run = play(
        [reach("certificate", kubeconfig=kubeconfig(user)), reach("broken", kubeconfig=kubeconfig({"exec": {}}))],
        env={**NOBODY, "TMPDIR": str(folder)},
    )
    assert run["certificate"].changed and run["broken"].failed
    assert [path for path in folder.rglob("*") if "ansible" not in path.name] == []


# ---- Ways that do not work ------------------------------------------------------------------------------------------


@pytest.mark.in_process
def test_who_is_not_let_in(play, reach, server, token, namespace):
    login = {"host": server["host"], "ca_cert": server["ca_cert"]}
    run = play(
        [
            reach("401", api_key="wrong", **login),
            reach("403", kind="Secret", api_key=token, **login),
            reach("nobody", **login),
        ],
        env=NOBODY,
        args=["-vvv"],
    )
    expected = "The API server rejects the credentials of the task's options (401)."
    assert expected in run["401"].msg
    robot = f"system:serviceaccount:{namespace}:robot"
    assert f"'{robot}' may not get secrets in namespace {namespace} (403). Grant the verb 'get'" in run["403"].msg
    assert "without credentials (403), and none are configured. Set 'api_key'" in run["nobody"].msg


@pytest.mark.in_process
def test_who_is_not_there(play, reach, server, tmp_path):
    authority = tmp_path / "other.crt"
    authority.write_text(certificates.self_signed(tmp_path / "other.key"))
    page = http.server.HTTPServer(("127.0.0.1", 0), _Page)
    threading.Thread(target=page.serve_forever, daemon=True).start()
    run = play(
        [
            reach("closed port", host="https://127.0.0.1:9", api_key="x"),
            reach("no name", host="https://no-such-host.invalid:6443", api_key="x"),
            reach("wrong authority", **{**server, "ca_cert": str(authority)}),
            reach("no authority", host=server["host"], api_key="x"),
            reach("wrong key", **{**server, "client_key": str(tmp_path / "other.key")}),
            reach("missing file", **{**server, "ca_cert": "/nowhere/ca.crt"}),
            reach("no URL", host="127.0.0.1:6443", api_key="x"),
            reach("a login page", host=f"http://127.0.0.1:{page.server_port}", api_key="x"),
        ],
        env=NOBODY,
    )
    page.shutdown()
    for name in ("closed port", "no name"):
        assert (
            "cannot be reached" in run[name].msg and "Check that it runs and that the address is right" in run[name].msg
        )
        assert "0x" not in run[name].msg
    assert "https://127.0.0.1:9 (the task's options)" in run["closed port"].msg
    for name in ("wrong authority", "no authority"):
        assert "its certificate cannot be verified" in run[name].msg and "set ca_cert" in run[name].msg
    assert "certificate and key must belong together" in run["wrong key"].msg
    assert run["missing file"].msg == "ca_cert: /nowhere/ca.crt cannot be read (No such file or directory)."
    assert run["no URL"].msg == "'host' must be a URL such as https://10.0.0.1:6443, not '127.0.0.1:6443'."
    assert "is not JSON; another server may have answered" in run["a login page"].msg
    assert run.seconds < 40, "who never answered is not waited for long"


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Log in</html>")

    def log_message(self, *_arguments):
        pass


@pytest.mark.in_process
def test_kubeconfigs_that_are_wrong(play, reach, kubeconfig, tmp_path):
    good = kubeconfig({"token": "no-such-token"})
    files = {
        "broken": "clusters: [\n- {",
        "empty": "",
        "of something else": "hello: world\n",
        "base64": yaml.safe_dump({**good, "users": [{"name": "u", "user": {"client-certificate-data": "%%%"}}]}),
        "no user": yaml.safe_dump({**good, "users": []}),
        "no cluster": yaml.safe_dump({**good, "clusters": [{"name": "other", "cluster": {}}]}),
        "no current": yaml.safe_dump({**good, "current-context": ""}),
    }
    tasks = [reach("missing", kubeconfig="/nowhere/kubeconfig"), reach("folder", kubeconfig=str(tmp_path))]
    for name, text in files.items():
        path = tmp_path / name.replace(" ", "-")
        path.write_text(text)
        tasks.append(reach(name, kubeconfig=str(path)))
    tasks.append(reach("other context", kubeconfig=good, context="prod"))
    tasks.append(reach("not YAML", kubeconfig="a: [\nb"))
    run = play(tasks, env=NOBODY)
    assert run["missing"].msg == (
        "kubeconfig /nowhere/kubeconfig does not exist. Check 'kubeconfig' or K8S_AUTH_KUBECONFIG."
    )
    assert f"kubeconfig {tmp_path} is a folder." in run["folder"].msg
    assert "is not YAML" in run["broken"].msg and "/broken" in run["broken"].msg
    for name in ("empty", "of something else"):
        assert "names no cluster: it has no 'clusters'. Check that it is the right file." in run[name].msg
    assert run["base64"].msg.startswith(
        f"The certificates of kubeconfig {tmp_path}/base64, context here cannot be used"
    )
    assert run["no user"].msg.endswith(
        "context 'here', is of user 'u', which the file does not have. Create the kubeconfig again."
    )
    assert "context 'here', is not usable" in run["no cluster"].msg
    assert "has no current context. Name one by 'context': it has here." in run["no current"].msg
    assert run["other context"].msg == "The kubeconfig given inline has no context 'prod'. It has: here."
    assert run["not YAML"].msg.startswith("kubeconfig has several lines")


@pytest.mark.in_process
def test_no_cluster_is_named(play, reach, tmp_path):
    run = play([reach("none")], env={**NOBODY, "HOME": str(tmp_path)})
    assert run[0].msg == (
        f"No cluster is configured: there is no kubeconfig at {tmp_path}/.kube/config, this is not a pod, and neither "
        "'host' nor 'kubeconfig' is given. Set 'kubeconfig' (or K8S_AUTH_KUBECONFIG), or 'host' and 'api_key'."
    )


@pytest.mark.each_core
@pytest.mark.both_ways
@pytest.mark.parametrize("package", ["kubernetes", "jmespath"])
def test_a_python_package_is_missing(play, reach, package, tmp_path):
    blocked = tmp_path / "blocked" / package
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text(textwrap.dedent(f"raise ImportError('no {package} here')\n"))
    run = play([reach("missing")], env={"PYTHONPATH": str(blocked.parent)})
    assert f"lacks the Python package {package}. Install with: " in run[0].msg
    assert "ansible_python_interpreter" in run[0].msg
