// Copyright: (c) 2026, The meshops.lifecycle contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// charts DIR writes the Helm charts that Istio's module embeds into DIR.
package main

import (
	"io/fs"
	"log"
	"os"

	"istio.io/istio/manifests"
)

func main() {
	charts, err := fs.Sub(manifests.FS, "charts")
	if err == nil {
		err = os.CopyFS(os.Args[1], charts)
	}
	if err != nil {
		log.Fatal(err)
	}
}
