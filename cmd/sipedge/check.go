package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"

	"sipedge/engine/core"
	"sipedge/engine/params"
	"sipedge/script/diag"
)

// checkScript is -c: everything but the start. It prints what Kamailio prints,
// and every error and warning that it finds.
func checkScript(o *options, src *source, stdout, stderr io.Writer) int {
	srv, cfg, diags, on := examine(o, src)
	printDiagnostics(stderr, diags, cfg != nil && cfg.Debug >= 2)
	if diags.HasErrors() {
		fmt.Fprintf(stderr, "ERROR: bad config file (%s)\n", plural(diags.Errors(), "error"))
		return exitError
	}
	fmt.Fprintln(stderr, "config file ok, exiting...")
	printAddresses(stdout, srv.Snapshot(), on, aliases(cfg, cfg.AutoAliasesFor(context.Background(), on)))
	return 0
}

// examine finds all that is wrong with a script, and the addresses that it
// listens on. The server is nil after an error in the script, the configuration where it
// cannot be parsed.
func examine(o *options, src *source) (srv *core.Server, cfg *params.Core, diags *diag.List, on []params.Resolved) {
	srv, diags = core.New(src.path, src.text, o.coreOptions(src, nil, func(c *params.Core) { cfg = c }))
	if srv == nil {
		return srv, cfg, diags, nil
	}
	on, err := cfg.ListenOn(context.Background())
	if err != nil {
		lines := params.ListenErrors(err)
		for _, e := range lines {
			diags.Errorf(diag.Address, srv.Snapshot().ListenLine(e.Text), "%v", e)
		}
		if len(lines) == 0 {
			diags.Errorf(diag.Address, 0, "%v", err)
		}
		return srv, cfg, diags, nil
	}
	if _, err := cfg.Poller(runtime.GOOS); err != nil {
		diags.Errorf(diag.Address, 0, "%v", err)
	}
	if err := cfg.CheckSCTP(); err != nil {
		diags.Errorf(diag.Address, 0, "%v", err)
	}
	return srv, cfg, diags, on
}

// printAddresses lists listen addresses and aliases as Kamailio does.
func printAddresses(w io.Writer, snap *core.Snapshot, on []params.Resolved, aliases []params.Alias) {
	fmt.Fprintln(w, "Listening on ")
	for _, r := range on {
		note := ""
		if why := snap.Unserved(r); why != "" {
			note = " (not served: " + why + ")"
		}
		fmt.Fprintf(w, "             %s%s\n", r, note)
	}
	fmt.Fprintln(w, "Aliases: ")
	for _, a := range aliases {
		fmt.Fprintf(w, "             %s\n", a)
	}
	fmt.Fprintln(w)
}

// aliases are those of the script and those that reverse DNS knows.
func aliases(c *params.Core, reverse []params.Alias) []params.Alias {
	all := slices.Clone(reverse)
	for _, text := range c.Alias {
		if a, err := params.ParseAlias(text); err == nil {
			all = append(all, a)
		}
	}
	return all
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprint(n, " ", what, "s")
}
