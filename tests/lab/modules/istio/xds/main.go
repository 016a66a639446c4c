// Copyright: (c) 2026, The meshops.lifecycle contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// xds ADDRESS NODE.json TYPE asks istiod at ADDRESS (its plaintext port) what it would send the proxy that
// NODE.json describes ({"id": ..., "metadata": {...}}), and prints it as JSON. TYPE: listeners or clusters.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"

	_ "istio.io/api/envoy/extensions/stats"
	_ "istio.io/istio/pkg/config/xds"
)

var types = map[string]string{
	"listeners": "type.googleapis.com/envoy.config.listener.v3.Listener",
	"clusters":  "type.googleapis.com/envoy.config.cluster.v3.Cluster",
}

func ask(address, file, kind string) (*discovery.DiscoveryResponse, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	node := &corev3.Node{}
	if err := protojson.Unmarshal(text, node); err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<28)))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	stream, err := discovery.NewAggregatedDiscoveryServiceClient(connection).StreamAggregatedResources(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&discovery.DiscoveryRequest{Node: node, TypeUrl: types[kind]}); err != nil {
		return nil, err
	}
	return stream.Recv()
}

func main() {
	if len(os.Args) != 4 || types[os.Args[3]] == "" {
		log.Fatal("usage: xds ADDRESS NODE.json listeners|clusters")
	}
	answer, err := ask(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	text, err := protojson.Marshal(answer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
}
