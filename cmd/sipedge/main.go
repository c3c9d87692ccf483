package main

import (
	"fmt"
	"io"
	"os"
)

// exitError is the exit status after an error, Kamailio's -1.
const exitError = 255

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }

// run does what the command line asks for and returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr *os.File) int {
	if len(args) > 1 {
		switch args[1] {
		case "fmt":
			return formatScripts(args[1:], stdin, stdout, stderr)
		case "doc":
			return printManual(args[1:], stdout, stderr)
		case "tls":
			return tlsCommand(args[1:], stdout, stderr)
		}
	}
	o, err := parseOptions(args)
	if err != nil {
		return fail(stderr, err)
	}
	switch {
	case o.help:
		usage(stdout)
		return 0
	case o.version:
		printVersion(stdout, o.details)
		return 0
	}
	if o.json {
		return checkJSON(o, stdin, stdout, stderr)
	}
	src, err := o.source(stdin)
	if err != nil {
		return fail(stderr, err)
	}
	if o.print {
		return printScript(o, src, stdout, stderr)
	}
	if o.check {
		return checkScript(o, src, stdout, stderr)
	}
	return serve(o, src, stdout, stderr)
}

// fail prints an error as one line.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "sipedge: %v\n", err)
	return exitError
}
