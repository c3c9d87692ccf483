package manual

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// width is the number of columns of a page.
const width = 80

// WriteAreas lists the areas.
func (m *Manual) WriteAreas(w io.Writer) {
	fmt.Fprintf(w, "The reference of sipedge. \"sipedge doc NAME\" describes a thing, \"sipedge doc AREA\"\nlists an area, \"sipedge doc --markdown\" writes everything.\n\n")
	for i, a := range areas {
		fmt.Fprintf(w, "%5d  %-16s %s\n", len(m.in(i)), a.Name, a.About)
	}
}

// WriteArea lists an area with the first sentence of each entry; false where
// word names none.
func (m *Manual) WriteArea(w io.Writer, word string) bool {
	i := area(word)
	if i < 0 {
		return false
	}
	list(w, m.in(i))
	return true
}

// list prints a line or two for each entry.
func list(w io.Writer, es []*Entry) {
	column := 0
	for _, e := range es {
		if n := utf8.RuneCountInString(e.Name); n <= 24 {
			column = max(column, n)
		}
	}
	for _, e := range es {
		about := firstSentence(e.Doc)
		if e.Module != "" {
			about = e.Module + ": " + about
		}
		beside(w, "", e.Name, about, column)
	}
}

func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// WriteMatches lists entries that are called the same, with what to type for
// one of them.
func (m *Manual) WriteMatches(w io.Writer, name string, es []*Entry) {
	fmt.Fprintf(w, "%q is several things:\n\n", name)
	for _, e := range es {
		beside(w, "  ", e.command(), firstSentence(e.Doc), 40)
	}
}

// WriteOthers says behind an entry what else is called so.
func (m *Manual) WriteOthers(w io.Writer, es []*Entry) {
	for _, e := range es {
		fmt.Fprintf(w, "\nSee also: %s\n", e.command())
	}
}

// command is what prints the entry.
func (e *Entry) command() string {
	if e.Param {
		return "sipedge doc " + e.Module + "." + e.Name
	}
	return "sipedge doc " + e.Kind + " " + quoted(e.Name)
}

// quoted is a name as it has to be typed in a shell.
func quoted(s string) string {
	if strings.ContainsAny(s, "$@#!{}[]()*?;&| ") {
		return "'" + s + "'"
	}
	return s
}

// WriteEntry prints an entry; a module with everything that it brings.
func (m *Manual) WriteEntry(w io.Writer, e *Entry) {
	kind := e.Kind
	if e.Module != "" {
		kind += " of module " + e.Module
	}
	head := e.Title
	if pad := width - utf8.RuneCountInString(head) - utf8.RuneCountInString(kind); pad > 1 {
		fmt.Fprintf(w, "%s%s%s\n\n", head, strings.Repeat(" ", pad), kind)
	} else {
		fmt.Fprintf(w, "%s\n%*s\n\n", head, width, kind)
	}
	wrap(w, "    ", "    ", e.Doc)
	fields := append(e.Fields[:len(e.Fields):len(e.Fields)], Field{"source", e.Source})
	column := 0
	for _, f := range fields {
		column = max(column, utf8.RuneCountInString(f.Label))
	}
	fmt.Fprintln(w)
	for _, f := range fields {
		beside(w, "    ", f.Label, f.Text, column)
	}
	if e.Kind == "module" {
		m.writeContents(w, e)
	}
}

// contents are the kinds of entry that a module may bring, with a heading.
var contents = []struct{ kind, title string }{
	{"parameter", "Parameters"}, {"function", "Functions"}, {"variable", "Pseudo-variables"},
	{"transformation", "Transformations"}, {"select", "Selects"}, {"event", "Events"},
}

func (m *Manual) writeContents(w io.Writer, module *Entry) {
	for _, c := range contents {
		es := m.ofModule(module.Name, c.kind)
		if len(es) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", c.title)
		for _, e := range es {
			fmt.Fprintf(w, "\n    %s\n", titleIn(e))
			wrap(w, "        ", "        ", e.Doc)
			for _, f := range e.Fields {
				if f.Label == "type" || f.Label == "default" || f.Label == "allowed in" {
					beside(w, "        ", f.Label, f.Text, 10)
				}
			}
		}
	}
}

// titleIn is the title of an entry below its module's.
func titleIn(e *Entry) string {
	if e.Param {
		return e.Name
	}
	return e.Title
}

// beside prints a label in a column of its own and the text beside it, or below
// it where the label is too long.
func beside(w io.Writer, margin, label, text string, column int) {
	indent := margin + strings.Repeat(" ", column+2)
	if n := utf8.RuneCountInString(label); n <= column {
		wrap(w, margin+label+strings.Repeat(" ", column-n+2), indent, text)
		return
	}
	fmt.Fprintf(w, "%s%s\n", margin, label)
	wrap(w, indent, indent, text)
}

// wrap prints a text in lines of at most width columns. A word that is longer
// has a line of its own.
func wrap(w io.Writer, first, margin, text string) {
	line, n := first, utf8.RuneCountInString(first)
	begun := false
	for _, word := range strings.Fields(text) {
		k := utf8.RuneCountInString(word)
		if begun && n+1+k > width {
			fmt.Fprintln(w, line)
			line, n, begun = margin, utf8.RuneCountInString(margin), false
		}
		if begun {
			line += " "
			n++
		}
		line += word
		n += k
		begun = true
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}
