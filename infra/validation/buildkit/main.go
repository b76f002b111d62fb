// Checks a Dockerfile as BuildKit does before it builds anything: parses it, applies BuildKit's own lint rules, and resolves the
// stages of every target for which build arguments are given. No engine, no registry: base images are not looked up.
// Usage: buildkit Dockerfile [target:NAME=VALUE,NAME=VALUE ...]
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

// Takes every base image for an empty one, so that no registry is asked.
type anyImage struct{}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"os":"linux","architecture":"amd64","config":{"Env":["PATH=/usr/local/bin:/usr/bin:/bin"]}}`), nil
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "Usage: buildkit Dockerfile [target:NAME=VALUE,NAME=VALUE ...]")
		os.Exit(2)
	}
	path := os.Args[1]
	text, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	failed := lint(path, text)
	for _, job := range os.Args[2:] {
		if err := resolve(text, job); err != nil {
			fmt.Printf("%s: %v\n", job, err)
			failed++
		}
	}
	if failed > 0 {
		os.Exit(1)
	}
	fmt.Printf("%s: no warning; %d targets resolve\n", path, len(os.Args)-2)
}

func options() dockerfile2llb.ConvertOpt {
	capabilities := pb.Caps.CapSet(pb.Caps.All())
	return dockerfile2llb.ConvertOpt{LLBCaps: &capabilities, MetaResolver: anyImage{}}
}

// Number of warnings.
func lint(path string, text []byte) int {
	opt := options()
	opt.SourceMap = llb.NewSourceMap(nil, path, "Dockerfile", text)
	opt.SourceMap.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(context.Background(), text, opt)
	if err != nil {
		fmt.Printf("%s: %v\n", path, err)
		return 1
	}
	for _, warning := range results.Warnings {
		fmt.Printf("%s:%d %s: %s\n", path, warning.Location.GetRanges()[0].GetStart().GetLine(), warning.RuleName, warning.Detail)
	}
	return len(results.Warnings)
}

func resolve(text []byte, job string) error {
	target, list, _ := strings.Cut(job, ":")
	opt := options()
	opt.Config = dockerui.Config{Target: target, BuildArgs: map[string]string{}}
	for _, pair := range strings.Split(list, ",") {
		if name, value, found := strings.Cut(pair, "="); found {
			opt.Config.BuildArgs[name] = value
		}
	}
	_, err := dockerfile2llb.Dockerfile2LLB(context.Background(), text, opt)
	return err
}
