package main

import (
	"io"

	"sipedge/script/diag"
)

// checkJSON is -c --json: what checkScript finds as one JSON document on
// standard output (diag.Report), for editors and other programs. Standard error
// stays empty, the exit status is that of -c.
func checkJSON(o *options, stdin io.Reader, stdout, stderr io.Writer) int {
	diags := findAll(o, stdin)
	name := o.config
	switch name {
	case "":
		name = builtinName
	case "-":
		name = stdinName
	}
	r := diags.Report(name)
	if err := r.Write(stdout); err != nil {
		return fail(stderr, err)
	}
	if !r.OK {
		return exitError
	}
	return 0
}

// findAll is everything that can be said about the script without starting it.
func findAll(o *options, stdin io.Reader) *diag.List {
	src, err := o.source(stdin)
	if err != nil {
		diags := diag.NewList(diag.NewSet())
		diags.Errorf(diag.Unreadable, 0, "%v", err)
		return diags
	}
	_, _, diags, _ := examine(o, src)
	return diags
}
