package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"sipedge/engine/mod"
	"sipedge/engine/params"
)

// version is the release; a build may set it with -ldflags "-X main.version=…".
var version = params.Version

// printVersion is -v and, with details, -I.
func printVersion(w io.Writer, details bool) {
	fmt.Fprintf(w, "version: sipedge %s (%s/%s)\n", version, runtime.GOARCH, runtime.GOOS)
	if !details {
		return
	}
	fmt.Fprintf(w, "compiled with %s\n", runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.time" || s.Key == "CGO_ENABLED" || s.Key == "-tags" {
				fmt.Fprintf(w, "%s: %s\n", s.Key, s.Value)
			}
		}
	}
	fmt.Fprint(w, "modules:")
	for _, m := range mod.All() {
		fmt.Fprintf(w, " %s", m.Name)
	}
	fmt.Fprintln(w)
}
