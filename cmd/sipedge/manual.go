package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pborman/getopt/v2"

	"sipedge/engine/mod"
	"sipedge/script/compile"
	"sipedge/script/manual"
	"sipedge/script/registry"
)

const docUsage = `Usage: sipedge doc [name | area | kind name]
       sipedge doc --markdown [-o dir]
Prints the reference: what a parameter, function, pseudo-variable, transformation,
keyword, select, event, module, statement or directive is. Without a name it lists
the areas, with an area what is in it. Examples:

    sipedge doc sl_send_reply
    sipedge doc '$ru'
    sipedge doc maxfwd.max_limit
    sipedge doc modules

    --markdown   write the whole reference to standard output
    -o dir       write it as files in a directory instead
`

// newManual makes the reference of everything that scripts can use.
func newManual() (*manual.Manual, error) {
	table, err := registry.NewTable(mod.Core(), mod.All()...)
	if err != nil {
		return nil, err
	}
	return manual.New(table, compile.CoreVars()), nil
}

// printManual is sipedge doc; args[0] is "doc".
func printManual(args []string, stdout, stderr io.Writer) int {
	help, markdown, dir := false, false, ""
	set := getopt.New()
	set.FlagLong(&help, "help", 'h')
	set.FlagLong(&markdown, "markdown", 0)
	set.FlagLong(&dir, "output", 'o')
	if err := set.Getopt(args, nil); err != nil {
		return fail(stderr, optionError(err, "sipedge doc -h"))
	}
	words := set.Args()
	m, err := newManual()
	switch {
	case err != nil:
		return fail(stderr, err)
	case help:
		fmt.Fprint(stdout, docUsage)
		return 0
	case markdown && len(words) > 0:
		return fail(stderr, fmt.Errorf("--markdown writes the whole reference and takes no name"))
	case dir != "" && !markdown:
		return fail(stderr, fmt.Errorf("-o goes with --markdown"))
	case markdown:
		if err := writeReference(m, dir, stdout); err != nil {
			return fail(stderr, err)
		}
		return 0
	}
	return describe(m, words, stdout, stderr)
}

// describe prints what is asked for.
func describe(m *manual.Manual, words []string, stdout, stderr io.Writer) int {
	kind := ""
	switch {
	case len(words) == 0:
		m.WriteAreas(stdout)
		return 0
	case len(words) == 2 && manual.IsKind(words[0]):
		kind, words = words[0], words[1:]
	case len(words) > 1:
		return fail(stderr, fmt.Errorf("sipedge doc takes one name; sipedge doc -h says how"))
	}
	name := words[0]
	entry, others := m.Lookup(kind, name)
	switch {
	case entry != nil:
		m.WriteEntry(stdout, entry)
		m.WriteOthers(stdout, others)
		return 0
	case len(others) > 0:
		m.WriteMatches(stdout, name, others)
		return 0
	case kind == "" && m.WriteArea(stdout, name):
		return 0
	}
	advice := "\"sipedge doc\" lists the areas"
	if near := m.Near(name); len(near) > 0 {
		advice = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return fail(stderr, fmt.Errorf("nothing is called %q; %s", name, advice))
}

// writeReference writes all pages, one behind the other or each into its file.
func writeReference(m *manual.Manual, dir string, stdout io.Writer) error {
	for i, p := range m.Pages() {
		if dir == "" {
			if i == 0 {
				continue // the index
			}
			if i > 1 {
				p.Text = "\n" + p.Text
			}
			if _, err := io.WriteString(stdout, p.Text); err != nil {
				return err
			}
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(p.File))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(p.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
