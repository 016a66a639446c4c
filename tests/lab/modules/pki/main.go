// Copyright: (c) 2026, The meshops.lifecycle contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// pki DIR IP... writes what a throw-away API server needs into DIR: a CA, the server's certificate for the
// given addresses, client certificates, and the key that signs ServiceAccount tokens. Files that exist stay.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Who the API server sees behind each client certificate: file name, user, group.
var clients = [][3]string{
	{"admin", "meshlab-admin", "system:masters"},
	{"controller-manager", "system:kube-controller-manager", ""},
	{"scheduler", "system:kube-scheduler", ""},
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func write(path, kind string, der []byte) {
	data := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(path, data, 0o600); err != nil {
		log.Fatal(err)
	}
}

func template(name, group string) *x509.Certificate {
	subject := pkix.Name{CommonName: name}
	if group != "" {
		subject.Organization = []string{group}
	}
	return &x509.Certificate{
		SerialNumber: must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))),
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
}

func issue(dir, file string, cert, parent *x509.Certificate, signer crypto.Signer) *ecdsa.PrivateKey {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	if signer == nil {
		signer = key
	}
	der := must(x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, signer))
	write(filepath.Join(dir, file+".crt"), "CERTIFICATE", der)
	write(filepath.Join(dir, file+".key"), "EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))
	return key
}

func main() {
	dir := os.Args[1]
	if _, err := os.Stat(filepath.Join(dir, "complete")); err == nil {
		return
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		log.Fatal(err)
	}
	ca := template("meshlab-ca", "")
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage |= x509.KeyUsageCertSign
	caKey := issue(dir, "ca", ca, ca, nil)

	server := template("kube-apiserver", "")
	server.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local"}
	for _, address := range os.Args[2:] {
		server.IPAddresses = append(server.IPAddresses, net.ParseIP(address))
	}
	issue(dir, "apiserver", server, ca, caKey)
	for _, client := range clients {
		issue(dir, client[0], template(client[1], client[2]), ca, caKey)
	}

	signing := must(rsa.GenerateKey(rand.Reader, 2048))
	write(filepath.Join(dir, "sa.key"), "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(signing))
	write(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&signing.PublicKey)))
	write(filepath.Join(dir, "complete"), "DONE", nil)
}
