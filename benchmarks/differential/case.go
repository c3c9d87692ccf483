package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Case is one small script: statements that both servers run on the same message.
type Case struct {
	// Name is "area/what"; areas are the rows of the report.
	Name string
	// Body is the statements. LOG("…") writes a line that is compared; $var(…) names belong to this script alone. Names
	// that begin with @@ (routes, defines, AVPs) are its own, too.
	Body string
	// Top stands ahead of the routes: directives, definitions, further routes. The same replacements are made in it.
	Top string
	// Wire sends the message on when the statements are through, and compares what arrives.
	Wire bool
	// Alone keeps the script out of the common configuration: only the checkers' verdicts are compared.
	Alone bool

	// Twin is where the same is computed in another way, which Kamailio accepts where it refuses this one.
	Twin *twin

	number int // its place in the list, which is its name in scripts and messages
}

// twin is some lines of another script.
type twin struct {
	Case  string // its name
	First int    // the first of the lines, from 0
	Lines int    // their number
}

// tag is how scripts, messages and log lines name the case.
func (c Case) tag() string { return fmt.Sprintf("C%05d", c.number) }

var (
	logCall = regexp.MustCompile(`LOG\("((?:[^"\\]|\\(?s:.))*)"\)`)
	ownVar  = regexp.MustCompile(`\$(\(?)var\(`)
)

// text makes the replacements that tie a script to its case.
func (c Case) text(s string) string {
	s = logCall.ReplaceAllString(s, `xlog("L_ERR", "<<`+c.tag()+`|${1}|>>\n")`)
	s = ownVar.ReplaceAllString(s, `$$${1}var(`+strings.ToLower(c.tag())+`_`)
	return strings.ReplaceAll(s, "@@", c.tag()+"_")
}

// allCases is every script, numbered.
func allCases() []Case {
	cases := slices.Concat(casesOperators(), casesConversions(), casesTransformations(), casesVariables(), casesWritten())
	seen := make(map[string]int)
	for i := range cases {
		cases[i].number = i
		name := cases[i].Name
		seen[name]++
		if n := seen[name]; n > 1 {
			cases[i].Name = fmt.Sprintf("%s.%d", name, n)
		}
	}
	return cases
}

// area is the part of the name before the slash.
func (c Case) area() string {
	area, _, _ := strings.Cut(c.Name, "/")
	return area
}
