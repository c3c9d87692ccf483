package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pborman/getopt/v2"
	"github.com/pmezard/go-difflib/difflib"

	"sipedge/script/format"
)

const fmtUsage = `Usage: sipedge fmt [-d] [-l] [-w] [file ...]
Formats scripts: tabs for indentation, braces at the end of their line, one space
around operators, comments beside statements in one column. Comments, directives,
strings and the text of every token stay as they are. Without files, and for the
file "-", standard input is read. Includes are not followed.

    -d   print what would change, as a diff, instead of the script
    -l   print the names of the files whose form would change, instead of the script
    -w   write the files, instead of printing the script

A file with syntax errors is not touched; its errors are named and the exit
status is 255.
`

// formatting is a command line of sipedge fmt.
type formatting struct {
	diff, list, write bool
	stdin             io.Reader
	stdout, stderr    io.Writer
}

// formatScripts is sipedge fmt; args[0] is "fmt".
func formatScripts(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := &formatting{stdin: stdin, stdout: stdout, stderr: stderr}
	help := false
	set := getopt.New()
	set.FlagLong(&f.diff, "diff", 'd')
	set.FlagLong(&f.list, "list", 'l')
	set.FlagLong(&f.write, "write", 'w')
	set.FlagLong(&help, "help", 'h')
	if err := set.Getopt(args, nil); err != nil {
		return fail(stderr, optionError(err, "sipedge fmt -h"))
	}
	if help {
		fmt.Fprint(stdout, fmtUsage)
		return 0
	}
	files := set.Args()
	if len(files) == 0 {
		files = []string{"-"}
	}
	status := 0
	for _, name := range files {
		if err := f.file(name); err != nil {
			if !errors.Is(err, errNamed) {
				fail(stderr, err)
			}
			status = exitError
		}
	}
	return status
}

// errNamed stands for errors that have been printed.
var errNamed = errors.New("errors in a script")

// file formats one script.
func (f *formatting) file(name string) error {
	shown := name
	var text []byte
	var err error
	if name == "-" {
		if f.write {
			return fmt.Errorf("standard input cannot be written; give files to -w")
		}
		shown = stdinName
		text, err = io.ReadAll(f.stdin)
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return fmt.Errorf("cannot read the script: %w", err)
	}
	out, diags := format.Source(shown, text)
	if diags.HasErrors() {
		fmt.Fprintf(f.stderr, "%ssipedge: %s is not formatted (%s)\n", diags, shown, plural(diags.Errors(), "error"))
		return errNamed
	}
	same := bytes.Equal(text, out)
	if f.list && !same {
		fmt.Fprintln(f.stdout, shown)
	}
	if f.diff && !same {
		d := difflib.UnifiedDiff{FromFile: shown + ".orig", ToFile: shown, A: lines(text), B: lines(out), Context: 3}
		if err := difflib.WriteUnifiedDiff(f.stdout, d); err != nil {
			return err
		}
	}
	switch {
	case f.write && !same:
		return replace(name, out)
	case !f.write && !f.list && !f.diff:
		_, err = f.stdout.Write(out)
	}
	return err
}

// lines cuts a text behind its line ends; the last line gets one for the diff
// where it has none.
func lines(text []byte) (ls []string) {
	for l := range bytes.Lines(text) {
		ls = append(ls, strings.TrimSuffix(string(l), "\n")+"\n")
	}
	return ls
}

// replace writes a file beside the old one and then puts it in its place, so
// that a reader sees one or the other and never a part. Owner and permissions
// stay, and a symbolic link stays one.
func replace(name string, text []byte) error {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	old, err := os.Stat(path)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(old.Mode().Perm()), keepOwner(tmp, old), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}
