// Copyright: (c) 2026, The meshops.lifecycle contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// kubelet ADDRESS PKI STATE LAUNCHER... is the part of a kubelet that the API server calls: logs, exec and
// port-forward, for the pods that STATE (written by the lab's node agent) names. LAUNCHER runs a command as a
// container: its words, then the container's file, then the command. Only the API server's certificate is let in.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	idle     = 4 * time.Hour
	creation = 30 * time.Second
)

type container struct {
	Name, Log string
	Pid       *int
}

type pod struct {
	Namespace, Name, Folder, Netns string
	Containers                     []container
}

type kubelet struct {
	state    string
	launcher []string
}

// find the running pod "namespace/name".
func (k kubelet) find(name string) (*pod, error) {
	text, err := os.ReadFile(k.state)
	if err != nil {
		return nil, err
	}
	var state struct{ Pods []pod }
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, err
	}
	for i := range state.Pods {
		if p := &state.Pods[i]; p.Namespace+"/"+p.Name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no process runs for pod %s", name)
}

func (p *pod) container(name string) (*container, error) {
	for i := range p.Containers {
		if p.Containers[i].Name == name {
			return &p.Containers[i], nil
		}
	}
	return nil, fmt.Errorf("pod %s/%s has no running container %s", p.Namespace, p.Name, name)
}

// dial a port of the pod's own localhost: a socket stays in the namespace in which it was made.
func dial(netns string, port int32) (net.Conn, error) {
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	defer home.Close()
	there, err := os.Open("/run/netns/" + netns)
	if err != nil {
		return nil, err
	}
	defer there.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	connection, err := net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), 5*time.Second)
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back == nil {
		runtime.UnlockOSThread() // else the thread ends with the goroutine
	}
	return connection, err
}

func (k kubelet) PortForward(_ context.Context, name, _ string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	p, err := k.find(name)
	if err != nil {
		return err
	}
	connection, err := dial(p.Netns, port)
	if err != nil {
		return err
	}
	defer connection.Close()
	done := make(chan struct{}, 2)
	go func() { io.Copy(connection, stream); connection.(*net.TCPConn).CloseWrite(); done <- struct{}{} }()
	go func() { io.Copy(stream, connection); done <- struct{}{}; done <- struct{}{} }()
	<-done
	<-done
	return nil
}

func (k kubelet) ExecInContainer(ctx context.Context, name, _, target string, command []string, in io.Reader,
	out, errors io.WriteCloser, tty bool, _ <-chan remotecommand.TerminalSize, _ time.Duration,
) error {
	p, err := k.find(name)
	if err != nil {
		return err
	}
	c, err := p.container(target)
	if err != nil {
		return err
	}
	words := append(append([]string{}, k.launcher...), filepath.Join(p.Folder, c.Name+".json"))
	words = append(words, command...)
	run := exec.CommandContext(ctx, words[0], words[1:]...)
	run.Stdin, run.Stdout = in, out
	if run.Stderr = errors; errors == nil || tty {
		run.Stderr = out
	}
	run.WaitDelay = time.Second
	err = run.Run()
	if ended, ok := err.(*exec.ExitError); ok {
		return utilexec.CodeExitError{Err: err, Code: ended.ExitCode()}
	}
	return err
}

// logs answers kubectl logs: tailLines and follow.
func (k kubelet) logs(w http.ResponseWriter, r *http.Request) {
	p, err := k.find(r.PathValue("namespace") + "/" + r.PathValue("pod"))
	var c *container
	if err == nil {
		c, err = p.container(r.PathValue("container"))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	file, err := os.Open(c.Log)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	defer file.Close()
	if lines, err := strconv.Atoi(r.URL.Query().Get("tailLines")); err == nil {
		skip(file, lines)
	}
	for {
		io.Copy(w, file)
		if r.URL.Query().Get("follow") != "true" {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// skip moves to where the last lines of the file begin.
func skip(file *os.File, lines int) {
	var starts []int64
	var at int64
	for reader := bufio.NewReader(file); ; {
		line, err := reader.ReadString('\n')
		if line != "" {
			starts = append(starts, at)
			at += int64(len(line))
		}
		if err != nil {
			break
		}
	}
	if lines >= len(starts) {
		at = 0
	} else if lines > 0 {
		at = starts[len(starts)-lines]
	}
	file.Seek(at, io.SeekStart)
}

func (k kubelet) forward(w http.ResponseWriter, r *http.Request) {
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, r, k, r.PathValue("namespace")+"/"+r.PathValue("pod"), "", options, idle,
		creation, portforward.SupportedProtocols)
}

func (k kubelet) exec(w http.ResponseWriter, r *http.Request) {
	options, err := remotecommand.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	remotecommand.ServeExec(w, r, k, r.PathValue("namespace")+"/"+r.PathValue("pod"), "", r.PathValue("container"),
		r.URL.Query()["command"], options, idle, creation, remotecommand.SupportedStreamingProtocols)
}

func main() {
	if len(os.Args) < 5 {
		log.Fatal("usage: kubelet ADDRESS PKI STATE LAUNCHER...")
	}
	pki := os.Args[2]
	k := kubelet{state: os.Args[3], launcher: os.Args[4:]}
	mux := http.NewServeMux()
	mux.HandleFunc("/containerLogs/{namespace}/{pod}/{container}", k.logs)
	mux.HandleFunc("/portForward/{namespace}/{pod}", k.forward)
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", k.exec)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })

	ca, err := os.ReadFile(filepath.Join(pki, "ca.crt"))
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	server := &http.Server{Addr: os.Args[1], Handler: admitted(mux), TLSConfig: &tls.Config{
		ClientCAs: pool, ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	}}
	log.Fatal(server.ListenAndServeTLS(filepath.Join(pki, "apiserver.crt"), filepath.Join(pki, "apiserver.key")))
}

// admitted lets anyone ask for the health, and only administrators of the lab for the rest.
func admitted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admin := len(r.TLS.PeerCertificates) > 0 &&
			strings.Contains(strings.Join(r.TLS.PeerCertificates[0].Subject.Organization, ","), "system:masters")
		if r.URL.Path != "/healthz" && !admin {
			http.Error(w, "not for you", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
